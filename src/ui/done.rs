//! How a line reads of the log of what awtui did: what was done, the command that was run for it, and what came of it.

use super::format::{clock, duration};
use crate::domain::{
    CheckpointSide, CompactOutcome, DeliveryChannel, Effect, Outcome, PaneId, PaneState, PromptKind, Ran,
    Run, RunOutcome, TerminalEntry, Text, TurnEnd,
};
use crate::glass::{Act, Command, Glass};

/// On the clock of the run; `-` before that began.
pub(super) fn when(glass: &Glass, place: usize) -> String {
    let at = glass.commands.run_time(place);
    at.map_or_else(|| "-".to_owned(), |at| clock(at.saturating_sub(glass.run.created.run)))
}

pub(super) fn who(command: &Command) -> String {
    let nobody = if command.is_recorded() { "awtui" } else { "you" };
    command.role.as_ref().map_or_else(|| nobody.to_owned(), ToString::to_string)
}

/// In the list: with the command that was run, where it is one that tells more.
pub(super) fn line_of(run: &Run, command: &Command) -> (String, Option<String>) {
    let what = what(run, command);
    let line = match &command.act {
        Act::Effect(Effect::Spawn { .. } | Effect::Prompt { .. }) => {
            command.ran.first().map(|ran| ran.command.first_line())
        }
        Act::Effect(_)
        | Act::ProcessGone { .. }
        | Act::TurnProcessGone { .. }
        | Act::TerminalOpened(_)
        | Act::TerminalEnded(_)
        | Act::Recovered
        | Act::RunEnded { .. } => None,
    };
    let with = line.map(|line| format!("{what}: {line}"));
    (what, with)
}

pub(super) fn what(run: &Run, command: &Command) -> String {
    let effect = match &command.act {
        Act::ProcessGone { pane, .. } => return format!("process of {pane} ended"),
        Act::TurnProcessGone { pane, .. } => return format!("process of a turn in {pane} ended"),
        Act::TerminalOpened(entry) => return format!("open {}: {}", entry.pane, entry.name()),
        Act::TerminalEnded(entry) => return format!("{} ended: {}", entry.pane, entry.name()),
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
        (Act::TurnProcessGone { end, .. }, _) => return of_turn(end),
        (Act::TerminalOpened(entry), _) => return of_terminal(entry),
        (Act::TerminalEnded(entry), _) => return status(entry),
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
            format!("{}commit {short}{files}", git_code(&command.ran))
        }
        Outcome::Checkpointed { commit: None, .. } => format!("{}no git here", git_code(&command.ran)),
        Outcome::Fired => "fired".to_owned(),
        Outcome::Done => match &command.ran[..] {
            [ran] => format!("done, {}", end(ran)),
            [] | [_, ..] => "done".to_owned(),
        },
        Outcome::Failed { reason } => match command.ran.last().and_then(|ran| ran.code) {
            Some(code) if !matches!(command.act, Act::Effect(Effect::Spawn { .. })) => {
                format!("failed, exit code {code}: {reason}")
            }
            Some(_) | None => format!("failed: {reason}"),
        },
        Outcome::Unconfirmed { reason } => format!("unknown: {reason}"),
        Outcome::Canceled => "canceled".to_owned(),
    };
    format!("{said} · {}", duration(settled.run.saturating_sub(command.at.run)))
}

/// The process of a turn, where there is one a turn.
fn of_turn(end: &TurnEnd) -> String {
    match end {
        TurnEnd::Completed => "exit code 0".to_owned(),
        TurnEnd::Failed { reason } => reason.clone(),
        TurnEnd::Interrupted => "no exit code: interrupted".to_owned(),
        TurnEnd::Unknown => "nobody knows how".to_owned(),
    }
}

fn of_terminal(entry: &TerminalEntry) -> String {
    if entry.exited.is_some() { "opened".to_owned() } else { "opened, goes on".to_owned() }
}

fn status(entry: &TerminalEntry) -> String {
    entry.exited.map_or_else(|| "no exit code".to_owned(), |code| format!("exit code {code}"))
}

/// How it ended; nothing of one that goes on.
fn end(ran: &Ran) -> String {
    match (ran.code, ran.said.as_str()) {
        (Some(code), "") => format!("exit code {code}"),
        (Some(code), said) => format!("exit code {code}: {said}"),
        (None, said) => said.to_owned(),
    }
}

/// Of the last call of git for a checkpoint: those before it led there.
fn git_code(ran: &[Ran]) -> String {
    ran.last().and_then(|ran| ran.code).map_or_else(String::new, |code| format!("exit code {code}, "))
}

/// What was run for it, and how each ended.
pub(super) fn ran(command: &Command) -> Vec<(String, String)> {
    match &command.act {
        Act::TerminalOpened(entry) | Act::TerminalEnded(entry) => vec![(entry.ran.clone(), String::new())],
        Act::Effect(_)
        | Act::ProcessGone { .. }
        | Act::TurnProcessGone { .. }
        | Act::Recovered
        | Act::RunEnded { .. } => command.ran.iter().map(|ran| (words(&ran.command), end(ran))).collect(),
    }
}

/// How the process of a spawn ended, which another line of the log tells.
pub(super) fn end_of(glass: &Glass, place: usize) -> Option<String> {
    let command = glass.commands.get(place)?;
    let Act::Effect(Effect::Spawn { pane, .. }) = &command.act else { return None };
    let went_on = command.ran.last().is_some_and(|ran| ran.code.is_none() && ran.said.is_empty());
    let after =
        (place + 1..glass.commands.len()).filter_map(|place| Some((place, glass.commands.get(place)?)));
    let mut ends = after.filter_map(|(place, command)| Some((when(glass, place), ended(command, pane)?)));
    let gone = || went_on && glass.run.panes.get(pane).is_some_and(|pane| pane.state == PaneState::Gone);
    match ends.next() {
        Some((at, how)) => Some(format!("its process ended at {at}: {how}")),
        None if gone() => Some("its process is gone; how it ended was not told".to_owned()),
        None => None,
    }
}

/// How the process of this pane ended, if this tells it.
fn ended(command: &Command, pane: &PaneId) -> Option<String> {
    match &command.act {
        Act::ProcessGone { pane: one, .. } if one == pane => Some(outcome(command)),
        Act::Effect(Effect::Quit { .. } | Effect::KillAll) => {
            command.ran.iter().find(|ran| ran.pane.as_ref() == Some(pane)).map(end)
        }
        Act::Effect(_)
        | Act::ProcessGone { .. }
        | Act::TurnProcessGone { .. }
        | Act::TerminalOpened(_)
        | Act::TerminalEnded(_)
        | Act::Recovered
        | Act::RunEnded { .. } => None,
    }
}

/// Whether it did not go well. The words say so too.
pub(super) fn trouble(command: &Command) -> bool {
    match (&command.act, &command.outcome) {
        (Act::ProcessGone { code, .. }, _) => *code != Some(0),
        (Act::TurnProcessGone { end, .. }, _) => *end != TurnEnd::Completed,
        (Act::TerminalEnded(entry), _) => entry.exited != Some(0),
        (Act::RunEnded { outcome, .. }, _) => *outcome == RunOutcome::Failed,
        (Act::Effect(_), Some((Outcome::Checked { result }, _))) => !result.passed(),
        (Act::Effect(_), Some((Outcome::Compacted { result }, _))) => {
            matches!(result, CompactOutcome::Failed { .. })
        }
        (Act::Effect(_), Some((Outcome::Failed { .. } | Outcome::Unconfirmed { .. }, _))) => true,
        (Act::Effect(_) | Act::TerminalOpened(_) | Act::Recovered, _) => false,
    }
}

/// Texts that belong to it: what was sent, what was printed, what changed.
pub(super) fn details(command: &Command) -> Vec<String> {
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
