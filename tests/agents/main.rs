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

/// A module for each CLI, with these tests of it.
macro_rules! each_cli {
    ($($test:ident: $function:ident,)*) => {
        each_cli!(@ pi NEWEST $($test: $function,)*);
        each_cli!(@ older_pi OLDER $($test: $function,)*);
        each_cli!(@ claude CLAUDE $($test: $function,)*);
        each_cli!(@ codex CODEX $($test: $function,)*);
        each_cli!(@ opencode OPENCODE $($test: $function,)*);
    };
    (@ $name:ident $cli:ident $($test:ident: $function:ident,)*) => {
        mod $name {
            $(#[test]
            fn $test() {
                super::$function(crate::install::$cli);
            })*
        }
    };
}

mod conform;
mod desk;
mod exact;
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
mod weaker;
