//! When a frame is due, and how it reaches the terminal.

use awtui::tty::{Canvas, FrameLimiter};
use std::io::Write;
use std::time::Duration;

fn micros(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Draws as soon as allowed while something moves every `step` and gives the moments of the frames.
fn frames(limiter: &mut FrameLimiter, from: Duration, to: Duration, step: Duration) -> Vec<Duration> {
    let mut drawn = Vec::new();
    let mut now = from;
    while now < to {
        limiter.request(now);
        if limiter.is_due(now) {
            limiter.drawn(now);
            drawn.push(now);
        }
        now += step;
    }
    drawn
}

#[test]
fn nothing_is_due_before_something_moves() {
    let mut limiter = FrameLimiter::new();
    assert_eq!(limiter.due(), None);
    limiter.request(millis(5));
    assert_eq!(limiter.due(), Some(millis(5)), "the first frame waits for nothing");
    limiter.drawn(millis(5));
    assert_eq!(limiter.due(), None);
    limiter.key(millis(6));
    assert_eq!(limiter.due(), None, "a key alone moves nothing");
}

#[test]
fn a_flood_of_requests_is_drawn_every_sixteen_milliseconds() {
    let drawn = frames(&mut FrameLimiter::new(), Duration::ZERO, millis(1_000), millis(1));
    assert_eq!(drawn.len(), 63);
    assert!(drawn.windows(2).all(|pair| pair[1] == pair[0] + FrameLimiter::PACE));
}

#[test]
fn after_a_pause_a_frame_is_drawn_at_once() {
    let mut limiter = FrameLimiter::new();
    limiter.drawn(millis(100));
    limiter.request(millis(400));
    assert_eq!(limiter.due(), Some(millis(400)));
}

#[test]
fn the_frames_that_answer_a_key_come_sooner_and_then_the_pace_is_kept_again() {
    let mut limiter = FrameLimiter::new();
    limiter.drawn(millis(100));
    limiter.key(millis(101));
    let drawn = frames(&mut limiter, millis(101), millis(140), micros(500));
    let gaps: Vec<Duration> = std::iter::once(millis(100))
        .chain(drawn)
        .collect::<Vec<_>>()
        .windows(2)
        .map(|p| p[1].checked_sub(p[0]).unwrap())
        .collect();
    assert_eq!(
        gaps,
        [FrameLimiter::FAST, FrameLimiter::FAST, FrameLimiter::FAST, FrameLimiter::PACE, FrameLimiter::PACE]
    );
}

#[test]
fn a_key_whose_answer_comes_late_does_not_hurry_a_frame() {
    let mut limiter = FrameLimiter::new();
    limiter.key(millis(100));
    limiter.drawn(millis(198));
    limiter.key(millis(120));
    limiter.request(millis(200));
    assert_eq!(limiter.due(), Some(millis(198) + FrameLimiter::PACE));
}

#[test]
fn a_program_within_its_update_holds_the_frame_until_it_ends_or_takes_too_long() {
    let mut limiter = FrameLimiter::new();
    limiter.request(millis(10));
    limiter.hold(true, millis(10));
    assert_eq!(limiter.due(), Some(millis(160)));
    limiter.hold(true, millis(100));
    assert_eq!(limiter.due(), Some(millis(160)), "the first moment counts");
    limiter.hold(false, millis(110));
    assert_eq!(limiter.due(), Some(millis(10)));

    limiter.hold(true, millis(200));
    limiter.drawn(millis(350));
    limiter.hold(true, millis(360));
    limiter.request(millis(360));
    assert_eq!(limiter.due(), Some(millis(366)), "who held for too long does not hold again");
    limiter.hold(false, millis(400));
    limiter.hold(true, millis(401));
    assert_eq!(limiter.due(), Some(millis(551)));
}

#[test]
fn a_frame_reaches_the_terminal_with_one_write_between_the_marks_of_an_update() {
    struct Counted(Vec<Vec<u8>>);
    impl Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let canvas = Canvas::new();
    let mut backend = canvas.clone();
    let mut out = Counted(Vec::new());
    for part in ["first ", "second"] {
        backend.write_all(part.as_bytes()).unwrap();
        backend.flush().unwrap();
    }
    canvas.present(true, &mut out).unwrap();
    canvas.present(true, &mut out).unwrap();
    backend.write_all(b"plain").unwrap();
    canvas.present(false, &mut out).unwrap();
    assert_eq!(out.0, [b"\x1b[?2026hfirst second\x1b[?2026l".to_vec(), b"plain".to_vec()]);
}
