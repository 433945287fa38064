//! Which panes there are to show: those of the roles in their order, then the operator's own terminals.
//!
//! Owns what a place on the screen stands for. It keeps nothing: a place is looked up each time.

use super::format::fit;
use super::model::{Focus, Ui, Zoom};
use crate::domain::{PaneId, PaneState, RoleName, Run, Step, TerminalEntry, Text};
use crate::glass::Glass;

/// Columns of the longest name: what stands beside it matters as well.
const LONGEST: u16 = 28;

/// A place for a pane, whether something runs there or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) focus: Focus,
    /// What people call it: the role, or the command.
    pub(super) name: String,
    /// `None`: a terminal of the operator.
    pub(super) role: Option<RoleName>,
    /// `None`: nothing has run there yet.
    pub(super) pane: Option<PaneId>,
    /// Something runs there now.
    pub(super) lives: bool,
}

pub(super) fn is_pane(focus: Focus) -> bool {
    match focus {
        Focus::Analyst | Focus::Worker | Focus::Role(_) | Focus::Terminal(_) => true,
        Focus::Steps | Focus::Ledger | Focus::Gates | Focus::Artifacts | Focus::Events | Focus::Input => {
            false
        }
    }
}

/// All of them, in the order in which they stand on the screen.
pub(super) fn slots(glass: &Glass) -> Vec<Slot> {
    let run = &glass.run;
    let roles = run.roles.keys().map(|role| Slot {
        focus: focus_of(run, role),
        name: role.to_string(),
        role: Some(role.clone()),
        pane: run.roles.get(role).and_then(|state| state.pane.clone()),
        lives: run.role_pane(role).is_some_and(|pane| pane.state != PaneState::Gone),
    });
    let terminals = (0_u8..).zip(&glass.terminals).map(|(place, entry)| Slot {
        focus: Focus::Terminal(place),
        name: called(entry),
        role: None,
        pane: Some(entry.pane.clone()),
        lives: entry.exited.is_none(),
    });
    roles.chain(terminals).collect()
}

/// A command without the folder of its program, and not longer than a line has room for.
fn called(entry: &TerminalEntry) -> String {
    let command = entry.name();
    let (program, arguments) = command.split_once(' ').unwrap_or((command, ""));
    let program = program.rsplit('/').next().unwrap_or(program);
    fit(format!("{program} {arguments}").trim(), LONGEST)
}

pub(super) fn slot(glass: &Glass, focus: Focus) -> Option<Slot> {
    slots(glass).into_iter().find(|slot| slot.focus == focus)
}

/// The role whose pane has the keys.
pub(super) fn role(glass: &Glass, focus: Focus) -> Option<RoleName> {
    slot(glass, focus).and_then(|slot| slot.role)
}

/// What goes on by hand with the session of the pane that has the keys, once its agent told the id.
pub(super) fn resume_command(glass: &Glass, focus: Focus) -> Option<String> {
    let pane = slot(glass, focus)?.pane?;
    let session = glass.run.panes.get(&pane)?.session.clone();
    let id = glass.run.sessions.get(&session)?.agent_session.as_deref()?;
    Some(format!("awtui resume-session {id}"))
}

/// What the agent of the pane that has the keys said last in a turn that is over; else why that is not here.
pub(super) fn last_answer(glass: &Glass, focus: Focus) -> Result<String, String> {
    let role = role(glass, focus).ok_or("go to the pane of an agent")?;
    let of_role = |step: &&Step| step.role.as_ref() == Some(&role) && !step.last_message.is_empty();
    let step = glass.run.steps.iter().rev().find(of_role);
    match step.map(|step| &step.last_message) {
        Some(Text::Inline(words)) => Ok(words.clone()),
        Some(Text::Blob { bytes, .. }) => {
            Err(format!("it is {bytes} bytes long: the transcript holds it all"))
        }
        None => Err(format!("the {role} has not said anything yet")),
    }
}

/// Where a role's pane is.
pub(super) fn focus_of(run: &Run, role: &RoleName) -> Focus {
    match role.as_str() {
        "analyst" => Focus::Analyst,
        "worker" => Focus::Worker,
        _ => {
            let others = run.roles.keys().filter(|one| !matches!(one.as_str(), "analyst" | "worker"));
            let place = (0_u8..).zip(others).find(|(_, one)| *one == role).map(|(place, _)| place);
            Focus::Role(place.unwrap_or_default())
        }
    }
}

impl Ui {
    /// Whether the pane beside the input box is there by choice: where no panel is to be seen, panes have the keys anyway.
    pub(super) fn is_beside_chosen_pane(&self) -> bool {
        self.beside.is_some() && (self.layout.panels || self.zoom != Zoom::Normal)
    }

    pub(super) fn focus_on(&mut self, focus: Focus) {
        self.chosen = Some(focus);
        if focus != Focus::Input {
            self.beside = None;
        } else if is_pane(self.focus) {
            self.beside = Some(self.focus);
        }
        self.focus = focus;
        if Focus::PANELS.contains(&focus) {
            self.shape.show(focus);
            self.panel = focus;
            if focus != Focus::Steps {
                self.side = focus;
            }
        }
    }
}

/// The place that is shown where there is room for one: the one with the keys, or that had them before the input box; else that
/// of the role that works.
pub(super) fn active(ui: &Ui, glass: &Glass, all: &[Slot]) -> Option<Slot> {
    let focus = ui.beside.filter(|_| ui.focus == Focus::Input).unwrap_or(ui.focus);
    let current = || glass.run.steps.iter().rev().find_map(|step| step.role.clone());
    let working = || {
        let role = current()?;
        all.iter().find(|slot| slot.role.as_ref() == Some(&role))
    };
    all.iter().find(|slot| slot.focus == focus).or_else(working).or_else(|| all.first()).cloned()
}
