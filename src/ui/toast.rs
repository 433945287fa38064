//! News for the operator that stay on the screen long enough to be read. What was refused goes with the first key after a
//! moment: whoever does something else has read it.

use crate::domain::Millis;

/// How long one is shown.
const SHOWN: Millis = 8_000;
/// How long a refusal stays whatever is pressed.
const READ: Millis = 1_500;
/// Older ones than this many give way.
const MOST: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Toast {
    pub(super) text: String,
    /// Something that was asked for and not done; else a plain piece of news.
    pub(super) refusal: bool,
    since: Millis,
    until: Millis,
}

/// The newest last.
#[derive(Debug, Default)]
pub(super) struct Toasts(Vec<Toast>);

impl Toasts {
    pub(super) fn refusal(&mut self, text: String, now: Millis) {
        self.push(Toast { text, refusal: true, since: now, until: now + SHOWN });
    }

    pub(super) fn news(&mut self, text: String, now: Millis) {
        self.push(Toast { text, refusal: false, since: now, until: now + SHOWN });
    }

    fn push(&mut self, toast: Toast) {
        self.0.retain(|other| other.text != toast.text);
        self.0.push(toast);
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }

    pub(super) fn newest(&self) -> Option<&Toast> {
        self.0.last()
    }

    /// It is true no more.
    pub(super) fn withdraw(&mut self, text: &str) {
        self.0.retain(|toast| toast.text != text);
    }

    /// A key was pressed: refusals that could be read by then go.
    pub(super) fn go_on(&mut self, now: Millis) {
        self.0.retain(|toast| !toast.refusal || now < toast.since + READ);
    }

    /// The operator has read it.
    pub(super) fn dismiss(&mut self) {
        self.0.clear();
    }

    /// Whether one went.
    pub(super) fn expire(&mut self, now: Millis) -> bool {
        let before = self.0.len();
        self.0.retain(|toast| toast.until > now);
        self.0.len() != before
    }
}
