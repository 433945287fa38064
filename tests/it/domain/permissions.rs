//! What an agent asks leave for becomes a gate; the answer goes back, or the question goes away.

use super::bench::Bench;
use awtui::domain::*;

fn request(name: &str) -> PermissionRequest {
    PermissionRequest {
        command: Some("touch /etc/x".to_owned()),
        diff: Some("-a\n+b".into()),
        answerable: true,
        ..PermissionRequest::new(name, "Bash", "it needs to")
    }
}

fn working() -> (Bench, PaneId) {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    (bench, worker)
}

fn asked(name: &str) -> (Bench, PaneId) {
    let (mut bench, worker) = working();
    bench.observe(&worker, Observation::PermissionAsked(request(name)));
    (bench, worker)
}

fn told(bench: &Bench) -> Vec<(String, bool, String)> {
    let effects = bench.run.outbox.values().filter_map(|effect| match effect {
        Effect::AnswerPermission { ask, allow, note, .. } => {
            Some((ask.clone(), *allow, note.summary().to_owned()))
        }
        _ => None,
    });
    effects.collect()
}

#[test]
fn a_question_opens_one_gate_that_says_what_is_asked_and_the_turn_goes_on_meanwhile() {
    let (mut bench, worker) = asked("q1");
    bench.observe(&worker, Observation::PermissionAsked(request("q1")));
    let gates: Vec<&Gate> = bench.run.open_gates().collect();
    let [gate] = gates.as_slice() else { panic!("{gates:#?}") };
    assert_eq!(gate.question.summary(), "May the worker use Bash: touch /etc/x");
    assert_eq!(gate.evidence, ["it needs to", "-a", "+b"]);
    assert_eq!(gate.answers[0], AnswerKind::Reject, "the safe answer comes first");
    assert_eq!(bench.run.current_step().unwrap().stage, Stage::Working);
    assert_eq!(bench.run.panes[&worker].activity, Activity::Asking);
}

#[test]
fn the_answer_goes_to_the_agent_once_and_it_works_again() {
    let (mut bench, worker) = asked("q1");
    bench.answer(AnswerKind::Approve, "");
    assert_eq!(told(&bench), [("q1".to_owned(), true, String::new())]);
    bench.settle("answer", |effect| matches!(effect, Effect::AnswerPermission { .. }), Outcome::Done);
    assert_eq!(bench.run.panes[&worker].activity, Activity::Working);
    assert_eq!(bench.run.open_gates().count(), 0);
}

#[test]
fn words_with_a_refusal_are_for_the_agent_and_no_note_to_the_run() {
    let (mut bench, _) = asked("q1");
    bench.answer(AnswerKind::Reject, "not there");
    assert_eq!(told(&bench), [("q1".to_owned(), false, "not there".to_owned())]);
    assert!(bench.run.notes.is_empty());
}

#[test]
fn a_question_that_was_answered_in_the_pane_closes_its_own_gate_alone() {
    let (mut bench, worker) = asked("q1");
    bench.observe(&worker, Observation::PermissionAsked(request("q2")));
    let observation = Observation::PermissionGone { ask: "q1".to_owned() };
    bench.observe(&worker, observation);
    let open: Vec<&GateKind> = bench.run.open_gates().map(|gate| &gate.kind).collect();
    assert_eq!(open, [&GateKind::Permission { ask: "q2".to_owned(), tool: "Bash".to_owned() }]);
    assert!(told(&bench).is_empty());
    assert_eq!(bench.run.panes[&worker].activity, Activity::Asking, "the other one is still open");
    bench.observe(&worker, Observation::PermissionGone { ask: "q2".to_owned() });
    assert_eq!(bench.run.panes[&worker].activity, Activity::Working);
}

#[test]
fn a_question_before_the_agent_takes_prompts_leaves_it_starting_not_working() {
    let mut bench = Bench::new();
    let (_, effect) = bench.open("spawn", |effect| matches!(effect, Effect::Spawn { .. }));
    let Effect::Spawn { pane, .. } = effect else { panic!("{effect:?}") };
    bench.observe(&pane, Observation::PermissionAsked(request("trust")));
    assert_eq!(bench.run.panes[&pane].activity, Activity::Asking);
    bench.observe(&pane, Observation::PermissionGone { ask: "trust".to_owned() });
    assert_eq!(bench.run.panes[&pane].activity, Activity::Unknown);
}

#[test]
fn a_question_in_words_is_answered_in_words() {
    let (mut bench, worker) = working();
    let detail = "Which colour?\n  1. red\n  2. blue";
    let words = PermissionRequest {
        answerable: true,
        words: true,
        ..PermissionRequest::new("q", "question", detail)
    };
    bench.observe(&worker, Observation::PermissionAsked(words));
    let gate = bench.gate();
    assert_eq!(gate.question.summary(), "The worker asks: Which colour?");
    assert_eq!(gate.evidence, ["  1. red", "  2. blue"]);
    assert_eq!(gate.answers, [AnswerKind::Answer, AnswerKind::Reject, AnswerKind::Abort]);
    bench.answer(AnswerKind::Answer, "2");
    assert_eq!(told(&bench), [("q".to_owned(), true, "2".to_owned())]);
}

#[test]
fn the_end_of_the_turn_closes_what_was_still_asked() {
    let (mut bench, worker) = asked("q1");
    let observation = Observation::TurnEnded { end: TurnEnd::Interrupted, text: Text::default() };
    bench.observe(&worker, observation);
    assert!(!bench.run.open_gates().any(|gate| matches!(gate.kind, GateKind::Permission { .. })));
}

#[test]
fn after_a_crash_no_question_of_before_can_be_answered() {
    let (mut bench, _) = asked("q1");
    bench.input(Input::Recovered);
    assert_eq!(bench.run.open_gates().count(), 0, "the agent asks again");
}

#[test]
fn a_question_that_awtui_cannot_answer_leads_to_the_pane() {
    let (mut bench, worker) = working();
    let asks = PermissionRequest::new("q1", "trust", "Do you trust this folder?");
    bench.observe(&worker, Observation::PermissionAsked(asks));
    let gate = bench.run.open_gates().next().unwrap();
    assert_eq!(gate.answers, [AnswerKind::Abort]);
    assert!(gate.evidence.iter().any(|line| line.contains("pane")), "{:?}", gate.evidence);
}

#[test]
fn one_line_that_says_it_all_stands_in_the_question_alone() {
    let (mut bench, worker) = working();
    let asks = PermissionRequest::new("q1", "Claude Code", "trust this folder");
    bench.observe(&worker, Observation::PermissionAsked(PermissionRequest { answerable: true, ..asks }));
    let gate = bench.run.open_gates().next().unwrap();
    assert_eq!(gate.question.summary(), "May the worker use Claude Code: trust this folder");
    assert!(gate.evidence.is_empty(), "{:?}", gate.evidence);
}

#[test]
fn an_answer_that_did_not_arrive_leads_to_the_pane_where_the_question_still_stands() {
    let (mut bench, worker) = asked("q1");
    bench.answer(AnswerKind::Approve, "");
    let outcome = Outcome::Failed { reason: "nobody waits for it any more".to_owned() };
    bench.settle("answer", |effect| matches!(effect, Effect::AnswerPermission { .. }), outcome);
    assert_eq!(bench.run.panes[&worker].activity, Activity::Asking, "it was not told, so it does not work");
    let gate = bench.gate().clone();
    assert_eq!(gate.answers, [AnswerKind::Abort]);
    assert!(gate.question.summary().ends_with("Answer in the pane"), "{gate:#?}");
    bench.observe(&worker, Observation::PermissionGone { ask: "q1".to_owned() });
    assert_eq!(bench.run.open_gates().count(), 0);
    assert_eq!(bench.run.panes[&worker].activity, Activity::Working);
}

#[test]
fn an_agent_with_two_questions_still_asks_when_one_is_answered() {
    let (mut bench, worker) = asked("q1");
    bench.observe(&worker, Observation::PermissionAsked(request("q2")));
    let first = bench.run.open_gates().next().unwrap().id;
    let answer = Answer { kind: AnswerKind::Approve, text: Text::default() };
    bench.act(OperatorAct::AnswerGate { gate: first, answer });
    bench.settle("answer", |effect| matches!(effect, Effect::AnswerPermission { .. }), Outcome::Done);
    assert_eq!(bench.run.panes[&worker].activity, Activity::Asking);
}
