//! The live figures, and what is said of each when one asks.

use super::scenes::{self, Scene};
use awtui::domain::*;
use awtui::ui::{MouseKind, Popup};

/// Three rounds, with another window in the table and a call that broke off.
fn rounds() -> crate::domain::bench::Bench {
    let mut bench = scenes::three_rounds();
    let worker: PaneId = "worker-1".into();
    let listed = Observation::Listed { window: Some(1_000_000), own: false };
    bench.input(Input::Observed { pane: worker.clone(), source: Source::Table, observation: listed });
    let unknown = UsageSeen::unknown("cut".to_owned(), "strong".to_owned(), UsageKind::Reply);
    bench.input(Input::Observed {
        pane: worker,
        source: Source::SessionLog,
        observation: Observation::Usage(unknown),
    });
    bench.wait(3_000);
    bench
}

#[test]
fn the_ledger_alone_shows_all_of_its_tables() {
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&rounds(), (cols, rows));
        scene.press("4 z z");
        insta::assert_snapshot!(format!("ledger_alone_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn what_is_missing_from_a_number_pushes_no_bucket_out() {
    let bench = rounds();
    let columns = |text: &str| {
        let line = text.lines().find(|line| line.contains(" in cached")).unwrap_or_default().to_owned();
        ["in", "cached", "out", "cost"].map(|name| line.split_whitespace().any(|word| word == name))
    };
    for width in [120, 125, 130] {
        let mut scene = Scene::of(&bench, (width, 40));
        scene.draw();
        assert_eq!(columns(&scene.text()), [true; 4], "{width}: {}", scene.text());
        assert!(scene.shows("+"), "{width}: {}", scene.text());
    }
}

#[test]
fn the_marks_of_a_gauge_are_told_apart_and_never_share_a_cell() {
    // The agent's own trigger has the worker compacted long before the settings would.
    for (trigger, bar) in [
        (None, "▮▮▮▮▮▮▮!┃▯"),
        (Some(195_000), "▮▮▮▮▮▮▮!┃^"),
        (Some(124_000), "▮▮▮▮▮▮▮!┃^"),
        (Some(60_000), "▮▮!!^▮▮▮▯▯"),
    ] {
        let mut bench = scenes::working();
        let worker: PaneId = "worker-1".into();
        let seen = Observation::ModelSeen {
            model: "fast".to_owned(),
            thinking: None,
            window: Some(200_000),
            agent_trigger: trigger,
        };
        bench.observe(&worker, seen);
        let scene = Scene::of(&bench, (120, 40));
        assert!(scene.shows(&format!("82% {bar}")), "{trigger:?} {bar}: {}", scene.text());
    }
}

#[test]
fn a_warning_comes_before_a_compaction_that_the_agent_brings_forward() {
    let mut bench = scenes::working();
    let role = RoleName::new("worker");
    let (warn, compact) = (bench.run.warn_threshold(&role), bench.run.compact_threshold(&role));
    assert_eq!((warn, compact), (Some(96_000), Some((115_200, false))));
    let seen = Observation::ModelSeen {
        model: "fast".to_owned(),
        thinking: None,
        window: Some(200_000),
        agent_trigger: Some(64_000),
    };
    bench.observe(&"worker-1".into(), seen);
    let (warn, compact) = (bench.run.warn_threshold(&role), bench.run.compact_threshold(&role));
    assert_eq!((warn, compact), (Some(45_000), Some((54_000, true))));
}

#[test]
fn a_gauge_has_the_colours_of_the_theme() {
    let scene = Scene::of(&scenes::working(), (120, 40));
    let (col, row) = scene.find("▮");
    let full = scene.buffer[(col, row)].fg;
    let (col, row) = scene.find("▯");
    let empty = scene.buffer[(col, row)].fg;
    assert_ne!(full, empty);
}

#[test]
fn a_number_is_explained_over_the_frame() {
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&rounds(), (cols, rows));
        scene.press("2 I");
        insta::assert_snapshot!(format!("explain_worker_{cols}x{rows}"), scene.text());
    }
    let mut scene = Scene::of(&rounds(), (80, 24));
    scene.press("4 j j j i");
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        scene.resize(cols, rows);
        insta::assert_snapshot!(format!("explain_context_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn the_keys_explain_what_they_are_at_and_any_other_key_closes_it() {
    let mut scene = Scene::of(&rounds(), (120, 40));
    for (keys, title) in [
        ("4 home i", "tokens and cost of the analyst"),
        ("j enter", "tokens and cost of the worker"),
        ("j i", "context of the analyst"),
        ("j j i", "what would stop this run first"),
        ("3 i", "tokens and cost of step 0008"),
        ("3 k I", "tokens and cost of step 0007"),
        ("1 I", "the analyst"),
        ("6 i", "tokens and cost of the run"),
    ] {
        scene.press(keys);
        assert!(matches!(scene.ui.popups.last(), Some(Popup::Explain(_))), "{keys}: {}", scene.text());
        assert!(scene.shows(title), "{keys}: {}", scene.text());
        scene.press("j k pagedown pageup");
        assert!(scene.shows(title), "{keys}: it scrolls: {}", scene.text());
        scene.press("esc");
        assert_eq!(scene.ui.popups, [], "{keys}");
    }
    scene.press("2 i");
    assert!(scene.ui.typing && scene.ui.popups.is_empty(), "in a pane it types");
    scene.press("ctrl-g i");
    assert!(scene.shows("the worker"), "{}", scene.text());
}

#[test]
fn a_click_on_a_figure_of_the_title_or_twice_on_a_line_of_the_ledger_explains_it() {
    let mut scene = Scene::of(&rounds(), (120, 40));
    let (column, row) = scene.find("nearest limit");
    assert_eq!(row, 0);
    scene.mouse(MouseKind::Down, column, row);
    assert!(scene.shows("what would stop this run first"), "{}", scene.text());
    scene.press("esc");
    let (column, row) = scene.find("analyst ctx");
    scene.mouse(MouseKind::Down, column, row);
    assert_eq!(scene.ui.popups, [], "the first one selects");
    scene.mouse(MouseKind::Down, column, row);
    assert!(scene.shows("context of the analyst"), "{}", scene.text());
}
