//! Why the run stands where it stands, in words, from the same state that decides.

use super::{
    Activity, Effect, GateKind, PaneState, PhaseKind, ReportKind, Run, RunOutcome, RunPhase, Stage, Time,
    advance, short_count,
};

/// The bound that would stop the run first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestBound {
    /// `round 4/20`, `$3.10/$20.00`, `worker context 98.1k/115k`.
    pub label: String,
    /// Parts per thousand of the bound that are used up.
    pub used: u32,
}

/// One sentence: what the run waits for.
pub fn explain(run: &Run) -> String {
    if run.id.is_none() {
        return "no run yet".to_owned();
    }
    if let Some(outcome) = run.outcome {
        let word = match outcome {
            RunOutcome::Done => "done",
            RunOutcome::Aborted => "aborted",
            RunOutcome::Failed => "failed",
        };
        return format!("{word}: {}", run.end_reason);
    }
    if let Some(ending) = &run.ending {
        return format!("ending its processes: {}", ending.reason);
    }
    if let Some(gate) = run.open_gates().next() {
        return format!("waits for the answer to gate {}: {}", gate.id, gate.question.first_line());
    }
    if let Some(pause) = &run.pause {
        let draining = if run.is_busy() { "; the turn is being finished" } else { "" };
        return format!("paused by {}{draining}", pause.words());
    }
    if let Some(pane) = &run.taken_over {
        return format!("the operator types into {pane}; the loop holds until it is handed back");
    }
    let Some(step) = run.current_step() else { return "between two steps".to_owned() };
    let role = step.role.as_ref().map_or("awtui", |role| role.as_str());
    let state = step.role.as_ref().and_then(|role| run.roles.get(role));
    match step.stage {
        Stage::Preparing if let Some(limit) = state.and_then(|state| state.limited.as_ref()) => {
            format!(
                "step {} waits until the provider of the {role} takes calls again: {}",
                step.number, limit.reason
            )
        }
        Stage::Preparing => advance::awaited(run).map_or_else(
            || format!("step {} is being prepared", step.number),
            |(_, effect)| format!("step {} waits for {}", step.number, name(effect)),
        ),
        Stage::Prompting(_) => format!("step {}: the prompt is on its way to the {role}", step.number),
        Stage::Working => format!("step {}: the {role} works", step.number),
        Stage::TurnOver => format!("step {}: the {role}'s turn is being weighed", step.number),
        Stage::Checking => format!("step {}: checks run", step.number),
        Stage::Held => format!("step {} is held by a gate", step.number),
        Stage::Over => format!("step {} is over", step.number),
    }
}

fn name(effect: &Effect) -> String {
    match effect {
        Effect::Spawn { role, .. } => format!("the {role}'s agent to start"),
        Effect::Prompt { pane, .. } => format!("its prompt to reach {pane}"),
        Effect::AnswerPermission { pane, .. } => format!("the answer to reach {pane}"),
        Effect::Interrupt { pane } => format!("{pane} to stop its turn"),
        Effect::Compact { pane } => format!("{pane} to compact its context"),
        Effect::Quit { pane } => format!("{pane} to leave"),
        Effect::RunCheck { .. } => "a check".to_owned(),
        Effect::Checkpoint { .. } => "a git checkpoint".to_owned(),
        Effect::Timer { .. } => "a timer".to_owned(),
        Effect::KillAll => "its processes to end".to_owned(),
    }
}

/// The nearest of all bounds, or `None` when none is set, none can be measured, or nothing is near at all.
pub fn nearest_bound(run: &Run, now: Time) -> Option<NearestBound> {
    let nearest = bounds(run, now).into_iter().max_by_key(|bound| bound.used);
    // Nothing is near at the very beginning.
    nearest.filter(|bound| bound.used > 0)
}

/// Every bound that is set and can be measured.
pub fn bounds(run: &Run, now: Time) -> Vec<NearestBound> {
    let Some(config) = run.config.as_ref() else { return Vec::new() };
    let mut bounds = Vec::new();
    let rounds = u64::from(config.bounds.max_rounds + run.extended.rounds);
    if config.bounds.max_rounds > 0 {
        bounds.push((u64::from(run.rounds), rounds, format!("round {}/{rounds}", run.rounds)));
    }
    if let Some(most) = run.cost_bound() {
        let spent = run.ledger.total.cost;
        bounds.push((spent.0, most.0, format!("{spent}/{most}")));
    }
    if config.budget.tokens > 0 {
        let (spent, most) = (run.ledger.total.tokens.fresh(), config.budget.tokens + run.extended.tokens);
        bounds.push((spent, most, format!("{spent}/{most} tokens")));
    }
    if config.bounds.max_autonomous > 0 {
        let since = if run.is_busy() { now.run.saturating_sub(run.now.run) } else { 0 };
        let (spent, most) = (run.autonomous + since, config.bounds.max_autonomous);
        bounds.push((spent, most, format!("{}/{} min alone", spent / 60_000, most / 60_000)));
    }
    for (role, state) in &run.roles {
        if let (Some(tokens), Some((most, _))) = (state.context.tokens, run.compact_threshold(role)) {
            // Past it the role is compacted before its next prompt: nothing nearer than that.
            let words = if tokens < most {
                format!("{role} context {}/{}", short_count(tokens), short_count(most))
            } else {
                format!("{role} compacts")
            };
            bounds.push((tokens.min(most), most, words));
        }
    }
    bounds
        .into_iter()
        .filter(|(_, most, _)| *most > 0)
        .map(|(spent, most, label)| NearestBound { label, used: permille(spent, most) })
        .collect()
}

fn permille(part: u64, whole: u64) -> u32 {
    u32::try_from(part.saturating_mul(1000) / whole.max(1)).unwrap_or(u32::MAX)
}

impl RunPhase {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Working => "working",
            Self::Checking => "checking",
            Self::Reviewing => "reviewing",
            Self::Compacting => "compacting",
            Self::WaitingForOperator => "waiting for operator",
            Self::Draining => "draining",
            Self::Paused => "paused",
            Self::TakenOver => "taken over",
            Self::Limited => "limited",
            Self::Ending => "ending",
            Self::Done => "done",
            Self::Aborted => "aborted",
            Self::Failed => "failed",
        }
    }
}

impl Run {
    /// How many there were so far, in words.
    pub fn worker_steps(&self) -> String {
        match self.rounds {
            1 => "1 worker step".to_owned(),
            n => format!("{n} worker steps"),
        }
    }

    /// It is where a run begins, for the first time or again after a rejection.
    fn plans(&self) -> bool {
        self.workflow.as_ref().map(|workflow| &workflow.start) == self.phase.as_ref()
    }

    /// The run in one word, most urgent first.
    pub fn summary_phase(&self) -> RunPhase {
        match self.outcome {
            Some(RunOutcome::Done) => return RunPhase::Done,
            Some(RunOutcome::Aborted) => return RunPhase::Aborted,
            Some(RunOutcome::Failed) => return RunPhase::Failed,
            None => {}
        }
        if self.ending.is_some() {
            return RunPhase::Ending;
        }
        if self.pause.is_some() {
            return if self.is_busy() { RunPhase::Draining } else { RunPhase::Paused };
        }
        if self
            .open_gates()
            .any(|gate| gate.kind.holds_step() || matches!(gate.kind, GateKind::Permission { .. }))
        {
            return RunPhase::WaitingForOperator;
        }
        if self.taken_over.is_some() {
            return RunPhase::TakenOver;
        }
        let role = self.current_step().and_then(|step| step.role.as_ref());
        // One on demand beside another role's turn does not hold that.
        let mut holding = self
            .panes
            .values()
            .filter(|pane| pane.state != PaneState::Gone && role.is_none_or(|role| pane.role == *role));
        if holding.any(|pane| pane.activity == Activity::Compacting) {
            return RunPhase::Compacting;
        }
        if role.and_then(|role| self.roles.get(role)).is_some_and(|role| role.limited.is_some()) {
            return RunPhase::Limited;
        }
        let phase = self.phase.as_ref().and_then(|name| self.workflow.as_ref()?.phase(name));
        match phase.map(|phase| &phase.kind) {
            Some(super::PhaseKind::Agent { report: ReportKind::Result, .. }) => RunPhase::Working,
            Some(super::PhaseKind::Agent { report: ReportKind::Verdict, .. }) if !self.plans() => {
                RunPhase::Reviewing
            }
            Some(PhaseKind::Agent { .. }) | None => RunPhase::Planning,
            Some(PhaseKind::Check) => RunPhase::Checking,
            Some(PhaseKind::Gate { .. }) => RunPhase::WaitingForOperator,
            Some(PhaseKind::End) => RunPhase::Ending,
        }
    }
}
