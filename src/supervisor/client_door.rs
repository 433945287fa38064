//! The operator socket: one task reads a client's requests and answers them, one writes what waits for it.

use super::fetch;
use super::message::{ClientId, OwnerMessage};
use super::peer;
use super::preflight;
use super::server::{Hall, Visit};
use super::start;
use crate::domain::{AuthorKind, Fact, Fetch, OperatorAct, Record, Run, RunId};
use crate::journal::blobs::Blobs;
use crate::wire::{
    self, Body, Connection, GateEntry, Hello, Limits, Mailbox, Purpose, Refused, Reply, RequestId,
    ResponseResult, TERMINALS, ToClient, ToSupervisor, Welcome,
};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixListener;
use tokio::sync::oneshot;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(10);
/// What is left for a client that went may take this long to be written.
const FAREWELL: Duration = Duration::from_secs(1);
/// The list of runs is sent no more often than a person can read.
const LIST_PACE: Duration = Duration::from_millis(100);
/// After the socket accepted nobody: it has no descriptors left, for one.
const NO_ONE: Duration = Duration::from_millis(100);
/// Bytes that are taken from a client's queue for one write.
const WRITE_SIZE: usize = 256 * 1024;
/// Facts that one response carries.
const MOST_EVENTS: usize = 5000;

pub(super) async fn keep(hall: Arc<Hall>, listener: UnixListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let objection = peer::objection(&stream, &hall.terminals.pids());
                let hall = Arc::clone(&hall);
                // From here on, not only once it has greeted.
                let visit = Visit::new(&hall);
                tokio::spawn(async move {
                    let _visit = visit;
                    let connection = Connection::new(stream);
                    serve(hall, connection, objection).await;
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the operator socket accepts nobody");
                tokio::time::sleep(NO_ONE).await;
            }
        }
    }
}

/// Serves one client over any stream.
pub(super) async fn serve<S>(
    hall: Arc<Hall>,
    mut connection: Connection<S, ToSupervisor, ToClient>,
    objection: Option<String>,
) where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    if let Some(reason) = objection {
        let refused = Refused::new(reason, "Report through the agent socket instead");
        let _ = connection.writer.send(&ToClient::Refused { refused }).await;
        // A greeting that nobody reads would break the connection before the peer has read this answer.
        let _ = wire::accept(&mut connection, PATIENCE).await;
        return;
    }
    let hello = match wire::accept(&mut connection, PATIENCE).await {
        Ok(hello) => hello,
        Err(error) => {
            tracing::info!(%error, "a client was not let in");
            return;
        }
    };
    if hall.is_stopping() {
        return;
    }
    let client = Client {
        id: hall.next_client(),
        hall: Arc::clone(&hall),
        mailbox: Arc::new(Mailbox::new(Limits::default())),
        hello,
        subscribed: None,
        started: Vec::new(),
        asked_to_stop: false,
    };
    let mut welcome = Welcome::new(std::process::id());
    welcome.runs = hall.summaries();
    client.mailbox.push(ToClient::Welcome { welcome });
    let (mut reader, mut writer) = connection.split();
    let mailbox = Arc::clone(&client.mailbox);
    let mut writing = tokio::spawn(async move {
        loop {
            let Some(messages) = mailbox.take(WRITE_SIZE).await else { return };
            for message in messages {
                if writer.queue(&message).is_err() {
                    return;
                }
            }
            if writer.flush().await.is_err() {
                return;
            }
        }
    });
    let mut client = client;
    client.listen(&mut reader).await;
    client.leave().await;
    // What was answered last is still on its way to a command that asked and left.
    client.mailbox.close();
    if tokio::time::timeout(FAREWELL, &mut writing).await.is_err() {
        writing.abort();
    }
    if client.asked_to_stop {
        hall.stop();
    }
}

pub(super) struct Client {
    pub(super) id: ClientId,
    pub(super) hall: Arc<Hall>,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) hello: Hello,
    subscribed: Option<RunId>,
    /// Runs that this client began.
    started: Vec<RunId>,
    /// The supervisor ends once this client has its answer.
    asked_to_stop: bool,
}

impl Client {
    async fn listen<R>(&mut self, reader: &mut wire::Reader<R, ToSupervisor>)
    where
        R: AsyncRead + Unpin,
    {
        if let Purpose::Replace { drain } = self.hello.purpose {
            self.stop(drain).await;
            return;
        }
        let lists_runs = matches!(self.hello.purpose, Purpose::Attach { .. });
        let mut moves = self.hall.moves();
        let mut listed = None;
        let mut list_at: Option<Instant> = None;
        loop {
            tokio::select! {
                message = reader.next() => match message {
                    Ok(Some(ToSupervisor::Request { id, body })) => self.answer(id, body).await,
                    Ok(Some(ToSupervisor::Hello { .. } | ToSupervisor::Unknown)) => {}
                    Ok(None) => return,
                    Err(error) => {
                        tracing::info!(%error, "a client's connection ended");
                        return;
                    }
                },
                Ok(()) = moves.changed(), if lists_runs && list_at.is_none() => {
                    list_at = Some(Instant::now() + LIST_PACE);
                }
                () = tokio::time::sleep_until(list_at.unwrap_or_else(Instant::now)), if list_at.is_some() => {
                    list_at = None;
                    let runs = self.hall.summaries();
                    if listed.as_ref() != Some(&runs) {
                        self.mailbox.push(ToClient::Runs { runs: runs.clone() });
                        listed = Some(runs);
                    }
                }
            }
            if self.asked_to_stop {
                return;
            }
            if self.mailbox.with(|outbound| outbound.is_hopeless()) {
                tracing::warn!("a client does not read; it is let go");
                return;
            }
        }
    }

    /// The client is gone. A headless one that did not detach leaves its runs parked.
    async fn leave(&mut self) {
        self.unsubscribe().await;
        self.leave_terminals().await;
        if let Purpose::Headless { detach: false } = self.hello.purpose {
            for run in &self.started {
                if let Some(owner) = self.hall.owner(run) {
                    let reason = "its headless client is gone; resume to go on".to_owned();
                    let _ = owner.send(OwnerMessage::Park { reason }).await;
                }
            }
        }
    }

    async fn unsubscribe(&mut self) {
        if let Some(run) = self.subscribed.take()
            && let Some(owner) = self.hall.owner(&run)
        {
            let _ = owner.send(OwnerMessage::Unsubscribe { client: self.id }).await;
        }
    }

    async fn answer(&mut self, id: RequestId, body: Body) {
        let result = if self.may(&body) {
            match self.carry_out(body).await {
                Ok(reply) => ResponseResult::ok(reply),
                Err(message) => ResponseResult::err(message),
            }
        } else {
            ResponseResult::err("this client only watches; attach without --watch to act")
        };
        self.mailbox.push(ToClient::response(id, result));
    }

    fn may(&self, body: &Body) -> bool {
        let watches = matches!(self.hello.purpose, Purpose::Attach { watch: true });
        let acts = match body {
            Body::StartRun { .. }
            | Body::CheckStart { .. }
            | Body::OpenRun { .. }
            | Body::Shelve { .. }
            | Body::Act { .. }
            | Body::Type { .. }
            | Body::PaneSize { .. }
            | Body::OpenTerminal { .. }
            | Body::CloseTerminal { .. }
            | Body::Trust { .. }
            | Body::Stop { .. } => true,
            Body::Subscribe { .. }
            | Body::Unsubscribe
            | Body::Terminals
            | Body::Runs
            | Body::Status { .. }
            | Body::Gates { .. }
            | Body::Ledger { .. }
            | Body::Events { .. }
            | Body::Fetch { .. }
            | Body::Ping
            | Body::Unknown => false,
        };
        !(watches && acts)
    }

    #[expect(clippy::too_many_lines, reason = "an arm a request")]
    async fn carry_out(&mut self, body: Body) -> Result<Reply, String> {
        match body {
            Body::StartRun { mut start } => {
                start.config.agents = preflight::found(&self.hall, &start.config, &self.hello.env).await;
                let run = self.hall.start_run(*start, self.hello.env.clone())?;
                self.started.push(run.clone());
                Ok(Reply::Run { run })
            }
            Body::CheckStart { start } => {
                preflight::check(&self.hall, &start, &self.hello.env).await.map(|()| Reply::Done)
            }
            Body::OpenRun { run, author: _ } => {
                let run = self.hall.open_run(&run, self.hello.env.clone())?;
                self.lend_environment(&run).await?;
                Ok(Reply::Run { run })
            }
            Body::Shelve { run, author: _, how } => {
                self.hall.shelve(&run, how).await?;
                Ok(Reply::Done)
            }
            Body::Act { run, author, act } => {
                if author.kind == AuthorKind::Awtui {
                    return Err("awtui itself does not act through this door".to_owned());
                }
                if act == OperatorAct::Resume {
                    self.lend_environment(&run).await?;
                }
                let (reply, answer) = oneshot::channel();
                self.tell(&run, OwnerMessage::Act { author, act, reply }).await?;
                received(answer).await?.map(|()| Reply::Done)
            }
            Body::Type { run, pane, author: _, bytes } if run.as_str() == TERMINALS => {
                self.type_into_terminal(pane, bytes.0).await
            }
            Body::PaneSize { run, panes } if run.as_str() == TERMINALS => self.size_terminals(panes).await,
            Body::OpenTerminal { command, directory, size } => {
                self.open_terminal(command, directory, size).await
            }
            Body::CloseTerminal { pane } => self.close_terminal(pane).await,
            Body::Terminals => self.show_terminals().await,
            Body::Type { run, pane, author: _, bytes } => {
                let (reply, answer) = oneshot::channel();
                self.tell(&run, OwnerMessage::Type { pane, bytes: bytes.0, reply }).await?;
                received(answer).await?.map(|()| Reply::Done)
            }
            Body::PaneSize { run, panes } => {
                self.tell(&run, OwnerMessage::PaneSizes { panes }).await?;
                Ok(Reply::Done)
            }
            Body::Subscribe { run, after } => {
                let run = self.which(run)?;
                self.unsubscribe().await;
                let mailbox = Arc::clone(&self.mailbox);
                let screen = matches!(self.hello.purpose, Purpose::Attach { .. });
                let after = after.unwrap_or(0);
                let subscribe = OwnerMessage::Subscribe { client: self.id, after, mailbox, screen };
                self.tell(&run, subscribe).await?;
                self.subscribed = Some(run.clone());
                Ok(Reply::Run { run })
            }
            Body::Unsubscribe => {
                self.unsubscribe().await;
                Ok(Reply::Done)
            }
            Body::Runs => Ok(Reply::Runs { runs: self.hall.summaries() }),
            Body::Status { run } => {
                let run = self.which(run)?;
                Ok(Reply::Json { value: json(&self.state(&run).await?)? })
            }
            Body::Ledger { run } => {
                let run = self.which(run)?;
                Ok(Reply::Json { value: json(&self.state(&run).await?.ledger)? })
            }
            Body::Gates { run } => {
                let runs = match run {
                    Some(run) => vec![run],
                    None => self.hall.live_runs().into_iter().map(|(run, _)| run).collect(),
                };
                let mut gates = Vec::new();
                for run in runs {
                    let state = self.state(&run).await?;
                    gates
                        .extend(state.open_gates().cloned().map(|gate| GateEntry { run: run.clone(), gate }));
                }
                Ok(Reply::Gates { gates })
            }
            Body::Events { run, after, kind, limit } => self.events(run, after, kind.as_deref(), limit).await,
            Body::Fetch { run, what, offset, limit } => self.fetch(&run, &what, offset, limit).await,
            Body::Stop { drain } => {
                self.stop(drain).await;
                Ok(Reply::Done)
            }
            Body::Trust { sha256 } => {
                let trusted = self.hall.folders.trust(&sha256);
                trusted.map_err(|error| format!("this cannot be kept: {error}"))?;
                Ok(Reply::Done)
            }
            Body::Ping => Ok(Reply::Pong),
            Body::Unknown => {
                Err("this supervisor does not know that request; it is older than the client".to_owned())
            }
        }
    }

    /// The client that resumes a run lends it its environment, as the one that started it did.
    async fn lend_environment(&self, run: &RunId) -> Result<(), String> {
        if self.hello.env.is_empty() {
            return Ok(());
        }
        let variables = self.hall.for_children(self.hello.env.clone());
        self.tell(run, OwnerMessage::Environment { variables }).await
    }

    fn which(&self, run: Option<RunId>) -> Result<RunId, String> {
        match run {
            Some(run) if self.hall.owner(&run).is_some() => Ok(run),
            Some(run) => Err(self.unknown(&run)),
            None => self.hall.newest().ok_or_else(|| "no run is alive in this project".to_owned()),
        }
    }

    fn unknown(&self, run: &RunId) -> String {
        if self.hall.folders.journal(run).exists() {
            return format!(
                "run {run} is not served now; `awtui resume {run}` takes it up, `awtui replay {run}` shows it"
            );
        }
        start::unknown_run(&self.hall.folders, run)
    }

    async fn tell(&self, run: &RunId, message: OwnerMessage) -> Result<(), String> {
        let owner = self.hall.owner(run).ok_or_else(|| self.unknown(run))?;
        owner.send(message).await.map_err(|_| "the run is no longer served".to_owned())
    }

    /// The whole state of a run, after everything that was sent to it before.
    async fn state(&self, run: &RunId) -> Result<Run, String> {
        let (reply, answer) = oneshot::channel();
        self.tell(run, OwnerMessage::State { reply }).await?;
        received(answer).await
    }

    async fn records(&self, run: &RunId, after: u64) -> Result<Vec<Arc<Record>>, String> {
        let (reply, answer) = oneshot::channel();
        self.tell(run, OwnerMessage::Records { after, reply }).await?;
        received(answer).await
    }

    async fn events(
        &self,
        run: Option<RunId>,
        after: Option<u64>,
        kind: Option<&str>,
        limit: Option<u32>,
    ) -> Result<Reply, String> {
        let run = self.which(run)?;
        let limit =
            limit.map_or(MOST_EVENTS, |limit| usize::try_from(limit).unwrap_or(MOST_EVENTS)).min(MOST_EVENTS);
        let found = self.records(&run, after.unwrap_or(0)).await?;
        let mut matching =
            found.iter().filter(|record| kind.is_none_or(|kind| kind_of(&record.fact) == kind));
        let records: Vec<Record> =
            matching.by_ref().take(limit).map(|record| Record::clone(record)).collect();
        Ok(Reply::Events { records, more: matching.next().is_some() })
    }

    async fn fetch(
        &self,
        run: &RunId,
        what: &Fetch,
        offset: u64,
        limit: Option<u64>,
    ) -> Result<Reply, String> {
        let state = self.state(run).await?;
        let folder = self.hall.folder(run).ok_or("the run's folder is not known")?;
        let blobs = Blobs::new(self.hall.folders.blobs(run));
        let records = match what {
            Fetch::Transcript { .. } => self.records(run, 0).await?,
            Fetch::Blob { .. }
            | Fetch::File { .. }
            | Fetch::Diff { .. }
            | Fetch::Changes
            | Fetch::Prompt { .. }
            | Fetch::Report { .. }
            | Fetch::CheckLog { .. }
            | Fetch::Unknown => Vec::new(),
        };
        fetch::answer(&state, &records, blobs, folder, what, offset, limit.unwrap_or(u64::MAX)).await
    }

    /// The supervisor ends after this; with `drain` every live run finishes its turn and is parked first.
    async fn stop(&mut self, drain: bool) {
        if drain {
            for (run, _) in self.hall.live_runs() {
                if let Some(owner) = self.hall.owner(&run) {
                    let reason = "the supervisor was asked to stop; resume to go on".to_owned();
                    let _ = owner.send(OwnerMessage::Park { reason }).await;
                }
            }
            let mut moves = self.hall.moves();
            while self.hall.live_runs().iter().any(|(_, standing)| !standing.is_parked) {
                if moves.changed().await.is_err() {
                    break;
                }
            }
        }
        self.asked_to_stop = true;
    }
}

pub(super) async fn received<T>(answer: oneshot::Receiver<T>) -> Result<T, String> {
    answer.await.map_err(|_| "the run is no longer served".to_owned())
}

fn json(value: &impl serde::Serialize) -> Result<serde_json::Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// The `kind` of a fact as its record writes it.
pub(super) fn kind_of(fact: &Fact) -> String {
    serde_json::to_value(fact)
        .ok()
        .and_then(|value| value.get("kind").and_then(|kind| kind.as_str()).map(str::to_owned))
        .unwrap_or_default()
}
