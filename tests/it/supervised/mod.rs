//! The real program with its real supervisor, on small shell scripts as agents, in a folder of its own.

mod command_agents;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Far more than anything here needs, on a slow machine too.
const PATIENCE: Duration = Duration::from_mins(1);

/// What an analyst and a worker print that agree on one step, then on being done.
pub const ANALYST: &str = r#"
if [ -e "$DIR/worked" ]; then state="DONE it is there"; else state="NEEDS_WORKER go on"; fi
cat <<END
## Diagnosis
looked
## Hypothesis
none
## Worker instruction
Instruction id: first
Goal: make the file
## Validation
none
## Operational memory
none
## Next state
$state
## Operator handoff
none
END
"#;

pub const WORKER: &str = r#"
echo made > made.txt
touch "$DIR/worked"
cat <<END
Instruction id: first
## Task understood
yes
## Actions taken
made it
## Result
made
## Validation
none
## Diff / artifacts
made.txt
## Issues / risks / lessons
none
## Worker recommendation / next steps
none
## Stop / handoff
none
END
"#;

/// A repository, a home, a state folder, and the program.
pub struct House {
    root: tempfile::TempDir,
}

impl House {
    /// `settings` are the user's. In them and in the scripts, `DIR` stands for the folder of all this.
    pub fn new(settings: &str) -> Self {
        let house = Self { root: tempfile::tempdir().unwrap() };
        for folder in ["repo", "home", "state", "config/awtui"] {
            fs::create_dir_all(house.path(folder)).unwrap();
        }
        house.write("config/awtui/config.toml", settings);
        let git = Command::new("git").args(["init", "-q"]).current_dir(house.path("repo")).status().unwrap();
        assert!(git.success());
        house
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.path().join(relative)
    }

    pub fn write(&self, relative: &str, text: &str) {
        let directory = self.root.path().display().to_string();
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("$DIR", &directory)).unwrap();
    }

    /// A script that both roles run; it tells them apart by `AWTUI_ROLE`.
    pub fn script(&self, analyst: &str, worker: &str) {
        let text = format!("case \"$AWTUI_ROLE\" in\nanalyst)\n{analyst}\n;;\nworker)\n{worker}\n;;\nesac\n");
        self.write("agent.sh", &text);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("timeout");
        command
            .args(["-k", "5", &PATIENCE.as_secs().to_string(), env!("CARGO_BIN_EXE_awtui")])
            .args(arguments)
            .current_dir(self.path("repo"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.root.path())
            .env("AWTUI_HOME", self.path("state"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .stdin(Stdio::null());
        command
    }

    pub fn awtui(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.command(&["abort"]).output();
        let _ = self.command(&["supervisor", "stop"]).output();
    }
}

pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}
