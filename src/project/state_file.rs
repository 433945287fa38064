//! `state.md`, how the run stands for people and agents, and `summary.md`, what came of it.

use super::ledger_file::stamp;
use crate::domain::{CompactionResult, GateStatus, Run, RunOutcome, Step, Text, explain};
use std::fmt::Write as _;
use std::path::Path;

/// Notes of the operator that the file shows.
const NOTES: usize = 8;

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn list(items: impl Iterator<Item = String>, empty: &str) -> String {
    let lines: Vec<String> = items.map(|item| format!("- {}", item.replace('\n', "\n  "))).collect();
    if lines.is_empty() { format!("- {empty}") } else { lines.join("\n") }
}

pub(super) fn state(run: &Run, folder: &Path, full: &dyn Fn(&Text) -> String) -> String {
    let mut text = String::new();
    let config = run.config.as_ref();
    let _ = write!(
        text,
        "# Analyst/Worker State\n\nTask: {}\nTask ID: {}\nCurrent state: {}\nPaused: {}\n",
        run.task.first_line(),
        run.id.as_ref().map_or("none", |id| id.as_str()),
        run.summary_phase().as_str(),
        if run.pause.is_some() { "Yes" } else { "No" },
    );
    for (role, bound) in config.iter().flat_map(|config| &config.roles) {
        let model = bound.model.as_deref().unwrap_or("the agent's own choice");
        let thinking = bound.thinking.map_or("the agent's own choice", crate::domain::Thinking::as_str);
        let _ = writeln!(
            text,
            "{role} agent: {}\n{role} model: {model}\n{role} thinking: {thinking}",
            bound.agent.name
        );
    }
    let _ = write!(
        text,
        "Started: {}\nUpdated: {}\nLast step: {}\nArtifact dir: {}\nLedger: {}\nWorker steps: {}\n\n",
        stamp(run.created),
        stamp(run.now),
        run.steps.last().map_or(0, |step| step.number.0),
        folder.join("artifacts").display(),
        folder.join("ledger.json").display(),
        run.rounds,
    );
    let instruction = run.instruction.as_ref();
    let _ = write!(
        text,
        "## Current authorized worker instruction\nInstruction id: {}\n\n{}\n\n",
        instruction.map_or("none", |instruction| instruction.id.as_str()),
        instruction.map_or_else(String::new, |instruction| full(&instruction.goal)),
    );
    let notes =
        run.notes.iter().rev().take(NOTES).rev().map(|(at, note)| format!("{}: {}", stamp(*at), full(note)));
    let _ = write!(text, "## Operator notes / decisions\n{}\n\n", list(notes, "None recorded."));
    let gates = run.open_gates().map(|gate| format!("gate {}: {}", gate.id, full(&gate.question)));
    let _ = write!(text, "## Operator expected?\n{}\n\n", list(gates, "No."));
    let _ = write!(text, "## Next action\n{}\n\n", explain(run));
    let memory = run.memory.iter().cloned();
    let _ = write!(text, "## Operational memory\n{}\n\n", list(memory, "None recorded yet."));
    let steps = run.steps.iter().rev().take(3).map(|step| format!("steps/{}.md", step.file_stem()));
    let _ = write!(text, "## Latest artifacts\n{}\n\n", list(steps, "None yet."));
    let _ = writeln!(text, "## Global task description\n{}", full(&run.task));
    text
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:01} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

pub(super) fn summary(run: &Run, full: &dyn Fn(&Text) -> String) -> String {
    let outcome = match run.outcome {
        Some(RunOutcome::Done) => "done",
        Some(RunOutcome::Aborted) => "aborted",
        Some(RunOutcome::Failed) => "failed",
        None => "not over",
    };
    let mut text = format!(
        "# Summary\n\nTask: {}\nOutcome: {outcome} ({})\nElapsed: {}\nWorker steps: {}\n\n## Ledger\n\n\
         | role | in | out | cache read | cache write | cost | wall | tools | compaction |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        run.task.first_line(),
        or_none(&run.end_reason),
        seconds(run.elapsed(run.now)),
        run.rounds,
    );
    for (role, totals) in &run.ledger.roles {
        let tokens = totals.totals.tokens;
        let _ = writeln!(
            text,
            "| {role} | {} | {} | {} | {} | {} | {} | {} | {} |",
            tokens.input,
            tokens.output,
            tokens.cache_read,
            tokens.cache_write,
            totals.totals.cost_in_words(),
            seconds(totals.wall_ms),
            seconds(totals.tool_ms),
            seconds(totals.compaction_ms),
        );
    }
    let mut slowest: Vec<&Step> = run.steps.iter().filter(|step| step.ended.is_some()).collect();
    slowest.sort_by_key(|step| std::cmp::Reverse(step.wall(run.now.run)));
    let slow = slowest
        .iter()
        .take(3)
        .map(|step| format!("{} {}", step.file_stem(), seconds(step.wall(run.now.run))));
    let _ = write!(text, "\n## Slowest steps\n{}\n\n", list(slow, "None."));
    let errors = run
        .ledger
        .steps
        .iter()
        .filter(|(_, usage)| usage.tool_errors > 0)
        .map(|(step, usage)| format!("step {step}: {} tool calls failed", usage.tool_errors));
    let _ = write!(text, "## Tool errors\n{}\n\n", list(errors, "None."));
    let failed = run.ledger.compactions.iter().filter_map(|compaction| match &compaction.result {
        CompactionResult::Failed(reason) => Some(format!("{}: {reason}", compaction.role)),
        CompactionResult::Running | CompactionResult::Completed | CompactionResult::Nothing => None,
    });
    let _ = write!(text, "## Failed compactions\n{}\n\n", list(failed, "None."));
    let checks = run.steps.iter().rev().find(|step| !step.evidence.checks.is_empty());
    let checks = checks
        .iter()
        .flat_map(|step| &step.evidence.checks)
        .map(|(name, result)| format!("{name}: {}", if result.passed() { "passed" } else { "failed" }));
    let _ = write!(text, "## Checks after the last worker step\n{}\n\n", list(checks, "None configured."));
    let gates = run.gates.iter().map(|gate| {
        let answer = match &gate.status {
            GateStatus::Open => "open".to_owned(),
            GateStatus::Answered { answer, author, .. } => {
                format!("{} by {}", answer.kind.as_str(), author.name)
            }
            GateStatus::Withdrawn { reason, .. } => format!("withdrawn: {reason}"),
        };
        format!("gate {} ({}): {} -> {answer}", gate.id, gate.kind.title(), gate.question.first_line())
    });
    let _ = write!(text, "## Gates\n{}\n\n", list(gates, "None."));
    let memory = run.memory.iter().cloned();
    let _ = write!(text, "## Lessons\n{}\n\n", list(memory, "None recorded."));
    let _ = writeln!(text, "## Task\n{}", full(&run.task));
    text
}
