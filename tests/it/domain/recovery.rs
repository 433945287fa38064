use super::bench::Bench;
use awtui::domain::*;

fn crash(bench: &mut Bench) {
    bench.input(Input::Recovered);
    let lost: Vec<EffectId> = bench.run.outbox.keys().copied().collect();
    for effect in lost {
        if bench.run.outbox.contains_key(&effect) && !bench.started.contains(&effect) {
            bench.input(Input::Lost { effect });
        }
    }
}

#[test]
fn after_a_crash_in_a_turn_the_session_is_resumed_and_told_to_go_on() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    crash(&mut bench);
    let again = bench.spawned();
    assert_eq!(bench.run.panes[&again].session, bench.run.panes[&worker].session);
    assert_eq!(bench.prompted(), (again, PromptKind::Resume));
    assert_eq!(bench.run.steps.len(), 2);
}

#[test]
fn a_lost_spawn_is_asked_for_again_and_does_not_count_as_a_failure() {
    let mut bench = Bench::new();
    crash(&mut bench);
    bench.spawned();
    assert_eq!(bench.run.roles[&RoleName::new("analyst")].failed_starts, 0);
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "plan".to_owned() });
}

#[test]
fn a_prompt_in_doubt_is_put_to_the_operator() {
    let mut bench = Bench::new();
    bench.spawned();
    let (effect, _) = bench.open("prompt", |effect| matches!(effect, Effect::Prompt { .. }));
    let outcome = Outcome::Unconfirmed { reason: "its log cannot be read".to_owned() };
    bench.input(Input::Settled { effect, outcome, ran: Vec::new() });
    assert_eq!(bench.gate().kind, GateKind::InDoubt);
    bench.answer(AnswerKind::Retry, "");
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "plan".to_owned() });
}

#[test]
fn an_agent_that_leaves_in_its_turn_is_resumed_and_one_that_keeps_leaving_is_put_to_the_operator() {
    let mut bench = Bench::new();
    let mut pane = bench.spawned();
    bench.prompted();
    for _ in 0..3 {
        bench.observe(&pane, Observation::Gone { code: Some(1), signal: None });
        if bench.run.open_gates().next().is_some() {
            break;
        }
        pane = bench.spawned();
        assert_eq!(bench.prompted().1, PromptKind::Resume);
    }
    assert_eq!(bench.gate().kind, GateKind::AgentFailed);
    bench.answer(AnswerKind::Retry, "");
    bench.spawned();
}

#[test]
fn a_start_that_keeps_failing_ends_in_a_gate_with_its_reason() {
    let mut bench = Bench::new();
    for _ in 0..3 {
        let failed = Outcome::Failed { reason: "pi is not installed".to_owned() };
        bench.settle("spawn", |effect| matches!(effect, Effect::Spawn { .. }), failed);
    }
    assert!(bench.gate().question.summary().contains("pi is not installed"));
}

#[test]
fn a_crash_while_ending_kills_again() {
    let mut bench = Bench::new();
    bench.until_worker();
    bench.act(OperatorAct::Abort { reason: "x".to_owned() });
    crash(&mut bench);
    bench.killed();
    assert_eq!(bench.run.outcome, Some(RunOutcome::Aborted));
}

#[test]
fn an_agent_that_leaves_over_its_prompt_is_started_again_and_one_that_keeps_doing_so_is_put_to_the_operator()
{
    let mut bench = Bench::new();
    for _ in 0..3 {
        let pane = bench.spawned();
        bench.open("prompt", |effect| matches!(effect, Effect::Prompt { .. }));
        bench.observe(&pane, Observation::Gone { code: None, signal: Some(9) });
        bench.settle("prompt", |effect| matches!(effect, Effect::Prompt { .. }), Outcome::Canceled);
    }
    assert_eq!(bench.gate().kind, GateKind::AgentFailed);
}
