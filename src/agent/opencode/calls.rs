//! What was paid for: one call of a model a message, in the conversation and beside it.
//!
//! OpenCode tells tokens and price of each call that came to its end, and nothing of one that was cut off, refused or
//! tried again. Titles of conversations that the operator begins in the pane are told by nobody.

use super::event::{CompactionConfig, Info, Limit, Providers, whole};
use crate::domain::{Cost, Money, Tokens, UsageKind, UsageSeen};
use std::collections::{BTreeMap, BTreeSet};

/// Of the output that a model may have, OpenCode asks for no more than this.
const MOST_OUTPUT: u64 = 32_000;
/// What OpenCode keeps free of a limited input by itself.
const RESERVED: u64 = 20_000;

/// Whose call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// awtui's conversation.
    Own,
    /// One of a sub-agent.
    Child,
    /// Another one, which the operator began in the pane.
    Other,
}

impl Place {
    /// awtui's own conversation, those that it began, or another.
    pub(super) fn of(own: Option<&str>, children: &BTreeSet<String>, session: &str) -> Self {
        if own == Some(session) {
            Self::Own
        } else if children.contains(session) {
            Self::Child
        } else {
            Self::Other
        }
    }
}

/// Whether a message is told as it happens or was found in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Live,
    /// Nobody works on it any more, also where it has no end.
    History,
}

#[derive(Debug, Default)]
pub(super) struct Calls {
    counted: BTreeSet<String>,
    /// The message under way of each conversation.
    open: BTreeMap<String, Open>,
    limits: BTreeMap<String, Limit>,
    compaction: CompactionConfig,
    /// What titles are made with.
    small_model: Option<String>,
    /// Conversations that have no title of their own yet.
    untitled: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Open {
    message: String,
    model: String,
    is_summary: bool,
    /// It waits before it tries again: no call is under way.
    waits: bool,
}

impl Calls {
    pub(super) fn learn_limits(&mut self, providers: Providers) {
        for provider in providers.providers {
            for (model, known) in provider.models {
                self.limits.insert(format!("{}/{model}", provider.id), known.limit);
            }
        }
    }

    pub(super) fn learn_config(&mut self, small_model: Option<String>, compaction: CompactionConfig) {
        self.small_model = small_model;
        self.compaction = compaction;
    }

    pub(super) fn window(&self, model: &str) -> Option<u64> {
        self.limits.get(model).map(|limit| whole(limit.context)).filter(|window| *window > 0)
    }

    /// The context size at which OpenCode compacts by itself, by the rule of 1.18.
    pub(super) fn trigger(&self, model: &str) -> Option<u64> {
        let limit = self.limits.get(model)?;
        let context = self.window(model)?;
        if self.compaction.auto == Some(false) {
            return None;
        }
        let output =
            Some(whole(limit.output).min(MOST_OUTPUT)).filter(|most| *most > 0).unwrap_or(MOST_OUTPUT);
        let trigger = match whole(limit.input) {
            0 => context.saturating_sub(output),
            input => input.saturating_sub(self.compaction.reserved.map_or(output.min(RESERVED), whole)),
        };
        Some(trigger).filter(|trigger| *trigger > 0)
    }

    /// An assistant's message, as often as it is told.
    pub(super) fn assistant(&mut self, info: &Info, place: Place, told: Told) -> Option<UsageSeen> {
        let is_over = info.time.completed.is_some() || info.error.is_some() || info.finish.is_some();
        let open = self.open.get(&info.session).filter(|open| open.message == info.id);
        let (was_open, waited) = (open.is_some(), open.is_some_and(|open| open.waits));
        if !is_over && told == Told::Live {
            let open = Open {
                message: info.id.clone(),
                model: info.model_name(),
                is_summary: info.is_summary(),
                waits: waited,
            };
            self.open.insert(info.session.clone(), open);
            return None;
        }
        if was_open {
            self.open.remove(&info.session);
        }
        // A copy that a fork made was paid for where it comes from; it was never seen under way.
        if place == Place::Other && !was_open {
            return None;
        }
        let tokens = tokens(info);
        let unknown_spend = tokens.total() == 0;
        // Ended between two attempts: each attempt is counted, and none was under way.
        let between = info.error.is_none() && info.finish.is_none() && info.time.completed.is_some();
        if unknown_spend && (waited || between) {
            return None;
        }
        let kind = usage_kind(place, info.is_summary());
        let nanos = Some(info.cost).filter(|cost| *cost > 0.0).and_then(Money::from_dollars);
        let context = Some(whole(info.tokens.total)).filter(|total| *total > 0 && kind == UsageKind::Reply);
        let model = info.model_name();
        let window = self.window(&model).filter(|_| kind == UsageKind::Reply);
        let seen = UsageSeen {
            message: info.id.clone(),
            model,
            usage: kind,
            tokens,
            // OpenCode says 0 for a model whose price it does not know.
            cost: nanos.map(Cost::by_agent),
            wall: None,
            context,
            window,
            unknown_spend,
        };
        self.once(seen)
    }

    /// OpenCode is gone: a reply comes into the counts with its step's end, so the ones under way never will.
    pub(super) fn cut_off(&mut self, place: impl Fn(&str) -> Place) -> Vec<UsageSeen> {
        let open = std::mem::take(&mut self.open).into_iter().filter(|(_, open)| !open.waits);
        let cut = open.map(|(session, open)| {
            let usage = usage_kind(place(&session), open.is_summary);
            UsageSeen::unknown(open.message, open.model, usage)
        });
        cut.collect::<Vec<_>>().into_iter().filter_map(|seen| self.once(seen)).collect()
    }

    /// A conversation works (again).
    pub(super) fn busy(&mut self, session: &str) {
        if let Some(open) = self.open.get_mut(session) {
            open.waits = false;
        }
    }

    /// A call failed and is tried again after a while: what it cost, if anything, is not told.
    pub(super) fn retry(&mut self, session: &str, attempt: u64, place: Place) -> Option<UsageSeen> {
        let open = self.open.get_mut(session)?;
        open.waits = true;
        let usage = usage_kind(place, open.is_summary);
        let (message, model) = (format!("{}#{attempt}", open.message), open.model.clone());
        self.once(UsageSeen::unknown(message, model, usage))
    }

    /// The title of a conversation. One that it did not have before was written by a model.
    pub(super) fn titled(&mut self, session: &str, title: &str) -> Option<UsageSeen> {
        if title.starts_with("New session - ") {
            self.untitled.insert(session.to_owned());
            return None;
        }
        self.untitled.remove(session).then_some(())?;
        let model = self.small_model.clone().unwrap_or_else(|| "opencode/title".to_owned());
        self.once(UsageSeen::unknown(format!("title of {session}"), model, UsageKind::Helper))
    }

    fn once(&mut self, seen: UsageSeen) -> Option<UsageSeen> {
        self.counted.insert(seen.message.clone()).then_some(seen)
    }
}

fn usage_kind(place: Place, is_summary: bool) -> UsageKind {
    match place {
        Place::Own if is_summary => UsageKind::Compaction,
        Place::Own => UsageKind::Reply,
        Place::Child | Place::Other => UsageKind::Helper,
    }
}

fn tokens(info: &Info) -> Tokens {
    let counts = &info.tokens;
    let reasoning = whole(counts.reasoning);
    Tokens {
        input: whole(counts.input),
        // awtui counts reasoning as a part of the output, OpenCode beside it.
        output: whole(counts.output).saturating_add(reasoning),
        cache_read: whole(counts.cache.read),
        cache_write: whole(counts.cache.write),
        reasoning,
        cache_write_1h: 0,
    }
}
