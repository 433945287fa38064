//! Starting a typed task, and the agreement that a repository's own commands need before it: the host reads the file and
//! keeps the agreement, the screen asks for it.

use super::host::NotStarted;
use super::screen::{Asked, Screen};
use super::session::ClientError;
use crate::glass::GlassEvent;
use crate::ui::{Brings, TrustAsk};
use crate::wire::Body;

impl Screen<'_> {
    pub(super) async fn start_task(&mut self, task: String) -> Result<(), ClientError> {
        match self.host.start(&task) {
            Ok(start) => {
                let asking = "asking the agents whether they can begin…".to_owned();
                self.feed(GlassEvent::Notice(Some(asking)));
                let start = Box::new(start);
                self.send(Body::CheckStart { start: start.clone() }, Asked::Check(start)).await?;
            }
            Err(NotStarted::Unagreed(brought)) => self.ui.must_agree(task, brought),
            Err(NotStarted::Refused(reason)) => self.ui.task_refused(&task, reason),
        }
        Ok(())
    }

    /// The supervisor refused it. Where commands came since the host looked, they are what is to be agreed to.
    pub(super) fn task_not_started(&mut self, task: String, reason: String) {
        match self.host.brings() {
            Ok(Brings::Unagreed(brought)) => self.ui.must_agree(task, brought),
            Ok(_) | Err(_) => self.ui.task_refused(&task, reason),
        }
        self.request_frame();
    }

    pub(super) async fn with_trust(&mut self, ask: TrustAsk) -> Result<(), ClientError> {
        match ask {
            TrustAsk::Look => self.ui.commands_read(self.host.brings()),
            TrustAsk::Agree { sha256, task } => match self.host.agree(&sha256) {
                Ok(Brings::Unagreed(brought)) => self.ui.commands_changed(task, brought),
                Ok(brings) => {
                    self.ui.commands_agreed(&self.glass, brings, task.as_deref());
                    if let Some(task) = task {
                        self.start_task(task).await?;
                    }
                }
                Err(reason) => self.ui.refused(reason),
            },
        }
        self.request_frame();
        Ok(())
    }

    /// The file may have become another one behind the screen's back.
    pub(super) fn read_commands(&mut self) {
        self.ui.brings = self.host.brings().unwrap_or_default();
    }
}
