//! A workflow: a graph of phases with explicit transitions. Data, read from TOML by the settings.

use super::RoleName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhaseName(pub String);

impl PhaseName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhaseName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for PhaseName {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workflow {
    pub name: String,
    pub start: PhaseName,
    pub phases: BTreeMap<PhaseName, Phase>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    #[serde(flatten)]
    pub kind: PhaseKind,
    /// Where each outcome leads. An outcome without a route opens a gate: it never continues by default.
    #[serde(default)]
    pub on: BTreeMap<Route, PhaseName>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum PhaseKind {
    /// One turn of a role's agent; `prompt` names a template.
    Agent { role: RoleName, prompt: String, report: ReportKind },
    /// The commands of the settings, run by awtui.
    Check,
    /// A question that blocks until a person answers.
    Gate { question: String },
    /// The run is over.
    End,
}

/// What the agent of a phase must say at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Status and the eight sections.
    Result,
    /// A verdict, and an instruction with `NEEDS_WORKER`.
    Verdict,
}

/// The outcomes that a workflow may route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The worker reported, whatever its status: the reviewer judges.
    Reported,
    NeedsWorker,
    NeedsOperator,
    Done,
    Abort,
    /// All checks of the phase ran, whatever they said: their result is evidence for the next phase.
    Checked,
    Approved,
    Rejected,
}

impl Workflow {
    /// The built-in default, `analyst-worker`: plan, execute, check, review.
    pub fn analyst_worker() -> Self {
        let agent = |role: &str, prompt: &str, report| PhaseKind::Agent {
            role: RoleName::new(role),
            prompt: prompt.to_owned(),
            report,
        };
        let phase = |kind, on: &[(Route, &str)]| Phase {
            kind,
            on: on.iter().map(|(route, to)| (*route, PhaseName::from(*to))).collect(),
        };
        let verdicts = [(Route::NeedsWorker, "execute"), (Route::Done, "end")];
        Self {
            name: "analyst-worker".to_owned(),
            start: "plan".into(),
            phases: [
                ("plan", phase(agent("analyst", "plan", ReportKind::Verdict), &verdicts)),
                (
                    "execute",
                    phase(agent("worker", "execute", ReportKind::Result), &[(Route::Reported, "checks")]),
                ),
                ("checks", phase(PhaseKind::Check, &[(Route::Checked, "review")])),
                ("review", phase(agent("analyst", "review", ReportKind::Verdict), &verdicts)),
                ("end", phase(PhaseKind::End, &[])),
            ]
            .into_iter()
            .map(|(name, phase)| (name.into(), phase))
            .collect(),
        }
    }

    pub fn phase(&self, name: &PhaseName) -> Option<&Phase> {
        self.phases.get(name)
    }
}
