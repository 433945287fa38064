//! How full a role's context is: tokens against the smaller of limit and window, with the points where awtui warns and
//! compacts. What is not known is a question mark, never 0.

use super::format::{tokens, tokens_or_unknown};
use crate::domain::{RoleName, Run};

/// Cells of the bar.
const BAR: u64 = 10;

pub(super) struct Gauge {
    now: Option<u64>,
    base: Option<u64>,
    warn: Option<u64>,
    /// Where the context is compacted, and whether that is the agent's own doing.
    compact: Option<(u64, bool)>,
    /// Where the agent compacts by itself, if it tells.
    own: Option<u64>,
}

impl Gauge {
    pub(super) fn of(run: &Run, role: &RoleName) -> Self {
        let state = run.roles.get(role);
        let limit = run.role_config(role).map(|config| config.context_limit).filter(|limit| *limit > 0);
        let window = state.and_then(|state| state.context.size()).filter(|window| *window > 0);
        let base = match (limit, window) {
            (Some(limit), Some(window)) => Some(limit.min(window)),
            (known, other) => known.or(other),
        };
        Self {
            now: state.and_then(|state| state.context.tokens),
            base,
            warn: run.warn_threshold(role),
            compact: run.compact_threshold(role),
            own: state.and_then(|state| state.context.agent_trigger),
        }
    }

    /// `12.3k/128k`.
    pub(super) fn figures(&self) -> String {
        match self.base {
            Some(base) => format!("{}/{}", tokens_or_unknown(self.now), tokens(base)),
            None => tokens_or_unknown(self.now),
        }
    }

    /// `9%`.
    pub(super) fn percent(&self) -> String {
        match (self.now, self.base) {
            (Some(now), Some(base)) => format!("{}%", now.saturating_mul(100) / base),
            (Some(_) | None, Some(_) | None) => "?%".to_owned(),
        }
    }

    /// `▮▯▯▯▯▯▯|▯^`, with a tick in the cell of each threshold, `!` once it is passed, and `^` where the agent compacts
    /// by itself; empty when nothing can be measured.
    fn bar(&self) -> String {
        let (Some(now), Some(base)) = (self.now, self.base) else { return String::new() };
        (0..BAR)
            .map(|cell| {
                let (from, to) = (base * cell / BAR, base * (cell + 1) / BAR);
                let has = |at: Option<u64>| at.is_some_and(|at| at > from && at <= to);
                let compact = self.compact.map(|(at, _)| at);
                if has(self.warn) || has(compact) {
                    let passed =
                        [self.warn, compact].into_iter().flatten().any(|at| has(Some(at)) && now >= at);
                    if passed { '!' } else { '|' }
                } else if has(self.own) {
                    '^'
                } else if now >= from.midpoint(to) {
                    '▮'
                } else {
                    '▯'
                }
            })
            .collect()
    }

    /// Where it is compacted, and what rules that if it is not the settings: `compacts at 115k`.
    pub(super) fn threshold(&self) -> [String; 2] {
        match self.compact {
            Some((at, false)) => [format!("compacts at {}", tokens(at)), String::new()],
            Some((at, true)) => [format!("compacts at {}", tokens(at)), ", before the agent does".to_owned()],
            None => [String::new(), String::new()],
        }
    }

    /// `ctx 9% ▮▯▯▯▯▯▯|▯^`: the share and the bar.
    pub(super) fn drawn(&self) -> String {
        let bar = self.bar();
        if bar.is_empty() {
            format!("ctx {}", self.figures())
        } else {
            format!("ctx {} {bar}", self.percent())
        }
    }

    pub(super) fn is_warning(&self) -> bool {
        matches!((self.now, self.warn), (Some(now), Some(warn)) if now >= warn)
    }

    /// From the fullest to the shortest way to say it.
    pub(super) fn forms(&self) -> Vec<String> {
        let (figures, percent, bar) = (self.figures(), self.percent(), self.bar());
        let mut forms = Vec::new();
        if !bar.is_empty() {
            forms.push(format!("ctx {figures} {percent} {bar}"));
            forms.push(format!("ctx {figures} {percent}"));
        }
        forms.push(format!("ctx {}", if bar.is_empty() { figures } else { percent }));
        forms
    }
}
