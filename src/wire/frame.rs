//! Frames: a length of four bytes (big end first), a kind of one byte, the payload. Knows nothing of messages.

use thiserror::Error;

/// The longest payload that a frame may carry.
pub const MAX_PAYLOAD: usize = 4 * 1024 * 1024;

const HEADER: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// One JSON value.
    Json,
    /// A line of JSON that says which pane, then the pane's text as it is.
    Pane,
}

impl FrameKind {
    fn byte(self) -> u8 {
        match self {
            Self::Json => 0,
            Self::Pane => 1,
        }
    }

    fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Json),
            1 => Some(Self::Pane),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: FrameKind,
    pub payload: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    #[error(
        "a frame of {length} bytes was announced, at most {MAX_PAYLOAD} are allowed: the other side does not speak \
         awtui's protocol or is broken; the connection is closed"
    )]
    TooLong { length: usize },
    #[error(
        "a frame of unknown kind {kind} arrived: the other side does not speak this version of awtui's protocol; the \
         connection is closed"
    )]
    UnknownKind { kind: u8 },
}

impl Frame {
    /// Appends a frame to `into`.
    pub fn encode(kind: FrameKind, payload: &[u8], into: &mut Vec<u8>) -> Result<(), FrameError> {
        let length = u32::try_from(payload.len())
            .ok()
            .filter(|_| payload.len() <= MAX_PAYLOAD)
            .ok_or(FrameError::TooLong { length: payload.len() })?;
        into.reserve(HEADER + payload.len());
        into.extend_from_slice(&length.to_be_bytes());
        into.push(kind.byte());
        into.extend_from_slice(payload);
        Ok(())
    }
}

/// Takes bytes as they arrive and gives whole frames. After an error it gives nothing but that error: the place of
/// the next frame is lost.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Where the first byte lies that was not given out yet.
    start: usize,
    broken: Option<FrameError>,
}

impl Decoder {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next frame, `None` while it is not whole. A length or kind that cannot be is refused as soon as it is
    /// seen, before its payload is waited for.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let rest = &self.buffer[self.start..];
        let Some((&[a, b, c, d], after)) = rest.split_first_chunk::<4>() else {
            self.compact();
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if length > MAX_PAYLOAD {
            return Err(self.fail(FrameError::TooLong { length }));
        }
        let Some((&kind, payload)) = after.split_first() else {
            self.compact();
            return Ok(None);
        };
        let Some(kind) = FrameKind::from_byte(kind) else {
            return Err(self.fail(FrameError::UnknownKind { kind }));
        };
        let Some(payload) = payload.get(..length) else {
            self.compact();
            return Ok(None);
        };
        let frame = Frame { kind, payload: payload.to_vec() };
        self.start += HEADER + length;
        Ok(Some(frame))
    }

    /// Whether bytes of a frame wait for their rest.
    pub fn is_within_frame(&self) -> bool {
        self.start < self.buffer.len()
    }

    fn compact(&mut self) {
        self.buffer.drain(..self.start);
        self.start = 0;
    }

    fn fail(&mut self, error: FrameError) -> FrameError {
        self.buffer = Vec::new();
        self.start = 0;
        self.broken = Some(error.clone());
        error
    }
}
