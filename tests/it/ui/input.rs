//! The input box: its words, its history, its rows, and what a word may become.

use super::scenes::{self, Scene, new_ui};
use awtui::domain::{GateId, OperatorAct, Text};
use awtui::ui::{Address, Ask, Edited, Focus, Mode, MouseKind, Msg};

const SIZE: (u16, u16) = (120, 40);

/// In the input box of a run that works.
fn writing(size: (u16, u16)) -> Scene {
    let mut scene = Scene::of(&scenes::working(), size);
    scene.press("7");
    scene
}

/// The lines of the list, its frame taken off.
fn listed(scene: &Scene) -> Vec<String> {
    let text = scene.text();
    let lines: Vec<&str> = text.lines().collect();
    let end = lines.iter().rposition(|line| line.starts_with('╰')).expect("a list");
    let begin = lines[..end].iter().rposition(|line| line.starts_with('╭')).unwrap();
    lines[begin + 1..end]
        .iter()
        .map(|line| line.split('│').nth(1).unwrap_or_default().trim().to_owned())
        .collect()
}

#[test]
fn what_was_sent_can_be_fetched_back() {
    let mut scene = scenes::first(SIZE);
    for task in ["first", "second"] {
        scene.type_text(task);
        scene.press("enter 7");
    }
    let mut seen = Vec::new();
    for key in ["up", "up", "up", "down", "down"] {
        scene.press(key);
        seen.push(scene.ui.input().0);
    }
    assert_eq!(seen, ["second", "first", "first", "second", ""]);
}

#[test]
fn the_words_of_the_input_box_go_to_the_editor_and_come_back_as_one_change() {
    for keys in ["alt-e", "ctrl-x ctrl-e"] {
        let mut scene = scenes::first(SIZE);
        scene.type_text("fix it");
        let text = "fix it".to_owned();
        assert_eq!(
            scene.press(keys),
            [Ask::Edit { text, suffix: ".md", line: 1, then: Edited::Input }],
            "{keys}"
        );
        scene.ui.edited(Edited::Input, Ok("fix it\nproperly".to_owned()));
        assert_eq!(scene.ui.input().0, "fix it\nproperly");
        scene.ui.edited(Edited::Input, Err("the editor ended badly".to_owned()));
        scene.draw();
        assert_eq!(scene.ui.input().0, "fix it\nproperly", "an editor that failed changes nothing");
        assert!(scene.shows("NOT DONE the editor ended badly"), "{}", scene.text());
    }
}

#[test]
fn words_that_were_begun_are_found_again_behind_the_history() {
    let mut scene = scenes::first(SIZE);
    scene.ui.remember(vec!["first".to_owned(), "second\nline".to_owned()], None);
    scene.type_text("begun");
    scene.press("up up");
    assert_eq!(scene.ui.input().0, "second\nline", "up goes through the rows of an entry first");
    scene.press("up");
    assert_eq!(scene.ui.input().0, "first");
    scene.type_text(" changed");
    scene.press("down");
    assert_eq!(scene.ui.input().0, "second\nline");
    scene.press("down");
    assert_eq!(scene.ui.input().0, "begun");
    scene.press("up up up");
    assert_eq!(scene.ui.input().0, "first changed");
}

#[test]
fn what_is_sent_is_told_once_for_later_sessions_and_a_draft_comes_back() {
    let mut scene = writing(SIZE);
    scene.type_text("mind it");
    scene.press("enter");
    assert_eq!(scene.ui.take_said(), ["mind it"]);
    assert_eq!(scene.ui.take_said(), Vec::<String>::new());
    for (draft, kept) in [
        (Address::Say("worker".to_owned()), Address::Say("worker".to_owned())),
        (Address::Note, Address::Note),
        // The gate is answered by now, and no new task can begin: the words are kept, and go nowhere else.
        (Address::Answer(GateId(7)), Address::Answer(GateId(7))),
        (Address::NewTask, Address::NewTask),
    ] {
        let mut scene = writing(SIZE);
        let draft = Address::read(&draft.written());
        scene.ui.remember(Vec::new(), Some((draft, "half a".to_owned())));
        scene.type_text(" sentence");
        assert_eq!(scene.ui.input(), ("half a sentence".to_owned(), &kept));
    }
}

#[test]
fn words_whose_address_is_over_go_nowhere_until_they_have_another() {
    let mut scene = writing(SIZE);
    scene.press("esc s");
    scene.type_text("please mind the tests");
    assert!(scene.shows("say to worker> please mind"), "{}", scene.text());
    // The run ends while they are written.
    scene.glass = Scene::of(&scenes::done(), SIZE).glass;
    scene.draw();
    assert!(scene.shows("was: say to worker> please mind"), "{}", scene.text());
    assert_eq!(scene.press("enter"), []);
    assert!(
        scene.shows("NOT DONE \"say to worker\" is over; ctrl-t gives the words another address"),
        "{}",
        scene.text()
    );
    assert_eq!(scene.ui.input().0, "please mind the tests");
    scene.press("ctrl-t");
    assert!(scene.shows("new task> please mind"), "{}", scene.text());
    let task = "please mind the tests".to_owned();
    assert_eq!(scene.press("enter"), [Ask::StartRun { task }]);
}

#[test]
fn an_answer_that_was_begun_stays_one() {
    let mut scene = Scene::of(&scenes::question(), SIZE);
    scene.wait(5_000);
    scene.press("c");
    scene.type_text("the next one");
    assert!(scene.shows("answer to gate 1> the next one"), "{}", scene.text());
    scene.press("esc esc 7");
    assert!(scene.shows("answer to gate 1> the next one"), "{}", scene.text());
    // Round all addresses, and back.
    for _ in 0..3 {
        scene.press("ctrl-t");
        assert!(!scene.shows("answer to gate 1>"), "{}", scene.text());
    }
    scene.press("ctrl-t");
    assert!(scene.shows("answer to gate 1> the next one"), "{}", scene.text());
    let asks = scene.press("enter");
    assert!(matches!(asks[..], [Ask::Act(OperatorAct::AnswerGate { .. })]), "{asks:?}");
}

#[test]
fn a_slip_in_a_command_starts_no_run() {
    let mut scene = scenes::first(SIZE);
    for (text, said) in [
        ("/hlep", "there is no command /hlep (/help?)"),
        ("/settings now", "/settings takes no words"),
        ("/frobnicate the parser", "there is no command /frobnicate; a blank before it sends"),
    ] {
        scene.type_text(text);
        scene.press("esc 7");
        assert_eq!(scene.press("enter"), [], "{text}");
        assert!(scene.shows(said), "{text}: {}", scene.text());
        assert_eq!(scene.ui.input().0, text);
        scene.press("ctrl-u");
    }
    for text in [" /hlep", "/etc/hosts is wrong", "/usr/bin"] {
        scene.type_text(text);
        assert_eq!(scene.press("enter"), [Ask::StartRun { task: text.to_owned() }]);
        scene.press("7");
    }
}

#[test]
fn a_long_line_goes_on_in_the_next_row_and_up_and_down_go_by_rows() {
    let mut scene = scenes::first((40, 12));
    scene.type_text("one two three four five six seven eight nine");
    let text = scene.text();
    assert!(text.contains("new task> one two three four five six"), "{text}");
    assert!(text.lines().any(|line| line.trim() == "seven eight nine"), "{text}");
    let end = scene.find("nine");
    assert_eq!(scene.ui.layout.cursor, Some((end.0 + 4, end.1)));
    scene.press("up");
    scene.type_text("!");
    assert_eq!(scene.ui.input().0, "one two three fo!ur five six seven eight nine");
    scene.press("down");
    scene.type_text("?");
    assert!(
        scene.ui.input().0.starts_with("one two three fo!ur five six seven eight "),
        "{:?}",
        scene.ui.input()
    );
    let mut scene = scenes::first((40, 12));
    scene.msg(Msg::Paste("世".repeat(40) + "\n\ttab e\u{301}"));
    assert!(scene.shows("+2 more"), "{}", scene.text());
    assert!(scene.shows("    tab é") || scene.shows("    tab e\u{301}"), "{}", scene.text());
}

#[test]
fn a_click_puts_the_cursor_where_it_points() {
    let mut scene = scenes::first(SIZE);
    scene.type_text("one two");
    let (col, row) = scene.find("two");
    scene.mouse(MouseKind::Down, col, row);
    scene.type_text("and ");
    assert_eq!(scene.ui.input().0, "one and two");
}

#[test]
fn what_is_selected_is_shown_and_replaced_and_undone() {
    let mut scene = scenes::first(SIZE);
    scene.type_text("one two");
    scene.press("shift-left shift-left shift-left");
    scene.type_text("2");
    assert_eq!(scene.ui.input().0, "one 2");
    scene.press("ctrl-_ alt-u");
    assert_eq!(scene.ui.input().0, "one two");
    scene.press("alt-r");
    assert_eq!(scene.ui.input().0, "one ");
}

#[test]
fn control_u_takes_the_line_before_the_cursor_away_as_in_a_shell() {
    let mut scene = scenes::first(SIZE);
    scene.type_text("one two");
    scene.press("ctrl-j");
    scene.type_text("three four");
    scene.press("left left left left ctrl-u");
    assert_eq!(scene.ui.input().0, "one two\nfour");
    scene.press("ctrl-_");
    assert_eq!(scene.ui.input().0, "one two\nthree four");
}

#[test]
fn a_command_is_found_by_letters_and_done_by_enter() {
    let mut scene = writing(SIZE);
    scene.type_text("/");
    assert!(listed(&scene).len() >= 5, "{}", scene.text());
    scene.type_text("paus");
    let lines = listed(&scene);
    assert!(lines[0].starts_with("/pause "), "{lines:?}");
    assert!(matches!(scene.press("enter")[..], [Ask::Act(OperatorAct::Pause { .. })]));
    assert_eq!(scene.ui.input().0, "");
    assert_eq!(scene.ui.take_said(), Vec::<String>::new(), "a command is no words");
}

#[test]
fn a_command_that_cannot_be_done_says_why_and_stays() {
    let mut scene = writing(SIZE);
    scene.type_text("/resume");
    assert!(listed(&scene)[0].contains("(it is not paused)"), "{}", scene.text());
    assert_eq!(scene.press("enter"), []);
    assert!(scene.shows("NOT DONE it is not paused"), "{}", scene.text());
    assert_eq!(scene.ui.input().0, "/resume");
}

#[test]
fn commands_may_be_typed_whole_and_some_take_words() {
    let mut scene = writing(SIZE);
    scene.type_text("/say-worker stop now");
    assert_eq!(scene.press("enter"), []);
    assert_eq!(scene.ui.input(), ("stop now".to_owned(), &Address::Say("worker".to_owned())));
    for words in ["/etc/hosts is wrong", " /pause", "pause /pause"] {
        let mut scene = writing(SIZE);
        scene.type_text(words);
        let sent = OperatorAct::Note { text: Text::from(words) };
        assert_eq!(scene.press("enter"), [Ask::Act(sent)], "{words:?} are words");
    }
}

#[test]
fn a_role_is_named_first_and_then_addressed() {
    let mut scene = writing(SIZE);
    assert_eq!(scene.press("@"), [Ask::ListFiles]);
    scene.type_text("work");
    scene.press("tab");
    scene.type_text("mind it");
    assert_eq!(scene.ui.input(), ("mind it".to_owned(), &Address::Say("worker".to_owned())));
}

#[test]
fn a_file_is_found_by_letters_of_its_path() {
    let mut scene = writing(SIZE);
    scene.type_text("look at ");
    assert_eq!(scene.press("@"), [Ask::ListFiles]);
    let paths =
        ["Cargo.toml", "src/main.rs", "src/ui/model.rs", "tests/model.rs"].map(str::to_owned).to_vec();
    let glass = std::mem::take(&mut scene.glass);
    scene.ui.files_listed(&glass, paths, false);
    scene.glass = glass;
    scene.draw();
    assert_eq!(listed(&scene).len(), 4, "{}", scene.text());
    scene.type_text("uimod");
    assert_eq!(listed(&scene), ["src/ui/model.rs"]);
    assert_eq!(scene.press("enter"), [], "takes the entry, and sends nothing");
    assert_eq!(scene.ui.input().0, "look at @src/ui/model.rs ");
    scene.type_text("@modelrs");
    scene.press("down tab");
    assert_eq!(scene.ui.input().0, "look at @src/ui/model.rs @src/ui/model.rs ");
    scene.type_text("@zzz");
    assert!(matches!(scene.press("enter")[..], [Ask::Act(OperatorAct::Note { .. })]), "just a word");
}

#[test]
fn files_are_asked_for_when_a_word_needs_them_and_not_for_each_letter() {
    let mut scene = writing(SIZE);
    let mut asked = 0;
    for key in ["@", "s", "r", "c", "space", "@", "a"] {
        asked += scene.press(key).iter().filter(|ask| **ask == Ask::ListFiles).count();
    }
    assert_eq!(asked, 1);
    assert!(scene.shows("looking for the files"), "{}", scene.text());
}

#[test]
fn a_list_that_was_put_aside_stays_so_until_another_word_begins() {
    let mut scene = writing(SIZE);
    scene.type_text("/pa");
    scene.press("esc");
    assert_eq!(scene.ui.focus, Focus::Input);
    scene.type_text("u");
    assert!(!scene.shows("commands"), "{}", scene.text());
    scene.press("backspace backspace backspace backspace");
    scene.type_text("/");
    assert!(scene.shows("commands"), "{}", scene.text());
}

#[test]
fn what_was_sent_is_found_by_letters() {
    let mut scene = scenes::first(SIZE);
    let sent = ["fix the parser", "write tests\nfor it", "fix the lexer", "fix the parser"];
    scene.ui.remember(sent.map(str::to_owned).to_vec(), None);
    scene.press("ctrl-r");
    assert_eq!(listed(&scene), ["fix the parser", "fix the lexer", "write tests  +1 more"]);
    scene.type_text("tests");
    assert_eq!(listed(&scene), ["write tests  +1 more"]);
    scene.press("enter");
    assert_eq!(scene.ui.input().0, "write tests\nfor it");
    scene.press("ctrl-r esc");
    assert_eq!(scene.ui.input().0, "write tests\nfor it");
}

#[test]
fn lists_fit_into_small_screens() {
    for size in [(40, 10), (40, 12), (80, 24), (200, 60)] {
        let mut scene = writing(size);
        scene.type_text("/");
        assert!(!listed(&scene).is_empty(), "{size:?}\n{}", scene.text());
    }
}

#[test]
fn after_words_were_sent_the_pane_that_works_stays_in_sight() {
    for (size, focus) in [((80, 24), Focus::Steps), ((40, 12), Focus::Input)] {
        let mut scene = Scene::of(&scenes::planning(), size);
        scene.press("3 7");
        scene.type_text("mind this");
        scene.press("enter");
        assert_eq!(scene.ui.focus, focus, "{size:?}");
    }
}

#[test]
fn words_for_the_run_take_nobody_away_from_the_pane_one_looks_at() {
    for size in [(80, 24), (120, 40)] {
        let mut scene = Scene::of(&scenes::working(), size);
        // The worker works; one looks at the analyst.
        scene.press("1");
        for keys in ["n", "S", "s"] {
            scene.press(keys);
            assert_eq!(scene.ui.focus, Focus::Input);
            assert!(scene.shows("▸1 analyst") || size.0 > 100, "{keys} {size:?}: {}", scene.text());
            scene.press("esc");
            assert_eq!(scene.ui.focus, Focus::Analyst, "{keys} {size:?}");
        }
        scene.press("n");
        scene.type_text("mind this");
        scene.press("enter");
        assert_eq!(scene.ui.focus, Focus::Analyst, "{size:?}");
        // The panels follow the one that works.
        scene.press("3 n esc");
        assert_eq!(scene.ui.focus, Focus::Steps, "{size:?}");
        assert!(scene.shows("▸2 worker") || size.0 > 100, "{}", scene.text());
    }
}

#[test]
fn who_comes_back_to_a_run_watches_it_first() {
    let mut glass = Scene::of(&scenes::working(), SIZE).glass;
    let mut scene = Scene::new(new_ui(Mode::Live), std::mem::take(&mut glass), SIZE);
    assert_eq!(scene.ui.focus, Focus::Input);
    scene.ui.arrived(&scene.glass);
    assert_eq!(scene.ui.focus, Focus::Steps);
    // Words that were begun before are gone on with, and a run that is over has nothing to watch.
    let mut scene = Scene::new(new_ui(Mode::Live), scene.glass, SIZE);
    scene.type_text("mind");
    scene.ui.arrived(&scene.glass);
    assert_eq!(scene.ui.focus, Focus::Input);
    let mut scene = Scene::new(new_ui(Mode::Live), Scene::of(&scenes::done(), SIZE).glass, SIZE);
    scene.ui.arrived(&scene.glass);
    assert_eq!(scene.ui.focus, Focus::Input);
}

#[test]
fn an_empty_box_sends_nothing() {
    let mut scene = scenes::first(SIZE);
    assert_eq!(scene.press("enter space enter"), []);
}

#[test]
fn a_refused_task_comes_back_into_the_box() {
    let mut scene = scenes::first(SIZE);
    scene.type_text("two\tlines");
    let Some(Ask::StartRun { task }) = scene.press("enter").pop() else { panic!("no start") };
    scene.ui.task_refused(&task, "no agent is installed".to_owned());
    scene.draw();
    assert_eq!(scene.ui.input().0, task);
    assert_eq!(scene.ui.focus, Focus::Input);
    assert!(scene.shows("NOT DONE no agent is installed"), "{}", scene.text());
}
