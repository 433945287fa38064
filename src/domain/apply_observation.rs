//! What an observation changes.

use super::{
    Activity, Compaction, CompactionResult, GateKind, Heard, Observation, OwnSums, PaneId, PaneState, Run,
    Source, Stage, StatusSeen, StepNumber, Time, TurnEnd, UsageSeen, apply_settled,
};

#[expect(clippy::too_many_lines, reason = "one arm an observation")]
pub(super) fn observed(
    run: &mut Run,
    id: &PaneId,
    step: Option<StepNumber>,
    source: Source,
    observation: &Observation,
) {
    let now = run.now;
    let Some(pane) = run.panes.get_mut(id) else { return };
    let role = pane.role.clone();
    let session = pane.session.clone();
    let is_life = !matches!(
        observation,
        Observation::Usage(_)
            | Observation::ContextSeen { .. }
            | Observation::Listed { .. }
            | Observation::GuardSeen { .. }
            | Observation::SumsSeen(_)
    );
    let heard = pane.heard.entry(source).or_insert(Heard { at: now, times: 0 });
    *heard = Heard { at: now, times: heard.times.saturating_add(1) };
    if let Some(step) = step.and_then(|step| run.step_mut(step))
        && is_life
    {
        step.last_activity = now.run;
    }
    match observation {
        Observation::Ready => set_activity(run, id, Activity::Idle, source),
        Observation::SessionKnown { agent_session, log } => {
            if let Some(session) = run.sessions.get_mut(&session) {
                session.agent_session = Some(agent_session.clone());
                if log.is_some() {
                    session.log.clone_from(log);
                }
            }
        }
        Observation::ModelSeen { model, thinking, window, agent_trigger } => {
            if let Some(state) = run.roles.get_mut(&role) {
                state.model_seen = Some(model.clone());
                if thinking.is_some() {
                    state.thinking_seen.clone_from(thinking);
                }
                state.model_by = Some((source, now));
                told(&mut state.context.window, &mut state.context.window_by, *window, (source, now));
                let trigger = &mut state.context.agent_trigger;
                told(trigger, &mut state.context.trigger_by, *agent_trigger, (source, now));
            }
            if let Some(step) = run.current_step_mut().filter(|step| step.role.as_ref() == Some(&role)) {
                step.model = Some(model.clone());
                if thinking.is_some() {
                    step.thinking.clone_from(thinking);
                }
            }
        }
        Observation::GuardSeen { unguarded } => {
            if let Some(state) = run.roles.get_mut(&role) {
                state.unguarded_seen.clone_from(unguarded);
            }
        }
        Observation::Listed { window, own } => {
            if let Some(state) = run.roles.get_mut(&role) {
                state.context.listed = window.map(|window| (window, *own));
            }
        }
        Observation::SumsSeen(seen) => {
            if let Some(session) = run.sessions.get_mut(&session) {
                session.sums = Some(OwnSums { seen: *seen, source, at: now });
            }
        }
        Observation::TurnStarted => set_activity(run, id, Activity::Working, source),
        Observation::Usage(seen) => usage(run, id, step, source, seen),
        Observation::ContextSeen { tokens, window } => {
            context(run, &role, *tokens, *window, source);
        }
        Observation::ToolStarted { call, name, .. } => {
            if let Some(pane) = run.panes.get_mut(id) {
                pane.tools.push((call.clone(), name.clone(), now.run));
                pane.tools_since.get_or_insert(now.run);
            }
            if let Some(step) = step {
                *run.ledger.steps.entry(step).or_default().tool_counts.entry(name.clone()).or_default() += 1;
            }
        }
        Observation::ToolEnded { call, failed, wall, .. } => tool_ended(run, id, step, call, *failed, *wall),
        Observation::PermissionAsked(_) => set_activity(run, id, Activity::Asking, source),
        Observation::PermissionGone { .. } => permission_gone(run, id, source),
        Observation::CompactionStarted { automatic } => {
            compaction_started(run, id, step, *automatic, Some(source));
        }
        Observation::CompactionEnded { before, after, failed, nothing } => {
            let result = match failed {
                Some(reason) => CompactionResult::Failed(reason.clone()),
                None if *nothing => CompactionResult::Nothing,
                None => CompactionResult::Completed,
            };
            let was_working = run.current_step().is_some_and(|step| step.stage == Stage::Working);
            set_activity(run, id, if was_working { Activity::Working } else { Activity::Idle }, source);
            apply_settled::close_compaction(run, &role, &result, *before, *after);
        }
        Observation::Limited(limit) => {
            if let Some(state) = run.roles.get_mut(&role) {
                state.limited = Some(limit.clone());
            }
            set_activity(run, id, Activity::Limited, source);
        }
        Observation::TurnEnded { end, text } => {
            let waits = turn_limited(run, &role, end);
            set_activity(run, id, if waits { Activity::Limited } else { Activity::Idle }, source);
            if let Some(pane) = run.panes.get_mut(id) {
                pane.tools.clear();
                pane.tools_since = None;
            }
            if let Some(step) = step.and_then(|step| run.step_mut(step))
                && step.stage == Stage::Working
            {
                step.stage = Stage::TurnOver;
                step.last_end = Some(end.clone());
                step.last_message = text.clone();
            }
        }
        Observation::Progress { text } => {
            if let Some(step) = step.and_then(|step| run.step_mut(step)) {
                step.progress = Some(text.clone());
            }
        }
        Observation::PromptSeen { .. } | Observation::Attached { .. } | Observation::Typed => {}
        Observation::Status(status) => {
            if let (StatusSeen::Working, Some(state)) = (status, run.roles.get_mut(&role)) {
                // The agent sat the limit out by itself.
                state.limited = None;
            }
            let activity = match status {
                StatusSeen::Idle | StatusSeen::Done | StatusSeen::Error => Activity::Idle,
                StatusSeen::Working => Activity::Working,
                StatusSeen::Blocked => Activity::Asking,
            };
            set_activity(run, id, activity, source);
        }
        Observation::Gone { code, signal } => {
            // Also one that leaves over its prompt, before it is seen to have it.
            let in_turn = run.current_step().is_some_and(|step| {
                step.role.as_ref() == Some(&role)
                    && matches!(step.stage, Stage::Working | Stage::Prompting(_))
            });
            if let Some(state) = run.roles.get_mut(&role).filter(|_| in_turn) {
                state.failed_starts += 1;
            }
            apply_settled::gone(run, id);
            if let Some(pane) = run.panes.get_mut(id) {
                pane.exit = Some((*code, *signal));
            }
        }
    }
}

fn set_activity(run: &mut Run, id: &PaneId, activity: Activity, source: Source) {
    let now = run.now;
    if let Some(pane) = run.panes.get_mut(id)
        && pane.state != PaneState::Gone
    {
        if pane.activity != activity {
            pane.activity = activity;
            pane.since = now;
        }
        pane.source = source;
    }
}

/// Asking goes on while another question of the pane is open; one that does not take prompts yet does not work either.
fn permission_gone(run: &mut Run, id: &PaneId, source: Source) {
    let Some(pane) = run.panes.get(id) else { return };
    let role = Some(&pane.role);
    let asks = run
        .open_gates()
        .any(|gate| matches!(gate.kind, GateKind::Permission { .. }) && gate.asked_by.as_ref() == role);
    let starts = pane.state == PaneState::Starting;
    let otherwise = if starts { Activity::Unknown } else { Activity::Working };
    set_activity(run, id, if asks { Activity::Asking } else { otherwise }, source);
}

/// Whether the turn ended because of a limit, which is then sat out. One that came to its end met none any more.
fn turn_limited(run: &mut Run, role: &super::RoleName, end: &TurnEnd) -> bool {
    let Some(state) = run.roles.get_mut(role) else { return false };
    match end {
        TurnEnd::Failed { .. } if state.limited.is_some() => state.limited_turns += 1,
        TurnEnd::Failed { .. } | TurnEnd::Interrupted => {}
        TurnEnd::Completed | TurnEnd::Unknown => (state.limited, state.limited_turns) = (None, 0),
    }
    state.limited.is_some()
}

fn context(run: &mut Run, role: &super::RoleName, tokens: Option<u64>, window: Option<u64>, source: Source) {
    let now = run.now;
    if let Some(state) = run.roles.get_mut(role) {
        state.context.tokens = tokens;
        told(&mut state.context.window, &mut state.context.window_by, window, (source, now));
        state.context.source = Some(source);
        state.context.seen = now;
    }
}

fn usage(run: &mut Run, id: &PaneId, step: Option<StepNumber>, source: Source, seen: &UsageSeen) {
    let Some(pane) = run.panes.get(id) else { return };
    let (role, session) = (pane.role.clone(), pane.session.clone());
    let is_new = !run.ledger.calls.contains_key(&super::Ledger::key(&session, &seen.message));
    let now = run.now;
    run.ledger.count(&session, &role, step, seen, (source, now));
    if is_new && seen.context.is_some() {
        context(run, &role, seen.context, seen.window, source);
    }
}

fn tool_ended(
    run: &mut Run,
    id: &PaneId,
    step: Option<StepNumber>,
    call: &str,
    failed: bool,
    told: Option<u64>,
) {
    let now = run.now.run;
    let Some(pane) = run.panes.get_mut(id) else { return };
    let Some(index) = pane.tools.iter().position(|(open, _, _)| open == call) else { return };
    let (_, name, started) = pane.tools.remove(index);
    // Tools that ran side by side count their common time once, when the last of them ends.
    let together = if pane.tools.is_empty() {
        pane.tools_since.take().map_or(0, |since| now.saturating_sub(since))
    } else {
        0
    };
    let role = pane.role.clone();
    if let Some(step) = step {
        let usage = run.ledger.steps.entry(step).or_default();
        usage.tool_ms += together;
        *usage.tool_ms_by_name.entry(name).or_default() +=
            told.unwrap_or_else(|| now.saturating_sub(started));
        usage.tool_errors += u64::from(failed);
    }
    run.ledger.roles.entry(role).or_default().tool_ms += together;
}

/// A figure that was told replaces the one before, with who told it; one that was not told leaves both.
fn told(
    figure: &mut Option<u64>,
    by: &mut Option<(Source, Time)>,
    now_told: Option<u64>,
    source: (Source, Time),
) {
    if now_told.is_some() {
        *figure = now_told;
        *by = Some(source);
    }
}

/// Opens a compaction unless one of this role is open. Without a source it is awtui's own doing, and what told the state
/// before stays named.
pub(super) fn compaction_started(
    run: &mut Run,
    id: &PaneId,
    step: Option<StepNumber>,
    automatic: bool,
    source: Option<Source>,
) {
    let now = run.now;
    let source = source.or_else(|| run.panes.get(id).map(|pane| pane.source)).unwrap_or(Source::Process);
    set_activity(run, id, Activity::Compacting, source);
    let Some(role) = run.panes.get(id).map(|pane| pane.role.clone()) else { return };
    if run.ledger.open_compaction(&role).is_some() {
        return;
    }
    let state = run.roles.get(&role).cloned().unwrap_or_default();
    run.ledger.compactions.push(Compaction {
        model: state.model_seen,
        role,
        step,
        started: now,
        ended: None,
        automatic,
        before: state.context.tokens,
        after: None,
        result: CompactionResult::Running,
    });
}
