//! Messages over a stream of bytes, in two halves that different tasks may own.

use super::frame::{Decoder, Frame, FrameError, FrameKind};
use super::pane_frame::{self, Assembly};
use super::{ToClient, ToSupervisor};
use crate::domain::PaneChange;
use std::collections::VecDeque;
use std::io;
use std::marker::PhantomData;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

const READ_SIZE: usize = 64 * 1024;

#[derive(Debug, Error)]
pub enum WireError {
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("a message could not be understood ({reason}); the connection is closed")]
    Garbled { reason: String },
    #[error("a message could not be written: {reason}")]
    Unwritable { reason: String },
    #[error("the connection ended in the middle of a message")]
    CutOff,
}

impl WireError {
    pub(super) fn garbled(reason: &str) -> Self {
        Self::Garbled { reason: reason.to_owned() }
    }

    // By value, as `map_err` hands it over.
    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
    pub(super) fn unwritable(error: serde_json::Error) -> Self {
        Self::Unwritable { reason: error.to_string() }
    }
}

/// What can be sent: a message becomes one frame or several.
pub trait Message: Sized {
    /// Appends the frames of the message.
    fn encode(&self, into: &mut Vec<u8>) -> Result<(), WireError>;

    /// Reads a frame of JSON.
    fn decode(json: &[u8]) -> Result<Self, WireError>;

    /// What a pane frame means in this direction; `None` where none may come.
    fn from_pane(message: ToClient) -> Option<Self>;
}

fn encode_json(message: &impl serde::Serialize, into: &mut Vec<u8>) -> Result<(), WireError> {
    let payload = serde_json::to_vec(message).map_err(WireError::unwritable)?;
    Ok(Frame::encode(FrameKind::Json, &payload, into)?)
}

fn decode_json<M: serde::de::DeserializeOwned>(json: &[u8]) -> Result<M, WireError> {
    serde_json::from_slice(json).map_err(|error| WireError::garbled(&error.to_string()))
}

impl Message for ToSupervisor {
    fn encode(&self, into: &mut Vec<u8>) -> Result<(), WireError> {
        encode_json(self, into)
    }

    fn decode(json: &[u8]) -> Result<Self, WireError> {
        decode_json(json)
    }

    fn from_pane(_message: ToClient) -> Option<Self> {
        None
    }
}

impl Message for ToClient {
    fn encode(&self, into: &mut Vec<u8>) -> Result<(), WireError> {
        if let Self::Pane { run, pane, end, change } = self {
            match change {
                PaneChange::Output { text } => return pane_frame::encode(run, pane, *end, None, text, into),
                PaneChange::Snapshot { cols, rows, text } => {
                    return pane_frame::encode(run, pane, *end, Some((*cols, *rows)), text, into);
                }
                PaneChange::Resized { .. } | PaneChange::Exited { .. } => {}
            }
        }
        encode_json(self, into)
    }

    fn decode(json: &[u8]) -> Result<Self, WireError> {
        decode_json(json)
    }

    fn from_pane(message: ToClient) -> Option<Self> {
        Some(message)
    }
}

/// Bytes in, messages out: the part of a reader that needs no stream.
#[derive(Debug)]
pub struct Inward<M> {
    decoder: Decoder,
    assembly: Assembly,
    message: PhantomData<fn() -> M>,
}

impl<M> Default for Inward<M> {
    fn default() -> Self {
        Self { decoder: Decoder::new(), assembly: Assembly::default(), message: PhantomData }
    }
}

impl<M: Message> Inward<M> {
    pub fn push(&mut self, bytes: &[u8]) {
        self.decoder.push(bytes);
    }

    /// The next message, `None` while it is not whole.
    pub fn next_message(&mut self) -> Result<Option<M>, WireError> {
        while let Some(frame) = self.decoder.next_frame()? {
            let message = match frame.kind {
                FrameKind::Json => Some(M::decode(&frame.payload)?),
                FrameKind::Pane => match self.assembly.take(&frame.payload)? {
                    Some(message) => Some(
                        M::from_pane(message)
                            .ok_or_else(|| WireError::garbled("a pane frame came from a client"))?,
                    ),
                    None => None,
                },
            };
            if message.is_some() {
                return Ok(message);
            }
        }
        Ok(None)
    }

    pub fn is_within_message(&self) -> bool {
        self.decoder.is_within_frame()
    }
}

/// The half that reads messages of kind `M`.
pub struct Reader<R, M> {
    stream: R,
    inward: Inward<M>,
    chunk: Vec<u8>,
}

impl<R: AsyncRead + Unpin, M: Message> Reader<R, M> {
    pub fn new(stream: R) -> Self {
        Self { stream, inward: Inward::default(), chunk: Vec::with_capacity(READ_SIZE) }
    }

    /// The next message; `None` when the other side closed between two messages. A call that is dropped while it
    /// waits loses nothing.
    pub async fn next(&mut self) -> Result<Option<M>, WireError> {
        loop {
            if let Some(message) = self.inward.next_message()? {
                return Ok(Some(message));
            }
            self.chunk.clear();
            if self.stream.read_buf(&mut self.chunk).await? == 0 {
                return if self.inward.is_within_message() { Err(WireError::CutOff) } else { Ok(None) };
            }
            self.inward.push(&self.chunk);
        }
    }

    /// Messages that are here already, without waiting.
    pub fn next_ready(&mut self) -> Result<Option<M>, WireError> {
        self.inward.next_message()
    }
}

/// The half that writes messages of kind `M`.
pub struct Writer<W, M> {
    stream: W,
    pending: VecDeque<u8>,
    scratch: Vec<u8>,
    message: PhantomData<fn(&M)>,
}

impl<W: AsyncWrite + Unpin, M: Message> Writer<W, M> {
    pub fn new(stream: W) -> Self {
        Self { stream, pending: VecDeque::new(), scratch: Vec::new(), message: PhantomData }
    }

    /// Puts a message behind those that wait to be written. Nothing is queued when it fails.
    pub fn queue(&mut self, message: &M) -> Result<(), WireError> {
        self.scratch.clear();
        message.encode(&mut self.scratch)?;
        self.pending.extend(&self.scratch);
        Ok(())
    }

    /// Writes all that was queued. A call that is dropped while it waits can be made again and loses nothing.
    pub async fn flush(&mut self) -> Result<(), WireError> {
        while !self.pending.is_empty() {
            let (front, _) = self.pending.as_slices();
            let written = self.stream.write(front).await?;
            if written == 0 {
                return Err(WireError::Io(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..written);
        }
        self.stream.flush().await?;
        Ok(())
    }

    pub async fn send(&mut self, message: &M) -> Result<(), WireError> {
        self.queue(message)?;
        self.flush().await
    }

    /// Tells the other side that nothing more comes.
    pub async fn close(&mut self) -> Result<(), WireError> {
        self.flush().await?;
        Ok(self.stream.shutdown().await?)
    }
}

/// Both halves: reads `In`, writes `Out`.
pub struct Connection<S, In, Out> {
    pub reader: Reader<ReadHalf<S>, In>,
    pub writer: Writer<WriteHalf<S>, Out>,
}

impl<S: AsyncRead + AsyncWrite, In: Message, Out: Message> Connection<S, In, Out> {
    pub fn new(stream: S) -> Self {
        let (read, write) = tokio::io::split(stream);
        Self { reader: Reader::new(read), writer: Writer::new(write) }
    }

    pub fn split(self) -> (Reader<ReadHalf<S>, In>, Writer<WriteHalf<S>, Out>) {
        (self.reader, self.writer)
    }
}
