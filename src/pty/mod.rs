//! Real children in pseudo-terminals: start them, move their bytes, resize, write, end.
//!
//! Owns file descriptors, threads and process ids. It never interprets a byte of what a child says, never decides
//! when a child must end, and knows nothing of agents.
//!
//! A child leads a session and a process group of its own, so its group id is its pid. Processes that leave the group
//! (`setsid`) are found by a marker in their environment; that needs `/proc` and so works on Linux alone. Elsewhere
//! [`marked`] finds nothing and such processes are left to themselves.

mod child;
mod end;
mod orphans;
mod preflight;
mod process;

pub use child::{Child, WriteError, spawn};
pub use end::{Ended, How, end_group, end_marked, hang_up_group};
pub use orphans::{become_subreaper, reap_orphans};
pub use process::{alive, kill, marked};

use std::fmt;
use std::io;
use std::path::PathBuf;

/// What to start.
#[derive(Clone, PartialEq, Eq)]
pub struct Launch {
    /// A path, or a name that is looked up in the `PATH` of `env`.
    pub program: PathBuf,
    pub args: Vec<String>,
    pub cwd: PathBuf,
    /// The complete environment: nothing of our own is inherited. Only `SHELL` is added from the user database when it
    /// is missing here.
    pub env: Vec<(String, String)>,
    pub cols: u16,
    pub rows: u16,
}

impl fmt::Debug for Launch {
    /// Values of the environment may be secrets: only names are shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
        formatter
            .debug_struct("Launch")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("cwd", &self.cwd)
            .field("env", &names)
            .field("cols", &self.cols)
            .field("rows", &self.rows)
            .finish()
    }
}

/// What a child did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Output(Vec<u8>),
    /// Exactly once, and last.
    Exited(Exit),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// `false`: the system refused to execute the program after every check had passed. What then died was our own
    /// half-made child.
    pub started: bool,
}

/// Why a child could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    #[error("{} was not found{}; install it, or give its full path in the settings", program.display(), searched(path.as_deref()))]
    NotFound { program: PathBuf, path: Option<String> },
    #[error("{} is not executable; try `chmod +x`", program.display())]
    NotExecutable { program: PathBuf },
    #[error(
        "{} cannot run: its first line asks for {interpreter}, which {reason}; install that, or correct the line",
        program.display()
    )]
    BadInterpreter { program: PathBuf, interpreter: String, reason: &'static str },
    #[error("{} is not a folder to work in", cwd.display())]
    NotADirectory { cwd: PathBuf },
    #[error(
        "an argument or environment value has {bytes} bytes, the system allows {limit}; pass long texts in a file"
    )]
    TooLong { bytes: usize, limit: usize },
    #[error("cannot open a pseudo-terminal: {reason}")]
    NoTerminal { reason: String },
    #[error("cannot start {}: {reason}", program.display())]
    Refused { program: PathBuf, reason: String },
    #[error("cannot start a thread or follow the child: {0}")]
    System(#[from] io::Error),
}

fn searched(path: Option<&str>) -> String {
    path.map(|path| format!(" in PATH ({path})")).unwrap_or_default()
}
