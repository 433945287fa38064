//! Going back in a pane whose program draws its own screen: no line of it is kept, what was said is.

use super::scenes::{self, Scene};
use awtui::domain::{Fetch, PaneChange, RoleName};
use awtui::glass::GlassEvent;
use awtui::ui::{Ask, Focus, Mode};

fn transcript() -> String {
    let turns = (1..=40).map(|turn| {
        format!("## 10:{turn:02} from the worker\n\nIn turn {turn} the parser was looked at; nothing else was changed.\n\n")
    });
    format!("# Transcript of the worker\n\n{}", turns.collect::<Vec<_>>().concat())
}

/// The worker's pane is on its alternate screen and has the keys.
fn full_screen(size: (u16, u16)) -> Scene {
    let mut scene = Scene::of(&scenes::working(), size);
    let change = PaneChange::Output { text: "\x1b[?1049h\x1b[2J\x1b[Hthe agent's own screen".to_owned() };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change });
    scene.draw();
    assert_eq!(scene.ui.focus, Focus::Worker);
    scene
}

/// Presses a key that is to ask for the worker's transcript, and answers.
fn read_back(scene: &mut Scene, keys: &str) {
    let asks = scene.press(keys);
    let worker = Fetch::Transcript { role: RoleName::new("worker") };
    assert!(matches!(&asks[..], [Ask::Fetch { what, .. }] if *what == worker), "{keys}: {asks:?}");
    scene.answer(asks, &|_| Ok(transcript().into_bytes()));
}

#[test]
fn page_up_shows_the_end_of_what_was_said_and_says_why() {
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = full_screen((cols, rows));
        read_back(&mut scene, "pageup");
        insta::assert_snapshot!(format!("read_back_{cols}x{rows}"), scene.text());
    }
    let mut scene = full_screen((80, 24));
    let before = scene.text();
    read_back(&mut scene, "pageup");
    assert!(scene.line(22).contains("In turn 40"), "{}", scene.text());
    scene.press("pageup");
    assert!(!scene.shows("In turn 40") && scene.shows("In turn 34"), "{}", scene.text());
    scene.press("pagedown pagedown");
    assert!(scene.line(22).contains("In turn 40"), "{}", scene.text());
    scene.press("esc");
    assert_eq!(scene.text(), before, "and one is back where one was");
}

#[test]
fn home_shows_its_beginning() {
    let mut scene = full_screen((80, 24));
    read_back(&mut scene, "home");
    assert!(scene.line(4).starts_with("Transcript of the worker"), "{}", scene.text());
}

#[test]
fn a_search_finds_what_was_said_last_and_what_was_said_before() {
    let mut scene = full_screen((80, 24));
    read_back(&mut scene, "/");
    assert!(scene.shows("search: ▏"), "{}", scene.text());
    // It lies above what is seen.
    scene.press("t u r n");
    scene.press("space");
    scene.press("1 enter");
    assert!(scene.line(4).contains("In turn 19"), "the last one: {}", scene.text());
    scene.press("N");
    assert!(scene.line(4).contains("In turn 18"), "{}", scene.text());
    scene.press("n n");
    assert!(scene.shows("nothing more is found"), "{}", scene.text());
}

#[test]
fn words_that_are_typed_before_the_transcript_is_there_are_marked_in_it() {
    let mut scene = full_screen((80, 24));
    let asks = scene.press("/");
    scene.press("4 0 enter");
    assert!(!scene.shows("nothing more"), "{}", scene.text());
    scene.answer(asks, &|_| Ok(transcript().into_bytes()));
    let (x, y) = scene.find("40 the parser");
    let (other, _) = scene.find("the parser");
    assert_ne!(scene.buffer[(x, y)].bg, scene.buffer[(other + 8, y)].bg, "{}", scene.text());
}

#[test]
fn who_types_into_the_agent_types_on_afterwards() {
    let mut scene = full_screen((80, 24));
    scene.press("i");
    let to_the_agent = scene.press("pageup");
    assert!(to_the_agent.iter().any(|ask| matches!(ask, Ask::Type { .. })), "its own key: {to_the_agent:?}");
    read_back(&mut scene, "ctrl-g /");
    scene.press("esc esc");
    assert!(scene.ui.popups.is_empty() && scene.ui.typing, "{}", scene.text());
}

#[test]
fn what_keeps_its_lines_or_is_no_agent_goes_back_as_before() {
    // A pane with lines.
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    let change = PaneChange::Output { text: scenes::hundred_lines() };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change });
    scene.draw();
    assert_eq!(scene.press("pageup"), []);
    assert!(scene.shows("lines back"), "{}", scene.text());
    // A list of a panel.
    let mut scene = full_screen((80, 24));
    assert_eq!(scene.press("3 pageup"), []);
    assert!(scene.ui.popups.is_empty());
    // The visible screen is searched by who reads it already.
    let mut scene = full_screen((80, 24));
    assert_eq!(scene.press("v /"), []);
    scene.press("o w n enter");
    assert!(scene.ui.popups.is_empty(), "{}", scene.text());
    assert!(scene.shows("/own"), "{}", scene.text());
}

#[test]
fn a_replay_and_a_watcher_read_back_as_well() {
    for mode in [Mode::Replay, Mode::Watch] {
        let mut scene = full_screen((80, 24));
        scene.ui.mode = mode;
        scene.draw();
        read_back(&mut scene, "/");
        assert!(scene.shows("transcript of the worker"), "{mode:?}: {}", scene.text());
    }
}

#[test]
fn of_a_transcript_that_is_too_long_to_be_whole_the_end_is_shown() {
    let long = format!("{}\n\nThe last word.\n", transcript().repeat(2_000));
    let mut scene = full_screen((80, 24));
    let asks = scene.press("pageup");
    let parts = scene.answer(asks, &|_| Ok(long.clone().into_bytes()));
    let (last, limit) = parts[parts.len() - 1];
    assert!(last + limit >= long.len() as u64, "{parts:?}");
    assert!(parts.len() < 20, "{parts:?}");
    assert!(scene.line(22).contains("The last word."), "{}", scene.text());
}
