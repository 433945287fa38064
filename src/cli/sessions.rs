//! `awtui sessions` and `awtui resume-session`: the agents' own conversations, and how to go on with one by hand.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::{print, show};
use crate::agent;
use crate::domain::{PaneState, RoleName, Run, RunId, Session};
use crate::settings::distance;
use crate::supervisor::{IN_TERMINAL, find_program};
use crate::wire::{Body, Purpose};
use serde::Serialize;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

/// One conversation of one agent.
#[derive(Debug, Clone, Serialize)]
struct Entry {
    run: String,
    task: String,
    session: String,
    role: String,
    agent: String,
    /// The agent's own id; nothing while it did not tell.
    agent_session: Option<String>,
    log: Option<String>,
    prompts: u32,
    /// Its agent runs in a pane of awtui now.
    live: bool,
    /// What goes on with it by hand.
    command: Option<String>,
    #[serde(skip)]
    start: Option<Start>,
}

#[derive(Debug, Clone)]
struct Start {
    program: PathBuf,
    args: Vec<String>,
    directory: PathBuf,
}

impl Start {
    /// As a line for a shell.
    fn words(&self) -> String {
        let program = self.program.display().to_string();
        shell_words::join(std::iter::once(&program).chain(&self.args))
    }
}

pub(super) fn list(context: &Context, json: bool) -> Exit {
    let entries = entries(context);
    if json {
        print::json(&entries);
        return Exit::Done;
    }
    if entries.is_empty() {
        print::line("this project has no sessions yet");
    }
    let mut run = "";
    for entry in &entries {
        if entry.run != run {
            print::line(&format!("{}  {}", entry.run, entry.task));
            run = &entry.run;
        }
        let live = if entry.live { "●" } else { " " };
        let id = entry.agent_session.as_deref().unwrap_or("(it has no id of its own)");
        let prompts =
            if entry.prompts == 1 { "1 prompt".to_owned() } else { format!("{} prompts", entry.prompts) };
        print::line(&format!("{live} {:<12} {:<10} {prompts:>10}  {id}", entry.session, entry.agent));
    }
    Exit::Done
}

/// Prints the command that goes on with a session, or becomes it; inside a terminal of awtui it opens another one.
pub(super) async fn resume(context: &Context, named: Option<&str>, open: bool) -> Result<Exit, Problem> {
    let entries = entries(context);
    let entry = find(&entries, named)?;
    let (start, command) = resumable(entry)?;
    if open {
        let mut process = std::process::Command::new(&start.program);
        // Returns only when it could not be started.
        let error = process.args(&start.args).current_dir(&start.directory).exec();
        return Err(Problem::failed(format!("{} cannot be started: {error}", start.program.display())));
    }
    if std::env::var_os(IN_TERMINAL).is_none() {
        print::line(command);
        return Ok(Exit::Done);
    }
    let mut session = context.connect(Purpose::Command).await?;
    let directory = start.directory.display().to_string();
    let opened = Body::OpenTerminal { command: start.words(), directory, size: (80, 24) };
    session.request(opened).await?;
    print::line(&format!("session {} goes on in a terminal beside this one", entry.session));
    Ok(Exit::Done)
}

/// The command that goes on with the conversation of a role's last session in a run, and the folder it belongs in.
pub(super) fn command(context: &Context, run: &RunId, role: &str) -> Result<(String, String), String> {
    let run = show::folded(context, run).map_err(|problem| problem.message)?;
    let session =
        run.roles.get(&RoleName::new(role)).and_then(|role| run.sessions.get(role.session.as_ref()?));
    let session = session.ok_or_else(|| format!("the {role} had no session yet"))?;
    let entry = entry(context, &run, session);
    let (start, _) = resumable(&entry).map_err(|problem| problem.message)?;
    Ok((start.words(), start.directory.display().to_string()))
}

fn resumable(entry: &Entry) -> Result<(&Start, &str), Problem> {
    let name = format!("{} of {}", entry.session, entry.run);
    let Some((start, command)) = entry.start.as_ref().zip(entry.command.as_ref()) else {
        let reason = match &entry.agent_session {
            Some(_) => format!("{} cannot go on with a conversation by hand", entry.agent),
            None => "it never told its own id: no prompt reached it".to_owned(),
        };
        return Err(Problem::failed(format!("session {name} cannot be resumed: {reason}")));
    };
    if entry.live {
        let reason = "its agent runs in awtui now; `awtui attach` shows it, `awtui pause` holds it";
        return Err(Problem::failed(format!("session {name} is in use: {reason}")));
    }
    Ok((start, command))
}

/// By the agent's own id or a beginning of it, or by awtui's name of the session, newest run first. Without a name: the
/// newest that can be resumed.
fn find<'entries>(entries: &'entries [Entry], named: Option<&str>) -> Result<&'entries Entry, Problem> {
    let Some(named) = named else {
        return entries
            .iter()
            .find(|entry| entry.command.is_some())
            .ok_or_else(|| Problem::failed("this project has no session that can be resumed"));
    };
    let own = |entry: &Entry| entry.agent_session.clone().unwrap_or_default();
    let exact = entries.iter().find(|entry| own(entry) == named || entry.session == named);
    if let Some(entry) = exact {
        return Ok(entry);
    }
    let begun: Vec<&Entry> =
        entries.iter().filter(|entry| !named.is_empty() && own(entry).starts_with(named)).collect();
    match begun.as_slice() {
        [one] => Ok(one),
        [] => {
            let known = entries.iter().flat_map(|entry| [own(entry), entry.session.clone()]);
            let nearest = known.filter(|name| !name.is_empty()).min_by_key(|name| distance(named, name));
            let hint = nearest.map_or_else(String::new, |name| format!("; the nearest is {name}"));
            Err(Problem::usage(format!(
                "there is no session \"{named}\"{hint}; `awtui sessions` lists them all"
            )))
        }
        [one, other, ..] => Err(Problem::usage(format!(
            "\"{named}\" begins the ids of several sessions: {} and {}",
            own(one),
            own(other)
        ))),
    }
}

/// Newest run first, in each the sessions by name.
fn entries(context: &Context) -> Vec<Entry> {
    let mut entries = Vec::new();
    for id in context.folders.run_ids() {
        let Ok(run) = show::folded(context, &id) else { continue };
        for session in run.sessions.values() {
            entries.push(entry(context, &run, session));
        }
    }
    entries
}

fn entry(context: &Context, run: &Run, session: &Session) -> Entry {
    let start = session.agent_session.as_deref().and_then(|own| start(context, run, session, own));
    let alive = |role: &RoleName| run.role_pane(role).is_some_and(|pane| pane.state != PaneState::Gone);
    let command = start.as_ref().map(|start| {
        let directory = start.directory.display().to_string();
        let directory = shell_words::quote(&directory);
        format!("cd {directory} && {}", start.words())
    });
    Entry {
        run: run.id.as_ref().map(ToString::to_string).unwrap_or_default(),
        task: run.task.first_line().to_owned(),
        session: session.id.to_string(),
        role: session.role.to_string(),
        agent: run.role_config(&session.role).map(|config| config.agent.name.clone()).unwrap_or_default(),
        agent_session: session.agent_session.clone(),
        log: session.log.clone(),
        prompts: session.prompts,
        live: !run.is_over() && !run.is_parked() && alive(&session.role),
        command,
        start,
    }
}

fn start(context: &Context, run: &Run, session: &Session, own: &str) -> Option<Start> {
    let config = run.role_config(&session.role)?;
    let adapter = agent::adapter(&config.agent).ok()?;
    let launch_folder = context.folders.launch(run.id.as_ref()?, &session.id);
    let args = adapter.reopen(own, &launch_folder)?;
    // One that is not installed here is named as it would be typed.
    let plan = adapter.probe_plan();
    let program = find_program(&plan, context.environment()).ok();
    let program = program.or_else(|| plan.programs.first().map(PathBuf::from))?;
    Some(Start { program, args, directory: PathBuf::from(&run.directory) })
}
