//! Commands that do something to a run.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::print;
use crate::client::Session;
use crate::domain::{Answer, AnswerKind, GateId, OperatorAct, PauseMode, RoleName, RunId, Text};
use crate::wire::{Body, Purpose, Reply};

pub(super) const APPROVE: AnswerKind = AnswerKind::Approve;
pub(super) const REJECT: AnswerKind = AnswerKind::Reject;
pub(super) const ANSWER: AnswerKind = AnswerKind::Answer;
pub(super) const RETRY: AnswerKind = AnswerKind::Retry;
pub(super) const ABORT: AnswerKind = AnswerKind::Abort;

/// The run that is named, else the one that is alive.
pub(super) async fn which(session: &mut Session, run: Option<RunId>) -> Result<RunId, Problem> {
    if let Some(run) = run {
        return Ok(run);
    }
    let Reply::Runs { runs } = session.request(Body::Runs).await? else {
        return Err(Problem::failed("an unexpected answer"));
    };
    let live: Vec<_> = runs.iter().filter(|run| run.live).collect();
    match live.as_slice() {
        [one] => Ok(one.run.clone()),
        [] => Err(Problem::failed("no run is alive in this project; `awtui runs` lists those there were")),
        several => {
            let names: Vec<_> = several.iter().map(|run| run.run.as_str()).collect();
            Err(Problem::usage(format!("several runs are alive, name one: {}", names.join(", "))))
        }
    }
}

async fn act(context: &Context, run: Option<String>, act: OperatorAct) -> Result<Exit, Problem> {
    let run = context.run(run)?;
    let Some(mut session) = context.find(Purpose::Command).await? else {
        return Err(Problem::failed("no run is alive in this project; `awtui resume RUN` takes one up"));
    };
    let run = which(&mut session, run).await?;
    session.request(Body::Act { run, author: Context::author(), act }).await?;
    Ok(Exit::Done)
}

pub(super) async fn gate(
    context: &Context,
    run: Option<String>,
    gate: u32,
    kind: AnswerKind,
    text: Option<String>,
) -> Result<Exit, Problem> {
    let answer = Answer { kind, text: Text::from(text.unwrap_or_default()) };
    act(context, run, OperatorAct::AnswerGate { gate: GateId(gate), answer }).await
}

/// What is wrong with words that are no answer: `gate 9 yes`. The answers are those of the gate that they name, if it is open.
pub(super) async fn no_answer(context: &Context, words: &[String]) -> Problem {
    let named = words.iter().find_map(|word| word.parse::<u32>().ok());
    let answers = match named {
        Some(gate) => answers(context, GateId(gate)).await,
        None => None,
    };
    let gate = named.map_or_else(|| "N".to_owned(), |gate| gate.to_string());
    let list = |kinds: &[AnswerKind]| kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    let (takes, first) = match &answers {
        Some(kinds) => (format!("gate {gate} takes {}", list(kinds)), kinds.first().copied()),
        None => (format!("the answers are {}", list(&[APPROVE, REJECT, ANSWER, RETRY, ABORT])), None),
    };
    let first = first.unwrap_or(APPROVE).as_str();
    let said = words.join(" ");
    Problem::usage(format!(
        "\"{said}\" answers no gate: the answer comes first, as in `awtui gate {first} {gate}`; {takes}; `awtui gates` lists what \
         is open"
    ))
}

/// What an open gate takes; `None` when there is no such gate, or nobody to ask.
async fn answers(context: &Context, gate: GateId) -> Option<Vec<AnswerKind>> {
    let mut session = context.find(Purpose::Command).await.ok()??;
    let Ok(Reply::Gates { gates }) = session.request(Body::Gates { run: None }).await else { return None };
    gates.into_iter().find(|entry| entry.gate.id == gate).map(|entry| entry.gate.answers)
}

pub(super) async fn note(context: &Context, run: Option<String>, text: String) -> Result<Exit, Problem> {
    act(context, run, OperatorAct::Note { text: text.into() }).await
}

pub(super) async fn say(
    context: &Context,
    run: Option<String>,
    role: String,
    text: String,
) -> Result<Exit, Problem> {
    act(context, run, OperatorAct::Say { role: RoleName(role), text: text.into() }).await
}

pub(super) async fn compact(context: &Context, run: Option<String>, role: String) -> Result<Exit, Problem> {
    act(context, run, OperatorAct::Compact { role: RoleName(role) }).await?;
    print::line("asked: it is done as soon as the agent is at rest; `awtui status` and the ledger tell");
    Ok(Exit::Done)
}

pub(super) async fn pause(
    context: &Context,
    run: Option<String>,
    now: bool,
    reason: Option<String>,
) -> Result<Exit, Problem> {
    let mode = if now { PauseMode::Now } else { PauseMode::Drain };
    let reason = reason.unwrap_or_else(|| "asked for on the command line".to_owned());
    act(context, run, OperatorAct::Pause { mode, reason }).await
}

/// Lifts the pause of a run that is served, or takes up one that is not.
pub(super) async fn resume(context: &Context, run: Option<String>) -> Result<Exit, Problem> {
    let named = context.run(run)?;
    let mut session = context.connect(Purpose::Command).await?;
    let run = match named {
        Some(run) => session.request_run(Body::OpenRun { run, author: Context::author() }).await?,
        None => which(&mut session, None).await?,
    };
    session
        .request(Body::Act { run: run.clone(), author: Context::author(), act: OperatorAct::Resume })
        .await?;
    print::line(&format!("{run} goes on; `awtui` shows it"));
    Ok(Exit::Done)
}

pub(super) async fn abort(
    context: &Context,
    run: Option<String>,
    reason: Option<String>,
) -> Result<Exit, Problem> {
    let reason = reason.unwrap_or_else(|| "asked for on the command line".to_owned());
    act(context, run, OperatorAct::Abort { reason }).await?;
    print::line("it is being ended: its processes go, its files stay");
    Ok(Exit::Done)
}

pub(super) async fn stop(context: &Context, drain: bool) -> Result<Exit, Problem> {
    match context.find(Purpose::Replace { drain }).await? {
        None => print::line("no supervisor runs for this project"),
        Some(mut session) => {
            // It closes the connection when it is done.
            while session.next().await.is_ok() {}
            print::line("stopped");
        }
    }
    Ok(Exit::Done)
}
