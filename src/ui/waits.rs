//! What is being waited for: said when it takes longer than one expects, and taken away when it is over.
//!
//! Owns since when and in which words. Who asked for it tells when it begins and ends.

use super::model::Ui;
use crate::domain::Millis;
use std::collections::BTreeMap;

/// Who waits for less does not notice.
const PATIENCE: Millis = 300;
const SECOND: Millis = 1_000;

/// By a number that whoever waits gave.
#[derive(Debug, Default)]
pub(super) struct Waits(BTreeMap<u64, (Millis, &'static str)>);

impl Waits {
    /// What has been waited for the longest, and for how long.
    pub(super) fn shown(&self, now: Millis) -> Option<String> {
        let (since, what) = self.0.values().min_by_key(|(since, _)| *since)?;
        let waited = now.saturating_sub(*since);
        let so_far = if waited < SECOND { String::new() } else { format!(", {}s", waited / SECOND) };
        (waited >= PATIENCE).then(|| format!("{what}…{so_far}"))
    }

    /// When that changes by itself.
    fn due(&self, now: Millis) -> Option<Millis> {
        let (since, _) = self.0.values().min_by_key(|(since, _)| *since)?;
        let waited = now.saturating_sub(*since);
        Some(if waited < PATIENCE { since + PATIENCE } else { now + SECOND - waited % SECOND })
    }
}

impl Ui {
    /// Something begins that may take a while.
    pub fn waits_for(&mut self, number: u64, what: &'static str) {
        self.waits.0.insert(number, (self.time, what));
    }

    /// Something begins during which nothing else can be shown: it is said at once.
    pub fn waits_long_for(&mut self, number: u64, what: &'static str) {
        self.waits.0.insert(number, (self.time.saturating_sub(PATIENCE), what));
    }

    /// It is there, or will never be.
    pub fn waits_no_more(&mut self, number: u64) {
        self.waits.0.remove(&number);
    }

    /// Nobody answers any more.
    pub fn waits_for_nothing(&mut self) {
        self.waits.0.clear();
    }

    /// When what is said of waiting changes by itself, by the screen's own clock.
    pub fn waiting_changes_at(&self) -> Option<Millis> {
        self.waits.due(self.time)
    }
}
