//! The panels below the panes: steps, ledger, gates, artifacts, events.

mod artifacts;
mod events;
mod gates;
mod ledger;
mod steps;

pub(super) use artifacts::{fold, visible as visible_artifacts};
pub(super) use gates::in_order as gates_in_order;
pub(super) use ledger::figures as ledger_figures;

use super::format::{fit, width};
use super::keys::chord;
use super::model::{Focus, Layout, Ui};
use super::view::line;
use crate::domain::Run;
use crate::glass::Glass;
use crate::settings::{Action, Context};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

fn name(focus: Focus, run: &Run) -> String {
    let plain = match focus {
        Focus::Steps => "steps",
        Focus::Ledger => "ledger",
        Focus::Gates => "gates",
        Focus::Artifacts => "artifacts",
        Focus::Events => "events",
        Focus::Analyst => "analyst",
        Focus::Worker => "worker",
        Focus::Role(_) => "role",
        Focus::Terminal(_) => "terminal",
        Focus::Input => "input",
    };
    let open = run.open_gates().count();
    if focus == Focus::Gates && open > 0 { format!("gates ({open})") } else { plain.to_owned() }
}

fn action(focus: Focus) -> Action {
    match focus {
        Focus::Steps => Action::FocusSteps,
        Focus::Ledger => Action::FocusLedger,
        Focus::Gates => Action::FocusGates,
        Focus::Artifacts => Action::FocusArtifacts,
        Focus::Events => Action::FocusEvents,
        Focus::Analyst => Action::FocusAnalyst,
        Focus::Worker => Action::FocusWorker,
        Focus::Role(_) => Action::FocusNext,
        Focus::Terminal(_) => Action::FocusTerminal,
        Focus::Input => Action::FocusInput,
    }
}

/// The name with the key that leads to it: `3 steps`.
pub(super) fn label(ui: &Ui, run: &Run, focus: Focus) -> String {
    let name = name(focus, run);
    match chord(ui, Context::Normal, action(focus)).filter(|chord| width(chord) == 1) {
        Some(key) => format!("{key} {name}"),
        None => name,
    }
}

/// A panel with its name in its upper edge, among the names of those that share its place.
pub(super) fn draw(
    ui: &Ui,
    glass: &Glass,
    focus: Focus,
    others: &[Focus],
    area: Rect,
    buffer: &mut Buffer,
    layout: &mut Layout,
) {
    if area.height == 0 || area.width < 4 {
        return;
    }
    layout.places.push((focus, area));
    let focused = ui.focus == focus;
    let style = ui.look.border(focused);
    line(ui, buffer, area, &"─".repeat(usize::from(area.width)), style);
    tabs(ui, glass, focus, others, area, buffer, layout);
    // The last column parts a panel from the next.
    let inside = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 1 };
    match focus {
        Focus::Steps => steps::draw(ui, glass, inside, buffer, layout),
        Focus::Ledger => ledger::draw(ui, glass, inside, buffer, layout),
        Focus::Gates => gates::draw(ui, glass, inside, buffer, layout),
        Focus::Artifacts => artifacts::draw(ui, glass, inside, buffer, layout),
        Focus::Events => events::draw(ui, glass, inside, buffer, layout),
        Focus::Analyst | Focus::Worker | Focus::Role(_) | Focus::Terminal(_) | Focus::Input => {}
    }
}

/// The names in their own order, so that each stays where it is. Where they do not all fit the others shrink to their keys,
/// but for that of gates that wait.
fn tabs(
    ui: &Ui,
    glass: &Glass,
    shown: Focus,
    others: &[Focus],
    area: Rect,
    buffer: &mut Buffer,
    layout: &mut Layout,
) {
    let run = &glass.run;
    let waits = |focus: Focus| focus == Focus::Gates && run.open_gates().next().is_some();
    let mark = |focus: Focus| if focus == shown && ui.focus == shown { "▸" } else { "" };
    let all = || Focus::PANELS.into_iter().filter(|focus| *focus == shown || others.contains(focus));
    let whole = |focus: Focus| format!(" {}{} ", mark(focus), label(ui, run, focus));
    let short = |focus: Focus| {
        let key = chord(ui, Context::Normal, action(focus)).filter(|chord| width(chord) == 1);
        match key.filter(|_| focus != shown && !waits(focus)) {
            Some(key) => format!(" {key} "),
            None => whole(focus),
        }
    };
    let room = area.width.saturating_sub(1);
    let fits = all().map(|focus| width(&whole(focus))).sum::<u16>() <= room;
    let mut x = area.x + 1;
    for focus in all() {
        let text = if fits { whole(focus) } else { short(focus) };
        let left = area.right().saturating_sub(x);
        if left == 0 {
            return;
        }
        let text = fit(&text, left);
        let style = match (focus == shown, waits(focus)) {
            (true, _) => ui.look.border(ui.focus == focus).patch(ui.look.strong()),
            (false, true) => ui.look.operator(),
            (false, false) => ui.look.dim(),
        };
        buffer.set_stringn(x, area.y, &text, usize::from(left), style);
        let wide = width(&text);
        if focus != shown {
            layout.places.push((focus, Rect { x, y: area.y, width: wide, height: 1 }));
        }
        x += wide;
    }
}

/// Lines of a list around the selected one, each a place to click.
struct List<'a> {
    focus: Focus,
    selected: usize,
    lines: Vec<(String, Style)>,
    ui: &'a Ui,
}

impl List<'_> {
    fn draw(&self, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
        let rows = usize::from(area.height);
        let first = (self.selected + 1).saturating_sub(rows);
        for (y, (index, (text, style))) in
            (area.y..area.bottom()).zip(self.lines.iter().enumerate().skip(first))
        {
            let place = Rect { y, height: 1, ..area };
            let chosen = self.ui.focus == self.focus && index == self.selected;
            let style = if chosen { self.ui.look.selected() } else { *style };
            if chosen {
                buffer.set_style(place, style);
            }
            buffer.set_stringn(area.x, y, text, usize::from(area.width), style);
            layout.rows.push((self.focus, index, place));
        }
    }
}

fn empty(ui: &Ui, text: &str, area: Rect, buffer: &mut Buffer) {
    if area.height > 0 {
        buffer.set_stringn(area.x, area.y, fit(text, area.width), usize::from(area.width), ui.look.dim());
    }
}
