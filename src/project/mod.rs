//! The repository's side of a run: which project this is, where its files lie, what people read of a run, what git
//! keeps of it.
//!
//! Owns folders, projections of facts into files, artifacts and git checkpoints. It never decides, and it never looks
//! at a clock.

pub mod artifacts;
pub mod checkpoint;
pub mod fetch;
mod folders;
mod git;
mod identity;
mod ledger_file;
mod listing;
mod projection;
mod settings_file;
mod shelf;
mod state_file;
mod step_file;
mod summon;
mod transcript;

pub use folders::{FolderError, ProjectFolders, RunFolder, run_id};
pub use git::{Calls, GitError};
pub use identity::{Project, ProjectError};
pub use listing::{Listing, list_files};
pub use projection::Projector;
pub use settings_file::{SettingsFileError, write_settings};
pub use shelf::ShelfError;
pub use summon::summon;
