//! A fact in words: its kind as the journal names it, a line that says it, and its fields one by one.
//!
//! Owns the wording alone. What a fact does to the run is the domain's.

use super::format::{duration, tokens, tokens_or_unknown};
use crate::domain::{Fact, Observation, PromptKind, Text, Tokens, TurnEnd, UsageSeen};
use serde::Serialize;
use serde_json::Value;

/// As in the journal; of what was observed, the observation's.
pub(super) fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::RunCreated { .. } => "run_created",
        Fact::Recovered => "recovered",
        Fact::PhaseEntered { .. } => "phase_entered",
        Fact::StepStarted { .. } => "step_started",
        Fact::StepEnded { .. } => "step_ended",
        Fact::TurnPlanned { .. } => "turn_planned",
        Fact::InstructionIssued { .. } => "instruction_issued",
        Fact::Requested { .. } => "requested",
        Fact::Settled { .. } => "settled",
        Fact::SessionOpened { .. } => "session_opened",
        Fact::Observed { observation, .. } => observed(observation),
        Fact::WorkerReported { .. } => "worker_reported",
        Fact::VerdictReported { .. } => "verdict_reported",
        Fact::ReportRefused { .. } => "report_refused",
        Fact::GateOpened { .. } => "gate_opened",
        Fact::GateAnswered { .. } => "gate_answered",
        Fact::GateWithdrawn { .. } => "gate_withdrawn",
        Fact::BoundExtended { .. } => "bound_extended",
        Fact::Paused { .. } => "paused",
        Fact::Resumed { .. } => "resumed",
        Fact::TakenOver { .. } => "taken_over",
        Fact::HandedBack { .. } => "handed_back",
        Fact::AbortAsked { .. } => "abort_asked",
        Fact::Noted { .. } => "noted",
        Fact::Said { .. } => "said",
        Fact::CompactionAsked { .. } => "compaction_asked",
        Fact::PaneResized { .. } => "pane_resized",
        Fact::RunEnded { .. } => "run_ended",
    }
}

fn observed(observation: &Observation) -> &'static str {
    match observation {
        Observation::Ready => "ready",
        Observation::SessionKnown { .. } => "session_known",
        Observation::ModelSeen { .. } => "model_seen",
        Observation::Listed { .. } => "listed",
        Observation::GuardSeen { .. } => "guard_seen",
        Observation::TurnStarted => "turn_started",
        Observation::Usage(_) => "usage",
        Observation::SumsSeen(_) => "sums_seen",
        Observation::ContextSeen { .. } => "context_seen",
        Observation::ToolStarted { .. } => "tool_started",
        Observation::ToolEnded { .. } => "tool_ended",
        Observation::PermissionAsked(_) => "permission_asked",
        Observation::PermissionGone { .. } => "permission_gone",
        Observation::CompactionStarted { .. } => "compaction_started",
        Observation::CompactionEnded { .. } => "compaction_ended",
        Observation::Limited(_) => "limited",
        Observation::TurnEnded { .. } => "turn_ended",
        Observation::PromptSeen { .. } => "prompt_seen",
        Observation::Status(_) => "status",
        Observation::Progress { .. } => "progress",
        Observation::Attached { .. } => "attached",
        Observation::Typed => "typed",
        Observation::Gone { .. } => "gone",
    }
}

/// One line that says it. What awtui asked of the world is said by its log.
pub(super) fn words(fact: &Fact) -> String {
    match fact {
        Fact::RunCreated { task, .. } => first(task),
        Fact::Recovered => "another supervisor took the run over; every pane of before is gone".to_owned(),
        Fact::PhaseEntered { phase } => phase.to_string(),
        Fact::StepStarted { step, phase, .. } => format!("step {step}: {phase}"),
        Fact::StepEnded { step, outcome } => format!("step {step}: {}", plain(outcome)),
        Fact::TurnPlanned { step, prompt } => format!("step {step}: {}", planned(prompt)),
        Fact::InstructionIssued { instruction, .. } => {
            format!("{}: {}", instruction.id, instruction.goal.first_line())
        }
        Fact::Requested { effect } => plain(effect),
        Fact::Settled { outcome, .. } => plain(outcome),
        Fact::SessionOpened { session, .. } => session.to_string(),
        Fact::Observed { observation, .. } => seen(observation),
        Fact::WorkerReported { report, .. } => {
            format!("{}: {}", plain(&report.status), report.sections.result.first_line())
        }
        Fact::VerdictReported { report, .. } => {
            format!("{}: {}", report.verdict.as_str(), report.reason.first_line())
        }
        Fact::ReportRefused { reason, .. } => reason.clone(),
        Fact::GateOpened { gate } => {
            format!("gate {} ({}): {}", gate.id, gate.kind.title(), gate.question.first_line())
        }
        Fact::GateAnswered { gate, answer, .. } => {
            format!("gate {gate}: {} {}", answer.kind.as_str(), answer.text.first_line())
        }
        Fact::GateWithdrawn { gate, reason } => format!("gate {gate}: {reason}"),
        Fact::BoundExtended { gate, bound } => format!("by gate {gate}: {}", plain(bound)),
        Fact::Paused { mode, reason, .. } => format!("{} {reason}", plain(mode)),
        Fact::Resumed { .. } | Fact::HandedBack { .. } => String::new(),
        Fact::TakenOver { pane, .. } => pane.to_string(),
        Fact::AbortAsked { reason, .. } => reason.clone(),
        Fact::Noted { text, .. } | Fact::Said { text, .. } => first(text),
        Fact::CompactionAsked { role, .. } => format!("of the {role}"),
        Fact::PaneResized { pane, cols, rows } => format!("{pane} {cols}x{rows}"),
        Fact::RunEnded { outcome, reason } => format!("{}: {reason}", plain(outcome)),
    }
}

fn first(text: &Text) -> String {
    text.first_line().to_owned()
}

fn planned(prompt: &PromptKind) -> String {
    match prompt {
        PromptKind::Phase { template } => template.clone(),
        PromptKind::Continue { missing } => format!("the report lacks {}", missing.join(", ")),
        PromptKind::Remind => "a reminder".to_owned(),
        PromptKind::Resume => "go on where it was".to_owned(),
        PromptKind::Say { text } => first(text),
    }
}

fn seen(observation: &Observation) -> String {
    match observation {
        Observation::Ready | Observation::TurnStarted | Observation::Typed => String::new(),
        Observation::SessionKnown { agent_session, .. } => agent_session.clone(),
        Observation::ModelSeen { model, thinking, window, .. } => {
            let thinking = thinking.as_ref().map_or_else(String::new, |level| format!(", thinks {level}"));
            format!("{model}{thinking}, window {}", tokens_or_unknown(*window))
        }
        Observation::Listed { window, .. } => format!("window {}", tokens_or_unknown(*window)),
        Observation::GuardSeen { unguarded: Some(by) } => format!("it asks nobody before it acts, by {by}"),
        Observation::GuardSeen { unguarded: None } => "it asks before it acts".to_owned(),
        Observation::Usage(usage) => paid(usage),
        Observation::SumsSeen(sums) => {
            let all = sums.tokens.map(Tokens::total);
            format!("the agent's own sums: {} tokens", tokens_or_unknown(all))
        }
        Observation::ContextSeen { tokens, window } => {
            format!("{} of {}", tokens_or_unknown(*tokens), tokens_or_unknown(*window))
        }
        Observation::ToolStarted { name, detail, .. } => format!("{name} {detail}"),
        Observation::ToolEnded { name, failed, wall, .. } => {
            let took = wall.map_or_else(String::new, |wall| format!(" after {}", duration(wall)));
            format!("{name}{took}{}", if *failed { ", failed" } else { "" })
        }
        Observation::PermissionAsked(request) => format!("{}: {}", request.tool, request.detail.first_line()),
        Observation::PermissionGone { ask } => ask.clone(),
        Observation::CompactionStarted { automatic } => {
            (if *automatic { "by the agent itself" } else { "as it was asked to" }).to_owned()
        }
        Observation::CompactionEnded { before, after, failed, nothing } => match (failed, nothing) {
            (Some(reason), _) => format!("failed: {reason}"),
            (None, true) => "there was nothing to compact".to_owned(),
            (None, false) => format!("{} → {}", tokens_or_unknown(*before), tokens_or_unknown(*after)),
        },
        Observation::Limited(limit) => limit.reason.clone(),
        Observation::TurnEnded { end, text } => match end {
            TurnEnd::Completed => first(text),
            TurnEnd::Interrupted => "interrupted".to_owned(),
            TurnEnd::Failed { reason } => format!("failed: {reason}"),
            TurnEnd::Unknown => "over, nobody says how".to_owned(),
        },
        Observation::PromptSeen { effect } => format!("the prompt of record {effect} arrived"),
        Observation::Status(status) => plain(status),
        Observation::Progress { text } => text.clone(),
        Observation::Attached { path, note } => format!("{path} {note}"),
        Observation::Gone { code, signal } => match (code, signal) {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(signal)) => format!("by signal {signal}"),
            (None, None) => "nobody knows how".to_owned(),
        },
    }
}

fn paid(usage: &UsageSeen) -> String {
    let cost = usage.cost.as_ref().map_or_else(|| "$?".to_owned(), |cost| cost.nanos.to_string());
    let told = &usage.tokens;
    // As the ledger has them.
    let cached = told.cache_read + told.cache_write;
    let cached = if cached > 0 { format!(" {} cached", tokens(cached)) } else { String::new() };
    let count = if usage.unknown_spend {
        "tokens unknown".to_owned()
    } else {
        format!("{} in{cached} {} out, {cost}", tokens(told.input), tokens(told.output))
    };
    format!("{} {count}", usage.model)
}

/// A value that is one word, in that word; else its fields on one line.
fn plain(value: &impl Serialize) -> String {
    let all = fields(value);
    match all.as_slice() {
        [(_, word)] => word.replace('_', " "),
        all => all
            .iter()
            .map(|(name, value)| {
                let value = value.lines().next().unwrap_or_default();
                if name.contains('.') || !name.is_empty() {
                    format!("{name} {value}")
                } else {
                    value.to_owned()
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// Every field with its path and its value, in the order of the journal.
pub(super) fn fields(value: &impl Serialize) -> Vec<(String, String)> {
    let mut all = Vec::new();
    // What is a fact was written as this, or read from it.
    if let Ok(value) = serde_json::to_value(value) {
        flatten(String::new(), &value, &mut all);
    }
    all
}

fn flatten(path: String, value: &Value, all: &mut Vec<(String, String)>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                flatten(below(name), value, all);
            }
        }
        Value::Array(values) if !values.is_empty() => {
            for (place, value) in values.iter().enumerate() {
                flatten(below(&(place + 1).to_string()), value, all);
            }
        }
        Value::Null => all.push((path, "not known".to_owned())),
        Value::Object(_) | Value::Array(_) => all.push((path, "none".to_owned())),
        Value::String(text) => all.push((path, text.clone())),
        Value::Bool(_) | Value::Number(_) => all.push((path, value.to_string())),
    }
}
