//! Answering gates: which one is shown, what each answer does, and that none is given by accident.

use super::act::{ASKED, hand_over_focus, settle_focus};
use super::input::Address;
use super::model::{Ask, Focus, Popup, Ui};
use super::slots;
use super::view::shown_gate;
use crate::domain::{Answer, AnswerKind, Gate, GateId, GateKind, Millis, OperatorAct, Run, Text};
use crate::glass::Glass;
use crate::settings::Action;

/// A card that appeared by itself takes no answer before it was on the screen for this long: the key was meant for
/// something else.
pub(super) const MOMENT: Millis = 600;
/// How long after a key that is no answer a gate takes none.
const DEAF: Millis = 2_000;

/// What Enter does before an answer is selected.
pub(super) const CHOOSE_FIRST: &str = "press the key of an answer, or choose one with ↑↓ and enter";

pub(super) fn action(kind: AnswerKind) -> Action {
    match kind {
        AnswerKind::Approve => Action::GateApprove,
        AnswerKind::Reject => Action::GateReject,
        AnswerKind::Answer => Action::GateAnswer,
        AnswerKind::Retry => Action::GateRetry,
        AnswerKind::Abort => Action::GateAbort,
    }
}

/// The actions that answer a gate.
pub(super) const ANSWERS: [Action; 5] =
    [Action::GateApprove, Action::GateReject, Action::GateAnswer, Action::GateRetry, Action::GateAbort];

/// A key that is no answer to this gate was pressed: it was meant for something else, and so is what follows at once.
pub(super) fn mistaken(ui: &mut Ui) {
    ui.gate_deaf_until = ui.time + DEAF;
}

/// What an answer does, in the words of the card.
pub(super) fn consequence(gate: &Gate, kind: AnswerKind) -> &'static str {
    match (kind, &gate.kind) {
        (AnswerKind::Abort, _) => "end the run; asks first",
        (AnswerKind::Approve, GateKind::DoneConfirmation) => "finish the run",
        (AnswerKind::Approve, GateKind::BoundReached { .. }) => "grant as much again and go on",
        (AnswerKind::Approve, GateKind::IncompleteReport) => "pass the report on as incomplete",
        (AnswerKind::Approve, GateKind::InDoubt) => "it arrived: go on from there",
        (AnswerKind::Approve, GateKind::Question) => "yes, go on",
        (AnswerKind::Approve, GateKind::Permission { .. }) => "allow it",
        (AnswerKind::Approve, _) => "go on",
        (AnswerKind::Reject, GateKind::DoneConfirmation) => "not done: plan again, with a note if you like",
        (AnswerKind::Reject, _) => "no, with a note if you like",
        (AnswerKind::Answer, GateKind::DoneConfirmation) => "say what is missing",
        (AnswerKind::Answer, _) => "answer in words",
        (AnswerKind::Retry, GateKind::IncompleteReport) => "ask once more",
        (AnswerKind::Retry, GateKind::InDoubt) => "send it again",
        (AnswerKind::Retry, _) => "try again",
    }
}

/// The pane in which a gate is answered that awtui cannot answer.
pub(super) fn answered_in(run: &Run, gate: &Gate) -> Option<Focus> {
    let by_awtui = |kind: &AnswerKind| matches!(kind, AnswerKind::Approve | AnswerKind::Answer);
    let in_pane = matches!(gate.kind, GateKind::Permission { .. }) && !gate.answers.iter().any(by_awtui);
    let role = gate.asked_by.as_ref().filter(|_| in_pane)?;
    run.roles.contains_key(role).then(|| slots::focus_of(run, role))
}

/// That of the gate that is shown.
pub(super) fn shown_answered_in(ui: &Ui, glass: &Glass) -> Option<Focus> {
    shown_gate(ui, glass).and_then(|id| glass.run.gate(id)).and_then(|gate| answered_in(&glass.run, gate))
}

/// The place of the answer that Enter gives: the selected one. Before one is selected that is only an answer in words,
/// where it is the usual one: it leaves nothing but an open input box. Nothing else is ever given by an Enter too many.
pub(super) fn chosen(ui: &Ui, gate: &Gate) -> Option<usize> {
    match ui.gate_choice {
        Some(choice) => Some(choice.min(gate.answers.len().saturating_sub(1))),
        None => (gate.answers.first() == Some(&AnswerKind::Answer)).then_some(0),
    }
}

/// The answer itself.
pub(super) fn chosen_answer(ui: &Ui, gate: &Gate) -> Option<AnswerKind> {
    chosen(ui, gate).and_then(|place| gate.answers.get(place)).copied()
}

/// Selects another answer; the first step in either direction selects one at all.
pub(super) fn choose(ui: &mut Ui, gate: &Gate, by: isize) {
    let last = gate.answers.len().saturating_sub(1);
    ui.toasts.withdraw(CHOOSE_FIRST);
    ui.gate_choice = Some(match chosen(ui, gate) {
        Some(place) => place.saturating_add_signed(by).min(last),
        None if by < 0 => last,
        None => 0,
    });
}

/// Gives the answer that is selected, or says that none is.
pub(super) fn answer_chosen(ui: &mut Ui, glass: &Glass, gate: &Gate) -> Vec<Ask> {
    match chosen_answer(ui, gate) {
        Some(kind) => answer(ui, glass, kind),
        None if was_seen(ui, gate.id) => {
            ui.toasts.news(CHOOSE_FIRST.to_owned(), ui.time);
            Vec::new()
        }
        None => too_soon(ui, gate.id),
    }
}

fn too_soon(ui: &mut Ui, id: GateId) -> Vec<Ask> {
    let text = if ui.time < ui.gate_deaf_until {
        format!(
            "the key before was no answer to gate {id}, so this one is none yet; press it again to answer"
        )
    } else {
        format!("gate {id} appeared just as you pressed a key; press it again to answer")
    };
    // The next one is meant.
    ui.gate_deaf_until = 0;
    ui.toasts.refusal(text, ui.time);
    Vec::new()
}

/// Gives this answer to the gate that is shown, or asks for the words that belong to it.
pub(super) fn answer(ui: &mut Ui, glass: &Glass, kind: AnswerKind) -> Vec<Ask> {
    let Some(id) = shown_gate(ui, glass) else { return Vec::new() };
    if !was_seen(ui, id) {
        return too_soon(ui, id);
    }
    ui.gate_choice = None;
    match kind {
        AnswerKind::Answer => write_to(ui, Address::Answer(id)),
        AnswerKind::Reject => write_to(ui, Address::Reject(id)),
        AnswerKind::Abort => {
            ui.popups.push(Popup::ConfirmAbort { gate: Some(id) });
            Vec::new()
        }
        AnswerKind::Approve | AnswerKind::Retry => {
            taken(ui, glass, id);
            let answer = Answer { kind, text: Text::default() };
            vec![Ask::Act(OperatorAct::AnswerGate { gate: id, answer })]
        }
    }
}

/// Its answer is on its way: the card goes, and so do the keys.
pub(super) fn taken(ui: &mut Ui, glass: &Glass, id: GateId) {
    ui.answered.push(id);
    if ui.focus == Focus::Gates {
        settle_focus(ui, glass);
    }
}

fn write_to(ui: &mut Ui, address: Address) -> Vec<Ask> {
    ui.input.address = address;
    ui.focus_on(Focus::Input);
    Vec::new()
}

/// Whether the answer can be meant for this gate: the operator went to it, or its card was drawn, and not only this
/// moment.
fn was_seen(ui: &Ui, id: GateId) -> bool {
    let drawn = ui.layout.gate.is_some_and(|(drawn, since)| drawn == id && ui.time >= since + MOMENT);
    (drawn || ui.gate == Some(id)) && ui.time >= ui.gate_deaf_until
}

pub(super) fn abort(ui: &mut Ui, glass: &Glass, gate: Option<GateId>) -> OperatorAct {
    match gate.filter(|id| glass.run.gate(*id).is_some_and(Gate::is_open)) {
        Some(gate) => {
            taken(ui, glass, gate);
            let answer = Answer { kind: AnswerKind::Abort, text: Text::default() };
            OperatorAct::AnswerGate { gate, answer }
        }
        None => OperatorAct::Abort { reason: ASKED.to_owned() },
    }
}

/// Shows the gate after the one that is shown, or the first one again.
pub(super) fn next(ui: &mut Ui, glass: &Glass) {
    let open: Vec<GateId> = glass.run.open_gates().map(|gate| gate.id).collect();
    let shown = shown_gate(ui, glass);
    let place = shown.and_then(|shown| open.iter().position(|id| *id == shown));
    let next = place.map_or(0, |place| (place + 1) % open.len().max(1));
    if let Some(id) = open.get(next) {
        go_to(ui, *id);
    }
}

pub(super) fn go_to(ui: &mut Ui, id: GateId) {
    ui.dismissed.retain(|other| *other != id);
    ui.answered.retain(|other| *other != id);
    ui.gate = Some(id);
    ui.gate_choice = None;
    ui.typing = false;
    if ui.focus == Focus::Input {
        ui.focus_on(Focus::Gates);
    }
}

pub(super) fn put_aside(ui: &mut Ui, glass: &Glass, id: GateId) {
    ui.dismissed.push(id);
    ui.gate = None;
    ui.gate_choice = None;
    if ui.focus == Focus::Input {
        hand_over_focus(ui, glass);
    }
}
