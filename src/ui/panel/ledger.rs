//! Tokens in their four buckets, cost, context, and where the time went, by role.

use super::super::format::{cost, duration, fit, tokens, tokens_or_unknown};
use super::super::gauge::Gauge;
use super::super::model::Ui;
use super::super::table::{Column, rows};
use crate::domain::{Compaction, CompactionResult, Millis, RoleName, RoleTotals, Run, Totals};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

struct Line {
    name: String,
    sum: Totals,
    context: String,
    /// Whole, tools, compaction.
    times: [Millis; 3],
}

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer) {
    let run = &glass.run;
    let look = &ui.look;
    let roles: Vec<&RoleName> = run.roles.keys().collect();
    let mut table_lines: Vec<Line> = roles.iter().map(|role| of_role(glass, role)).collect();
    table_lines.push(total(run, &table_lines));
    let mut lines: Vec<(String, Style)> = Vec::new();
    for (place, text) in rows(&table(&table_lines), area.width).into_iter().enumerate() {
        let style = match place.checked_sub(1).map(|place| roles.get(place)) {
            None => look.dim(),
            Some(Some(role)) => look.role(role.as_str()),
            Some(None) => look.strong(),
        };
        lines.push((text, style));
    }
    for role in roles {
        let gauge = Gauge::of(run, role);
        let style = if gauge.is_warning() { look.warning() } else { look.role(role.as_str()) };
        lines.push((context(role, &gauge, area.width), style));
    }
    let compactions = run.ledger.compactions.iter().rev();
    lines.extend(compactions.map(|one| (compaction(one, glass.now.run), look.role(one.role.as_str()))));
    let first = ui.selected.get(&super::Focus::Ledger).copied().unwrap_or(0);
    let first = first.min(lines.len().saturating_sub(usize::from(area.height)));
    for (y, (text, style)) in (area.y..area.bottom()).zip(lines.into_iter().skip(first)) {
        buffer.set_stringn(area.x, y, fit(&text, area.width), usize::from(area.width), style);
    }
}

fn of_role(glass: &Glass, role: &RoleName) -> Line {
    let totals: RoleTotals = glass.run.ledger.roles.get(role).cloned().unwrap_or_default();
    let open = glass
        .run
        .current_step()
        .filter(|step| step.role.as_ref() == Some(role))
        .map_or(0, |step| step.wall(glass.now.run));
    Line {
        name: role.to_string(),
        sum: totals.totals,
        context: Gauge::of(&glass.run, role).figures(),
        times: [totals.wall_ms + open, totals.tool_ms, totals.compaction_ms],
    }
}

fn total(run: &Run, lines: &[Line]) -> Line {
    let mut times = [0; 3];
    for line in lines {
        for (sum, time) in times.iter_mut().zip(line.times) {
            *sum += time;
        }
    }
    Line { name: "total".to_owned(), sum: run.ledger.total, context: String::new(), times }
}

fn table(lines: &[Line]) -> Vec<Column> {
    let column = |title: &str, cell: &dyn Fn(&Line) -> String| -> Vec<String> {
        std::iter::once(title.to_owned()).chain(lines.iter().map(cell)).collect()
    };
    // Calls whose tokens nobody told are missing from every bucket.
    let bucket = |title: &str, count: &dyn Fn(&Line) -> u64| {
        column(title, &|line| {
            let gap = if line.sum.unknown_calls > 0 { "+?" } else { "" };
            format!("{}{gap}", tokens(count(line)))
        })
    };
    let [whole, tools, compaction] = [0, 1, 2].map(|place: usize| {
        let title = ["wall", "tools", "compact"][place];
        column(title, &|line| duration(line.times[place]))
    });
    let model =
        column("model", &|line| duration(line.times[0].saturating_sub(line.times[1] + line.times[2])));
    vec![
        Column::left(0, column("", &|line| line.name.clone())),
        Column::right(2, bucket("in", &|line| line.sum.tokens.input)),
        Column::right(2, bucket("out", &|line| line.sum.tokens.output)),
        Column::right(3, bucket("cached", &|line| line.sum.tokens.cache_read)),
        Column::right(7, bucket("written", &|line| line.sum.tokens.cache_write)),
        Column::right(0, column("cost", &|line| cost(&line.sum))),
        Column::right(1, whole),
        Column::right(6, model),
        Column::right(4, tools),
        Column::right(5, compaction),
        Column::right(8, column("context", &|line| line.context.clone())),
        Column::right(9, column("calls", &|line| line.sum.calls.to_string())),
    ]
}

/// `worker ctx 12.3k/128k 9% ▮▯▯▯▯▯▯|▯| compacts at 115k`, in the fullest form there is room for.
fn context(role: &RoleName, gauge: &Gauge, room: u16) -> String {
    let [threshold, why] = gauge.threshold();
    let forms = gauge.forms();
    let mut all: Vec<String> = Vec::new();
    for form in forms.iter().take(1) {
        all.push(format!("{role:<7} {form} {threshold}{why}"));
        all.push(format!("{role:<7} {form} {threshold}"));
    }
    all.push(format!("{role:<7} {} {threshold}", gauge.figures()));
    all.extend(forms.iter().map(|form| format!("{role:<7} {form}")));
    let place = all.iter().position(|text| super::width(text.trim_end()) <= room);
    match place {
        Some(place) => all.swap_remove(place).trim_end().to_owned(),
        None => all.pop().unwrap_or_default(),
    }
}

fn compaction(one: &Compaction, now: Millis) -> String {
    let time = duration(one.ended.map_or(now, |ended| ended.run).saturating_sub(one.started.run));
    let (before, after) = (tokens_or_unknown(one.before), tokens_or_unknown(one.after));
    match &one.result {
        CompactionResult::Running => format!("{} compacting {before}, {time} so far", one.role),
        CompactionResult::Completed => format!("{} compacted {before} → {after} in {time}", one.role),
        CompactionResult::Nothing => format!("{} had nothing to compact", one.role),
        CompactionResult::Failed(reason) => format!("{} compaction failed: {reason}", one.role),
    }
}
