//! Questions of OpenCode that wait for a person: whether a tool may be used, and what the model asks for itself.

use super::event::{Permission, Question};
use super::request;
use crate::agent::Emission;
use crate::domain::{Observation, PermissionRequest, Source, Text};
use serde_json::Value;
use std::collections::BTreeMap;

/// Characters of a tool's arguments.
const LONGEST_DETAIL: usize = 4_000;
/// Arguments of tools that are remembered: a question comes at once or never.
const REMEMBERED: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Permission,
    /// Of the model, with answers that only the pane offers.
    Question,
}

#[derive(Debug, Default)]
pub(super) struct Questions {
    open: BTreeMap<String, Kind>,
    /// The arguments of the last tools, by their call.
    arguments: BTreeMap<String, String>,
    /// Questions about a tool whose arguments are told a moment later, by its call.
    late: BTreeMap<String, PermissionRequest>,
}

impl Questions {
    pub(super) fn waits(&self) -> bool {
        !self.late.is_empty()
    }

    pub(super) fn is_permission(&self, ask: &str) -> bool {
        self.open.get(ask) == Some(&Kind::Permission)
    }

    pub(super) fn asked(&mut self, asked: Permission) -> Vec<Emission> {
        if asked.id.is_empty() || self.open.insert(asked.id.clone(), Kind::Permission).is_some() {
            return Vec::new();
        }
        let said = |name: &str| asked.metadata.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut request = PermissionRequest {
            ask: asked.id.clone(),
            tool: asked.tool_name.clone(),
            detail: Text::default(),
            command: said("command"),
            path: said("filepath"),
            diff: said("diff").map(Text::from),
            answerable: true,
        };
        let says_nothing = request.command.is_none() && request.path.is_none() && request.diff.is_none();
        let patterns: Vec<&str> =
            asked.patterns.iter().map(String::as_str).filter(|pattern| *pattern != "*").collect();
        match self.arguments.get(&asked.tool.call) {
            Some(arguments) if says_nothing => request.detail = Text::from(arguments.as_str()),
            None if says_nothing && patterns.is_empty() && !asked.tool.call.is_empty() => {
                self.late.insert(asked.tool.call, request);
                return Vec::new();
            }
            Some(_) | None => {
                let told = [request.command.as_deref(), request.path.as_deref()];
                let more = patterns.into_iter().filter(|pattern| {
                    !told.iter().flatten().any(|told| told.ends_with(pattern.trim_start_matches("./")))
                });
                request.detail = Text::from(more.collect::<Vec<_>>().join("\n"));
            }
        }
        vec![observed(Observation::PermissionAsked(request))]
    }

    pub(super) fn question(&mut self, question: &Question) -> Vec<Emission> {
        if question.id.is_empty() || self.open.insert(question.id.clone(), Kind::Question).is_some() {
            return Vec::new();
        }
        let mut lines = Vec::new();
        for asked in &question.questions {
            lines.push(asked.question.clone());
            lines.extend(asked.options.iter().map(|option| format!("- {}", option.label)));
        }
        let request = PermissionRequest {
            ask: question.id.clone(),
            tool: "question".to_owned(),
            detail: Text::from(lines.join("\n")),
            command: None,
            path: None,
            diff: None,
            answerable: false,
        };
        vec![observed(Observation::PermissionAsked(request))]
    }

    /// The arguments of a tool, which may belong to a question that was asked before.
    pub(super) fn arguments(&mut self, call: &str, input: &Value) -> Vec<Emission> {
        if input.as_object().is_none_or(serde_json::Map::is_empty) {
            return Vec::new();
        }
        let words: String = input.to_string().chars().take(LONGEST_DETAIL).collect();
        if let Some(mut request) = self.late.remove(call) {
            request.detail = Text::from(words.as_str());
            return vec![observed(Observation::PermissionAsked(request))];
        }
        if self.arguments.len() >= REMEMBERED {
            self.arguments.clear();
        }
        self.arguments.insert(call.to_owned(), words);
        Vec::new()
    }

    /// The questions whose arguments did not come.
    pub(super) fn overdue(&mut self) -> Vec<Emission> {
        let late = std::mem::take(&mut self.late);
        late.into_values().map(|request| observed(Observation::PermissionAsked(request))).collect()
    }

    /// Answered, here or in the pane.
    pub(super) fn gone(&mut self, ask: &str) -> Vec<Emission> {
        self.late.retain(|_, request| request.ask != ask);
        match self.open.remove(ask) {
            Some(_) => vec![observed(Observation::PermissionGone { ask: ask.to_owned() })],
            None => Vec::new(),
        }
    }

    /// Those that are open now, after a time in which nothing was heard.
    pub(super) fn are_now(&mut self, open: Vec<Permission>) -> Vec<Emission> {
        let lost: Vec<String> = self
            .open
            .iter()
            .filter(|(ask, kind)| **kind == Kind::Permission && !open.iter().any(|now| now.id == **ask))
            .map(|(ask, _)| ask.clone())
            .collect();
        let mut emissions: Vec<Emission> = lost.iter().flat_map(|ask| self.gone(ask)).collect();
        emissions.extend(open.into_iter().flat_map(|asked| self.asked(asked)));
        emissions
    }

    /// The turn is over; an abort leaves their dialogs on the screen.
    pub(super) fn dismiss(&mut self) -> Vec<Emission> {
        self.late.clear();
        let mut emissions = Vec::new();
        for (ask, kind) in std::mem::take(&mut self.open) {
            emissions.push(observed(Observation::PermissionGone { ask: ask.clone() }));
            emissions.push(Emission::Server(request::dismiss(&ask, kind == Kind::Question)));
        }
        emissions
    }
}

fn observed(observation: Observation) -> Emission {
    Emission::observed(Source::Server, observation)
}
