//! What was done, step by step.

use super::super::act::selected;
use super::super::format::{duration, tokens};
use super::super::model::{Focus, Layout, Ui};
use super::super::table::{Column, rows};
use super::{List, empty};
use crate::domain::{Stage, Step, StepOutcome, Verdict, WorkerStatus};
use crate::glass::Glass;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What a step came to, in a word.
fn outcome(step: &Step) -> String {
    if let Some(report) = &step.verdict {
        return match report.verdict {
            Verdict::NeedsWorker => "→ worker".to_owned(),
            Verdict::NeedsOperator => "→ operator".to_owned(),
            Verdict::Done => "done".to_owned(),
            Verdict::Abort => "abort".to_owned(),
        };
    }
    if !step.evidence.checks.is_empty() {
        let passed = step.evidence.checks.iter().filter(|(_, result)| result.passed()).count();
        return format!("{passed}/{} passed", step.evidence.checks.len());
    }
    let word = match (step.stage, step.outcome) {
        (_, Some(StepOutcome::Completed)) => {
            match step.worker_report.as_ref().and_then(|report| report.status) {
                Some(WorkerStatus::Partial) => "partial",
                Some(WorkerStatus::Blocked) => "blocked",
                Some(WorkerStatus::Failed) => "failed",
                Some(WorkerStatus::Done) | None => "reported",
            }
        }
        (_, Some(StepOutcome::Incomplete)) => "incomplete",
        (_, Some(StepOutcome::Abandoned)) => "abandoned",
        (_, Some(StepOutcome::Aborted)) => "aborted",
        (_, Some(StepOutcome::Failed)) => "failed",
        (Stage::Preparing, None) => "preparing",
        (Stage::Prompting(_), None) => "prompting",
        (Stage::Working, None) => "working",
        (Stage::TurnOver, None) => "turn over",
        (Stage::Checking, None) => "checking",
        (Stage::Held, None) => "held",
        (Stage::Over, None) => "over",
    };
    word.to_owned()
}

pub(super) fn draw(ui: &Ui, glass: &Glass, area: Rect, buffer: &mut Buffer, layout: &mut Layout) {
    let run = &glass.run;
    if run.steps.is_empty() {
        empty(ui, "none yet", area, buffer);
        return;
    }
    let each = |cell: &dyn Fn(&Step) -> String| run.steps.iter().map(cell).collect::<Vec<_>>();
    // A step of awtui's own has nothing to pay for.
    let usage = |step: &Step| {
        let usage = step.role.as_ref().and_then(|_| run.ledger.steps.get(&step.number));
        usage.map(|usage| usage.totals)
    };
    let told = |step: &Step| usage(step).filter(|sum| sum.calls > 0 || sum.is_partial());
    let table = [
        Column::left(0, each(&|step| step.number.to_string())),
        Column::left(4, each(&|step| who(step).to_owned())),
        Column::left(1, each(&|step| step.phase.to_string())),
        Column::left(0, each(&outcome)),
        Column::right(2, each(&|step| duration(step.wall(glass.now.run)))),
        Column::right(3, each(&|step| usage(step).map_or_else(String::new, |sum| sum.spent_so_far()))),
        Column::right(
            5,
            each(&|step| {
                told(step).map_or_else(String::new, |sum| {
                    let (all, out) = (sum.tokens.total(), sum.tokens.output);
                    format!("{} in {} out", sum.bucket(all - out, tokens), sum.bucket(out, tokens))
                })
            }),
        ),
        Column::text(6, each(&|step| about(step))),
    ];
    let lines = rows(&table, area.width)
        .into_iter()
        .zip(&run.steps)
        .map(|(text, step)| (text, ui.look.role(who(step))))
        .collect();
    List { focus: Focus::Steps, selected: selected(ui, glass, Focus::Steps), lines, ui }
        .draw(area, buffer, layout);
}

fn who(step: &Step) -> &str {
    step.role.as_ref().map_or("awtui", |role| role.as_str())
}

/// What it was about, in the words of the one who gave it.
fn about(step: &Step) -> String {
    let goal = step.instruction.as_ref().map(|instruction| instruction.goal.first_line());
    let reason = step.verdict.as_ref().map(|report| report.reason.first_line());
    reason.filter(|reason| !reason.is_empty()).or(goal).unwrap_or_default().to_owned()
}
