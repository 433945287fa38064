//! The state of a run: a fold over its facts.

use super::{
    Author, Effect, EffectId, Gate, Instruction, LimitInfo, Millis, PaneId, PhaseName, RoleName, RunConfig,
    RunId, Seq, SessionId, Source, Step, Text, Time, Workflow, ledger::Ledger,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Run {
    /// The sequence number of the last record folded in; 0 before the first.
    pub seq: Seq,
    pub now: Time,
    /// `None` until the run was created.
    pub id: Option<RunId>,
    pub task: Text,
    pub directory: String,
    pub created: Time,
    pub workflow: Option<Workflow>,
    pub config: Option<RunConfig>,
    pub phase: Option<PhaseName>,
    pub steps: Vec<Step>,
    pub roles: BTreeMap<RoleName, RoleState>,
    pub sessions: BTreeMap<SessionId, Session>,
    pub panes: BTreeMap<PaneId, Pane>,
    pub gates: Vec<Gate>,
    pub outbox: BTreeMap<EffectId, Effect>,
    pub instruction: Option<Instruction>,
    /// Worker steps started.
    pub rounds: u32,
    pub memory: Vec<String>,
    pub notes: Vec<(Time, Text)>,
    pub pause: Option<Pause>,
    pub taken_over: Option<PaneId>,
    /// It was taken over while its agent asked something in it: the answer ends that.
    pub taken_over_to_answer: bool,
    pub ending: Option<Ending>,
    pub outcome: Option<RunOutcome>,
    pub end_reason: String,
    pub ended: Option<Time>,
    pub ledger: Ledger,
    /// Run milliseconds in which an agent, check or compaction worked since the operator last decided.
    pub autonomous: Millis,
    /// Extra rounds, cost, tokens and time that the operator granted.
    pub extended: Extended,
    /// Words that the operator said to a role and that wait for its next prompt.
    pub unsaid: BTreeMap<RoleName, Vec<Text>>,
    /// Worker steps in a row whose diff was the same as the one before.
    pub same_diffs: u32,
    /// How often in a row each required check failed, by its name.
    pub failing_checks: BTreeMap<String, u32>,
    /// The last error or refusal worth a line on the screen.
    pub last_trouble: Option<String>,
}

/// What the operator granted beyond the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Extended {
    pub rounds: u32,
    pub cost: super::Money,
    pub tokens: u64,
    pub autonomous: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RoleState {
    pub session: Option<SessionId>,
    pub pane: Option<PaneId>,
    pub n_sessions: u32,
    pub n_panes: u32,
    pub model_seen: Option<String>,
    /// Who told the model last, and when.
    pub model_by: Option<(Source, Time)>,
    pub thinking_seen: Option<String>,
    pub context: Context,
    /// The argument by which its agent asks nobody before it acts.
    pub unguarded: Option<String>,
    /// What the agent itself last said of its asking nobody: its own settings may have it so.
    pub unguarded_seen: Option<String>,
    pub limited: Option<LimitInfo>,
    /// Turns that a limit ended, in a row.
    pub limited_turns: u32,
    /// The context size at which the agent last said that there was nothing to compact.
    pub nothing_to_compact_at: Option<u64>,
    /// Its agent has no compaction of its own.
    pub cannot_compact: bool,
    /// The operator asked for a compaction that has not ended yet.
    pub compaction_asked: bool,
    /// Compactions since a step of this role last completed.
    pub compactions_without_progress: u32,
    /// Starts that failed and turns that the process left, in a row without a completed step.
    pub failed_starts: u32,
}

impl RoleState {
    /// By what its agent asks nobody before it acts: as the agent says, else as it was told to.
    pub fn asks_nobody(&self) -> Option<&str> {
        self.unguarded_seen.as_deref().or(self.unguarded.as_deref())
    }
}

/// How full a role's context is. Unknown is `None`, never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Context {
    pub tokens: Option<u64>,
    pub window: Option<u64>,
    /// Where the agent compacts by itself, if known.
    pub agent_trigger: Option<u64>,
    pub source: Option<Source>,
    pub seen: Time,
    /// Who told the window last, and when.
    pub window_by: Option<(Source, Time)>,
    /// The same of the agent's own trigger.
    pub trigger_by: Option<(Source, Time)>,
    /// The window by the table of models, and whether the settings say so.
    pub listed: Option<(u64, bool)>,
}

impl Context {
    /// The window as the agent tells it, else as the table of models has it.
    pub fn size(&self) -> Option<u64> {
        self.window.or(self.listed.map(|(tokens, _)| tokens))
    }
}

/// What a source last told that was news, and how often it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Heard {
    pub at: Time,
    pub times: u32,
}

/// The agent's own sums over a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OwnSums {
    pub seen: super::SumsSeen,
    pub source: Source,
    pub at: Time,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    pub id: SessionId,
    pub role: RoleName,
    pub agent_session: Option<String>,
    pub log: Option<String>,
    /// The session before it, whose context was full.
    pub takes_over: Option<SessionId>,
    /// Prompts that arrived in it.
    pub prompts: u32,
    pub sums: Option<OwnSums>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pane {
    pub id: PaneId,
    pub role: RoleName,
    pub session: SessionId,
    pub state: PaneState,
    pub activity: Activity,
    /// Which source told `activity`, and when.
    pub source: Source,
    pub since: Time,
    pub cols: u16,
    pub rows: u16,
    pub exit: Option<(Option<i32>, Option<i32>)>,
    /// Tools that started and did not end yet: call, name, start in run milliseconds.
    pub tools: Vec<(String, String, Millis)>,
    /// Since when, in run milliseconds, at least one tool runs.
    pub tools_since: Option<Millis>,
    /// When each source last told something new.
    pub heard: BTreeMap<Source, Heard>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaneState {
    Starting,
    Ready,
    Leaving,
    Gone,
}

/// What the agent in a pane is doing. `Unknown` when no source tells: never assumed idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    Unknown,
    Idle,
    Working,
    Compacting,
    /// It asks for something.
    Asking,
    Limited,
    Gone,
}

impl Activity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Idle => "idle",
            Self::Working => "working",
            Self::Compacting => "compacting",
            Self::Asking => "asking",
            Self::Limited => "limited",
            Self::Gone => "gone",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pause {
    pub mode: PauseMode,
    /// May be empty.
    pub reason: String,
    pub author: Author,
    pub at: Time,
    /// The running turn was told to stop.
    pub interrupted: bool,
}

impl Pause {
    /// Who paused, and why as far as that was said: `ann`, `ann: out for lunch`.
    pub fn words(&self) -> String {
        let reason = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        format!("{}{reason}", self.author.name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseMode {
    /// Finish the turn, then stop.
    Drain,
    /// Interrupt the turn.
    Now,
    /// Drain, then quit the agents: ids are kept, resume starts them again.
    Park,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ending {
    pub outcome: RunOutcome,
    pub reason: String,
    /// Every process was ended.
    pub killed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    Done,
    Aborted,
    Failed,
}

/// The run in one word, for title bars and `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunPhase {
    Planning,
    Working,
    Checking,
    Reviewing,
    Compacting,
    WaitingForOperator,
    /// Paused, but a turn is still being finished.
    Draining,
    Paused,
    TakenOver,
    Limited,
    Ending,
    Done,
    Aborted,
    Failed,
}

impl Run {
    /// The step that is not over, if any. At most one is open at a time.
    pub fn current_step(&self) -> Option<&Step> {
        self.steps.last().filter(|step| !step.is_over())
    }

    pub(super) fn current_step_mut(&mut self) -> Option<&mut Step> {
        self.steps.last_mut().filter(|step| !step.is_over())
    }

    pub fn step(&self, number: super::StepNumber) -> Option<&Step> {
        self.steps.iter().find(|step| step.number == number)
    }

    /// The pane that the role's agent is in now, if one was ever started.
    pub fn role_pane(&self, role: &RoleName) -> Option<&Pane> {
        self.roles.get(role)?.pane.as_ref().and_then(|pane| self.panes.get(pane))
    }

    pub fn role_config(&self, role: &RoleName) -> Option<&super::RoleConfig> {
        self.config.as_ref()?.roles.get(role)
    }

    pub fn open_gates(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| gate.is_open())
    }

    pub fn gate(&self, id: super::GateId) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.id == id)
    }

    /// Paused for good: its agents were asked to leave and have left.
    pub fn is_parked(&self) -> bool {
        self.pause.as_ref().is_some_and(|pause| pause.mode == PauseMode::Park)
            && self.panes.values().all(|pane| pane.state == PaneState::Gone)
    }

    pub fn is_over(&self) -> bool {
        self.outcome.is_some()
    }

    /// Milliseconds of the run's clock since it was created, or until it ended.
    pub fn elapsed(&self, now: Time) -> Millis {
        self.ended.map_or(now.run, |ended| ended.run).saturating_sub(self.created.run)
    }

    /// The size of a role's context at which awtui compacts it: `compact_at` of the smaller of limit and window, but
    /// below the agent's own trigger less a twentieth of the window. The flag says that the agent's trigger rules.
    pub fn compact_threshold(&self, role: &RoleName) -> Option<(u64, bool)> {
        let (ours, window) = self.threshold(role, |context| context.compact_at)?;
        let trigger = self.roles.get(role).and_then(|state| state.context.agent_trigger);
        match (trigger, window) {
            (Some(trigger), Some(window)) if trigger.saturating_sub(window / 20) < ours => {
                Some((trigger.saturating_sub(window / 20), true))
            }
            (Some(_) | None, Some(_) | None) => Some((ours, false)),
        }
    }

    /// The size of a role's context from which the gauge warns: `warn_at` of the smaller of limit and window. Where the
    /// agent's own trigger has the context compacted earlier, it warns as much earlier.
    pub fn warn_threshold(&self, role: &RoleName) -> Option<u64> {
        let (warn, _) = self.threshold(role, |context| context.warn_at)?;
        match (self.compact_threshold(role), self.config.as_ref().map(|config| &config.context)) {
            (Some((compact, true)), Some(context)) if context.compact_at > 0 => {
                let share = u64::from(context.warn_at.min(context.compact_at));
                Some(warn.min(compact * share / u64::from(context.compact_at)))
            }
            (Some(_) | None, Some(_) | None) => Some(warn),
        }
    }

    /// What may be spent before the run asks, with what was granted since it began; `None` without such a bound.
    pub fn cost_bound(&self) -> Option<super::Money> {
        let budget = self.config.as_ref()?.budget.cost;
        (budget > super::Money::ZERO).then(|| budget + self.extended.cost)
    }

    fn threshold(
        &self,
        role: &RoleName,
        permille: impl Fn(&super::ContextPolicy) -> u32,
    ) -> Option<(u64, Option<u64>)> {
        let config = self.config.as_ref()?;
        let limit = config.roles.get(role)?.context_limit;
        let window = self.roles.get(role).and_then(|state| state.context.size());
        let base = window.map_or(limit, |window| window.min(limit));
        Some((base * u64::from(permille(&config.context)) / 1000, window))
    }
}
