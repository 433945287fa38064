//! The fence around what is not our own code and reads what programs wrote, the emulator first of all: a panic inside it is
//! caught, never passed on.
//!
//! Owns the mark that tells a panic hook to stay quiet. It never installs a hook itself.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside the fence, where a panic is caught and must not be printed over a drawn screen.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs `work`; `None` when it panicked.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::{guarded, is_guarded};

    #[test]
    fn a_panic_is_caught_and_the_mark_is_taken_back() {
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Some(true));
        let caught = guarded(|| {
            let cells: Vec<u8> = Vec::new();
            cells[guarded(|| 3).unwrap_or_default()]
        });
        assert_eq!(caught, None);
        assert!(!is_guarded());
    }
}
