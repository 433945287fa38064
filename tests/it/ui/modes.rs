//! Frames of the modes of a pane: what may follow the leader, reading, searching, selecting, what was copied.

use super::scenes::{self, Scene};
use awtui::domain::PaneChange;
use awtui::glass::GlassEvent;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// The worker printed a table of tests, with wide characters and a line that is wrapped.
fn printed(size: (u16, u16)) -> Scene {
    let mut scene = Scene::of(&scenes::working(), size);
    let lines: String = (1..=70)
        .map(|line| match line % 10 {
            0 => format!("\r\n{line:>3} 日付 with a zone: {}", "read and written alike, ".repeat(6)),
            _ => format!("\r\n{line:>3} test zones::case_{line} ... ok"),
        })
        .collect::<Vec<_>>()
        .concat();
    let change = PaneChange::Output { text: format!("\x1bc{lines}") };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change });
    scene.press("2");
    scene
}

fn frames(name: &str, made: fn(&mut Scene)) {
    for (cols, rows) in SIZES {
        let mut scene = printed((cols, rows));
        made(&mut scene);
        insta::assert_snapshot!(format!("{name}_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn what_may_follow_the_leader() {
    frames("which", |scene| {
        scene.press("i ctrl-g");
        scene.wait(200);
    });
}

#[test]
fn a_pane_is_read() {
    frames("read", |scene| {
        scene.press("v up up");
    });
}

#[test]
fn a_search_is_typed() {
    frames("searching", |scene| {
        scene.press("/");
        scene.type_text("日付 with");
    });
}

#[test]
fn a_search_is_kept() {
    frames("searched", |scene| {
        scene.press("/");
        scene.type_text("case_6");
        scene.press("enter N N");
    });
}

#[test]
fn a_search_finds_nothing() {
    frames("not_found", |scene| {
        scene.press("/");
        scene.type_text("a very long text that stands nowhere in this pane at all");
        scene.press("enter");
    });
}

#[test]
fn lines_are_selected() {
    frames("selecting", |scene| {
        scene.press("v V up up");
    });
}

#[test]
fn what_was_copied_is_said() {
    frames("copied", |scene| {
        let asks = scene.press("v V up up y");
        assert_eq!(asks.len(), 1, "{asks:?}");
    });
}
