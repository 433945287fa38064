//! Claude Code (`@anthropic-ai/claude-code`): its TUI in a terminal, with awtui's hooks and MCP server given to it for
//! this launch.
//!
//! Owns how it is launched, how words get into it, and which of its sources says what. Hooks are the truth for turns,
//! tools and questions; the terminal status (OSC 7501) tells what no hook does, an interrupt for one; the session log keeps
//! the ledger, and stands in where the others are missing.

mod asks;
mod compaction;
mod hooks;
mod launch;
mod log;
mod probe;
mod sources;
mod sums;
mod turn;

use super::keys::{CTRL_C, CTRL_G, ESCAPE};
use super::protocol::{self, ToDesk};
use super::{
    Adapter, AgentError, Clamped, Control, Delivery, DeskState, Emission, Keys, LaunchContext, LaunchPlan,
    LogPlan, Probe, ProbeOutput, ProbePlan, models,
};
use crate::domain::{RoleConfig, RunId};
use crate::term::{ProgramState, Signal};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Characters of one paste. A longer one, or one of more lines, is put away under a name and reaches the model between
/// marks of something pasted.
const PIECE: usize = 400;
const PIECE_LINES: usize = 2;
/// Milliseconds that a typed command needs before Enter: its menu opens first.
const BEFORE_ENTER: u64 = 700;
/// Milliseconds between keys that leave: Claude takes some for an interrupt, some for clearing its input.
const BETWEEN_KEYS: u64 = 350;

/// One session of Claude Code.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent thing that was seen")]
#[derive(Debug, Default)]
pub(super) struct Claude {
    run: Option<RunId>,
    pane: String,
    /// Hooks are called in this process.
    hooked: bool,
    /// What the log says from now on is of this process.
    live: bool,
    titled: bool,
    ready: bool,
    /// The prompt that was typed last, until its turn begins.
    typed: Option<u64>,
    /// The prompt that Claude fetched by its editor: Enter is still to come.
    fetched: Option<u64>,
    /// Prompts can be fetched.
    has_editor: bool,
    /// Its input may hold the words of an interrupted prompt.
    has_words: bool,
    /// What the terminal told last, where it tells something.
    status: Option<ProgramState>,
    turn: turn::Turn,
    asks: asks::Asks,
    compaction: compaction::Compaction,
    reader: log::Reader,
    log: Option<String>,
    arrived: BTreeSet<u64>,
    tools: BTreeMap<String, String>,
    helpers: BTreeSet<String>,
    model: Option<String>,
    effort: Option<String>,
    /// By what it asks nobody before it acts, as it said last.
    unguarded: Option<String>,
}

impl Adapter for Claude {
    fn name(&self) -> &'static str {
        "claude"
    }

    fn probe_plan(&self) -> ProbePlan {
        probe::plan()
    }

    fn read_probe(&self, outputs: &[ProbeOutput]) -> Result<Probe, AgentError> {
        probe::read(outputs)
    }

    fn told_by(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("state", "hooks; OSC 7501 for what no hook tells; the session log where both are missing"),
            ("tokens", "message.usage of the entries of the session log"),
            ("cost", "of no single call; totalCostUSD of the session log (cost-state) when Claude ends"),
            ("context", "message.usage of the last reply: input, cached, written and output"),
        ]
    }

    fn check_model(&self, probe: &Probe, role: &RoleConfig) -> Result<Clamped, AgentError> {
        let mut clamped = models::check("claude", probe::LISTING, probe, role)?;
        clamped.thinking = clamped.thinking.map(|level| probe::effort(level, probe));
        Ok(clamped)
    }

    fn launch(&mut self, context: &LaunchContext) -> Result<LaunchPlan, AgentError> {
        let clamped = self.check_model(context.probe, context.config)?;
        let plan = launch::plan(context, &clamped);
        self.run = Some(context.run.clone());
        self.pane = context.pane.to_string();
        self.live = context.resume.is_none();
        self.has_editor = launch::has_editor(context);
        if let LogPlan::File(path) = &plan.log {
            self.log = Some(super::launch::text(path));
        }
        Ok(plan)
    }

    fn agent_line(&mut self, line: &str) -> Vec<Emission> {
        match protocol::parse(line) {
            Ok(ToDesk::Hook(hook)) => self.hook(&hook),
            Ok(_) | Err(_) => protocol::emissions(line),
        }
    }

    fn signal(&mut self, signal: &Signal) -> Vec<Emission> {
        match signal {
            Signal::Title(_) => {
                self.titled = true;
                Vec::new()
            }
            Signal::Status(status) => self.terminal(status),
            Signal::Bell
            | Signal::Notify(_)
            | Signal::Progress(_)
            | Signal::Cwd(_)
            | Signal::Prompt(_)
            | Signal::Clipboard(_) => Vec::new(),
        }
    }

    fn log_line(&mut self, line: &str) -> Vec<Emission> {
        let entries = self.reader.line(line);
        entries.into_iter().flat_map(|entry| self.entry(entry)).collect()
    }

    /// A helper's log: its entries say themselves whose they are.
    fn other_log_line(&mut self, _log: &str, line: &str) -> Vec<Emission> {
        self.log_line(line)
    }

    fn waits(&self) -> bool {
        self.turn.is_ending()
            || self.asks.waits()
            || self.compaction.waits()
            || self.fetched.is_some()
            || self.waits_for_input()
    }

    fn quiet(&mut self, screen: &mut dyn FnMut() -> String, quiet: u64) -> Vec<Emission> {
        self.silence(screen, quiet)
    }

    fn delivered(&mut self, effect: u64) -> Vec<Emission> {
        self.live = true;
        self.typed = Some(effect);
        self.has_words = false;
        Vec::new()
    }

    fn exited(&mut self, _code: Option<i32>) -> Vec<Emission> {
        self.cut_off()
    }

    fn permission(&mut self, ask: &str, allow: bool, note: &str) -> Control {
        if !self.asks.is_open(ask) {
            return Control::Unable("Claude Code takes the answer to this in its pane".to_owned());
        }
        self.asks.answered(ask);
        let decision = hooks::decision(allow, note);
        Control::Answer { ask: ask.to_owned(), line: protocol::output(ask, &decision) }
    }

    /// Claude begins the log of a session with its modes, and knows a session only by what was said in it.
    fn keeps(&self, line: &str) -> bool {
        log::is_said(line)
    }

    fn reopen(&self, agent_session: &str, _launch_folder: &Path) -> Option<Vec<String>> {
        Some(["--resume", agent_session].map(str::to_owned).to_vec())
    }

    fn deliver(&self, _effect: u64, text: &str, state: &DeskState) -> Delivery {
        // Typed, these would be a command of Claude, blanks before it or not, or of the shell.
        let before = match text.trim_start() {
            words if words.starts_with('/') => "Read this as words:\n",
            _ if text.starts_with('!') => "\n",
            _ => "",
        };
        let text = format!("{before}{text}");
        let mut bytes = if self.has_words && !state.working { CTRL_C.to_vec() } else { Vec::new() };
        // What is typed loses its tabs: Claude makes them spaces. What its editor gives it does not.
        if text.contains('\t') && self.has_editor && !state.working {
            bytes.extend_from_slice(CTRL_G);
            let file = super::launch::private_file(launch::PROMPT, text);
            return Delivery::File { file, keys: bytes };
        }
        bytes.extend(pasted(&text));
        bytes.push(b'\r');
        Delivery::Paste(bytes)
    }

    fn interrupt(&self) -> Control {
        Control::Bytes(ESCAPE.to_vec())
    }

    fn compact(&self, focus: &str) -> Control {
        let words = format!("/compact {}", focus.split_whitespace().collect::<Vec<_>>().join(" "));
        let mut keys = Vec::new();
        if self.has_words {
            keys.push(Keys { after: 0, bytes: CTRL_C.to_vec() });
        }
        keys.push(Keys { after: 0, bytes: pasted(words.trim()) });
        keys.push(Keys { after: BEFORE_ENTER, bytes: b"\r".to_vec() });
        Control::Keys(keys)
    }

    /// The first interrupts a turn or takes words out of the input, the others leave.
    fn quit(&self) -> Control {
        let key = |index: u64| Keys { after: index.min(1) * BETWEEN_KEYS, bytes: CTRL_C.to_vec() };
        Control::Keys((0..4).map(key).collect())
    }
}

/// As pastes that are small enough to arrive as they are. Control characters that could end a paste or press a key are
/// left out: a prompt holds the words of other agents.
fn pasted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut piece = String::new();
    let mut lines = 0;
    let mut flush = |piece: &mut String| {
        if !piece.is_empty() {
            bytes.extend_from_slice(b"\x1b[200~");
            bytes.extend_from_slice(piece.as_bytes());
            bytes.extend_from_slice(b"\x1b[201~");
            piece.clear();
        }
    };
    let kept = text.chars().filter(|one| matches!(one, '\n' | '\t') || !one.is_control());
    for (count, one) in kept.enumerate() {
        piece.push(one);
        lines += usize::from(one == '\n');
        if lines == PIECE_LINES || (count + 1) % PIECE == 0 {
            flush(&mut piece);
            lines = 0;
        }
    }
    flush(&mut piece);
    bytes
}
