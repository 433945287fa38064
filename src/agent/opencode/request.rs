//! What awtui asks of OpenCode's server. A request's id says what it was, so that its answer is understood.

use crate::agent::ServerRequest;
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Create,
    Select,
    Messages,
    Children,
    Providers,
    Config,
    Permissions,
    Questions,
    Status,
    Prompt,
    Abort,
    Focus,
    Summarize,
    Answer,
}

const ALL: [Asked; 14] = [
    Asked::Create,
    Asked::Select,
    Asked::Messages,
    Asked::Children,
    Asked::Providers,
    Asked::Config,
    Asked::Permissions,
    Asked::Questions,
    Asked::Status,
    Asked::Prompt,
    Asked::Abort,
    Asked::Focus,
    Asked::Summarize,
    Asked::Answer,
];

/// Ids are a number times this, plus the place of the kind.
const KINDS: u64 = 16;

/// Messages that are read again after a break; more would be too much for one answer.
const MESSAGES: usize = 200;

pub(super) fn kind_of(id: u64) -> Option<Asked> {
    usize::try_from(id % KINDS).ok().and_then(|place| ALL.get(place)).copied()
}

/// Of a prompt: its effect.
pub(super) fn number_of(id: u64) -> u64 {
    id / KINDS
}

fn request(
    kind: Asked,
    number: u64,
    method: &'static str,
    path: String,
    body: Option<&Value>,
) -> ServerRequest {
    let place = ALL.iter().position(|known| *known == kind).and_then(|place| u64::try_from(place).ok());
    let id = number.saturating_mul(KINDS).saturating_add(place.unwrap_or(KINDS - 1));
    ServerRequest { id, method, path, body: body.map(Value::to_string) }
}

fn get(kind: Asked, path: &str) -> ServerRequest {
    request(kind, 0, "GET", path.to_owned(), None)
}

pub(super) fn create(title: &str, rules: &[Value]) -> ServerRequest {
    let body = json!({ "title": title, "permission": rules });
    request(Asked::Create, 0, "POST", "/session".to_owned(), Some(&body))
}

pub(super) fn select(session: &str) -> ServerRequest {
    let body = json!({ "sessionID": session });
    request(Asked::Select, 0, "POST", "/tui/select-session".to_owned(), Some(&body))
}

pub(super) fn messages(session: &str) -> ServerRequest {
    get(Asked::Messages, &format!("/session/{session}/message?limit={MESSAGES}"))
}

pub(super) fn children(session: &str) -> ServerRequest {
    get(Asked::Children, &format!("/session/{session}/children"))
}

pub(super) fn providers() -> ServerRequest {
    get(Asked::Providers, "/config/providers")
}

pub(super) fn config() -> ServerRequest {
    get(Asked::Config, "/config")
}

pub(super) fn permissions() -> ServerRequest {
    get(Asked::Permissions, "/permission")
}

pub(super) fn questions() -> ServerRequest {
    get(Asked::Questions, "/question")
}

pub(super) fn status() -> ServerRequest {
    get(Asked::Status, "/session/status")
}

pub(super) fn prompt(effect: u64, session: &str, text: &str, model: Option<&ModelChoice>) -> ServerRequest {
    let path = format!("/session/{session}/prompt_async");
    request(Asked::Prompt, effect, "POST", path, Some(&words(text, model)))
}

pub(super) fn abort(session: &str) -> ServerRequest {
    request(Asked::Abort, 0, "POST", format!("/session/{session}/abort"), None)
}

/// Words that the summary of the conversation will read, and that start no turn.
pub(super) fn focus(session: &str, focus: &str, model: Option<&ModelChoice>) -> ServerRequest {
    let text = format!("In the summary of this conversation that is made next, above all keep: {focus}");
    let mut body = words(&text, model);
    body["noReply"] = json!(true);
    request(Asked::Focus, 0, "POST", format!("/session/{session}/message"), Some(&body))
}

pub(super) fn summarize(session: &str, model: &ModelChoice) -> ServerRequest {
    let body = json!({ "providerID": model.provider, "modelID": model.model });
    request(Asked::Summarize, 0, "POST", format!("/session/{session}/summarize"), Some(&body))
}

pub(super) fn answer(ask: &str, allow: bool, note: &str) -> ServerRequest {
    let body = if allow { json!({ "reply": "once" }) } else { json!({ "reply": "reject", "message": note }) };
    request(Asked::Answer, 0, "POST", format!("/permission/{ask}/reply"), Some(&body))
}

/// One list of answers for each of the questions that were put at once.
pub(super) fn told(ask: &str, answers: &[Vec<String>]) -> ServerRequest {
    let body = json!({ "answers": answers });
    request(Asked::Answer, 0, "POST", format!("/question/{ask}/reply"), Some(&body))
}

/// Takes a question away that nobody waits for any more: its dialog would stay, and swallow keys.
pub(super) fn dismiss(ask: &str, is_question: bool) -> ServerRequest {
    if is_question {
        return request(Asked::Answer, 0, "POST", format!("/question/{ask}/reject"), None);
    }
    let body = json!({ "reply": "reject" });
    request(Asked::Answer, 0, "POST", format!("/permission/{ask}/reply"), Some(&body))
}

/// A model as the server names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ModelChoice {
    pub(super) provider: String,
    pub(super) model: String,
    /// The reasoning variant.
    pub(super) variant: Option<String>,
}

impl ModelChoice {
    /// From `provider/model`; the model's own name may hold a slash.
    pub(super) fn named(name: &str, variant: Option<String>) -> Option<Self> {
        let (provider, model) = name.split_once('/')?;
        Some(Self { provider: provider.to_owned(), model: model.to_owned(), variant })
    }
}

fn words(text: &str, model: Option<&ModelChoice>) -> Value {
    let mut body = json!({ "parts": [{ "type": "text", "text": text }] });
    if let Some(model) = model {
        body["model"] = json!({ "providerID": model.provider, "modelID": model.model });
        if let Some(variant) = &model.variant {
            body["variant"] = json!(variant);
        }
    }
    body
}
