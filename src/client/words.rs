//! What the operator wrote, kept for the next session: what was sent, and what stands in the input box when awtui is
//! left, and what was done by way of the palette. And what a word may become: the files of the repository.
//!
//! Owns three private files in the state folder of the project. Words that cannot be kept are said once.

use super::screen::Screen;
use crate::project::{Listing, list_files};
use crate::ui::{Address, Mode};
use serde_json::{Value, json};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// One JSON text a line, the oldest first.
const SENT: &str = "sent.jsonl";
const DRAFT: &str = "draft.json";
/// What was done by way of the palette, a name a line, the last first.
const RECENT: &str = "recent";
/// Texts that are kept; twice as many before the file is written anew.
const MOST: usize = 200;
/// A longer text is not kept: it is in the run's journal.
const LONGEST: usize = 64 * 1024;
/// A draft is kept this long after a key, for the day on which awtui is killed.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Words {
    folder: PathBuf,
    /// The draft that is in the file.
    saved: Option<(Address, String)>,
    /// When the draft is looked at again.
    pub(super) due: Option<Instant>,
    pub(super) listing: Option<JoinHandle<Listing>>,
    failed: bool,
}

impl Words {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, saved: None, due: None, listing: None, failed: false }
    }

    fn keep(&mut self, said: &[String]) -> io::Result<()> {
        let lines: String = said
            .iter()
            .filter(|text| text.len() <= LONGEST)
            .map(|text| Value::from(text.as_str()).to_string() + "\n")
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let mut file =
            OpenOptions::new().create(true).append(true).mode(0o600).open(self.folder.join(SENT))?;
        // In one write, so that the lines of two screens do not mix.
        file.write_all(lines.as_bytes())
    }

    fn save(&mut self, draft: Option<(Address, String)>) -> io::Result<()> {
        self.due = None;
        if draft == self.saved {
            return Ok(());
        }
        let path = self.folder.join(DRAFT);
        match &draft {
            Some((address, text)) => {
                replace(&path, &json!({"to": address.written(), "text": text}).to_string())?;
            }
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            },
        }
        self.saved = draft;
        Ok(())
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&new, path)
}

/// What was sent, the oldest first. A line that cannot be read is left out.
fn sent(folder: &Path) -> Vec<String> {
    let path = folder.join(SENT);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    let kept = &all[all.len().saturating_sub(MOST)..];
    if all.len() > 2 * MOST {
        // Another session may add a line meanwhile, which is lost; the words are in its run.
        drop(replace(&path, &(kept.join("\n") + "\n")));
    }
    kept.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn draft(folder: &Path) -> Option<(Address, String)> {
    let text = fs::read_to_string(folder.join(DRAFT)).ok()?;
    let draft: Value = serde_json::from_str(&text).ok()?;
    Some((Address::read(draft["to"].as_str()?), draft["text"].as_str()?.to_owned()))
}

impl Screen<'_> {
    pub(super) fn remember_words(&mut self) {
        if self.ui.mode == Mode::Live {
            let draft = draft(&self.words.folder);
            self.words.saved.clone_from(&draft);
            self.ui.remember(sent(&self.words.folder), draft);
            let recent = fs::read_to_string(self.words.folder.join(RECENT)).unwrap_or_default();
            self.ui.remember_recent(&recent);
        }
    }

    /// After each event: what was sent is kept at once, what stands in the box a moment later.
    pub(super) fn keep_words(&mut self) {
        let said = self.ui.take_said();
        let kept = self.words.keep(&said);
        self.told_of(kept);
        if let Some(recent) = self.ui.take_recent() {
            let kept = replace(&self.words.folder.join(RECENT), &recent);
            self.told_of(kept);
        }
        if self.words.due.is_none() {
            self.words.due = Some(Instant::now() + PAUSE);
        }
    }

    pub(super) fn save_draft(&mut self) {
        if self.ui.mode == Mode::Live {
            let (text, address) = self.ui.input();
            let draft = (!text.trim().is_empty()).then(|| (address.clone(), text));
            let saved = self.words.save(draft);
            self.told_of(saved);
        }
    }

    fn told_of(&mut self, kept: io::Result<()>) {
        if let Err(error) = kept
            && !std::mem::replace(&mut self.words.failed, true)
        {
            let folder = self.words.folder.display();
            self.ui.refused(format!("what you write cannot be kept for later in {folder}: {error}"));
        }
    }

    /// The files are looked for beside the screen; [`Self::listed`] tells them.
    pub(super) fn list_files(&mut self) {
        let root = PathBuf::from(self.host.directory());
        if self.words.listing.is_none() {
            self.words.listing = Some(tokio::task::spawn_blocking(move || list_files(&root)));
        }
    }

    pub(super) fn listed(&mut self, listing: Listing) {
        self.words.listing = None;
        self.ui.files_listed(&self.glass, listing.paths, listing.cut);
    }
}

/// The files, once they are found; for ever where nobody looks for them.
pub(super) async fn found(listing: &mut Option<JoinHandle<Listing>>) -> Listing {
    match listing {
        Some(handle) => handle.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}
