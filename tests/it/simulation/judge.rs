//! What must hold after each fact and at the end, whatever happened.

use super::operator;
use super::world::SimulatedWorld;
use awtui::client::{ClientError, Session};
use awtui::domain::{EffectId, Fact, OperatorAct, Outcome, Record, Run, RunId, Text, Tokens, Verdict, apply};
use std::collections::{BTreeMap, BTreeSet};

/// A run that says so much goes in circles.
const MOST_FACTS: u64 = 6_000;

#[derive(Default)]
pub struct Judge {
    /// The facts that were told, over all lives of the supervisor, and the state that follows from them.
    pub records: Vec<Record>,
    pub run: Run,
    pub acknowledged: Vec<OperatorAct>,
    requested: BTreeSet<EffectId>,
    settled: BTreeMap<EffectId, Outcome>,
    verdicts: BTreeSet<String>,
    words: u32,
}

impl Judge {
    /// Words that no other note holds.
    pub fn words(&mut self) -> Text {
        self.words += 1;
        Text::from(format!("words {}.", self.words))
    }

    /// Takes the next fact. One that is told again must be what it was.
    pub fn record(&mut self, record: Record, world: &SimulatedWorld) {
        let known = usize::try_from(record.seq).unwrap() - 1;
        if let Some(known) = self.records.get(known) {
            assert_eq!(*known, record, "a fact that was told is told differently");
            return;
        }
        assert_eq!(known, self.records.len(), "a fact is missing before {record:?}");
        self.check(&record, world);
        apply(&mut self.run, &record);
        self.records.push(record);
        assert!(self.run.seq < MOST_FACTS, "the run goes in circles: {:#?}", self.tail());
    }

    fn check(&mut self, record: &Record, world: &SimulatedWorld) {
        assert!(!self.run.is_over(), "{record:?} after the end");
        match &record.fact {
            Fact::Requested { .. } => {
                assert!(self.requested.insert(EffectId(record.seq)));
            }
            Fact::Settled { effect, outcome, .. } => {
                assert!(self.requested.contains(effect), "{effect:?} was never asked for");
                let before = self.settled.insert(*effect, outcome.clone());
                assert_eq!(before, None, "{effect:?} is settled twice");
            }
            Fact::VerdictReported { report, step, .. } if report.verdict == Verdict::NeedsWorker => {
                self.verdicts.insert(step.to_string());
            }
            Fact::InstructionIssued { step, .. } => {
                assert!(
                    self.verdicts.contains(&step.to_string()),
                    "step {step} goes on to the worker without a verdict that says so: {:#?}",
                    self.tail()
                );
            }
            Fact::RunEnded { .. } => {
                let alive = world.deeds().alive.values().filter(|agent| !agent.is_off()).count();
                assert_eq!(alive, 0, "an agent outlives its run: {:#?}", self.tail());
            }
            _ => {}
        }
    }

    pub fn tail(&self) -> &[Record] {
        &self.records[self.records.len().saturating_sub(12)..]
    }

    /// What the live supervisor says is what follows from its facts. It may be ahead of what was told already.
    pub async fn compare(&mut self, session: &mut Session, run: &RunId) -> Result<(), ClientError> {
        let told = operator::status(session, run).await?;
        if told["seq"] == self.run.seq {
            assert_eq!(told, serde_json::to_value(&self.run).unwrap(), "replay and live differ");
        }
        Ok(())
    }

    /// Over the whole journal, once everything is over.
    pub fn conclude(&self, journal: &[Record], world: &SimulatedWorld, killed: bool) {
        assert_eq!(journal, self.records, "what was told is not what was written");
        assert!(self.run.is_over());
        assert_eq!(self.run.outbox.len(), 0, "open effects at the end: {:#?}", self.run.outbox);
        for act in &self.acknowledged {
            assert!(self.was_written(act), "{act:?} was acknowledged and lost");
        }
        let deeds = world.deeds();
        let twice = |counts: &BTreeMap<String, u32>| {
            counts.iter().find(|(_, count)| **count > 1).map(|(name, _)| name.clone())
        };
        assert_eq!(twice(&deeds.spawned), None, "a pane was started twice");
        let prompted_twice = deeds.prompted.iter().find(|(_, count)| **count > 1);
        assert_eq!(prompted_twice, None, "a prompt was sent twice");
        if !killed && deeds.trouble == 0 {
            for effect in &deeds.taken {
                let outcome = self.settled.get(&EffectId(*effect));
                let is_taken = matches!(outcome, Some(Outcome::Delivered { confirmed: true, .. }));
                assert!(is_taken, "prompt {effect} was taken, and is {outcome:?}");
            }
        }
        if let Some(config) = &self.run.config {
            let most = config.bounds.max_rounds + self.run.extended.rounds;
            assert!(self.run.rounds <= most, "{} rounds of {most}", self.run.rounds);
        }
        let known: BTreeMap<&str, Tokens> = self
            .run
            .ledger
            .calls
            .values()
            .filter(|call| !call.seen.unknown_spend)
            .map(|call| (call.seen.message.as_str(), call.seen.tokens))
            .collect();
        for (message, tokens) in &known {
            assert_eq!(deeds.paid.get(*message), Some(tokens), "{message} was never paid so");
        }
        let mut sum = Tokens::default();
        for tokens in known.values() {
            sum += *tokens;
        }
        assert_eq!(self.run.ledger.total.tokens, sum, "the total is not the sum of its calls");
        if !killed && !deeds.silent_spend {
            let told: Vec<&str> = known.keys().copied().collect();
            let said = deeds.said.iter().map(String::as_str).collect::<Vec<_>>();
            assert_eq!(told, said, "a call that was told is not in the ledger");
        }
    }

    fn was_written(&self, act: &OperatorAct) -> bool {
        self.records.iter().any(|record| match (act, &record.fact) {
            (OperatorAct::Note { text }, Fact::Noted { text: written, .. })
            | (OperatorAct::Say { text, .. }, Fact::Said { text: written, .. }) => text == written,
            (OperatorAct::AnswerGate { gate, .. }, Fact::GateAnswered { gate: written, .. }) => {
                gate == written
            }
            (OperatorAct::Pause { reason, .. }, Fact::Paused { reason: written, .. })
            | (OperatorAct::Abort { reason }, Fact::AbortAsked { reason: written, .. }) => reason == written,
            (OperatorAct::Compact { role }, Fact::CompactionAsked { role: written, .. }) => role == written,
            (OperatorAct::Resume, Fact::Resumed { .. }) => true,
            _ => false,
        })
    }
}
