//! What lies over the frame: the gate card, help, the question before an abort, a step's report.

use super::answer::{consequence, key};
use super::format::{cost, duration, width, wrap};
use super::keys;
use super::model::{Popup, Ui};
use super::panel::outcome;
use crate::domain::{GateId, Step};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

fn frame(area: Rect, columns: u16, rows: u16) -> Rect {
    let width = columns.min(area.width);
    let height = rows.min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// An empty framed box with a title; returns its inside.
fn card(area: Rect, title: &str, style: Style, buffer: &mut Buffer) -> Rect {
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            buffer[(x, y)].reset();
        }
    }
    let right = area.right() - 1;
    let bottom = area.bottom() - 1;
    for x in area.x..area.right() {
        buffer.set_stringn(x, area.y, "─", 1, style);
        buffer.set_stringn(x, bottom, "─", 1, style);
    }
    for y in area.y..area.bottom() {
        buffer.set_stringn(area.x, y, "│", 1, style);
        buffer.set_stringn(right, y, "│", 1, style);
    }
    for (x, y, corner) in
        [(area.x, area.y, "╭"), (right, area.y, "╮"), (area.x, bottom, "╰"), (right, bottom, "╯")]
    {
        buffer.set_stringn(x, y, corner, 1, style);
    }
    buffer.set_stringn(area.x + 2, area.y, title, usize::from(area.width.saturating_sub(4)), style);
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

fn lines(area: Rect, text: &[(String, Style)], buffer: &mut Buffer) {
    for (y, (text, style)) in (area.y..area.bottom()).zip(text) {
        buffer.set_stringn(area.x, y, text, usize::from(area.width), *style);
    }
}

/// The evidence card of a gate: who asks what, what awtui saw, and what each answer does.
pub(super) fn gate_card(ui: &Ui, glass: &Glass, id: GateId, area: Rect, buffer: &mut Buffer) {
    let Some(gate) = glass.run.gate(id) else { return };
    let look = ui.look;
    let columns = 76.min(area.width);
    let inside = columns.saturating_sub(4);
    let mut text: Vec<(String, Style)> = Vec::new();
    let who = gate.asked_by.as_ref().map_or("awtui", |role| role.as_str());
    let waited = duration(glass.now.run.saturating_sub(gate.opened.run));
    let step = gate.step.map_or_else(String::new, |step| format!(" · step {step}"));
    text.push((format!("{who} asks{step} · waiting {waited}"), look.dim()));
    text.extend(wrap(gate.question.summary(), inside, 4).into_iter().map(|line| (line, look.strong())));
    let room = usize::from(area.height).saturating_sub(text.len() + gate.answers.len() + 4);
    let evidence = gate.evidence.iter().flat_map(|line| wrap(line, inside.saturating_sub(2), 3)).take(room);
    text.extend(evidence.map(|line| (format!("  {line}"), Style::new())));
    text.push((String::new(), Style::new()));
    for (index, answer) in gate.answers.iter().enumerate() {
        let selected = index == ui.gate_choice.min(gate.answers.len().saturating_sub(1));
        let mark = if selected { "▸" } else { " " };
        let line = format!("{mark} {}  {:<8} {}", key(*answer), answer.as_str(), consequence(gate, *answer));
        text.push((line, if selected { look.selected() } else { Style::new() }));
    }
    let rows = u16::try_from(text.len()).unwrap_or(u16::MAX).saturating_add(2);
    let place = frame(area, columns, rows);
    let title = format!(" gate {id}: {} ", gate.kind.title());
    let inside = card(place, &title, look.warning(), buffer);
    lines(inside, &text, buffer);
    let hint = " enter: choose  esc: aside ";
    let x = place.right().saturating_sub(width(hint) + 2).max(place.x + 2);
    buffer.set_stringn(x, place.bottom() - 1, hint, hint.len(), look.dim());
}

/// Draws the popup on top; whether there is one.
pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) -> bool {
    match ui.popups.last() {
        None => false,
        Some(Popup::Help { filter, selected }) => {
            help(ui, glass, filter, *selected, area, buffer);
            true
        }
        Some(Popup::ConfirmAbort) => {
            let place = frame(area, 60, 7);
            let inside = card(place, " abort the run? ", ui.look.bad(), buffer);
            let text = [
                ("Every process of the run is ended. Files, journal and".to_owned(), Style::new()),
                ("artifacts stay. It cannot be resumed afterwards.".to_owned(), Style::new()),
                (String::new(), Style::new()),
                ("esc / n: keep it running      y: abort".to_owned(), ui.look.strong()),
            ];
            lines(inside, &text, buffer);
            true
        }
        Some(Popup::Step { index, scroll }) => {
            if let Some(step) = glass.run.steps.get(*index) {
                step_report(ui, glass, step, *scroll, area, buffer);
            }
            true
        }
    }
}

fn help(ui: &Ui, glass: &Glass, filter: &str, selected: usize, area: Rect, buffer: &mut Buffer) {
    let place = frame(area, 74, area.height.saturating_sub(2));
    let title = format!(" what can be done here: {filter}▏ ");
    let inside = card(place, &title, ui.look.border(true), buffer);
    let entries = keys::matching(ui, glass, filter);
    let rows = usize::from(inside.height);
    let first = (selected + 1).saturating_sub(rows);
    let text: Vec<(String, Style)> = entries
        .iter()
        .enumerate()
        .skip(first)
        .map(|(index, entry)| {
            let reason = entry.disabled.as_ref().map_or_else(String::new, |reason| format!("  ({reason})"));
            let text = format!("{:<12} {}{reason}", entry.key, entry.description);
            let style = match (index == selected, entry.disabled.is_some()) {
                (true, _) => ui.look.selected(),
                (false, true) => ui.look.dim(),
                (false, false) => Style::new(),
            };
            (text, style)
        })
        .collect();
    lines(inside, &text, buffer);
}

fn step_report(ui: &Ui, glass: &Glass, step: &Step, scroll: u16, area: Rect, buffer: &mut Buffer) {
    let look = ui.look;
    let place = frame(area, area.width.saturating_sub(4), area.height.saturating_sub(2));
    let title = format!(" step {} · {} ", step.number, step.phase);
    let inside = card(place, &title, look.border(true), buffer);
    let mut text: Vec<(String, Style)> = Vec::new();
    let add = |text: &mut Vec<(String, Style)>, heading: &str, words: &str| {
        text.push((heading.to_owned(), look.strong()));
        text.extend(wrap(words, inside.width, 400).into_iter().map(|line| (line, Style::new())));
        text.push((String::new(), Style::new()));
    };
    let spent =
        glass.run.ledger.steps.get(&step.number).map_or_else(String::new, |usage| cost(&usage.totals));
    let who = step.role.as_ref().map_or("awtui", |role| role.as_str());
    let summary = format!("{who} · {} · {} · {spent}", outcome(step), duration(step.wall(glass.now.run)));
    text.push((summary, look.dim()));
    text.push((String::new(), Style::new()));
    if let Some(report) = &step.verdict {
        add(&mut text, report.verdict.as_str(), report.reason.summary());
    }
    if let Some(instruction) = &step.instruction {
        add(&mut text, &format!("Instruction {}", instruction.id), instruction.goal.summary());
    }
    if let Some(report) = &step.worker_report {
        for (name, section) in report.sections.named() {
            add(&mut text, name, if section.is_empty() { "(missing)" } else { section.summary() });
        }
    }
    for (name, result) in &step.evidence.checks {
        let verdict = if result.passed() { "passed" } else { "FAILED" };
        let code = result.code.map_or_else(|| "no exit code".to_owned(), |code| format!("exit code {code}"));
        add(&mut text, &format!("Check {name}: {verdict}, {code}"), result.output.summary());
    }
    if let Some(diff) = &step.evidence.diff {
        let files: Vec<String> = diff
            .files
            .iter()
            .map(|file| {
                let count =
                    |lines: Option<u64>| lines.map_or_else(|| "?".to_owned(), |lines| lines.to_string());
                format!("{} +{} -{}", file.path, count(file.added), count(file.removed))
            })
            .collect();
        add(&mut text, "Changed files", &files.join("\n"));
    }
    if !step.last_message.is_empty() {
        add(&mut text, "Last message", step.last_message.summary());
    }
    let most = text.len().saturating_sub(usize::from(inside.height));
    let from = usize::from(scroll).min(most);
    lines(inside, &text[from..], buffer);
}
