//! A scripted agent: it speaks the agent protocol over the real socket, and does whatever chance has it do.

use super::world::SimulatedWorld;
use awtui::agent::protocol::{
    self, Hello, InstructionLine, ResultLine, ToAgent, ToDesk, TokenFields, UsageLine, VerdictLine, Why,
};
use awtui::domain::{Tokens, UsageKind, Verdict, WorkerStatus};
use awtui::pty::{Event, Exit};
use serde_json::Map;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

/// Ends an agent from outside, and knows whether it has ended. Its end is told once.
#[derive(Clone)]
pub struct Switch {
    off: Arc<AtomicBool>,
    ended: Arc<Notify>,
    events: mpsc::Sender<Event>,
}

impl Switch {
    pub fn new(events: mpsc::Sender<Event>) -> Self {
        Self { off: Arc::default(), ended: Arc::default(), events }
    }

    pub fn is_off(&self) -> bool {
        self.off.load(Ordering::SeqCst)
    }

    pub async fn off(&self, code: Option<i32>, signal: Option<i32>) {
        if !self.off.swap(true, Ordering::SeqCst) {
            self.ended.notify_one();
            let _ = self.events.send(Event::Exited(Exit { code, signal, started: true })).await;
        }
    }
}

pub struct Life {
    pub world: SimulatedWorld,
    pub role: String,
    pub session: String,
    pub socket: PathBuf,
    pub token: String,
    pub switch: Switch,
}

/// What an agent does next, after a while.
enum Next {
    Say(Box<ToDesk>),
    Leave(i32),
}

/// So long an agent says nothing when it hangs: for ever.
const FOR_EVER: u64 = 1_000 * 3_600_000;

impl Life {
    pub async fn live(self) {
        let switch = self.switch.clone();
        let ended = Arc::clone(&switch.ended);
        tokio::select! {
            code = self.act() => switch.off(Some(code), None).await,
            () = ended.notified() => {}
        }
    }

    async fn act(self) -> i32 {
        let world = self.world.clone();
        tokio::time::sleep(Duration::from_millis(world.between(50, 4_000))).await;
        if world.trouble() && world.between(1, 3) == 1 {
            return 1;
        }
        let Ok(stream) = UnixStream::connect(&self.socket).await else { return 2 };
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let hello = Hello {
            protocol: protocol::PROTOCOL,
            token: self.token.clone(),
            agent: "scripted".to_owned(),
            version: "1".to_owned(),
            pid: 1,
        };
        let model = ToDesk::Model {
            model: "scripted".to_owned(),
            thinking: None,
            window: Some(100_000),
            agent_trigger: None,
        };
        let session = ToDesk::Session { id: self.session.clone(), log: None };
        for message in [ToDesk::Hello(hello), session, model, ToDesk::Ready] {
            if writer.write_all(protocol::line_to_desk(&message).as_bytes()).await.is_err() {
                return 3;
            }
        }
        let mut context = 5_000_u64;
        let mut queue: VecDeque<(u64, Next)> = VecDeque::new();
        let mut due = None;
        loop {
            if due.is_none() {
                due = queue.front().map(|(delay, _)| Instant::now() + Duration::from_millis(*delay));
            }
            tokio::select! {
                biased;
                line = lines.next_line() => {
                    let Ok(Some(line)) = line else { return 4 };
                    match protocol::parse_from_desk(&line).unwrap() {
                        ToAgent::Prompt { effect, text, steer } => {
                            *world.deeds().prompted.entry(effect).or_default() += 1;
                            if steer {
                                // It takes the words at its next pause, which may be long after.
                                let pause = queue.len().saturating_sub(1);
                                queue.insert(pause, (5, say(ToDesk::PromptSeen { effect })));
                            } else {
                                queue = self.turn(effect, &text, &mut context);
                            }
                            due = None;
                        }
                        ToAgent::Interrupt => {
                            if !queue.is_empty() {
                                queue = VecDeque::from([(200, say(turn_ended(Why::Interrupted)))]);
                                due = None;
                            }
                        }
                        ToAgent::Compact { .. } => {
                            queue = self.compaction(&mut context);
                            due = None;
                        }
                        ToAgent::Quit => return 0,
                        ToAgent::Refused { .. } => return 5,
                        ToAgent::Welcome
                        | ToAgent::Reply { .. }
                        | ToAgent::Output { .. }
                        | ToAgent::Permission { .. }
                        | ToAgent::Unknown => {}
                    }
                }
                () = until(due) => {
                    due = None;
                    match queue.pop_front() {
                        Some((_, Next::Say(message))) => {
                            if writer.write_all(protocol::line_to_desk(&message).as_bytes()).await.is_err() {
                                return 6;
                            }
                            match *message {
                                ToDesk::Usage(usage) => drop(world.deeds().said.insert(usage.message)),
                                ToDesk::PromptSeen { effect } => drop(world.deeds().taken.insert(effect)),
                                _ => {}
                            }
                        }
                        Some((_, Next::Leave(code))) => {
                            world.deeds().silent_spend = true;
                            return code;
                        }
                        None => {}
                    }
                }
            }
        }
    }

    /// A turn as chance has it, from the arrival of its prompt to its end.
    fn turn(&self, effect: u64, prompt: &str, context: &mut u64) -> VecDeque<(u64, Next)> {
        let world = &self.world;
        let mut queue = VecDeque::from([
            (world.between(1, 400), say(ToDesk::PromptSeen { effect })),
            (world.between(1, 400), say(ToDesk::TurnStarted)),
        ]);
        for _ in 0..world.between(1, 3) {
            *context += world.between(500, 30_000);
            let call = format!("call-{}", world.between(1, 1_000_000));
            let name = "bash".to_owned();
            let started =
                ToDesk::ToolStarted { call: call.clone(), name: name.clone(), detail: String::new() };
            queue.push_back((world.between(100, 20_000), say(self.usage(*context))));
            queue.push_back((world.between(1, 100), say(started)));
            let ended = ToDesk::ToolEnded { call, name, failed: world.trouble(), wall: None };
            queue.push_back((world.between(1, 60_000), say(ended)));
        }
        if world.trouble() {
            match world.between(1, 4) {
                1 => queue.push_back((100, Next::Leave(1))),
                2 => queue.push_back((FOR_EVER, Next::Leave(1))),
                3 => {
                    let until = Some(1_795_000_000_000 + world.between(0, 3_600_000));
                    queue.push_back((50, say(ToDesk::Limited { until, reason: "a limit".to_owned() })));
                    queue.push_back((50, say(turn_ended(Why::Failed))));
                }
                _ => queue.push_back((50, say(turn_ended(Why::Failed)))),
            }
            return queue;
        }
        if !world.trouble() {
            let report = if self.role == "analyst" { self.verdict() } else { self.report(prompt) };
            queue.push_back((world.between(10, 2_000), say(report)));
        }
        queue.push_back((world.between(10, 2_000), say(turn_ended(Why::Completed))));
        queue
    }

    fn usage(&self, context: u64) -> ToDesk {
        let world = &self.world;
        let tokens = TokenFields {
            input: world.between(100, 2_000),
            output: world.between(10, 500),
            cache_read: world.between(0, 5_000),
            cache_write: 0,
            reasoning: 0,
            cache_write_1h: 0,
        };
        let mut deeds = world.deeds();
        let message = format!("m{}", deeds.message());
        deeds.paid.insert(message.clone(), Tokens::from(tokens));
        drop(deeds);
        ToDesk::Usage(UsageLine {
            message,
            model: "scripted".to_owned(),
            usage: UsageKind::Reply,
            tokens,
            cost: Some(0.01),
            wall: Some(5),
            context: Some(context),
            window: Some(100_000),
            unknown_spend: false,
        })
    }

    fn verdict(&self) -> ToDesk {
        let world = &self.world;
        let key = format!("key-{}", world.between(1, 1_000_000));
        let verdict = match world.between(1, 24) {
            1..=15 => Verdict::NeedsWorker,
            16 | 17 => Verdict::NeedsOperator,
            18..=23 => Verdict::Done,
            _ => Verdict::Abort,
        };
        let instruction = (verdict == Verdict::NeedsWorker && !world.trouble()).then(|| InstructionLine {
            id: format!("i-{}", world.between(1, 9)),
            goal: "do something".to_owned(),
            ..InstructionLine::default()
        });
        let questions =
            if verdict == Verdict::NeedsOperator { vec!["which?".to_owned()] } else { Vec::new() };
        let reason = "because".to_owned();
        ToDesk::ReportVerdict(VerdictLine {
            key,
            verdict,
            reason,
            instruction,
            memory: Vec::new(),
            questions,
            more: Map::new(),
        })
    }

    fn report(&self, prompt: &str) -> ToDesk {
        let world = &self.world;
        let named = prompt.split("Instruction id: ").nth(1).and_then(|rest| rest.split([')', '\n']).next());
        let instruction_id =
            if world.trouble() { Some("another".to_owned()) } else { named.map(str::to_owned) };
        let said = || if world.trouble() { String::new() } else { "said".to_owned() };
        let fates = [WorkerStatus::Done, WorkerStatus::Partial, WorkerStatus::Blocked];
        let status = *world.deeds().chance.pick(&fates);
        ToDesk::ReportResult(ResultLine {
            key: format!("key-{}", world.between(1, 1_000_000)),
            instruction_id,
            status,
            task_understood: "said".to_owned(),
            actions_taken: "said".to_owned(),
            result: said(),
            validation: said(),
            artifacts: "said".to_owned(),
            issues: "said".to_owned(),
            recommendation: "said".to_owned(),
            handoff: "said".to_owned(),
            more: Map::new(),
        })
    }

    fn compaction(&self, context: &mut u64) -> VecDeque<(u64, Next)> {
        let world = &self.world;
        let before = Some(*context);
        let mut queue = VecDeque::from([(100, say(ToDesk::CompactionStarted { automatic: false }))]);
        let fate = if world.trouble() { world.between(1, 3) } else { 0 };
        let (after, failed, nothing) = match fate {
            0 => (Some(4_000), None, false),
            1 => (None, Some("the provider said no".to_owned()), false),
            2 => (None, None, true),
            _ => {
                queue.push_back((FOR_EVER, Next::Leave(1)));
                return queue;
            }
        };
        *context = after.unwrap_or(*context);
        let ended = ToDesk::CompactionEnded { before, after, failed, nothing };
        queue.push_back((world.between(100, 90_000), say(ended)));
        queue
    }
}

fn say(message: ToDesk) -> Next {
    Next::Say(Box::new(message))
}

fn turn_ended(why: Why) -> ToDesk {
    ToDesk::TurnEnded { why, reason: None, text: "some words".to_owned() }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
