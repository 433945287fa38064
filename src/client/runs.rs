//! What the list of runs asks for, carried out: another run on the screen, a replay on top of it, runs put away.

use super::replay::{self, Left};
use super::screen::{Asked, FACTS, Screen, ScreenError, next};
use super::session::ClientError;
use crate::domain::{OperatorAct, RunId};
use crate::glass::GlassEvent;
use crate::tty::Tty;
use crate::ui::RunsAsk;
use crate::wire::{Body, Reply, Shelving};

/// What was asked for about a run, to know what its answer means.
pub(super) enum RunAsked {
    TakenUp {
        resume: bool,
    },
    /// What there is to say once it is done.
    Shelved {
        run: RunId,
        gone: bool,
        words: String,
    },
}

impl Screen<'_> {
    /// Whether awtui is to end with the replay.
    pub(super) async fn with_run(&mut self, tty: &mut Tty, ask: RunsAsk) -> Result<bool, ScreenError> {
        match ask {
            RunsAsk::Open(run) => self.show_run(run).await?,
            RunsAsk::TakeUp { run, resume } => {
                let body = Body::OpenRun { run, author: self.host.author() };
                self.send(body, Asked::Run(RunAsked::TakenUp { resume })).await?;
            }
            RunsAsk::Replay { run, from_start } => return self.replay(tty, &run, from_start).await,
            RunsAsk::Archive { run, away } => {
                let how = if away { Shelving::Archive } else { Shelving::Unarchive };
                let words = if away { "is archived; v shows those" } else { "is back in the list" };
                self.shelve(run, how, words).await?;
            }
            RunsAsk::Delete { run, folder } => {
                self.shelve(run, Shelving::Delete { folder }, "is deleted").await?;
            }
        }
        Ok(false)
    }

    async fn shelve(&mut self, run: RunId, how: Shelving, words: &str) -> Result<(), ClientError> {
        let gone = matches!(how, Shelving::Delete { .. });
        let asked = RunAsked::Shelved { run: run.clone(), gone, words: format!("{run} {words}") };
        let body = Body::Shelve { run, author: self.host.author(), how };
        self.send(body, Asked::Run(asked)).await
    }

    pub(super) async fn run_answered(&mut self, asked: RunAsked, reply: Reply) -> Result<(), ClientError> {
        match (asked, reply) {
            (RunAsked::TakenUp { resume }, Reply::Run { run }) => {
                self.show_run(run.clone()).await?;
                if resume {
                    let author = self.host.author();
                    let act = Body::Act { run, author, act: OperatorAct::Resume };
                    self.send(act, Asked::Other).await?;
                }
            }
            (RunAsked::Shelved { run, gone, words }, _) => {
                self.ui.told(words);
                if gone && self.run.as_ref() == Some(&run) {
                    // What is on the screen is nowhere else any more.
                    self.run = None;
                    self.clock = None;
                    self.ui.other_run();
                    self.feed(GlassEvent::Reset);
                }
                self.request_frame();
            }
            (RunAsked::TakenUp { .. }, _) => {}
        }
        Ok(())
    }

    async fn show_run(&mut self, run: RunId) -> Result<(), ClientError> {
        if self.run.as_ref() == Some(&run) {
            return Ok(());
        }
        self.ui.other_run();
        self.clock = None;
        self.sizes.clear();
        self.subscribe(run).await
    }

    /// A replay has the terminal until it is left; what the supervisor tells is heard meanwhile.
    async fn replay(&mut self, tty: &mut Tty, run: &RunId, from_start: bool) -> Result<bool, ScreenError> {
        // The files of a long run take a while to be read.
        self.ui.waits_long_for(FACTS, "opening the replay");
        self.draw(tty).await?;
        let opened = self.host.replay(run);
        self.ui.waits_no_more(FACTS);
        let (mut player, ui) = match opened {
            Ok(opened) => opened,
            Err(reason) => {
                self.ui.refused(reason);
                return Ok(false);
            }
        };
        if from_start {
            player.play();
        } else {
            player.end();
        }
        let mut shown = Box::pin(replay::replay(player, tty, ui));
        let left = loop {
            tokio::select! {
                biased;
                left = &mut shown => break left?,
                message = next(&mut self.session) => match message {
                    Ok(message) => self.on_messages(message).await,
                    Err(error) => self.lost(&error),
                },
            }
        };
        self.request_frame();
        Ok(left == Left::Gone)
    }
}
