//! Prompts on their way: which of them arrived, by what was seen since. There may be several, when a role at work is
//! told more than one thing.

use super::owner::Owner;
use crate::domain::{DeliveryChannel, EffectId, Outcome, PaneId, Source};
use std::time::Duration;
use tokio::time::Instant;

/// A prompt that was not seen to arrive by then is in doubt.
const DELIVERY_TIME: Duration = Duration::from_secs(45);

pub(super) struct PendingPrompt {
    pub(super) effect: EffectId,
    pub(super) text: String,
    pub(super) channel: DeliveryChannel,
    /// Words for an agent at work have none while it works: it may take them only at its next pause.
    pub(super) deadline: Option<Instant>,
}

impl PendingPrompt {
    pub(super) fn new(effect: EffectId, text: String, channel: DeliveryChannel, steers: bool) -> Self {
        let deadline = (!steers).then(|| Instant::now() + DELIVERY_TIME);
        Self { effect, text, channel, deadline }
    }
}

impl Owner {
    /// A source that knows which one says that it arrived.
    pub(super) fn prompt_seen(&mut self, pane: &PaneId, effect: u64) {
        self.delivered(pane, true, |prompt| prompt.effect.0 == effect);
    }

    /// A pasted prompt shows that it was taken by the turn that it starts.
    pub(super) fn turn_takes_prompt(&mut self, pane: &PaneId) {
        self.delivered(pane, false, |prompt| prompt.channel != DeliveryChannel::Bridge);
    }

    /// What this turn was prompted with has arrived. Words that it was told meanwhile may come next, or not at all.
    pub(super) fn turn_closes_prompts(&mut self, pane: &PaneId, source: Source) {
        if source != Source::TerminalStatus {
            self.delivered(pane, false, |prompt| prompt.deadline.is_some());
        }
        let Some(desk) = self.desks.get_mut(pane) else { return };
        let deadline = Instant::now() + DELIVERY_TIME;
        for prompt in &mut desk.prompts {
            prompt.deadline.get_or_insert(deadline);
        }
    }

    /// The agent said that it does not take it.
    pub(super) fn prompt_refused(&mut self, pane: &PaneId, effect: u64, reason: String) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        let place = desk.prompts.iter().position(|prompt| prompt.effect.0 == effect);
        if let Some(prompt) = place.map(|place| desk.prompts.remove(place)) {
            self.settle(prompt.effect, Outcome::Failed { reason });
        }
    }

    fn delivered(&mut self, pane: &PaneId, confirmed: bool, which: impl Fn(&PendingPrompt) -> bool) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        let Some(place) = desk.prompts.iter().position(which) else { return };
        let PendingPrompt { effect, text, channel, .. } = desk.prompts.remove(place);
        self.settle(effect, Outcome::Delivered { channel, confirmed, text: text.into() });
    }
}
