//! What the demo's agents say and do, as data: scenes of messages, each with at most one tool, and a report at the end.
//!
//! It plays nothing. Numbers of tokens are invented here and labelled as scripted wherever they are shown.

mod analyst;
mod worker;

pub(super) use analyst::after_test;
pub(super) use worker::instruction_id;

use crate::agent::protocol::{ResultLine, VerdictLine};

/// One prompt's worth of work.
pub(super) struct Scene {
    pub(super) messages: Vec<Message>,
    pub(super) report: Report,
}

/// One paid call of the pretended model.
#[derive(Default)]
pub(super) struct Message {
    pub(super) thought: &'static str,
    /// `{summary}` stands for the last line that the last command printed, here and in a report's validation.
    pub(super) words: String,
    pub(super) tool: Option<Tool>,
    /// Tokens that this call adds to the context: what came in since the last one, and what it says.
    pub(super) fresh: u32,
    pub(super) output: u32,
    pub(super) reasoning: u32,
}

pub(super) enum Tool {
    Read(&'static str),
    /// A real command, given to `sh -c`.
    Run(&'static str),
    /// A real edit of a real file. Where `new` stands already, nothing is to be done.
    Edit {
        path: &'static str,
        old: &'static str,
        new: &'static str,
    },
    /// Keeps what the last command printed under this name in the folder of artifacts.
    Keep(&'static str),
    /// A word to awtui while the work goes on.
    Progress(&'static str),
}

pub(super) enum Report {
    Verdict(Box<VerdictLine>),
    /// DONE when the test passed just now, else a question to the operator.
    DoneIfTestPasses,
    Result(Box<ResultLine>),
}

/// The pretended model of a role: prices in US dollars a million tokens.
pub(super) struct Model {
    pub(super) name: &'static str,
    pub(super) window: u32,
    pub(super) input: f64,
    pub(super) output: f64,
    pub(super) cache_read: f64,
    pub(super) cache_write: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Analyst,
    Worker,
}

impl Part {
    pub(super) fn of(role: &str) -> Self {
        if role == "analyst" { Self::Analyst } else { Self::Worker }
    }

    pub(super) fn model(self) -> Model {
        match self {
            Self::Analyst => Model {
                name: "scripted/demo-analyst",
                window: 200_000,
                input: 3.0,
                output: 15.0,
                cache_read: 0.3,
                cache_write: 3.75,
            },
            Self::Worker => Model {
                name: "scripted/demo-worker",
                window: 32_000,
                input: 1.0,
                output: 5.0,
                cache_read: 0.1,
                cache_write: 1.25,
            },
        }
    }

    /// The colour of the role, in the palette of 256.
    pub(super) fn colour(self) -> u8 {
        match self {
            Self::Analyst => 111,
            Self::Worker => 150,
        }
    }

    /// The scene that answers a prompt, after as many scenes as were played in this session.
    pub(super) fn scene(self, played: u32, prompt: &str) -> Scene {
        match self {
            Self::Analyst => analyst::scene(played, prompt),
            Self::Worker => worker::scene(played, prompt),
        }
    }
}

fn message(words: &str, tool: Option<Tool>, fresh: u32, output: u32) -> Message {
    Message { thought: "", words: words.to_owned(), tool, fresh, output, reasoning: 0 }
}

fn thinking(thought: &'static str, reasoning: u32, message: Message) -> Message {
    Message { thought, reasoning, ..message }
}
