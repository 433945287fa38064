//! A role's pane: its line, and its terminal as ratatui cells. Agent bytes reach the screen in no other way.

use super::format::{fit, tokens, tokens_or_unknown, width};
use super::model::{Focus, Layout, Ui};
use crate::domain::{RoleName, Run};
use crate::glass::{Glass, PaneGlass};
use crate::term::{Colour, Underline};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// Cells of the context gauge.
const GAUGE: u64 = 10;

pub(super) fn draw(ui: &Ui, glass: &Glass, role: &str, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    if area.height < 2 {
        return;
    }
    let focus = if role == "analyst" { Focus::Analyst } else { Focus::Worker };
    layout.places.push((focus, area));
    header(ui, glass, &RoleName::new(role), focus, Rect { height: 1, ..area }, buffer);
    let inside = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let pane = glass.run.roles.get(&RoleName::new(role)).and_then(|state| state.pane.clone());
    let Some(pane) = pane else {
        placeholder(ui, &glass.run, role, inside, buffer);
        return;
    };
    layout.panes.push((pane.clone(), inside));
    let Some(shown) = glass.panes.get(&pane) else {
        let text = format!("{pane} is starting…");
        buffer.set_stringn(inside.x + 1, inside.y, text, usize::from(inside.width), ui.look.dim());
        return;
    };
    screen(shown, inside, buffer);
    if ui.focus == focus
        && let Some(cursor) = shown.screen.cursor()
        && cursor.col < inside.width
        && cursor.row < inside.height
    {
        layout.cursor = Some((inside.x + cursor.col, inside.y + cursor.row));
    }
    if let Some(status) = shown.exited {
        let text = format!(" the agent left with status {status} ");
        let y = inside.bottom() - 1;
        buffer.set_stringn(inside.x, y, text, usize::from(inside.width), ui.look.badge(ui.look.warning()));
    }
}

pub(super) fn activity(run: &Run, role: &RoleName) -> &'static str {
    run.role_pane(role).map_or("not started", |pane| pane.activity.as_str())
}

fn header(ui: &Ui, glass: &Glass, role: &RoleName, focus: Focus, area: Rect, buffer: &mut Buffer) {
    let run = &glass.run;
    let look = ui.look;
    let focused = ui.focus == focus;
    let accent = look.role(role.as_str());
    let config = run.role_config(role);
    let state = run.roles.get(role);
    let gauge = gauge(run, role);
    let name = if focused && ui.typing {
        format!(" TYPING TO {role} ")
    } else if focused {
        format!(" ▸{role} ")
    } else {
        format!("  {role} ")
    };
    let style = if focused { look.badge(accent) } else { accent.patch(look.strong()) };
    buffer.set_stringn(area.x, area.y, &name, usize::from(area.width), style);
    let mut parts = Vec::new();
    if let Some(pane) = run.role_pane(role) {
        parts.push(format!("{} · {}", pane.activity.as_str(), pane.source.as_str()));
    } else {
        parts.push("not started".to_owned());
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
    let left = area.x + width(&name);
    let gauge_room = width(&gauge) + 1;
    let room = area.right().saturating_sub(left);
    let with_gauge = room > gauge_room + 12;
    let words_room = if with_gauge { room - gauge_room } else { room };
    let mut text = String::new();
    for part in parts {
        let more = if text.is_empty() { part } else { format!(" · {part}") };
        if width(&text) + width(&more) <= words_room {
            text.push_str(&more);
        }
    }
    buffer.set_stringn(left, area.y, &text, usize::from(words_room), look.dim());
    if with_gauge {
        let warn = run.warn_threshold(role);
        let tokens = state.and_then(|state| state.context.tokens);
        let full = matches!((tokens, warn), (Some(tokens), Some(warn)) if tokens >= warn);
        let style = if full { look.warning() } else { look.dim() };
        buffer.set_stringn(area.right() - width(&gauge), area.y, &gauge, usize::from(gauge_room), style);
    }
}

/// `ctx 12.3k/128k 9% ▮▮▯▯▯▯▯|▯|`: tokens, the smaller of limit and window, ticks at the warn and compact thresholds.
fn gauge(run: &Run, role: &RoleName) -> String {
    let state = run.roles.get(role);
    let tokens_now = state.and_then(|state| state.context.tokens);
    let limit = run.role_config(role).map(|config| config.context_limit);
    let window = state.and_then(|state| state.context.window);
    let base = match (limit, window) {
        (Some(limit), Some(window)) => Some(limit.min(window)),
        (known, other) => known.or(other),
    };
    let Some(base) = base.filter(|base| *base > 0) else {
        return format!("ctx {}", tokens_or_unknown(tokens_now));
    };
    let Some(now) = tokens_now else { return format!("ctx ?/{}", tokens(base)) };
    let mut bar = String::new();
    let compact = run.compact_threshold(role).map(|(tokens, _)| tokens);
    let warn = run.warn_threshold(role);
    for cell in 0..GAUGE {
        let (from, to) = (base * cell / GAUGE, base * (cell + 1) / GAUGE);
        let tick = |at: Option<u64>| at.is_some_and(|at| at > from && at <= to);
        if tick(warn) || tick(compact) {
            bar.push('|');
        } else {
            bar.push(if now > from { '▮' } else { '▯' });
        }
    }
    format!("ctx {}/{} {}% {bar}", tokens(now), tokens(base), now.saturating_mul(100) / base)
}

fn placeholder(ui: &Ui, run: &Run, role: &str, area: Rect, buffer: &mut Buffer) {
    let config = run.role_config(&RoleName::new(role));
    let agent = config.map_or("no agent", |config| config.agent.name.as_str());
    let model = config.and_then(|config| config.model.as_deref()).unwrap_or("its own default model");
    let text = match role {
        "worker" => format!("{agent} with {model} starts when the analyst has an instruction for it."),
        _ => format!("{agent} with {model} is about to start."),
    };
    let text = fit(&text, area.width.saturating_sub(2));
    buffer.set_stringn(area.x + 1, area.y + area.height / 2, text, usize::from(area.width), ui.look.dim());
}

/// The cells of a terminal from its top left, cropped to the place there is.
fn screen(pane: &PaneGlass, area: Rect, buffer: &mut Buffer) {
    let size = pane.screen.size();
    for row in 0..area.height.min(size.rows) {
        let y = area.y + row;
        for (x, cell) in (area.x..area.right()).zip(pane.screen.row(row)) {
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
            target.set_style(style(&cell));
        }
    }
}

fn style(cell: &crate::term::Cell) -> Style {
    let mut style = Style::new().fg(colour(cell.fg)).bg(colour(cell.bg));
    let attrs = cell.attrs;
    for (on, modifier) in [
        (attrs.bold, Modifier::BOLD),
        (attrs.dim, Modifier::DIM),
        (attrs.italic, Modifier::ITALIC),
        (attrs.inverse, Modifier::REVERSED),
        (attrs.strike, Modifier::CROSSED_OUT),
        (cell.underline != Underline::None, Modifier::UNDERLINED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn colour(colour: Colour) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        Colour::Ansi(index) | Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}
