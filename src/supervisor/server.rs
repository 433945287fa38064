//! The supervisor of one project: its lock, its two doors, its runs. Lives while a run is alive or a client is there.

use super::agent_door;
use super::client_door;
use super::clock::Clock;
use super::launch;
use super::lock::{Lock, LockError};
use super::message::{ClientId, OwnerMessage};
use super::own_settings::OwnSettings;
use super::owner::Owner;
use super::standing::Standing;
use super::start;
use super::summaries::Summaries;
use super::terminals::{self, TerminalsHandle};
use super::tokens::Tokens;
use super::world::World;
use crate::domain::{RunId, RunSummary};
use crate::project::{Project, ProjectFolders};
use crate::settings::Paths;
use crate::wire::{Shelving, SocketError, SocketPaths, StartRun};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::net::UnixListener;
use tokio::sync::{Notify, mpsc, oneshot, watch};

/// Without a client and without a run that goes on, it leaves after this.
const LINGER: Duration = Duration::from_secs(3);
/// Messages that may wait for the owner of a run; the panes behind it wait then.
const QUEUE: usize = 1024;

#[derive(Debug, Error)]
pub enum ServeError {
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Socket(#[from] SocketError),
    #[error("cannot listen on {}: {error}", path.display())]
    Listen { path: PathBuf, error: std::io::Error },
    #[error("{0}")]
    Project(String),
}

/// What the supervisor of a project works with.
pub struct Options {
    pub project: Project,
    pub paths: Paths,
    pub sockets: SocketPaths,
}

pub(super) struct RunHandle {
    pub(super) sender: mpsc::Sender<OwnerMessage>,
    standing: watch::Receiver<Standing>,
    pub(super) folder: PathBuf,
}

/// Shared by the doors.
pub(super) struct Hall {
    pub(super) options: Options,
    pub(super) folders: ProjectFolders,
    pub(super) tokens: Arc<Tokens>,
    pub(super) terminals: TerminalsHandle,
    runs: Mutex<BTreeMap<RunId, RunHandle>>,
    stored: Mutex<Summaries>,
    world: Mutex<Box<dyn FnMut() -> Box<dyn World> + Send>>,
    clock: Clock,
    clients: AtomicU64,
    next_client: AtomicU64,
    stop: Notify,
    stopping: AtomicBool,
    /// Counts what moved: a client, a run, how one stands.
    moves: watch::Sender<u64>,
}

impl Hall {
    pub(super) fn new(
        options: Options,
        folders: ProjectFolders,
        clock: Clock,
        world: Box<dyn FnMut() -> Box<dyn World> + Send>,
    ) -> Self {
        let moves = watch::Sender::new(0);
        let counter = moves.clone();
        let told = Box::new(move || counter.send_modify(|count: &mut u64| *count = count.wrapping_add(1)));
        let terminals = terminals::keep(folders.clone(), clock, told);
        Self {
            options,
            folders,
            tokens: Arc::new(Tokens::default()),
            terminals,
            runs: Mutex::default(),
            stored: Mutex::default(),
            world: Mutex::new(world),
            clock,
            clients: AtomicU64::new(0),
            next_client: AtomicU64::new(1),
            stop: Notify::new(),
            stopping: AtomicBool::new(false),
            moves,
        }
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<RunId, RunHandle>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn next_client(&self) -> ClientId {
        ClientId(self.next_client.fetch_add(1, Ordering::Relaxed))
    }

    fn moved(&self) {
        self.moves.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Tells of each move from now on.
    pub(super) fn moves(&self) -> watch::Receiver<u64> {
        self.moves.subscribe()
    }

    fn client_came(&self) {
        self.clients.fetch_add(1, Ordering::SeqCst);
    }

    fn client_left(&self) {
        self.clients.fetch_sub(1, Ordering::SeqCst);
        self.moved();
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.stop.notify_one();
    }

    /// Whoever greets now is let go, so that it starts the next supervisor instead of being left by this one.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// The owner of a run, if this supervisor serves it.
    pub(super) fn owner(&self, run: &RunId) -> Option<mpsc::Sender<OwnerMessage>> {
        self.runs().get(run).map(|handle| handle.sender.clone())
    }

    /// Where people read about a run that is served here.
    pub(super) fn folder(&self, run: &RunId) -> Option<PathBuf> {
        self.runs().get(run).map(|handle| handle.folder.clone())
    }

    /// The newest run that is not over, else the newest one.
    pub(super) fn newest(&self) -> Option<RunId> {
        let runs = self.runs();
        let alive = runs.iter().rev().find(|(_, handle)| !handle.standing.borrow().is_over);
        alive.or_else(|| runs.iter().next_back()).map(|(run, _)| run.clone())
    }

    pub(super) fn live_runs(&self) -> Vec<(RunId, Standing)> {
        self.runs()
            .iter()
            .map(|(id, handle)| (id.clone(), handle.standing.borrow().clone()))
            .filter(|(_, standing)| !standing.is_over)
            .collect()
    }

    /// All runs of the project, newest first: those served here as they stand, the others from their journals.
    pub(super) fn summaries(&self) -> Vec<RunSummary> {
        let mut summaries: Vec<RunSummary> =
            self.runs().values().filter_map(|handle| handle.standing.borrow().summary.clone()).collect();
        let served: BTreeSet<RunId> = summaries.iter().map(|summary| summary.run.clone()).collect();
        for summary in &mut summaries {
            summary.archived = self.folders.is_archived(&summary.run);
        }
        summaries.extend(self.stored().all(&self.folders, &served));
        summaries.sort_by(|one, other| other.created.cmp(&one.created).then(other.run.cmp(&one.run)));
        summaries
    }

    fn stored(&self) -> MutexGuard<'_, Summaries> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of a run that nobody serves.
    pub(super) fn summary(&self, run: &RunId) -> Option<RunSummary> {
        self.stored().of(&self.folders, run)
    }

    /// Puts a run away, back, or throws it away; refused while it is alive.
    pub(super) async fn shelve(&self, run: &RunId, how: Shelving) -> Result<(), String> {
        let standing = self.runs().get(run).map(|handle| handle.standing.borrow().clone());
        if standing.as_ref().is_some_and(|standing| !standing.is_over) {
            return Err(format!("run {run} is alive; end it first with `awtui abort {run}`"));
        }
        if !self.folders.run_ids().contains(run) {
            return Err(start::unknown_run(&self.folders, run));
        }
        let shelved = match how {
            Shelving::Archive => self.folders.archive(run, true),
            Shelving::Unarchive => self.folders.archive(run, false),
            Shelving::Delete { folder } => {
                let summary = self.summaries().into_iter().find(|summary| summary.run == *run && folder);
                let path = summary.map(|summary| PathBuf::from(summary.folder));
                self.let_go_of(run).await;
                let deleted = self.folders.delete(run, path.as_deref());
                self.stored().forget(run);
                deleted
            }
        };
        self.moved();
        shelved.map_err(|error| error.to_string())
    }

    /// Until nobody serves this run any more.
    async fn let_go_of(&self, run: &RunId) {
        let Some(owner) = self.owner(run) else { return };
        let mut moves = self.moves();
        let (done, gone) = oneshot::channel();
        if owner.send(OwnerMessage::LetGo { done }).await.is_ok() {
            let _ = gone.await;
        }
        while self.runs().contains_key(run) {
            if moves.changed().await.is_err() {
                return;
            }
        }
    }

    /// Refused while a run is alive in this working tree.
    pub(super) fn check_free(&self, directory: &str) -> Result<(), String> {
        match self.live_runs().into_iter().find(|(_, run)| run.directory == directory) {
            None => Ok(()),
            Some((run, standing)) => Err(format!(
                "this working tree is busy with run {run} ({}): attach to it with `awtui attach`, or end it with \
                 `awtui abort {run}`",
                standing.summary.map_or_else(String::new, |summary| summary.phase)
            )),
        }
    }

    /// Begins a run; refused while another one is alive in the same working tree.
    pub(super) fn start_run(
        self: &Arc<Self>,
        request: StartRun,
        environment: Vec<(String, String)>,
    ) -> Result<RunId, String> {
        self.check_free(&request.directory)?;
        let owner = start::create(self, request, environment)?;
        Ok(self.serve_run(owner))
    }

    /// Takes up a run whose supervisor is gone.
    pub(super) fn open_run(
        self: &Arc<Self>,
        run: &RunId,
        environment: Vec<(String, String)>,
    ) -> Result<RunId, String> {
        if self.runs().contains_key(run) {
            return Ok(run.clone());
        }
        let owner = start::reopen(self, run, environment)?;
        Ok(self.serve_run(owner))
    }

    /// What children see of a client's environment. Settings that cannot be read allow little.
    pub(super) fn for_children(&self, environment: Vec<(String, String)>) -> Vec<(String, String)> {
        OwnSettings::load(self, &environment)
            .unwrap_or_else(|_| OwnSettings::closed())
            .for_children(environment)
    }

    fn serve_run(self: &Arc<Self>, (owner, messages): (Owner, mpsc::Receiver<OwnerMessage>)) -> RunId {
        let run = owner.places.run().clone();
        let mut standing = owner.standing.subscribe();
        let handle = RunHandle {
            sender: owner.sender.clone(),
            standing: standing.clone(),
            folder: owner.places.folder().to_path_buf(),
        };
        self.runs().insert(run.clone(), handle);
        let hall = Arc::clone(self);
        tokio::spawn(async move {
            let run = owner.places.run().clone();
            owner.serve(messages).await;
            hall.runs().remove(&run);
            hall.moved();
        });
        let hall = Arc::clone(self);
        tokio::spawn(async move {
            while standing.changed().await.is_ok() {
                hall.moved();
            }
            hall.moved();
        });
        self.moved();
        run
    }

    pub(super) fn new_world(&self) -> Box<dyn World> {
        let mut make = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        make()
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    pub(super) fn queue() -> (mpsc::Sender<OwnerMessage>, mpsc::Receiver<OwnerMessage>) {
        mpsc::channel(QUEUE)
    }

    fn is_idle(&self) -> bool {
        self.clients.load(Ordering::SeqCst) == 0
            && !self.terminals.is_alive()
            && self.live_runs().iter().all(|(_, standing)| standing.is_parked)
    }

    /// Lets every run go, with what is known of it on disk, and ends the terminals.
    async fn let_go(&self) {
        self.terminals.end().await;
        let senders: Vec<_> = self.runs().values().map(|handle| handle.sender.clone()).collect();
        for sender in senders {
            let (done, gone) = oneshot::channel();
            if sender.send(OwnerMessage::LetGo { done }).await.is_ok() {
                let _ = gone.await;
            }
        }
    }
}

/// Somebody who is there: the supervisor stays as long.
pub(super) struct Visit(Arc<Hall>);

impl Visit {
    pub(super) fn new(hall: &Arc<Hall>) -> Self {
        hall.client_came();
        Self(Arc::clone(hall))
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.client_left();
    }
}

/// Serves a project until nothing is left to do. Returns at once when another supervisor serves it already. The clock is
/// the real one except on virtual time.
pub async fn serve(
    options: Options,
    clock: Clock,
    world: Box<dyn FnMut() -> Box<dyn World> + Send>,
) -> Result<(), ServeError> {
    // Now, while the program that was started is still there.
    let _ = launch::own_program();
    let folders = ProjectFolders::create(&options.paths.state_home, &options.project)
        .map_err(|error| ServeError::Project(error.to_string()))?;
    let Some(lock) = Lock::take(&folders.lock())? else { return Ok(()) };
    options.sockets.prepare()?;
    options.sockets.clear()?;
    lock.describe(&options.sockets)?;
    crate::pty::become_subreaper();
    let listen = |path: &PathBuf| {
        UnixListener::bind(path).map_err(|error| ServeError::Listen { path: path.clone(), error })
    };
    let mut operators = listen(&options.sockets.operator)?;
    let agents = listen(&options.sockets.agent)?;
    let hall = Arc::new(Hall::new(options, folders, clock, world));
    start::recover_all(&hall);
    let agent_door = tokio::spawn(agent_door::keep(Arc::clone(&hall.tokens), agents));
    loop {
        let door = tokio::spawn(client_door::keep(Arc::clone(&hall), operators));
        let end = wait_for_the_end(&hall).await;
        door.abort();
        // With the door closed nobody comes any more; whoever came in the last moment is served.
        let _ = door.await;
        if end == End::Asked || hall.is_idle() {
            break;
        }
        let path = &hall.options.sockets.operator;
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!(%error, "the old socket stays behind");
        }
        operators = listen(path)?;
    }
    agent_door.abort();
    hall.let_go().await;
    if let Err(error) = hall.options.sockets.remove() {
        tracing::warn!(%error, "the sockets stay behind");
    }
    drop(lock);
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// By a client or a signal.
    Asked,
    /// Nothing is left to do.
    Idle,
}

/// Until a client or a signal says stop, or nothing has been left to do for a while.
async fn wait_for_the_end(hall: &Hall) -> End {
    let mut terminate = signal(tokio::signal::unix::SignalKind::terminate());
    let mut children = signal(tokio::signal::unix::SignalKind::child());
    let mut moves = hall.moves();
    loop {
        // What moves from here on is noticed, also before it is waited for.
        moves.borrow_and_update();
        let idle = hall.is_idle();
        tokio::select! {
            () = hall.stop.notified() => return End::Asked,
            () = received(&mut terminate) => {
                hall.stop();
                return End::Asked;
            }
            // What agents left behind comes to us when it ends.
            () = received(&mut children) => crate::pty::reap_orphans(),
            Ok(()) = moves.changed() => {}
            () = tokio::time::sleep(LINGER), if idle => {
                if hall.is_idle() {
                    return End::Idle;
                }
            }
        }
    }
}

fn signal(kind: tokio::signal::unix::SignalKind) -> Option<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(kind).inspect_err(|error| tracing::warn!(%error, "no signal handler")).ok()
}

async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}
