//! Starting what the facts ask of the world. Each effect comes here once in the life of a supervisor; how it ended
//! comes back as a message.

use super::briefing;
use super::desk::{Desk, Sent};
use super::log_tail::LogTail;
use super::message::OwnerMessage;
use super::one_shot::Between;
use super::owner::Owner;
use super::world::{CheckJob, CheckpointEnd, CheckpointJob, Probed};
use super::{launch, log_file};
use crate::agent::{self, Control, LaunchContext, LaunchFile, ServerPlan};
use crate::domain::{
    CheckpointSide, CompactOutcome, Effect, EffectId, Outcome, PaneId, PromptKind, RoleName, SessionId,
    StepNumber, Text,
};
use crate::pty::{self, Launch};
use crate::recording;
use crate::term::Size;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// An agent that does not take prompts by then did not start: the slowest take half of this on a busy machine.
const START_TIME: Duration = Duration::from_secs(150);
/// An agent that was asked to leave gets this long before its process group is ended.
const LEAVE_TIME: Duration = Duration::from_secs(5);

impl Owner {
    pub(super) fn start(&mut self, id: EffectId, effect: Effect) {
        match effect {
            Effect::Spawn { pane, session, role } => self.start_spawn(id, pane, session, role),
            Effect::Prompt { pane, step, prompt } => {
                if let Err(reason) = self.start_prompt(id, &pane, step, &prompt) {
                    self.settle(id, Outcome::Failed { reason });
                }
            }
            Effect::Interrupt { pane } => {
                let outcome = match self.desks.get_mut(&pane) {
                    Some(desk) => match desk.control(desk.adapter.interrupt()) {
                        Ok(ends) => {
                            if ends && let Some(child) = &desk.terminal.child {
                                tokio::spawn(self.world.end_group(child.pid()));
                            }
                            Outcome::Done
                        }
                        Err(reason) => Outcome::Failed { reason },
                    },
                    None => Outcome::Done,
                };
                self.settle(id, outcome);
            }
            Effect::Compact { pane } => {
                if let Err(reason) = self.start_compact(id, &pane) {
                    self.settle(id, Outcome::Failed { reason });
                }
            }
            Effect::AnswerPermission { pane, ask, allow, note } => {
                let outcome = match self.answer_permission(&pane, &ask, allow, &note) {
                    Ok(()) => Outcome::Done,
                    Err(reason) => Outcome::Failed { reason },
                };
                self.settle(id, outcome);
            }
            Effect::Quit { pane } => self.start_quit(id, &pane),
            Effect::RunCheck { step, check } => self.start_check(id, step, check),
            Effect::Checkpoint { step, side } => self.start_checkpoint(id, step, side),
            Effect::Timer { due, .. } => {
                self.timers.insert(id, due);
            }
            Effect::KillAll => self.start_kill(id),
        }
    }

    fn start_spawn(&mut self, id: EffectId, pane: PaneId, session: SessionId, role: RoleName) {
        let Some(config) = self.run().role_config(&role).cloned() else {
            let reason = format!("the settings bind no agent to the role {role}");
            return self.settle(id, Outcome::Failed { reason });
        };
        let adapter = match agent::adapter(&config.agent) {
            Ok(adapter) => adapter,
            Err(error) => return self.settle(id, Outcome::Failed { reason: error.to_string() }),
        };
        let size = self.first_size(&role);
        let plan = adapter.probe_plan();
        self.n_tokens += 1;
        let token = launch::token();
        log_file::hide([token.clone()]);
        self.tokens.add(token.clone(), pane.clone(), self.sender.clone());
        let mut desk = Desk::new(pane.clone(), session, role, adapter, token, size);
        desk.starting = Some((id, Instant::now() + START_TIME));
        self.desks.insert(pane.clone(), desk);
        let probe = self.world.probe(plan, self.environment.clone(), true);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let result = probe.await;
            let _ = sender.send(OwnerMessage::Probed { pane, effect: id, result }).await;
        });
    }

    /// The newest size of a pane of this role, else the size that the run was started with.
    fn first_size(&self, role: &RoleName) -> Size {
        let last = self.desks.values().rev().find(|desk| desk.role == *role).map(|desk| desk.terminal.size());
        last.unwrap_or_else(|| Size::new(self.default_size.0, self.default_size.1))
    }

    pub(super) fn on_probed(&mut self, pane: &PaneId, effect: EffectId, result: Result<Probed, String>) {
        if !self.run().outbox.contains_key(&effect) {
            return;
        }
        if let Err(reason) = result.and_then(|probed| self.launch(pane, &probed)) {
            if let Some(desk) = self.desks.get_mut(pane) {
                desk.starting = None;
            }
            self.settle(effect, Outcome::Failed { reason });
        }
    }

    fn launch(&mut self, pane: &PaneId, probed: &Probed) -> Result<(), String> {
        let run = self.run().id.clone().ok_or("the run has no id")?;
        let at = self.clock.now();
        let desk = self.desks.get_mut(pane).ok_or("the pane is gone")?;
        let state = self.engine.run();
        let config = state.role_config(&desk.role).cloned().ok_or("the role is not bound")?;
        let session = state.sessions.get(&desk.session);
        let resume = session.and_then(|session| session.agent_session.clone());
        // An agent that is killed early in its first turn may have kept nothing of it; and the operator may have typed into a
        // session that awtui never prompted.
        let log = session.and_then(|session| session.log.as_deref());
        let kept = log.map(|log| desk.keeps(&*self.world, Path::new(log)));
        let was_prompted = session.is_some_and(|session| session.prompts > 0);
        desk.begins_anew = was_prompted && kept == Some(false);
        let prompted = kept.unwrap_or(was_prompted);
        let awtui = launch::own_program().ok_or("awtui does not find its own program")?;
        // The token is in the environment of all that the agent starts; its server takes another word.
        let secret = launch::token();
        let port = desk.adapter.wants_port().then(|| self.world.free_port()).transpose()?;
        let directory = PathBuf::from(&state.directory);
        let probe = desk.adapter.read_probe(&probed.outputs).map_err(|error| error.to_string())?;
        let clamped = desk.adapter.check_model(&probe, &config).map_err(|error| error.to_string())?;
        let mut config = config;
        config.model = clamped.model;
        config.thinking = clamped.thinking;
        let launch_folder = self.places.launch_folder(&desk.session).map_err(|error| error.to_string())?;
        let artifacts = self.places.artifacts_folder();
        let context = LaunchContext {
            run: &run,
            pane,
            session: &desk.session,
            role: &desk.role,
            config: &config,
            directory: &directory,
            launch_folder: &launch_folder,
            agent_socket: self.places.agent_socket(),
            token: &desk.token,
            awtui: &awtui,
            environment: &self.environment,
            port,
            resume: resume.as_deref(),
            prompted,
            probe: &probe,
            program: &probed.program,
            secret: &secret,
            artifacts: &artifacts,
        };
        let plan = desk.adapter.launch(&context).map_err(|error| error.to_string())?;
        launch::write_files(&launch_folder, &plan.files)?;
        let environment = launch::environment(&self.environment, &plan.env, &run, &self.places.state());
        // Of the environment the names are kept, the values never.
        let mut names: Vec<&str> = environment.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let contents = names.join("\n") + "\n";
        let listed = LaunchFile { path: PathBuf::from("environment"), contents, mode: 0o600 };
        launch::write_files(&launch_folder, &[listed])?;
        let size = desk.terminal.size();
        let command = launch::command_line(&plan.program, &plan.args, &environment);
        let header = recording::Header {
            cols: size.cols,
            rows: size.rows,
            command: Some(command.clone()),
            title: Some(format!("{run} {pane}")),
            timestamp: Some(at.wall / 1000),
            start_ms: at.run,
        };
        let record = || {
            recording::Writer::create(&self.places.recording(pane), header)
                .map_err(|error| format!("the recording of {pane} cannot be written: {error}"))
        };
        if plan.waits_for_prompt {
            let (end, size) = desk.open(record()?, LogTail::new(plan.log));
            self.subscribers.pane(self.places.run(), pane, end, &size, at.run);
            desk.between =
                Some(Between { program: plan.program, directory, environment, folder: launch_folder });
            if let Some((effect, _)) = desk.starting.take() {
                self.settle(effect, Outcome::Started);
            }
            return Ok(());
        }
        let spawned = self.world.spawn(&Launch {
            program: plan.program.clone(),
            args: plan.args.clone(),
            cwd: directory,
            env: environment.clone(),
            cols: size.cols,
            rows: size.rows,
        })?;
        let (end, size) = desk.open(record()?, LogTail::new(plan.log));
        desk.terminal.begin(spawned.child, launch::secrets(&environment));
        desk.command = Some(command);
        if let Some(server) = plan.server {
            self.connect(pane, server);
        }
        self.subscribers.pane(self.places.run(), pane, end, &size, at.run);
        self.forward(pane, spawned.events);
        Ok(())
    }

    /// To the agent's own server.
    fn connect(&mut self, pane: &PaneId, server: ServerPlan) {
        log_file::hide([server.password.clone()]);
        let mut server = self.world.connect(server);
        if let Some(desk) = self.desks.get_mut(pane) {
            desk.server = Some(server.requests);
        }
        let (sender, pane) = (self.sender.clone(), pane.clone());
        tokio::spawn(async move {
            while let Some(event) = server.events.recv().await {
                if sender.send(OwnerMessage::Server { pane: pane.clone(), event }).await.is_err() {
                    break;
                }
            }
        });
    }

    /// What the child does comes to the owner beside the messages, so that a flood of it does not stand before them.
    pub(super) fn forward(&self, pane: &PaneId, mut events: mpsc::Receiver<pty::Event>) {
        let (sender, pane) = (self.terminals.0.clone(), pane.clone());
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if sender.send((pane.clone(), event)).await.is_err() {
                    break;
                }
            }
        });
    }

    fn start_prompt(
        &mut self,
        id: EffectId,
        pane: &PaneId,
        step: StepNumber,
        prompt: &PromptKind,
    ) -> Result<(), String> {
        let run = self.run().id.clone().ok_or("the run has no id")?;
        let role = self.run().panes.get(pane).map(|pane| pane.role.clone()).ok_or("there is no such pane")?;
        let artifacts = self.places.artifacts_folder().display().to_string();
        let blobs = self.engine.blobs();
        let context = briefing::context(self.run(), blobs, &role, step, &artifacts);
        let anew = self.desks.get(pane).is_some_and(|desk| desk.begins_anew);
        let before = briefing::hand_over(self.run(), pane, anew, &self.prompts, &context);
        let text = briefing::render(&self.prompts, &context, prompt, blobs, &run, id)
            .and_then(|text| Ok(before.transpose()?.unwrap_or_default() + &text))
            .map_err(|error| format!("the prompt cannot be made: {error}"))?;
        let working =
            self.run().current_step().is_some_and(|step| step.stage == crate::domain::Stage::Working);
        let desk = self.desks.get_mut(pane).ok_or("the pane is gone")?;
        let folder = self.places.launch_folder(&desk.session).map_err(|error| error.to_string())?;
        match desk.deliver(id, text, working, &folder)? {
            Sent::Out(emissions) => self.emitted(pane, emissions),
            Sent::Starts(turn) => self.start_turn(pane, turn),
        }
        if let Some(desk) = self.desks.get_mut(pane) {
            desk.begins_anew = false;
        }
        Ok(())
    }

    fn start_compact(&mut self, id: EffectId, pane: &PaneId) -> Result<(), String> {
        let role = self.run().panes.get(pane).map(|pane| pane.role.clone()).ok_or("there is no such pane")?;
        let step = self.run().current_step().map(|step| step.number).unwrap_or_default();
        let artifacts = self.places.artifacts_folder().display().to_string();
        let context = briefing::context(self.run(), self.engine.blobs(), &role, step, &artifacts);
        let focus = self
            .prompts
            .render("compact", &context)
            .map_err(|error| format!("the focus of the compaction cannot be made: {error}"))?;
        let desk = self.desks.get_mut(pane).ok_or("the pane is gone")?;
        let control = desk.adapter.compact(focus.trim());
        if let Control::Unable(reason) = control {
            self.settle(id, Outcome::Compacted { result: CompactOutcome::Unable { reason } });
            return Ok(());
        }
        desk.control(control)?;
        desk.compacting = Some(id);
        Ok(())
    }

    fn answer_permission(
        &mut self,
        pane: &PaneId,
        ask: &str,
        allow: bool,
        note: &Text,
    ) -> Result<(), String> {
        let note = self.engine.blobs().text(note).unwrap_or_else(|_| note.summary().to_owned());
        let desk = self.desks.get_mut(pane).ok_or("the pane is gone")?;
        let control = desk.adapter.permission(ask, allow, &note);
        desk.control(control).map(drop).map_err(|reason| format!("the answer did not reach {pane}: {reason}"))
    }

    fn start_quit(&mut self, id: EffectId, pane: &PaneId) {
        let Some(desk) = self.desks.get_mut(pane).filter(|desk| desk.terminal.child.is_some()) else {
            self.close_pane(pane, 0);
            return self.settle(id, Outcome::Done);
        };
        let patience = match desk.control(desk.adapter.quit()) {
            Ok(false) => LEAVE_TIME,
            Ok(true) => Duration::ZERO,
            Err(reason) => {
                tracing::info!(%pane, %reason, "the agent could not be asked to leave");
                Duration::ZERO
            }
        };
        desk.leaving = Some((id, Instant::now() + patience));
    }

    fn start_check(&mut self, id: EffectId, _step: StepNumber, check: usize) {
        let config = self.run().config.as_ref().and_then(|config| config.checks.get(check)).cloned();
        let (Some(check), Some(run)) = (config, self.run().id.clone()) else {
            return self
                .settle(id, Outcome::Failed { reason: "the check is not in the settings".to_owned() });
        };
        let job = CheckJob {
            check,
            directory: PathBuf::from(&self.run().directory),
            environment: launch::environment(&self.environment, &[], &run, &self.places.state()),
        };
        let check = self.world.check(job);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let outcome = Outcome::Checked { result: check.await };
            let _ = sender.send(OwnerMessage::Settled { effect: id, outcome, ran: Vec::new() }).await;
        });
    }

    fn start_checkpoint(&mut self, id: EffectId, step: StepNumber, side: CheckpointSide) {
        let Some(run) = self.run().id.clone() else { return };
        let before = self.run().step(step).and_then(|step| step.evidence.before.clone());
        let job = CheckpointJob {
            directory: PathBuf::from(&self.run().directory),
            run_folder: self.places.folder().to_path_buf(),
            run,
            step,
            side,
            before: before.filter(|_| side == CheckpointSide::After),
        };
        let checkpoint = self.world.checkpoint(job);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let CheckpointEnd { result, ran } = checkpoint.await;
            let outcome = match result {
                Ok(done) => Outcome::Checkpointed { commit: done.commit, diff: done.diff },
                Err(reason) => Outcome::Failed { reason },
            };
            let _ = sender.send(OwnerMessage::Settled { effect: id, outcome, ran }).await;
        });
    }
}
