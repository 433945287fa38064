//! The one place that asks what time it is. Monotonic time is tokio's, so that a test can stand still or jump.

use crate::domain::{Millis, Time};
use tokio::time::Instant;

/// The clocks of one run: wall time for people, and the run's own monotonic clock, which stands still while no
/// supervisor is alive.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    origin: Instant,
    /// Run milliseconds at `origin`.
    run: Millis,
    /// Wall milliseconds at `origin`, for tests on virtual time; real clocks ask the system each time.
    wall: Option<Millis>,
}

impl Clock {
    /// Goes on from `run` milliseconds.
    pub fn real(run: Millis) -> Self {
        Self { origin: Instant::now(), run, wall: None }
    }

    /// Wall time begins at `wall` and moves with tokio's clock.
    pub fn virtual_from(run: Millis, wall: Millis) -> Self {
        Self { origin: Instant::now(), run, wall: Some(wall) }
    }

    /// The same kind of clock, set to go on from `run` now.
    #[must_use]
    pub fn restarted_at(&self, run: Millis) -> Self {
        if self.wall.is_some() { Self::virtual_from(run, self.now().wall) } else { Self::real(run) }
    }

    pub fn now(&self) -> Time {
        let passed = millis(self.origin.elapsed());
        Time { wall: self.wall.map_or_else(system_wall, |wall| wall + passed), run: self.run + passed }
    }

    /// When the run's clock will show `run`.
    pub fn instant(&self, run: Millis) -> Instant {
        self.origin + std::time::Duration::from_millis(run.saturating_sub(self.run))
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn system_wall() -> Millis {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, millis)
}

fn millis(duration: std::time::Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
