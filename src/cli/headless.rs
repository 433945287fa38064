//! A run without a screen: progress lines or facts on stdout, and an exit code that says how it ended.

use super::arguments::RunOptions;
use super::context::Context;
use super::exit::{Exit, Problem};
use super::{here, print};
use crate::client::{ClientError, Session};
use crate::domain::{
    Fact, GateKind, Observation, OperatorAct, PauseMode, Record, Run, RunId, RunOutcome, apply,
};
use crate::settings::{EnvironmentPolicy, Settings};
use crate::supervisor::objection;
use crate::ui::format;
use crate::wire::{Body, Purpose, StartRun, ToClient};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What answers a gate of a headless run; `None` leaves it to an operator.
pub(super) type Answers = fn(&crate::domain::Gate) -> Option<(crate::domain::Author, crate::domain::Answer)>;

/// What a run is started with, from the settings.
pub(super) fn start(
    context: &Context,
    settings: &Settings,
    task: &str,
    yes: bool,
) -> Result<StartRun, Problem> {
    if task.trim().is_empty() {
        return Err(Problem::usage("a run needs a task: awtui run \"make the tests pass\""));
    }
    let mut config = settings.run_config();
    if yes {
        config.bounds.confirm_done = false;
    }
    let commands = settings.commands_from_project();
    if let Some(commands) = commands.filter(|commands| !context.folders.trusts(&commands.sha256)) {
        return Err(Problem::operator_needed(objection(commands)));
    }
    let workflow =
        settings.workflow(&settings.run.workflow).map_err(|error| Problem::usage(error.to_string()))?;
    Ok(StartRun {
        task: task.to_owned(),
        directory: context.project.root.display().to_string(),
        workflow,
        config,
        author: Context::author(),
        trusted: commands.map(|commands| commands.sha256.clone()).into_iter().collect(),
        folder_root: Some(settings.run.folder.clone()),
        name: None,
        minimal_environment: settings.run.env == EnvironmentPolicy::Minimal,
        pane_size: None,
    })
}

pub(super) async fn run(context: &Context, options: RunOptions) -> Result<Exit, Problem> {
    let settings = context.settings()?;
    let start = start(context, &settings, &options.task, options.yes)?;
    if !options.headless && !options.detach {
        return here::attach_started(context, start).await;
    }
    let mut session = context.connect(Purpose::Headless { detach: options.detach }).await?;
    let run = begin(&mut session, start).await?;
    if options.detach {
        print::line(run.as_str());
        return Ok(Exit::Done);
    }
    follow(&mut session, run, options.json, |_| None).await
}

/// Asks first whether the run can begin: what is wrong with the settings leaves nothing behind.
pub(super) async fn begin(session: &mut Session, start: StartRun) -> Result<RunId, Problem> {
    match session.request(Body::CheckStart { start: Box::new(start.clone()) }).await {
        Ok(_) => {}
        Err(ClientError::Refused(reason)) => return Err(Problem::usage(reason)),
        Err(error) => return Err(error.into()),
    }
    Ok(session.request_run(Body::StartRun { start: Box::new(start) }).await?)
}

/// Prints what happens until the run ends, is paused, or needs an operator.
pub(super) async fn follow(
    session: &mut Session,
    id: RunId,
    json: bool,
    answers: Answers,
) -> Result<Exit, Problem> {
    session.send(Body::Subscribe { run: Some(id.clone()), after: None }).await?;
    let mut interrupts =
        signal(SignalKind::interrupt()).map_err(|error| Problem::failed(error.to_string()))?;
    let mut terminates =
        signal(SignalKind::terminate()).map_err(|error| Problem::failed(error.to_string()))?;
    let mut interrupted = 0_u32;
    let mut run = Run::default();
    if !json {
        print::line(&format!("run {id}"));
    }
    loop {
        tokio::select! {
            message = session.next() => match message? {
                ToClient::Record { record, .. } => {
                    apply(&mut run, &record);
                    if json {
                        print::json_line(&*record);
                    } else if let Some(line) = progress(&run, &record) {
                        print::line(&format!("{:>8}  {line}", format::clock(record.at.run)));
                    }
                    if let Fact::GateOpened { gate } = &record.fact {
                        let answered = answers(gate);
                        if let Some((author, answer)) = answered {
                            if !json {
                                print::line(&format!("          answered by {}: {} {}", author.name, answer.kind.as_str(), answer.text.summary()));
                            }
                            let act = OperatorAct::AnswerGate { gate: gate.id, answer };
                            session.send(Body::Act { run: id.clone(), author, act }).await?;
                        } else if !json {
                            print::line(&format!("          answer with: awtui gate approve|reject|answer {}", gate.id));
                        }
                    }
                    if let Some(exit) = ended(&run, answers) {
                        return Ok(exit);
                    }
                }
                ToClient::Notice { text } => print::error(&text),
                ToClient::Response { result, .. } => {
                    if let Err(reason) = result.into_result() {
                        print::error(&reason);
                    }
                }
                ToClient::RunClosed { .. } => return Err(Problem::failed("the supervisor let go of the run")),
                ToClient::Welcome { .. }
                | ToClient::Refused { .. }
                | ToClient::Pane { .. }
                | ToClient::CaughtUp { .. }
                | ToClient::Runs { .. }
                | ToClient::Terminals { .. }
                | ToClient::Artifacts { .. }
                | ToClient::Clock { .. }
                | ToClient::Unknown => {}
            },
            () = either(&mut interrupts, &mut terminates) => {
                interrupted += 1;
                let reason = "interrupted at the command line".to_owned();
                let act = if interrupted == 1 {
                    print::error("finishing the turn, then pausing; interrupt again to abort");
                    OperatorAct::Pause { mode: PauseMode::Park, reason }
                } else {
                    print::error("aborting");
                    OperatorAct::Abort { reason }
                };
                session.send(Body::Act { run: id.clone(), author: Context::author(), act }).await?;
            }
        }
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

/// The exit code, once nothing more happens without an operator.
fn ended(run: &Run, answers: Answers) -> Option<Exit> {
    match run.outcome {
        Some(RunOutcome::Done) => return Some(Exit::Done),
        Some(RunOutcome::Aborted) => return Some(Exit::Aborted),
        Some(RunOutcome::Failed) => return Some(Exit::Failed),
        None => {}
    }
    let unanswered = run.open_gates().any(|gate| answers(gate).is_none() && waits(&gate.kind));
    if unanswered {
        return Some(Exit::OperatorNeeded);
    }
    let parked = run.pause.is_some() && !run.is_busy() && run.outbox.is_empty();
    parked.then_some(Exit::Paused)
}

/// Whether nothing goes on while the gate is open.
fn waits(kind: &GateKind) -> bool {
    kind.holds_step() || matches!(kind, GateKind::Permission { .. })
}

/// A fact in a line, if it is one that a person follows a run by.
fn progress(run: &Run, record: &Record) -> Option<String> {
    match &record.fact {
        Fact::StepStarted { step, phase, role } => {
            let who = role.as_ref().map_or("awtui", |role| role.as_str());
            Some(format!("step {step} {phase}: {who}"))
        }
        Fact::StepEnded { step, .. } => {
            let ended = run.step(*step)?;
            let spent = run
                .ledger
                .steps
                .get(step)
                .map_or_else(String::new, |usage| format!(", {}", usage.totals.spent()));
            let what = match (&ended.verdict, &ended.worker_report) {
                (Some(report), _) => report.verdict.as_str().to_owned(),
                (None, Some(report)) => format!("reported: {}", report.sections.result.first_line()),
                (None, None) => {
                    let passed = ended.evidence.checks.iter().filter(|(_, result)| result.passed()).count();
                    format!("{passed} of {} checks passed", ended.evidence.checks.len())
                }
            };
            let wall = format::duration(ended.wall(record.at.run));
            Some(format!("step {step} {what} ({wall}{spent})"))
        }
        Fact::InstructionIssued { instruction, .. } => {
            Some(format!("instruction {}: {}", instruction.id, instruction.goal.first_line()))
        }
        Fact::GateOpened { gate } => {
            Some(format!("gate {} ({}): {}", gate.id, gate.kind.title(), gate.question.first_line()))
        }
        Fact::Paused { reason, .. } => Some(format!("paused: {reason}")),
        Fact::Resumed { .. } => Some("resumed".to_owned()),
        Fact::AbortAsked { reason, .. } => Some(format!("aborting: {reason}")),
        Fact::RunEnded { reason, .. } => {
            Some(format!("{}: {reason}, {}", run.summary_phase().as_str(), run.ledger.total.spent()))
        }
        Fact::ReportRefused { reason, .. } => Some(reason.clone()),
        Fact::Observed { pane, observation: Observation::Progress { text }, .. } => {
            Some(format!("{pane}: {text}"))
        }
        Fact::Observed { pane, observation: Observation::Attached { path, note }, .. } => {
            Some(format!("{pane}: attached {path} {note}").trim_end().to_owned())
        }
        Fact::RunCreated { .. }
        | Fact::Recovered
        | Fact::PhaseEntered { .. }
        | Fact::TurnPlanned { .. }
        | Fact::Requested { .. }
        | Fact::Settled { .. }
        | Fact::SessionOpened { .. }
        | Fact::Observed { .. }
        | Fact::WorkerReported { .. }
        | Fact::VerdictReported { .. }
        | Fact::GateAnswered { .. }
        | Fact::GateWithdrawn { .. }
        | Fact::BoundExtended { .. }
        | Fact::TakenOver { .. }
        | Fact::HandedBack { .. }
        | Fact::Noted { .. }
        | Fact::Said { .. }
        | Fact::CompactionAsked { .. }
        | Fact::PaneResized { .. } => None,
    }
}
