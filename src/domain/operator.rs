//! What the operator may do, and what it means.

use super::{
    Activity, Answer, AnswerKind, Author, Bound, Effect, Fact, Gate, GateId, GateKind, OperatorAct, PaneId,
    PaneState, PauseMode, PhaseName, PromptKind, Refusal, ReportKind, RoleName, RoleState, Route, Run, Stage,
    StepNumber, StepOutcome, Text, advance, compaction, permission,
};

pub(super) fn act(run: &Run, author: Author, act: OperatorAct) -> Result<Vec<Fact>, Refusal> {
    if run.is_over() {
        return Err(Refusal(format!("the run is over: {}", run.end_reason)));
    }
    if run.ending.is_some() {
        return Err(Refusal("the run is ending; wait until its processes are gone".to_owned()));
    }
    match act {
        OperatorAct::Pause { mode, reason } => pause(run, author, mode, reason),
        OperatorAct::Resume => {
            if run.pause.is_none() {
                let waits = run.open_gates().next().map_or_else(String::new, |gate| {
                    format!("; it waits for gate {}: {}", gate.id, gate.question.first_line())
                });
                return Err(Refusal(format!("the run is not paused{waits}")));
            }
            Ok(vec![Fact::Resumed { author }])
        }
        OperatorAct::Abort { reason } => Ok(vec![Fact::AbortAsked { reason, author }]),
        OperatorAct::Note { text } => {
            if text.is_empty() {
                return Err(Refusal("a note needs words".to_owned()));
            }
            Ok(vec![Fact::Noted { text, author }])
        }
        OperatorAct::Say { role, text } => say(run, author, &role, text),
        OperatorAct::Compact { role } => compaction::ask(run, author, &role),
        OperatorAct::AnswerGate { gate, answer } => answer_gate(run, author, gate, &answer),
        OperatorAct::TakeOver { pane } => {
            if run.panes.get(&pane).is_none_or(|pane| pane.state == PaneState::Gone) {
                return Err(Refusal(format!("pane {pane} has no process to type to")));
            }
            if run.taken_over.as_ref() == Some(&pane) {
                return Ok(Vec::new());
            }
            Ok(vec![Fact::TakenOver { pane, author }])
        }
        OperatorAct::HandBack => {
            if run.taken_over.is_none() {
                return Err(Refusal("no pane is taken over".to_owned()));
            }
            Ok(vec![Fact::HandedBack { author }])
        }
    }
}

fn pause(run: &Run, author: Author, mode: PauseMode, reason: String) -> Result<Vec<Fact>, Refusal> {
    if let Some(pause) = &run.pause
        && pause.mode == mode
    {
        return Err(Refusal(format!("the run is already paused by {}", pause.words())));
    }
    Ok(vec![Fact::Paused { mode, reason, author }])
}

fn say(run: &Run, author: Author, role: &RoleName, text: Text) -> Result<Vec<Fact>, Refusal> {
    if text.is_empty() {
        return Err(Refusal("nothing was said".to_owned()));
    }
    run.known_role(role)?;
    let mut facts = vec![Fact::Said { role: role.clone(), text: text.clone(), author }];
    if let Some((pane, step)) = steered(run, role) {
        let prompt = PromptKind::Say { text };
        facts.push(Fact::Requested { effect: Effect::Prompt { pane: pane.clone(), step, prompt } });
    }
    Ok(facts)
}

/// A role at work is steered at once, in this pane and step; otherwise the words go with its next prompt.
pub(super) fn steered<'run>(run: &'run Run, role: &RoleName) -> Option<(&'run PaneId, StepNumber)> {
    let (pane, step) = (run.role_pane(role)?, run.current_step()?);
    let at_work = step.role.as_ref() == Some(role)
        && step.stage == Stage::Working
        && pane.activity == Activity::Working;
    at_work.then_some((&pane.id, step.number))
}

fn answer_gate(run: &Run, author: Author, id: GateId, answer: &Answer) -> Result<Vec<Fact>, Refusal> {
    let Some(gate) = run.gate(id) else {
        let open: Vec<_> = run.open_gates().map(|gate| gate.id.to_string()).collect();
        let hint =
            if open.is_empty() { "no gate is open".to_owned() } else { format!("open: {}", open.join(", ")) };
        return Err(Refusal(format!("there is no gate {id}; {hint}")));
    };
    match &gate.status {
        super::GateStatus::Open => {}
        super::GateStatus::Answered { answer, author, .. } => {
            return Err(Refusal(format!(
                "gate {id} was already answered by {}: {}",
                author.name,
                answer.kind.as_str()
            )));
        }
        super::GateStatus::Withdrawn { reason, .. } => {
            return Err(Refusal(format!("gate {id} is no longer open: {reason}")));
        }
    }
    if !gate.answers.contains(&answer.kind) {
        let kinds: Vec<_> = gate.answers.iter().map(|kind| kind.as_str()).collect();
        return Err(Refusal(format!("gate {id} takes {}, not {}", kinds.join(", "), answer.kind.as_str())));
    }
    if answer.kind == AnswerKind::Answer && answer.text.is_empty() {
        return Err(Refusal(format!("an answer to gate {id} needs words")));
    }
    let mut facts = vec![Fact::GateAnswered { gate: id, answer: answer.clone(), author: author.clone() }];
    if answer.kind == AnswerKind::Abort {
        facts.push(Fact::AbortAsked { reason: format!("the operator's answer to gate {id}"), author });
        return Ok(facts);
    }
    if let (GateKind::Asked { .. }, Some(role)) = (&gate.kind, &gate.asked_by) {
        facts.extend(say(run, author, role, told(gate, answer))?);
        return Ok(facts);
    }
    // Words with an answer to a permission question are for the agent alone.
    if !answer.text.is_empty() && !matches!(gate.kind, GateKind::Permission { .. }) {
        facts.push(Fact::Noted { text: answer.text.clone(), author });
    }
    facts.extend(consequences(run, gate, answer));
    Ok(facts)
}

/// What the one who asked is told.
fn told(gate: &Gate, answer: &Answer) -> Text {
    let said = match answer.kind {
        AnswerKind::Approve => "yes",
        AnswerKind::Reject => "no",
        AnswerKind::Answer | AnswerKind::Retry | AnswerKind::Abort => "",
    };
    let words = match &answer.text {
        Text::Inline(words) => words.as_str(),
        Text::Blob { .. } => answer.text.first_line(),
    };
    let parts: Vec<&str> = [said, words].into_iter().filter(|part| !part.trim().is_empty()).collect();
    Text::from(format!("To your question \"{}\": {}", gate.question.first_line(), parts.join(". ")))
}

/// What an answer other than abort leads to.
fn consequences(run: &Run, gate: &Gate, answer: &Answer) -> Vec<Fact> {
    let agrees = matches!(answer.kind, AnswerKind::Approve | AnswerKind::Retry | AnswerKind::Answer);
    match &gate.kind {
        GateKind::Question => vec![Fact::PhaseEntered { phase: phase_of(run, gate) }],
        GateKind::DoneConfirmation => {
            let phase = if answer.kind == AnswerKind::Approve {
                run.phase.as_ref().and_then(|phase| advance::route(run, phase, Route::Done))
            } else {
                None
            };
            vec![Fact::PhaseEntered { phase: phase.unwrap_or_else(|| start(run)) }]
        }
        GateKind::IncompleteReport => match answer.kind {
            AnswerKind::Approve => advance::pass_on_incomplete(run),
            AnswerKind::Answer => plan(gate, PromptKind::Say { text: answer.text.clone() }),
            AnswerKind::Retry | AnswerKind::Reject | AnswerKind::Abort => plan(gate, PromptKind::Remind),
        },
        GateKind::BoundReached { bound } if agrees => {
            vec![Fact::BoundExtended { gate: gate.id, bound: *bound }]
        }
        GateKind::AgentFailed | GateKind::Interrupted | GateKind::InDoubt => again(run, gate, answer),
        GateKind::Compaction => gate.step.map_or_else(Vec::new, |step| {
            let prompt = run.step(step).map(|step| step.next_prompt.clone());
            prompt.map(|prompt| Fact::TurnPlanned { step, prompt }).into_iter().collect()
        }),
        GateKind::CheckFailing { .. } => {
            let next = run.phase.as_ref().and_then(|phase| advance::route(run, phase, Route::Checked));
            vec![Fact::PhaseEntered { phase: next.unwrap_or_else(|| start(run)) }]
        }
        GateKind::Workflow => {
            let route = if agrees { Route::Approved } else { Route::Rejected };
            let next = run.phase.as_ref().and_then(|phase| advance::route(run, phase, route));
            vec![Fact::PhaseEntered { phase: next.unwrap_or_else(|| start(run)) }]
        }
        GateKind::Permission { ask, .. } => permission::answered(run, gate, ask, answer),
        GateKind::BoundReached { .. } | GateKind::Asked { .. } => Vec::new(),
    }
}

/// Another turn for a step whose agent failed, was interrupted, or whose prompt is in doubt.
fn again(run: &Run, gate: &Gate, answer: &Answer) -> Vec<Fact> {
    let Some(step) = gate.step.and_then(|step| run.step(step)) else { return Vec::new() };
    if answer.kind == AnswerKind::Approve && gate.kind == GateKind::InDoubt {
        // The operator saw that the prompt arrived: the agent is asked to go on from there.
        return plan(gate, PromptKind::Resume);
    }
    let prompt = match answer.kind {
        AnswerKind::Answer => PromptKind::Say { text: answer.text.clone() },
        AnswerKind::Approve | AnswerKind::Reject | AnswerKind::Retry | AnswerKind::Abort => {
            if step.turns > 0 { PromptKind::Resume } else { step.next_prompt.clone() }
        }
    };
    plan(gate, prompt)
}

fn plan(gate: &Gate, prompt: PromptKind) -> Vec<Fact> {
    gate.step.map(|step| Fact::TurnPlanned { step, prompt }).into_iter().collect()
}

/// Where the loop goes on after a question: where the workflow says, else the phase that asked, so that the one who
/// asked reads the answer.
fn phase_of(run: &Run, gate: &Gate) -> PhaseName {
    let asked = gate.step.and_then(|step| run.step(step)).map(|step| step.phase.clone());
    asked
        .and_then(|phase| advance::route(run, &phase, Route::NeedsOperator).or(Some(phase)))
        .unwrap_or_else(|| start(run))
}

pub(super) fn start(run: &Run) -> PhaseName {
    run.workflow.as_ref().map_or_else(|| PhaseName::from("plan"), |workflow| workflow.start.clone())
}

impl Run {
    /// # Errors
    ///
    /// No role is called so: the refusal names those there are.
    pub(super) fn known_role(&self, role: &RoleName) -> Result<&RoleState, Refusal> {
        self.roles.get(role).ok_or_else(|| {
            let names: Vec<_> = self.roles.keys().map(RoleName::as_str).collect();
            Refusal(format!("no role is called \"{role}\"; this run has {}", names.join(" and ")))
        })
    }

    /// Whether a step awaits this kind of report.
    pub(super) fn awaits(&self, step: &super::Step, kind: ReportKind) -> bool {
        step.outcome != Some(StepOutcome::Aborted)
            && self.workflow.as_ref().and_then(|workflow| workflow.phase(&step.phase)).is_some_and(
                |phase| matches!(&phase.kind, super::PhaseKind::Agent { report, .. } if *report == kind),
            )
    }
}

/// Keeps the bound's name next to what it grants.
pub(super) fn describe(bound: Bound) -> String {
    match bound {
        Bound::Rounds { limit: 1 } => "1 round".to_owned(),
        Bound::Rounds { limit } => format!("{limit} rounds"),
        Bound::Autonomy { limit } => format!("{} of work without an operator", hours(limit)),
        Bound::Idle { limit } => format!("{} without a sign of life", hours(limit)),
        Bound::Cost { limit } => format!("{limit}"),
        Bound::Tokens { limit } => format!("{limit} fresh tokens"),
        Bound::NoProgress { times } => format!("the same changes {times} times in a row"),
    }
}

fn hours(milliseconds: u64) -> String {
    let minutes = milliseconds / 60_000;
    if minutes >= 60 {
        format!("{} h {:02} min", minutes / 60, minutes % 60)
    } else if minutes > 0 {
        format!("{minutes} min")
    } else {
        format!("{} s", milliseconds / 1000)
    }
}
