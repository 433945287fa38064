//! What must be done next, recomputed from the state after every input: it moves the run one step toward where it
//! should be, whatever happened before. Recovery, resume and the ordinary loop are the same path.

use super::{
    Activity, AnswerKind, Author, Bound, CheckpointSide, Effect, EffectId, Fact, Gate, GateKind, GateStatus,
    Outcome, Pane, PaneId, PaneState, PauseMode, PhaseKind, PhaseName, PromptKind, ReportKind, RoleName,
    Route, Run, SessionId, Stage, Step, StepNumber, StepOutcome, Time, TimerDue, TimerKind, compaction,
    decide, evaluate, operator,
};

/// Starts and turns that a process may leave in a row before a person is asked.
const MOST_FAILED_STARTS: u32 = 2;
/// Milliseconds before a provider that does not say how long it refuses is asked again; each time twice as long.
const LIMIT_PAUSE: u64 = 60_000;
/// Identical diffs in a row before a person is asked.
const MOST_SAME_DIFFS: u32 = 3;

/// The next facts that are due, or none when the run waits for the world or for a person.
pub(super) fn advance(run: &Run, at: Time) -> Vec<Fact> {
    if run.id.is_none() || run.is_over() {
        return Vec::new();
    }
    if let Some(facts) = end(run) {
        return facts;
    }
    if let Some(stale) = stale_timer(run) {
        return vec![stale];
    }
    if let Some(answered) = answered_in_pane(run) {
        return vec![answered];
    }
    if let Some(facts) = compaction::on_demand(run, at) {
        return facts;
    }
    if run.pause.is_some() {
        return paused(run);
    }
    if run.taken_over.is_some() || run.open_gates().any(|gate| gate.kind.holds_step()) {
        return Vec::new();
    }
    match (run.current_step(), &run.phase) {
        (Some(step), _) => in_step(run, step, at),
        (None, None) => vec![Fact::PhaseEntered { phase: operator::start(run) }],
        (None, Some(phase)) => enter(run, phase),
    }
}

/// Ending: kill everything, then close what is open. `None` when the run is not ending.
fn end(run: &Run) -> Option<Vec<Fact>> {
    let ending = run.ending.as_ref()?;
    if !ending.killed {
        let asked = run.outbox.values().any(|effect| *effect == Effect::KillAll);
        return Some(if asked { Vec::new() } else { vec![Fact::Requested { effect: Effect::KillAll }] });
    }
    let mut facts: Vec<Fact> = run
        .outbox
        .keys()
        .map(|effect| Fact::Settled { effect: *effect, outcome: Outcome::Canceled, ran: Vec::new() })
        .collect();
    facts.extend(
        run.open_gates()
            .map(|gate| Fact::GateWithdrawn { gate: gate.id, reason: "the run ended".to_owned() }),
    );
    if let Some(step) = run.current_step() {
        facts.push(Fact::StepEnded { step: step.number, outcome: StepOutcome::Aborted });
    }
    facts.push(Fact::RunEnded { outcome: ending.outcome, reason: ending.reason.clone() });
    Some(facts)
}

/// A timer whose subject is gone is taken back, so that the outbox holds only what still matters.
fn stale_timer(run: &Run) -> Option<Fact> {
    let current = run.current_step();
    run.outbox.iter().find_map(|(id, effect)| {
        let Effect::Timer { timer, .. } = effect else { return None };
        let wanted = match timer {
            TimerKind::Idle { step, .. } => {
                current.is_some_and(|open| open.number == *step && open.stage == Stage::Working)
            }
            TimerKind::CompactionWatchdog { pane } => {
                run.panes.get(pane).is_some_and(|pane| compaction::is_going_on(run, pane))
            }
            TimerKind::LimitReset { role } => run.roles.get(role).is_some_and(|role| role.limited.is_some()),
        };
        (!wanted).then_some(Fact::Settled { effect: *id, outcome: Outcome::Canceled, ran: Vec::new() })
    })
}

/// A pane that was taken over to answer its agent there is handed back once nothing is asked any more. Who types on takes
/// it over again.
fn answered_in_pane(run: &Run) -> Option<Fact> {
    let pane = run.taken_over.as_ref().filter(|_| run.taken_over_to_answer)?;
    let asking = run.panes.get(pane).is_some_and(|pane| pane.activity == Activity::Asking);
    (!asking).then(|| Fact::HandedBack { author: Author::awtui() })
}

fn paused(run: &Run) -> Vec<Fact> {
    let Some(pause) = &run.pause else { return Vec::new() };
    let working = run.current_step().filter(|step| step.stage == Stage::Working);
    match pause.mode {
        PauseMode::Drain => Vec::new(),
        PauseMode::Now => {
            let pane = working.and_then(|step| step.role.as_ref()).and_then(|role| run.role_pane(role));
            match pane {
                Some(pane) if !pause.interrupted && pane.state == PaneState::Ready => {
                    vec![Fact::Requested { effect: Effect::Interrupt { pane: pane.id.clone() } }]
                }
                Some(_) | None => Vec::new(),
            }
        }
        PauseMode::Park => {
            let draining = working.is_some()
                || run
                    .outbox
                    .values()
                    .any(|effect| !matches!(effect, Effect::Timer { .. } | Effect::Quit { .. }));
            if draining {
                return Vec::new();
            }
            run.panes
                .values()
                .find(|pane| matches!(pane.state, PaneState::Ready | PaneState::Starting))
                .map(|pane| Fact::Requested { effect: Effect::Quit { pane: pane.id.clone() } })
                .into_iter()
                .collect()
        }
    }
}

/// A phase was entered and has no open step.
fn enter(run: &Run, name: &PhaseName) -> Vec<Fact> {
    let Some(phase) = run.workflow.as_ref().and_then(|workflow| workflow.phase(name)) else {
        let question = format!("The workflow has no phase called \"{name}\". End the run?");
        let gate = gate(run, GateKind::AgentFailed, None, question, Vec::new(), None);
        return vec![Fact::GateOpened { gate }];
    };
    match &phase.kind {
        PhaseKind::Agent { role, report, .. } => {
            if let Some(gate) = bound_before_step(run, *report == ReportKind::Result) {
                return vec![Fact::GateOpened { gate }];
            }
            vec![Fact::StepStarted { step: next_step(run), phase: name.clone(), role: Some(role.clone()) }]
        }
        PhaseKind::Check => {
            let none = run.config.as_ref().is_none_or(|config| config.checks.is_empty());
            if none {
                return leave(run, name, Route::Checked);
            }
            vec![Fact::StepStarted { step: next_step(run), phase: name.clone(), role: None }]
        }
        PhaseKind::Gate { question } => {
            vec![Fact::GateOpened {
                gate: gate(run, GateKind::Workflow, None, question.clone(), Vec::new(), None),
            }]
        }
        // Entering it set the ending.
        PhaseKind::End => Vec::new(),
    }
}

fn next_step(run: &Run) -> StepNumber {
    StepNumber(run.steps.last().map_or(0, |step| step.number.0) + 1)
}

pub(super) fn route(run: &Run, phase: &PhaseName, route: Route) -> Option<PhaseName> {
    run.workflow.as_ref()?.phase(phase)?.on.get(&route).cloned()
}

/// Follows a route out of a phase; without one a person is asked.
pub(super) fn leave(run: &Run, from: &PhaseName, outcome: Route) -> Vec<Fact> {
    if let Some(phase) = route(run, from, outcome) {
        return vec![Fact::PhaseEntered { phase }];
    }
    let question = format!("The workflow says nothing about {outcome:?} after phase \"{from}\". What now?");
    vec![Fact::GateOpened { gate: gate(run, GateKind::Question, None, question, Vec::new(), None) }]
}

fn in_step(run: &Run, step: &Step, at: Time) -> Vec<Fact> {
    match step.stage {
        Stage::Preparing if step.role.is_some() => prepare(run, step, at),
        Stage::Preparing | Stage::Checking => check(run, step),
        Stage::Working => watch(run, step),
        Stage::TurnOver => evaluate::turn_over(run, step),
        // Waits for the world.
        Stage::Prompting(_) | Stage::Over => Vec::new(),
        // Its gate was answered in a way that left the step as it was: go on with it.
        Stage::Held => vec![Fact::TurnPlanned { step: step.number, prompt: step.next_prompt.clone() }],
    }
}

/// Brings an agent step to its prompt: pane, context, checkpoint, prompt, one at a time.
fn prepare(run: &Run, step: &Step, at: Time) -> Vec<Fact> {
    let Some(role) = &step.role else { return Vec::new() };
    if let Some(gate) = bound_before_prompt(run, step) {
        return vec![Fact::GateOpened { gate }];
    }
    let Some(pane) = run.role_pane(role) else { return start_agent(run, step, role) };
    match pane.state {
        PaneState::Gone => start_agent(run, step, role),
        PaneState::Starting | PaneState::Leaving => Vec::new(),
        PaneState::Ready => with_pane(run, step, role, pane, at),
    }
}

fn start_agent(run: &Run, step: &Step, role: &RoleName) -> Vec<Fact> {
    let state = run.roles.get(role).cloned().unwrap_or_default();
    if state.failed_starts > MOST_FAILED_STARTS {
        let why = run.last_trouble.clone().unwrap_or_else(|| "it left without a word".to_owned());
        let question = format!("The {role}'s agent could not be kept running: {why}. Try again?");
        let gate =
            gate(run, GateKind::AgentFailed, Some(role.clone()), question, Vec::new(), Some(step.number));
        return vec![Fact::GateOpened { gate }];
    }
    let mut facts = Vec::new();
    let session = state.session.unwrap_or_else(|| {
        let session = SessionId::numbered(role, state.n_sessions + 1);
        facts.push(Fact::SessionOpened { session: session.clone(), role: role.clone() });
        session
    });
    let pane = PaneId::numbered(role, state.n_panes + 1);
    facts.push(Fact::Requested { effect: Effect::Spawn { pane, session, role: role.clone() } });
    facts
}

fn with_pane(run: &Run, step: &Step, role: &RoleName, pane: &Pane, at: Time) -> Vec<Fact> {
    let state = run.roles.get(role).cloned().unwrap_or_default();
    if let Some(limit) = &state.limited {
        let timer = TimerKind::LimitReset { role: role.clone() };
        let due = match limit.until {
            Some(until) => TimerDue::Wall(until),
            None => {
                let doublings = state.limited_turns.clamp(1, evaluate::MOST_LIMITED_TURNS) - 1;
                TimerDue::Run(at.run + (LIMIT_PAUSE << doublings))
            }
        };
        return once(run, timer, due);
    }
    match pane.activity {
        // Something is going on in the pane; its end brings the run back here.
        Activity::Working | Activity::Compacting | Activity::Asking | Activity::Gone => return Vec::new(),
        Activity::Unknown | Activity::Idle | Activity::Limited => {}
    }
    if compaction::is_going_on(run, pane) {
        return compaction::watched(run, pane, at);
    }
    if let Some(facts) = compaction::at_the_gate(run, step, role, pane) {
        return facts;
    }
    let is_worker = run.awaits(step, ReportKind::Result);
    if is_worker && !step.evidence.before_settled {
        let effect = Effect::Checkpoint { step: step.number, side: CheckpointSide::Before };
        return if has(run, |open| *open == effect) { Vec::new() } else { vec![Fact::Requested { effect }] };
    }
    let effect =
        Effect::Prompt { pane: pane.id.clone(), step: step.number, prompt: step.next_prompt.clone() };
    vec![Fact::Requested { effect }]
}

/// While a turn runs: its process must live, and an idle timer watches it.
fn watch(run: &Run, step: &Step) -> Vec<Fact> {
    let Some(pane) = step.role.as_ref().and_then(|role| run.role_pane(role)) else { return Vec::new() };
    if pane.state == PaneState::Gone {
        // The session is resumed in a new process; too many of these in a row end in a gate.
        return vec![Fact::TurnPlanned { step: step.number, prompt: PromptKind::Resume }];
    }
    if pane.activity == Activity::Working
        && let Some(bound @ (Bound::Cost { .. } | Bound::Tokens { .. })) = spending_bound(run)
    {
        // A turn may spend without end. Once the operator grants more, it goes on where it was.
        return vec![
            Fact::TurnPlanned { step: step.number, prompt: PromptKind::Resume },
            Fact::Requested { effect: Effect::Interrupt { pane: pane.id.clone() } },
            Fact::GateOpened { gate: bound_gate(run, bound, Some(step.number)) },
        ];
    }
    let limit = run.config.as_ref().map_or(0, |config| config.bounds.max_idle);
    if limit == 0 || run.open_gates().any(|gate| gate.step == Some(step.number)) {
        return Vec::new();
    }
    let timer = TimerKind::Idle { pane: pane.id.clone(), step: step.number };
    once(run, timer, TimerDue::Run(step.last_activity + limit))
}

fn check(run: &Run, step: &Step) -> Vec<Fact> {
    if has(run, |effect| matches!(effect, Effect::RunCheck { .. })) {
        return Vec::new();
    }
    let n_checks = run.config.as_ref().map_or(0, |config| config.checks.len());
    let done = step.evidence.checks.len();
    if done < n_checks {
        return vec![Fact::Requested { effect: Effect::RunCheck { step: step.number, check: done } }];
    }
    let mut facts = vec![Fact::StepEnded { step: step.number, outcome: StepOutcome::Completed }];
    facts.extend(
        evaluate::failing_check(run, step).unwrap_or_else(|| leave(run, &step.phase, Route::Checked)),
    );
    facts
}

/// Bounds that are looked at before a step of an agent begins.
fn bound_before_step(run: &Run, is_worker: bool) -> Option<Gate> {
    let config = run.config.as_ref()?;
    let limit = config.bounds.max_rounds;
    if is_worker && limit > 0 && run.rounds >= limit + run.extended.rounds {
        return Some(bound_gate(run, Bound::Rounds { limit }, None));
    }
    if is_worker && run.same_diffs + 1 >= MOST_SAME_DIFFS {
        return Some(bound_gate(run, Bound::NoProgress { times: MOST_SAME_DIFFS }, None));
    }
    spending_bound(run).map(|bound| bound_gate(run, bound, None))
}

fn bound_before_prompt(run: &Run, step: &Step) -> Option<Gate> {
    spending_bound(run).map(|bound| bound_gate(run, bound, Some(step.number)))
}

fn spending_bound(run: &Run) -> Option<Bound> {
    let config = run.config.as_ref()?;
    let budget = &config.budget;
    if run.cost_bound().is_some_and(|bound| run.ledger.total.cost >= bound) {
        return Some(Bound::Cost { limit: budget.cost });
    }
    if budget.tokens > 0 && run.ledger.total.tokens.fresh() >= budget.tokens + run.extended.tokens {
        return Some(Bound::Tokens { limit: budget.tokens });
    }
    let limit = config.bounds.max_autonomous;
    (limit > 0 && run.autonomous >= limit).then_some(Bound::Autonomy { limit })
}

fn bound_gate(run: &Run, bound: Bound, step: Option<StepNumber>) -> Gate {
    let extended = &run.extended;
    // What holds now, with what was granted before.
    let reached = match bound {
        Bound::Rounds { limit } => Bound::Rounds { limit: limit + extended.rounds },
        Bound::Cost { limit } => Bound::Cost { limit: limit + extended.cost },
        Bound::Tokens { limit } => Bound::Tokens { limit: limit + extended.tokens },
        Bound::Autonomy { .. } | Bound::Idle { .. } | Bound::NoProgress { .. } => bound,
    };
    let more = if reached == bound {
        "as much again".to_owned()
    } else {
        format!("{} more", operator::describe(bound))
    };
    let question = format!("The run reached its bound of {}. Grant {more}?", operator::describe(reached));
    let total = &run.ledger.total;
    let evidence = vec![
        format!("{}, {} by then", run.worker_steps(), total.spent()),
        format!("{} fresh and {} cached tokens", total.tokens.fresh(), total.tokens.cache_read),
    ];
    gate(run, GateKind::BoundReached { bound }, None, question, evidence, step)
}

/// A gate with the answers that make sense for its kind, the safe one first.
pub(super) fn gate(
    run: &Run,
    kind: GateKind,
    asked_by: Option<RoleName>,
    question: String,
    evidence: Vec<String>,
    step: Option<StepNumber>,
) -> Gate {
    use AnswerKind::{Abort, Answer, Approve, Reject, Retry};
    let answers = match &kind {
        GateKind::Question => vec![Answer, Approve, Abort],
        GateKind::Asked { .. } => vec![Answer, Reject, Approve, Abort],
        GateKind::DoneConfirmation => vec![Reject, Approve, Answer, Abort],
        GateKind::IncompleteReport if asked_by.as_ref().is_some_and(|role| is_result_role(run, role)) => {
            vec![Retry, Answer, Approve, Abort]
        }
        GateKind::IncompleteReport => vec![Retry, Answer, Abort],
        GateKind::BoundReached { .. } | GateKind::CheckFailing { .. } => vec![Approve, Abort],
        GateKind::AgentFailed | GateKind::Interrupted => vec![Retry, Answer, Abort],
        GateKind::InDoubt => vec![Retry, Approve, Abort],
        GateKind::Compaction => vec![Approve, Abort],
        GateKind::Permission { .. } | GateKind::Workflow => vec![Reject, Approve, Abort],
    };
    Gate {
        id: decide::next_gate_id(run),
        kind,
        asked_by,
        question: question.into(),
        evidence,
        answers,
        step,
        opened: run.now,
        status: GateStatus::Open,
    }
}

fn is_result_role(run: &Run, role: &RoleName) -> bool {
    run.workflow.as_ref().is_some_and(|workflow| {
        workflow.phases.values().any(|phase| {
            matches!(&phase.kind, PhaseKind::Agent { role: one, report: ReportKind::Result, .. } if one == role)
        })
    })
}

/// The operator lets an incomplete report pass to the reviewer.
pub(super) fn pass_on_incomplete(run: &Run) -> Vec<Fact> {
    let Some(step) = run.current_step() else { return Vec::new() };
    let mut facts = vec![Fact::StepEnded { step: step.number, outcome: StepOutcome::Incomplete }];
    facts.extend(leave(run, &step.phase, Route::Reported));
    facts
}

/// Asks for a timer unless one for the same thing runs.
pub(super) fn once(run: &Run, timer: TimerKind, due: TimerDue) -> Vec<Fact> {
    if has(run, |effect| matches!(effect, Effect::Timer { timer: open, .. } if *open == timer)) {
        return Vec::new();
    }
    vec![Fact::Requested { effect: Effect::Timer { timer, due } }]
}

pub(super) fn has(run: &Run, matches: impl Fn(&Effect) -> bool) -> bool {
    run.outbox.values().any(matches)
}

/// Used by tests and `explain`: which open effect a step waits for. What is done in another role's pane it does not.
pub(super) fn awaited(run: &Run) -> Option<(EffectId, &Effect)> {
    let role = run.current_step().and_then(|step| step.role.as_ref());
    let pane = role.and_then(|role| run.role_pane(role)).map(|pane| &pane.id);
    let elsewhere = |effect: &Effect| matches!(effect, Effect::Compact { pane: one } if Some(one) != pane);
    run.outbox
        .iter()
        .find(|(_, effect)| !matches!(effect, Effect::Timer { .. }) && !elsewhere(effect))
        .map(|(id, effect)| (*id, effect))
}

/// The analyst's ABORT ends the run without asking: nothing is destroyed by stopping.
pub(super) fn analyst_abort(reason: &str) -> Fact {
    Fact::AbortAsked { reason: format!("the analyst's verdict: {reason}"), author: Author::awtui() }
}
