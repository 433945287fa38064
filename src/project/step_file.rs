//! `steps/NNNN_*.md`: what one step was told, did and reported, the acceptance-critical part first.

use super::ledger_file::{phase, stamp, state_after};
use crate::domain::{Run, Step, Text};
use std::fmt::Write as _;

/// Characters of a check's output that the report quotes, from its end.
const OUTPUT: usize = 8_000;

/// The same for a screen: what was done first, then what it cost; without what the screen shows elsewhere.
pub(super) fn reading(run: &Run, step: &Step, full: &dyn Fn(&Text) -> String) -> String {
    let mut text = String::new();
    let end = step.ended.map_or(run.now.run, |ended| ended.run);
    let who = step.role.as_ref().map_or("awtui", |role| role.as_str());
    let with = step.model.as_deref().map_or_else(String::new, |model| format!(" with {model}"));
    let _ = write!(
        text,
        "# Step {}: {}\n\n{who}{with}, {}.{} s",
        step.number,
        step.phase,
        step.wall(end) / 1000,
        step.wall(end) % 1000 / 100
    );
    let usage = run.ledger.steps.get(&step.number).cloned().unwrap_or_default();
    if usage.totals.calls > 0 || usage.totals.is_partial() {
        let _ = write!(text, ", {}", usage.totals.cost_in_words());
    }
    let _ = write!(text, "\n\n");
    answer(&mut text, step, full);
    evidence(&mut text, step, full);
    text
}

pub(super) fn step(run: &Run, step: &Step, path: &str, full: &dyn Fn(&Text) -> String) -> String {
    let usage = run.ledger.steps.get(&step.number).cloned().unwrap_or_default();
    let wall = step.wall(step.ended.map_or(run.now.run, |ended| ended.run));
    let mut text = String::new();
    let instruction = step.instruction.as_ref().map_or("none", |instruction| instruction.id.as_str());
    let _ = write!(
        text,
        "# Analyst/Worker Step Report\n\nRole: {}\nPhase: {}\nStep: {}\nModel: {}\nThinking level: {}\n\
         Authorized instruction id: {instruction}\nStarted: {}\nFinished: {}\nState after: {}\nFile: {path}\n\n",
        step.role.as_ref().map_or("AWTUI".to_owned(), |role| role.as_str().to_uppercase()),
        phase(step),
        step.number.0,
        step.model.as_deref().unwrap_or("not known"),
        step.thinking.as_deref().unwrap_or("not known"),
        stamp(step.started),
        step.ended.map_or_else(|| "not yet".to_owned(), stamp),
        state_after(run, step),
    );
    let counts: Vec<String> =
        usage.tool_counts.iter().map(|(name, count)| format!("{name}×{count}")).collect();
    let calls =
        if counts.is_empty() { String::new() } else { format!(", tool calls: {}", counts.join(", ")) };
    let _ = write!(
        text,
        "## Wall time\n\nWall: {wall} ms, LLM/orchestration: {} ms, tools/experiments: {} ms, compaction: {} ms{calls}\n\n",
        wall.saturating_sub(usage.tool_ms).saturating_sub(usage.compaction_ms),
        usage.tool_ms,
        usage.compaction_ms,
    );
    let totals = usage.totals;
    let _ = write!(
        text,
        "## Token usage\n\nInput: {}\nOutput: {}\nCache read: {}\nCache write: {}\nCost: {}\n\n",
        totals.tokens.input,
        totals.tokens.output,
        totals.tokens.cache_read,
        totals.tokens.cache_write,
        totals.cost_in_words(),
    );
    answer(&mut text, step, full);
    evidence(&mut text, step, full);
    if !step.prompt.is_empty() {
        let _ = write!(text, "## Prompt as sent\n\n{}\n", full(&step.prompt));
    }
    text
}

fn answer(text: &mut String, step: &Step, full: &dyn Fn(&Text) -> String) {
    if step.role.is_none() {
        return;
    }
    let _ = write!(text, "## Acceptance-critical final answer\n\n");
    if let Some(report) = &step.verdict {
        let _ = write!(text, "Verdict: {}\n\n{}\n\n", report.verdict.as_str(), full(&report.reason));
        if let Some(instruction) = &step.instruction {
            let _ = write!(
                text,
                "### Worker instruction\n\nInstruction id: {}\n\n{}\n\n",
                instruction.id,
                full(&instruction.goal)
            );
            for (name, items) in [
                ("Files", &instruction.files),
                ("Commands", &instruction.commands),
                ("Stop when", &instruction.stop_when),
                ("Report", &instruction.report),
            ] {
                if !items.is_empty() {
                    let _ = write!(text, "{name}:\n- {}\n\n", items.join("\n- "));
                }
            }
        }
        for question in &report.questions {
            let _ = writeln!(text, "Question: {question}");
        }
    } else if let Some(report) = &step.worker_report {
        let id = report.instruction_id.as_ref().map_or("not named", |id| id.as_str());
        let status =
            report.status.map_or("not given".to_owned(), |status| format!("{status:?}").to_lowercase());
        let _ = write!(text, "Instruction id: {id}\nStatus: {status}\n\n");
        for (name, section) in report.sections.named() {
            let words = if section.is_empty() { "(missing)".to_owned() } else { full(section) };
            let _ = write!(text, "### {name}\n\n{words}\n\n");
        }
    } else {
        let _ = write!(text, "(no report yet)\n\n");
    }
    if !step.last_message.is_empty() {
        let _ = write!(text, "## Last message\n\n{}\n\n", full(&step.last_message));
    }
}

fn evidence(text: &mut String, step: &Step, full: &dyn Fn(&Text) -> String) {
    let evidence = &step.evidence;
    if !evidence.checks.is_empty() {
        let _ = write!(text, "## Checks\n\n");
        for (name, result) in &evidence.checks {
            let end = match (&result.reason, result.code) {
                (Some(reason), _) => reason.clone(),
                (None, Some(code)) => format!("exit code {code}"),
                (None, None) => "no exit code".to_owned(),
            };
            let output = full(&result.output);
            let skip = output.chars().count().saturating_sub(OUTPUT);
            let tail: String = output.chars().skip(skip).collect();
            let _ =
                write!(text, "### {name}: {end}, {} ms\n\n```\n{}\n```\n\n", result.wall, tail.trim_end());
        }
    }
    if let Some(diff) = &evidence.diff {
        let _ = write!(text, "## Diff\n\n");
        for file in &diff.files {
            let count = |lines: Option<u64>| lines.map_or("?".to_owned(), |lines| lines.to_string());
            let _ = writeln!(text, "- {} +{} -{}", file.path, count(file.added), count(file.removed));
        }
        for name in &diff.skipped {
            let _ = writeln!(text, "- {name}: too large, not recorded");
        }
        let _ = writeln!(text);
    } else if evidence.after_settled {
        let _ = write!(
            text,
            "## Diff\n\nNo diff evidence: there is no git repository here, or the checkpoint failed.\n\n"
        );
    }
}
