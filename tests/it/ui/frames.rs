//! Frames of every situation at every size.

use super::scenes::{self, Scene};
use awtui::domain::{AnswerKind, Observation, OperatorAct, PaneChange, PaneId};
use awtui::glass::GlassEvent;
use awtui::ui::{Focus, Mode, Popup};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

fn frames(name: &str, scene: impl Fn((u16, u16)) -> Scene) {
    for (cols, rows) in SIZES {
        let scene = scene((cols, rows));
        insta::assert_snapshot!(format!("{name}_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn a_box_over_half_of_a_wide_character_keeps_its_frame() {
    let mut scene = Scene::of(&scenes::working(), (120, 40));
    scene.press("?");
    let row = scene.line(6);
    assert!(row.starts_with("● 你 │"), "{row}");
}

#[test]
fn the_first_screen_asks_what_should_be_done() {
    frames("first", scenes::first);
}

#[test]
fn planning() {
    frames("planning", |size| Scene::of(&scenes::planning(), size));
}

#[test]
fn the_worker_works() {
    frames("working", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.glass.feed(GlassEvent::Artifacts(scenes::artifacts()));
        scene.draw();
        scene
    });
}

#[test]
fn a_provider_makes_the_run_wait() {
    frames("waiting", |size| Scene::of(&scenes::limited(true), size));
}

#[test]
fn somebody_else_watches() {
    frames("watch", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.ui.mode = Mode::Watch;
        scene.draw();
        scene
    });
}

#[test]
fn an_abort_asks_first() {
    frames("abort", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.press("3 A");
        assert!(matches!(scene.ui.popups.last(), Some(Popup::ConfirmAbort { .. })), "{}", scene.text());
        scene
    });
}

#[test]
fn a_gate_confirms_that_it_is_done() {
    frames("gate", |size| Scene::of(&scenes::gate(), size));
}

#[test]
fn a_question_of_the_analyst_in_the_panel_of_gates() {
    frames("question_panel", |size| {
        let mut scene = Scene::of(&scenes::question(), size);
        scene.wait(1_000);
        scene.press("esc 5");
        scene
    });
}

#[test]
fn done() {
    frames("done", |size| Scene::of(&scenes::done(), size));
}

#[test]
fn an_agent_that_awtui_ended_is_no_trouble_and_one_that_left_is() {
    let left = |mut scene: Scene| {
        let change = PaneChange::Exited { status: 143 };
        let panes: Vec<PaneId> = scene.glass.run.panes.keys().cloned().collect();
        for pane in panes {
            scene.glass.feed(GlassEvent::Pane { pane, end: 3, change: change.clone() });
        }
        scene.draw();
        scene
    };
    let mut bench = scenes::gate();
    bench.answer(AnswerKind::Approve, "");
    let worker = bench.run.role_pane(&"worker".into()).unwrap().id.clone();
    bench.observe(&worker, Observation::Gone { code: None, signal: Some(15) });
    // Both while its processes end and once they are gone.
    assert!(left(Scene::of(&bench, (80, 24))).shows("awtui ended the agent"));
    bench.killed();
    let scene = left(Scene::of(&bench, (80, 24)));
    assert!(scene.shows("awtui ended the agent") && !scene.shows("143"), "{}", scene.text());

    let mut bench = scenes::working();
    let worker = bench.run.role_pane(&"worker".into()).unwrap().id.clone();
    bench.observe(&worker, Observation::Gone { code: None, signal: Some(15) });
    assert!(left(Scene::of(&bench, (80, 24))).shows("the agent left with status 143"));
}

#[test]
fn what_is_over_has_no_next_stop_and_takes_a_new_task() {
    let mut scene = Scene::of(&scenes::gate(), (120, 40));
    assert!(scene.shows("nearest limit"), "{}", scene.line(0));
    scene.press("esc n");
    let bench = scenes::done();
    for record in &bench.records[scene.glass.run.seq.try_into().unwrap()..] {
        scene.glass.feed(GlassEvent::Record(record.clone()));
    }
    scene.draw();
    assert!(!scene.shows("nearest limit"), "{}", scene.line(0));
    assert!(scene.line(38).starts_with("new task>"), "{}", scene.line(38));
}

#[test]
fn very_long_and_wide_names() {
    frames("long", |size| {
        let mut scene = Scene::of(&scenes::long_working(), size);
        scene.glass.feed(GlassEvent::Artifacts(scenes::artifacts()));
        scene.draw();
        scene
    });
    frames("long_question", |size| {
        let mut scene = Scene::of(&scenes::long_question(), size);
        scene.wait(1_000);
        scene
    });
}

#[test]
fn paused() {
    frames("paused", |size| Scene::of(&scenes::paused(), size));
}

#[test]
fn a_compaction_runs() {
    frames("compacting", |size| Scene::of(&scenes::compacting(), size));
}

#[test]
fn a_compaction_asks_first() {
    frames("compact", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.press("2 c");
        scene
    });
}

#[test]
fn a_compaction_that_was_asked_for_stands_in_the_ledger_until_the_turn_is_over() {
    let mut bench = scenes::working();
    bench.act(OperatorAct::Compact { role: "worker".into() });
    let scene = Scene::of(&bench, (200, 60));
    assert!(scene.shows("compacted next"), "{}", scene.text());
}

#[test]
fn an_agent_could_not_start() {
    frames("agent_failed", |size| Scene::of(&scenes::agent_failed(), size));
}

#[test]
fn the_supervisor_is_out_of_reach() {
    frames("disconnected", scenes::disconnected);
}

#[test]
fn help() {
    frames("help", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.press("?");
        scene
    });
}

#[test]
fn the_palette_searched_for_pause() {
    frames("palette", |size| {
        let mut scene = Scene::of(&scenes::paused(), size);
        scene.press(": p a u s e");
        scene
    });
}

#[test]
fn typing_into_the_worker() {
    frames("typing", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.press("i");
        scene
    });
}

#[test]
fn leaving_while_a_run_goes_on_asks() {
    frames("quit", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.press("q");
        scene
    });
}

#[test]
fn the_ledger_alone() {
    frames("ledger", |size| {
        let mut scene = Scene::of(&scenes::compacting(), size);
        scene.press("4 z z");
        scene
    });
}

#[test]
fn a_refusal_stays_to_be_read() {
    frames("refused", |size| {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.ui.refused(
            "a run is alive in this working tree already: aw_20261121_101500_parser; attach to it with \
             `awtui attach`, or abort it first"
                .to_owned(),
        );
        scene.draw();
        scene
    });
}

#[test]
fn a_replay_at_a_gate() {
    frames("replay", scenes::replay);
}

#[test]
fn a_tall_narrow_screen_stacks_the_panes() {
    let scene = Scene::of(&scenes::working(), (80, 50));
    insta::assert_snapshot!("working_80x50", scene.text());
}

#[test]
fn a_screen_below_the_smallest_says_so_and_nothing_else() {
    for (cols, rows) in [(39, 24), (80, 9), (1, 1), (5, 3)] {
        let mut scene = Scene::of(&scenes::working(), (80, 24));
        scene.resize(cols, rows);
        assert!(scene.ui.layout.too_small, "{cols}x{rows}");
        assert!(scene.ui.wanted_sizes().is_empty(), "panes keep their size");
    }
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    scene.resize(39, 9);
    assert!(scene.shows("awtui needs 40 x 10, this is 39 x 9."), "{}", scene.text());
}

#[test]
fn every_size_can_be_drawn_in_every_situation() {
    let benches = [scenes::planning(), scenes::working(), scenes::gate(), scenes::question(), scenes::done()];
    for bench in &benches {
        let mut scene = Scene::of(bench, (80, 24));
        let places = [Focus::Input, Focus::Analyst, Focus::Worker, Focus::Role(0), Focus::Terminal(0)];
        for focus in places.into_iter().chain(Focus::PANELS) {
            scene.ui.focus = focus;
            for (cols, rows) in (1..=8).map(|n| (n * 25, n * 8)).chain([
                (40, 10),
                (41, 11),
                (59, 30),
                (76, 15),
                (99, 16),
                (100, 10),
            ]) {
                scene.resize(cols, rows);
            }
        }
    }
}

#[test]
fn a_question_that_only_its_pane_takes_an_answer_to() {
    frames("asked_in_pane", |size| Scene::of(&scenes::asked_in_pane(), size));
}

#[test]
fn an_agent_that_asks_nobody_wears_a_badge_at_every_size_and_no_other_does() {
    let mut config = crate::domain::bench::config();
    let worker = config.roles.get_mut(&"worker".into()).unwrap();
    worker.agent.name = "codex".to_owned();
    worker.args = vec!["--yolo".to_owned()];
    let mut bench = crate::domain::bench::Bench::with(config);
    bench.until_worker();
    for size in SIZES {
        let mut scene = Scene::of(&bench, size);
        let headers = |scene: &Scene| -> String {
            let text = scene.text();
            let lines = text.lines().filter(|line| line.contains("worker") || line.contains("analyst"));
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(headers(&scene).matches("ASKS NOBODY").count(), 1, "{size:?}:\n{}", scene.text());
        // Also while the keys go to the agent.
        scene.press("i");
        assert_eq!(scene.text().matches("ASKS NOBODY").count(), 1, "{size:?}:\n{}", scene.text());
    }
    let scene = Scene::of(&scenes::working(), (120, 40));
    assert!(!scene.shows("ASKS NOBODY"));
}
