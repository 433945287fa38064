//! The command line: arguments, and one file per group of subcommands.
//!
//! Owns what is printed and the exit codes. It decides nothing about a run.

mod act;
mod arguments;
mod config;
mod conform;
mod context;
mod demo;
mod exit;
mod headless;
mod here;
mod hook;
mod link;
mod log;
mod mcp;
mod named;
mod numbers;
mod print;
pub mod reference;
mod replay;
mod report;
mod runs;
mod sessions;
mod setup;
mod show;
mod supervise;
mod trust;

pub use arguments::Arguments;
pub use exit::Exit;

use crate::settings::Edit;
use arguments::{Command, ConfigCommand, GateCommand, SupervisorCommand};
use clap::Parser;
use context::Context;
use std::process::ExitCode;

/// The whole program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(error) = color_eyre::install() {
        print::error(&error.to_string());
    }
    log::keep_panics();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            print::error(&format!("no runtime: {error}"));
            return Exit::Failed.code();
        }
    };
    let exit = runtime.block_on(run(arguments));
    // What still runs in the background of a client has no work that matters.
    runtime.shutdown_background();
    exit.code()
}

async fn run(mut arguments: Arguments) -> Exit {
    let result = match arguments.command.take() {
        // These are no matter of the project that one is in.
        Some(Command::Demo(options)) => demo::run(&arguments, &options).await,
        Some(Command::DemoAgent(options)) => demo::agent::run(options).await,
        Some(Command::Report { command }) => report::run(command).await,
        Some(Command::Hook { launch, event }) => Ok(hook::run(&launch, event).await),
        Some(Command::Mcp { launch }) => mcp::run(launch.as_deref()).await,
        command => match Context::new(&arguments) {
            Ok(context) => Box::pin(dispatch(&context, command, arguments.panes)).await,
            Err(problem) => Err(problem),
        },
    };
    result.unwrap_or_else(|problem| {
        print::error(&problem.message);
        problem.exit
    })
}

async fn dispatch(
    context: &Context,
    command: Option<Command>,
    panes: Vec<String>,
) -> Result<Exit, exit::Problem> {
    let Some(command) = command else { return here::attach(context, None, false, panes).await };
    if !panes.is_empty() && !matches!(command, Command::Attach { .. }) {
        return Err(exit::Problem::usage(
            "--pane opens terminals on the screen: use it with `awtui` or `awtui attach` alone".to_owned(),
        ));
    }
    match command {
        Command::Run(options) => headless::run(context, options).await,
        Command::Attach { run, watch, panes: more } => {
            here::attach(context, run, watch, panes.into_iter().chain(more).collect()).await
        }
        Command::Status { run, json, line } => show::status(context, run, json, line).await,
        Command::Runs { archived, json, command } => match command {
            None => runs::list(context, archived, json).await,
            Some(command) => runs::shelve(context, command).await,
        },
        Command::Gates { json } => show::gates(context, json).await,
        Command::Gate { command } => match command {
            GateCommand::Approve { gate, text, run } => {
                act::gate(context, run, gate, act::APPROVE, text).await
            }
            GateCommand::Reject { gate, text, run } => act::gate(context, run, gate, act::REJECT, text).await,
            GateCommand::Answer { gate, text, run } => {
                act::gate(context, run, gate, act::ANSWER, Some(text)).await
            }
            GateCommand::Retry { gate, run } => act::gate(context, run, gate, act::RETRY, None).await,
            GateCommand::Abort { gate, run } => act::gate(context, run, gate, act::ABORT, None).await,
            GateCommand::NoAnswer(words) => Err(act::no_answer(context, &words).await),
        },
        Command::Ledger { run, json, explain } => show::ledger(context, run, json, explain).await,
        Command::Events { run, after, kind, json } => {
            show::events(context, run, after, kind.as_deref(), json).await
        }
        Command::Replay { run, at, size, print } => {
            replay::replay(context, &run, at.as_deref(), size.as_deref(), print).await
        }
        Command::Note { text, run } => act::note(context, run, text).await,
        Command::Say { role, text, run } => act::say(context, run, role, text).await,
        Command::Compact { role, run } => act::compact(context, run, role).await,
        Command::Pause { now, reason, run } => act::pause(context, run, now, reason).await,
        Command::Resume { run } => act::resume(context, run).await,
        Command::Abort { reason, run } => act::abort(context, run, reason).await,
        // They were taken before there was a context.
        Command::Demo(_)
        | Command::DemoAgent(_)
        | Command::Report { .. }
        | Command::Hook { .. }
        | Command::Mcp { .. } => Ok(Exit::Usage),
        Command::Init => here::init(context),
        Command::Config { command } => match command {
            ConfigCommand::Show { json } => config::show(context, json),
            ConfigCommand::Set { key, value, file } => {
                config::change(context, &Edit::set(key, value), file.user, file.dry_run)
            }
            ConfigCommand::Unset { key, file } => {
                config::change(context, &Edit::unset(key), file.user, file.dry_run)
            }
        },
        Command::Sessions { json } => Ok(sessions::list(context, json)),
        Command::ResumeSession { session, open } => sessions::resume(context, session.as_deref(), open).await,
        Command::Conform(options) => conform::run(context, options).await,
        Command::Trust => trust::trust(context).await,
        Command::Doctor { json } => here::doctor(context, json).await,
        Command::Supervisor { command } => match command {
            SupervisorCommand::Run => supervise::run(context).await,
            SupervisorCommand::Stop { drain } => act::stop(context, drain).await,
        },
    }
}
