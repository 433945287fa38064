//! The player: a glass that is moved along the timeline, by time or by jumps.

use super::keyframes::{Keyframe, Keyframes, PaneFrame};
use super::tape::Tape;
use super::timeline::Timeline;
use crate::domain::{Millis, PaneChange, PaneId, Seq, Time};
use crate::glass::{Glass, GlassEvent, Link, PlayerBar};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lines of history that a keyframe keeps of a pane.
const KEYFRAME_HISTORY: usize = 3_000;

/// In percent of the run's own pace.
pub const SPEEDS: [u32; 5] = [100, 200, 400, 800, 1600];
/// Of a longer stretch in which nothing happens, only this much is played.
const IDLE: Millis = 2_000;
/// Milliseconds of real time in which a second "previous step" goes to the step before instead of the same again.
const GRACE: Millis = 1_500;

pub struct Player {
    timeline: Timeline,
    glass: Glass,
    tapes: BTreeMap<PaneId, Tape>,
    keyframes: Keyframes,
    /// The last record that the glass was fed.
    seq: Seq,
    /// The run's clock.
    position: Millis,
    /// Thousandths of a run millisecond that were played and did not make a whole one yet.
    rest: u64,
    /// Output behind the last record was fed: the glass is between two records.
    between: bool,
    /// When something was last seen to happen, by the run's clock.
    last_event: Millis,
    playing: bool,
    speed: usize,
    shown_artifacts: usize,
}

impl Player {
    /// Stopped at the first record.
    pub fn new(timeline: Timeline) -> Self {
        let mut player = Self {
            timeline,
            glass: Glass::new(),
            tapes: BTreeMap::new(),
            keyframes: Keyframes::new(),
            seq: 0,
            position: 0,
            rest: 0,
            between: false,
            last_event: 0,
            playing: false,
            speed: 0,
            shown_artifacts: 0,
        };
        player.seek(1);
        player
    }

    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    pub fn glass(&self) -> &Glass {
        &self.glass
    }

    /// The glass as a live client has it at this moment, for a frame without the player bar.
    pub fn into_live_glass(mut self) -> Glass {
        self.glass.feed(GlassEvent::Link(Link::Live));
        self.glass.feed(GlassEvent::Notice(None));
        self.glass
    }

    pub fn bar(&self) -> PlayerBar {
        PlayerBar {
            playing: self.playing,
            speed_percent: SPEEDS[self.speed],
            position: Time { wall: self.glass.now.wall, run: self.position },
            length: self.timeline.length(),
            seq: self.seq,
            last_seq: self.timeline.last_seq(),
            step: self.glass.run.steps.last().map(|step| step.number),
        }
    }

    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// At the end it begins anew.
    pub fn play(&mut self) {
        if self.seq >= self.timeline.last_seq() {
            self.seek(1);
        }
        self.playing = true;
        self.tell();
    }

    pub fn stop(&mut self) {
        self.playing = false;
        self.tell();
    }

    pub fn faster(&mut self) {
        self.speed = (self.speed + 1).min(SPEEDS.len() - 1);
        self.tell();
    }

    pub fn slower(&mut self) {
        self.speed = self.speed.saturating_sub(1);
        self.tell();
    }

    /// The frame of this record exactly: the run folded to it, each pane fed to its offset in it, its time.
    pub fn seek(&mut self, seq: Seq) {
        self.go(seq);
        self.tell();
    }

    pub fn next_step(&mut self) {
        if let Some(seq) = self.timeline.step_after(self.seq) {
            self.seek(seq);
        }
    }

    /// To where this step began; from there to the step before.
    pub fn previous_step(&mut self) {
        let grace = if self.playing { GRACE * u64::from(SPEEDS[self.speed]) / 100 } else { 0 };
        let mut found = self.timeline.step_before(self.seq);
        if let Some(seq) = found
            && grace > 0
            && let Some(record) = self.timeline.record(seq)
            && record.at.run + grace > self.position
        {
            found = self.timeline.step_before(seq).or(found);
        }
        self.seek(found.unwrap_or(1));
    }

    pub fn next_gate(&mut self) {
        if let Some(seq) = self.timeline.gate_after(self.seq) {
            self.seek(seq);
        }
    }

    pub fn start(&mut self) {
        self.seek(1);
    }

    pub fn end(&mut self) {
        self.seek(self.timeline.last_seq());
    }

    /// Goes forward by this much of the run's time.
    pub fn forward(&mut self, by: Millis) {
        self.seek_time(self.position + by);
    }

    pub fn back(&mut self, by: Millis) {
        self.seek_time(self.position.saturating_sub(by));
    }

    /// To a time of the run's clock, also between two records.
    pub fn seek_time(&mut self, run: Millis) {
        let run = run.min(self.timeline.length().run).max(self.timeline.begin().run);
        self.go(self.timeline.at(run));
        self.run_to(run);
        self.last_event = self.position;
        self.tell();
    }

    /// Plays for this many milliseconds of real time. Whether the glass moved.
    pub fn advance(&mut self, elapsed: Millis) -> bool {
        if !self.playing {
            return false;
        }
        let before = self.glass.generation();
        let thousandths = elapsed.saturating_mul(u64::from(SPEEDS[self.speed]) * 10) + self.rest;
        self.rest = thousandths % 1000;
        let mut budget = thousandths / 1000;
        while let Some(next) = self.next_event() {
            // Only so much of a silence is played; then its rest is gone in a moment.
            let silence = next.saturating_sub(self.position);
            let patience = (self.last_event + IDLE).saturating_sub(self.position);
            let cost = silence.min(patience);
            if cost > budget {
                self.run_to(self.position + budget);
                break;
            }
            budget -= cost;
            self.run_to(next);
            self.last_event = next;
        }
        if self.seq >= self.timeline.last_seq() {
            self.playing = false;
        }
        self.tell();
        self.glass.generation() != before
    }

    /// When something happens next, by the run's clock; `None` at the end.
    fn next_event(&mut self) -> Option<Millis> {
        let record = self.timeline.record(self.seq + 1)?;
        let mut next = record.at.run;
        for (pane, limit) in &record.panes {
            let output = tape(&mut self.tapes, &self.timeline, pane).next_at(*limit);
            next = output.map_or(next, |at| at.min(next));
        }
        Some(next.max(self.position))
    }

    /// Lets the run's clock go on to `run`, with all that happened until then.
    fn run_to(&mut self, run: Millis) {
        while let Some(record) = self.timeline.record(self.seq + 1).filter(|record| record.at.run <= run) {
            self.go(record.seq);
        }
        self.position = self.position.max(run);
        let Some(next) = self.timeline.record(self.seq + 1) else { return };
        for (pane, limit) in &next.panes {
            let tape = tape(&mut self.tapes, &self.timeline, pane);
            let before = tape.offset();
            tape.feed_until(run, *limit, &mut self.glass);
            self.between |= tape.offset() != before;
        }
        if let Some(last) = self.timeline.record(self.seq)
            && run > last.at.run
        {
            let wall = last.at.wall + (run - last.at.run);
            self.glass.feed(GlassEvent::Clock(Time { wall, run }));
            self.between = true;
        }
    }

    fn go(&mut self, seq: Seq) {
        let target = seq.clamp(1, self.timeline.last_seq().max(1));
        let back = target < self.seq || (target == self.seq && self.between);
        let frame = self.keyframes.before(target).map(|(at, _)| at).filter(|at| back || *at > self.seq);
        match frame {
            Some(at) => self.restore(at),
            None if back => self.rewind(),
            None => {}
        }
        // Where each recording should have been read to by now.
        let mut due: BTreeMap<PaneId, u64> = BTreeMap::new();
        while self.seq < target {
            let Some(record) = self.timeline.record(self.seq + 1).cloned() else { break };
            due.extend(record.panes.iter().map(|(pane, offset)| (pane.clone(), *offset)));
            let seq = record.seq;
            let keep = self.keyframes.wants(seq);
            if keep || seq == target {
                for (pane, offset) in std::mem::take(&mut due) {
                    tape(&mut self.tapes, &self.timeline, &pane).feed_to(offset, &mut self.glass);
                }
            }
            self.seq = seq;
            self.position = record.at.run;
            self.last_event = record.at.run;
            self.between = false;
            self.glass.feed(GlassEvent::Record(record));
            if keep {
                let frame = self.keyframe();
                self.keyframes.put(seq, frame);
            }
        }
        self.show_artifacts();
    }

    fn keyframe(&self) -> Keyframe {
        let last = self.keyframes.before(self.seq).map(|(_, frame)| frame);
        let mut panes = BTreeMap::new();
        for (pane, shown) in &self.glass.panes {
            let Some(tape) = self.tapes.get(pane) else { continue };
            let place = tape.place();
            let same = last.and_then(|frame| frame.panes.get(pane)).filter(|frame| frame.place == place);
            let frame = same.cloned().unwrap_or_else(|| {
                let size = shown.screen.size();
                let snapshot = shown.screen.snapshot_with_history(KEYFRAME_HISTORY);
                Arc::new(PaneFrame {
                    place,
                    cols: size.cols,
                    rows: size.rows,
                    text: String::from_utf8_lossy(&snapshot).into_owned(),
                    exited: shown.exited,
                    not_kept: shown.not_kept.clone(),
                })
            });
            panes.insert(pane.clone(), frame);
        }
        Keyframe {
            run: self.glass.run.clone(),
            commands: self.glass.commands.clone(),
            events: self.glass.events.clone(),
            now: self.glass.now,
            panes,
        }
    }

    fn restore(&mut self, at: Seq) {
        let Some((seq, frame)) = self.keyframes.before(at) else { return };
        self.glass.feed(GlassEvent::Reset);
        self.glass.run = frame.run.clone();
        self.glass.commands = frame.commands.clone();
        self.glass.events = frame.events.clone();
        self.glass.now = frame.now;
        self.tapes.retain(|pane, _| frame.panes.contains_key(pane));
        for (pane, kept) in &frame.panes {
            let PaneFrame { place, cols, rows, text, exited, not_kept } = &**kept;
            let end = tape(&mut self.tapes, &self.timeline, pane);
            end.restore(*place);
            let end = end.offset();
            let mut show = |change| {
                self.glass.feed(GlassEvent::Pane { pane: pane.clone(), end, change });
            };
            show(PaneChange::Snapshot { cols: *cols, rows: *rows, text: text.clone() });
            if let Some(status) = *exited {
                show(PaneChange::Exited { status });
            }
            if let Some(reason) = not_kept.clone() {
                self.glass.feed(GlassEvent::NotKept { pane: pane.clone(), end, reason, blank: false });
            }
        }
        self.seq = seq;
        self.position = frame.now.run;
        self.between = false;
        self.shown_artifacts = 0;
    }

    fn rewind(&mut self) {
        self.glass.feed(GlassEvent::Reset);
        self.tapes.clear();
        (self.seq, self.position, self.shown_artifacts) = (0, 0, 0);
        self.between = false;
    }

    /// Of the files that lie there now, those that are as old as this moment.
    fn show_artifacts(&mut self) {
        let now = self.glass.now.wall;
        let all = self.timeline.artifacts();
        let count = all.iter().filter(|entry| entry.modified <= now).count();
        if count == self.shown_artifacts {
            return;
        }
        self.shown_artifacts = count;
        let old = |path: &str| {
            let beneath = format!("{path}/");
            all.iter().any(|entry| {
                entry.modified <= now && (entry.path == path || entry.path.starts_with(&beneath))
            })
        };
        let shown = all.iter().filter(|entry| old(&entry.path)).cloned().collect();
        self.glass.feed(GlassEvent::Artifacts(shown));
    }

    fn tell(&mut self) {
        let bar = self.bar();
        self.glass.feed(GlassEvent::Link(Link::Replay(bar)));
        // A damaged journal stays in sight: the run may have gone on behind its end.
        self.glass.feed(GlassEvent::Notice(self.timeline.trouble().map(str::to_owned)));
    }
}

fn tape<'a>(tapes: &'a mut BTreeMap<PaneId, Tape>, timeline: &Timeline, pane: &PaneId) -> &'a mut Tape {
    tapes.entry(pane.clone()).or_insert_with(|| Tape::open(pane.clone(), &timeline.recording(pane)))
}
