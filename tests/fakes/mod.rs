//! A fake agent: a real program in a real terminal that does what a script tells it, good or bad.
//!
//! The program is the test binary itself, started again with a variable that says where its script is, so that nothing
//! has to be built or installed for it. It is any program to awtui: a definition in the settings drives it.

use awtui::agent::protocol::{
    self, Hello, InstructionLine, PROTOCOL, ResultLine, ToAgent, ToDesk, VerdictLine,
};
use awtui::domain::{Verdict, WorkerStatus};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

/// One thing that it does. A turn is a list of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Act {
    /// Prints words.
    Say(String),
    /// Makes this file in the directory that it works in.
    Touch(String),
    /// A call in its log, by this id.
    Use {
        id: String,
        input: u64,
        output: u64,
    },
    /// Says everything in its log a second time, as after a resume.
    Repeat,
    /// The log goes on in a copy of itself, as after a fork.
    Fork,
    /// Takes its log away, as if nothing had been written yet.
    Forget,
    Report,
    /// Does as `awtui conform` tells it.
    Obey,
    /// With an instruction where that is wanted.
    Decide(Verdict),
    /// Asks for leave, and does not go on before it is answered.
    Permission {
        tool: String,
    },
    /// Asks the operator, and does not go on before it is answered.
    Question(String),
    /// The provider takes no more for so many seconds.
    Limit {
        seconds: Option<u64>,
    },
    /// Its context is made smaller by itself.
    Compact,
    /// Never says a word again.
    Hang,
    /// Prints without end.
    Flood,
    /// Starts a process that ends with nobody, in its own group or not.
    Leave {
        own_group: bool,
    },
    /// Is ended by a signal.
    Crash,
    /// Leaves with this code.
    Exit(i32),
}

/// The agent of both roles, in one folder.
pub struct Fake {
    folder: PathBuf,
}

/// How it is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// A process for each turn, with its prompt in a file.
    OneTurn,
    /// One process that prompts are pasted into; a pattern ends a turn.
    Long,
}

/// The variable that makes an agent of the test binary.
const VARIABLE: &str = "AWFAKE_FOLDER";

impl Fake {
    pub fn new(folder: PathBuf) -> Self {
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// What a role does, turn by turn; the last turn again for all that follow.
    pub fn script(&self, role: &str, turns: &[Vec<Act>]) {
        fs::write(self.path(role, "json"), serde_json::to_string(turns).unwrap()).unwrap();
    }

    /// The prompts that a role was given so far.
    pub fn prompts(&self, role: &str) -> Vec<String> {
        let all = fs::read_to_string(self.path(role, "prompts")).unwrap_or_default();
        all.split_terminator(BETWEEN).map(str::to_owned).collect()
    }

    /// What awtui answered to what it said.
    pub fn answers(&self, role: &str) -> Vec<String> {
        fs::read_to_string(self.path(role, "answers"))
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// How its processes were started: `new` or `again`.
    pub fn starts(&self, role: &str) -> Vec<String> {
        fs::read_to_string(self.path(role, "starts")).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn path(&self, role: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{role}.{kind}"))
    }

    /// Settings by which it plays both roles. `deaf`: it ignores every signal that it can.
    pub fn settings(&self, life: Life, deaf: bool) -> String {
        let program = std::env::current_exe().unwrap().display().to_string();
        let folder = self.folder.display().to_string();
        let prompt = match life {
            Life::OneTurn => "{prompt_file}",
            Life::Long => "long",
        };
        let traps = if deaf { "trap '' HUP INT QUIT TERM; " } else { "" };
        let argv = |how: &str| {
            let start = format!("{traps}exec \"$0\" \"$@\"");
            let test = "fakes::is_an_agent_where_it_is_started_as_one";
            // What follows the test's name are more names to the harness, which no test has.
            let words = ["sh", "-c", &start, &program, "--exact", test, how, "{session}", prompt];
            serde_json::to_string(&words).unwrap()
        };
        let way = match life {
            Life::OneTurn => "",
            Life::Long => {
                "prompt = \"paste\"\nready = \"^fake> $\"\nend = \"pattern\"\nend_pattern = \"^fake> $\"\nquiet_ms = 200\n\
                 interrupt = \"ctrl-c\"\n"
            }
        };
        format!(
            "[roles.analyst]\nagent = \"fake\"\nmodel = \"m\"\n[roles.worker]\nagent = \"fake\"\nmodel = \"m\"\n\
             [agents.fake]\nargv = {}\nresume = {}\nlog = \"{folder}/{{session}}.jsonl\"\n{way}\
             [agents.fake.env]\n{VARIABLE} = \"{folder}\"\n\
             [agents.fake.usage]\nid = \"/id\"\ninput = \"/in\"\noutput = \"/out\"\n",
            argv("new"),
            argv("again")
        )
    }
}

const BETWEEN: &str = "\n=====\n";

/// The entry of the fake agent; a test that has nothing to do where it is run as a test.
#[test]
fn is_an_agent_where_it_is_started_as_one() {
    let Some(folder) = std::env::var_os(VARIABLE) else { return };
    let mut words: Vec<String> = std::env::args().rev().take(3).collect();
    words.reverse();
    let [how, session, prompt] = words.try_into().unwrap();
    let role = std::env::var("AWTUI_ROLE").unwrap();
    let agent = Agent { fake: Fake { folder: folder.into() }, role, session };
    agent.note("starts", &format!("{how}\n"));
    if prompt != "long" {
        agent.turn(&fs::read_to_string(prompt).unwrap());
        std::process::exit(0);
    }
    agent.live();
    std::process::exit(0);
}

struct Agent {
    fake: Fake,
    role: String,
    session: String,
}

impl Agent {
    fn note(&self, kind: &str, words: &str) {
        append(&self.fake.path(&self.role, kind), words);
    }

    fn log(&self) -> PathBuf {
        self.fake.folder.join(format!("{}.jsonl", self.session))
    }

    /// Takes what is pasted for a prompt once its last line has come.
    fn live(&self) {
        outlive_interrupts();
        print("fake> ");
        let mut prompt = String::new();
        for line in std::io::stdin().lines() {
            let line = line.unwrap();
            let last = line.contains("[awtui ");
            prompt.push_str(&line);
            prompt.push('\n');
            if last {
                self.turn(&std::mem::take(&mut prompt));
                print("\r\nfake> ");
            }
        }
    }

    fn turn(&self, prompt: &str) {
        let turn = self.fake.prompts(&self.role).len();
        self.note("prompts", &format!("{prompt}{BETWEEN}"));
        let marker = prompt.lines().rev().find(|line| line.contains("[awtui ")).unwrap_or_default();
        append(&self.log(), &format!("{}\n", serde_json::json!({ "said": marker })));
        let script = fs::read_to_string(self.fake.path(&self.role, "json")).unwrap();
        let turns: Vec<Vec<Act>> = serde_json::from_str(&script).unwrap();
        let Some(acts) = turns.get(turn).or(turns.last()) else { return };
        for act in acts {
            self.act(act, prompt);
        }
    }

    fn act(&self, act: &Act, prompt: &str) {
        match act {
            Act::Say(words) => print(&format!("{}\r\n", words.replace('\n', "\r\n"))),
            Act::Touch(name) => fs::write(name, "made\n").unwrap(),
            Act::Use { id, input, output } => {
                let line = serde_json::json!({ "id": id, "in": input, "out": output });
                append(&self.log(), &format!("{line}\n"));
            }
            Act::Repeat => append(&self.log(), &fs::read_to_string(self.log()).unwrap()),
            Act::Fork => {
                let (log, copy) = (self.log(), self.log().with_extension("copy"));
                fs::copy(&log, &copy).unwrap();
                fs::rename(copy, log).unwrap();
            }
            Act::Forget => fs::remove_file(self.log()).unwrap(),
            Act::Report => self.ask(&ToDesk::ReportResult(report(self.instruction()))),
            Act::Obey => {
                if prompt.contains("sleep 300") && !prompt.contains("report now") {
                    // Ended by a signal, it is not reported.
                    let _ = Command::new("sleep").arg("300").stdin(Stdio::null()).status();
                } else {
                    self.ask(&ToDesk::ReportResult(report(self.instruction())));
                }
            }
            Act::Decide(verdict) => self.ask(&ToDesk::ReportVerdict(decision(*verdict, self.turns()))),
            Act::Permission { tool } => {
                let ask = format!("ask-{}", std::process::id());
                self.ask(&ToDesk::PermissionAsked {
                    ask,
                    tool: tool.clone(),
                    detail: String::new(),
                    command: Some("rm -rf target".to_owned()),
                    path: None,
                    diff: None,
                    answerable: true,
                });
            }
            Act::Question(question) => {
                self.ask(&ToDesk::RequestGate { key: self.key(), question: question.clone() });
            }
            Act::Limit { seconds } => {
                let until = seconds.map(|seconds| now() + seconds * 1000);
                self.tell(ToDesk::Limited { until, reason: "the fake's limit is reached".to_owned() });
            }
            Act::Compact => {
                self.tell(ToDesk::CompactionStarted { automatic: true });
                self.tell(ToDesk::CompactionEnded {
                    before: Some(9_000),
                    after: Some(1_000),
                    failed: None,
                    nothing: false,
                });
            }
            Act::Hang => loop {
                std::thread::park();
            },
            Act::Flood => loop {
                print("a flood without end\r\n");
            },
            Act::Leave { own_group } => leave(*own_group),
            Act::Crash => {
                let _ =
                    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            }
            Act::Exit(code) => std::process::exit(*code),
        }
    }

    fn turns(&self) -> usize {
        self.fake.prompts(&self.role).len()
    }

    /// What it was told to do last.
    fn instruction(&self) -> String {
        let prompts = self.fake.prompts(&self.role);
        let named = |prompt: &String| {
            let line = prompt.lines().find_map(|line| line.strip_prefix("Instruction id: "))?;
            Some(line.to_owned())
        };
        prompts.iter().rev().find_map(named).unwrap_or_else(|| "conform".to_owned())
    }

    fn key(&self) -> String {
        format!("{}-{}", self.role, now())
    }

    /// Says it, and waits for its answer.
    fn ask(&self, message: &ToDesk) {
        self.say(std::slice::from_ref(message));
    }

    /// Says it, and waits until awtui has heard it.
    fn tell(&self, message: ToDesk) {
        let after = ToDesk::ReportProgress { key: self.key(), text: "told".to_owned() };
        self.say(&[message, after]);
    }

    fn say(&self, messages: &[ToDesk]) {
        let mut stream = connect();
        for message in messages {
            stream.write_all(protocol::line_to_desk(message).as_bytes()).unwrap();
        }
        for line in BufReader::new(stream).lines() {
            let (ok, words) = match protocol::parse_from_desk(&line.unwrap()) {
                Ok(ToAgent::Reply { ok, message, .. }) => (ok, message),
                Ok(ToAgent::Permission { allow, note, .. }) => (allow, note),
                Ok(_) | Err(_) => continue,
            };
            self.note("answers", &format!("{ok} {words}\n"));
            return;
        }
    }
}

fn connect() -> UnixStream {
    let variable = |name: &str| std::env::var(name).unwrap();
    let mut stream = UnixStream::connect(variable("AWTUI_AGENT_SOCKET")).unwrap();
    let hello = ToDesk::Hello(Hello {
        protocol: PROTOCOL,
        token: variable("AWTUI_AGENT_TOKEN"),
        agent: "fake".to_owned(),
        version: String::new(),
        pid: std::process::id(),
    });
    stream.write_all(protocol::line_to_desk(&hello).as_bytes()).unwrap();
    stream
}

fn report(instruction: String) -> ResultLine {
    let word = || "as told".to_owned();
    ResultLine {
        key: format!("report-{}", now()),
        instruction_id: Some(instruction),
        status: WorkerStatus::Done,
        task_understood: word(),
        actions_taken: word(),
        result: "All is done: pineapple.".to_owned(),
        validation: word(),
        artifacts: word(),
        issues: word(),
        recommendation: word(),
        handoff: word(),
        more: Map::new(),
    }
}

fn decision(verdict: Verdict, turn: usize) -> VerdictLine {
    let instruction = (verdict == Verdict::NeedsWorker).then(|| InstructionLine {
        id: format!("piece-{turn}"),
        goal: "make the file".to_owned(),
        files: Vec::new(),
        commands: Vec::new(),
        stop_when: Vec::new(),
        report: Vec::new(),
    });
    VerdictLine {
        key: format!("verdict-{}", now()),
        verdict,
        reason: "so it is".to_owned(),
        instruction,
        memory: Vec::new(),
        questions: Vec::new(),
        more: Map::new(),
    }
}

/// An interrupt ends what it runs, not the agent: a signal that is caught is the default again for a program that it starts.
fn outlive_interrupts() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let kind = tokio::signal::unix::SignalKind::interrupt();
            let mut interrupts = tokio::signal::unix::signal(kind).unwrap();
            while interrupts.recv().await.is_some() {}
        });
    });
}

/// A process that ends with nobody.
/// Leaves a child behind, which is what is tried: nobody waits for it.
#[expect(clippy::zombie_processes, reason = "an agent that leaves children behind")]
fn leave(own_group: bool) {
    let mut child = Command::new("sh");
    child.args(["-c", "trap '' HUP INT QUIT TERM; while :; do sleep 1000; done"]);
    child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if own_group {
        child.process_group(0);
    }
    child.spawn().unwrap();
}

fn append(path: &Path, words: &str) {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(words.as_bytes()).unwrap();
}

/// Past the harness, which keeps to itself what tests print.
fn print(words: &str) {
    let mut out = std::io::stdout();
    // A terminal that is gone is the end of it.
    if out.write_all(words.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}

#[expect(clippy::disallowed_methods, reason = "an agent has a clock of its own")]
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(0) / 1_000_000
}
