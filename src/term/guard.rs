//! The fence around the emulator: a panic inside it is caught and counted, never passed on.
//!
//! Owns the mark that tells a panic hook to stay quiet. It never installs a hook itself.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside the emulator, where a panic is caught and must not be printed over a drawn screen.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs `work`; `None` when it panicked.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    outcome.ok()
}
