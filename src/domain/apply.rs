//! Folding a record into the state: total, cannot fail, the same function live and in replay.

use super::{
    Activity, CheckpointSide, Effect, EffectId, Ending, Fact, GateKind, GateStatus, Pane, PaneState, Pause,
    PhaseKind, PromptKind, Record, ReportKind, RoleConfig, RoleState, Run, RunOutcome, Session, Source,
    Stage, Step, StepOutcome, WorkerReport, apply_observation, apply_settled, spans,
};

/// Folds one record into the state.
#[expect(clippy::too_many_lines, reason = "one arm a fact")]
pub fn apply(run: &mut Run, record: &Record) {
    let passed = record.at.run.saturating_sub(run.now.run);
    if run.is_busy() {
        run.autonomous += passed;
    }
    spans::pass(run, passed);
    run.seq = record.seq;
    run.now = record.at;
    match &record.fact {
        Fact::RunCreated { run: id, task, directory, workflow, config, author: _ } => {
            run.id = Some(id.clone());
            run.task = task.clone();
            run.directory.clone_from(directory);
            run.created = record.at;
            run.workflow = Some(workflow.clone());
            let state = |role: &RoleConfig| RoleState { unguarded: role.unguarded(), ..RoleState::default() };
            run.roles = config.roles.iter().map(|(name, role)| (name.clone(), state(role))).collect();
            run.config = Some(config.clone());
        }
        Fact::Recovered => recovered(run),
        Fact::PhaseEntered { phase } => {
            run.phase = Some(phase.clone());
            let kind =
                run.workflow.as_ref().and_then(|workflow| workflow.phase(phase)).map(|phase| &phase.kind);
            if matches!(kind, Some(PhaseKind::End)) {
                run.ending.get_or_insert(Ending {
                    outcome: RunOutcome::Done,
                    reason: "the workflow reached its end".to_owned(),
                    killed: false,
                });
            }
        }
        Fact::StepStarted { step, phase, role } => {
            let started = new_step(run, *step, phase, role.as_ref());
            run.steps.push(started);
        }
        Fact::StepEnded { step, outcome } => step_ended(run, *step, *outcome),
        Fact::TurnPlanned { step, prompt } => {
            if let Some(step) = run.step_mut(*step) {
                step.next_prompt = prompt.clone();
                step.stage = Stage::Preparing;
                step.interrupted_by_us = false;
                match prompt {
                    PromptKind::Continue { .. } => step.continuations += 1,
                    PromptKind::Remind => step.reminded = true,
                    PromptKind::Phase { .. } | PromptKind::Resume | PromptKind::Say { .. } => {}
                }
            }
        }
        Fact::InstructionIssued { step, instruction } => {
            run.instruction = Some(instruction.clone());
            if let Some(step) = run.step_mut(*step) {
                step.instruction = Some(instruction.clone());
            }
        }
        Fact::Requested { effect } => requested(run, EffectId(record.seq), effect),
        Fact::Settled { effect, outcome, ran: _ } => apply_settled::settled(run, *effect, outcome),
        Fact::SessionOpened { session, role } => {
            if let Some(pane) = run.roles.get(role).and_then(|state| state.pane.clone()) {
                let step = run.current_step().filter(|step| step.role.as_ref() == Some(role));
                let step = step.map(|step| step.number);
                apply_observation::compaction_started(run, &pane, step, false, None);
            }
            let state = run.roles.entry(role.clone()).or_default();
            let opened = Session {
                id: session.clone(),
                role: role.clone(),
                agent_session: None,
                log: None,
                takes_over: state.session.clone(),
                prompts: 0,
                sums: None,
            };
            run.sessions.insert(session.clone(), opened);
            // What it holds is not known before it says so.
            state.context.tokens = None;
            state.nothing_to_compact_at = None;
            state.compaction_asked = false;
            state.session = Some(session.clone());
            state.n_sessions += 1;
        }
        Fact::Observed { pane, step, source, observation } => {
            apply_observation::observed(run, pane, *step, *source, observation);
        }
        Fact::WorkerReported { step, key, report } => {
            if let Some(step) = run.step_mut(*step) {
                step.report_keys.push(key.clone());
                match &mut step.worker_report {
                    Some(before) => merge(before, report),
                    None => step.worker_report = Some(report.clone()),
                }
            }
        }
        Fact::VerdictReported { step, key, report } => {
            for line in &report.memory {
                if !run.memory.contains(line) {
                    run.memory.push(line.clone());
                }
            }
            if let Some(step) = run.step_mut(*step) {
                step.report_keys.push(key.clone());
                step.verdict = Some(report.clone());
            }
        }
        Fact::ReportRefused { reason, .. } => run.last_trouble = Some(reason.clone()),
        Fact::GateOpened { gate } => {
            if gate.kind.stops_step()
                && let Some(step) = gate.step.and_then(|step| run.step_mut(step))
                && !step.is_over()
            {
                step.stage = Stage::Held;
            }
            run.gates.push(gate.clone());
        }
        Fact::GateAnswered { gate, answer, author } => {
            run.autonomous = 0;
            let status =
                GateStatus::Answered { answer: answer.clone(), author: author.clone(), at: record.at };
            if let Some(gate) = run.gates.iter_mut().find(|one| one.id == *gate) {
                gate.status = status;
                // A person looked at it: the count of failures begins again, and nothing is waited for.
                if let (GateKind::AgentFailed, Some(role)) = (&gate.kind, gate.asked_by.clone()) {
                    apply_settled::limit_over(run, &role);
                    if let Some(state) = run.roles.get_mut(&role) {
                        (state.failed_starts, state.limited_turns) = (0, 0);
                    }
                }
            }
        }
        Fact::GateWithdrawn { gate, reason } => {
            if let Some(gate) = run.gates.iter_mut().find(|one| one.id == *gate) {
                gate.status = GateStatus::Withdrawn { reason: reason.clone(), at: record.at };
            }
        }
        Fact::BoundExtended { bound, gate: _ } => extended(run, *bound),
        Fact::Paused { mode, reason, author } => {
            run.autonomous = 0;
            run.pause = Some(Pause {
                mode: *mode,
                reason: reason.clone(),
                author: author.clone(),
                at: record.at,
                interrupted: false,
            });
        }
        Fact::Resumed { .. } => {
            run.autonomous = 0;
            run.pause = None;
        }
        Fact::TakenOver { pane, .. } => {
            let asking = |pane: &Pane| pane.activity == Activity::Asking;
            run.taken_over_to_answer = run.panes.get(pane).is_some_and(asking);
            run.taken_over = Some(pane.clone());
        }
        Fact::HandedBack { .. } => {
            run.autonomous = 0;
            run.taken_over = None;
        }
        Fact::AbortAsked { reason, author: _ } => {
            run.ending = Some(Ending { outcome: RunOutcome::Aborted, reason: reason.clone(), killed: false });
        }
        Fact::Noted { text, .. } => {
            run.autonomous = 0;
            run.notes.push((record.at, text.clone()));
        }
        Fact::Said { role, text, .. } => {
            run.autonomous = 0;
            run.unsaid.entry(role.clone()).or_default().push(text.clone());
        }
        Fact::CompactionAsked { role, .. } => {
            run.autonomous = 0;
            if let Some(state) = run.roles.get_mut(role) {
                state.compaction_asked = true;
                // Who asks for one has seen how the last ones went.
                state.compactions_without_progress = 0;
            }
        }
        Fact::PaneResized { pane, cols, rows } => {
            if let Some(pane) = run.panes.get_mut(pane) {
                (pane.cols, pane.rows) = (*cols, *rows);
            }
        }
        Fact::RunEnded { outcome, reason } => {
            run.outcome = Some(*outcome);
            run.end_reason.clone_from(reason);
            run.ended = Some(record.at);
        }
    }
}

fn new_step(
    run: &mut Run,
    number: super::StepNumber,
    phase: &super::PhaseName,
    role: Option<&super::RoleName>,
) -> Step {
    let kind =
        run.workflow.as_ref().and_then(|workflow| workflow.phase(phase)).map(|phase| phase.kind.clone());
    let (template, is_result) = match kind {
        Some(PhaseKind::Agent { prompt, report, .. }) => (prompt, report == ReportKind::Result),
        Some(PhaseKind::Check | PhaseKind::Gate { .. } | PhaseKind::End) | None => (String::new(), false),
    };
    if is_result {
        run.rounds += 1;
    }
    let state = role.and_then(|role| run.roles.get(role));
    let config = role.and_then(|role| run.role_config(role));
    Step {
        number,
        phase: phase.clone(),
        role: role.cloned(),
        model: state
            .and_then(|state| state.model_seen.clone())
            .or_else(|| config.and_then(|config| config.model.clone())),
        thinking: state
            .and_then(|state| state.thinking_seen.clone())
            .or_else(|| config.and_then(|config| config.thinking).map(|level| level.as_str().to_owned())),
        started: run.now,
        ended: None,
        stage: Stage::Preparing,
        next_prompt: PromptKind::Phase { template },
        outcome: None,
        instruction: if is_result { run.instruction.clone() } else { None },
        turns: 0,
        continuations: 0,
        reminded: false,
        worker_report: None,
        incomplete: false,
        verdict: None,
        last_message: super::Text::default(),
        prompt: super::Text::default(),
        last_end: None,
        interrupted_by_us: false,
        evidence: super::Evidence::default(),
        report_keys: Vec::new(),
        progress: None,
        last_activity: run.now.run,
    }
}

fn step_ended(run: &mut Run, number: super::StepNumber, outcome: StepOutcome) {
    let now = run.now;
    let Some(step) = run.step_mut(number) else { return };
    step.stage = Stage::Over;
    step.ended = Some(now);
    step.outcome = Some(outcome);
    step.incomplete = outcome == StepOutcome::Incomplete;
    let (role, wall) = (step.role.clone(), step.wall(now.run));
    let (checks, diff) = (step.evidence.checks.clone(), step.evidence.diff.clone());
    for (name, result) in &checks {
        let failures = run.failing_checks.entry(name.clone()).or_default();
        *failures = if result.passed() { 0 } else { *failures + 1 };
    }
    let Some(role) = role else { return };
    if let Some(diff) = diff {
        let before = run
            .steps
            .iter()
            .rev()
            .filter(|step| step.number != number)
            .find_map(|step| step.evidence.diff.as_ref());
        run.same_diffs = if before == Some(&diff) { run.same_diffs + 1 } else { 0 };
    }
    let context = run.roles.get(&role).map(|state| state.context).unwrap_or_default();
    let usage = run.ledger.steps.entry(number).or_default();
    usage.context_tokens = context.tokens;
    usage.context_window = context.size();
    let totals = run.ledger.roles.entry(role.clone()).or_default();
    totals.wall_ms += wall;
    totals.steps += 1;
    if let Some(state) = run.roles.get_mut(&role)
        && matches!(outcome, StepOutcome::Completed | StepOutcome::Incomplete)
    {
        state.compactions_without_progress = 0;
        state.failed_starts = 0;
        run.ledger.ended(&role, number);
    }
}

fn requested(run: &mut Run, id: EffectId, effect: &Effect) {
    let now = run.now;
    match effect {
        Effect::Spawn { pane, session, role } => {
            let state = run.roles.entry(role.clone()).or_default();
            state.pane = Some(pane.clone());
            state.n_panes += 1;
            run.panes.insert(
                pane.clone(),
                Pane {
                    id: pane.clone(),
                    role: role.clone(),
                    session: session.clone(),
                    state: PaneState::Starting,
                    activity: Activity::Unknown,
                    source: Source::Process,
                    since: now,
                    cols: 0,
                    rows: 0,
                    exit: None,
                    tools: Vec::new(),
                    tools_since: None,
                    heard: std::collections::BTreeMap::new(),
                },
            );
        }
        Effect::Prompt { step, .. } => {
            if let Some(step) = run.step_mut(*step)
                && step.stage != Stage::Working
            {
                step.stage = Stage::Prompting(id);
            }
        }
        Effect::Interrupt { .. } => {
            if let Some(pause) = &mut run.pause {
                pause.interrupted = true;
            }
            if let Some(step) = run.current_step_mut() {
                step.interrupted_by_us = true;
            }
        }
        Effect::Compact { pane } => {
            // Of the step that waits for it; one on demand runs beside another role's step.
            let role = run.panes.get(pane).map(|pane| &pane.role);
            let step = run.current_step().filter(|step| step.role.as_ref() == role).map(|step| step.number);
            apply_observation::compaction_started(run, pane, step, false, None);
        }
        Effect::Quit { pane } => {
            if let Some(pane) = run.panes.get_mut(pane) {
                pane.state = PaneState::Leaving;
            }
        }
        Effect::RunCheck { step, .. } => {
            if let Some(step) = run.step_mut(*step) {
                step.stage = Stage::Checking;
            }
        }
        Effect::Checkpoint { step: _, side: CheckpointSide::Before | CheckpointSide::After }
        | Effect::AnswerPermission { .. }
        | Effect::Timer { .. }
        | Effect::KillAll => {}
    }
    run.outbox.insert(id, effect.clone());
}

/// Every child of before is gone; what it was doing is not known to have ended.
fn recovered(run: &mut Run) {
    for pane in run.panes.values_mut() {
        pane.state = PaneState::Gone;
        pane.activity = Activity::Gone;
        pane.source = Source::Process;
        pane.since = run.now;
        pane.tools.clear();
        pane.tools_since = None;
    }
    run.taken_over = None;
}

/// A continuation fills what was missing and corrects what it says again.
fn merge(before: &mut WorkerReport, after: &WorkerReport) {
    if after.instruction_id.is_some() {
        before.instruction_id.clone_from(&after.instruction_id);
    }
    if after.status.is_some() {
        before.status = after.status;
    }
    for (old, (_, new)) in before.sections.texts_mut().into_iter().zip(after.sections.named()) {
        if !new.is_empty() {
            old.clone_from(new);
        }
    }
}

fn extended(run: &mut Run, bound: super::Bound) {
    match bound {
        super::Bound::Rounds { limit } => run.extended.rounds += limit,
        super::Bound::Cost { limit } => run.extended.cost += limit,
        super::Bound::Tokens { limit } => run.extended.tokens += limit,
        super::Bound::NoProgress { .. } => run.same_diffs = 0,
        // Answering the gate restarted the clock that these two watch.
        super::Bound::Autonomy { .. } | super::Bound::Idle { .. } => {}
    }
    let now = run.now.run;
    if let Some(step) = run.current_step_mut() {
        step.last_activity = now;
        if step.stage == Stage::Held {
            step.stage = Stage::Preparing;
        }
    }
}

impl Run {
    pub(super) fn step_mut(&mut self, number: super::StepNumber) -> Option<&mut Step> {
        self.steps.iter_mut().find(|step| step.number == number)
    }

    /// Whether an agent, a check or a compaction is at work now.
    pub fn is_busy(&self) -> bool {
        self.panes.values().any(|pane| matches!(pane.activity, Activity::Working | Activity::Compacting))
            || self.outbox.values().any(|effect| matches!(effect, Effect::RunCheck { .. }))
            || self.current_step().is_some_and(|step| step.stage == Stage::Working)
    }
}
