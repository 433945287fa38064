//! Beginning a run, and taking one up again whose supervisor is gone.

use super::clock::Clock;
use super::engine::Engine;
use super::message::OwnerMessage;
use super::own_settings::OwnSettings;
use super::owner::{NotTaken, Owner};
use super::places::Places;
use super::server::Hall;
use super::stall::Stall;
use super::standing::Standing;
use super::subscribers::Subscribers;
use super::watch::Watch;
use super::{launch, log_file, log_tail};
use crate::agent::{self, LogPlan};
use crate::domain::{
    Author, DeliveryChannel, Effect, EffectId, Input, OperatorAct, Outcome, PauseMode, Record, RoleConfig,
    Run, RunId, Text, apply,
};
use crate::journal::blobs::Blobs;
use crate::journal::{self, Journal};
use crate::project::{ProjectFolders, Projector, RunFolder, run_id};
use crate::settings::Folders;
use crate::settings::prompts::Prompts;
use crate::wire::StartRun;
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// The size of panes while no client tells another.
const SIZE: (u16, u16) = (120, 40);
/// Runs of the same task in the same second get a number.
const MOST_SAMES: u32 = 100;

/// Pieces of output that may wait for the owner.
const TERMINAL_QUEUE: usize = 16;

type Begun = (Owner, mpsc::Receiver<OwnerMessage>);

pub(super) fn create(
    hall: &Hall,
    request: StartRun,
    environment: Vec<(String, String)>,
) -> Result<Begun, String> {
    let clock = hall.clock().restarted_at(0);
    let at = clock.now();
    let directory = PathBuf::from(&request.directory);
    if !directory.is_dir() {
        return Err(format!("{} is not a folder", request.directory));
    }
    let root = request.folder_root.clone().map_or_else(|| directory.join("tmp"), |root| directory.join(root));
    let base = run_id(at.wall, request.name.as_deref().unwrap_or(&request.task));
    let run = (1..MOST_SAMES)
        .map(|n| if n == 1 { base.clone() } else { RunId(format!("{base}_{n}")) })
        .find(|id| !hall.folders.run(id).exists())
        .ok_or("too many runs of this name were begun in this second; try again")?;
    // Everything that can fail for the settings' sake fails before anything is made.
    let prompts = prompts(hall)?;
    for (role, config) in &request.config.roles {
        agent::adapter(&config.agent).map_err(|error| format!("role {role}: {error}"))?;
    }
    let mut settings = own_settings(hall, &request, &environment)?;
    if request.minimal_environment {
        settings.minimal.get_or_insert_default();
    }
    let folder = RunFolder::create(&root, &run).map_err(|error| error.to_string())?;
    let begun = begin(hall, &run, request, clock, prompts, folder.clone(), environment, &settings);
    if begun.is_err() {
        // Nothing is left of a run that never began; both folders are new.
        for made in [folder.path(), &hall.folders.run(&run)] {
            if let Err(error) = std::fs::remove_dir_all(made)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(%error, path = %made.display(), "a folder of a run that never began stays behind");
            }
        }
    }
    begun
}

/// The supervisor's own reading of the settings; refused while their commands are not trusted.
pub(super) fn own_settings(
    hall: &Hall,
    request: &StartRun,
    environment: &[(String, String)],
) -> Result<OwnSettings, String> {
    let settings = OwnSettings::load(hall, environment).map_err(|error| error.to_string())?;
    let trusted = |sha: &str| hall.folders.trusts(sha) || request.trusted.iter().any(|known| known == sha);
    match settings.objection(trusted) {
        Some(objection) => Err(objection),
        None => Ok(settings),
    }
}

#[expect(clippy::too_many_arguments, reason = "what a run is begun with")]
fn begin(
    hall: &Hall,
    run: &RunId,
    request: StartRun,
    clock: Clock,
    prompts: Prompts,
    folder: RunFolder,
    environment: Vec<(String, String)>,
    settings: &OwnSettings,
) -> Result<Begun, String> {
    hall.folders.create_run(run).map_err(|error| error.to_string())?;
    hall.folders
        .keep_run_folder(run, &folder)
        .map_err(|error| format!("the state folder cannot be written: {error}"))?;
    let journal = Journal::create(&hall.folders.journal(run), run, env!("CARGO_PKG_VERSION"))
        .map_err(|error| error.to_string())?;
    let engine = Engine::new(journal, Blobs::new(hall.folders.blobs(run)));
    let create = Input::Create {
        run: run.clone(),
        task: Text::from(request.task),
        directory: request.directory,
        workflow: request.workflow,
        config: request.config,
        author: request.author,
    };
    let (mut owner, messages) =
        owner(hall, run.clone(), engine, clock, prompts, folder, environment, settings);
    owner.default_size = request.pane_size.unwrap_or(SIZE);
    owner.try_step(create).map_err(|not_taken| not_taken.to_string())?;
    Ok((owner, messages))
}

/// Takes a run up from its journal: what was open is looked at, what was running is over, and the run is paused until
/// the operator says go on.
pub(super) fn reopen(hall: &Hall, run: &RunId, environment: Vec<(String, String)>) -> Result<Begun, String> {
    let path = hall.folders.journal(run);
    if !path.exists() {
        return Err(unknown_run(&hall.folders, run));
    }
    let (journal, loaded) = Journal::open(&path).map_err(|error| error.to_string())?;
    if let Some(torn) = &loaded.torn {
        tracing::warn!(%run, ?torn, "the end of the journal was torn and set aside");
    }
    if let Some(broken) = &loaded.broken {
        return Err(format!(
            "the journal of {run} is damaged at line {}; `awtui replay {run}` shows what comes before it",
            broken.line
        ));
    }
    let last = loaded.records.last().map_or(0, |record| record.at.run);
    let clock = hall.clock().restarted_at(last);
    let engine = Engine::reopened(journal, Blobs::new(hall.folders.blobs(run)), loaded.records);
    if engine.run().is_over() {
        return Err(format!(
            "run {run} is over: {}; look at it with `awtui replay {run}`",
            engine.run().end_reason
        ));
    }
    let folder = hall.folders.run_folder(run, &engine.run().directory);
    folder.restore().map_err(|error| error.to_string())?;
    let settings = OwnSettings::load(hall, &environment).unwrap_or_else(|error| {
        tracing::warn!(%run, %error, "the settings cannot be read; agents see little of the environment");
        OwnSettings::closed()
    });
    let (mut owner, messages) =
        owner(hall, run.clone(), engine, clock, prompts(hall)?, folder, environment, &settings);
    owner.must_recover = true;
    Ok((owner, messages))
}

fn prompts(hall: &Hall) -> Result<Prompts, String> {
    let folders = Folders {
        user: Some(hall.options.paths.config_home.clone()),
        project: Some(hall.options.project.root.join(".awtui")),
    };
    Prompts::load(&folders).map_err(|error| error.to_string())
}

#[expect(clippy::too_many_arguments, reason = "what an owner is made of")]
fn owner(
    hall: &Hall,
    run: RunId,
    engine: Engine,
    clock: Clock,
    prompts: Prompts,
    folder: RunFolder,
    environment: Vec<(String, String)>,
    settings: &OwnSettings,
) -> Begun {
    log_file::hide(launch::secrets(&environment));
    let (sender, messages) = Hall::queue();
    let places = Places::new(run, hall.folders.clone(), folder, hall.options.sockets.agent.clone());
    let (standing, _) = watch::channel(Standing::of(engine.run(), places.folder()));
    let owner = Owner {
        engine,
        clock,
        world: hall.new_world(),
        desks: BTreeMap::new(),
        prompts,
        prices: settings.prices.clone(),
        places,
        tokens: Arc::clone(&hall.tokens),
        environment: settings.for_children(environment),
        default_size: SIZE,
        subscribers: Subscribers::default(),
        timers: BTreeMap::new(),
        sender,
        inputs: VecDeque::new(),
        standing,
        terminals: mpsc::channel(TERMINAL_QUEUE),
        stall: Stall::default(),
        must_recover: false,
        n_tokens: 0,
        projected: 0,
        projector: Projector::default(),
        artifacts: Vec::new(),
        watch: Watch::default(),
        last_event: tokio::time::Instant::now(),
        wants_projection: true,
        unwritten: None,
        unneeded_since: None,
        notify: settings.called_by(|sha| hall.folders.trusts(sha)),
        last_screens: BTreeMap::new(),
    };
    (owner, messages)
}

impl Owner {
    /// Before anything is said about the run: what its processes left running is ended, and what its panes showed last
    /// is found again.
    pub(super) async fn take_up(&mut self) {
        let survivors = self.world.kill_all(Vec::new(), launch::marker_entry(&self.places.state())).await;
        if !survivors.is_empty() {
            let reason = format!("processes of before the restart could not be ended: {survivors:?}");
            tracing::error!(%reason);
            self.subscribers.notice(&reason);
        }
        self.find_last_screens().await;
        self.recover_now();
    }

    /// Looks at what was open; while the disk takes nothing, this is tried again later, from where it was.
    pub(super) fn recover_now(&mut self) {
        match self.recover() {
            Ok(()) => self.must_recover = false,
            Err(NotTaken::Stalled(_)) => {}
            Err(NotTaken::Refused(reason)) => {
                self.must_recover = false;
                let reason = format!("the run could not be taken up: {reason}");
                tracing::error!(%reason);
                self.subscribers.notice(&reason);
            }
        }
    }

    /// Looks at what was asked for and never settled, then holds the run for the operator.
    fn recover(&mut self) -> Result<(), NotTaken> {
        self.try_step(Input::Recovered)?;
        if self.run().pause.is_none() && self.run().ending.is_none() {
            let reason = "its supervisor was gone; resume to go on where it stopped".to_owned();
            let act = OperatorAct::Pause { mode: PauseMode::Park, reason };
            self.try_step(Input::Operator { author: Author::awtui(), act })?;
        }
        let open: Vec<(EffectId, Effect)> =
            self.run().outbox.iter().map(|(id, effect)| (*id, effect.clone())).collect();
        for (effect, what) in open {
            let input = match what {
                Effect::Prompt { pane, .. } => self.look_for_prompt(effect, &pane),
                Effect::Spawn { .. }
                | Effect::Interrupt { .. }
                | Effect::Compact { .. }
                | Effect::Quit { .. }
                | Effect::RunCheck { .. }
                | Effect::AnswerPermission { .. }
                | Effect::Checkpoint { .. }
                | Effect::Timer { .. }
                | Effect::KillAll => Input::Lost { effect },
            };
            self.try_step(input)?;
        }
        Ok(())
    }

    /// Whether a prompt that was on its way arrived: its session log knows.
    fn look_for_prompt(&self, effect: EffectId, pane: &crate::domain::PaneId) -> Input {
        let run = self.run();
        let session = run.panes.get(pane).and_then(|pane| run.sessions.get(&pane.session));
        let log = session.and_then(|session| session.log.as_ref()).map(PathBuf::from);
        let in_doubt = |reason: String| Input::Settled {
            effect,
            outcome: Outcome::Unconfirmed { reason },
            ran: Vec::new(),
        };
        let config = session.and_then(|session| run.role_config(&session.role));
        let keeps_log =
            |config: &RoleConfig| agent::adapter(&config.agent).is_ok_and(|agent| agent.keeps_log());
        let Some(log) = log else {
            return match config.filter(|config| !keeps_log(config)) {
                Some(config) => in_doubt(format!("{} keeps no log that could tell", config.agent.name)),
                // The session wrote nothing yet.
                None => Input::Lost { effect },
            };
        };
        if self.world.find_log(&LogPlan::File(log.clone())).is_none() {
            return Input::Lost { effect };
        }
        match log_tail::holds(&*self.world, &log, &agent::marker(self.places.run(), effect)) {
            Some(true) => {
                let text = Text::from("(sent before the restart)");
                let outcome = Outcome::Delivered { channel: DeliveryChannel::Bridge, confirmed: true, text };
                Input::Settled { effect, outcome, ran: Vec::new() }
            }
            Some(false) => Input::Lost { effect },
            None => in_doubt(format!("its session log {} cannot be read", log.display())),
        }
    }
}

/// Every unfinished run of the project is taken up, held for the operator. One that cannot be is said and left alone.
pub(super) fn recover_all(hall: &Arc<Hall>) {
    for run in hall.folders.run_ids() {
        if hall.summary(&run).is_some_and(|summary| summary.ended.is_some()) {
            continue;
        }
        let unfinished = journal::read(&hall.folders.journal(&run)).is_ok_and(|loaded| {
            loaded.broken.is_none() && !fold(&loaded.records).is_over() && !loaded.records.is_empty()
        });
        if unfinished && let Err(reason) = hall.open_run(&run, inherited()) {
            tracing::warn!(%run, %reason, "a run could not be taken up");
        }
    }
}

/// Until a client resumes the run, the supervisor's own environment is all there is.
fn inherited() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

pub(super) fn fold(records: &[Record]) -> Run {
    let mut run = Run::default();
    for record in records {
        apply(&mut run, record);
    }
    run
}

pub(super) fn unknown_run(folders: &ProjectFolders, run: &RunId) -> String {
    let known = folders.run_ids();
    let hint = known.first().map_or_else(
        || "this project has no runs yet".to_owned(),
        |newest| format!("the newest is {newest}; `awtui runs` lists them all"),
    );
    format!("there is no run {run}; {hint}")
}
