//! What waits to be sent to one client. Facts and answers are never dropped; pane output is, when a client falls
//! behind or a pane floods: the pane is then stale until a fresh snapshot of its screen is pushed.
//!
//! [`Outbound`] is pure: it holds no stream and reads no clock. [`Mailbox`] is the same for two tasks.

use super::ToClient;
use crate::domain::{Millis, PaneChange, PaneId, Record, RunId};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of pane text that may wait for a client, all panes together.
    pub pane_backlog: usize,
    /// Bytes of everything else that may wait. A client beyond it is hopeless and should be let go: it can come back
    /// and ask for the facts after the last one that it has.
    pub backlog: usize,
    /// Bytes a second above which a pane is sent as snapshots.
    pub flood_rate: u64,
    /// Bytes that a pane may send at once before its rate counts.
    pub flood_burst: u64,
    /// Between two snapshots of a pane.
    pub snapshot_interval: Millis,
    /// Bytes a second that the snapshots of one pane may amount to: large ones are sent less often.
    pub snapshot_rate: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pane_backlog: 1024 * 1024,
            backlog: 64 * 1024 * 1024,
            flood_rate: 1_000_000,
            flood_burst: 512 * 1024,
            snapshot_interval: 34,
            snapshot_rate: 4_000_000,
        }
    }
}

type PaneKey = (RunId, PaneId);

#[derive(Debug)]
struct PaneState {
    /// Bytes of text in the queue.
    pending: usize,
    stale: bool,
    /// The last snapshot had little history: the rest follows once the flood is over.
    owes_history: bool,
    /// The queue was taken to its end since the last snapshot: the client keeps up.
    kept_up: bool,
    /// Bytes that the pane may still send before it counts as a flood; below zero while it floods.
    allowance: i64,
    refilled: Millis,
    next_snapshot: Millis,
}

/// The queue of one client.
#[derive(Debug, Default)]
pub struct Outbound {
    limits: Limits,
    queue: VecDeque<ToClient>,
    panes: BTreeMap<PaneKey, PaneState>,
    /// Text of panes in the queue.
    pane_bytes: usize,
    /// An estimate of everything else in the queue.
    other_bytes: usize,
}

impl Outbound {
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Queues anything; pane changes belong to [`Self::push_pane`], which knows the time.
    pub fn push(&mut self, message: ToClient) {
        self.other_bytes += weight(&message);
        self.queue.push_back(message);
    }

    pub fn push_record(&mut self, run: &RunId, record: Record) {
        self.push(ToClient::Record { run: run.clone(), record: Box::new(record) });
    }

    /// Queues a change of a pane. Output of a stale pane is dropped: the snapshot that is due will show it. A snapshot
    /// replaces what waits of its pane.
    pub fn push_pane(&mut self, run: &RunId, pane: &PaneId, end: u64, change: PaneChange, now: Millis) {
        let key = (run.clone(), pane.clone());
        match change {
            PaneChange::Output { text } => self.push_output(key, end, text, now),
            PaneChange::Snapshot { cols, rows, text } => {
                self.drop_pending(&key);
                let limits = self.limits;
                let state = self.state(&key, now);
                state.stale = false;
                state.kept_up = false;
                state.pending += text.len();
                let pause = u64::try_from(text.len()).unwrap_or(u64::MAX).saturating_mul(1000)
                    / limits.snapshot_rate.max(1);
                state.next_snapshot = now + pause.max(limits.snapshot_interval);
                self.pane_bytes += text.len();
                self.queue_pane(key, end, PaneChange::Snapshot { cols, rows, text });
            }
            // The snapshot to come has the size that the pane has then.
            PaneChange::Resized { .. } if self.state(&key, now).stale => {}
            PaneChange::Resized { .. } | PaneChange::Exited { .. } => self.queue_pane(key, end, change),
        }
    }

    /// The stale panes for which a snapshot should be pushed now: their client has taken everything before, and the
    /// last snapshot is long enough ago.
    pub fn snapshots_due(&self, now: Millis) -> Vec<(RunId, PaneId)> {
        self.due(now, true)
    }

    /// The panes whose flood is over and whose last snapshot had little history: one with all of it should be pushed now.
    pub fn histories_due(&self, now: Millis) -> Vec<(RunId, PaneId)> {
        self.due(now, false)
    }

    fn due(&self, now: Millis, stale: bool) -> Vec<(RunId, PaneId)> {
        let is_due = |state: &PaneState| state.due(&self.limits).is_some_and(|due| due <= now);
        let due = self.panes.iter().filter(|(_, state)| state.stale == stale && is_due(state));
        due.map(|(key, _)| key.clone()).collect()
    }

    /// When the next snapshot will be due of panes whose client keeps up.
    pub fn next_due(&self) -> Option<Millis> {
        self.panes.values().filter_map(|state| state.due(&self.limits)).min()
    }

    /// The snapshot that was pushed last of this pane had little history, or all of it.
    pub fn owe_history(&mut self, run: &RunId, pane: &PaneId, owes: bool) {
        if let Some(state) = self.panes.get_mut(&(run.clone(), pane.clone())) {
            state.owes_history = owes;
        }
    }

    /// All panes that wait for a snapshot.
    pub fn stale(&self) -> Vec<(RunId, PaneId)> {
        self.panes.iter().filter(|(_, state)| state.stale).map(|(key, _)| key.clone()).collect()
    }

    /// The messages at the front, in order, about `bytes` of them and at least one.
    pub fn take(&mut self, bytes: usize) -> Vec<ToClient> {
        let mut taken = Vec::new();
        let mut sum = 0;
        while sum < bytes
            && let Some(message) = self.queue.pop_front()
        {
            let weight = weight(&message);
            sum += weight;
            match &message {
                ToClient::Pane { run, pane, change, .. } => {
                    let text = text_length(change);
                    self.pane_bytes -= text;
                    if let Some(state) = self.panes.get_mut(&(run.clone(), pane.clone())) {
                        state.pending -= text;
                    }
                }
                ToClient::Welcome { .. }
                | ToClient::Refused { .. }
                | ToClient::Response { .. }
                | ToClient::Record { .. }
                | ToClient::CaughtUp { .. }
                | ToClient::Runs { .. }
                | ToClient::Terminals { .. }
                | ToClient::Artifacts { .. }
                | ToClient::Clock { .. }
                | ToClient::Notice { .. }
                | ToClient::RunClosed { .. }
                | ToClient::Unknown => self.other_bytes -= weight,
            }
            taken.push(message);
        }
        if self.queue.is_empty() {
            for state in self.panes.values_mut() {
                state.kept_up = true;
            }
        }
        taken
    }

    /// Forgets what waits of this run: the client turned to another one, or asks for it anew.
    pub fn forget(&mut self, run: &RunId) {
        let (mut panes, mut others) = (0, 0);
        self.queue.retain(|message| {
            let keep = message.run() != Some(run);
            if !keep {
                if let ToClient::Pane { change, .. } = message {
                    panes += text_length(change);
                } else {
                    others += weight(message);
                }
            }
            keep
        });
        self.pane_bytes -= panes;
        self.other_bytes -= others;
        self.panes.retain(|(of, _), _| of != run);
    }

    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Bytes of pane text that wait.
    pub fn pane_backlog(&self) -> usize {
        self.pane_bytes
    }

    /// The client does not even take its facts: let it go.
    pub fn is_hopeless(&self) -> bool {
        self.other_bytes > self.limits.backlog
    }

    fn push_output(&mut self, key: PaneKey, end: u64, text: String, now: Millis) {
        let limits = self.limits;
        let state = self.state(&key, now);
        let burst = i64::try_from(limits.flood_burst).unwrap_or(i64::MAX);
        let refill = now.saturating_sub(state.refilled).saturating_mul(limits.flood_rate) / 1000;
        state.refilled = state.refilled.max(now);
        state.allowance =
            state.allowance.saturating_add(i64::try_from(refill).unwrap_or(i64::MAX)).min(burst);
        // The floor lets a pane that stops flooding return to bytes soon.
        let floor = -i64::try_from((limits.flood_rate / 10).max(1)).unwrap_or(i64::MAX);
        let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
        state.allowance = state.allowance.saturating_sub(length).max(floor);
        if state.stale {
            return;
        }
        if state.allowance < 0 {
            self.make_stale(&key);
            return;
        }
        state.pending += text.len();
        self.pane_bytes += text.len();
        self.append_output(key, end, text);
        while self.pane_bytes > limits.pane_backlog {
            let Some(largest) = self
                .panes
                .iter()
                .max_by_key(|(_, state)| state.pending)
                .filter(|(_, state)| state.pending > 0)
                .map(|(key, _)| key.clone())
            else {
                break;
            };
            self.make_stale(&largest);
        }
    }

    /// Joins output to output of the same pane that is last in the queue, up to the size of a read.
    fn append_output(&mut self, key: PaneKey, end: u64, text: String) {
        const JOINED: usize = 64 * 1024;
        if let Some(ToClient::Pane { run, pane, end: last_end, change: PaneChange::Output { text: last } }) =
            self.queue.back_mut()
            && *run == key.0
            && *pane == key.1
            && last.len() + text.len() <= JOINED
        {
            last.push_str(&text);
            *last_end = end;
            return;
        }
        self.queue_pane(key, end, PaneChange::Output { text });
    }

    fn queue_pane(&mut self, (run, pane): PaneKey, end: u64, change: PaneChange) {
        self.queue.push_back(ToClient::Pane { run, pane, end, change });
    }

    fn make_stale(&mut self, key: &PaneKey) {
        self.drop_pending(key);
        if let Some(state) = self.panes.get_mut(key) {
            state.stale = true;
            state.kept_up &= self.queue.is_empty();
        }
    }

    /// Drops what waits of a pane, except that its child ended.
    fn drop_pending(&mut self, key: &PaneKey) {
        let Some(state) = self.panes.get_mut(key) else { return };
        self.pane_bytes -= state.pending;
        state.pending = 0;
        self.queue.retain(|message| {
            !matches!(
                message,
                ToClient::Pane {
                    run,
                    pane,
                    change: PaneChange::Output { .. } | PaneChange::Snapshot { .. } | PaneChange::Resized { .. },
                    ..
                } if *run == key.0 && *pane == key.1
            )
        });
    }

    fn state(&mut self, key: &PaneKey, now: Millis) -> &mut PaneState {
        let burst = i64::try_from(self.limits.flood_burst).unwrap_or(i64::MAX);
        self.panes.entry(key.clone()).or_insert(PaneState {
            pending: 0,
            stale: false,
            owes_history: false,
            kept_up: true,
            allowance: burst,
            refilled: now,
            next_snapshot: now,
        })
    }
}

impl PaneState {
    /// When a snapshot of it is due, if its client keeps up.
    fn due(&self, limits: &Limits) -> Option<Millis> {
        if !self.kept_up {
            return None;
        }
        if self.stale {
            return Some(self.next_snapshot);
        }
        // Calm is when it could begin to flood anew.
        let burst = i64::try_from(limits.flood_burst).unwrap_or(i64::MAX);
        let missing = u64::try_from(burst.saturating_sub(self.allowance)).unwrap_or_default();
        let calm = self.refilled.saturating_add(missing.saturating_mul(1000) / limits.flood_rate.max(1));
        self.owes_history.then_some(calm.max(self.next_snapshot))
    }
}

fn text_length(change: &PaneChange) -> usize {
    match change {
        PaneChange::Output { text } | PaneChange::Snapshot { text, .. } => text.len(),
        PaneChange::Resized { .. } | PaneChange::Exited { .. } => 0,
    }
}

/// About the bytes that a message takes. Only large ones are measured.
fn weight(message: &ToClient) -> usize {
    const SMALL: usize = 256;
    SMALL
        + match message {
            ToClient::Pane { change, .. } => text_length(change),
            // Facts keep long texts in blobs, so that a rough figure will do.
            ToClient::Record { .. } => 1024,
            ToClient::Response { .. } => 4096,
            ToClient::Artifacts { entries, .. } => entries.len() * 128,
            ToClient::Runs { runs } => runs.len() * 256,
            ToClient::Terminals { entries, closed } => (entries.len() + closed.len()) * 256,
            ToClient::Notice { text } => text.len(),
            ToClient::Welcome { .. }
            | ToClient::Refused { .. }
            | ToClient::CaughtUp { .. }
            | ToClient::Clock { .. }
            | ToClient::RunClosed { .. }
            | ToClient::Unknown => 0,
        }
}

/// An [`Outbound`] between the task that fills it and the task that writes to the client.
#[derive(Debug, Default)]
pub struct Mailbox {
    outbound: Mutex<Outbound>,
    filled: Notify,
    closed: AtomicBool,
}

impl Mailbox {
    pub fn new(limits: Limits) -> Self {
        Self {
            outbound: Mutex::new(Outbound::new(limits)),
            filled: Notify::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// Works on the queue and wakes the task that writes. Never waits for the client.
    pub fn with<T>(&self, work: impl FnOnce(&mut Outbound) -> T) -> T {
        let result = work(&mut self.lock());
        self.filled.notify_one();
        result
    }

    pub fn push(&self, message: ToClient) {
        self.with(|outbound| outbound.push(message));
    }

    /// Nothing more will come: what waits is still to be written.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.filled.notify_one();
    }

    /// Waits until there is something to write, and takes about `bytes` of it; `None` once it is closed and empty. For
    /// one task only. A call that is dropped while it waits loses nothing.
    pub async fn take(&self, bytes: usize) -> Option<Vec<ToClient>> {
        loop {
            let closed = self.closed.load(Ordering::SeqCst);
            let taken = self.lock().take(bytes);
            if !taken.is_empty() {
                return Some(taken);
            }
            if closed {
                return None;
            }
            self.filled.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Outbound> {
        // The queue is whole after every call, even one that panicked half-way through its caller.
        self.outbound.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
