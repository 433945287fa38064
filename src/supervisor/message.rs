//! What the owner of a run is told.

use super::world::{Probed, ServerEvent};
use crate::domain::{Author, EffectId, OperatorAct, Outcome, PaneId, Ran, Record, Run, Seq};
use crate::wire::{Mailbox, PaneSizes};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Which client of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ClientId(pub(super) u64);

pub(super) enum OwnerMessage {
    Agent {
        pane: PaneId,
        event: AgentEvent,
    },
    /// Of the agent's own server.
    Server {
        pane: PaneId,
        event: ServerEvent,
    },
    Probed {
        pane: PaneId,
        effect: EffectId,
        result: Result<Probed, String>,
    },
    Settled {
        effect: EffectId,
        outcome: Outcome,
        /// What was run for it.
        ran: Vec<Ran>,
    },
    Killed {
        effect: EffectId,
        survivors: Vec<u32>,
        /// How often it is still waited for the ends of the children to be heard of.
        patience: u32,
    },
    Act {
        author: Author,
        act: OperatorAct,
        reply: oneshot::Sender<Result<(), String>>,
    },
    Type {
        pane: PaneId,
        bytes: Vec<u8>,
        reply: oneshot::Sender<Result<(), String>>,
    },
    /// Children that are started from now on get the environment of the client that resumed the run.
    Environment {
        variables: Vec<(String, String)>,
    },
    PaneSizes {
        panes: PaneSizes,
    },
    Subscribe {
        client: ClientId,
        after: Seq,
        mailbox: Arc<Mailbox>,
        /// A person sits before it.
        screen: bool,
    },
    Unsubscribe {
        client: ClientId,
    },
    /// The whole state as it is now.
    State {
        reply: oneshot::Sender<Run>,
    },
    Records {
        after: Seq,
        reply: oneshot::Sender<Vec<Arc<Record>>>,
    },
    /// Its headless client is gone: drain and pause.
    Park {
        reason: String,
    },
    /// Stop serving the run; its journal stays as it is.
    LetGo {
        done: oneshot::Sender<()>,
    },
}

pub(super) enum AgentEvent {
    /// An agent greeted with the pane's token, to stay; lines for it go into `link`.
    Connected {
        link: mpsc::Sender<String>,
    },
    /// `link`: of the connection that it came by. `guest`: that one only reports.
    Line {
        line: String,
        link: mpsc::Sender<String>,
        guest: bool,
    },
    Closed {
        link: mpsc::Sender<String>,
    },
}
