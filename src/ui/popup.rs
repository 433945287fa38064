//! What lies over the frame: help and palette, questions before something ends. What is looked at lies
//! below them.

use super::act::clamp;
use super::commands;
use super::events;
use super::format::{fit, width, wrap};
use super::gauge::Gauge;
use super::keys::{self, Entry};
use super::leave;
use super::model::{ActionList, Layout, Popup, Ui};
use super::preview;
use super::view::line;
use super::{runs, settings, setup, trust};
use crate::domain::{Activity, RoleName};
use crate::glass::Glass;
use crate::settings::Context;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A place of this size in the middle of the area, as far as there is room.
pub(super) fn frame(area: Rect, columns: u16, rows: u16) -> Rect {
    let width = columns.min(area.width);
    let height = rows.min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// An empty framed box with a title; returns its inside.
pub(super) fn framed(ui: &Ui, area: Rect, title: &str, style: Style, buffer: &mut Buffer) -> Rect {
    if area.width < 4 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            buffer[(x, y)].reset();
        }
        // The half of a wide character that is left would take the frame's place.
        if let Some(beside) = area.x.checked_sub(1).map(|x| &mut buffer[(x, y)])
            && width(beside.symbol()) > 1
        {
            beside.set_symbol(" ");
        }
    }
    buffer.set_style(area, ui.look.base());
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
    let room = area.width.saturating_sub(4);
    let title_style = style.patch(ui.look.strong());
    buffer.set_stringn(area.x + 2, area.y, fit(title, room), usize::from(room), title_style);
    Rect { x: area.x + 2, y: area.y + 1, width: room, height: area.height - 2 }
}

fn lines(area: Rect, text: &[(String, Style)], buffer: &mut Buffer) {
    for (y, (text, style)) in (area.y..area.bottom()).zip(text) {
        buffer.set_stringn(area.x, y, text, usize::from(area.width), *style);
    }
}

/// Draws the popup on top; whether there is one.
pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) -> bool {
    layout.preview = preview::place(area);
    if let Some(looked_at) = ui.preview() {
        preview::draw(ui, looked_at, area, buffer, layout);
    }
    match ui.popups.last() {
        None => return false,
        Some(Popup::Actions { list, context, filter, selected }) => {
            actions(ui, glass, *list, *context, filter, *selected, area, buffer);
        }
        Some(Popup::ConfirmAbort { .. }) => {
            let text = "Every process of the run is ended. Files, journal and artifacts stay. It cannot be resumed \
                        afterwards.";
            let choices = [("y", "abort the run"), ("else", "keep it running")];
            question(ui, "abort the run?", text, &choices, area, buffer);
        }
        Some(Popup::ConfirmCompact { role }) => {
            let choices = [("y", "compact it"), ("else", "leave it as it is")];
            question(ui, &format!("compact the {role}?"), &compaction(glass, role), &choices, area, buffer);
        }
        Some(Popup::ConfirmQuit) => confirm_quit(ui, glass, area, buffer),
        Some(Popup::Commands(log)) => commands::draw(ui, glass, log, area, buffer),
        Some(Popup::Preview(_)) => {}
        Some(Popup::Fact(fact)) => events::draw_whole(ui, glass, fact, area, buffer),
        Some(Popup::Explain(explain)) => super::explain::draw(ui, glass, explain, area, buffer),
        Some(Popup::Runs(view)) => runs::draw(ui, glass, view, area, buffer),
        Some(Popup::Settings(view)) => settings::draw(ui, glass, view, area, buffer),
        Some(Popup::Setup(view)) => setup::draw(ui, glass, view, area, buffer),
        Some(Popup::Trust(view)) => trust::draw(ui, view, area, buffer, layout),
    }
    true
}

fn confirm_quit(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let (text, choices) = leave::question(ui, glass);
    question(ui, "leave the screen?", &text, &choices, area, buffer);
}

/// What a compaction of the role would do, and when.
fn compaction(glass: &Glass, role: &RoleName) -> String {
    let run = &glass.run;
    let holds = format!("Its context holds {} tokens. ", Gauge::of(run, role).figures().replace('/', " of "));
    if run.hands_over(role) {
        return holds
            + "With its next prompt a fresh session takes over, which knows the task, the reports and the notes.";
    }
    let at_work = run.role_pane(role).is_some_and(|pane| pane.activity == Activity::Working);
    let when = if at_work { "When its turn is over" } else { "Now" };
    format!(
        "{holds}{when} the agent replaces what was said by a summary: details are lost to it, and the summary costs a \
         call of its model."
    )
}

fn question(ui: &Ui, title: &str, text: &str, choices: &[(&str, &str)], area: Rect, buffer: &mut Buffer) {
    let columns = 64.min(area.width);
    let mut all: Vec<(String, Style)> =
        wrap(text, columns.saturating_sub(4), 6).into_iter().map(|line| (line, Style::new())).collect();
    if usize::from(area.height) > all.len() + choices.len() + 2 {
        all.push((String::new(), Style::new()));
    }
    let keys = choices.iter().map(|(key, _)| width(key)).max().map_or(0, usize::from);
    let room = columns.saturating_sub(4);
    all.extend(
        choices.iter().map(|(key, what)| (fit(&format!("{key:<keys$}  {what}"), room), ui.look.strong())),
    );
    let rows = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = framed(ui, frame(area, columns, rows), &format!(" {title} "), ui.look.operator(), buffer);
    lines(inside, &all, buffer);
}

fn where_it_is(context: Context) -> &'static str {
    match context {
        Context::Global | Context::Normal => "here",
        Context::Gate => "at a gate",
        Context::Replay => "in a replay",
        Context::Input => "in the input box",
        Context::Reading => "while a pane is read",
        Context::Typing => "while typing into an agent",
        Context::Preview => "while looking at something",
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one popup and where it goes")]
fn actions(
    ui: &Ui,
    glass: &Glass,
    list: ActionList,
    context: Context,
    filter: &str,
    selected: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let entries = keys::matching(ui, glass, list, context, filter);
    let selected = clamp(selected, entries.len());
    let keys = entries.iter().map(|entry| width(&entry.keys)).max().unwrap_or(0).min(area.width / 3);
    let place = frame(area, 110, area.height.saturating_sub(if area.height < 16 { 0 } else { 2 }));
    let title = match list {
        ActionList::Help => format!(" keys {} · enter: do · esc: close ", where_it_is(context)),
        ActionList::Palette => " actions · enter: do · esc: close ".to_owned(),
    };
    let inside = framed(ui, place, &title, ui.look.border(true), buffer);
    if inside.height == 0 {
        return;
    }
    let of = if entries.is_empty() {
        "nothing fits".to_owned()
    } else {
        format!("{}/{}", selected + 1, entries.len())
    };
    let search = format!("search: {filter}▏");
    let first_line = Rect { height: 1, ..inside };
    line(ui, buffer, first_line, &fit(&search, inside.width), ui.look.strong());
    let x = inside.right().saturating_sub(width(&of));
    if x > inside.x + width(&search) + 1 {
        buffer.set_stringn(x, inside.y, &of, of.len(), ui.look.dim());
    }
    let inside = Rect { y: inside.y + 1, height: inside.height - 1, ..inside };
    let rows = entries
        .iter()
        .enumerate()
        .flat_map(|(index, entry)| entry_rows(ui, entry, index == selected, keys, inside.width));
    let rows: Vec<(String, Style)> = rows.collect();
    // Only the selected one may have several lines, so its last line stands this far down.
    let lowest = rows.len() - (entries.len() - selected.min(entries.len())).saturating_sub(1);
    let first = lowest.saturating_sub(usize::from(inside.height));
    for (y, (text, style)) in (inside.y..inside.bottom()).zip(rows.into_iter().skip(first)) {
        line(ui, buffer, Rect { y, height: 1, ..inside }, &text, style);
    }
}

/// One action: a line, or for the selected one as many as its words need.
fn entry_rows(ui: &Ui, entry: &Entry, selected: bool, keys: u16, columns: u16) -> Vec<(String, Style)> {
    // What cannot be done now says so first.
    let what = match &entry.disabled {
        Some(reason) => format!("({reason}) {}", entry.description),
        None => entry.description.clone(),
    };
    let room = columns.saturating_sub(keys + 2);
    let style = match (selected, entry.disabled.is_some()) {
        (true, _) => ui.look.selected(),
        (false, true) => ui.look.dim(),
        (false, false) => Style::new(),
    };
    let lines = if selected { wrap(&what, room, 3) } else { vec![fit(&what, room)] };
    let keys_width = usize::from(keys);
    let mut chords = fit(&entry.keys, keys);
    lines
        .into_iter()
        .map(|line| (format!("{:<keys_width$}  {line}", std::mem::take(&mut chords)), style))
        .collect()
}
