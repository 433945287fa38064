//! Every fact of the run, the newest at the bottom.

use super::super::events::{line_of, place, visible, who};
use super::super::fact::kind;
use super::super::format::{clock, fit, width};
use super::super::model::{Focus, Layout, Ui};
use super::super::table::{Column, rows};
use super::super::view::line;
use super::empty;
use crate::domain::Fact;
use crate::glass::{Event, Glass};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// From this width on the kind of each fact has a column of its own.
const WIDE: u16 = 64;

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let filtered = !ui.events.filter().is_empty() || ui.events.is_typing();
    let mut list = area;
    let count = visible(ui, glass).count();
    if filtered {
        let cursor = if ui.events.is_typing() { "▏" } else { "" };
        let text = format!("filter: {}{cursor}", ui.events.filter());
        line(ui, buffer, Rect { height: 1, ..area }, &fit(&text, area.width), ui.look.strong());
        let of = format!("{count} of {}", glass.events.len());
        let x = area.right().saturating_sub(width(&of));
        if x > area.x + width(&text) + 1 && area.height > 0 {
            buffer.set_stringn(x, area.y, &of, of.len(), ui.look.dim());
        }
        list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    }
    if count == 0 {
        empty(ui, if filtered { "nothing fits" } else { "none yet" }, list, buffer);
        return;
    }
    let shown = usize::from(list.height);
    let chosen = place(ui, glass);
    // The selected one is the last line, or as far down as there are newer ones to fill the place.
    let first = (chosen + 1).saturating_sub(shown).min(count.saturating_sub(shown));
    let events: Vec<&Event> = visible(ui, glass).skip(first).take(shown).collect();
    let cells = |cell: &dyn Fn(&Event) -> String| events.iter().map(|one| cell(one)).collect::<Vec<_>>();
    let started = glass.run.created.run;
    let named = |one: &Event| kind(&one.record.fact).replace('_', " ");
    let mut table = vec![
        Column::right(1, cells(&|one| clock(one.record.at.run.saturating_sub(started)))),
        Column::left(3, cells(&|one| who(one).to_owned())),
    ];
    if list.width < WIDE {
        let both = |one: &Event| match line_of(glass, one) {
            words if words.is_empty() => named(one),
            words => format!("{}: {words}", named(one)),
        };
        table.push(Column::text(0, cells(&both)));
    } else {
        table.push(Column::left(2, cells(&named)));
        table.push(Column::text(0, cells(&|one| line_of(glass, one))));
    }
    for ((y, text), (at, event)) in
        (list.y..list.bottom()).zip(rows(&table, list.width)).zip(events.iter().enumerate())
    {
        let row = Rect { y, height: 1, ..list };
        let is_chosen = ui.focus == Focus::Events && first + at == chosen;
        let style = if is_chosen { ui.look.selected() } else { style(ui, event) };
        if is_chosen {
            buffer.set_style(row, style);
        }
        buffer.set_stringn(list.x, y, &text, usize::from(list.width), style);
        layout.rows.push((Focus::Events, first + at, row));
    }
}

/// A person's decisions and what waits for one stand out; the rest has the colour of its role.
fn style(ui: &Ui, event: &Event) -> Style {
    match (&event.record.fact, &event.role) {
        (
            Fact::GateOpened { .. } | Fact::GateAnswered { .. } | Fact::Paused { .. } | Fact::Resumed { .. },
            _,
        ) => ui.look.operator(),
        (_, Some(role)) => ui.look.role(role.as_str()),
        (_, None) => ui.look.dim(),
    }
}
