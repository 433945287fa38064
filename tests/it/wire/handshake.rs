//! Who speaks, and whether two versions can work together.

use awtui::wire::{
    Body, Connection, HandshakeError, Hello, PROTOCOL, Purpose, ToClient, ToSupervisor, Welcome, accept,
    greet,
};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, DuplexStream};

const PATIENCE: Duration = Duration::from_secs(5);

type ClientEnd = Connection<DuplexStream, ToClient, ToSupervisor>;
type SupervisorEnd = Connection<DuplexStream, ToSupervisor, ToClient>;

fn pair() -> (ClientEnd, SupervisorEnd) {
    let (client, supervisor) = tokio::io::duplex(16);
    (Connection::new(client), Connection::new(supervisor))
}

#[tokio::test]
async fn equal_versions_greet_each_other() {
    let (mut client, mut supervisor) = pair();
    let hello = Hello { cols: 120, rows: 40, ..Hello::new(Purpose::Attach { watch: false }) };
    let serve = async {
        let hello = accept(&mut supervisor, PATIENCE).await.unwrap();
        supervisor.writer.send(&ToClient::Welcome { welcome: Welcome::new(77) }).await.unwrap();
        hello
    };
    let (welcome, heard) = tokio::join!(greet(&mut client, hello.clone(), PATIENCE), serve);
    assert_eq!(welcome.unwrap(), Welcome::new(77));
    assert_eq!(heard, hello);
}

#[tokio::test]
async fn another_protocol_is_refused_and_both_sides_learn_who_is_newer() {
    for (protocol, who) in [(PROTOCOL + 1, "the client is newer"), (PROTOCOL - 1, "the supervisor is newer")]
    {
        let (mut client, mut supervisor) = pair();
        let hello =
            Hello { protocol, version: "7.7.7".to_owned(), ..Hello::new(Purpose::Attach { watch: false }) };
        let (greeted, accepted) =
            tokio::join!(greet(&mut client, hello, PATIENCE), accept(&mut supervisor, PATIENCE));
        for error in [greeted.unwrap_err(), accepted.unwrap_err()] {
            let HandshakeError::Refused(refused) = error else { panic!("{error}") };
            assert!(refused.reason.contains(who), "{}", refused.reason);
            assert!(refused.reason.contains("7.7.7"), "{}", refused.reason);
            assert!(!refused.hint.is_empty());
        }
    }
}

#[tokio::test]
async fn a_client_of_any_version_may_ask_for_the_replacement_of_the_supervisor() {
    let (mut client, mut supervisor) = pair();
    let hello = Hello { protocol: PROTOCOL + 5, ..Hello::new(Purpose::Replace { drain: true }) };
    let greeting = ToSupervisor::Hello { hello: hello.clone() };
    let (sent, accepted) = tokio::join!(client.writer.send(&greeting), accept(&mut supervisor, PATIENCE));
    sent.unwrap();
    assert_eq!(accepted.unwrap(), hello);
}

#[tokio::test(start_paused = true)]
async fn a_silent_other_side_is_given_up_after_the_deadline() {
    let (mut client, _supervisor) = pair();
    let error = greet(&mut client, Hello::new(Purpose::Command), PATIENCE).await.unwrap_err();
    assert!(matches!(error, HandshakeError::TimedOut(_)), "{error}");
    assert!(error.to_string().contains("5.0 s"), "{error}");

    let (_client, mut supervisor) = pair();
    let error = accept(&mut supervisor, PATIENCE).await.unwrap_err();
    assert!(matches!(error, HandshakeError::TimedOut(_)), "{error}");
}

#[tokio::test]
async fn whoever_does_not_greet_first_is_turned_away() {
    let (mut client, mut supervisor) = pair();
    let greeting = ToSupervisor::request(1, Body::Ping);
    let (sent, accepted) = tokio::join!(client.writer.send(&greeting), accept(&mut supervisor, PATIENCE));
    sent.unwrap();
    assert!(matches!(accepted, Err(HandshakeError::NoGreeting)));

    let (client, mut supervisor) = pair();
    drop(client);
    assert!(matches!(accept(&mut supervisor, PATIENCE).await, Err(HandshakeError::Closed)));

    let (mut raw, end) = tokio::io::duplex(64);
    raw.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut supervisor: SupervisorEnd = Connection::new(end);
    assert!(matches!(accept(&mut supervisor, PATIENCE).await, Err(HandshakeError::Wire(_))));
}
