//! The mouse: clicks focus, select and answer; the wheel scrolls what lies under it.

use super::scenes::{self, Scene};
use awtui::domain::{Answer, AnswerKind, Fetch, GateId, OperatorAct, PaneChange, StepNumber, Text};
use awtui::glass::GlassEvent;
use awtui::ui::{Ask, Focus, MouseKind};

const SIZE: (u16, u16) = (120, 40);

fn output(scene: &mut Scene, text: &str) {
    let change = PaneChange::Output { text: text.to_owned() };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change });
    scene.draw();
}

#[test]
fn a_click_focuses_what_lies_under_it() {
    let mut scene = Scene::of(&scenes::working(), SIZE);
    for (what, focus) in [
        ("analyst of the tests", Focus::Analyst),
        ("4 ledger", Focus::Ledger),
        ("5 gates", Focus::Gates),
        ("6 artifacts", Focus::Artifacts),
        ("note to the run>", Focus::Input),
        ("worker of the tests", Focus::Worker),
    ] {
        let (col, row) = scene.find(what);
        assert_eq!(scene.mouse(MouseKind::Down, col, row), [], "{what}");
        assert_eq!(scene.ui.focus, focus, "{what}");
    }
}

#[test]
fn the_tabs_of_a_narrow_screen_are_clicked() {
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    for (what, focus) in
        [("6 artifacts", Focus::Artifacts), ("5 gates", Focus::Gates), ("1 analyst", Focus::Analyst)]
    {
        let (col, row) = scene.find(what);
        scene.mouse(MouseKind::Down, col, row);
        assert_eq!(scene.ui.focus, focus, "{what}");
    }
}

#[test]
fn a_step_is_selected_by_a_click_and_opened_by_another() {
    let mut scene = Scene::of(&scenes::done(), SIZE);
    let (col, row) = scene.find("0002 execute");
    scene.mouse(MouseKind::Down, col, row);
    assert!(scene.ui.popups.is_empty());
    let asks = scene.mouse(MouseKind::Down, col, row);
    assert!(matches!(&asks[..], [Ask::Fetch { what, .. }] if *what == Fetch::Report { step: StepNumber(2) }));
    let text = (1..200).map(|line| format!("* entry {line}\n")).collect::<Vec<_>>().concat();
    scene.answer(asks, &|_| Ok(text.clone().into_bytes()));
    assert!(scene.line(3).contains("entry 1"), "{}", scene.text());
    scene.mouse(MouseKind::ScrollDown, 60, 20);
    assert!(scene.line(3).contains("entry 4"), "{}", scene.text());
}

#[test]
fn an_answer_on_the_card_is_clicked() {
    let mut scene = Scene::of(&scenes::gate(), SIZE);
    let (col, row) = scene.find("finish the run");
    assert_eq!(scene.mouse(MouseKind::Down, col, row), [], "not in the moment it appeared");
    scene.wait(700);
    let answer = Answer { kind: AnswerKind::Approve, text: Text::default() };
    assert_eq!(
        scene.mouse(MouseKind::Down, col, row),
        [Ask::Act(OperatorAct::AnswerGate { gate: GateId(1), answer })]
    );
}

#[test]
fn the_wheel_scrolls_the_pane_under_it_whatever_is_focused() {
    let mut scene = Scene::of(&scenes::working(), SIZE);
    let lines = scenes::hundred_lines();
    output(&mut scene, &lines);
    scene.press("3");
    let (col, row) = scene.find("line 95");
    assert_eq!(scene.mouse(MouseKind::ScrollUp, col, row), []);
    assert_eq!(scene.find("line 95"), (col, row + 3));
    assert!(scene.shows("3 of"), "{}", scene.text());
    scene.mouse(MouseKind::ScrollDown, col, row);
    assert!(!scene.shows("lines back"));
    assert_eq!(scene.ui.focus, Focus::Steps, "the wheel moves no focus");
}

#[test]
fn the_wheel_goes_to_an_agent_that_asked_for_it_without_taking_it_over() {
    let mut scene = Scene::of(&scenes::working(), SIZE);
    output(&mut scene, "\x1b[?1002h\x1b[?1006h");
    let (pane, place) = scene.ui.layout.panes[1].clone();
    let asks = scene.mouse(MouseKind::ScrollUp, place.x + 4, place.y + 2);
    assert_eq!(asks, [Ask::Type { pane: pane.clone(), bytes: b"\x1b[<64;5;3M".to_vec() }]);
    assert_eq!(
        scene.mouse(MouseKind::Down, place.x, place.y),
        [],
        "clicks are awtui's until one types there"
    );
    scene.press("i");
    let asks = scene.mouse(MouseKind::Down, place.x, place.y);
    assert_eq!(asks, [Ask::Type { pane, bytes: b"\x1b[<0;1;1M".to_vec() }]);
}

#[test]
fn the_wheel_moves_the_selection_of_a_list() {
    let mut scene = Scene::of(&scenes::done(), SIZE);
    let (col, row) = scene.find("0002 execute");
    scene.mouse(MouseKind::ScrollUp, col, row);
    let asks = scene.press("3 enter");
    assert!(matches!(&asks[..], [Ask::Fetch { what, .. }] if *what == Fetch::Report { step: StepNumber(3) }));
}
