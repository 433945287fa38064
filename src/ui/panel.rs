//! The panels below the panes: steps, ledger, gates, artifacts.

use super::format::{bytes, cost, duration, fit, tokens, width};
use super::model::{Focus, Ui};
use super::view::line;
use crate::domain::{GateStatus, Run, Stage, Step, StepOutcome, Verdict};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn name(focus: Focus) -> &'static str {
    match focus {
        Focus::Steps => "steps",
        Focus::Ledger => "ledger",
        Focus::Gates => "gates",
        Focus::Artifacts => "artifacts",
        Focus::Analyst => "analyst",
        Focus::Worker => "worker",
        Focus::Input => "input",
    }
}

pub(super) fn draw(ui: &Ui, glass: &Glass, focus: Focus, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 || area.width < 4 {
        return;
    }
    let focused = ui.focus == focus;
    let style = ui.look.border(focused);
    line(buffer, area, &"─".repeat(usize::from(area.width)), style);
    let mark = if focused { "▸" } else { "" };
    let open = glass.run.open_gates().count();
    let label = match focus {
        Focus::Gates if open > 0 => format!(" {mark}gates ({open} open) "),
        Focus::Steps
        | Focus::Ledger
        | Focus::Gates
        | Focus::Artifacts
        | Focus::Analyst
        | Focus::Worker
        | Focus::Input => format!(" {mark}{} ", name(focus)),
    };
    buffer.set_stringn(
        area.x + 1,
        area.y,
        &label,
        usize::from(area.width - 1),
        style.patch(ui.look.strong()),
    );
    let inside = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 1 };
    match focus {
        Focus::Steps => steps(ui, glass, inside, buffer),
        Focus::Ledger => ledger(ui, glass, inside, buffer),
        Focus::Gates => gates(ui, glass, inside, buffer),
        Focus::Artifacts => artifacts(ui, glass, inside, buffer),
        Focus::Analyst | Focus::Worker | Focus::Input => {}
    }
}

/// What a step came to, in a word.
pub(super) fn outcome(step: &Step) -> String {
    if let Some(report) = &step.verdict {
        return match report.verdict {
            Verdict::NeedsWorker => "→ worker".to_owned(),
            Verdict::NeedsOperator => "→ operator".to_owned(),
            Verdict::Done => "done".to_owned(),
            Verdict::Abort => "abort".to_owned(),
        };
    }
    if !step.evidence.checks.is_empty() {
        let passed = step.evidence.checks.iter().filter(|(_, result)| result.passed()).count();
        return format!("{passed}/{} passed", step.evidence.checks.len());
    }
    match (step.stage, step.outcome) {
        (_, Some(StepOutcome::Completed)) => "reported".to_owned(),
        (_, Some(StepOutcome::Incomplete)) => "incomplete".to_owned(),
        (_, Some(StepOutcome::Abandoned)) => "abandoned".to_owned(),
        (_, Some(StepOutcome::Aborted)) => "aborted".to_owned(),
        (_, Some(StepOutcome::Failed)) => "failed".to_owned(),
        (Stage::Preparing, None) => "preparing".to_owned(),
        (Stage::Prompting(_), None) => "prompting".to_owned(),
        (Stage::Working, None) => "working".to_owned(),
        (Stage::TurnOver, None) => "turn over".to_owned(),
        (Stage::Checking, None) => "checking".to_owned(),
        (Stage::Held, None) => "held".to_owned(),
        (Stage::Over, None) => "over".to_owned(),
    }
}

fn steps(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let run = &glass.run;
    let rows = usize::from(area.height);
    let selected = ui.selected_step.unwrap_or_else(|| run.steps.len().saturating_sub(1));
    let first = (selected + 1).saturating_sub(rows);
    for (y, (index, step)) in (area.y..).zip(run.steps.iter().enumerate().skip(first).take(rows)) {
        let who = step.role.as_ref().map_or("awtui", |role| role.as_str());
        let usage = run.ledger.steps.get(&step.number);
        let spent = usage.map_or_else(String::new, |usage| cost(&usage.totals));
        let wall = duration(step.wall(glass.now.run));
        let tail = format!("{wall:>7} {spent:>8}");
        let room = area.width.saturating_sub(width(&tail) + 1);
        let text = format!("{} {who:<7} {:<7} {}", step.number, step.phase, outcome(step));
        let style =
            if ui.focus == Focus::Steps && index == selected { ui.look.selected() } else { Style::new() };
        buffer.set_style(Rect { y, height: 1, ..area }, style);
        buffer.set_stringn(area.x, y, fit(&text, room), usize::from(room), style.patch(ui.look.role(who)));
        let x = area.right().saturating_sub(width(&tail));
        if area.width > width(&tail) + 12 {
            buffer.set_stringn(x, y, &tail, usize::from(area.width), style);
        }
    }
}

/// Tokens in their four buckets, cost, and where the time went, by role.
fn ledger(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let run = &glass.run;
    let wide = area.width >= 62;
    let head = if wide {
        format!(
            "{:<8}{:>7}{:>7}{:>8}{:>7}{:>9} {:>7}{:>7}{:>7}",
            "", "in", "out", "cached", "write", "cost", "model", "tools", "compct"
        )
    } else {
        format!("{:<8}{:>7}{:>7}{:>8}{:>9}", "", "in", "out", "cached", "cost")
    };
    line(buffer, Rect { height: 1, ..area }, &head, ui.look.dim());
    let mut y = area.y + 1;
    let mut rows: Vec<(String, String)> = run
        .roles
        .keys()
        .map(|role| (role.to_string(), ledger_row(run, glass, role.as_str(), wide)))
        .collect();
    let total = &run.ledger.total;
    rows.push((
        String::new(),
        format!(
            "{:<8}{:>7}{:>7}{:>8}{}{:>9}",
            "total",
            tokens(total.tokens.input),
            tokens(total.tokens.output),
            tokens(total.tokens.cache_read),
            if wide { format!("{:>7}", tokens(total.tokens.cache_write)) } else { String::new() },
            cost(total),
        ),
    ));
    for compaction in run.ledger.compactions.iter().rev().take(3) {
        let size = |tokens_now: Option<u64>| tokens_now.map_or_else(|| "?".to_owned(), tokens);
        rows.push((
            compaction.role.to_string(),
            format!("{} compacted {} → {}", compaction.role, size(compaction.before), size(compaction.after)),
        ));
    }
    for (role, text) in rows {
        if y >= area.bottom() {
            return;
        }
        let style = if role.is_empty() { ui.look.strong() } else { ui.look.role(&role) };
        buffer.set_stringn(area.x, y, fit(&text, area.width), usize::from(area.width), style);
        y += 1;
    }
}

fn ledger_row(run: &Run, glass: &Glass, role: &str, wide: bool) -> String {
    let totals = run.ledger.roles.get(&role.into()).cloned().unwrap_or_default();
    let sum = &totals.totals;
    let open = run
        .current_step()
        .filter(|step| step.role.as_ref().is_some_and(|one| one.as_str() == role))
        .map_or(0, |step| step.wall(glass.now.run));
    let model = (totals.wall_ms + open).saturating_sub(totals.tool_ms + totals.compaction_ms);
    let narrow = format!(
        "{:<8}{:>7}{:>7}{:>8}{}{:>9}",
        fit(role, 8),
        tokens(sum.tokens.input),
        tokens(sum.tokens.output),
        tokens(sum.tokens.cache_read),
        if wide { format!("{:>7}", tokens(sum.tokens.cache_write)) } else { String::new() },
        cost(sum),
    );
    if wide {
        let times = [model, totals.tool_ms, totals.compaction_ms].map(duration);
        format!("{narrow} {:>7}{:>7}{:>7}", times[0], times[1], times[2])
    } else {
        narrow
    }
}

/// Open gates first, longest waiting on top, then what was answered, newest on top.
fn gates(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let run = &glass.run;
    let open = run.open_gates();
    let closed = run.gates.iter().rev().filter(|gate| !gate.is_open());
    let mut drawn = false;
    for (y, gate) in (area.y..area.bottom()).zip(open.chain(closed)) {
        drawn = true;
        let (text, style) = match &gate.status {
            GateStatus::Open => {
                let waited = duration(glass.now.run.saturating_sub(gate.opened.run));
                (format!("? {} {} {waited}", gate.id, gate.kind.title()), ui.look.warning())
            }
            GateStatus::Answered { answer, .. } => {
                (format!("✓ {} {}: {}", gate.id, gate.kind.title(), answer.kind.as_str()), ui.look.dim())
            }
            GateStatus::Withdrawn { .. } => (format!("- {} {}", gate.id, gate.kind.title()), ui.look.dim()),
        };
        buffer.set_stringn(area.x, y, fit(&text, area.width), usize::from(area.width), style);
    }
    if !drawn {
        buffer.set_stringn(area.x, area.y, "none", usize::from(area.width), ui.look.dim());
    }
}

fn artifacts(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    if glass.artifacts.is_empty() {
        buffer.set_stringn(area.x, area.y, "none yet", usize::from(area.width), ui.look.dim());
        return;
    }
    for (y, entry) in (area.y..area.bottom()).zip(&glass.artifacts) {
        let depth = entry.path.matches('/').count().saturating_sub(1);
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        // Names are the agent's: what could steer a terminal is shown as a question mark.
        let name: String =
            name.chars().map(|character| if character.is_control() { '?' } else { character }).collect();
        let size = match (entry.is_folder, entry.bytes) {
            (true, _) => "/".to_owned(),
            (false, 0) => " empty".to_owned(),
            (false, count) => format!(" {}", bytes(count)),
        };
        let text = format!("{}{name}{size}", "  ".repeat(depth));
        buffer.set_stringn(area.x, y, fit(&text, area.width), usize::from(area.width), Style::new());
    }
}
