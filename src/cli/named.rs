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
            // As many slips as a typing error makes; what is further away was never meant.
            let allowed = (named.chars().count() / 3).clamp(1, 3);
            let near = known.iter().map(|run| (slips(named, run.as_str()), run));
            let nearest = near
                .filter(|(slips, _)| *slips <= allowed && !named.is_empty())
                .min_by_key(|(slips, _)| *slips);
            let nearest = nearest.map_or_else(String::new, |(_, run)| format!("the nearest is {run}, "));
            Err(format!("there is no run \"{named}\"; {nearest}`awtui runs` lists them all"))
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
    // `aw_<day>_<time>_<slug>`: its last part is what people remember.
    let slug = id.splitn(4, '_').nth(3).unwrap_or(id);
    // A beginning that fits a little better than the whole is no better guess.
    distance(named, id).min(distance(named, slug)).min(distance(named, &beginning) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_really_near_is_suggested() {
        let known = ["aw_20261121_101500_parser", "aw_20261120_090000_docs"].map(RunId::from);
        let said = |named: &str| find(&known, named).unwrap_err();
        for (named, nearest) in [
            ("aw_20261121_101500_parsr", 0),
            ("aw_20261121_101500", 0),
            ("aw_20261120_19", 1),
            ("docs", 1),
            ("doc", 1),
            ("parsre", 0),
        ] {
            if let Err(words) = find(&known, named) {
                assert!(words.contains(&format!("the nearest is {}", known[nearest])), "{named}: {words}");
            }
        }
        for named in ["nope", "x", "", "aw_19990101_000000_nothing", "parakeet"] {
            assert_eq!(said(named), format!("there is no run \"{named}\"; `awtui runs` lists them all"));
        }
    }
}
