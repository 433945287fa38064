//! awtui: a terminal supervisor for coding agents.
//!
//! The modules are listed from the pure centre outwards; a module may use only those above it. `tests/tidy.rs` holds
//! the exact table.

pub mod domain;
pub mod journal;
pub mod recording;
pub mod term;
pub mod pty;
pub mod agent;
pub mod settings;
pub mod project;
pub mod wire;
pub mod glass;
pub mod supervisor;
pub mod replay;
pub mod ui;
pub mod tty;
pub mod client;
pub mod cli;
