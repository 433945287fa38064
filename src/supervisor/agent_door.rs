//! The agent socket: reports and observations of agents, scoped by token to one pane. Never a decision.

use super::message::{AgentEvent, OwnerMessage};
use super::tokens::Tokens;
use crate::agent::protocol::{self, ToAgent};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::UnixListener;
use tokio::sync::mpsc;

/// A peer that does not say hello by then is let go.
const PATIENCE: Duration = Duration::from_secs(10);
/// After the socket accepted nobody: it has no descriptors left, for one.
const NO_ONE: Duration = Duration::from_millis(100);
/// Bytes of one line.
const LONGEST_LINE: u64 = 1024 * 1024;
/// Lines that may wait for an agent that does not read.
const QUEUE: usize = 64;

pub(super) async fn keep(tokens: Arc<Tokens>, listener: UnixListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let tokens = Arc::clone(&tokens);
                tokio::spawn(async move {
                    let (reader, writer) = stream.into_split();
                    welcome(&tokens, reader, writer).await;
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the agent socket accepts nobody");
                tokio::time::sleep(NO_ONE).await;
            }
        }
    }
}

/// Serves one connection, whatever it runs over.
pub(super) async fn welcome(
    tokens: &Tokens,
    reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin + Send + 'static,
) {
    let mut reader = BufReader::new(reader);
    let Ok(Some(first)) = tokio::time::timeout(PATIENCE, line(&mut reader)).await else { return };
    let known = match protocol::parse(&first) {
        Ok(protocol::ToDesk::Hello(hello)) => tokens
            .find(&hello.token)
            .map(|(pane, owner)| (pane, owner, protocol::GUESTS.contains(&hello.agent.as_str())))
            .ok_or_else(|| "the token is not, or no longer, that of a pane".to_owned()),
        Ok(_) => Err("the first line must be a hello".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    let (pane, owner, guest) = match known {
        Ok(known) => known,
        Err(reason) => {
            let _ = writer.write_all(protocol::line(&ToAgent::Refused { reason }).as_bytes()).await;
            return;
        }
    };
    let (link, mut lines) = mpsc::channel::<String>(QUEUE);
    if writer.write_all(protocol::line(&ToAgent::Welcome).as_bytes()).await.is_err() {
        return;
    }
    let event = AgentEvent::Connected { link: link.clone() };
    if !guest && owner.send(OwnerMessage::Agent { pane: pane.clone(), event }).await.is_err() {
        return;
    }
    let writing = tokio::spawn(async move {
        while let Some(text) = lines.recv().await {
            if writer.write_all(text.as_bytes()).await.is_err() {
                break;
            }
        }
    });
    while let Some(text) = line(&mut reader).await {
        let event = AgentEvent::Line { line: text, link: link.clone(), guest };
        if owner.send(OwnerMessage::Agent { pane: pane.clone(), event }).await.is_err() {
            break;
        }
    }
    // What was answered last is still on its way; the writer ends when nobody can answer any more.
    let _ = owner.send(OwnerMessage::Agent { pane, event: AgentEvent::Closed { link } }).await;
    let _ = tokio::time::timeout(PATIENCE, writing).await;
}

/// The next line; `None` at the end, on an error, or when it is too long.
async fn line(reader: &mut BufReader<impl AsyncRead + Unpin>) -> Option<String> {
    let mut bytes = Vec::new();
    let read = reader.take(LONGEST_LINE).read_until(b'\n', &mut bytes).await.ok()?;
    if read == 0 || bytes.pop() != Some(b'\n') {
        return None;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
