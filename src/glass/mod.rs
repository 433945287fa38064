//! What a UI may see of a run: its state and its screens, fed by the wire or by a replay, which cannot be told apart.
//!
//! Owns the fold of events into that view. It never reads a file, a socket or a clock, never answers a terminal's
//! question, and never decides.
//!
//! The frame of sequence number n is: the run folded to n, each pane fed to its offset in record n, the time of n.

mod commands;
mod events;
mod pane;

pub use commands::{Act, Command, CommandKey, Commands};
pub use events::{Event, Events};
pub use pane::PaneGlass;

use crate::domain::{
    ArtifactEntry, Fact, Millis, PaneChange, PaneId, Record, Run, RunSummary, Seq, StepNumber, TerminalEntry,
    Time, apply,
};
use std::collections::BTreeMap;

#[derive(Debug)]
pub struct Glass {
    pub run: Run,
    pub panes: BTreeMap<PaneId, PaneGlass>,
    pub runs: Vec<RunSummary>,
    /// The operator's own terminals; their screens are among the panes.
    pub terminals: Vec<TerminalEntry>,
    pub artifacts: Vec<ArtifactEntry>,
    /// What awtui itself did in the run.
    pub commands: Commands,
    /// Its facts, one by one.
    pub events: Events,
    pub link: Link,
    pub now: Time,
    /// The last line that the other side wanted a person to read.
    pub notice: Option<String>,
    generation: u64,
}

/// Where what is seen comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Connecting {
        attempt: u32,
    },
    Live,
    /// Live, and this client may only look.
    Watching,
    Lost {
        reason: String,
    },
    Replay(PlayerBar),
}

/// Where a replay stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayerBar {
    pub playing: bool,
    /// 100 is the pace of the run.
    pub speed_percent: u32,
    pub position: Time,
    pub length: Time,
    /// The last record that is shown; 0 before the first.
    pub seq: Seq,
    pub last_seq: Seq,
    /// The step that `position` lies in or after.
    pub step: Option<StepNumber>,
}

/// Everything that moves a glass.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most events are records, and none is kept for long")]
pub enum GlassEvent {
    Record(Record),
    /// `end` is the length of the pane's recording after the change.
    Pane {
        pane: PaneId,
        end: u64,
        change: PaneChange,
    },
    /// What the pane showed up to `end` of its recording is not recorded any more, or never was. With `blank` what it
    /// shows is older than that and goes; else it stays as the last that is known.
    NotKept {
        pane: PaneId,
        end: u64,
        reason: String,
        blank: bool,
    },
    Runs(Vec<RunSummary>),
    /// The operator's own terminals that are there, and those that were closed.
    Terminals {
        entries: Vec<TerminalEntry>,
        closed: Vec<TerminalEntry>,
    },
    Artifacts(Vec<ArtifactEntry>),
    Clock(Time),
    Link(Link),
    Notice(Option<String>),
    /// Everything about the run is forgotten: another run follows, or an earlier moment of this one.
    Reset,
}

impl Default for Glass {
    fn default() -> Self {
        Self::new()
    }
}

impl Glass {
    pub fn new() -> Self {
        Self {
            run: Run::default(),
            panes: BTreeMap::new(),
            runs: Vec::new(),
            terminals: Vec::new(),
            artifacts: Vec::new(),
            commands: Commands::default(),
            events: Events::default(),
            link: Link::Connecting { attempt: 0 },
            now: Time::default(),
            notice: None,
            generation: 0,
        }
    }

    /// Counts what was fed: as long as it stays the same, so does the view.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub fn feed(&mut self, event: GlassEvent) {
        let moved = match event {
            GlassEvent::Record(record) => self.record(record),
            GlassEvent::Pane { pane, end, change } => {
                self.pane(pane).change(end, change);
                true
            }
            GlassEvent::NotKept { pane, end, reason, blank } => {
                self.pane(pane).not_kept(end, reason, blank);
                true
            }
            GlassEvent::Runs(runs) => replace(&mut self.runs, runs),
            GlassEvent::Terminals { entries, closed } => self.terminals(entries, &closed),
            GlassEvent::Artifacts(artifacts) => replace(&mut self.artifacts, artifacts),
            GlassEvent::Clock(now) => self.clock(now),
            GlassEvent::Link(link) => replace(&mut self.link, link),
            GlassEvent::Notice(notice) => replace(&mut self.notice, notice),
            GlassEvent::Reset => {
                self.run = Run::default();
                let terminals = &self.terminals;
                self.panes.retain(|pane, _| terminals.iter().any(|entry| entry.pane == *pane));
                self.artifacts.clear();
                self.commands.forget_run();
                self.events = Events::default();
                self.now = Time::default();
                self.notice = None;
                true
            }
        };
        self.generation += u64::from(moved);
    }

    /// A record that was folded in before changes nothing: a client that comes back may be sent it again.
    fn record(&mut self, record: Record) -> bool {
        if record.seq <= self.run.seq {
            return false;
        }
        if matches!(record.fact, Fact::RunCreated { .. }) {
            self.run = Run::default();
            self.commands.forget_run();
            self.commands.begin(record.at.wall);
            self.events = Events::default();
        }
        apply(&mut self.run, &record);
        let panes = &self.run.panes;
        self.commands.record(&record, |pane| panes.get(pane).map(|pane| pane.role.clone()));
        self.now = record.at;
        self.events.record(record, &self.run);
        true
    }

    /// The run's clock between two facts. It does not run backwards: a tick that was under way while a fact was
    /// written is late.
    fn clock(&mut self, now: Time) -> bool {
        if now.run < self.now.run {
            return false;
        }
        replace(&mut self.now, now)
    }

    /// The screens of terminals that are no more go with them.
    fn terminals(&mut self, entries: Vec<TerminalEntry>, closed: &[TerminalEntry]) -> bool {
        self.commands.terminals(entries.iter().chain(closed));
        for entry in &self.terminals {
            if !entries.iter().any(|kept| kept.pane == entry.pane) {
                self.panes.remove(&entry.pane);
            }
        }
        replace(&mut self.terminals, entries)
    }

    fn pane(&mut self, pane: PaneId) -> &mut PaneGlass {
        let size = self.run.panes.get(&pane).map(|known| (known.cols, known.rows));
        self.panes.entry(pane).or_insert_with(|| PaneGlass::blank(size))
    }

    /// Run milliseconds since the run was created, or until it ended.
    pub fn elapsed(&self) -> Millis {
        self.run.elapsed(self.now)
    }
}

fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let moved = *place != value;
    *place = value;
    moved
}
