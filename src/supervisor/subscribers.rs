//! The clients that look at a run. Nothing here waits for a client.

use super::message::ClientId;
use crate::domain::{ArtifactEntry, Millis, PaneChange, PaneId, Record, RunId, TerminalEntry, Time};
use crate::wire::{Mailbox, ToClient};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Default)]
pub(super) struct Subscribers {
    mailboxes: BTreeMap<ClientId, Arc<Mailbox>>,
    /// Those before which a person sits.
    screens: BTreeSet<ClientId>,
}

impl Subscribers {
    /// The facts so far, then the screens, then live.
    pub(super) fn add(
        &mut self,
        client: ClientId,
        mailbox: Arc<Mailbox>,
        run: &RunId,
        records: &[Arc<Record>],
        panes: Vec<(PaneId, u64, PaneChange)>,
        now: Time,
    ) {
        mailbox.with(|outbound| {
            outbound.forget(run);
            for record in records {
                outbound.push_record(run, Record::clone(record));
            }
            for (pane, end, change) in panes {
                outbound.push_pane(run, &pane, end, change, now.run);
            }
            outbound.push(ToClient::Clock { run: run.clone(), now });
            let seq = records.last().map_or(0, |record| record.seq);
            outbound.push(ToClient::CaughtUp { run: run.clone(), seq });
        });
        self.mailboxes.insert(client, mailbox);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.mailboxes.is_empty()
    }

    pub(super) fn remove(&mut self, client: ClientId) {
        self.mailboxes.remove(&client);
        self.screens.remove(&client);
    }

    pub(super) fn is_screen(&mut self, client: ClientId, screen: bool) {
        if screen {
            self.screens.insert(client);
        }
    }

    pub(super) fn has_screen(&self) -> bool {
        !self.screens.is_empty()
    }

    pub(super) fn record(&self, run: &RunId, record: &Record) {
        for mailbox in self.mailboxes.values() {
            mailbox.with(|outbound| outbound.push_record(run, record.clone()));
        }
    }

    pub(super) fn pane(&self, run: &RunId, pane: &PaneId, end: u64, change: &PaneChange, now: Millis) {
        for mailbox in self.mailboxes.values() {
            mailbox.with(|outbound| outbound.push_pane(run, pane, end, change.clone(), now));
        }
    }

    pub(super) fn clock(&self, run: &RunId, now: Time) {
        self.each(&ToClient::Clock { run: run.clone(), now });
    }

    pub(super) fn artifacts(&self, run: &RunId, entries: &[ArtifactEntry]) {
        self.each(&ToClient::Artifacts { run: run.clone(), entries: entries.to_vec() });
    }

    pub(super) fn terminals(&self, entries: &[TerminalEntry], closed: &[TerminalEntry]) {
        self.each(&ToClient::Terminals { entries: entries.to_vec(), closed: closed.to_vec() });
    }

    pub(super) fn notice(&self, text: &str) {
        self.each(&ToClient::notice(text));
    }

    pub(super) fn close(&self, run: &RunId) {
        self.each(&ToClient::RunClosed { run: run.clone() });
    }

    fn each(&self, message: &ToClient) {
        for mailbox in self.mailboxes.values() {
            mailbox.push(message.clone());
        }
    }

    /// When the next snapshot of a flooding pane is due, in run milliseconds.
    pub(super) fn next_due(&self) -> Option<Millis> {
        self.mailboxes.values().filter_map(|mailbox| mailbox.with(|outbound| outbound.next_due())).min()
    }

    /// Pushes the snapshots that are due.
    pub(super) fn send_snapshots(
        &self,
        run: &RunId,
        now: Millis,
        snapshot: impl Fn(&PaneId, bool) -> Option<(u64, PaneChange)>,
    ) {
        for mailbox in self.mailboxes.values() {
            mailbox.with(|outbound| {
                let brief = outbound.snapshots_due(now).into_iter().map(|due| (due, true));
                let whole = outbound.histories_due(now).into_iter().map(|due| (due, false));
                for ((_, pane), brief) in brief.chain(whole).collect::<Vec<_>>() {
                    if let Some((end, change)) = snapshot(&pane, brief) {
                        outbound.push_pane(run, &pane, end, change, now);
                        outbound.owe_history(run, &pane, brief);
                    }
                }
            });
        }
    }
}
