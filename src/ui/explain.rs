//! Where a number comes from, over the frame: for what is selected in a panel, for the agent of a pane, for what was
//! clicked in the title.

use super::act::selected;
use super::format::{fit, width, wrap};
use super::keys::scrolls_by;
use super::model::{Ask, Focus, Popup, Ui};
use super::panel;
use super::popup::{frame, framed};
use super::slots;
use super::view::shown_gate;
use crate::domain::{Figure, Subject, Told, provenance};
use crate::glass::Glass;
use crate::settings::Action;
use crate::term::Key;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What is explained, and how far it is scrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explain {
    pub(super) figure: Figure,
    pub(super) scroll: u16,
}

/// On a panel there is nobody to type to: the key that types into a pane explains what is selected there.
pub(super) fn meant(ui: &Ui, glass: &Glass, action: Action) -> Action {
    let on_panel = Focus::PANELS.contains(&ui.focus) && shown_gate(ui, glass).is_none();
    if action == Action::TypeInto && on_panel { Action::Explain } else { action }
}

/// What the keys are at.
fn figure_here(ui: &Ui, glass: &Glass) -> Figure {
    let run = &glass.run;
    let whole = Figure::Spend(Subject::Run);
    match ui.focus {
        Focus::Analyst | Focus::Worker | Focus::Role(_) | Focus::Terminal(_) => {
            slots::role(glass, ui.focus).map_or(whole, Figure::Role)
        }
        Focus::Ledger => {
            let place = selected(ui, glass, Focus::Ledger);
            panel::ledger_figures(ui, glass).into_iter().nth(place).unwrap_or(whole)
        }
        Focus::Steps => {
            let step = run.steps.get(selected(ui, glass, Focus::Steps));
            step.map_or(whole, |step| Figure::Spend(Subject::Step(step.number)))
        }
        Focus::Gates => {
            let gates = panel::gates_in_order(run);
            let gate = gates.get(selected(ui, glass, Focus::Gates));
            gate.map_or(Figure::Bounds, |gate| Figure::Gate(gate.id))
        }
        Focus::Artifacts | Focus::Events | Focus::Input => whole,
    }
}

pub(super) fn open(ui: &mut Ui, glass: &Glass) {
    let figure = figure_here(ui, glass);
    open_at(ui, figure);
}

pub(super) fn open_at(ui: &mut Ui, figure: Figure) {
    ui.popups.push(Popup::Explain(Box::new(Explain { figure, scroll: 0 })));
}

/// It scrolls by the keys that scroll panels; every other key closes it.
pub(super) fn on_key(ui: &mut Ui, key: Key) -> Vec<Ask> {
    let Some(by) = scrolls_by(ui, key) else {
        ui.popups.pop();
        return Vec::new();
    };
    if let Some(Popup::Explain(explain)) = ui.popups.last_mut() {
        explain.scroll = explain.scroll.saturating_add_signed(by);
    }
    Vec::new()
}

pub(super) fn draw(ui: &Ui, glass: &Glass, explain: &Explain, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let told = provenance(&glass.run, &explain.figure, glass.now);
    let columns = area.width.min(100);
    let labels = told.lines.iter().map(|line| width(line.label)).max().unwrap_or(0);
    let room = columns.saturating_sub(labels + 8).max(10);
    let lines: Vec<(String, Style)> =
        told.lines.iter().flat_map(|line| rows(line, labels, room, look.warning())).collect();
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let place = frame(area, columns, rows);
    let title = format!(" {} ", told.title);
    let inside = framed(ui, place, &title, look.border(true), buffer);
    let most = lines.len().saturating_sub(usize::from(inside.height));
    let from = usize::from(explain.scroll).min(most);
    for (y, (text, style)) in (inside.y..inside.bottom()).zip(lines.iter().skip(from)) {
        buffer.set_stringn(inside.x, y, fit(text, inside.width), usize::from(inside.width), *style);
    }
    if most > 0 {
        let place_of = format!(" {}-{} of {} ", from + 1, from + usize::from(inside.height), lines.len());
        let x = place.right().saturating_sub(width(&place_of) + 2);
        buffer.set_stringn(x, place.bottom() - 1, &place_of, place_of.len(), look.dim());
    }
}

/// `! cost       $1.23 ...`: a mark where sources differ, the label once, the words on as many lines as they need.
fn rows(line: &Told, labels: u16, room: u16, warning: Style) -> Vec<(String, Style)> {
    let style = if line.differs { warning } else { Style::new() };
    let mark = if line.differs { "!" } else { " " };
    let labels = usize::from(labels);
    wrap(&line.text, room, 6)
        .into_iter()
        .enumerate()
        .map(|(row, words)| {
            let (mark, label) = if row == 0 { (mark, line.label) } else { (" ", "") };
            (format!("{mark} {label:<labels$}  {words}"), style)
        })
        .collect()
}
