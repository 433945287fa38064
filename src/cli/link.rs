//! The way from a program inside a pane to awtui: the agent socket, a greeting, lines.
//!
//! `awtui report`, `awtui hook` and `awtui mcp` go by it. None of them can decide anything about a run.

use crate::agent::launch::{CREDENTIALS, Credentials};
use crate::agent::protocol::{self, Hello, PROTOCOL, ToAgent, ToDesk};
use std::path::Path;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// Where awtui is, by the launch folder of a session or, without one, by the environment of its agent.
pub(super) fn credentials(launch: Option<&Path>) -> Result<Credentials, String> {
    let Some(folder) = launch else { return from_environment() };
    let file = folder.join(CREDENTIALS);
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn from_environment() -> Result<Credentials, String> {
    let known = |name: &str| {
        std::env::var(name).map_err(|_| format!("this is for agents that awtui started: {name} is not set"))
    };
    Ok(Credentials {
        socket: known("AWTUI_AGENT_SOCKET")?,
        token: known("AWTUI_AGENT_TOKEN")?,
        role: known("AWTUI_ROLE")?,
        session: known("AWTUI_SESSION")?,
    })
}

pub(super) struct Link {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
}

impl Link {
    /// Connects and greets by this name.
    pub(super) async fn open(credentials: &Credentials, name: &str) -> std::io::Result<Self> {
        let (reader, writer) = UnixStream::connect(&credentials.socket).await?.into_split();
        let mut link = Self { lines: BufReader::new(reader).lines(), writer };
        let hello = Hello {
            protocol: PROTOCOL,
            token: credentials.token.clone(),
            agent: name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
        };
        link.send(&ToDesk::Hello(hello)).await?;
        Ok(link)
    }

    async fn send(&mut self, message: &ToDesk) -> std::io::Result<()> {
        self.writer.write_all(protocol::line_to_desk(message).as_bytes()).await
    }

    /// The next thing that awtui says; lines that this version does not understand are passed over.
    async fn next(&mut self) -> std::io::Result<Option<ToAgent>> {
        while let Some(line) = self.lines.next_line().await? {
            if let Ok(message) = protocol::parse_from_desk(&line) {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    /// Says it and waits for its reply: whether it was taken, and the words.
    pub(super) async fn ask(&mut self, message: &ToDesk, key: &str) -> std::io::Result<(bool, String)> {
        self.send(message).await?;
        let reply = self.until(|said| {
            if let ToAgent::Reply { key: answered, ok, message } = &said
                && answered == key
            {
                return Some((*ok, message.clone()));
            }
            refused(said).map(|reason| (false, reason))
        });
        let closed = || (false, "the connection was closed before an answer came".to_owned());
        Ok(reply.await?.unwrap_or_else(closed))
    }

    /// Says it and waits for what is to be printed; nothing when awtui refuses it or goes.
    pub(super) async fn output(&mut self, message: &ToDesk, key: &str) -> std::io::Result<Option<String>> {
        self.send(message).await?;
        let output = self.until(|said| {
            if let ToAgent::Output { key: answered, text } = &said
                && answered == key
            {
                return Some(Some(text.clone()));
            }
            refused(said).map(|_| None)
        });
        Ok(output.await?.flatten())
    }

    /// Passes over what awtui says until it is this.
    async fn until<T>(&mut self, mut pick: impl FnMut(ToAgent) -> Option<T>) -> std::io::Result<Option<T>> {
        while let Some(said) = self.next().await? {
            if let Some(picked) = pick(said) {
                return Ok(Some(picked));
            }
        }
        Ok(None)
    }
}

fn refused(said: ToAgent) -> Option<String> {
    if let ToAgent::Refused { reason } = said { Some(reason) } else { None }
}
