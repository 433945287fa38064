//! Which panes rang and were not looked at since.
//!
//! What rang before the screen first showed a pane is no news.

use super::model::{Mode, Ui};
use super::slots;
use crate::domain::PaneId;
use crate::glass::Glass;
use std::collections::BTreeMap;

/// How often each pane had rung when it was looked at last.
#[derive(Debug, Default)]
pub(super) struct Bells(BTreeMap<PaneId, u64>);

/// Takes in what rang. The pane with the keys is looked at.
pub(super) fn catch_up(ui: &mut Ui, glass: &Glass) {
    let looked_at = slots::slot(glass, ui.focus).and_then(|slot| slot.pane);
    let Bells(seen) = &mut ui.bells;
    seen.retain(|pane, _| glass.panes.contains_key(pane));
    for (pane, shown) in &glass.panes {
        let seen = seen.entry(pane.clone()).or_insert(shown.bells);
        if looked_at.as_ref() == Some(pane) || shown.bells < *seen {
            *seen = shown.bells;
        }
    }
}

/// Whether a pane rang and nobody looked.
pub(super) fn rings(ui: &Ui, glass: &Glass, pane: Option<&PaneId>) -> bool {
    let Bells(seen) = &ui.bells;
    let rang = || {
        let pane = pane?;
        Some(glass.panes.get(pane)?.bells > *seen.get(pane)?)
    };
    ui.mode != Mode::Replay && rang().unwrap_or_default()
}
