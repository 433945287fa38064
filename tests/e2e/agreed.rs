//! The commands of a repository are agreed to on the screen, as they were shown, and run only then.

use crate::support::terminal::Terminal;
use crate::support::{only_child, until};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// More than that in which a key is not meant for what has just appeared.
const MOMENT: Duration = Duration::from_secs(1);
const SHOWN: &str = "commands of this repository";

struct Place(TempDir);

impl Place {
    /// The roles' agent is a program of the operator's own, which leaves a file behind where it was started.
    fn new() -> Self {
        let place = Self(tempfile::Builder::new().prefix("agreed").tempdir().unwrap());
        for name in ["repo/.awtui", "home", "config/awtui"] {
            fs::create_dir_all(place.path(name)).unwrap();
        }
        let settings = "[roles.analyst]\nagent = \"sayer\"\n[roles.worker]\nagent = \"sayer\"\n[agents.sayer]\n\
                        argv = [\"sh\", \"-c\", \"touch started; echo AT-WORK; sleep 600\", \"{prompt_file}\"]\n";
        fs::write(place.path("config/awtui/config.toml"), settings).unwrap();
        place.brings("one");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn brings(&self, check: &str) {
        let text = format!("[[checks]]\nname = \"tests\"\nrun = \"echo {check}\"\n");
        fs::write(self.path("repo/.awtui/config.toml"), text).unwrap();
    }

    fn command(&self) -> Command {
        crate::awtui_in(self.0.path())
    }

    fn agreements(&self) -> usize {
        let path = only_child(&self.path("state/projects")).join("trusted");
        fs::read_to_string(path).unwrap_or_default().lines().count()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let stopped = self.command().args(["supervisor", "stop"]).output();
        println!("{stopped:?}");
    }
}

#[test]
fn a_task_shows_the_commands_of_the_repository_and_starts_once_they_are_agreed_to() {
    let place = Place::new();
    let mut terminal = Terminal::open(&place.command(), &[], (100, 30));
    terminal.shows("that you have not agreed to");
    // What is typed right behind the task is meant for something else.
    terminal.types("mend it\r");
    terminal.types("y");
    terminal.shows(SHOWN);
    terminal.shows("checks.0.run = \"echo one\"");
    terminal.shows("appeared just as you pressed a key");
    assert_eq!(place.agreements(), 0);

    // Another file than the one that is shown is not agreed to.
    place.brings("two");
    meant(&mut terminal, "y");
    terminal.shows("The file changed while you looked");
    terminal.shows("checks.0.run = \"echo two\"");
    assert_eq!(place.agreements(), 0);
    assert!(!place.path("repo/started").exists());

    meant(&mut terminal, "y");
    terminal.shows("AT-WORK");
    assert_eq!(place.agreements(), 1);
    assert!(place.path("repo/started").exists());
    terminal.kill();
}

#[test]
fn who_does_not_agree_keeps_the_task_and_runs_nothing() {
    let place = Place::new();
    let mut terminal = Terminal::open(&place.command(), &[], (80, 24));
    terminal.shows("that you have not agreed to");
    terminal.types("mend it\r");
    terminal.shows(SHOWN);
    meant(&mut terminal, "\r");
    terminal.shows("you agreed to nothing; the task stays in the box");
    terminal.shows("new task> mend it");
    assert_eq!(place.agreements(), 0);
    assert!(!place.path("repo/started").exists());
    terminal.kill();
}

/// Presses a key once the commands that the screen shows take one.
#[expect(clippy::disallowed_methods, reason = "a real screen takes real time")]
fn meant(terminal: &mut Terminal, key: &str) {
    let shown = Instant::now();
    until("the first moment is over", || (shown.elapsed() > MOMENT).then_some(()));
    terminal.types(key);
}
