//! All runs of the project in one list: those that wait for a person first. Opens, replays, resumes, puts away and
//! throws away, each by a wish that somebody else carries out.

use super::format::{fit, width, wrap};
use super::keys::chord;
use super::model::{Ask, Mode, Popup, Ui};
use super::popup::{frame, framed};
use super::table::{Column, rows};
use super::view::line;
use crate::domain::{Millis, RunId, RunSummary};
use crate::glass::Glass;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context};
use crate::term::{Key, KeyCode, Mods};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What the operator wants done with a run of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunsAsk {
    /// Show it as it goes on.
    Open(RunId),
    /// Take up a run that stands still, and show it. With `resume` it goes on at once.
    TakeUp { run: RunId, resume: bool },
    /// Show it again from its files: from its beginning, or as it was last.
    Replay { run: RunId, from_start: bool },
    /// Out of the list, or back into it.
    Archive { run: RunId, away: bool },
    /// For good; with `folder` also what lies in the repository for people to read.
    Delete { run: RunId, folder: bool },
}

/// The list as it is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunsView {
    selected: Option<RunId>,
    /// Where the selected one stood, for when it goes.
    place: usize,
    filter: String,
    /// Keys go into the filter.
    filtering: bool,
    archived: bool,
    /// Whether this one is to be thrown away is being asked.
    deleting: Option<RunId>,
}

/// From this width on the ids of the runs stand in the list.
const WIDE: u16 = 100;

/// One line of help below the list.
const KEYS: [(&str, &str); 7] = [
    ("enter", "open"),
    ("p", "replay"),
    ("r", "resume"),
    ("a", "archive"),
    ("D", "delete"),
    ("/", "search"),
    ("v", "archived ones"),
];

pub(super) fn open(ui: &mut Ui) {
    ui.popups.push(Popup::Runs(Box::default()));
}

/// Live ones first, and of these the one that has waited longest; then the newest.
pub(super) fn ordered<'glass>(view: &RunsView, glass: &'glass Glass) -> Vec<&'glass RunSummary> {
    let words: Vec<String> = view.filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |run: &RunSummary| {
        let text = format!("{} {} {} {}", run.run, run.task, state(run), run.says).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut runs: Vec<&RunSummary> =
        glass.runs.iter().filter(|run| run.archived == view.archived && fits(run)).collect();
    runs.sort_by_key(|run| {
        (
            !run.live,
            run.waiting_since.filter(|_| run.live).unwrap_or(Millis::MAX),
            std::cmp::Reverse(run.created),
            std::cmp::Reverse(run.run.clone()),
        )
    });
    runs
}

fn state(run: &RunSummary) -> String {
    if run.open_gates > 0 && run.live { "asks you".to_owned() } else { run.phase.replace('_', " ") }
}

/// `3m`, `2h`, `5d`; nothing while the time is not known.
fn age(now: Millis, since: Millis) -> String {
    if now == 0 {
        return String::new();
    }
    let minutes = now.saturating_sub(since) / 60_000;
    match minutes {
        0 => "now".to_owned(),
        1..60 => format!("{minutes}m"),
        60..2880 => format!("{}h", minutes / 60),
        _ => format!("{}d", minutes / 1440),
    }
}

impl RunsView {
    /// The line that is selected: that of the same run as before, wherever it stands now.
    fn at(&self, runs: &[&RunSummary]) -> usize {
        let found = self.selected.as_ref().and_then(|run| runs.iter().position(|one| one.run == *run));
        found.unwrap_or(self.place).min(runs.len().saturating_sub(1))
    }

    fn select(&mut self, runs: &[&RunSummary], place: usize) {
        self.place = place.min(runs.len().saturating_sub(1));
        self.selected = runs.get(self.place).map(|run| run.run.clone());
    }
}

pub(super) fn scroll(view: &mut RunsView, glass: &Glass, by: isize) {
    let runs = ordered(view, glass);
    let place = view.at(&runs).saturating_add_signed(by);
    view.select(&runs, place);
}

pub(super) fn key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let Some(Popup::Runs(mut view)) = ui.popups.pop() else { return Vec::new() };
    if let Some(run) = view.deleting.take() {
        ui.popups.push(Popup::Runs(view));
        let folder = match key.typed() {
            Some('y') => false,
            Some('Y') => true,
            Some(_) | None => return Vec::new(),
        };
        return vec![Ask::Runs(RunsAsk::Delete { run, folder })];
    }
    let runs = ordered(&view, glass);
    let at = view.at(&runs);
    match key.code {
        KeyCode::Enter => {
            view.filtering = false;
            let chosen = runs.get(at).map(|run| (*run).clone());
            ui.popups.push(Popup::Runs(view));
            return chosen.map_or_else(Vec::new, |run| enter(ui, &run));
        }
        KeyCode::Esc if view.filtering || !view.filter.is_empty() => {
            view.filtering = false;
            view.filter.clear();
        }
        KeyCode::Esc => return Vec::new(),
        KeyCode::Backspace if view.filtering => view.filtering = view.filter.pop().is_some(),
        KeyCode::Char(_) if view.filtering && !key.mods.contains(Mods::CTRL) => {
            view.filter.extend(key.typed());
            view.place = 0;
            view.selected = None;
        }
        KeyCode::Char(_)
        | KeyCode::Backspace
        | KeyCode::Delete
        | KeyCode::Insert
        | KeyCode::Tab
        | KeyCode::BackTab
        | KeyCode::Up
        | KeyCode::Down
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::F(_) => return command(ui, glass, *view, key),
    }
    ui.popups.push(Popup::Runs(view));
    Vec::new()
}

fn command(ui: &mut Ui, glass: &Glass, mut view: RunsView, key: Key) -> Vec<Ask> {
    let runs = ordered(&view, glass);
    let at = view.at(&runs);
    let chosen = runs.get(at).map(|run| (*run).clone());
    let place = match ui.keymap.lookup(Context::Normal, &[key]) {
        Lookup::Matched(Action::Up | Action::ScrollUp) => Some(at.saturating_sub(1)),
        Lookup::Matched(Action::Down | Action::ScrollDown) => Some(at + 1),
        Lookup::Matched(Action::PageUp) => Some(at.saturating_sub(10)),
        Lookup::Matched(Action::PageDown) => Some(at + 10),
        Lookup::Matched(Action::Top) => Some(0),
        Lookup::Matched(Action::Bottom) => Some(runs.len()),
        Lookup::Matched(Action::Quit | Action::Runs) => return Vec::new(),
        Lookup::Matched(_) | Lookup::Pending(_) | Lookup::NotFound => None,
    };
    if let Some(place) = place {
        view.select(&runs, place);
    }
    let mut asks = Vec::new();
    match (key.typed(), chosen) {
        (Some('/'), _) => view.filtering = true,
        (Some('v'), _) => {
            view = RunsView { archived: !view.archived, ..RunsView::default() };
        }
        (Some(letter @ ('p' | 'r' | 'a' | 'D')), Some(run)) => match refusal(ui.mode, letter, &run) {
            Some(reason) => ui.toasts.refusal(reason, ui.time),
            None => match letter {
                'p' => asks.push(RunsAsk::Replay { run: run.run, from_start: true }),
                'r' => asks.push(RunsAsk::TakeUp { run: run.run, resume: true }),
                'a' => asks.push(RunsAsk::Archive { away: !run.archived, run: run.run }),
                _ => view.deleting = Some(run.run),
            },
        },
        (Some(_) | None, _) => {}
    }
    // What leads elsewhere closes the list; what changes the list leaves it open.
    let stays = asks.iter().all(|ask| matches!(ask, RunsAsk::Archive { .. } | RunsAsk::Replay { .. }));
    if stays {
        ui.popups.push(Popup::Runs(Box::new(view)));
    }
    asks.into_iter().map(Ask::Runs).collect()
}

/// Why this cannot be done with that run.
fn refusal(mode: Mode, letter: char, run: &RunSummary) -> Option<String> {
    if mode == Mode::Watch && letter != 'p' {
        return Some("you only watch".to_owned());
    }
    match letter {
        'r' if run.ended.is_some() => Some(format!("it is over ({}); p replays it", run.phase)),
        'a' | 'D' if run.live => Some("it is alive; abort it first".to_owned()),
        'r' if run.live && run.open_gates > 0 && run.phase != "paused" => {
            Some("it waits for your answer: enter shows it".to_owned())
        }
        'r' if run.live && run.waiting_since.is_none() => Some("it goes on already".to_owned()),
        _ => None,
    }
}

fn enter(ui: &mut Ui, run: &RunSummary) -> Vec<Ask> {
    let ask = opens(ui, run);
    // A replay lies over the list, which is there again afterwards.
    if !matches!(ask, RunsAsk::Replay { .. }) {
        ui.popups.pop();
    }
    vec![Ask::Runs(ask)]
}

/// What shows a run: a live one as it goes on, one that stands still by taking it up, one that is over as it was last.
pub(super) fn opens(ui: &Ui, run: &RunSummary) -> RunsAsk {
    let id = run.run.clone();
    if run.live {
        RunsAsk::Open(id)
    } else if run.ended.is_some() || ui.mode == Mode::Watch {
        RunsAsk::Replay { run: id, from_start: false }
    } else {
        RunsAsk::TakeUp { run: id, resume: false }
    }
}

/// The list of those that hold every word.
pub(super) fn filtered(words: &str) -> RunsView {
    RunsView { filter: words.to_owned(), ..RunsView::default() }
}

pub(super) fn draw(ui: &Ui, glass: &Glass, view: &RunsView, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let runs = ordered(view, glass);
    let at = view.at(&runs);
    let which = if view.archived { "archived runs" } else { "runs of this project" };
    let of = if runs.is_empty() { String::new() } else { format!(" · {}/{}", at + 1, runs.len()) };
    let place = frame(area, 140, area.height.saturating_sub(if area.height < 16 { 0 } else { 2 }));
    let inside = framed(ui, place, &format!(" {which}{of} "), look.border(true), buffer);
    if inside.height < 4 {
        return;
    }
    let at_row = |y: u16| Rect { y, height: 1, ..inside };
    let mut top = inside.y;
    if view.filtering || !view.filter.is_empty() {
        let cursor = if view.filtering { "▏" } else { "" };
        let text = fit(&format!("search: {}{cursor}", view.filter), inside.width);
        line(ui, buffer, at_row(top), &text, look.strong());
        top += 1;
    }
    let detail = details(ui, runs.get(at).copied(), view, inside.width);
    // While something is asked, the whole question is more than the lines of the list.
    let kept = if view.deleting.is_some() { 3 } else { 4 };
    let most = usize::from(inside.bottom() - top).saturating_sub(kept).clamp(1, detail.len());
    let below = u16::try_from(most).unwrap_or(1) + 1;
    let list = Rect { y: top, height: (inside.bottom() - top).saturating_sub(below), ..inside };
    draw_list(ui, glass, view, &runs, at, list, buffer);
    for (y, (text, style)) in (list.bottom()..).zip(detail.into_iter().take(most)) {
        line(ui, buffer, at_row(y), &text, style);
    }
    draw_keys(ui, view, runs.get(at).copied(), at_row(inside.bottom() - 1), buffer);
}

fn draw_list(
    ui: &Ui,
    glass: &Glass,
    view: &RunsView,
    runs: &[&RunSummary],
    at: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let look = &ui.look;
    if runs.is_empty() {
        let text = match (view.filter.is_empty(), view.archived) {
            (false, _) => "no run has these words; esc shows all",
            (true, true) => "no run is archived; v goes back",
            (true, false) => "no runs yet: close this with esc and type a task",
        };
        line(ui, buffer, Rect { height: 1, ..area }, &fit(text, area.width), look.dim());
        return;
    }
    let each = |title: &str, cell: &dyn Fn(&RunSummary) -> String| {
        let cells = runs.iter().map(|run| cell(run));
        std::iter::once(title.to_owned()).chain(cells).collect::<Vec<_>>()
    };
    let shown = glass.run.id.as_ref();
    let waits = |run: &RunSummary| match run.waiting_since.filter(|_| run.live) {
        Some(since) => age(ui.wall, since),
        None => String::new(),
    };
    let mut table = vec![
        Column::left(0, each(" ", &|run| if run.live { "●" } else { " " }.to_owned())),
        Column::left(1, each("state", &state)),
        Column::right(3, each("waits", &waits)),
        Column::right(4, each("age", &|run| age(ui.wall, run.created))),
        Column::right(5, each("cost", &|run| run.spent.clone())),
        Column::text(
            2,
            each("task", &|run| {
                let mark = if shown == Some(&run.run) { "(shown) " } else { "" };
                format!("{mark}{}", run.task.lines().next().unwrap_or_default())
            }),
        ),
    ];
    // Where there is little room the task says more; the id stands below.
    if area.width >= WIDE {
        table.push(Column::left(6, each("run", &|run| run.run.to_string())));
    }
    let mut lines = rows(&table, area.width).into_iter();
    line(ui, buffer, Rect { height: 1, ..area }, &lines.next().unwrap_or_default(), look.dim());
    let rest = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let first = (at + 1).saturating_sub(usize::from(rest.height));
    let visible = lines.enumerate().skip(first).zip(rest.y..rest.bottom());
    for ((index, text), y) in visible {
        let style = match (index == at, runs[index].live) {
            (true, _) => look.selected(),
            (false, true) if runs[index].waiting_since.is_some() => look.operator(),
            (false, true) => look.good(),
            (false, false) => Style::new(),
        };
        line(ui, buffer, Rect { y, height: 1, ..rest }, &text, style);
    }
}

/// What is to be known of the selected one, the most important first; or what is asked about it.
fn details(ui: &Ui, run: Option<&RunSummary>, view: &RunsView, columns: u16) -> Vec<(String, Style)> {
    let look = &ui.look;
    let mut all: Vec<(String, Style)> = vec![(String::new(), Style::new())];
    let Some(run) = run else { return all };
    let mut say = |text: &str, most: usize, style: Style| {
        all.extend(wrap(text, columns, most).into_iter().map(|line| (line, style)));
    };
    if view.deleting.as_ref() == Some(&run.run) {
        say(&format!("Delete {} for good, its journal and recordings?", run.run), 2, look.operator());
        say("y  yes; what lies in the repository stays", 1, look.strong());
        say("Y  that too, its reports and artifacts", 1, look.strong());
        say("any other key: keep it", 1, look.strong());
        say(&run.folder, 1, look.dim());
        return all;
    }
    let style = if run.waiting_since.is_some() && run.live { look.operator() } else { Style::new() };
    let says = if run.says.is_empty() { run.phase.replace('_', " ") } else { run.says.clone() };
    say(&says, 2, style);
    say(&run.task, 2, Style::new());
    let steps = if run.steps == 1 { "1 step".to_owned() } else { format!("{} steps", run.steps) };
    say(&format!("{} · {} · {}", run.run, steps, run.folder), 2, look.dim());
    all
}

fn draw_keys(ui: &Ui, view: &RunsView, run: Option<&RunSummary>, area: Rect, buffer: &mut Buffer) {
    if view.deleting.is_some() {
        return;
    }
    let mut x = area.x;
    let can = |key: &str| match (run, key.chars().next()) {
        (Some(run), Some(letter)) if key.len() == 1 => refusal(ui.mode, letter, run).is_none(),
        (None, Some(_)) => matches!(key, "esc" | "v" | "/"),
        _ => true,
    };
    let close = ("esc", if view.filter.is_empty() { "close" } else { "show all" });
    let keys = if view.filtering { &KEYS[..1] } else { &KEYS[..] };
    for (key, what) in keys.iter().copied().filter(|(key, _)| can(key)).chain([close]) {
        let what = match (key, run) {
            ("enter", Some(run)) if !run.live && run.ended.is_some() => "look at it",
            ("enter", Some(run)) if !run.live => "take it up",
            ("a", Some(run)) if run.archived => "back to the list",
            ("v", _) if view.archived => "the others",
            _ => what,
        };
        let needs = width(key) + 1 + width(what);
        let kept = if key == "esc" { 0 } else { 11 };
        if x + needs + kept > area.right() {
            continue;
        }
        buffer.set_stringn(x, area.y, key, usize::from(area.width), ui.look.key());
        buffer.set_stringn(x + width(key) + 1, area.y, what, usize::from(area.width), ui.look.dim());
        x += needs + 2;
    }
}

/// How the list is reached, for the first screen.
pub(super) fn way_here(ui: &Ui) -> Option<String> {
    chord(ui, Context::Input, Action::Runs)
}
