//! A run that is told to a live glass and written to disk at the same time, to be replayed.

mod frames;
mod gaps;
mod player;

use crate::domain::bench;
use crate::ui::scenes::new_ui;
use awtui::domain::{
    AnswerKind, Effect, Fact, Gate, GateId, GateKind, GateStatus, PaneChange, PaneId, Record, RoleName,
    RunOutcome, Seq, SessionId, StepNumber, StepOutcome, Text, Time, Workflow,
};
use awtui::glass::{Glass, GlassEvent, Link};
use awtui::journal::{Journal, Sync};
use awtui::recording::{Header, Writer};
use awtui::replay::{Player, Timeline};
use awtui::term::{Screen, Size};
use awtui::ui::{self, Mode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// What a live client shows of a glass before any key is pressed, at every size. Without the last line, which is the
/// player's bar in a replay.
pub fn frames(glass: &Glass) -> Vec<Buffer> {
    let frame = |(cols, rows): (u16, u16)| {
        let mut ui = new_ui(Mode::Live);
        ui.call_to_gate(glass);
        let area = Rect::new(0, 0, cols, rows);
        let mut buffer = Buffer::empty(area);
        ui::view(&ui, glass, area, &mut buffer);
        buffer.resize(Rect::new(0, 0, cols, rows - 1));
        buffer
    };
    SIZES.into_iter().map(frame).collect()
}

/// A supervisor and a client in one: what happens is written as the supervisor writes it and seen as a client sees it.
pub struct Story {
    pub folder: tempfile::TempDir,
    journal: Journal,
    live: Glass,
    desks: BTreeMap<PaneId, Desk>,
    /// Of each record, from the first.
    pub seen: Vec<Vec<Buffer>>,
    /// Nobody looks any more: `seen` stays as it is.
    pub unseen: bool,
    pub now: u64,
    /// Bytes at which a recording's segment is full.
    pub segment: u64,
}

struct Desk {
    writer: Writer,
    screen: Screen,
    moved: bool,
}

pub fn pane(name: &str) -> PaneId {
    PaneId::from(name)
}

impl Story {
    /// A run with both of its agents in panes of 58 x 20 and 58 x 18.
    pub fn begin(segment: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("panes")).unwrap();
        let journal = Journal::create(&folder.path().join("journal.jsonl"), &"aw_1".into(), "0").unwrap();
        let mut live = Glass::new();
        live.feed(GlassEvent::Link(Link::Live));
        let mut story = Self {
            folder,
            journal,
            live,
            desks: BTreeMap::new(),
            seen: Vec::new(),
            unseen: false,
            now: 5,
            segment,
        };
        story.fact(Fact::RunCreated {
            run: "aw_1".into(),
            task: Text::from("make it fast"),
            directory: "/nowhere".to_owned(),
            workflow: Workflow::analyst_worker(),
            config: bench::config(),
            author: bench::operator(),
        });
        story
    }

    pub fn fact(&mut self, fact: Fact) -> Seq {
        let panes = self
            .desks
            .iter_mut()
            .filter_map(|(pane, desk)| {
                std::mem::take(&mut desk.moved).then(|| (pane.clone(), desk.writer.offset()))
            })
            .collect();
        let seq = self.journal.seq() + 1;
        let record = Record { seq, at: self.time(), panes, fact };
        self.journal.append(std::slice::from_ref(&record), Sync::Grouped).unwrap();
        self.live.feed(GlassEvent::Record(record));
        if !self.unseen {
            self.seen.push(frames(&self.live));
        }
        seq
    }

    fn time(&self) -> Time {
        Time { wall: 1_800_000_000_000 + self.now, run: self.now }
    }

    pub fn note(&mut self, text: &str) -> Seq {
        self.fact(Fact::Noted { text: Text::from(text), author: bench::operator() })
    }

    pub fn step(&mut self, number: u32, role: &str, phase: &str) -> Seq {
        let (step, role) = (StepNumber(number), Some(RoleName::new(role)));
        self.fact(Fact::StepStarted { step, phase: awtui::domain::PhaseName(phase.to_owned()), role })
    }

    pub fn step_over(&mut self, number: u32) -> Seq {
        self.fact(Fact::StepEnded { step: StepNumber(number), outcome: StepOutcome::Completed })
    }

    pub fn gate(&mut self, id: u32) -> Seq {
        let gate = Gate {
            id: GateId(id),
            kind: GateKind::Question,
            asked_by: None,
            question: Text::from("go on?"),
            evidence: Vec::new(),
            answers: vec![AnswerKind::Approve, AnswerKind::Reject],
            step: None,
            opened: self.time(),
            status: GateStatus::Open,
        };
        self.fact(Fact::GateOpened { gate })
    }

    pub fn end(&mut self) -> Seq {
        self.fact(Fact::RunEnded { outcome: RunOutcome::Done, reason: "it is fast".to_owned() })
    }

    /// An agent's terminal begins.
    pub fn spawn(&mut self, role: &str, number: u32, (cols, rows): (u16, u16)) -> PaneId {
        let role = RoleName::new(role);
        let (pane, session) = (PaneId::numbered(&role, number), SessionId::numbered(&role, number));
        self.fact(Fact::SessionOpened { session: session.clone(), role: role.clone() });
        self.fact(Fact::Requested { effect: Effect::Spawn { pane: pane.clone(), session, role } });
        let header = Header { cols, rows, start_ms: self.now, ..Header::default() };
        let writer = Writer::with_limit(&self.recording(&pane), header, self.segment).unwrap();
        let end = writer.offset();
        let screen = Screen::new(Size::new(cols, rows), 2000);
        self.desks.insert(pane.clone(), Desk { writer, screen, moved: true });
        self.live_pane(&pane, end, PaneChange::Resized { cols, rows });
        pane
    }

    pub fn recording(&self, pane: &PaneId) -> PathBuf {
        self.folder.path().join(format!("panes/{pane}.cast"))
    }

    pub fn output(&mut self, pane: &PaneId, text: &str) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        if desk.writer.is_full() {
            let snapshot = String::from_utf8(desk.screen.snapshot()).unwrap();
            desk.writer.next_segment(self.now, &snapshot).unwrap();
        }
        let end = desk.writer.output(self.now, text).unwrap();
        desk.screen.feed(text.as_bytes());
        desk.moved = true;
        self.live_pane(pane, end, PaneChange::Output { text: text.to_owned() });
    }

    pub fn resize(&mut self, pane: &PaneId, cols: u16, rows: u16) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        let end = desk.writer.resize(self.now, cols, rows).unwrap();
        desk.screen.resize(Size::new(cols, rows));
        desk.moved = true;
        self.live_pane(pane, end, PaneChange::Resized { cols, rows });
    }

    pub fn exit(&mut self, pane: &PaneId, status: i32) {
        let Some(desk) = self.desks.get_mut(pane) else { return };
        let end = desk.writer.exit(self.now, status).unwrap();
        desk.moved = true;
        self.live_pane(pane, end, PaneChange::Exited { status });
    }

    fn live_pane(&mut self, pane: &PaneId, end: u64, change: PaneChange) {
        self.live.feed(GlassEvent::Pane { pane: pane.clone(), end, change });
    }

    pub fn player(&self) -> Player {
        Player::new(Timeline::open(self.folder.path()).unwrap())
    }

    /// Two rounds of two agents, with everything that panes do. Times, in run milliseconds, are far apart in places.
    pub fn told(segment: u64) -> Self {
        let mut story = Self::begin(segment);
        story.step(1, "analyst", "plan");
        let analyst = story.spawn("analyst", 1, (58, 20));
        story.now += 40;
        story.output(&analyst, "\x1b[1;35mthinking\x1b[0m about \u{4e2d}\u{6587}\r\n");
        story.note("before anything more");
        story.now += 10_000;
        story.output(&analyst, "\x1b[?1049h\x1b[2J\x1b[3;3Hfull screen\x1b[?25l");
        story.note("in the other screen");
        story.resize(&analyst, 40, 12);
        story.output(&analyst, "\x1b[5;1Hsmaller");
        story.step_over(1);
        story.step(2, "worker", "execute");
        let worker = story.spawn("worker", 1, (58, 18));
        for line in 0..40 {
            story.now += 300;
            story.output(&worker, &format!("\x1b[3{}mline {line} of the worker\x1b[0m\r\n", line % 8));
            if line % 7 == 3 {
                story.note(&format!("after line {line}"));
            }
        }
        story.output(&worker, "half a sequence \x1b[3");
        story.note("in the middle of a sequence");
        story.output(&worker, "1mred\x1b[0m");
        story.exit(&worker, 3);
        story.step_over(2);
        story.step(3, "analyst", "review");
        story.now += 60_000;
        story.output(&analyst, "\x1b[?1049l\x1b[?25hback again\r\n");
        story.gate(1);
        story.now += 500;
        story.output(&analyst, "bye\r\n");
        story.step_over(3);
        story.end();
        story
    }
}
