//! The first two messages: who speaks, and whether the two versions can work together.

use super::{Connection, Hello, PROTOCOL, Purpose, Refused, ToClient, ToSupervisor, Welcome, WireError};
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};

#[derive(Debug, Error)]
pub enum HandshakeError {
    #[error("{reason}. {hint}", reason = .0.reason, hint = .0.hint)]
    Refused(Refused),
    #[error("no answer to the greeting within {}: the other side hangs or is no awtui; try again", seconds(.0))]
    TimedOut(Duration),
    #[error("the connection ended before the greeting was answered; try again")]
    Closed,
    #[error(
        "the first message was no greeting: the other side is no awtui of this kind; the connection is closed"
    )]
    NoGreeting,
    #[error(transparent)]
    Wire(#[from] WireError),
}

fn seconds(duration: &Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// Whether a client of this protocol number can be served. [`Purpose::Replace`] always can.
pub fn check_protocol(hello: &Hello) -> Result<(), Refused> {
    if hello.protocol == PROTOCOL || matches!(hello.purpose, Purpose::Replace { .. }) {
        return Ok(());
    }
    let (newer, hint) = if hello.protocol > PROTOCOL {
        (
            "the client is newer",
            "Wait until its runs are over, or run `awtui supervisor stop --drain`: the runs pause and resume under \
             the new version",
        )
    } else {
        ("the supervisor is newer", "Use the newer awtui for this project, or stop its supervisor first")
    };
    Err(Refused::new(
        format!(
            "awtui {} (protocol {}) cannot talk to the supervisor of awtui {} (protocol {PROTOCOL}): {newer}",
            hello.version,
            hello.protocol,
            env!("CARGO_PKG_VERSION"),
        ),
        hint,
    ))
}

/// The supervisor's side: reads the greeting and refuses a client that it cannot serve. The caller answers a greeting
/// that was accepted with [`ToClient::Welcome`].
pub async fn accept<S: AsyncRead + AsyncWrite>(
    connection: &mut Connection<S, ToSupervisor, ToClient>,
    patience: Duration,
) -> Result<Hello, HandshakeError> {
    let first = tokio::time::timeout(patience, connection.reader.next())
        .await
        .map_err(|_| HandshakeError::TimedOut(patience))??;
    let hello = match first {
        None => return Err(HandshakeError::Closed),
        Some(ToSupervisor::Hello { hello }) => hello,
        Some(ToSupervisor::Request { .. } | ToSupervisor::Unknown) => return Err(HandshakeError::NoGreeting),
    };
    if let Err(refused) = check_protocol(&hello) {
        connection.writer.send(&ToClient::Refused { refused: refused.clone() }).await?;
        return Err(HandshakeError::Refused(refused));
    }
    Ok(hello)
}

/// The client's side: greets and waits for the answer.
pub async fn greet<S: AsyncRead + AsyncWrite>(
    connection: &mut Connection<S, ToClient, ToSupervisor>,
    hello: Hello,
    patience: Duration,
) -> Result<Welcome, HandshakeError> {
    let exchange = async {
        connection.writer.send(&ToSupervisor::Hello { hello }).await?;
        connection.reader.next().await
    };
    match tokio::time::timeout(patience, exchange).await.map_err(|_| HandshakeError::TimedOut(patience))?? {
        Some(ToClient::Welcome { welcome }) => Ok(welcome),
        Some(ToClient::Refused { refused }) => Err(HandshakeError::Refused(refused)),
        None => Err(HandshakeError::Closed),
        Some(
            ToClient::Response { .. }
            | ToClient::Record { .. }
            | ToClient::Pane { .. }
            | ToClient::CaughtUp { .. }
            | ToClient::Runs { .. }
            | ToClient::Terminals { .. }
            | ToClient::Artifacts { .. }
            | ToClient::Clock { .. }
            | ToClient::Notice { .. }
            | ToClient::RunClosed { .. }
            | ToClient::Unknown,
        ) => Err(HandshakeError::NoGreeting),
    }
}

impl Hello {
    /// The greeting of this version.
    pub fn new(purpose: Purpose) -> Self {
        Self {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            purpose,
            cols: 0,
            rows: 0,
            env: Vec::new(),
        }
    }
}

impl Welcome {
    /// The answer of this version.
    pub fn new(pid: u32) -> Self {
        Self { protocol: PROTOCOL, version: env!("CARGO_PKG_VERSION").to_owned(), pid, runs: Vec::new() }
    }
}
