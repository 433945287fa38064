//! Selecting by the mouse: drag, double-click a word, triple-click a line; what is selected is copied when the button is
//! let go.
//!
//! Owns the selection while it is dragged and as long as it is shown. It stays within the pane in which it began.

use super::model::{Ask, Mouse, Ui};
use super::pane;
use super::reader::{copied, show_from, window};
use super::selection::{Place, Selection, Shape};
use crate::domain::{Millis, PaneId};
use crate::glass::Glass;
use crate::term::{Mods, Screen};

/// A second click within this time counts as one of several.
const AGAIN: Millis = 400;
/// Between two lines while the mouse is held past the edge.
const SCROLL: Millis = 40;

#[derive(Debug)]
struct Drag {
    pane: PaneId,
    epoch: u64,
    selection: Selection,
    /// Something is selected, and not just clicked.
    selects: bool,
    held: bool,
    /// Past the upper or the lower edge, and when the pane was scrolled last because of that.
    edge: Option<(bool, Millis)>,
    column: u16,
}

#[derive(Debug, Default)]
pub(super) struct Dragging {
    drag: Option<Drag>,
    /// Where and when the last click was, and how many there were.
    last: Option<(PaneId, Place, Millis, u8)>,
}

impl Dragging {
    pub(super) fn is_held(&self) -> bool {
        self.drag.as_ref().is_some_and(|drag| drag.held)
    }

    /// What is selected in a pane.
    pub(super) fn selection(&self, pane: &PaneId, screen: &Screen) -> Option<Selection> {
        let drag = self.drag.as_ref()?;
        (drag.selects && drag.pane == *pane && drag.epoch == screen.epoch()).then_some(drag.selection)
    }

    /// What was selected is no longer shown as such.
    pub(super) fn clear(&mut self) {
        self.drag = None;
    }
}

/// Whether the mouse is meant for awtui although a program wants it.
pub(super) fn is_forced(mods: Mods) -> bool {
    mods.contains(Mods::SHIFT) || mods.contains(Mods::ALT)
}

/// The place in a pane that lies under the mouse, or the nearest one.
fn place_at(ui: &Ui, screen: &Screen, pane: &PaneId, mouse: Mouse) -> Option<Place> {
    let (area, top) = window(ui, screen, pane)?;
    let row = mouse.row.clamp(area.y, area.bottom().saturating_sub(1)) - area.y;
    let column = mouse.col.clamp(area.x, area.right().saturating_sub(1)) - area.x;
    let line = (top + u64::from(row)).min(screen.end_line().saturating_sub(1));
    Some(Place { line, column: column.min(screen.size().cols.saturating_sub(1)) })
}

/// The button goes down in a pane. With ctrl on a link, its address is copied instead.
pub(super) fn down(ui: &mut Ui, glass: &Glass, pane: &PaneId, mouse: Mouse) -> Vec<Ask> {
    let Some(screen) = glass.panes.get(pane).map(|shown| &shown.screen) else { return Vec::new() };
    let Some(place) = place_at(ui, screen, pane, mouse) else { return Vec::new() };
    if mouse.mods.contains(Mods::CTRL) {
        return super::reader::link(ui, screen, place);
    }
    let near = |last: Place| last.line == place.line && last.column.abs_diff(place.column) <= 1;
    let clicks = match &ui.reader.drag.last {
        Some((last_pane, last, time, clicks))
            if last_pane == pane && near(*last) && ui.time.saturating_sub(*time) <= AGAIN =>
        {
            clicks % 3 + 1
        }
        Some(_) | None => 1,
    };
    let shape = match clicks {
        1 if mouse.mods.contains(Mods::ALT) => Shape::Block,
        2 => Shape::Words,
        3 => Shape::Lines,
        _ => Shape::Flow,
    };
    ui.reader.drag.last = Some((pane.clone(), place, ui.time, clicks));
    ui.reader.drag.drag = Some(Drag {
        pane: pane.clone(),
        epoch: screen.epoch(),
        selection: Selection { anchor: place, head: place, shape },
        selects: clicks > 1,
        held: true,
        edge: None,
        column: place.column,
    });
    Vec::new()
}

/// The mouse moves with the button held.
pub(super) fn moved(ui: &mut Ui, glass: &Glass, mouse: Mouse) {
    let Some(drag) = &ui.reader.drag.drag else { return };
    let pane = drag.pane.clone();
    let Some(screen) = glass.panes.get(&pane).map(|shown| &shown.screen) else { return };
    let Some(place) = place_at(ui, screen, &pane, mouse) else { return };
    let Some((area, _)) = window(ui, screen, &pane) else { return };
    let now = ui.time;
    let Some(drag) = &mut ui.reader.drag.drag else { return };
    let past = (mouse.row < area.y).then_some(true).or((mouse.row >= area.bottom()).then_some(false));
    drag.edge = past.map(|up| match drag.edge {
        Some((before, time)) if before == up => (up, time),
        Some(_) | None => (up, now.saturating_sub(SCROLL)),
    });
    drag.selects |= place != drag.selection.anchor;
    drag.selection.head = place;
    drag.column = place.column;
}

/// The button is let go: what is selected is copied, and shown until the next key or click.
pub(super) fn up(ui: &mut Ui, glass: &Glass) -> Vec<Ask> {
    let Some(drag) = &mut ui.reader.drag.drag else { return Vec::new() };
    drag.held = false;
    drag.edge = None;
    let screen = glass.panes.get(&drag.pane).map(|shown| &shown.screen);
    let Some(screen) = screen.filter(|screen| drag.selects && screen.epoch() == drag.epoch) else {
        ui.reader.drag.clear();
        return Vec::new();
    };
    let text = drag.selection.span(screen).text(screen);
    if text.is_empty() {
        ui.reader.drag.clear();
        return Vec::new();
    }
    vec![copied(ui, text)]
}

/// Scrolls on while the mouse is held past an edge. Whether it has to go on.
pub(super) fn catch_up(ui: &mut Ui, glass: &Glass) -> bool {
    let now = ui.time;
    let Some(drag) = &mut ui.reader.drag.drag else { return false };
    let Some((up, since)) = drag.edge else { return false };
    let (pane, column) = (drag.pane.clone(), drag.column);
    let Some(screen) = glass.panes.get(&pane).map(|shown| &shown.screen) else { return false };
    let lines = now.saturating_sub(since) / SCROLL;
    drag.edge = Some((up, since + lines * SCROLL));
    let Some((area, top)) = window(ui, screen, &pane) else { return false };
    let last = u64::from(area.height.saturating_sub(1));
    let first = if up { top.saturating_sub(lines).max(screen.oldest_line()) } else { top + lines };
    if lines > 0 {
        show_from(ui, screen, &pane, area.height, first);
    }
    let back = pane::scrolled(ui, &pane, screen);
    let top = pane::first_line(screen, back, area.height);
    let line = if up { top } else { (top + last).min(screen.end_line().saturating_sub(1)) };
    if let Some(drag) = &mut ui.reader.drag.drag {
        drag.selection.head = Place { line, column };
        drag.selects = true;
    }
    let at_end = if up { top <= screen.oldest_line() } else { back == 0 };
    !at_end
}
