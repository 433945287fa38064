use super::bench::{Bench, config, operator, verdict};
use awtui::domain::*;

fn refusal(bench: &mut Bench, gate: u32, kind: AnswerKind, text: &str) -> String {
    let answer = Answer { kind, text: text.into() };
    let act = OperatorAct::AnswerGate { gate: GateId(gate), answer };
    bench.try_input(Input::Operator { author: operator(), act }).unwrap_err().to_string()
}

fn question() -> Bench {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    let mut report = verdict(Verdict::NeedsOperator);
    report.questions = vec!["Which database?".to_owned(), "And which version?".to_owned()];
    bench.input(Input::VerdictReported { pane: analyst.clone(), key: "q".to_owned(), report });
    bench.turn_ended(&analyst, "");
    bench
}

#[test]
fn a_question_holds_the_run_until_it_is_answered_and_the_asker_reads_the_answer() {
    let mut bench = question();
    let gate = bench.gate();
    assert_eq!((gate.kind.clone(), gate.question.summary()), (GateKind::Question, "Which database?"));
    assert_eq!(gate.evidence[0], "and: And which version?");
    bench.answer(AnswerKind::Answer, "PostgreSQL 17");
    assert_eq!(bench.run.notes[0].1.summary(), "PostgreSQL 17");
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "plan".to_owned() });
    assert_eq!(bench.run.steps.len(), 2);
}

#[test]
fn wrong_answers_are_refused_with_what_would_be_right() {
    let mut bench = question();
    assert_eq!(refusal(&mut bench, 9, AnswerKind::Approve, ""), "there is no gate 9; open: 1");
    assert_eq!(
        refusal(&mut bench, 1, AnswerKind::Retry, ""),
        "gate 1 takes answer, approve, abort, not retry"
    );
    assert_eq!(refusal(&mut bench, 1, AnswerKind::Answer, "  "), "an answer to gate 1 needs words");
    bench.answer(AnswerKind::Answer, "yes");
    assert_eq!(refusal(&mut bench, 1, AnswerKind::Approve, ""), "gate 1 was already answered by ann: answer");
}

#[test]
fn a_rejected_done_sends_the_operators_note_to_a_new_plan() {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    bench.give_verdict(&analyst, Verdict::Done);
    bench.answer(AnswerKind::Reject, "the docs are missing");
    assert_eq!(bench.run.notes[0].1.summary(), "the docs are missing");
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "plan".to_owned() });
    assert_eq!(bench.run.outcome, None);
}

#[test]
fn without_confirmation_done_ends_the_run_unless_a_required_check_fails() {
    for (code, outcome) in [(0, Some(RunOutcome::Done)), (1, None)] {
        let mut config = config();
        config.bounds.confirm_done = false;
        config.checks.push(Check {
            name: "tests".to_owned(),
            run: "t".to_owned(),
            required: true,
            timeout: 1,
        });
        let mut bench = Bench::with(config);
        let (analyst, worker) = bench.until_worker();
        bench.give_result(&worker);
        bench.checkpointed();
        let result = CheckResult { code: Some(code), reason: None, wall: 5, output: "".into() };
        bench.settle(
            "check",
            |effect| matches!(effect, Effect::RunCheck { .. }),
            Outcome::Checked { result },
        );
        bench.prompted();
        bench.give_verdict(&analyst, Verdict::Done);
        if outcome.is_some() {
            bench.killed();
        } else {
            assert_eq!(bench.gate().evidence[0], "the required check \"tests\" fails");
        }
        assert_eq!(bench.run.outcome, outcome, "exit code {code}");
    }
}

#[test]
fn the_round_bound_ends_in_a_gate_that_grants_as_many_again() {
    let mut config = config();
    config.bounds.max_rounds = 1;
    let mut bench = Bench::with(config);
    let (analyst, worker) = bench.until_worker();
    bench.give_result(&worker);
    bench.checkpointed();
    bench.prompted();
    bench.give_verdict(&analyst, Verdict::NeedsWorker);
    assert_eq!(bench.gate().kind, GateKind::BoundReached { bound: Bound::Rounds { limit: 1 } });
    assert_eq!(bench.run.rounds, 1);
    bench.answer(AnswerKind::Approve, "");
    assert_eq!((bench.run.rounds, bench.run.extended.rounds), (2, 1));
}

#[test]
fn a_bound_that_was_extended_is_named_as_it_holds_now() {
    let mut config = config();
    config.budget.cost = Money(5_000_000);
    let mut bench = Bench::with(config);
    let (_, worker) = bench.until_worker();
    bench.usage(&worker, 2_000, 10);
    assert_eq!(bench.run.cost_bound(), Some(Money(5_000_000)));
    assert!(bench.gate().question.summary().contains("its bound of $0.0050. Grant as much again?"));
    bench.settle("interrupt", |effect| matches!(effect, Effect::Interrupt { .. }), Outcome::Done);
    bench.observe(&worker, Observation::TurnEnded { end: TurnEnd::Interrupted, text: "".into() });
    bench.answer(AnswerKind::Approve, "");
    assert_eq!(bench.run.cost_bound(), Some(Money(10_000_000)));
    bench.prompted();
    bench.usage(&worker, 2_000, 10);
    let gate = bench.gate();
    assert!(
        gate.question.summary().contains("its bound of $0.0100. Grant $0.0050 more?"),
        "{:?}",
        gate.question
    );
}

#[test]
fn the_cost_bound_holds_before_the_next_prompt() {
    let mut config = config();
    config.budget.cost = Money(1_000_000);
    let mut bench = Bench::with(config);
    let analyst = bench.spawned();
    bench.prompted();
    bench.usage(&analyst, 1000, 100);
    bench.give_verdict(&analyst, Verdict::NeedsWorker);
    assert!(matches!(bench.gate().kind, GateKind::BoundReached { bound: Bound::Cost { .. } }));
    bench.answer(AnswerKind::Abort, "");
    bench.killed();
    assert_eq!(bench.run.outcome, Some(RunOutcome::Aborted));
}

#[test]
fn work_without_an_operator_is_bounded_and_a_decision_restarts_its_clock() {
    let mut config = config();
    config.bounds.max_autonomous = 60_000;
    let mut bench = Bench::with(config);
    let (analyst, worker) = bench.until_worker();
    bench.wait(61_000);
    bench.give_result(&worker);
    bench.checkpointed();
    assert!(matches!(bench.gate().kind, GateKind::BoundReached { bound: Bound::Autonomy { .. } }));
    bench.wait(3_600_000);
    bench.answer(AnswerKind::Approve, "");
    assert_eq!(bench.prompted().0, analyst);
    assert!(bench.run.autonomous < 1000, "waiting for a person is not work");
}

#[test]
fn an_idle_turn_asks_and_goes_on_by_itself_when_the_agent_does() {
    let mut config = config();
    config.bounds.max_idle = 60_000;
    let mut bench = Bench::with(config);
    let (_, worker) = bench.until_worker();
    let idle = |effect: &Effect| matches!(effect, Effect::Timer { timer: TimerKind::Idle { .. }, .. });
    bench.wait(50_000);
    let call = Observation::ToolStarted { call: "c".into(), name: "ls".into(), detail: String::new() };
    bench.observe(&worker, call);
    bench.wait(20_000);
    bench.settle("idle timer", idle, Outcome::Fired);
    assert!(bench.run.open_gates().next().is_none(), "a sign of life came in between");
    bench.wait(61_000);
    bench.settle("idle timer", idle, Outcome::Fired);
    assert!(matches!(bench.gate().kind, GateKind::BoundReached { bound: Bound::Idle { .. } }));
    bench.give_result(&worker);
    assert!(bench.run.open_gates().next().is_none(), "the gate lost its subject");
    bench.checkpointed();
    assert_eq!(bench.phase(), RunPhase::Reviewing);
}

#[test]
fn a_required_check_that_keeps_failing_opens_a_gate() {
    let mut config = config();
    config.checks.push(Check { name: "tests".to_owned(), run: "t".to_owned(), required: true, timeout: 1 });
    let mut bench = Bench::with(config);
    let (analyst, worker) = bench.until_worker();
    for round in 1..=3 {
        bench.give_result(&worker);
        bench.checkpointed();
        let result = CheckResult { code: Some(1), reason: None, wall: 5, output: "".into() };
        bench.settle(
            "check",
            |effect| matches!(effect, Effect::RunCheck { .. }),
            Outcome::Checked { result },
        );
        if round == 3 {
            break;
        }
        bench.prompted();
        bench.give_verdict(&analyst, Verdict::NeedsWorker);
        bench.checkpointed();
        bench.prompted();
    }
    assert!(matches!(bench.gate().kind, GateKind::CheckFailing { .. }));
    bench.answer(AnswerKind::Approve, "");
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "review".to_owned() });
}

#[test]
fn a_turn_that_spends_beyond_the_budget_is_interrupted_and_goes_on_once_more_is_granted() {
    let mut config = config();
    config.budget.tokens = 20_000;
    let mut bench = Bench::with(config);
    let (_, worker) = bench.until_worker();
    bench.usage(&worker, 10_000, 10);
    assert!(bench.run.open_gates().next().is_none());
    bench.usage(&worker, 12_000, 10);
    assert!(matches!(bench.gate().kind, GateKind::BoundReached { bound: Bound::Tokens { .. } }));
    bench.settle("interrupt", |effect| matches!(effect, Effect::Interrupt { .. }), Outcome::Done);
    bench.observe(&worker, Observation::TurnEnded { end: TurnEnd::Interrupted, text: "".into() });
    assert_eq!(bench.run.open_gates().count(), 1, "the interrupt is awtui's own");
    bench.usage(&worker, 2_000, 10);
    assert_eq!(bench.run.gates.len(), 1, "what comes in late opens no second one");
    bench.answer(AnswerKind::Approve, "");
    assert_eq!(bench.prompted(), (worker, PromptKind::Resume));
}
