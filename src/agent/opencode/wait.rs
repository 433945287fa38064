//! How long something is waited for. Looks come at a pace that is not the adapter's, so they are not counted.

/// Begins with the first look.
#[derive(Debug, Default)]
pub(super) struct Wait {
    since: Option<u64>,
    asked: u64,
}

impl Wait {
    /// Milliseconds since the first look.
    pub(super) fn passed(&mut self, now: u64) -> u64 {
        now.saturating_sub(*self.since.get_or_insert(now))
    }

    /// Once for each time that so many milliseconds passed.
    pub(super) fn is_time(&mut self, now: u64, every: u64) -> bool {
        let times = self.passed(now) / every;
        times > std::mem::replace(&mut self.asked, times)
    }
}
