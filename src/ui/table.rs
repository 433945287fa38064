//! Lists in columns that fit: a column is shown whole or not at all, so that nothing says something else for want of
//! room.

use super::format::{fit, width};

/// A flexible column is worth showing from this width on.
const LEAST: u16 = 10;

#[derive(Debug, Clone)]
pub struct Column {
    /// The smallest number is kept longest.
    priority: u8,
    right: bool,
    /// Text that may be cut at its end.
    flexible: bool,
    cells: Vec<String>,
}

impl Column {
    pub fn left(priority: u8, cells: Vec<String>) -> Self {
        Self { priority, right: false, flexible: false, cells }
    }

    pub fn right(priority: u8, cells: Vec<String>) -> Self {
        Self { priority, right: true, flexible: false, cells }
    }

    pub fn text(priority: u8, cells: Vec<String>) -> Self {
        Self { priority, right: false, flexible: true, cells }
    }

    fn natural(&self) -> u16 {
        self.cells.iter().map(|cell| width(cell)).max().unwrap_or(0)
    }
}

/// Whether the column at this place is shown in `columns` cells of width.
pub(super) fn is_shown(table: &[Column], columns: u16, place: usize) -> bool {
    widths(table, columns).get(place).is_some_and(|width| *width > 0)
}

/// The rows of a table in `columns` cells of width.
pub fn rows(table: &[Column], columns: u16) -> Vec<String> {
    let widths = widths(table, columns);
    let count = table.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    (0..count).map(|row| one(table, &widths, row)).collect()
}

/// How wide each column is; 0 is not shown.
fn widths(table: &[Column], columns: u16) -> Vec<u16> {
    let mut widths = vec![0; table.len()];
    let mut order: Vec<usize> = (0..table.len()).collect();
    order.sort_by_key(|place| table[*place].priority);
    let mut used = 0;
    for place in &order {
        let column = &table[*place];
        let natural = column.natural();
        let needs = if column.flexible { natural.min(LEAST) } else { natural };
        let gap = u16::from(used > 0);
        if natural > 0 && (used == 0 || used + gap + needs <= columns) {
            widths[*place] = needs.min(columns);
            used += gap + needs.min(columns);
        }
    }
    // What is left goes to the texts.
    for place in &order {
        if !table[*place].flexible || widths[*place] == 0 {
            continue;
        }
        let more = table[*place].natural().saturating_sub(widths[*place]).min(columns.saturating_sub(used));
        widths[*place] += more;
        used += more;
    }
    widths
}

fn one(table: &[Column], widths: &[u16], row: usize) -> String {
    let mut text = String::new();
    for (column, room) in table.iter().zip(widths).filter(|(_, room)| **room > 0) {
        if !text.is_empty() {
            text.push(' ');
        }
        let cell = fit(column.cells.get(row).map_or("", String::as_str), *room);
        let pad = " ".repeat(usize::from(room.saturating_sub(width(&cell))));
        if column.right {
            text.push_str(&pad);
            text.push_str(&cell);
        } else {
            text.push_str(&cell);
            text.push_str(&pad);
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_go_by_their_priority_and_never_in_part() {
        let table = [
            Column::left(0, cells(&["0001", "0002"])),
            Column::left(2, cells(&["analyst", "worker"])),
            Column::left(1, cells(&["→ worker", "reported"])),
            Column::right(3, cells(&["$1.23", "$0.0004"])),
        ];
        for (columns, expected) in [
            (40, ["0001 analyst → worker   $1.23", "0002 worker  reported $0.0004"]),
            (29, ["0001 analyst → worker   $1.23", "0002 worker  reported $0.0004"]),
            (28, ["0001 analyst → worker", "0002 worker  reported"]),
            (20, ["0001 → worker", "0002 reported"]),
            // A column that fits is shown even where a more important one does not.
            (12, ["0001 analyst", "0002 worker"]),
            (11, ["0001", "0002"]),
        ] {
            assert_eq!(rows(&table, columns), expected, "{columns}");
        }
    }

    #[test]
    fn a_text_takes_what_is_left_and_is_cut_between_words() {
        let table = [
            Column::left(0, cells(&["3"])),
            Column::text(1, cells(&["confirm that it is done"])),
            Column::right(2, cells(&["1m05s"])),
        ];
        assert_eq!(rows(&table, 40), ["3 confirm that it is done 1m05s"]);
        assert_eq!(rows(&table, 24), ["3 confirm that it… 1m05s"]);
        assert_eq!(rows(&table, 14), ["3 confirm…"]);
    }
}
