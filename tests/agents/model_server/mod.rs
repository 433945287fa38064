//! A scripted model server on loopback: the three protocols that agents speak, streamed, with counters of its own that
//! are exact to the token. It knows agents only by what they send.

mod call;
mod chat;
mod http;
mod messages;
mod reply;
mod request;
mod responses;

pub use reply::{Fate, Reply, Tokens};
pub use request::{Kind, Request};

use http::{Frames, Received};
use rustix::net::sockopt::set_socket_linger;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A protocol of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// `OpenAI` chat completions.
    Chat,
    /// The `OpenAI` responses API.
    Responses,
    /// The Anthropic messages API.
    Messages,
}

impl Wire {
    fn at(path: &str) -> Option<Self> {
        match path {
            "/v1/chat/completions" => Some(Self::Chat),
            "/v1/responses" => Some(Self::Responses),
            "/v1/messages" => Some(Self::Messages),
            _ => None,
        }
    }

    fn read(self, body: &Value) -> Option<Request> {
        match self {
            Self::Chat => chat::read(body),
            Self::Responses => responses::read(body),
            Self::Messages => messages::read(body),
        }
    }

    fn frames(self, request: &Request, reply: &Reply, number: u64) -> Frames {
        match self {
            Self::Chat => chat::frames(request, reply),
            Self::Responses => responses::frames(request, reply, number),
            Self::Messages => messages::frames(request, reply, number),
        }
    }

    /// As much of the tokens as this protocol tells.
    fn tokens(self, tokens: Tokens) -> Tokens {
        match self {
            Self::Chat => chat::tokens(tokens),
            Self::Responses | Self::Messages => tokens,
        }
    }
}

/// What this model was asked and what it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub requests: u64,
    /// Replies sent whole, and their tokens.
    pub whole: u64,
    pub tokens: Tokens,
    /// Replies that broke off, by us or by the client.
    pub cut: u64,
    /// Errors instead of replies.
    pub refused: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.whole += other.whole;
        self.tokens += other.tokens;
        self.cut += other.cut;
        self.refused += other.refused;
    }
}

type Script = dyn FnMut(&Request) -> Reply + Send;
type CountsByUse = BTreeMap<(String, Kind), Counts>;

pub struct ModelServer {
    port: u16,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    script: Mutex<Box<Script>>,
    counts: Mutex<CountsByUse>,
    requests: Mutex<Vec<Request>>,
    /// What was asked that is not served here.
    unknown: Mutex<Vec<String>>,
    number: AtomicU64,
    over: Mutex<bool>,
    changed: Condvar,
}

impl ModelServer {
    pub fn start(script: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            script: Mutex::new(Box::new(script)),
            counts: Mutex::default(),
            requests: Mutex::default(),
            unknown: Mutex::default(),
            // Agents keep what they heard: a number that was given before would be the same reply again.
            number: AtomicU64::new(now()),
            over: Mutex::new(false),
            changed: Condvar::new(),
        });
        let of_thread = Arc::clone(&shared);
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if *of_thread.over.lock().unwrap() {
                    break;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&of_thread)) else { continue };
                // A client that leaves early ends its thread; that is what some scripts are about.
                std::thread::spawn(move || shared.serve(&stream));
            }
        });
        Self { port, shared, accepting: Some(accepting) }
    }

    /// Without a path.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything that this model was asked and sent.
    pub fn counts(&self, model: &str) -> Counts {
        self.counts_of(model, |_| true)
    }

    /// The same for calls of some kinds.
    pub fn counts_of(&self, model: &str, wanted: impl Fn(Kind) -> bool) -> Counts {
        sum(&self.shared.counts.lock().unwrap(), model, wanted)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// What the agents do in their turns, without what they ask for themselves.
    pub fn turns(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.kind == Kind::Turn).collect()
    }

    /// Method and path of what is not served here.
    pub fn unknown(&self) -> Vec<String> {
        self.shared.unknown.lock().unwrap().clone()
    }

    /// Waits until the counters of the model are as wanted: a reply counts when it was sent, which its reader may
    /// know before.
    pub fn wait_for(&self, model: &str, wanted: impl Fn(&Counts) -> bool) -> Counts {
        let counts = self.shared.counts.lock().unwrap();
        let (counts, timeout) = self
            .shared
            .changed
            .wait_timeout_while(counts, Duration::from_secs(20), |counts| {
                !wanted(&sum(counts, model, |_| true))
            })
            .unwrap();
        assert!(!timeout.timed_out(), "the server never counted what was waited for: {counts:?}");
        sum(&counts, model, |_| true)
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        *self.shared.over.lock().unwrap() = true;
        self.shared.changed.notify_all();
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn sum(counts: &CountsByUse, model: &str, wanted: impl Fn(Kind) -> bool) -> Counts {
    let mut sum = Counts::default();
    for ((_, _), counts) in counts.iter().filter(|((of, kind), _)| of == model && wanted(*kind)) {
        sum.add(counts);
    }
    sum
}

/// Milliseconds of the wall clock.
pub fn now() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap()
}

impl Shared {
    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let Received { method, path, body } = http::read(stream)?;
        match (method.as_str(), path.as_str(), Wire::at(&path)) {
            ("POST", _, Some(wire)) => {
                let body: Value = serde_json::from_slice(&body).ok()?;
                let Some(request) = wire.read(&body) else {
                    return self.nothing(stream, &method, &path);
                };
                let place = {
                    let mut requests = self.requests.lock().unwrap();
                    requests.push(request.clone());
                    requests.len() - 1
                };
                self.count(&request, |counts| counts.requests += 1);
                let reply = (self.script.lock().unwrap())(&request);
                let sent = self.answer(stream, &request, &reply, body["stream"] == true);
                self.requests.lock().unwrap()[place].answered = Some(now());
                sent
            }
            ("POST", "/v1/messages/count_tokens", None) => {
                http::answer(stream, 200, None, &json!({"input_tokens": body.len() / 4}).to_string())
            }
            ("GET", "/v1/models", None) => {
                let counts = self.counts.lock().unwrap();
                let data: Vec<Value> = counts
                    .keys()
                    .map(|(id, _)| json!({"id": id, "object": "model", "type": "model", "display_name": id}))
                    .collect();
                http::answer(
                    stream,
                    200,
                    None,
                    &json!({"object": "list", "data": data, "has_more": false}).to_string(),
                )
            }
            // A look whether anybody is there.
            ("HEAD", ..) => http::answer(stream, 200, None, ""),
            _ => self.nothing(stream, &method, &path),
        }
    }

    fn nothing(&self, stream: &TcpStream, method: &str, path: &str) -> Option<()> {
        self.unknown.lock().unwrap().push(format!("{method} {path}"));
        let error =
            json!({"error": {"message": format!("no {method} {path} here"), "type": "not_found_error"}});
        http::answer(stream, 404, None, &error.to_string())
    }

    fn count(&self, request: &Request, change: impl FnOnce(&mut Counts)) {
        change(self.counts.lock().unwrap().entry((request.model.clone(), request.kind)).or_default());
        self.changed.notify_all();
    }

    fn answer(&self, stream: &TcpStream, request: &Request, reply: &Reply, streamed: bool) -> Option<()> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        if let Fate::Status(status) = reply.fate {
            self.count(request, |counts| counts.refused += 1);
            return http::answer(stream, status, reply.retry_after, &reply.error(status).to_string());
        }
        let sent = match (streamed, request.wire) {
            (true, wire) => Self::stream(stream, reply.fate, &wire.frames(request, reply, number)),
            (false, Wire::Messages) => {
                http::answer(stream, 200, None, &messages::whole(request, reply, number).to_string())
            }
            (false, Wire::Chat | Wire::Responses) => None,
        };
        self.count(request, |counts| {
            if sent.is_some() {
                counts.whole += 1;
                counts.tokens += request.wire.tokens(reply.tokens);
            } else {
                counts.cut += 1;
            }
        });
        sent
    }

    /// `None`: it broke off.
    fn stream(mut stream: &TcpStream, fate: Fate, frames: &Frames) -> Option<()> {
        http::begin_events(stream)?;
        http::send_events(stream, &frames.before, false)?;
        match fate {
            Fate::Whole | Fate::Status(_) => http::send_events(stream, &frames.after, true),
            Fate::Drop => {
                let _ = stream.shutdown(Shutdown::Both);
                None
            }
            Fate::Reset => {
                // Without lingering the close that follows is a reset.
                let _ = set_socket_linger(stream, Some(Duration::ZERO));
                None
            }
            Fate::Hang => {
                // The client sends nothing more: this returns when it leaves.
                let _ = stream.read(&mut [0; 1]);
                None
            }
        }
    }
}
