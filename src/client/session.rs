//! A connection to the supervisor of a project: found, or started and then found.

use crate::domain::RunId;
use crate::wire::{
    Body, Connection, HandshakeError, Hello, Reader, Reply, RequestId, SocketPaths, ToClient, ToSupervisor,
    Welcome, WireError, Writer, greet,
};
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use thiserror::Error;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::UnixStream;

const PATIENCE: Duration = Duration::from_secs(10);
/// Looks for a supervisor that was started, before another one is.
const LOOKS: u32 = 50;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
/// A supervisor that was started takes connections within this.
const START_TIME: Duration = Duration::from_secs(10);

#[derive(Debug, Error)]
pub enum ClientError {
    #[error("no supervisor runs for this project")]
    NoSupervisor,
    #[error("the supervisor could not be started: {0}")]
    Start(io::Error),
    #[error("the supervisor did not come up within {} s; its log is {}", START_TIME.as_secs(), log.display())]
    NotUp { log: PathBuf },
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("the supervisor closed the connection")]
    Closed,
    /// What was asked for was refused, in the supervisor's words.
    #[error("{0}")]
    Refused(String),
}

/// How a supervisor is started when none is there.
#[derive(Debug, Clone)]
pub struct Starter {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub directory: PathBuf,
    pub log: PathBuf,
    /// In place of our own.
    pub environment: Option<Vec<(String, String)>>,
}

type Stream = UnixStream;

pub struct Session {
    reader: Reader<ReadHalf<Stream>, ToClient>,
    writer: Writer<WriteHalf<Stream>, ToSupervisor>,
    next_id: u64,
    /// What came while an answer was waited for.
    waiting: VecDeque<ToClient>,
    pub welcome: Welcome,
}

impl Session {
    /// Connects to the supervisor that runs; starts one with `starter` when there is none.
    pub async fn connect(
        sockets: &SocketPaths,
        hello: Hello,
        starter: Option<&Starter>,
    ) -> Result<Self, ClientError> {
        if let Some(session) = Self::find(sockets, &hello).await? {
            return Ok(session);
        }
        let Some(starter) = starter else { return Err(ClientError::NoSupervisor) };
        tokio::time::timeout(START_TIME, async {
            loop {
                // The loser of two that were started leaves at once; the winner's socket appears. One that was just
                // leaving may have kept the new one out: then another is started.
                start(starter).map_err(ClientError::Start)?;
                for _ in 0..LOOKS {
                    if let Some(session) = Self::find(sockets, &hello).await? {
                        return Ok(session);
                    }
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
            }
        })
        .await
        .map_err(|_| ClientError::NotUp { log: starter.log.clone() })?
    }

    /// A session with the supervisor that listens. `None`: none does, or the one that did is ending.
    async fn find(sockets: &SocketPaths, hello: &Hello) -> Result<Option<Self>, ClientError> {
        let Ok(stream) = UnixStream::connect(&sockets.operator).await else { return Ok(None) };
        match Self::over(stream, hello.clone()).await {
            Ok(session) => Ok(Some(session)),
            Err(ClientError::Handshake(
                HandshakeError::Closed | HandshakeError::Wire(WireError::Io(_) | WireError::CutOff),
            )) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn over(stream: Stream, hello: Hello) -> Result<Self, ClientError> {
        let mut connection = Connection::new(stream);
        let welcome = greet(&mut connection, hello, PATIENCE).await?;
        let (reader, writer) = connection.split();
        Ok(Self { reader, writer, next_id: 1, waiting: VecDeque::new(), welcome })
    }

    /// Sends a request without waiting for its answer.
    pub async fn send(&mut self, body: Body) -> Result<RequestId, ClientError> {
        let id = self.next_id;
        self.next_id += 1;
        self.writer.send(&ToSupervisor::request(id, body)).await?;
        Ok(RequestId(id))
    }

    /// Sends a request and waits for its answer; what else comes is kept for [`Self::next`].
    pub async fn request(&mut self, body: Body) -> Result<Reply, ClientError> {
        let asked = self.send(body).await?;
        loop {
            let message = self.reader.next().await?.ok_or(ClientError::Closed)?;
            if let ToClient::Response { id, result } = &message
                && *id == asked
            {
                return result.clone().into_result().map_err(ClientError::Refused);
            }
            self.waiting.push_back(message);
        }
    }

    /// The next message. A call that is dropped while it waits loses nothing.
    pub async fn next(&mut self) -> Result<ToClient, ClientError> {
        if let Some(message) = self.waiting.pop_front() {
            return Ok(message);
        }
        self.reader.next().await?.ok_or(ClientError::Closed)
    }

    /// The next message if one has come already.
    pub fn ready(&mut self) -> Result<Option<ToClient>, ClientError> {
        match self.waiting.pop_front() {
            Some(message) => Ok(Some(message)),
            None => Ok(self.reader.next_ready()?),
        }
    }

    /// The run that a reply names.
    pub async fn request_run(&mut self, body: Body) -> Result<RunId, ClientError> {
        let reply = self.request(body).await?;
        if let Reply::Run { run } = reply {
            Ok(run)
        } else {
            Err(ClientError::Refused(format!("an unexpected answer: {reply:?}")))
        }
    }
}

fn start(starter: &Starter) -> io::Result<()> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(&starter.log)?;
    // It makes itself the leader of a session of its own, so that neither a closed terminal nor ctrl-c reaches it.
    let mut command = Command::new(&starter.program);
    if let Some(environment) = &starter.environment {
        command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
    }
    command
        .args(&starter.arguments)
        .current_dir(&starter.directory)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .map(drop)
}
