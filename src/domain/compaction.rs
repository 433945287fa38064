//! When a role's context is compacted: past its threshold before the next prompt, or because the operator asks for it.
//! Owns these decisions; what a compaction changed is folded in `apply_settled`, and how an agent does it is the adapter's.

use super::{
    Activity, Author, CompactOutcome, CompactStrategy, CompactionResult, Effect, Fact, GateKind, Outcome,
    Pane, PaneState, PauseMode, Refusal, RoleName, Run, SessionId, Stage, Step, Time, TimerDue, TimerKind,
    advance,
};

/// Compactions in a row without a completed step before a person is asked.
const MOST_COMPACTIONS: u32 = 2;
/// Milliseconds after which a compaction is taken to hang.
const COMPACTION_TIME: u64 = 10 * 60 * 1000;

/// The operator's wish. It is carried out as soon as the pane is at rest, in a pause too, and before the role's next
/// prompt at the latest.
pub(super) fn ask(run: &Run, author: Author, role: &RoleName) -> Result<Vec<Fact>, Refusal> {
    run.may_compact(role)?;
    Ok(vec![Fact::CompactionAsked { role: role.clone(), author }])
}

impl Run {
    /// Whether the operator may ask for a compaction of this role now.
    ///
    /// # Errors
    ///
    /// Why not: no such role, its agent does not run, one is under way or asked for already, the run is over or parked.
    pub fn may_compact(&self, role: &RoleName) -> Result<(), Refusal> {
        asked_in_vain(self, role).map_or(Ok(()), |reason| Err(Refusal(reason)))
    }

    /// Whether a fresh session takes over instead of a compaction: by the settings, or because the agent has none.
    pub fn hands_over(&self, role: &RoleName) -> bool {
        self.roles.get(role).is_some_and(|state| state.cannot_compact)
            || self.config.as_ref().is_some_and(|config| config.context.strategy == CompactStrategy::HandOver)
    }
}

fn asked_in_vain(run: &Run, role: &RoleName) -> Option<String> {
    let state = match run.known_role(role) {
        Ok(state) => state,
        Err(Refusal(reason)) => return Some(reason),
    };
    let parked = run.pause.as_ref().is_some_and(|pause| pause.mode == PauseMode::Park);
    match run.role_pane(role).filter(|pane| pane.state != PaneState::Gone) {
        _ if run.is_over() || run.ending.is_some() => Some("the run is over".to_owned()),
        _ if parked => Some("the run is parked: its agents have left; resume it first".to_owned()),
        None => Some(format!("the {role}'s agent does not run: there is nothing to compact")),
        Some(pane) if pane.activity == Activity::Compacting || is_going_on(run, pane) => {
            Some(format!("the {role} is being compacted already"))
        }
        Some(_) if state.compaction_asked => {
            Some(format!("the {role} will be compacted already, as soon as it is at rest"))
        }
        Some(_) => None,
    }
}

/// What the operator asked for and is possible now: the pane is at rest and nothing else is asked of it.
pub(super) fn on_demand(run: &Run, at: Time) -> Option<Vec<Fact>> {
    let asked = run.roles.iter().filter(|(_, state)| state.compaction_asked);
    asked.filter_map(|(role, _)| Some((role, run.role_pane(role)?))).find_map(|(role, pane)| {
        if is_going_on(run, pane) {
            return Some(watched(run, pane, at)).filter(|facts| !facts.is_empty());
        }
        // A fresh session has nothing to do before its prompt: it takes over then.
        (is_at_rest(run, role, pane) && !run.hands_over(role)).then(|| begin(run, role, pane))
    })
}

fn is_at_rest(run: &Run, role: &RoleName, pane: &Pane) -> bool {
    let in_turn = run.current_step().is_some_and(|step| {
        step.role.as_ref() == Some(role) && matches!(step.stage, Stage::Prompting(_) | Stage::Working)
    });
    pane.state == PaneState::Ready
        // As before a prompt: what cannot be known is not waited for.
        && matches!(pane.activity, Activity::Idle | Activity::Unknown)
        && !in_turn
        && run.roles.get(role).is_none_or(|role| role.limited.is_none())
        && run.taken_over.as_ref() != Some(&pane.id)
        && !run.outbox.values().any(|effect| effect.pane() == Some(&pane.id))
}

/// The context gate: past the threshold, or when asked, the role is compacted before its next prompt.
pub(super) fn at_the_gate(run: &Run, step: &Step, role: &RoleName, pane: &Pane) -> Option<Vec<Fact>> {
    let state = run.roles.get(role)?;
    if state.compaction_asked {
        return Some(begin(run, role, pane));
    }
    let tokens = state.context.tokens?;
    let (threshold, _) = run.compact_threshold(role)?;
    if tokens < threshold || state.nothing_to_compact_at.is_some_and(|at| tokens <= at) {
        return None;
    }
    if state.compactions_without_progress >= MOST_COMPACTIONS {
        let answered =
            run.gates.iter().any(|gate| gate.kind == GateKind::Compaction && gate.step == Some(step.number));
        if answered {
            return None;
        }
        let question = format!(
            "{MOST_COMPACTIONS} compactions brought the {role} no further: it is at {tokens} tokens. Go on without?"
        );
        let evidence = vec![format!("threshold {threshold} tokens")];
        let step = Some(step.number);
        let gate = advance::gate(run, GateKind::Compaction, Some(role.clone()), question, evidence, step);
        return Some(vec![Fact::GateOpened { gate }]);
    }
    Some(begin(run, role, pane))
}

/// By the agent itself, or by a fresh session that takes over.
fn begin(run: &Run, role: &RoleName, pane: &Pane) -> Vec<Fact> {
    if run.hands_over(role) {
        let n_sessions = run.roles.get(role).map_or(0, |state| state.n_sessions);
        let session = SessionId::numbered(role, n_sessions + 1);
        return vec![
            Fact::SessionOpened { session, role: role.clone() },
            Fact::Requested { effect: Effect::Quit { pane: pane.id.clone() } },
        ];
    }
    vec![Fact::Requested { effect: Effect::Compact { pane: pane.id.clone() } }]
}

/// One that awtui asked for and that has not ended.
pub(super) fn is_going_on(run: &Run, pane: &Pane) -> bool {
    advance::has(run, |effect| matches!(effect, Effect::Compact { pane: one } if *one == pane.id))
}

/// It must end within its time.
pub(super) fn watched(run: &Run, pane: &Pane, at: Time) -> Vec<Fact> {
    let timer = TimerKind::CompactionWatchdog { pane: pane.id.clone() };
    advance::once(run, timer, TimerDue::Run(at.run + COMPACTION_TIME))
}

/// What becomes and what came of a compaction that the operator asked for, in words; `None` for any other fact. `run` is as
/// it was before.
pub(super) fn news(run: &Run, fact: &Fact) -> Option<String> {
    if let Fact::CompactionAsked { role, .. } = fact {
        let at_work = run.role_pane(role).is_some_and(|pane| pane.activity == Activity::Working);
        return Some(match (run.hands_over(role), at_work) {
            (true, _) => format!("a fresh session takes over from the {role} with its next prompt"),
            (false, true) => format!("the {role} will be compacted when its turn is over"),
            (false, false) => format!("the {role} is being compacted"),
        });
    }
    let Fact::Settled { effect, outcome, .. } = fact else { return None };
    let Some(Effect::Compact { pane }) = run.outbox.get(effect) else { return None };
    let role = &run.panes.get(pane)?.role;
    let state = run.roles.get(role).filter(|state| state.compaction_asked)?;
    if matches!(outcome, Outcome::Compacted { result: CompactOutcome::Unable { .. } }) {
        return Some(format!(
            "the {role}'s agent cannot compact: a fresh session takes over with its next prompt"
        ));
    }
    let tokens = |told: Option<u64>| told.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string());
    let (result, before, after) = result(outcome);
    Some(match result {
        CompactionResult::Completed => {
            let before = tokens(before.or(state.context.tokens));
            format!("the {role} was compacted: {before} tokens before, {} now", tokens(after))
        }
        CompactionResult::Nothing => format!("the {role}'s agent says that there is nothing to compact"),
        CompactionResult::Failed(reason) => format!("the {role} was not compacted: {reason}"),
        CompactionResult::Running => return None,
    })
}

/// What an outcome says of the compaction, and the tokens before and after it as far as they were told.
pub(super) fn result(outcome: &Outcome) -> (CompactionResult, Option<u64>, Option<u64>) {
    match outcome {
        Outcome::Compacted { result: CompactOutcome::Done { before, after } } => {
            (CompactionResult::Completed, *before, *after)
        }
        Outcome::Compacted { result: CompactOutcome::Nothing } => (CompactionResult::Nothing, None, None),
        Outcome::Compacted {
            result: CompactOutcome::Unable { reason } | CompactOutcome::Failed { reason },
        }
        | Outcome::Failed { reason }
        | Outcome::Unconfirmed { reason } => (CompactionResult::Failed(reason.clone()), None, None),
        Outcome::Started
        | Outcome::Delivered { .. }
        | Outcome::Checked { .. }
        | Outcome::Checkpointed { .. }
        | Outcome::Fired
        | Outcome::Done
        | Outcome::Canceled => (CompactionResult::Failed("it was broken off".to_owned()), None, None),
    }
}
