//! A scripted model server on loopback: `OpenAI` chat completions, streamed, with counters of its own that are exact to
//! the token. It knows nothing of any agent.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is answered to a request.
pub struct Reply {
    pub text: String,
    pub reasoning: String,
    /// Names and arguments.
    pub tools: Vec<(String, Value)>,
    pub tokens: Tokens,
    pub fate: Fate,
}

impl Reply {
    pub fn text(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            reasoning: String::new(),
            tools: Vec::new(),
            tokens: Tokens { prompt: 1000, cached: 800, completion: 50, reasoning: 5 },
            fate: Fate::Whole,
        }
    }

    pub fn tool(mut self, name: &str, arguments: Value) -> Self {
        self.tools.push((name.to_owned(), arguments));
        self
    }

    pub fn tokens(mut self, prompt: u64, cached: u64, completion: u64, reasoning: u64) -> Self {
        self.tokens = Tokens { prompt, cached, completion, reasoning };
        self
    }

    pub fn fate(mut self, fate: Fate) -> Self {
        self.fate = fate;
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Whole,
    /// An error instead of a reply.
    Status(u16),
    /// The connection breaks in the middle of the text.
    Drop,
    /// The text stops in its middle until the client leaves.
    Hang,
}

/// `cached` is part of `prompt`, `reasoning` of `completion`, as `OpenAI` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    pub prompt: u64,
    pub cached: u64,
    pub completion: u64,
    pub reasoning: u64,
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

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub model: String,
    /// The text of the last message by a user.
    pub prompt: String,
    /// How many replies of the model came after it.
    pub step: usize,
    /// The names of the tools on offer.
    pub tools: Vec<String>,
}

type Script = dyn FnMut(&Request) -> Reply + Send;

pub struct ModelServer {
    port: u16,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    script: Mutex<Box<Script>>,
    counts: Mutex<BTreeMap<String, Counts>>,
    requests: Mutex<Vec<Request>>,
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

    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    pub fn counts(&self, model: &str) -> Counts {
        self.shared.counts.lock().unwrap().get(model).copied().unwrap_or_default()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Waits until the counters of the model are as wanted: a reply counts when it was sent, which its reader may
    /// know before.
    pub fn wait_for(&self, model: &str, wanted: impl Fn(&Counts) -> bool) -> Counts {
        let counts = self.shared.counts.lock().unwrap();
        let (counts, timeout) = self
            .shared
            .changed
            .wait_timeout_while(counts, Duration::from_secs(20), |counts| {
                !wanted(&counts.get(model).copied().unwrap_or_default())
            })
            .unwrap();
        assert!(!timeout.timed_out(), "the server never counted what was waited for: {counts:?}");
        counts.get(model).copied().unwrap_or_default()
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

impl Shared {
    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let (method, path, body) = read_request(stream)?;
        match (method.as_str(), path.as_str()) {
            ("GET", "/v1/models") => {
                let models: Vec<String> = self.counts.lock().unwrap().keys().cloned().collect();
                let data: Vec<Value> = models.iter().map(|id| json!({"id": id, "object": "model"})).collect();
                whole_answer(stream, 200, &json!({"object": "list", "data": data}))
            }
            ("POST", "/v1/chat/completions") => {
                let request = read_chat(&body)?;
                self.requests.lock().unwrap().push(request.clone());
                self.count(&request.model, |counts| counts.requests += 1);
                let reply = (self.script.lock().unwrap())(&request);
                self.answer(stream, &request.model, &reply)
            }
            _ => {
                whole_answer(stream, 404, &json!({"error": {"message": format!("no {method} {path} here")}}))
            }
        }
    }

    fn count(&self, model: &str, change: impl FnOnce(&mut Counts)) {
        change(self.counts.lock().unwrap().entry(model.to_owned()).or_default());
        self.changed.notify_all();
    }

    fn answer(&self, stream: &TcpStream, model: &str, reply: &Reply) -> Option<()> {
        if let Fate::Status(status) = reply.fate {
            self.count(model, |counts| counts.refused += 1);
            // Agents decide by the words of an error whether to try again.
            let kind = match status {
                429 => "rate_limit_error",
                500.. => "server_error",
                _ => "invalid_request_error",
            };
            let error = json!({"error": {"message": reply.text, "type": kind, "code": null}});
            return whole_answer(stream, status, &error);
        }
        if Self::stream(stream, model, reply).is_some() {
            self.count(model, |counts| {
                counts.whole += 1;
                counts.tokens.prompt += reply.tokens.prompt;
                counts.tokens.cached += reply.tokens.cached;
                counts.tokens.completion += reply.tokens.completion;
                counts.tokens.reasoning += reply.tokens.reasoning;
            });
        } else {
            self.count(model, |counts| counts.cut += 1);
        }
        Some(())
    }

    /// `None`: it broke off.
    fn stream(mut stream: &TcpStream, model: &str, reply: &Reply) -> Option<()> {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).ok()?;
        let mut send = |delta: Value, finish: Value| {
            let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
            stream.write_all(chunk(&event(model, &json!([choice]), &Value::Null)).as_bytes()).ok()
        };
        if !reply.reasoning.is_empty() {
            send(json!({"reasoning_content": reply.reasoning}), Value::Null)?;
        }
        let middle = reply.text.char_indices().nth(reply.text.chars().count() / 2).map_or(0, |(at, _)| at);
        let (first, second) = reply.text.split_at(middle);
        send(json!({"role": "assistant", "content": first}), Value::Null)?;
        match reply.fate {
            Fate::Whole | Fate::Status(_) => {}
            Fate::Drop => {
                let _ = stream.shutdown(Shutdown::Both);
                return None;
            }
            Fate::Hang => {
                // The client sends nothing more: this returns when it leaves.
                let _ = stream.read(&mut [0; 1]);
                return None;
            }
        }
        send(json!({"content": second}), Value::Null)?;
        for (index, (name, arguments)) in reply.tools.iter().enumerate() {
            // The ids repeat from reply to reply: nobody may take them for unique.
            let call = json!({"index": index, "id": format!("call_{index}"), "type": "function",
                "function": {"name": name, "arguments": arguments.to_string()}});
            send(json!({"tool_calls": [call]}), Value::Null)?;
        }
        let finish = if reply.tools.is_empty() { "stop" } else { "tool_calls" };
        send(json!({}), json!(finish))?;
        let tokens = reply.tokens;
        let usage = json!({"prompt_tokens": tokens.prompt, "completion_tokens": tokens.completion,
            "total_tokens": tokens.prompt + tokens.completion,
            "prompt_tokens_details": {"cached_tokens": tokens.cached},
            "completion_tokens_details": {"reasoning_tokens": tokens.reasoning}});
        // In one write: a client may leave as soon as it has read the end.
        let end =
            format!("{}{}0\r\n\r\n", chunk(&event(model, &json!([]), &usage)), chunk("data: [DONE]\n\n"));
        stream.write_all(end.as_bytes()).ok()
    }
}

fn event(model: &str, choices: &Value, usage: &Value) -> String {
    let event = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model,
        "choices": choices, "usage": usage});
    format!("data: {event}\n\n")
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

fn whole_answer(mut stream: &TcpStream, status: u16, body: &Value) -> Option<()> {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()
}

fn read_request(stream: &TcpStream) -> Option<(String, String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let path = target.split('?').next()?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((method, path, body))
}

fn read_chat(body: &[u8]) -> Option<Request> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let messages = body["messages"].as_array()?;
    let by = |message: &Value, role: &str| message["role"] == role;
    let last = messages.iter().rposition(|message| by(message, "user"));
    let after = last.map_or(&messages[..], |last| &messages[last + 1..]);
    let tools = body["tools"].as_array().map_or(&[][..], Vec::as_slice);
    Some(Request {
        model: body["model"].as_str()?.to_owned(),
        prompt: last.map_or_else(String::new, |last| text_of(&messages[last]["content"])),
        step: after.iter().filter(|message| by(message, "assistant")).count(),
        tools: tools.iter().filter_map(|tool| Some(tool["function"]["name"].as_str()?.to_owned())).collect(),
    })
}

fn text_of(content: &Value) -> String {
    match content {
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        whole => whole.as_str().unwrap_or_default().to_owned(),
    }
}
