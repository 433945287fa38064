//! Borders that the mouse moves: between two panes side by side, and between panes and panels.
//!
//! Owns which border is held. Where they are was said by the last frame; how the screen is parted is the shape's.

use super::model::{Ask, Mouse, Ui};
use super::shape::Shape;
use crate::domain::Millis;
use ratatui::layout::Rect;

/// A second press within this time puts a border back.
const AGAIN: Millis = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Between two panes side by side.
    Panes,
    /// Above the panels, which would have so many rows by default.
    Panels { usual: u16 },
}

/// A border that was drawn: where it can be taken, and what it parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    pub border: Border,
    pub at: Rect,
    pub parts: Rect,
}

#[derive(Debug, Default)]
pub(super) struct Borders {
    held: Option<Drawn>,
    /// It was moved since it was taken.
    moved: bool,
    /// Which one was taken last, where and when.
    last: Option<(Border, (u16, u16), Millis)>,
}

impl Borders {
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Whether this one is held, to show it.
    pub(super) fn holds(&self, border: Border) -> bool {
        self.held.is_some_and(|held| held.border == border)
    }
}

/// The button goes down: takes the border that is there. A second time at once puts it back. `None`: there is none.
pub(super) fn down(ui: &mut Ui, mouse: Mouse) -> Option<Vec<Ask>> {
    let here = |drawn: &&Drawn| drawn.at.contains((mouse.col, mouse.row).into());
    let drawn = ui.layout.borders.iter().find(here).copied()?;
    let again = ui.borders.last.take();
    let again = again.is_some_and(|(border, (col, row), time)| {
        let near = col.abs_diff(mouse.col) <= 1 && row == mouse.row;
        border == drawn.border && near && ui.time <= time + AGAIN
    });
    if again {
        ui.borders.held = None;
        let usual = Shape::default();
        match drawn.border {
            Border::Panes => ui.shape.share = usual.share,
            Border::Panels { .. } => ui.shape.panel_rows = usual.panel_rows,
        }
        return Some(vec![Ask::KeepShape(ui.shape.clone())]);
    }
    ui.borders.last = Some((drawn.border, (mouse.col, mouse.row), ui.time));
    ui.borders.held = Some(drawn);
    ui.borders.moved = false;
    Some(Vec::new())
}

/// The mouse moves with the button held: the border follows.
pub(super) fn moved(ui: &mut Ui, mouse: Mouse) {
    let Some(held) = ui.borders.held else { return };
    let before = ui.shape.clone();
    match held.border {
        Border::Panes => ui.shape.part_at(mouse.col.saturating_sub(held.parts.x), held.parts.width),
        Border::Panels { usual } => {
            ui.shape.set_rows(held.parts.bottom().saturating_sub(mouse.row), usual);
        }
    }
    if ui.shape != before {
        ui.borders.moved = true;
        ui.borders.last = None;
    }
}

/// The button is let go: where the border is now is kept.
pub(super) fn up(ui: &mut Ui) -> Vec<Ask> {
    let moved = std::mem::take(&mut ui.borders.moved);
    ui.borders.held = None;
    if moved { vec![Ask::KeepShape(ui.shape.clone())] } else { Vec::new() }
}
