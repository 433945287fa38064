//! What the word that is being written may mean: a command, a role, a file, or words that were sent before.
//!
//! Owns the list above the input box, what it takes of the keys, and what becomes of the entry that is taken.

use super::super::act::act;
use super::super::format::{fit, width};
use super::super::fuzzy;
use super::super::keys::disabled;
use super::super::model::{Ask, Focus, Mode, Ui};
use super::super::popup::framed;
use super::super::typed::{self, Change};
use super::super::view::line;
use super::Address;
use crate::glass::Glass;
use crate::settings::{Action, Context, nearest};
use crate::term::{Key, KeyCode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Entries that can be gone through; more letters find the others.
const MOST: usize = 50;
/// Entries that are seen at once.
const SEEN: usize = 8;
/// A list of files older than this is asked for anew, in milliseconds.
const STALE: u64 = 10_000;

/// Names that people try first.
const ALIASES: [(&str, Action); 2] = [("gate", Action::NextGate), ("exit", Action::Quit)];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// The word that begins with `/`.
    Command,
    /// The word that begins with `@`.
    Mention,
    /// A search in what was sent; its letters.
    History(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Command(Action),
    Role(String),
    File(String),
    Sent(String),
}

#[derive(Debug)]
struct Open {
    kind: Kind,
    entries: Vec<Entry>,
    /// How many fit, of which `entries` are the first.
    count: usize,
    selected: usize,
}

/// The files of the repository, as they were told last.
#[derive(Debug, Default)]
struct Files {
    paths: Vec<String>,
    /// There are more than are told.
    cut: bool,
    asked: Option<u64>,
    told: bool,
}

#[derive(Debug, Default)]
pub(in crate::ui) struct Completion {
    open: Option<Open>,
    /// The word whose list was put aside: its line and where it begins.
    aside: Option<(usize, usize)>,
    files: Files,
}

impl Completion {
    pub(in crate::ui) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(in crate::ui) fn close(&mut self) {
        self.open = None;
    }
}

/// As it is typed behind the `/`.
fn name(action: Action) -> String {
    action.as_str().replace('_', "-")
}

/// What moves through panels and lists, or belongs to a replay, is no command: it has no meaning in the input box.
fn is_command(action: Action) -> bool {
    let moves = matches!(
        action,
        Action::ScrollUp
            | Action::ScrollDown
            | Action::PageUp
            | Action::PageDown
            | Action::Top
            | Action::Bottom
            | Action::Up
            | Action::Down
            | Action::Select
            | Action::SendLeader
            | Action::LeaveTyping
    );
    let here = |context| action.contexts().contains(&context);
    !moves && (here(Context::Global) || here(Context::Normal) || here(Context::Gate))
}

/// The command that these words are, and the words behind it for the commands that take some.
fn command(text: &str) -> Option<(Action, &str)> {
    let (first, rest) = text.strip_prefix('/')?.split_once(' ').unwrap_or((text.get(1..)?, ""));
    let named = |action: &&Action| is_command(**action) && name(**action) == first;
    let alias = ALIASES.iter().find(|(alias, _)| *alias == first).map(|(_, action)| *action);
    let action = Action::ALL.iter().find(named).copied().or(alias)?;
    let takes_words = matches!(action, Action::Note | Action::SayAnalyst | Action::SayWorker);
    (rest.trim().is_empty() || takes_words).then(|| (action, rest.trim()))
}

/// Does what the words in the box command. `None`: they are no command.
pub(in crate::ui) fn run_command(ui: &mut Ui, glass: &Glass) -> Option<Vec<Ask>> {
    let text = ui.input.text();
    let (action, words) = command(text.trim_end())?;
    let words = words.to_owned();
    Some(run(ui, glass, action, &words))
}

/// Why words that begin as a command does are none. They would cost money as a task; a blank before them makes them words.
pub(in crate::ui) fn no_command(text: &str) -> Option<String> {
    let text = text.trim_end();
    let (first, rest) =
        text.strip_prefix('/')?.split_once(char::is_whitespace).unwrap_or((text.get(1..)?, ""));
    let is_name = !first.is_empty() && first.chars().all(|one| one.is_ascii_lowercase() || one == '-');
    if !is_name || command(text).is_some() {
        return None;
    }
    let words = "a blank before it sends the words as they are";
    if command(&format!("/{first}")).is_some() && !rest.trim().is_empty() {
        return Some(format!("/{first} takes no words; {words}"));
    }
    let names: Vec<String> =
        Action::ALL.iter().filter(|action| is_command(**action)).map(|action| name(*action)).collect();
    let aliases = ALIASES.iter().map(|(alias, _)| *alias);
    let near = nearest(first, names.iter().map(String::as_str).chain(aliases));
    let near = near.map_or_else(String::new, |near| format!(" (/{near}?)"));
    Some(format!("there is no command /{first}{near}; {words}"))
}

fn run(ui: &mut Ui, glass: &Glass, action: Action, words: &str) -> Vec<Ask> {
    ui.completion.close();
    if let Some(reason) = disabled(ui, glass, action) {
        ui.toasts.refusal(reason, ui.time);
        return Vec::new();
    }
    ui.input.emptied();
    let asks = act(ui, glass, action);
    if !words.is_empty() {
        ui.input.paste(words);
    }
    asks
}

/// The text has changed, or the cursor has moved: shows what the word at the cursor may mean.
pub(in crate::ui) fn refresh(ui: &mut Ui, glass: &Glass) -> Vec<Ask> {
    let before = ui.completion.open.take();
    let (from, word) = ui.input.word();
    let (row, _) = ui.input.cursor();
    let begins = (row, from) == (0, 0);
    if ui.completion.aside.is_some_and(|aside| aside != (row, from) || word.is_empty()) {
        ui.completion.aside = None;
    }
    if ui.mode != Mode::Live || ui.completion.aside.is_some() {
        return Vec::new();
    }
    let mut asks = Vec::new();
    let (kind, (entries, count)) = if let Some(letters) = word.strip_prefix('/').filter(|_| begins) {
        (Kind::Command, commands(ui, glass, letters))
    } else if let Some(letters) = word.strip_prefix('@') {
        let files = &mut ui.completion.files;
        let stale = files.asked.is_none_or(|asked| ui.time >= asked + STALE);
        // Only as a word begins: the list stays as it is under the letters.
        if stale && (letters.is_empty() || !files.told) {
            files.asked = Some(ui.time);
            asks.push(Ask::ListFiles);
        }
        (Kind::Mention, mentions(ui, glass, letters, begins))
    } else {
        return asks;
    };
    let same = before.filter(|before| before.kind == kind && before.entries == entries);
    let selected = same.map_or(0, |before| before.selected);
    // A name that nothing fits is just a word.
    if count > 0 || (kind == Kind::Mention && !ui.completion.files.told) {
        ui.completion.open = Some(Open { kind, entries, count, selected });
    }
    asks
}

fn commands(ui: &Ui, glass: &Glass, letters: &str) -> (Vec<Entry>, usize) {
    let all: Vec<Action> = Action::ALL.iter().copied().filter(|action| is_command(*action)).collect();
    let names: Vec<String> = all.iter().map(|action| name(*action)).collect();
    let (found, count) = fuzzy::best(letters, names.iter().map(String::as_str), false, all.len());
    let mut found: Vec<Action> = found.into_iter().filter_map(|place| all.get(place).copied()).collect();
    found.sort_by_key(|action| disabled(ui, glass, *action).is_some());
    if let Some((_, action)) = ALIASES.iter().find(|(alias, _)| *alias == letters) {
        found.retain(|other| other != action);
        found.insert(0, *action);
    }
    (found.into_iter().take(MOST).map(Entry::Command).collect(), count)
}

/// Roles where the words begin: there they say whom the words are for.
fn mentions(ui: &Ui, glass: &Glass, letters: &str, begins: bool) -> (Vec<Entry>, usize) {
    let run = &glass.run;
    let addressed = begins && run.id.is_some() && !run.is_over();
    let roles: Vec<&str> =
        if addressed { run.roles.keys().map(crate::domain::RoleName::as_str).collect() } else { Vec::new() };
    let (of_roles, role_count) = fuzzy::best(letters, roles.iter().copied(), false, MOST);
    let paths = &ui.completion.files.paths;
    let (of_files, file_count) = fuzzy::best(letters, paths.iter().map(String::as_str), true, MOST);
    let roles = of_roles.into_iter().map(|place| Entry::Role(roles[place].to_owned()));
    let files = of_files.into_iter().map(|place| Entry::File(paths[place].clone()));
    (roles.chain(files).take(MOST).collect(), role_count + file_count)
}

fn sent(ui: &Ui, letters: &str) -> (Vec<Entry>, usize) {
    let mut newest: Vec<&str> = Vec::new();
    for words in ui.input.history().iter().rev() {
        if !newest.contains(&words.as_str()) {
            newest.push(words);
        }
    }
    let (found, count) = fuzzy::best(letters, newest.iter().copied(), false, MOST);
    (found.into_iter().map(|place| Entry::Sent(newest[place].to_owned())).collect(), count)
}

/// Opens the search in what was sent.
pub(in crate::ui) fn search_history(ui: &mut Ui) {
    let (entries, count) = sent(ui, "");
    if count == 0 {
        ui.toasts.news("nothing was sent yet".to_owned(), ui.time);
        return;
    }
    ui.completion.open = Some(Open { kind: Kind::History(String::new()), entries, count, selected: 0 });
}

/// The files of the repository are known.
pub(in crate::ui) fn files_listed(ui: &mut Ui, glass: &Glass, paths: Vec<String>, cut: bool) {
    let files = &mut ui.completion.files;
    files.paths = paths;
    files.cut = cut;
    files.told = true;
    let waits = ui.completion.open.as_ref().is_some_and(|open| open.kind == Kind::Mention);
    if waits {
        // Nothing is asked for: the list is new.
        drop(refresh(ui, glass));
    }
}

/// A key for the list, if it is open and takes this one.
pub(in crate::ui) fn on_key(ui: &mut Ui, glass: &Glass, key: Key) -> Option<Vec<Ask>> {
    if ui.focus != Focus::Input || ui.typing {
        ui.completion.close();
    }
    let open = ui.completion.open.as_mut()?;
    let last = open.entries.len().saturating_sub(1);
    let searching = matches!(open.kind, Kind::History(_));
    if key.code == KeyCode::Esc {
        let (from, _) = ui.input.word();
        let (row, _) = ui.input.cursor();
        ui.completion.aside = (!searching).then_some((row, from));
        ui.completion.close();
        return Some(Vec::new());
    }
    let is = |codes: &[KeyCode]| key.mods.is_empty() && codes.contains(&key.code);
    if is(&[KeyCode::Up, KeyCode::BackTab]) {
        open.selected = open.selected.checked_sub(1).unwrap_or(last);
        return Some(Vec::new());
    }
    if is(&[KeyCode::Down]) {
        open.selected = if open.selected >= last { 0 } else { open.selected + 1 };
        return Some(Vec::new());
    }
    if is(&[KeyCode::Enter, KeyCode::Tab]) {
        let entry = open.entries.get(open.selected).cloned()?;
        return take(ui, glass, entry, key.code == KeyCode::Enter);
    }
    let Kind::History(letters) = &open.kind else { return None };
    let mut letters = letters.clone();
    match typed::edit(&mut letters, key) {
        Change::Changed | Change::Beyond => {
            let (entries, count) = sent(ui, &letters);
            ui.completion.open = Some(Open { kind: Kind::History(letters), entries, count, selected: 0 });
            Some(Vec::new())
        }
        Change::Nothing => {
            // A chord is no letter; what only moves leaves the list as it is.
            if matches!(key.code, KeyCode::Char(_)) {
                ui.completion.close();
            }
            None
        }
    }
}

/// Puts an entry where its word was. `None`: it stands there already, and Enter sends as ever.
fn take(ui: &mut Ui, glass: &Glass, entry: Entry, enter: bool) -> Option<Vec<Ask>> {
    let (_, word) = ui.input.word();
    let written = word.chars().count();
    ui.completion.close();
    match entry {
        Entry::Command(action) if enter => return Some(run(ui, glass, action, "")),
        Entry::Command(action) => ui.input.put(written, &format!("/{}", name(action))),
        Entry::Role(role) => {
            ui.input.put(written, "");
            ui.input.address = Address::Say(role);
        }
        Entry::File(path) if enter && word.strip_prefix('@') == Some(&path) => return None,
        Entry::File(path) => ui.input.put(written, &format!("@{path} ")),
        Entry::Sent(words) => ui.input.replace(&words),
    }
    Some(Vec::new())
}

/// The list, above the box.
pub(in crate::ui) fn draw(ui: &Ui, glass: &Glass, middle: Rect, input: Rect, buffer: &mut Buffer) {
    let Some(open) = ui.completion.open.as_ref().filter(|_| ui.focus == Focus::Input && !ui.typing) else {
        return;
    };
    let room = input.y.saturating_sub(middle.y);
    let seen = open.entries.len().clamp(1, SEEN).min(usize::from(room.saturating_sub(2)));
    let height = u16::try_from(seen).unwrap_or(0) + 2;
    if height < 3 || room < 3 {
        return;
    }
    let area = Rect { x: middle.x, y: input.y - height, width: middle.width.min(76), height };
    let inside = framed(ui, area, &title(ui, open), ui.look.border(true), buffer);
    let first = (open.selected + 1).saturating_sub(seen);
    let names: Vec<(String, String, Style)> =
        open.entries.iter().skip(first).take(seen).map(|entry| row(ui, glass, entry)).collect();
    let column = names.iter().map(|(name, what, _)| if what.is_empty() { 0 } else { width(name) }).max();
    let column = usize::from(column.unwrap_or(0).min(inside.width / 2));
    if names.is_empty() {
        line(ui, buffer, Rect { height: 1, ..inside }, "looking for the files", ui.look.dim());
    }
    for ((place, (name, what, style)), y) in names.into_iter().enumerate().zip(inside.y..inside.bottom()) {
        let selected = first + place == open.selected;
        let style = if selected { ui.look.selected() } else { style };
        let text = if what.is_empty() { name } else { format!("{name:<column$}  {what}") };
        line(ui, buffer, Rect { y, height: 1, ..inside }, &fit(&text, inside.width), style);
    }
}

fn title(ui: &Ui, open: &Open) -> String {
    let at = (open.selected + 1).min(open.count);
    let count = open.count;
    match &open.kind {
        Kind::Command => " commands ".to_owned(),
        Kind::Mention if !ui.completion.files.told => " files ".to_owned(),
        Kind::Mention => {
            let more = if ui.completion.files.cut { "+" } else { "" };
            format!(" {at} of {count}{more} ")
        }
        Kind::History(letters) => format!(" sent before: {letters} · {at} of {count} "),
    }
}

/// What an entry says, and how.
fn row(ui: &Ui, glass: &Glass, entry: &Entry) -> (String, String, Style) {
    match entry {
        Entry::Command(action) => match disabled(ui, glass, *action) {
            Some(reason) => {
                (format!("/{}", name(*action)), format!("({reason}) {}", action.description()), ui.look.dim())
            }
            None => (format!("/{}", name(*action)), action.description().to_owned(), Style::new()),
        },
        Entry::Role(role) => {
            (format!("@{role}"), "say it with its next prompt".to_owned(), ui.look.role(role))
        }
        Entry::File(path) => (path.clone(), String::new(), Style::new()),
        Entry::Sent(words) => {
            let mut lines = words.lines();
            let first = lines.next().unwrap_or_default().to_owned();
            let more = lines.count();
            let more = if more > 0 { format!("+{more} more") } else { String::new() };
            (first, more, Style::new())
        }
    }
}
