//! One or more facts of every kind, with every field filled.

use awtui::domain::{
    AgentDefinition, AgentSpec, Answer, AnswerKind, Author, AuthorKind, Bound, Budget, Check, CheckResult,
    CheckpointSide, CompactOutcome, CompactStrategy, ContextPolicy, Cost, CostSource, DeliveryChannel,
    DiffStat, Effect, EffectId, Fact, FileChange, Gate, GateId, GateKind, GateStatus, Instruction,
    InstructionId, LimitInfo, LoopBounds, Money, Observation, Outcome, PaneId, PauseMode, PermissionRequest,
    PhaseName, PromptKind, Ran, ReportSections, RoleConfig, RoleName, RunConfig, RunId, RunOutcome,
    SessionId, Source, StatusSeen, StepNumber, StepOutcome, Text, Thinking, Time, TimerDue, TimerKind,
    Tokens, TurnEnd, UsageKind, UsageSeen, Verdict, VerdictReport, WorkerReport, WorkerStatus, Workflow,
};
use std::collections::{BTreeMap, BTreeSet};

/// Stands in every `Text` of the samples and in no other field.
pub(super) const TEXT: &str = "sample text";

pub(super) fn author() -> Author {
    Author::new(AuthorKind::Operator, "ada")
}

fn text() -> Text {
    TEXT.into()
}

fn step() -> StepNumber {
    StepNumber(2)
}

fn worker() -> RoleName {
    RoleName::from("worker")
}

fn pane() -> PaneId {
    PaneId::from("worker-1")
}

fn instruction() -> Instruction {
    Instruction {
        id: InstructionId::from("0001_fix_it"),
        goal: text(),
        files: vec!["src/lib.rs".into()],
        commands: vec!["cargo test".into()],
        stop_when: vec!["tests pass".into()],
        report: vec!["what changed".into()],
    }
}

fn check() -> CheckResult {
    CheckResult { code: Some(1), reason: Some("failed".into()), wall: 1200, output: text() }
}

fn created() -> Fact {
    let role = |name: &str, definition: Option<&str>| RoleConfig {
        agent: AgentSpec {
            name: name.into(),
            definition: definition.map(|json| AgentDefinition(json.into())),
        },
        model: Some("openai/gpt-5.5".into()),
        thinking: Some(Thinking::Xhigh),
        context_limit: 128_000,
        args: vec!["--fast".into()],
        ask: vec!["bash".into()],
    };
    Fact::RunCreated {
        run: RunId::from("aw_20260729_101500_fix_the_parser"),
        task: text(),
        directory: "/repo".into(),
        workflow: Workflow::analyst_worker(),
        config: RunConfig {
            agents: std::collections::BTreeMap::new(),
            roles: BTreeMap::from([
                (RoleName::from("analyst"), role("pi", None)),
                (worker(), role("mine", Some(r#"{"argv":["mine"]}"#))),
            ]),
            context: ContextPolicy { warn_at: 750, compact_at: 900, strategy: CompactStrategy::HandOver },
            bounds: LoopBounds {
                max_rounds: 20,
                max_autonomous: 86_400_000,
                max_idle: 600_000,
                confirm_done: true,
            },
            budget: Budget { cost: Money(20_000_000_000), tokens: u64::MAX },
            checks: vec![Check {
                name: "tests".into(),
                run: "cargo test".into(),
                required: true,
                timeout: 600_000,
            }],
        },
        author: author(),
    }
}

fn effects() -> Vec<Effect> {
    let prompt = |prompt| Effect::Prompt { pane: pane(), step: step(), prompt };
    let timer = |timer, due| Effect::Timer { timer, due };
    vec![
        Effect::Spawn { pane: pane(), session: SessionId::from("worker.1"), role: worker() },
        prompt(PromptKind::Phase { template: "execute".into() }),
        prompt(PromptKind::Continue { missing: vec!["Validation".into()] }),
        prompt(PromptKind::Remind),
        prompt(PromptKind::Resume),
        prompt(PromptKind::Say { text: text() }),
        Effect::Interrupt { pane: pane() },
        Effect::Compact { pane: pane() },
        Effect::AnswerPermission { pane: pane(), ask: "a1".into(), allow: true, note: text() },
        Effect::Quit { pane: pane() },
        Effect::RunCheck { step: step(), check: 0 },
        Effect::Checkpoint { step: step(), side: CheckpointSide::Before },
        timer(TimerKind::Idle { pane: pane(), step: step() }, TimerDue::Run(5000)),
        timer(TimerKind::CompactionWatchdog { pane: pane() }, TimerDue::Run(6000)),
        timer(TimerKind::LimitReset { role: worker() }, TimerDue::Wall(1_800_000_000_000)),
        Effect::KillAll,
    ]
}

fn outcomes() -> Vec<Outcome> {
    let diff = DiffStat {
        files: vec![FileChange { path: "src/lib.rs".into(), added: Some(3), removed: None }],
        skipped: vec!["big.bin".into()],
        patch: text(),
    };
    vec![
        Outcome::Started,
        Outcome::Delivered { channel: DeliveryChannel::Bridge, confirmed: true, text: text() },
        Outcome::Compacted { result: CompactOutcome::Done { before: Some(90_000), after: None } },
        Outcome::Compacted { result: CompactOutcome::Nothing },
        Outcome::Compacted { result: CompactOutcome::Unable { reason: "none".into() } },
        Outcome::Compacted { result: CompactOutcome::Failed { reason: "no".into() } },
        Outcome::Checked { result: check() },
        Outcome::Checkpointed { commit: Some("0123abcd".into()), diff: Some(diff) },
        Outcome::Checkpointed { commit: None, diff: None },
        Outcome::Fired,
        Outcome::Done,
        Outcome::Failed { reason: "no such program".into() },
        Outcome::Unconfirmed { reason: "crash".into() },
        Outcome::Canceled,
    ]
}

fn observations() -> Vec<Observation> {
    let usage = UsageSeen {
        message: "msg_1".into(),
        model: "gpt-5.5".into(),
        usage: UsageKind::Reply,
        tokens: Tokens {
            input: 10,
            output: 20,
            cache_read: 30,
            cache_write: 40,
            reasoning: 5,
            cache_write_1h: 0,
        },
        cost: Some(Cost {
            nanos: Money(1_234_567),
            source: CostSource::Table { date: "2026-11-01".into(), above: None },
            listed: None,
        }),
        wall: Some(900),
        context: Some(100),
        window: Some(200_000),
        unknown_spend: false,
    };
    let by_agent =
        UsageSeen { cost: Some(Cost::by_agent(Money(1))), usage: UsageKind::Compaction, ..usage.clone() };
    let unknown = UsageSeen { cost: None, usage: UsageKind::Helper, unknown_spend: true, ..usage.clone() };
    let ended = |end| Observation::TurnEnded { end, text: text() };
    vec![
        Observation::Ready,
        Observation::SessionKnown { agent_session: "s-1".into(), log: Some("/log".into()) },
        Observation::ModelSeen {
            model: "gpt-5.5".into(),
            thinking: Some("high".into()),
            window: Some(200_000),
            agent_trigger: Some(180_000),
        },
        Observation::GuardSeen { unguarded: Some("bypassPermissions".into()) },
        Observation::TurnStarted,
        Observation::Usage(usage),
        Observation::Usage(by_agent),
        Observation::Usage(unknown),
        Observation::ContextSeen { tokens: None, window: Some(200_000) },
        Observation::ToolStarted { call: "c1".into(), name: "bash".into(), detail: "ls".into() },
        Observation::ToolEnded { call: "c1".into(), name: "bash".into(), failed: true, wall: Some(5) },
        Observation::PermissionAsked(PermissionRequest {
            ask: "a1".into(),
            tool: "bash".into(),
            detail: text(),
            command: Some("rm -r build".into()),
            path: Some("build".into()),
            diff: Some(text()),
            answerable: true,
            words: false,
        }),
        Observation::PermissionGone { ask: "a1".into() },
        Observation::CompactionStarted { automatic: true },
        Observation::CompactionEnded {
            before: Some(1),
            after: Some(2),
            failed: Some("x".into()),
            nothing: false,
        },
        Observation::Limited(LimitInfo { until: Some(1), reason: "429".into() }),
        ended(TurnEnd::Completed),
        ended(TurnEnd::Interrupted),
        ended(TurnEnd::Failed { reason: "529".into() }),
        ended(TurnEnd::Unknown),
        Observation::PromptSeen { effect: 7 },
        Observation::Status(StatusSeen::Blocked),
        Observation::Progress { text: "half".into() },
        Observation::Attached { path: "artifacts/a.txt".into(), note: "it".into() },
        Observation::Typed,
        Observation::Gone { code: None, signal: Some(9) },
    ]
}

fn gates() -> Vec<Gate> {
    let kinds = [
        GateKind::Question,
        GateKind::Asked { key: "k".into() },
        GateKind::DoneConfirmation,
        GateKind::IncompleteReport,
        GateKind::BoundReached { bound: Bound::Cost { limit: Money(5) } },
        GateKind::AgentFailed,
        GateKind::Interrupted,
        GateKind::Permission { ask: "a1".into(), tool: "bash".into() },
        GateKind::CheckFailing { check: "tests".into(), result: check() },
        GateKind::InDoubt,
        GateKind::Compaction,
        GateKind::Workflow,
    ];
    let answered = GateStatus::Answered {
        answer: Answer { kind: AnswerKind::Answer, text: text() },
        author: author(),
        at: Time { wall: 9, run: 8 },
    };
    let withdrawn = GateStatus::Withdrawn { reason: "over".into(), at: Time { wall: 9, run: 8 } };
    kinds
        .into_iter()
        .enumerate()
        .map(|(at, kind)| Gate {
            id: GateId(7),
            kind,
            asked_by: Some(worker()),
            question: text(),
            evidence: vec!["a diff".into()],
            answers: vec![AnswerKind::Approve, AnswerKind::Retry],
            step: Some(step()),
            opened: Time { wall: 5, run: 4 },
            status: [GateStatus::Open, answered.clone(), withdrawn.clone()][at % 3].clone(),
        })
        .collect()
}

fn reports() -> Vec<Fact> {
    let worker_report = WorkerReport {
        instruction_id: Some(InstructionId::from("0001_fix_it")),
        status: Some(WorkerStatus::Partial),
        sections: ReportSections {
            task_understood: text(),
            actions_taken: text(),
            result: text(),
            validation: text(),
            artifacts: text(),
            issues: text(),
            recommendation: text(),
            handoff: text(),
        },
    };
    let verdict = VerdictReport {
        verdict: Verdict::NeedsWorker,
        reason: text(),
        instruction: Some(instruction()),
        memory: vec!["slow tests".into()],
        questions: vec!["which one?".into()],
    };
    vec![
        Fact::WorkerReported { step: step(), key: "k1".into(), report: worker_report },
        Fact::VerdictReported { step: step(), key: "k2".into(), report: verdict },
        Fact::ReportRefused { pane: pane(), key: "k3".into(), reason: "late".into(), text: text() },
    ]
}

fn bounds() -> [Bound; 6] {
    [
        Bound::Rounds { limit: 3 },
        Bound::Autonomy { limit: 4 },
        Bound::Idle { limit: 5 },
        Bound::Cost { limit: Money(6) },
        Bound::Tokens { limit: 7 },
        Bound::NoProgress { times: 8 },
    ]
}

pub(super) fn every_fact() -> Vec<Fact> {
    let mut facts = vec![
        created(),
        Fact::Recovered,
        Fact::PhaseEntered { phase: PhaseName::from("plan") },
        Fact::StepStarted { step: step(), phase: PhaseName::from("execute"), role: Some(worker()) },
        Fact::StepStarted { step: step(), phase: PhaseName::from("checks"), role: None },
        Fact::TurnPlanned { step: step(), prompt: PromptKind::Say { text: text() } },
        Fact::StepEnded { step: step(), outcome: StepOutcome::Incomplete },
        Fact::InstructionIssued { step: step(), instruction: instruction() },
        Fact::SessionOpened { session: SessionId::from("worker.1"), role: worker() },
    ];
    facts.extend(effects().into_iter().map(|effect| Fact::Requested { effect }));
    let ended = |code, signal| Ran::started(pane(), text()).ended(code, signal);
    let said = "fatal: not a git repository".to_owned();
    let git = Ran { command: text(), code: Some(128), said, ..Ran::default() };
    let of = |outcome: &Outcome| match outcome {
        Outcome::Started => vec![Ran::started(pane(), text())],
        Outcome::Done => vec![ended(Some(0), None), ended(None, Some(9))],
        Outcome::Checkpointed { .. } => vec![git.clone()],
        _ => Vec::new(),
    };
    facts.extend(outcomes().into_iter().map(|outcome| {
        let ran = of(&outcome);
        Fact::Settled { effect: EffectId(12), outcome, ran }
    }));
    facts.extend(observations().into_iter().map(|observation| Fact::Observed {
        pane: pane(),
        step: Some(step()),
        source: Source::SessionLog,
        observation,
    }));
    facts.extend(reports());
    facts.extend(gates().into_iter().map(|gate| Fact::GateOpened { gate }));
    facts.extend(bounds().map(|bound| Fact::BoundExtended { gate: GateId(7), bound }));
    facts.extend([
        Fact::GateAnswered {
            gate: GateId(7),
            answer: Answer { kind: AnswerKind::Reject, text: text() },
            author: Author::new(AuthorKind::DemoScript, "demo"),
        },
        Fact::GateWithdrawn { gate: GateId(7), reason: "gone".into() },
        Fact::Paused { mode: PauseMode::Drain, reason: "lunch".into(), author: author() },
        Fact::Resumed { author: author() },
        Fact::TakenOver { pane: pane(), author: author() },
        Fact::HandedBack { author: author() },
        Fact::AbortAsked { reason: "wrong".into(), author: author() },
        Fact::Noted { text: text(), author: author() },
        Fact::Said { role: worker(), text: text(), author: author() },
        Fact::CompactionAsked { role: worker(), author: author() },
        Fact::PaneResized { pane: pane(), cols: 120, rows: 40 },
        Fact::RunEnded { outcome: RunOutcome::Aborted, reason: "asked".into() },
    ]);
    facts
}

/// A new kind of fact does not compile here until it has a number, and fails below until it has a sample.
fn ordinal(fact: &Fact) -> usize {
    match fact {
        Fact::RunCreated { .. } => 0,
        Fact::Recovered => 1,
        Fact::PhaseEntered { .. } => 2,
        Fact::StepStarted { .. } => 3,
        Fact::TurnPlanned { .. } => 4,
        Fact::StepEnded { .. } => 5,
        Fact::InstructionIssued { .. } => 6,
        Fact::Requested { .. } => 7,
        Fact::Settled { .. } => 8,
        Fact::SessionOpened { .. } => 9,
        Fact::Observed { .. } => 10,
        Fact::WorkerReported { .. } => 11,
        Fact::VerdictReported { .. } => 12,
        Fact::ReportRefused { .. } => 13,
        Fact::GateOpened { .. } => 14,
        Fact::GateAnswered { .. } => 15,
        Fact::GateWithdrawn { .. } => 16,
        Fact::BoundExtended { .. } => 17,
        Fact::Paused { .. } => 18,
        Fact::Resumed { .. } => 19,
        Fact::TakenOver { .. } => 20,
        Fact::HandedBack { .. } => 21,
        Fact::AbortAsked { .. } => 22,
        Fact::Noted { .. } => 23,
        Fact::Said { .. } => 24,
        Fact::PaneResized { .. } => 25,
        Fact::RunEnded { .. } => 26,
        Fact::CompactionAsked { .. } => 27,
    }
}

#[test]
fn the_samples_hold_every_kind_of_fact() {
    let found: BTreeSet<usize> = every_fact().iter().map(ordinal).collect();
    assert_eq!(found, (0..=27).collect());
}
