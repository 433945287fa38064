//! The operator's own terminals beside the agents: where they stand, and what keys do to them.

use super::scenes::{self, Scene};
use awtui::domain::{Observation, PaneChange, PaneId, TerminalEntry, Text};
use awtui::glass::GlassEvent;
use awtui::ui::{Ask, Focus};

fn entry(number: u32, command: &str, exited: Option<i32>) -> TerminalEntry {
    TerminalEntry {
        pane: PaneId(format!("terminal.{number}")),
        command: command.to_owned(),
        exited,
        ran: format!("/bin/sh -c '{command}'"),
        opened: None,
        ended: None,
    }
}

fn with(mut scene: Scene, entries: &[TerminalEntry]) -> Scene {
    scene.glass.feed(GlassEvent::Terminals { entries: entries.to_vec(), closed: Vec::new() });
    scene.draw();
    for entry in entries {
        let place = scene.ui.layout.panes.iter().find(|(pane, _)| *pane == entry.pane);
        let (cols, rows) = place.map_or((80, 10), |(_, place)| (place.width, place.height));
        let pane = entry.pane.clone();
        let text = format!("$ {}\r\nwatching 你好 …\r\n", entry.name());
        for change in [PaneChange::Resized { cols, rows }, PaneChange::Output { text }] {
            scene.glass.feed(GlassEvent::Pane { pane: pane.clone(), end: 1, change });
        }
        if let Some(status) = entry.exited {
            let change = PaneChange::Exited { status };
            scene.glass.feed(GlassEvent::Pane { pane, end: 2, change });
        }
    }
    scene.draw();
    scene
}

#[test]
fn a_third_pane_and_a_fourth_have_their_place() {
    let one = [entry(1, "cargo watch -x test", None)];
    let two = [entry(1, "npm run dev -- --port 8080 --host 127.0.0.1", None), entry(2, "", Some(0))];
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let scene = with(Scene::of(&scenes::working(), (cols, rows)), &one);
        insta::assert_snapshot!(format!("terminal_{cols}x{rows}"), scene.text());
        let scene = with(Scene::of(&scenes::working(), (cols, rows)), &two);
        insta::assert_snapshot!(format!("two_terminals_{cols}x{rows}"), scene.text());
        let scene = with(scenes::first((cols, rows)), &one);
        insta::assert_snapshot!(format!("terminal_before_a_task_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn panes_never_lie_over_one_another() {
    let entries: Vec<_> = (1..=6).map(|number| entry(number, "top", None)).collect();
    for count in 0..=entries.len() {
        for (cols, rows) in [(40, 10), (80, 24), (99, 60), (100, 30), (151, 50), (240, 70), (400, 20)] {
            let scene = with(Scene::of(&scenes::working(), (cols, rows)), &entries[..count]);
            let panes = &scene.ui.layout.panes;
            assert!(!panes.is_empty(), "{count} at {cols}x{rows}");
            for (place, (one, area)) in panes.iter().enumerate() {
                assert!(area.width >= 24 && area.height >= 4, "{one} has {area} at {cols}x{rows}");
                for (other, its) in &panes[place + 1..] {
                    assert!(!area.intersects(*its), "{one} and {other} at {cols}x{rows}: {area} {its}");
                }
            }
        }
    }
}

#[test]
fn a_terminal_takes_keys_without_holding_the_loop() {
    let mut scene = with(Scene::of(&scenes::working(), (120, 40)), &[entry(1, "bash", None)]);
    assert_eq!(scene.press("0"), []);
    assert_eq!(scene.ui.focus, Focus::Terminal(0));
    scene.press("i");
    assert!(scene.shows("TYPING TO bash"), "{}", scene.text());
    let typed = Ask::Type { pane: "terminal.1".into(), bytes: b"l".to_vec() };
    assert_eq!(scene.press("l"), [typed], "the run is not taken over");
    // The leader leads back.
    scene.press("ctrl-g q");
    assert!(!scene.ui.typing);
}

#[test]
fn a_long_command_leaves_room_for_the_key_that_leaves_it() {
    let long =
        "/home/ann/.local/bin/claude --resume 8f2c1c1e-6a3e-4c9e-9f5e-1f1f1f1f1f1f --settings /a/b/c.json";
    let mut scene = with(Scene::of(&scenes::working(), (80, 24)), &[entry(1, long, None)]);
    scene.press("0 i");
    assert!(scene.line(1).starts_with(" TYPING TO claude --resume"), "{}", scene.line(1));
    assert!(scene.line(1).contains("ctrl-g q: stop typing"), "{}", scene.line(1));
}

#[test]
fn terminals_are_opened_and_closed_by_key() {
    let mut scene = Scene::of(&scenes::working(), (120, 40));
    assert_eq!(scene.press("t"), [Ask::OpenTerminal { command: String::new() }]);
    assert_eq!(scene.press("T"), []);
    assert!(scene.shows("go to the terminal that you want to close"), "{}", scene.text());
    let mut scene = with(scene, &[entry(1, "", None), entry(2, "top", Some(1))]);
    assert!(scene.shows("ended with status 1"), "{}", scene.text());
    let close = |number: u32| Ask::CloseTerminal { pane: PaneId(format!("terminal.{number}")) };
    assert_eq!(scene.press("T"), [close(2)], "what has ended goes first");
    assert_eq!(scene.press("0 T"), [close(1)]);
}

#[test]
fn a_terminal_that_was_asked_for_gets_the_keys_unless_something_else_has_them() {
    let mut scene = with(Scene::of(&scenes::working(), (120, 40)), &[entry(1, "", None)]);
    scene.press("?");
    scene.ui.opened(&scene.glass, &"terminal.1".into());
    assert!(!scene.ui.typing, "help is open");
    scene.press("esc");
    scene.ui.opened(&scene.glass, &"terminal.1".into());
    assert!(scene.ui.typing && scene.ui.focus == Focus::Terminal(0));
}

#[test]
fn focus_goes_round_by_way_of_the_terminals_also_before_a_task() {
    let mut scene = with(scenes::first((120, 40)), &[entry(1, "top", None)]);
    assert_eq!(scene.ui.focus, Focus::Input);
    scene.press("tab");
    assert_eq!(scene.ui.focus, Focus::Terminal(0));
    scene.press("tab");
    assert_eq!(scene.ui.focus, Focus::Input);
}

#[test]
fn a_terminal_that_went_takes_its_screen_and_the_keys_along() {
    let mut scene = with(Scene::of(&scenes::working(), (120, 40)), &[entry(1, "top", None)]);
    scene.press("0 i");
    scene.glass.feed(GlassEvent::Terminals { entries: Vec::new(), closed: Vec::new() });
    assert!(!scene.glass.panes.contains_key(&"terminal.1".into()));
    scene.press("x");
    assert!(!scene.ui.typing);
}

#[test]
fn the_left_pane_gets_wider_and_narrower_within_reason() {
    let mut scene = Scene::of(&scenes::working(), (160, 40));
    let width = |scene: &Scene| scene.ui.layout.panes[0].1.width;
    let even = width(&scene);
    scene.press("> >");
    assert!(width(&scene) > even + 10);
    for _ in 0..30 {
        scene.press("<");
    }
    assert!(width(&scene) >= 40 && width(&scene) < even);
}

#[test]
fn the_command_that_goes_on_with_a_session_is_copied_once_its_id_is_known() {
    let mut bench = scenes::working();
    let mut scene = Scene::of(&bench, (80, 24));
    assert_eq!(scene.press("2 y"), []);
    assert!(scene.shows("told the id of its session"), "{}", scene.text());
    let worker = PaneId("worker-1".to_owned());
    let known = Observation::SessionKnown { agent_session: "0b1c2d3e-0000".to_owned(), log: None };
    bench.observe(&worker, known);
    let mut scene = Scene::of(&bench, (80, 24));
    let copied = Ask::Copy { text: "awtui resume-session 0b1c2d3e-0000".to_owned() };
    assert_eq!(scene.press("2 y"), [copied]);
    assert!(scene.shows("copied 34 characters"), "{}", scene.text());
}

#[test]
fn what_an_agent_said_last_is_copied_once_it_said_something() {
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    assert_eq!(scene.press("2 Y"), []);
    assert!(scene.shows("the worker has not said anything yet"), "{}", scene.text());
    let said = scene.glass.run.steps[0].last_message.summary().to_owned();
    assert!(!said.is_empty());
    assert_eq!(scene.press("1 Y"), [Ask::Copy { text: said }]);
    let long = Text::Blob { sha256: "00".repeat(32), bytes: 20_000, first_line: "It".to_owned() };
    scene.glass.run.steps[0].last_message = long;
    assert_eq!(scene.press("1 Y"), []);
    assert!(scene.shows("20000 bytes long"), "{}", scene.text());
}
