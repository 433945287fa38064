//! The line under the title: what holds the run or the screen, with the key that ends it; else what is going on. It is
//! always there, so that nothing below it moves when there is news.

use super::format::{duration, fit, tokens_or_unknown, width, wrap};
use super::keys::{chord, forbidden};
use super::model::{Focus, Mode, Ui};
use super::slots;
use super::view::{line, shown_gate};
use crate::domain::{CompactionResult, Run, RunOutcome, RunPhase, explain};
use crate::glass::{Glass, Link};
use crate::settings::{Action, Context};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A sign or a word in capitals, what to do about it, and the rest, which may be cut.
struct Status {
    badge: String,
    keys: String,
    text: String,
    style: Style,
}

impl Status {
    fn new(badge: impl Into<String>, text: impl Into<String>, style: Style) -> Self {
        Self { badge: badge.into(), keys: String::new(), text: text.into(), style }
    }

    fn with_keys(self, keys: String) -> Self {
        Self { keys, ..self }
    }
}

/// Draws it. A refusal that is longer than the line takes more lines, over what is below.
pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let status = status(ui, glass);
    let Status { badge, keys, text, style } = status;
    let head: String =
        [badge, keys].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
    let head = if head.is_empty() { " ".to_owned() } else { format!(" {head}  ") };
    let room = area.width.saturating_sub(width(&head));
    line(ui, buffer, area, &format!("{head}{}", fit(&text, room)), style);
}

/// News above the input box, on as many lines as they need; without any, what is being waited for.
pub(super) fn draw_toast(ui: &Ui, input: u16, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let (badge, style, text) = match (ui.toasts.newest(), ui.waits.shown(ui.time)) {
        (Some(toast), _) if toast.refusal => ("NOT DONE", look.badge(look.bad()), toast.text.clone()),
        (Some(toast), _) => ("NOTE", look.badge(look.info()), toast.text.clone()),
        (None, Some(waits)) => ("WAIT", look.badge(look.info()), waits),
        (None, None) => return,
    };
    let text = format!("{badge}  {text}");
    let lines = wrap(&text, area.width.saturating_sub(2), usize::from(area.height.min(5)));
    let first = input.saturating_sub(u16::try_from(lines.len()).unwrap_or(1)).max(area.y);
    for (y, text) in (first..input).zip(lines) {
        line(ui, buffer, Rect { y, height: 1, ..area }, &format!(" {text}"), style);
    }
}

/// `ctrl-g q: stop typing`, if a key does it.
fn key(ui: &Ui, context: Context, action: Action, what: &str) -> String {
    // A watcher or a replay is not shown a key that does nothing there.
    let works = forbidden(ui.mode, action).is_none();
    chord(ui, context, action).filter(|_| works).map_or_else(String::new, |chord| format!("{chord}: {what}"))
}

fn join(parts: &[String]) -> String {
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("  ")
}

fn status(ui: &Ui, glass: &Glass) -> Status {
    let status = link(ui, glass)
        .or_else(|| holding(ui, glass))
        .or_else(|| limited(ui, glass))
        .unwrap_or_else(|| going_on(ui, glass));
    // A replay says what it is on the player bar; this line is what it was.
    if ui.mode != Mode::Watch {
        return status;
    }
    // Who only looks leaves by one key, whatever holds the run.
    let plain = status.badge.is_empty();
    let badge = if plain { "WATCH".to_owned() } else { format!("WATCH · {}", status.badge) };
    let style = if plain { ui.look.badge(ui.look.info()) } else { status.style };
    Status { badge, keys: key(ui, Context::Normal, Action::Quit, "leave"), style, ..status }
}

/// The step waits for the reset of its provider's limit.
fn limited(ui: &Ui, glass: &Glass) -> Option<Status> {
    let run = &glass.run;
    if run.summary_phase() != RunPhase::Limited {
        return None;
    }
    let role = run.current_step()?.role.as_ref()?;
    let limit = run.roles.get(role)?.limited.as_ref()?;
    let badge = match limit.until {
        Some(until) => format!("WAITING until {}", ui.time_of_day(until)),
        None => "WAITING".to_owned(),
    };
    let left = limit.until.map(|until| format!("{} left; ", duration(until.saturating_sub(glass.now.wall))));
    let text =
        format!("{}the provider of the {role} takes no calls: {}", left.unwrap_or_default(), limit.reason);
    let keys = key(ui, Context::Normal, Action::Pause, "pause instead");
    Some(Status::new(badge, text, ui.look.badge(ui.look.warning())).with_keys(keys))
}

fn link(ui: &Ui, glass: &Glass) -> Option<Status> {
    let look = &ui.look;
    match &glass.link {
        Link::Lost { reason } => {
            let text = format!("trying again; the run itself goes on. {reason}");
            let keys = key(ui, Context::Normal, Action::Quit, "leave");
            Some(Status::new("DISCONNECTED", text, look.badge(look.bad())).with_keys(keys))
        }
        Link::Connecting { attempt } if *attempt > 1 => {
            let text = format!("attempt {attempt}");
            Some(Status::new("CONNECTING", text, look.badge(look.warning())))
        }
        Link::Connecting { .. } | Link::Live | Link::Watching | Link::Replay(_) => None,
    }
}

/// What holds the run, or takes the keys.
fn holding(ui: &Ui, glass: &Glass) -> Option<Status> {
    let run = &glass.run;
    let look = &ui.look;
    let warning = look.badge(look.warning());
    if ui.typing {
        let pane = slots::slot(glass, ui.focus).map_or_else(|| "the pane".to_owned(), |slot| slot.name);
        let keys = join(&[
            key(ui, Context::Typing, Action::LeaveTyping, "stop typing"),
            match run.taken_over {
                Some(_) => key(ui, Context::Typing, Action::HandBack, "hand back"),
                None => String::new(),
            },
        ]);
        let badge = format!("TYPING TO {pane}");
        let of_role = slots::role(glass, ui.focus).is_some();
        let text = match gate_waits(run) {
            text if !text.is_empty() => text,
            _ if of_role && run.taken_over.is_none() && !run.is_over() => {
                "the run goes on until you type".to_owned()
            }
            text => text,
        };
        return Some(Status::new(badge, text, look.badge(look.typing())).with_keys(keys));
    }
    if let Some(outcome) = run.outcome {
        let (word, style) = match outcome {
            RunOutcome::Done => ("DONE", look.good()),
            RunOutcome::Aborted => ("ABORTED", look.bad()),
            RunOutcome::Failed => ("FAILED", look.bad()),
        };
        let next = if ui.mode == Mode::Live { ". Type a new task, or leave." } else { "" };
        let text = format!("{}{next}", run.end_reason.trim_end_matches('.'));
        return Some(Status::new(word, text, look.badge(style)));
    }
    if run.ending.is_some() {
        return Some(Status::new("ENDING", "its processes are being ended", warning));
    }
    if let Some(pause) = &run.pause {
        let word = if run.is_busy() { "DRAINING" } else { "PAUSED" };
        let finishing = if run.is_busy() { "the turn is being finished; " } else { "" };
        let text = format!("{finishing}by {}", pause.words());
        let keys = key(ui, Context::Normal, Action::Resume, "resume");
        return Some(Status::new(word, text, warning).with_keys(keys));
    }
    if let Some(pane) = &run.taken_over {
        let keys = key(ui, Context::Normal, Action::HandBack, "hand back");
        let text = format!("you typed into {pane}; the loop holds");
        return Some(Status::new("TAKEN OVER", text, warning).with_keys(keys));
    }
    let mut open = run.open_gates();
    let shown = shown_gate(ui, glass);
    let gate = shown.and_then(|id| run.gate(id)).or_else(|| open.next())?;
    let count = run.open_gates().count();
    let more = if count > 1 { format!(" 1 of {count}") } else { String::new() };
    let keys = match shown {
        Some(_) if ui.focus == Focus::Input => key(ui, Context::Input, Action::LeaveTyping, "to the gate"),
        Some(_) => key(ui, Context::Gate, Action::ZoomOut, "aside"),
        // A replay's key for the next gate moves on to a later one.
        None if ui.mode == Mode::Replay => String::new(),
        None => key(ui, Context::Normal, Action::NextGate, "open"),
    };
    let badge = format!("GATE {}{more}", gate.id);
    let style = look.badge(look.operator());
    Some(Status::new(badge, gate.question.first_line().to_owned(), style).with_keys(keys))
}

fn gate_waits(run: &Run) -> String {
    run.open_gates().next().map_or_else(String::new, |gate| format!("gate {} waits", gate.id))
}

/// Nothing holds anything: what the run does.
fn going_on(ui: &Ui, glass: &Glass) -> Status {
    let run = &glass.run;
    let look = &ui.look;
    let running = run.ledger.compactions.iter().rev().find(|one| one.result == CompactionResult::Running);
    let text = if let Some(compaction) = running {
        let since = duration(glass.now.run.saturating_sub(compaction.started.run));
        let before = tokens_or_unknown(compaction.before);
        format!("{} compacting {before}, {since} so far", compaction.role)
    } else if run.id.is_some() {
        explain(run)
    } else {
        String::new()
    };
    let trouble = run.last_trouble.as_ref().filter(|_| run.id.is_some());
    if let Some(trouble) = trouble {
        return Status::new("TROUBLE", format!("{trouble} · {text}"), look.warning());
    }
    let (text, style) = match &glass.notice {
        Some(notice) if text.is_empty() => (notice.clone(), look.warning()),
        Some(notice) => (format!("{text} · {notice}"), look.warning()),
        None => (text, look.dim()),
    };
    Status::new("", text, style)
}
