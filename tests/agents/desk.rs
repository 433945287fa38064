//! A desk in small: a real Pi in a real terminal, the agent socket, the session log, and one adapter that is told
//! everything. A second adapter is told the log alone, as after a crash.

use crate::home;
use crate::install::{self, Cli, Installed};
use crate::model_server::{ModelServer, Reply, Request};
use awtui::agent::protocol::{self, ToAgent, ToDesk};
use awtui::agent::{
    Adapter, Control, Delivery, DeskState, Emission, LaunchContext, LogPlan, Probe, ProbeOutput, adapter,
    marker,
};
use awtui::domain::{
    AgentSpec, EffectId, Observation, PaneId, RoleConfig, RoleName, RunId, SessionId, Source, Tokens,
    TurnEnd, UsageSeen, VerdictReport, WorkerReport,
};
use awtui::term::{Screen, Size};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tempfile::TempDir;

pub const RUN: &str = "aw_20261121_120000_lab";
pub const TOKEN: &str = "a-token";
/// Between two looks at the session log.
const TICK: Duration = Duration::from_millis(50);
/// So many ticks without what was waited for are a failure.
const MOST_TICKS: u32 = 1200;

/// A scratch home, a work tree and a model server for one Pi.
pub struct Lab {
    pub pi: Cli,
    pub server: ModelServer,
    pub probe: Probe,
    pub role: RoleName,
    program: PathBuf,
    folder: TempDir,
}

impl Lab {
    /// Runs the test in a lab of its own for each Pi; `settings` are Pi's.
    pub fn each<S: FnMut(&Request) -> Reply + Send + 'static>(
        settings: &serde_json::Value,
        script: impl Fn() -> S,
        test: impl Fn(&mut Lab),
    ) {
        for pi in [install::NEWEST, install::OLDER] {
            if let Some(installed) = install::installed(pi) {
                test(&mut Lab::new(installed, settings, ModelServer::start(script())));
            }
        }
    }

    fn new(installed: Installed, settings: &serde_json::Value, server: ModelServer) -> Self {
        let folder = tempfile::Builder::new().prefix("lab").tempdir().unwrap();
        fs::create_dir_all(folder.path().join("work")).unwrap();
        home::write(&folder.path().join("home"), &[&folder.path().join("work")], &server, settings);
        let role = RoleName::new("worker");
        let Installed { cli: pi, program, node: _ } = installed;
        let mut lab = Self { pi, server, probe: Probe::default(), role, program, folder };
        lab.probe = lab.run_probe();
        lab
    }

    fn run_probe(&self) -> Probe {
        let pi = adapter(&spec()).unwrap();
        let outputs: Vec<ProbeOutput> = pi
            .probe_plan()
            .commands
            .iter()
            .map(|command| {
                let mut child = Command::new(&self.program);
                child.args(&command.args).env_clear().envs(self.base()).envs(command.env.iter().cloned());
                child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
                let mut child = child.current_dir(self.folder.path()).spawn().unwrap();
                let _ = child.stdin.take().unwrap().write_all(command.input.as_bytes());
                let output = child.wait_with_output().unwrap();
                let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
                let (stdout, stderr) = (text(output.stdout), text(output.stderr));
                ProbeOutput { code: output.status.code(), stdout, stderr }
            })
            .collect();
        pi.read_probe(&outputs).unwrap()
    }

    fn base(&self) -> Vec<(String, String)> {
        let home = self.folder.path().join("home").to_string_lossy().into_owned();
        let path = std::env::var("PATH").unwrap();
        [
            ("HOME", home.as_str()),
            ("PATH", &path),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("PI_OFFLINE", "1"),
            ("PI_TELEMETRY", "0"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub fn start(&self, resume: Option<&str>) -> Desk {
        Desk::start(self, resume, true)
    }

    /// Nobody listens on the agent socket.
    pub fn start_without_bridge(&self) -> Desk {
        Desk::start(self, None, false)
    }
}

fn spec() -> AgentSpec {
    AgentSpec { name: "pi".to_owned(), definition: None }
}

enum Event {
    Connected(UnixStream),
    Line(String),
    Closed,
    Bytes(Vec<u8>),
}

pub struct Desk {
    pub told: Vec<(Source, Observation)>,
    pub workers: Vec<WorkerReport>,
    pub verdicts: Vec<VerdictReport>,
    pub refused: Vec<String>,
    /// How often the bridge said hello.
    pub hellos: usize,
    /// What the log alone told the other adapter.
    pub by_log: Vec<UsageSeen>,
    pub screen: Screen,
    adapter: Box<dyn Adapter>,
    shadow: Box<dyn Adapter>,
    bridge: Option<UnixStream>,
    events: Receiver<Event>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
    log: LogPlan,
    log_read: usize,
    effect: u64,
    /// As it is told to the adapter: the silences, one after the other.
    time: Duration,
}

impl Desk {
    fn start(lab: &Lab, resume: Option<&str>, bridged: bool) -> Self {
        let launch_folder = lab.folder.path().join("launch");
        fs::create_dir_all(&launch_folder).unwrap();
        let socket = lab.folder.path().join("agent");
        let _ = fs::remove_file(&socket);
        let (sender, events) = channel();
        if bridged {
            listen(UnixListener::bind(&socket).unwrap(), sender.clone());
        }
        let config = RoleConfig {
            agent: spec(),
            model: Some("mock/fast".to_owned()),
            thinking: None,
            context_limit: 32_000,
            args: Vec::new(),
            ask: Vec::new(),
        };
        let (run, pane, session) = (RunId::new(RUN), PaneId::new("worker-1"), SessionId::new("worker.1"));
        let context = LaunchContext {
            run: &run,
            pane: &pane,
            session: &session,
            role: &lab.role,
            config: &config,
            directory: &lab.folder.path().join("work"),
            launch_folder: &launch_folder,
            agent_socket: &socket,
            token: TOKEN,
            awtui: Path::new(env!("CARGO_BIN_EXE_awtui")),
            environment: &lab.base(),
            port: None,
            resume,
            prompted: resume.is_some(),
            probe: &lab.probe,
            program: &lab.program,
            secret: "another secret",
            artifacts: &lab.folder.path().join("artifacts"),
        };
        let mut adapter = adapter(&spec()).unwrap();
        let plan = adapter.launch(&context).unwrap();
        let mut shadow = awtui::agent::adapter(&spec()).unwrap();
        shadow.launch(&context).unwrap();
        for file in &plan.files {
            fs::write(launch_folder.join(&file.path), &file.contents).unwrap();
        }
        let mut command = CommandBuilder::new(&plan.program);
        command.args(&plan.args);
        command.env_clear();
        for (name, value) in lab.base().into_iter().chain(plan.env) {
            command.env(name, value);
        }
        command.cwd(context.directory);
        let size = PtySize { rows: 40, cols: 120, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        watch(pair.master.try_clone_reader().unwrap(), sender);
        Self {
            told: Vec::new(),
            workers: Vec::new(),
            verdicts: Vec::new(),
            refused: Vec::new(),
            hellos: 0,
            by_log: Vec::new(),
            screen: Screen::new(Size { rows: 40, cols: 120 }, 100),
            adapter,
            shadow,
            bridge: None,
            events,
            keyboard: pair.master.take_writer().unwrap(),
            child,
            _master: pair.master,
            log: plan.log,
            log_read: 0,
            effect: 0,
            time: Duration::ZERO,
        }
    }

    /// Waits for a named condition.
    pub fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let mut ticks = 0;
        let mut silence = Duration::ZERO;
        loop {
            self.read_log();
            if condition(self) {
                return;
            }
            match self.events.recv_timeout(TICK) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {
                    ticks += 1;
                    silence += TICK;
                    let (screen, silence) = (self.screen.text(), u64::try_from(silence.as_millis()).unwrap());
                    self.time += TICK;
                    self.adapter.time(u64::try_from(self.time.as_millis()).unwrap());
                    let emissions = self.adapter.quiet(&mut || screen.clone(), silence);
                    self.emitted(emissions);
                    assert!(
                        ticks < MOST_TICKS,
                        "{what} did not come; told {:#?}\n{}",
                        self.told,
                        self.screen.text()
                    );
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("Pi is gone while waiting for {what}: {}", self.screen.text())
                }
            }
            silence = Duration::ZERO;
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Connected(bridge) => {
                self.bridge = Some(bridge);
                self.adapter.connected();
            }
            Event::Closed => {
                self.bridge = None;
                self.adapter.disconnected();
            }
            Event::Line(line) => {
                if let Ok(ToDesk::Hello(hello)) = protocol::parse(&line) {
                    assert_eq!((hello.protocol, hello.token.as_str()), (protocol::PROTOCOL, TOKEN));
                    self.hellos += 1;
                    self.send(&protocol::line(&ToAgent::Welcome));
                    return;
                }
                let emissions = self.adapter.agent_line(&line);
                self.emitted(emissions);
            }
            Event::Bytes(bytes) => {
                self.screen.feed(&bytes);
                let replies = self.screen.take_replies();
                self.keyboard.write_all(&replies).unwrap();
                for signal in self.screen.take_signals() {
                    let emissions = self.adapter.signal(&signal);
                    self.emitted(emissions);
                }
            }
        }
    }

    fn emitted(&mut self, emissions: Vec<Emission>) {
        for emission in emissions {
            let key = match emission {
                Emission::Observed { source, observation } => {
                    self.told.push((source, observation));
                    continue;
                }
                Emission::Worker { key, report } => {
                    self.workers.push(report);
                    key
                }
                Emission::Verdict { key, report } => {
                    self.verdicts.push(report);
                    key
                }
                Emission::Progress { key, .. }
                | Emission::GateAsked { key, .. }
                | Emission::Artifact { key, .. } => key,
                Emission::Reply(line) => {
                    self.send(&line);
                    continue;
                }
                Emission::Server(_)
                | Emission::ReadAlso { .. }
                | Emission::Type(_)
                | Emission::NotTaken { .. } => {
                    panic!("not of Pi: {emission:?}")
                }
                Emission::Refused { reason } => {
                    self.refused.push(reason);
                    continue;
                }
            };
            self.send(&protocol::reply(&key, true, "recorded"));
        }
    }

    fn send(&mut self, line: &str) {
        self.bridge.as_mut().expect("the bridge is connected").write_all(line.as_bytes()).unwrap();
    }

    fn read_log(&mut self) {
        let path = match &self.log {
            LogPlan::File(path) => Some(path.clone()),
            LogPlan::Folder { dir, contains } => named(dir, contains),
            LogPlan::Below { .. } | LogPlan::Named { .. } | LogPlan::None => None,
        };
        let Some(text) = path.and_then(|path| fs::read_to_string(path).ok()) else { return };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let news = text.get(self.log_read..whole).unwrap_or_default().to_owned();
        self.log_read = whole.max(self.log_read);
        for line in news.lines() {
            let emissions = self.adapter.log_line(line);
            self.emitted(emissions);
            for emission in self.shadow.log_line(line) {
                if let Emission::Observed { observation: Observation::Usage(usage), .. } = emission {
                    self.by_log.push(usage);
                }
            }
        }
    }

    /// Delivers the words as awtui does, with their marker; gives the effect.
    pub fn prompt(&mut self, words: &str) -> u64 {
        self.effect += 1;
        let effect = self.effect;
        let text = format!("{words}\n\n{}", marker(&RunId::new(RUN), EffectId(effect)));
        let state = DeskState { connected: self.bridge.is_some(), ready: true, working: false };
        match self.adapter.deliver(effect, &text, &state) {
            Delivery::Socket(line) => self.send(&line),
            Delivery::Paste(bytes) => self.keyboard.write_all(&bytes).unwrap(),
            other @ (Delivery::Keys(_)
            | Delivery::Server(_)
            | Delivery::File { .. }
            | Delivery::Argument { .. }) => {
                panic!("{other:?}")
            }
        }
        effect
    }

    pub fn control(&mut self, choose: impl Fn(&dyn Adapter) -> Control) {
        match choose(self.adapter.as_ref()) {
            Control::Socket { line, .. } if self.bridge.is_some() => self.send(&line),
            Control::Socket { otherwise, .. } => match *otherwise {
                Control::Bytes(bytes) => self.keyboard.write_all(&bytes).unwrap(),
                other => panic!("{other:?}"),
            },
            Control::Bytes(bytes) => self.keyboard.write_all(&bytes).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    pub fn type_keys(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
    }

    /// Breaks the connection, as a supervisor that dies.
    pub fn hang_up(&mut self) {
        let bridge = self.bridge.take().expect("the bridge is connected");
        bridge.shutdown(Shutdown::Both).unwrap();
    }

    pub fn ready(&mut self) {
        self.until("ready", |desk| desk.saw(|seen| *seen == Observation::Ready));
    }

    /// Asks it to leave and waits until it did: its exit code.
    pub fn quit(mut self) -> (u32, Self) {
        self.control(|adapter| adapter.quit());
        for _ in 0..MOST_TICKS {
            if let Ok(event) = self.events.recv_timeout(TICK) {
                self.take(event);
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                self.read_log();
                return (status.exit_code(), self);
            }
        }
        panic!("Pi did not leave: {}", self.screen.text());
    }

    pub fn saw(&self, what: impl Fn(&Observation) -> bool) -> bool {
        self.told.iter().any(|(_, observation)| what(observation))
    }

    pub fn ends(&self) -> Vec<(TurnEnd, String)> {
        self.told
            .iter()
            .filter_map(|(_, observation)| match observation {
                Observation::TurnEnded { end, text } => Some((end.clone(), text.summary().to_owned())),
                _ => None,
            })
            .collect()
    }

    /// Prompts and waits for the end of the turn.
    pub fn turn(&mut self, words: &str) -> (TurnEnd, String) {
        let before = self.ends().len();
        self.prompt(words);
        self.until("the end of the turn", |desk| desk.ends().len() > before);
        self.ends().pop().unwrap()
    }

    /// Everything paid that the bridge and the log told, each call once.
    pub fn usages(&self) -> Vec<UsageSeen> {
        self.told
            .iter()
            .filter_map(|(_, observation)| match observation {
                Observation::Usage(usage) => Some(usage.clone()),
                _ => None,
            })
            .collect()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn sum(usages: &[UsageSeen]) -> Tokens {
    usages.iter().fold(Tokens::default(), |sum, usage| sum + usage.tokens)
}

fn named(dir: &Path, contains: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(dir).ok()?;
    entries.flatten().map(|entry| entry.path()).find(|path| path.to_string_lossy().contains(contains))
}

fn listen(listener: UnixListener, events: Sender<Event>) {
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let events = events.clone();
            if events.send(Event::Connected(stream.try_clone().unwrap())).is_err() {
                return;
            }
            for line in BufReader::new(stream).lines() {
                let Ok(line) = line else { break };
                if events.send(Event::Line(line)).is_err() {
                    return;
                }
            }
            let _ = events.send(Event::Closed);
        }
    });
}

fn watch(mut terminal: Box<dyn Read + Send>, events: Sender<Event>) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65536];
        while let Ok(length) = terminal.read(&mut buffer) {
            if length == 0 || events.send(Event::Bytes(buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    });
}
