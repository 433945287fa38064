//! Commands that only look. They work without a supervisor too: the journals say it all.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::{numbers, print};
use crate::domain::{Ledger, Record, Run, RunId, RunOutcome, RunSummary, StepNumber, Totals, apply, explain};
use crate::journal;
use crate::supervisor::stored_summaries;
use crate::ui::format;
use crate::wire::{Body, GateEntry, Purpose, Reply};

pub(super) async fn summaries(context: &Context) -> Result<Vec<RunSummary>, Problem> {
    if let Some(mut session) = context.find(Purpose::Command).await?
        && let Reply::Runs { runs } = session.request(Body::Runs).await?
    {
        return Ok(runs);
    }
    Ok(stored_summaries(&context.folders))
}

/// The records of a run and whether they are whole.
pub(super) fn records(context: &Context, run: &RunId) -> Result<Vec<Record>, Problem> {
    let loaded =
        journal::read(&context.folders.journal(run)).map_err(|error| Problem::failed(error.to_string()))?;
    if let Some(broken) = &loaded.broken {
        print::error(&format!("the journal of {run} is broken at line {}: {}", broken.line, broken.reason));
    }
    Ok(loaded.records)
}

fn fold(records: &[Record]) -> Run {
    let mut run = Run::default();
    for record in records {
        apply(&mut run, record);
    }
    run
}

/// The state of a run by its journal.
pub(super) fn folded(context: &Context, run: &RunId) -> Result<Run, Problem> {
    Ok(fold(&records(context, run)?))
}

/// How a run ended, by its journal; `None` while it goes on.
pub(super) fn outcome(context: &Context, run: &RunId) -> Result<Option<RunOutcome>, Problem> {
    Ok(folded(context, run)?.outcome)
}

/// The state of the run that is meant, and as JSON: from its supervisor when one serves it.
async fn state(context: &Context, named: Option<String>) -> Result<(Run, serde_json::Value), Problem> {
    let named = context.run(named)?;
    let run = match named {
        Some(run) => run,
        None => {
            let runs = summaries(context).await?;
            let live = runs.iter().find(|run| run.live).or_else(|| runs.first());
            live.map(|run| run.run.clone()).ok_or_else(|| Problem::failed("this project has no runs yet"))?
        }
    };
    let folded = fold(&records(context, &run)?);
    if let Some(mut session) = context.find(Purpose::Command).await?
        && let Ok(Reply::Json { value }) = session.request(Body::Status { run: Some(run) }).await
    {
        return Ok((folded, value));
    }
    let value = serde_json::to_value(&folded).map_err(|error| Problem::failed(error.to_string()))?;
    Ok((folded, value))
}

pub(super) async fn status(
    context: &Context,
    run: Option<String>,
    json: bool,
    line: bool,
) -> Result<Exit, Problem> {
    if line {
        return status_line(context, run).await;
    }
    let (run, value) = state(context, run).await?;
    if json {
        print::json(&value);
        return Ok(Exit::Done);
    }
    let phase = run.summary_phase().as_str();
    let spent = run.ledger.total.spent();
    let step = run.steps.last().map_or_else(|| "-".to_owned(), |step| step.number.to_string());
    let id = run.id.as_ref().map(RunId::to_string).unwrap_or_default();
    print::line(&format!("run      {id}"));
    print::line(&format!("task     {}", run.task.first_line()));
    print::line(&format!("phase    {phase}, step {step}, {}", run.worker_steps()));
    print::line(&format!("now      {}", explain(&run)));
    let tokens = run.ledger.total.bucket(run.ledger.total.tokens.total(), format::tokens);
    print::line(&format!("cost     {spent}, {tokens} tokens"));
    for (role, state) in &run.roles {
        if let Some(argument) = state.asks_nobody() {
            print::line(&format!("care     the {role}'s agent asks nobody before it acts, by {argument}"));
        }
    }
    if let Some(pane) = &run.taken_over {
        let role = run.panes.get(pane).and_then(|pane| run.sessions.get(&pane.session));
        let whose = role.map_or_else(|| pane.to_string(), |session| format!("the {}'s pane", session.role));
        print::line(&format!("held     the operator took over {whose}; `h` on the screen hands back"));
    }
    for (role, _) in run.roles.iter().filter(|(_, state)| state.compaction_asked) {
        print::line(&format!("next     the {role} is compacted as soon as it is at rest"));
    }
    for gate in run.open_gates() {
        print::line(&format!("gate {}   {}: {}", gate.id, gate.kind.title(), gate.question.first_line()));
    }
    Ok(Exit::Done)
}

/// For prompts and status bars: from the list of runs, so that no journal is read anew and nothing is started.
async fn status_line(context: &Context, run: Option<String>) -> Result<Exit, Problem> {
    let named = context.run(run)?;
    let runs = summaries(context).await?;
    let wanted = match &named {
        Some(named) => runs.iter().find(|run| run.run == *named),
        None => {
            let newest = || runs.iter().max_by_key(|run| run.created);
            runs.iter().find(|run| run.live).or_else(newest)
        }
    };
    let Some(run) = wanted else { return Ok(Exit::Done) };
    let waits = if run.open_gates > 0 { format!(" {}?", run.open_gates) } else { String::new() };
    print::line(&format!("awtui {} {} {}{waits}", run.phase, StepNumber(run.steps), run.spent));
    Ok(Exit::Done)
}

pub(super) async fn gates(context: &Context, json: bool) -> Result<Exit, Problem> {
    let gates: Vec<GateEntry> = match context.find(Purpose::Command).await? {
        Some(mut session) => {
            let Reply::Gates { gates } = session.request(Body::Gates { run: None }).await? else {
                return Err(Problem::failed("an unexpected answer"));
            };
            gates
        }
        None => Vec::new(),
    };
    if json {
        print::json(&gates);
        return Ok(Exit::Done);
    }
    if gates.is_empty() {
        print::line("no gate is open");
    }
    for GateEntry { run, gate } in gates {
        let answers: Vec<_> = gate.answers.iter().map(|answer| answer.as_str()).collect();
        print::line(&format!(
            "gate {} of {run} ({}): {}",
            gate.id,
            gate.kind.title(),
            gate.question.summary()
        ));
        for line in &gate.evidence {
            print::line(&format!("    {line}"));
        }
        print::line(&format!("    answers: {}", answers.join(", ")));
    }
    Ok(Exit::Done)
}

pub(super) async fn ledger(
    context: &Context,
    run: Option<String>,
    json: bool,
    explain: bool,
) -> Result<Exit, Problem> {
    let (run, value) = state(context, run).await?;
    if explain {
        return Ok(numbers::explain(&run, json));
    }
    if json {
        print::json(value.get("ledger").unwrap_or(&serde_json::Value::Null));
        return Ok(Exit::Done);
    }
    table(&run, &run.ledger);
    Ok(Exit::Done)
}

fn table(run: &Run, ledger: &Ledger) {
    print::line(
        "role       in       out      cached   written  cost       wall     model    tools    compact  waits",
    );
    let buckets = |sum: &Totals| -> String {
        let tokens = sum.tokens;
        let all = [tokens.input, tokens.output, tokens.cache_read, tokens.cache_write];
        let words = all.map(|count| sum.bucket(count, |count| count.to_string()));
        words.map(|words| format!("{words:<8} ")).concat()
    };
    for (role, totals) in &ledger.roles {
        // Up to the last record, as the panel has it: nothing is known of the time since.
        let spans = run.spans_of_role(role, run.now.run);
        print::line(&format!(
            "{:<10} {}{:<10} {:<8} {:<8} {:<8} {:<8} {}",
            role.as_str(),
            buckets(&totals.totals),
            totals.totals.spent_so_far(),
            format::duration(spans.total()),
            format::duration(spans.model),
            format::duration(spans.tools),
            format::duration(spans.compaction),
            format::duration(spans.waiting()),
        ));
    }
    for step in &run.steps {
        let totals = ledger.steps.get(&step.number).map(|usage| usage.totals).unwrap_or_default();
        let (number, spent) = (step.number.to_string(), totals.spent_so_far());
        print::line(&format!("{number:<10} {}{spent:<10} {}", buckets(&totals), step.file_stem()));
    }
    let total = &ledger.total;
    let tokens = total.bucket(total.tokens.total(), |count| count.to_string());
    print::line(&format!("total      {tokens} tokens in {} calls, {}", total.calls, total.spent()));
}

pub(super) async fn events(
    context: &Context,
    run: Option<String>,
    after: Option<u64>,
    kind: Option<&str>,
    json: bool,
) -> Result<Exit, Problem> {
    let run = match context.run(run)? {
        Some(run) => run,
        None => {
            let runs = summaries(context).await?;
            let live = runs.iter().find(|run| run.live).or_else(|| runs.first());
            live.map(|run| run.run.clone()).ok_or_else(|| Problem::failed("this project has no runs yet"))?
        }
    };
    for record in records(context, &run)?.iter().filter(|record| record.seq > after.unwrap_or(0)) {
        let value = serde_json::to_value(record).map_err(|error| Problem::failed(error.to_string()))?;
        let name = value["fact"]["kind"].as_str().unwrap_or_default().to_owned();
        if kind.is_some_and(|kind| kind != name) {
            continue;
        }
        if json {
            print::json_line(&value);
        } else {
            let mut fact = value["fact"].clone();
            if let Some(fact) = fact.as_object_mut() {
                fact.remove("kind");
            }
            let detail = fact.to_string();
            let time = format::clock(record.at.run);
            print::line(&format!("{:>5} {time:>8} {name:<18} {}", record.seq, format::fit(&detail, 140)));
        }
    }
    Ok(Exit::Done)
}
