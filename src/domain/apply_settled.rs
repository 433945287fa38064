//! What the end of an effect changes.

use super::{
    Activity, CheckpointSide, CompactOutcome, CompactionResult, Effect, EffectId, GateKind, Outcome, PaneId,
    PaneState, PromptKind, RoleName, Run, Source, Stage, StepNumber, compaction,
};

pub(super) fn settled(run: &mut Run, id: EffectId, outcome: &Outcome) {
    let Some(effect) = run.outbox.remove(&id) else { return };
    if let Outcome::Failed { reason } | Outcome::Unconfirmed { reason } = outcome {
        run.last_trouble = Some(reason.clone());
    }
    match effect {
        Effect::Spawn { pane, role, .. } => spawn_settled(run, &pane, &role, outcome),
        Effect::Prompt { pane, step, prompt } => prompt_settled(run, id, &pane, step, &prompt, outcome),
        Effect::Compact { pane } => compact_settled(run, &pane, outcome),
        Effect::Quit { pane } => gone(run, &pane),
        Effect::RunCheck { step, check } => {
            let name = run
                .config
                .as_ref()
                .and_then(|config| config.checks.get(check))
                .map(|check| check.name.clone());
            if let (Outcome::Checked { result }, Some(name), Some(step)) = (outcome, name, run.step_mut(step))
            {
                step.evidence.checks.push((name, result.clone()));
            }
        }
        Effect::Checkpoint { step, side } => checkpoint_settled(run, step, side, outcome),
        // Broken off by a crash: it is asked for again.
        Effect::KillAll if *outcome == Outcome::Canceled => {}
        Effect::KillAll => {
            let panes: Vec<PaneId> = run.panes.keys().cloned().collect();
            for pane in panes {
                gone(run, &pane);
            }
            if let Some(ending) = &mut run.ending {
                ending.killed = true;
            }
        }
        Effect::Timer { timer: super::TimerKind::LimitReset { role }, .. } => {
            limit_over(run, &role);
        }
        Effect::AnswerPermission { pane, .. } => {
            let role = run.panes.get(&pane).map(|pane| pane.role.clone());
            let asks = run
                .open_gates()
                .any(|gate| matches!(gate.kind, GateKind::Permission { .. }) && gate.asked_by == role);
            // One that was not reached, or that has more questions, still asks.
            if let Some(pane) = run.panes.get_mut(&pane).filter(|_| *outcome == Outcome::Done && !asks)
                && pane.activity == Activity::Asking
            {
                pane.activity = Activity::Working;
                pane.since = run.now;
            }
        }
        Effect::Timer { .. } | Effect::Interrupt { .. } => {}
    }
}

pub(super) fn limit_over(run: &mut Run, role: &RoleName) {
    let now = run.now;
    let Some(state) = run.roles.get_mut(role) else { return };
    state.limited = None;
    let pane = state.pane.as_ref().and_then(|pane| run.panes.get_mut(pane));
    if let Some(pane) = pane.filter(|pane| pane.activity == Activity::Limited) {
        pane.activity = Activity::Idle;
        pane.since = now;
    }
}

fn spawn_settled(run: &mut Run, pane: &PaneId, role: &RoleName, outcome: &Outcome) {
    let now = run.now;
    let Some(state) = run.panes.get_mut(pane) else { return };
    if *outcome == Outcome::Started {
        let session = state.session.clone();
        if state.state == PaneState::Starting {
            state.state = PaneState::Ready;
        }
        if state.activity == Activity::Unknown {
            state.activity = Activity::Idle;
            state.since = now;
        }
        if run.sessions.get(&session).is_some_and(|session| session.takes_over.is_some()) {
            // The hand-over is done: a fresh session stands where a full one was.
            close_compaction(run, role, &CompactionResult::Completed, None, None);
        }
    } else {
        gone(run, pane);
        if matches!(outcome, Outcome::Failed { .. })
            && let Some(role) = run.roles.get_mut(role)
        {
            role.failed_starts += 1;
        }
    }
}

fn prompt_settled(
    run: &mut Run,
    id: EffectId,
    pane: &PaneId,
    step: StepNumber,
    prompt: &PromptKind,
    outcome: &Outcome,
) {
    let now = run.now;
    let Some(step) = run.step_mut(step) else { return };
    let role = step.role.clone();
    let awaited = step.stage == Stage::Prompting(id);
    if let Outcome::Delivered { text, .. } = outcome {
        step.last_activity = now.run;
        if awaited {
            step.stage = Stage::Working;
            step.turns += 1;
            step.last_end = None;
            if step.prompt.is_empty() {
                step.prompt = text.clone();
            }
        }
        let session = run.panes.get(pane).map(|pane| pane.session.clone());
        if let Some(session) = session.and_then(|session| run.sessions.get_mut(&session)) {
            session.prompts += 1;
        }
        if let Some(pane) = run.panes.get_mut(pane)
            && pane.activity != Activity::Working
        {
            pane.activity = Activity::Working;
            pane.since = now;
        }
        if let Some(role) = role {
            match prompt {
                PromptKind::Phase { .. } => {
                    run.unsaid.remove(&role);
                }
                PromptKind::Say { text } => {
                    if let Some(waiting) = run.unsaid.get_mut(&role) {
                        waiting.retain(|one| one != text);
                    }
                }
                PromptKind::Continue { .. } | PromptKind::Remind | PromptKind::Resume => {}
            }
        }
    } else if awaited {
        step.stage = Stage::Preparing;
    }
}

fn compact_settled(run: &mut Run, pane: &PaneId, outcome: &Outcome) {
    let now = run.now;
    let Some(state) = run.panes.get_mut(pane) else { return };
    let role = state.role.clone();
    if state.activity == Activity::Compacting {
        state.activity = Activity::Idle;
        state.since = now;
    }
    let unable = matches!(outcome, Outcome::Compacted { result: CompactOutcome::Unable { .. } });
    if let Some(role) = run.roles.get_mut(&role).filter(|_| unable) {
        role.cannot_compact = true;
    }
    let (result, before, after) = compaction::result(outcome);
    close_compaction(run, &role, &result, before, after);
    if let Some(role) = run.roles.get_mut(&role)
        && !role.cannot_compact
    {
        // Where the agent cannot, a fresh session takes over, as was asked.
        role.compaction_asked = false;
    }
    if let (CompactionResult::Failed(_), Some(role)) = (&result, run.roles.get_mut(&role))
        && !role.cannot_compact
    {
        // One that fails again and again must end in a gate too.
        role.compactions_without_progress += 1;
    }
}

/// Ends the open compaction of a role, if there is one, and puts its time and tokens where they belong.
pub(super) fn close_compaction(
    run: &mut Run,
    role: &RoleName,
    result: &CompactionResult,
    before: Option<u64>,
    after: Option<u64>,
) {
    let now = run.now;
    let Some(open) = run.ledger.open_compaction(role) else { return };
    open.ended = Some(now);
    open.result = result.clone();
    open.before = before.or(open.before);
    open.after = after;
    let wall = now.run.saturating_sub(open.started.run);
    let step = open.step;
    run.ledger.roles.entry(role.clone()).or_default().compaction_ms += wall;
    if let Some(step) = step {
        run.ledger.steps.entry(step).or_default().compaction_ms += wall;
    }
    let Some(state) = run.roles.get_mut(role) else { return };
    match result {
        CompactionResult::Completed => {
            state.compactions_without_progress += 1;
            state.context.tokens = after;
            state.context.seen = now;
            state.nothing_to_compact_at = None;
            state.compaction_asked = false;
        }
        CompactionResult::Nothing => state.nothing_to_compact_at = Some(state.context.tokens.unwrap_or(0)),
        CompactionResult::Failed(_) | CompactionResult::Running => {}
    }
}

fn checkpoint_settled(run: &mut Run, step: StepNumber, side: CheckpointSide, outcome: &Outcome) {
    let Some(step) = run.step_mut(step) else { return };
    let (commit, diff) = match outcome {
        Outcome::Checkpointed { commit, diff } => (commit.clone(), diff.clone()),
        // Without a checkpoint there is no diff evidence, visibly; the loop goes on.
        Outcome::Failed { .. } | Outcome::Unconfirmed { .. } => (None, None),
        Outcome::Started
        | Outcome::Delivered { .. }
        | Outcome::Compacted { .. }
        | Outcome::Checked { .. }
        | Outcome::Fired
        | Outcome::Done
        | Outcome::Canceled => return,
    };
    match side {
        CheckpointSide::Before => {
            step.evidence.before = commit;
            step.evidence.before_settled = true;
        }
        CheckpointSide::After => {
            step.evidence.after = commit;
            step.evidence.diff = diff;
            step.evidence.after_settled = true;
        }
    }
}

pub(super) fn gone(run: &mut Run, pane: &PaneId) {
    let now = run.now;
    let Some(state) = run.panes.get_mut(pane) else { return };
    if state.state != PaneState::Gone {
        state.state = PaneState::Gone;
        state.activity = Activity::Gone;
        state.source = Source::Process;
        state.since = now;
        state.tools.clear();
        state.tools_since = None;
    }
    let (role, session) = (state.role.clone(), state.session.clone());
    let handed_over = run.roles.get(&role).is_some_and(|role| role.session.as_ref() != Some(&session));
    if handed_over && run.ending.is_none() {
        return;
    }
    close_compaction(run, &role, &CompactionResult::Failed("its agent is gone".to_owned()), None, None);
}
