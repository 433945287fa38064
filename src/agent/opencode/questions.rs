//! Questions of OpenCode that wait for a person: whether a tool may be used, and what the model asks for itself.

use super::event::{Permission, Question, QuestionText};
use super::request;
use crate::agent::{Emission, ServerRequest};
use crate::domain::{Observation, PermissionRequest, Source, Text};
use serde_json::Value;
use std::collections::BTreeMap;

/// Characters of a tool's arguments.
const LONGEST_DETAIL: usize = 4_000;
/// Arguments of tools that are remembered: a question comes at once or never.
const REMEMBERED: usize = 64;

#[derive(Debug, Clone)]
enum Kind {
    Permission,
    /// Of the model, which may put several at once.
    Question(Vec<QuestionText>),
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

    /// How the operator's answer to a question reaches it; nothing where the question is not open.
    pub(super) fn answer(&self, ask: &str, allow: bool, words: &str) -> Option<ServerRequest> {
        Some(match self.open.get(ask)? {
            Kind::Permission => {
                // A refusal without words would end the turn.
                let note = if words.trim().is_empty() { "The operator does not allow this." } else { words };
                request::answer(ask, allow, note)
            }
            Kind::Question(asked) if allow => request::told(ask, &answers(asked, words)),
            Kind::Question(_) => request::dismiss(ask, true),
        })
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
            words: false,
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
        let kind = Kind::Question(question.questions.clone());
        if question.id.is_empty() || self.open.insert(question.id.clone(), kind).is_some() {
            return Vec::new();
        }
        let mut lines = Vec::new();
        for asked in &question.questions {
            lines.push(asked.question.clone());
            let several = if asked.multiple { " (any number of them, with commas between)" } else { "" };
            let options = (1..).zip(&asked.options);
            lines.extend(options.map(|(number, option)| format!("  {number}. {}{several}", option.label)));
        }
        if question.questions.len() > 1 {
            lines.push("Answer with one line for each of them; a number or words of your own.".to_owned());
        } else if !lines.is_empty() {
            lines.push("Answer with a number or words of your own.".to_owned());
        }
        let request = PermissionRequest {
            answerable: true,
            words: true,
            ..PermissionRequest::new(question.id.clone(), "question", lines.join("\n"))
        };
        vec![observed(Observation::PermissionAsked(request))]
    }

    /// Those that are open now, after a time in which nothing was heard.
    pub(super) fn questions_now(
        &mut self,
        open: &[Question],
        is_ours: impl Fn(&str) -> bool,
    ) -> Vec<Emission> {
        let is_gone = |ask: &str| !open.iter().any(|now| now.id == ask);
        let asked = self.open.iter().filter(|(_, kind)| matches!(kind, Kind::Question(_)));
        let lost: Vec<String> = asked.map(|(ask, _)| ask.clone()).filter(|ask| is_gone(ask)).collect();
        let mut emissions: Vec<Emission> = lost.iter().flat_map(|ask| self.gone(ask)).collect();
        let ours = open.iter().filter(|question| is_ours(&question.session));
        emissions.extend(ours.flat_map(|question| self.question(question)));
        emissions
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
            .filter(|(ask, kind)| matches!(kind, Kind::Permission) && !open.iter().any(|now| now.id == **ask))
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
            emissions.push(Emission::Server(request::dismiss(&ask, matches!(kind, Kind::Question(_)))));
        }
        emissions
    }
}

/// One line of the operator's words for each question; the last one has what is left. A number means the option.
fn answers(asked: &[QuestionText], words: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = asked.len().saturating_sub(1);
    let of = |(place, question): (usize, &QuestionText)| {
        let own = if place == last { lines.get(place..) } else { lines.get(place..=place) };
        let own = own.unwrap_or_default().join("\n");
        chosen(question, &own)
    };
    asked.iter().enumerate().map(of).collect()
}

fn chosen(question: &QuestionText, words: &str) -> Vec<String> {
    if words.is_empty() {
        return Vec::new();
    }
    let option = |words: &str| {
        let number = words.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let by_number = number.and_then(|number| question.options.get(number));
        let by_name = || question.options.iter().find(|one| one.label.to_lowercase() == words.to_lowercase());
        by_number.or_else(by_name).map(|option| option.label.clone())
    };
    let several: Option<Vec<String>> =
        question.multiple.then(|| words.split(',').map(|part| option(part.trim())).collect()).flatten();
    several.unwrap_or_else(|| vec![option(words).unwrap_or_else(|| words.to_owned())])
}

fn observed(observation: Observation) -> Emission {
    Emission::observed(Source::Server, observation)
}
