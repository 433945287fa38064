//! The operator's own terminals, as a screen opens and feeds them.

use super::screen::{Asked, Screen};
use super::session::ClientError;
use crate::domain::{PaneId, RunId, TerminalEntry};
use crate::glass::GlassEvent;
use crate::wire::{Body, Bytes, PaneSizes, TERMINALS};

/// A terminal's size until it is drawn.
const FIRST_SIZE: (u16, u16) = (80, 24);

impl Screen<'_> {
    /// What was asked for on the command line is opened once the list tells what runs already.
    pub(super) async fn on_terminals(
        &mut self,
        entries: Vec<TerminalEntry>,
        closed: Vec<TerminalEntry>,
    ) -> Result<(), ClientError> {
        let wanted = std::mem::take(&mut self.opening);
        for command in wanted {
            if entries.iter().any(|entry| entry.exited.is_none() && entry.command == command) {
                self.ui.told(format!("`{command}` runs already"));
            } else {
                // Beside what the operator came for, so the keys stay there.
                self.open_with(command, Asked::Other).await?;
            }
        }
        self.feed(GlassEvent::Terminals { entries, closed });
        Ok(())
    }

    /// By a key: it gets the keys once it is there.
    pub(super) async fn open_terminal(&mut self, command: String) -> Result<(), ClientError> {
        self.open_with(command, Asked::Terminal).await
    }

    async fn open_with(&mut self, command: String, asked: Asked) -> Result<(), ClientError> {
        let directory = self.host.directory();
        self.open_in(directory, command, asked).await
    }

    async fn open_in(&mut self, directory: String, command: String, asked: Asked) -> Result<(), ClientError> {
        self.send(Body::OpenTerminal { command, directory, size: FIRST_SIZE }, asked).await
    }

    pub(super) async fn open_session(&mut self, role: &str) -> Result<(), ClientError> {
        let Some(run) = self.run.clone() else { return Ok(()) };
        match self.host.session(&run, role) {
            Ok((command, directory)) => self.open_in(directory, command, Asked::Terminal).await,
            Err(reason) => {
                self.ui.refused(reason);
                Ok(())
            }
        }
    }

    pub(super) async fn close_terminal(&mut self, pane: PaneId) -> Result<(), ClientError> {
        self.send(Body::CloseTerminal { pane }, Asked::Other).await
    }

    /// Keys and pastes, to whoever keeps the pane.
    pub(super) async fn type_into(&mut self, pane: PaneId, bytes: Vec<u8>) -> Result<(), ClientError> {
        let run = if self.is_terminal(&pane) { Some(RunId::from(TERMINALS)) } else { self.run.clone() };
        let Some(run) = run else { return Ok(()) };
        let typed = Body::Type { run, pane, author: self.host.author(), bytes: Bytes(bytes) };
        self.send(typed, Asked::Other).await
    }

    pub(super) fn is_terminal(&self, pane: &PaneId) -> bool {
        self.glass.terminals.iter().any(|entry| entry.pane == *pane)
    }

    /// Takes the terminals out of these sizes and tells theirs when they changed.
    pub(super) async fn send_terminal_sizes(&mut self, panes: &mut PaneSizes) -> Result<(), ClientError> {
        let theirs: PaneSizes = panes
            .iter()
            .filter(|(pane, _)| self.is_terminal(pane))
            .map(|(pane, size)| (pane.clone(), *size))
            .collect();
        panes.retain(|pane, _| !theirs.contains_key(pane));
        if theirs.is_empty() || theirs == self.terminal_sizes {
            return Ok(());
        }
        self.terminal_sizes.clone_from(&theirs);
        self.send(Body::PaneSize { run: RunId::from(TERMINALS), panes: theirs }, Asked::Other).await
    }
}
