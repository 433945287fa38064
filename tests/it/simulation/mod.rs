//! The whole supervisor on virtual time: real sockets, real journals, a scripted world. Everything follows from a seed.
//! More seeds: `AWTUI_SEEDS=1000 cargo test --test it simulation`; one seed: `AWTUI_SEED=17`.

mod agent;
mod chance;
mod judge;
mod operator;
mod world;

use awtui::client::{ClientError, Session};
use awtui::domain::{OperatorAct, RunId};
use awtui::journal;
use awtui::project::{Project, ProjectFolders};
use awtui::settings::Paths;
use awtui::supervisor::clock::Clock;
use awtui::supervisor::{Lock, Options, serve};
use awtui::wire::{Body, Hello, Purpose, SocketPaths};
use chance::Chance;
use judge::Judge;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;
use world::SimulatedWorld;

const SEEDS: u64 = 30;
/// Far more real time than a seed needs on a slow machine.
const CEILING: Duration = Duration::from_mins(3);
/// Virtual time after which the operator has had enough.
const PATIENCE: Duration = Duration::from_hours(3);
/// Virtual time within which an abort has ended everything.
const ABORT: Duration = Duration::from_mins(5);
const MOST_TRIES: u32 = 1_000;
const MOST_LIVES: u32 = 6;
const BEGIN: u64 = 1_795_000_000_000;

#[test]
fn whatever_happens_facts_and_state_agree_nothing_is_done_twice_and_nothing_is_lost() {
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let seeds = match number("AWTUI_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("AWTUI_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        if let Err(reason) = std::panic::catch_unwind(|| watched(seed)) {
            tell(seed, "fails");
            std::panic::resume_unwind(reason);
        }
    }
}

/// A seed that never comes to an end is told too: virtual time stands still then, so a real clock watches.
fn watched(seed: u64) {
    let (done, waiting) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if waiting.recv_timeout(CEILING) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            tell(seed, "never ends");
            std::process::abort();
        }
    });
    play(seed);
    drop(done);
    watch.join().unwrap();
}

fn tell(seed: u64, what: &str) {
    let line = format!("seed {seed} {what}; again: AWTUI_SEED={seed} cargo test --test it simulation\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

struct Ground {
    folder: tempfile::TempDir,
    project: Project,
    sockets: SocketPaths,
}

impl Ground {
    fn new() -> Self {
        // Many small writes that reach the disk each: in memory where there is such a place.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::tempdir_in(place).unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        let project = Project::find(&folder.path().join("work")).unwrap();
        let uid = rustix::process::getuid().as_raw();
        let sockets = SocketPaths::beneath(folder.path(), uid, "simulation");
        Self { folder, project, sockets }
    }

    fn options(&self) -> Options {
        Options { project: self.project.clone(), paths: self.paths(), sockets: self.sockets.clone() }
    }

    fn paths(&self) -> Paths {
        let path = |name: &str| self.folder.path().join(name);
        Paths { state_home: path("state"), config_home: path("config") }
    }

    /// A child that another test of this process is just starting holds copies of all that is open here, the lock of
    /// the life before too, until it runs its own program.
    fn until_the_lock_is_free(&self) {
        let lock = ProjectFolders::of(&self.paths().state_home, &self.project).lock();
        while lock.exists() && Lock::take(&lock).unwrap().is_none() {
            std::thread::yield_now();
        }
    }

    fn journal(&self, run: &RunId) -> PathBuf {
        ProjectFolders::of(&self.paths().state_home, &self.project).journal(run)
    }
}

/// How a life of the supervisor ended.
enum Ended {
    /// The run is over.
    Over,
    Killed,
    /// By itself, before its operator came: nothing was left to do.
    Left,
}

fn play(seed: u64) {
    let mut chance = Chance::new(seed);
    let trouble = *chance.pick(&[0, 3, 10, 25]);
    let kills = if chance.percent(50) { 0 } else { 70 };
    let world = SimulatedWorld::new(Chance::new(chance.next()), trouble);
    let ground = Ground::new();
    let mut judge = Judge::default();
    let mut run = None;
    let mut wall = BEGIN;
    let mut killed = false;
    for life in 1..=MOST_LIVES {
        // A new runtime each time: dropping it ends every task where it stands, as a kill does.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let dies = life < MOST_LIVES && chance.percent(kills);
        let lifetime = dies.then(|| Duration::from_millis(chance.between(1, 200_000)));
        let (ended, passed) = runtime.block_on(live(&ground, &world, &mut judge, &mut run, wall, lifetime));
        drop(runtime);
        wall += u64::try_from(passed.as_millis()).unwrap() + chance.between(0, 100_000);
        match ended {
            Ended::Over => break,
            Ended::Left => {}
            Ended::Killed => {
                killed = true;
                world.deeds().alive.clear();
                tear(&ground, run.as_ref(), &mut chance);
            }
        }
    }
    let run = run.expect("a run was begun");
    let written = journal::read(&ground.journal(&run)).unwrap();
    judge.conclude(&written.records, &world, killed);
}

/// A kill may leave half a line at the end of the journal.
fn tear(ground: &Ground, run: Option<&RunId>, chance: &mut Chance) {
    if let Some(run) = run
        && chance.percent(50)
    {
        let mut file = std::fs::File::options().append(true).open(ground.journal(run)).unwrap();
        file.write_all(b"{\"seq\":123456,\"at\":{\"wall\":1,\"ru").unwrap();
    }
}

async fn live(
    ground: &Ground,
    world: &SimulatedWorld,
    judge: &mut Judge,
    run: &mut Option<RunId>,
    wall: u64,
    lifetime: Option<Duration>,
) -> (Ended, Duration) {
    ground.until_the_lock_is_free();
    let began = Instant::now();
    let serving = world.clone();
    let clock = Clock::virtual_from(0, wall);
    let supervisor =
        tokio::spawn(serve(ground.options(), clock, Box::new(move || Box::new(serving.clone()))));
    let mut operating = Box::pin(operate(ground, world, judge, run));
    let ended = tokio::select! {
        result = &mut operating => {
            match result {
                Ok(()) => Ended::Over,
                Err(error) if supervisor.is_finished() => {
                    supervisor.await.unwrap().unwrap();
                    assert!(was_not_let_in(&error), "the supervisor left its operator alone: {error}");
                    return (Ended::Left, began.elapsed());
                }
                Err(error) => panic!("the supervisor turned its operator away: {error}"),
            }
        }
        () = die(lifetime) => Ended::Killed,
    };
    drop(operating);
    assert!(!supervisor.is_finished(), "the supervisor left by itself: {:?}", supervisor.await);
    (ended, began.elapsed())
}

/// Whether the operator was not let in yet: a supervisor with nothing to do may leave at that moment.
fn was_not_let_in(error: &ClientError) -> bool {
    matches!(error, ClientError::NoSupervisor | ClientError::Handshake(_))
}

async fn die(lifetime: Option<Duration>) {
    match lifetime {
        Some(lifetime) => tokio::time::sleep(lifetime).await,
        None => std::future::pending().await,
    }
}

/// Begins the run, or takes it up again, and brings it to its end.
async fn operate(
    ground: &Ground,
    world: &SimulatedWorld,
    judge: &mut Judge,
    run: &mut Option<RunId>,
) -> Result<(), ClientError> {
    let mut session = connect(ground).await?;
    let id = match run {
        Some(run) => run.clone(),
        None => {
            let start = operator::start(&ground.folder.path().join("work"), world);
            let id = session.request_run(Body::StartRun { start: Box::new(start) }).await?;
            run.insert(id).clone()
        }
    };
    let until = Instant::now() + PATIENCE;
    operator::follow(&mut session, &id, world, judge, until).await?;
    if !judge.run.is_over() {
        let enough = OperatorAct::Abort { reason: "enough is enough".to_owned() };
        operator::ask(&mut session, &id, judge, enough).await?;
        let until = Instant::now() + ABORT;
        operator::follow(&mut session, &id, world, judge, until).await?;
        assert!(judge.run.is_over(), "an abort ends nothing: {:#?} {:#?}", judge.run.outbox, judge.tail());
    }
    judge.compare(&mut session, &id).await
}

async fn connect(ground: &Ground) -> Result<Session, ClientError> {
    for _ in 0..MOST_TRIES {
        match Session::connect(&ground.sockets, Hello::new(Purpose::Command), None).await {
            Err(ClientError::NoSupervisor) => tokio::time::sleep(Duration::from_millis(10)).await,
            other => return other,
        }
    }
    Err(ClientError::NoSupervisor)
}
