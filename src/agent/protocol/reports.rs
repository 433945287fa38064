//! Reports on the agent socket: their fields as they are written there, and what they are to the domain.

use crate::domain::{
    Instruction, InstructionId, ReportSections, Verdict, VerdictReport, WorkerReport, WorkerStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A worker's report; fields that awtui does not know are kept as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResultLine {
    pub key: String,
    #[serde(default)]
    pub instruction_id: Option<String>,
    pub status: WorkerStatus,
    #[serde(default)]
    pub task_understood: String,
    #[serde(default)]
    pub actions_taken: String,
    #[serde(default)]
    pub result: String,
    #[serde(default)]
    pub validation: String,
    #[serde(default)]
    pub artifacts: String,
    #[serde(default)]
    pub issues: String,
    #[serde(default)]
    pub recommendation: String,
    #[serde(default)]
    pub handoff: String,
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// An analyst's report; fields that awtui does not know are kept as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictLine {
    pub key: String,
    pub verdict: Verdict,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub instruction: Option<InstructionLine>,
    #[serde(default)]
    pub memory: Vec<String>,
    #[serde(default)]
    pub questions: Vec<String>,
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InstructionLine {
    pub id: String,
    pub goal: String,
    pub files: Vec<String>,
    pub commands: Vec<String>,
    pub stop_when: Vec<String>,
    pub report: Vec<String>,
}

pub(super) fn worker_report(line: ResultLine) -> WorkerReport {
    let id = line.instruction_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
    WorkerReport {
        instruction_id: id.map(InstructionId::new),
        status: Some(line.status),
        sections: ReportSections {
            task_understood: line.task_understood.into(),
            actions_taken: line.actions_taken.into(),
            result: line.result.into(),
            validation: line.validation.into(),
            artifacts: line.artifacts.into(),
            issues: line.issues.into(),
            recommendation: line.recommendation.into(),
            handoff: with_more(line.handoff, &line.more).into(),
        },
    }
}

pub(super) fn verdict_report(line: VerdictLine) -> VerdictReport {
    VerdictReport {
        verdict: line.verdict,
        reason: with_more(line.reason, &line.more).into(),
        instruction: line.instruction.map(|instruction| Instruction {
            id: InstructionId::new(instruction.id.trim()),
            goal: instruction.goal.into(),
            files: instruction.files,
            commands: instruction.commands,
            stop_when: instruction.stop_when,
            report: instruction.report,
        }),
        memory: line.memory,
        questions: line.questions,
    }
}

/// The text, then each field that has no place of its own as `name: value`.
fn with_more(mut text: String, more: &Map<String, Value>) -> String {
    for (name, value) in more.iter().filter(|(name, _)| *name != "type") {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(name);
        text.push_str(": ");
        text.push_str(&value);
    }
    text
}
