//! What may follow the keys that were pressed, shown when the operator hesitates.
//!
//! Owns how long that takes and the box that shows it. Which keys may follow is the keymap's knowledge.

use super::format::{fit, width};
use super::hints::following;
use super::keys::written;
use super::model::Ui;
use super::popup::framed;
use crate::domain::Millis;
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Who knows the keys has pressed the next one by then.
const HESITATION: Millis = 200;
/// Between two columns of keys.
const GAP: u16 = 2;
/// More are not read more quickly.
const MOST_COLUMNS: usize = 5;

#[derive(Debug, Default)]
pub(super) struct WhichKey {
    /// When the first key of the sequence was pressed.
    since: Option<Millis>,
    /// The operator was told already that it is to be seen.
    told: bool,
}

impl WhichKey {
    /// A sequence is under way, or it is over.
    pub(super) fn follow(&mut self, pending: bool, now: Millis) {
        if !pending {
            *self = Self::default();
        } else if self.since.is_none() {
            self.since = Some(now);
        }
    }

    fn due(&self) -> Option<Millis> {
        self.since.map(|since| since + HESITATION)
    }

    /// Whether it came to be seen with this time.
    pub(super) fn appears(&mut self, now: Millis) -> bool {
        let appears = !self.told && self.due().is_some_and(|due| now >= due);
        self.told |= appears;
        appears
    }
}

impl Ui {
    /// When something is to be seen that is not yet: the time that [`Ui::set_time`] is to be told then.
    pub fn due(&self) -> Option<Millis> {
        self.which.due().filter(|_| self.which_key && !self.which.told)
    }
}

/// Draws the box above this line. Whether there was anything to draw.
pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, bottom: u16, buffer: &mut Buffer) -> bool {
    if !ui.which_key || ui.which.due().is_none_or(|due| ui.time < due) {
        return false;
    }
    let all = following(ui, glass);
    if all.is_empty() {
        return false;
    }
    let most = usize::from(bottom.saturating_sub(area.y).saturating_sub(2)).max(1);
    let columns = columns(&all, area.width.saturating_sub(4));
    let rows = all.len().div_ceil(columns.len()).min(most);
    let title = format!(" {} … ", written(&ui.pending));
    let inner = total(&columns).max(width(&title)).min(area.width.saturating_sub(4));
    let height = (wide(rows) + 2).min(bottom - area.y);
    let place = Rect { x: area.right() - inner - 4, y: bottom - height, width: inner + 4, height };
    let inside = framed(ui, place, &title, ui.look.border(true), buffer);
    let mut left = inside.x;
    let lines = all.len().div_ceil(columns.len());
    for (column, (keys, words)) in all.chunks(lines).zip(columns) {
        for (y, (key, what)) in (inside.y..inside.bottom()).zip(column) {
            let room = inside.right().saturating_sub(left);
            buffer.set_stringn(left + keys - width(key), y, key, usize::from(room), ui.look.key());
            let x = left + keys + 1;
            let room = inside.right().saturating_sub(x).min(words);
            buffer.set_stringn(x, y, fit(what, room), usize::from(room), ui.look.dim());
        }
        left += keys + 1 + words + GAP;
    }
    if lines > rows {
        let more = fit(&format!(" … {} more ", all.len() - rows), inner);
        let x = place.right().saturating_sub(width(&more) + 2);
        buffer.set_stringn(x, place.bottom() - 1, &more, usize::from(inner), ui.look.dim());
    }
    true
}

fn wide(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The widths of keys and words in each column, with as many columns as there is room for.
fn columns(all: &[(String, String)], room: u16) -> Vec<(u16, u16)> {
    let split = |count: usize| -> Vec<(u16, u16)> {
        let lines = all.len().div_ceil(count).max(1);
        let widest = |column: &[(String, String)]| {
            let keys = column.iter().map(|(key, _)| width(key)).max().unwrap_or(0);
            (keys, column.iter().map(|(_, what)| width(what)).max().unwrap_or(0))
        };
        all.chunks(lines).map(widest).collect()
    };
    (2..=MOST_COLUMNS).rev().map(split).find(|columns| total(columns) <= room).unwrap_or_else(|| split(1))
}

fn total(columns: &[(u16, u16)]) -> u16 {
    columns.iter().map(|(keys, words)| keys + 1 + words + GAP).sum::<u16>().saturating_sub(GAP)
}
