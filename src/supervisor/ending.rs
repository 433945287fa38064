//! The end of every process of a run.

use super::launch;
use super::message::OwnerMessage;
use super::owner::Owner;
use crate::domain::{Effect, EffectId, Outcome, PaneId, Ran};
use std::time::Duration;

/// A child that is gone is heard of when its terminal closes: so long it is waited for, in turns.
const HEARD: Duration = Duration::from_millis(20);
const TURNS: u32 = 50;

impl Owner {
    pub(super) fn start_kill(&mut self, id: EffectId) {
        let pids = self
            .desks
            .values()
            .filter_map(|desk| desk.terminal.child.as_ref().map(|child| child.pid()))
            .collect();
        for desk in self.desks.values_mut() {
            desk.ended = None;
        }
        let kill = self.world.kill_all(pids, launch::marker_entry(&self.places.state()));
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let survivors = kill.await;
            let _ = sender.send(OwnerMessage::Killed { effect: id, survivors, patience: TURNS }).await;
        });
    }

    /// Every process of the run is being ended.
    pub(super) fn is_killing(&self) -> bool {
        self.run().outbox.values().any(|effect| *effect == Effect::KillAll)
    }

    pub(super) fn on_killed(&mut self, effect: EffectId, survivors: Vec<u32>, patience: u32) {
        let alive = self.desks.values().filter(|desk| desk.terminal.child.is_some());
        let alive: Vec<PaneId> = alive.map(|desk| desk.pane.clone()).collect();
        if !alive.is_empty() && patience > 0 {
            let sender = self.sender.clone();
            tokio::spawn(async move {
                tokio::time::sleep(HEARD).await;
                let again = OwnerMessage::Killed { effect, survivors, patience: patience - 1 };
                let _ = sender.send(again).await;
            });
            return;
        }
        // What the agents still wrote into their logs was paid for, and so was what they were in the middle of.
        for pane in alive {
            self.process_gone(&pane, None);
        }
        let ran: Vec<Ran> = self.desks.values_mut().filter_map(|desk| desk.ended.take()).collect();
        if survivors.is_empty() {
            self.settle_with(effect, Outcome::Done, ran);
        } else {
            let reason = format!("these processes survived: {survivors:?}");
            self.subscribers.notice(&reason);
            self.settle_with(effect, Outcome::Failed { reason }, ran);
        }
    }
}
