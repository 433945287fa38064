//! Which pane an agent's token stands for. A token is good for one pane of one run, as long as its child lives.

use super::message::OwnerMessage;
use crate::domain::PaneId;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc;

#[derive(Default)]
pub(super) struct Tokens {
    known: Mutex<BTreeMap<String, (PaneId, mpsc::Sender<OwnerMessage>)>>,
}

impl Tokens {
    pub(super) fn add(&self, token: String, pane: PaneId, owner: mpsc::Sender<OwnerMessage>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(token, (pane, owner));
    }

    pub(super) fn remove(&self, token: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }

    pub(super) fn find(&self, token: &str) -> Option<(PaneId, mpsc::Sender<OwnerMessage>)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }
}
