//! What a client asks for at the operator's door that is about the operator's own terminals.

use super::client_door::{Client, received};
use super::terminals::{Opening, TerminalsMessage};
use crate::domain::PaneId;
use crate::term::Size;
use crate::wire::{PaneSizes, Reply};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Client {
    pub(super) async fn open_terminal(
        &self,
        command: String,
        directory: String,
        (cols, rows): (u16, u16),
    ) -> Result<Reply, String> {
        let opening = Opening {
            command,
            directory: directory.into(),
            environment: self.hall.for_children(self.hello.env.clone()),
            size: Size::new(cols, rows),
            world: self.hall.new_world(),
        };
        let pane = self.ask_terminals(|reply| TerminalsMessage::Open { opening, reply }).await?;
        Ok(Reply::Terminal { pane })
    }

    pub(super) async fn close_terminal(&self, pane: PaneId) -> Result<Reply, String> {
        self.ask_terminals(|reply| TerminalsMessage::Close { pane, reply }).await.map(|()| Reply::Done)
    }

    pub(super) async fn type_into_terminal(&self, pane: PaneId, bytes: Vec<u8>) -> Result<Reply, String> {
        let typed = self.ask_terminals(|reply| TerminalsMessage::Type { pane, bytes, reply }).await;
        typed.map(|()| Reply::Done)
    }

    pub(super) async fn size_terminals(&self, panes: PaneSizes) -> Result<Reply, String> {
        self.tell_terminals(TerminalsMessage::PaneSizes { panes }).await.map(|()| Reply::Done)
    }

    pub(super) async fn show_terminals(&self) -> Result<Reply, String> {
        let (client, mailbox) = (self.id, Arc::clone(&self.mailbox));
        self.tell_terminals(TerminalsMessage::Subscribe { client, mailbox }).await.map(|()| Reply::Done)
    }

    pub(super) async fn leave_terminals(&self) {
        // An ending supervisor needs to be told nothing.
        let _ = self.tell_terminals(TerminalsMessage::Unsubscribe { client: self.id }).await;
    }

    async fn tell_terminals(&self, message: TerminalsMessage) -> Result<(), String> {
        let sent = self.hall.terminals.sender.send(message).await;
        sent.map_err(|_| "the supervisor is ending".to_owned())
    }

    async fn ask_terminals<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<Result<T, String>>) -> TerminalsMessage,
    ) -> Result<T, String> {
        let (reply, answer) = oneshot::channel();
        self.tell_terminals(message(reply)).await?;
        received(answer).await?
    }
}
