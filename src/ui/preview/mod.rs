//! Looking at what a run left: reports, prompts, diffs, logs and files, over the whole screen.
//!
//! Owns what is looked at, how far one has come in it, and its forms. It fetches nothing: it asks for parts of what it
//! shows, and is handed them; documents are made of them elsewhere ([`Work`]) and handed back.

mod code;
mod diff;
mod document;
mod keys;
mod markdown;
mod open;
mod place;
mod plain;
mod rows;
mod view;
mod work;

pub use code::Syntaxes;
pub(super) use keys::{act, cannot, click, on_key, on_paste, wheel};
pub(super) use open::{
    Subject, can_read_back, cannot_show, cannot_show_transcript, open, read_back, show, show_transcript,
};
pub(super) use view::{draw, place};
pub use work::{Made, Work};

use super::model::{Ask, Edited, Popup, Ui};
use crate::domain::{Fetch, Millis, Piece};
use document::Document;
use place::Sought;
use std::sync::Arc;
use work::Kind;

/// Bytes that are asked for at once.
const WINDOW: u64 = 256 * 1024;
/// Bytes of something that is shown as a whole; of more only the beginning is.
const WHOLE: u64 = 4 * 1024 * 1024;
/// Who waits for longer than this is told so.
const PATIENCE: Millis = 300;
const SECOND: Millis = 1000;
/// From this width on, old and new stand side by side by themselves.
const SIDE_BY_SIDE: u16 = 140;

/// Where the first row on the screen comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
struct Top {
    line: usize,
    /// Rows of that line above the screen.
    row: usize,
}

/// Where to be once what was asked for is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// At this byte.
    At(u64),
    End,
    /// At the first place of what is searched for.
    Find,
    /// At the last one.
    FindBack,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Something was asked for, then.
    Waiting(Millis),
    Failed(String),
    Ready,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    what: Fetch,
    title: String,
    /// It stands in for the lines that a pane does not keep.
    instead: bool,
    state: State,
    /// Of the last thing that was asked for; an answer to anything else comes too late.
    id: u64,
    goal: Goal,
    kind: Option<Kind>,
    bytes: Vec<u8>,
    /// What the forms were made of.
    source: Arc<Vec<u8>>,
    forms: Vec<Arc<Document>>,
    /// Which part of how much the forms show.
    begin: u64,
    end: u64,
    total: u64,
    form: usize,
    /// The operator chose the form; else the width does.
    chosen: bool,
    wrap: bool,
    shift: u16,
    top: Top,
    /// What is searched for, as it is typed and as it was.
    typed: Option<String>,
    needle: String,
    /// Since when a search goes from part to part, and the byte that it has come to.
    searching: Option<(Millis, u64)>,
}

impl Preview {
    fn new(what: Fetch, title: String, id: u64, now: Millis) -> Self {
        Self {
            what,
            title,
            instead: false,
            state: State::Waiting(now),
            id,
            goal: Goal::At(0),
            kind: None,
            bytes: Vec::new(),
            source: Arc::default(),
            forms: Vec::new(),
            begin: 0,
            end: 0,
            total: 0,
            form: 0,
            chosen: false,
            wrap: true,
            shift: 0,
            top: Top::default(),
            typed: None,
            needle: String::new(),
            searching: None,
        }
    }

    /// What the other form, what lies beside it and the other diff are called.
    pub(super) fn words(&self) -> [&'static str; 3] {
        let form = match (self.kind, self.form) {
            (Some(Kind::Markdown), 0) => "source",
            (Some(Kind::Markdown), _) => "rendered",
            (Some(Kind::Diff), 0) => "side by side",
            (Some(Kind::Diff), _) => "one column",
            (Some(Kind::Log | Kind::Text | Kind::Binary) | None, _) => "",
        };
        let next = match self.what {
            Fetch::Report { .. } | Fetch::Prompt { .. } => "next step",
            Fetch::CheckLog { .. } => "next check",
            Fetch::Diff { .. }
            | Fetch::Changes
            | Fetch::File { .. }
            | Fetch::Blob { .. }
            | Fetch::Transcript { .. }
            | Fetch::Unknown => "next file",
        };
        let other = if matches!(self.what, Fetch::Changes) { "the step" } else { "whole run" };
        [form, next, other]
    }

    fn document(&self) -> Option<&Arc<Document>> {
        self.forms.get(self.form)
    }

    fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting(_))
    }

    /// The next part, from `offset` on.
    fn ask(&mut self, id: u64, now: Millis, offset: u64, goal: Goal) -> Ask {
        self.id = id;
        self.goal = goal;
        self.bytes.clear();
        self.state = State::Waiting(now);
        Ask::Fetch { id, what: self.what.clone(), offset, limit: WINDOW }
    }

    /// A copy for the operator's editor, whose name says what kind of text it is.
    fn in_editor(&self) -> Ask {
        let suffix = match self.kind {
            Some(Kind::Markdown) => ".md",
            Some(Kind::Diff) => ".diff",
            Some(Kind::Log) => ".log",
            Some(Kind::Text | Kind::Binary) | None => self.suffix(),
        };
        let text = String::from_utf8_lossy(&self.source).into_owned();
        Ask::Edit { text, suffix, line: 1, then: Edited::Nothing }
    }

    fn suffix(&self) -> &'static str {
        let Fetch::File { path } = &self.what else { return ".txt" };
        let known =
            [".rs", ".py", ".js", ".ts", ".json", ".toml", ".yaml", ".sh", ".c", ".go", ".html", ".csv"];
        known.into_iter().find(|suffix| path.ends_with(suffix)).unwrap_or(".txt")
    }

    fn fetched(&mut self, piece: Piece) -> Ask {
        let kind = *self.kind.get_or_insert_with(|| Kind::of(&self.what, &piece.bytes));
        let begin = piece.offset.saturating_sub(self.bytes.len() as u64);
        let end = piece.end();
        // Of more than can be shown as a whole, the part that is wanted.
        let last = piece.total.saturating_sub(WHOLE);
        if kind.is_whole() && self.goal == Goal::End && begin < last {
            self.bytes.clear();
            return Ask::Fetch { id: self.id, what: self.what.clone(), offset: last, limit: WINDOW };
        }
        let goes_on = !piece.bytes.is_empty() && end < piece.total && end - begin < WHOLE;
        self.bytes.extend(piece.bytes);
        if kind.is_whole() && goes_on {
            return Ask::Fetch { id: self.id, what: self.what.clone(), offset: end, limit: WINDOW };
        }
        let bytes = Arc::new(std::mem::take(&mut self.bytes));
        self.source = Arc::clone(&bytes);
        let path = if let Fetch::File { path } = &self.what { Some(path.clone()) } else { None };
        let searches = matches!(self.goal, Goal::Find | Goal::FindBack);
        // What is seen already does not lose its colours for a moment.
        let stage = usize::from(!self.forms.is_empty() && !searches);
        Ask::Prepare(Work { id: self.id, kind, bytes, begin, total: piece.total, path, stage })
    }
}

impl Popup {
    fn looked_at(&self) -> Option<&Preview> {
        if let Self::Preview(preview) = self { Some(preview) } else { None }
    }

    fn looked_at_mut(&mut self) -> Option<&mut Preview> {
        if let Self::Preview(preview) = self { Some(preview) } else { None }
    }
}

impl Ui {
    fn previews(&mut self) -> impl Iterator<Item = &mut Preview> {
        self.popups.iter_mut().filter_map(Popup::looked_at_mut)
    }

    pub(super) fn next_fetch(&mut self) -> u64 {
        self.fetches += 1;
        self.fetches
    }

    /// An answer to [`Ask::Fetch`].
    pub fn fetched(&mut self, id: u64, result: Result<Piece, String>) -> Vec<Ask> {
        let Some(preview) = self.previews().find(|preview| preview.id == id && preview.is_waiting()) else {
            return Vec::new();
        };
        match result {
            Ok(piece) => vec![preview.fetched(piece)],
            Err(reason) => {
                preview.state = State::Failed(reason);
                Vec::new()
            }
        }
    }

    /// An answer to [`Ask::Prepare`].
    pub fn prepared(&mut self, mut made: Made) -> Vec<Ask> {
        let place = self.layout.preview;
        let (id, now) = (self.next_fetch(), self.time);
        let own = made.id;
        let Some(preview) = self.previews().find(|preview| preview.id == own) else { return Vec::new() };
        let (then, part) = (made.then.take(), (made.begin, made.end));
        let sought = if preview.is_waiting() {
            let area = view::text_area(preview, place);
            preview.take(made, area, id, now)
        } else {
            preview.recolour(made);
            Sought::Found
        };
        // Unless it was not what is shown now, or something else was asked for.
        let then = then.filter(|_| preview.id == own && (preview.begin, preview.end) == part);
        let mut asks = self.sought(sought);
        asks.extend(then.map(Ask::Prepare));
        asks
    }

    fn sought(&mut self, sought: Sought) -> Vec<Ask> {
        match sought {
            Sought::Found => Vec::new(),
            Sought::Nowhere => {
                self.toasts.refusal("nothing more is found".to_owned(), self.time);
                Vec::new()
            }
            Sought::Ask(ask) => vec![ask],
        }
    }

    /// When what is shown changes by itself, by the screen's own clock: somebody waits for longer than is usual, and sees
    /// for how long.
    pub fn wakes_at(&self) -> Option<Millis> {
        let waiting =
            self.popups.iter().filter_map(Popup::looked_at).filter_map(|preview| match preview.state {
                // Part follows part, each of them at once.
                State::Waiting(_)
                    if preview.searching.is_some_and(|(since, _)| self.time >= since + PATIENCE) =>
                {
                    Some(self.time + SECOND / 4)
                }
                State::Waiting(since) if self.time < since + PATIENCE => Some(since + PATIENCE),
                State::Waiting(since) => Some(self.time + SECOND - (self.time - since) % SECOND),
                State::Failed(_) | State::Ready => None,
            });
        waiting.min()
    }
}
