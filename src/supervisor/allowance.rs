//! How much an agent may say by its tools: bursts are fine, a flood is told to wait.

use std::time::Duration;
use tokio::time::Instant;

/// Messages that may come at once.
const BURST: u32 = 200;
/// One more may come after each of these.
const EACH: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Allowance {
    left: u32,
    /// When what is left was reckoned.
    at: Instant,
}

impl Allowance {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST, at: now }
    }

    /// Whether one more may be taken in now.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let grown = now.duration_since(self.at).as_millis() / EACH.as_millis();
        let grown = u32::try_from(grown).unwrap_or(BURST).min(BURST);
        if grown > 0 {
            self.left = (self.left + grown).min(BURST);
            self.at += EACH * grown;
            if self.left == BURST {
                self.at = now;
            }
        }
        let may = self.left > 0;
        self.left = self.left.saturating_sub(1);
        may
    }
}
