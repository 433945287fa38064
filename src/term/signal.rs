//! What a program tells its terminal beside drawing.
//!
//! Owns the words; `osc` reads them from the stream. Nothing here is acted on by itself.

/// Something a program announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    Title(String),
    Bell,
    /// OSC 7501, the program status protocol. A level, not an edge: programs repeat it.
    Status(ProgramStatus),
    /// OSC 9, 777 or 99: text for a desktop notification.
    Notify(String),
    /// OSC 9;4: a progress bar.
    Progress(Progress),
    /// OSC 7 or OSC 9;9: the working directory, as a path.
    Cwd(String),
    /// OSC 133: where a shell is between prompt and command.
    Prompt(PromptMark),
    /// OSC 52: text the program wants on the clipboard. Never acted on by default.
    Clipboard(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramStatus {
    pub state: ProgramState,
    pub app: Option<String>,
    /// What kind of thing blocks, such as `permission` or `question`.
    pub kind: Option<String>,
    pub message: Option<String>,
    /// Percent, 0 to 100.
    pub progress: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramState {
    Idle,
    Working,
    Blocked,
    Done,
    Error,
    /// The program leaves; what it said before no longer holds.
    Clear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    None,
    Percent(u8),
    Error(u8),
    Indeterminate,
    Paused(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptMark {
    PromptStart,
    CommandStart,
    CommandRuns,
    CommandEnded(Option<i32>),
}
