//! Real agent CLIs against a scripted model server on loopback. Skipped, with the reason, unless `AWTUI_TEST_AGENTS=1`.
#![allow(unreachable_pub, reason = "a test crate has no readers outside")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test names only the arms it is about")]
#![allow(clippy::print_stdout, reason = "shown when a test has failed")]

mod desk;
mod ground;
mod headless;
mod home;
mod install;
mod latency;
mod model_server;
mod pairs;
mod pi;
mod prompts;
mod runs;
mod screen;
#[path = "../support/mod.rs"]
mod support;
