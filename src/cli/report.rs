//! `awtui report`: what an agent without a bridge tells awtui, from inside its pane.

use super::arguments::ReportCommand;
use super::exit::{Exit, Problem};
use super::link::{self, Link};
use super::print;
use crate::agent::protocol::{self, InstructionLine, REPORT, ResultLine, ToDesk, VerdictLine};
use crate::domain::{Text, WorkerStatus, parse_verdict_report, parse_worker_report};
use crate::supervisor::clock::system_wall;
use serde_json::Map;
use std::io::Read;
use std::time::Duration;

/// Bytes of a report: written down as a line for awtui, it grows.
const LONGEST: usize = protocol::MAX_LINE / 2;
/// awtui answers within this, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run(command: ReportCommand) -> Result<Exit, Problem> {
    let credentials = link::credentials(None).map_err(Problem::usage)?;
    let key = format!("report-{}-{}", std::process::id(), system_wall());
    let message = message(command, key.clone())?;
    let asked = async { Link::open(&credentials, REPORT).await?.ask(&message, &key).await };
    let reply = tokio::time::timeout(PATIENCE, asked).await;
    let reply = reply.map_err(|_| Problem::failed("awtui did not answer in time"))?;
    let (ok, words) = reply.map_err(|error| Problem::failed(format!("awtui cannot be reached: {error}")))?;
    if ok {
        print::line(&words);
        return Ok(Exit::Done);
    }
    Err(Problem::failed(words))
}

fn message(command: ReportCommand, key: String) -> Result<ToDesk, Problem> {
    Ok(match command {
        ReportCommand::Progress { text } => ToDesk::ReportProgress { key, text },
        ReportCommand::Question { text } => ToDesk::RequestGate { key, question: text },
        ReportCommand::Artifact { path, note } => {
            ToDesk::AttachArtifact { key, path, note: note.unwrap_or_default() }
        }
        ReportCommand::Result { status } => result(&stdin()?, status.into(), key)?,
        ReportCommand::Verdict => verdict(&stdin()?, key)?,
    })
}

fn stdin() -> Result<String, Problem> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    std::io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Problem::usage(format!("the report cannot be read from standard input: {error}")))?;
    if bytes.len() > LONGEST {
        let most = LONGEST / 1024;
        return Err(Problem::usage(format!(
            "the report is longer than {most} KiB; put its long parts into files and name them with `awtui report artifact`"
        )));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn result(text: &str, status: WorkerStatus, key: String) -> Result<ToDesk, Problem> {
    let report = parse_worker_report(text).ok_or_else(|| {
        Problem::usage("standard input holds none of the headings of a worker's report, \"## Task understood\" and so on")
    })?;
    let sections = report.sections;
    Ok(ToDesk::ReportResult(ResultLine {
        key,
        instruction_id: report.instruction_id.map(|id| id.to_string()),
        status,
        task_understood: words(&sections.task_understood),
        actions_taken: words(&sections.actions_taken),
        result: words(&sections.result),
        validation: words(&sections.validation),
        artifacts: words(&sections.artifacts),
        issues: words(&sections.issues),
        recommendation: words(&sections.recommendation),
        handoff: words(&sections.handoff),
        more: Map::new(),
    }))
}

fn verdict(text: &str, key: String) -> Result<ToDesk, Problem> {
    let report = parse_verdict_report(text).ok_or_else(|| {
        Problem::usage("standard input holds no \"## Next state\" that begins with a verdict in capitals")
    })?;
    Ok(ToDesk::ReportVerdict(VerdictLine {
        key,
        verdict: report.verdict,
        reason: words(&report.reason),
        instruction: report.instruction.map(|instruction| InstructionLine {
            id: instruction.id.to_string(),
            goal: words(&instruction.goal),
            files: instruction.files,
            commands: instruction.commands,
            stop_when: instruction.stop_when,
            report: instruction.report,
        }),
        memory: report.memory,
        questions: report.questions,
        more: Map::new(),
    }))
}

fn words(text: &Text) -> String {
    text.summary().to_owned()
}
