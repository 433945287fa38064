//! A git repository in a folder of its own, untouched by the configuration of whoever runs the tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub(super) struct Repository {
    scratch: TempDir,
    pub(super) top: PathBuf,
}

impl Repository {
    /// Without any commit.
    pub(super) fn empty() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path().canonicalize().unwrap().join("My Project");
        std::fs::create_dir(&top).unwrap();
        let repository = Self { scratch, top };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// With two committed files.
    pub(super) fn new() -> Self {
        let repository = Self::empty();
        repository.write("kept.txt", "kept\n");
        repository.write("source/lib.rs", "one\ntwo\nthree\n");
        repository.commit("first");
        repository
    }

    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.scratch.path().canonicalize().unwrap().join(name)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.top.join(name)
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(super) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.top, arguments)
    }

    /// All that a checkpoint must leave as it is.
    pub(super) fn state(&self) -> State {
        State {
            status: self.git(&["status", "--porcelain=v2", "--branch", "--untracked-files=all"]),
            index: std::fs::read(self.path(".git/index")).ok(),
            head: std::fs::read_to_string(self.path(".git/HEAD")).unwrap(),
            branches: self.git(&["for-each-ref", "refs/heads", "refs/tags", "refs/stash"]),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct State {
    status: String,
    index: Option<Vec<u8>>,
    head: String,
    branches: String,
}

pub(super) fn git_in(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {arguments:?} in {}: {}",
        folder.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
