//! OpenCode (`opencode-ai`): its TUI in a terminal, and its server, which that TUI runs on loopback.
//!
//! Owns how OpenCode is launched, how its server is asked, and which of its sources says what. The server's events are
//! the truth while they are heard; the words on the screen stand in for them. OpenCode keeps no log that could be read.

mod calls;
mod conversation;
mod event;
mod launch;
mod probe;
mod questions;
mod request;
mod screen;
mod wait;

use super::keys::{CTRL_C, ESCAPE, paste_and_enter};
use super::launch::{credentials, environment};
use super::protocol;
use super::{
    Adapter, AgentError, Clamped, Control, Delivery, DeskState, Emission, Keys, LaunchContext, LaunchPlan,
    LogPlan, Probe, ProbeOutput, ProbePlan, ServerPlan, ServerRequest, json, models,
};
use crate::domain::{
    Observation, RoleConfig, Source, StatusSeen, Text, Thinking, Tokens, TurnEnd, UsageKind, UsageSeen,
};
use crate::term::Signal;
use calls::Told;
use conversation::{Conversation, failed_compaction};
use event::{Config, Event, Message, Permission, Providers, Question, Session};
use request::{Asked, ModelChoice};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;
use wait::Wait;

const USER: &str = "opencode";
/// What the title of the terminal begins with while a conversation is shown.
const SHOWN: &str = "OC | ";
/// Milliseconds after which the conversation is asked for again: a TUI that is not up yet misses it.
const SELECT_AGAIN: u64 = 1_000;
/// After which prompts are taken though no title said that the conversation is shown.
const UNSEEN: u64 = 12_000;
/// Without a server, after which the screen decides whether prompts are taken. It comes within 8 s where it comes.
const ALONE: u64 = 30_000;
/// Milliseconds of silence after which the screen is believed that a turn is over.
const AFTER_SCREEN: u64 = 5_000;
/// Milliseconds between keys that would be something else together.
const PAUSE: u64 = 400;
/// The popup of commands takes a moment.
const POPUP: u64 = 1_000;

/// One session of OpenCode.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent thing that was seen")]
#[derive(Debug, Default)]
pub(super) struct OpenCode {
    conversation: Conversation,
    /// The conversation's name in OpenCode's own lists.
    title: String,
    /// Rules of permission for a new conversation.
    rules: Vec<Value>,
    /// The role's; without one it is the agent's own choice.
    model: Option<ModelChoice>,
    connected: bool,
    /// The server was there before: what it tells may have happened meanwhile.
    was_connected: bool,
    creating: bool,
    /// The terminal's title says that the conversation is on the screen.
    shown: bool,
    ready: bool,
    now: u64,
    /// For the server, or for the conversation on the screen.
    wait: Wait,
    /// What the screen said last, while nothing better was heard.
    read: Option<StatusSeen>,
    /// Names what is told without the server.
    pane: String,
    turns_by_screen: u64,
}

impl Adapter for OpenCode {
    fn name(&self) -> &'static str {
        "opencode"
    }

    fn probe_plan(&self) -> ProbePlan {
        probe::plan()
    }

    fn read_probe(&self, outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
        probe::read(outputs)
    }

    fn told_by(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("state", "session.status and session.idle of the server's events"),
            ("tokens", "tokens of each message of the assistant"),
            ("cost", "cost of each message; 0 counts as not told"),
            ("context", "tokens of the last message of the assistant"),
            ("window", "limit.context of the model in /config/providers"),
        ]
    }

    fn check_model(&self, probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError> {
        models::check("opencode", probe::LISTING, probe, role)
    }

    fn wants_port(&self) -> bool {
        true
    }

    fn launch(&mut self, context: &LaunchContext) -> Result<LaunchPlan, AgentError> {
        let failed =
            |reason: &str| AgentError::Launch { agent: "opencode".to_owned(), reason: reason.to_owned() };
        let clamped = self.check_model(context.probe, context.config)?;
        self.pane = context.pane.to_string();
        let port = context.port.ok_or_else(|| failed("no port of loopback is free for its server"))?;
        let variant = clamped.thinking.filter(|level| *level != Thinking::Off);
        let variant = variant.map(|level| level.as_str().to_owned());
        *self = Self {
            conversation: Conversation::new(context.run.clone()),
            title: format!("awtui {} {}", context.session, context.run),
            rules: launch::rules(&context.config.ask),
            model: clamped.model.as_deref().and_then(|model| ModelChoice::named(model, variant)),
            ..Self::default()
        };
        let mut args = vec!["--port".to_owned(), port.to_string()];
        if let Some(session) = context.resume {
            self.conversation.is(session);
            args.extend(["--session".to_owned(), session.to_owned()]);
        }
        if let Some(model) = &clamped.model {
            // For what the operator types; prompts of awtui name the model themselves.
            args.extend(["--model".to_owned(), model.clone()]);
        }
        args.extend(context.config.args.iter().cloned());
        let mut env = environment(context);
        let mut files = vec![credentials(context)];
        launch::configure(context, &mut env, &mut files).map_err(failed)?;
        for (name, value) in [
            ("OPENCODE_SERVER_USERNAME", USER),
            ("OPENCODE_SERVER_PASSWORD", context.secret),
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
        ] {
            env.push((name.to_owned(), value.to_owned()));
        }
        Ok(LaunchPlan {
            program: context.program.to_owned(),
            args,
            env,
            files,
            log: LogPlan::None,
            server: Some(ServerPlan {
                port,
                user: USER.to_owned(),
                password: context.secret.to_owned(),
                events: "/event".to_owned(),
            }),
            agent_session: context.resume.map(str::to_owned),
            waits_for_prompt: false,
        })
    }

    fn agent_line(&mut self, line: &str) -> Vec<Emission> {
        protocol::emissions(line)
    }

    fn signal(&mut self, signal: &Signal) -> Vec<Emission> {
        let Signal::Title(title) = signal else { return Vec::new() };
        let Some(name) = title.strip_prefix(SHOWN) else {
            // The start page; OpenCode shows it for a moment before a conversation that is resumed.
            self.shown = false;
            return Vec::new();
        };
        // Long titles are cut.
        let name = name.trim_end_matches(['.', '…']);
        self.shown = self.title.starts_with(name);
        self.readied()
    }

    fn log_line(&mut self, _line: &str) -> Vec<Emission> {
        Vec::new()
    }

    fn server_connected(&mut self) -> Vec<Emission> {
        self.connected = true;
        self.wait = Wait::default();
        self.read = None;
        let mut requests = vec![request::providers(), request::config()];
        match self.conversation.own() {
            Some(session) => requests.extend([request::messages(session), request::children(session)]),
            None if !std::mem::replace(&mut self.creating, true) => {
                requests.push(request::create(&self.title, &self.rules));
            }
            None => {}
        }
        requests.into_iter().map(Emission::Server).collect()
    }

    fn server_event(&mut self, data: &str) -> Vec<Emission> {
        // Most of what is told are pieces of words that come again as a whole.
        if data.contains("\"type\":\"message.part.delta\"") {
            return Vec::new();
        }
        Event::parse(data).map_or_else(Vec::new, |event| self.conversation.event(&event))
    }

    fn server_reply(&mut self, id: u64, status: u16, body: &str) -> Vec<Emission> {
        let done = (200..300).contains(&status);
        match request::kind_of(id) {
            Some(Asked::Create) => self.created(done, body),
            Some(Asked::Messages) if status == 404 => self.session_gone(),
            Some(Asked::Messages) => self.messages(if done { body } else { "[]" }),
            Some(Asked::Children) if done => self.children(body),
            Some(Asked::Providers) if done => {
                if let Ok(providers) = json::read::<Providers>(body) {
                    self.conversation.calls.learn_limits(providers);
                }
                self.conversation.models_known()
            }
            Some(Asked::Config) if done => {
                if let Ok(config) = json::read::<Config>(body) {
                    self.conversation.calls.learn_config(config.small_model, config.compaction);
                }
                self.conversation.models_known()
            }
            Some(Asked::Permissions) if done => each::<Permission>(body)
                .map_or_else(Vec::new, |open| self.conversation.questions.are_now(open)),
            Some(Asked::Questions) if done => {
                each::<Question>(body).map_or_else(Vec::new, |open| self.conversation.asked_now(&open))
            }
            Some(Asked::Status) if done => self.status(body),
            // Without an answer it may have arrived.
            Some(Asked::Prompt) if status >= 400 => {
                let reason = format!("OpenCode did not take it: {}", said(status, body));
                vec![Emission::NotTaken { effect: request::number_of(id), reason }]
            }
            Some(Asked::Prompt) if !done => refused("a prompt", status, body),
            // The operator may look at another conversation.
            Some(Asked::Prompt) if !self.shown => self.select(),
            Some(Asked::Abort) if !done => refused("the interruption", status, body),
            Some(Asked::Focus) => self.summarize().map(Emission::Server).into_iter().collect(),
            Some(Asked::Summarize) if !done => vec![failed_compaction(said(status, body))],
            Some(Asked::Answer) if !done && status != 404 => refused("an answer", status, body),
            Some(_) | None => Vec::new(),
        }
    }

    fn server_lost(&mut self) -> Vec<Emission> {
        self.connected = false;
        self.was_connected = true;
        self.wait = Wait::default();
        Vec::new()
    }

    fn keeps_log(&self) -> bool {
        false
    }

    fn exited(&mut self, _code: Option<i32>) -> Vec<Emission> {
        self.conversation.cut_off()
    }

    fn waits(&self) -> bool {
        !self.connected || !self.ready || self.conversation.waits()
    }

    fn time(&mut self, now: u64) {
        self.now = now;
    }

    fn quiet(&mut self, screen: &mut dyn FnMut() -> String, quiet: u64) -> Vec<Emission> {
        let mut emissions = Vec::new();
        if !self.connected {
            if self.ready || self.wait.passed(self.now) >= ALONE {
                emissions.extend(self.by_screen(&screen(), quiet));
            }
            return emissions;
        }
        if !self.ready && self.conversation.own().is_some() {
            emissions.extend(self.readied());
            if !self.ready && self.wait.is_time(self.now, SELECT_AGAIN) {
                emissions.extend(self.select());
            }
        }
        emissions.extend(self.conversation.look(self.now));
        emissions
    }

    fn permission(&mut self, ask: &str, allow: bool, note: &str) -> Control {
        self.conversation
            .questions
            .answer(ask, allow, note)
            .map_or_else(|| Control::Unable("OpenCode no longer asks this".to_owned()), Control::Server)
    }

    fn reopen(&self, agent_session: &str, _launch_folder: &Path) -> Option<Vec<String>> {
        Some(["--session", agent_session].map(str::to_owned).to_vec())
    }

    fn deliver(&self, effect: u64, text: &str, _state: &DeskState) -> Delivery {
        if let Some(session) = self.conversation.own().filter(|_| self.connected) {
            return Delivery::Server(request::prompt(effect, session, text, self.model.as_ref()));
        }
        // Pasted, these would be commands of OpenCode or of the shell, or names of files.
        let is_command = text.trim_start().starts_with(['/', '!', '@', '#']);
        let text = if is_command { format!("Read this as words:\n{text}") } else { text.to_owned() };
        Delivery::Paste(paste_and_enter(&text))
    }

    fn interrupt(&self) -> Control {
        match self.conversation.own().filter(|_| self.connected) {
            Some(session) => Control::Server(request::abort(session)),
            None => Control::Keys(vec![key(0, ESCAPE), key(PAUSE, ESCAPE)]),
        }
    }

    fn compact(&self, focus: &str) -> Control {
        let focus = focus.split_whitespace().collect::<Vec<_>>().join(" ");
        match (self.conversation.own().filter(|_| self.connected), self.summarize()) {
            (Some(session), Some(_)) if !focus.is_empty() => {
                Control::Server(request::focus(session, &focus, self.model.as_ref()))
            }
            (Some(_), Some(request)) => Control::Server(request),
            (Some(_) | None, _) => Control::Keys(vec![key(0, b"/compact"), key(POPUP, b"\r")]),
        }
    }

    fn quit(&self) -> Control {
        // The first may close a dialog, the second clear the line.
        Control::Keys(vec![key(0, CTRL_C), key(PAUSE, CTRL_C), key(PAUSE, CTRL_C), key(PAUSE, CTRL_C)])
    }
}

impl OpenCode {
    fn select(&self) -> Vec<Emission> {
        self.conversation
            .own()
            .map(|session| Emission::Server(request::select(session)))
            .into_iter()
            .collect()
    }

    /// Prompts are taken once the conversation is there and, for the eyes of the operator, on the screen.
    fn readied(&mut self) -> Vec<Emission> {
        let seen = self.shown || self.wait.passed(self.now) >= UNSEEN;
        if self.ready || !self.connected || self.conversation.own().is_none() || !seen {
            return Vec::new();
        }
        self.ready = true;
        vec![Emission::observed(Source::Server, Observation::Ready)]
    }

    fn created(&mut self, done: bool, body: &str) -> Vec<Emission> {
        self.creating = false;
        let session = json::read::<Session>(body).ok().filter(|session| done && !session.id.is_empty());
        let Some(session) = session else {
            return refused("a new conversation", 0, body);
        };
        self.conversation.is(&session.id);
        self.wait = Wait::default();
        let known = Observation::SessionKnown { agent_session: session.id, log: None };
        let mut emissions = vec![Emission::observed(Source::Server, known)];
        emissions.extend(self.select());
        emissions
    }

    /// What was to be resumed is not there any more.
    fn session_gone(&mut self) -> Vec<Emission> {
        if self.was_connected || std::mem::replace(&mut self.creating, true) {
            return Vec::new();
        }
        let reason = "OpenCode no longer has the conversation that was to be resumed: a new one was begun";
        vec![
            Emission::Refused { reason: reason.to_owned() },
            Emission::Server(request::create(&self.title, &self.rules)),
        ]
    }

    fn messages(&mut self, body: &str) -> Vec<Emission> {
        let messages: Vec<Message> = each(body).unwrap_or_default();
        // In a process that was just started, nobody works on what an earlier one left.
        let told = if self.was_connected { Told::Live } else { Told::History };
        let mut emissions = self.conversation.history(&messages, told);
        let is_own = messages
            .first()
            .is_none_or(|message| Some(message.info.session.as_str()) == self.conversation.own());
        if is_own {
            emissions.extend(
                [request::status(), request::permissions(), request::questions()].map(Emission::Server),
            );
        }
        emissions
    }

    fn children(&mut self, body: &str) -> Vec<Emission> {
        let mut emissions = Vec::new();
        for child in
            each::<Session>(body).unwrap_or_default().into_iter().filter(|child| !child.id.is_empty())
        {
            if self.conversation.add_child(&child.id) || self.was_connected {
                let requests = [request::messages(&child.id), request::children(&child.id)];
                emissions.extend(requests.map(Emission::Server));
            }
        }
        emissions
    }

    /// Who works now, after a time in which nothing was heard.
    fn status(&mut self, body: &str) -> Vec<Emission> {
        // An answer that is not understood says nothing, least of all that it is idle.
        let Ok(all) = json::read::<serde_json::Map<String, Value>>(body) else { return Vec::new() };
        let own = self.conversation.own().and_then(|own| all.get(own));
        let works = own.is_some_and(|now| now.get("type").and_then(Value::as_str) != Some("idle"));
        if works { self.conversation.busy() } else { self.conversation.idle() }
    }

    fn summarize(&self) -> Option<ServerRequest> {
        let seen = || ModelChoice::named(self.conversation.model()?, None);
        let model = self.model.clone().or_else(seen)?;
        Some(request::summarize(self.conversation.own()?, &model))
    }

    /// What a turn cost that only the screen told of: nobody says. Where the server is heard again, it tells itself.
    fn unheard(&mut self) -> Option<UsageSeen> {
        if self.was_connected || self.connected {
            return None;
        }
        self.turns_by_screen += 1;
        let model = self
            .model
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), |model| format!("{}/{}", model.provider, model.model));
        Some(UsageSeen {
            message: format!("{} turn {}", self.pane, self.turns_by_screen),
            model,
            usage: UsageKind::Reply,
            tokens: Tokens::default(),
            cost: None,
            wall: None,
            context: None,
            window: None,
            unknown_spend: true,
        })
    }

    /// What the screen says, while the server is not heard.
    fn by_screen(&mut self, screen: &str, quiet: u64) -> Vec<Emission> {
        let said = screen::status(screen);
        let observed = |observation| vec![Emission::observed(Source::ScreenText, observation)];
        let changed = std::mem::replace(&mut self.read, said) != said;
        match said {
            Some(StatusSeen::Idle) if !self.ready => {
                self.ready = true;
                observed(Observation::Ready)
            }
            Some(StatusSeen::Idle) if self.conversation.in_turn() && quiet >= AFTER_SCREEN => {
                self.conversation.turn_by_screen(false);
                let over = Observation::TurnEnded { end: TurnEnd::Unknown, text: Text::default() };
                let unheard = self.unheard().map(Observation::Usage);
                let told = unheard.into_iter().chain([over]);
                told.map(|observation| Emission::observed(Source::ScreenText, observation)).collect()
            }
            Some(StatusSeen::Working) if self.ready && !self.conversation.in_turn() => {
                if self.conversation.is_compacting() {
                    return Vec::new();
                }
                self.conversation.turn_by_screen(true);
                observed(Observation::TurnStarted)
            }
            Some(StatusSeen::Blocked) if changed => observed(Observation::Status(StatusSeen::Blocked)),
            Some(_) | None => Vec::new(),
        }
    }
}

/// The items of a list, without those of a shape that is not known; nothing when it is no list.
fn each<T: DeserializeOwned>(body: &str) -> Option<Vec<T>> {
    let items: Vec<Value> = json::read(body).ok()?;
    Some(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}

fn key(after: u64, bytes: &[u8]) -> Keys {
    Keys { after, bytes: bytes.to_vec() }
}

fn said(status: u16, body: &str) -> String {
    let message = json::read::<Value>(body).ok().and_then(|body| {
        let message = body.pointer("/data/message").or_else(|| body.get("message"))?;
        message.as_str().map(str::to_owned)
    });
    let words = message.unwrap_or_else(|| body.chars().take(200).collect());
    if status == 0 { words } else { format!("status {status}: {words}") }
}

fn refused(what: &str, status: u16, body: &str) -> Vec<Emission> {
    vec![Emission::Refused { reason: format!("OpenCode did not take {what}: {}", said(status, body)) }]
}
