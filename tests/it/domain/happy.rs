use super::bench::{Bench, config};
use awtui::domain::*;

#[test]
fn a_task_runs_through_plan_execute_review_to_a_confirmed_done() {
    let mut bench = Bench::new();
    assert_eq!(bench.phase(), RunPhase::Planning);
    let (analyst, worker) = bench.until_worker();
    assert_eq!(bench.phase(), RunPhase::Working);
    bench.usage(&worker, 2000, 100);
    bench.give_result(&worker);
    bench.checkpointed();
    assert_eq!(bench.phase(), RunPhase::Reviewing);
    let (pane, prompt) = bench.prompted();
    assert_eq!(pane, analyst, "the analyst's session goes on in its pane");
    assert_eq!(prompt, PromptKind::Phase { template: "review".to_owned() });
    bench.give_verdict(&analyst, Verdict::Done);
    assert_eq!(bench.gate().kind, GateKind::DoneConfirmation);
    bench.answer(AnswerKind::Approve, "");
    bench.killed();
    assert_eq!(bench.run.outcome, Some(RunOutcome::Done));
    assert!(bench.run.outbox.is_empty(), "{:?}", bench.run.outbox);
    let stems: Vec<_> = bench.run.steps.iter().map(Step::file_stem).collect();
    assert_eq!(stems, ["0001_analyst_plan", "0002_worker_result", "0003_analyst_review"]);
    assert_eq!(bench.run.ledger.total, bench.run.ledger.recomputed());
    assert_eq!(bench.run.ledger.total.tokens.input, 3000);
}

#[test]
fn a_gate_that_tells_the_cost_says_what_is_estimated_or_missing_of_it() {
    let told = |change: fn(&mut UsageSeen)| {
        let mut bench = Bench::new();
        let (analyst, worker) = bench.until_worker();
        let mut seen = bench.usage(&worker, 2000, 100);
        seen.message = "another".to_owned();
        change(&mut seen);
        bench.observe(&worker, Observation::Usage(seen));
        bench.give_result(&worker);
        bench.checkpointed();
        bench.prompted();
        bench.give_verdict(&analyst, Verdict::Done);
        let cost = bench.run.ledger.total.cost;
        let last = bench.gate().evidence.last().unwrap().clone();
        last.replace(&cost.to_string(), "COST")
    };
    assert_eq!(told(|_| {}), "1 worker step, COST");
    assert_eq!(told(|seen| seen.cost = None), "1 worker step, COST+?");
    assert_eq!(told(|seen| seen.unknown_spend = true), "1 worker step, COST+?");
    let all_unknown = Totals { calls: 2, unpriced_calls: 1, unknown_calls: 1, ..Totals::default() };
    assert_eq!(all_unknown.spent(), "$?");
    let estimated = Totals { calls: 2, estimated_calls: 1, ..Totals::default() };
    assert_eq!(estimated.spent(), format!("~{}", Money::ZERO));
}

#[test]
fn a_second_round_gets_an_instruction_id_of_its_own() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    let first = bench.run.instruction.clone().unwrap().id;
    bench.give_result(&worker);
    bench.checkpointed();
    bench.prompted();
    bench.give_verdict(&analyst, Verdict::NeedsWorker);
    let second = bench.run.instruction.clone().unwrap().id;
    assert_eq!(first.as_str(), "0001_fix_the_parser");
    assert_eq!(second.as_str(), "0003_fix_the_parser");
    assert_eq!(bench.run.rounds, 2);
}

#[test]
fn checks_run_after_the_worker_and_their_result_is_evidence() {
    let mut config = config();
    for name in ["format", "tests"] {
        let check = Check { name: name.to_owned(), run: "true".to_owned(), required: true, timeout: 1000 };
        config.checks.push(check);
    }
    let mut bench = Bench::with(config);
    let (_, worker) = bench.until_worker();
    bench.give_result(&worker);
    bench.checkpointed();
    assert_eq!(bench.phase(), RunPhase::Checking);
    for code in [0, 1] {
        let result = CheckResult { code: Some(code), reason: None, wall: 5, output: "out".into() };
        bench.settle(
            "check",
            |effect| matches!(effect, Effect::RunCheck { .. }),
            Outcome::Checked { result },
        );
    }
    let step = &bench.run.steps[2];
    assert_eq!(step.file_stem(), "0003_checks");
    let passed: Vec<_> =
        step.evidence.checks.iter().map(|(name, result)| (name.as_str(), result.passed())).collect();
    assert_eq!(passed, [("format", true), ("tests", false)]);
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "review".to_owned() });
}

#[test]
fn past_the_threshold_a_role_is_compacted_before_its_next_prompt_and_the_loop_goes_on() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.give_result(&worker);
    bench.observe(&analyst, Observation::ContextSeen { tokens: Some(120_000), window: Some(200_000) });
    bench.checkpointed();
    assert_eq!(bench.phase(), RunPhase::Compacting);
    bench.wait(4000);
    let result = CompactOutcome::Done { before: Some(120_000), after: Some(20_000) };
    bench.settle(
        "compaction",
        |effect| matches!(effect, Effect::Compact { .. }),
        Outcome::Compacted { result },
    );
    assert_eq!(bench.prompted().0, analyst);
    let compaction = &bench.run.ledger.compactions[0];
    assert_eq!((compaction.before, compaction.after), (Some(120_000), Some(20_000)));
    assert_eq!(compaction.result, CompactionResult::Completed);
    assert!(compaction.ended.unwrap().run - compaction.started.run >= 4000);
    assert!(
        !bench.run.outbox.values().any(|effect| matches!(effect, Effect::Timer { .. })),
        "watchdog taken back"
    );
}

#[test]
fn nothing_to_compact_is_no_error_and_never_loops() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.give_result(&worker);
    bench.observe(&analyst, Observation::ContextSeen { tokens: Some(120_000), window: Some(200_000) });
    bench.checkpointed();
    let nothing = Outcome::Compacted { result: CompactOutcome::Nothing };
    bench.settle("compaction", |effect| matches!(effect, Effect::Compact { .. }), nothing);
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "review".to_owned() });
    assert_eq!(bench.run.ledger.compactions.len(), 1);
    assert!(bench.run.gates.is_empty());
}

#[test]
fn the_agents_own_trigger_rules_the_threshold_when_it_is_lower() {
    let mut bench = Bench::new();
    let (analyst, _) = bench.until_worker();
    bench.observe(
        &analyst,
        Observation::ModelSeen {
            model: "strong".to_owned(),
            thinking: None,
            window: Some(64_000),
            agent_trigger: Some(47_616),
        },
    );
    assert_eq!(bench.run.compact_threshold(&"analyst".into()), Some((47_616 - 3_200, true)));
}

#[test]
fn a_usage_seen_twice_counts_once_and_a_correction_replaces() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let before = bench.run.ledger.total.tokens.input;
    let mut seen = bench.usage(&worker, 500, 10);
    let facts = bench.records.len();
    bench.observe(&worker, Observation::Usage(seen.clone()));
    assert_eq!(bench.records.len(), facts, "the same sighting is no fact");
    seen.tokens.output = 30;
    bench.observe(&worker, Observation::Usage(seen));
    assert_eq!(bench.run.ledger.total.tokens.input, before + 500);
    assert_eq!(bench.run.ledger.steps[&StepNumber(2)].totals.tokens.output, 30);
    assert_eq!(bench.run.ledger.total, bench.run.ledger.recomputed());
}

#[test]
fn tools_side_by_side_count_their_common_time_once() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let start = |call: &str| Observation::ToolStarted {
        call: call.to_owned(),
        name: "bash".to_owned(),
        detail: String::new(),
    };
    let end = |call: &str, failed| Observation::ToolEnded {
        call: call.to_owned(),
        name: "bash".to_owned(),
        failed,
        wall: None,
    };
    bench.observe(&worker, start("a"));
    bench.observe(&worker, start("b"));
    bench.wait(980);
    bench.observe(&worker, end("a", false));
    bench.observe(&worker, end("b", true));
    let usage = &bench.run.ledger.steps[&StepNumber(2)];
    assert_eq!(usage.tool_ms, 1010, "from the first start to the last end");
    assert_eq!((usage.tool_counts["bash"], usage.tool_errors), (2, 1));
}

/// A run whose analyst is past its threshold before the review.
fn full_analyst(strategy: CompactStrategy) -> (Bench, PaneId) {
    let mut config = super::bench::config();
    config.context.strategy = strategy;
    let mut bench = Bench::with(config);
    let (analyst, worker) = bench.until_worker();
    bench.give_result(&worker);
    bench.observe(&analyst, Observation::ContextSeen { tokens: Some(120_000), window: Some(200_000) });
    bench.checkpointed();
    (bench, analyst)
}

fn handed_over(bench: &mut Bench, old: &PaneId) {
    assert_eq!(bench.phase(), RunPhase::Compacting);
    bench.wait(3000);
    bench.settle("quit", |effect| *effect == Effect::Quit { pane: old.clone() }, Outcome::Done);
    bench.settle(
        "spawn",
        |effect| matches!(effect, Effect::Spawn { session, .. } if session.as_str() == "analyst.2"),
        Outcome::Started,
    );
    let (pane, prompt) = bench.prompted();
    assert_eq!((pane.as_str(), prompt), ("analyst-2", PromptKind::Phase { template: "review".to_owned() }));
    let analyst = &bench.run.roles[&RoleName::from("analyst")];
    assert_eq!(analyst.context.tokens, None, "a fresh session's context is not known, and not 0");
    let session = &bench.run.sessions[&SessionId::from("analyst.2")];
    assert_eq!(session.takes_over, Some(SessionId::from("analyst.1")));
    let last = bench.run.ledger.compactions.last().unwrap();
    assert_eq!((last.result.clone(), last.before), (CompactionResult::Completed, Some(120_000)));
    assert!(last.ended.unwrap().run - last.started.run >= 3000);
}

#[test]
fn by_the_strategy_hand_over_a_full_role_goes_on_in_a_fresh_session() {
    let (mut bench, analyst) = full_analyst(CompactStrategy::HandOver);
    assert!(!bench.run.outbox.values().any(|effect| matches!(effect, Effect::Compact { .. })));
    handed_over(&mut bench, &analyst);
    assert_eq!(bench.run.ledger.compactions.len(), 1);
}

#[test]
fn an_agent_without_a_compaction_of_its_own_is_handed_over() {
    let (mut bench, analyst) = full_analyst(CompactStrategy::Compact);
    let unable = Outcome::Compacted { result: CompactOutcome::Unable { reason: "it has none".to_owned() } };
    bench.settle("compaction", |effect| matches!(effect, Effect::Compact { .. }), unable);
    handed_over(&mut bench, &analyst);
}

#[test]
fn compactions_that_fail_again_and_again_end_in_a_gate() {
    let (mut bench, _) = full_analyst(CompactStrategy::Compact);
    for _ in 0..2 {
        let failed = Outcome::Compacted { result: CompactOutcome::Failed { reason: "no".to_owned() } };
        bench.settle("compaction", |effect| matches!(effect, Effect::Compact { .. }), failed);
    }
    assert_eq!(bench.gate().kind, GateKind::Compaction);
    bench.answer(AnswerKind::Approve, "");
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "review".to_owned() });
}
