//! As much HTTP as model clients need: one request a connection, answers whole or as events in chunks.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// The events of a reply before and after the place where it may break.
#[derive(Debug, Default)]
pub struct Frames {
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// An event without a name.
pub fn data(data: &Value) -> String {
    format!("data: {data}\n\n")
}

pub fn named(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

/// What was sent to us.
#[derive(Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub body: Vec<u8>,
}

pub fn read(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let path = target.split('?').next()?.to_owned();
    let (mut length, mut chunked) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        chunked |= name.eq_ignore_ascii_case("transfer-encoding") && value.contains("chunked");
    }
    let mut body = vec![0; length];
    if chunked {
        while let Some(chunk) = read_chunk(&mut reader) {
            body.extend(chunk);
        }
    } else {
        reader.read_exact(&mut body).ok()?;
    }
    Some(Received { method, path, body })
}

/// `None`: it was the last.
fn read_chunk(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let length = usize::from_str_radix(line.trim().split(';').next()?, 16).ok()?;
    let mut chunk = vec![0; length + 2];
    reader.read_exact(&mut chunk).ok()?;
    chunk.truncate(length);
    (length > 0).then_some(chunk)
}

pub fn begin_events(mut stream: &TcpStream) -> Option<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).ok()
}

/// In one write: a client may leave as soon as it has read the end.
pub fn send_events(mut stream: &TcpStream, events: &[String], last: bool) -> Option<()> {
    let chunk = |event: &String| format!("{:x}\r\n{event}\r\n", event.len());
    let mut text = events.iter().map(chunk).collect::<Vec<_>>().concat();
    if last {
        text.push_str("0\r\n\r\n");
    }
    stream.write_all(text.as_bytes()).ok()
}

pub fn answer(mut stream: &TcpStream, status: u16, retry_after: Option<u64>, body: &str) -> Option<()> {
    let retry = retry_after.map_or_else(String::new, |seconds| format!("Retry-After: {seconds}\r\n"));
    let head = format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\n{retry}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()
}
