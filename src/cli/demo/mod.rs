//! `awtui demo`: a real run of scripted agents in a scratch repository.
//!
//! Owns the place, the settings and the last words of the demo. Everything between is the code path of every run; only
//! the agents are scripted, and they say so.

pub(super) mod agent;
mod scratch;

use super::arguments::{Arguments, DemoOptions};
use super::context::Context;
use super::exit::{Exit, Problem};
use super::{headless, here, print};
use crate::domain::{Answer, AnswerKind, Author, AuthorKind, Gate, GateKind, RunOutcome, Text};
use crate::project::RunFolder;
use crate::settings::Paths;
use crate::supervisor::clock::system_wall;
use crate::tty;
use crate::wire::Purpose;
use scratch::Scratch;

const TASK: &str = "Scripted demo: make the test of this repository pass";
/// Of the operator's environment the demo sees these alone.
const HARMLESS: [&str; 13] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "AWTUI_HOME",
    "AWTUI_LOG",
    "RUST_BACKTRACE",
];

pub(super) async fn run(arguments: &Arguments, options: &DemoOptions) -> Result<Exit, Problem> {
    if !arguments.settings.is_empty() || !options.settings.is_empty() {
        return Err(Problem::usage("the demo has settings of its own: --set means nothing to it"));
    }
    if !options.headless {
        tty::check().map_err(|_| {
            Problem::usage("the demo's screen needs a terminal; `awtui demo --headless` goes without")
        })?;
    }
    let mut paths =
        Paths::discover(|name| std::env::var_os(name)).map_err(|error| Problem::usage(error.to_string()))?;
    let mut environment = environment();
    let scratch = scratch::create(&paths.state_home, system_wall(), options.speed, &environment)?;
    if let Some(home) = scratch.config_home.parent() {
        environment.push(("XDG_CONFIG_HOME".to_owned(), home.display().to_string()));
    }
    if !environment.iter().any(|(name, _)| name == "AWTUI_HOME") {
        environment.push(("AWTUI_HOME".to_owned(), paths.state_home.display().to_string()));
    }
    paths.config_home.clone_from(&scratch.config_home);
    announce(&scratch, options.keep);
    let context = Context::isolated(&scratch.repository, paths, environment)?;
    match play(&context, options.headless).await {
        Ok(exit) => close(&context, &scratch, exit).await,
        Err(problem) => {
            if context.folders.run_ids().is_empty() {
                scratch.remove();
            }
            Err(problem)
        }
    }
}

/// The run, as any other is begun and followed.
async fn play(context: &Context, headless: bool) -> Result<Exit, Problem> {
    let settings = context.settings()?;
    let mut start = headless::start(context, &settings, TASK, false)?;
    start.name = Some("scripted demo".to_owned());
    if !headless {
        return here::attach_started(context, start).await;
    }
    let mut session = context.connect(Purpose::Headless { detach: false }).await?;
    let run = headless::begin(&mut session, start).await?;
    headless::follow(&mut session, run, false, answer).await
}

fn environment() -> Vec<(String, String)> {
    let mut environment: Vec<(String, String)> =
        HARMLESS.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect();
    // Hooks, signatures and the like of the operator's own git have no place here.
    for (name, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")] {
        environment.push((name.to_owned(), value.to_owned()));
    }
    environment
}

fn announce(scratch: &Scratch, keep: bool) {
    print::line("A scripted demo: no model, no network, no key. The run, the edits and the test are real.");
    print::line(&format!("repository  {}", scratch.repository.display()));
    if let (Some(parent), false, false) =
        (scratch.earlier.first().and_then(|path| path.parent()), scratch.earlier.is_empty(), keep)
    {
        let count = scratch.earlier.len();
        let demos =
            if count == 1 { "1 earlier demo lies".to_owned() } else { format!("{count} earlier demos lie") };
        print::line(&format!("{demos} in {}; remove what you do not need", parent.display()));
    }
}

/// The headless demo is its own operator for the two gates of its script, and for no other.
fn answer(gate: &Gate) -> Option<(Author, Answer)> {
    let author = Author::new(AuthorKind::DemoScript, "demo script");
    let answer = match &gate.kind {
        GateKind::Question => {
            Answer { kind: AnswerKind::Answer, text: Text::from("The test is right: refuse it.") }
        }
        GateKind::DoneConfirmation => Answer { kind: AnswerKind::Approve, text: Text::default() },
        GateKind::Asked { .. }
        | GateKind::IncompleteReport
        | GateKind::BoundReached { .. }
        | GateKind::AgentFailed
        | GateKind::Interrupted
        | GateKind::Permission { .. }
        | GateKind::CheckFailing { .. }
        | GateKind::InDoubt
        | GateKind::Compaction
        | GateKind::Workflow => return None,
    };
    Some((author, answer))
}

/// The last words, once the supervisor has written everything; a run that goes on keeps its supervisor.
async fn close(context: &Context, scratch: &Scratch, exit: Exit) -> Result<Exit, Problem> {
    let Some(run) = context.folders.run_ids().first().cloned() else { return Ok(exit) };
    let place = shell_words::quote(&scratch.repository.display().to_string()).into_owned();
    let Some(outcome) = super::show::outcome(context, &run)? else {
        print::line(&format!("the demo is not over; to it: cd {place} && {}", program()));
        return Ok(exit);
    };
    // A supervisor that is just leaving need not be asked to.
    if let Ok(Some(mut session)) = context.find(Purpose::Replace { drain: false }).await {
        // It closes the connection when it is done.
        while session.next().await.is_ok() {}
    }
    let folder = RunFolder::at(&scratch.repository.join("tmp"), &run);
    let (passes, last) = scratch::test(&scratch.repository, context.environment());
    let judgement = if passes { "passes now" } else { "does not pass" };
    print::line(&format!("test        {judgement}: {last}"));
    print::line(&format!("run folder  {}", folder.path().display()));
    print::line(&format!("journal     {}", context.folders.journal(&run).display()));
    print::line(&format!("look back   cd {place}"));
    print::line("            git diff");
    print::line(&format!("            {} replay {run}", program()));
    Ok(match outcome {
        RunOutcome::Done if passes => Exit::Done,
        RunOutcome::Done | RunOutcome::Failed => Exit::Failed,
        RunOutcome::Aborted => Exit::Aborted,
    })
}

/// How this program is started from another folder: by its name, where that finds it.
fn program() -> String {
    let Ok(here) = std::env::current_exe() else { return "awtui".to_owned() };
    let found = which::which("awtui")
        .and_then(|path| path.canonicalize().map_err(|_| which::Error::CannotFindBinaryPath));
    if found.is_ok_and(|found| found == here) {
        return "awtui".to_owned();
    }
    shell_words::quote(&here.display().to_string()).into_owned()
}
