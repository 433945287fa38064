//! The title bar: where the run stands, what it costs, what would stop it, and its task. Low-value parts go first as the
//! width shrinks.

use super::format::{clock, fit, width};
use super::model::{Layout, Ui};
use crate::domain::{Figure, Millis, RunPhase, Subject, nearest_bound};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Below this width parts stand closer.
const NARROW: u16 = 60;

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let run = &glass.run;
    let base = ui.look.title();
    buffer.set_style(area, base);
    if run.id.is_none() {
        buffer.set_stringn(area.x, area.y, " awtui", usize::from(area.width), base.patch(ui.look.strong()));
        return;
    }
    let phase = run.summary_phase();
    let narrow = area.width < NARROW;
    let budget = run.cost_bound();
    let spent = run.ledger.total.spent();
    let bound = nearest_bound(run, glass.now)
        .filter(|_| !run.is_over())
        .map_or_else(String::new, |bound| format!("nearest limit: {}", bound.label));
    // Ways to say each part, fullest first, with its importance; shown in this order.
    let parts: [(u8, Vec<String>); 4] = [
        (2, step(glass)),
        (1, vec![clock(glass.elapsed())]),
        (0, budget.map(|budget| format!("{spent}/{budget}")).into_iter().chain([spent.clone()]).collect()),
        (3, vec![bound]),
    ];
    let badge = format!(" {} {} ", sign(phase, glass.elapsed()), word(phase, narrow));
    let gap = if narrow { 1 } else { 3 };
    let mut shown: [&str; 4] = [""; 4];
    let mut used = width(&badge) + 2;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|place| parts[*place].0);
    for place in order {
        let form = parts[place].1.iter().find(|form| {
            let reserve = if parts[place].0 > 1 && !narrow { 12 } else { 0 };
            !form.is_empty() && used + width(form) + gap + reserve <= area.width
        });
        if let Some(form) = form {
            shown[place] = form;
            used += width(form) + gap;
        }
    }
    let between = if narrow { " " } else { " · " };
    let parts: Vec<&str> = shown.iter().copied().filter(|part| !part.is_empty()).collect();
    let right = format!(" {} ", parts.join(between));
    let right_x = area.right().saturating_sub(width(&right));
    let figures =
        [None, Some(Figure::Time(Subject::Run)), Some(Figure::Spend(Subject::Run)), Some(Figure::Bounds)];
    let mut x = right_x + 1;
    for (part, figure) in shown.iter().zip(figures).filter(|(part, _)| !part.is_empty()) {
        let place = Rect { x, width: width(part), height: 1, ..area };
        layout.figures.extend(figure.map(|figure| (figure, place)));
        x += width(part) + width(between);
    }
    buffer.set_stringn(right_x, area.y, &right, usize::from(width(&right)), base);
    buffer.set_stringn(area.x, area.y, &badge, usize::from(area.width), badge_style(ui, phase));
    let left = area.x + width(&badge) + 1;
    let room = right_x.saturating_sub(left + 1);
    if room > 8 {
        let task = fit(run.task.first_line(), room);
        buffer.set_stringn(left, area.y, task, usize::from(room), base.patch(ui.look.strong()));
    }
}

/// Where in the loop it is, from the fullest to the shortest form.
fn step(glass: &Glass) -> Vec<String> {
    let Some(step) = glass.run.steps.last() else { return Vec::new() };
    let who = step.role.as_ref().map_or("awtui", |role| role.as_str());
    vec![
        format!("step {} {who} {}", step.number, step.phase),
        format!("step {} {who}", step.number),
        format!("step {}", step.number.0),
    ]
}

fn word(phase: RunPhase, narrow: bool) -> &'static str {
    match phase {
        RunPhase::Planning => "PLANNING",
        RunPhase::Working => "WORKING",
        RunPhase::Checking => "CHECKING",
        RunPhase::Reviewing => "REVIEWING",
        RunPhase::Compacting => "COMPACTING",
        RunPhase::WaitingForOperator if narrow => "YOUR TURN",
        RunPhase::WaitingForOperator => "WAITING FOR YOU",
        RunPhase::Draining => "DRAINING",
        RunPhase::Paused => "PAUSED",
        RunPhase::TakenOver => "TAKEN OVER",
        RunPhase::Limited => "LIMITED",
        RunPhase::Ending => "ENDING",
        RunPhase::Done => "DONE",
        RunPhase::Aborted => "ABORTED",
        RunPhase::Failed => "FAILED",
    }
}

/// Where something is at work it turns with the clock beside it, so it costs no frame of its own.
fn sign(phase: RunPhase, elapsed: Millis) -> &'static str {
    match phase {
        RunPhase::Planning
        | RunPhase::Working
        | RunPhase::Checking
        | RunPhase::Reviewing
        | RunPhase::Compacting => match elapsed / 1_000 % 4 {
            0 => "◐",
            1 => "◓",
            2 => "◑",
            _ => "◒",
        },
        RunPhase::WaitingForOperator => "?",
        RunPhase::Draining | RunPhase::Paused | RunPhase::TakenOver | RunPhase::Limited => "‖",
        RunPhase::Ending => "…",
        RunPhase::Done => "✓",
        RunPhase::Aborted | RunPhase::Failed => "✗",
    }
}

fn badge_style(ui: &Ui, phase: RunPhase) -> Style {
    let look = &ui.look;
    match phase {
        RunPhase::Planning | RunPhase::Reviewing => look.badge(look.role("analyst")),
        RunPhase::Working => look.badge(look.role("worker")),
        RunPhase::Checking | RunPhase::Compacting => look.badge(look.role("awtui")),
        RunPhase::Done => look.badge(look.good()),
        RunPhase::WaitingForOperator => look.badge(look.operator()),
        RunPhase::Draining
        | RunPhase::Paused
        | RunPhase::TakenOver
        | RunPhase::Limited
        | RunPhase::Ending => look.badge(look.warning()),
        RunPhase::Aborted | RunPhase::Failed => look.badge(look.bad()),
    }
}
