//! The real program, its real supervisor and a real agent for each role, in a repository, a home and a state folder of
//! their own.

use crate::home;
use crate::home::Model;
use crate::install::{self, Cli, Installed};
use crate::latency;
use crate::model_server::{Kind, ModelServer, Reply, Request, Tokens};
use crate::support::{self, Ran, only_child};
use awtui::domain::{Record, Run, RunOutcome, Totals, apply};
use awtui::supervisor::marker_entry;
use awtui::{journal, pty};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub struct Ground {
    pub server: ModelServer,
    pub analyst: Cli,
    pub worker: Cli,
    folder: tempfile::TempDir,
    node: PathBuf,
}

/// How a ground differs from the usual one.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// Pi's settings.
    pub pi: Value,
    /// The worker's tools that must ask.
    pub ask: Vec<&'static str>,
    /// Shell words that run before the worker's program, with its arguments in `"$@"`.
    pub before: Option<String>,
}

impl Ground {
    /// Runs the test on ground of its own for each Pi in both roles; `settings` are Pi's.
    pub fn each<S: FnMut(&Request) -> Reply + Send + 'static>(
        settings: &Value,
        script: impl Fn() -> S,
        test: impl Fn(&Ground),
    ) {
        for pi in [install::NEWEST, install::OLDER] {
            let wishes = Wishes { pi: settings.clone(), ask: Vec::new(), before: None };
            Self::pair(pi, pi, &wishes, script(), &test);
        }
    }

    /// Runs the test with these two agents, where they are there.
    pub fn pair(
        analyst: Cli,
        worker: Cli,
        wishes: &Wishes,
        mut script: impl FnMut(&Request) -> Reply + Send + 'static,
        test: impl Fn(&Ground),
    ) {
        // Where a report does not end the turn by itself, the model does, with a context as large as it was.
        let mut tokens = BTreeMap::new();
        let script = move |request: &Request| {
            let reported =
                request.kind == Kind::Turn && request.has_called(&["report_result", "report_verdict"]);
            if !reported {
                let reply = script(request);
                tokens.insert(request.model.clone(), reply.tokens);
                return reply;
            }
            let mut closing = Reply::text("That is all.");
            closing.tokens = tokens.get(&request.model).copied().unwrap_or(closing.tokens);
            closing
        };
        if let (Some(analyst), Some(worker)) = (install::installed(analyst), install::installed(worker)) {
            test(&Ground::new(&analyst, &worker, wishes, ModelServer::start(script)));
        }
    }

    fn new(analyst: &Installed, worker: &Installed, wishes: &Wishes, server: ModelServer) -> Self {
        let folder = tempfile::Builder::new().prefix("ground").tempdir().unwrap();
        let ground =
            Self { server, analyst: analyst.cli, worker: worker.cli, folder, node: worker.node.clone() };
        for name in ["repo", "bin", "state", "tmp", "home/.config/awtui"] {
            fs::create_dir_all(ground.path(name)).unwrap();
        }
        // As git and the agents see it.
        let repository = ground.path("repo").canonicalize().unwrap();
        // Where `awtui conform` tries agents.
        let scratch = ground.path("state").canonicalize().unwrap().join("conform/repository");
        home::write(&ground.path("home"), &[&repository, &scratch], &ground.server, &wishes.pi);
        for installed in [analyst, worker] {
            let link = ground.path("bin").join(installed.cli.agent.name());
            if link.exists() {
                continue;
            }
            match wishes.before.as_ref().filter(|_| installed.cli == worker.cli) {
                Some(before) => {
                    let program = installed.program.display();
                    let text = format!("#!/bin/bash\n{before}\nexec \"{program}\" \"$@\"\n");
                    fs::write(&link, text).unwrap();
                    fs::set_permissions(&link, fs::Permissions::from_mode(0o755)).unwrap();
                }
                None => std::os::unix::fs::symlink(&installed.program, link).unwrap(),
            }
        }
        let role = |role: &str, cli: Cli, model: Model| {
            format!("[roles.{role}]\nagent = \"{}\"\nmodel = \"{}\"\n", cli.agent.name(), model.named)
        };
        let [strong, fast] = [analyst.cli.agent.strong(), worker.cli.agent.fast()];
        let mut roles = role("analyst", analyst.cli, strong) + &role("worker", worker.cli, fast);
        if !wishes.ask.is_empty() {
            writeln!(roles, "ask = {:?}", wishes.ask).unwrap();
        }
        fs::write(ground.path("home/.config/awtui/config.toml"), roles).unwrap();
        ground.git(&["init", "-q"]);
        ground.git(&["config", "user.email", "someone@example.org"]);
        ground.git(&["config", "user.name", "Someone"]);
        fs::write(ground.path("repo/README.md"), "a repository\n").unwrap();
        ground.git(&["add", "."]);
        ground.git(&["commit", "-qm", "first"]);
        let [one, other] =
            [analyst, worker].map(|one| format!("{} {}", one.cli.agent.name(), one.cli.version));
        println!("{one} and {other} in {}", ground.folder.path().display());
        ground
    }

    fn git(&self, args: &[&str]) {
        let status = Command::new("git").args(args).current_dir(self.path("repo")).status().unwrap();
        assert!(status.success(), "git {args:?}");
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// The environment of a person at a shell.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |name: &str| self.path(name).display().to_string();
        let path = format!("{}:{}:{}", text("bin"), self.node.display(), std::env::var("PATH").unwrap());
        let own = [
            ("HOME", text("home")),
            ("PATH", path),
            ("TMPDIR", text("tmp")),
            ("AWTUI_HOME", text("state")),
            ("XDG_CONFIG_HOME", text("home/.config")),
            ("LANG", "C.UTF-8".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
        ];
        let quiet = home::ENVIRONMENT.map(|(name, value)| (name, value.to_owned()));
        own.into_iter().chain(quiet).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        self.command_within(300, args)
    }

    /// With so many seconds to end.
    pub fn command_within(&self, seconds: u32, args: &[&str]) -> Command {
        let mut command = Command::new("timeout");
        command.args(["-k", "5", &seconds.to_string(), env!("CARGO_BIN_EXE_awtui")]).args(args);
        command.current_dir(self.path("repo")).env_clear().envs(self.environment()).stdin(Stdio::null());
        command
    }

    pub fn awtui(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// Nothing was changed of what a person has in the home, and git sees nothing new but these files.
    #[track_caller]
    pub fn assert_kept(&self, before: &[(&'static str, String)], made: &[&str]) {
        home::assert_kept(before, &home::belongings(&self.path("home")));
        let mut git = Command::new("git");
        let output = git.args(["status", "--porcelain"]).current_dir(self.path("repo")).output().unwrap();
        let made: String = made.iter().map(|name| ["?? ", name, "\n"].concat()).collect();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), made);
    }

    /// The worker's own program, without awtui.
    pub fn agent(&self, args: &[&str]) -> Ran {
        let mut command = Command::new("timeout");
        command.args(["-k", "5", "120"]).arg(self.path("bin").join(self.worker.agent.name())).args(args);
        command.current_dir(self.path("repo")).env_clear().envs(self.environment()).stdin(Stdio::null());
        Ran::from(command.output().unwrap())
    }

    /// The state folder of the only run.
    pub fn state(&self) -> PathBuf {
        only_child(&only_child(&self.path("state/projects")).join("runs"))
    }

    pub fn run_id(&self) -> String {
        self.state().file_name().unwrap().to_str().unwrap().to_owned()
    }

    /// The run folder in the repository.
    pub fn run_folder(&self) -> PathBuf {
        self.path("repo/tmp").join(self.run_id())
    }

    /// The run as its journal tells it.
    pub fn run(&self) -> Run {
        self.run_at(u64::MAX)
    }

    pub fn records(&self) -> Vec<Record> {
        journal::read(&self.state().join("journal.jsonl")).unwrap().records
    }

    /// How long agents and prompts took, on the test's own output.
    pub fn print_latency(&self) {
        for line in latency::lines(&self.records(), &self.server.requests()) {
            println!("{line}");
        }
    }

    /// The same as it was at this sequence number.
    fn run_at(&self, seq: u64) -> Run {
        let mut run = Run::default();
        for record in self.records().iter().take_while(|record| record.seq <= seq) {
            apply(&mut run, record);
        }
        run
    }

    pub fn kinds(&self) -> Vec<String> {
        self.facts().iter().map(|fact| fact["kind"].as_str().unwrap().to_owned()).collect()
    }

    pub fn facts(&self) -> Vec<Value> {
        let journal = fs::read_to_string(self.state().join("journal.jsonl")).unwrap_or_default();
        let records = journal.lines().skip(1).filter_map(|line| serde_json::from_str::<Value>(line).ok());
        records.map(|mut record| record["fact"].take()).collect()
    }

    /// The first gate that waits for an answer, as `awtui gates --json` tells it.
    pub fn open_gate(&self) -> Option<Value> {
        // The journal first: asking a supervisor costs more than a look into a file.
        self.run().open_gates().next()?;
        let gates = self.awtui(&["gates", "--json"]).ends_with(0).out;
        let mut gates: Value = serde_json::from_str(&gates).unwrap();
        gates.get_mut(0).map(|first| first["gate"].take())
    }

    /// Waits for the end of the run, which nobody need be asked for.
    #[track_caller]
    pub fn done(&self) {
        until("the run is over", || {
            let run = self.run();
            let gates: Vec<_> = run.open_gates().collect();
            assert!(gates.is_empty(), "nothing was to be asked: {gates:#?}");
            run.is_over()
        });
        assert_eq!(self.run().outcome, Some(RunOutcome::Done));
    }

    /// The processes of one role's agent.
    pub fn of_role(&self, role: &str) -> Vec<u32> {
        let entry = format!("AWTUI_ROLE={role}");
        let is_of_role = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|one| one == entry.as_bytes())
        };
        self.marked().into_iter().filter(is_of_role).collect()
    }

    pub fn marked(&self) -> Vec<u32> {
        pty::marked(&marker_entry(&self.state()))
    }

    pub fn supervisor_pid(&self) -> u32 {
        let text =
            fs::read_to_string(only_child(&self.path("state/projects")).join("supervisor.lock")).unwrap();
        let holder: Value = serde_json::from_str(&text).unwrap();
        u32::try_from(holder["pid"].as_u64().unwrap()).unwrap()
    }

    /// What must hold of every run at rest: its journal is what was told, and its ledger is what the server sent.
    #[track_caller]
    pub fn assert_true(&self) {
        let told: Value = serde_json::from_str(&self.awtui(&["status", "--json"]).ends_with(0).out).unwrap();
        let told = told.as_object().unwrap();
        // Agents at rest may still say something: what is compared is the same moment.
        let folded = self.run_at(told["seq"].as_u64().unwrap());
        let by_journal = serde_json::to_value(&folded).unwrap();
        let by_journal = by_journal.as_object().unwrap();
        assert_eq!(told.keys().collect::<Vec<_>>(), by_journal.keys().collect::<Vec<_>>());
        for (field, value) in told {
            assert_eq!(value, &by_journal[field], "{field}");
        }
        let of_roles = [(self.analyst, self.analyst.agent.strong()), (self.worker, self.worker.agent.fast())];
        for (cli, model) in of_roles.map(|(cli, model)| (cli, model.served)) {
            // A name for the session is no part of any turn, and no agent says what it cost.
            let sent = self.server.counts_of(model, |kind| kind != Kind::Title);
            let mut told = Totals::default();
            for call in folded.ledger.calls.values() {
                if call.seen.model.ends_with(model) {
                    told.calls += 1;
                    // What is told of a call that broke off may be a part of it.
                    if call.seen.unknown_spend {
                        told.unknown_calls += 1;
                    } else {
                        told.tokens += call.seen.tokens;
                    }
                }
            }
            let (whole, failed) = (told.calls - told.unknown_calls, sent.cut + sent.refused);
            let both = format!("{model}: {told:?} {sent:?}");
            // An agent that was killed may have told of a call no more than that it was made.
            let missing = sent.whole.checked_sub(whole).unwrap_or_else(|| panic!("calls of {both}"));
            assert!(missing <= told.unknown_calls, "calls of {both}");
            assert!(told.unknown_calls <= failed + missing, "unknown calls of {both}");
            let strict = cli.agent.tells_failures();
            assert!(!strict || (missing, told.unknown_calls) == (0, failed), "unknown calls of {both}");
            let tokens = told.tokens;
            let tokens = Tokens {
                prompt: tokens.input + tokens.cache_read + tokens.cache_write,
                cached: tokens.cache_read,
                written: tokens.cache_write,
                completion: tokens.output,
                reasoning: tokens.reasoning,
            };
            assert!(
                tokens == sent.tokens || (missing > 0 && tokens.prompt < sent.tokens.prompt),
                "tokens of {both}"
            );
        }
        let total = folded.ledger.total;
        let tokens = [total.tokens.input, total.tokens.cache_read, total.tokens.output, total.calls];
        // The files of the run folder follow the journal at a pace of their own.
        until("the sum of the steps in ledger.json is the total of the journal", || {
            let file = fs::read_to_string(self.run_folder().join("ledger.json")).unwrap_or_default();
            let Ok(file) = serde_json::from_str::<Value>(&file) else { return false };
            let steps = [&file["steps"], &file["outside_steps"]].map(|steps| steps.as_array().unwrap());
            ["in", "cache_read", "out", "calls"].map(|field| {
                steps
                    .iter()
                    .flat_map(|steps| steps.iter())
                    .map(|step| step[field].as_u64().unwrap())
                    .sum::<u64>()
            }) == tokens
        });
    }
}

impl Ground {
    /// The last facts of each run, for whoever reads why a test failed.
    fn print_end(&self) {
        for journal in journals(&self.path("state/projects")) {
            let text = fs::read_to_string(&journal).unwrap_or_default();
            println!("the end of {}:", journal.display());
            let lines: Vec<&str> = text.lines().collect();
            for line in &lines[lines.len().saturating_sub(12)..] {
                println!("  {}", line.chars().take(240).collect::<String>());
            }
        }
    }
}

/// The journals of all runs of all projects.
fn journals(projects: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    };
    let runs = below(projects).into_iter().flat_map(|project| below(&project.join("runs")));
    runs.map(|run| run.join("journal.jsonl")).filter(|journal| journal.exists()).collect()
}

impl Drop for Ground {
    fn drop(&mut self) {
        if self.path("state/projects").exists() {
            if std::thread::panicking() {
                self.print_end();
            }
            let _ = self.command(&["abort"]).output();
            let _ = self.command(&["supervisor", "stop"]).output();
        }
    }
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    support::until(what, || is_so().then_some(()));
}
