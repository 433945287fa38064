//! What a turn that is over means: report, verdict, or neither. Fails closed: no verdict is never "continue".

use super::{
    CheckpointSide, Compaction, Effect, Fact, GateKind, Instruction, InstructionId, PhaseKind, PromptKind,
    ReportKind, Route, Run, Step, StepOutcome, Text, TurnEnd, Verdict, VerdictReport, advance,
    parse_verdict_report, parse_worker_report, slug,
};

/// Continuations of one instruction because its report lacks parts.
const MOST_CONTINUATIONS: u32 = 2;
/// Turns in a row that a limit may end before a person is asked.
pub(super) const MOST_LIMITED_TURNS: u32 = 5;
/// Rounds in a row in which a required check may fail before a person is asked.
const MOST_CHECK_FAILURES: u32 = 3;

pub(super) fn turn_over(run: &Run, step: &Step) -> Vec<Fact> {
    match &step.last_end {
        Some(TurnEnd::Failed { reason }) => failed(run, step, reason),
        Some(TurnEnd::Interrupted) => interrupted(run, step),
        Some(TurnEnd::Completed | TurnEnd::Unknown) | None => {
            let kind = run
                .workflow
                .as_ref()
                .and_then(|workflow| workflow.phase(&step.phase))
                .map(|phase| &phase.kind);
            match kind {
                Some(PhaseKind::Agent { report: ReportKind::Result, .. }) => result(run, step),
                Some(PhaseKind::Agent { report: ReportKind::Verdict, .. }) => verdict(run, step),
                Some(PhaseKind::Check | PhaseKind::Gate { .. } | PhaseKind::End) | None => Vec::new(),
            }
        }
    }
}

fn held(run: &Run, step: &Step, kind: GateKind, question: String, evidence: Vec<String>) -> Vec<Fact> {
    let gate = advance::gate(run, kind, step.role.clone(), question, evidence, Some(step.number));
    vec![Fact::GateOpened { gate }]
}

fn failed(run: &Run, step: &Step, reason: &str) -> Vec<Fact> {
    let state = step.role.as_ref().and_then(|role| run.roles.get(role));
    if state.is_some_and(|state| state.limited.is_some() && state.limited_turns <= MOST_LIMITED_TURNS) {
        // The next prompt waits for the limit to end.
        return vec![Fact::TurnPlanned { step: step.number, prompt: PromptKind::Resume }];
    }
    let role = step.role.as_ref().map_or("agent", |role| role.as_str());
    let question = format!("The {role}'s agent gave up in step {}: {reason}. Try again?", step.number);
    held(run, step, GateKind::AgentFailed, question, Vec::new())
}

fn interrupted(run: &Run, step: &Step) -> Vec<Fact> {
    // An interrupt of ours came with a pause, and a pause that is over means: go on.
    if step.interrupted_by_us {
        return vec![Fact::TurnPlanned { step: step.number, prompt: PromptKind::Resume }];
    }
    let role = step.role.as_ref().map_or("agent", |role| role.as_str());
    let question = format!("The {role}'s turn in step {} was interrupted. Go on with it?", step.number);
    held(run, step, GateKind::Interrupted, question, Vec::new())
}

fn result(run: &Run, step: &Step) -> Vec<Fact> {
    let Some(report) = &step.worker_report else {
        if let Text::Inline(text) = &step.last_message
            && let Some(report) = parse_worker_report(text)
            && !step.report_keys.contains(&text_key(step))
        {
            return vec![Fact::WorkerReported { step: step.number, key: text_key(step), report }];
        }
        return nothing_said(run, step, "report");
    };
    // A continuation that came as text fills the report before it is judged again.
    if step.continuations > 0
        && let Text::Inline(text) = &step.last_message
        && !step.report_keys.contains(&text_key(step))
        && let Some(report) = parse_worker_report(text)
    {
        return vec![Fact::WorkerReported { step: step.number, key: text_key(step), report }];
    }
    let mut missing: Vec<String> = report.sections.missing().into_iter().map(str::to_owned).collect();
    let wanted = step.instruction.as_ref().map(|instruction| &instruction.id);
    if wanted.is_some() && report.instruction_id.as_ref() != wanted {
        missing.insert(0, "Instruction id".to_owned());
    }
    if !missing.is_empty() && step.continuations < MOST_CONTINUATIONS {
        return vec![Fact::TurnPlanned { step: step.number, prompt: PromptKind::Continue { missing } }];
    }
    if !step.evidence.after_settled {
        let effect = Effect::Checkpoint { step: step.number, side: CheckpointSide::After };
        let asked = advance::has(run, |open| *open == effect);
        return if asked { Vec::new() } else { vec![Fact::Requested { effect }] };
    }
    let outcome = if missing.is_empty() { StepOutcome::Completed } else { StepOutcome::Incomplete };
    let mut facts = vec![Fact::StepEnded { step: step.number, outcome }];
    facts.extend(advance::leave(run, &step.phase, Route::Reported));
    facts
}

fn verdict(run: &Run, step: &Step) -> Vec<Fact> {
    let Some(report) = &step.verdict else {
        if let Text::Inline(text) = &step.last_message
            && !step.report_keys.contains(&text_key(step))
            && let Some(report) = parse_verdict_report(text)
        {
            return vec![Fact::VerdictReported { step: step.number, key: text_key(step), report }];
        }
        return nothing_said(run, step, "verdict");
    };
    match report.verdict {
        Verdict::NeedsWorker => match &report.instruction {
            Some(instruction) if !instruction.goal.is_empty() => {
                let mut facts = vec![
                    Fact::InstructionIssued { step: step.number, instruction: named(run, step, instruction) },
                    Fact::StepEnded { step: step.number, outcome: StepOutcome::Completed },
                ];
                facts.extend(advance::leave(run, &step.phase, Route::NeedsWorker));
                facts
            }
            Some(_) | None => nothing_said(run, step, "instruction with NEEDS_WORKER"),
        },
        Verdict::NeedsOperator => {
            let mut questions = report.questions.clone();
            let question = if questions.is_empty() {
                let reason = report.reason.first_line();
                if reason.is_empty() {
                    "The analyst needs you, and does not say why.".to_owned()
                } else {
                    reason.to_owned()
                }
            } else {
                questions.remove(0)
            };
            let mut facts = vec![Fact::StepEnded { step: step.number, outcome: StepOutcome::Completed }];
            let mut evidence: Vec<String> =
                questions.into_iter().map(|question| format!("and: {question}")).collect();
            if !report.reason.is_empty() && report.reason.first_line() != question {
                evidence.push(report.reason.first_line().to_owned());
            }
            facts.extend(held(run, step, GateKind::Question, question, evidence));
            facts
        }
        Verdict::Done => done(run, step, report),
        Verdict::Abort => vec![
            Fact::StepEnded { step: step.number, outcome: StepOutcome::Completed },
            advance::analyst_abort(report.reason.first_line()),
        ],
    }
}

fn done(run: &Run, step: &Step, report: &VerdictReport) -> Vec<Fact> {
    let mut facts = vec![Fact::StepEnded { step: step.number, outcome: StepOutcome::Completed }];
    let failing: Vec<String> = last_checks(run)
        .iter()
        .filter(|(name, passed)| !passed && is_required(run, name))
        .map(|(name, _)| format!("the required check \"{name}\" fails"))
        .collect();
    let confirm = run.config.as_ref().is_none_or(|config| config.bounds.confirm_done);
    if !confirm && failing.is_empty() {
        facts.extend(advance::leave(run, &step.phase, Route::Done));
        return facts;
    }
    let question = if failing.is_empty() {
        "The analyst says that the task is done. Finish the run?".to_owned()
    } else {
        "The analyst says that the task is done, but a required check fails. Finish the run?".to_owned()
    };
    let mut evidence = failing;
    if !report.reason.is_empty() {
        evidence.push(report.reason.first_line().to_owned());
    }
    evidence.extend(
        last_checks(run)
            .iter()
            .filter(|(_, passed)| *passed)
            .map(|(name, _)| format!("check \"{name}\" passed")),
    );
    evidence.push(format!("{}, {}", run.worker_steps(), run.ledger.total.spent()));
    facts.extend(held(run, step, GateKind::DoneConfirmation, question, evidence));
    facts
}

/// What the operator said meanwhile, then one reminder, then a person.
/// The agent spent its turn on a compaction of its own and said nothing: what it was told is in the summary at best.
/// `OpenCode` 1.18.33 does so after a compaction that failed. Once a step: what it tells then is taken for what it is.
fn was_compacted_instead(run: &Run, step: &Step) -> bool {
    let of_step = |one: &&Compaction| one.step == Some(step.number) && one.automatic;
    step.last_message.is_empty()
        && !step.reminded
        && run.ledger.compactions.iter().filter(of_step).count() == 1
}

fn nothing_said(run: &Run, step: &Step, what: &str) -> Vec<Fact> {
    if was_compacted_instead(run, step) {
        return vec![Fact::TurnPlanned { step: step.number, prompt: PromptKind::Resume }];
    }
    let unsaid = step.role.as_ref().and_then(|role| run.unsaid.get(role)).and_then(|said| said.first());
    if let Some(text) = unsaid {
        return vec![Fact::TurnPlanned { step: step.number, prompt: PromptKind::Say { text: text.clone() } }];
    }
    if !step.reminded {
        return vec![Fact::TurnPlanned { step: step.number, prompt: PromptKind::Remind }];
    }
    let role = step.role.as_ref().map_or("agent", |role| role.as_str());
    let question =
        format!("Step {} ended twice without a usable {what} from the {role}. Ask once more?", step.number);
    let said = step.last_message.first_line();
    let evidence =
        if said.is_empty() { vec!["it said nothing".to_owned()] } else { vec![format!("it said: {said}")] };
    held(run, step, GateKind::IncompleteReport, question, evidence)
}

/// A text is read at most once a turn.
fn text_key(step: &Step) -> String {
    format!("text {}", step.turns)
}

/// The analyst's own id when it is new in this run, else one made of the step and the goal.
fn named(run: &Run, step: &Step, instruction: &Instruction) -> Instruction {
    let taken = run
        .steps
        .iter()
        .filter(|other| other.number != step.number)
        .filter_map(|other| other.instruction.as_ref())
        .any(|other| other.id == instruction.id);
    let mut named = instruction.clone();
    if instruction.id.as_str().trim().is_empty() || taken {
        named.id = InstructionId(format!("{}_{}", step.number, slug(instruction.goal.first_line(), 60)));
    }
    named
}

/// The newest result of each check, with whether it passed.
fn last_checks(run: &Run) -> Vec<(String, bool)> {
    run.steps
        .iter()
        .rev()
        .find(|step| !step.evidence.checks.is_empty())
        .map(|step| {
            step.evidence.checks.iter().map(|(name, result)| (name.clone(), result.passed())).collect()
        })
        .unwrap_or_default()
}

fn is_required(run: &Run, name: &str) -> bool {
    run.config
        .as_ref()
        .is_some_and(|config| config.checks.iter().any(|check| check.required && check.name == name))
}

/// A required check that failed again and again opens a gate in place of the next review.
pub(super) fn failing_check(run: &Run, step: &Step) -> Option<Vec<Fact>> {
    let (name, result) = step.evidence.checks.iter().find(|(name, result)| {
        let before = run.failing_checks.get(name).copied().unwrap_or(0);
        !result.passed()
            && is_required(run, name)
            && before + 1 >= MOST_CHECK_FAILURES
            && (before + 1).is_multiple_of(MOST_CHECK_FAILURES)
    })?;
    let question =
        format!("The required check \"{name}\" failed {MOST_CHECK_FAILURES} times in a row. Go on?");
    let evidence = vec![result.reason.clone().unwrap_or_else(|| format!("exit code {:?}", result.code))];
    let kind = GateKind::CheckFailing { check: name.clone(), result: result.clone() };
    Some(held(run, step, kind, question, evidence))
}
