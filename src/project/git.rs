//! How git is called: the repository's own hooks and drivers stay silent, and the caller's environment cannot point git
//! at another repository or change what it prints.

use crate::domain::Ran;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use thiserror::Error;
use tokio::io::AsyncReadExt;

/// Bytes of git's complaint that are kept.
const COMPLAINT: u64 = 4 * 1024;

/// Where the person's own configuration lies. Every other variable of git's is about some other call.
const KEPT: [&str; 3] = ["GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"];

const SETTINGS: [&str; 10] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    // A scratch index must be whole: its shared half would be written beside the user's.
    "core.splitIndex=false",
    // Recording a file must not fail because its line ends would not survive a checkout.
    "core.safecrlf=false",
    "core.abbrev=12",
    "commit.gpgSign=false",
    "i18n.commitEncoding=UTF-8",
    "submodule.recurse=false",
    "gc.auto=0",
];

#[derive(Debug, Error)]
pub enum GitError {
    #[error("git {action} failed: {reason}")]
    Failed { action: String, reason: String },
    #[error("git could not be run: {0}")]
    Io(#[from] std::io::Error),
}

impl GitError {
    /// There is no repository here, or no git on this machine: not an error, but nothing to record either.
    pub(super) fn means_no_repository(&self) -> bool {
        match self {
            Self::Failed { reason, .. } => {
                reason.contains("not a git repository") || reason.contains("must be run in a work tree")
            }
            Self::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        }
    }
}

/// `git -C folder`, with nothing inherited but the person's own configuration.
pub(super) fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let configuration = text.starts_with("GIT_CONFIG_") && text != "GIT_CONFIG_PARAMETERS";
        if text.starts_with("GIT_") && !configuration && !KEPT.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        // A partial clone would ask its server for what it lacks.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .arg("-C")
        .arg(folder);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command
}

fn failed(action: &OsStr, reason: String) -> GitError {
    GitError::Failed { action: action.to_string_lossy().into_owned(), reason }
}

/// The one path that git prints: any bytes, less the line end that git adds.
pub(super) fn path(mut bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

/// Asks while nothing else can be done anyway, before a run exists.
pub(super) fn ask_path(folder: &Path, arguments: &[&str]) -> Result<PathBuf, GitError> {
    let output = command(folder).args(arguments).output()?;
    if output.status.success() {
        return Ok(path(output.stdout));
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(OsStr::new(arguments.first().copied().unwrap_or_default()), reason))
}

/// What git was called for and with which exit code, for the log of what awtui did.
#[derive(Debug, Default)]
pub struct Calls(Mutex<Vec<Ran>>);

impl Calls {
    fn add(&self, ran: Ran) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(ran);
    }

    /// In the order in which they ended.
    pub fn take(&self) -> Vec<Ran> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How a call of git ended. `bytes` are at most one more than were asked for.
struct Ended {
    status: std::process::ExitStatus,
    bytes: Vec<u8>,
    complaint: String,
}

/// A call of git beside which other things go on. Ended when its future is dropped.
pub(super) struct Git<'c> {
    command: Command,
    action: std::ffi::OsString,
    /// What was set for this call alone.
    set: Vec<String>,
    calls: &'c Calls,
}

impl<'c> Git<'c> {
    /// It is told to `calls` once it has ended.
    pub(super) fn new(folder: &Path, action: &str, calls: &'c Calls) -> Self {
        let mut command = command(folder);
        command.arg(action);
        Self { command, action: action.into(), set: Vec::new(), calls }
    }

    #[must_use]
    pub(super) fn args<Word: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = Word>) -> Self {
        self.command.args(words);
        self
    }

    #[must_use]
    pub(super) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        self.set.push(format!("{}={}", name.to_string_lossy(), shell_words::quote(&value.to_string_lossy())));
        self.command.env(name, value);
        self
    }

    /// As a shell would be given it, less the settings that every call has.
    fn line(&self) -> String {
        let words: Vec<_> = self.command.get_args().map(OsStr::to_string_lossy).collect();
        let (folder, words) = words.split_at(words.len().min(2));
        let own = words.iter().skip(2 * SETTINGS.len());
        let git = shell_words::join(["git".into()].iter().chain(folder).chain(own));
        self.set.iter().map(String::as_str).chain([git.as_str()]).collect::<Vec<_>>().join(" ")
    }

    pub(super) async fn bytes(self) -> Result<Vec<u8>, GitError> {
        Ok(self.at_most(u64::MAX).await?.0)
    }

    /// One word or line.
    pub(super) async fn word(self) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.bytes().await?).trim_end().to_owned())
    }

    pub(super) async fn path(self) -> Result<PathBuf, GitError> {
        Ok(path(self.bytes().await?))
    }

    /// The first `limit` bytes that git prints, and whether there were more.
    pub(super) async fn at_most(self, limit: u64) -> Result<(Vec<u8>, bool), GitError> {
        let (line, calls, action) = (self.line(), self.calls, self.action.clone());
        let tell = |code, said: String| calls.add(Ran { command: line.into(), code, said, ..Ran::default() });
        let Ended { status, bytes, complaint } = match self.run(limit).await {
            Ok(ended) => ended,
            Err(error) => {
                tell(None, format!("git could not be run: {error}"));
                return Err(error.into());
            }
        };
        let more = u64::try_from(bytes.len()).is_ok_and(|length| length > limit);
        match status.code() {
            _ if more => tell(None, format!("no more than {limit} bytes were read of what it printed")),
            Some(0) => tell(Some(0), String::new()),
            Some(code) => tell(Some(code), complaint.clone()),
            None => tell(None, format!("ended by a signal {complaint}").trim_end().to_owned()),
        }
        if !status.success() && !more {
            return Err(failed(&action, complaint));
        }
        Ok((bytes, more))
    }

    async fn run(self, limit: u64) -> std::io::Result<Ended> {
        let mut command = tokio::process::Command::from(self.command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let printed = async {
            let mut bytes = Vec::new();
            if let Some(stdout) = stdout {
                stdout.take(limit.saturating_add(1)).read_to_end(&mut bytes).await?;
            }
            // The pipe is closed here: a git that has more to say ends at its next write.
            Ok::<_, std::io::Error>(bytes)
        };
        let complained = async {
            let mut bytes = Vec::new();
            if let Some(mut stderr) = stderr {
                (&mut stderr).take(COMPLAINT).read_to_end(&mut bytes).await?;
                tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await?;
            }
            Ok::<_, std::io::Error>(bytes)
        };
        let (bytes, complaint) = tokio::try_join!(printed, complained)?;
        let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
        Ok(Ended { status: child.wait().await?, bytes, complaint })
    }
}
