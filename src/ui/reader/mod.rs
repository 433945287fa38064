//! Reading a pane: a cursor in its text, searching, selecting by keys, and the line that says so.
//!
//! Owns what is being read and where; the pane scrolls with it. It never sends a key to an agent.

mod draw;

pub(super) use draw::{keys, paint, words};

use super::act::{go, scroll_to};
use super::model::{Ask, Edited, Focus, Ui};
use super::pane;
use super::search::{Match, Search};
use super::selection::{Place, Selection, Shape, Span, line_end, next_word, snapped};
use super::update::shown_pane;
use crate::domain::PaneId;
use crate::glass::Glass;
use crate::settings::Action;
use crate::term::{Key, KeyCode, Mods, Screen};
use ratatui::layout::Rect;

/// Characters that a search may have.
const MOST_TYPED: usize = 200;

/// What is read, by keys.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) pane: PaneId,
    pub(super) cursor: Place,
    epoch: u64,
    /// Where the selection began, and how it grows.
    anchor: Option<(Place, Shape)>,
    /// The words of the search while they are typed.
    prompt: Option<String>,
    query: String,
    search: Search,
    current: Option<Match>,
    /// Where to go once matches are known: to the first from here on, else to the last before.
    seek: Option<Place>,
    /// What happened with the last key.
    notice: &'static str,
}

/// All that concerns reading and selecting.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) reading: Option<Reading>,
    pub(super) drag: super::drag::Dragging,
    /// The words of the last search.
    last: String,
}

impl Reader {
    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    pub(super) fn is_typing(&self) -> bool {
        self.reading.as_ref().is_some_and(|reading| reading.prompt.is_some())
    }
}

impl Ui {
    /// Takes in what the panes show now, a bounded part at a time: matches of a search, a selection that is dragged past
    /// the edge. Whether a frame should follow soon because more is to come. To be called before each frame.
    pub fn catch_up(&mut self, glass: &Glass) -> bool {
        super::bell::catch_up(self, glass);
        let reading = catch_up_reading(self, glass);
        super::drag::catch_up(self, glass) || reading
    }
}

fn catch_up_reading(ui: &mut Ui, glass: &Glass) -> bool {
    let Some(reading) = &mut ui.reader.reading else { return false };
    let Some(screen) = glass.panes.get(&reading.pane).map(|shown| &shown.screen) else {
        ui.reader.reading = None;
        return false;
    };
    if reading.epoch != screen.epoch() {
        // The lines are others now; reading goes on at the end.
        reading.epoch = screen.epoch();
        reading.cursor = Place { line: screen.end_line().saturating_sub(1), column: 0 };
        reading.anchor = None;
        reading.current = None;
        reading.seek = Some(reading.cursor).filter(|_| !reading.search.is_empty_pattern());
    }
    let oldest = screen.oldest_line();
    reading.cursor.line = reading.cursor.line.clamp(oldest, screen.end_line().saturating_sub(1));
    if let Some((anchor, _)) = &mut reading.anchor
        && anchor.line < oldest
    {
        *anchor = Place { line: oldest, column: 0 };
    }
    let more = reading.search.catch_up(screen);
    if let Some(current) = reading.current
        && reading.search.is_complete()
        && reading.search.position(current.start).is_none()
    {
        // The text under it changed: the next one is as near as can be.
        let count = reading.search.count();
        let index = reading.search.before(current.start).min(count.saturating_sub(1));
        reading.current = reading.search.get(index);
    }
    if let Some(from) = reading.seek {
        seek(ui, screen, from);
    }
    more
}

/// Goes to the first match from a place on that is known, else to the last before it once all are.
fn seek(ui: &mut Ui, screen: &Screen, from: Place) {
    let Some(reading) = &mut ui.reader.reading else { return };
    let search = &reading.search;
    let count = search.count();
    let after = search.get(search.before(from));
    let found = match after {
        Some(found) => Some(found),
        None if !search.is_complete() => return,
        None => count.checked_sub(1).and_then(|last| search.get(last)),
    };
    reading.seek = None;
    reading.current = found;
    if let Some(found) = found {
        move_to(ui, screen, found.start);
    }
}

/// Where the pane is drawn, and the number of the first line that is.
pub(super) fn window(ui: &Ui, screen: &Screen, pane: &PaneId) -> Option<(Rect, u64)> {
    let area = ui.layout.panes.iter().find(|(id, _)| id == pane).map(|(_, area)| *area)?;
    let back = pane::scrolled(ui, pane, screen);
    Some((area, pane::first_line(screen, back, area.height)))
}

/// Puts the cursor there and shows it.
fn move_to(ui: &mut Ui, screen: &Screen, place: Place) {
    let Some(reading) = &mut ui.reader.reading else { return };
    reading.cursor = place;
    let pane = reading.pane.clone();
    reveal(ui, screen, &pane, place.line);
}

/// Scrolls the pane as little as is needed to show a line; far away ones come into the middle.
pub(super) fn reveal(ui: &mut Ui, screen: &Screen, pane: &PaneId, line: u64) {
    let Some((area, top)) = window(ui, screen, pane) else { return };
    let rows = u64::from(area.height);
    let first = if line < top {
        if top - line > rows { line.saturating_sub(rows / 2) } else { line }
    } else if line >= top + rows {
        if line - top >= rows * 2 { line.saturating_sub(rows / 2) } else { line + 1 - rows }
    } else {
        return;
    };
    show_from(ui, screen, pane, area.height, first);
}

/// Shows a pane with this line as its first, as far as there are lines below.
pub(super) fn show_from(ui: &mut Ui, screen: &Screen, pane: &PaneId, rows: u16, first: u64) {
    let surplus = u64::from(screen.size().rows.saturating_sub(rows));
    let back = (screen.top_line() + surplus).saturating_sub(first);
    scroll_to(ui, pane, screen, usize::try_from(back).unwrap_or(usize::MAX));
}

/// Begins to read the pane that has the keys, or that is shown; with a search to be typed, or to select.
pub(super) fn begin(ui: &mut Ui, glass: &Glass, searching: bool) {
    let Some((focus, pane)) = shown_pane(ui, glass) else { return };
    let Some(screen) = glass.panes.get(&pane).map(|shown| &shown.screen) else { return };
    if ui.focus != focus || ui.typing {
        go(ui, focus);
    }
    ui.pending.clear();
    let same = ui.reader.reading.as_ref().is_some_and(|reading| reading.pane == pane);
    if !same {
        let back = pane::scrolled(ui, &pane, screen);
        let end = screen.end_line().saturating_sub(1);
        let cursor = match (screen.cursor(), window(ui, screen, &pane)) {
            (Some(cursor), _) if back == 0 => {
                Place { line: screen.top_line() + u64::from(cursor.row), column: cursor.col }
            }
            (_, Some((area, top))) => {
                Place { line: (top + u64::from(area.height)).saturating_sub(1).min(end), column: 0 }
            }
            (_, None) => Place { line: end, column: 0 },
        };
        ui.reader.reading = Some(Reading {
            pane,
            cursor,
            epoch: screen.epoch(),
            anchor: None,
            prompt: None,
            query: String::new(),
            search: Search::new(""),
            current: None,
            seek: None,
            notice: "",
        });
    }
    if searching && let Some(reading) = &mut ui.reader.reading {
        reading.prompt = Some(String::new());
    }
}

/// Back to awtui's own keys; the pane follows its end again unless it was scrolled before.
pub(super) fn leave(ui: &mut Ui) {
    ui.reader.reading = None;
    ui.pending.clear();
}

/// A key while the words of a search are typed.
pub(super) fn prompt_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let last = ui.reader.last.clone();
    let Some(reading) = &mut ui.reader.reading else { return Vec::new() };
    let Some(prompt) = &mut reading.prompt else { return Vec::new() };
    let ctrl = |character| key == Key::new(KeyCode::Char(character), Mods::CTRL);
    match key.code {
        KeyCode::Esc => {
            leave(ui);
            return Vec::new();
        }
        _ if ctrl('c') => {
            leave(ui);
            return Vec::new();
        }
        KeyCode::Enter => {
            if prompt.is_empty() {
                prompt.push_str(&last);
            }
            let words = reading.prompt.take().unwrap_or_default();
            if words.is_empty() {
                leave(ui);
                return Vec::new();
            }
            if reading.query != words {
                set_query(ui, glass, &words);
            }
            ui.reader.last = words;
            return Vec::new();
        }
        KeyCode::Up => *prompt = last,
        KeyCode::Backspace => {
            if prompt.pop().is_none() {
                leave(ui);
                return Vec::new();
            }
        }
        _ if ctrl('u') => prompt.clear(),
        KeyCode::Char(_) => prompt.extend(key.typed().filter(|_| prompt.len() < MOST_TYPED)),
        KeyCode::Down
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::Tab
        | KeyCode::BackTab
        | KeyCode::Insert
        | KeyCode::Delete
        | KeyCode::F(_) => {}
    }
    let words = prompt.clone();
    set_query(ui, glass, &words);
    Vec::new()
}

/// Adds pasted words to the search.
pub(super) fn paste(ui: &mut Ui, glass: &Glass, text: &str) {
    let Some(prompt) = ui.reader.reading.as_mut().and_then(|reading| reading.prompt.as_mut()) else { return };
    prompt.extend(text.lines().next().unwrap_or_default().chars().take(MOST_TYPED));
    let words = prompt.clone();
    set_query(ui, glass, &words);
}

/// Searches anew while the words are typed: from what was on the screen, so that a visible match moves nothing.
fn set_query(ui: &mut Ui, glass: &Glass, words: &str) {
    let Some(reading) = &ui.reader.reading else { return };
    let Some(screen) = glass.panes.get(&reading.pane).map(|shown| &shown.screen) else { return };
    let top = window(ui, screen, &reading.pane).map_or(screen.top_line(), |(_, top)| top);
    let Some(reading) = &mut ui.reader.reading else { return };
    words.clone_into(&mut reading.query);
    reading.search = Search::new(words);
    // What is found stays the one that is found as long as it fits.
    let from = reading.current.map_or(Place { line: top, column: 0 }, |current| current.start);
    reading.current = None;
    reading.notice = "";
    reading.seek = Some(from).filter(|_| !words.is_empty());
}

/// Where a reader is, to reckon where a key leads.
struct Here<'a> {
    screen: &'a Screen,
    cursor: Place,
    /// Lines of a page.
    page: u64,
}

impl Here<'_> {
    fn up(&self, lines: u64) -> Place {
        Place { line: self.cursor.line.saturating_sub(lines).max(self.screen.oldest_line()), ..self.cursor }
    }

    fn down(&self, lines: u64) -> Place {
        let end = self.screen.end_line().saturating_sub(1);
        Place { line: self.cursor.line.saturating_add(lines).min(end), ..self.cursor }
    }

    fn left(&self) -> Place {
        let here = snapped(self.screen, self.cursor);
        snapped(self.screen, Place { column: here.column.saturating_sub(1), ..here })
    }

    fn right(&self) -> Place {
        let here = snapped(self.screen, self.cursor);
        let cell = self.screen.line_cells(here.line).nth(usize::from(here.column));
        let wide = cell.map_or(1, |cell| u16::from(cell.width.max(1)));
        let last = self.screen.size().cols.saturating_sub(1);
        Place { column: (here.column + wide).min(last), ..here }
    }
}

/// An action, and where the cursor goes with it.
type Move = (Action, fn(&Here<'_>) -> Place);

const MOVES: &[Move] = &[
    (Action::Up, |here| here.up(1)),
    (Action::ScrollUp, |here| here.up(1)),
    (Action::Down, |here| here.down(1)),
    (Action::ScrollDown, |here| here.down(1)),
    (Action::PageUp, |here| here.up(here.page)),
    (Action::PageDown, |here| here.down(here.page)),
    (Action::Top, |here| Place { column: 0, ..here.up(u64::MAX) }),
    (Action::Bottom, |here| Place { column: 0, ..here.down(u64::MAX) }),
    (Action::CursorLeft, |here| here.left()),
    (Action::CursorRight, |here| here.right()),
    (Action::WordNext, |here| next_word(here.screen, here.cursor, false)),
    (Action::WordPrevious, |here| next_word(here.screen, here.cursor, true)),
    (Action::LineStart, |here| Place { column: 0, ..here.cursor }),
    (Action::LineEnd, |here| Place { column: line_end(here.screen, here.cursor.line), ..here.cursor }),
];

/// An action, and what it does with what is read.
type Deed = (Action, fn(&mut Ui, &Screen) -> Vec<Ask>);

const DEEDS: &[Deed] = &[
    (Action::SearchNext, |ui, screen| step(ui, screen, true)),
    (Action::SearchPrevious, |ui, screen| step(ui, screen, false)),
    (Action::SelectText, |ui, _| anchor(ui, Shape::Flow)),
    (Action::SelectLines, |ui, _| anchor(ui, Shape::Lines)),
    (Action::SelectBlock, |ui, _| anchor(ui, Shape::Block)),
    (Action::CopyText, copy),
    (Action::SaveText, save),
    (Action::OpenLink, |ui, screen| {
        let cursor = ui.reader.reading.as_ref().map(|reading| snapped(screen, reading.cursor));
        cursor.map_or_else(Vec::new, |cursor| link(ui, screen, cursor))
    }),
    (Action::LeaveReading, |ui, _| {
        leave(ui);
        Vec::new()
    }),
];

/// What an action does while a pane is read; `None`: nothing of its own.
pub(super) fn act(ui: &mut Ui, glass: &Glass, action: Action) -> Option<Vec<Ask>> {
    let reading = ui.reader.reading.as_mut()?;
    reading.notice = "";
    let (pane, cursor) = (reading.pane.clone(), reading.cursor);
    let screen = &glass.panes.get(&pane)?.screen;
    if let Some((_, deed)) = DEEDS.iter().find(|(one, _)| *one == action) {
        return Some(deed(ui, screen));
    }
    let (_, target) = MOVES.iter().find(|(one, _)| *one == action)?;
    let rows = window(ui, screen, &pane).map_or(10, |(area, _)| area.height);
    let here = Here { screen, cursor, page: u64::from(rows.saturating_sub(1).max(1)) };
    move_to(ui, screen, target(&here));
    Some(Vec::new())
}

/// Begins a selection here; the same key again takes it back, another one changes how it grows.
fn anchor(ui: &mut Ui, shape: Shape) -> Vec<Ask> {
    if let Some(reading) = &mut ui.reader.reading {
        reading.anchor = match reading.anchor {
            Some((_, now)) if now == shape => None,
            Some((anchor, _)) => Some((anchor, shape)),
            None => Some((reading.cursor, shape)),
        };
    }
    Vec::new()
}

/// To the match after the cursor's, or before it, around the ends.
fn step(ui: &mut Ui, screen: &Screen, forward: bool) -> Vec<Ask> {
    let Some(reading) = &mut ui.reader.reading else { return Vec::new() };
    if reading.search.is_empty_pattern() {
        reading.prompt = Some(String::new());
        return Vec::new();
    }
    let search = &reading.search;
    let count = search.count();
    let from = reading.current.map_or(reading.cursor, |current| current.start);
    let next = if forward {
        // The first one that begins behind it.
        let at = search.before(from);
        if search.position(from).is_some() { at + 1 } else { at }
    } else {
        search.before(from).checked_sub(1).unwrap_or(usize::MAX)
    };
    let (index, notice) = match search.get(next) {
        Some(_) => (next, ""),
        None if forward => (0, "from the beginning again"),
        None => (count.saturating_sub(1), "from the end again"),
    };
    let Some(found) = search.get(index) else { return Vec::new() };
    reading.current = Some(found);
    reading.notice = notice;
    move_to(ui, screen, found.start);
    Vec::new()
}

fn selection(reading: &Reading) -> Option<Selection> {
    reading.anchor.map(|(anchor, shape)| Selection { anchor, head: reading.cursor, shape })
}

/// Copies what is selected, else the match that was found, else the line.
fn copy(ui: &mut Ui, screen: &Screen) -> Vec<Ask> {
    let Some(reading) = &ui.reader.reading else { return Vec::new() };
    let cursor = reading.cursor;
    let on_match = reading.current.filter(|found| found.start == cursor);
    let span = match (selection(reading), on_match) {
        (Some(selection), _) => selection.span(screen),
        (None, Some(found)) => Span::between(found.start, found.end),
        (None, None) => Selection { anchor: cursor, head: cursor, shape: Shape::Lines }.span(screen),
    };
    let text = span.text(screen);
    if text.is_empty() {
        ui.toasts.refusal("nothing but blanks is selected".to_owned(), ui.time);
        return Vec::new();
    }
    leave(ui);
    vec![copied(ui, text)]
}

/// Hands a text to the clipboard and says so.
pub(super) fn copied(ui: &mut Ui, text: String) -> Ask {
    let (characters, lines) = (text.chars().count(), text.lines().count());
    let lines = if lines > 1 { format!(" in {lines} lines") } else { String::new() };
    let plural = if characters == 1 { "" } else { "s" };
    ui.toasts.news(format!("copied {characters} character{plural}{lines}"), ui.time);
    Ask::Copy { text }
}

/// Writes what is selected, else everything, to a file.
fn save(ui: &mut Ui, screen: &Screen) -> Vec<Ask> {
    let Some(reading) = &ui.reader.reading else { return Vec::new() };
    let span = selection(reading).map_or(Span::everything(screen), |selection| selection.span(screen));
    let name = reading.pane.to_string();
    vec![Ask::SaveText { name, text: span.text(screen) }]
}

/// Writes all that the shown pane has to a file, whether it is read or not.
pub(super) fn save_pane(ui: &Ui, glass: &Glass) -> Vec<Ask> {
    let Some((_, pane)) = shown_pane(ui, glass) else { return Vec::new() };
    let Some(shown) = glass.panes.get(&pane) else { return Vec::new() };
    vec![Ask::SaveText { name: pane.to_string(), text: Span::everything(&shown.screen).text(&shown.screen) }]
}

/// Shows all that the pane has in the operator's editor, at the line that is read or shown first.
pub(super) fn open_in_editor(ui: &Ui, glass: &Glass) -> Vec<Ask> {
    let Some((_, pane)) = shown_pane(ui, glass) else { return Vec::new() };
    let Some(screen) = glass.panes.get(&pane).map(|shown| &shown.screen) else { return Vec::new() };
    let here = match &ui.reader.reading {
        Some(reading) => reading.cursor.line,
        None => window(ui, screen, &pane).map_or(screen.top_line(), |(_, top)| top),
    };
    // Lines that the terminal wrapped are joined in the text, so they are counted as they are written.
    let before = screen.oldest_line()..here;
    let line = 1 + before.filter(|line| !screen.line_text(*line).is_wrapped()).count();
    let text = Span::everything(screen).text(screen);
    vec![Ask::Edit { text, suffix: ".txt", line, then: Edited::Nothing }]
}

/// Copies the address that the text at a place leads to.
pub(super) fn link(ui: &mut Ui, screen: &Screen, place: Place) -> Vec<Ask> {
    let cell = screen.line_cells(place.line).nth(usize::from(place.column));
    let Some(link) = cell.and_then(|cell| cell.link) else {
        ui.toasts.refusal("no link stands here".to_owned(), ui.time);
        return Vec::new();
    };
    let address: String = link.uri().chars().filter(|character| !character.is_control()).collect();
    ui.toasts.news(format!("copied the address {address}"), ui.time);
    vec![Ask::Copy { text: address }]
}

/// Reading ends when the keys go elsewhere.
pub(super) fn settle(ui: &mut Ui, glass: &Glass) {
    let Some(reading) = &ui.reader.reading else { return };
    let elsewhere = ui.typing || ui.focus == Focus::Input;
    let same = shown_pane(ui, glass).is_some_and(|(focus, pane)| pane == reading.pane && focus == ui.focus);
    if elsewhere || !same {
        leave(ui);
    }
}
