//! How full a role's context is: tokens against the smaller of limit and window, with the points where awtui warns and
//! compacts. What is not known is a question mark, never 0.

use super::format::{tokens, tokens_or_unknown};
use super::look::Look;
use crate::domain::{RoleName, Run};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of the bar, and of the one where there is room.
const BAR: u64 = 10;
const WIDE: u64 = 20;

/// What the marks in a bar are: where awtui warns, where it compacts, and where the agent compacts by itself.
const WARN: char = '┊';
const COMPACT: char = '┃';
const OWN: char = '^';

const FULL: char = '▮';
const EMPTY: char = '▯';

pub(super) struct Gauge {
    now: Option<u64>,
    base: Option<u64>,
    /// The window is known.
    window: bool,
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
            window: window.is_some(),
            warn: run.warn_threshold(role),
            compact: run.compact_threshold(role),
            own: state.and_then(|state| state.context.agent_trigger),
        }
    }

    /// `12.3k/128k`; nothing is measured against a limit alone before the agent told anything.
    pub(super) fn figures(&self) -> String {
        match self.base.filter(|_| self.now.is_some() || self.window) {
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

    /// `▮▯▯▯▯▯▯┊▯┃^`: a mark where awtui warns, where it compacts, and where the agent compacts by itself; `!` in place of one
    /// of awtui's once it is passed. No two stand in one cell. Empty when nothing can be measured.
    fn bar(&self, cells: u64) -> String {
        let (Some(now), Some(base)) = (self.now, self.base) else { return String::new() };
        let last = cells - 1;
        let cell = |at: u64| (at.saturating_mul(cells).div_ceil(base.max(1))).clamp(1, cells) - 1;
        let own = self.own.map(cell);
        let mut compact = self.compact.map(|(at, _)| cell(at));
        // The agent's own is the later one.
        let own = match (own, compact) {
            (Some(own), Some(at)) if own == at && own < last => Some(own + 1),
            (Some(own), Some(at)) if own == at => {
                compact = Some(at - 1);
                Some(own)
            }
            (own, _) => own,
        };
        let warn = self.warn.map(cell).and_then(|at| match compact {
            Some(compact) if at >= compact => compact.checked_sub(1),
            Some(_) | None => Some(at),
        });
        let passed = |at: Option<u64>| at.is_some_and(|at| now >= at);
        let mark = |place: u64| {
            if compact == Some(place) {
                Some(if passed(self.compact.map(|(at, _)| at)) { '!' } else { COMPACT })
            } else if own == Some(place) {
                Some(OWN)
            } else if warn == Some(place) {
                Some(if passed(self.warn) { '!' } else { WARN })
            } else {
                None
            }
        };
        (0..cells)
            .map(|place| {
                let (from, to) = (base * place / cells, base * (place + 1) / cells);
                mark(place).unwrap_or(if now >= from.midpoint(to) { FULL } else { EMPTY })
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

    /// `ctx 9% ▮▯▯▯▯▯▯┊▯┃`: the share and the bar.
    pub(super) fn drawn(&self) -> String {
        let bar = self.bar(BAR);
        if bar.is_empty() {
            format!("ctx {}", self.figures())
        } else {
            format!("ctx {} {bar}", self.percent())
        }
    }

    pub(super) fn is_warning(&self) -> bool {
        matches!((self.now, self.warn), (Some(now), Some(warn)) if now >= warn)
    }

    /// All of it, with the longer bar.
    pub(super) fn wide(&self) -> String {
        match self.bar(WIDE) {
            bar if bar.is_empty() => format!("ctx {}", self.figures()),
            bar => format!("ctx {} {} {bar}", self.figures(), self.percent()),
        }
    }

    /// From the fullest to the shortest way to say it.
    pub(super) fn forms(&self) -> Vec<String> {
        let (figures, percent, bar) = (self.figures(), self.percent(), self.bar(BAR));
        let mut forms = Vec::new();
        if !bar.is_empty() {
            forms.push(format!("ctx {figures} {percent} {bar}"));
            forms.push(format!("ctx {figures} {percent}"));
        }
        forms.push(format!("ctx {}", if bar.is_empty() { figures } else { percent }));
        forms
    }
}

/// Gives the cells of the bars in a row their colours; their marks keep that of the line.
pub(super) fn tint(look: &Look, row: Rect, buffer: &mut Buffer) {
    for x in row.x..row.right() {
        let cell = &mut buffer[(x, row.y)];
        let style = match cell.symbol().chars().next() {
            Some(FULL) => look.gauge(),
            Some(EMPTY) => look.gauge_track(),
            Some(_) | None => continue,
        };
        cell.set_style(style);
    }
}
