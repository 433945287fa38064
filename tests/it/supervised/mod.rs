//! The real program with its real supervisor, on small shell scripts as agents, in a folder of its own.

mod command_agents;
mod conform;
mod crash;
mod editor;
mod flood;
mod full_disk;
mod lifetime;
mod logs;
mod looked_at;
mod misbehaviour;
mod replay;
mod settings;
mod setup;
mod shelf;
mod storm;
mod summons;
mod terminals;
mod told;
mod words;

pub use crate::support::{Ran, only_child, until};
use awtui::client::{Session, Starter};
use awtui::project::{Project, ProjectFolders};
use awtui::wire::{Hello, Purpose, SocketPaths};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
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

    /// Settings in which both roles are this script, run once a turn.
    pub fn scripted(&self) -> String {
        let script = self.path("agent.sh").display().to_string();
        format!(
            "[roles.analyst]\nagent = \"mine\"\nmodel = \"house/model\"\n\
             [roles.worker]\nagent = \"mine\"\nmodel = \"house/model\"\n\
             [agents.mine]\nargv = [\"sh\", \"{script}\", \"{{prompt}}\"]\n"
        )
    }

    /// Sets the user's settings.
    pub fn settings(&self, text: &str) {
        self.write("config/awtui/config.toml", text);
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

    /// The state folder of the only project.
    pub fn project(&self) -> PathBuf {
        only_child(&self.path("state/projects"))
    }

    /// The state folder of the only run.
    pub fn run(&self) -> PathBuf {
        only_child(&self.project().join("runs"))
    }

    pub fn journal(&self) -> String {
        fs::read_to_string(self.run().join("journal.jsonl")).unwrap_or_default()
    }

    /// The records so far, in order.
    pub fn facts(&self) -> Vec<serde_json::Value> {
        let journal = self.journal();
        journal.lines().skip(1).filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    pub fn supervisor_pid(&self) -> u32 {
        let text = fs::read_to_string(self.project().join("supervisor.lock")).unwrap();
        let holder: serde_json::Value = serde_json::from_str(&text).unwrap();
        u32::try_from(holder["pid"].as_u64().unwrap()).unwrap()
    }

    /// The facts of this kind so far.
    pub fn facts_of(&self, kind: &str) -> Vec<serde_json::Value> {
        self.facts().into_iter().filter(|record| record["fact"]["kind"] == kind).collect()
    }

    pub fn kill_supervisor(&self) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.supervisor_pid()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        // Its last threads may still be in a call of the kernel when its first one is gone: they hold what it held.
        let lock = fs::File::open(self.project().join("supervisor.lock")).unwrap();
        until("the supervisor is gone", || lock.try_lock_shared().ok());
        until("its process is gone", || (!is_alive(self.supervisor_pid())).then_some(()));
    }

    /// A client of the supervisor, which is started where none runs.
    pub async fn started_session(&self, purpose: Purpose) -> Session {
        let project = Project::find(&self.path("repo")).unwrap();
        let folders = ProjectFolders::create(&self.path("state"), &project).unwrap();
        let uid = rustix::process::getuid().as_raw();
        let sockets = SocketPaths::beneath(self.root.path(), uid, &folders.root().display().to_string());
        let command = self.command(&["supervisor", "run"]);
        let words = |word: &std::ffi::OsStr| word.to_str().unwrap().to_owned();
        let environment = command.get_envs().map(|(name, value)| (words(name), words(value.unwrap())));
        let starter = Starter {
            program: env!("CARGO_BIN_EXE_awtui").into(),
            arguments: vec!["supervisor".to_owned(), "run".to_owned()],
            directory: self.path("repo"),
            log: folders.errors(),
            environment: Some(environment.collect()),
        };
        let mut hello = Hello::new(purpose);
        hello.env.clone_from(starter.environment.as_ref().unwrap());
        Session::connect(&sockets, hello, Some(&starter)).await.unwrap()
    }

    /// A client of the supervisor that runs.
    pub async fn session(&self, purpose: Purpose) -> Session {
        let uid = rustix::process::getuid().as_raw();
        let sockets = SocketPaths::beneath(self.root.path(), uid, &self.project().display().to_string());
        Session::connect(&sockets, Hello::new(purpose), None).await.unwrap()
    }
}

/// Zombies do not count.
pub fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.command(&["abort"]).output();
        let _ = self.command(&["supervisor", "stop"]).output();
    }
}
