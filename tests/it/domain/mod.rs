//! The pure layer: what each input leads to.

pub mod bench;
mod compaction;
mod gates;
mod happy;
mod limits;
mod numbers;
mod operator;
mod permissions;
mod properties;
mod recovery;
mod reports;
mod unguarded;
