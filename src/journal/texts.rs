//! Every text in a fact, so that large ones can move to blobs and secrets can be masked.
//!
//! Structs are taken apart field by field: a new field does not compile until it was looked at here.

use super::{JournalError, blobs::Blobs};
use crate::domain::{
    Answer, CheckResult, DiffStat, Effect, Fact, Gate, GateKind, GateStatus, Instruction, Observation,
    Outcome, PermissionRequest, PromptKind, Ran, ReportSections, Text, VerdictReport, WorkerReport,
};

/// Moves every inline text over the limit to a blob.
pub fn externalize(facts: &mut [Fact], blobs: &Blobs) -> Result<(), JournalError> {
    for text in facts.iter_mut().flat_map(texts_mut) {
        if let Text::Inline(long) = text
            && long.len() > Text::INLINE_LIMIT
        {
            *text = blobs.put(long.as_bytes())?;
        }
    }
    Ok(())
}

/// The texts of a fact in the order of its fields.
pub fn texts_mut(fact: &mut Fact) -> Vec<&mut Text> {
    match fact {
        Fact::RunCreated { task, .. } => vec![task],
        Fact::InstructionIssued { instruction, .. } => of_instruction(instruction),
        Fact::TurnPlanned { step: _, prompt } => of_prompt(prompt),
        Fact::Requested { effect } => of_effect(effect),
        Fact::Settled { effect: _, outcome, ran } => {
            of_outcome(outcome).into_iter().chain(ran.iter_mut().map(of_ran)).collect()
        }
        Fact::Observed { observation, .. } => of_observation(observation),
        Fact::WorkerReported { report, .. } => of_worker(report),
        Fact::VerdictReported { report, .. } => of_verdict(report),
        Fact::ReportRefused { text, .. } | Fact::Noted { text, .. } | Fact::Said { text, .. } => vec![text],
        Fact::GateOpened { gate } => of_gate(gate),
        Fact::GateAnswered { answer, .. } => of_answer(answer),
        Fact::Recovered
        | Fact::PhaseEntered { .. }
        | Fact::StepStarted { .. }
        | Fact::StepEnded { .. }
        | Fact::SessionOpened { .. }
        | Fact::GateWithdrawn { .. }
        | Fact::BoundExtended { .. }
        | Fact::Paused { .. }
        | Fact::Resumed { .. }
        | Fact::TakenOver { .. }
        | Fact::HandedBack { .. }
        | Fact::AbortAsked { .. }
        | Fact::CompactionAsked { .. }
        | Fact::PaneResized { .. }
        | Fact::RunEnded { .. } => Vec::new(),
    }
}

fn of_instruction(instruction: &mut Instruction) -> Vec<&mut Text> {
    let Instruction { id: _, goal, files: _, commands: _, stop_when: _, report: _ } = instruction;
    vec![goal]
}

fn of_effect(effect: &mut Effect) -> Vec<&mut Text> {
    match effect {
        Effect::Prompt { pane: _, step: _, prompt } => of_prompt(prompt),
        Effect::AnswerPermission { pane: _, ask: _, allow: _, note } => vec![note],
        Effect::Spawn { .. }
        | Effect::Interrupt { .. }
        | Effect::Compact { .. }
        | Effect::Quit { .. }
        | Effect::RunCheck { .. }
        | Effect::Checkpoint { .. }
        | Effect::Timer { .. }
        | Effect::KillAll => Vec::new(),
    }
}

fn of_prompt(prompt: &mut PromptKind) -> Vec<&mut Text> {
    match prompt {
        PromptKind::Say { text } => vec![text],
        PromptKind::Phase { .. } | PromptKind::Continue { .. } | PromptKind::Remind | PromptKind::Resume => {
            Vec::new()
        }
    }
}

fn of_outcome(outcome: &mut Outcome) -> Vec<&mut Text> {
    match outcome {
        Outcome::Delivered { channel: _, confirmed: _, text } => vec![text],
        Outcome::Checked { result } => of_check(result),
        Outcome::Checkpointed { commit: _, diff: Some(diff) } => {
            let DiffStat { files: _, skipped: _, patch } = diff;
            vec![patch]
        }
        Outcome::Checkpointed { commit: _, diff: None }
        | Outcome::Started
        | Outcome::Compacted { .. }
        | Outcome::Fired
        | Outcome::Done
        | Outcome::Failed { .. }
        | Outcome::Unconfirmed { .. }
        | Outcome::Canceled => Vec::new(),
    }
}

fn of_ran(ran: &mut Ran) -> &mut Text {
    let Ran { pane: _, command, code: _, said: _ } = ran;
    command
}

fn of_check(result: &mut CheckResult) -> Vec<&mut Text> {
    let CheckResult { code: _, reason: _, wall: _, output } = result;
    vec![output]
}

fn of_observation(observation: &mut Observation) -> Vec<&mut Text> {
    match observation {
        Observation::PermissionAsked(request) => {
            let PermissionRequest {
                ask: _,
                tool: _,
                detail,
                command: _,
                path: _,
                diff,
                answerable: _,
                words: _,
            } = request;
            [detail].into_iter().chain(diff).collect()
        }
        Observation::TurnEnded { end: _, text } => vec![text],
        Observation::Ready
        | Observation::SessionKnown { .. }
        | Observation::ModelSeen { .. }
        | Observation::Listed { .. }
        | Observation::GuardSeen { .. }
        | Observation::SumsSeen(_)
        | Observation::TurnStarted
        | Observation::Usage(_)
        | Observation::ContextSeen { .. }
        | Observation::ToolStarted { .. }
        | Observation::ToolEnded { .. }
        | Observation::PermissionGone { .. }
        | Observation::CompactionStarted { .. }
        | Observation::CompactionEnded { .. }
        | Observation::Limited(_)
        | Observation::PromptSeen { .. }
        | Observation::Status(_)
        | Observation::Progress { .. }
        | Observation::Attached { .. }
        | Observation::Typed
        | Observation::Gone { .. } => Vec::new(),
    }
}

fn of_worker(report: &mut WorkerReport) -> Vec<&mut Text> {
    let WorkerReport { instruction_id: _, status: _, sections } = report;
    let ReportSections {
        task_understood,
        actions_taken,
        result,
        validation,
        artifacts,
        issues,
        recommendation,
        handoff,
    } = sections;
    vec![task_understood, actions_taken, result, validation, artifacts, issues, recommendation, handoff]
}

fn of_verdict(report: &mut VerdictReport) -> Vec<&mut Text> {
    let VerdictReport { verdict: _, reason, instruction, memory: _, questions: _ } = report;
    let mut texts = vec![reason];
    texts.extend(instruction.iter_mut().flat_map(of_instruction));
    texts
}

fn of_gate(gate: &mut Gate) -> Vec<&mut Text> {
    let Gate { id: _, kind, asked_by: _, question, evidence: _, answers: _, step: _, opened: _, status } =
        gate;
    let mut texts = match kind {
        GateKind::CheckFailing { check: _, result } => of_check(result),
        GateKind::Question
        | GateKind::Asked { .. }
        | GateKind::DoneConfirmation
        | GateKind::IncompleteReport
        | GateKind::BoundReached { .. }
        | GateKind::AgentFailed
        | GateKind::Interrupted
        | GateKind::Permission { .. }
        | GateKind::InDoubt
        | GateKind::Compaction
        | GateKind::Workflow => Vec::new(),
    };
    texts.push(question);
    match status {
        GateStatus::Answered { answer, author: _, at: _ } => texts.extend(of_answer(answer)),
        GateStatus::Open | GateStatus::Withdrawn { .. } => {}
    }
    texts
}

fn of_answer(answer: &mut Answer) -> Vec<&mut Text> {
    let Answer { kind: _, text } = answer;
    vec![text]
}
