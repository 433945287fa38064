//! Exit codes: documented, distinct, stable.

use crate::client::ClientError;
use std::process::ExitCode;

/// How a command ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: something failed; one line on stderr says what.
    Failed,
    /// 2: bad usage or bad settings; nothing was started.
    Usage,
    /// 3: the run waits for an operator.
    OperatorNeeded,
    /// 4: the run was aborted.
    Aborted,
    /// 5: the run was paused before it ended.
    Paused,
}

impl Exit {
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::OperatorNeeded => 3,
            Self::Aborted => 4,
            Self::Paused => 5,
        })
    }
}

/// Why a command did not do what it was asked: one line, and its exit code.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) exit: Exit,
}

impl Problem {
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::Usage }
    }

    pub(super) fn operator_needed(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::OperatorNeeded }
    }

    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::Failed }
    }
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        Self::failed(error.to_string())
    }
}
