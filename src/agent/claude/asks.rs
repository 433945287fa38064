//! The questions of Claude Code that are open: by a hook that waits, or seen at its terminal alone.
//!
//! Owns when a question is gone without an answer of awtui. It never answers one.

use crate::domain::{Observation, PermissionRequest};
use crate::term::{ProgramState, ProgramStatus};
use serde_json::Value;
use std::collections::BTreeMap;

/// The name of a question for which no hook was called.
const PANE: &str = "pane";
/// Milliseconds in which the hook of a question that the terminal tells of comes, if any does.
const AFTER_BLOCKED: u64 = 400;

#[derive(Debug, Default)]
pub(super) struct Asks {
    /// Tool and arguments of each question whose hook waits.
    open: BTreeMap<String, (String, Value)>,
    /// The terminal told of a dialog while they were open: once it tells of work, they are gone.
    shown: bool,
    /// A dialog is there without a hook, and whether that was told.
    pane: Option<(PermissionRequest, bool)>,
    blocked: bool,
}

impl Asks {
    pub(super) fn asked(&mut self, ask: String, tool: String, input: Value) -> Vec<Observation> {
        self.open.insert(ask, (tool, input));
        self.shown = self.blocked;
        self.pane_gone()
    }

    pub(super) fn is_open(&self, ask: &str) -> bool {
        self.open.contains_key(ask)
    }

    pub(super) fn answered(&mut self, ask: &str) {
        self.open.remove(ask);
    }

    pub(super) fn waits(&self) -> bool {
        matches!(self.pane, Some((_, false)))
    }

    /// The tool ran: the operator allowed it in the pane.
    pub(super) fn tool_ended(&mut self, tool: &str, input: &Value) -> Vec<Observation> {
        let ask = self.open.iter().find(|(_, (name, with))| name == tool && with == input);
        let Some(ask) = ask.map(|(ask, _)| ask.clone()) else { return Vec::new() };
        self.open.remove(&ask);
        vec![Observation::PermissionGone { ask }]
    }

    /// `hooked`: hooks are called, so that the one of this question may still come.
    pub(super) fn status(&mut self, status: &ProgramStatus, hooked: bool) -> Vec<Observation> {
        self.blocked = status.state == ProgramState::Blocked;
        if self.blocked && !self.open.is_empty() {
            self.shown = true;
            return Vec::new();
        }
        if !self.blocked {
            return self.all_gone();
        }
        if self.pane.is_none() {
            let words = status.message.clone().unwrap_or_else(|| "it asks something".to_owned());
            let tool = tool_of(&words).to_owned();
            self.pane = Some((PermissionRequest::new(PANE, tool, words), false));
        }
        if hooked { Vec::new() } else { self.pane_asks() }
    }

    pub(super) fn quiet(&mut self, quiet: u64) -> Vec<Observation> {
        if quiet >= AFTER_BLOCKED { self.pane_asks() } else { Vec::new() }
    }

    /// Forgotten without a word: the end of the turn says it.
    pub(super) fn forget(&mut self) {
        self.open.clear();
        self.pane = None;
        self.shown = false;
    }

    fn all_gone(&mut self) -> Vec<Observation> {
        let mut gone = self.pane_gone();
        if std::mem::take(&mut self.shown) {
            let open = std::mem::take(&mut self.open).into_keys();
            gone.extend(open.map(|ask| Observation::PermissionGone { ask }));
        }
        gone
    }

    fn pane_asks(&mut self) -> Vec<Observation> {
        let Some((request, told @ false)) = &mut self.pane else { return Vec::new() };
        *told = true;
        vec![Observation::PermissionAsked(request.clone())]
    }

    fn pane_gone(&mut self) -> Vec<Observation> {
        match self.pane.take() {
            Some((_, true)) => vec![Observation::PermissionGone { ask: PANE.to_owned() }],
            Some((_, false)) | None => Vec::new(),
        }
    }
}

/// `approve Bash: touch a.txt`.
fn tool_of(words: &str) -> &str {
    let named = words.strip_prefix("approve ").and_then(|rest| rest.split_once(':'));
    named.map_or("Claude Code", |(tool, _)| tool)
}
