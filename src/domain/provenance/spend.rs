//! Who told the tokens and the cost of a subject, and what others say of the same.

use super::words::{ago, count, difference, exact, plural};
use super::{Explanation, Subject, where_told};
use crate::domain::{Call, CostSource, Money, Run, Source, Time, Totals, UsageKind};
use std::collections::BTreeMap;
use std::fmt::Write as _;

fn calls<'run>(run: &'run Run, subject: &'run Subject) -> impl Iterator<Item = (&'run String, &'run Call)> {
    run.ledger.calls.iter().filter(move |(_, call)| match subject {
        Subject::Run => true,
        Subject::Role(role) => call.role == *role,
        Subject::Model(role, model) => call.role == *role && call.seen.model == *model,
        Subject::Step(step) => call.step == Some(*step),
    })
}

fn totals(run: &Run, subject: &Subject) -> Totals {
    let ledger = &run.ledger;
    match subject {
        Subject::Run => ledger.total,
        Subject::Role(role) => ledger.roles.get(role).map(|role| role.totals).unwrap_or_default(),
        Subject::Model(role, model) => {
            ledger.roles.get(role).and_then(|role| role.models.get(model)).copied().unwrap_or_default()
        }
        Subject::Step(step) => ledger.steps.get(step).map(|usage| usage.totals).unwrap_or_default(),
    }
}

pub(super) fn spend(run: &Run, subject: &Subject, now: Time, all: &mut Explanation) {
    let sum = totals(run, subject);
    let tokens = sum.tokens;
    let mut buckets = format!(
        "{} in, {} cached, {} written, {} out",
        sum.bucket(tokens.input, count),
        sum.bucket(tokens.cache_read, count),
        sum.bucket(tokens.cache_write, count),
        sum.bucket(tokens.output, count)
    );
    if tokens.cache_write_1h > 0 {
        let _ = write!(buckets, "; {} of the written for an hour", count(tokens.cache_write_1h));
    }
    if tokens.reasoning > 0 {
        let _ = write!(buckets, "; {} of the out for reasoning", count(tokens.reasoning));
    }
    all.say("tokens", buckets);
    if sum.untold_steps > 0 {
        let steps = plural(sum.untold_steps, "step");
        all.warn("unknown", format!("{steps} of which nobody told a call: that took something all the same"));
    }
    if sum.calls == 0 {
        all.say("calls", if sum.untold_steps > 0 { "none was told" } else { "none was told yet" });
        return;
    }
    let mut by_source: BTreeMap<Source, (u64, Time)> = BTreeMap::new();
    let mut corrected = 0;
    for (_, call) in calls(run, subject) {
        let (number, last) = by_source.entry(call.source).or_default();
        *number += 1;
        *last = (*last).max_by_run(call.at);
        corrected += u64::from(call.corrected.is_some());
    }
    let told: Vec<String> = by_source
        .iter()
        .map(|(source, (number, last))| {
            format!("{} by {}, the last {}", count(*number), source.as_str(), ago(*last, now))
        })
        .collect();
    let place = match subject {
        Subject::Role(role) | Subject::Model(role, _) => where_told(run, role, "tokens"),
        Subject::Run | Subject::Step(_) => String::new(),
    };
    all.say("calls", format!("{}: {}{place}", count(sum.calls), told.join("; ")));
    if corrected > 0 {
        all.say("", format!("{} told again with other figures; the newer count", plural(corrected, "call")));
    }
    let unknown = |usage: fn(UsageKind) -> bool| {
        let calls = calls(run, subject).filter(|(_, call)| call.seen.unknown_spend && usage(call.seen.usage));
        u64::try_from(calls.count()).unwrap_or(u64::MAX)
    };
    let summaries = unknown(|usage| usage == UsageKind::Compaction);
    if summaries > 0 {
        let calls = plural(summaries, "call");
        all.warn("unknown", format!("{calls} for compactions: the agent does not say what that took"));
    }
    let broken = unknown(|usage| usage != UsageKind::Compaction);
    if broken > 0 {
        let calls = plural(broken, "call");
        all.warn("unknown", format!("{calls} failed or broken off: nobody says what they took"));
    }
    cost(run, subject, &sum, all);
    own_sums(run, subject, now, all);
}

impl Time {
    fn max_by_run(self, other: Self) -> Self {
        if other.run > self.run { other } else { self }
    }
}

/// Who priced which part, and what the table says of what an agent priced itself.
fn cost(run: &Run, subject: &Subject, sum: &Totals, all: &mut Explanation) {
    let mut parts: BTreeMap<String, (u64, Money)> = BTreeMap::new();
    let (mut own, mut listed, mut compared) = (Money::ZERO, Money::ZERO, 0);
    let mut unpriced: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, call) in calls(run, subject) {
        let Some(cost) = &call.seen.cost else {
            if !call.seen.unknown_spend {
                *unpriced.entry(&call.seen.model).or_default() += 1;
            }
            continue;
        };
        let above = |above: &Option<u64>| {
            above.map_or_else(String::new, |above| format!(" for more than {} tokens", count(above)))
        };
        let who = match &cost.source {
            CostSource::Agent => "by the agent".to_owned(),
            CostSource::Table { date, above: tier } => {
                format!("by the table of {date}{}, an estimate", above(tier))
            }
            CostSource::Settings { above: tier } => {
                format!("by [models] of the settings{}, an estimate", above(tier))
            }
        };
        let (number, money) = parts.entry(who).or_default();
        *number += 1;
        *money += cost.nanos;
        if let Some(table) = cost.listed {
            own += cost.nanos;
            listed += table;
            compared += 1;
        }
    }
    all.say("cost", format!("{}, priced when each call was seen", exact(sum.cost)));
    for (who, (number, money)) in &parts {
        all.say("", format!("{} in {} {who}", exact(*money), plural(*number, "call")));
    }
    for (model, number) in unpriced {
        all.warn(
            "",
            format!(
                "{} of {model} without a price: neither the agent nor a table tells",
                plural(number, "call")
            ),
        );
    }
    if compared > 0 {
        let words =
            format!("{} at list price for {} that the agent priced", exact(listed), plural(compared, "call"));
        match difference(own.0, listed.0) {
            Some(apart) => all.warn("table", format!("{words}; the agent says {apart}")),
            None => all.say("table", format!("{words}: the same")),
        }
    }
}

/// What the agents say of their own sums.
fn own_sums(run: &Run, subject: &Subject, now: Time, all: &mut Explanation) {
    let role = match subject {
        Subject::Role(role) => Some(role),
        Subject::Run => None,
        Subject::Model(..) | Subject::Step(_) => return,
    };
    let sessions = run.sessions.values().filter(|session| role.is_none_or(|role| session.role == *role));
    for session in sessions {
        let Some(sums) = session.sums else { continue };
        let prefix = format!("{}/", session.id);
        let mut ours = Totals::default();
        let counts = |call: &Call| sums.seen.helpers || call.seen.usage != UsageKind::Helper;
        let of_session = run.ledger.calls.iter().filter(|(key, _)| key.starts_with(&prefix));
        for (_, call) in of_session.filter(|(_, call)| counts(call)) {
            ours.add_call(&call.seen);
        }
        let who = format!("by {} {}", sums.source.as_str(), ago(sums.at, now));
        if let Some(told) = sums.seen.tokens {
            let words = format!("{}: {} tokens {who}", session.id, count(told.total()));
            match difference(told.total(), ours.tokens.total()) {
                Some(apart) => all.warn("agent's sum", format!("{words}, {apart} than the sum of its calls")),
                None => all.say("agent's sum", format!("{words}: as the sum of its calls")),
            }
        }
        if let Some(told) = sums.seen.cost {
            let words = format!("{}: {} {who}", session.id, exact(told));
            match difference(told.0, ours.cost.0) {
                Some(apart) => {
                    let words = format!("{words}, {apart} than the sum of its calls, {}", exact(ours.cost));
                    all.warn("agent's sum", words);
                }
                None => all.say("agent's sum", format!("{words}: as the sum of its calls")),
            }
        }
    }
}
