//! The supervisor: the loop of each run, its panes, its sockets, its recovery.
//!
//! Owns everything that lives as long as a run: processes, journals, timers, doors. It draws nothing and decides
//! nothing: what follows from what happens is said by the domain.

mod agent_door;
mod allowance;
mod briefing;
mod client_door;
mod client_terminals;
pub mod clock;
mod delivery;
mod desk;
mod effects;
mod ending;
mod engine;
mod fetch;
mod files;
mod last_screens;
mod launch;
mod lock;
mod log_file;
mod log_tail;
mod loopback;
mod message;
mod one_shot;
mod own_settings;
mod owner;
mod pace;
mod panes;
mod peer;
mod places;
mod preflight;
mod real_world;
mod server;
mod settle;
mod stall;
mod standing;
mod start;
mod subscribers;
mod summaries;
mod terminal;
mod terminals;
mod tokens;
mod told;
mod watch;
pub mod world;

pub use launch::{IN_TERMINAL, marker_entry};
pub use lock::{Holder, Lock, LockError};
pub use log_file::{LIMIT, LogFile, hide, masked};
pub use log_tail::{LogTail, any_line, holds};
pub use own_settings::objection;
pub use real_world::{RealWorld, find_program};
pub use server::{Options, ServeError, serve};
pub use summaries::stored_summaries;
