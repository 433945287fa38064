//! Which run a word on the command line means.

use crate::domain::RunId;
use crate::settings::distance;

/// The run that `named` means among the known ones, newest first: an id, a beginning that fits no other, or `last`.
pub(super) fn find(known: &[RunId], named: &str) -> Result<RunId, String> {
    let Some(newest) = known.first() else {
        return Err(format!("there is no run \"{named}\"; this project has no runs yet"));
    };
    if named == "last" {
        return Ok(newest.clone());
    }
    if let Some(run) = known.iter().find(|run| run.as_str() == named) {
        return Ok(run.clone());
    }
    let begun: Vec<&RunId> =
        known.iter().filter(|run| !named.is_empty() && run.as_str().starts_with(named)).collect();
    match begun.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let nearest = known.iter().min_by_key(|run| slips(named, run.as_str())).unwrap_or(newest);
            Err(format!("there is no run \"{named}\"; the nearest is {nearest}, `awtui runs` lists them all"))
        }
        [one, other, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            Err(format!("\"{named}\" begins the ids of several runs: {one}, {other}{more}"))
        }
    }
}

/// How far a word is from an id, which may have been meant by a part of it.
fn slips(named: &str, id: &str) -> usize {
    if !named.is_empty() && id.contains(named) {
        return 0;
    }
    let beginning: String = id.chars().take(named.chars().count()).collect();
    // A beginning that fits a little better than the whole is no better guess.
    distance(named, id).min(distance(named, &beginning) + 1)
}
