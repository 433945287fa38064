//! Playing a scene: words stream, tools run, calls are paid for, the report goes out. Everything that happens meanwhile
//! (keys, interrupts, words from the operator) is heard at once.

use super::look::Ink;
use super::script::{Message, Report, Tool, after_test};
use super::{DemoAgent, Wish};
use crate::agent::protocol::{ToDesk, TokenFields, UsageLine};
use crate::domain::UsageKind;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::Instant;

/// Milliseconds at speed 1.
const THINKING: u64 = 900;
const WORD: u64 = 35;
const TOOL: u64 = 700;
/// Tokens that a message adds at most when its scene is played again.
const AGAIN: u32 = 600;
/// An answer of awtui comes within this, whatever the speed.
const PATIENCE: Duration = Duration::from_secs(20);
/// Lines of a file that are shown when it is read.
const READ_LINES: usize = 8;

/// Why a turn did not go on.
pub(super) enum Stop {
    Interrupted,
    Quit,
    /// The terminal cannot be written to.
    Screen(std::io::Error),
}

struct Done {
    lines: Vec<(Ink, String)>,
    failed: bool,
    how: String,
}

impl DemoAgent {
    /// Plays the scene that answers this prompt. Gives the last words.
    pub(super) async fn play(&mut self, prompt: &str) -> Result<String, Stop> {
        let scene = self.part.scene(self.session.scenes, prompt);
        let again = self.begun.replace(self.session.scenes) == Some(self.session.scenes);
        let mut last = String::new();
        for mut message in scene.messages {
            message.words = message.words.replace("{summary}", &self.last_run.1);
            if again {
                // What is played a second time is in the context already.
                message.fresh = message.fresh.min(AGAIN);
            }
            if !message.words.is_empty() {
                last.clone_from(&message.words);
            }
            self.message(message).await?;
        }
        self.session.said(&last);
        let refusal = self.report(scene.report).await?;
        match refusal {
            None => {
                self.session.scene_over();
                Ok(last)
            }
            Some(reason) => {
                self.screen.note(Ink::Bad, format!("the report was not taken: {reason}"));
                Ok(format!("{last}\n\nThe report was not taken: {reason}"))
            }
        }
    }

    /// Waits, at the demo's speed, and hears what happens.
    pub(super) async fn rest(&mut self, milliseconds: u64) -> Result<(), Stop> {
        let rest = Duration::from_millis(milliseconds).div_f64(self.speed);
        self.hear_until(tokio::time::sleep(rest)).await
    }

    /// Waits for something while the screen stays alive.
    async fn hear_until<T>(&mut self, wanted: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::pin!(wanted);
        self.draw().map_err(Stop::Screen)?;
        loop {
            let wish = tokio::select! {
                biased;
                done = &mut wanted => return Ok(done),
                wish = self.wish() => wish,
            };
            self.during(wish)?;
            self.draw().map_err(Stop::Screen)?;
        }
    }

    fn during(&mut self, wish: Wish) -> Result<(), Stop> {
        match wish {
            Wish::Prompt { effect, text, steer: true } => {
                self.accept(effect, &text);
                self.screen.note(Ink::Dim, "heard; the script goes on as it is");
            }
            Wish::Prompt { effect, text, steer: false } => self.waiting.push_back((effect, text)),
            Wish::Interrupt => return Err(Stop::Interrupted),
            Wish::Quit => return Err(Stop::Quit),
            // awtui asks between turns only.
            Wish::Compact | Wish::Nothing => {}
        }
        Ok(())
    }

    async fn message(&mut self, message: Message) -> Result<(), Stop> {
        let started = Instant::now();
        self.screen.working = Some("Thinking".to_owned());
        self.rest(THINKING).await?;
        if !message.thought.is_empty() {
            self.screen.begin_thought();
            self.stream(message.thought).await?;
        }
        if !message.words.is_empty() {
            self.screen.working = Some("Writing".to_owned());
            self.screen.begin_words();
            self.stream(&message.words).await?;
        }
        let wall = u64::try_from(started.elapsed().as_millis()).ok();
        let usage = self.usage(UsageKind::Reply, message.fresh, message.output, message.reasoning, wall);
        let context = self.session.context + message.fresh + message.output;
        self.session.called(usage.clone(), context);
        self.tell(&ToDesk::Usage(UsageLine { context: Some(context.into()), ..usage }));
        self.tell_context();
        self.show_status();
        match message.tool {
            Some(tool) => self.tool(tool).await,
            None => Ok(()),
        }
    }

    async fn stream(&mut self, text: &str) -> Result<(), Stop> {
        for word in text.split_inclusive([' ', '\n']) {
            self.screen.stream(word);
            self.rest(WORD).await?;
        }
        Ok(())
    }

    /// A paid call of the pretended model: what was said before comes from its cache, most of what is new goes there.
    pub(super) fn usage(
        &self,
        usage: UsageKind,
        fresh: u32,
        output: u32,
        reasoning: u32,
        wall: Option<u64>,
    ) -> UsageLine {
        let cached = self.session.context;
        let written = if usage == UsageKind::Reply { fresh - fresh / 8 } else { 0 };
        let model = self.part.model();
        let million = 1_000_000.0;
        let cost = (f64::from(fresh - written) * model.input
            + f64::from(output) * model.output
            + f64::from(cached) * model.cache_read
            + f64::from(written) * model.cache_write)
            / million;
        UsageLine {
            message: self.session.next_message(),
            model: self.model.clone(),
            usage,
            tokens: TokenFields {
                input: (fresh - written).into(),
                output: output.into(),
                cache_read: cached.into(),
                cache_write: written.into(),
                reasoning: reasoning.into(),
                cache_write_1h: 0,
            },
            cost: Some(cost),
            wall,
            context: None,
            window: Some(model.window.into()),
            unknown_spend: false,
        }
    }

    async fn tool(&mut self, tool: Tool) -> Result<(), Stop> {
        let (name, detail) = match &tool {
            Tool::Read(path) => ("Read", *path),
            Tool::Run(command) => ("Bash", *command),
            Tool::Edit { path, .. } => ("Edit", *path),
            Tool::Keep(name) => ("attach_artifact", *name),
            Tool::Progress(text) => ("report_progress", *text),
        };
        let call = format!("{}.tool", self.session.next_message());
        self.tell(&ToDesk::ToolStarted {
            call: call.clone(),
            name: name.to_owned(),
            detail: detail.to_owned(),
        });
        self.screen.begin_tool(name, detail);
        self.screen.working = Some(format!("{name} {detail}"));
        let started = Instant::now();
        let done = self.carry_out(tool).await;
        let wall = u64::try_from(started.elapsed().as_millis()).ok();
        let failed = done.as_ref().map_or(true, |done| done.failed);
        self.tell(&ToDesk::ToolEnded { call, name: name.to_owned(), failed, wall });
        match done {
            Ok(done) => self.screen.end_tool(done.lines, done.failed, &done.how),
            Err(stop) => {
                self.screen.end_tool(Vec::new(), true, "interrupted");
                return Err(stop);
            }
        }
        self.rest(TOOL).await
    }

    async fn carry_out(&mut self, tool: Tool) -> Result<Done, Stop> {
        self.rest(TOOL).await?;
        match tool {
            Tool::Read(path) => Ok(read(path)),
            Tool::Edit { path, old, new } => Ok(edit(path, old, new)),
            Tool::Run(command) => self.command(command).await,
            Tool::Keep(name) => {
                let folder = self.artifacts.as_deref().unwrap_or_else(|| Path::new("."));
                if let Err(error) = std::fs::write(folder.join(name), &self.printed) {
                    return Ok(failure(format!("{name} cannot be written: {error}")));
                }
                let key = self.next_key();
                let note = "what the test printed".to_owned();
                self.tell(&ToDesk::AttachArtifact { key: key.clone(), path: name.to_owned(), note });
                let (ok, message) = self.answer(&key).await?;
                Ok(Done { lines: Vec::new(), failed: !ok, how: message })
            }
            Tool::Progress(text) => {
                let key = self.next_key();
                self.tell(&ToDesk::ReportProgress { key: key.clone(), text: text.to_owned() });
                let (ok, message) = self.answer(&key).await?;
                Ok(Done { lines: Vec::new(), failed: !ok, how: message })
            }
        }
    }

    async fn command(&mut self, command: &str) -> Result<Done, Stop> {
        let output =
            Command::new("sh").args(["-c", command]).stdin(Stdio::null()).kill_on_drop(true).output();
        let output = match self.hear_until(output).await? {
            Ok(output) => output,
            Err(error) => return Ok(failure(format!("sh cannot be started: {error}"))),
        };
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing was printed");
        self.last_run = (output.status.success(), last.trim().to_owned());
        self.printed.clone_from(&text);
        let lines = text
            .lines()
            .map(|line| {
                let ink = if line.starts_with("ok") {
                    Ink::Good
                } else if line.starts_with("FAIL") {
                    Ink::Bad
                } else {
                    Ink::Plain
                };
                (ink, line.to_owned())
            })
            .collect();
        let how = output
            .status
            .code()
            .map_or_else(|| "ended by a signal".to_owned(), |code| format!("exit code {code}"));
        Ok(Done { lines, failed: !output.status.success(), how })
    }

    fn next_key(&mut self) -> String {
        self.n_reports += 1;
        format!("{}:{}:{}", self.run, std::process::id(), self.n_reports)
    }

    /// Waits for what awtui says to a report or a request.
    async fn answer(&mut self, key: &str) -> Result<(bool, String), Stop> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(answer) = self.replies.remove(key) {
                return Ok(answer);
            }
            if self.link.is_none() || Instant::now() >= deadline {
                return Ok((false, "awtui does not answer".to_owned()));
            }
            self.draw().map_err(Stop::Screen)?;
            let wish = tokio::select! {
                () = tokio::time::sleep_until(deadline) => Wish::Nothing,
                wish = self.wish() => wish,
            };
            self.during(wish)?;
        }
    }

    /// Sends the report of a scene; the reason when it was not taken.
    async fn report(&mut self, report: Report) -> Result<Option<String>, Stop> {
        let key = self.next_key();
        let (name, detail, message) = match report {
            Report::Verdict(mut line) => {
                line.key.clone_from(&key);
                ("report_verdict", line.verdict.as_str().to_owned(), ToDesk::ReportVerdict(*line))
            }
            Report::DoneIfTestPasses => {
                let (passed, summary) = &self.last_run;
                let mut line = after_test(*passed, summary);
                line.key.clone_from(&key);
                ("report_verdict", line.verdict.as_str().to_owned(), ToDesk::ReportVerdict(line))
            }
            Report::Result(mut line) => {
                line.key.clone_from(&key);
                line.instruction_id.clone_from(&self.instruction);
                line.validation = line.validation.replace("{summary}", &self.last_run.1);
                let detail = line.instruction_id.clone().unwrap_or_default();
                ("report_result", detail, ToDesk::ReportResult(*line))
            }
        };
        self.screen.working = Some("Reporting".to_owned());
        self.screen.begin_tool(name, &detail);
        self.rest(TOOL).await?;
        self.tell(&message);
        let (ok, words) = self.answer(&key).await?;
        self.screen.end_tool(Vec::new(), !ok, &words);
        Ok((!ok).then_some(words))
    }
}

fn failure(how: String) -> Done {
    Done { lines: Vec::new(), failed: true, how }
}

fn read(path: &str) -> Done {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return failure(format!("{path} cannot be read: {error}")),
    };
    let count = text.lines().count();
    let mut lines: Vec<_> = text.lines().take(READ_LINES).map(|line| (Ink::Dim, line.to_owned())).collect();
    if count > READ_LINES {
        lines.push((Ink::Dim, "…".to_owned()));
    }
    Done { lines, failed: false, how: format!("{count} lines") }
}

/// Replaces `old` by `new`. A step that was interrupted may have done it already.
fn edit(path: &str, old: &str, new: &str) -> Done {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return failure(format!("{path} cannot be read: {error}")),
    };
    if text.contains(new) {
        return Done { lines: Vec::new(), failed: false, how: "it says so already".to_owned() };
    }
    if !text.contains(old) {
        return failure(format!("{path} does not hold what is to be replaced"));
    }
    if let Err(error) = std::fs::write(path, text.replacen(old, new, 1)) {
        return failure(format!("{path} cannot be written: {error}"));
    }
    let kept = |line: &&str| !(old.contains(*line) && new.contains(*line));
    let removed = old.lines().filter(kept).map(|line| (Ink::Bad, format!("- {line}")));
    let added = new.lines().filter(kept).map(|line| (Ink::Good, format!("+ {line}")));
    let lines: Vec<_> = removed.chain(added).collect();
    let how = format!("{path} changed");
    Done { lines, failed: false, how }
}
