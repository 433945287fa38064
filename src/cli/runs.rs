//! The list of runs, and what becomes of those that are over.

use super::arguments::RunsCommand;
use super::context::Context;
use super::exit::{Exit, Problem};
use super::{print, show};
use crate::domain::RunSummary;
use crate::wire::{Body, Purpose, Shelving};
use std::io::{BufRead, IsTerminal, Write};

pub(super) async fn list(context: &Context, archived: bool, json: bool) -> Result<Exit, Problem> {
    let all = show::summaries(context).await?;
    let away = all.iter().filter(|run| run.archived).count();
    let runs: Vec<RunSummary> = all.into_iter().filter(|run| run.archived == archived).collect();
    if json {
        print::json(&runs);
        return Ok(Exit::Done);
    }
    if runs.is_empty() {
        let none = if archived { "no run is archived" } else { "this project has no runs yet" };
        print::line(none);
    }
    for run in runs {
        let live = if run.live { "●" } else { " " };
        print::line(&format!("{live} {:<10} {:>9}  {}  {}", run.phase, run.spent.clone(), run.run, run.task));
    }
    if away > 0 && !archived {
        let are = if away == 1 { "1 more is" } else { &format!("{away} more are") };
        print::line(&format!("{are} archived: `awtui runs --archived`"));
    }
    Ok(Exit::Done)
}

/// Archives, brings back or deletes: the supervisor does it, as for the screen.
pub(super) async fn shelve(context: &Context, command: RunsCommand) -> Result<Exit, Problem> {
    let (named, how, done) = match command {
        RunsCommand::Archive { run } => (run, Shelving::Archive, "is archived"),
        RunsCommand::Unarchive { run } => (run, Shelving::Unarchive, "is back in the list"),
        RunsCommand::Delete { run, folder, yes } => {
            if !yes {
                confirm(context, &run, folder).await?;
            }
            (run, Shelving::Delete { folder }, "is deleted")
        }
    };
    let Some(run) = context.run(Some(named))? else { return Ok(Exit::Usage) };
    let mut session = context.connect(Purpose::Command).await?;
    session.request(Body::Shelve { run: run.clone(), author: Context::author(), how }).await?;
    print::line(&format!("{run} {done}"));
    Ok(Exit::Done)
}

/// Asks on the terminal; where there is none nobody can have agreed.
async fn confirm(context: &Context, named: &str, folder: bool) -> Result<(), Problem> {
    let Some(run) = context.run(Some(named.to_owned()))? else { return Ok(()) };
    let known = show::summaries(context).await?.into_iter().find(|summary| summary.run == run);
    let task = known.as_ref().map_or("its journal cannot be read", |summary| &summary.task);
    let place = known.as_ref().map_or("", |summary| &summary.folder);
    let also = if folder { format!(" and {place}") } else { String::new() };
    if !std::io::stdin().is_terminal() {
        return Err(Problem::operator_needed(format!(
            "nothing was deleted: `--yes` agrees to removing {run}{also} for good"
        )));
    }
    print::line(&format!("{run}: {task}"));
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "Remove its journal and recordings{also} for good? [y/N] ");
    let _ = out.flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Problem::usage("nothing was deleted"))
}
