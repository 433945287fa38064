//! What an input means: the facts that follow from it, and from the state that it leaves.

use super::{
    Effect, EffectId, Fact, Gate, GateId, GateKind, Input, Observation, Outcome, PaneId, PaneState, Ran,
    Record, ReportKind, Run, Source, Stage, StatusSeen, StepNumber, Text, Time, VerdictReport, WorkerReport,
    advance, apply, operator, permission,
};

/// Why an input was not accepted. For people: says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// More moves than any input can need; a state that wants more is stopped and said to be in trouble.
const MOST_MOVES: usize = 64;

/// The facts that follow from an input: its own, then everything that is now due, so that one batch in the journal
/// leaves nothing to be remembered outside it.
pub fn decide(run: &Run, input: Input, at: Time) -> Result<Vec<Fact>, Refusal> {
    let mut facts = direct(run, input, at)?;
    let mut next = run.clone();
    fold(&mut next, &facts, at);
    for _ in 0..MOST_MOVES {
        let due = advance::advance(&next, at);
        if due.is_empty() {
            return Ok(facts);
        }
        fold(&mut next, &due, at);
        facts.extend(due);
    }
    Ok(facts)
}

fn fold(run: &mut Run, facts: &[Fact], at: Time) {
    for fact in facts {
        let record =
            Record { seq: run.seq + 1, at, panes: std::collections::BTreeMap::new(), fact: fact.clone() };
        apply(run, &record);
    }
}

fn direct(run: &Run, input: Input, at: Time) -> Result<Vec<Fact>, Refusal> {
    if run.id.is_none() && !matches!(input, Input::Create { .. }) {
        return Err(Refusal("the run was not created yet".to_owned()));
    }
    match input {
        Input::Create { run: id, task, directory, workflow, config, author } => {
            if run.id.is_some() {
                return Err(Refusal(format!("the run {id} exists already")));
            }
            if task.is_empty() {
                return Err(Refusal("a run needs a task".to_owned()));
            }
            Ok(vec![Fact::RunCreated { run: id, task, directory, workflow, config, author }])
        }
        Input::Operator { author, act } => operator::act(run, author, act),
        Input::Observed { pane, source, observation } => Ok(observed(run, pane, source, observation)),
        Input::WorkerReported { pane, key, report } => Ok(worker_reported(run, &pane, key, report)),
        Input::VerdictReported { pane, key, report } => Ok(verdict_reported(run, &pane, key, report)),
        Input::GateAsked { pane, key, question } => Ok(gate_asked(run, &pane, key, question)),
        Input::Settled { effect, outcome, ran } => Ok(settled(run, effect, &outcome, ran, at)),
        Input::Lost { effect } => Ok(lost(run, effect)),
        Input::Recovered if run.is_over() => Ok(Vec::new()),
        Input::Recovered => {
            // Their hooks are gone; the agents ask again.
            let reason = "its supervisor was gone";
            let withdrawn = run.panes.keys().flat_map(|pane| permission::gone(run, pane, None, reason));
            Ok(withdrawn.chain([Fact::Recovered]).collect())
        }
        Input::PaneResized { pane, cols, rows } => {
            let news = run.panes.get(&pane).is_some_and(|pane| (pane.cols, pane.rows) != (cols, rows));
            Ok(if news && !run.is_over() { vec![Fact::PaneResized { pane, cols, rows }] } else { Vec::new() })
        }
    }
}

/// The step that an observation of this pane belongs to: the open one of its role, else the last of its role.
fn step_of(run: &Run, pane: &PaneId) -> Option<StepNumber> {
    let role = &run.panes.get(pane)?.role;
    run.steps.iter().rev().find(|step| step.role.as_ref() == Some(role)).map(|step| step.number)
}

fn observed(run: &Run, pane: PaneId, source: Source, observation: Observation) -> Vec<Fact> {
    if run.is_over() {
        return Vec::new();
    }
    let Some(observation) = news(run, &pane, source, observation) else { return Vec::new() };
    let role = run.panes.get(&pane).map(|pane| &pane.role);
    let current = run.current_step().filter(|step| step.role.as_ref() == role).map(|step| step.number);
    let step = current.or_else(|| step_of(run, &pane));
    let Some((mut facts, after)) = beside(run, &pane, current, step, &observation) else { return Vec::new() };
    facts.push(Fact::Observed { pane, step, source, observation });
    facts.extend(after);
    facts
}

/// The observation, unless it says what is known already.
fn news(run: &Run, pane: &PaneId, source: Source, observation: Observation) -> Option<Observation> {
    let state = run.panes.get(pane)?;
    // What is known from a weaker source and now from a better one is shown as that.
    let better = source < state.source;
    let role = run.roles.get(&state.role);
    let current = run.current_step().filter(|step| step.role.as_ref() == Some(&state.role));
    Some(match observation {
        Observation::Status(status) => {
            let same = match status {
                StatusSeen::Idle | StatusSeen::Done | StatusSeen::Error => {
                    state.activity == super::Activity::Idle
                }
                StatusSeen::Working => state.activity == super::Activity::Working,
                StatusSeen::Blocked => state.activity == super::Activity::Asking,
            };
            if same && !better {
                return None;
            }
            Observation::Status(status)
        }
        Observation::Usage(seen) => {
            if !run.ledger.is_news(&state.session, &seen) {
                return None;
            }
            Observation::Usage(seen)
        }
        Observation::ContextSeen { tokens, window } => {
            let same = role.is_some_and(|role| {
                role.context.tokens == tokens && (window.is_none() || role.context.window == window)
            });
            if same {
                return None;
            }
            Observation::ContextSeen { tokens, window }
        }
        Observation::ModelSeen { model, thinking, window, agent_trigger } => {
            let same = role.is_some_and(|role| {
                role.model_seen.as_ref() == Some(&model)
                    && (thinking.is_none() || role.thinking_seen == thinking)
                    && (window.is_none() || role.context.window == window)
                    && (agent_trigger.is_none() || role.context.agent_trigger == agent_trigger)
            });
            if same {
                return None;
            }
            Observation::ModelSeen { model, thinking, window, agent_trigger }
        }
        Observation::GuardSeen { unguarded } => {
            if role.is_none_or(|role| role.unguarded_seen == unguarded) {
                return None;
            }
            Observation::GuardSeen { unguarded }
        }
        Observation::Listed { window, own } => {
            let listed = window.map(|window| (window, own));
            if role.is_none_or(|role| role.context.listed == listed) {
                return None;
            }
            Observation::Listed { window, own }
        }
        Observation::SumsSeen(seen) => {
            let sums = run.sessions.get(&state.session).and_then(|session| session.sums);
            if sums.is_some_and(|sums| sums.seen == seen) {
                return None;
            }
            Observation::SumsSeen(seen)
        }
        Observation::SessionKnown { agent_session, log } => {
            let same = run.sessions.get(&state.session).is_some_and(|session| {
                session.agent_session.as_ref() == Some(&agent_session)
                    && (log.is_none() || session.log == log)
            });
            if same {
                return None;
            }
            Observation::SessionKnown { agent_session, log }
        }
        Observation::TurnStarted if state.activity == super::Activity::Working && !better => {
            return None;
        }
        // What ends while a run ends was ended by awtui.
        Observation::Gone { .. } if state.state == PaneState::Gone || run.ending.is_some() => return None,
        Observation::Progress { text } => {
            if current.is_none_or(|step| step.progress.as_ref() == Some(&text)) {
                return None;
            }
            Observation::Progress { text }
        }
        other @ (Observation::Ready
        | Observation::TurnStarted
        | Observation::ToolStarted { .. }
        | Observation::ToolEnded { .. }
        | Observation::PermissionAsked(_)
        | Observation::PermissionGone { .. }
        | Observation::CompactionStarted { .. }
        | Observation::CompactionEnded { .. }
        | Observation::Limited(_)
        | Observation::TurnEnded { .. }
        | Observation::PromptSeen { .. }
        | Observation::Attached { .. }
        | Observation::Typed
        | Observation::Gone { .. }) => other,
    })
}

/// The facts that come before and after an observation; `None`: it is no news after all.
fn beside(
    run: &Run,
    pane: &PaneId,
    current: Option<StepNumber>,
    step: Option<StepNumber>,
    observation: &Observation,
) -> Option<(Vec<Fact>, Vec<Fact>)> {
    let (mut facts, mut after) = (Vec::new(), Vec::new());
    if let (Observation::TurnEnded { .. } | Observation::Gone { .. }, Some(step)) = (observation, current) {
        facts.extend(withdraw_idle(run, step));
    }
    if let Observation::PermissionAsked(request) = observation {
        after.push(permission::asked(run, pane, step, request)?);
    }
    if let Observation::PermissionGone { ask } = observation {
        let reason = "the question is gone: it was answered in the pane";
        let withdrawn = permission::gone(run, pane, Some(ask), reason);
        if withdrawn.is_empty() {
            return None;
        }
        facts.extend(withdrawn);
    }
    if matches!(observation, Observation::TurnEnded { .. }) {
        facts.extend(permission::gone(run, pane, None, "the agent's turn ended"));
    }
    if matches!(observation, Observation::Gone { .. }) {
        facts.extend(permission::gone(run, pane, None, "the agent left"));
    }
    Some((facts, after))
}

/// An idle gate loses its subject when the turn goes on after all.
fn withdraw_idle(run: &Run, step: StepNumber) -> Vec<Fact> {
    run.open_gates()
        .filter(|gate| gate.step == Some(step))
        .filter(|gate| matches!(gate.kind, GateKind::BoundReached { bound: super::Bound::Idle { .. } }))
        .map(|gate| Fact::GateWithdrawn { gate: gate.id, reason: "the agent went on".to_owned() })
        .collect()
}

/// The step that waits for a report of this kind from this pane's role.
fn awaiting<'run>(run: &'run Run, pane: &PaneId, kind: ReportKind) -> Result<&'run super::Step, String> {
    let role = run.panes.get(pane).map(|pane| &pane.role);
    let step = run.current_step().ok_or("no step is open")?;
    if step.role.as_ref() != role {
        return Err(format!("step {} belongs to another role", step.number));
    }
    if !run.awaits(step, kind) {
        return Err(format!("phase {} takes no such report", step.phase));
    }
    Ok(step)
}

fn refused(pane: &PaneId, key: String, reason: String, text: String) -> Vec<Fact> {
    vec![Fact::ReportRefused { pane: pane.clone(), key, reason, text: Text::from(text) }]
}

fn worker_reported(run: &Run, pane: &PaneId, key: String, report: WorkerReport) -> Vec<Fact> {
    if run.is_over() {
        return Vec::new();
    }
    let said = report.sections.result.first_line().to_owned();
    let step = match awaiting(run, pane, ReportKind::Result) {
        Ok(step) => step,
        Err(reason) => {
            return refused(pane, key, format!("a worker's report was not applied: {reason}"), said);
        }
    };
    // A model that says the same once more says nothing new, under whatever key.
    if step.report_keys.contains(&key) || step.worker_report.as_ref() == Some(&report) {
        return Vec::new();
    }
    let wanted = step.instruction.as_ref().map(|instruction| &instruction.id);
    if let (Some(named), Some(wanted)) = (&report.instruction_id, wanted)
        && named != wanted
    {
        let reason = format!("a report for instruction {named} came while {wanted} is being carried out");
        return refused(pane, key, reason, said);
    }
    vec![Fact::WorkerReported { step: step.number, key, report }]
}

fn verdict_reported(run: &Run, pane: &PaneId, key: String, report: VerdictReport) -> Vec<Fact> {
    if run.is_over() {
        return Vec::new();
    }
    match awaiting(run, pane, ReportKind::Verdict) {
        Ok(step) if step.report_keys.contains(&key) || step.verdict.as_ref() == Some(&report) => Vec::new(),
        Ok(step) => vec![Fact::VerdictReported { step: step.number, key, report }],
        Err(reason) => {
            let said = format!("{}: {}", report.verdict.as_str(), report.reason.first_line());
            refused(pane, key, format!("a verdict was not applied: {reason}"), said)
        }
    }
}

/// An agent may put so many questions at a time.
const MOST_QUESTIONS: usize = 3;

fn gate_asked(run: &Run, pane: &PaneId, key: String, question: Text) -> Vec<Fact> {
    if run.is_over() {
        return Vec::new();
    }
    let role = run.panes.get(pane).map(|pane| pane.role.clone());
    let kind = GateKind::Asked { key: key.clone() };
    if run.gates.iter().any(|gate| gate.kind == kind && gate.asked_by == role) {
        return Vec::new();
    }
    let said = question.first_line().to_owned();
    let open =
        run.open_gates().filter(|gate| matches!(gate.kind, GateKind::Asked { .. }) && gate.asked_by == role);
    if open.count() >= MOST_QUESTIONS {
        let reason = format!("a question was not put: {MOST_QUESTIONS} of the same agent are open");
        return refused(pane, key, reason, said);
    }
    let Some(step) = run.current_step().filter(|step| role.is_some() && step.role == role) else {
        return refused(pane, key, "a question came while no step of its agent was open".to_owned(), said);
    };
    let mut gate = advance::gate(run, kind, role, String::new(), Vec::new(), Some(step.number));
    gate.question = question;
    vec![Fact::GateOpened { gate }]
}

fn settled(run: &Run, id: EffectId, outcome: &Outcome, ran: Vec<Ran>, at: Time) -> Vec<Fact> {
    let Some(effect) = run.outbox.get(&id) else { return Vec::new() };
    let mut facts = vec![Fact::Settled { effect: id, outcome: outcome.clone(), ran }];
    match (effect, outcome) {
        (Effect::Prompt { step, .. }, Outcome::Unconfirmed { reason } | Outcome::Failed { reason }) => {
            let in_doubt = matches!(outcome, Outcome::Unconfirmed { .. });
            facts.extend(undelivered(run, *step, in_doubt, reason));
        }
        (Effect::AnswerPermission { pane, ask, .. }, Outcome::Failed { reason }) => {
            facts.extend(permission::unanswered(run, pane, ask, reason));
        }
        (Effect::Timer { timer: super::TimerKind::CompactionWatchdog { pane }, .. }, Outcome::Fired) => {
            facts.extend(hung_compaction(run, pane));
        }
        (Effect::Timer { timer: super::TimerKind::Idle { step, .. }, .. }, Outcome::Fired) => {
            facts.extend(idle(run, *step, at));
        }
        _ => {}
    }
    facts
}

fn undelivered(run: &Run, step: StepNumber, in_doubt: bool, reason: &str) -> Option<Fact> {
    let step = run.step(step)?;
    if step.is_over() || !matches!(step.stage, Stage::Prompting(_)) {
        return None;
    }
    let kind = if in_doubt { GateKind::InDoubt } else { GateKind::AgentFailed };
    let question = if in_doubt {
        format!("Nobody knows whether the prompt of step {} arrived: {reason}", step.number)
    } else {
        format!("The prompt of step {} could not be delivered: {reason}", step.number)
    };
    Some(Fact::GateOpened {
        gate: advance::gate(run, kind, step.role.clone(), question, Vec::new(), Some(step.number)),
    })
}

fn hung_compaction(run: &Run, pane: &PaneId) -> Vec<Fact> {
    let Some((id, _)) =
        run.outbox.iter().find(|(_, effect)| matches!(effect, Effect::Compact { pane: one } if one == pane))
    else {
        return Vec::new();
    };
    let reason = "the compaction did not end within its time".to_owned();
    let step = run.current_step().map(|step| step.number);
    let role = run.panes.get(pane).map(|pane| pane.role.clone());
    let question = format!("The compaction in pane {pane} hangs. Try again, or go on without?");
    vec![
        Fact::Settled { effect: *id, outcome: Outcome::Failed { reason }, ran: Vec::new() },
        Fact::GateOpened { gate: advance::gate(run, GateKind::Compaction, role, question, Vec::new(), step) },
    ]
}

fn idle(run: &Run, step: StepNumber, at: Time) -> Option<Fact> {
    let limit = run.config.as_ref()?.bounds.max_idle;
    let open = run.current_step().filter(|open| open.number == step && open.stage == Stage::Working)?;
    if at.run.saturating_sub(open.last_activity) < limit {
        return None;
    }
    let bound = super::Bound::Idle { limit };
    let question = format!(
        "Step {step} shows no sign of life for {}. Wait longer?",
        operator::describe(bound).trim_end_matches(" without a sign of life")
    );
    let gate = advance::gate(
        run,
        GateKind::BoundReached { bound },
        open.role.clone(),
        question,
        Vec::new(),
        Some(step),
    );
    Some(Fact::GateOpened { gate })
}

/// What was asked for before a restart and never settled. The supervisor has looked first where looking helps (a
/// prompt in the session log, a ref in git) and says `Lost` only for what did not happen or can be done again.
fn lost(run: &Run, id: EffectId) -> Vec<Fact> {
    let Some(effect) = run.outbox.get(&id) else { return Vec::new() };
    let outcome = match effect {
        // No child of before lives, so these have come true.
        Effect::Quit { .. } | Effect::Interrupt { .. } => Outcome::Done,
        Effect::Spawn { .. }
        | Effect::Prompt { .. }
        | Effect::AnswerPermission { .. }
        | Effect::Compact { .. }
        | Effect::RunCheck { .. }
        | Effect::Checkpoint { .. }
        | Effect::Timer { .. }
        | Effect::KillAll => Outcome::Canceled,
    };
    let mut facts = vec![Fact::Settled { effect: id, outcome, ran: Vec::new() }];
    if let Effect::AnswerPermission { pane, ask, .. } = effect {
        facts.extend(permission::unanswered(run, pane, ask, "it was lost on its way"));
    }
    facts
}

pub(super) fn next_gate_id(run: &Run) -> GateId {
    GateId(run.gates.iter().map(|gate: &Gate| gate.id.0).max().unwrap_or(0) + 1)
}
