//! The words on OpenCode's screen: a last resort while its server is not heard. What matches nothing is unknown.

use crate::domain::StatusSeen;

pub(super) fn status(screen: &str) -> Option<StatusSeen> {
    let has = |words: &[&str]| words.iter().any(|words| screen.contains(words));
    if has(&["Permission required", "Reject permission"]) {
        Some(StatusSeen::Blocked)
    } else if has(&["esc interrupt", "esc again to interrupt"]) {
        Some(StatusSeen::Working)
    } else if has(&["ctrl+p commands"]) {
        Some(StatusSeen::Idle)
    } else {
        None
    }
}
