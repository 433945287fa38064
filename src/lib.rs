//! awtui: a terminal supervisor for coding agents.
//!
//! The modules are listed from the pure centre outwards; a module may use only those above it. `tests/tidy.rs` holds
//! the exact table.

pub mod agent;
pub mod cli;
pub mod client;
pub mod domain;
pub mod glass;
pub mod journal;
pub mod project;
pub mod pty;
pub mod recording;
pub mod replay;
pub mod settings;
pub mod supervisor;
pub mod term;
pub mod tty;
pub mod ui;
pub mod wire;
