//! What Claude Code tells of a compaction's call: nothing, but at its end the sums of all that its process spent.
//!
//! Owns the difference between those sums and the calls that were told one by one.

use crate::agent::entry::{milliseconds, number, text};
use crate::domain::{Tokens, UsageKind, UsageSeen};
use serde_json::Value;

/// The calls of which the log tells.
#[derive(Debug, Default)]
pub(super) struct Sums {
    calls: Vec<(i64, String, Tokens)>,
    compactions: Vec<(i64, String, String)>,
    /// A reply was cut off: what came of it is in the sums alone, and no difference is a compaction's.
    cut: bool,
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
            cache_write_1h: 0,
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
