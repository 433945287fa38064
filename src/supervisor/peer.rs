//! Who stands at the operator's door. An agent must not decide for the operator, so a peer that descends from a pane,
//! or that carries a run's marker, is refused. This stops accidents and ordinary attempts; a hostile process of the
//! same user needs a sandbox.

use std::collections::BTreeSet;
use tokio::net::UnixStream;

/// More ancestors than any sane process has.
const MOST_ANCESTORS: usize = 64;

/// Why the peer may not come in, or `None` when it may. `terminals`: the processes that lead the operator's own terminals.
pub(super) fn objection(stream: &UnixStream, terminals: &BTreeSet<u32>) -> Option<String> {
    let credentials = match stream.peer_cred() {
        Ok(credentials) => credentials,
        Err(error) => return Some(format!("the system does not say who asks: {error}")),
    };
    if credentials.uid() != rustix::process::getuid().as_raw() {
        return Some("only the user who runs the supervisor may operate it".to_owned());
    }
    // Where the system does not tell the pid, the socket folder's mode is all there is.
    let pid = credentials.pid()?;
    objection_to(u32::try_from(pid).ok()?, std::process::id(), terminals)
}

fn objection_to(pid: u32, supervisor: u32, terminals: &BTreeSet<u32>) -> Option<String> {
    if has_marker(pid) {
        return Some("agents report through the agent socket; decisions are the operator's".to_owned());
    }
    let mut ancestor = pid;
    for _ in 0..MOST_ANCESTORS {
        if terminals.contains(&ancestor) {
            return None;
        }
        ancestor = parent(ancestor)?;
        if ancestor == supervisor {
            return Some("a process that runs in a pane cannot operate the run".to_owned());
        }
        if ancestor <= 1 {
            return None;
        }
    }
    None
}

#[cfg(target_os = "linux")]
fn has_marker(pid: u32) -> bool {
    std::fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
        environment.split(|byte| *byte == 0).any(|entry| entry.starts_with(b"AWTUI_RUN="))
    })
}

#[cfg(target_os = "linux")]
fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, so fields are counted from its end.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn has_marker(_pid: u32) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn parent(_pid: u32) -> Option<u32> {
    None
}
