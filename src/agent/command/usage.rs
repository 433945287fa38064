//! Tokens read from what a program prints, by a rule of its definition.

use super::definition::{UsageCounts, UsageRule};
use crate::agent::json;
use crate::domain::{Cost, Money, Tokens, UsageKind, UsageSeen};
use regex::Regex;
use serde_json::Value;

/// A figure by its name.
type Figures<'line> = Box<dyn Fn(&str) -> Option<f64> + 'line>;

#[derive(Debug)]
pub(super) struct Counter {
    rule: UsageRule,
    pattern: Option<Regex>,
    /// With [`UsageCounts::Total`]: what was counted already.
    before: (Tokens, Money),
}

impl Counter {
    pub(super) fn new(rule: UsageRule) -> Result<Self, regex::Error> {
        let pattern = rule.pattern.as_deref().map(Regex::new).transpose()?;
        Ok(Self { rule, pattern, before: (Tokens::default(), Money::ZERO) })
    }

    /// A new process counts from zero.
    pub(super) fn restart(&mut self) {
        self.before = (Tokens::default(), Money::ZERO);
    }

    /// `place` names the line where it has no id of its own.
    pub(super) fn line(&mut self, line: &str, place: &str, model: &str) -> Option<UsageSeen> {
        let figure = self.figures(line)?;
        let count = |name: &str| figure(name).and_then(whole).unwrap_or(0);
        let mut tokens = Tokens {
            input: count("input"),
            output: count("output"),
            cache_read: count("cache_read"),
            cache_write: count("cache_write"),
            reasoning: 0,
            cache_write_1h: 0,
        };
        let mut cost = figure("cost").and_then(Money::from_dollars);
        if self.rule.counts == UsageCounts::Total {
            let (seen, paid) = self.before;
            self.before = (tokens, cost.unwrap_or(paid));
            tokens = tokens.saturating_sub(seen);
            cost = cost.map(|cost| Money(cost.0.saturating_sub(paid.0)));
        }
        if tokens.total() == 0 {
            return None;
        }
        let context = tokens.input + tokens.cache_read + tokens.cache_write + tokens.output;
        Some(UsageSeen {
            message: self.id(line).unwrap_or_else(|| place.to_owned()),
            model: model.to_owned(),
            usage: UsageKind::Reply,
            tokens,
            cost: cost.map(Cost::by_agent),
            wall: None,
            context: (self.rule.counts == UsageCounts::Call).then_some(context),
            window: None,
            unknown_spend: false,
        })
    }

    fn id(&self, line: &str) -> Option<String> {
        if let Some(pattern) = &self.pattern {
            return Some(pattern.captures(line)?.name("id")?.as_str().to_owned());
        }
        let value: Value = json::read(line.trim()).ok()?;
        let id = value.pointer(self.rule.id.as_deref()?)?;
        Some(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
    }

    /// How to read one figure of this line; `None` when the line has none.
    fn figures<'line>(&self, line: &'line str) -> Option<Figures<'line>> {
        if let Some(pattern) = &self.pattern {
            let captures = pattern.captures(line)?;
            return Some(Box::new(move |name| {
                captures.name(name)?.as_str().replace([',', '_'], "").parse().ok()
            }));
        }
        let value: Value = json::read(line.trim()).ok().filter(Value::is_object)?;
        let rule = self.rule.clone();
        Some(Box::new(move |name| {
            let pointer = match name {
                "input" => &rule.input,
                "output" => &rule.output,
                "cache_read" => &rule.cache_read,
                "cache_write" => &rule.cache_write,
                _ => &rule.cost,
            };
            value.pointer(pointer.as_deref()?)?.as_f64()
        }))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
fn whole(figure: f64) -> Option<u64> {
    (0.0..1e15).contains(&figure).then_some(figure.round() as u64)
}
