//! The demo's agent, `awtui demo-agent`: a scripted program that behaves like an agent CLI in a terminal of its own and
//! speaks the agent protocol.
//!
//! Owns the turn: prompts in, the script played, reports out. What the script does to files and what it runs is real;
//! its model, its tokens and its prices are not, and it says so wherever they are shown.

mod link;
mod look;
mod play;
mod screen;
mod script;
mod session;

use super::super::arguments::DemoAgentOptions;
use super::super::exit::{Exit, Problem};
use crate::agent::protocol::{ToAgent, ToDesk, Why};
use crate::domain::UsageKind;
use crate::term::{Key, KeyCode, Mods};
use crate::tty::{self, Features, Guard, Input, TtyEvent};
use link::Link;
use look::Ink;
use play::Stop;
use screen::Screen;
use script::Part;
use session::Session;
use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior};

const FRAME: Duration = Duration::from_millis(100);
const TYPED_ANSWER: &str = "This is a scripted agent: it reads what you type, but its script does not change. The real ones \
                            would answer.";

/// What a person or awtui wants.
enum Wish {
    Nothing,
    Prompt { effect: u64, text: String, steer: bool },
    Interrupt,
    Compact,
    Quit,
}

struct DemoAgent {
    part: Part,
    /// How many times faster than a person would read.
    speed: f64,
    run: String,
    model: String,
    screen: Screen,
    input: Input,
    frames: Interval,
    link: Option<Link>,
    session: Session,
    /// Answers to reports, by key.
    replies: BTreeMap<String, (bool, String)>,
    waiting: VecDeque<(u64, String)>,
    n_reports: u32,
    /// The scene that was begun last, and perhaps interrupted.
    begun: Option<u32>,
    /// Exit code and last line of the newest run of a command.
    last_run: (bool, String),
    /// All that it printed.
    printed: String,
    artifacts: Option<PathBuf>,
    instruction: Option<String>,
}

pub(in crate::cli) async fn run(options: DemoAgentOptions) -> Result<Exit, Problem> {
    let part = Part::of(&options.role);
    tty::check().map_err(|_| Problem::usage("the demo's agent works in a terminal that awtui gives it"))?;
    let value = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let folder = value("AWTUI_DEMO_FOLDER").map(PathBuf::from);
    let run = value("AWTUI_RUN").unwrap_or_else(|| "no run".to_owned());
    let fresh = format!("{run}.{}", value("AWTUI_SESSION").unwrap_or_else(|| options.role.clone()));
    let failed = |error: std::io::Error| Problem::failed(format!("the demo's agent cannot start: {error}"));
    let session = Session::open(folder.as_deref(), &fresh, options.resume.as_deref()).map_err(failed)?;
    let link = match value("AWTUI_AGENT_SOCKET").zip(value("AWTUI_AGENT_TOKEN")) {
        Some((socket, token)) => Some(Link::connect(&socket, token).await.map_err(failed)?),
        None => None,
    };
    let features = Features { paste: true, synchronized: true, ..Features::NONE };
    let guard = Guard::enter(features).map_err(failed)?;
    let size = tty::size().map_err(|error| Problem::failed(error.to_string()))?;
    let mut frames = tokio::time::interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begun = options.resume.is_some().then_some(session.scenes);
    let agent = DemoAgent {
        part,
        speed: options.speed,
        run,
        model: options.model.unwrap_or_else(|| part.model().name.to_owned()),
        screen: Screen::new(size, part.colour()),
        input: Input::new().map_err(failed)?,
        frames,
        link,
        session,
        replies: BTreeMap::new(),
        waiting: VecDeque::new(),
        n_reports: 0,
        begun,
        last_run: (false, "no test was run".to_owned()),
        printed: String::new(),
        artifacts: value("AWTUI_ARTIFACTS").map(PathBuf::from),
        instruction: None,
    };
    let ended = agent.serve(&options.role, options.resume.is_some()).await;
    drop(guard);
    // What was said stays to be read, as after other agents.
    write(&ended.map_err(failed)?).map_err(failed)?;
    Ok(Exit::Done)
}

impl DemoAgent {
    /// Gives what is left to be shown when the screen is given back.
    async fn serve(mut self, role: &str, resumed: bool) -> std::io::Result<String> {
        write(&format!("\x1b]2;scripted demo · {role}\x07"))?;
        let title = format!("awtui 台本 scripted demo · {role}");
        let about = format!("{} is no model: every word and every number of tokens is scripted.", self.model);
        self.screen.banner(&title, &[&about, "Its edits and its commands are real."]);
        if resumed {
            self.screen.note(Ink::Dim, format!("session {} goes on", self.session.id));
            if let Some(words) = self.session.last_words.clone() {
                self.screen.begin_words();
                self.screen.stream(&words);
            }
        }
        if self.link.is_none() {
            self.screen.note(Ink::Bad, "not started by awtui: nobody will prompt this agent");
        }
        self.introduce();
        loop {
            self.draw()?;
            let wish = match self.waiting.pop_front() {
                Some((effect, text)) => Wish::Prompt { effect, text, steer: false },
                None => self.wish().await,
            };
            match wish {
                Wish::Prompt { effect, text, .. } => {
                    if self.turn(effect, &text).await? {
                        break;
                    }
                }
                Wish::Compact => {
                    if self.compact().await? {
                        break;
                    }
                }
                Wish::Quit => break,
                Wish::Interrupt | Wish::Nothing => {}
            }
        }
        if let Some(link) = self.link.take() {
            link.send(&ToDesk::Shutdown);
            link.close().await;
        }
        Ok(self.screen.farewell())
    }

    /// Says who this is. What was told by an earlier process of the session is told again; awtui knows it by its ids.
    fn introduce(&mut self) {
        self.tell(&self.session.told());
        let model = self.part.model();
        self.tell(&ToDesk::Model {
            model: self.model.clone(),
            thinking: Some("off".to_owned()),
            window: Some(model.window.into()),
            agent_trigger: None,
        });
        for usage in &self.session.usages {
            self.tell(&ToDesk::Usage(usage.clone()));
        }
        self.tell_context();
        self.tell(&ToDesk::Ready);
        self.show_status();
    }

    fn tell(&self, message: &ToDesk) {
        if let Some(link) = &self.link {
            link.send(message);
        }
    }

    fn tell_context(&self) {
        let tokens = (self.session.context > 0).then(|| self.session.context.into());
        self.tell(&ToDesk::Context { tokens, window: Some(self.part.model().window.into()) });
    }

    fn show_status(&mut self) {
        let window = self.part.model().window;
        let percent = u64::from(self.session.context) * 100 / u64::from(window);
        self.screen.status =
            format!("{} · ctx {percent}% · ${:.4} scripted", self.model, self.session.cost());
    }

    fn draw(&mut self) -> std::io::Result<()> {
        write(&self.screen.draw())
    }

    /// Waits for the next thing that somebody wants; frames of the spinner are drawn meanwhile.
    async fn wish(&mut self) -> Wish {
        let next = async {
            match &mut self.link {
                Some(link) => link.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            event = self.input.next() => match event {
                Some(event) => self.on_event(event),
                // The terminal is gone, and awtui with it.
                None => Wish::Quit,
            },
            message = next => match message {
                Some(message) => self.on_message(message),
                None => {
                    self.link = None;
                    self.screen.note(Ink::Bad, "awtui closed the connection");
                    Wish::Nothing
                }
            },
            _ = self.frames.tick(), if self.screen.working.is_some() => {
                self.screen.spin();
                Wish::Nothing
            }
        }
    }

    fn on_message(&mut self, message: ToAgent) -> Wish {
        match message {
            ToAgent::Prompt { effect, text, steer } => Wish::Prompt { effect, text, steer },
            ToAgent::Interrupt => Wish::Interrupt,
            ToAgent::Compact { .. } => Wish::Compact,
            ToAgent::Quit => Wish::Quit,
            ToAgent::Reply { key, ok, message } => {
                self.replies.insert(key, (ok, message));
                Wish::Nothing
            }
            ToAgent::Refused { reason } => {
                self.screen.note(Ink::Bad, format!("awtui refused the connection: {reason}"));
                Wish::Nothing
            }
            ToAgent::Welcome | ToAgent::Output { .. } | ToAgent::Permission { .. } | ToAgent::Unknown => {
                Wish::Nothing
            }
        }
    }

    fn on_event(&mut self, event: TtyEvent) -> Wish {
        match event {
            TtyEvent::Key(key) => return self.on_key(key),
            TtyEvent::Paste(text) => self.screen.input.push_str(&text.replace('\n', " ")),
            TtyEvent::Resize(cols, rows) => self.screen.resize(cols, rows),
            TtyEvent::Terminate(_) => return Wish::Quit,
            TtyEvent::Mouse(_) | TtyEvent::Focus(_) | TtyEvent::Dark(_) | TtyEvent::Suspend => {}
        }
        Wish::Nothing
    }

    fn on_key(&mut self, key: Key) -> Wish {
        let ctrl = key.mods.contains(Mods::CTRL);
        match key.code {
            KeyCode::Esc => return Wish::Interrupt,
            KeyCode::Char('c') if ctrl => {
                if self.screen.input.is_empty() {
                    return Wish::Interrupt;
                }
                self.screen.input.clear();
            }
            KeyCode::Char('d') if ctrl && self.screen.input.is_empty() => return Wish::Quit,
            KeyCode::Char('u') if ctrl => self.screen.input.clear(),
            KeyCode::Char(character) if !ctrl => {
                let capital = key.mods.contains(Mods::SHIFT);
                self.screen.input.extend(character.to_uppercase().filter(|_| capital));
                self.screen.input.extend((!capital).then_some(character));
            }
            KeyCode::Backspace => {
                self.screen.input.pop();
            }
            KeyCode::Enter => {
                let text = std::mem::take(&mut self.screen.input);
                if !text.trim().is_empty() {
                    self.screen.typed(text.trim());
                    self.screen.note(Ink::Dim, TYPED_ANSWER);
                }
            }
            KeyCode::PageUp => self.screen.scroll(true),
            KeyCode::PageDown => self.screen.scroll(false),
            KeyCode::Char(_)
            | KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Up
            | KeyCode::Down
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Home
            | KeyCode::End
            | KeyCode::Insert
            | KeyCode::Delete
            | KeyCode::F(_) => {}
        }
        Wish::Nothing
    }

    /// Answers a prompt; `true` when the agent must leave.
    async fn turn(&mut self, effect: u64, text: &str) -> std::io::Result<bool> {
        self.tell(&ToDesk::TurnStarted);
        self.accept(effect, text);
        let played = self.play(text).await;
        self.screen.working = None;
        let (why, words, leaves) = match played {
            Ok(words) => (Why::Completed, words, false),
            Err(Stop::Interrupted) => {
                self.screen.note(Ink::Bad, "interrupted");
                (Why::Interrupted, String::new(), false)
            }
            Err(Stop::Quit) => (Why::Interrupted, String::new(), true),
            Err(Stop::Screen(error)) => return Err(error),
        };
        self.tell_context();
        self.tell(&ToDesk::TurnEnded { why, reason: None, text: words });
        Ok(leaves)
    }

    fn accept(&mut self, effect: u64, text: &str) {
        self.screen.prompt(text);
        self.session.prompted(text);
        if let Some(id) = script::instruction_id(text) {
            self.instruction = Some(id);
        }
        self.tell(&ToDesk::PromptSeen { effect });
    }

    /// Compacts as an agent CLI would; `true` when it must leave.
    async fn compact(&mut self) -> std::io::Result<bool> {
        let before = self.session.context;
        self.tell(&ToDesk::CompactionStarted { automatic: false });
        let least = 2 * COMPACTED;
        if before < least {
            self.tell(&ToDesk::CompactionEnded { before: None, after: None, failed: None, nothing: true });
            self.screen.note(Ink::Dim, "nothing to compact");
            return Ok(false);
        }
        self.screen.working = Some("Compacting the conversation".to_owned());
        let rested = self.rest(2_500).await;
        self.screen.working = None;
        let (failed, leaves) = match rested {
            Ok(()) => (None, false),
            Err(Stop::Interrupted) => (Some("interrupted".to_owned()), false),
            Err(Stop::Quit) => (Some("the agent was asked to leave".to_owned()), true),
            Err(Stop::Screen(error)) => return Err(error),
        };
        if failed.is_some() {
            self.tell(&ToDesk::CompactionEnded { before: None, after: None, failed, nothing: false });
            return Ok(leaves);
        }
        let usage = self.usage(UsageKind::Compaction, 1_200, 1_400, 0, None);
        self.session.compacted(usage.clone(), COMPACTED);
        self.tell(&ToDesk::Usage(usage));
        self.screen.note(Ink::Role, format!("compacted: {before} → {COMPACTED} tokens (scripted)"));
        let (before, after) = (Some(before.into()), Some(COMPACTED.into()));
        self.tell(&ToDesk::CompactionEnded { before, after, failed: None, nothing: false });
        self.tell_context();
        self.show_status();
        Ok(false)
    }
}

/// Tokens that a compaction leaves.
const COMPACTED: u32 = 6_200;

fn write(bytes: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    out.write_all(bytes.as_bytes())?;
    out.flush()
}
