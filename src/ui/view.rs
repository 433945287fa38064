//! The frame: where each part goes at this size, and nothing else. Shared references in, cells out.

use super::borders::{Border, Drawn};
use super::format::{fit, wrap};
use super::input::{completion, draw};
use super::model::{Focus, Layout, Ui, Zoom};
use super::table::{Column, rows};
use super::tile::tile;
use super::trust::Brings;
use super::{card, hints, pane, panel, popup, runs, slots, status, tabs, title, which};
use crate::domain::GateId;
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Below this the screen says that it is too small.
const SMALLEST: (u16, u16) = (40, 10);
/// From this width on, all panels stand side by side.
const WIDE: u16 = 100;
/// Those that are shown where nobody said otherwise; one more wants this width.
const USUAL: usize = 4;
const FIVE: u16 = 150;
/// From this width on, two panels stand side by side.
const MEDIUM: u16 = 76;

/// Draws the glass and returns where things are.
pub fn view(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) -> Layout {
    let layout = parts(ui, glass, area, buffer);
    ui.look.signs().rewrite(buffer);
    layout
}

fn parts(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) -> Layout {
    let mut layout = Layout::default();
    buffer.set_style(area, ui.look.base());
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(area, buffer);
        layout.too_small = true;
        return layout;
    }
    let line_at = |y: u16| Rect { y, height: 1, ..area };
    title::draw(ui, glass, line_at(area.y), buffer, &mut layout);
    status::draw(ui, glass, line_at(area.y + 1), buffer);
    // Title and status above, input box and hints below: always there, so that the panes keep their size.
    let input = line_at(area.bottom() - 2);
    let middle = Rect { y: area.y + 2, height: area.height - 4, ..area };
    layout.panels = ui.shape.rows(usual_panel_rows(middle.height), middle.height) > 0;
    main_part(ui, glass, middle, buffer, &mut layout);
    if let Some(gate) = shown_gate(ui, glass) {
        card::draw(ui, glass, gate, middle, buffer, &mut layout);
    }
    // A text of several lines grows over what is above.
    let grown = draw::height(ui, glass, middle);
    let input = Rect { y: input.y + 1 - grown, height: grown, ..input };
    draw::draw(ui, glass, input, buffer, &mut layout);
    completion::draw(ui, glass, middle, input, buffer);
    hints::draw(ui, glass, line_at(area.bottom() - 1), buffer);
    which::draw(ui, glass, middle, area.bottom() - 1, buffer);
    if popup::draw(ui, glass, area, buffer, &mut layout) {
        layout.cursor = None;
    }
    status::draw_toast(ui, input.y, middle, buffer);
    layout
}

pub(super) fn line(ui: &Ui, buffer: &mut Buffer, area: Rect, text: &str, style: Style) {
    if area.height == 0 {
        return;
    }
    for x in area.x..area.right() {
        buffer[(x, area.y)].reset();
    }
    let place = Rect { height: 1, ..area };
    buffer.set_style(place, ui.look.base());
    buffer.set_style(place, style);
    buffer.set_stringn(area.x, area.y, text, usize::from(area.width), style);
}

fn too_small(area: Rect, buffer: &mut Buffer) {
    let text = format!(
        "awtui needs {} x {}, this is {} x {}. Make the window larger, or leave with q: what runs goes on.",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    for (row, text) in (area.y..area.bottom()).zip(wrap(&text, area.width, usize::from(area.height))) {
        buffer.set_stringn(area.x, row, text, usize::from(area.width), Style::new());
    }
}

/// The gate whose card is on the screen: the one that the operator went to, else the longest waiting one; not one that
/// was put aside or answered, and none over a pane that is typed into.
pub(super) fn shown_gate(ui: &Ui, glass: &Glass) -> Option<GateId> {
    if ui.typing || ui.reader.is_reading() {
        return None;
    }
    let wanted = |id: &GateId| !ui.dismissed.contains(id) && !ui.answered.contains(id);
    let open = || glass.run.open_gates().map(|gate| gate.id).filter(wanted);
    open().find(|id| ui.gate == Some(*id)).or_else(|| open().next())
}

/// Rows of the panels by the height of the middle, where the operator did not say otherwise.
fn usual_panel_rows(height: u16) -> u16 {
    match height {
        0..12 => 0,
        12..18 => 5,
        18..30 => 7,
        30..45 => 11,
        _ => 16,
    }
}

/// Rows of the panels.
fn panel_rows(ui: &Ui, area: Rect) -> u16 {
    match ui.zoom {
        Zoom::Normal => ui.shape.rows(usual_panel_rows(area.height), area.height),
        Zoom::Half if Focus::PANELS.contains(&ui.focus) => area.height / 2,
        Zoom::Half | Zoom::Full => 0,
    }
}

/// Panes and panels; before a task, what there is to know for one.
fn main_part(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    if let Some(slot) = slots::slot(glass, ui.focus).filter(|_| ui.zoom == Zoom::Full) {
        pane::draw(ui, glass, &slot, area, buffer, layout);
        return;
    }
    if glass.run.id.is_none() {
        draw_panes(ui, glass, area, buffer, layout);
        return;
    }
    let rows = panel_rows(ui, area);
    let on_panel = Focus::PANELS.contains(&ui.focus);
    if on_panel && (ui.zoom == Zoom::Full || rows == 0) {
        let shown = ui.shape.panels();
        let known = |panel: &Focus| *panel != Focus::Events || shown.contains(panel);
        let all: Vec<Focus> = Focus::PANELS.into_iter().filter(known).collect();
        let others = others(ui.focus, &all);
        panel::draw(ui, glass, ui.focus, &others, area, buffer, layout);
        return;
    }
    let above = Rect { height: area.height - rows, ..area };
    let below = Rect { y: above.bottom(), height: rows, ..area };
    draw_panes(ui, glass, above, buffer, layout);
    if rows > 0 {
        if ui.zoom == Zoom::Normal {
            let border = Border::Panels { usual: usual_panel_rows(area.height) };
            layout.borders.push(Drawn { border, at: Rect { height: 1, ..below }, parts: area });
        }
        draw_panels(ui, glass, below, buffer, layout);
    }
}

fn others(shown: Focus, all: &[Focus]) -> Vec<Focus> {
    all.iter().copied().filter(|focus| *focus != shown).collect()
}

/// The panes of the roles and the operator's terminals; before a task the first screen stands in place of the roles.
fn draw_panes(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let slots = slots::slots(glass);
    let first = usize::from(glass.run.id.is_none());
    if let Some(areas) = tile(area, slots.len() + first, ui.shape.share) {
        for place in &areas {
            if place.x > area.x {
                let style = ui.look.border(ui.borders.holds(Border::Panes));
                for y in place.y..place.bottom() {
                    buffer.set_stringn(place.x - 1, y, "│", 1, style);
                }
                // Three and more share their row evenly.
                if areas.iter().filter(|other| other.y == place.y).count() == 2 {
                    let at = Rect { x: place.x - 1, width: 1, ..*place };
                    layout.borders.push(Drawn { border: Border::Panes, at, parts: area });
                }
            }
        }
        if first > 0 {
            first_screen(ui, glass, areas[0], buffer);
        }
        for (slot, place) in slots.iter().zip(&areas[first..]) {
            pane::draw(ui, glass, slot, *place, buffer, layout);
        }
        return;
    }
    // One at a time: what has the keys, else the pane that works.
    let focused = slots.iter().find(|slot| slot.focus == ui.focus).cloned();
    let active = if first > 0 { focused } else { slots::active(ui, glass, &slots) };
    let rest = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let line = Rect { height: 1, ..area };
    tabs::draw(ui, glass, &slots, active.as_ref(), line, buffer, layout);
    match active {
        Some(slot) => pane::draw(ui, glass, &slot, rest, buffer, layout),
        None => first_screen(ui, glass, rest, buffer),
    }
}

fn draw_panels(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let shown = ui.shape.panels();
    let least = if shown.len() > USUAL { FIVE } else { WIDE };
    if area.width >= least {
        let parts = |panel: Focus| match panel {
            Focus::Steps => 33_u32,
            Focus::Ledger => 34,
            Focus::Gates => 18,
            Focus::Events => 40,
            Focus::Analyst
            | Focus::Worker
            | Focus::Role(_)
            | Focus::Terminal(_)
            | Focus::Artifacts
            | Focus::Input => 15,
        };
        let all: u32 = shown.iter().map(|panel| parts(*panel)).sum();
        let mut x = area.x;
        for (place, focus) in shown.iter().enumerate() {
            let part = u32::from(area.width) * parts(*focus) / all.max(1);
            let width = u16::try_from(part).unwrap_or(area.width);
            let width = if place + 1 == shown.len() { area.right() - x } else { width };
            panel::draw(ui, glass, *focus, &[], Rect { x, width, ..area }, buffer, layout);
            x += width;
        }
        return;
    }
    let current =
        |wanted: Focus, of: &[Focus]| of.iter().copied().find(|one| *one == wanted).or(of.first().copied());
    if area.width >= MEDIUM
        && let [first, rest @ ..] = shown.as_slice()
        && let Some(side) = current(ui.side, rest)
    {
        let left = Rect { width: area.width / 2, ..area };
        let right = Rect { x: left.right(), width: area.width - left.width, ..area };
        panel::draw(ui, glass, *first, &[], left, buffer, layout);
        panel::draw(ui, glass, side, &others(side, rest), right, buffer, layout);
        return;
    }
    if let Some(panel) = current(ui.panel, &shown) {
        panel::draw(ui, glass, panel, &others(panel, &shown), area, buffer, layout);
    }
}

fn first_screen(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let columns = area.width.saturating_sub(4);
    let mut lines: Vec<(String, Style)> = Vec::new();
    let mut say = |text: &str, style: Style| {
        lines.extend(wrap(text, columns, 4).into_iter().map(|line| (line, style)));
    };
    if area.height > 10 {
        say(" ", Style::new());
    }
    say("What should be done?", look.strong());
    say("Type a task below and press Enter. The analyst plans, the worker works, you decide.", Style::new());
    if area.height > 8 {
        say(" ", Style::new());
    }
    for (role, agent, model) in &ui.bindings {
        say(&format!("{role}: {agent} with {model}"), look.role(role));
    }
    for missing in &ui.missing {
        say(missing, look.bad());
    }
    if matches!(ui.brings, Brings::Unagreed(_)) {
        let words =
            "This repository brings commands along that you have not agreed to; a task shows them first.";
        say(words, look.warning());
    }
    let listed: Vec<&crate::domain::RunSummary> = glass.runs.iter().filter(|run| !run.archived).collect();
    if !listed.is_empty() {
        say(" ", Style::new());
        say("Runs of this project", look.strong());
        let each = |cell: &dyn Fn(&crate::domain::RunSummary) -> String| {
            listed.iter().map(|run| cell(run)).collect::<Vec<_>>()
        };
        let table = [
            Column::left(0, each(&|run| run.phase.replace('_', " "))),
            Column::right(2, each(&|run| run.spent.clone())),
            Column::left(3, each(&|run| run.run.to_string())),
            Column::text(1, each(&|run| run.task.lines().next().unwrap_or_default().to_owned())),
        ];
        let styles = listed.iter().map(|run| if run.live { look.good() } else { Style::new() });
        lines.extend(rows(&table, columns).into_iter().zip(styles));
        let way = runs::way_here(ui).unwrap_or_else(|| "the palette".to_owned());
        lines.push((
            format!("{way}: look at one, replay it, go on with it, archive or delete it"),
            look.dim(),
        ));
    }
    for (y, (text, style)) in (area.y..area.bottom()).zip(lines) {
        buffer.set_stringn(area.x + 2, y, fit(&text, columns), usize::from(columns), style);
    }
}
