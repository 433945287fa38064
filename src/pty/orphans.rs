//! The children of this process: which were started in a pseudo-terminal, and which were only adopted.

use super::process;
use rustix::process::{WaitOptions, waitpid};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Somebody here waits for it.
    Ours,
    /// It was waited for: its id may belong to another process by now.
    Reaped,
}

static SPAWNED: Mutex<BTreeMap<u32, Fate>> = Mutex::new(BTreeMap::new());

/// Held over a spawn and its entry, so that a sweep never meets a child that has no entry yet.
pub(super) fn spawned() -> MutexGuard<'static, BTreeMap<u32, Fate>> {
    SPAWNED.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn fate(pid: u32) -> Option<Fate> {
    spawned().get(&pid).copied()
}

/// Makes this process the parent of what its descendants leave behind, instead of init. Linux only; elsewhere they
/// go to init, as always.
pub fn become_subreaper() {
    // Refused only where the system does not know it; then orphans go to init.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Waits for adopted children that are dead.
///
/// Taken are zombies of other sessions alone which were not started here: every child in a pseudo-terminal leads a
/// session, so what it leaves behind has one of its own, while the children that other parts of this process start
/// and wait for (checks, git) share ours. Those must therefore not be started with `setsid`.
pub fn reap_orphans() {
    let own = std::process::id();
    let [_, session] = process::own_group_and_session();
    let spawned = spawned();
    for orphan in process::all() {
        let adopted = orphan.parent == own
            && orphan.is_zombie()
            && orphan.session != session
            && spawned.get(&orphan.pid) != Some(&Fate::Ours);
        if adopted && let Some(pid) = process::target(orphan.pid) {
            // An error means that it is gone already.
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
    }
}
