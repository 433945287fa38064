//! What the supervisor says: facts and bytes go into the glass, answers to what they were asked for.

use super::{FACTS, Screen};
use crate::client::ClientError;
use crate::client::runs::RunAsked;
use crate::client::session::Session;
use crate::domain::{Fact, RunId, news};
use crate::glass::GlassEvent;
use crate::wire::{Body, Reply, StartRun, TERMINALS, ToClient};
use tokio::time::Instant;

/// What a request was for, to know what its answer means.
pub(in crate::client) enum Asked {
    /// What is started when it can be.
    Check(Box<StartRun>),
    /// The task, to give it back when no run comes of it.
    Start(String),
    /// A terminal, which gets the keys once it is there.
    Terminal,
    /// A part of something to look at, by the UI's own number.
    Fetch(u64),
    Run(RunAsked),
    /// Those of a run: they come by themselves.
    Facts,
    Other,
}

impl Screen<'_> {
    /// Takes a message and all that came with it, so that one frame shows them together.
    pub(in crate::client) async fn on_messages(&mut self, first: ToClient) {
        let mut next = Some(first);
        while let Some(message) = next {
            if let Err(error) = self.on_message(message).await {
                self.lost(&error);
                return;
            }
            next = match self.session.as_mut().map(Session::ready) {
                Some(Ok(next)) => next,
                Some(Err(error)) => {
                    self.lost(&error);
                    None
                }
                None => None,
            };
        }
    }

    async fn on_message(&mut self, message: ToClient) -> Result<(), ClientError> {
        let ours = |run: &RunId| self.run.as_ref() == Some(run);
        match message {
            ToClient::Record { run, record } if ours(&run) => {
                self.clock = Some((record.at, Instant::now()));
                let live = self.caught_up;
                let asks = live && matches!(record.fact, Fact::GateOpened { .. });
                let news = news(&self.glass.run, &record.fact).filter(|_| live);
                self.feed(GlassEvent::Record(record.as_ref().clone()));
                if let Some(news) = news {
                    self.ui.told(news);
                }
                if live {
                    self.note_summons(&record);
                }
                if asks {
                    self.call_to_gate();
                }
            }
            ToClient::Pane { run, pane, end, change } if ours(&run) || run.as_str() == TERMINALS => {
                self.feed(GlassEvent::Pane { pane, end, change });
            }
            ToClient::CaughtUp { run, .. } if ours(&run) => {
                self.caught_up = true;
                self.ui.waits_no_more(FACTS);
                self.request_frame();
                self.ui.arrived(&self.glass);
                self.call_to_gate();
            }
            ToClient::Clock { run, now } if ours(&run) => {
                self.clock = Some((now, Instant::now()));
                self.feed(GlassEvent::Clock(now));
            }
            ToClient::Artifacts { run, entries } if ours(&run) => self.feed(GlassEvent::Artifacts(entries)),
            ToClient::Runs { runs } => self.feed(GlassEvent::Runs(runs)),
            ToClient::Terminals { entries, closed } => self.on_terminals(entries, closed).await?,
            ToClient::Notice { text } => self.feed(GlassEvent::Notice(Some(text))),
            ToClient::Response { id, result } => {
                let asked = self.asked.remove(&id);
                self.ui.waits_no_more(id.0);
                if matches!(asked, Some(Asked::Check(_))) {
                    self.feed(GlassEvent::Notice(None));
                }
                match (asked, result.into_result()) {
                    (Some(Asked::Check(start)), Ok(_)) => {
                        let task = start.task.clone();
                        self.send(Body::StartRun { start }, Asked::Start(task)).await?;
                    }
                    (Some(Asked::Check(start)), Err(reason)) => {
                        self.task_not_started(start.task, reason);
                    }
                    (Some(Asked::Start(_)), Ok(Reply::Run { run })) => {
                        self.subscribe(run).await?;
                    }
                    (Some(Asked::Terminal), Ok(Reply::Terminal { pane })) => {
                        self.ui.opened(&self.glass, &pane);
                        self.request_frame();
                    }
                    (Some(Asked::Fetch(id)), result) => self.fetched(id, result).await?,
                    (Some(Asked::Run(asked)), Ok(reply)) => self.run_answered(asked, reply).await?,
                    (_, Ok(_)) => {}
                    (Some(Asked::Start(task)), Err(reason)) => {
                        self.task_not_started(task, reason);
                    }
                    (asked, Err(reason)) => {
                        if matches!(asked, Some(Asked::Facts)) {
                            self.ui.waits_no_more(FACTS);
                        }
                        self.ui.refused(reason);
                        self.request_frame();
                    }
                }
            }
            ToClient::RunClosed { run } if ours(&run) && !self.glass.run.is_over() => {
                let text = "the supervisor let go of the run; `awtui resume` takes it up again".to_owned();
                self.feed(GlassEvent::Notice(Some(text)));
            }
            ToClient::Welcome { .. }
            | ToClient::Refused { .. }
            | ToClient::Record { .. }
            | ToClient::Pane { .. }
            | ToClient::CaughtUp { .. }
            | ToClient::Artifacts { .. }
            | ToClient::Clock { .. }
            | ToClient::RunClosed { .. }
            | ToClient::Unknown => {}
        }
        Ok(())
    }
}

pub(in crate::client) async fn next(session: &mut Option<Session>) -> Result<ToClient, ClientError> {
    match session {
        Some(session) => session.next().await,
        None => std::future::pending().await,
    }
}
