//! The log of what awtui itself did: processes, prompts, signals, checks and git, with what came of each.
//!
//! Owns the list's selection and its keys. How a line of it reads is in `done`; what was done is known from the glass.

use super::done::{details, end_of, line_of, outcome, ran, trouble, what, when, who};
use super::format::{broken, fit, width, wrap};
use super::model::{Ask, Popup, Ui};
use super::popup::{frame, framed};
use super::table::{Column, rows};
use super::view::line;
use crate::domain::Effect;
use crate::glass::{Act, Command, CommandKey, Commands, Glass};
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context};
use crate::term::Key;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of a command line that are worth showing in the list.
const LEAST: u16 = 12;

/// Lines of a page.
const PAGE: isize = 10;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLog {
    /// The selected line; without one the newest is followed.
    selected: Option<CommandKey>,
    /// The selected one is shown whole, from this line on.
    whole: Option<u16>,
}

impl CommandLog {
    fn place(&self, commands: &Commands) -> usize {
        let newest = commands.len().saturating_sub(1);
        let known = |key: &CommandKey| match key {
            CommandKey::Record(seq) => commands.iter().position(|one| one.is_recorded() && one.seq >= *seq),
            CommandKey::Terminal { .. } => commands.iter().position(|one| one.key() == *key),
        };
        self.selected.as_ref().and_then(known).unwrap_or(newest)
    }

    /// Whether one of them is shown whole.
    pub(super) fn is_whole(&self) -> bool {
        self.whole.is_some()
    }

    /// Selects another line, or moves along the one that is shown whole.
    pub(super) fn scroll(&mut self, commands: &Commands, by: isize) {
        let Some(from) = &mut self.whole else { return self.select(commands, by) };
        let by = i16::try_from(by).unwrap_or(if by < 0 { i16::MIN } else { i16::MAX });
        *from = from.saturating_add_signed(by);
    }

    fn select(&mut self, commands: &Commands, by: isize) {
        let place = self.place(commands).saturating_add_signed(by);
        let at_the_end = place + 1 >= commands.len();
        self.selected = commands.get(place).filter(|_| !at_the_end).map(Command::key);
    }
}

pub(super) fn on_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let by = match ui.keymap.lookup(Context::Normal, &[key]) {
        Lookup::Matched(Action::Up | Action::ScrollUp) => Some(-1),
        Lookup::Matched(Action::Down | Action::ScrollDown) => Some(1),
        Lookup::Matched(Action::PageUp) => Some(-PAGE),
        Lookup::Matched(Action::PageDown) => Some(PAGE),
        Lookup::Matched(Action::Top) => Some(isize::MIN),
        Lookup::Matched(Action::Bottom) => Some(isize::MAX),
        Lookup::Matched(Action::Select) => None,
        Lookup::Matched(Action::Quit | Action::ZoomOut | Action::CommandLog) => {
            if let Some(Popup::Commands(CommandLog { whole: whole @ Some(_), .. })) = ui.popups.last_mut() {
                *whole = None;
            } else {
                ui.popups.pop();
            }
            return Vec::new();
        }
        Lookup::Matched(_) | Lookup::Pending(_) | Lookup::NotFound => return Vec::new(),
    };
    if let Some(Popup::Commands(log)) = ui.popups.last_mut() {
        match (by, log.whole) {
            (None, None) => log.whole = (!glass.commands.is_empty()).then_some(0),
            (None, Some(_)) => log.whole = None,
            (Some(by), _) => log.scroll(&glass.commands, by),
        }
    }
    Vec::new()
}

pub(super) fn draw(ui: &Ui, glass: &Glass, log: &CommandLog, area: Rect, buffer: &mut Buffer) {
    let commands = &glass.commands;
    let place = log.place(commands);
    let low = if area.height < 16 { 0 } else { 2 };
    let box_at =
        frame(area, area.width.saturating_sub(if area.width < 60 { 0 } else { 4 }), area.height - low);
    if let (Some(from), Some(command)) = (log.whole, commands.get(place)) {
        whole(ui, glass, (place, command), from, box_at, buffer);
        return;
    }
    let title = " what awtui did · enter: whole · esc: close ";
    let inside = framed(ui, box_at, title, ui.look.border(true), buffer);
    if commands.is_empty() {
        let text =
            "Nothing yet. Every process, prompt, signal, check and git call of the run will stand here.";
        for (y, text) in (inside.y..inside.bottom()).zip(wrap(text, inside.width, 3)) {
            buffer.set_stringn(inside.x, y, text, usize::from(inside.width), ui.look.dim());
        }
        return;
    }
    let shown = usize::from(inside.height);
    // The selected one stands in the middle, as far as there are lines on both sides.
    let first = place.saturating_sub(shown / 2).min(commands.len().saturating_sub(shown));
    let visible: Vec<&Command> = commands.iter().skip(first).take(shown).collect();
    let cells = |cell: &dyn Fn(&Command) -> String| visible.iter().map(|one| cell(one)).collect::<Vec<_>>();
    let clocks: Vec<String> = (first..first + visible.len()).map(|place| when(glass, place)).collect();
    let (names, mut outcomes) = (cells(&who), cells(&outcome));
    if inside.width < 60 {
        for said in &mut outcomes {
            *said = said.replace("exit code ", "exit ");
        }
    }
    // A command line takes what the others leave.
    let widest = |cells: &[String]| cells.iter().map(|cell| width(cell)).max().unwrap_or(0);
    let others = widest(&clocks) + widest(&names) + widest(&outcomes).min(inside.width / 2) + 3;
    let lines = cells(&|one| match line_of(&glass.run, one) {
        (what, Some(line)) => {
            let room = inside.width.saturating_sub(others);
            // A few characters of it would say nothing.
            if room < width(&what) + LEAST { what } else { fit(&line, room) }
        }
        (what, None) => what,
    });
    let table =
        [Column::right(2, clocks), Column::left(3, names), Column::text(0, lines), Column::text(1, outcomes)];
    let lines = rows(&table, inside.width);
    for ((y, (at, text)), command) in (inside.y..inside.bottom()).zip(lines.iter().enumerate()).zip(&visible)
    {
        let style = match (first + at == place, trouble(command)) {
            (true, _) => ui.look.selected(),
            (false, true) => ui.look.bad(),
            (false, false) => Style::new(),
        };
        line(ui, buffer, Rect { y, height: 1, ..inside }, text, style);
    }
    let of = format!(" {}/{} ", place + 1, commands.len());
    let x = box_at.right().saturating_sub(width(&of) + 2);
    buffer.set_stringn(x, box_at.bottom() - 1, &of, of.len(), ui.look.dim());
}

/// Everything that is known of one.
fn whole(
    ui: &Ui,
    glass: &Glass,
    (number, command): (usize, &Command),
    from: u16,
    place: Rect,
    buffer: &mut Buffer,
) {
    let look = &ui.look;
    let title = format!(" {} · {} ", who(command), what(&glass.run, command));
    let inside = framed(ui, place, &fit(&title, place.width.saturating_sub(4)), look.border(true), buffer);
    let mut text: Vec<(String, Style)> = Vec::new();
    let most_rows = 2_000;
    let told = |words: &str| wrap(words, inside.width, most_rows);
    let mut add = |lines: Vec<String>, style: Style| text.extend(lines.into_iter().map(|line| (line, style)));
    let at = match glass.commands.run_time(number) {
        Some(_) => format!("{} into the run", when(glass, number)),
        None => "before the run".to_owned(),
    };
    let by = if command.is_recorded() { format!("record {}", command.seq) } else { "no record".to_owned() };
    add(told(&format!("{by} · {at} · {}", outcome(command))), look.dim());
    add(told(" "), Style::new());
    if let Act::Effect(Effect::RunCheck { check, .. }) = &command.act
        && let Some(check) = glass.run.config.as_ref().and_then(|config| config.checks.get(*check))
    {
        add(broken(&format!("$ {}", check.run), inside.width), look.strong());
    }
    for (line, end) in ran(command) {
        add(broken(&format!("$ {line}"), inside.width), look.strong());
        add(told(&end), Style::new());
    }
    for part in end_of(glass, number).into_iter().chain(details(command)) {
        add(told(&part), Style::new());
    }
    let most = text.len().saturating_sub(usize::from(inside.height));
    let from = usize::from(from).min(most);
    for (y, (words, style)) in (inside.y..inside.bottom()).zip(text.iter().skip(from)) {
        buffer.set_stringn(inside.x, y, words, usize::from(inside.width), *style);
    }
    if most > 0 {
        let of = format!(" {}-{} of {} ", from + 1, from + usize::from(inside.height), text.len());
        let x = place.right().saturating_sub(width(&of) + 2);
        buffer.set_stringn(x, place.bottom() - 1, &of, of.len(), look.dim());
    }
}
