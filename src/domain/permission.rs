//! Questions of an agent whether it may: how they become gates, and what becomes of the answers.

use super::{
    Activity, Answer, AnswerKind, Effect, Fact, Gate, GateKind, PaneId, PermissionRequest, Run, StepNumber,
    advance,
};

/// Characters of one line of a gate's evidence.
const LONGEST_LINE: usize = 400;
/// Lines of a diff or of arguments that a gate shows; the whole is in the fact.
const MOST_LINES: usize = 60;

/// The gate for a question, unless it is open already.
pub(super) fn asked(
    run: &Run,
    pane: &PaneId,
    step: Option<StepNumber>,
    request: &PermissionRequest,
) -> Option<Fact> {
    let role = run.panes.get(pane)?.role.clone();
    let open = |gate: &Gate| is_of(gate, &request.ask) && gate.asked_by.as_ref() == Some(&role);
    if run.open_gates().any(open) {
        return None;
    }
    let first = Some(request.detail.first_line()).filter(|_| request.words);
    let about = request
        .command
        .as_deref()
        .or(request.path.as_deref())
        .or(first)
        .or(alone(request))
        .unwrap_or_default();
    let about = about.lines().next().unwrap_or_default();
    let colon = if about.is_empty() { "" } else { ": " };
    let question = if request.words {
        format!("The {role} asks{colon}{about}")
    } else {
        format!("May the {role} use {}{colon}{about}", request.tool)
    };
    let kind = GateKind::Permission { ask: request.ask.clone(), tool: request.tool.clone() };
    let mut gate = advance::gate(run, kind, Some(role), question, evidence(request), step);
    if !request.answerable {
        gate.answers = vec![AnswerKind::Abort];
    } else if request.words {
        gate.answers = vec![AnswerKind::Answer, AnswerKind::Reject, AnswerKind::Abort];
    }
    Some(Fact::GateOpened { gate })
}

/// Words that say it all: one line, and no command or path beside it.
fn alone(request: &PermissionRequest) -> Option<&str> {
    let words = request.detail.summary();
    let alone = request.command.is_none() && request.path.is_none() && words.lines().count() == 1;
    alone.then_some(words)
}

fn evidence(request: &PermissionRequest) -> Vec<String> {
    let mut lines = Vec::new();
    let mut several = |name: &str, text: &str| {
        for (index, line) in text.lines().take(MOST_LINES).enumerate() {
            let line: String = line.chars().take(LONGEST_LINE).collect();
            lines.push(if index == 0 && !name.is_empty() { format!("{name}: {line}") } else { line });
        }
        let more = text.lines().count().saturating_sub(MOST_LINES);
        if more > 0 {
            lines.push(format!("({more} more lines)"));
        }
    };
    // The question itself holds what is one line.
    let command = request.command.as_deref().filter(|command| command.lines().count() > 1);
    several("command", command.unwrap_or_default());
    let path = request.path.as_deref().filter(|_| request.command.is_some());
    several("path", path.unwrap_or_default());
    let detail = alone(request).map_or(request.detail.summary(), |_| "");
    // Of a question that takes words, the first line is the question.
    let rest = detail.split_once('\n').map_or("", |(_, rest)| rest);
    several("", if request.words { rest } else { detail });
    several("", request.diff.as_ref().map_or("", |diff| diff.summary()));
    if !request.answerable {
        lines.push("awtui cannot answer this for you: the agent takes the answer in its pane".to_owned());
    }
    lines
}

fn is_of(gate: &Gate, ask: &str) -> bool {
    matches!(&gate.kind, GateKind::Permission { ask: open, .. } if open == ask)
}

/// The question `ask` of this pane's agent is gone, or all of them where none is named.
pub(super) fn gone(run: &Run, pane: &PaneId, ask: Option<&str>, reason: &str) -> Vec<Fact> {
    let Some(role) = run.panes.get(pane).map(|pane| &pane.role) else { return Vec::new() };
    run.open_gates()
        .filter(|gate| gate.asked_by.as_ref() == Some(role))
        .filter(|gate| match ask {
            Some(ask) => is_of(gate, ask),
            None => matches!(gate.kind, GateKind::Permission { .. }),
        })
        .map(|gate| Fact::GateWithdrawn { gate: gate.id, reason: reason.to_owned() })
        .collect()
}

/// The answer did not reach the agent, which still asks: the operator is led to the pane.
pub(super) fn unanswered(run: &Run, pane: &PaneId, ask: &str, reason: &str) -> Option<Fact> {
    let pane = run.panes.get(pane).filter(|pane| pane.activity == Activity::Asking)?;
    let before = run.gates.iter().rev().find(|gate| is_of(gate, ask))?;
    let question = format!("{}: the answer did not arrive. Answer in the pane", before.question.first_line());
    let kind = before.kind.clone();
    let mut gate =
        advance::gate(run, kind, Some(pane.role.clone()), question, vec![reason.to_owned()], before.step);
    gate.answers = vec![AnswerKind::Abort];
    Some(Fact::GateOpened { gate })
}

/// The agent is told the operator's answer.
pub(super) fn answered(run: &Run, gate: &Gate, ask: &str, answer: &Answer) -> Vec<Fact> {
    let Some(pane) = gate.asked_by.as_ref().and_then(|role| run.role_pane(role)) else { return Vec::new() };
    let allow = matches!(answer.kind, AnswerKind::Approve | AnswerKind::Answer);
    let effect = Effect::AnswerPermission {
        pane: pane.id.clone(),
        ask: ask.to_owned(),
        allow,
        note: answer.text.clone(),
    };
    vec![Fact::Requested { effect }]
}
