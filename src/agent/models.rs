//! Whether an agent has a model, which one was probably meant, and how hard that one can think.

use super::{AgentError, Clamped, Model, Probe};
use crate::domain::{RoleConfig, Thinking};

/// The role's model and thinking level as the agent can have them.
pub(super) fn check(
    agent: &str,
    listing: &str,
    probe: &Probe,
    role: &RoleConfig,
) -> Result<Clamped, AgentError> {
    let listed = role.model.as_deref().filter(|_| !probe.models.is_empty());
    let Some(wanted) = listed else {
        return Ok(unlisted(probe, role));
    };
    let (model, level) = match find(&probe.models, wanted) {
        Some(model) => (model, None),
        None => with_level(&probe.models, wanted).ok_or_else(|| AgentError::UnknownModel {
            agent: agent.to_owned(),
            model: wanted.to_owned(),
            nearest: nearest(wanted, probe.models.iter().map(|model| model.id.as_str())).map(str::to_owned),
            listing: listing.to_owned(),
        })?,
    };
    let is_known = !model.thinking.is_empty();
    let levels = if is_known { &model.thinking } else { &probe.thinking };
    let thinking = role.thinking.or(level).map(|level| clamp(level, levels));
    Ok(Clamped { model: Some(model.id.clone()), thinking, is_known, window: model.window })
}

/// A model of which the probe tells nothing.
pub(super) fn unlisted(probe: &Probe, role: &RoleConfig) -> Clamped {
    let thinking = role.thinking.map(|level| clamp(level, &probe.thinking));
    Clamped { model: role.model.clone(), thinking, is_known: false, window: None }
}

/// By its whole id, or without the provider where only one provider has it.
fn find<'models>(models: &'models [Model], wanted: &str) -> Option<&'models Model> {
    models.iter().find(|model| model.id == wanted).or_else(|| {
        let mut bare =
            models.iter().filter(|model| model.id.split_once('/').is_some_and(|(_, name)| name == wanted));
        bare.next().filter(|_| bare.next().is_none())
    })
}

/// `model:level`, as some CLIs write it.
fn with_level<'models>(models: &'models [Model], wanted: &str) -> Option<(&'models Model, Option<Thinking>)> {
    let (name, level) = wanted.rsplit_once(':')?;
    let level = Thinking::ALL.into_iter().find(|known| known.as_str() == level)?;
    Some((find(models, name)?, Some(level)))
}

/// The strongest level that is not above `level`; the weakest if all are above it.
fn clamp(level: Thinking, known: &[Thinking]) -> Thinking {
    let below = known.iter().copied().filter(|known| *known <= level).max();
    below.or_else(|| known.iter().copied().min()).unwrap_or(level)
}

/// The candidate with the smallest edit distance, if it is near enough to be a slip.
pub(super) fn nearest<'names>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'names str>,
) -> Option<&'names str> {
    candidates
        .into_iter()
        .map(|candidate| {
            let bare = candidate.rsplit('/').next().unwrap_or(candidate);
            (distance(wanted, candidate).min(distance(wanted, bare)), candidate)
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| {
            *distance <= candidate.chars().count().max(wanted.chars().count()) / 2
        })
        .map(|(_, candidate)| candidate)
}

fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(character != *other);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
