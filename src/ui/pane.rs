//! A role's pane: its line, and its terminal as ratatui cells. Agent bytes reach the screen in no other way.

use super::format::{fit, width, wrap};
use super::gauge::Gauge;
use super::keys::chord;
use super::look::Look;
use super::model::{Layout, Scrolled, Ui};
use super::reader;
use super::slots::Slot;
use super::{bell, gauge};
use crate::domain::{Activity, Pane, PaneId, PaneState, RoleName, Run};
use crate::glass::{Glass, PaneGlass};
use crate::settings::{Action, Context};
use crate::term::{Cell, Links, Screen, Underline};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// Of an agent that was told to act without asking.
const UNGUARDED: &str = " ASKS NOBODY ";

pub(super) fn draw(
    ui: &Ui,
    glass: &Glass,
    slot: &Slot,
    area: Rect,
    buffer: &mut Buffer,
    layout: &mut Layout,
) {
    if area.height < 2 {
        return;
    }
    let focus = slot.focus;
    layout.places.push((focus, area));
    let inside = Rect { y: area.y + 1, height: area.height - 1, ..area };
    header(ui, glass, slot, Rect { height: 1, ..area }, inside, buffer);
    let Some(pane) = slot.pane.clone() else {
        let role = slot.role.as_ref().map_or("", RoleName::as_str);
        placeholder(ui, &glass.run, role, inside, buffer);
        return;
    };
    layout.panes.push((pane.clone(), inside));
    let Some(shown) = glass.panes.get(&pane) else {
        let text = format!("{pane} is starting…");
        buffer.set_stringn(inside.x + 1, inside.y, text, usize::from(inside.width), ui.look.dim());
        return;
    };
    let back = scrolled(ui, &pane, &shown.screen);
    screen(&ui.look, shown, back, inside, &mut layout.links, buffer);
    let top = first_line(&shown.screen, back, inside.height);
    let reading = reader::paint(ui, &pane, &shown.screen, top, inside, buffer);
    if let Some(reason) = &shown.not_kept {
        let text = format!(" not kept: {reason} ");
        note(&text, Rect { height: 1, ..inside }, ui.look.badge(ui.look.warning()), buffer);
    }
    let last = Rect { y: inside.bottom() - 1, height: 1, ..inside };
    if let Some(cursor) = reading {
        layout.cursor = Some(cursor);
    } else if back > 0 {
        let end = chord(ui, Context::Normal, Action::Bottom)
            .map_or_else(String::new, |key| format!(" · {key}: to the end"));
        let text = format!(" {back} of {} lines back{end} ", shown.screen.history_len());
        note(&text, last, ui.look.badge(ui.look.info()), buffer);
    } else if let Some(status) = shown.exited {
        let (text, style) = match &slot.role {
            Some(_) => how_it_left(ui, &glass.run, &pane, status),
            None => how_it_ended(ui, status),
        };
        note(&text, last, style, buffer);
    } else if ui.focus == focus
        && let Some(cursor) = shown.screen.cursor()
        && let Some(row) = cursor.row.checked_sub(first_row(&shown.screen, inside.height))
        && cursor.col < inside.width
        && row < inside.height
    {
        layout.cursor = Some((inside.x + cursor.col, inside.y + row));
    }
}

/// An end that awtui brought about is no trouble, whatever status it left.
fn how_it_left(ui: &Ui, run: &Run, pane: &PaneId, status: i32) -> (String, Style) {
    let told = run.panes.get(pane).filter(|pane| pane.exit.is_none());
    let by_awtui = told.is_some_and(|pane| {
        run.ending.is_some() || matches!(pane.state, PaneState::Leaving | PaneState::Gone)
    });
    if by_awtui {
        return (" awtui ended the agent ".to_owned(), ui.look.badge(ui.look.info()));
    }
    (format!(" the agent left with status {status} "), ui.look.badge(ui.look.warning()))
}

/// What is said of a terminal of the operator whose program has ended.
fn how_it_ended(ui: &Ui, status: i32) -> (String, Style) {
    let key = chord(ui, Context::Normal, Action::CloseTerminal);
    let close = key.map_or_else(String::new, |key| format!(" · {key}: close"));
    let ink = if status == 0 { ui.look.info() } else { ui.look.warning() };
    (format!(" ended with status {status}{close} "), ui.look.badge(ink))
}

/// At the right end of the pane's last line.
fn note(text: &str, area: Rect, style: Style, buffer: &mut Buffer) {
    let text = fit(text, area.width);
    for x in area.right() - width(&text)..area.right() {
        // Neither the look nor a link of what is below.
        buffer[(x, area.y)].reset();
    }
    buffer.set_stringn(area.right() - width(&text), area.y, &text, usize::from(area.width), style);
}

/// By how many lines a pane is scrolled back now: it shows the same lines however many came after, as long as they are
/// kept.
pub(super) fn scrolled(ui: &Ui, pane: &PaneId, screen: &Screen) -> usize {
    let back = |scrolled: &Scrolled| {
        if scrolled.epoch != screen.epoch() {
            return scrolled.lines;
        }
        usize::try_from(screen.top_line().saturating_sub(scrolled.top)).unwrap_or(usize::MAX)
    };
    ui.scrolled.get(pane).map_or(0, back).min(screen.history_len())
}

/// The first row that is drawn where a screen has more rows than there is room for: its cursor stays in sight.
pub(super) fn first_row(screen: &Screen, rows: u16) -> u16 {
    let surplus = screen.size().rows.saturating_sub(rows);
    match screen.cursor() {
        Some(cursor) => (cursor.row + 1).saturating_sub(rows).min(surplus),
        None => 0,
    }
}

/// The first row that is drawn after scrolling back.
fn first_shown_row(screen: &Screen, back: usize, rows: u16) -> u16 {
    if back > 0 { screen.size().rows.saturating_sub(rows) } else { first_row(screen, rows) }
}

/// The number of the first line that is drawn.
pub(super) fn first_line(screen: &Screen, back: usize, rows: u16) -> u64 {
    let top = screen.top_line().saturating_sub(u64::try_from(back).unwrap_or(u64::MAX));
    top + u64::from(first_shown_row(screen, back, rows))
}

/// What goes on in a pane, in a word.
pub(super) fn activity(glass: &Glass, slot: &Slot) -> String {
    match &slot.role {
        Some(role) => {
            glass.run.role_pane(role).map_or("not started", |pane| doing(&glass.run, pane)).to_owned()
        }
        None => ended(glass, slot).map_or_else(|| "running".to_owned(), |status| format!("ended ({status})")),
    }
}

/// An agent that is gone is no trouble where the run has ended.
fn doing(run: &Run, pane: &Pane) -> &'static str {
    match (pane.state, pane.activity) {
        (PaneState::Gone, _) if run.is_over() => "ended",
        (PaneState::Starting, Activity::Unknown) => "starting",
        (_, activity) => activity.as_str(),
    }
}

fn ended(glass: &Glass, slot: &Slot) -> Option<i32> {
    glass.terminals.iter().find(|entry| Some(&entry.pane) == slot.pane.as_ref())?.exited
}

fn header(ui: &Ui, glass: &Glass, slot: &Slot, area: Rect, inside: Rect, buffer: &mut Buffer) {
    let look = &ui.look;
    let focused = ui.focus == slot.focus;
    let typing = focused && ui.typing;
    let accent = slot.role.as_ref().map_or_else(|| look.info(), |role| look.role(role.as_str()));
    let called = fit(&slot.name, area.width / 2);
    let name = match (typing, focused) {
        (true, _) => format!(" TYPING TO {called} "),
        (false, true) => format!(" ▸{called} "),
        (false, false) if bell::rings(ui, glass, slot.pane.as_ref()) => format!(" bell {called} "),
        (false, false) => format!("  {called} "),
    };
    let words = if typing { look.badge(look.typing()) } else { look.dim() };
    if typing {
        buffer.set_style(area, words);
    }
    let style = match (typing, focused) {
        (true, _) => words,
        (false, true) => look.badge(accent),
        (false, false) => accent.add_modifier(Modifier::BOLD),
    };
    buffer.set_stringn(area.x, area.y, &name, usize::from(area.width), style);
    let mut left = area.x + width(&name) + 1;
    let unguarded = slot.role.as_ref().and_then(|role| glass.run.roles.get(role)?.asks_nobody());
    if unguarded.is_some() {
        // First of all, and whole: it matters more than what else fits.
        buffer.set_stringn(left, area.y, UNGUARDED, usize::from(area.width), look.badge(look.warning()));
        left += width(UNGUARDED) + 1;
    }
    let room = area.right().saturating_sub(left);
    let parts = match &slot.role {
        Some(role) => facts(glass, role, inside),
        None => terminal_facts(glass, slot, inside),
    };
    // What it does and who says so come before the length of the gauge: a weaker source must be seen.
    let state = parts.first().map_or(0, |part| width(part)) + 1;
    let sourced = state + parts.get(1).map_or(0, |part| width(part) + 3);
    // A terminal has no context to fill.
    let gauge = slot.role.as_ref().map(|role| Gauge::of(&glass.run, role));
    let forms = gauge.as_ref().map(Gauge::forms).unwrap_or_default();
    let fitting = |words: u16| forms.iter().find(|form| words + width(form) <= room).cloned();
    // The longer bar takes no room from what the agent is.
    let known: u16 = parts.iter().take(FACTS).map(|part| width(part) + 3).sum();
    let form = gauge.as_ref().map(Gauge::wide).filter(|form| known + width(form) <= room);
    let form = form.or_else(|| fitting(sourced)).or_else(|| fitting(state + 1)).unwrap_or_default();
    let words_room = room.saturating_sub(width(&form) + u16::from(!form.is_empty()));
    let mut text = String::new();
    for part in parts {
        let more = if text.is_empty() { part } else { format!(" · {part}") };
        if width(&text) + width(&more) <= words_room {
            text.push_str(&more);
        }
    }
    buffer.set_stringn(left, area.y, &text, usize::from(words_room), words);
    let style = match (typing, gauge.as_ref().is_some_and(Gauge::is_warning)) {
        (true, _) => words,
        (false, true) => look.warning(),
        (false, false) => look.dim(),
    };
    let x = area.right().saturating_sub(width(&form));
    buffer.set_stringn(x, area.y, &form, usize::from(room), style);
    if !typing {
        gauge::tint(look, Rect { x, y: area.y, width: area.right() - x, height: 1 }, buffer);
    }
}

/// Its state and who says so, model, thinking, program.
const FACTS: usize = 5;

/// What is known of a terminal: whether it runs, what its program calls it, its size where there is no room for it.
fn terminal_facts(glass: &Glass, slot: &Slot, inside: Rect) -> Vec<String> {
    let mut parts = vec![activity(glass, slot)];
    let shown = slot.pane.as_ref().and_then(|pane| glass.panes.get(pane));
    parts.extend(shown.and_then(title));
    parts.extend(shown.and_then(|pane| cropped(pane, inside)));
    parts
}

/// The size of a screen that is larger than its place.
fn cropped(pane: &PaneGlass, inside: Rect) -> Option<String> {
    let size = pane.screen.size();
    let larger = size.cols > inside.width || size.rows > inside.height;
    larger.then(|| format!("{}x{} cropped", size.cols, size.rows))
}

/// What is known of a role's agent, what matters most first: its state and who says so, model, thinking, program.
fn facts(glass: &Glass, role: &RoleName, inside: Rect) -> Vec<String> {
    let run = &glass.run;
    let (config, state) = (run.role_config(role), run.roles.get(role));
    let mut parts = Vec::new();
    match run.role_pane(role) {
        Some(pane) => {
            parts.push(doing(run, pane).to_owned());
            parts.push(format!("by {}", pane.source.as_str()));
        }
        None => parts.push("not started".to_owned()),
    }
    let asked = config.and_then(|config| config.model.clone());
    let seen = state.and_then(|state| state.model_seen.clone());
    match (&asked, &seen) {
        (Some(asked), Some(seen)) if !seen.ends_with(asked.as_str()) && !asked.ends_with(seen.as_str()) => {
            parts.push(format!("{seen} (asked {asked}!)"));
        }
        (_, Some(model)) | (Some(model), None) => parts.push(model.clone()),
        (None, None) => {}
    }
    if let Some(thinking) = state.and_then(|state| state.thinking_seen.clone()) {
        parts.push(format!("thinks {thinking}"));
    }
    if let Some(config) = config {
        parts.push(config.agent.name.clone());
    }
    let shown = state.and_then(|state| glass.panes.get(state.pane.as_ref()?));
    parts.extend(shown.and_then(|pane| cropped(pane, inside)));
    let step = run.current_step().filter(|step| step.role.as_ref() == Some(role));
    if let Some(progress) = step.and_then(|step| step.progress.clone()) {
        parts.push(progress);
    }
    // What the program calls its window, where there is room for it.
    parts.extend(shown.and_then(title));
    parts
}

fn title(pane: &PaneGlass) -> Option<String> {
    let title = pane.screen.title()?.trim();
    (!title.is_empty()).then(|| title.to_owned())
}

fn placeholder(ui: &Ui, run: &Run, role: &str, area: Rect, buffer: &mut Buffer) {
    let config = run.role_config(&RoleName::new(role));
    let agent = config.map_or("no agent", |config| config.agent.name.as_str());
    let model = config.and_then(|config| config.model.as_deref()).unwrap_or("its own default model");
    let text = match role {
        "worker" => format!("{agent} with {model} starts when the analyst has an instruction for it."),
        _ => format!("{agent} with {model} is about to start."),
    };
    let rows = wrap(&text, area.width.saturating_sub(2), usize::from(area.height));
    for (y, text) in (area.y + area.height / 3..area.bottom()).zip(rows) {
        buffer.set_stringn(area.x + 1, y, text, usize::from(area.width), ui.look.dim());
    }
}

/// The cells of a terminal, cropped to the place there is; `back` lines of its history come first.
fn screen(look: &Look, pane: &PaneGlass, back: usize, area: Rect, links: &mut Links, buffer: &mut Buffer) {
    let size = pane.screen.size();
    let first = first_shown_row(&pane.screen, back, area.height);
    for row in 0..area.height.min(size.rows) {
        let y = area.y + row;
        for (x, cell) in (area.x..area.right()).zip(pane.screen.row_at(back, first + row)) {
            let target = &mut buffer[(x, y)];
            if cell.width == 0 {
                // The second half of a wide character: drawn by the first.
                target.set_symbol(" ");
                continue;
            }
            let cut = cell.width == 2 && x + 1 >= area.right();
            let symbol: &str =
                if cut || cell.attrs.hidden || cell.symbol.is_empty() { " " } else { &cell.symbol };
            target.set_symbol(symbol);
            target.set_style(style(look, &cell));
            if let Some(mark) = cell.link.as_ref().and_then(|link| links.mark(link)) {
                // No underline has a colour of its own here: there the mark of a link goes to the terminal.
                let [_, red, green, blue] = mark.to_be_bytes();
                target.underline_color = Color::Rgb(red, green, blue);
            }
        }
    }
}

fn style(look: &Look, cell: &Cell) -> Style {
    let mut style = Style::new().fg(look.of_agent(cell.fg, true)).bg(look.of_agent(cell.bg, false));
    let attrs = cell.attrs;
    for (on, modifier) in [
        (attrs.bold, Modifier::BOLD),
        (attrs.dim, Modifier::DIM),
        (attrs.italic, Modifier::ITALIC),
        (attrs.inverse, Modifier::REVERSED),
        (attrs.strike, Modifier::CROSSED_OUT),
        (cell.underline != Underline::None || cell.link.is_some(), Modifier::UNDERLINED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    style
}
