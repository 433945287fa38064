//! Where awtui's own words about itself go: files below its state folder, never the screen.

use super::print;
use crate::supervisor::{LIMIT, LogFile, masked};
use crate::term::is_guarded;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

static LOG: OnceLock<PathBuf> = OnceLock::new();

/// Writes what is traced to this file until the guard is dropped. `AWTUI_LOG` says how much.
pub(super) fn begin(path: &Path) -> Option<WorkerGuard> {
    LOG.set(path.to_owned()).ok()?;
    let filter = tracing_subscriber::EnvFilter::try_from_env("AWTUI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Nothing waits for the disk: a log that cannot be written in time loses lines.
    let (writer, guard) = NonBlockingBuilder::default().lossy(true).finish(LogFile::new(path, LIMIT));
    let begun = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // It would say so on stderr, which a full disk may not take either, and panic.
        .log_internal_errors(false)
        .with_writer(writer)
        .try_init();
    begun.is_ok().then_some(guard)
}

/// A panic is written to the log, whose place is said last: by then the terminal was given back.
pub(super) fn keep_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // What the emulator's fence catches is nobody's business.
        if is_guarded() {
            return;
        }
        let Some(log) = LOG.get() else { return before(panic) };
        let trace = std::backtrace::Backtrace::force_capture();
        let words = masked(&format!("awtui {} panicked: {panic}\n{trace}\n", env!("CARGO_PKG_VERSION")));
        let kept = LogFile::new(log, LIMIT).write_all(words.as_bytes());
        print::error(&masked(&format!("{panic}")));
        match kept {
            Ok(()) => print::error(&format!("this is a mistake of awtui's own; {} says more", log.display())),
            Err(_) => before(panic),
        }
    }));
}
