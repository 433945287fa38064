//! The repository's side of a run, against real git and real folders.

mod checkpoint;
mod fetch;
mod identity;
mod repository;
