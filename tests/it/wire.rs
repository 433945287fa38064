//! The language between clients and the supervisor.

mod handshake;
mod messages;
mod outbound;
mod sockets;
mod streams;
