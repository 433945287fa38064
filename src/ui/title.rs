//! The title bar: the task, where the run stands, what it costs, what would stop it. Low-value parts go first as the
//! width shrinks.

use super::format::{clock, cost, fit, width};
use super::model::Ui;
use crate::domain::{Money, RunPhase, nearest_bound};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let run = &glass.run;
    let base = ui.look.title();
    buffer.set_style(area, base);
    if run.id.is_none() {
        buffer.set_stringn(area.x, area.y, " awtui", usize::from(area.width), base.patch(ui.look.strong()));
        return;
    }
    let phase = run.summary_phase();
    let budget = run.config.as_ref().map(|config| config.budget.cost).filter(|cost| *cost > Money::ZERO);
    let spent = cost(&run.ledger.total);
    let spent = budget.map_or(spent.clone(), |budget| format!("{spent}/{budget}"));
    // Kept in this order of importance; shown in the order of the columns.
    let parts = [
        (3, step(glass)),
        (1, clock(glass.elapsed())),
        (0, spent),
        (
            2,
            nearest_bound(run, glass.now)
                .filter(|_| !run.is_over())
                .map_or_else(String::new, |bound| format!("next stop: {}", bound.label)),
        ),
    ];
    let badge = format!(" {} {} ", sign(phase), phase.as_str().to_uppercase());
    let mut kept = [false; 4];
    let mut used = width(&badge) + 8;
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|place| parts[*place].0);
    for place in order {
        let needs = width(&parts[place].1) + 3;
        if !parts[place].1.is_empty() && used + needs <= area.width {
            kept[place] = true;
            used += needs;
        }
    }
    let shown: Vec<&str> =
        parts.iter().zip(kept).filter(|(_, kept)| *kept).map(|((_, text), _)| text.as_str()).collect();
    let right = format!(" {} ", shown.join(" · "));
    let right_x = area.right().saturating_sub(width(&right));
    buffer.set_stringn(right_x, area.y, &right, usize::from(width(&right)), base);
    let style = badge_style(ui, phase);
    buffer.set_stringn(area.x, area.y, &badge, usize::from(area.width), style);
    let left = area.x + width(&badge) + 1;
    let room = right_x.saturating_sub(left + 1);
    if room > 4 {
        let task = fit(run.task.first_line(), room);
        buffer.set_stringn(left, area.y, task, usize::from(room), base.patch(ui.look.strong()));
    }
}

fn step(glass: &Glass) -> String {
    let Some(step) = glass.run.steps.last() else { return String::new() };
    let who = step.role.as_ref().map_or("awtui", |role| role.as_str());
    format!("step {} {who}", step.number)
}

fn sign(phase: RunPhase) -> &'static str {
    match phase {
        RunPhase::Planning | RunPhase::Working | RunPhase::Checking | RunPhase::Reviewing => "●",
        RunPhase::Compacting => "◌",
        RunPhase::WaitingForOperator => "?",
        RunPhase::Draining | RunPhase::Paused | RunPhase::TakenOver | RunPhase::Limited => "‖",
        RunPhase::Ending => "…",
        RunPhase::Done => "✓",
        RunPhase::Aborted | RunPhase::Failed => "✗",
    }
}

fn badge_style(ui: &Ui, phase: RunPhase) -> Style {
    let look = ui.look;
    match phase {
        RunPhase::Planning | RunPhase::Reviewing => look.badge(look.role("analyst")),
        RunPhase::Working => look.badge(look.role("worker")),
        RunPhase::Checking | RunPhase::Compacting => look.badge(look.role("awtui")),
        RunPhase::Done => look.badge(look.good()),
        RunPhase::WaitingForOperator
        | RunPhase::Draining
        | RunPhase::Paused
        | RunPhase::TakenOver
        | RunPhase::Limited
        | RunPhase::Ending => look.badge(look.warning()),
        RunPhase::Aborted | RunPhase::Failed => look.badge(look.bad()),
    }
}
