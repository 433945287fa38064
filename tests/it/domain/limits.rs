//! A provider that refuses for a while: the role waits for it, and goes on by itself.

use super::bench::Bench;
use awtui::domain::*;

fn limited(until: Option<u64>) -> Observation {
    Observation::Limited(LimitInfo { until, reason: "429 slow down".to_owned() })
}

fn failed() -> Observation {
    let end = TurnEnd::Failed { reason: "429 slow down".to_owned() };
    Observation::TurnEnded { end, text: "".into() }
}

fn reset(effect: &Effect) -> bool {
    matches!(effect, Effect::Timer { timer: TimerKind::LimitReset { .. }, .. })
}

#[test]
fn a_turn_that_a_limit_ended_goes_on_by_itself_once_the_limit_is_over() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let until = bench.now.wall + 600_000;
    bench.observe(&worker, limited(Some(until)));
    bench.observe(&worker, failed());
    assert_eq!(bench.run.open_gates().count(), 0, "nobody needs to be asked");
    assert_eq!(bench.phase(), RunPhase::Limited);
    assert_eq!(bench.run.panes[&worker].activity, Activity::Limited);
    let words = "step 0002 waits until the provider of the worker takes calls again: 429 slow down";
    assert_eq!(explain(&bench.run), words);
    let timer = bench.settle("reset", reset, Outcome::Fired);
    assert!(matches!(timer, Effect::Timer { due: TimerDue::Wall(at), .. } if at == until), "{timer:?}");
    assert_eq!(bench.prompted(), (worker, PromptKind::Resume));
    assert_eq!((bench.run.rounds, bench.phase()), (1, RunPhase::Working));
}

#[test]
fn a_limit_that_the_agent_sat_out_by_itself_holds_up_nothing() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let until = bench.now.wall + 2_000;
    bench.observe(&worker, limited(Some(until)));
    assert_eq!(bench.run.panes[&worker].activity, Activity::Limited);
    bench.wait(10_000);
    bench.observe(&worker, Observation::Status(StatusSeen::Working));
    assert_eq!((bench.run.panes[&worker].activity, bench.phase()), (Activity::Working, RunPhase::Working));
    bench.give_result(&worker);
    bench.checkpointed();
    assert!(!bench.run.outbox.is_empty(), "{}", explain(&bench.run));
}

#[test]
fn a_turn_that_came_to_its_end_in_spite_of_a_limit_leaves_none_behind() {
    for until in [None, Some(1)] {
        let mut bench = Bench::new();
        let (_, worker) = bench.until_worker();
        bench.observe(&worker, limited(until));
        bench.give_result(&worker);
        assert_eq!(bench.run.roles[&"worker".into()].limited, None, "{until:?}");
    }
}

#[test]
fn a_limit_whose_time_is_over_already_holds_nothing() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.observe(&worker, limited(Some(bench.now.wall - 1)));
    bench.observe(&worker, failed());
    bench.settle("reset", reset, Outcome::Fired);
    assert_eq!(bench.prompted(), (worker, PromptKind::Resume));
}

#[test]
fn a_limit_without_a_time_is_tried_again_ever_more_rarely_and_then_put_to_the_operator() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let mut waits = Vec::new();
    while bench.run.open_gates().next().is_none() {
        bench.observe(&worker, limited(None));
        bench.observe(&worker, failed());
        if bench.run.outbox.values().any(reset) {
            let now = bench.now.run;
            let timer = bench.settle("reset", reset, Outcome::Fired);
            let Effect::Timer { due: TimerDue::Run(at), .. } = timer else { panic!("{timer:?}") };
            waits.push((at - now) / 60_000);
            bench.prompted();
        }
        assert!(waits.len() < 20, "{waits:?}");
    }
    assert_eq!(waits, [1, 2, 4, 8, 16]);
    let gate = bench.gate();
    assert_eq!(gate.kind, GateKind::AgentFailed);
    assert!(gate.question.summary().contains("429 slow down"), "{:?}", gate.question);
    bench.answer(AnswerKind::Retry, "");
    assert_eq!(bench.prompted(), (worker, PromptKind::Resume), "the operator need not wait");
}
