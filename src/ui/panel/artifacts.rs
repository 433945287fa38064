//! The tree of files that the agents left in the run's folder: how large and how old they are, of which step, and what is
//! new, empty or left from before.

use super::super::act::selected;
use super::super::format::bytes;
use super::super::model::{Focus, Layout, Ui};
use super::super::table::{Column, rows};
use super::{List, empty};
use crate::domain::{ArtifactEntry, Millis, RoleName, Run, Step};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The entries that are seen: all but those in folded folders.
pub(in super::super) fn visible<'a>(ui: &Ui, glass: &'a Glass) -> Vec<&'a ArtifactEntry> {
    let hidden = |entry: &ArtifactEntry| {
        let mut folder = entry.path.as_str();
        while let Some((above, _)) = folder.rsplit_once('/') {
            if ui.folded.contains(above) {
                return true;
            }
            folder = above;
        }
        false
    };
    glass.artifacts.iter().filter(|entry| !hidden(entry)).collect()
}

/// A folder is folded, or opened again.
pub(in super::super) fn fold(ui: &mut Ui, path: &str) {
    if !ui.folded.remove(path) {
        ui.folded.insert(path.to_owned());
    }
}

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    if glass.artifacts.is_empty() {
        empty(ui, "none yet", area, buffer);
        return;
    }
    let entries = visible(ui, glass);
    let each = |cell: &dyn Fn(&ArtifactEntry) -> String| entries.iter().map(|entry| cell(entry)).collect();
    let table = [
        Column::text(0, each(&|entry| name(ui, entry))),
        Column::right(1, each(&|entry| size(ui, glass, entry))),
        Column::left(2, each(&|entry| mark(entry, &glass.run).to_owned())),
        Column::right(
            3,
            each(&|entry| if entry.is_folder { String::new() } else { age(entry, glass.now.wall) }),
        ),
        Column::left(4, each(&|entry| of_step(entry, &glass.run))),
    ];
    let lines = rows(&table, area.width)
        .into_iter()
        .zip(&entries)
        .map(|(text, entry)| {
            let style = match mark(entry, &glass.run) {
                "empty" => ui.look.warning(),
                "new" => Style::new(),
                _ => ui.look.dim(),
            };
            (text, style)
        })
        .collect();
    List { focus: Focus::Artifacts, selected: selected(ui, glass, Focus::Artifacts), lines, ui }
        .draw(area, buffer, layout);
}

/// Indented by its depth below the folder. Names are the agent's: what could steer a terminal is shown as a question
/// mark.
fn name(ui: &Ui, entry: &ArtifactEntry) -> String {
    let depth = entry.path.matches('/').count().saturating_sub(1);
    let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
    let name: String =
        name.chars().map(|character| if character.is_control() { '?' } else { character }).collect();
    let sign = match (entry.is_folder, ui.folded.contains(&entry.path)) {
        (false, _) => "",
        (true, false) => "▾",
        (true, true) => "▸",
    };
    format!("{}{sign}{name}{}", "  ".repeat(depth), if entry.is_folder { "/" } else { "" })
}

fn size(ui: &Ui, glass: &Glass, entry: &ArtifactEntry) -> String {
    if !entry.is_folder {
        return bytes(entry.bytes);
    }
    if !ui.folded.contains(&entry.path) {
        return String::new();
    }
    let beneath = format!("{}/", entry.path);
    let within = |other: &&ArtifactEntry| !other.is_folder && other.path.starts_with(&beneath);
    match glass.artifacts.iter().filter(within).count() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

/// The step in whose time it was written last.
fn step_of<'a>(entry: &ArtifactEntry, run: &'a Run) -> Option<&'a Step> {
    run.steps.iter().rev().find(|step| step.started.wall <= entry.modified)
}

fn of_step(entry: &ArtifactEntry, run: &Run) -> String {
    if entry.is_folder {
        return String::new();
    }
    step_of(entry, run).map_or_else(|| "before".to_owned(), |step| step.number.to_string())
}

/// Written in the round that goes on (since the last agent but the analyst began), or left from before.
fn mark(entry: &ArtifactEntry, run: &Run) -> &'static str {
    if entry.is_folder {
        return "";
    }
    if entry.bytes == 0 {
        return "empty";
    }
    let works = |step: &&Step| step.role.as_ref().is_some_and(|role: &RoleName| role.as_str() != "analyst");
    let round = run.steps.iter().rev().find(works).or(run.steps.first());
    match round {
        Some(step) if step.started.wall <= entry.modified => "new",
        Some(_) | None => "stale",
    }
}

/// Coarse, so that it does not move with every second.
fn age(entry: &ArtifactEntry, now: Millis) -> String {
    let minutes = now.saturating_sub(entry.modified) / 60_000;
    match minutes {
        0 => "<1m".to_owned(),
        1..60 => format!("{minutes}m"),
        60..1440 => format!("{}h", minutes / 60),
        _ => format!("{}d", minutes / 1440),
    }
}
