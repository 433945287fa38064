//! What the agents on this machine said of themselves, as far as they have answered, and what can be chosen of it.

use super::picker::Choice;
use crate::domain::Thinking;
use crate::glass::Glass;
use std::collections::BTreeMap;

/// What an agent said of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentOffer {
    pub version: Option<String>,
    /// Empty where it cannot list them.
    pub models: Vec<ModelOffer>,
    /// The thinking levels that it can be asked for; empty where it is not known.
    pub thinking: Vec<Thinking>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelOffer {
    pub id: String,
    /// Tokens.
    pub window: Option<u64>,
    /// Empty where it is not known.
    pub thinking: Vec<Thinking>,
}

/// By the agent's name; one that is missing here has not answered yet. The error says what is missing and how to get it.
pub(super) type Offers = BTreeMap<String, Result<AgentOffer, String>>;

fn found<'offers>(offers: &'offers Offers, agent: &str) -> Option<&'offers AgentOffer> {
    offers.get(agent).and_then(|offer| offer.as_ref().ok())
}

/// The agents, always in the same order: nothing moves while they answer.
pub(super) fn agents(offers: &Offers, names: &[String]) -> Vec<Choice> {
    let choice = |name: &String| match offers.get(name) {
        Some(Ok(offer)) => {
            let version = offer.version.as_deref().unwrap_or("an unknown version");
            Choice::new(name, &format!("installed: {version}"))
        }
        None => Choice::new(name, "asking it…"),
        Some(Err(reason)) => Choice { barred: Some(reason.clone()), ..Choice::new(name, "not installed") },
    };
    names.iter().map(choice).collect()
}

/// The models of an agent: the current one, its own default, those that runs used before, those that it lists.
pub(super) fn models(offers: &Offers, glass: &Glass, agent: &str, current: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    let mut add = |value: &str, note: &str| {
        if !choices.iter().any(|choice| choice.value == value) {
            let label = if value.is_empty() { "its own default" } else { value };
            choices.push(Choice { label: label.to_owned(), ..Choice::new(value, note) });
        }
    };
    add(current, "now");
    add("", "what the agent takes by itself");
    let used = glass.runs.iter().flat_map(|run| &run.bindings).filter(|bound| bound.agent == agent);
    for model in used.filter_map(|bound| bound.model.as_deref()) {
        add(model, "used before");
    }
    for model in found(offers, agent).map_or(&[][..], |offer| &offer.models) {
        let window = model
            .window
            .map_or_else(String::new, |window| format!("{} tokens", super::format::tokens(window)));
        add(&model.id, &window);
    }
    choices
}

/// A word on the list of models, where there is something to say.
pub(super) fn about_models(offers: &Offers, agent: &str) -> Option<String> {
    match offers.get(agent) {
        None => Some(format!("asking {agent} for its models…")),
        Some(Ok(offer)) if offer.models.is_empty() => {
            Some(format!("{agent} lists no models here: type the name as {agent} takes it"))
        }
        Some(Ok(_)) => None,
        Some(Err(reason)) => Some(reason.clone()),
    }
}

/// The model of this name: its whole id, or that without the provider where only one provider has it.
fn model<'offer>(offer: &'offer AgentOffer, name: &str) -> Option<&'offer ModelOffer> {
    offer.models.iter().find(|model| model.id == name).or_else(|| {
        let bare = |model: &&ModelOffer| model.id.split_once('/').is_some_and(|(_, bare)| bare == name);
        let mut found = offer.models.iter().filter(bare);
        found.next().filter(|_| found.next().is_none())
    })
}

/// The levels that a model has, strongest first; all that its agent can be asked for where that is not known, which is
/// said beside them.
pub(super) fn levels(offers: &Offers, agent: &str, name: &str) -> Vec<Choice> {
    let offer = found(offers, agent);
    let has = offer.and_then(|offer| model(offer, name)).map(|model| model.thinking.as_slice());
    let has = has.filter(|levels| !levels.is_empty());
    let may_be_asked = offer.map(|offer| offer.thinking.as_slice()).filter(|levels| !levels.is_empty());
    let mut levels = has.or(may_be_asked).unwrap_or(&Thinking::ALL).to_vec();
    levels.sort_unstable_by(|one, other| other.cmp(one));
    let note = |level: &Thinking| match level {
        Thinking::Max => "slowest and dearest",
        Thinking::Xhigh => "for hard problems",
        Thinking::High => "for planning and review",
        Thinking::Medium => "for most work",
        Thinking::Low => "quick",
        Thinking::Minimal => "quicker still",
        Thinking::Off => "no thinking",
    };
    let doubt = if has.is_some() { "" } else { "; the agent may clamp it" };
    levels.iter().map(|level| Choice::new(level.as_str(), &format!("{}{doubt}", note(level)))).collect()
}
