//! Where time goes: every moment of a run belongs to one of six kinds, by what the state says of it. Nothing is measured
//! by the agents here; each span between two records is what the run was doing when the first of them was folded.

use super::{Activity, Compaction, CompactionResult, GateKind, Millis, RoleName, Run, Stage, StepNumber};
use serde::Serialize;
use std::ops::AddAssign;

/// Run milliseconds by kind. They add up to the time that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Spans {
    /// The agent works and no tool runs: its model answers, or it waits for its provider without saying so.
    pub model: Millis,
    /// At least one tool of the agent runs.
    pub tools: Millis,
    pub compaction: Millis,
    /// A gate, a pause or a take-over: a person is waited for.
    pub person: Millis,
    /// A provider's limit.
    pub limit: Millis,
    /// awtui's own work: starting agents, checkpoints, checks, ending.
    pub own: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Model,
    Tools,
    Compaction,
    Person,
    Limit,
    Own,
}

impl Spans {
    fn add(&mut self, kind: Kind, time: Millis) {
        let sum = match kind {
            Kind::Model => &mut self.model,
            Kind::Tools => &mut self.tools,
            Kind::Compaction => &mut self.compaction,
            Kind::Person => &mut self.person,
            Kind::Limit => &mut self.limit,
            Kind::Own => &mut self.own,
        };
        *sum += time;
    }

    pub fn total(&self) -> Millis {
        self.model + self.tools + self.compaction + self.person + self.limit + self.own
    }

    /// For a person or a provider.
    pub fn waiting(&self) -> Millis {
        self.person + self.limit
    }
}

impl AddAssign for Spans {
    fn add_assign(&mut self, other: Self) {
        self.model += other.model;
        self.tools += other.tools;
        self.compaction += other.compaction;
        self.person += other.person;
        self.limit += other.limit;
        self.own += other.own;
    }
}

/// What the run does now; what is most particular goes first.
fn kind(run: &Run) -> Kind {
    if run.ending.is_some() {
        return Kind::Own;
    }
    let step = run.current_step();
    let role = step.and_then(|step| step.role.as_ref());
    // One beside the turn of another role, or at a gate, takes none of the time of those.
    let compacting = |role: &RoleName| {
        let running = |one: &Compaction| one.role == *role && one.result == CompactionResult::Running;
        run.ledger.compactions.iter().rev().any(running)
    };
    if role.is_some_and(compacting) {
        return Kind::Compaction;
    }
    let asked = |role: &RoleName| {
        run.open_gates().any(|gate| {
            matches!(gate.kind, GateKind::Permission { .. }) && gate.asked_by.as_ref() == Some(role)
        })
    };
    if run.taken_over.is_some() || role.is_some_and(asked) {
        return Kind::Person;
    }
    let stage = step.map(|step| step.stage);
    if stage != Some(Stage::Working) && run.open_gates().any(|gate| gate.kind.holds_step()) {
        return Kind::Person;
    }
    if run.pause.is_some() && !run.is_busy() {
        return Kind::Person;
    }
    let pane = role.and_then(|role| run.role_pane(role));
    // An agent that works again has sat the limit out.
    let works = pane.is_some_and(|pane| pane.activity == Activity::Working);
    if !works && role.and_then(|role| run.roles.get(role)).is_some_and(|state| state.limited.is_some()) {
        return Kind::Limit;
    }
    match stage {
        Some(Stage::Working) if pane.is_some_and(|pane| !pane.tools.is_empty()) => Kind::Tools,
        Some(Stage::Working) if pane.is_some_and(|pane| pane.activity == Activity::Asking) => Kind::Person,
        Some(Stage::Working) => Kind::Model,
        Some(Stage::Held) => Kind::Person,
        Some(Stage::Preparing | Stage::Prompting(_) | Stage::TurnOver | Stage::Checking | Stage::Over)
        | None => Kind::Own,
    }
}

/// Puts the time since the last record where it belongs. Before the record is folded: the state is that of the time.
pub(super) fn pass(run: &mut Run, time: Millis) {
    if time == 0 || run.id.is_none() || run.is_over() {
        return;
    }
    let kind = kind(run);
    let step = run.current_step().map(|step| (step.number, step.role.clone()));
    run.ledger.spans.add(kind, time);
    if let Some((number, role)) = step {
        run.ledger.steps.entry(number).or_default().spans.add(kind, time);
        if let Some(role) = role {
            run.ledger.roles.entry(role).or_default().spans.add(kind, time);
        }
    }
}

impl Run {
    /// What passed since the last record.
    fn open_span(&self, now: Millis) -> Spans {
        let mut open = Spans::default();
        if self.id.is_some() && !self.is_over() {
            open.add(kind(self), now.saturating_sub(self.now.run));
        }
        open
    }

    /// Where the time of the run went, up to `now` of its clock.
    pub fn spans(&self, now: Millis) -> Spans {
        let mut spans = self.ledger.spans;
        spans += self.open_span(now);
        spans
    }

    /// The same of the steps of a role.
    pub fn spans_of_role(&self, role: &RoleName, now: Millis) -> Spans {
        let mut spans = self.ledger.roles.get(role).map(|totals| totals.spans).unwrap_or_default();
        if self.current_step().is_some_and(|step| step.role.as_ref() == Some(role)) {
            spans += self.open_span(now);
        }
        spans
    }

    /// The same of one step.
    pub fn spans_of_step(&self, step: StepNumber, now: Millis) -> Spans {
        let mut spans = self.ledger.steps.get(&step).map(|usage| usage.spans).unwrap_or_default();
        if self.current_step().is_some_and(|open| open.number == step) {
            spans += self.open_span(now);
        }
        spans
    }
}
