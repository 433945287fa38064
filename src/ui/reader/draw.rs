//! What a reader sees: marks on the cells of the pane, and the line at the bottom that says what is read.

use super::super::format::{fit, width};
use super::super::model::Ui;
use super::super::selection::{Place, Shape, Span, snapped};
use super::super::slots;
use super::selection;
use crate::domain::PaneId;
use crate::glass::Glass;
use crate::settings::Action;
use crate::term::Screen;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// Marks matches, selection and cursor on the cells of a pane; returns where the cursor is.
pub(in crate::ui) fn paint(
    ui: &Ui,
    pane: &PaneId,
    screen: &Screen,
    top: u64,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<(u16, u16)> {
    let look = &ui.look;
    let lines = top..top + u64::from(area.height);
    let mut mark = |span: &Span, style: Style| {
        for (y, line) in (area.y..area.bottom()).zip(lines.clone()) {
            let Some((first, last)) = span.columns(line) else { continue };
            let most = (screen.size().cols.min(area.width)).saturating_sub(1);
            for column in snapped(screen, Place { line, column: first }).column..=last.min(most) {
                let cell = &mut buffer[(area.x + column, y)];
                cell.modifier = Modifier::empty();
                cell.set_style(style);
            }
        }
    };
    let reading = ui.reader.reading.as_ref().filter(|reading| reading.pane == *pane);
    if let Some(reading) = reading.filter(|reading| reading.epoch == screen.epoch()) {
        let other = look.base().patch(look.warning()).add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        for found in reading.search.within(lines.clone()) {
            let style = if reading.current == Some(found) { look.badge(look.warning()) } else { other };
            mark(&Span::between(found.start, found.end), style);
        }
        if let Some(selection) = selection(reading) {
            mark(&selection.span(screen), look.selected());
        }
    }
    if let Some(selection) = ui.reader.drag.selection(pane, screen) {
        mark(&selection.span(screen), look.selected());
    }
    let reading =
        reading.filter(|reading| reading.prompt.is_none() && lines.contains(&reading.cursor.line))?;
    let place = snapped(screen, reading.cursor);
    let row = u16::try_from(place.line - top).ok()?;
    let inside = place.column < area.width && row < area.height;
    inside.then_some((area.x + place.column, area.y + row))
}

/// From this width on, the line at the bottom says where the cursor is.
const ROOMY: u16 = 60;

/// What can be done with what is read, what matters most first.
pub(in crate::ui) fn keys(ui: &Ui) -> Vec<(Action, &'static str)> {
    let reading = ui.reader.reading.as_ref();
    let found = reading.is_some_and(|reading| reading.search.count() > 0);
    let selects = reading.is_some_and(|reading| reading.anchor.is_some());
    let (copy, leave) = ((Action::CopyText, "copy"), (Action::LeaveReading, "leave"));
    let (save, search) = ((Action::SaveText, "to a file"), (Action::Search, "search"));
    let mut all = Vec::new();
    if selects {
        all.extend([copy, leave, save, search]);
    }
    if found {
        all.extend([(Action::SearchNext, "next"), (Action::SearchPrevious, "before")]);
    }
    if !selects {
        all.extend([leave, (Action::SelectText, "select"), copy, search, save]);
    }
    all.push((Action::Help, "help"));
    all
}

/// What is being read and how many matches there are, for the line at the bottom; `None` while nothing is.
pub(in crate::ui) fn words(ui: &Ui, glass: &Glass, room: u16) -> Option<String> {
    let reading = ui.reader.reading.as_ref()?;
    let search = &reading.search;
    let mut count = String::new();
    if !search.is_empty_pattern() {
        let index = reading.current.and_then(|current| search.position(current.start));
        let more = match (search.has_surplus(), search.is_complete()) {
            (true, _) => "+",
            (false, true) => "",
            (false, false) => "…",
        };
        count = match index {
            Some(index) => format!("  {}/{}{more}", index + 1, search.count()),
            None if search.count() == 0 && search.is_complete() => "  not found".to_owned(),
            None => format!("  {}{more}", search.count()),
        };
    }
    let notice = if reading.notice.is_empty() { String::new() } else { format!("  {}", reading.notice) };
    if let Some(prompt) = &reading.prompt {
        let keys = "  enter keep  esc leave";
        let keys = if width(prompt) + width(&count) + width(keys) + 3 <= room { keys } else { "" };
        let kept = fit_end(prompt, room.saturating_sub(width(&count) + width(keys) + 3));
        return Some(format!(" /{kept}▏{count}{keys}"));
    }
    let what = match reading.anchor {
        Some((_, Shape::Lines)) => "SELECT LINES",
        Some((_, Shape::Block)) => "SELECT BLOCK",
        Some((_, Shape::Flow | Shape::Words)) => "SELECT",
        None => "READ",
    };
    let query = if search.is_empty_pattern() {
        String::new()
    } else {
        format!("  /{}", fit(&reading.query, room / 4))
    };
    let place = glass.panes.get(&reading.pane).filter(|_| room >= ROOMY).map_or_else(String::new, |shown| {
        let (oldest, end) = (shown.screen.oldest_line(), shown.screen.end_line());
        format!("  line {}/{}", reading.cursor.line.saturating_sub(oldest) + 1, end - oldest)
    });
    // As its head has it.
    let all = slots::slots(glass);
    let called = all.iter().find(|slot| slot.pane.as_ref() == Some(&reading.pane));
    let called = called.map_or_else(|| reading.pane.to_string(), |slot| fit(&slot.name, room / 4));
    Some(format!(" {what} {called}{query}{count}{notice}{place}"))
}

/// The end of a text, which is where one types.
fn fit_end(text: &str, room: u16) -> String {
    let mut kept = text;
    while width(kept) > room {
        let mut characters = kept.chars();
        characters.next();
        kept = characters.as_str();
    }
    kept.to_owned()
}
