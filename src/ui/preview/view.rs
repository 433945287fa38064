//! Drawing what is looked at: a line that says what it is and where one is in it, and below it the rows that are seen.

use super::diff::counts;
use super::document::{Document, Ink, Line, Part, Tone};
use super::rows::Room;
use super::{Preview, State, Top};
use crate::ui::format::{bytes, duration, fit, width};
use crate::ui::look::ink;
use crate::ui::model::{Layout, Ui};
use crate::ui::view::line;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

/// From this width on, the files of a diff stand at its side.
const LIST_FROM: u16 = 110;
const LIST: u16 = 34;
/// Why one sees a transcript and not the lines of a pane; the longest that there is room for.
const INSTEAD: [&str; 3] = [
    "This agent draws its own screen, which keeps no lines to go back to: what was said, to its end.",
    "This agent's screen keeps no lines to go back to: this was said.",
    "its screen keeps no lines; this was said",
];

/// The end of a path is what tells it from others: its beginning goes first.
pub(in crate::ui) fn fit_path(path: &str, columns: u16) -> String {
    if width(path) <= columns || columns == 0 {
        return fit(path, columns);
    }
    let mut kept = String::new();
    for character in path.chars().rev() {
        if width(&kept) + width(character.encode_utf8(&mut [0; 4])) + 1 > columns {
            break;
        }
        kept.insert(0, character);
    }
    format!("…{kept}")
}

/// What is looked at stands over all but the first two lines and the last one.
pub(in crate::ui) fn place(area: Rect) -> Rect {
    Rect { y: area.y + 2, height: area.height.saturating_sub(3), ..area }
}

pub(in crate::ui) fn draw(ui: &Ui, preview: &Preview, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let place = place(area);
    for y in place.y..place.bottom() {
        line(ui, buffer, Rect { y, height: 1, ..place }, "", Style::new());
    }
    let content = text_area(preview, place);
    let form = preview.fitting_form(content.width);
    let document = preview.forms.get(form);
    let top = preview.top_in(form);
    let seen = match (document, &preview.state) {
        (_, State::Failed(reason)) => {
            let text = format!("This cannot be shown: {reason}.");
            say(ui, &text, ui.look.bad(), content, buffer);
            0
        }
        (Some(document), _) => {
            if content.x > place.x {
                files(
                    ui,
                    document,
                    top,
                    Rect { x: place.x, width: content.x - place.x - 1, ..content },
                    buffer,
                    layout,
                );
            }
            text(ui, preview, document, top, content, buffer)
        }
        (None, State::Waiting(since)) if ui.time >= since + super::PATIENCE => {
            let text = format!("fetching… {}", duration(ui.time - since));
            say(ui, &text, ui.look.dim(), content, buffer);
            0
        }
        (None, _) => 0,
    };
    header(ui, preview, document.map(|document| &**document), top, seen, place, buffer);
    if preview.instead {
        let words = INSTEAD.into_iter().find(|words| width(words) <= place.width).unwrap_or_default();
        line(ui, buffer, Rect { y: place.y + 1, height: 1, ..place }, words, ui.look.info());
    }
    if let Some(typed) = &preview.typed {
        let y = place.bottom().saturating_sub(1);
        let prompt = Rect { y, height: 1, ..place };
        line(ui, buffer, prompt, &fit(&format!("search: {typed}▏"), place.width), ui.look.strong());
    }
}

/// Where the text stands: less the lines above it, and the list of files where there is room for one.
pub(super) fn text_area(preview: &Preview, place: Rect) -> Rect {
    let above = 1 + u16::from(preview.instead);
    let below = Rect { y: place.y + above, height: place.height.saturating_sub(above), ..place };
    let several = preview.forms.first().is_some_and(|document| document.files.len() > 1);
    if several && place.width >= LIST_FROM {
        return Rect { x: below.x + LIST, width: below.width - LIST, ..below };
    }
    below
}

fn say(ui: &Ui, text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    for (y, text) in (area.y..area.bottom()).zip(crate::ui::format::wrap(text, area.width, 8)) {
        line(ui, buffer, Rect { y, height: 1, ..area }, &text, style);
    }
}

/// Draws the rows from `top` on; returns how many lines of the document are seen.
fn text(ui: &Ui, preview: &Preview, document: &Document, top: Top, area: Rect, buffer: &mut Buffer) -> usize {
    let room: Room = preview.room(area);
    let needle = Some(preview.needle.as_str()).filter(|needle| !needle.is_empty());
    let mut y = area.y;
    let mut seen = 0;
    for (index, laid) in document.lines.iter().enumerate().skip(top.line) {
        let skip = if index == top.line { top.row } else { 0 };
        for row in laid.lay_out(room, needle).iter().skip(skip) {
            if y >= area.bottom() {
                return seen;
            }
            let mut x = area.x;
            for span in row {
                let left = area.right().saturating_sub(x);
                buffer.set_stringn(x, y, &span.text, usize::from(left), style(ui, span.ink));
                x = x.saturating_add(u16::try_from(span.text.width()).unwrap_or(u16::MAX)).min(area.right());
            }
            y += 1;
        }
        seen += 1;
    }
    seen
}

fn style(ui: &Ui, ink: Ink) -> Style {
    let style = ui.look.tone(ink.tone).add_modifier(ink.modifier);
    if ink.found { style.patch(ui.look.selected()) } else { style }
}

/// The last file whose heading is at or above the top.
fn current_file(document: &Document, top: Top) -> usize {
    document.files.partition_point(|file| file.line <= top.line).saturating_sub(1)
}

fn files(ui: &Ui, document: &Document, top: Top, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let current = current_file(document, top);
    let rows = usize::from(area.height);
    let first = (current + 1).saturating_sub(rows);
    for (y, (index, file)) in (area.y..area.bottom()).zip(document.files.iter().enumerate().skip(first)) {
        let place = Rect { y, height: 1, ..area };
        let counts = counts(file.added, file.removed);
        let room = area.width.saturating_sub(width(&counts) + 3);
        let name = fit_path(&file.name, room);
        let mark = if index == current { "▸" } else { " " };
        let pad = usize::from(room.saturating_sub(width(&name)));
        let style = if index == current { ui.look.selected() } else { Style::new() };
        line(ui, buffer, place, &format!("{mark}{name}{} {counts}", " ".repeat(pad)), style);
        layout.preview_files.push((index, place));
    }
    for y in area.y..area.bottom() {
        buffer.set_stringn(area.right(), y, "│", 1, ui.look.border(false));
    }
}

fn header(
    ui: &Ui,
    preview: &Preview,
    document: Option<&Document>,
    top: Top,
    seen: usize,
    place: Rect,
    buffer: &mut Buffer,
) {
    let area = Rect { height: 1, ..place };
    let mut parts: Vec<String> = Vec::new();
    if let Some((since, far)) = preview.searching.filter(|(since, _)| ui.time >= since + super::PATIENCE) {
        let percent = far.saturating_mul(100).checked_div(preview.total).unwrap_or(0);
        parts.push(format!("searching… {percent}%, {}", duration(ui.time - since)));
    } else if let State::Waiting(since) = preview.state
        && document.is_some()
        && ui.time >= since + super::PATIENCE
    {
        parts.push(format!("fetching… {}", duration(ui.time - since)));
    }
    if let Some(document) = document {
        parts.push(position(preview, document, top, seen));
        if document.files.len() > 1 {
            parts.push(format!("file {}/{}", current_file(document, top) + 1, document.files.len()));
        }
        parts.push(document.about.clone());
        parts.push(document.note.clone());
        if !preview.wrap {
            parts.push("not wrapped".to_owned());
        }
    }
    // The title is worth more than what is said about it.
    let least = width(&preview.title).min(place.width * 3 / 5) + 4;
    let mut right = String::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        let more = if right.is_empty() { part } else { format!("{right} · {part}") };
        if width(&more) + least <= place.width {
            right = more;
        }
    }
    let room = place.width.saturating_sub(width(&right) + 4);
    let title = fit_path(&preview.title, room);
    line(ui, buffer, area, &format!(" ▸{title} "), ui.look.title());
    buffer.set_style(area, ui.look.title());
    let x = place.right().saturating_sub(width(&right) + 1);
    buffer.set_stringn(x, area.y, &right, usize::from(place.right() - x), ui.look.title());
}

/// `12-40/300`, or how far into a large file.
fn position(preview: &Preview, document: &Document, top: Top, seen: usize) -> String {
    let count = document.lines.len();
    if preview.begin > 0 || preview.end < preview.total {
        let at = document.lines.get(top.line).map_or(0, |line: &Line| line.at);
        let percent = at.saturating_mul(100).checked_div(preview.total).unwrap_or(0);
        return format!("{percent}% of {}", bytes(preview.total));
    }
    if top == Top::default() && seen >= count {
        return String::new();
    }
    format!("{}-{}/{count}", top.line + 1, (top.line + seen).max(top.line + 1).min(count))
}

impl crate::ui::look::Look {
    fn code(&self, part: Part) -> Style {
        let theme = self.theme();
        ink(match part {
            Part::Keyword => theme.code_keyword,
            Part::Text => theme.code_string,
            Part::Comment => theme.code_comment,
            Part::Number => theme.code_number,
            Part::Function => theme.code_function,
            Part::Type => theme.code_type,
            Part::Name => theme.code_name,
        })
    }

    fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => Style::new(),
            Tone::Dim => self.dim(),
            Tone::Heading => self.strong(),
            Tone::Quoted | Tone::Info | Tone::Hunk => self.info(),
            Tone::Code(part) => self.code(part),
            Tone::Link => self.key(),
            Tone::Added => self.added(),
            Tone::Removed => self.removed(),
            Tone::Warning => self.warning(),
            Tone::Program { ink, ground } => {
                Style::new().fg(self.of_agent(ink, true)).bg(self.of_agent(ground, false))
            }
        }
    }
}
