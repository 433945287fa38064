//! Leaving the screen: what goes on without it, and what may be ended first.

use super::act::act;
use super::model::{Ask, Mode, Popup, Ui};
use crate::domain::{OperatorAct, PauseMode};
use crate::glass::Glass;
use crate::settings::keymap::Lookup;
use crate::settings::{Action, Context};
use crate::term::{Key, KeyCode};

fn runs(glass: &Glass) -> bool {
    glass.run.id.is_some() && !glass.run.is_over()
}

fn terminals(glass: &Glass) -> usize {
    glass.terminals.iter().filter(|entry| entry.exited.is_none()).count()
}

/// Leaves at once where nothing would be lost or left behind without a word.
pub(super) fn quit(ui: &mut Ui, glass: &Glass) -> Vec<Ask> {
    let stays = runs(glass) || terminals(glass) > 0;
    if ui.mode == Mode::Live && stays {
        ui.popups.push(Popup::ConfirmQuit);
        return Vec::new();
    }
    vec![Ask::Quit]
}

/// The words of the question, and what each key does.
pub(super) fn question(ui: &Ui, glass: &Glass) -> (String, Vec<(&'static str, &'static str)>) {
    let (run, terminals) = (runs(glass), terminals(glass));
    let mut text = String::new();
    match (run, terminals) {
        (true, 0) => text.push_str("The run goes on without the screen; `awtui` shows it again."),
        (true, _) => {
            text.push_str("The run and your terminals go on without the screen; `awtui` shows them again.");
        }
        (false, 0) => {}
        (false, 1) => text.push_str("Your terminal goes on without the screen; `awtui` shows it again."),
        (false, _) => text.push_str("Your terminals go on without the screen; `awtui` shows them again."),
    }
    if !ui.input.is_empty() {
        text.push_str(" The words in the input box are kept for the next time.");
    }
    let leave = match (run, terminals) {
        (true, 0) => "leave; the run goes on",
        (true, _) => "leave; all goes on",
        (false, 0) => "leave",
        (false, _) => "leave; what runs there goes on",
    };
    let mut choices = vec![("enter", leave)];
    if ui.mode == Mode::Live {
        if run {
            choices.extend([("p", "pause after this turn, leave"), ("A", "abort the run; asks first")]);
        }
        if terminals > 0 {
            choices.push(("T", "end what runs in the terminals, leave"));
        }
    }
    choices.push(("else", "stay"));
    (text.trim().to_owned(), choices)
}

pub(super) fn key(ui: &mut Ui, glass: &Glass, key: Key) -> Vec<Ask> {
    ui.popups.pop();
    let live = ui.mode == Mode::Live;
    // Nothing ends with the screen, so asking twice in the same way is enough.
    let again = matches!(ui.keymap.lookup(Context::Normal, &[key]), Lookup::Matched(Action::Quit));
    let leaves = again || key.code == KeyCode::Enter || matches!(key.typed(), Some('y' | 'd'));
    if leaves {
        return vec![Ask::Quit];
    }
    match key.typed() {
        Some('p') if runs(glass) && live => {
            let reason = "the operator left".to_owned();
            vec![Ask::Act(OperatorAct::Pause { mode: PauseMode::Drain, reason }), Ask::Quit]
        }
        Some('A') if runs(glass) && live => act(ui, glass, Action::Abort),
        Some('T') if live => {
            let close =
                |entry: &crate::domain::TerminalEntry| Ask::CloseTerminal { pane: entry.pane.clone() };
            glass.terminals.iter().map(close).chain([Ask::Quit]).collect()
        }
        Some(_) | None => Vec::new(),
    }
}
