//! Every fact of the run: which ones are shown, which one is selected, and one with all that it holds.
//!
//! Owns the filter and the selection of the panel, and the words for a fact. The facts themselves are the glass's.

use super::done;
use super::fact::{fields, kind, words};
use super::format::{clock, fit, width, wrap};
use super::keys::scrolls_by;
use super::model::{Ask, Popup, Ui};
use super::popup::{frame, framed};
use super::typed::{self, Change};
use crate::domain::{Effect, Fact, Seq, TimerDue};
use crate::glass::{Event, Glass};
use crate::term::{Key, KeyCode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct EventsView {
    /// Words that kind, role and text together must hold.
    filter: String,
    /// Keys go into the filter.
    typing: bool,
    /// The record of the selected line; without one the newest is followed.
    selected: Option<Seq>,
}

impl EventsView {
    pub(super) fn filter(&self) -> &str {
        &self.filter
    }

    pub(super) fn is_typing(&self) -> bool {
        self.typing
    }
}

/// One fact, and how far it is scrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeFact {
    seq: Seq,
    from: u16,
}

impl WholeFact {
    pub(super) fn scroll(&mut self, by: i16) {
        self.from = self.from.saturating_add_signed(by);
    }
}

/// Who it is about, in the words of the list.
pub(super) fn who(event: &Event) -> &str {
    event.role.as_ref().map_or_else(|| author(&event.record.fact), |role| role.as_str())
}

fn author(fact: &Fact) -> &str {
    match fact {
        Fact::GateAnswered { author, .. }
        | Fact::Paused { author, .. }
        | Fact::Resumed { author }
        | Fact::HandedBack { author }
        | Fact::TakenOver { author, .. }
        | Fact::Said { author, .. }
        | Fact::CompactionAsked { author, .. }
        | Fact::AbortAsked { author, .. }
        | Fact::Noted { author, .. }
        | Fact::RunCreated { author, .. } => &author.name,
        Fact::Recovered
        | Fact::PhaseEntered { .. }
        | Fact::StepStarted { .. }
        | Fact::StepEnded { .. }
        | Fact::TurnPlanned { .. }
        | Fact::InstructionIssued { .. }
        | Fact::Requested { .. }
        | Fact::Settled { .. }
        | Fact::SessionOpened { .. }
        | Fact::Observed { .. }
        | Fact::WorkerReported { .. }
        | Fact::VerdictReported { .. }
        | Fact::ReportRefused { .. }
        | Fact::GateOpened { .. }
        | Fact::GateWithdrawn { .. }
        | Fact::BoundExtended { .. }
        | Fact::PaneResized { .. }
        | Fact::RunEnded { .. } => "awtui",
    }
}

/// What happened, in a line. What awtui did is said as in the log of what it did.
pub(super) fn line_of(glass: &Glass, event: &Event) -> String {
    let command = |seq: u64| glass.commands.find(seq);
    let fact = &event.record.fact;
    if let Fact::Settled { effect, outcome, .. } = fact {
        return match command(effect.0) {
            Some(one) => format!("{} → {}", done::what(&glass.run, one), done::outcome(one)),
            None => {
                let said = fields(outcome).first().map_or_else(String::new, |(_, value)| value.clone());
                let asked = glass.events.find(effect.0).map(|asked| line_of(glass, asked));
                let asked = asked.unwrap_or_else(|| format!("record {}", effect.0));
                format!("{asked} → {said}")
            }
        };
    }
    // Waiting is nothing that was done: that log leaves it out.
    match (fact, command(event.record.seq)) {
        (Fact::Requested { effect: Effect::Timer { due: TimerDue::Run(due), .. } }, _) => {
            format!("a timer for {}", clock(*due))
        }
        (Fact::Requested { effect: Effect::Timer { due: TimerDue::Wall(_), .. } }, _) => {
            "a timer for the end of a limit".to_owned()
        }
        (Fact::Requested { .. }, Some(one)) => done::what(&glass.run, one),
        _ => words(fact),
    }
}

fn fits(glass: &Glass, event: &Event, filter: &[String]) -> bool {
    if filter.is_empty() {
        return true;
    }
    let fact = &event.record.fact;
    let text = format!("{} {} {}", kind(fact), who(event), line_of(glass, event)).to_lowercase();
    filter.iter().all(|word| text.contains(word))
}

/// Those that fit the filter, oldest first.
pub(super) fn visible<'a>(ui: &Ui, glass: &'a Glass) -> impl DoubleEndedIterator<Item = &'a Event> + use<'a> {
    let filter: Vec<String> = ui.events.filter.split_whitespace().map(str::to_lowercase).collect();
    glass.events.iter().filter(move |event| fits(glass, event, &filter))
}

/// Where the selected one stands among them. One that is gone gives way to the next.
pub(super) fn place(ui: &Ui, glass: &Glass) -> usize {
    let last = visible(ui, glass).count().saturating_sub(1);
    let Some(seq) = ui.events.selected else { return last };
    visible(ui, glass).position(|event| event.record.seq >= seq).unwrap_or(last)
}

pub(super) fn select(ui: &mut Ui, glass: &Glass, by: isize) {
    let next = place(ui, glass).saturating_add_signed(by);
    select_place(ui, glass, next);
}

/// At the end the newest is followed.
pub(super) fn select_place(ui: &mut Ui, glass: &Glass, place: usize) {
    let mut rest = visible(ui, glass).skip(place);
    let chosen = rest.next().map(|event| event.record.seq);
    let is_newest = rest.next().is_none();
    ui.events.selected = chosen.filter(|_| !is_newest);
}

pub(super) fn begin_filter(ui: &mut Ui) {
    ui.events.typing = true;
}

/// Shows all again. Whether something was left out.
pub(super) fn clear_filter(ui: &mut Ui) -> bool {
    ui.events.typing = false;
    !std::mem::take(&mut ui.events.filter).is_empty()
}

pub(super) fn paste(ui: &mut Ui, text: &str) {
    ui.events.filter.push_str(text.lines().next().unwrap_or_default());
}

/// A key that belongs to the filter while it is typed. Whether it was one.
pub(super) fn filter_key(ui: &mut Ui, key: Key) -> bool {
    if !ui.events.typing {
        return false;
    }
    if key.code == KeyCode::Esc {
        clear_filter(ui);
        return true;
    }
    if key.code == KeyCode::Enter {
        ui.events.typing = false;
        return true;
    }
    let change = typed::edit(&mut ui.events.filter, key);
    // Where one goes from here the filter stays.
    ui.events.typing = change == Change::Changed;
    change != Change::Nothing
}

/// The selected fact with all that it holds.
pub(super) fn open(ui: &mut Ui, glass: &Glass) {
    let selected = visible(ui, glass).nth(place(ui, glass));
    if let Some(seq) = selected.map(|event| event.record.seq) {
        ui.popups.push(Popup::Fact(WholeFact { seq, from: 0 }));
    }
}

pub(super) fn whole_key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    let Some(by) = scrolls_by(ui, key) else {
        ui.popups.pop();
        return Vec::new();
    };
    if let Some(Popup::Fact(fact)) = ui.popups.last_mut() {
        // Past its end there is nothing to come back from.
        let lines = glass.events.find(fact.seq).map_or(0, |event| told(glass, event).len());
        fact.scroll(by);
        fact.from = fact.from.min(u16::try_from(lines).unwrap_or(u16::MAX));
    }
    Vec::new()
}

/// What is known of one: where it stands, whence it came, and each of its fields.
fn told(glass: &Glass, event: &Event) -> Vec<(String, String)> {
    let record = &event.record;
    let mut all: Vec<(String, String)> = Vec::new();
    let mut say = |label: &str, value: String| all.push((label.to_owned(), value));
    let into = clock(record.at.run.saturating_sub(glass.run.created.run));
    say("what", line_of(glass, event));
    say("when", format!("{into} into the run"));
    say("who", who(event).to_owned());
    if let Fact::Observed { source, .. } = &record.fact {
        say("told by", source.as_str().to_owned());
    }
    say("kept as", format!("record {} of the journal", record.seq));
    for (pane, bytes) in &record.panes {
        say("recording", format!("{pane} had {bytes} bytes"));
    }
    say("", String::new());
    let of_fact = if let Fact::Observed { pane, step, observation, .. } = &record.fact {
        // What was told is what matters; the rest of it stands above.
        all.push(("pane".to_owned(), pane.to_string()));
        all.extend(step.map(|step| ("step".to_owned(), step.to_string())));
        fields(observation)
    } else {
        fields(&record.fact)
    };
    all.extend(of_fact.into_iter().filter(|(path, _)| path != "kind"));
    all
}

pub(super) fn draw_whole(ui: &Ui, glass: &Glass, fact: &WholeFact, area: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let low = if area.height < 16 { 0 } else { 2 };
    let columns = area.width.min(110);
    let Some(event) = glass.events.find(fact.seq) else {
        let inside = framed(ui, frame(area, columns, 3), " gone ", look.border(true), buffer);
        let text = format!("record {} is in the journal alone: awtui events", fact.seq);
        buffer.set_stringn(
            inside.x,
            inside.y,
            fit(&text, inside.width),
            usize::from(inside.width),
            look.dim(),
        );
        return;
    };
    let all = told(glass, event);
    let labels = all.iter().map(|(label, _)| width(label)).max().unwrap_or(0).min(columns / 3);
    let room = columns.saturating_sub(labels + 6).max(10);
    let mut rows: Vec<(String, Style)> = Vec::new();
    for (label, value) in &all {
        let style = if label.is_empty() { look.dim() } else { Style::new() };
        let lines = value.lines().flat_map(|line| wrap(line, room, 500)).collect::<Vec<_>>();
        let lines = if lines.is_empty() { vec![String::new()] } else { lines };
        let label = fit(label, labels);
        let pad = usize::from(labels - width(&label));
        for (row, line) in lines.into_iter().enumerate() {
            let (label, pad) = if row == 0 { (label.as_str(), pad) } else { ("", usize::from(labels)) };
            rows.push((format!("{label}{:pad$}  {line}", ""), style));
        }
    }
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(2);
    let place = frame(area, columns, height.min(area.height - low));
    let title = format!(" {} · {} ", kind(&event.record.fact), who(event));
    let inside = framed(ui, place, &title, look.border(true), buffer);
    let most = rows.len().saturating_sub(usize::from(inside.height));
    let from = usize::from(fact.from).min(most);
    for (y, (text, style)) in (inside.y..inside.bottom()).zip(rows.iter().skip(from)) {
        buffer.set_stringn(inside.x, y, fit(text, inside.width), usize::from(inside.width), *style);
    }
    if most > 0 {
        let of = format!(" {}-{} of {} ", from + 1, from + usize::from(inside.height), rows.len());
        let x = place.right().saturating_sub(width(&of) + 2);
        buffer.set_stringn(x, place.bottom() - 1, &of, of.len(), look.dim());
    }
}
