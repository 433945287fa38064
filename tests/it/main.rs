//! Tests in process: most of the suite, over the pure layers and over recordings.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test names what it expects")]
#![allow(unreachable_pub, reason = "a test crate has no readers outside")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod agent;
mod domain;
#[path = "../fakes/mod.rs"]
mod fakes;
mod glass;
mod journal;
mod log_tail;
mod loopback;
mod plain;
mod project;
mod pty;
mod recording;
pub mod replay;
mod settings;
mod simulation;
mod supervised;
#[path = "../support/mod.rs"]
mod support;
mod term;
mod tty;
mod ui;
mod wire;
