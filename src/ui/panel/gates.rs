//! Questions that block, with what to look at and the keys that answer; then what was answered.

use super::super::act::selected;
use super::super::card::keys;
use super::super::format::{duration, fit, wrap};
use super::super::gate::consequence;
use super::super::keys::chord;
use super::super::model::{Focus, Layout, Ui};
use super::super::table::{Column, rows};
use super::super::view::shown_gate;
use super::{List, empty};
use crate::domain::{AnswerKind, Gate, GateStatus, Run};
use crate::glass::Glass;
use crate::settings::{Action, Context};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Open gates first, longest waiting on top, then the others, newest on top.
pub(in super::super) fn in_order(run: &Run) -> Vec<&Gate> {
    run.open_gates().chain(run.gates.iter().rev().filter(|gate| !gate.is_open())).collect()
}

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let gates = in_order(&glass.run);
    if gates.is_empty() {
        empty(ui, "none", area, buffer);
        return;
    }
    let each = |cell: &dyn Fn(&Gate) -> String| gates.iter().map(|gate| cell(gate)).collect::<Vec<_>>();
    let table = [
        Column::left(0, each(&|gate| format!("{} {}", sign(gate), gate.id))),
        Column::left(2, each(&|gate| gate.kind.title().to_owned())),
        Column::left(1, each(&|gate| state(gate, glass.now.run))),
        Column::text(3, each(&|gate| gate.question.first_line().to_owned())),
    ];
    let lines: Vec<(String, Style)> = rows(&table, area.width)
        .into_iter()
        .zip(&gates)
        .map(|(text, gate)| (text, if gate.is_open() { ui.look.operator() } else { ui.look.dim() }))
        .collect();
    let chosen = selected(ui, glass, Focus::Gates);
    let below = gates.get(chosen).map_or_else(Vec::new, |gate| details(ui, glass, gate, area.width));
    // A list of one line at least; what belongs to the selected gate gets the rest.
    let rows = u16::try_from(below.len()).unwrap_or(u16::MAX).min(area.height.saturating_sub(1));
    let list = Rect {
        height: u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height - rows).max(1),
        ..area
    };
    List { focus: Focus::Gates, selected: chosen, lines, ui }.draw(list, buffer, layout);
    for (y, (text, style)) in (list.bottom()..area.bottom()).zip(below) {
        buffer.set_stringn(area.x, y, fit(&text, area.width), usize::from(area.width), style);
    }
}

fn sign(gate: &Gate) -> &'static str {
    match &gate.status {
        GateStatus::Open => "?",
        GateStatus::Answered { answer, .. } => match answer.kind {
            AnswerKind::Approve => "✓",
            AnswerKind::Reject | AnswerKind::Abort => "✗",
            AnswerKind::Answer => "»",
            AnswerKind::Retry => "↻",
        },
        GateStatus::Withdrawn { .. } => "-",
    }
}

fn state(gate: &Gate, now: u64) -> String {
    match &gate.status {
        GateStatus::Open => duration(now.saturating_sub(gate.opened.run)),
        GateStatus::Answered { answer, .. } => answer.kind.as_str().to_owned(),
        GateStatus::Withdrawn { .. } => "withdrawn".to_owned(),
    }
}

/// Question, evidence and answers of one gate.
fn details(ui: &Ui, glass: &Glass, gate: &Gate, columns: u16) -> Vec<(String, Style)> {
    let look = &ui.look;
    if let GateStatus::Answered { answer, author, .. } = &gate.status {
        let words = if answer.text.is_empty() { "without a word" } else { answer.text.first_line() };
        return vec![(fit(&format!("by {}: {words}", author.name), columns), look.dim())];
    }
    if let GateStatus::Withdrawn { reason, .. } = &gate.status {
        return vec![(fit(reason, columns), look.dim())];
    }
    let mut lines: Vec<(String, Style)> =
        wrap(gate.question.summary(), columns, 3).into_iter().map(|line| (line, look.strong())).collect();
    // Its keys answer while its card is there, and do something else while it is put aside.
    let is_shown = shown_gate(ui, glass) == Some(gate.id);
    if !is_shown && let Some(key) = chord(ui, Context::Normal, Action::NextGate) {
        lines.push((fit(&format!("{key} opens it to be answered"), columns), look.key()));
    }
    let answer = |kind: &AnswerKind| {
        let key = if is_shown { keys(ui, *kind) + " " } else { String::new() };
        format!("{key}{}: {}", kind.as_str(), consequence(gate, *kind))
    };
    let answers: Vec<String> = gate.answers.iter().map(answer).collect();
    let style = if is_shown { look.key() } else { Style::new() };
    lines.extend(answers.into_iter().map(|text| (fit(&text, columns), style)));
    lines.extend(
        gate.evidence.iter().flat_map(|line| wrap(line, columns, 2)).map(|line| (line, Style::new())),
    );
    lines
}
