//! Messages over streams that stall, break and end.

use awtui::domain::PaneChange;
use awtui::wire::{Body, Connection, ToClient, ToSupervisor, WireError};
use tokio::io::AsyncWriteExt;

fn message(number: u64) -> ToClient {
    ToClient::Pane {
        run: "aw_1".into(),
        pane: "p-1".into(),
        end: number,
        change: PaneChange::Output { text: format!("{number:0>50}\r\n") },
    }
}

#[tokio::test]
async fn messages_arrive_in_order_through_a_pipe_smaller_than_one_of_them() {
    let (left, right) = tokio::io::duplex(7);
    let mut supervisor: Connection<_, ToSupervisor, ToClient> = Connection::new(left);
    let mut client: Connection<_, ToClient, ToSupervisor> = Connection::new(right);
    let write = async {
        for number in 1..=50 {
            supervisor.writer.queue(&message(number)).unwrap();
        }
        supervisor.writer.close().await.unwrap();
    };
    let read = async {
        let mut read = Vec::new();
        while let Some(message) = client.reader.next().await.unwrap() {
            read.push(message);
        }
        read
    };
    let ((), read) = tokio::join!(write, read);
    assert_eq!(read, (1..=50).map(message).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_read_or_a_write_that_was_given_up_half_way_loses_nothing() {
    let (left, right) = tokio::io::duplex(7);
    let mut supervisor: Connection<_, ToSupervisor, ToClient> = Connection::new(left);
    let mut client: Connection<_, ToClient, ToSupervisor> = Connection::new(right);
    supervisor.writer.queue(&message(1)).unwrap();
    let read = loop {
        // Whichever side cannot go on is dropped and asked anew.
        tokio::select! {
            biased;
            read = client.reader.next() => break read,
            written = async { let done = supervisor.writer.flush().await; tokio::task::yield_now().await; done } =>
                written.unwrap(),
            () = tokio::task::yield_now() => {}
        }
    };
    assert_eq!(read.unwrap(), Some(message(1)));
}

#[tokio::test]
async fn an_end_between_messages_is_an_end_and_within_one_an_error() {
    for (bytes, is_end) in [(&b""[..], true), (b"\0\0", false), (b"\0\0\0\x09\0{\"type\"", false)] {
        let (mut raw, end) = tokio::io::duplex(64);
        let mut client: Connection<_, ToClient, ToSupervisor> = Connection::new(end);
        raw.write_all(bytes).await.unwrap();
        drop(raw);
        let read = client.reader.next().await;
        if is_end {
            assert!(matches!(read, Ok(None)));
        } else {
            assert!(matches!(read, Err(WireError::CutOff)), "{bytes:?}");
        }
    }
}

#[tokio::test]
async fn writing_to_a_client_that_is_gone_is_an_error() {
    let (left, right) = tokio::io::duplex(64);
    drop(right);
    let mut client: Connection<_, ToClient, ToSupervisor> = Connection::new(left);
    let error = client.writer.send(&ToSupervisor::request(1, Body::Ping)).await.unwrap_err();
    assert!(matches!(error, WireError::Io(_)), "{error}");
}
