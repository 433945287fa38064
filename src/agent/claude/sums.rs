//! What Claude Code tells of a compaction's call: nothing, but at its end the sums of all that its process spent.
//!
//! Owns the difference between those sums and the calls that were told one by one.

use crate::agent::entry::{flag, milliseconds, number, text};
use crate::domain::{Money, SumsSeen, Tokens, UsageKind, UsageSeen};
use serde_json::Value;
use std::collections::BTreeMap;

/// The calls of which the log tells.
#[derive(Debug, Default)]
pub(super) struct Sums {
    calls: Vec<(i64, String, Tokens)>,
    compactions: Vec<(i64, String, String)>,
    /// A reply was cut off: what came of it is in the sums alone, and no difference is a compaction's.
    cut: bool,
    /// What each process told at its end, by its start: it tells it twice.
    processes: BTreeMap<u64, (Tokens, Option<Money>)>,
}

impl Sums {
    pub(super) fn add(&mut self, entry: &Value, model: &str, tokens: Tokens) {
        self.calls.push((at(entry), model.to_owned(), tokens));
    }

    pub(super) fn compaction(&mut self, entry: &Value, id: &str, model: &str) {
        self.compactions.push((at(entry), id.to_owned(), model.to_owned()));
    }

    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    /// What Claude says that the session took: the sums of all its processes that came to an end of their own. Nothing
    /// while calls are known of a process before them.
    pub(super) fn whole(&mut self, entry: &Value) -> Option<SumsSeen> {
        let start = number(entry, "startTime")?;
        let mut tokens = Tokens::default();
        for model in entry.get("modelUsage")?.as_object()?.values() {
            let count = |name: &str| number(model, name).unwrap_or(0);
            tokens += Tokens {
                input: count("inputTokens"),
                output: count("outputTokens"),
                cache_read: count("cacheReadInputTokens"),
                cache_write: count("cacheCreationInputTokens"),
                reasoning: count("thinkingTokens"),
                cache_write_1h: count("cacheCreationEphemeral1hInputTokens"),
            };
        }
        let priced = !flag(entry, "hasUnknownModelCost");
        let cost = entry.get("totalCostUSD").and_then(Value::as_f64).filter(|_| priced);
        self.processes.insert(start, (tokens, cost.and_then(Money::from_dollars)));
        let first = i64::try_from(*self.processes.keys().next()?).ok()?;
        if self.calls.iter().any(|(at, _, _)| *at < first) {
            return None;
        }
        let all = self.processes.values();
        let tokens = all.clone().fold(Tokens::default(), |sum, (tokens, _)| sum + *tokens);
        let cost = all.map(|(_, cost)| *cost).try_fold(Money::ZERO, |sum, cost| Some(sum + cost?));
        Some(SumsSeen { tokens: Some(tokens), cost, helpers: true })
    }

    /// What the only compaction of the process took, if the sums leave no doubt.
    pub(super) fn settle(&self, entry: &Value) -> Option<UsageSeen> {
        let start = i64::try_from(number(entry, "startTime")?).ok()?;
        let mut here = self.compactions.iter().filter(|(at, _, _)| *at >= start);
        let (_, id, model) = here.next().filter(|_| here.next().is_none() && !self.cut)?;
        let of_model = entry.get("modelUsage")?.get(model)?;
        let told = self.calls.iter().filter(|(at, of, _)| *at >= start && of == model);
        let told = told.fold(Tokens::default(), |sum, (_, _, tokens)| sum + *tokens);
        let rest = |name: &str, told: u64| number(of_model, name)?.checked_sub(told);
        let tokens = Tokens {
            input: rest("inputTokens", told.input)?,
            output: rest("outputTokens", told.output)?,
            cache_read: rest("cacheReadInputTokens", told.cache_read)?,
            cache_write: rest("cacheCreationInputTokens", told.cache_write)?,
            reasoning: rest("thinkingTokens", told.reasoning).unwrap_or(0),
            cache_write_1h: rest("cacheCreationEphemeral1hInputTokens", told.cache_write_1h).unwrap_or(0),
        };
        (tokens.total() > 0).then(|| UsageSeen {
            message: id.clone(),
            model: model.clone(),
            usage: UsageKind::Compaction,
            tokens,
            cost: None,
            wall: None,
            context: None,
            window: None,
            unknown_spend: false,
        })
    }
}

/// When an entry was made; one that does not say so is of no process.
fn at(entry: &Value) -> i64 {
    text(entry, "timestamp").and_then(milliseconds).unwrap_or(-1)
}
