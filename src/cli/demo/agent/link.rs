//! The agent's end of the agent socket: lines out, messages in, both through queues so that the screen never waits.

use crate::agent::protocol::{self, Hello, PROTOCOL, ToAgent, ToDesk};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

pub(super) struct Link {
    lines: mpsc::UnboundedSender<String>,
    messages: mpsc::Receiver<ToAgent>,
    writing: JoinHandle<()>,
}

impl Link {
    /// Says hello; whether awtui welcomes us comes as a message.
    pub(super) async fn connect(socket: &str, token: String) -> std::io::Result<Self> {
        let (reader, mut writer) = UnixStream::connect(socket).await?.into_split();
        let (lines, mut unsent) = mpsc::unbounded_channel::<String>();
        let (sender, messages) = mpsc::channel(64);
        let writing = tokio::spawn(async move {
            while let Some(line) = unsent.recv().await {
                if writer.write_all(line.as_bytes()).await.is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            let mut lines = BufReader::new(reader).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let message = protocol::parse_from_desk(&line).unwrap_or(ToAgent::Unknown);
                if sender.send(message).await.is_err() {
                    return;
                }
            }
        });
        let link = Self { lines, messages, writing };
        link.send(&ToDesk::Hello(Hello {
            protocol: PROTOCOL,
            token,
            agent: "demo".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
        }));
        Ok(link)
    }

    pub(super) fn send(&self, message: &ToDesk) {
        // Nobody is there to read it when the connection is gone; the next `next` says so.
        let _ = self.lines.send(protocol::line_to_desk(message));
    }

    /// `None` once the connection is gone. A call that is dropped while it waits loses nothing.
    pub(super) async fn next(&mut self) -> Option<ToAgent> {
        self.messages.recv().await
    }

    /// Ends the connection after everything was written.
    pub(super) async fn close(self) {
        drop(self.lines);
        let _ = self.writing.await;
    }
}
