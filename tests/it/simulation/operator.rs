//! A scripted operator: one client over the real socket, who answers gates, pauses, resumes, says things, and remembers
//! what was acknowledged.

use super::judge::Judge;
use super::world::SimulatedWorld;
use awtui::client::{ClientError, Session};
use awtui::domain::AgentSpec;
use awtui::domain::{
    Answer, AnswerKind, Author, AuthorKind, Budget, Check, CompactStrategy, ContextPolicy, Fact, LoopBounds,
    Money, OperatorAct, PauseMode, RoleConfig, RoleName, RunConfig, RunId, Text, Workflow,
};
use awtui::wire::{Body, Reply, StartRun, ToClient};
use std::time::Duration;
use tokio::time::Instant;

pub fn operator() -> Author {
    Author::new(AuthorKind::Operator, "ann")
}

pub fn start(directory: &std::path::Path, world: &SimulatedWorld) -> StartRun {
    let role = |name: &str| {
        let config = RoleConfig {
            agent: AgentSpec { name: "demo".to_owned(), definition: None },
            model: Some("scripted".to_owned()),
            thinking: None,
            context_limit: 100_000,
            args: Vec::new(),
            ask: Vec::new(),
        };
        (RoleName::new(name), config)
    };
    let check = Check {
        name: "tests".to_owned(),
        run: "true".to_owned(),
        timeout: 60_000,
        required: world.between(0, 1) == 0,
    };
    StartRun {
        task: "a simulated task".to_owned(),
        directory: directory.display().to_string(),
        workflow: Workflow::analyst_worker(),
        config: RunConfig {
            agents: std::collections::BTreeMap::new(),
            roles: [role("analyst"), role("worker")].into_iter().collect(),
            context: ContextPolicy { warn_at: 750, compact_at: 900, strategy: CompactStrategy::Compact },
            bounds: LoopBounds {
                max_rounds: u32::try_from(world.between(1, 6)).unwrap(),
                max_autonomous: 3_600_000,
                max_idle: 600_000,
                confirm_done: world.between(0, 1) == 0,
            },
            budget: Budget { cost: Money::ZERO, tokens: 0 },
            checks: if world.between(0, 1) == 0 { vec![check] } else { Vec::new() },
        },
        author: operator(),
        trusted: Vec::new(),
        folder_root: None,
        name: None,
        minimal_environment: false,
        pane_size: None,
    }
}

/// Follows the run until it is over, or until `until`. The connection may be lost at any moment: the supervisor is.
pub async fn follow(
    session: &mut Session,
    run: &RunId,
    world: &SimulatedWorld,
    judge: &mut Judge,
    until: Instant,
) -> Result<(), ClientError> {
    session.send(Body::Subscribe { run: Some(run.clone()), after: None }).await?;
    let mut next_act = Instant::now() + Duration::from_millis(world.between(1_000, 300_000));
    loop {
        tokio::select! {
            biased;
            message = session.next() => match message? {
                ToClient::Record { record, .. } => {
                    let opened = matches!(record.fact, Fact::GateOpened { .. });
                    judge.record(*record, world);
                    if judge.run.is_over() {
                        return Ok(());
                    }
                    if opened {
                        next_act = next_act.min(Instant::now() + Duration::from_millis(world.between(100, 60_000)));
                    }
                }
                ToClient::CaughtUp { .. } => judge.compare(session, run).await?,
                _ => {}
            },
            () = tokio::time::sleep_until(next_act.min(until)) => {
                if Instant::now() >= until {
                    return Ok(());
                }
                act(session, run, world, judge).await?;
                judge.compare(session, run).await?;
                next_act = Instant::now() + Duration::from_millis(world.between(1_000, 300_000));
            }
        }
    }
}

async fn act(
    session: &mut Session,
    run: &RunId,
    world: &SimulatedWorld,
    judge: &mut Judge,
) -> Result<(), ClientError> {
    let gate = judge.run.open_gates().next().cloned();
    let what = match gate {
        Some(gate) if world.between(0, 9) > 0 => {
            // Mostly the answer that leads on.
            let on = [AnswerKind::Approve, AnswerKind::Retry, AnswerKind::Answer];
            let kind = on.iter().copied().find(|kind| gate.answers.contains(kind));
            let kind = kind.filter(|_| world.between(0, 3) > 0);
            let kind = kind.unwrap_or_else(|| *world.deeds().chance.pick(&gate.answers));
            OperatorAct::AnswerGate { gate: gate.id, answer: Answer { kind, text: Text::from("so be it") } }
        }
        _ if judge.run.pause.is_some() => OperatorAct::Resume,
        _ => match world.between(0, 10) {
            0 | 1 => OperatorAct::Pause { mode: PauseMode::Drain, reason: "lunch".to_owned() },
            2 => OperatorAct::Pause { mode: PauseMode::Now, reason: "stop".to_owned() },
            3 => OperatorAct::Pause { mode: PauseMode::Park, reason: "night".to_owned() },
            4 => OperatorAct::Say { role: RoleName::new("worker"), text: judge.words() },
            6 => {
                let role = if world.between(0, 2) == 0 { "analyst" } else { "worker" };
                OperatorAct::Compact { role: RoleName::new(role) }
            }
            5 if world.between(0, 5) == 0 => OperatorAct::Abort { reason: "enough".to_owned() },
            _ => OperatorAct::Note { text: judge.words() },
        },
    };
    ask(session, run, judge, what).await
}

/// Asks, and remembers it when it was acknowledged.
pub async fn ask(
    session: &mut Session,
    run: &RunId,
    judge: &mut Judge,
    act: OperatorAct,
) -> Result<(), ClientError> {
    let body = Body::Act { run: run.clone(), author: operator(), act: act.clone() };
    match session.request(body).await {
        Ok(_) => judge.acknowledged.push(act),
        // It made no sense any more.
        Err(ClientError::Refused(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

pub async fn status(session: &mut Session, run: &RunId) -> Result<serde_json::Value, ClientError> {
    match session.request(Body::Status { run: Some(run.clone()) }).await? {
        Reply::Json { value } => Ok(value),
        other => panic!("not a state: {other:?}"),
    }
}
