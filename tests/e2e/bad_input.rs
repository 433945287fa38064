//! What cannot be: one line that says why, an exit code, and nothing half-started.

use crate::support::terminal::Terminal;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// A repository, a home and a state folder that nobody used.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(settings: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["repo", "home", "config/awtui"] {
            fs::create_dir_all(place.path(name)).unwrap();
        }
        fs::write(place.path("config/awtui/config.toml"), settings).unwrap();
        let git = Command::new("git").args(["init", "-q"]).current_dir(place.path("repo")).status().unwrap();
        assert!(git.success());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("timeout");
        command
            .args(["-k", "5", "60", env!("CARGO_BIN_EXE_awtui")])
            .args(arguments)
            .current_dir(self.path("repo"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.folder.path())
            .env("AWTUI_HOME", self.path("state"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .stdin(Stdio::null());
        command
    }

    fn awtui(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// One line of these words on stderr, nothing on stdout, and this exit code.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], code: i32, words: &[&str]) {
        said(&self.awtui(arguments), code, words);
    }

    /// No run, no folder of one, and after a moment no supervisor.
    #[track_caller]
    fn nothing_was_started(&self) {
        assert!(!self.path("repo/tmp").exists() || entries(&self.path("repo/tmp")) == 0);
        for project in fs::read_dir(self.path("state/projects")).into_iter().flatten().flatten() {
            assert_eq!(entries(&project.path().join("runs")), 0);
        }
        let gone = (0..1_500).any(|_| {
            std::thread::park_timeout(Duration::from_millis(10));
            let doctor = String::from_utf8(self.awtui(&["doctor"]).stdout).unwrap();
            doctor.contains("none runs") || !doctor.contains("supervisor")
        });
        assert!(gone, "a supervisor stays although nothing runs");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.path("state/projects").exists() {
            let _ = self.awtui(&["abort"]);
            let _ = self.awtui(&["supervisor", "stop"]);
        }
    }
}

#[track_caller]
fn said(output: &Output, code: i32, words: &[&str]) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    for word in words {
        assert!(error.contains(word), "{word:?} is not in {error}");
    }
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn entries(folder: &std::path::Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}

const MINE: &str = "[roles.analyst]\nagent = \"mine\"\n[roles.worker]\nagent = \"mine\"\n\
                    [agents.mine]\nargv = [\"sh\", \"-c\", \"sleep 1000\", \"{prompt}\"]\n";

#[test]
fn a_folder_that_is_not_there_or_takes_nothing_is_named() {
    let place = Place::new(MINE);
    place.refuses(&["-C", "nowhere", "run", "--headless", "go"], 2, &["nowhere", "-C"]);
    // Not even the superuser makes folders there.
    place.refuses(&["-C", "/proc", "run", "--headless", "go"], 2, &["/proc"]);
    place.nothing_was_started();
}

#[test]
fn an_agent_that_is_not_installed_is_named() {
    let place = Place::new("");
    let git = String::from_utf8(Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout)
        .unwrap();
    fs::create_dir(place.path("bin")).unwrap();
    std::os::unix::fs::symlink(git.trim(), place.path("bin/git")).unwrap();
    let timeout =
        String::from_utf8(Command::new("sh").args(["-c", "command -v timeout"]).output().unwrap().stdout)
            .unwrap();
    let mut command = Command::new(timeout.trim());
    let usual = place.command(&["run", "--headless", "go"]);
    command.args(usual.get_args()).env_clear().current_dir(place.path("repo")).stdin(Stdio::null());
    command.envs(usual.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", place.path("bin"));
    said(&command.output().unwrap(), 2, &["pi", "not installed"]);
    place.nothing_was_started();
}

#[test]
fn a_setting_that_does_not_exist_is_named_with_its_file_its_line_and_the_nearest_one() {
    let place = Place::new("[loop]\nmax_round = 3\n");
    place.refuses(&["run", "--headless", "go"], 2, &["config.toml:2", "max_round", "max_rounds"]);
    place.refuses(&["--set", "roles.worker.modle=x", "run", "--headless", "go"], 2, &["max_round"]);
    place.nothing_was_started();
}

#[test]
fn an_agent_that_does_not_exist_is_named_with_the_nearest_one() {
    let place = Place::new("");
    place.refuses(&["--set", "roles.worker.agent=pii", "run", "--headless", "go"], 2, &["pii", "\"pi\""]);
    place.nothing_was_started();
}

#[test]
fn a_run_that_does_not_exist_is_named() {
    let place = Place::new(MINE);
    for command in ["status", "ledger", "events", "abort", "pause", "resume", "replay", "attach"] {
        place.refuses(&[command, "aw_20200101_000000_nothing"], 2, &["aw_20200101_000000_nothing"]);
    }
    place.nothing_was_started();
}

#[test]
fn a_second_run_in_a_busy_work_tree_is_refused_and_leaves_the_first_alone() {
    let place = Place::new(MINE);
    let first = place.awtui(&["run", "--detach", "the first"]);
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    let first = String::from_utf8(first.stdout).unwrap();
    place.refuses(
        &["run", "--headless", "the second"],
        2,
        &["busy", first.trim(), "awtui attach", "awtui abort"],
    );
    assert_eq!(entries(&place.path("repo/tmp")), 1);
    let status = String::from_utf8(place.awtui(&["status", "--line"]).stdout).unwrap();
    assert!(!status.contains("aborted"), "{status}");
    place.refuses(&["status", "nope"], 2, &["there is no run \"nope\"; `awtui runs` lists them all"]);
}

#[test]
fn what_answers_no_gate_is_told_which_answers_there_are() {
    let place = Place::new(MINE);
    let all = "the answers are approve, reject, answer, retry, abort";
    place.refuses(&["gate", "9", "yes"], 2, &["\"9 yes\"", "`awtui gate approve 9`", all, "`awtui gates`"]);
    place.refuses(&["gate", "aprove", "9"], 2, &["`awtui gate approve 9`", all]);
    place.refuses(&["gate", "yes"], 2, &["`awtui gate approve N`", all]);
    place.nothing_was_started();
}

#[test]
fn without_a_terminal_the_screen_says_what_to_use_instead() {
    let place = Place::new(MINE);
    place.refuses(&[], 2, &["terminal", "--headless"]);
    place.refuses(&["run", "go"], 2, &["terminal", "--headless"]);
    place.nothing_was_started();
}

#[test]
fn an_empty_task_is_no_task() {
    let place = Place::new(MINE);
    place.refuses(&["run", "--headless", " "], 2, &["task"]);
    place.nothing_was_started();
}

#[test]
fn a_terminal_that_is_too_small_gets_one_message_and_the_screen_when_it_grows() {
    let place = Place::new(MINE);
    let mut terminal = Terminal::open(&place.command(&[]), &[], (38, 9));
    terminal.shows("awtui needs 40 x 10, this is 38 x 9");
    terminal.resize(80, 24);
    terminal.shows("What should be done?");
    terminal.resize(30, 30);
    terminal.shows("30 x 30");
    terminal.types("q");
    assert_eq!(terminal.exit_code(), 0);
    place.nothing_was_started();
}
