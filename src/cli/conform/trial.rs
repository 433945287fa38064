//! One trial: a run of one step, driven as its behaviour says, and the facts that came of it.

use super::behaviour::{Behaviour, Drive};
use super::place::Place;
use super::{Finding, ROLE};
use crate::cli::exit::Problem;
use crate::cli::{context, headless};
use crate::client::Session;
use crate::domain::{
    Answer, AnswerKind, AuthorKind, Fact, GateKind, Observation, OperatorAct, PauseMode, Record, RoleConfig,
    RoleName, Run, RunId, Source, Stage, Text, Time, apply,
};
use crate::pty;
use crate::supervisor::marker_entry;
use crate::wire::{Body, Purpose, StartRun, ToClient};
use std::time::Duration;

/// An agent that tells of no tools is taken to be at its command after this.
const AT_WORK: Duration = Duration::from_secs(4);

/// What came of a trial.
pub(super) struct Seen {
    pub(super) run: Run,
    pub(super) records: Vec<Record>,
    /// It did not end in time.
    pub(super) late: bool,
    /// Processes that it left behind.
    pub(super) left: Vec<u32>,
    /// When the agent was interfered with, on the run's clock.
    pub(super) struck: Option<Time>,
}

pub(super) async fn run(
    place: &Place,
    role: &RoleConfig,
    behaviour: &Behaviour,
    patience: Duration,
) -> Result<Vec<Finding>, Problem> {
    let settings = place.context.settings()?;
    let mut config = settings.run_config();
    config.roles = [(RoleName::from(ROLE), role.clone())].into();
    config.checks = Vec::new();
    config.bounds.max_rounds = 3;
    let start = StartRun {
        task: behaviour.task(),
        workflow: settings.workflow("conform").map_err(|error| Problem::failed(error.to_string()))?,
        config,
        name: Some(format!("conform {}", behaviour.name)),
        ..headless::start(&place.context, &settings, "conform", true)?
    };
    let mut session = place.context.connect(Purpose::Headless { detach: true }).await?;
    let id = headless::begin(&mut session, start).await?;
    session.send(Body::Subscribe { run: Some(id.clone()), after: None }).await?;
    let marker = marker_entry(&place.context.folders.run(&id));
    let mut trial = Trial { seen: Seen::new(), drive: behaviour.drive, id, marker };
    let deadline = tokio::time::Instant::now() + patience;
    let mut look = tokio::time::interval(Duration::from_millis(200));
    while !trial.seen.run.is_over() {
        tokio::select! {
            message = session.next() => if let ToClient::Record { record, .. } = message? {
                apply(&mut trial.seen.run, &record);
                trial.answer(&mut session, &record).await?;
                trial.seen.records.push(*record);
            },
            _ = look.tick() => {}
            () = tokio::time::sleep_until(deadline), if !trial.seen.late => {
                trial.seen.late = true;
                trial.act(&mut session, OperatorAct::Abort { reason: "the trial took too long".to_owned() }).await?;
            }
        }
        trial.interfere(&mut session).await?;
    }
    // The last of a process group goes a moment after its leader.
    for _ in 0..25 {
        trial.seen.left = pty::marked(&trial.marker);
        if trial.seen.left.is_empty() {
            break;
        }
        look.tick().await;
    }
    Ok((behaviour.judge)(&trial.seen))
}

struct Trial {
    seen: Seen,
    drive: Drive,
    id: RunId,
    marker: String,
}

impl Trial {
    async fn act(&self, session: &mut Session, act: OperatorAct) -> Result<(), Problem> {
        let author = context::author(AuthorKind::Cli);
        session.send(Body::Act { run: self.id.clone(), author, act }).await?;
        Ok(())
    }

    /// A trial allows what the agent asks leave for, and goes on after a death that it caused; any other gate ends it.
    async fn answer(&self, session: &mut Session, record: &Record) -> Result<(), Problem> {
        let Fact::GateOpened { gate } = &record.fact else { return Ok(()) };
        let permission = matches!(gate.kind, GateKind::Permission { .. });
        if permission && gate.answers.contains(&AnswerKind::Approve) {
            let answer = Answer { kind: AnswerKind::Approve, text: Text::default() };
            return self.act(session, OperatorAct::AnswerGate { gate: gate.id, answer }).await;
        }
        // Once: an agent that never comes back would be started for ever.
        let first = !self.seen.run.gates.iter().any(|one| one.id != gate.id && is_death(&one.kind));
        if is_death(&gate.kind)
            && first
            && self.seen.struck.is_some()
            && gate.answers.contains(&AnswerKind::Retry)
        {
            let answer = Answer { kind: AnswerKind::Retry, text: Text::default() };
            return self.act(session, OperatorAct::AnswerGate { gate: gate.id, answer }).await;
        }
        let by_hand = if permission {
            let folder = self.seen.run.directory.as_str();
            format!("; try with --keep, start it once in {folder} by hand, answer there, and try again")
        } else {
            String::new()
        };
        let reason = format!("a gate opened: {}{by_hand}", gate.question.first_line());
        self.act(session, OperatorAct::Abort { reason }).await
    }

    /// Strikes once the agent is at work, and lets it go on afterwards.
    async fn interfere(&mut self, session: &mut Session) -> Result<(), Problem> {
        let paused = self.seen.run.pause.is_some();
        match self.drive {
            Drive::Nothing => {}
            Drive::Interrupt if self.seen.struck.is_none() && self.seen.at_work() => {
                self.seen.struck = Some(self.seen.run.now);
                let reason = "the trial interrupts".to_owned();
                self.act(session, OperatorAct::Pause { mode: PauseMode::Now, reason }).await?;
            }
            Drive::Interrupt if paused && !self.seen.run.is_busy() => {
                self.act(session, OperatorAct::Say { role: RoleName::from(ROLE), text: ON.into() }).await?;
                self.act(session, OperatorAct::Resume).await?;
                self.drive = Drive::Nothing;
            }
            Drive::Kill if self.seen.struck.is_none() && self.seen.at_work() && self.seen.is_kept() => {
                self.seen.struck = Some(self.seen.run.now);
                for pid in pty::marked(&self.marker) {
                    pty::kill(pid);
                }
                self.act(session, OperatorAct::Say { role: RoleName::from(ROLE), text: ON.into() }).await?;
                self.drive = Drive::Nothing;
            }
            Drive::Interrupt | Drive::Kill => {}
        }
        Ok(())
    }
}

fn is_death(gate: &GateKind) -> bool {
    matches!(gate, GateKind::Interrupted | GateKind::AgentFailed)
}

/// Said after the agent was stopped.
const ON: &str = "Do not run the command again: report now.";

impl Seen {
    fn new() -> Self {
        Self { run: Run::default(), records: Vec::new(), late: false, left: Vec::new(), struck: None }
    }

    /// A turn runs, and its tool with it where the agent tells of tools.
    fn at_work(&self) -> bool {
        let working = self.run.current_step().is_some_and(|step| step.stage == Stage::Working);
        let tool = self.observations().any(|(_, _, seen)| matches!(seen, Observation::ToolStarted { .. }));
        working && (tool || self.since_prompt() > AT_WORK)
    }

    /// It had time to write down what was said: some write a moment later.
    fn is_kept(&self) -> bool {
        self.run.ledger.total.calls > 0 || self.since_prompt() > AT_WORK
    }

    fn since_prompt(&self) -> Duration {
        let now = crate::supervisor::clock::system_wall();
        let since = self.delivered().map_or(now, |record| record.at.wall);
        Duration::from_millis(now.saturating_sub(since))
    }

    /// The record that says that the first prompt arrived.
    pub(super) fn delivered(&self) -> Option<&Record> {
        self.records.iter().find(|record| {
            matches!(&record.fact, Fact::Settled { outcome: crate::domain::Outcome::Delivered { .. }, .. })
        })
    }

    pub(super) fn observations(&self) -> impl Iterator<Item = (&Record, Source, &Observation)> {
        self.records.iter().filter_map(|record| {
            if let Fact::Observed { source, observation, .. } = &record.fact {
                Some((record, *source, observation))
            } else {
                None
            }
        })
    }
}
