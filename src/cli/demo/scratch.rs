//! The demo's own place: a scratch repository with a program that fails its test, and settings beside it.
//!
//! It is made below awtui's state folder. awtui removes it only when nothing was begun in it.

use super::super::exit::Problem;
use super::super::print;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = include_str!("../../../assets/demo/duration.sh");
const TEST: &str = include_str!("../../../assets/demo/test.sh");
const README: &str = include_str!("../../../assets/demo/README.md");
const SETTINGS: &str = include_str!("../../../assets/demo/config.toml");

/// Demos that are begun in the same second get a number.
const MOST_SAMES: u32 = 100;

pub(super) struct Scratch {
    root: PathBuf,
    pub(super) repository: PathBuf,
    /// In place of the operator's folder of settings.
    pub(super) config_home: PathBuf,
    /// Folders of demos before this one.
    pub(super) earlier: Vec<PathBuf>,
}

/// `wall` in milliseconds.
pub(super) fn create(
    state_home: &Path,
    wall: u64,
    speed: f64,
    environment: &[(String, String)],
) -> Result<Scratch, Problem> {
    let parent = state_home.join("demo");
    let mut earlier: Vec<PathBuf> =
        std::fs::read_dir(&parent).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    earlier.sort();
    let root = root(&parent, wall)?;
    let scratch = Scratch {
        repository: root.join("duration"),
        config_home: root.join("settings/awtui"),
        root,
        earlier,
    };
    if let Err(problem) = scratch.fill(speed, environment) {
        scratch.remove();
        return Err(problem);
    }
    Ok(scratch)
}

fn root(parent: &Path, wall: u64) -> Result<PathBuf, Problem> {
    let problem = |path: &Path, error| Problem::usage(format!("{} cannot be made: {error}", path.display()));
    std::fs::create_dir_all(parent).map_err(|error| problem(parent, error))?;
    for n in 1..MOST_SAMES {
        let path = parent.join(if n == 1 { stamp(wall) } else { format!("{}_{n}", stamp(wall)) });
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(problem(&path, error)),
        }
    }
    Err(Problem::failed("too many demos were begun in this second; try again"))
}

impl Scratch {
    fn fill(&self, speed: f64, environment: &[(String, String)]) -> Result<(), Problem> {
        for folder in [&self.repository, &self.config_home] {
            std::fs::create_dir_all(folder)
                .map_err(|error| Problem::usage(format!("{} cannot be made: {error}", folder.display())))?;
        }
        let settings = SETTINGS.replace("{speed}", &speed.to_string());
        for (path, text) in [
            (self.repository.join("duration.sh"), PROGRAM),
            (self.repository.join("test.sh"), TEST),
            (self.repository.join("README.md"), README),
            (self.config_home.join("config.toml"), settings.as_str()),
        ] {
            std::fs::write(&path, text)
                .map_err(|error| Problem::usage(format!("{} cannot be written: {error}", path.display())))?;
        }
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &["commit", "--quiet", "--message", "A program that prints durations, and its test"],
        ] {
            git(&self.repository, arguments, environment)?;
        }
        Ok(())
    }

    /// Nothing was begun in it.
    pub(super) fn remove(&self) {
        if let Err(error) = std::fs::remove_dir_all(&self.root) {
            print::error(&format!("{} stays behind: {error}", self.root.display()));
        }
    }
}

fn stamp(wall: u64) -> String {
    let at = i64::try_from(wall / 1000).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    at.unwrap_or_default().strftime("%Y%m%d_%H%M%S").to_string()
}

fn git(repository: &Path, arguments: &[&str], environment: &[(String, String)]) -> Result<(), Problem> {
    let author = ["user.name=awtui demo", "user.email=demo@awtui.invalid", "commit.gpgSign=false"];
    let failed = |why: &str| {
        Problem::failed(format!("git {} failed in {}: {why}", arguments[0], repository.display()))
    };
    let output = Command::new("git")
        .args(author.iter().flat_map(|setting| ["-c", setting]))
        .args(arguments)
        .current_dir(repository)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .map_err(|error| {
            Problem::usage(format!("the demo needs git, and it cannot be started ({error}); install it"))
        })?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim()))
}

/// Whether the repository's own test passes, and the last line that it printed.
pub(super) fn test(repository: &Path, environment: &[(String, String)]) -> (bool, String) {
    let output = Command::new("sh")
        .arg("test.sh")
        .current_dir(repository)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output();
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            (output.status.success(), text.lines().next_back().unwrap_or_default().to_owned())
        }
        Err(error) => (false, format!("sh cannot be started: {error}")),
    }
}
