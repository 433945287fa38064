//! The list of runs, and what becomes of those that are over.

use super::arguments::RunsCommand;
use super::context::Context;
use super::exit::{Exit, Problem};
use super::{print, show};
use crate::domain::RunSummary;
use crate::ui::table::{self, Column};
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
    for row in rows(&runs, print::columns()) {
        print::line(&row);
    }
    if away > 0 && !archived {
        let are = if away == 1 { "1 more is" } else { &format!("{away} more are") };
        print::line(&format!("{are} archived: `awtui runs --archived`"));
    }
    Ok(Exit::Done)
}

/// A line a run: whole where nobody measures it, else as much of it as fits into a terminal of so many columns.
fn rows(runs: &[RunSummary], columns: Option<u16>) -> Vec<String> {
    let live = |run: &RunSummary| if run.live { "●" } else { " " }.to_owned();
    let Some(columns) = columns else {
        let row = |run: &RunSummary| {
            format!("{} {:<10} {:>9}  {}  {}", live(run), run.phase, run.spent, run.run, run.task)
        };
        return runs.iter().map(row).collect();
    };
    let each = |cell: &dyn Fn(&RunSummary) -> String| runs.iter().map(cell).collect::<Vec<_>>();
    let table = [
        Column::left(1, each(&|run| format!("{} {}", live(run), run.phase))),
        Column::right(3, each(&|run| run.spent.clone())),
        Column::left(0, each(&|run| run.run.to_string())),
        Column::text(2, each(&|run| run.task.lines().next().unwrap_or_default().to_owned())),
    ];
    table::rows(&table, columns)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Money;

    fn run(id: &str, live: bool, task: &str) -> RunSummary {
        RunSummary {
            run: id.into(),
            task: task.to_owned(),
            phase: if live { "waiting_for_operator" } else { "done" }.to_owned(),
            live,
            created: 0,
            ended: None,
            steps: 3,
            open_gates: 0,
            cost: Money(0),
            cost_incomplete: false,
            spent: "$1.43".to_owned(),
            folder: String::new(),
            says: String::new(),
            waiting_since: None,
            archived: false,
            bindings: Vec::new(),
        }
    }

    #[test]
    fn the_list_fits_the_terminal_and_is_whole_where_there_is_none() {
        let task = "Fix the parser of dates with a time zone, and all that uses it\nin every crate";
        let runs =
            [run("aw_20261121_101500_parser", true, task), run("aw_20261120_090000_docs", false, "日付")];
        for (columns, expected) in [
            (
                80,
                [
                    "● waiting_for_operator $1.43 aw_20261121_101500_parser Fix the parser of dates…",
                    "  done                 $1.43 aw_20261120_090000_docs   日付",
                ],
            ),
            (
                60,
                [
                    "● waiting_for_operator aw_20261121_101500_parser Fix the…",
                    "  done                 aw_20261120_090000_docs   日付",
                ],
            ),
            (40, ["aw_20261121_101500_parser Fix the…", "aw_20261120_090000_docs   日付"]),
        ] {
            assert_eq!(rows(&runs, Some(columns)), expected, "{columns}");
        }
        let whole = rows(&runs, None);
        assert!(whole[0].ends_with(task), "{whole:?}");
    }
}
