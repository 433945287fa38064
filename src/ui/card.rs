//! The evidence card of a gate: who asks what, what awtui saw, and what each answer does.

use super::format::{duration, fit, width, wrap};
use super::gate::{CHOOSE_FIRST, action, answered_in, chosen, chosen_answer, consequence};
use super::keys::{chord, disabled};
use super::model::{Layout, Mode, Ui};
use super::popup::{frame, framed};
use super::view::line;
use crate::domain::{AnswerKind, Gate, GateId};
use crate::glass::Glass;
use crate::settings::{Action, Context};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Below this height a card has no frame and its answers share a line.
const LOW: u16 = 11;

enum Row {
    Text(String, Style),
    Answer(usize, AnswerKind, String),
}

pub(super) fn draw(ui: &Ui, glass: &Glass, id: GateId, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let Some(gate) = glass.run.gate(id) else { return };
    let since = match ui.layout.gate {
        Some((drawn, since)) if drawn == id => since,
        Some(_) | None => ui.time,
    };
    layout.gate = Some((id, since));
    // The child's cursor must not shine through.
    layout.cursor = None;
    let place = place(&glass.run, id);
    let title = format!(" gate {id}: {}{place} ", gate.kind.title());
    if area.height < LOW {
        layout.card = Some(area);
        low(ui, gate, &title, area, buffer, layout);
        return;
    }
    let columns = if area.width >= 150 { 110 } else { 76.min(area.width) };
    let inside = columns.saturating_sub(4);
    let rows = rows(ui, glass, gate, inside, area.height.saturating_sub(2));
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2);
    let place = frame(area, columns, height);
    layout.card = Some(place);
    let inside = framed(ui, place, &title, ui.look.operator(), buffer);
    for (y, row) in (inside.y..inside.bottom()).zip(rows) {
        let place = Rect { y, height: 1, ..inside };
        match row {
            Row::Text(text, style) => {
                buffer.set_stringn(inside.x, y, &text, usize::from(inside.width), style);
            }
            Row::Answer(index, kind, text) => {
                let is_chosen = Some(index) == chosen(ui, gate) && answered_in(&glass.run, gate).is_none();
                let style = if is_chosen { ui.look.selected() } else { Style::new() };
                line(ui, buffer, place, &fit(&text, inside.width), style);
                layout.answers.push((kind, place));
            }
        }
    }
}

/// ` · 2 of 3` where more than one waits.
fn place(run: &crate::domain::Run, id: GateId) -> String {
    let open: Vec<GateId> = run.open_gates().map(|gate| gate.id).collect();
    match open.iter().position(|one| *one == id) {
        Some(place) if open.len() > 1 => format!(" · {} of {}", place + 1, open.len()),
        Some(_) | None => String::new(),
    }
}

/// The keys that give an answer.
pub(super) fn keys(ui: &Ui, kind: AnswerKind) -> String {
    let chords = ui.keymap.chords(Context::Gate, action(kind));
    if chords.is_empty() { "-".to_owned() } else { chords[..chords.len().min(2)].join(", ") }
}

fn rows(ui: &Ui, glass: &Glass, gate: &Gate, columns: u16, most: u16) -> Vec<Row> {
    let look = &ui.look;
    let who = gate.asked_by.as_ref().map_or("awtui", |role| role.as_str());
    let waited = duration(glass.now.run.saturating_sub(gate.opened.run));
    let step = gate.step.map_or_else(String::new, |step| format!(" · step {step}"));
    let text = |text: String, style| Row::Text(text, style);
    let mut rows = vec![text(format!("{who} asks{step} · waiting {waited}"), look.dim())];
    let most = usize::from(most);
    let question_room = most.saturating_sub(gate.answers.len() + 2).clamp(1, 6);
    let question = wrap(gate.question.summary(), columns, question_room);
    rows.extend(question.into_iter().map(|line| text(line, look.strong())));
    let evidence: Vec<String> =
        gate.evidence.iter().flat_map(|line| wrap(line, columns.saturating_sub(2), 12)).collect();
    let room = most.saturating_sub(rows.len() + gate.answers.len() + 1);
    let fits = evidence.len() <= room;
    let shown = if fits { evidence.len() } else { room.saturating_sub(1) };
    rows.extend(evidence[..shown].iter().map(|line| text(format!("  {line}"), Style::new())));
    if !fits && room > 0 {
        let more = evidence.len() - shown;
        rows.push(text(format!("  … {more} more lines in the panel of gates"), look.dim()));
    }
    if let Some(looks) = looks(ui, glass).filter(|looks| width(looks) <= columns)
        && rows.len() + gate.answers.len() + 2 <= most
    {
        rows.push(text(looks, look.dim()));
    }
    let enter = match chosen_answer(ui, gate) {
        _ if ui.mode != Mode::Live || answered_in(&glass.run, gate).is_some() => String::new(),
        Some(kind) => format!("enter: {}", consequence(gate, kind)),
        None => CHOOSE_FIRST.to_owned(),
    };
    rows.push(text(fit(&enter, columns), look.dim()));
    if answered_in(&glass.run, gate).is_some() {
        let keys = ui.keymap.chords(Context::Normal, Action::TypeInto);
        let keys = keys.first().map_or_else(String::new, |key| format!(", {key}"));
        rows.push(text(format!("▸ enter{keys}  type to it, in its pane"), look.selected()));
    }
    for (index, answer) in gate.answers.iter().enumerate() {
        let is_chosen = Some(index) == chosen(ui, gate) && answered_in(&glass.run, gate).is_none();
        let mark = if is_chosen { "▸" } else { " " };
        let words =
            format!("{mark} {:<5} {:<8} {}", keys(ui, *answer), answer.as_str(), consequence(gate, *answer));
        rows.push(Row::Answer(index, *answer, words));
    }
    rows
}

/// The keys that lead to the evidence itself.
fn looks(ui: &Ui, glass: &Glass) -> Option<String> {
    let shown: Vec<String> = [
        (Action::ShowDiff, "diff"),
        (Action::ShowLog, "check log"),
        (Action::ShowReport, "report"),
        (Action::ShowPrompt, "prompt"),
    ]
    .into_iter()
    .filter(|(action, _)| disabled(ui, glass, *action).is_none())
    .filter_map(|(action, what)| Some(format!("{} {what}", chord(ui, Context::Gate, action)?)))
    .collect();
    (!shown.is_empty()).then(|| format!("look at  {}", shown.join("  ")))
}

/// Question and keys without a frame, for the smallest screens.
fn low(ui: &Ui, gate: &Gate, title: &str, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let look = &ui.look;
    for y in area.y..area.bottom() {
        line(ui, buffer, Rect { y, height: 1, ..area }, "", Style::new());
    }
    line(ui, buffer, Rect { height: 1, ..area }, title, look.badge(look.operator()));
    let words = |index: usize, kind: &AnswerKind| {
        let mark = if Some(index) == chosen(ui, gate) { "▸" } else { " " };
        format!("{mark}{} {}", keys(ui, *kind), kind.as_str())
    };
    // As many answers in a line as fit.
    let mut lines: Vec<Vec<(usize, AnswerKind, String)>> = vec![Vec::new()];
    let mut used = 0;
    for (index, kind) in gate.answers.iter().enumerate() {
        let text = words(index, kind);
        if used > 0 && used + 2 + width(&text) > area.width {
            lines.push(Vec::new());
            used = 0;
        }
        used += width(&text) + 2;
        if let Some(last) = lines.last_mut() {
            last.push((index, *kind, text));
        }
    }
    let below = u16::try_from(lines.len()).unwrap_or(1).min(area.height.saturating_sub(1));
    let answers = Rect { y: area.bottom() - below, height: below, ..area };
    let room = answers.y.saturating_sub(area.y + 1);
    let mut text = wrap(gate.question.summary(), area.width, usize::from(room));
    let left = usize::from(room).saturating_sub(text.len());
    text.extend(gate.evidence.iter().flat_map(|line| wrap(line, area.width, 3)).take(left));
    for (y, text) in (area.y + 1..answers.y).zip(text) {
        buffer.set_stringn(area.x, y, &text, usize::from(area.width), look.strong());
    }
    for (y, line) in (answers.y..answers.bottom()).zip(lines) {
        let mut x = area.x;
        for (index, kind, text) in line {
            let place = Rect { x, y, width: width(&text), height: 1 };
            let style = if Some(index) == chosen(ui, gate) { look.selected() } else { look.key() };
            buffer.set_stringn(x, y, &text, usize::from(area.right().saturating_sub(x)), style);
            layout.answers.push((kind, place));
            x += width(&text) + 2;
        }
    }
}
