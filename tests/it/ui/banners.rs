//! The line under the title says what holds the run or takes the keys, and the one key that leaves it, at every size.

use super::scenes::{self, Scene};
use awtui::ui::Mode;
use std::fmt::Write as _;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

#[test]
fn every_mode_has_its_banner_with_the_key_that_leaves_it() {
    type Made = fn((u16, u16)) -> Scene;
    let cases: [(&str, Made, &str); 9] = [
        ("paused", |size| Scene::of(&scenes::paused(), size), " PAUSED  r: resume"),
        ("limited", |size| limited(size, true), " WAITING until 12:07  p: pause instead"),
        ("limited for an unknown time", |size| limited(size, false), " WAITING  p: pause instead"),
        ("gate", |size| Scene::of(&scenes::gate(), size), "  esc: aside"),
        (
            "gate put aside",
            |size| {
                let mut scene = Scene::of(&scenes::gate(), size);
                scene.wait(5_000);
                scene.press("3 esc");
                scene
            },
            "  g: open",
        ),
        ("replay", scenes::replay, " REPLAY ‖ stopped  q leave"),
        (
            "watch",
            |size| {
                let mut scene = Scene::of(&scenes::working(), size);
                scene.ui.mode = Mode::Watch;
                scene.draw();
                scene
            },
            " WATCH  q: leave",
        ),
        (
            "typing",
            |size| {
                let mut scene = Scene::of(&scenes::working(), size);
                scene.press("2 i");
                scene
            },
            " TYPING TO worker  ctrl-g q: stop typing",
        ),
        ("disconnected", scenes::disconnected, " DISCONNECTED  q: leave"),
    ];
    let mut seen = String::new();
    for (name, made, expected) in cases {
        for size in SIZES {
            let scene = made(size);
            // A replay has its banner on the player bar: the line above shows what was there.
            let row = if name == "replay" { usize::from(size.1) - 1 } else { 1 };
            let banner = scene.line(row);
            assert!(banner.contains(expected), "{name} at {size:?}: {banner:?}");
            if size.0 <= 80 {
                let width = size.0;
                writeln!(seen, "{name:>28} {width:>3}|{}", banner.trim_end()).unwrap();
            }
        }
    }
    insta::assert_snapshot!("banners", seen);
}

#[test]
fn a_banner_shows_no_key_that_does_nothing_there() {
    let at = |bench| Scene::of(&bench, (120, 40));
    let cases = vec![
        (Mode::Replay, at(scenes::paused())),
        (Mode::Watch, at(scenes::paused())),
        (Mode::Replay, at(scenes::limited(true))),
        (Mode::Replay, at(scenes::done())),
    ];
    for (mode, mut scene) in cases {
        scene.ui.mode = mode;
        scene.draw();
        let banner = scene.line(1);
        for what in ["resume", "pause instead", "Type a new task"] {
            assert!(!banner.contains(what), "{mode:?}: {banner}");
        }
    }
}

#[test]
fn the_line_of_keys_is_never_about_what_lies_below() {
    // What is opened, and what its keys are; nothing where they stand in its own last line.
    for (keys, expected) in
        [(":", "enter do it"), ("?", "enter do it"), ("@", "enter whole"), ("A", ""), ("I", "esc close")]
    {
        let mut scene = Scene::of(&scenes::working(), (80, 24));
        scene.press("3");
        scene.press(keys);
        let line = scene.line(23);
        assert!(
            line.contains(expected) && !line.contains("zoom") && !line.contains("pause"),
            "{keys}: {line:?}"
        );
        assert_eq!(line.trim().is_empty(), expected.is_empty(), "{keys}: {line:?}");
    }
}

#[test]
fn the_time_that_is_left_of_a_limit_runs_down() {
    let mut scene = limited((120, 40), true);
    assert!(scene.line(1).contains("58m53s left"), "{}", scene.line(1));
    scene.ui.utc_offset = 2 * 3600;
    scene.wait(0);
    assert!(scene.line(1).contains("WAITING until 14:07"), "by the operator's clock: {}", scene.line(1));
}

/// The provider of the worker takes no calls until seven minutes past noon.
fn limited(size: (u16, u16), known: bool) -> Scene {
    Scene::of(&scenes::limited(known), size)
}
