//! What the system says about processes. Read from `/proc`; without one, next to nothing is known.

use rustix::process::Pid;
use std::path::Path;

/// A process as its `/proc/<pid>/stat` describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) state: char,
    pub(super) parent: u32,
    pub(super) group: u32,
    pub(super) session: u32,
    /// Clock ticks from boot to its start.
    pub(super) started: u64,
}

impl Process {
    /// Dead, but not waited for by its parent.
    pub(super) fn is_zombie(self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

pub(super) fn has_proc() -> bool {
    Path::new("/proc/self/stat").exists()
}

pub(super) fn look_up(pid: u32) -> Option<Process> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The name in parentheses may hold spaces and parentheses itself.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let mut numbers = fields.map(str::parse::<i64>);
    let mut id = || numbers.next()?.ok().and_then(|number| u32::try_from(number).ok());
    let (parent, group, session) = (id()?, id()?, id()?);
    // Field 22 of the file; the session was field 6.
    let started = stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()?;
    Some(Process { pid, state, parent, group, session, started })
}

/// The group and the session of this process; 0 is one outside its pid namespace, which has no id in it.
/// The calls that return them refuse to return 0, so they are asked only where there is no `/proc`.
pub(super) fn own_group_and_session() -> [u32; 2] {
    let unknown = || {
        let session = rustix::process::getsid(None).ok();
        [Some(rustix::process::getpgrp()), session]
            .map(|id| id.map_or(0, |id| id.as_raw_pid().unsigned_abs()))
    };
    look_up(std::process::id()).map_or_else(unknown, |process| [process.group, process.session])
}

/// Every process that can be seen.
pub(super) fn all() -> Vec<Process> {
    pids().filter_map(look_up).collect()
}

fn pids() -> impl Iterator<Item = u32> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse().ok()))
}

/// A process id that may be signalled: never 0 (our own group), 1, or what does not fit.
pub(super) fn target(pid: u32) -> Option<Pid> {
    if pid <= 1 { None } else { i32::try_from(pid).ok().and_then(Pid::from_raw) }
}

/// Whether the process runs. With the start time that [`super::Child::start_time`] gave, a later process that got the
/// same id does not count; without `/proc` the start time cannot be compared and is ignored.
pub fn alive(pid: u32, start_time: Option<u64>) -> bool {
    if has_proc() {
        look_up(pid).is_some_and(|process| {
            !process.is_zombie() && start_time.is_none_or(|started| process.started == started)
        })
    } else {
        target(pid).is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
    }
}

/// The processes (never this one) whose environment held this entry, such as `AWTUI_RUN=<id>`, when they were
/// executed. Linux only; elsewhere empty.
pub fn marked(marker: &str) -> Vec<u32> {
    let own = std::process::id();
    pids().filter(|pid| *pid != own && carries(*pid, marker)).collect()
}

/// Ends a process at once, without a chance to do anything. One that is gone already is no error.
pub fn kill(pid: u32) {
    if let Some(pid) = target(pid) {
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

fn carries(pid: u32, marker: &str) -> bool {
    // Unreadable: another user's, a kernel thread, or gone.
    std::fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|entry| entry == marker.as_bytes()))
}
