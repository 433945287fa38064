//! What is counted beside the money: where time goes, how fast contexts grow, and who said what.

use super::bench::{Bench, config};
use awtui::domain::*;

fn explained(bench: &Bench, figure: &Figure) -> Vec<String> {
    let told = provenance(&bench.run, figure, bench.now);
    let mark = |told: &Told| if told.differs { "! " } else { "" };
    told.lines.iter().map(|line| format!("{}{}: {}", mark(line), line.label, line.text)).collect()
}

fn has(bench: &Bench, figure: &Figure, wanted: &str) {
    let lines = explained(bench, figure);
    assert!(lines.iter().any(|line| line.contains(wanted)), "{wanted:?} is not among {lines:#?}");
}

/// Another round of the worker, which ends with this context.
fn round(bench: &mut Bench, analyst: &PaneId, worker: &PaneId, context: u64, dollars: f64) {
    let mut seen = bench.usage(worker, 10, 10);
    seen.context = Some(context);
    seen.message = format!("c{context}");
    seen.cost = Money::from_dollars(dollars).map(Cost::by_agent);
    bench.observe(worker, Observation::Usage(seen));
    bench.give_result(worker);
    bench.checkpointed();
    bench.prompted();
    bench.give_verdict(analyst, Verdict::NeedsWorker);
    bench.checkpointed();
    bench.prompted();
}

#[test]
fn every_moment_of_a_run_is_counted_once_under_what_it_was_for() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let before = bench.run.ledger.spans;
    let tool = |call: &str| Observation::ToolStarted {
        call: call.to_owned(),
        name: "bash".to_owned(),
        detail: String::new(),
    };
    let tool_over = |call: &str| Observation::ToolEnded {
        call: call.to_owned(),
        name: "bash".to_owned(),
        failed: false,
        wall: None,
    };
    // Each input comes 10 ms after the one before, and that time belongs to what was so until then.
    let script: [(u64, Observation, &str); 9] = [
        (1_000, tool("a"), "model"),
        (200, tool("b"), "tools"),
        (300, tool_over("a"), "tools"),
        (400, Observation::PermissionAsked(PermissionRequest::new("q", "bash", "rm")), "tools"),
        (5_000, Observation::PermissionGone { ask: "q".to_owned() }, "person"),
        (600, tool_over("b"), "tools"),
        (700, Observation::CompactionStarted { automatic: true }, "model"),
        (
            8_000,
            Observation::CompactionEnded { before: None, after: None, failed: None, nothing: false },
            "compaction",
        ),
        (90, Observation::TurnStarted, "model"),
    ];
    let mut expected = Spans::default();
    for (wait, observation, kind) in script {
        bench.wait(wait);
        bench.observe(&worker, observation);
        match kind {
            "model" => expected.model += wait + 10,
            "tools" => expected.tools += wait + 10,
            "person" => expected.person += wait + 10,
            _ => expected.compaction += wait + 10,
        }
    }
    bench.wait(40);
    expected.model += 40;
    let mut all = before;
    all += expected;
    let now = bench.now.run;
    assert_eq!(bench.run.spans(now), all);
    assert_eq!(bench.run.spans(now).total(), bench.run.elapsed(bench.now));
    let steps: u64 =
        bench.run.steps.iter().map(|step| bench.run.spans_of_step(step.number, now).total()).sum();
    let roles: u64 =
        ["analyst", "worker"].map(|role| bench.run.spans_of_role(&role.into(), now).total()).iter().sum();
    let wall: u64 = bench.run.steps.iter().map(|step| step.wall(now)).sum();
    assert_eq!((steps, roles), (wall, wall), "what belongs to a step belongs to its role");
}

#[test]
fn a_pause_a_gate_and_a_limit_are_waited_for_by_whom_they_are_for() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let limit = LimitInfo { until: Some(bench.now.wall + 60_000), reason: "five hours".to_owned() };
    bench.observe(&worker, Observation::Limited(limit));
    let before = bench.run.ledger.spans.limit;
    bench.wait(7_000);
    assert_eq!(bench.run.spans(bench.now.run).limit - before, 7_000);
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    bench.give_result(&worker);
    bench.checkpointed();
    bench.prompted();
    bench.give_verdict(&analyst, Verdict::Done);
    let before = bench.run.ledger.spans.person;
    bench.wait(9_000);
    assert_eq!(bench.run.spans(bench.now.run).person - before, 9_000, "the question whether it is done");
}

#[test]
fn the_pace_of_a_context_comes_from_steps_that_ended_since_it_last_shrank() {
    let worker_role: RoleName = "worker".into();
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    assert_eq!(bench.run.pace(&worker_role), None, "no step ended");
    round(&mut bench, &analyst, &worker, 10_000, 0.01);
    assert_eq!(bench.run.pace(&worker_role), None, "one step says nothing of growth");
    round(&mut bench, &analyst, &worker, 14_000, 0.01);
    round(&mut bench, &analyst, &worker, 20_000, 0.01);
    // 4,000 and 6,000 more; compacted at 0.9 of 128,000.
    let pace = Pace { tokens: 5_000, steps: 2, left: Some((115_200 - 20_000) / 5_000) };
    assert_eq!(bench.run.pace(&worker_role), Some(pace));
    has(
        &bench,
        &Figure::Context(worker_role.clone()),
        "5,000 tokens a step over its last 3 steps; 19 steps until",
    );
    bench.observe(&worker, Observation::ContextSeen { tokens: Some(3_000), window: None });
    assert_eq!(bench.run.pace(&worker_role), None, "it was emptied: nobody knows the pace now");
    has(&bench, &Figure::Context(worker_role.clone()), "pace: ?");
    bench.observe(&worker, Observation::ContextSeen { tokens: None, window: None });
    assert_eq!(bench.run.pace(&worker_role), None, "unknown is not 0");
}

#[test]
fn a_step_that_costs_twice_the_one_before_is_marked_unless_it_is_a_trifle() {
    for (costs, expected) in
        [([0.02, 0.039], [false, false]), ([0.02, 0.04], [false, true]), ([0.001, 0.009], [false, false])]
    {
        let mut bench = Bench::new();
        let (analyst, worker) = bench.until_worker();
        // What the bench itself pays for each round is 10 in and 10 out: 0.00018 dollars.
        for (place, cost) in costs.into_iter().enumerate() {
            let context = 1_000 + place as u64;
            round(&mut bench, &analyst, &worker, context, f64::max(cost - 0.000_18, 0.0));
        }
        let worker_steps: Vec<StepNumber> =
            step_costs(&bench.run, &"worker".into()).map(|(number, _)| number).take(2).collect();
        let doubled: Vec<bool> = worker_steps.iter().map(|step| doubled(&bench.run, *step)).collect();
        let expected = expected.to_vec();
        assert_eq!(doubled, expected, "{costs:?}");
    }
}

#[test]
fn a_number_names_its_source_its_age_and_who_disagrees() {
    let mut config = config();
    let found = AgentFound {
        version: Some("1.5.2".to_owned()),
        lacks: vec!["it tells no limits".to_owned()],
        told_by: [("tokens".to_owned(), "usage of the log's entries".to_owned())].into(),
    };
    config.agents.insert("worker".into(), found);
    let mut bench = Bench::with(config);
    let (_, worker) = bench.until_worker();
    let role = Figure::Role("worker".into());
    has(&bench, &role, "! context: not known");
    has(&bench, &role, "calls: none was told yet");
    bench.observe(
        &worker,
        Observation::ModelSeen {
            model: "strong".to_owned(),
            thinking: None,
            window: Some(200_000),
            agent_trigger: Some(180_000),
        },
    );
    let listed = Observation::Listed { window: Some(1_000_000), own: false };
    bench.input(Input::Observed { pane: worker.clone(), source: Source::Table, observation: listed });
    let mut seen = bench.usage(&worker, 2_000, 100);
    bench.wait(65_000);
    has(&bench, &role, "agent: pi: 1.5.2, asked before the run began");
    has(&bench, &role, "lacks: it tells no limits");
    has(&bench, &role, "last news: bridge 1m05s ago (2)");
    has(&bench, &role, "! window: 200,000 tokens, by bridge 1m05s ago; the bundled table says 1,000,000");
    has(&bench, &role, "agent's own: by itself at 180,000, by bridge");
    has(&bench, &role, "calls: 1: 1 by bridge, the last 1m05s ago (usage of the log's entries)");
    has(&bench, &role, "context: 2,110 tokens, by bridge 1m05s ago");
    // The same call again from the log with other figures, and with the table's price beside the agent's.
    seen.tokens.output = 200;
    seen.cost =
        Some(Cost { nanos: Money(10_000_000), source: CostSource::Agent, listed: Some(Money(8_000_000)) });
    let again = Observation::Usage(seen.clone());
    bench.input(Input::Observed { pane: worker.clone(), source: Source::SessionLog, observation: again });
    has(&bench, &role, "calls: 1: 1 by session log, the last 0s ago");
    has(&bench, &role, "1 call told again with other figures");
    has(&bench, &role, "cost: $0.010000, priced when each call was seen");
    has(
        &bench,
        &role,
        "! table: $0.008000 at list price for 1 call that the agent priced; the agent says 25.0 % more",
    );
    let unknown = UsageSeen::unknown("cut".to_owned(), "strong".to_owned(), UsageKind::Reply);
    bench.observe(&worker, Observation::Usage(unknown));
    has(&bench, &role, "! unknown: 1 call failed or broken off");
    let table = UsageSeen {
        message: "t".to_owned(),
        cost: Some(Cost {
            nanos: Money(5_000_000),
            source: CostSource::Table { date: "2026-11-21".to_owned(), above: Some(200_000) },
            listed: None,
        }),
        ..seen.clone()
    };
    bench.observe(&worker, Observation::Usage(table));
    has(
        &bench,
        &role,
        "$0.005000 in 1 call by the table of 2026-11-21 for more than 200,000 tokens, an estimate",
    );
    let unpriced = UsageSeen { message: "u".to_owned(), model: "new".to_owned(), cost: None, ..seen };
    bench.observe(&worker, Observation::Usage(unpriced));
    has(&bench, &role, "! : 1 call of new without a price");
    has(&bench, &Figure::Bounds, "not in these: 2 calls of unknown cost");
}

#[test]
fn the_agents_own_sum_is_compared_with_the_calls_it_is_of() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let seen = bench.usage(&worker, 2_000, 100);
    let helper = UsageSeen { message: "h".to_owned(), usage: UsageKind::Helper, ..seen.clone() };
    bench.observe(&worker, Observation::Usage(helper));
    let role = Figure::Sources("worker".into());
    let sums = |tokens: Tokens, cost, helpers| {
        Observation::SumsSeen(SumsSeen { tokens: Some(tokens), cost, helpers })
    };
    bench.observe(&worker, sums(seen.tokens, None, false));
    has(&bench, &role, "agent's sum: worker.1: 2,110 tokens by bridge 0s ago: as the sum of its calls");
    bench.observe(&worker, sums(seen.tokens, seen.cost.clone().map(|cost| cost.nanos), true));
    has(
        &bench,
        &role,
        "! agent's sum: worker.1: 2,110 tokens by bridge 0s ago, 50.0 % less than the sum of its calls",
    );
    has(&bench, &role, "50.0 % less than the sum of its calls, $0.015000");
    let before = bench.records.len();
    bench.observe(&worker, sums(seen.tokens, seen.cost.map(|cost| cost.nanos), true));
    assert_eq!(bench.records.len(), before, "the same sum again is no news");
}

#[test]
fn a_price_that_was_reckoned_stands_whatever_a_later_table_says() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let priced = |nanos, date: &str| {
        let source = CostSource::Table { date: date.to_owned(), above: None };
        Some(Cost { nanos: Money(nanos), source, listed: None })
    };
    let mut seen = bench.usage(&worker, 1_000, 10);
    seen.message = "again".to_owned();
    seen.cost = priced(500, "2026-11-21");
    bench.observe(&worker, Observation::Usage(seen.clone()));
    let (before, total) = (bench.records.len(), bench.run.ledger.total);
    seen.cost = priced(900, "2027-01-01");
    bench.observe(&worker, Observation::Usage(seen.clone()));
    assert_eq!((bench.records.len(), bench.run.ledger.total), (before, total));
    // The agent's own figure goes before it, and other tokens are other figures.
    seen.cost = Some(Cost::by_agent(Money(700)));
    bench.observe(&worker, Observation::Usage(seen.clone()));
    assert_eq!(bench.run.ledger.total.cost.0, total.cost.0 + 200);
    assert_eq!(bench.run.ledger.total, bench.run.ledger.recomputed());
}

#[test]
fn a_window_that_no_agent_tells_is_taken_from_the_table() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let role: RoleName = "worker".into();
    assert_eq!(bench.run.compact_threshold(&role), Some((115_200, false)));
    let listed = |window| Observation::Listed { window, own: true };
    bench.observe(&worker, listed(Some(64_000)));
    assert_eq!(bench.run.compact_threshold(&role), Some((57_600, false)), "0.9 of what the settings say");
    has(
        &bench,
        &Figure::Context(role.clone()),
        "the agent does not tell; [models] of the settings says 64,000",
    );
    bench.observe(&worker, Observation::ContextSeen { tokens: Some(5), window: Some(100_000) });
    assert_eq!(bench.run.compact_threshold(&role), Some((90_000, false)), "the agent knows better");
}

#[test]
fn a_step_of_which_nobody_told_a_call_costs_an_unknown_sum_until_one_is_told() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    assert_eq!(bench.run.ledger.roles[&"analyst".into()].totals.spent(), "$0.0037");
    bench.give_result(&worker);
    bench.checkpointed();
    let spent = |bench: &Bench, role: &str| bench.run.ledger.roles[&role.into()].totals.spent();
    assert_eq!((spent(&bench, "worker").as_str(), bench.run.ledger.total.untold_steps), ("$?", 1));
    assert_eq!(bench.run.ledger.total.spent(), "$0.0037+?");
    assert_eq!(bench.run.ledger.recomputed(), bench.run.ledger.total);
    let step = Figure::Spend(Subject::Step(StepNumber(2)));
    has(&bench, &step, "! unknown: 1 step of which nobody told a call");
    has(&bench, &Figure::Bounds, "not in these: 1 step of unknown cost");
    bench.prompted();
    bench.usage(&analyst, 1000, 50);
    bench.give_verdict(&analyst, Verdict::Done);
    assert_eq!(bench.run.ledger.total.untold_steps, 1, "the analyst's was told");
}
