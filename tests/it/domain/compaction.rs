//! A compaction that the operator asks for: when it happens, and what it leaves alone.

use super::bench::{Bench, operator};
use awtui::domain::*;

fn compact(role: &str) -> OperatorAct {
    OperatorAct::Compact { role: role.into() }
}

fn compacts(pane: &PaneId) -> impl Fn(&Effect) -> bool + use<> {
    let pane = pane.clone();
    move |effect: &Effect| matches!(effect, Effect::Compact { pane: one } if *one == pane)
}

fn done() -> Outcome {
    Outcome::Compacted { result: CompactOutcome::Done { before: Some(9_000), after: Some(2_000) } }
}

fn refused(bench: &mut Bench, role: &str) -> String {
    bench.try_input(Input::Operator { author: operator(), act: compact(role) }).unwrap_err().to_string()
}

#[test]
fn a_role_at_rest_is_compacted_at_once_while_the_other_one_works_on() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.act(compact("analyst"));
    assert_eq!((bench.phase(), bench.run.current_step().unwrap().stage), (RunPhase::Working, Stage::Working));
    bench.wait(3_000);
    bench.settle("compaction", compacts(&analyst), done());
    assert_eq!(bench.run.roles[&"analyst".into()].context.tokens, Some(2_000));
    let made = bench.run.ledger.compactions.last().unwrap();
    assert_eq!((made.role.as_str(), made.step, made.automatic), ("analyst", None, false));
    assert_eq!(bench.run.ledger.steps.get(&StepNumber(2)).map_or(0, |step| step.compaction_ms), 0);
    bench.give_result(&worker);
    bench.checkpointed();
    assert_eq!(bench.prompted().0, analyst);
}

#[test]
fn a_role_at_work_is_compacted_once_its_turn_is_over_and_not_twice() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.act(compact("worker"));
    assert!(!bench.run.outbox.values().any(compacts(&worker)), "not into its turn");
    let words = "the worker will be compacted already, as soon as it is at rest";
    assert_eq!(refused(&mut bench, "worker"), words);
    bench.give_result(&worker);
    let words = "the worker is being compacted already";
    assert_eq!(refused(&mut bench, "worker"), words);
    bench.settle("compaction", compacts(&worker), done());
    bench.checkpointed();
    assert_eq!(bench.run.ledger.compactions.len(), 1);
    assert!(!bench.run.roles[&"worker".into()].compaction_asked);
    assert!(!bench.run.outbox.values().any(compacts(&worker)));
    assert_eq!(bench.phase(), RunPhase::Reviewing);
}

#[test]
fn a_prompt_waits_for_the_compaction_that_was_asked_for_before_it() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.act(compact("analyst"));
    bench.give_result(&worker);
    bench.checkpointed();
    assert!(!bench.run.outbox.values().any(|effect| matches!(effect, Effect::Prompt { .. })));
    assert_eq!(bench.phase(), RunPhase::Compacting);
    bench.settle("compaction", compacts(&analyst), done());
    assert_eq!(bench.prompted().0, analyst);
}

#[test]
fn a_pause_does_not_hold_what_the_operator_asks_for_in_it() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.act(OperatorAct::Pause { mode: PauseMode::Drain, reason: "lunch".to_owned() });
    bench.give_result(&worker);
    bench.act(compact("worker"));
    bench.settle("compaction", compacts(&worker), done());
    assert_eq!(bench.phase(), RunPhase::Paused);
    assert!(bench.run.outbox.is_empty(), "{:?}", bench.run.outbox);
}

#[test]
fn an_agent_that_cannot_compact_hands_over_to_a_fresh_session() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.act(compact("analyst"));
    let unable = CompactOutcome::Unable { reason: "it has no such command".to_owned() };
    bench.settle("compaction", compacts(&analyst), Outcome::Compacted { result: unable });
    assert!(
        bench.run.outbox.values().all(|effect| matches!(effect, Effect::Timer { .. })),
        "not before it is needed"
    );
    bench.give_result(&worker);
    bench.checkpointed();
    bench.settle("quit", |effect| matches!(effect, Effect::Quit { .. }), Outcome::Done);
    let again = bench.spawned();
    let session = &bench.run.sessions[&bench.run.panes[&again].session];
    assert_eq!(session.takes_over, Some(SessionId::new("analyst.1")));
}

#[test]
fn one_that_failed_is_not_tried_again_by_itself() {
    let mut bench = Bench::new();
    let (analyst, _) = bench.until_worker();
    bench.act(compact("analyst"));
    bench.settle("compaction", compacts(&analyst), Outcome::Failed { reason: "no".to_owned() });
    assert!(!bench.run.outbox.values().any(compacts(&analyst)));
    bench.act(compact("analyst"));
    bench.settle("compaction", compacts(&analyst), done());
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let mut bench = Bench::new();
    bench.spawned();
    bench.prompted();
    assert_eq!(refused(&mut bench, "boss"), "no role is called \"boss\"; this run has analyst and worker");
    assert_eq!(refused(&mut bench, "worker"), "the worker's agent does not run: there is nothing to compact");
    bench.act(OperatorAct::Pause { mode: PauseMode::Park, reason: "night".to_owned() });
    let words = "the run is parked: its agents have left; resume it first";
    assert_eq!(refused(&mut bench, "analyst"), words);
}

#[test]
fn nothing_is_compacted_under_the_hands_of_the_operator() {
    let mut bench = Bench::new();
    let (analyst, _) = bench.until_worker();
    bench.act(OperatorAct::TakeOver { pane: analyst.clone() });
    bench.act(compact("analyst"));
    assert!(!bench.run.outbox.values().any(compacts(&analyst)));
    bench.act(OperatorAct::HandBack);
    bench.settle("compaction", compacts(&analyst), done());
}

#[test]
fn what_came_of_it_is_said_to_who_asked_and_not_of_one_that_nobody_asked_for() {
    let news = |outcome: Outcome, asked: bool| {
        let mut bench = Bench::new();
        let (analyst, _) = bench.until_worker();
        bench.act(compact("analyst"));
        let (effect, _) = bench.open("compaction", compacts(&analyst));
        if !asked {
            bench.run.roles.get_mut(&RoleName::new("analyst")).unwrap().compaction_asked = false;
        }
        news(&bench.run, &Fact::Settled { effect, outcome, ran: Vec::new() })
    };
    let said = |outcome| news(outcome, true).unwrap();
    assert_eq!(said(done()), "the analyst was compacted: 9000 tokens before, 2000 now");
    let nothing = Outcome::Compacted { result: CompactOutcome::Nothing };
    assert_eq!(said(nothing.clone()), "the analyst's agent says that there is nothing to compact");
    let failed = Outcome::Failed { reason: "no room".to_owned() };
    assert_eq!(said(failed), "the analyst was not compacted: no room");
    assert_eq!(news(nothing, false), None);
}

#[test]
fn that_it_waits_for_the_end_of_the_turn_is_said_at_once() {
    let mut bench = Bench::new();
    bench.until_worker();
    let asked = |role: &str| Fact::CompactionAsked { role: role.into(), author: operator() };
    let news = |bench: &Bench, role: &str| news(&bench.run, &asked(role)).unwrap();
    assert_eq!(news(&bench, "analyst"), "the analyst is being compacted");
    let worker = bench.run.role_pane(&"worker".into()).unwrap().id.clone();
    bench.observe(&worker, Observation::TurnStarted);
    assert_eq!(news(&bench, "worker"), "the worker will be compacted when its turn is over");
}

#[test]
fn one_beside_another_roles_turn_takes_none_of_the_time_of_that() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.observe(&worker, Observation::TurnStarted);
    bench.act(compact("analyst"));
    bench.wait(3_000);
    bench.settle("compaction", compacts(&analyst), done());
    let spans =
        |role: &str| bench.run.ledger.roles.get(&role.into()).map(|totals| totals.spans).unwrap_or_default();
    assert_eq!((spans("worker").compaction, spans("analyst").compaction), (0, 0));
    assert!(spans("worker").model >= 3_000);
    assert!(bench.run.ledger.roles[&"analyst".into()].compaction_ms >= 3_000, "its own time is told");
}

#[test]
fn a_turn_that_went_into_a_compaction_of_the_agents_own_is_asked_for_again_once() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let eaten = |bench: &mut Bench| {
        bench.observe(&worker, Observation::CompactionStarted { automatic: true });
        bench.wait(1_000);
        let ended =
            Observation::CompactionEnded { before: Some(9), after: None, failed: None, nothing: false };
        bench.observe(&worker, ended);
        bench.turn_ended(&worker, "");
    };
    eaten(&mut bench);
    assert_eq!(bench.prompted(), (worker.clone(), PromptKind::Resume), "it never read its instruction");
    eaten(&mut bench);
    assert_eq!(bench.prompted(), (worker.clone(), PromptKind::Remind));
}
