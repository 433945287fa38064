//! How the operator parted the screen: where the border between two panes is, how high the panels are, which are shown.
//!
//! Kept for a project by whoever runs the UI, as a few lines of text; what cannot be read there counts as not said.

use super::model::Focus;
use std::fmt::Write as _;

/// Percent of the width, or rows, by which a key moves a border.
const SHARE_STEP: i16 = 5;
const ROWS_STEP: i16 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Percent of the width for the first of two panes side by side, 20 to 80.
    pub share: u16,
    /// Rows by which the panels are higher than by default, -20 to 40.
    pub panel_rows: i16,
    /// Panels that are not shown beside the others.
    pub hidden: Vec<Focus>,
    /// None of them is shown.
    pub no_panels: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self { share: 50, panel_rows: 0, hidden: HIDDEN.to_vec(), no_panels: false }
    }
}

const NAMES: [(&str, Focus); 5] = [
    ("steps", Focus::Steps),
    ("ledger", Focus::Ledger),
    ("gates", Focus::Gates),
    ("artifacts", Focus::Artifacts),
    ("events", Focus::Events),
];

/// Shown once they were gone to: what most people need is in the others.
const HIDDEN: [Focus; 1] = [Focus::Events];

impl Shape {
    pub(super) fn widen(&mut self, steps: i16) {
        self.share = self.share.saturating_add_signed(steps * SHARE_STEP).clamp(20, 80);
    }

    pub(super) fn raise(&mut self, steps: i16) {
        self.panel_rows = (self.panel_rows + steps * ROWS_STEP).clamp(-20, 40);
    }

    /// The first of two panes ends before this column of so many.
    pub(super) fn part_at(&mut self, column: u16, width: u16) {
        let whole = u32::from(width) + 1;
        let share = ((u32::from(column) + 1) * 100 + whole / 2) / whole;
        self.share = u16::try_from(share).unwrap_or(80).clamp(20, 80);
    }

    /// So many rows for panels that would have `usual` of them.
    pub(super) fn set_rows(&mut self, rows: u16, usual: u16) {
        let signed = |count: u16| i16::try_from(count).unwrap_or(i16::MAX);
        self.panel_rows = signed(rows).saturating_sub(signed(usual)).clamp(-20, 40);
    }

    /// Rows for panels that would have `usual` of them, in a place of this height. They keep a line, and leave the panes
    /// half of the place.
    pub(super) fn rows(&self, usual: u16, height: u16) -> u16 {
        if usual == 0 || self.no_panels || self.panels().is_empty() {
            return 0;
        }
        usual.saturating_add_signed(self.panel_rows).clamp(3, (height / 2).max(3))
    }

    /// The panels that are shown, in their order.
    pub(super) fn panels(&self) -> Vec<Focus> {
        Focus::PANELS.into_iter().filter(|panel| !self.hidden.contains(panel)).collect()
    }

    pub(super) fn hide(&mut self, panel: Focus) {
        if !self.hidden.contains(&panel) {
            self.hidden.push(panel);
        }
    }

    /// A panel that is gone to is shown again.
    pub(super) fn show(&mut self, panel: Focus) {
        self.hidden.retain(|hidden| *hidden != panel);
    }

    pub fn to_text(&self) -> String {
        let mut text = format!("share = {}\npanel_rows = {}\n", self.share, self.panel_rows);
        if self.no_panels {
            text.push_str("panels = none\n");
        }
        for (name, panel) in NAMES {
            let hidden = self.hidden.contains(&panel);
            if hidden != HIDDEN.contains(&panel) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{} = {name}", if hidden { "hidden" } else { "shown" });
            }
        }
        text
    }

    pub fn from_text(text: &str) -> Self {
        let mut shape = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match (key.trim(), value.trim()) {
                ("share", value) => shape.share = value.parse().map_or(50, |share: u16| share.clamp(20, 80)),
                ("panel_rows", value) => {
                    shape.panel_rows = value.parse().map_or(0, |rows: i16| rows.clamp(-20, 40));
                }
                ("panels", "none") => shape.no_panels = true,
                (how @ ("hidden" | "shown"), name) => {
                    if let Some((_, panel)) = NAMES.iter().find(|(known, _)| *known == name) {
                        if how == "hidden" { shape.hide(*panel) } else { shape.show(*panel) }
                    }
                }
                _ => {}
            }
        }
        shape
    }
}
