//! What every suite that runs the real program needs: its output, a place to wait, a terminal.
#![allow(dead_code, reason = "each suite uses what it needs")]

pub mod corpus;
pub mod terminal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

/// Far more than anything needs, on a slow machine too: two minutes.
const LOOKS: u32 = 12_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Ran {
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

/// Waits until something is there.
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..LOOKS {
        if let Some(found) = look() {
            return found;
        }
        std::thread::park_timeout(BETWEEN_LOOKS);
    }
    panic!("waited in vain until {what}");
}

#[track_caller]
pub fn only_child(folder: &Path) -> PathBuf {
    let children = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut children: Vec<PathBuf> = children.map(|child| child.unwrap().path()).collect();
    assert_eq!(children.len(), 1, "{children:?}");
    children.remove(0)
}
