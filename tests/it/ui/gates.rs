//! Gates are answered on purpose and once.

use super::scenes::{self, Scene, new_ui};
use awtui::domain::{Answer, AnswerKind, GateId, OperatorAct, PaneId, Text};
use awtui::ui::{Address, Ask, Focus, Mode, Popup};

const SIZE: (u16, u16) = (80, 24);

fn answer(kind: AnswerKind, text: &str) -> Ask {
    let answer = Answer { kind, text: Text::from(text) };
    Ask::Act(OperatorAct::AnswerGate { gate: GateId(1), answer })
}

/// A gate that the operator had time to read.
fn read() -> Scene {
    let mut scene = Scene::of(&scenes::gate(), SIZE);
    scene.wait(700);
    scene
}

#[test]
fn a_key_pressed_as_the_card_appears_answers_nothing() {
    for key in ["y", "a", "enter", "X", "x", "c"] {
        let mut scene = Scene::of(&scenes::gate(), SIZE);
        scene.wait(500);
        assert_eq!(scene.press(key), [], "{key}");
        assert_eq!(scene.ui.focus, Focus::Worker, "{key}");
        assert!(scene.shows("gate 1 appeared just as you pressed a key"), "{key}: {}", scene.text());
        scene.wait(200);
        assert!(!scene.press("y").is_empty(), "{key}: a moment later it counts");
    }
}

#[test]
fn a_card_that_the_operator_opened_is_answered_at_once() {
    let mut scene = read();
    scene.press("esc");
    assert_eq!(scene.press("y"), [], "it was put aside");
    assert_eq!(scene.press("g y"), [answer(AnswerKind::Approve, "")]);
}

#[test]
fn each_answer_has_its_key() {
    assert_eq!(read().press("y"), [answer(AnswerKind::Approve, "")]);
    assert_eq!(read().press("a"), [answer(AnswerKind::Approve, "")]);
    assert_eq!(read().press("down down enter"), [answer(AnswerKind::Approve, "")]);
    assert_eq!(read().press("X n"), []);
    assert_eq!(read().press("X y"), [answer(AnswerKind::Abort, "")]);
    let mut scene = read();
    assert_eq!(scene.press("t"), []);
    assert!(scene.shows("gate 1 takes reject, approve, answer, abort"), "{}", scene.text());
}

#[test]
fn enter_gives_no_answer_that_was_not_chosen_and_says_what_it_will_do() {
    let mut scene = read();
    assert!(scene.shows("press the key of an answer, or choose one"), "{}", scene.text());
    assert_eq!(scene.press("enter enter enter"), [], "nothing was chosen");
    assert_eq!(scene.ui.input().0, "");
    assert_eq!(scene.ui.input().1, &Address::Note, "the input box is not addressed to the gate either");
    assert!(scene.shows("NOTE press the key of an answer"), "{}", scene.text());
    scene.press("down");
    assert!(scene.shows("enter: not done: plan again"), "{}", scene.text());
    assert!(!scene.shows("NOTE"), "what was said is true no more: {}", scene.text());
    scene.press("down");
    assert!(scene.shows("enter: finish the run"), "{}", scene.text());
    assert_eq!(scene.press("enter"), [answer(AnswerKind::Approve, "")]);
    let mut scene = read();
    scene.press("up");
    assert!(scene.shows("enter: end the run; asks first"), "the last one: {}", scene.text());

    // Where words are the usual answer, Enter leads to the box for them: nothing is sent.
    let mut scene = Scene::of(&scenes::question(), SIZE);
    scene.wait(700);
    assert!(scene.shows("enter: answer in words"), "{}", scene.text());
    assert_eq!(scene.press("enter enter"), []);
    assert_eq!(scene.ui.input().1, &Address::Answer(GateId(1)));
}

#[test]
fn a_rejection_takes_a_note_or_none() {
    let mut scene = read();
    assert_eq!(scene.press("x"), []);
    assert_eq!(scene.ui.input().1, &Address::Reject(GateId(1)));
    assert_eq!(scene.press("enter"), [answer(AnswerKind::Reject, "")]);
    let mut scene = read();
    scene.press("n");
    scene.type_text("no tests");
    assert_eq!(scene.press("enter"), [answer(AnswerKind::Reject, "no tests")]);
}

#[test]
fn an_answer_in_words_needs_words_and_can_be_given_up() {
    let mut scene = read();
    scene.press("c");
    assert_eq!(scene.press("enter"), []);
    scene.type_text("do it");
    assert_eq!(scene.press("enter"), [answer(AnswerKind::Answer, "do it")]);
    let mut scene = read();
    scene.press("c esc");
    assert_eq!(scene.ui.input().1, &Address::Note);
    assert_eq!(scene.press("y"), [answer(AnswerKind::Approve, "")]);
}

#[test]
fn an_answered_gate_takes_no_second_answer_until_the_first_was_refused() {
    let mut scene = read();
    scene.press("y");
    assert!(!scene.shows("gate 1: confirm done"));
    assert_eq!(scene.press("y"), []);
    scene.ui.refused("the supervisor is stopping".to_owned());
    scene.draw();
    assert!(scene.shows("gate 1: confirm done"));
    scene.wait(700);
    assert_eq!(scene.press("y"), [answer(AnswerKind::Approve, "")]);
}

#[test]
fn a_gate_never_takes_the_keys_from_the_input_box_or_an_agent() {
    let mut scene = Scene::of(&scenes::working(), SIZE);
    scene.press("7");
    let bench = scenes::gate();
    for record in &bench.records[scene.glass.run.seq.try_into().unwrap()..] {
        scene.glass.feed(awtui::glass::GlassEvent::Record(record.clone()));
    }
    scene.wait(5_000);
    assert!(scene.shows("gate 1: confirm done"));
    scene.type_text("yes and no");
    assert_eq!(scene.ui.input().0, "yes and no");

    let mut scene = read();
    scene.ui.focus = Focus::Worker;
    scene.press("esc i");
    scene.press("g");
    assert!(scene.ui.typing);
    scene.ui.typing = true;
    let asks = scene.press("y");
    assert!(matches!(asks.last(), Some(Ask::Type { .. })), "{asks:?}");
    assert!(!scene.shows("╭─ gate 1"), "no card over a pane that is typed into");
    assert!(scene.shows("gate 1 waits"), "{}", scene.text());
}

#[test]
fn the_panel_of_gates_shows_what_to_look_at_and_the_key_that_leads_to_the_answers() {
    let mut scene = Scene::of(&scenes::question(), (120, 40));
    scene.wait(700);
    // While its card is put aside its keys do something else: none of them is shown.
    scene.press("esc 5 z z");
    for what in [
        "May the old format be dropped?",
        "g opens it to be answered",
        "answer: answer in words",
        "Which release is it for?",
    ] {
        assert!(scene.shows(what), "{what}: {}", scene.text());
    }
    assert!(!scene.shows("a, y approve") && !scene.shows("c answer"), "{}", scene.text());
    scene.press("enter");
    assert!(scene.shows("gate 1: question"), "{}", scene.text());
}

#[test]
fn evidence_that_does_not_fit_is_counted_not_dropped_in_silence() {
    let scene = {
        let mut scene = Scene::of(&scenes::gate(), (80, 16));
        scene.wait(700);
        scene
    };
    assert!(scene.shows("more lines in the panel of gates"), "{}", scene.text());
    assert!(scene.shows("finish the run"), "the answers stay");
}

#[test]
fn a_replay_shows_the_card_and_takes_no_answer() {
    let mut scene = scenes::replay(SIZE);
    scene.wait(5_000);
    assert_eq!(scene.ui.mode, Mode::Replay);
    assert!(scene.shows("gate 1: confirm done"));
    assert_eq!(scene.press("y a"), []);
    // What was is looked at all the same.
    assert!(matches!(scene.press("enter")[..], [Ask::Fetch { .. }]));
}

#[test]
fn a_question_that_only_its_pane_takes_an_answer_to_leads_there_by_enter_and_by_the_key_for_typing() {
    for key in ["enter", "i"] {
        let mut scene = Scene::of(&scenes::asked_in_pane(), SIZE);
        scene.wait(700);
        assert!(scene.shows("type to it, in its pane"), "{}", scene.text());
        assert_eq!(scene.press(key), [], "{key} ends nothing");
        assert_eq!(scene.ui.focus, Focus::Worker, "{key}");
        assert!(scene.shows("TYPING TO worker"), "{key}: {}", scene.text());
    }
}

#[test]
fn after_a_key_that_is_no_answer_the_next_one_is_none_either() {
    let mut scene = Scene::of(&scenes::gate(), (80, 24));
    scene.wait(5_000);
    assert_eq!(scene.press("t"), [], "nothing to try again here");
    assert!(scene.shows("takes"), "{}", scene.text());
    assert_eq!(scene.press("y"), [], "it was meant for what `t` was meant for");
    assert!(scene.shows("press it again to answer"), "{}", scene.text());
    assert!(matches!(scene.press("y")[..], [Ask::Act(OperatorAct::AnswerGate { .. })]));
}

#[test]
fn a_key_that_is_no_answer_is_forgotten_after_a_while() {
    let mut scene = Scene::of(&scenes::gate(), (80, 24));
    scene.wait(5_000);
    scene.press("t");
    scene.wait(2_000);
    assert!(matches!(scene.press("y")[..], [Ask::Act(OperatorAct::AnswerGate { .. })]));
}

#[test]
fn who_goes_to_a_panel_has_the_keys_there_and_the_card_comes_back_when_called() {
    let mut scene = Scene::of(&scenes::gate(), (80, 24));
    scene.wait(5_000);
    for key in ["3", "4", "1", "tab"] {
        assert!(scene.shows("╭─ gate 1"), "{key}: {}", scene.text());
        scene.press(key);
        assert!(!scene.shows("╭─ gate 1") && scene.shows("GATE 1  g: open"), "{key}: {}", scene.text());
        assert_eq!(scene.press("up up down"), [], "{key}");
        scene.press("esc g");
    }
    scene.press("4 enter");
    assert!(matches!(scene.ui.popups[..], [Popup::Explain(_)]), "{}", scene.text());
}

#[test]
fn a_gate_takes_no_keys_from_an_input_box_that_one_went_to() {
    let glass = || Scene::of(&scenes::gate(), (80, 24)).glass;
    let mut scene = Scene::new(new_ui(Mode::Live), glass(), (80, 24));
    scene.ui.call_to_gate(&scene.glass);
    assert_ne!(scene.ui.focus, Focus::Input, "nobody went there");
    let mut scene = Scene::new(new_ui(Mode::Live), glass(), (80, 24));
    scene.press("esc 7");
    scene.ui.call_to_gate(&scene.glass);
    assert_eq!(scene.ui.focus, Focus::Input);
    scene.type_text("be strict");
    assert_eq!(scene.ui.input().0, "be strict");
    assert!(scene.shows("esc: to the gate"), "{}", scene.text());
}

#[test]
fn words_that_were_left_in_an_agents_input_are_told_when_the_pane_is_handed_back() {
    let left = "what you typed to the worker and did not send goes before its next prompt";
    for (keys, told) in [("a b", true), ("a b enter", false), ("a backspace", true), ("a ctrl-u", false)] {
        let mut bench = scenes::working();
        let pane: PaneId = "worker-1".into();
        bench.act(OperatorAct::TakeOver { pane });
        let mut scene = Scene::of(&bench, (120, 40));
        scene.press("2 i");
        scene.press(keys);
        scene.press("ctrl-g h");
        assert_eq!(scene.shows(left), told, "{keys}: {}", scene.text());
    }
}
