//! The tree of files that the agents left in the run's folder.

use super::super::act::selected;
use super::super::format::bytes;
use super::super::model::{Focus, Layout, Ui};
use super::super::table::{Column, rows};
use super::{List, empty};
use crate::domain::ArtifactEntry;
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    if glass.artifacts.is_empty() {
        empty(ui, "none yet", area, buffer);
        return;
    }
    let table = [
        Column::text(0, glass.artifacts.iter().map(name).collect()),
        Column::right(1, glass.artifacts.iter().map(size).collect()),
    ];
    let lines = rows(&table, area.width)
        .into_iter()
        .zip(&glass.artifacts)
        .map(|(text, entry)| (text, if entry.is_folder { ui.look.dim() } else { Style::new() }))
        .collect();
    List { focus: Focus::Artifacts, selected: selected(ui, glass, Focus::Artifacts), lines, ui }
        .draw(area, buffer, layout);
}

/// Indented by its depth below the folder. Names are the agent's: what could steer a terminal is shown as a question
/// mark.
fn name(entry: &ArtifactEntry) -> String {
    let depth = entry.path.matches('/').count().saturating_sub(1);
    let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
    let name: String =
        name.chars().map(|character| if character.is_control() { '?' } else { character }).collect();
    format!("{}{name}{}", "  ".repeat(depth), if entry.is_folder { "/" } else { "" })
}

fn size(entry: &ArtifactEntry) -> String {
    match (entry.is_folder, entry.bytes) {
        (true, _) => String::new(),
        (false, 0) => "empty".to_owned(),
        (false, count) => bytes(count),
    }
}
