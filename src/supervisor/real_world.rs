//! The real world: processes, git, files.

use super::loopback;
use super::world::{
    CheckJob, CheckpointEnd, CheckpointJob, Checkpointed, Child, Later, Probed, Server, Spawned, World,
};
use crate::agent::{self, LogPlan, ProbeCommand, ProbeOutput, ProbePlan, ServerPlan};
use crate::domain::{CheckResult, CheckpointSide, Text};
use crate::project::{Calls, GitError, checkpoint};
use crate::pty::{self, Launch};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::Instant;

/// Levels of folders below which a session log is looked for: years, months, days and one more.
const DEEPEST_LOG: u32 = 4;
/// Bytes of a session log that are taken at once.
const LOG_SIZE: u64 = 8 * 1024 * 1024;
/// Bytes of a check's output that are kept, from its end.
const CHECK_OUTPUT: usize = 256 * 1024;
/// Processes get this long to leave by themselves.
const GRACE: Duration = Duration::from_secs(3);

#[derive(Debug, Default)]
pub struct RealWorld;

struct RealChild(pty::Child);

impl Child for RealChild {
    fn pid(&self) -> u32 {
        self.0.pid()
    }

    fn write(&self, bytes: Vec<u8>) -> Result<(), String> {
        self.0.write(bytes).map_err(|error| error.to_string())
    }

    fn resize(&self, cols: u16, rows: u16) {
        if let Err(error) = self.0.resize(cols, rows) {
            tracing::info!(%error, "a pane could not be resized");
        }
    }
}

impl World for RealWorld {
    fn probe(
        &self,
        plan: ProbePlan,
        environment: Vec<(String, String)>,
        may_be_known: bool,
    ) -> Later<Result<Probed, String>> {
        Box::pin(probe(plan, environment, may_be_known))
    }

    fn spawn(&mut self, launch: &Launch) -> Result<Spawned, String> {
        let (child, events) = pty::spawn(launch).map_err(|error| error.to_string())?;
        Ok(Spawned { child: Box::new(RealChild(child)), events })
    }

    fn free_port(&self) -> Result<u16, String> {
        let bound = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0));
        let port = bound.and_then(|listener| listener.local_addr()).map(|address| address.port());
        port.map_err(|error| format!("no port of loopback is free: {error}"))
    }

    fn connect(&self, plan: ServerPlan) -> Server {
        loopback::connect(plan)
    }

    fn end_group(&self, pid: u32) -> Later<()> {
        Box::pin(async move {
            pty::end_group(pid, GRACE).await;
        })
    }

    fn close_terminal(&self, pid: u32) -> Later<()> {
        Box::pin(async move {
            pty::hang_up_group(pid, GRACE).await;
        })
    }

    fn kill_all(&self, pids: Vec<u32>, marker: String) -> Later<Vec<u32>> {
        Box::pin(async move {
            let ends = pids.into_iter().map(|pid| pty::end_group(pid, GRACE));
            futures_util::future::join_all(ends).await;
            pty::end_marked(&marker, GRACE).await;
            pty::marked(&marker)
        })
    }

    fn check(&self, job: CheckJob) -> Later<CheckResult> {
        Box::pin(check(job))
    }

    fn checkpoint(&self, job: CheckpointJob) -> Later<CheckpointEnd> {
        Box::pin(async move {
            let calls = Calls::default();
            let result = checkpoint(&job, &calls).await.map_err(|error| error.to_string());
            CheckpointEnd { result, ran: calls.take() }
        })
    }

    fn find_log(&self, plan: &LogPlan) -> Option<PathBuf> {
        match plan {
            LogPlan::None => None,
            LogPlan::File(path) => path.is_file().then(|| path.clone()),
            LogPlan::Folder { dir, contains } => newest(dir, contains, 0),
            LogPlan::Below { dir, contains } => newest(dir, contains, DEEPEST_LOG),
            LogPlan::Named { index, name, dir } => newest(dir, &named_id(index, name)?, DEEPEST_LOG),
        }
    }

    fn read_log(&self, path: &Path, offset: u64) -> Option<Vec<u8>> {
        let mut file = std::fs::File::open(path).ok()?;
        file.seek(SeekFrom::Start(offset)).ok()?;
        let mut bytes = Vec::new();
        file.take(LOG_SIZE).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

async fn checkpoint(job: &CheckpointJob, calls: &Calls) -> Result<Checkpointed, GitError> {
    let CheckpointJob { directory, run_folder, run, step, side, before } = job;
    let done = checkpoint::make(directory, run_folder, run, *step, *side, calls).await?;
    let diff = match (side, before, &done.commit) {
        (CheckpointSide::After, Some(before), Some(after)) => {
            let mut diff = checkpoint::diff(directory, before, after, calls).await?;
            diff.skipped = done.skipped;
            Some(diff)
        }
        (CheckpointSide::Before | CheckpointSide::After, _, _) => None,
    };
    Ok(Checkpointed { commit: done.commit, diff })
}

/// The agent's program on PATH; in words what is missing and how to get it. Starts nothing.
pub fn find_program(plan: &ProbePlan, environment: &[(String, String)]) -> Result<PathBuf, String> {
    if plan.programs.is_empty() {
        // The agent is awtui itself.
        return std::env::current_exe().map_err(|error| error.to_string());
    }
    let path = environment.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone());
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    let found = plan.programs.iter().find_map(|program| which::which_in(program, path.clone(), &here).ok());
    found.ok_or_else(|| {
        let get = plan.programs.iter().find_map(|program| agent::how_to_get(program));
        let get = get.map_or_else(String::new, |command| format!("; get it with: {command}"));
        format!("{} is not installed: it is not on PATH{get}", plan.programs.join(" or "))
    })
}

/// The last by name of the files whose name contains these words, in this folder and so many levels below.
fn newest(dir: &Path, contains: &str, levels: u32) -> Option<PathBuf> {
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = std::fs::read_dir(dir)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .partition(|path| path.is_dir() && !path.is_symlink());
    let named = |path: &PathBuf| {
        path.is_file() && path.file_name().is_some_and(|name| name.to_string_lossy().contains(contains))
    };
    let below =
        folders.iter().filter(|_| levels > 0).filter_map(|folder| newest(folder, contains, levels - 1));
    files.into_iter().filter(named).chain(below).max()
}

/// The id that an index of sessions has under this name.
fn named_id(index: &Path, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(index).ok()?;
    // Most lines are of other sessions: only those that hold the name are read.
    text.lines().rev().filter(|line| line.contains(name)).find_map(|line| {
        let entry: serde_json::Value = serde_json::from_str(line).ok()?;
        let id = entry.get("id")?.as_str().filter(|id| !id.is_empty())?;
        (entry.get("thread_name")?.as_str()? == name).then(|| id.to_owned())
    })
}

/// What a program said of itself counts for so long: a run asks before it begins and at each start of its agents, and some
/// take many seconds to answer.
const PROBE_COUNTS: Duration = Duration::from_mins(10);

/// What a probe depends on: the program as it is now, what it is asked, and its environment.
#[derive(Debug, PartialEq)]
struct Question {
    program: PathBuf,
    modified: Option<SystemTime>,
    plan: ProbePlan,
    environment: Vec<(String, String)>,
}

type Answered = Vec<(Question, Instant, Vec<ProbeOutput>)>;

/// Answers of this process's life. One that failed is asked again.
static ANSWERED: Mutex<Answered> = Mutex::new(Vec::new());

async fn probe(
    plan: ProbePlan,
    environment: Vec<(String, String)>,
    may_be_known: bool,
) -> Result<Probed, String> {
    let now = Instant::now();
    let program = find_program(&plan, &environment)?;
    let real = program.canonicalize().unwrap_or_else(|_| program.clone());
    let modified = std::fs::metadata(&real).and_then(|found| found.modified()).ok();
    let question = Question { program: program.clone(), modified, plan, environment };
    if let Ok(mut answered) = ANSWERED.lock() {
        answered.retain(|(_, at, _)| now.duration_since(*at) < PROBE_COUNTS);
        let known = answered.iter().find(|(asked, _, _)| may_be_known && *asked == question);
        if let Some((_, _, outputs)) = known {
            return Ok(Probed { program, outputs: outputs.clone() });
        }
    }
    let outputs = ask(&program, &question.plan, &question.environment).await;
    let answered =
        |(command, output): (&ProbeCommand, &ProbeOutput)| command.optional || output.code == Some(0);
    if question.plan.commands.iter().zip(&outputs).all(answered)
        && let Ok(mut answered) = ANSWERED.lock()
    {
        answered.retain(|(asked, _, _)| *asked != question);
        answered.push((question, now, outputs.clone()));
    }
    Ok(Probed { program, outputs })
}

async fn ask(program: &Path, plan: &ProbePlan, environment: &[(String, String)]) -> Vec<ProbeOutput> {
    let mut outputs = Vec::new();
    for command in &plan.commands {
        let run = answer(program, command, environment);
        let output = match tokio::time::timeout(Duration::from_millis(command.timeout), run).await {
            Ok(Ok(output)) => ProbeOutput {
                code: output.status.code(),
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            },
            Ok(Err(error)) => ProbeOutput { code: None, stdout: String::new(), stderr: error.to_string() },
            Err(_) => ProbeOutput {
                code: None,
                stdout: String::new(),
                stderr: "it did not answer in time".to_owned(),
            },
        };
        outputs.push(output);
    }
    outputs
}

async fn answer(
    program: &Path,
    command: &ProbeCommand,
    environment: &[(String, String)],
) -> std::io::Result<Output> {
    let input = if command.input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut child = Command::new(program)
        .args(&command.args)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .envs(command.env.iter().map(|(name, value)| (name, value)))
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that left without reading has said why.
        let _ = stdin.write_all(command.input.as_bytes()).await;
    }
    child.wait_with_output().await
}

async fn check(job: CheckJob) -> CheckResult {
    let began = tokio::time::Instant::now();
    let wall = || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let failed = |reason: String| CheckResult {
        code: None,
        reason: Some(reason),
        wall: wall(),
        output: Text::default(),
    };
    let (reader, writer) = match std::io::pipe() {
        Ok(pipe) => pipe,
        Err(error) => return failed(format!("no pipe for its output: {error}")),
    };
    let Ok(second) = writer.try_clone() else { return failed("no pipe for its output".to_owned()) };
    let spawned = Command::new("sh")
        .args(["-c", &job.check.run])
        .current_dir(&job.directory)
        .env_clear()
        .envs(job.environment)
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(second)
        .process_group(0)
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => return failed(format!("it cannot be started: {error}")),
    };
    let pid = child.id();
    let output = tokio::spawn(collect(reader));
    let limit = if job.check.timeout == 0 {
        Duration::from_hours(24)
    } else {
        Duration::from_millis(job.check.timeout)
    };
    let (code, reason) = match tokio::time::timeout(limit, child.wait()).await {
        Ok(Ok(status)) => match status.code() {
            Some(code) => (Some(code), None),
            None => (None, Some(format!("it was ended: {status}"))),
        },
        Ok(Err(error)) => (None, Some(format!("its end is not known: {error}"))),
        Err(_) => (None, Some(format!("it did not end within {} s", limit.as_secs()))),
    };
    if let Some(pid) = pid {
        // What it left behind in its group ends with it; a check that is over has none.
        pty::end_group(pid, Duration::from_millis(500)).await;
    }
    // A process that left the group may hold the pipe open; its words are not waited for.
    let words = tokio::time::timeout(Duration::from_secs(1), output).await;
    let output = words.ok().and_then(Result::ok).unwrap_or_default();
    CheckResult { code, reason, wall: wall(), output: Text::from(output) }
}

/// The last part of what comes out of the pipe.
async fn collect(reader: std::io::PipeReader) -> String {
    let file = tokio::fs::File::from_std(std::fs::File::from(std::os::fd::OwnedFd::from(reader)));
    let mut reader = tokio::io::BufReader::new(file);
    let mut kept = Vec::new();
    let mut chunk = vec![0_u8; 64 * 1024];
    while let Ok(read) = reader.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        kept.extend_from_slice(&chunk[..read]);
        if kept.len() > 2 * CHECK_OUTPUT {
            kept.drain(..kept.len() - CHECK_OUTPUT);
        }
    }
    let from = kept.len().saturating_sub(CHECK_OUTPUT);
    String::from_utf8_lossy(&kept[from..]).into_owned()
}
