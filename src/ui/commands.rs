//! The log of what awtui itself did: processes, prompts, signals, checks and git, with what came of each.
//!
//! Owns the list's selection and how its lines read. What was done is known from the glass.

use super::format::{clock, duration, fit, width, wrap};
use super::model::{Ask, Popup, Ui};
use super::popup::{frame, framed};
use super::table::{Column, rows};
use super::view::line;
use crate::domain::{
    CheckpointSide, CompactOutcome, DeliveryChannel, Effect, Outcome, PromptKind, Run, RunOutcome, Text,
};
use crate::glass::{Act, Command, Commands, Glass};
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context};
use crate::term::Key;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Lines of a page.
const PAGE: isize = 10;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLog {
    /// The record of the selected line; without one the newest is followed.
    selected: Option<u64>,
    /// The selected one is shown whole, from this line on.
    whole: Option<u16>,
}

impl CommandLog {
    fn place(&self, commands: &Commands) -> usize {
        let newest = commands.len().saturating_sub(1);
        let known = |seq| commands.iter().position(|command| command.seq >= seq);
        self.selected.and_then(known).unwrap_or(newest)
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
        self.selected = commands.get(place).filter(|_| !at_the_end).map(|command| command.seq);
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
        Lookup::Matched(_) | Lookup::Pending(_) | Lookup::NotFound => {
            if let Some(Popup::Commands(CommandLog { whole: whole @ Some(_), .. })) = ui.popups.last_mut() {
                *whole = None;
            } else {
                ui.popups.pop();
            }
            return Vec::new();
        }
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
        whole(ui, glass, command, from, box_at, buffer);
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
    let started = glass.run.created.run;
    let table = [
        Column::right(2, cells(&|one| clock(one.at.run.saturating_sub(started)))),
        Column::left(3, cells(&who)),
        Column::text(0, cells(&|one| what(&glass.run, one))),
        Column::text(1, cells(&outcome)),
    ];
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
fn whole(ui: &Ui, glass: &Glass, command: &Command, from: u16, place: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let title = format!(" {} · {} ", who(command), what(&glass.run, command));
    let inside = framed(ui, place, &fit(&title, place.width.saturating_sub(4)), look.border(true), buffer);
    let mut text: Vec<(String, Style)> = Vec::new();
    let mut add = |words: &str, style: Style| {
        text.extend(wrap(words, inside.width, 2_000).into_iter().map(|line| (line, style)));
    };
    let at = clock(command.at.run.saturating_sub(glass.run.created.run));
    add(&format!("record {} · {at} into the run · {}", command.seq, outcome(command)), look.dim());
    add(" ", Style::new());
    if let Act::Effect(Effect::RunCheck { check, .. }) = &command.act
        && let Some(check) = glass.run.config.as_ref().and_then(|config| config.checks.get(*check))
    {
        add(&format!("$ {}", check.run), look.strong());
    }
    for part in details(command) {
        add(&part, Style::new());
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

fn who(command: &Command) -> String {
    command.role.as_ref().map_or_else(|| "awtui".to_owned(), ToString::to_string)
}

pub(super) fn what(run: &Run, command: &Command) -> String {
    let effect = match &command.act {
        Act::ProcessGone { pane, .. } => return format!("process of {pane} ended"),
        Act::Recovered => return "another supervisor took the run over".to_owned(),
        Act::RunEnded { .. } => return "run ended".to_owned(),
        Act::Effect(effect) => effect,
    };
    match effect {
        Effect::Spawn { pane, role, .. } => {
            let program = run.role_config(role).map(|config| config.agent.name.clone());
            format!("spawn {} in {pane}", program.unwrap_or_default())
        }
        Effect::Prompt { step, prompt, .. } => {
            let prompt = match prompt {
                PromptKind::Phase { template } => template.clone(),
                PromptKind::Continue { .. } => "continue the report".to_owned(),
                PromptKind::Remind => "reminder".to_owned(),
                PromptKind::Resume => "resume".to_owned(),
                PromptKind::Say { .. } => "the operator's words".to_owned(),
            };
            format!("prompt {prompt}, step {step}")
        }
        Effect::Interrupt { pane } => format!("signal: interrupt {pane}"),
        Effect::Compact { pane } => format!("compact {pane}"),
        Effect::AnswerPermission { allow, .. } => {
            format!("answer a permission: {}", if *allow { "allow" } else { "deny" })
        }
        Effect::Quit { pane } => format!("signal: quit {pane}"),
        Effect::RunCheck { step, check } => {
            let name = run.config.as_ref().and_then(|config| config.checks.get(*check));
            let name = name.map_or_else(|| (check + 1).to_string(), |check| check.name.clone());
            format!("check {name}, step {step}")
        }
        Effect::Checkpoint { step, side } => {
            let side = match side {
                CheckpointSide::Before => "before",
                CheckpointSide::After => "after",
            };
            format!("git checkpoint {side} step {step}")
        }
        Effect::Timer { .. } => "timer".to_owned(),
        Effect::KillAll => "signal: end every process of the run".to_owned(),
    }
}

/// What came of it in a few words.
pub(super) fn outcome(command: &Command) -> String {
    let (outcome, settled) = match (&command.act, &command.outcome) {
        (Act::ProcessGone { code: Some(code), .. }, _) => return format!("exit code {code}"),
        (Act::ProcessGone { signal: Some(signal), .. }, _) => return format!("by signal {signal}"),
        (Act::ProcessGone { .. }, _) => return "no exit code".to_owned(),
        (Act::Recovered, _) => return "every pane of before is gone".to_owned(),
        (Act::RunEnded { outcome, reason }, _) => {
            let word = match outcome {
                RunOutcome::Done => "done",
                RunOutcome::Aborted => "aborted",
                RunOutcome::Failed => "failed",
            };
            return format!("{word}: {reason}");
        }
        (Act::Effect(_), None) => return "under way".to_owned(),
        (Act::Effect(_), Some((outcome, settled))) => (outcome, settled),
    };
    let said = match outcome {
        Outcome::Started => "started".to_owned(),
        Outcome::Delivered { channel, confirmed, .. } => {
            let channel = match channel {
                DeliveryChannel::Bridge => "bridge",
                DeliveryChannel::Server => "server",
                DeliveryChannel::Argument => "argument",
                DeliveryChannel::Paste => "paste",
            };
            format!("delivered by {channel}{}", if *confirmed { "" } else { ", not confirmed" })
        }
        Outcome::Compacted { result } => match result {
            CompactOutcome::Done { .. } => "compacted".to_owned(),
            CompactOutcome::Nothing => "nothing to compact".to_owned(),
            CompactOutcome::Unable { reason } => format!("unable: {reason}"),
            CompactOutcome::Failed { reason } => format!("failed: {reason}"),
        },
        Outcome::Checked { result } => match (result.code, &result.reason) {
            (Some(code), _) => format!("exit code {code}"),
            (None, Some(reason)) => format!("no exit code: {reason}"),
            (None, None) => "no exit code".to_owned(),
        },
        Outcome::Checkpointed { commit: Some(commit), diff } => {
            let short: String = commit.chars().take(9).collect();
            let files =
                diff.as_ref().map_or_else(String::new, |diff| format!(", {} files", diff.files.len()));
            format!("commit {short}{files}")
        }
        Outcome::Checkpointed { commit: None, .. } => "no git here".to_owned(),
        Outcome::Fired => "fired".to_owned(),
        Outcome::Done => "done".to_owned(),
        Outcome::Failed { reason } => format!("failed: {reason}"),
        Outcome::Unconfirmed { reason } => format!("unknown: {reason}"),
        Outcome::Canceled => "canceled".to_owned(),
    };
    format!("{said} · {}", duration(settled.run.saturating_sub(command.at.run)))
}

/// Whether it did not go well. The words say so too.
fn trouble(command: &Command) -> bool {
    match (&command.act, &command.outcome) {
        (Act::ProcessGone { code, .. }, _) => *code != Some(0),
        (Act::RunEnded { outcome, .. }, _) => *outcome == RunOutcome::Failed,
        (Act::Effect(_), Some((Outcome::Checked { result }, _))) => !result.passed(),
        (Act::Effect(_), Some((Outcome::Compacted { result }, _))) => {
            matches!(result, CompactOutcome::Failed { .. })
        }
        (Act::Effect(_), Some((Outcome::Failed { .. } | Outcome::Unconfirmed { .. }, _))) => true,
        (Act::Effect(_) | Act::Recovered, _) => false,
    }
}

/// Texts that belong to it: what was sent, what was printed, what changed.
fn details(command: &Command) -> Vec<String> {
    let mut parts = Vec::new();
    if let Act::Effect(effect) = &command.act {
        match effect {
            Effect::Prompt { prompt: PromptKind::Continue { missing }, .. } => {
                parts.push(format!("missing: {}", missing.join(", ")));
            }
            Effect::Prompt { prompt: PromptKind::Say { text }, .. } if command.outcome.is_none() => {
                parts.push(words(text));
            }
            Effect::AnswerPermission { ask, note, .. } => {
                parts.push(format!("asked: {ask}"));
                parts.push(words(note));
            }
            Effect::Spawn { session, .. } => parts.push(format!("session {session}")),
            Effect::Prompt { .. }
            | Effect::Interrupt { .. }
            | Effect::Compact { .. }
            | Effect::Quit { .. }
            | Effect::RunCheck { .. }
            | Effect::Checkpoint { .. }
            | Effect::Timer { .. }
            | Effect::KillAll => {}
        }
    }
    match command.outcome.as_ref().map(|(outcome, _)| outcome) {
        Some(Outcome::Delivered { text, .. }) => parts.push(words(text)),
        Some(Outcome::Checked { result }) => parts.push(words(&result.output)),
        Some(Outcome::Checkpointed { commit, diff }) => {
            parts.extend(commit.iter().map(|commit| format!("commit {commit}")));
            for file in diff.iter().flat_map(|diff| &diff.files) {
                let count =
                    |lines: Option<u64>| lines.map_or_else(|| "?".to_owned(), |lines| lines.to_string());
                parts.push(format!("{} +{} -{}", file.path, count(file.added), count(file.removed)));
            }
            for path in diff.iter().flat_map(|diff| &diff.skipped) {
                parts.push(format!("{path} was too large to record"));
            }
        }
        Some(
            Outcome::Started
            | Outcome::Compacted { .. }
            | Outcome::Fired
            | Outcome::Done
            | Outcome::Failed { .. }
            | Outcome::Unconfirmed { .. }
            | Outcome::Canceled,
        )
        | None => {}
    }
    parts
}

/// A text, or what of it is here.
fn words(text: &Text) -> String {
    match text {
        Text::Inline(text) => text.clone(),
        Text::Blob { sha256, bytes, first_line } => {
            let short: String = sha256.chars().take(12).collect();
            format!("{first_line}\n… {bytes} bytes in all, in blobs/{short}… of the run")
        }
    }
}
