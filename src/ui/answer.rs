//! What each answer to a gate does, in the words of its card.

use crate::domain::{AnswerKind, Gate, GateKind};

pub(super) fn key(kind: AnswerKind) -> char {
    match kind {
        AnswerKind::Approve => 'y',
        AnswerKind::Reject => 'n',
        AnswerKind::Answer => 'c',
        AnswerKind::Retry => 't',
        AnswerKind::Abort => 'X',
    }
}

pub(super) fn consequence(gate: &Gate, kind: AnswerKind) -> &'static str {
    match (kind, &gate.kind) {
        (AnswerKind::Abort, _) => "abort the run",
        (AnswerKind::Approve, GateKind::DoneConfirmation) => "finish the run",
        (AnswerKind::Approve, GateKind::BoundReached { .. }) => "grant as much again and go on",
        (AnswerKind::Approve, GateKind::IncompleteReport) => "pass the report on as incomplete",
        (AnswerKind::Approve, GateKind::InDoubt) => "it arrived: go on from there",
        (AnswerKind::Approve, GateKind::Question) => "yes, go on",
        (AnswerKind::Approve, GateKind::Permission { .. }) => "allow it",
        (AnswerKind::Approve, _) => "go on",
        (AnswerKind::Reject, GateKind::DoneConfirmation) => "not done: plan again",
        (AnswerKind::Reject, _) => "no",
        (AnswerKind::Answer, GateKind::DoneConfirmation) => "say what is missing",
        (AnswerKind::Answer, _) => "answer in words",
        (AnswerKind::Retry, GateKind::IncompleteReport) => "ask once more",
        (AnswerKind::Retry, GateKind::InDoubt) => "send it again",
        (AnswerKind::Retry, _) => "try again",
    }
}
