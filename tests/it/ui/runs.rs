//! The list of runs: its order, its keys, its frames.

use super::scenes::{Scene, new_ui};
use awtui::domain::{Money, RunSummary};
use awtui::glass::{Glass, GlassEvent, Link};
use awtui::ui::{Ask, Mode, RunsAsk};

const NOW: u64 = 1_795_000_000_000;
const MINUTE: u64 = 60_000;

fn run(id: &str, task: &str, phase: &str, minutes: u64) -> RunSummary {
    RunSummary {
        run: id.into(),
        task: task.to_owned(),
        phase: phase.to_owned(),
        live: false,
        created: NOW - minutes * MINUTE,
        ended: Some(NOW - minutes * MINUTE + 1),
        steps: 4,
        open_gates: 0,
        cost: Money(1_250_000_000),
        cost_incomplete: false,
        spent: "$1.25".to_owned(),
        folder: format!("/repository/tmp/{id}"),
        says: format!("{phase}: the workflow reached its end"),
        waiting_since: None,
        archived: false,
        bindings: Vec::new(),
    }
}

fn live(id: &str, task: &str, minutes: u64, waits: Option<u64>) -> RunSummary {
    RunSummary {
        live: true,
        ended: None,
        open_gates: u32::from(waits.is_some()),
        says: match waits {
            Some(_) => "waits for the answer to gate 2: is it done?".to_owned(),
            None => "step 0003: the worker works".to_owned(),
        },
        waiting_since: waits.map(|minutes| NOW - minutes * MINUTE),
        cost_incomplete: true,
        spent: "$1.25+?".to_owned(),
        ..run(id, task, "working", minutes)
    }
}

fn list() -> Vec<RunSummary> {
    let stopped = RunSummary { ended: None, ..run("aw_4_stopped", "Stopped in the middle", "paused", 300) };
    let away = RunSummary { archived: true, ..run("aw_0_away", "Put away long ago", "done", 90_000) };
    vec![
        run("aw_5_parser", "Fix the parser of dates with a time zone, and tell who wrote it", "done", 20),
        live("aw_6_busy", "日本語のファイル名 and what they break in the archive", 12, None),
        stopped,
        live("aw_2_short", "Waits for a short time", 200, Some(3)),
        live("aw_1_long", "Waits for a long time", 100, Some(95)),
        away,
    ]
}

fn scene(size: (u16, u16)) -> Scene {
    let mut glass = Glass::new();
    glass.feed(GlassEvent::Link(Link::Live));
    glass.feed(GlassEvent::Runs(list()));
    let mut ui = new_ui(Mode::Live);
    ui.wall = NOW;
    let mut scene = Scene::new(ui, glass, size);
    scene.press("f3");
    scene
}

#[test]
fn all_runs_at_every_size() {
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = scene((cols, rows));
        insta::assert_snapshot!(format!("runs_{cols}x{rows}"), scene.text());
        scene.press("end D");
        insta::assert_snapshot!(format!("runs_delete_{cols}x{rows}"), scene.text());
    }
}

fn order(scene: &Scene) -> Vec<&'static str> {
    let ids = ["aw_1_long", "aw_2_short", "aw_6_busy", "aw_5_parser", "aw_4_stopped", "aw_0_away"];
    let text = scene.text();
    let mut found: Vec<(usize, &str)> = ids
        .into_iter()
        .filter_map(|id| Some((text.lines().position(|line| line.contains(id) && line.contains('$'))?, id)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn live_runs_come_first_and_among_them_the_one_that_waited_longest() {
    let scene = scene((140, 40));
    assert_eq!(order(&scene), ["aw_1_long", "aw_2_short", "aw_6_busy", "aw_5_parser", "aw_4_stopped"]);
}

#[test]
fn archived_runs_are_shown_when_asked_for_and_come_back_from_there() {
    let mut scene = scene((140, 40));
    scene.press("v");
    assert_eq!(order(&scene), ["aw_0_away"]);
    let back = RunsAsk::Archive { run: "aw_0_away".into(), away: false };
    assert_eq!(scene.press("a"), [Ask::Runs(back)]);
    scene.press("v");
    assert_eq!(order(&scene).len(), 5);
}

#[test]
fn typed_words_leave_only_the_runs_that_hold_them() {
    let mut scene = scene((140, 40));
    scene.press("/");
    scene.type_text("waits short");
    assert_eq!(order(&scene), ["aw_2_short"]);
    assert_eq!(scene.press("enter"), [Ask::Runs(RunsAsk::Open("aw_2_short".into()))]);
    let mut scene = self::scene((140, 40));
    scene.press("/");
    scene.type_text("nothing of it");
    assert!(scene.shows("no run has these words"), "{}", scene.text());
    assert_eq!(scene.press("enter"), []);
    scene.press("esc");
    assert_eq!(order(&scene).len(), 5, "esc gives up the search first");
    scene.press("esc");
    assert!(scene.ui.popups.is_empty(), "then it closes");
}

#[test]
fn enter_opens_what_lives_takes_up_what_stands_and_looks_at_what_is_over() {
    for (keys, expected) in [
        ("enter", RunsAsk::Open("aw_1_long".into())),
        ("end enter", RunsAsk::TakeUp { run: "aw_4_stopped".into(), resume: false }),
        ("end r", RunsAsk::TakeUp { run: "aw_4_stopped".into(), resume: true }),
        ("j j j enter", RunsAsk::Replay { run: "aw_5_parser".into(), from_start: false }),
        ("j j j p", RunsAsk::Replay { run: "aw_5_parser".into(), from_start: true }),
        ("j j j a", RunsAsk::Archive { run: "aw_5_parser".into(), away: true }),
        ("j j j D y", RunsAsk::Delete { run: "aw_5_parser".into(), folder: false }),
        ("j j j D Y", RunsAsk::Delete { run: "aw_5_parser".into(), folder: true }),
    ] {
        assert_eq!(scene((80, 24)).press(keys), [Ask::Runs(expected)], "{keys}");
    }
}

#[test]
fn what_cannot_be_done_with_a_run_says_why_and_asks_for_nothing() {
    for (keys, reason) in [
        ("D", "it is alive; abort it first"),
        ("a", "it is alive; abort it first"),
        ("r", "it waits for your answer"),
        ("j j r", "it goes on already"),
        ("j j j r", "it is over (done); p replays it"),
        ("j j j D n", "runs of this project"),
    ] {
        let mut scene = scene((80, 24));
        assert_eq!(scene.press(keys), [], "{keys}");
        assert!(scene.shows(reason), "{keys}: {}", scene.text());
    }
}

#[test]
fn the_selected_run_stays_selected_wherever_it_stands() {
    let mut scene = scene((140, 40));
    scene.press("j j j");
    let mut runs = list();
    runs.push(live("aw_7_new", "Came meanwhile", 0, Some(500)));
    scene.glass.feed(GlassEvent::Runs(runs));
    scene.draw();
    let replay = RunsAsk::Replay { run: "aw_5_parser".into(), from_start: true };
    assert_eq!(scene.press("p"), [Ask::Runs(replay)]);
}

#[test]
fn the_palette_takes_a_run_by_its_id_by_a_beginning_of_it_or_by_its_words() {
    let open = |run: &str| vec![Ask::Runs(RunsAsk::Open(run.into()))];
    let last = |run: &str| vec![Ask::Runs(RunsAsk::Replay { run: run.into(), from_start: false })];
    let cases = [
        ("run aw_6_busy", open("aw_6_busy")),
        ("run 6", open("aw_6_busy")),
        ("aw_6", open("aw_6_busy")),
        ("open long time", open("aw_1_long")),
        ("run 5", last("aw_5_parser")),
        ("run 4", vec![Ask::Runs(RunsAsk::TakeUp { run: "aw_4_stopped".into(), resume: false })]),
        ("replay 5", vec![Ask::Runs(RunsAsk::Replay { run: "aw_5_parser".into(), from_start: true })]),
    ];
    for (typed, expected) in cases {
        let mut scene = scene((80, 24));
        scene.ui.popups.clear();
        scene.press("ctrl-p");
        scene.type_text(typed);
        assert_eq!(scene.press("enter"), expected, "{typed}: {}", scene.text());
        assert!(scene.ui.popups.is_empty(), "{typed}");
    }
    let mut scene = scene((80, 24));
    scene.ui.popups.clear();
    scene.press("ctrl-p");
    scene.type_text("run 9");
    assert_eq!(scene.press("enter"), [], "no run begins so: {}", scene.text());
}
