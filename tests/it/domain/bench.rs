//! A run on a bench: inputs go in, the effects that are open come out, time is a number.

use awtui::domain::*;
use std::collections::{BTreeMap, BTreeSet};

/// How the agents of benches are started.
pub const ARGV: &str = "/usr/local/bin/pi --model strong --thinking high -e /state/launch/bridge.ts --append-system-prompt \
                        'You are one of two  agents.'";

pub struct Bench {
    pub run: Run,
    pub records: Vec<Record>,
    pub now: Time,
    pub started: BTreeSet<EffectId>,
    messages: u32,
}

pub fn config() -> RunConfig {
    let role = |model: &str| RoleConfig {
        agent: AgentSpec { name: "pi".to_owned(), definition: None },
        model: Some(model.to_owned()),
        thinking: Some(Thinking::High),
        context_limit: 128_000,
        args: Vec::new(),
        ask: Vec::new(),
    };
    RunConfig {
        agents: std::collections::BTreeMap::new(),
        roles: [("analyst".into(), role("strong")), ("worker".into(), role("fast"))].into_iter().collect(),
        context: ContextPolicy { warn_at: 750, compact_at: 900, strategy: CompactStrategy::Compact },
        bounds: LoopBounds {
            max_rounds: 20,
            max_autonomous: 24 * 3_600_000,
            max_idle: 0,
            confirm_done: true,
        },
        budget: Budget { cost: Money::ZERO, tokens: 0 },
        checks: Vec::new(),
    }
}

pub fn operator() -> Author {
    Author::new(AuthorKind::Operator, "ann")
}

pub fn sections(result: &str) -> ReportSections {
    let filled = || Text::from("said");
    ReportSections {
        task_understood: filled(),
        actions_taken: filled(),
        result: result.into(),
        validation: filled(),
        artifacts: filled(),
        issues: filled(),
        recommendation: filled(),
        handoff: filled(),
    }
}

pub fn verdict(verdict: Verdict) -> VerdictReport {
    let instruction = (verdict == Verdict::NeedsWorker).then(|| Instruction {
        id: InstructionId::new(""),
        goal: "Fix the parser".into(),
        files: vec![],
        commands: vec![],
        stop_when: vec![],
        report: vec![],
    });
    VerdictReport { verdict, reason: "because".into(), instruction, memory: vec![], questions: vec![] }
}

impl Bench {
    pub fn new() -> Self {
        Self::with(config())
    }

    pub fn with(config: RunConfig) -> Self {
        Self::on(config, "make it work")
    }

    pub fn on(config: RunConfig, task: &str) -> Self {
        let mut bench = Self {
            run: Run::default(),
            records: Vec::new(),
            now: Time { wall: 1_795_000_000_000, run: 0 },
            started: BTreeSet::new(),
            messages: 0,
        };
        bench.input(Input::Create {
            run: "aw_20261121_000000_task".into(),
            task: task.into(),
            directory: "/repository".to_owned(),
            workflow: Workflow::analyst_worker(),
            config,
            author: operator(),
        });
        bench
    }

    pub fn try_input(&mut self, input: Input) -> Result<(), Refusal> {
        self.now.run += 10;
        self.now.wall += 10;
        let facts = decide(&self.run, input, self.now)?;
        for fact in facts {
            let record = Record { seq: self.run.seq + 1, at: self.now, panes: BTreeMap::new(), fact };
            apply(&mut self.run, &record);
            self.records.push(record);
        }
        Ok(())
    }

    pub fn input(&mut self, input: Input) {
        self.try_input(input).expect("the input is accepted");
    }

    pub fn act(&mut self, act: OperatorAct) {
        self.input(Input::Operator { author: operator(), act });
    }

    pub fn wait(&mut self, milliseconds: u64) {
        self.now.run += milliseconds;
        self.now.wall += milliseconds;
    }

    /// The one open effect that `pick` accepts.
    pub fn open(&self, what: &str, pick: impl Fn(&Effect) -> bool) -> (EffectId, Effect) {
        let found: Vec<_> = self.run.outbox.iter().filter(|(_, effect)| pick(effect)).collect();
        assert_eq!(found.len(), 1, "expected one open {what}, outbox: {:#?}", self.run.outbox);
        (*found[0].0, found[0].1.clone())
    }

    pub fn settle(&mut self, what: &str, pick: impl Fn(&Effect) -> bool, outcome: Outcome) -> Effect {
        self.settle_with(what, pick, outcome, Vec::new())
    }

    /// As `settle`, for which these programs were run.
    pub fn settle_with(
        &mut self,
        what: &str,
        pick: impl Fn(&Effect) -> bool,
        outcome: Outcome,
        ran: Vec<Ran>,
    ) -> Effect {
        let (effect, open) = self.open(what, pick);
        self.input(Input::Settled { effect, outcome, ran });
        open
    }

    pub fn spawned(&mut self) -> PaneId {
        let spawn = |effect: &Effect| matches!(effect, Effect::Spawn { .. });
        let (_, Effect::Spawn { pane, .. }) = self.open("spawn", spawn) else {
            panic!("{:#?}", self.run.outbox)
        };
        let ran = vec![Ran::started(pane, ARGV)];
        match self.settle_with("spawn", spawn, Outcome::Started, ran) {
            Effect::Spawn { pane, .. } => pane,
            other => panic!("{other:?}"),
        }
    }

    pub fn prompted(&mut self) -> (PaneId, PromptKind) {
        let delivered = Outcome::Delivered {
            channel: DeliveryChannel::Bridge,
            confirmed: true,
            text: "the prompt".into(),
        };
        match self.settle("prompt", |effect| matches!(effect, Effect::Prompt { .. }), delivered) {
            Effect::Prompt { pane, prompt, .. } => (pane, prompt),
            other => panic!("{other:?}"),
        }
    }

    pub fn checkpointed(&mut self) {
        let called = |line: &str| Ran {
            command: format!("git -C /home/ada/project {line}").into(),
            code: Some(0),
            ..Ran::default()
        };
        self.settle_with(
            "checkpoint",
            |effect| matches!(effect, Effect::Checkpoint { .. }),
            Outcome::Checkpointed { commit: Some("c0ffee".to_owned()), diff: None },
            vec![
                called("write-tree"),
                called("commit-tree beef -m 'awtui aw_20261121_000000_task step 0002 before'"),
                called("update-ref refs/awtui/aw_20261121_000000_task/0002-before c0ffee"),
            ],
        );
    }

    pub fn observe(&mut self, pane: &PaneId, observation: Observation) {
        self.input(Input::Observed { pane: pane.clone(), source: Source::Bridge, observation });
    }

    pub fn usage(&mut self, pane: &PaneId, input: u64, output: u64) -> UsageSeen {
        self.messages += 1;
        let seen = UsageSeen {
            message: format!("m{}", self.messages),
            model: "strong".to_owned(),
            usage: UsageKind::Reply,
            tokens: Tokens { input, output, cache_read: 7, cache_write: 3, reasoning: 1, cache_write_1h: 0 },
            cost: Some(Cost::by_agent(Money(input * 3_000 + output * 15_000))),
            wall: Some(5),
            context: Some(input + output + 10),
            window: Some(200_000),
            unknown_spend: false,
        };
        self.observe(pane, Observation::Usage(seen.clone()));
        seen
    }

    pub fn turn_ended(&mut self, pane: &PaneId, text: &str) {
        self.observe(pane, Observation::TurnEnded { end: TurnEnd::Completed, text: text.into() });
    }

    pub fn give_verdict(&mut self, pane: &PaneId, kind: Verdict) {
        let key = format!("v{}", self.run.seq);
        self.input(Input::VerdictReported { pane: pane.clone(), key, report: verdict(kind) });
        self.turn_ended(pane, "verdict given");
    }

    pub fn give_result(&mut self, pane: &PaneId) {
        let id = self.run.instruction.as_ref().expect("an instruction").id.clone();
        let report = WorkerReport {
            instruction_id: Some(id),
            status: Some(WorkerStatus::Done),
            sections: sections("fixed"),
        };
        let key = format!("r{}", self.run.seq);
        self.input(Input::WorkerReported { pane: pane.clone(), key, report });
        self.turn_ended(pane, "reported");
    }

    /// From the start to the worker's first prompt delivered; the panes of analyst and worker.
    pub fn until_worker(&mut self) -> (PaneId, PaneId) {
        let analyst = self.spawned();
        self.prompted();
        self.usage(&analyst, 1000, 50);
        self.give_verdict(&analyst, Verdict::NeedsWorker);
        let worker = self.spawned();
        self.checkpointed();
        self.prompted();
        (analyst, worker)
    }

    pub fn gate(&self) -> &Gate {
        let open: Vec<_> = self.run.open_gates().collect();
        assert_eq!(open.len(), 1, "expected one open gate: {:#?}", self.run.gates);
        open[0]
    }

    pub fn answer(&mut self, kind: AnswerKind, text: &str) {
        let gate = self.gate().id;
        self.act(OperatorAct::AnswerGate { gate, answer: Answer { kind, text: text.into() } });
    }

    pub fn killed(&mut self) {
        let ended = |pane: &PaneId| Ran::started(pane.clone(), ARGV).ended(None, Some(15));
        let ran = self.run.panes.keys().map(ended).collect();
        self.settle_with("kill", |effect| *effect == Effect::KillAll, Outcome::Done, ran);
    }

    pub fn phase(&self) -> RunPhase {
        self.run.summary_phase()
    }
}
