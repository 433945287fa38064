//! What a demo agent remembers: its session's log, one JSON object a line, from which a later process goes on.

use crate::agent::protocol::{ToDesk, UsageLine};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
enum Entry {
    Begun {
        id: String,
    },
    /// A prompt in full: its last line is the mark by which its arrival is confirmed.
    Prompt {
        text: String,
    },
    Call {
        usage: UsageLine,
        context: u32,
    },
    Compacted {
        usage: UsageLine,
        context: u32,
    },
    Said {
        text: String,
    },
    /// The scene was played and its report was taken.
    Scene {
        done: u32,
    },
}

pub(super) struct Session {
    pub(super) id: String,
    pub(super) path: Option<PathBuf>,
    file: Option<File>,
    /// Scenes whose reports were taken.
    pub(super) scenes: u32,
    /// Tokens.
    pub(super) context: u32,
    pub(super) usages: Vec<UsageLine>,
    /// What was said last in an earlier process.
    pub(super) last_words: Option<String>,
}

impl Session {
    /// A new session, or the one that is named, from its log in `folder`. Without a folder nothing is kept.
    pub(super) fn open(folder: Option<&Path>, fresh_id: &str, resume: Option<&str>) -> std::io::Result<Self> {
        let path = folder.map(|folder| folder.join("session.jsonl"));
        let mut session = Self {
            id: resume.unwrap_or(fresh_id).to_owned(),
            path: path.clone(),
            file: None,
            scenes: 0,
            context: 0,
            usages: Vec::new(),
            last_words: None,
        };
        let Some(path) = path else { return Ok(session) };
        let mut known = false;
        if resume.is_some()
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            known = true;
            for entry in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
                session.replay(entry);
            }
        }
        session.file = Some(OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?);
        if !known {
            session.write(&Entry::Begun { id: session.id.clone() });
        }
        Ok(session)
    }

    fn replay(&mut self, entry: Entry) {
        match entry {
            Entry::Begun { id } => self.id = id,
            Entry::Prompt { .. } => {}
            Entry::Call { usage, context } | Entry::Compacted { usage, context } => {
                self.usages.push(usage);
                self.context = context;
            }
            Entry::Said { text } => self.last_words = Some(text),
            Entry::Scene { done } => self.scenes = done,
        }
    }

    fn write(&mut self, entry: &Entry) {
        let Some(file) = &mut self.file else { return };
        let Ok(mut line) = serde_json::to_string(entry) else { return };
        line.push('\n');
        // A log that cannot be written costs this agent its memory, not its work.
        let _ = file.write_all(line.as_bytes());
    }

    pub(super) fn prompted(&mut self, text: &str) {
        self.write(&Entry::Prompt { text: text.to_owned() });
    }

    pub(super) fn said(&mut self, text: &str) {
        self.write(&Entry::Said { text: text.to_owned() });
    }

    pub(super) fn called(&mut self, usage: UsageLine, context: u32) {
        self.write(&Entry::Call { usage: usage.clone(), context });
        self.context = context;
        self.usages.push(usage);
    }

    pub(super) fn compacted(&mut self, usage: UsageLine, context: u32) {
        self.write(&Entry::Compacted { usage: usage.clone(), context });
        self.context = context;
        self.usages.push(usage);
    }

    pub(super) fn scene_over(&mut self) {
        self.scenes += 1;
        self.write(&Entry::Scene { done: self.scenes });
    }

    /// The id of the next paid call.
    pub(super) fn next_message(&self) -> String {
        format!("{}.{}", self.id, self.usages.len() + 1)
    }

    pub(super) fn told(&self) -> ToDesk {
        ToDesk::Session {
            id: self.id.clone(),
            log: self.path.as_ref().map(|path| path.display().to_string()),
        }
    }

    /// US dollars, of all processes of this session.
    pub(super) fn cost(&self) -> f64 {
        self.usages.iter().filter_map(|usage| usage.cost).sum()
    }
}
