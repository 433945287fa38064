//! The one network client of awtui: small HTTP/1.1 requests and one stream of server-sent events, to a port of
//! 127.0.0.1 that awtui gave an agent.
//!
//! Owns connections, their time limits and the coming back after a break. It never speaks to another address, never
//! follows a redirect, and knows nothing about what it carries.

use super::world::{Server, ServerEvent};
use crate::agent::{ServerPlan, ServerRequest};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// For a connection.
const CONNECTING: Duration = Duration::from_secs(15);
/// For the head of the stream: one that is asked for while the server starts may never get an answer.
const OPENING: Duration = Duration::from_secs(3);
/// A reading request is answered by then.
const READING: Duration = Duration::from_secs(30);
/// Any other: the server may do the work before it answers.
const WORKING: Duration = Duration::from_mins(15);
/// A stream that says nothing for so long is dead: a living one sends heartbeats.
const SILENCE: Duration = Duration::from_mins(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Bytes of an answer, and of one event.
const LARGEST: usize = 16 * 1024 * 1024;
/// Bytes of a status line or header.
const LONGEST_HEADER: usize = 64 * 1024;
const MOST_HEADERS: usize = 100;
/// Requests that may wait, and events that may wait to be looked at.
const QUEUE: usize = 256;

/// Speaks to the server until either end is dropped.
pub(super) fn connect(plan: ServerPlan) -> Server {
    let (requests, queue) = mpsc::channel(QUEUE);
    let (sender, events) = mpsc::channel(QUEUE);
    tokio::spawn(async move {
        tokio::select! {
            () = listen(&plan, &sender) => {}
            () = answer(&plan, queue, &sender) => {}
            () = sender.closed() => {}
        }
    });
    Server { requests, events }
}

/// Keeps the stream open for as long as somebody listens.
async fn listen(plan: &ServerPlan, sender: &mpsc::Sender<ServerEvent>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match open_stream(plan).await {
            Ok(body) => {
                pause = FIRST_PAUSE;
                if sender.send(ServerEvent::Connected).await.is_err() {
                    return;
                }
                let Some(reason) = follow(body, sender).await else { return };
                tracing::info!(port = plan.port, %reason, "the stream of an agent's server ended");
                if sender.send(ServerEvent::Lost).await.is_err() {
                    return;
                }
            }
            Err(reason) => tracing::debug!(port = plan.port, %reason, "an agent's server is not there"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn open_stream(plan: &ServerPlan) -> Result<Body, String> {
    let (status, body) = timeout(OPENING, send(plan, "GET", &plan.events, None, "text/event-stream"))
        .await
        .map_err(|_| "it does not answer".to_owned())??;
    if status == 200 { Ok(body) } else { Err(format!("it answered with status {status}")) }
}

/// Hands on each event; the reason for the end, or `None` when nobody listens any more.
async fn follow(mut body: Body, sender: &mpsc::Sender<ServerEvent>) -> Option<String> {
    let mut events = Events::default();
    loop {
        let piece = match timeout(SILENCE, body.piece()).await {
            Ok(Ok(Some(piece))) => piece,
            Ok(Ok(None)) => return Some("it was closed".to_owned()),
            Ok(Err(reason)) => return Some(reason),
            Err(_) => return Some("it was silent for too long".to_owned()),
        };
        for data in events.push(&piece) {
            sender.send(ServerEvent::Event(data)).await.ok()?;
        }
    }
}

/// Sends each request on a connection of its own: one that takes long holds up no other.
async fn answer(
    plan: &ServerPlan,
    mut queue: mpsc::Receiver<ServerRequest>,
    sender: &mpsc::Sender<ServerEvent>,
) {
    let mut open = FuturesUnordered::new();
    loop {
        let reply = tokio::select! {
            request = queue.recv() => match request {
                Some(request) => {
                    open.push(ask(plan, request));
                    continue;
                }
                None => return,
            },
            Some(reply) = open.next() => reply,
        };
        if sender.send(reply).await.is_err() {
            return;
        }
    }
}

async fn ask(plan: &ServerPlan, request: ServerRequest) -> ServerEvent {
    let ServerRequest { id, method, path, body } = request;
    let limit = if method == "GET" { READING } else { WORKING };
    let exchange = async {
        let sent = send(plan, method, &path, body.as_deref(), "application/json");
        let (status, mut answer) =
            timeout(limit, sent).await.map_err(|_| format!("no answer within {} s", limit.as_secs()))??;
        let whole =
            timeout(READING, answer.whole()).await.map_err(|_| "the answer broke off".to_owned())??;
        Ok::<_, String>((status, whole))
    };
    let (status, body) = match exchange.await {
        Ok(answer) => answer,
        Err(reason) => {
            tracing::info!(port = plan.port, method, %path, %reason, "an agent's server gave no answer");
            (0, reason)
        }
    };
    ServerEvent::Reply { id, status, body }
}

/// Sends one request and reads the head of its answer.
async fn send(
    plan: &ServerPlan,
    method: &str,
    path: &str,
    body: Option<&str>,
    accept: &str,
) -> Result<(u16, Body), String> {
    // A blank or a line break would make another request of it.
    if !path.starts_with('/') || path.contains(|character: char| !character.is_ascii_graphic()) {
        return Err(format!("{path:?} is no path of a server"));
    }
    let said = |error: std::io::Error| error.to_string();
    let mut stream = timeout(CONNECTING, TcpStream::connect((Ipv4Addr::LOCALHOST, plan.port)))
        .await
        .map_err(|_| "no connection".to_owned())?
        .map_err(said)?;
    let credentials = base64(format!("{}:{}", plan.user, plan.password).as_bytes());
    let content = match body {
        Some(body) => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
        None if method == "GET" => String::new(),
        None => "Content-Length: 0\r\n".to_owned(),
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Basic {credentials}\r\nAccept: \
         {accept}\r\nConnection: close\r\n{content}\r\n",
        plan.port
    );
    stream.write_all(head.as_bytes()).await.map_err(said)?;
    stream.write_all(body.unwrap_or_default().as_bytes()).await.map_err(said)?;
    let mut reader = BufReader::new(stream);
    let (status, rest) = read_head(&mut reader).await?;
    Ok((status, Body { reader, rest }))
}

/// The status and how long the body is.
async fn read_head(reader: &mut (impl AsyncBufRead + Unpin)) -> Result<(u16, Rest), String> {
    loop {
        let first = header_line(reader).await?;
        let status = first
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.split(' ').nth(1)?.parse::<u16>().ok())
            .ok_or_else(|| "it does not speak HTTP".to_owned())?;
        let mut rest = if matches!(status, 204 | 304) { Rest::Bytes(0) } else { Rest::UntilClosed };
        let mut ended = false;
        for _ in 0..MOST_HEADERS {
            let line = header_line(reader).await?;
            if line.is_empty() {
                ended = true;
                break;
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            // Chunks rule out a length.
            if name == "transfer-encoding" && value.to_ascii_lowercase().ends_with("chunked") {
                rest = Rest::Chunks;
            } else if name == "content-length" && rest == Rest::UntilClosed {
                rest = Rest::Bytes(value.parse().map_err(|_| "its answer has no length".to_owned())?);
            }
        }
        if !ended {
            return Err("its answer has too many headers".to_owned());
        }
        // An interim answer comes before the real one.
        if status >= 200 {
            return Ok((status, rest));
        }
    }
}

async fn header_line(reader: &mut (impl AsyncBufRead + Unpin)) -> Result<String, String> {
    let mut line = Vec::new();
    let limit = u64::try_from(LONGEST_HEADER).unwrap_or(u64::MAX);
    reader.take(limit).read_until(b'\n', &mut line).await.map_err(|error| error.to_string())?;
    if line.pop() != Some(b'\n') {
        return Err("its answer broke off".to_owned());
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// What is still to come of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Bytes(u64),
    /// Each with its length before it.
    Chunks,
    UntilClosed,
}

struct Body {
    reader: BufReader<TcpStream>,
    rest: Rest,
}

impl Body {
    /// The next bytes; `None` at its end.
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, String> {
        match self.rest {
            // The connection may stay open behind it: nothing more is waited for.
            Rest::Bytes(0) => Ok(None),
            Rest::Bytes(left) => {
                let piece = self.some(left).await?;
                if piece.is_empty() {
                    return Err("its answer broke off".to_owned());
                }
                self.rest = Rest::Bytes(left.saturating_sub(u64::try_from(piece.len()).unwrap_or(left)));
                Ok(Some(piece))
            }
            Rest::UntilClosed => {
                let piece = self.some(u64::MAX).await?;
                Ok((!piece.is_empty()).then_some(piece))
            }
            Rest::Chunks => {
                let line = header_line(&mut self.reader).await?;
                let digits = line.split(';').next().unwrap_or_default().trim();
                let size = usize::from_str_radix(digits, 16).ok().filter(|size| *size <= LARGEST);
                let size = size.ok_or_else(|| "its answer is garbled or too large".to_owned())?;
                if size == 0 {
                    self.rest = Rest::Bytes(0);
                    return Ok(None);
                }
                let mut piece = vec![0; size];
                self.reader.read_exact(&mut piece).await.map_err(|error| error.to_string())?;
                header_line(&mut self.reader).await?;
                Ok(Some(piece))
            }
        }
    }

    /// What can be read at once, at most `limit`; nothing at the end.
    async fn some(&mut self, limit: u64) -> Result<Vec<u8>, String> {
        let available = self.reader.fill_buf().await.map_err(|error| error.to_string())?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(available.len());
        let piece = available[..limit].to_vec();
        self.reader.consume(limit);
        Ok(piece)
    }

    async fn whole(&mut self) -> Result<String, String> {
        let mut whole = Vec::new();
        while let Some(piece) = self.piece().await? {
            whole.extend_from_slice(&piece);
            if whole.len() > LARGEST {
                return Err(format!("its answer is larger than {LARGEST} bytes"));
            }
        }
        Ok(String::from_utf8_lossy(&whole).into_owned())
    }
}

/// Cuts a stream into the data of its events.
#[derive(Debug, Default)]
struct Events {
    line: Vec<u8>,
    data: Option<String>,
    /// The event at hand is too large to be kept.
    skips: bool,
}

impl Events {
    fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let held = self.line.len() + self.data.as_ref().map_or(0, String::len);
            if held + part.len() > LARGEST {
                self.skips = true;
                self.line.clear();
                self.data = None;
            }
            if !self.skips {
                self.line.extend_from_slice(part);
            }
            let Some(b'\n') = part.last() else { continue };
            if self.skips {
                // The rest of it is left out up to the blank line behind it.
                self.skips = !matches!(part, b"\n" | b"\r\n");
                continue;
            }
            let line = std::mem::take(&mut self.line);
            events.extend(self.take(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r'])));
        }
        events
    }

    fn take(&mut self, line: &str) -> Option<String> {
        if line.is_empty() {
            return self.data.take();
        }
        let data = line.strip_prefix("data:")?;
        let data = data.strip_prefix(' ').unwrap_or(data);
        match &mut self.data {
            Some(before) => {
                before.push('\n');
                before.push_str(data);
            }
            None => self.data = Some(data.to_owned()),
        }
        None
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let digit = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            text.push(if place <= three.len() { char::from(DIGITS[digit]) } else { '=' });
        }
    }
    text
}
