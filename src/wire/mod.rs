//! The language between clients and the supervisor: frames, handshake, messages, queues and where the sockets lie.
//!
//! Owns what a message is and how it becomes bytes. It never opens a socket, never decides who may speak, and knows
//! no clock: time is handed in. Everything works over any pair of an [`AsyncRead`](tokio::io::AsyncRead) and an
//! [`AsyncWrite`](tokio::io::AsyncWrite), so tests run the same protocol over a duplex stream in memory.

mod bytes;
mod connection;
mod frame;
mod handshake;
mod message;
mod outbound;
mod pane_frame;
mod request;
mod socket;

pub use bytes::Bytes;
pub use connection::{Connection, Inward, Message, Reader, WireError, Writer};
pub use frame::{Decoder, Frame, FrameError, FrameKind, MAX_PAYLOAD};
pub use handshake::{HandshakeError, accept, check_protocol, greet};
pub use message::{Hello, PROTOCOL, PaneSizes, Purpose, Refused, TERMINALS, ToClient, ToSupervisor, Welcome};
pub use outbound::{Limits, Mailbox, Outbound};
pub use request::{Body, GateEntry, Reply, RequestId, ResponseResult, Shelving, StartRun};
pub use socket::{SocketError, SocketPaths};
