//! `ledger.json`: the fields of the original analyst/worker extension, plus totals by role. Amounts are US dollars.

use crate::domain::{
    Call, Compaction, CompactionResult, Ledger, Money, RoleName, Run, Step, StepUsage, Time, Totals,
    UsageKind,
};
use serde_json::{Map, Value, json};
use std::path::Path;

/// RFC 3339 in universal time, with milliseconds.
pub(super) fn stamp(at: Time) -> String {
    let wall = i64::try_from(at.wall).unwrap_or_default();
    let timestamp = jiff::Timestamp::from_millisecond(wall).unwrap_or_default();
    timestamp.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

pub(super) fn ledger(run: &Run, folder: &Path) -> Value {
    json!({
        "schema_version": 1,
        "task_id": run.id,
        "task_title": run.task.first_line(),
        "artifact_dir": folder.display().to_string(),
        "started_at": stamp(run.created),
        "config": config(run),
        "totals": by_model(&run.ledger),
        "totals_by_role": by_role(run),
        "total": sums(&run.ledger.total),
        "steps": run.steps.iter().filter(|step| step.role.is_some()).map(|step| step_entry(run, step, folder)).collect::<Vec<_>>(),
        "outside_steps": outside(&run.ledger),
        "compactions": run.ledger.compactions.iter().map(compaction).collect::<Vec<_>>(),
    })
}

fn config(run: &Run) -> Value {
    let Some(config) = &run.config else { return Value::Null };
    let role = |name: &str| config.roles.get(&name.into());
    let model = |name: &str| role(name).and_then(|role| role.model.clone());
    let thinking =
        |name: &str| role(name).and_then(|role| role.thinking).map(crate::domain::Thinking::as_str);
    let limit = |name: &str| role(name).map(|role| role.context_limit);
    json!({
        "taskTitle": run.task.first_line(),
        "taskDescription": run.task.summary(),
        "analystModel": model("analyst"),
        "analystThinkingLevel": thinking("analyst"),
        "workerModel": model("worker"),
        "workerThinkingLevel": thinking("worker"),
        "analystContextLimitTokens": limit("analyst"),
        "workerContextLimitTokens": limit("worker"),
        "maxAutonomousHours": hours(config.bounds.max_autonomous),
        "maxRounds": config.bounds.max_rounds,
        "cwd": run.directory,
        "startedAt": stamp(run.created),
        "roles": config.roles,
    })
}

#[expect(clippy::cast_precision_loss, reason = "hours for people")]
fn hours(milliseconds: u64) -> f64 {
    milliseconds as f64 / 3_600_000.0
}

/// Dollars with all nine decimals, as a number that reads back to the same billionths.
fn dollars(money: Money) -> Value {
    let text = format!("{}.{:09}", money.0 / 1_000_000_000, money.0 % 1_000_000_000);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn sums(totals: &Totals) -> Value {
    json!({
        "in": totals.tokens.input,
        "out": totals.tokens.output,
        "cache_read": totals.tokens.cache_read,
        "cache_write": totals.tokens.cache_write,
        "reasoning": totals.tokens.reasoning,
        "cost": dollars(totals.cost),
        "calls": totals.calls,
        "estimated_calls": totals.estimated_calls,
        "unpriced_calls": totals.unpriced_calls,
        "unknown_calls": totals.unknown_calls,
        "untold_steps": totals.untold_steps,
    })
}

fn merged(mut into: Value, more: Value) -> Value {
    if let (Value::Object(into), Value::Object(more)) = (&mut into, more) {
        into.extend(more);
    }
    into
}

fn by_model(ledger: &Ledger) -> Value {
    let mut models: std::collections::BTreeMap<&str, Totals> = std::collections::BTreeMap::new();
    for role in ledger.roles.values() {
        for (model, totals) in &role.models {
            let sum = models.entry(model).or_default();
            *sum = add(sum, totals);
        }
    }
    models.into_iter().map(|(model, totals)| (model.to_owned(), sums(&totals))).collect::<Map<_, _>>().into()
}

fn add(one: &Totals, other: &Totals) -> Totals {
    Totals {
        tokens: one.tokens + other.tokens,
        cost: one.cost + other.cost,
        calls: one.calls + other.calls,
        estimated_calls: one.estimated_calls + other.estimated_calls,
        unpriced_calls: one.unpriced_calls + other.unpriced_calls,
        unknown_calls: one.unknown_calls + other.unknown_calls,
        untold_steps: one.untold_steps + other.untold_steps,
    }
}

fn by_role(run: &Run) -> Value {
    run.ledger
        .roles
        .iter()
        .map(|(role, totals)| {
            let times = json!({
                "wall_ms": totals.wall_ms,
                "tool_ms": totals.tool_ms,
                "compaction_ms": totals.compaction_ms,
                "steps": totals.steps,
            });
            (role.to_string(), merged(sums(&totals.totals), times))
        })
        .collect::<Map<_, _>>()
        .into()
}

fn step_entry(run: &Run, step: &Step, folder: &Path) -> Value {
    let usage = run.ledger.steps.get(&step.number).cloned().unwrap_or_default();
    let wall = step.wall(run.now.run);
    let (cumulative_in, cumulative_out) = cumulative(run, step);
    let role = step.role.as_ref().map(|role| role.as_str().to_uppercase());
    let entry = json!({
        "wall_ms": wall,
        "tool_ms": usage.tool_ms,
        "external_ms": 0,
        "llm_ms": usage.spans.model,
        "waiting_person_ms": usage.spans.person,
        "waiting_limit_ms": usage.spans.limit,
        "awtui_ms": usage.spans.own,
        "compaction_ms": usage.compaction_ms,
        "tool_ms_by_name": usage.tool_ms_by_name,
        "tool_counts": usage.tool_counts,
        "tool_errors": usage.tool_errors,
        "step": step.number.0,
        "role": role,
        "phase": phase(step),
        "model": step.model,
        "thinking_level": step.thinking,
        "state_after": state_after(run, step),
        "cumulative_model_in": cumulative_in,
        "cumulative_model_out": cumulative_out,
        "context_tokens": usage.context_tokens,
        "context_window": usage.context_window,
        "context_percent": percent(&usage),
        "instruction_id": step.instruction.as_ref().map(|instruction| &instruction.id),
        "outcome": step.outcome,
        "started_at": stamp(step.started),
        "finished_at": step.ended.map(stamp),
        "artifact": format!("{}/steps/{}.md", folder.display(), step.file_stem()),
    });
    merged(sums(&usage.totals), entry)
}

/// The phase as the original extension names it.
pub(super) fn phase(step: &Step) -> String {
    match (step.role.as_ref().map(RoleName::as_str), step.phase.as_str()) {
        (Some("analyst"), "plan") => "ANALYST_PLAN".to_owned(),
        (Some("analyst"), "review") => "ANALYST_REVIEW".to_owned(),
        (Some("worker"), "execute") => "WORKER_RUN".to_owned(),
        (role, phase) => match role {
            Some(role) => format!("{role}_{phase}").to_uppercase(),
            None => phase.to_uppercase(),
        },
    }
}

/// The state of the run when the step was over, in the original extension's words.
pub(super) fn state_after(run: &Run, step: &Step) -> &'static str {
    if step.ended.is_none() {
        return "RUNNING";
    }
    let next = run.steps.iter().find(|other| other.number > step.number && other.role.is_some());
    match (step.verdict.as_ref().map(|report| report.verdict), next.map(phase).as_deref()) {
        (Some(crate::domain::Verdict::Done), _) => "DONE_NEEDS_OPERATOR_CONFIRMATION",
        (Some(crate::domain::Verdict::Abort), _) => "ABORTED",
        (Some(crate::domain::Verdict::NeedsOperator), _) => "BLOCKED_NEEDS_OPERATOR",
        (Some(crate::domain::Verdict::NeedsWorker), _) => "WORKER_RUNNING",
        (None, Some("ANALYST_REVIEW")) => "ANALYST_REVIEWING",
        (None, Some("ANALYST_PLAN")) => "ANALYST_PLANNING",
        (None, Some("WORKER_RUN")) => "WORKER_RUNNING",
        (None, Some(_) | None) => match step.outcome {
            Some(crate::domain::StepOutcome::Aborted) => "ABORTED",
            Some(_) | None => "WAITING_FOR_OPERATOR",
        },
    }
}

/// Tokens of the step's model over all steps up to this one.
fn cumulative(run: &Run, step: &Step) -> (u64, u64) {
    run.ledger
        .calls
        .values()
        .filter(|call| Some(&call.seen.model) == step.model.as_ref())
        .filter(|call| call.step.is_some_and(|number| number <= step.number))
        .fold((0, 0), |(input, output), call| {
            (input + call.seen.tokens.input, output + call.seen.tokens.output)
        })
}

#[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
fn percent(usage: &StepUsage) -> Option<f64> {
    let (tokens, window) = (usage.context_tokens?, usage.context_window?);
    (window > 0).then(|| (tokens as f64 * 100_000.0 / window as f64).round() / 1000.0)
}

/// Calls that no step had: together with the steps they make the total.
fn outside(ledger: &Ledger) -> Value {
    let calls: Vec<&Call> = ledger.calls.values().filter(|call| call.step.is_none()).collect();
    calls
        .into_iter()
        .map(|call| {
            json!({
                "role": call.role,
                "model": call.seen.model,
                "kind": match call.seen.usage {
                    UsageKind::Reply => "reply",
                    UsageKind::Compaction => "compaction",
                    UsageKind::Helper => "helper",
                },
                "in": call.seen.tokens.input,
                "out": call.seen.tokens.output,
                "cache_read": call.seen.tokens.cache_read,
                "cache_write": call.seen.tokens.cache_write,
                "cost": call.seen.cost.as_ref().map(|cost| dollars(cost.nanos)),
            })
        })
        .collect::<Vec<_>>()
        .into()
}

fn compaction(compaction: &Compaction) -> Value {
    let (status, error) = match &compaction.result {
        CompactionResult::Running => ("running", None),
        CompactionResult::Completed => ("completed", None),
        CompactionResult::Nothing => ("nothing_to_compact", None),
        CompactionResult::Failed(reason) => ("failed", Some(reason)),
    };
    json!({
        "started_at": stamp(compaction.started),
        "finished_at": compaction.ended.map(stamp),
        "role": compaction.role,
        "model": compaction.model,
        "step": compaction.step,
        "automatic": compaction.automatic,
        "wall_ms": compaction.ended.map(|ended| ended.run.saturating_sub(compaction.started.run)),
        "tokens_before": compaction.before,
        "tokens_after": compaction.after,
        "status": status,
        "error": error,
    })
}
