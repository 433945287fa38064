//! What Codex's log tells, of the session and of its helpers, beside what the hooks told before.

use super::Codex;
use super::hooks::Session;
use super::log::{self, Entry};
use crate::agent::Emission;
use crate::domain::{Observation, Source, SumsSeen, TurnEnd, UsageKind};

impl Codex {
    pub(super) fn compaction_over(
        &mut self,
        source: Source,
        before: Option<u64>,
        after: Option<u64>,
        failed: Option<String>,
    ) -> Vec<Emission> {
        if self.compacting.take().is_none() {
            return Vec::new();
        }
        let over = Observation::CompactionEnded { before, after, failed, nothing: false };
        vec![Emission::observed(source, over)]
    }

    /// Costs and contexts count whenever they are read; the rest only for what goes on now.
    pub(super) fn entry(&mut self, entry: Entry) -> Vec<Emission> {
        let source = Source::SessionLog;
        let told = |observation| vec![Emission::observed(source, observation)];
        let live = self.turn.as_deref() == Some(self.log.turn());
        match entry {
            // The hooks tell more. Where they are missing, the log says whose it is.
            Entry::Session { .. } if self.session.is_some() => Vec::new(),
            Entry::Session { id } => {
                self.session = Some(Session { id: id.clone(), log: None });
                told(Observation::SessionKnown { agent_session: id, log: None })
            }
            Entry::Model { model, effort, window } => {
                let seen = Some((model.clone(), effort.clone(), window));
                if self.model == seen {
                    return Vec::new();
                }
                self.model = seen;
                let agent_trigger = window.map(log::own_trigger);
                told(Observation::ModelSeen { model, thinking: effort, window, agent_trigger })
            }
            Entry::Guard { unguarded } => {
                let seen = unguarded.clone();
                if std::mem::replace(&mut self.unguarded, unguarded) == seen {
                    return Vec::new();
                }
                told(Observation::GuardSeen { unguarded: seen })
            }
            Entry::User { text } => {
                let mut emissions = self.arrived(source, &text);
                // No hook told that the prompt was taken: the turn in which the log has it is the one that goes on.
                if !emissions.is_empty() && std::mem::take(&mut self.outstanding) {
                    let turn = self.log.turn().to_owned();
                    emissions.extend(self.turn_started(source, &turn));
                }
                emissions
            }
            Entry::Paid(seen) => {
                if self.counted.insert(seen.message.clone()) {
                    told(Observation::Usage(seen))
                } else {
                    Vec::new()
                }
            }
            Entry::ToolStarted { call, name, detail } if live => {
                told(Observation::ToolStarted { call, name, detail })
            }
            Entry::ToolEnded { call, name, failed, wall } if live => {
                told(Observation::ToolEnded { call, name, failed, wall })
            }
            Entry::ToolStarted { .. } | Entry::ToolEnded { .. } => Vec::new(),
            Entry::Compacted { before, after } => {
                let mut emissions = self.compaction_over(source, before, after, None);
                let window = self.model.as_ref().and_then(|(_, _, window)| *window);
                emissions.extend(told(Observation::ContextSeen { tokens: after, window }));
                emissions
            }
            Entry::Sum(tokens) => {
                let seen = SumsSeen { tokens: Some(tokens), cost: None, helpers: false };
                told(Observation::SumsSeen(seen))
            }
            Entry::TurnOver { turn, end, text, limited } => {
                let mut emissions = Vec::new();
                if self.compacting.as_deref() == Some(&turn) {
                    let reason = match &end {
                        TurnEnd::Failed { reason } => reason.clone(),
                        TurnEnd::Interrupted => "it was interrupted".to_owned(),
                        TurnEnd::Completed | TurnEnd::Unknown => "nothing was compacted".to_owned(),
                    };
                    emissions.extend(self.compaction_over(source, None, None, Some(reason)));
                }
                if live {
                    emissions.extend(limited.into_iter().flat_map(|limit| told(Observation::Limited(limit))));
                    emissions.extend(self.turn_over(source, end, &text));
                }
                emissions
            }
        }
    }

    pub(super) fn paid_by_helper(&mut self, entries: Vec<Entry>) -> Vec<Emission> {
        let mut emissions = Vec::new();
        for entry in entries {
            if let Entry::Paid(mut seen) = entry
                && self.counted.insert(seen.message.clone())
            {
                // A helper has a context of its own.
                (seen.usage, seen.context, seen.window) = (UsageKind::Helper, None, None);
                emissions.push(Emission::observed(Source::SessionLog, Observation::Usage(seen)));
            }
        }
        emissions
    }
}
