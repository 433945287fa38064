//! A turn of Claude Code, as several sources tell of it: when it runs, and when it is over for good.
//!
//! A hook tells the end first and with its words, but also when queued prompts or helpers make it go on; the terminal
//! knows when nothing is left; the log has the last word a little later. None of them tells every end.

use crate::domain::{Observation, Source, Text, TurnEnd};
use crate::term::ProgramState;

/// Milliseconds of silence in which the log follows an end that the terminal told.
const AFTER_STATUS: u64 = 150;
/// After which an end told by a hook is believed where the terminal tells no status: queued prompts follow at once.
const AFTER_HOOK: u64 = 600;
/// After which an end told by the log alone is believed.
const AFTER_LOG: u64 = 1_500;
/// After which an end is believed although the terminal tells of work.
const AFTER_ALL: u64 = 5_000;

#[derive(Debug, Default)]
pub(super) struct Turn {
    running: bool,
    ending: Option<Ending>,
    /// The log closed this turn.
    closed: bool,
    last_text: String,
}

#[derive(Debug)]
struct Ending {
    end: TurnEnd,
    source: Source,
    text: Option<String>,
    /// Helpers go on.
    helpers: bool,
}

impl Turn {
    pub(super) fn runs(&self) -> bool {
        self.running
    }

    pub(super) fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// `true`: it is a new one.
    pub(super) fn starts(&mut self) -> bool {
        self.ending = None;
        self.closed = false;
        if self.running {
            return false;
        }
        self.last_text.clear();
        self.running = true;
        true
    }

    pub(super) fn says(&mut self, text: &str) {
        if !text.is_empty() {
            text.clone_into(&mut self.last_text);
        }
    }

    pub(super) fn stopped(&mut self, text: String, helpers: bool) {
        if self.running {
            let (end, source) = (TurnEnd::Completed, Source::Hook);
            self.ending = Some(Ending { end, source, text: Some(text), helpers });
        }
    }

    pub(super) fn failed(&mut self, reason: String) {
        if self.running {
            let (end, source) = (TurnEnd::Failed { reason }, Source::Hook);
            self.ending = Some(Ending { end, source, text: None, helpers: false });
        }
    }

    /// The terminal tells that nothing runs.
    pub(super) fn rests(&mut self, state: ProgramState, message: Option<&str>) {
        let end = match state {
            ProgramState::Idle => TurnEnd::Interrupted,
            ProgramState::Done => TurnEnd::Completed,
            ProgramState::Error => TurnEnd::Failed {
                reason: message.unwrap_or("Claude Code shows an error; see the pane").to_owned(),
            },
            ProgramState::Working | ProgramState::Blocked | ProgramState::Clear => return,
        };
        if self.running && self.ending.is_none() {
            self.ending = Some(Ending { end, source: Source::TerminalStatus, text: None, helpers: false });
        }
    }

    /// The log closes the turn; `alone`: nothing else tells of its end.
    pub(super) fn closes(&mut self, end: TurnEnd, alone: bool) {
        self.closed = true;
        if alone && self.running {
            self.ending = Some(Ending { end, source: Source::SessionLog, text: None, helpers: false });
        }
    }

    /// Its end, once it is certain: `last` is what the terminal told last, if it tells anything; `quiet` its silence.
    pub(super) fn over(
        &mut self,
        last: Option<ProgramState>,
        quiet: Option<u64>,
    ) -> Option<(Source, Observation)> {
        let ending = self.ending.as_ref()?;
        let works = matches!(last, Some(ProgramState::Working | ProgramState::Blocked));
        let is_failure = matches!(ending.end, TurnEnd::Failed { .. });
        let told = last.is_some() && (!works || is_failure);
        let patience = match (ending.source, last) {
            (_, Some(_)) if told => AFTER_STATUS,
            (_, Some(_)) => AFTER_ALL,
            (Source::SessionLog, None) => AFTER_LOG,
            (_, None) => AFTER_HOOK,
        };
        let silent = quiet.is_some_and(|quiet| quiet >= patience) && (told || !ending.helpers);
        let believed = silent || (told && self.closed);
        if !believed {
            return None;
        }
        let Ending { end, source, text, .. } = self.ending.take()?;
        self.running = false;
        self.closed = false;
        let text = text.unwrap_or_else(|| std::mem::take(&mut self.last_text));
        Some((source, Observation::TurnEnded { end, text: Text::from(text) }))
    }
}
