//! The frame: where each part goes at this size, and nothing else. Shared references in, cells out.

use super::format::{fit, width, wrap};
use super::input::Address;
use super::model::{Focus, Layout, Mode, Ui, Zoom};
use super::{keys, pane, panel, popup, title};
use crate::domain::{GateId, RoleName, Run};
use crate::glass::{Glass, Link};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Below this the screen says that it is too small.
const SMALLEST: (u16, u16) = (40, 10);
/// From this width on, panes and panels stand side by side.
const WIDE: u16 = 100;

/// Draws the glass and returns where things are.
pub fn view(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) -> Layout {
    let mut layout = Layout::default();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(area, buffer);
        layout.too_small = true;
        return layout;
    }
    let banner = banner(ui, glass);
    let input_rows = input_rows(ui, area);
    let mut upper = Rect { height: 1, ..area };
    title::draw(ui, glass, upper, buffer);
    if let Some((text, style)) = &banner {
        upper = Rect { y: upper.y + 1, ..upper };
        line(buffer, upper, text, *style);
    }
    let hint = Rect { y: area.bottom() - 1, height: 1, ..area };
    let input = Rect { y: hint.y - input_rows, height: input_rows, ..area };
    let middle = Rect { y: upper.bottom(), height: input.y.saturating_sub(upper.bottom()), ..area };
    if glass.run.id.is_none() {
        first_screen(ui, glass, middle, buffer);
    } else {
        main_part(ui, glass, middle, buffer, &mut layout);
    }
    draw_input(ui, glass, input, buffer, &mut layout);
    keys::draw_hint(ui, glass, hint, buffer);
    if let Some(gate) = shown_gate(ui, glass) {
        popup::gate_card(ui, glass, gate, middle, buffer);
    }
    if popup::draw(ui, glass, area, buffer) {
        layout.cursor = None;
    }
    layout
}

pub(super) fn line(buffer: &mut Buffer, area: Rect, text: &str, style: Style) {
    if area.height == 0 {
        return;
    }
    buffer.set_style(Rect { height: 1, ..area }, style);
    buffer.set_stringn(area.x, area.y, text, usize::from(area.width), style);
}

fn too_small(area: Rect, buffer: &mut Buffer) {
    let text = format!(
        "awtui needs {} x {}, this is {} x {}. Make the window larger, or leave with q: what runs goes on.",
        SMALLEST.0, SMALLEST.1, area.width, area.height
    );
    for (row, text) in (area.y..area.bottom()).zip(wrap(&text, area.width, usize::from(area.height))) {
        buffer.set_stringn(area.x, row, text, usize::from(area.width), Style::new());
    }
}

/// The gate whose card is on the screen: the longest waiting one that was not put aside.
pub(super) fn shown_gate(ui: &Ui, glass: &Glass) -> Option<GateId> {
    glass.run.open_gates().map(|gate| gate.id).find(|gate| !ui.dismissed.contains(gate))
}

fn banner(ui: &Ui, glass: &Glass) -> Option<(String, Style)> {
    let run = &glass.run;
    let look = ui.look;
    let warning = look.badge(look.warning());
    match &glass.link {
        Link::Lost { reason } => {
            return Some((format!(" LOST  {reason}; trying again"), look.badge(look.bad())));
        }
        Link::Connecting { attempt } if *attempt > 1 => {
            return Some((format!(" CONNECTING  attempt {attempt}"), warning));
        }
        Link::Connecting { .. } | Link::Live | Link::Watching | Link::Replay(_) => {}
    }
    if let Some(reason) = &ui.last_refusal {
        return Some((format!(" NOT DONE  {reason}"), look.badge(look.bad())));
    }
    if ui.mode == Mode::Replay {
        return None;
    }
    if ui.typing {
        let pane = ui.focus.role().unwrap_or("the pane");
        return Some((
            format!(" TYPING TO {pane}  ctrl-g, then esc: stop typing  h: hand back"),
            look.badge(look.bad()),
        ));
    }
    if let Some(outcome) = run.outcome {
        let word = format!("{outcome:?}").to_uppercase();
        let text = format!(" {word}  {}  (type a new task, or q to leave)", run.end_reason);
        return Some((text, look.badge(look.good())));
    }
    if run.ending.is_some() {
        return Some((" ENDING  its processes are being ended".to_owned(), warning));
    }
    if let Some(pause) = &run.pause {
        let word = if run.is_busy() { "DRAINING" } else { "PAUSED" };
        return Some((format!(" {word}  r: resume  ({}: {})", pause.author.name, pause.reason), warning));
    }
    if let Some(pane) = &run.taken_over {
        return Some((format!(" TAKEN OVER  you typed into {pane}; the loop holds  h: hand back"), warning));
    }
    let gates = run.open_gates().count();
    if gates > 0 {
        let gate =
            run.open_gates().next().map(|gate| gate.question.first_line().to_owned()).unwrap_or_default();
        let more = if gates > 1 { format!(" (+{} more)", gates - 1) } else { String::new() };
        return Some((format!(" GATE  g: open{more}  {gate}"), warning));
    }
    if let Link::Watching = glass.link {
        return Some((" WATCH  you can look, not touch  q: leave".to_owned(), look.dim()));
    }
    glass.notice.as_ref().map(|notice| (format!(" {notice}"), look.warning()))
}

fn input_rows(ui: &Ui, area: Rect) -> u16 {
    if ui.mode == Mode::Replay {
        return 0;
    }
    let lines = u16::try_from(ui.input.lines().len()).unwrap_or(u16::MAX);
    let most = if area.height < 20 { 2 } else { 6 };
    lines.clamp(1, most)
}

/// Panes and panels.
fn main_part(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    if ui.zoom == Zoom::Full {
        if let Some(role) = ui.focus.role() {
            pane::draw(ui, glass, role, area, buffer, layout);
            return;
        }
        if Focus::PANELS.contains(&ui.focus) {
            panel::draw(ui, glass, ui.focus, area, buffer);
            layout.places.push((ui.focus, area));
            return;
        }
    }
    let panel_rows = match area.height {
        _ if ui.zoom != Zoom::Normal => 0,
        0..12 => 0,
        12..18 => 5,
        18..30 => 7,
        30..45 => 11,
        _ => 16,
    };
    let above = Rect { height: area.height - panel_rows, ..area };
    let below = Rect { y: above.bottom(), height: panel_rows, ..area };
    draw_panes(ui, glass, above, buffer, layout);
    if panel_rows > 0 {
        draw_panels(ui, glass, below, buffer, layout);
    }
}

fn draw_panes(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let roles = pane_roles(&glass.run);
    if area.width >= WIDE && roles.len() > 1 {
        let count = u16::try_from(roles.len()).unwrap_or(1);
        let each = (area.width + 1) / count;
        let mut x = area.x;
        for (place, role) in roles.iter().enumerate() {
            let last = place + 1 == roles.len();
            let width = if last { area.right() - x } else { each - 1 };
            pane::draw(ui, glass, role.as_str(), Rect { x, width, ..area }, buffer, layout);
            if !last {
                for y in area.y..area.bottom() {
                    buffer.set_stringn(x + width, y, "│", 1, ui.look.dim());
                }
            }
            x += width + 1;
        }
        return;
    }
    // One pane at a time: the focused role's, else the one that works.
    let active = active_role(ui, glass, &roles);
    let Some(active) = active else { return };
    let tabs = Rect { height: 1, ..area };
    let mut x = tabs.x;
    for role in &roles {
        let shown = *role == active;
        let state = pane::activity(&glass.run, role);
        let label = format!(" {}{role} {state} ", if shown { "▸" } else { " " });
        let style = if shown { ui.look.role(role.as_str()).patch(ui.look.strong()) } else { ui.look.dim() };
        let room = tabs.right().saturating_sub(x);
        buffer.set_stringn(x, tabs.y, &label, usize::from(room), style);
        let place = if role.as_str() == "analyst" { Focus::Analyst } else { Focus::Worker };
        layout.places.push((place, Rect { x, y: tabs.y, width: width(&label).min(room), height: 1 }));
        x = (x + width(&label)).min(tabs.right());
    }
    let rest = Rect { y: area.y + 1, height: area.height - 1, ..area };
    pane::draw(ui, glass, active.as_str(), rest, buffer, layout);
}

fn pane_roles(run: &Run) -> Vec<RoleName> {
    run.roles.keys().cloned().collect()
}

pub(super) fn active_role(ui: &Ui, glass: &Glass, roles: &[RoleName]) -> Option<RoleName> {
    if let Some(role) = ui.focus.role() {
        return roles.iter().find(|one| one.as_str() == role).cloned();
    }
    let current = glass.run.steps.iter().rev().find_map(|step| step.role.clone());
    current.filter(|role| roles.contains(role)).or_else(|| roles.first().cloned())
}

fn draw_panels(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    if area.width >= WIDE {
        let mut x = area.x;
        for (focus, parts) in Focus::PANELS.into_iter().zip([30_u16, 40, 16, 14]) {
            let last = focus == Focus::Artifacts;
            let width = if last { area.right() - x } else { area.width * parts / 100 };
            let place = Rect { x, width, ..area };
            panel::draw(ui, glass, focus, place, buffer);
            layout.places.push((focus, place));
            x += width;
        }
        return;
    }
    let shown = if Focus::PANELS.contains(&ui.focus) { ui.focus } else { Focus::Steps };
    panel::draw(ui, glass, shown, area, buffer);
    layout.places.push((shown, area));
    // The other panels as tabs in the frame's upper edge, at its right.
    let mut x = area.right();
    for focus in Focus::PANELS.into_iter().rev().filter(|focus| *focus != shown) {
        let label = format!(" {} ", panel::name(focus));
        x = x.saturating_sub(width(&label));
        buffer.set_stringn(x, area.y, &label, label.len(), ui.look.dim());
        layout.places.push((focus, Rect { x, y: area.y, width: width(&label), height: 1 }));
    }
}

fn draw_input(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    if area.height == 0 {
        return;
    }
    layout.places.push((Focus::Input, area));
    let focused = ui.focus == Focus::Input && !ui.typing;
    let address = match (&ui.input.address, glass.run.id.is_some() && !glass.run.is_over()) {
        (Address::NewTask, true) => Address::Note,
        (address, _) => address.clone(),
    };
    let label = format!("{}> ", address.label());
    let style = if focused { ui.look.strong() } else { ui.look.dim() };
    buffer.set_stringn(area.x, area.y, &label, usize::from(area.width), style);
    let left = area.x + width(&label).min(area.width.saturating_sub(1));
    let room = area.right().saturating_sub(left);
    let (cursor_row, cursor_column) = ui.input.cursor();
    let rows = usize::from(area.height);
    let first = cursor_row.saturating_sub(rows - 1);
    if ui.input.is_empty() && !focused {
        let hint = fit("i: write here", room);
        buffer.set_stringn(left, area.y, hint, usize::from(room), ui.look.dim());
    }
    for (y, (number, text)) in (area.y..).zip(ui.input.lines().iter().enumerate().skip(first).take(rows)) {
        // The part of the line around the cursor.
        let before: String = text.chars().take(cursor_column).collect();
        let shift =
            if number == cursor_row { width(&before).saturating_sub(room.saturating_sub(1)) } else { 0 };
        let visible = skip_columns(text, shift);
        buffer.set_stringn(left, y, &visible, usize::from(room), Style::new());
        if focused && number == cursor_row {
            layout.cursor =
                Some((left + width(&before).saturating_sub(shift).min(room.saturating_sub(1)), y));
        }
    }
}

fn skip_columns(text: &str, columns: u16) -> String {
    let mut skipped = 0;
    let mut characters = text.chars();
    while skipped < columns {
        match characters.next() {
            Some(character) => skipped += width(character.encode_utf8(&mut [0; 4])),
            None => break,
        }
    }
    characters.collect()
}

fn first_screen(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let look = ui.look;
    let mut lines: Vec<(String, Style)> = vec![
        (String::new(), Style::new()),
        ("  What should be done?".to_owned(), look.strong()),
        (
            "  Type a task below and press Enter. The analyst plans, the worker works, you decide."
                .to_owned(),
            Style::new(),
        ),
        (String::new(), Style::new()),
    ];
    for (role, agent, model) in &ui.bindings {
        lines.push((format!("  {role:<8} {agent}  {model}"), look.role(role)));
    }
    if !glass.runs.is_empty() {
        lines.push((String::new(), Style::new()));
        lines.push(("  Runs of this project".to_owned(), look.strong()));
        for run in &glass.runs {
            let text = format!("  {:<10} {:>8}  {}  {}", run.phase, run.cost.to_string(), run.run, run.task);
            lines.push((text, if run.live { look.good() } else { look.dim() }));
        }
        lines.push((
            "  awtui replay RUN shows one again; awtui resume RUN goes on with one".to_owned(),
            look.dim(),
        ));
    }
    for (y, (text, style)) in (area.y..area.bottom()).zip(lines) {
        buffer.set_stringn(area.x, y, fit(&text, area.width), usize::from(area.width), style);
    }
}
