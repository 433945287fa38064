//! What each key asks for, and what it does to the screen.

use super::scenes::{self, Scene, new_ui};
use awtui::domain::{Fetch, OperatorAct, PaneChange, PauseMode, StepNumber, Text};
use awtui::glass::{Glass, GlassEvent};
use awtui::settings::Keymap;
use awtui::ui::{ActionList, Address, Ask, Focus, Mode, Msg, PlayerAct, Popup, SettingsAsk, Zoom};

const SIZE: (u16, u16) = (120, 40);

fn working() -> Scene {
    Scene::of(&scenes::working(), SIZE)
}

fn pause(mode: PauseMode) -> Ask {
    Ask::Act(OperatorAct::Pause { mode, reason: String::new() })
}

#[test]
fn enter_starts_a_run_with_the_typed_task_and_hands_the_keys_to_the_panels() {
    let mut scene = scenes::first(SIZE);
    scene.type_text("Fix it? Yes!");
    assert_eq!(scene.press("enter"), [Ask::StartRun { task: "Fix it? Yes!".to_owned() }]);
    assert_ne!(scene.ui.focus, Focus::Input);
    assert_eq!(scene.ui.input().0, "");
}

#[test]
fn a_paste_with_line_breaks_is_text_and_never_sent() {
    let mut scene = scenes::first(SIZE);
    assert_eq!(scene.msg(Msg::Paste("one\r\ntwo\nthree\r".to_owned())), []);
    assert_eq!(scene.ui.input().0, "one\ntwo\nthree\n");
    for key in ["alt-enter", "ctrl-j", "shift-enter"] {
        assert_eq!(scene.press(key), [], "{key}");
    }
    assert_eq!(scene.ui.input().0, "one\ntwo\nthree\n\n\n\n");
}

fn compact(role: &str) -> Ask {
    Ask::Act(OperatorAct::Compact { role: role.into() })
}

#[test]
fn each_key_of_the_panels_asks_for_its_act() {
    for (keys, expected) in [
        ("p", vec![pause(PauseMode::Drain)]),
        ("P", vec![pause(PauseMode::Now)]),
        ("d", vec![Ask::Quit]),
        ("m", vec![Ask::ToggleMouse]),
        ("ctrl-l", vec![Ask::Redraw]),
        ("A y", vec![Ask::Act(OperatorAct::Abort { reason: "asked for on the screen".to_owned() })]),
        ("A n", vec![]),
        ("A esc", vec![]),
        ("1 c y", vec![compact("analyst")]),
        ("2 c y", vec![compact("worker")]),
        ("2 c n", vec![]),
        ("3 c y", vec![]),
        ("q enter", vec![Ask::Quit]),
        ("q d", vec![Ask::Quit]),
        ("ctrl-c ctrl-c", vec![Ask::Quit]),
        ("q esc", vec![]),
        ("q A y", vec![Ask::Act(OperatorAct::Abort { reason: "asked for on the screen".to_owned() })]),
        ("r", vec![]),
        ("h", vec![]),
        ("y", vec![]),
    ] {
        assert_eq!(working().press(keys), expected, "{keys}");
    }
}

#[test]
fn leaving_may_pause_the_run_first() {
    let asks = working().press("q p");
    assert!(
        matches!(&asks[..], [Ask::Act(OperatorAct::Pause { mode: PauseMode::Drain, .. }), Ask::Quit]),
        "{asks:?}"
    );
}

#[test]
fn without_a_run_the_screen_is_left_at_once_with_a_run_the_box_says_that_its_words_are_kept() {
    let mut scene = scenes::first(SIZE);
    scene.type_text("half a task");
    assert_eq!(scene.press("ctrl-c"), [Ask::Quit]);
    let mut scene = working();
    scene.press("7");
    scene.type_text("half a note");
    assert_eq!(scene.press("ctrl-c"), []);
    assert!(scene.shows("The words in the input box are kept"), "{}", scene.text());
    assert_eq!(scene.press("enter"), [Ask::Quit]);
}

#[test]
fn a_paused_run_is_resumed() {
    let mut scene = Scene::of(&scenes::paused(), SIZE);
    assert_eq!(scene.press("p"), []);
    assert!(scene.shows("NOT DONE already paused"), "{}", scene.text());
    assert_eq!(scene.press("r"), [Ask::Act(OperatorAct::Resume)]);
}

#[test]
fn focus_goes_by_number_and_around() {
    let mut scene = working();
    for (key, focus) in [
        ("1", Focus::Analyst),
        ("2", Focus::Worker),
        ("3", Focus::Steps),
        ("4", Focus::Ledger),
        ("5", Focus::Gates),
        ("6", Focus::Artifacts),
        ("tab", Focus::Input),
        ("tab", Focus::Analyst),
        ("shift-tab", Focus::Input),
        // Back to where one was.
        ("esc", Focus::Analyst),
        ("3", Focus::Steps),
        ("7", Focus::Input),
        ("esc", Focus::Steps),
    ] {
        scene.press(key);
        assert_eq!(scene.ui.focus, focus, "{key}");
    }
}

#[test]
fn zoom_goes_around_and_back_out() {
    let mut scene = working();
    for (key, zoom) in
        [("z", Zoom::Half), ("z", Zoom::Full), ("z", Zoom::Normal), ("z", Zoom::Half), ("esc", Zoom::Normal)]
    {
        scene.press(key);
        assert_eq!(scene.ui.zoom, zoom, "{key}");
    }
}

#[test]
fn words_are_addressed_to_the_run_or_to_a_role() {
    let mut scene = working();
    scene.press("n");
    scene.type_text("mind the tests");
    assert_eq!(scene.press("enter"), [Ask::Act(OperatorAct::Note { text: Text::from("mind the tests") })]);
    scene.press("S");
    assert_eq!(scene.ui.input().1, &Address::Say("analyst".to_owned()));
    scene.press("ctrl-t");
    assert_eq!(scene.ui.input().1, &Address::Say("worker".to_owned()));
    scene.type_text("stop");
    let said = OperatorAct::Say { role: "worker".into(), text: Text::from("stop") };
    assert_eq!(scene.press("enter"), [Ask::Act(said)]);
}

#[test]
fn typing_takes_the_pane_over_and_only_the_leader_belongs_to_awtui() {
    let mut scene = working();
    scene.press("i");
    assert!(scene.ui.typing);
    let asks = scene.press("q");
    let pane = || "worker-1".into();
    assert_eq!(
        asks,
        [Ask::Act(OperatorAct::TakeOver { pane: pane() }), Ask::Type { pane: pane(), bytes: b"q".to_vec() }]
    );
    for key in ["tab", "esc", "?", "ctrl-c", "ctrl-p"] {
        let asks = scene.press(key);
        assert!(matches!(asks.last(), Some(Ask::Type { .. })), "{key}: {asks:?}");
    }
    assert_eq!(scene.press("ctrl-g"), []);
    assert!(scene.line(39).contains("q stop typing"), "what may follow is shown: {}", scene.line(39));
    assert_eq!(scene.press("q"), []);
    assert!(!scene.ui.typing);
}

#[test]
fn while_typing_the_leader_twice_is_the_leader_and_an_unknown_key_after_it_does_nothing() {
    let mut scene = working();
    scene.press("i");
    let asks = scene.press("ctrl-g ctrl-g");
    assert_eq!(asks.last(), Some(&Ask::Type { pane: "worker-1".into(), bytes: vec![7] }));
    assert_eq!(scene.press("ctrl-g x"), []);
    assert!(scene.ui.typing);
    assert!(scene.shows("ctrl-g x does nothing here"), "{}", scene.text());
    assert_eq!(scene.press("ctrl-g p"), [pause(PauseMode::Drain)]);
    assert!(scene.ui.typing, "a pause does not end typing");
    assert_eq!(scene.press("ctrl-g d"), [Ask::Quit]);
}

#[test]
fn a_paste_while_typing_goes_to_the_agent_as_a_paste() {
    let mut scene = working();
    let output = PaneChange::Output { text: "\x1b[?2004h".to_owned() };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change: output });
    scene.press("i");
    let asks = scene.msg(Msg::Paste("a\nb".to_owned()));
    assert_eq!(
        asks.last(),
        Some(&Ask::Type { pane: "worker-1".into(), bytes: b"\x1b[200~a\nb\x1b[201~".to_vec() })
    );
}

#[test]
fn typing_needs_an_agent_in_focus() {
    let mut scene = working();
    scene.press("3 i");
    assert!(!scene.ui.typing);
    assert!(scene.shows("tokens and cost of step 0002"), "a panel explains: {}", scene.text());
}

#[test]
fn a_pane_scrolls_back_and_what_comes_later_does_not_move_it() {
    let mut scene = working();
    let pane = || "worker-1".into();
    let lines = scenes::hundred_lines();
    scene.glass.feed(GlassEvent::Pane { pane: pane(), end: 9, change: PaneChange::Output { text: lines } });
    scene.draw();
    assert!(scene.shows("line 100"));
    scene.press("pageup");
    assert!(!scene.shows("line 100"), "{}", scene.text());
    assert!(scene.shows("lines back · G: to the end"), "{}", scene.text());
    let before = scene.find("line 70");
    let more = PaneChange::Output { text: "more\r\nand more\r\n".to_owned() };
    scene.glass.feed(GlassEvent::Pane { pane: pane(), end: 10, change: more });
    scene.draw();
    assert_eq!(scene.find("line 70"), before);
    // Not even when the oldest lines make room.
    for _ in 0..99 {
        let lines = PaneChange::Output { text: scenes::hundred_lines().replace("line", "later") };
        scene.glass.feed(GlassEvent::Pane { pane: pane(), end: 11, change: lines });
    }
    scene.draw();
    assert_eq!(scene.find("line 70"), before);
    scene.press("G pageup");
    scene.press("home");
    assert!(scene.shows("worker of the tests"), "{}", scene.text());
    scene.press("G");
    assert!(scene.shows("later 100"));
    assert!(!scene.shows("lines back"));
}

#[test]
fn an_agent_with_a_screen_of_its_own_has_nothing_to_scroll_back_to_and_the_wheel_says_what_has() {
    let mut scene = working();
    let output = PaneChange::Output { text: "\x1b[?1049hfull screen".to_owned() };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change: output });
    scene.press("shift-up");
    let said = "this program draws its own screen, which keeps no lines; pageup shows what was";
    assert!(scene.shows(said), "{}", scene.text());
}

#[test]
fn steps_are_selected_and_opened() {
    let mut scene = Scene::of(&scenes::done(), SIZE);
    let asks = scene.press("3 up up enter");
    assert!(matches!(&asks[..], [Ask::Fetch { what, .. }] if *what == Fetch::Report { step: StepNumber(2) }));
    scene.press("q");
    assert!(scene.ui.popups.is_empty(), "it closes what is looked at and leaves nothing else");
}

#[test]
fn help_is_searched_and_runs_what_is_selected() {
    let mut scene = working();
    scene.press("?");
    scene.type_text("pause now");
    assert!(scene.shows("1/1"), "{}", scene.text());
    assert_eq!(scene.press("enter"), [pause(PauseMode::Now)]);
    assert!(scene.ui.popups.is_empty());
}

#[test]
fn the_palette_has_every_action_of_the_place_also_without_a_key() {
    let keymap = "normal = [{ on = \"P\", run = \"none\" }]";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keymap.toml");
    std::fs::write(&file, keymap).unwrap();
    let mut scene = working();
    scene.ui.keymap = Keymap::load(Some(&file)).unwrap();
    scene.press("ctrl-p");
    assert!(matches!(scene.ui.popups[..], [Popup::Actions { list: ActionList::Palette, .. }]));
    scene.type_text("interrupt");
    assert_eq!(scene.press("enter"), [pause(PauseMode::Now)]);
}

#[test]
fn the_palette_finds_by_a_few_letters_by_nouns_and_by_keys_and_begins_with_what_was_done_last() {
    let mut scene = working();
    for (typed, first) in [
        ("gates", "Go to the gates"),
        ("artifacts", "Go to the artifacts"),
        ("steps", "Go to the steps"),
        ("pausenow", "Pause now"),
        ("P", "Pause"),
        ("cmdlog", "Show what awtui did"),
    ] {
        scene.press(":");
        scene.type_text(typed);
        let (_, row) = scene.find("search:");
        let line = scene.line(usize::from(row) + 1);
        assert!(line.contains(first), "{typed}: {line}\n{}", scene.text());
        scene.press("esc");
    }
    scene.press(":");
    scene.type_text("artifacts");
    scene.press("enter :");
    let (_, row) = scene.find("search:");
    assert!(scene.line(usize::from(row) + 1).contains("Go to the artifacts"), "{}", scene.text());
}

#[test]
fn an_action_that_cannot_be_done_says_why_and_the_list_stays_open() {
    let mut scene = working();
    scene.press(":");
    scene.type_text("go on after a pause");
    assert_eq!(scene.press("enter"), []);
    assert_eq!(scene.ui.popups.len(), 1);
    assert!(scene.shows("NOT DONE it is not paused"), "{}", scene.text());
}

#[test]
fn keys_of_the_settings_hold_in_dispatch_hints_and_help() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keymap.toml");
    let own = "leader = \"ctrl-b\"\nnormal = [{ on = \"p\", run = \"none\" }, { on = \"x x\", run = \"pause\", desc = \"Take a break\" }]";
    std::fs::write(&file, own).unwrap();
    let mut scene = working();
    scene.ui.keymap = Keymap::load(Some(&file)).unwrap();
    scene.draw();
    assert!(scene.line(39).contains("x x pause"), "{}", scene.line(39));
    assert_eq!(scene.press("p"), []);
    assert_eq!(scene.press("x"), []);
    assert!(scene.line(39).starts_with("x …  x pause"), "{}", scene.line(39));
    assert_eq!(scene.press("x"), [pause(PauseMode::Drain)]);
    scene.press("?");
    scene.type_text("break");
    assert!(scene.shows("x x  Take a break"), "{}", scene.text());
    scene.press("esc i ctrl-b q");
    assert!(!scene.ui.typing);
}

#[test]
fn a_watcher_may_look_at_everything_and_touch_nothing() {
    let bench = scenes::gate();
    let mut scene = Scene::of(&bench, SIZE);
    scene.ui.mode = Mode::Watch;
    scene.wait(5_000);
    for keys in ["a", "enter", "x", "esc", "p", "A", "i", "n", "7", "1", "enter"] {
        assert_eq!(scene.press(keys), [], "{keys}");
        assert!(!scene.ui.typing && scene.ui.focus != Focus::Input, "{keys}");
        scene.ui.popups.clear();
    }
    assert_eq!(scene.msg(Msg::Paste("text".to_owned())), []);
    assert_eq!(scene.press("q"), [Ask::Quit]);
}

#[test]
fn in_a_replay_keys_move_the_player_and_nothing_else() {
    let mut scene = scenes::replay(SIZE);
    for (key, act) in [
        ("space", PlayerAct::TogglePlay),
        ("+", PlayerAct::Faster),
        ("-", PlayerAct::Slower),
        ("n", PlayerAct::NextStep),
        ("p", PlayerAct::PreviousStep),
        ("g", PlayerAct::NextGate),
        ("right", PlayerAct::Forward(10_000)),
        ("left", PlayerAct::Back(10_000)),
        ("home", PlayerAct::Start),
        ("end", PlayerAct::End),
    ] {
        assert_eq!(scene.press(key), [Ask::Player(act)], "{key}");
    }
    for key in ["r", "A", "P", "i", "7", "s"] {
        assert_eq!(scene.press(key), [], "{key}");
        scene.ui.popups.clear();
    }
    assert_eq!(scene.press("q"), [Ask::Quit]);
}

#[test]
fn below_the_smallest_size_only_leaving_works() {
    let mut scene = working();
    scene.resize(30, 8);
    assert_eq!(scene.press("p A ? i"), []);
    assert!(scene.ui.popups.is_empty());
    assert_eq!(scene.press("q"), [Ask::Quit]);
}

#[test]
fn a_refusal_stays_until_a_key_after_a_moment_and_news_for_eight_seconds() {
    let mut scene = working();
    scene.ui.refused("the disk is full".to_owned());
    scene.wait(1_000);
    scene.press("1 2 3");
    assert!(scene.shows("NOT DONE the disk is full"));
    // Who has gone on has read it.
    scene.wait(1_000);
    scene.press("1");
    assert!(!scene.shows("the disk is full"));
    scene.ui.refused("the disk is full".to_owned());
    scene.wait(7_000);
    assert!(scene.shows("NOT DONE the disk is full"));
    scene.wait(1_500);
    assert!(!scene.shows("the disk is full"));
    scene.ui.told("it is noted".to_owned());
    scene.wait(7_000);
    scene.press("1 2 3");
    assert!(scene.shows("it is noted"));
    scene.wait(1_500);
    assert!(!scene.shows("it is noted"));
    scene.ui.refused("the disk is full".to_owned());
    scene.press("esc");
    assert!(!scene.shows("the disk is full"));
}

#[test]
fn nothing_is_known_of_a_run_that_is_not_there() {
    let mut scene = Scene::new(new_ui(Mode::Live), Glass::new(), SIZE);
    scene.press("esc");
    for key in ["p", "r", "A", "g", "1", "2", "n", "S", "i", "enter", "up", "pageup", "home"] {
        assert_eq!(scene.press(key), [], "{key}");
    }
}

#[test]
fn control_z_suspends_wherever_the_keys_are() {
    assert_eq!(scenes::first(SIZE).press("ctrl-z"), [Ask::Suspend]);
    assert_eq!(working().press("ctrl-z"), [Ask::Suspend]);
    assert_eq!(working().press("2 i ctrl-g ctrl-z"), [Ask::Suspend]);
}

#[test]
fn the_palette_takes_commands_with_words() {
    let act = |act| vec![Ask::Act(act)];
    let wear = |name: &str| vec![Ask::Settings(SettingsAsk::Wear { name: name.to_owned() })];
    let say = OperatorAct::Say { role: "worker".into(), text: Text::from("Stop Now") };
    let cases = [
        ("theme li", wear("light")),
        ("theme auto", wear("auto")),
        (
            "pause Back at 2",
            act(OperatorAct::Pause { mode: PauseMode::Drain, reason: "Back at 2".to_owned() }),
        ),
        ("pause now", vec![pause(PauseMode::Now)]),
        ("note Mind the tests", act(OperatorAct::Note { text: Text::from("Mind the tests") })),
        ("say wor Stop Now", act(say)),
        ("say worker", vec![]),
        ("compact ana", vec![compact("analyst")]),
        ("compact boss", vec![]),
        ("theme none such", vec![]),
    ];
    for (typed, expected) in cases {
        let mut scene = working();
        scene.ui.themes = vec!["dark".to_owned(), "light".to_owned()];
        scene.press(":");
        scene.type_text(typed);
        assert_eq!(scene.press("enter"), expected, "{typed}: {}", scene.text());
    }
    let mut scene = working();
    scene.press(":");
    scene.type_text("step 1");
    scene.press("enter enter");
    assert!(scene.shows("step 0001"), "{}", scene.text());
    let mut scene = Scene::of(&scenes::gate(), (80, 24));
    scene.wait(700);
    scene.press("esc :");
    scene.type_text("gate 1");
    scene.press("enter");
    assert!(scene.shows("gate 1: confirm done"), "{}", scene.text());
}

#[test]
fn what_was_done_by_the_palette_is_told_once_to_be_kept_and_stands_first_the_next_time() {
    let mut scene = working();
    assert_eq!(scene.ui.take_recent(), None);
    for typed in ["artifacts", "steps"] {
        scene.press(":");
        scene.type_text(typed);
        scene.press("enter");
    }
    let kept = scene.ui.take_recent().unwrap();
    assert_eq!(kept, "focus_steps\nfocus_artifacts\n");
    assert_eq!(scene.ui.take_recent(), None);
    let mut scene = working();
    scene.ui.remember_recent(&format!("gone_with_a_version\n{kept}"));
    scene.press(":");
    let (_, row) = scene.find("search:");
    assert!(scene.line(usize::from(row) + 1).contains("Go to the steps"), "{}", scene.text());
    assert!(scene.line(usize::from(row) + 2).contains("Go to the artifacts"), "{}", scene.text());
}
