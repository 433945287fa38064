//! Where panes go: side by side, one above the other, or one at a time.
//!
//! Pure arithmetic on areas; it draws nothing.

use ratatui::layout::Rect;

/// Columns that a pane needs to stand beside another.
const NARROWEST: u16 = 49;
/// Columns that programs are drawn for; more than two panes have that many where they can.
const COMMON: u16 = 80;
/// Rows that a pane of the whole width needs to stand above another.
const LOWEST: u16 = 14;
/// Rows that are enough where panes stand side by side as well.
const LOWEST_IN_GRID: u16 = 12;

/// One area a pane, in their order, with a column between neighbours; `None` where there is room for one at a time.
///
/// `share`: percent of the width for the first of two columns.
pub(super) fn tile(area: Rect, count: usize, share: u16) -> Option<Vec<Rect>> {
    let count = u16::try_from(count).ok().filter(|count| *count > 0)?;
    if count == 1 {
        return Some(vec![area]);
    }
    let most = ((area.width + 1) / (NARROWEST + 1)).clamp(1, count);
    let fits = |columns: &u16| {
        let lines = count.div_ceil(*columns);
        let least = if *columns == 1 { LOWEST } else { LOWEST_IN_GRID };
        lines == 1 || area.height / lines >= least
    };
    let wide = |columns: &u16| count == 2 || (area.width + 1) / columns > COMMON;
    let columns = (1..=most).rev().filter(fits).find(wide).or_else(|| (1..=most).rev().find(fits))?;
    let lines = count.div_ceil(columns);
    let areas = (0..lines).flat_map(|line| {
        let y = area.y + line * (area.height / lines);
        let height = if line + 1 == lines { area.bottom() - y } else { area.height / lines };
        let here = columns.min(count - line * columns);
        row(Rect { y, height, ..area }, here, share)
    });
    Some(areas.collect())
}

fn row(area: Rect, count: u16, share: u16) -> Vec<Rect> {
    let each = (area.width + 1) / count;
    let mut areas = Vec::new();
    let mut x = area.x;
    for place in 0..count {
        let width = match (place + 1 == count, count) {
            (true, _) => area.right() - x,
            (false, 2) => first_of_two(area.width, share),
            (false, _) => each - 1,
        };
        areas.push(Rect { x, width, ..area });
        x += width + 1;
    }
    areas
}

/// Neither column gets narrower than it can be read.
fn first_of_two(width: u16, share: u16) -> u16 {
    let wanted = u32::from(width + 1) * u32::from(share) / 100;
    let wanted = u16::try_from(wanted).unwrap_or(width).saturating_sub(1);
    let least = NARROWEST.min(width / 2);
    wanted.clamp(least.saturating_sub(1), width.saturating_sub(least + 1).max(least))
}
