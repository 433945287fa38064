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

/// The program in `repo` of this folder, with `home`, `state` and `config` beside it as its own.
fn awtui_in(folder: &std::path::Path) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_awtui"));
    command
        .current_dir(folder.join("repo"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder.join("home"))
        .env("TMPDIR", folder)
        .env("AWTUI_HOME", folder.join("state"))
        .env("XDG_CONFIG_HOME", folder.join("config"));
    command
}
