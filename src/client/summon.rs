//! Calling a person who looks elsewhere, and telling in the terminal's title how the run stands.
//!
//! Owns when it is silent: while the terminal has the focus, and for everything that was before this screen.

use super::screen::Screen;
use crate::domain::{Record, Summons};
use crate::project::summon;
use crate::settings::NotifySettings;
use crate::tty::{Herald, Tty, TtyError, TtyEvent};
use crate::ui::{self, Ui};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// A terminal that tells nothing of its focus is looked at for so long after a key.
const LOOKING: Duration = Duration::from_secs(10);
/// How long the first frame waits for the terminal's colours: an answer from this machine comes within it.
const ANSWER: Duration = Duration::from_millis(80);

/// How a person is called, by the settings and by what the terminal knows.
#[derive(Debug, Clone)]
pub struct Calls {
    pub notify: NotifySettings,
    /// The terminal's title tells how the run stands.
    pub title: bool,
    pub herald: Herald,
}

pub(super) struct Caller {
    calls: Calls,
    waiting: Vec<Summons>,
    focused: Option<bool>,
    title: String,
    /// Until then the first frame waits for the colour of the background.
    first_frame: Option<Instant>,
}

impl Caller {
    pub(super) fn new(calls: Calls) -> Self {
        Self { calls, waiting: Vec::new(), focused: None, title: String::new(), first_frame: None }
    }

    /// Asks for the background where the theme goes by it.
    pub(super) fn ask_background(&mut self, tty: &mut Tty, ui: &Ui) -> Result<(), TtyError> {
        if ui.looks.is_some() && tty.ask_background()? {
            self.first_frame = Some(Instant::now() + ANSWER);
        }
        Ok(())
    }

    /// A frame that is due then is drawn then, or when the background is known.
    pub(super) fn not_before(&self, due: Instant) -> Instant {
        self.first_frame.map_or(due, |earliest| due.max(earliest))
    }

    pub(super) fn heard(&mut self, tty: &mut Tty, ui: &mut Ui, event: &TtyEvent) -> Result<(), TtyError> {
        if let TtyEvent::Focus(gained) = event {
            self.focused = Some(*gained);
            // The operator may have changed the colours elsewhere.
            if *gained && ui.looks.is_some() {
                tty.ask_background()?;
            }
        }
        if let TtyEvent::Dark(dark) = event {
            self.first_frame = None;
            ui.set_dark(*dark);
        }
        Ok(())
    }

    fn looks(&self, last_key: Option<Instant>) -> bool {
        self.focused.unwrap_or_else(|| last_key.is_some_and(|key| key.elapsed() < LOOKING))
    }
}

impl Screen<'_> {
    /// The record has just been taken in.
    pub(super) fn note_summons(&mut self, record: &Record) {
        self.caller.waiting.extend(Summons::of(&record.fact, &self.glass.run));
    }

    /// Calls for what has come up since the last time, and brings the title up to date.
    pub(super) fn call(&mut self, tty: &mut Tty) -> Result<(), TtyError> {
        let calls = &self.caller.calls;
        if calls.title {
            let directory = self.host.directory();
            let project = Path::new(&directory).file_name().map(|name| name.to_string_lossy().into_owned());
            let title = ui::title_of(&self.glass.run, project.as_deref().unwrap_or(&directory));
            if title != self.caller.title {
                tty.set_title(calls.herald, &title)?;
                self.caller.title = title;
            }
        }
        let waiting = std::mem::take(&mut self.caller.waiting);
        if waiting.is_empty() || self.caller.looks(self.last_key) {
            return Ok(());
        }
        let calls = self.caller.calls.clone();
        if calls.notify.bell {
            tty.send("\x07")?;
        }
        for summons in &waiting {
            if calls.notify.terminal {
                tty.send(&calls.herald.notification(&summons.title, &summons.message))?;
            }
            let Some(run) = self.run.clone() else { continue };
            let directory = self.host.directory();
            let command = &calls.notify.command;
            if let Err(error) = summon(command, summons, &run, Path::new(&directory), None) {
                let program = command.first().cloned().unwrap_or_default();
                self.ui.refused(format!("{program} of notify.command cannot be run: {error}"));
            }
        }
        Ok(())
    }
}
