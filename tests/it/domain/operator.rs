use super::bench::{Bench, operator};
use awtui::domain::*;

fn pause(mode: PauseMode) -> OperatorAct {
    OperatorAct::Pause { mode, reason: "lunch".to_owned() }
}

#[test]
fn a_draining_pause_lets_the_turn_end_and_starts_nothing_until_resume() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.act(pause(PauseMode::Drain));
    assert_eq!(bench.phase(), RunPhase::Draining);
    bench.give_result(&worker);
    assert_eq!(bench.phase(), RunPhase::Paused);
    assert!(bench.run.outbox.is_empty(), "{:?}", bench.run.outbox);
    bench.act(OperatorAct::Resume);
    bench.checkpointed();
    assert_eq!(bench.phase(), RunPhase::Reviewing);
}

#[test]
fn pause_now_interrupts_once_and_resume_tells_the_agent_to_go_on() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.act(pause(PauseMode::Now));
    bench.settle("interrupt", |effect| matches!(effect, Effect::Interrupt { .. }), Outcome::Done);
    bench.observe(&worker, Observation::TurnEnded { end: TurnEnd::Interrupted, text: "".into() });
    assert!(bench.run.outbox.is_empty());
    bench.act(OperatorAct::Resume);
    assert_eq!(bench.prompted(), (worker, PromptKind::Resume));
    assert_eq!(bench.run.steps.len(), 2, "the same step goes on");
}

#[test]
fn an_interrupt_that_awtui_did_not_make_opens_a_gate() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.observe(&worker, Observation::TurnEnded { end: TurnEnd::Interrupted, text: "".into() });
    assert_eq!(bench.gate().kind, GateKind::Interrupted);
}

#[test]
fn parking_drains_then_quits_the_agents_and_resume_starts_them_with_their_sessions() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.observe(&worker, Observation::SessionKnown { agent_session: "abc".to_owned(), log: None });
    bench.act(pause(PauseMode::Park));
    bench.give_result(&worker);
    for role in [&analyst, &worker] {
        let quits = |effect: &Effect| matches!(effect, Effect::Quit { pane } if pane == role);
        bench.settle("quit", quits, Outcome::Done);
    }
    assert!(bench.run.panes.values().all(|pane| pane.state == PaneState::Gone));
    bench.act(OperatorAct::Resume);
    bench.checkpointed();
    let again = bench.spawned();
    assert_ne!(again, analyst);
    assert_eq!(bench.run.panes[&again].session, SessionId::new("analyst.1"));
    assert_eq!(bench.run.sessions[&SessionId::new("worker.1")].agent_session.as_deref(), Some("abc"));
}

#[test]
fn abort_in_the_middle_of_a_turn_kills_and_then_closes_everything_that_is_open() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.act(OperatorAct::Abort { reason: "enough".to_owned() });
    assert_eq!(bench.phase(), RunPhase::Ending);
    bench.killed();
    assert_eq!(bench.run.outcome, Some(RunOutcome::Aborted));
    assert!(bench.run.outbox.is_empty());
    assert_eq!(bench.run.steps[1].outcome, Some(StepOutcome::Aborted));
    let facts = bench.records.len();
    bench.turn_ended(&worker, "too late");
    assert_eq!(bench.records.len(), facts);
    let refused = bench.try_input(Input::Operator { author: operator(), act: OperatorAct::Resume });
    assert!(refused.unwrap_err().to_string().starts_with("the run is over"));
}

#[test]
fn resume_without_a_pause_names_the_gate_that_waits() {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    bench.give_verdict(&analyst, Verdict::Done);
    let refused =
        bench.try_input(Input::Operator { author: operator(), act: OperatorAct::Resume }).unwrap_err();
    assert!(refused.to_string().contains("it waits for gate 1"), "{refused}");
}

#[test]
fn words_to_a_role_steer_it_at_work_and_wait_for_it_otherwise() {
    let mut bench = Bench::new();
    let (_, _) = bench.until_worker();
    bench.act(OperatorAct::Say { role: "worker".into(), text: "mind the tests".into() });
    let (_, prompt) = bench.prompted();
    assert_eq!(prompt, PromptKind::Say { text: "mind the tests".into() });
    assert_eq!(bench.run.current_step().unwrap().stage, Stage::Working, "the turn goes on");
    bench.act(OperatorAct::Say { role: "analyst".into(), text: "be strict".into() });
    assert_eq!(bench.run.unsaid[&RoleName::new("analyst")], [Text::from("be strict")]);
    let nobody = OperatorAct::Say { role: "painter".into(), text: "x".into() };
    let refused = bench.try_input(Input::Operator { author: operator(), act: nobody }).unwrap_err();
    assert_eq!(refused.to_string(), "no role is called \"painter\"; this run has analyst and worker");
}

#[test]
fn an_answer_typed_into_the_pane_hands_it_back_by_itself_and_typing_on_takes_it_over_again() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.observe(&worker, Observation::Status(StatusSeen::Blocked));
    bench.act(OperatorAct::TakeOver { pane: worker.clone() });
    assert_eq!(bench.run.taken_over, Some(worker.clone()), "it still asks");
    bench.observe(&worker, Observation::Status(StatusSeen::Working));
    assert_eq!(bench.run.taken_over, None);
    let back = bench.records.iter().rev().find_map(|record| match &record.fact {
        Fact::HandedBack { author } => Some(author.kind),
        _ => None,
    });
    assert_eq!(back, Some(AuthorKind::Awtui));
    bench.act(OperatorAct::TakeOver { pane: worker.clone() });
    bench.give_result(&worker);
    assert_eq!(bench.phase(), RunPhase::TakenOver, "until it is handed back by hand");
}

#[test]
fn while_the_operator_types_the_loop_holds_and_hand_back_lets_it_go_on() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.act(OperatorAct::TakeOver { pane: worker.clone() });
    bench.give_result(&worker);
    assert_eq!(bench.phase(), RunPhase::TakenOver);
    assert!(bench.run.outbox.is_empty());
    bench.act(OperatorAct::HandBack);
    bench.checkpointed();
    assert_eq!(bench.phase(), RunPhase::Reviewing);
}
