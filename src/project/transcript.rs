//! The conversation with a role as its run's facts tell it: what was sent to it, the tools it used, what it asked, and
//! the last words of each turn. Each word of others is quoted, so that none of them passes for awtui's.

use super::ledger_file::stamp;
use crate::domain::{
    Effect, EffectId, Fact, Observation, Outcome, PaneId, Record, RoleName, Run, Text, TurnEnd,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// As Markdown. `full` resolves a text that lies in a blob.
pub(super) fn markdown<'a>(
    run: &Run,
    records: impl Iterator<Item = &'a Record>,
    role: &RoleName,
    full: &dyn Fn(&Text) -> String,
) -> String {
    let mut writer = Writer { run, role, full, text: String::new(), prompts: BTreeMap::new(), log: None };
    for record in records {
        writer.take(record);
    }
    let mut head = format!(
        "# Transcript of the {role}\n\nAs awtui saw it, in UTC: what was sent, the tools, the questions, and the last words of each turn. "
    );
    match &writer.log {
        Some(log) => {
            let _ = write!(head, "All that was said lies in the agent's own log, `{}`.", one_line(log));
        }
        None => head.push_str("The agent names no log of its own."),
    }
    head.push_str("\n\n");
    if writer.text.is_empty() {
        head.push_str("Nothing was said yet.\n");
    }
    head + &writer.text
}

struct Writer<'a> {
    run: &'a Run,
    role: &'a RoleName,
    full: &'a dyn Fn(&Text) -> String,
    text: String,
    /// The panes that open prompts are for.
    prompts: BTreeMap<EffectId, PaneId>,
    log: Option<String>,
}

fn one_line(text: &str) -> String {
    let plain = |character: char| if character.is_control() || character == '`' { ' ' } else { character };
    text.chars().take(300).map(plain).collect()
}

fn time(record: &Record) -> String {
    let stamp = stamp(record.at);
    stamp.get(11..19).unwrap_or(&stamp).to_owned()
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

impl Writer<'_> {
    fn is_ours(&self, pane: &PaneId) -> bool {
        self.run.panes.get(pane).is_some_and(|pane| pane.role == *self.role)
    }

    fn say(&mut self, record: &Record, what: &str) {
        // A paragraph of its own, also after a list.
        let _ = write!(self.text, "\n## {} {what}\n\n", time(record));
    }

    fn quote(&mut self, text: &Text) {
        for line in (self.full)(text).trim_end().lines() {
            let _ = writeln!(self.text, "> {line}");
        }
        self.text.push('\n');
    }

    fn item(&mut self, record: &Record, what: &str) {
        let _ = writeln!(self.text, "- {} {what}", time(record));
    }

    fn take(&mut self, record: &Record) {
        if let Fact::Requested { effect: Effect::Prompt { pane, .. } } = &record.fact {
            self.prompts.insert(EffectId(record.seq), pane.clone());
        } else if let Fact::Settled { effect, outcome: Outcome::Delivered { text, confirmed, .. }, .. } =
            &record.fact
        {
            let ours = self.prompts.remove(effect).is_some_and(|pane| self.is_ours(&pane));
            if ours {
                let certain = if *confirmed { "" } else { " (not confirmed)" };
                self.say(record, &format!("to the {}{certain}", self.role));
                self.quote(text);
            }
        } else if let Fact::Said { role, text, author } = &record.fact
            && role == self.role
        {
            self.say(record, &format!("{} says, with the next prompt", one_line(&author.name)));
            self.quote(text);
        } else if let Fact::Observed { pane, observation, .. } = &record.fact
            && self.is_ours(pane)
        {
            self.observed(record, observation);
        }
    }

    fn observed(&mut self, record: &Record, observation: &Observation) {
        match observation {
            Observation::SessionKnown { log, .. } => {
                if log.is_some() {
                    self.log.clone_from(log);
                }
            }
            Observation::ToolStarted { name, detail, .. } => {
                self.item(record, &format!("`{}` `{} `", one_line(name), one_line(detail)));
            }
            Observation::ToolEnded { name, failed, wall, .. } => {
                let took = wall.map_or_else(String::new, |wall| format!(" after {}", seconds(wall)));
                let how = if *failed { "**failed**" } else { "ended" };
                self.item(record, &format!("`{}` {how}{took}", one_line(name)));
            }
            Observation::PermissionAsked(request) => {
                self.item(record, &format!("asks for leave to use `{}`", one_line(&request.tool)));
                self.text.push('\n');
                self.quote(&request.detail);
            }
            Observation::CompactionStarted { .. } => self.item(record, "its context is compacted"),
            Observation::Limited(limit) => {
                self.item(record, &format!("the provider refuses: `{} `", one_line(&limit.reason)));
            }
            Observation::Progress { text } => self.item(record, &format!("progress: `{} `", one_line(text))),
            Observation::TurnEnded { end, text } => {
                let how = match end {
                    TurnEnd::Completed => String::new(),
                    TurnEnd::Interrupted => ", interrupted".to_owned(),
                    TurnEnd::Failed { reason } => format!(", failed: `{} `", one_line(reason)),
                    TurnEnd::Unknown => ", how is not known".to_owned(),
                };
                self.say(record, &format!("the {} ends its turn{how}", self.role));
                self.quote(text);
            }
            Observation::Gone { .. } => self.item(record, "its process is gone"),
            Observation::Typed => self.item(record, "the operator typed into its pane"),
            Observation::Ready
            | Observation::ModelSeen { .. }
            | Observation::TurnStarted
            | Observation::Listed { .. }
            | Observation::GuardSeen { .. }
            | Observation::SumsSeen(_)
            | Observation::Usage(_)
            | Observation::ContextSeen { .. }
            | Observation::PermissionGone { .. }
            | Observation::CompactionEnded { .. }
            | Observation::PromptSeen { .. }
            | Observation::Status(_)
            | Observation::Attached { .. } => {}
        }
    }
}
