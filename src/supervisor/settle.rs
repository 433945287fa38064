//! The ends of effects on their way into the journal, each with what was run for it.

use super::owner::Owner;
use crate::domain::{Effect, EffectId, Input, Outcome, Ran};

impl Owner {
    pub(super) fn settle(&mut self, effect: EffectId, outcome: Outcome) {
        let ran = self.goes_on(effect, &outcome);
        self.settle_with(effect, outcome, ran.into_iter().collect());
    }

    /// As [`Owner::settle`], for which these programs were run.
    pub(super) fn settle_with(&mut self, effect: EffectId, outcome: Outcome, ran: Vec<Ran>) {
        self.timers.remove(&effect);
        self.inputs.push_back(Input::Settled { effect, outcome, ran });
    }

    /// The process that was started for it and goes on: of an agent, or of one turn of it.
    fn goes_on(&self, effect: EffectId, outcome: &Outcome) -> Option<Ran> {
        let desk = match self.run().outbox.get(&effect)? {
            Effect::Spawn { pane, .. } => self.desks.get(pane)?,
            Effect::Prompt { pane, .. } if matches!(outcome, Outcome::Delivered { .. }) => {
                self.desks.get(pane).filter(|desk| desk.between.is_some())?
            }
            Effect::Prompt { .. }
            | Effect::Interrupt { .. }
            | Effect::Compact { .. }
            | Effect::AnswerPermission { .. }
            | Effect::Quit { .. }
            | Effect::RunCheck { .. }
            | Effect::Checkpoint { .. }
            | Effect::Timer { .. }
            | Effect::KillAll => return None,
        };
        desk.process()
    }
}
