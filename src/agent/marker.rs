//! The last line of every prompt that awtui sends: by it, the prompt is found again in a session log.

use crate::domain::{EffectId, RunId};

/// `[awtui <run> <effect>]`.
pub fn marker(run: &RunId, effect: EffectId) -> String {
    format!("[awtui {run} {}]", effect.0)
}

/// The effect whose marker of this run stands last in `text`, wherever that is: logs write a prompt in forms of their own.
pub(super) fn marker_within(text: &str, run: &RunId) -> Option<EffectId> {
    let start = format!("[awtui {run} ");
    let rest = &text[text.rfind(&start)? + start.len()..];
    rest[..rest.find(']')?].parse().ok().map(EffectId)
}

/// The effect whose marker of this run is the last line of `text`.
pub fn find_marker(text: &str, run: &RunId) -> Option<EffectId> {
    let last = text.trim_end().lines().next_back()?.trim();
    let inner = last.strip_prefix("[awtui ")?.strip_suffix(']')?;
    let (of, effect) = inner.rsplit_once(' ')?;
    (of == run.as_str()).then_some(())?;
    effect.parse().ok().map(EffectId)
}
