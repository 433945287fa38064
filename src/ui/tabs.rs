//! The names of the panes in one line, where one of them is shown at a time.

use super::format::{fit, width};
use super::model::{Focus, Layout, Ui};
use super::slots::Slot;
use super::{bell, pane, panel};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// The widest that a terminal's name may be here.
const LONGEST: u16 = 24;

pub(super) fn draw(
    ui: &Ui,
    glass: &Glass,
    slots: &[Slot],
    active: Option<&Slot>,
    area: Rect,
    buffer: &mut Buffer,
    layout: &mut Layout,
) {
    let mut x = area.x;
    if glass.run.id.is_none() {
        let shown = active.is_none();
        let label = if shown { "▸new task " } else { " new task " };
        let style = if shown { ui.look.strong() } else { ui.look.dim() };
        buffer.set_stringn(x, area.y, label, usize::from(area.width), style);
        let wide = width(label).min(area.width);
        layout.places.push((Focus::Input, Rect { x, width: wide, ..area }));
        x += wide;
    }
    for slot in slots {
        let shown = active == Some(slot);
        let label = label(ui, glass, slot, shown);
        let accent = slot.role.as_ref().map_or_else(|| ui.look.info(), |role| ui.look.role(role.as_str()));
        let style = if shown { accent.add_modifier(Modifier::BOLD) } else { ui.look.dim() };
        let room = area.right().saturating_sub(x);
        buffer.set_stringn(x, area.y, fit(&label, room), usize::from(room), style);
        let wide = width(&label).min(room);
        layout.places.push((slot.focus, Rect { x, width: wide, ..area }));
        x += wide;
    }
}

fn label(ui: &Ui, glass: &Glass, slot: &Slot, shown: bool) -> String {
    let name = match slot.focus {
        Focus::Analyst | Focus::Worker => panel::label(ui, &glass.run, slot.focus),
        Focus::Role(_)
        | Focus::Terminal(_)
        | Focus::Steps
        | Focus::Ledger
        | Focus::Gates
        | Focus::Artifacts
        | Focus::Events
        | Focus::Input => fit(&slot.name, LONGEST),
    };
    // What the shown one does stands in the line below.
    if shown {
        return format!("▸{name} ");
    }
    let bell = if bell::rings(ui, glass, slot.pane.as_ref()) { "bell " } else { "" };
    format!(" {name} {bell}{} ", pane::activity(glass, slot))
}
