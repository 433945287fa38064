//! The input box on the screen: its address, its words in rows, what is selected, and the cursor.

use super::super::format::{fit, width};
use super::super::model::{Focus, Layout, Mode, Ui};
use super::super::view::line;
use super::super::{hints, keys};
use super::rows::{Row, cell, columns_of, place, rows};
use crate::glass::Glass;
use crate::settings::{Action, Context};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Joins pictures into one, whose width no two terminals agree on.
const JOINER: char = '\u{200d}';

fn label(ui: &Ui, glass: &Glass) -> String {
    let lapsed = if ui.input.has_lapsed(&glass.run) { "was: " } else { "" };
    format!("{lapsed}{}> ", ui.input.fitting(&glass.run).label())
}

/// Columns for the words, beside the address.
fn room(ui: &Ui, glass: &Glass, columns: u16) -> u16 {
    columns - width(&label(ui, glass)).min(columns.saturating_sub(1))
}

/// Rows of the box in a screen of so many columns, above which `middle` lies.
pub(in crate::ui) fn height(ui: &Ui, glass: &Glass, middle: Rect) -> u16 {
    if ui.focus != Focus::Input {
        return 1;
    }
    let most = if middle.height < 12 { 2 } else { 6 };
    let needed = rows(ui.input.lines(), room(ui, glass, middle.width)).len();
    u16::try_from(needed).unwrap_or(u16::MAX).clamp(1, most)
}

/// The rows that are drawn: those around the cursor.
fn first_row(cursor: usize, height: u16) -> usize {
    (cursor + 1).saturating_sub(usize::from(height))
}

pub(in crate::ui) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let nobody = match ui.mode {
        Mode::Live => None,
        Mode::Watch => Some(" you only watch".to_owned()),
        Mode::Replay => Some(player_keys(ui, area.width)),
    };
    if let Some(text) = nobody {
        line(ui, buffer, area, &text, ui.look.dim());
        return;
    }
    for y in area.y..area.bottom() {
        line(ui, buffer, Rect { y, height: 1, ..area }, "", Style::new());
    }
    layout.places.push((Focus::Input, area));
    let focused = ui.focus == Focus::Input && !ui.typing;
    let style = if focused { ui.look.strong() } else { ui.look.dim() };
    buffer.set_stringn(area.x, area.y, label(ui, glass), usize::from(area.width), style);
    let room = room(ui, glass, area.width);
    let left = area.right() - room;
    if ui.input.is_empty() && !focused {
        let key = keys::chord(ui, Context::Normal, Action::FocusInput);
        let hint = key.map_or_else(String::new, |key| format!("{key}: write here"));
        buffer.set_stringn(left, area.y, fit(&hint, room), usize::from(room), ui.look.dim());
    }
    let lines = ui.input.lines();
    let all = rows(lines, room);
    let (cursor_row, cursor_column) = cell(lines, &all, ui.input.cursor());
    let first = first_row(cursor_row, area.height);
    for (y, row) in (area.y..area.bottom()).zip(all.iter().skip(first)) {
        draw_row(ui, *row, Rect { x: left, y, width: room, height: 1 }, buffer);
    }
    let hidden = all.len().saturating_sub(usize::from(area.height));
    if hidden > 0 && area.height > 1 {
        let note = format!("+{hidden} more");
        let columns = usize::from(left.saturating_sub(area.x));
        buffer.set_stringn(area.x, area.y + 1, fit(&note, left - area.x), columns, ui.look.dim());
    }
    if focused {
        let x = left + cursor_column.min(room.saturating_sub(1));
        let row = u16::try_from(cursor_row - first).unwrap_or(0);
        layout.cursor = Some((x, (area.y + row).min(area.bottom() - 1)));
    }
}

/// ` a replay: space play  ] next step …`: as many of the player's keys as there is room for.
fn player_keys(ui: &Ui, columns: u16) -> String {
    let wanted = [
        Action::ReplayToggle,
        Action::ReplayNextStep,
        Action::ReplayPreviousStep,
        Action::ReplayForward,
        Action::ReplayBack,
        Action::ReplayFaster,
        Action::ReplaySlower,
        Action::ReplayStart,
        Action::ReplayEnd,
    ];
    let mut text = " a replay:".to_owned();
    for action in wanted {
        let Some(key) = keys::chord(ui, Context::Replay, action) else { continue };
        let more = format!(" {key} {} ", hints::label(action));
        if width(&text) + width(&more) <= columns {
            text.push_str(&more);
        }
    }
    text
}

fn draw_row(ui: &Ui, row: Row, area: Rect, buffer: &mut Buffer) {
    let Some(text) = ui.input.lines().get(row.line) else { return };
    let selected = ui.input.selection();
    let mut x = area.x;
    let mut cell: Option<u16> = None;
    for (place, character) in text.chars().enumerate().skip(row.from).take(row.to - row.from) {
        let wide = columns_of(character);
        let inside = selected.is_some_and(|(from, to)| (row.line, place) >= from && (row.line, place) < to);
        let style = if inside { ui.look.selected() } else { Style::new() };
        let room = usize::from(area.right().saturating_sub(x));
        let shown = if character == '\t' { " ".repeat(usize::from(wide)) } else { character.to_string() };
        if wide > 0 {
            buffer.set_stringn(x, area.y, shown, room, style);
            cell = Some(x);
        } else if let Some(cell) = cell
            && !character.is_control()
            && character != JOINER
        {
            // A mark over the character before it.
            let joined = format!("{}{character}", buffer[(cell, area.y)].symbol());
            buffer[(cell, area.y)].set_symbol(&joined);
        }
        x = x.saturating_add(wide).min(area.right());
    }
}

/// The row above or below the cursor, at the same column: the place of the text there. `None` at the edge.
pub(in crate::ui) fn beside(ui: &Ui, glass: &Glass, down: bool) -> Option<(usize, usize)> {
    let (_, area) = ui.layout.places.iter().rev().find(|(focus, _)| *focus == Focus::Input)?;
    let lines = ui.input.lines();
    let all = rows(lines, room(ui, glass, area.width));
    let (row, column) = cell(lines, &all, ui.input.cursor());
    let beside = if down { row + 1 } else { row.checked_sub(1)? };
    all.get(beside).map(|row| place(lines, *row, column))
}

/// The place of the text under a cell of the screen.
pub(in crate::ui) fn under(ui: &Ui, glass: &Glass, (x, y): (u16, u16)) -> Option<(usize, usize)> {
    let (_, area) = ui.layout.places.iter().rev().find(|(focus, _)| *focus == Focus::Input)?;
    let room = room(ui, glass, area.width);
    let lines = ui.input.lines();
    let all = rows(lines, room);
    let (cursor, _) = cell(lines, &all, ui.input.cursor());
    let row = first_row(cursor, area.height) + usize::from(y.checked_sub(area.y)?);
    let column = x.saturating_sub(area.right() - room);
    all.get(row.min(all.len() - 1)).map(|row| place(lines, *row, column))
}
