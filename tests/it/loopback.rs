//! The client for the server of an agent, against a small server of this process.

use awtui::agent::{ServerPlan, ServerRequest};
use awtui::supervisor::RealWorld;
use awtui::supervisor::world::{Server, ServerEvent, World};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PATIENCE: Duration = Duration::from_secs(30);

async fn listening() -> (TcpListener, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plan = ServerPlan {
        port: listener.local_addr().unwrap().port(),
        user: "ann".to_owned(),
        password: "s:cret?".to_owned(),
        events: "/event".to_owned(),
    };
    (listener, RealWorld.connect(plan))
}

/// The next connection, with the request that came on it.
async fn accepted(listener: &TcpListener) -> (TcpStream, String) {
    let (mut stream, _) = tokio::time::timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    let mut request = Vec::new();
    loop {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).await.unwrap();
        assert!(read > 0, "the request broke off");
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return (stream, text);
        }
    }
}

/// The connection that asks for the stream, which is left silent, and the one after it.
async fn beside_the_stream(listener: &TcpListener) -> (TcpStream, TcpStream, String) {
    let (first, asked) = accepted(listener).await;
    let (second, other) = accepted(listener).await;
    if asked.starts_with("GET /event ") { (first, second, other) } else { (second, first, asked) }
}

async fn next(server: &mut Server) -> ServerEvent {
    tokio::time::timeout(PATIENCE, server.events.recv()).await.unwrap().unwrap()
}

async fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

fn get(id: u64, path: &str) -> ServerRequest {
    ServerRequest { id, method: "GET", path: path.to_owned(), body: None }
}

const STREAM: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test]
async fn events_are_put_together_however_they_are_cut() {
    let (listener, mut server) = listening().await;
    let (mut stream, request) = accepted(&listener).await;
    assert!(request.starts_with("GET /event HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nAuthorization: Basic YW5uOnM6Y3JldD8=\r\n"), "{request}");
    say(&mut stream, STREAM).await;
    assert_eq!(next(&mut server).await, ServerEvent::Connected);
    say(&mut stream, &chunk("data: {\"a\":1}\n\nevent: x\nid: 7\ndata: fir")).await;
    say(&mut stream, &chunk("st\ndata:second\r\n\r\n: a comment\n\n")).await;
    let emoji = "data: 漢🎉\n\n".as_bytes();
    for half in [&emoji[..8], &emoji[8..]] {
        stream.write_all(format!("{:X};name=value\r\n", half.len()).as_bytes()).await.unwrap();
        stream.write_all(half).await.unwrap();
        say(&mut stream, "\r\n").await;
    }
    for expected in ["{\"a\":1}", "first\nsecond", "漢🎉"] {
        assert_eq!(next(&mut server).await, ServerEvent::Event(expected.to_owned()));
    }
}

#[tokio::test]
async fn a_stream_that_ends_is_opened_again() {
    let (listener, mut server) = listening().await;
    for round in 0..3 {
        let (mut stream, _) = accepted(&listener).await;
        say(&mut stream, STREAM).await;
        assert_eq!(next(&mut server).await, ServerEvent::Connected, "round {round}");
        // By its last chunk, by a break in mid chunk, and by garbage.
        say(&mut stream, ["0\r\n\r\n", "ff\r\nhal", "zz\r\n"][round]).await;
        drop(stream);
        assert_eq!(next(&mut server).await, ServerEvent::Lost, "round {round}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_up_or_refuses_is_tried_again_in_silence() {
    let (listener, mut server) = listening().await;
    for refusal in ["HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-x\r\n", ""] {
        let (mut stream, _) = accepted(&listener).await;
        say(&mut stream, refusal).await;
    }
    let (mut stream, _) = accepted(&listener).await;
    say(&mut stream, STREAM).await;
    assert_eq!(next(&mut server).await, ServerEvent::Connected);
}

#[tokio::test]
async fn a_request_is_sent_whole_and_its_answer_comes_back_under_its_id() {
    let (listener, mut server) = listening().await;
    let body = format!("{{\"text\":\"{}\"}}", "漢字 \\n ".repeat(20_000));
    let request =
        ServerRequest { id: 9, method: "POST", path: "/a?b=c".to_owned(), body: Some(body.clone()) };
    server.requests.send(request).await.unwrap();
    let (_stream, mut other, asked) = beside_the_stream(&listener).await;
    let (head, sent) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{head}");
    assert_eq!(sent, body);
    say(&mut other, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(next(&mut server).await, ServerEvent::Reply { id: 9, status: 204, body: String::new() });
}

#[tokio::test]
async fn a_body_is_read_by_length_by_chunks_and_to_the_end() {
    for (answer, body) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more".to_owned(), "hello"),
        (
            format!(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}{}0\r\n\r\n",
                chunk("he"),
                chunk("llo")
            ),
            "hello",
        ),
        ("HTTP/1.1 200 OK\r\n\r\nhello".to_owned(), "hello"),
        ("HTTP/1.0 404 Not Found\r\nContent-Length: 2\r\n\r\nno".to_owned(), "no"),
    ] {
        let (listener, mut server) = listening().await;
        server.requests.send(get(1, "/x")).await.unwrap();
        let (_stream, mut other, _) = beside_the_stream(&listener).await;
        say(&mut other, &answer).await;
        drop(other);
        let ServerEvent::Reply { id: 1, status, body: found } = next(&mut server).await else { panic!() };
        assert_eq!((status, found.as_str()), (if body == "no" { 404 } else { 200 }, body), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none_and_says_why() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ] {
        let (listener, mut server) = listening().await;
        server.requests.send(get(1, "/x")).await.unwrap();
        let (_stream, mut other, _) = beside_the_stream(&listener).await;
        say(&mut other, answer).await;
        drop(other);
        let ServerEvent::Reply { id: 1, status: 0, body } = next(&mut server).await else {
            panic!("{answer}")
        };
        assert!(!body.is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn a_path_cannot_carry_another_request() {
    let (_listener, mut server) = listening().await;
    for path in ["/x HTTP/1.1\r\nHost: y\r\n\r\nGET /z", "http://elsewhere/", "/ä", ""] {
        server.requests.send(get(1, path)).await.unwrap();
        let ServerEvent::Reply { status: 0, body, .. } = next(&mut server).await else { panic!("{path}") };
        assert!(body.contains("no path"), "{body}");
    }
}

#[tokio::test]
async fn a_slow_answer_holds_up_no_other() {
    let (listener, mut server) = listening().await;
    server.requests.send(get(1, "/slow")).await.unwrap();
    let (_stream, mut slow, _) = beside_the_stream(&listener).await;
    server.requests.send(get(2, "/fast")).await.unwrap();
    let (mut fast, _) = accepted(&listener).await;
    say(&mut fast, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert!(matches!(next(&mut server).await, ServerEvent::Reply { id: 2, status: 200, .. }));
    say(&mut slow, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert!(matches!(next(&mut server).await, ServerEvent::Reply { id: 1, status: 200, .. }));
}

#[tokio::test]
async fn the_conversation_ends_when_nobody_asks_any_more() {
    let (listener, server) = listening().await;
    let (mut stream, _) = accepted(&listener).await;
    say(&mut stream, STREAM).await;
    drop(server);
    let mut rest = [0; 16];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut rest)).await.unwrap();
    assert_eq!(read.unwrap_or(0), 0, "the client hangs up");
}

#[tokio::test]
async fn an_event_that_is_far_too_large_is_left_out_and_the_next_one_is_not() {
    let (listener, mut server) = listening().await;
    let (mut stream, _) = accepted(&listener).await;
    say(&mut stream, STREAM).await;
    assert_eq!(next(&mut server).await, ServerEvent::Connected);
    say(&mut stream, &chunk("data: ")).await;
    let piece = chunk(&"x".repeat(1 << 20));
    for _ in 0..17 {
        say(&mut stream, &piece).await;
    }
    say(&mut stream, &chunk("\n\ndata: small\n\n")).await;
    assert_eq!(next(&mut server).await, ServerEvent::Event("small".to_owned()));
}
