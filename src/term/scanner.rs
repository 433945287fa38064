//! Where control sequences begin and end.
//!
//! Owns the state between two pieces of the stream: the bytes of a sequence that is not complete. Sequences reach the
//! emulator only whole, so the emulator's own parser is always at rest between two pieces, and a snapshot plus these
//! bytes is the whole state. It never knows what a sequence means.

/// What the scanner hands on, in the order of the stream.
pub(super) trait Sink {
    /// Text, control characters and complete sequences for the emulator.
    fn pass(&mut self, bytes: &[u8]);
    /// A complete `CSI` sequence whose last byte is one of [`SPECIAL_FINALS`].
    fn csi(&mut self, sequence: &[u8]);
    /// A complete control string: its introducer, its payload, and the sequence with introducer and terminator.
    fn string(&mut self, kind: u8, payload: &[u8], sequence: &[u8]);
}

/// Last bytes of the `CSI` sequences that are looked at before the emulator sees them.
const SPECIAL_FINALS: &[u8] = b"bnpqt";

/// The longest `CSI` or `ESC` sequence; a longer one is dropped.
const MAX_SEQUENCE: usize = 1024;
/// The longest control string; a longer one is dropped. Room for a clipboard write, the longest sensible one.
const MAX_STRING: usize = 64 * 1024;

const BEL: u8 = 0x07;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const ESC: u8 = 0x1b;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    Escape,
    EscapeIntermediate,
    Csi,
    /// Inside a control string.
    Text,
    /// Inside a control string, after an `ESC` that may be half of its terminator.
    TextEscape,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Scanner {
    state: State,
    /// The sequence so far, without control characters that were executed on the way.
    pending: Vec<u8>,
}

/// What one byte did to the sequence it belongs to.
enum Step {
    /// The byte was kept.
    Kept,
    /// The byte was left out: it has no effect here.
    Dropped,
    /// The byte is a control character that acts at once, in the middle of the sequence.
    Acts,
    /// The sequence is complete.
    Complete,
    /// The sequence was cancelled.
    Cancelled,
    /// The sequence was cancelled by the beginning of the next one.
    Restarted,
}

/// One piece of the stream on its way through the scanner.
struct Piece<'a> {
    bytes: &'a [u8],
    /// Bytes before this one have been handed on.
    passed: usize,
    /// Where the current sequence began, if it lies in this piece and no byte of it was left out.
    whole_from: Option<usize>,
}

impl Piece<'_> {
    fn pass_until(&mut self, end: usize, sink: &mut impl Sink) {
        if let Some(bytes) = self.bytes.get(self.passed..end).filter(|bytes| !bytes.is_empty()) {
            sink.pass(bytes);
        }
        self.passed = self.passed.max(end);
    }

    /// Hands on what lies before the current sequence; its own bytes then live in the scanner alone.
    fn detach(&mut self, sink: &mut impl Sink) {
        if let Some(start) = self.whole_from.take() {
            self.pass_until(start, sink);
        }
    }
}

impl Scanner {
    /// The bytes since the last point at which the stream was between two sequences.
    pub(super) fn pending(&self) -> &[u8] {
        &self.pending
    }

    pub(super) fn scan(&mut self, bytes: &[u8], sink: &mut impl Sink) {
        let mut piece = Piece { bytes, passed: 0, whole_from: None };
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::Ground {
                let Some(distance) = bytes[at..].iter().position(|byte| *byte == ESC) else { break };
                at += distance;
                self.state = State::Escape;
                self.pending.clear();
                self.pending.push(ESC);
                piece.whole_from = Some(at);
                at += 1;
                continue;
            }
            let byte = bytes[at];
            match self.step(byte) {
                // A control string never reaches the emulator as it is, so it need not stay in one piece.
                Step::Kept if self.state == State::Text => piece.detach(sink),
                Step::Kept => {}
                Step::Dropped => piece.detach(sink),
                Step::Acts => {
                    piece.detach(sink);
                    sink.pass(&[byte]);
                }
                Step::Complete => self.complete(&mut piece, at + 1, sink),
                Step::Cancelled => {
                    piece.detach(sink);
                    self.rest();
                    piece.passed = at + 1;
                }
                Step::Restarted => {
                    piece.detach(sink);
                    piece.passed = at;
                    self.pending.clear();
                    self.pending.push(ESC);
                    self.state = State::Escape;
                    if byte != ESC {
                        // The `ESC` came one byte earlier and this is the second byte of its sequence: read it again.
                        continue;
                    }
                    piece.whole_from = Some(at);
                }
            }
            at += 1;
        }
        if self.state == State::Ground {
            piece.pass_until(bytes.len(), sink);
        } else {
            piece.detach(sink);
        }
    }

    fn step(&mut self, byte: u8) -> Step {
        match self.state {
            State::Ground => Step::Dropped,
            State::Escape | State::EscapeIntermediate | State::Csi => self.step_sequence(byte),
            State::Text => match byte {
                CAN | SUB => Step::Cancelled,
                BEL if self.pending.get(1) == Some(&b']') => self.keep(byte, Step::Complete),
                ESC => {
                    self.state = State::TextEscape;
                    self.keep(byte, Step::Kept)
                }
                0x00..=0x1f => Step::Dropped,
                0x20.. => self.keep(byte, Step::Kept),
            },
            State::TextEscape => match byte {
                b'\\' => self.keep(byte, Step::Complete),
                CAN | SUB => Step::Cancelled,
                _ => Step::Restarted,
            },
        }
    }

    fn step_sequence(&mut self, byte: u8) -> Step {
        match byte {
            ESC => return Step::Restarted,
            CAN | SUB => return Step::Cancelled,
            0x00..=0x1f => return Step::Acts,
            0x7f.. => return Step::Dropped,
            0x20..=0x7e => {}
        }
        match (self.state, byte) {
            (State::Escape | State::EscapeIntermediate, 0x20..=0x2f) => {
                self.state = State::EscapeIntermediate;
                self.keep(byte, Step::Kept)
            }
            (State::Escape, b'[') => {
                self.state = State::Csi;
                self.keep(byte, Step::Kept)
            }
            (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => {
                self.state = State::Text;
                self.keep(byte, Step::Kept)
            }
            (State::Csi, 0x20..=0x3f) => self.keep(byte, Step::Kept),
            (
                State::Ground
                | State::Escape
                | State::EscapeIntermediate
                | State::Csi
                | State::Text
                | State::TextEscape,
                _,
            ) => self.keep(byte, Step::Complete),
        }
    }

    /// Keeps a byte of the sequence, up to one more than the limit: that one marks the sequence as too long.
    fn keep(&mut self, byte: u8, step: Step) -> Step {
        if self.pending.len() <= self.limit() {
            self.pending.push(byte);
        }
        step
    }

    fn limit(&self) -> usize {
        match self.state {
            State::Text | State::TextEscape => MAX_STRING,
            State::Ground | State::Escape | State::EscapeIntermediate | State::Csi => MAX_SEQUENCE,
        }
    }

    fn rest(&mut self) {
        self.state = State::Ground;
        self.pending.clear();
    }

    fn complete(&mut self, piece: &mut Piece<'_>, end: usize, sink: &mut impl Sink) {
        let sequence = std::mem::take(&mut self.pending);
        let (state, limit) = (self.state, self.limit());
        self.state = State::Ground;
        let too_long = sequence.len() > limit;
        let special = match state {
            State::Text | State::TextEscape => true,
            State::Csi => sequence.last().is_some_and(|last| SPECIAL_FINALS.contains(last)),
            State::Ground | State::Escape | State::EscapeIntermediate => false,
        };
        if special || too_long || piece.whole_from.is_none() {
            piece.detach(sink);
            piece.passed = end;
            if !too_long {
                hand_on(state, &sequence, special, sink);
            }
        }
        piece.whole_from = None;
        self.pending = sequence;
        self.pending.clear();
    }
}

fn hand_on(state: State, sequence: &[u8], special: bool, sink: &mut impl Sink) {
    if !special {
        sink.pass(sequence);
    } else if state == State::Csi {
        sink.csi(sequence);
    } else if let [ESC, kind, rest @ ..] = sequence {
        let payload = rest.strip_suffix(b"\x1b\\").or_else(|| rest.strip_suffix(b"\x07")).unwrap_or(rest);
        sink.string(*kind, payload, sequence);
    }
}
