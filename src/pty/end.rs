//! Ending processes: ask, wait, then stop and kill until nobody is left.

use super::orphans::{self, Fate};
use super::process::{self, Process};
use rustix::process::{Signal, kill_process, kill_process_group, test_kill_process_group};
use std::collections::BTreeSet;
use std::time::Duration;

/// Kills are repeated for what was forked between a look and a signal.
const MOST_WALKS: usize = 3;
/// How long one walk waits for what it killed.
const WALK: Duration = Duration::from_secs(1);
const SHORTEST_WAIT: Duration = Duration::from_millis(5);
const LONGEST_WAIT: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub how: How,
    /// What still runs after everything was tried: processes stuck in the kernel, or of another user.
    pub survivors: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// There was nobody.
    AlreadyGone,
    /// They left when asked, within the grace.
    Asked,
    /// They had to be killed.
    Killed,
}

/// Ends the process group that `pid` leads, and where `/proc` shows them the other groups of its session: SIGTERM,
/// `grace`, then SIGSTOP and SIGKILL. A pid from before a restart must be checked with [`super::alive`] first.
pub async fn end_group(pid: u32, grace: Duration) -> Ended {
    ladder(&Victims::Group(pid), grace).await
}

/// As [`end_group`], but tells it first that its terminal is gone: a shell that a person types to ignores SIGTERM, and hands
/// this on to what it runs.
pub async fn hang_up_group(pid: u32, grace: Duration) -> Ended {
    let victims = Victims::Group(pid);
    victims.signal(Signal::HUP);
    ladder(&victims, grace).await
}

/// Ends every process that [`super::marked`] finds, in the same way.
pub async fn end_marked(marker: &str, grace: Duration) -> Ended {
    ladder(&Victims::Marked(marker), grace).await
}

enum Victims<'a> {
    Group(u32),
    Marked(&'a str),
}

impl Victims<'_> {
    fn find(&self) -> Vec<u32> {
        match self {
            Self::Group(pid) if process::has_proc() => {
                members(*pid).into_iter().map(|process| process.pid).collect()
            }
            Self::Group(pid) => {
                let runs = leads_a_group_to_end(*pid)
                    && process::target(*pid).is_some_and(|pid| test_kill_process_group(pid).is_ok());
                if runs { vec![*pid] } else { Vec::new() }
            }
            Self::Marked(marker) => process::marked(marker),
        }
    }

    fn signal(&self, signal: Signal) {
        // A signal that fails has found nobody, or somebody it may not touch; the next look tells which.
        match self {
            Self::Group(pid) => {
                let mut groups: BTreeSet<u32> =
                    members(*pid).into_iter().map(|process| process.group).collect();
                if leads_a_group_to_end(*pid) {
                    groups.insert(*pid);
                }
                for group in groups.into_iter().filter_map(process::target) {
                    let _ = kill_process_group(group, signal);
                }
            }
            Self::Marked(marker) => {
                for pid in process::marked(marker).into_iter().filter_map(process::target) {
                    let _ = kill_process(pid, signal);
                }
            }
        }
    }
}

/// The living processes of the group and the session that `pid` leads or led.
fn members(pid: u32) -> Vec<Process> {
    if !leads_a_group_to_end(pid) {
        return Vec::new();
    }
    process::all()
        .into_iter()
        .filter(|process| (process.group == pid || process.session == pid) && !process.is_zombie())
        .collect()
}

/// Not when its id was given to another process since we waited for it (an id is not given away while its group
/// has members), and not when it is our own.
fn leads_a_group_to_end(pid: u32) -> bool {
    let reused = orphans::fate(pid) == Some(Fate::Reaped) && process::look_up(pid).is_some();
    !reused && process::target(pid).is_some() && !process::own_group_and_session().contains(&pid)
}

async fn ladder(victims: &Victims<'_>, grace: Duration) -> Ended {
    if victims.find().is_empty() {
        orphans::reap_orphans();
        return Ended { how: How::AlreadyGone, survivors: Vec::new() };
    }
    victims.signal(Signal::TERM);
    // A stopped process acts on the request only when it goes on.
    victims.signal(Signal::CONT);
    let mut how = How::Asked;
    let mut survivors = gone_within(victims, grace).await;
    for _ in 0..MOST_WALKS {
        if survivors.is_empty() {
            break;
        }
        how = How::Killed;
        // Stopped processes do not fork between the look and the kill.
        victims.signal(Signal::STOP);
        victims.signal(Signal::KILL);
        survivors = gone_within(victims, WALK).await;
    }
    orphans::reap_orphans();
    Ended { how, survivors }
}

/// Who is left after at most `limit`.
async fn gone_within(victims: &Victims<'_>, limit: Duration) -> Vec<u32> {
    let all_gone = async {
        let mut wait = SHORTEST_WAIT;
        while !victims.find().is_empty() {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    };
    match tokio::time::timeout(limit, all_gone).await {
        Ok(()) => Vec::new(),
        Err(_) => victims.find(),
    }
}
