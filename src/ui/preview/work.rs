//! Making a document out of bytes: pure, and too slow for the way to the screen, so whoever runs the UI does it elsewhere
//! and hands the result back.

use super::code::{Colours, Syntaxes};
use super::document::Document;
use super::{diff, markdown, plain};
use crate::domain::Fetch;
use crate::term::guarded;
use std::sync::Arc;

/// Bytes by which a file is told to be no text.
const SNIFFED: usize = 8192;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Markdown,
    Diff,
    /// Text with the colours of the program that wrote it.
    Log,
    Text,
    Binary,
}

impl Kind {
    /// What is shown by its name and its first bytes.
    pub(super) fn of(what: &Fetch, bytes: &[u8]) -> Self {
        match what {
            Fetch::Report { .. } | Fetch::Prompt { .. } | Fetch::Transcript { .. } => Self::Markdown,
            Fetch::Diff { .. } | Fetch::Changes => Self::Diff,
            Fetch::CheckLog { .. } => Self::Log,
            Fetch::File { path } => Self::of_file(path, bytes),
            Fetch::Blob { .. } | Fetch::Unknown => Self::Text,
        }
    }

    fn of_file(path: &str, bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(SNIFFED)];
        if bytes.contains(&0) || plain::image(bytes).is_some() || is_garbled(bytes) {
            return Self::Binary;
        }
        match ending(path).as_str() {
            "md" | "markdown" => Self::Markdown,
            "diff" | "patch" => Self::Diff,
            _ if bytes.windows(2).any(|pair| pair == b"\x1b[") => Self::Log,
            _ => Self::Text,
        }
    }

    /// Whether it is shown as a whole or not at all: its parts mean little by themselves.
    pub(super) fn is_whole(self) -> bool {
        match self {
            Self::Markdown | Self::Diff => true,
            Self::Log | Self::Text | Self::Binary => false,
        }
    }
}

/// `rs` of `src/main.rs`.
fn ending(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_lowercase())
}

/// More than every tenth character is none.
fn is_garbled(bytes: &[u8]) -> bool {
    let wrong =
        String::from_utf8_lossy(bytes).chars().filter(|one| *one == char::REPLACEMENT_CHARACTER).count();
    wrong > 8 && wrong * 10 > bytes.len()
}

/// What to make, for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub(super) id: u64,
    pub(super) kind: Kind,
    pub(super) bytes: Arc<Vec<u8>>,
    /// Where the bytes begin in the whole, and how large that is.
    pub(super) begin: u64,
    pub(super) total: u64,
    /// Of a file, by which its language is known.
    pub(super) path: Option<String>,
    /// How much gets colours: none at first, so that one sees it at once.
    pub(super) stage: usize,
}

/// What became of it. A second form is there where one can switch: the source of Markdown, old beside new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub(super) id: u64,
    pub(super) begin: u64,
    pub(super) end: u64,
    pub(super) total: u64,
    pub(super) forms: Vec<Arc<Document>>,
    /// The same with more colours, which takes longer.
    pub(super) then: Option<Work>,
}

impl Work {
    /// Does it, with these grammars; `wanted` tells while colours are being found whether anybody still waits for them.
    #[must_use]
    pub fn run(&self, syntaxes: &Syntaxes, wanted: &dyn Fn() -> bool) -> Made {
        let end = self.begin + self.bytes.len() as u64;
        // A part begins and ends with whole lines, where it has any.
        let mut bytes = self.bytes.as_slice();
        let mut begin = self.begin;
        if begin > 0
            && let Some(first) = bytes.iter().take(super::document::LONGEST).position(|byte| *byte == b'\n')
        {
            bytes = &bytes[first + 1..];
            begin += first as u64 + 1;
        }
        if end < self.total
            && let Some(last) = bytes.iter().rposition(|byte| *byte == b'\n')
        {
            bytes = &bytes[..=last];
        }
        let coloured = || self.forms(bytes, begin, &|| Colours::at_stage(self.stage, syntaxes, wanted));
        // A grammar that fails costs the colours and nothing else.
        let painted = if self.stage > 0 { guarded(coloured) } else { None };
        let (forms, next) = painted.unwrap_or_else(|| {
            let (forms, _) = self.forms(bytes, begin, &Colours::none);
            (forms, Some(1).filter(|_| self.stage == 0 && self.may_have_colours()))
        });
        let then = next.map(|stage| Self { stage, ..self.clone() });
        let end = if self.kind == Kind::Binary { self.total } else { begin + bytes.len() as u64 };
        let forms = forms.into_iter().map(Arc::new).collect();
        Made { id: self.id, begin, end, total: self.total, forms, then }
    }

    fn may_have_colours(&self) -> bool {
        match self.kind {
            Kind::Markdown => true,
            // Most texts say by their name that they are no code.
            Kind::Text => self.path.as_deref().is_some_and(|path| ending(path) != "txt"),
            Kind::Diff | Kind::Log | Kind::Binary => false,
        }
    }

    /// The forms, each with as many colours as it may have, and the stage at which there would be more of them.
    fn forms<'a>(
        &self,
        bytes: &[u8],
        begin: u64,
        colours: &dyn Fn() -> Colours<'a>,
    ) -> (Vec<Document>, Option<usize>) {
        let text = || String::from_utf8_lossy(bytes);
        let (mut first, mut second) = (colours(), colours());
        let source = |path: &str, about, colours: &mut Colours<'a>| {
            let painter = colours.for_file(path, &plain::first_line(bytes));
            plain::text(bytes, begin, about, painter, colours)
        };
        let forms = match self.kind {
            Kind::Markdown => {
                let mut written = source("a.md", "source", &mut second);
                "source".clone_into(&mut written.about);
                vec![markdown::document(&text(), begin, &mut first), written]
            }
            Kind::Diff => diff::documents(&text()).into(),
            Kind::Log => vec![plain::log(bytes, begin, "log")],
            Kind::Text => vec![source(self.path.as_deref().unwrap_or_default(), "text", &mut first)],
            Kind::Binary => vec![plain::binary(&self.bytes, self.total)],
        };
        let next = first.next_stage().or(second.next_stage());
        (forms, next)
    }
}
