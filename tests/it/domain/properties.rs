use super::bench::{Bench, config, operator, sections, verdict};
use awtui::domain::*;
use proptest::prelude::*;

/// One move of a hostile world.
#[derive(Debug, Clone)]
enum Move {
    SettleFirst(u8),
    SettleLast(u8),
    Lose,
    Crash,
    Ended(bool, u8),
    Verdict(u8),
    Result(bool),
    Usage(u16),
    Context(u32),
    Gone(bool),
    Asks(bool, u8),
    AskGone(bool, u8),
    Operator(u8),
    Answer(u8),
    Wait(u32),
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => any::<u8>().prop_map(Move::SettleFirst),
        3 => any::<u8>().prop_map(Move::SettleLast),
        1 => Just(Move::Lose),
        1 => Just(Move::Crash),
        4 => (any::<bool>(), any::<u8>()).prop_map(|(who, how)| Move::Ended(who, how)),
        3 => any::<u8>().prop_map(Move::Verdict),
        3 => any::<bool>().prop_map(Move::Result),
        2 => any::<u16>().prop_map(Move::Usage),
        1 => any::<u32>().prop_map(|tokens| Move::Context(tokens % 200_000)),
        1 => any::<bool>().prop_map(Move::Gone),
        2 => (any::<bool>(), 0_u8..3).prop_map(|(who, ask)| Move::Asks(who, ask)),
        1 => (any::<bool>(), 0_u8..3).prop_map(|(who, ask)| Move::AskGone(who, ask)),
        2 => any::<u8>().prop_map(Move::Operator),
        3 => any::<u8>().prop_map(Move::Answer),
        1 => any::<u32>().prop_map(|time| Move::Wait(time % 100_000)),
    ]
}

fn outcome(effect: &Effect, luck: u8) -> Outcome {
    if luck.is_multiple_of(7) {
        return Outcome::Failed { reason: "bad luck".to_owned() };
    }
    match effect {
        Effect::Spawn { .. } => Outcome::Started,
        Effect::Prompt { .. } if luck.is_multiple_of(11) => {
            Outcome::Unconfirmed { reason: "who knows".to_owned() }
        }
        Effect::Prompt { .. } => {
            Outcome::Delivered { channel: DeliveryChannel::Paste, confirmed: true, text: "p".into() }
        }
        Effect::Compact { .. } if luck.is_multiple_of(3) => {
            Outcome::Compacted { result: CompactOutcome::Nothing }
        }
        Effect::Compact { .. } => {
            Outcome::Compacted { result: CompactOutcome::Done { before: None, after: Some(10) } }
        }
        Effect::RunCheck { .. } => {
            let result =
                CheckResult { code: Some(i32::from(luck % 2)), reason: None, wall: 1, output: "".into() };
            Outcome::Checked { result }
        }
        Effect::Checkpoint { .. } => Outcome::Checkpointed { commit: None, diff: None },
        Effect::Timer { .. } => Outcome::Fired,
        Effect::Interrupt { .. }
        | Effect::AnswerPermission { .. }
        | Effect::Quit { .. }
        | Effect::KillAll => Outcome::Done,
    }
}

#[expect(clippy::too_many_lines, reason = "one arm a move")]
fn play(bench: &mut Bench, action: &Move) {
    let pane_of = |bench: &Bench, worker: bool| {
        let role: RoleName = if worker { "worker".into() } else { "analyst".into() };
        bench.run.role_pane(&role).map(|pane| pane.id.clone())
    };
    let input = match action {
        Move::SettleFirst(luck) | Move::SettleLast(luck) => {
            let open = if matches!(action, Move::SettleFirst(_)) {
                bench.run.outbox.iter().next()
            } else {
                bench.run.outbox.iter().next_back()
            };
            let Some((effect, what)) = open else { return };
            Input::Settled { effect: *effect, outcome: outcome(what, *luck), ran: Vec::new() }
        }
        Move::Lose => {
            let Some(effect) = bench.run.outbox.keys().next() else { return };
            Input::Lost { effect: *effect }
        }
        Move::Crash => {
            let _ = bench.try_input(Input::Recovered);
            for effect in bench.run.outbox.keys().copied().collect::<Vec<_>>() {
                let _ = bench.try_input(Input::Lost { effect });
            }
            return;
        }
        Move::Ended(worker, how) => {
            let Some(pane) = pane_of(bench, *worker) else { return };
            let end = match how % 4 {
                0 => TurnEnd::Interrupted,
                1 => TurnEnd::Failed { reason: "no".to_owned() },
                _ => TurnEnd::Completed,
            };
            let observation = Observation::TurnEnded { end, text: "words".into() };
            Input::Observed { pane, source: Source::Bridge, observation }
        }
        Move::Verdict(which) => {
            let Some(pane) = pane_of(bench, false) else { return };
            let report = verdict(Verdict::ALL[usize::from(which % 3)]);
            Input::VerdictReported { pane, key: format!("v{}", bench.run.seq), report }
        }
        Move::Result(whole) => {
            let Some(pane) = pane_of(bench, true) else { return };
            let mut sections = sections("r");
            if !whole {
                sections.handoff = Text::default();
            }
            let instruction_id = bench.run.instruction.as_ref().map(|instruction| instruction.id.clone());
            let report = WorkerReport { instruction_id, status: None, sections };
            Input::WorkerReported { pane, key: format!("r{}", bench.run.seq), report }
        }
        Move::Usage(tokens) => {
            let Some(pane) = pane_of(bench, tokens % 2 == 0) else { return };
            if !bench.run.is_over() {
                bench.usage(&pane, u64::from(*tokens), 5);
            }
            return;
        }
        Move::Context(tokens) => {
            let Some(pane) = pane_of(bench, tokens % 2 == 0) else { return };
            let observation =
                Observation::ContextSeen { tokens: Some(u64::from(*tokens)), window: Some(200_000) };
            Input::Observed { pane, source: Source::Bridge, observation }
        }
        Move::Gone(worker) => {
            let Some(pane) = pane_of(bench, *worker) else { return };
            let observation = Observation::Gone { code: None, signal: Some(9) };
            Input::Observed { pane, source: Source::Process, observation }
        }
        Move::Asks(worker, ask) => {
            let Some(pane) = pane_of(bench, *worker) else { return };
            let request = PermissionRequest {
                answerable: ask % 2 == 0,
                ..PermissionRequest::new(format!("ask{ask}"), "bash", "ls")
            };
            Input::Observed { pane, source: Source::Hook, observation: Observation::PermissionAsked(request) }
        }
        Move::AskGone(worker, ask) => {
            let Some(pane) = pane_of(bench, *worker) else { return };
            let observation = Observation::PermissionGone { ask: format!("ask{ask}") };
            Input::Observed { pane, source: Source::Hook, observation }
        }
        Move::Operator(which) => {
            let act = match which % 10 {
                0 => OperatorAct::Pause { mode: PauseMode::Drain, reason: "p".to_owned() },
                1 => OperatorAct::Pause { mode: PauseMode::Now, reason: "p".to_owned() },
                2 => OperatorAct::Pause { mode: PauseMode::Park, reason: "p".to_owned() },
                3..=5 => OperatorAct::Resume,
                6 => OperatorAct::Note { text: "n".into() },
                7 => OperatorAct::Compact { role: "analyst".into() },
                8 => OperatorAct::Compact { role: "worker".into() },
                _ => OperatorAct::Say { role: "worker".into(), text: "s".into() },
            };
            Input::Operator { author: operator(), act }
        }
        Move::Answer(which) => {
            let Some(gate) = bench.run.open_gates().next() else { return };
            let kind = gate.answers[usize::from(*which) % gate.answers.len()];
            if kind == AnswerKind::Abort && which % 5 != 0 {
                return;
            }
            let answer = Answer { kind, text: "words".into() };
            Input::Operator { author: operator(), act: OperatorAct::AnswerGate { gate: gate.id, answer } }
        }
        Move::Wait(time) => {
            bench.wait(u64::from(*time));
            return;
        }
    };
    let _ = bench.try_input(input);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_happens_replay_equals_live_and_abort_stops_everything(
        moves in proptest::collection::vec(any_move(), 0..120),
        checks in any::<bool>(),
    ) {
        let mut config = config();
        config.bounds.max_idle = 50_000;
        if checks {
            config.checks.push(Check { name: "t".to_owned(), run: "t".to_owned(), required: true, timeout: 1 });
        }
        let mut bench = Bench::with(config);
        for action in &moves {
            play(&mut bench, action);
            let run = &bench.run;
            prop_assert_eq!(run.ledger.total, run.ledger.recomputed());
            let prompts = run.outbox.values().filter(|effect| {
                matches!(effect, Effect::Prompt { prompt, .. } if !matches!(prompt, PromptKind::Say { .. }))
            });
            prop_assert!(prompts.count() <= 1, "one instruction at a time");
            prop_assert!(run.steps.iter().rev().skip(1).all(Step::is_over), "one open step");
            let stuck = !run.is_over() && run.outbox.is_empty() && run.pause.is_none() && run.taken_over.is_none()
                && run.open_gates().next().is_none()
                && !run.current_step().is_some_and(|step| step.stage == Stage::Working)
                && !run.panes.values().any(|pane| matches!(pane.activity, Activity::Working | Activity::Compacting | Activity::Limited));
            prop_assert!(!stuck, "the run waits for nothing: {}", explain(run));
        }
        let json = serde_json::to_string(&bench.records).unwrap();
        let read: Vec<Record> = serde_json::from_str(&json).unwrap();
        let mut replayed = Run::default();
        for record in &read {
            apply(&mut replayed, record);
        }
        prop_assert_eq!(&replayed, &bench.run);
        let act = OperatorAct::Abort { reason: "end".to_owned() };
        let _ = bench.try_input(Input::Operator { author: operator(), act });
        for _ in 0..3 {
            if let Some(effect) = bench.run.outbox.iter().find(|(_, effect)| **effect == Effect::KillAll).map(|(id, _)| *id) {
                bench.input(Input::Settled { effect, outcome: Outcome::Done, ran: Vec::new() });
            }
        }
        prop_assert!(bench.run.is_over());
        prop_assert!(bench.run.outbox.is_empty());
        prop_assert!(bench.run.open_gates().next().is_none());
    }
}
