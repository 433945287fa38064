//! The real binary, from outside: its output, its exit codes, the files that it leaves, the processes that it does not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test names what it expects")]
#![allow(unreachable_pub, reason = "a test crate has no readers outside")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what the binary said is shown when a test fails"
)]

mod agreed;
mod asked;
mod bad_input;
mod demo;
mod inside;
mod keys;
mod page;
#[path = "../support/mod.rs"]
mod support;
