//! A world in which everything is scripted: programs, checks, git. What it did is kept for the judge, and outlives the
//! supervisors that are killed in it.

use super::agent::{self, Switch};
use super::chance::Chance;
use awtui::agent::{LogPlan, ProbePlan, ServerPlan};
use awtui::domain::{CheckResult, Text, Tokens};
use awtui::pty::{Event, Launch};
use awtui::supervisor::world::{
    CheckJob, CheckpointEnd, CheckpointJob, Checkpointed, Child, Later, Probed, Server, Spawned, World,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::mpsc;

/// What was done to the world, over all lives of the supervisor.
pub struct Deeds {
    pub chance: Chance,
    /// How many times in a hundred something goes wrong where it can.
    pub trouble: u64,
    /// How often each pane was started, each prompt arrived, each checkpoint was made.
    pub spawned: BTreeMap<String, u32>,
    pub prompted: BTreeMap<u64, u32>,
    pub checkpoints: BTreeMap<String, u32>,
    pub checks: u32,
    /// What agents were paid, by message.
    pub paid: BTreeMap<String, Tokens>,
    /// The messages of it that were sent.
    pub said: std::collections::BTreeSet<String>,
    /// The prompts that agents said to have taken.
    pub taken: std::collections::BTreeSet<u64>,
    /// Agents that died or were killed may have kept what they were paid to themselves.
    pub silent_spend: bool,
    pub alive: BTreeMap<u32, Switch>,
    next_pid: u32,
    next_message: u64,
}

impl Deeds {
    pub fn message(&mut self) -> u64 {
        self.next_message += 1;
        self.next_message
    }
}

#[derive(Clone)]
pub struct SimulatedWorld(Arc<Mutex<Deeds>>);

impl SimulatedWorld {
    pub fn new(chance: Chance, trouble: u64) -> Self {
        Self(Arc::new(Mutex::new(Deeds {
            chance,
            trouble,
            spawned: BTreeMap::new(),
            prompted: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            checks: 0,
            paid: BTreeMap::new(),
            said: std::collections::BTreeSet::new(),
            taken: std::collections::BTreeSet::new(),
            silent_spend: false,
            alive: BTreeMap::new(),
            next_pid: 100,
            next_message: 0,
        })))
    }

    pub fn deeds(&self) -> MutexGuard<'_, Deeds> {
        self.0.lock().unwrap()
    }

    /// Whether what can go wrong does, this once.
    pub fn trouble(&self) -> bool {
        let mut deeds = self.deeds();
        let percent = deeds.trouble;
        deeds.chance.percent(percent)
    }

    pub fn between(&self, least: u64, most: u64) -> u64 {
        self.deeds().chance.between(least, most)
    }
}

struct SimulatedChild {
    pid: u32,
    switch: Switch,
}

impl Child for SimulatedChild {
    fn pid(&self) -> u32 {
        self.pid
    }

    fn write(&self, _bytes: Vec<u8>) -> Result<(), String> {
        if self.switch.is_off() { Err("the child is gone".to_owned()) } else { Ok(()) }
    }

    fn resize(&self, _cols: u16, _rows: u16) {}
}

impl World for SimulatedWorld {
    fn probe(
        &self,
        _plan: ProbePlan,
        _environment: Vec<(String, String)>,
        _may_be_known: bool,
    ) -> Later<Result<Probed, String>> {
        let fails = self.trouble() && self.between(1, 4) == 1;
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if fails {
                return Err("the program is not installed".to_owned());
            }
            Ok(Probed { program: PathBuf::from("/bin/agent"), outputs: Vec::new() })
        })
    }

    fn free_port(&self) -> Result<u16, String> {
        Err("no agent here has a server".to_owned())
    }

    fn connect(&self, _plan: ServerPlan) -> Server {
        panic!("no agent here has a server")
    }

    fn spawn(&mut self, launch: &Launch) -> Result<Spawned, String> {
        let env = |name: &str| {
            let found = launch.env.iter().find(|(key, _)| key == name);
            found.unwrap_or_else(|| panic!("an agent is told its {name}")).1.clone()
        };
        let (sender, events) = mpsc::channel(64);
        let switch = Switch::new(sender.clone());
        let pid = {
            let mut deeds = self.deeds();
            *deeds.spawned.entry(env("AWTUI_PANE")).or_default() += 1;
            deeds.next_pid += 1;
            let pid = deeds.next_pid;
            deeds.alive.retain(|_, agent| !agent.is_off());
            deeds.alive.insert(pid, switch.clone());
            pid
        };
        let life = agent::Life {
            world: self.clone(),
            role: env("AWTUI_ROLE"),
            session: env("AWTUI_SESSION"),
            socket: PathBuf::from(env("AWTUI_AGENT_SOCKET")),
            token: env("AWTUI_AGENT_TOKEN"),
            switch: switch.clone(),
        };
        tokio::spawn(async move {
            let _ = sender.send(Event::Output(b"a scripted agent\r\n".to_vec())).await;
            life.live().await;
        });
        Ok(Spawned { child: Box::new(SimulatedChild { pid, switch }), events })
    }

    fn end_group(&self, pid: u32) -> Later<()> {
        let agent = self.deeds().alive.get(&pid).cloned();
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(30)).await;
            if let Some(agent) = agent {
                agent.off(None, Some(15)).await;
            }
        })
    }

    fn kill_all(&self, _pids: Vec<u32>, _marker: String) -> Later<Vec<u32>> {
        let agents: Vec<Switch> = self.deeds().alive.values().cloned().collect();
        let world = self.clone();
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            for agent in agents {
                agent.off(None, Some(9)).await;
            }
            world.deeds().alive.clear();
            Vec::new()
        })
    }

    fn check(&self, _job: CheckJob) -> Later<CheckResult> {
        self.deeds().checks += 1;
        let wall = self.between(10, 20_000);
        let fails = self.trouble();
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(wall)).await;
            CheckResult {
                code: Some(i32::from(fails)),
                reason: None,
                wall,
                output: Text::from("the check's words"),
            }
        })
    }

    fn checkpoint(&self, job: CheckpointJob) -> Later<CheckpointEnd> {
        *self.deeds().checkpoints.entry(format!("{} {:?}", job.step, job.side)).or_default() += 1;
        let fails = self.trouble() && self.between(1, 3) == 1;
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let result = if fails {
                Err("git is in a bad mood".to_owned())
            } else {
                Ok(Checkpointed { commit: None, diff: None })
            };
            CheckpointEnd { result, ran: Vec::new() }
        })
    }

    fn find_log(&self, _plan: &LogPlan) -> Option<PathBuf> {
        None
    }

    fn read_log(&self, _path: &Path, _offset: u64) -> Option<Vec<u8>> {
        None
    }
}
