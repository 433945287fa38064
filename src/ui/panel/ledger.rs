//! Tokens in their four buckets, cost, context, where the time went, and what would stop the run first: by role, by model
//! and by step. Every line is of a figure that can be asked about.

use super::super::act::selected;
use super::super::format::{duration, fit, tokens, tokens_or_unknown};
use super::super::gauge::{Gauge, tint};
use super::super::look::Look;
use super::super::model::{Focus, Layout, Ui};
use super::super::table::{Column, is_shown, rows};
use crate::domain::{
    Compaction, CompactionResult, Figure, Millis, RoleName, Run, Spans, Step, Subject, Totals, doubled,
    nearest_bound, step_costs,
};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Heights of a bar in a sparkline, the lowest first.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Steps in a sparkline: the newest ones.
const STEPS: usize = 16;

struct Line {
    text: String,
    style: Style,
    /// What it is of; a heading is of nothing and cannot be selected.
    figure: Option<Figure>,
}

/// A row of a table of sums.
struct Row {
    name: String,
    more: String,
    sum: Totals,
    spans: Option<Spans>,
    context: String,
    mark: &'static str,
}

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let lines = lines(&ui.look, glass, area.width);
    let chosen = selected(ui, glass, Focus::Ledger);
    let places: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| line.figure.is_some()).map(|(place, _)| place).collect();
    let place = places.get(chosen).copied().unwrap_or(0);
    // Above the first one stands its heading.
    let first = if chosen == 0 { 0 } else { (place + 1).saturating_sub(usize::from(area.height)) };
    for (y, (place, line)) in (area.y..area.bottom()).zip(lines.iter().enumerate().skip(first)) {
        let row = Rect { y, height: 1, ..area };
        let index = places.iter().position(|one| *one == place);
        let is_chosen = ui.focus == Focus::Ledger && index == Some(chosen);
        let style = if is_chosen { ui.look.selected() } else { line.style };
        if is_chosen {
            buffer.set_style(row, style);
        }
        buffer.set_stringn(area.x, y, fit(&line.text, area.width), usize::from(area.width), style);
        if !is_chosen {
            tint(&ui.look, row, buffer);
        }
        if let Some(index) = index {
            layout.rows.push((Focus::Ledger, index, row));
        }
    }
}

/// What can be selected, from top to bottom.
pub(in super::super) fn figures(ui: &Ui, glass: &Glass) -> Vec<Figure> {
    lines(&ui.look, glass, 80).into_iter().filter_map(|line| line.figure).collect()
}

/// All of it. How many lines there are does not depend on the room.
fn lines(look: &Look, glass: &Glass, room: u16) -> Vec<Line> {
    let run = &glass.run;
    let roles: Vec<&RoleName> = run.roles.keys().collect();
    let mut lines = Vec::new();
    let by_role: Vec<Row> = roles.iter().map(|role| of_role(glass, role)).collect();
    let styles = roles.iter().map(|role| look.role(role.as_str()));
    let figures = roles.iter().map(|role| Figure::Spend(Subject::Role((*role).clone())));
    table(look, "", &by_role, styles, figures, room, &mut lines);
    for role in &roles {
        let gauge = Gauge::of(run, role);
        let style = if gauge.is_warning() { look.warning() } else { look.role(role.as_str()) };
        let text = context(role, &gauge, run, room);
        lines.push(Line { text, style, figure: Some(Figure::Context((*role).clone())) });
    }
    lines.push(Line { text: stop(glass, room), style: look.strong(), figure: Some(Figure::Bounds) });
    for role in &roles {
        let figure = Some(Figure::Spend(Subject::Role((*role).clone())));
        let (text, warns) = per_step(run, role, room);
        let style = if warns { look.warning() } else { look.role(role.as_str()) };
        lines.push(Line { text, style, figure });
    }
    let text = format!("time    {}", split(&run.spans(glass.now.run), room));
    lines.push(Line { text, style: Style::new(), figure: Some(Figure::Time(Subject::Run)) });
    for role in &roles {
        let text = format!("{role:<7} {}", split(&run.spans_of_role(role, glass.now.run), room));
        let figure = Some(Figure::Time(Subject::Role((*role).clone())));
        lines.push(Line { text, style: look.role(role.as_str()), figure });
    }
    by_model(look, glass, room, &mut lines);
    by_step(look, glass, room, &mut lines);
    for (place, one) in run.ledger.compactions.iter().enumerate().rev() {
        let text = compaction(one, glass.now.run);
        lines.push(Line {
            text,
            style: look.role(one.role.as_str()),
            figure: Some(Figure::Compaction(place)),
        });
    }
    lines
}

fn heading(look: &Look, lines: &mut Vec<Line>) {
    lines.push(Line { text: String::new(), style: look.dim(), figure: None });
}

fn of_role(glass: &Glass, role: &RoleName) -> Row {
    let run = &glass.run;
    Row {
        name: role.to_string(),
        more: String::new(),
        sum: run.ledger.roles.get(role).map(|role| role.totals).unwrap_or_default(),
        spans: Some(run.spans_of_role(role, glass.now.run)),
        context: Gauge::of(run, role).figures(),
        mark: "",
    }
}

fn by_model(look: &Look, glass: &Glass, room: u16, lines: &mut Vec<Line>) {
    let run = &glass.run;
    let mut models: Vec<(Row, Style, Figure)> = Vec::new();
    for (role, totals) in &run.ledger.roles {
        for (model, sum) in &totals.models {
            let row = Row {
                name: role.to_string(),
                more: model.clone(),
                sum: *sum,
                spans: None,
                context: String::new(),
                mark: "",
            };
            let figure = Figure::Spend(Subject::Model(role.clone(), model.clone()));
            models.push((row, look.role(role.as_str()), figure));
        }
    }
    let total = Row {
        name: "total".to_owned(),
        more: String::new(),
        sum: run.ledger.total,
        spans: None,
        context: String::new(),
        mark: "",
    };
    models.push((total, look.strong(), Figure::Spend(Subject::Run)));
    heading(look, lines);
    add(look, "model", models, room, lines);
}

fn by_step(look: &Look, glass: &Glass, room: u16, lines: &mut Vec<Line>) {
    let run = &glass.run;
    let row = |step: &Step| {
        let usage = run.ledger.steps.get(&step.number);
        let who = step.role.as_ref().map_or("awtui", |role| role.as_str());
        let context = usage.and_then(|usage| usage.context_tokens);
        let row = Row {
            name: format!("{} {who}", step.number),
            more: step.phase.to_string(),
            sum: usage.map(|usage| usage.totals).unwrap_or_default(),
            spans: Some(run.spans_of_step(step.number, glass.now.run)),
            context: context.map_or_else(String::new, tokens),
            mark: if doubled(run, step.number) { "×2!" } else { "" },
        };
        (row, look.role(who), Figure::Spend(Subject::Step(step.number)))
    };
    let steps: Vec<(Row, Style, Figure)> = run.steps.iter().map(row).collect();
    if !steps.is_empty() {
        heading(look, lines);
        add(look, "phase", steps, room, lines);
    }
}

fn add(look: &Look, more: &str, rows: Vec<(Row, Style, Figure)>, room: u16, lines: &mut Vec<Line>) {
    let (mut sums, mut styles, mut figures) = (Vec::new(), Vec::new(), Vec::new());
    for (row, style, figure) in rows {
        sums.push(row);
        styles.push(style);
        figures.push(figure);
    }
    table(look, more, &sums, styles.into_iter(), figures.into_iter(), room, lines);
}

/// The places of three buckets in a table.
const IN: usize = 2;
const CACHED: usize = 3;
const OUT: usize = 5;

/// A table with its heading; columns that matter less go first where there is little room. The sign of what is missing pushes
/// no bucket out: it is shortened before, `12.3k+`, and the time goes, which other lines tell too.
fn table(
    look: &Look,
    more: &str,
    sums: &[Row],
    styles: impl Iterator<Item = Style>,
    figures: impl Iterator<Item = Figure>,
    room: u16,
    lines: &mut Vec<Line>,
) {
    let column = |title: &str, cell: &dyn Fn(&Row) -> String| -> Vec<String> {
        std::iter::once(title.to_owned()).chain(sums.iter().map(cell)).collect()
    };
    let timed = sums.iter().any(|row| row.spans.is_some());
    let time = |title: &str, time: &dyn Fn(&Spans) -> Millis| {
        let title = if timed { title } else { "" };
        column(title, &|row| row.spans.map_or_else(String::new, |spans| duration(time(&spans))))
    };
    let holds = |cell: &dyn Fn(&Row) -> &str| sums.iter().any(|row| !cell(row).is_empty());
    let has_context = holds(&|row| &row.context);
    // Calls whose tokens nobody told are missing from every bucket.
    let bucket = |title: &str, sign: &str, count: &dyn Fn(&Row) -> u64| {
        column(title, &|row| {
            let text = row.sum.bucket(count(row), tokens);
            text.strip_suffix("+?").map(|known| format!("{known}{sign}")).unwrap_or(text)
        })
    };
    let form = |sign: &str, wall: u8| {
        [
            Column::left(0, column("", &|row| row.name.clone())),
            Column::left(1, column(more, &|row| row.more.clone())),
            Column::right(3, bucket("in", sign, &|row| row.sum.tokens.input)),
            Column::right(4, bucket("cached", sign, &|row| row.sum.tokens.cache_read)),
            Column::right(8, bucket("written", sign, &|row| row.sum.tokens.cache_write)),
            Column::right(3, bucket("out", sign, &|row| row.sum.tokens.output)),
            Column::right(0, column("cost", &|row| row.sum.spent_so_far())),
            Column::left(2, column("", &|row| row.mark.to_owned())),
            Column::right(wall, time("wall", &Spans::total)),
            Column::right(6, time("model", &|spans| spans.model)),
            Column::right(5, time("tools", &|spans| spans.tools)),
            Column::right(9, time("compact", &|spans| spans.compaction)),
            Column::right(7, time("waits", &Spans::waiting)),
            Column::right(10, column(if has_context { "context" } else { "" }, &|row| row.context.clone())),
            Column::right(11, column("calls", &|row| row.sum.calls.to_string())),
        ]
    };
    let is_partial = sums.iter().any(|row| row.sum.is_partial());
    let forms = [form("+?", 2), form("+", 2), form("+", 5)];
    let whole = |table: &&[Column; 15]| [IN, CACHED, OUT].iter().all(|place| is_shown(*table, room, *place));
    let table = forms.iter().find(whole).filter(|_| is_partial).unwrap_or(&forms[0]);
    let mut rows = rows(table, room).into_iter();
    let title = rows.next().unwrap_or_default();
    lines.push(Line { text: title, style: look.dim(), figure: None });
    lines.extend(rows.zip(styles).zip(figures).map(|((text, style), figure)| Line {
        text,
        style,
        figure: Some(figure),
    }));
}

/// `worker  ctx 12.3k/128k 9% ▮▯▯▯▯▯▯|▯^ compacts at 115k ~12 steps left`, in the fullest form there is room for.
fn context(role: &RoleName, gauge: &Gauge, run: &Run, room: u16) -> String {
    let [threshold, why] = gauge.threshold();
    let left = run.pace(role).and_then(|pace| pace.left);
    let asked = run.roles.get(role).is_some_and(|state| state.compaction_asked);
    let left = match left {
        _ if asked => "compacted next".to_owned(),
        None => "? steps left".to_owned(),
        Some(left) => format!("~{left} steps left"),
    };
    let short = left.replace(" steps", "");
    let forms = gauge.forms();
    let wide = gauge.wide();
    let full = forms.first().cloned().unwrap_or_default();
    let mut all = vec![
        format!("{role:<7} {wide} {threshold}{why} · {left}"),
        format!("{role:<7} {full} {threshold}{why} · {left}"),
        format!("{role:<7} {full} {threshold} · {left}"),
        format!("{role:<7} {full} {left}"),
        format!("{role:<7} {} {left}", gauge.drawn()),
        format!("{role:<7} {} {short}", gauge.drawn()),
        format!("{role:<7} {}", gauge.drawn()),
    ];
    all.extend(forms.iter().map(|form| format!("{role:<7} {form}")));
    let place = all.iter().position(|text| super::width(text.trim_end()) <= room);
    match place {
        Some(place) => all.swap_remove(place).trim_end().to_owned(),
        None => all.pop().unwrap_or_default(),
    }
}

/// What all of it cost, and what would stop the run first.
fn stop(glass: &Glass, room: u16) -> String {
    let run = &glass.run;
    let spent = run.ledger.total.spent();
    let Some(bound) = nearest_bound(run, glass.now).filter(|_| !run.is_over()) else {
        return format!("total {spent}");
    };
    let percent = bound.used / 10;
    [
        format!("total {spent} · nearest limit: {} ({percent}% used)", bound.label),
        format!("total {spent} · nearest limit: {}", bound.label),
        format!("{spent} · nearest limit: {}", bound.label),
        format!("nearest limit: {}", bound.label),
    ]
    .into_iter()
    .find(|text| super::width(text) <= room)
    .unwrap_or_else(|| format!("limit: {}", bound.label))
}

/// `worker  per step ▁▂▃█ last $0.02`, and whether its last step cost twice as much as the one before.
fn per_step(run: &Run, role: &RoleName, room: u16) -> (String, bool) {
    let costs: Vec<_> = step_costs(run, role).collect();
    let Some((number, last)) = costs.last() else { return (format!("{role:<7} per step: none yet"), false) };
    let most = costs.iter().map(|(_, sum)| sum.cost.0).max().unwrap_or(0).max(1);
    let bar = |sum: &Totals| {
        if sum.is_unknown() {
            return '?';
        }
        if sum.calls == 0 {
            return '·';
        }
        let level = u128::from(sum.cost.0) * 8 / u128::from(most);
        LEVELS[usize::try_from(level).unwrap_or(7).min(7)]
    };
    let from = costs.len().saturating_sub(STEPS);
    let line: String = costs[from..].iter().map(|(_, sum)| bar(sum)).collect();
    let twice = doubled(run, *number);
    let text = format!("{role:<7} per step {line} last {}", last.spent_so_far());
    let marks = if twice { [", twice the one before", " ×2!", ""] } else { [""; 3] };
    let fits = |mark: &&str| super::width(&text) + super::width(mark) <= room;
    let mark = marks.into_iter().find(fits).unwrap_or_default();
    (format!("{text}{mark}"), twice)
}

/// `model 3m05s tools 12s you 8.0s`: what took any time, behind a name of eight columns. Where there is no room for all
/// of it, what took least goes, and dots say so.
fn split(spans: &Spans, room: u16) -> String {
    let parts = [
        ("model", spans.model),
        ("tools", spans.tools),
        ("compact", spans.compaction),
        ("you", spans.person),
        ("limits", spans.limit),
        ("awtui", spans.own),
    ];
    let mut parts: Vec<_> = parts.into_iter().filter(|(_, time)| *time >= 100).collect();
    if parts.is_empty() {
        return "no time yet".to_owned();
    }
    let room = room.saturating_sub(8);
    let mut more = "";
    loop {
        let words: Vec<String> =
            parts.iter().map(|(name, time)| format!("{name} {}", duration(*time))).collect();
        let text = format!("{}{more}", words.join(" "));
        if super::width(&text) <= room || parts.len() == 1 {
            return text;
        }
        let least = parts.iter().enumerate().min_by_key(|(_, (_, time))| *time).map_or(0, |(place, _)| place);
        parts.remove(least);
        more = " …";
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
