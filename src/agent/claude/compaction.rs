//! A compaction of Claude Code: begun by a hook, ended by the log, which tells the sizes, or by none of both.

use crate::domain::{Observation, Source};

/// Milliseconds in which the log follows the hook or the terminal.
const AFTER_HOOK: u64 = 1_500;
const AFTER_STATUS: u64 = 1_000;
/// What Claude says when there is nothing to compact.
const NOTHING: &str = "Not enough messages";

#[derive(Debug, Default, PartialEq)]
pub(super) enum Compaction {
    #[default]
    None,
    Running {
        failed: Option<String>,
    },
    /// A hook told that it is done.
    Done,
    /// The terminal is at rest, and nobody said how it went.
    Resting {
        failed: Option<String>,
    },
}

impl Compaction {
    pub(super) fn starts(&mut self, automatic: bool) -> Option<Observation> {
        let new = *self == Self::None;
        *self = Self::Running { failed: None };
        new.then_some(Observation::CompactionStarted { automatic })
    }

    pub(super) fn runs(&self) -> bool {
        *self != Self::None
    }

    pub(super) fn waits(&self) -> bool {
        matches!(self, Self::Done | Self::Resting { .. })
    }

    pub(super) fn done(&mut self) {
        if self.runs() {
            *self = Self::Done;
        }
    }

    pub(super) fn fails(&mut self, reason: String) {
        if let Self::Running { failed } = self {
            *failed = Some(reason);
        }
    }

    pub(super) fn rests(&mut self) {
        if let Self::Running { failed } = self {
            *self = Self::Resting { failed: failed.take() };
        }
    }

    /// The log tells the sizes.
    pub(super) fn ended(&mut self, before: Option<u64>, after: Option<u64>) -> Option<Observation> {
        let over = Observation::CompactionEnded { before, after, failed: None, nothing: false };
        self.take(over)
    }

    /// Claude said why it did nothing.
    pub(super) fn refused(&mut self, reason: &str) -> Option<Observation> {
        let nothing = reason.contains(NOTHING);
        let failed = Some(reason.to_owned()).filter(|_| !nothing);
        self.take(Observation::CompactionEnded { before: None, after: None, failed, nothing })
    }

    pub(super) fn quiet(
        &mut self,
        screen: &mut dyn FnMut() -> String,
        quiet: u64,
    ) -> Option<(Source, Observation)> {
        match self {
            Self::Done if quiet >= AFTER_HOOK => Some((Source::Hook, self.ended(None, None)?)),
            Self::Resting { failed: Some(reason) } if quiet >= AFTER_STATUS => {
                let reason = reason.clone();
                Some((Source::Hook, self.refused(&reason)?))
            }
            Self::Resting { failed: None } if quiet >= AFTER_STATUS => {
                let words = screen();
                let last = words.lines().rev().find(|line| line.contains(NOTHING));
                let source = if last.is_some() { Source::ScreenText } else { Source::TerminalStatus };
                Some((source, self.refused(last.unwrap_or("it was interrupted, or failed without a word"))?))
            }
            Self::None | Self::Running { .. } | Self::Done | Self::Resting { .. } => None,
        }
    }

    fn take(&mut self, over: Observation) -> Option<Observation> {
        (std::mem::take(self) != Self::None).then_some(over)
    }
}
