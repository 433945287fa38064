//! Tokens, money and time by step, role and model: a fold over observations, keyed by the agents' message ids.

use super::{Money, RoleName, SessionId, Source, Spans, StepNumber, Time, Tokens, UsageKind, UsageSeen};
use serde::Serialize;
use std::collections::BTreeMap;

/// A number of tokens as people say it: `950`, `12.3k`, `1.25M`.
pub fn short_count(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..100_000 => format!("{}.{}k", count / 1_000, count % 1_000 / 100),
        100_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}.{:02}M", count / 1_000_000, count % 1_000_000 / 10_000),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ledger {
    /// Every paid call by `<session>/<message id>`. A second sighting replaces the first, so that a log that is read
    /// again counts once.
    pub calls: BTreeMap<String, Call>,
    pub steps: BTreeMap<StepNumber, StepUsage>,
    pub roles: BTreeMap<RoleName, RoleTotals>,
    pub total: Totals,
    /// Steps that ended without one told call.
    pub untold: BTreeMap<StepNumber, RoleName>,
    pub compactions: Vec<Compaction>,
    /// Where the time of the whole run went, up to the last record.
    pub spans: Spans,
}

/// One paid model call and what it was counted under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    pub role: RoleName,
    pub step: Option<StepNumber>,
    pub seen: UsageSeen,
    /// Who told it as it stands.
    pub source: Source,
    pub at: Time,
    /// Who told it before with other figures.
    pub corrected: Option<Source>,
}

/// Sums of calls. `cost` is the sum of what is known; the counters beside it say how much is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    pub tokens: Tokens,
    pub cost: Money,
    pub calls: u64,
    /// Calls priced from a table: part of `cost` is an estimate.
    pub estimated_calls: u64,
    /// Calls whose price is not known: their cost is missing from `cost`.
    pub unpriced_calls: u64,
    /// Calls that failed or were cut off without the agent reporting tokens: real spend is unknown.
    pub unknown_calls: u64,
    /// Steps that an agent ended while nobody told one call of them: what they took is not known at all.
    pub untold_steps: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StepUsage {
    #[serde(flatten)]
    pub totals: Totals,
    /// Milliseconds in which at least one tool ran.
    pub tool_ms: u64,
    pub tool_ms_by_name: BTreeMap<String, u64>,
    pub tool_counts: BTreeMap<String, u64>,
    pub tool_errors: u64,
    /// Milliseconds spent compacting before or within the step.
    pub compaction_ms: u64,
    /// At the end of the step, or now.
    pub context_tokens: Option<u64>,
    pub context_window: Option<u64>,
    /// Where its time went, up to the last record.
    pub spans: Spans,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RoleTotals {
    #[serde(flatten)]
    pub totals: Totals,
    pub models: BTreeMap<String, Totals>,
    /// Milliseconds of finished steps.
    pub wall_ms: u64,
    pub tool_ms: u64,
    pub compaction_ms: u64,
    pub steps: u32,
    /// Where the time of its steps went, up to the last record.
    pub spans: Spans,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compaction {
    pub role: RoleName,
    pub model: Option<String>,
    pub step: Option<StepNumber>,
    pub started: Time,
    pub ended: Option<Time>,
    pub automatic: bool,
    pub before: Option<u64>,
    pub after: Option<u64>,
    pub result: CompactionResult,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "status", content = "error")]
pub enum CompactionResult {
    Running,
    Completed,
    Nothing,
    Failed(String),
}

impl Totals {
    /// What is known of the cost, with `~` for an estimate and `+?` where calls are missing from it; `$?` when none is known.
    pub fn spent(&self) -> String {
        if self.is_unknown() {
            return "$?".to_owned();
        }
        let estimate = if self.estimated_calls > 0 { "~" } else { "" };
        let gap = if self.is_partial() { "+?" } else { "" };
        format!("{estimate}{}{gap}", self.cost)
    }

    /// The same of a part of the run, where no sum is begun before a call was told: `-` then.
    pub fn spent_so_far(&self) -> String {
        if self.is_untouched() { "-".to_owned() } else { self.spent() }
    }

    /// A number of tokens with what is missing from it: `2800+?`, `?` where nothing is known, `-` before a call was told.
    pub fn bucket(&self, count: u64, written: impl Fn(u64) -> String) -> String {
        let missing = self.unknown_calls + self.untold_steps > 0;
        match (count, missing) {
            (0, true) => "?".to_owned(),
            (0, false) if self.is_untouched() => "-".to_owned(),
            (count, true) => format!("{}+?", written(count)),
            (count, false) => written(count),
        }
    }

    fn is_untouched(&self) -> bool {
        self.calls == 0 && !self.is_partial()
    }

    /// The cost for a report: `~$0.02 and 2 calls of unknown cost`.
    pub fn cost_in_words(&self) -> String {
        let gap = self.gap();
        if self.is_unknown() {
            return gap;
        }
        let estimate = if self.estimated_calls > 0 { "~" } else { "" };
        let and = if gap.is_empty() { "" } else { " and " };
        format!("{estimate}{}{and}{gap}", self.cost)
    }

    /// Some of the cost is not known.
    pub fn is_partial(&self) -> bool {
        self.unpriced_calls + self.unknown_calls + self.untold_steps > 0
    }

    /// None of the cost is known.
    pub fn is_unknown(&self) -> bool {
        self.is_partial() && self.unpriced_calls + self.unknown_calls == self.calls
    }

    /// What is missing, in words behind a sum: `2 calls and 1 step of unknown cost`; empty when nothing is.
    pub fn gap(&self) -> String {
        let parts = [(self.unpriced_calls + self.unknown_calls, "call"), (self.untold_steps, "step")];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
            .collect();
        if parts.is_empty() { String::new() } else { format!("{} of unknown cost", parts.join(" and ")) }
    }

    /// A step of which nothing was told.
    fn untold() -> Self {
        Self { untold_steps: 1, ..Self::default() }
    }

    fn of(seen: &UsageSeen) -> Self {
        let estimated = seen.cost.as_ref().is_some_and(|cost| cost.source.is_estimate());
        Self {
            tokens: seen.tokens,
            cost: seen.cost.as_ref().map_or(Money::ZERO, |cost| cost.nanos),
            calls: 1,
            estimated_calls: u64::from(estimated),
            unpriced_calls: u64::from(seen.cost.is_none() && !seen.unknown_spend),
            unknown_calls: u64::from(seen.unknown_spend),
            untold_steps: 0,
        }
    }

    /// One call more.
    pub(super) fn add_call(&mut self, seen: &UsageSeen) {
        self.add(&Self::of(seen));
    }

    fn add(&mut self, other: &Self) {
        self.tokens += other.tokens;
        self.cost += other.cost;
        self.calls += other.calls;
        self.estimated_calls += other.estimated_calls;
        self.unpriced_calls += other.unpriced_calls;
        self.unknown_calls += other.unknown_calls;
        self.untold_steps += other.untold_steps;
    }

    fn subtract(&mut self, other: &Self) {
        self.tokens = self.tokens.saturating_sub(other.tokens);
        self.cost = Money(self.cost.0.saturating_sub(other.cost.0));
        self.calls = self.calls.saturating_sub(other.calls);
        self.estimated_calls = self.estimated_calls.saturating_sub(other.estimated_calls);
        self.unpriced_calls = self.unpriced_calls.saturating_sub(other.unpriced_calls);
        self.unknown_calls = self.unknown_calls.saturating_sub(other.unknown_calls);
        self.untold_steps = self.untold_steps.saturating_sub(other.untold_steps);
    }
}

impl Ledger {
    pub fn key(session: &SessionId, message: &str) -> String {
        format!("{session}/{message}")
    }

    /// Whether this sighting would change anything: the same call with the same figures does not. A price that awtui
    /// reckoned is part of them no more once it stands: it is reckoned once, by the table of its day.
    pub fn is_news(&self, session: &SessionId, seen: &UsageSeen) -> bool {
        let told = |seen: &UsageSeen| {
            let told = seen.cost.as_ref().filter(|cost| !cost.source.is_estimate()).map(|cost| cost.nanos);
            (told, UsageSeen { cost: None, ..seen.clone() })
        };
        let Some(call) = self.calls.get(&Self::key(session, &seen.message)) else { return true };
        let first_price = call.seen.cost.is_none() && seen.cost.is_some();
        first_price || told(&call.seen) != told(seen)
    }

    /// Counts the call, or corrects what was counted for it before. A call stays under the step that first had it.
    pub(super) fn count(
        &mut self,
        session: &SessionId,
        role: &RoleName,
        step: Option<StepNumber>,
        seen: &UsageSeen,
        (source, at): (Source, Time),
    ) {
        let key = Self::key(session, &seen.message);
        let before = self.calls.remove(&key);
        let corrected = before.as_ref().map(|before| before.source);
        let step = match before {
            Some(before) => {
                let totals = Totals::of(&before.seen);
                let model = Some(before.seen.model.as_str());
                self.each_total(role, before.step, model, |sum| sum.subtract(&totals));
                before.step
            }
            None => step,
        };
        if let Some(step) = step
            && let Some(role) = self.untold.remove(&step)
        {
            self.each_total(&role, Some(step), None, |sum| sum.subtract(&Totals::untold()));
        }
        let totals = Totals::of(seen);
        self.each_total(role, step, Some(&seen.model), |sum| sum.add(&totals));
        self.calls.insert(key, Call { role: role.clone(), step, seen: seen.clone(), source, at, corrected });
    }

    /// A step of this role ended. Without one told call what it took is unknown, until one is told after all.
    pub(super) fn ended(&mut self, role: &RoleName, step: StepNumber) {
        if self.steps.get(&step).is_none_or(|usage| usage.totals.calls == 0) {
            self.untold.insert(step, role.clone());
            self.each_total(role, Some(step), None, |sum| sum.add(&Totals::untold()));
        }
    }

    fn each_total(
        &mut self,
        role: &RoleName,
        step: Option<StepNumber>,
        model: Option<&str>,
        mut change: impl FnMut(&mut Totals),
    ) {
        change(&mut self.total);
        let by_role = self.roles.entry(role.clone()).or_default();
        change(&mut by_role.totals);
        if let Some(model) = model {
            change(by_role.models.entry(model.to_owned()).or_default());
        }
        if let Some(step) = step {
            change(&mut self.steps.entry(step).or_default().totals);
        }
    }

    /// The compaction of this role that has not ended.
    pub(super) fn open_compaction(&mut self, role: &RoleName) -> Option<&mut Compaction> {
        self.compactions
            .iter_mut()
            .rev()
            .find(|one| one.role == *role && one.result == CompactionResult::Running)
    }

    /// Paid calls of compactions: part of the totals, listed apart.
    pub fn compaction_totals(&self) -> Totals {
        self.calls.values().filter(|call| call.seen.usage == UsageKind::Compaction).fold(
            Totals::default(),
            |mut sum, call| {
                sum.add(&Totals::of(&call.seen));
                sum
            },
        )
    }

    /// The sum of the steps and of the calls that belong to no step. Equal to `total`, or the ledger is wrong.
    pub fn recomputed(&self) -> Totals {
        let untold = u64::try_from(self.untold.len()).unwrap_or(u64::MAX);
        let none = Totals { untold_steps: untold, ..Totals::default() };
        self.calls.values().fold(none, |mut sum, call| {
            sum.add(&Totals::of(&call.seen));
            sum
        })
    }
}
