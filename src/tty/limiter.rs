//! When to draw: at once when nothing was drawn for a while, at most every 16 ms while much moves, and sooner for the
//! frames that answer a key.
//!
//! Pure: times are durations since any moment that the caller keeps to.

use std::time::Duration;

/// Decides when the next frame is drawn. Nobody draws; everybody requests.
#[derive(Debug, Clone, Default)]
pub struct FrameLimiter {
    last: Option<Duration>,
    requested: Option<Duration>,
    /// Frames that may still come sooner, and until when.
    fast: Option<(u8, Duration)>,
    held_until: Option<Duration>,
}

impl FrameLimiter {
    /// Between two frames.
    pub const PACE: Duration = Duration::from_millis(16);
    /// Between two frames after a key.
    pub const FAST: Duration = Duration::from_micros(1_500);
    /// For how long, and for how many frames, a key makes them come sooner: one for what awtui itself changes, one for
    /// the echo of the child, one more.
    const FAST_WINDOW: Duration = Duration::from_millis(50);
    const FAST_FRAMES: u8 = 3;
    /// A program that does not end its synchronized update is not waited for any longer.
    pub const LONGEST_HOLD: Duration = Duration::from_millis(150);

    pub fn new() -> Self {
        Self::default()
    }

    /// Something moved.
    pub fn request(&mut self, now: Duration) {
        self.requested.get_or_insert(now);
    }

    /// A key was pressed: the next frames answer it.
    pub fn key(&mut self, now: Duration) {
        self.fast = Some((Self::FAST_FRAMES, now + Self::FAST_WINDOW));
    }

    /// A program on the screen is within a synchronized update, or none is any more.
    pub fn hold(&mut self, held: bool, now: Duration) {
        if held {
            self.held_until.get_or_insert(now + Self::LONGEST_HOLD);
        } else {
            self.held_until = None;
        }
    }

    /// When the frame that was requested should be drawn; `None` while none was.
    pub fn due(&self) -> Option<Duration> {
        let requested = self.requested?;
        let paced = self.last.map_or(requested, |last| {
            let fast = last + Self::FAST;
            let pace = match self.fast {
                Some((frames, until)) if frames > 0 && fast.max(requested) <= until => fast,
                Some(_) | None => last + Self::PACE,
            };
            requested.max(pace)
        });
        Some(self.held_until.map_or(paced, |until| paced.max(until)))
    }

    pub fn is_due(&self, now: Duration) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// A frame was drawn.
    pub fn drawn(&mut self, now: Duration) {
        self.last = Some(now);
        self.requested = None;
        self.fast = self.fast.and_then(|(frames, until)| {
            let left = frames.saturating_sub(1);
            (left > 0 && now < until).then_some((left, until))
        });
        if self.held_until.is_some_and(|until| until <= now) {
            // Held for too long: it is not held again before the program ends its update.
            self.held_until = Some(Duration::ZERO);
        }
    }
}
