//! How often a run looks at what does not tell by itself: often while something happens, seldom while nothing does, so
//! that an idle machine stays idle.

use std::time::Duration;
use tokio::time::Instant;

/// Nothing happened for this long: it is calm.
const CALM_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Pace {
    often: Duration,
    seldom: Duration,
    looked: Instant,
}

impl Pace {
    pub(super) fn new(often: Duration, seldom: Duration) -> Self {
        Self { often, seldom, looked: Instant::now() }
    }

    /// When to look next, if something happened last at `event`.
    pub(super) fn next(&self, event: Instant) -> Instant {
        let calm = event.elapsed() >= CALM_AFTER;
        self.looked + if calm { self.seldom } else { self.often }
    }

    pub(super) fn looked(&mut self) {
        self.looked = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::{CALM_AFTER, Pace};
    use std::time::Duration;
    use tokio::time::{Instant, advance};

    #[tokio::test(start_paused = true)]
    async fn it_looks_seldom_once_nothing_has_happened_for_a_while_and_often_again_when_something_does() {
        let (often, seldom) = (Duration::from_millis(200), Duration::from_secs(2));
        let mut pace = Pace::new(often, seldom);
        let event = Instant::now();
        assert_eq!(pace.next(event), event + often);
        advance(CALM_AFTER).await;
        pace.looked();
        assert_eq!(pace.next(event), Instant::now() + seldom);
        assert_eq!(pace.next(Instant::now()), Instant::now() + often);
    }
}
