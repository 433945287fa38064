//! What is opened to be looked at: of which step, and what can be looked at next to it.

use super::Preview;
use crate::domain::{Fetch, Gate, GateKind, RoleName, Step};
use crate::glass::Glass;
use crate::settings::Action;
use crate::ui::act::selected;
use crate::ui::model::{Ask, Focus, Mode, Popup, Ui};
use crate::ui::slots;
use crate::ui::view::shown_gate;

/// What of a step can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Subject {
    Report,
    Diff,
    Log,
    Prompt,
}

/// Whether a step has it.
fn has(step: &Step, subject: Subject) -> bool {
    let evidence = &step.evidence;
    match subject {
        Subject::Diff => evidence.diff.is_some() || (evidence.before.is_some() && !step.is_over()),
        Subject::Log => !evidence.checks.is_empty(),
        Subject::Prompt => !step.prompt.is_empty(),
        Subject::Report => true,
    }
}

/// The step that is meant: the selected one, that of the gate that is shown, else the newest; and of those before it
/// the first that has what is asked for.
fn meant<'a>(ui: &Ui, glass: &'a Glass, subject: Subject) -> Result<&'a Step, String> {
    let steps = &glass.run.steps;
    let gate = shown_gate(ui, glass).and_then(|id| glass.run.gate(id)).and_then(|gate| gate.step);
    let place = match gate {
        Some(number) => steps.iter().position(|step| step.number == number),
        None if ui.focus == Focus::Steps => Some(selected(ui, glass, Focus::Steps)),
        None => None,
    };
    let place = place.unwrap_or(steps.len().saturating_sub(1));
    let Some(last) = steps.get(place) else { return Err("no step has begun yet".to_owned()) };
    let found = steps[..=place].iter().rev().find(|step| has(step, subject));
    found.ok_or_else(|| {
        let what = match subject {
            Subject::Report => "has a report",
            Subject::Diff => "changed files that git knows of",
            Subject::Log => "ran checks",
            Subject::Prompt => "sent a prompt",
        };
        format!("no step up to {} {what}", last.number)
    })
}

/// Whether the diff of all steps together is meant: where the end of the run is decided or reached. A replay keeps the diffs of
/// single steps only.
fn is_about_all(ui: &Ui, glass: &Glass) -> bool {
    let gate = shown_gate(ui, glass).and_then(|id| glass.run.gate(id));
    let decides_end = |gate: &Gate| matches!(gate.kind, GateKind::DoneConfirmation);
    let at_end = match gate {
        Some(gate) => decides_end(gate),
        // Its card may have been put aside.
        None => (glass.run.is_over() || glass.run.open_gates().any(decides_end)) && ui.focus != Focus::Steps,
    };
    let several = glass.run.steps.iter().filter(|step| step.evidence.diff.is_some()).count() > 1;
    at_end && several && ui.mode != Mode::Replay
}

/// The diff of the whole run for that of a step, and the other way round.
pub(super) fn other_diff(ui: &Ui, glass: &Glass, what: &Fetch) -> Result<Fetch, String> {
    let newest = || glass.run.steps.iter().rev().find(|step| has(step, Subject::Diff));
    match what {
        Fetch::Diff { .. } if ui.mode == Mode::Replay => {
            Err("a replay keeps the diffs of single steps".to_owned())
        }
        Fetch::Diff { .. } => Ok(Fetch::Changes),
        Fetch::Changes => newest()
            .map(|step| Fetch::Diff { step: step.number, file: None })
            .ok_or_else(|| "no step changed files that git knows of".to_owned()),
        Fetch::Report { .. }
        | Fetch::Prompt { .. }
        | Fetch::CheckLog { .. }
        | Fetch::File { .. }
        | Fetch::Transcript { .. }
        | Fetch::Blob { .. }
        | Fetch::Unknown => Err("this is no diff".to_owned()),
    }
}

/// Why it cannot be shown.
pub(in crate::ui) fn cannot_show(ui: &Ui, glass: &Glass, subject: Subject) -> Option<String> {
    meant(ui, glass, subject).err()
}

pub(in crate::ui) fn show(ui: &mut Ui, glass: &Glass, subject: Subject) -> Vec<Ask> {
    let Ok(step) = meant(ui, glass, subject) else { return Vec::new() };
    let number = step.number;
    let what = match subject {
        Subject::Diff if is_about_all(ui, glass) => Fetch::Changes,
        Subject::Diff => Fetch::Diff { step: number, file: None },
        Subject::Log => {
            let checks = &step.evidence.checks;
            // The one that one wants to know more about.
            let failed = checks.iter().position(|(_, result)| !result.passed());
            let check = failed.unwrap_or(checks.len().saturating_sub(1));
            Fetch::CheckLog { step: number, check: u32::try_from(check).unwrap_or(0) }
        }
        Subject::Prompt => Fetch::Prompt { step: number },
        Subject::Report => Fetch::Report { step: number },
    };
    open(ui, glass, what)
}

/// The role whose pane has the keys, else the one that works or worked last.
fn role_meant(ui: &Ui, glass: &Glass) -> Option<RoleName> {
    let last = || glass.run.steps.iter().rev().find_map(|step| step.role.clone());
    slots::role(glass, ui.focus).or_else(last)
}

pub(in crate::ui) fn cannot_show_transcript(ui: &Ui, glass: &Glass) -> Option<String> {
    role_meant(ui, glass).is_none().then(|| "no agent was spoken to yet".to_owned())
}

pub(in crate::ui) fn show_transcript(ui: &mut Ui, glass: &Glass) -> Vec<Ask> {
    match role_meant(ui, glass) {
        Some(role) => open(ui, glass, Fetch::Transcript { role }),
        None => Vec::new(),
    }
}

/// The role whose shown pane draws its own screen: no line of it is kept, its transcript is.
fn role_without_lines(ui: &Ui, glass: &Glass) -> Option<RoleName> {
    let slot = slots::active(ui, glass, &slots::slots(glass))?;
    let shown = glass.panes.get(&slot.pane?)?;
    slot.role.filter(|_| shown.screen.modes().alt_screen)
}

/// Whether an action that goes back in a pane leads to the transcript of its role.
pub(in crate::ui) fn can_read_back(ui: &Ui, glass: &Glass, action: Action) -> bool {
    // In a panel these go up its list.
    let in_pane = !Focus::PANELS.contains(&ui.focus);
    let goes_back = action == Action::Search || (in_pane && matches!(action, Action::PageUp | Action::Top));
    goes_back && ui.preview().is_none() && !ui.reader.is_reading() && role_without_lines(ui, glass).is_some()
}

/// The transcript in place of the lines that the shown pane does not keep: at its end, which is now, or at its beginning, or
/// with a search to be typed. `None` where the pane keeps its lines.
pub(in crate::ui) fn read_back(ui: &mut Ui, glass: &Glass, action: Action) -> Option<Vec<Ask>> {
    if !can_read_back(ui, glass, action) {
        return None;
    }
    let role = role_without_lines(ui, glass)?;
    let asks = open(ui, glass, Fetch::Transcript { role });
    if let Some(Popup::Preview(preview)) = ui.popups.last_mut() {
        preview.instead = true;
        if action != Action::Top {
            preview.goal = super::Goal::End;
        }
        preview.typed = (action == Action::Search).then(String::new);
    }
    Some(asks)
}

pub(in crate::ui) fn open(ui: &mut Ui, glass: &Glass, what: Fetch) -> Vec<Ask> {
    let id = ui.next_fetch();
    let title = title(glass, &what);
    let mut preview = Preview::new(what, title, id, ui.time);
    let ask = preview.ask(id, ui.time, 0, super::Goal::At(0));
    ui.popups.push(Popup::Preview(Box::new(preview)));
    vec![ask]
}

fn title(glass: &Glass, what: &Fetch) -> String {
    match what {
        Fetch::Report { step } => {
            let phase = glass.run.step(*step).map_or_else(String::new, |step| format!(" {}", step.phase));
            format!("report of step {step}{phase}")
        }
        Fetch::Prompt { step } => format!("prompt of step {step}"),
        Fetch::Diff { step, file: None } => {
            let goes_on = glass.run.step(*step).is_some_and(|step| step.evidence.diff.is_none());
            format!("diff of step {step}{}", if goes_on { " so far" } else { "" })
        }
        Fetch::Changes => "diff of the whole run".to_owned(),
        Fetch::Diff { step, file: Some(file) } => format!("diff of step {step}: {file}"),
        Fetch::CheckLog { step, check } => {
            let index = usize::try_from(*check).unwrap_or(0);
            let checks = glass.run.step(*step).map_or(&[][..], |step| &step.evidence.checks);
            let Some((name, result)) = checks.get(index) else {
                return format!("check {check} of step {step}");
            };
            let end = match (&result.reason, result.code) {
                (Some(reason), _) => format!("FAILED: {reason}"),
                (None, Some(0)) => "passed".to_owned(),
                (None, Some(code)) => format!("FAILED with {code}"),
                (None, None) => "FAILED without an exit code".to_owned(),
            };
            let place =
                if checks.len() > 1 { format!(" {}/{}", index + 1, checks.len()) } else { String::new() };
            format!("check {name}{place} of step {step}: {end}")
        }
        Fetch::File { path } => path.strip_prefix("artifacts/").unwrap_or(path).to_owned(),
        Fetch::Transcript { role } => format!("transcript of the {role}"),
        Fetch::Blob { .. } | Fetch::Unknown => "text".to_owned(),
    }
}

/// What lies beside it: the next step's report, the next check, the next file.
pub(super) fn beside(glass: &Glass, what: &Fetch, forward: bool) -> Option<Fetch> {
    let run = &glass.run;
    let other = |place: usize, count: usize| -> Option<usize> {
        let next = if forward { place.checked_add(1) } else { place.checked_sub(1) };
        next.filter(|next| *next < count)
    };
    let step_beside = |number, subject| {
        let with: Vec<_> =
            run.steps.iter().filter(|step| has(step, subject)).map(|step| step.number).collect();
        let place = with.iter().position(|one| *one == number)?;
        with.get(other(place, with.len())?).copied()
    };
    match what {
        Fetch::Report { step } => step_beside(*step, Subject::Report).map(|step| Fetch::Report { step }),
        Fetch::Prompt { step } => step_beside(*step, Subject::Prompt).map(|step| Fetch::Prompt { step }),
        Fetch::CheckLog { step, check } => {
            let count = run.step(*step)?.evidence.checks.len();
            let next = other(usize::try_from(*check).ok()?, count)?;
            Some(Fetch::CheckLog { step: *step, check: u32::try_from(next).ok()? })
        }
        Fetch::File { path } => {
            let files: Vec<_> = glass.artifacts.iter().filter(|entry| !entry.is_folder).collect();
            let place = files.iter().position(|entry| entry.path == *path)?;
            let next = files.get(other(place, files.len())?)?;
            Some(Fetch::File { path: next.path.clone() })
        }
        Fetch::Diff { .. }
        | Fetch::Changes
        | Fetch::Transcript { .. }
        | Fetch::Blob { .. }
        | Fetch::Unknown => None,
    }
}
