//! Commands of the place one is in: the screen, the settings, what is installed.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::print;
use crate::agent;
use crate::domain::AgentSpec;
use crate::settings::project_config;
use crate::settings::reference::SAMPLE_CONFIG;
use crate::supervisor::Lock;
use crate::supervisor::world::World;
use crate::wire::{Body, Purpose, StartRun};
use std::io::{IsTerminal, Write};

pub(super) async fn attach(context: &Context, run: Option<String>, watch: bool) -> Result<Exit, Problem> {
    let run = context.run(run)?;
    needs_terminal()?;
    screen(context, run, watch).await
}

/// The screen comes with the client.
async fn screen(context: &Context, run: Option<crate::domain::RunId>, watch: bool) -> Result<Exit, Problem> {
    let mut session = context.connect(Purpose::Attach { watch }).await?;
    session.send(Body::Subscribe { run, after: None }).await?;
    Err(Problem::failed("the screen is still being built; use `awtui run --headless`"))
}

pub(super) async fn attach_started(context: &Context, start: StartRun) -> Result<Exit, Problem> {
    needs_terminal()?;
    let mut session = context.connect(Purpose::Command).await?;
    let run = session.request_run(Body::StartRun { start: Box::new(start) }).await?;
    drop(session);
    attach(context, Some(run.to_string()), false).await
}

fn needs_terminal() -> Result<(), Problem> {
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Problem::usage(
        "the screen needs a terminal; without one use `awtui run --headless` or `awtui status`",
    ))
}

pub(super) fn init(context: &Context) -> Result<Exit, Problem> {
    let path = project_config(&context.project.root);
    if path.exists() {
        print::line(&format!("{} is there already; it stays as it is", path.display()));
        return Ok(Exit::Done);
    }
    let fail =
        |error: std::io::Error| Problem::usage(format!("{} cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).open(&path).map_err(fail)?;
    file.write_all(SAMPLE_CONFIG.as_bytes()).map_err(fail)?;
    print::line(&format!("{} written: every key with its default, commented", path.display()));
    Ok(Exit::Done)
}

pub(super) fn config_show(context: &Context, json: bool) -> Result<Exit, Problem> {
    let settings = context.settings()?;
    if json {
        let entries: Vec<_> = settings
            .provenance()
            .iter()
            .map(|entry| {
                serde_json::json!({
                    "key": entry.key,
                    "value": entry.value,
                    "layer": entry.layer.as_str(),
                    "file": entry.file,
                    "line": entry.line,
                })
            })
            .collect();
        print::json(&entries);
        return Ok(Exit::Done);
    }
    for entry in settings.provenance() {
        let place = match (&entry.file, entry.line) {
            (Some(file), Some(line)) => format!(" {}:{line}", file.display()),
            (Some(file), None) => format!(" {}", file.display()),
            (None, _) => String::new(),
        };
        print::line(&format!("{:<32} {:<24} {}{place}", entry.key, entry.value, entry.layer.as_str()));
    }
    Ok(Exit::Done)
}

pub(super) async fn doctor(context: &Context, json: bool) -> Result<Exit, Problem> {
    let mut findings: Vec<(String, bool, String)> = Vec::new();
    let mut add = |what: &str, fine: bool, words: String| findings.push((what.to_owned(), fine, words));
    let project = &context.project;
    add("project", true, format!("{} ({})", project.root.display(), project.key));
    let git =
        if project.is_git { "a git repository" } else { "no git here: no checkpoints and no diff evidence" };
    add("git", project.is_git, git.to_owned());
    match project.check_writable() {
        Ok(()) => add("writable", true, "the run folder can be made".to_owned()),
        Err(error) => add("writable", false, error.to_string()),
    }
    match Lock::holder(&context.folders.lock()) {
        Some(holder) => add("supervisor", true, format!("pid {}, awtui {}", holder.pid, holder.version)),
        None => add("supervisor", true, "none runs".to_owned()),
    }
    match context.settings() {
        Ok(settings) => {
            add("settings", true, "all layers can be read".to_owned());
            let config = settings.run_config();
            let mut agents: Vec<AgentSpec> = Vec::new();
            for (role, bound) in &config.roles {
                let model = bound.model.as_deref().unwrap_or("its own default");
                add("role", true, format!("{role}: {} with {model}", bound.agent.name));
                if !agents.contains(&bound.agent) {
                    agents.push(bound.agent.clone());
                }
            }
            for spec in agents {
                let (fine, words) = probe(&spec).await;
                add("agent", fine, format!("{}: {words}", spec.name));
            }
        }
        Err(problem) => add("settings", false, problem.message),
    }
    let all_fine = findings.iter().all(|(what, fine, _)| *fine || what == "git");
    if json {
        let list: Vec<_> = findings
            .iter()
            .map(|(what, fine, words)| serde_json::json!({"what": what, "fine": fine, "words": words}))
            .collect();
        print::json(&list);
    } else {
        for (what, fine, words) in &findings {
            print::line(&format!("{} {what:<11} {words}", if *fine { "ok " } else { "-- " }));
        }
    }
    Ok(if all_fine { Exit::Done } else { Exit::Failed })
}

/// What an agent says of itself.
async fn probe(spec: &AgentSpec) -> (bool, String) {
    let adapter = match agent::adapter(spec) {
        Ok(adapter) => adapter,
        Err(error) => return (false, error.to_string()),
    };
    let world = crate::supervisor::RealWorld;
    let probed = match world.probe(adapter.probe_plan(), super::context::environment()).await {
        Ok(probed) => probed,
        Err(reason) => return (false, reason),
    };
    match adapter.read_probe(&probed.outputs) {
        Ok(probe) => {
            let version = probe.version.unwrap_or_else(|| "an unknown version".to_owned());
            let lacks = probe.lacks.iter().fold(String::new(), |all, lack| all + "; " + lack);
            (true, format!("{version} at {}{lacks}", probed.program.display()))
        }
        Err(error) => (false, error.to_string()),
    }
}
