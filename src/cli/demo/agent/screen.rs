//! The demo agent's little screen: what was said scrolls above, below it a line for the work at hand, the prompt box and
//! a status line. Only rows that changed are drawn.
//!
//! It knows nothing of the script and of awtui.

use super::look::{Ink, Line};
use std::fmt::Write as _;

/// Lines of a prompt that are shown; the rest is counted.
const PROMPT_LINES: usize = 6;
/// Lines of a tool's output that are shown, from its end.
const TOOL_LINES: usize = 12;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/// Rows that the box, the work line and the status line take.
const FURNITURE: usize = 5;
/// With fewer rows the box goes without its frame.
const LOW: u16 = 10;

#[derive(Debug, Clone)]
enum Entry {
    Banner { title: String, lines: Vec<String> },
    Prompt(String),
    Typed(String),
    Thought(String),
    Words(String),
    Tool { name: &'static str, detail: String, lines: Vec<(Ink, String)>, ended: Option<(bool, String)> },
    Note(Ink, String),
}

pub(super) struct Screen {
    size: (u16, u16),
    colour: u8,
    entries: Vec<Entry>,
    /// The rows as they were drawn last.
    drawn: Vec<String>,
    pub(super) working: Option<String>,
    spin: usize,
    pub(super) input: String,
    pub(super) status: String,
    /// Lines above the newest one.
    scrolled: usize,
}

impl Screen {
    pub(super) fn new(size: (u16, u16), colour: u8) -> Self {
        Self {
            size,
            colour,
            entries: Vec::new(),
            drawn: Vec::new(),
            working: None,
            spin: 0,
            input: String::new(),
            status: String::new(),
            scrolled: 0,
        }
    }

    pub(super) fn resize(&mut self, cols: u16, rows: u16) {
        self.size = (cols, rows);
        self.drawn.clear();
    }

    pub(super) fn spin(&mut self) {
        self.spin = (self.spin + 1) % SPINNER.len();
    }

    pub(super) fn scroll(&mut self, up: bool) {
        let page = usize::from(self.size.1 / 2);
        self.scrolled = if up { self.scrolled + page } else { self.scrolled.saturating_sub(page) };
    }

    pub(super) fn banner(&mut self, title: &str, lines: &[&str]) {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        self.entries.push(Entry::Banner { title: title.to_owned(), lines });
    }

    pub(super) fn prompt(&mut self, text: &str) {
        self.scrolled = 0;
        self.entries.push(Entry::Prompt(text.to_owned()));
    }

    pub(super) fn typed(&mut self, text: &str) {
        self.scrolled = 0;
        self.entries.push(Entry::Typed(text.to_owned()));
    }

    pub(super) fn note(&mut self, ink: Ink, text: impl Into<String>) {
        self.entries.push(Entry::Note(ink, text.into()));
    }

    pub(super) fn begin_thought(&mut self) {
        self.entries.push(Entry::Thought(String::new()));
    }

    pub(super) fn begin_words(&mut self) {
        self.entries.push(Entry::Words(String::new()));
    }

    /// Goes on with the thought or the words that were begun last.
    pub(super) fn stream(&mut self, more: &str) {
        let open = self.entries.iter_mut().rev().find_map(|entry| match entry {
            Entry::Thought(text) | Entry::Words(text) => Some(text),
            Entry::Banner { .. }
            | Entry::Prompt(_)
            | Entry::Typed(_)
            | Entry::Tool { .. }
            | Entry::Note(..) => None,
        });
        if let Some(text) = open {
            text.push_str(more);
        }
    }

    pub(super) fn begin_tool(&mut self, name: &'static str, detail: &str) {
        let detail = detail.to_owned();
        self.entries.push(Entry::Tool { name, detail, lines: Vec::new(), ended: None });
    }

    pub(super) fn end_tool(&mut self, output: Vec<(Ink, String)>, failed: bool, how: &str) {
        let open = self.entries.iter_mut().rev().find_map(|entry| match entry {
            Entry::Tool { lines, ended, .. } if ended.is_none() => Some((lines, ended)),
            Entry::Tool { .. }
            | Entry::Banner { .. }
            | Entry::Prompt(_)
            | Entry::Typed(_)
            | Entry::Thought(_)
            | Entry::Words(_)
            | Entry::Note(..) => None,
        });
        if let Some((lines, ended)) = open {
            *lines = output;
            *ended = Some((failed, how.to_owned()));
        }
    }

    /// What the terminal must be sent so that it shows the present state.
    pub(super) fn draw(&mut self) -> String {
        let (rows, cursor) = self.rows();
        let rows: Vec<String> = rows.iter().map(|row| row.bytes(self.colour)).collect();
        let mut bytes = String::from("\x1b[?2026h\x1b[?25l");
        if self.drawn.len() != rows.len() {
            bytes.push_str("\x1b[0m\x1b[2J");
            self.drawn = vec![String::new(); rows.len()];
        }
        for (index, (row, before)) in rows.iter().zip(&self.drawn).enumerate() {
            if row != before {
                // Writing to a string cannot fail.
                let _ = write!(bytes, "\x1b[{};1H{row}", index + 1);
            }
        }
        let _ = write!(bytes, "\x1b[{};{}H\x1b[?25h\x1b[?2026l", cursor.1 + 1, cursor.0 + 1);
        self.drawn = rows;
        bytes
    }

    /// The last lines of what was said, for a screen that is no longer ours.
    pub(super) fn farewell(&self) -> String {
        let rows = self.body(usize::from(self.size.0), usize::from(self.size.1).saturating_sub(1));
        let first = rows.iter().position(|row| row.width() > 0).unwrap_or(0);
        let end = rows.iter().rposition(|row| row.width() > 0).map_or(first, |last| last + 1);
        rows[first..end].iter().map(|row| row.bytes(self.colour) + "\n").collect()
    }

    /// All rows, and where the cursor is.
    fn rows(&self) -> (Vec<Line>, (usize, usize)) {
        let (width, height) = (usize::from(self.size.0), usize::from(self.size.1));
        let framed = self.size.1 >= LOW;
        let furniture = if framed { FURNITURE } else { FURNITURE - 2 }.min(height);
        let body = height - furniture;
        let mut rows = self.body(width, body);
        rows.push(self.work().cut(width));
        let inner = width.saturating_sub(if framed { 4 } else { 0 });
        let (input, column) = self.input(inner);
        let cursor;
        if framed {
            let bar = "─".repeat(width.saturating_sub(2));
            rows.push(Line::new(Ink::Role, &format!("╭{bar}╮")));
            cursor = (column + 2, rows.len());
            rows.push(Line::new(Ink::Role, "│ ").then(input.padded(inner)).and(Ink::Role, " │"));
            rows.push(Line::new(Ink::Role, &format!("╰{bar}╯")));
        } else {
            cursor = (column, rows.len());
            rows.push(input);
        }
        rows.push(Line::new(Ink::Dim, &format!(" {}", self.status)).cut(width));
        rows.truncate(height);
        (rows, (cursor.0.min(width.saturating_sub(1)), cursor.1.min(height.saturating_sub(1))))
    }

    fn body(&self, width: usize, height: usize) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for entry in &self.entries {
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.extend(entry.lines(width));
        }
        let end = lines.len().saturating_sub(self.scrolled.min(lines.len().saturating_sub(height)));
        let start = end.saturating_sub(height);
        let mut shown = lines.drain(start..end).collect::<Vec<_>>();
        shown.resize(height, Line::default());
        shown
    }

    fn work(&self) -> Line {
        match &self.working {
            Some(what) => Line::new(Ink::Role, &format!(" {} ", SPINNER[self.spin]))
                .and(Ink::Plain, what)
                .and(Ink::Dim, "  esc interrupts"),
            None => Line::default(),
        }
    }

    /// The end of what is typed, and the column of the cursor.
    fn input(&self, width: usize) -> (Line, usize) {
        let prompt = Line::new(Ink::Role, "❯ ");
        if self.input.is_empty() {
            let column = prompt.width();
            return (prompt.and(Ink::Dim, "this agent is scripted").cut(width), column);
        }
        let mut shown: &str = &self.input;
        while Line::new(Ink::Plain, shown).width() + 3 > width && !shown.is_empty() {
            shown = shown.char_indices().nth(1).map_or("", |(index, _)| &shown[index..]);
        }
        let line = prompt.and(Ink::Plain, shown);
        let column = line.width();
        (line, column)
    }
}

impl Entry {
    fn lines(&self, width: usize) -> Vec<Line> {
        match self {
            Self::Banner { title, lines } => {
                let mut all = vec![Line::new(Ink::Role, " ▍").and(Ink::Strong, title).cut(width)];
                for line in lines {
                    let line = Line::new(Ink::Role, " ▍").and(Ink::Dim, line);
                    all.extend(line.wrapped(width, 2));
                }
                all
            }
            Self::Prompt(text) => prompt(text, width),
            Self::Typed(text) => Line::new(Ink::Strong, &format!("❯ {text}")).wrapped(width, 2),
            Self::Thought(text) => paragraphs(Ink::Dim, "∴ ", Ink::Thought, text, width),
            Self::Words(text) => paragraphs(Ink::Role, "● ", Ink::Plain, text, width),
            Self::Tool { name, detail, lines, ended } => tool(name, detail, lines, ended.as_ref(), width),
            Self::Note(ink, text) => paragraphs(*ink, "· ", *ink, text, width),
        }
    }
}

fn prompt(text: &str, width: usize) -> Vec<Line> {
    let texts: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("```"))
        .collect();
    let mut lines: Vec<Line> = texts
        .iter()
        .take(PROMPT_LINES)
        .map(|text| Line::new(Ink::Role, "❯ ").and(Ink::Dim, text).cut(width))
        .collect();
    if texts.len() > PROMPT_LINES {
        let more = format!("… {} more lines", texts.len() - PROMPT_LINES);
        lines.push(Line::new(Ink::Role, "❯ ").and(Ink::Dim, &more));
    }
    lines
}

fn paragraphs(mark_ink: Ink, mark: &str, ink: Ink, text: &str, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, paragraph) in text.lines().enumerate() {
        let begin = if index == 0 { Line::new(mark_ink, mark) } else { Line::new(ink, "  ") };
        let indent = if paragraph.starts_with("- ") { 4 } else { 2 };
        lines.extend(begin.and(ink, paragraph).wrapped(width, indent));
    }
    lines
}

fn tool(
    name: &str,
    detail: &str,
    output: &[(Ink, String)],
    ended: Option<&(bool, String)>,
    width: usize,
) -> Vec<Line> {
    let ink = match ended {
        None => Ink::Role,
        Some((false, _)) => Ink::Good,
        Some((true, _)) => Ink::Bad,
    };
    let head = Line::new(ink, "⏺ ").and(Ink::Tool, name).and(Ink::Plain, &format!("({detail})"));
    let mut lines = vec![head.cut(width)];
    if output.len() > TOOL_LINES {
        let hidden = format!("  ⎿ … {} lines before", output.len() - TOOL_LINES);
        lines.push(Line::new(Ink::Dim, &hidden));
    }
    for (ink, text) in &output[output.len().saturating_sub(TOOL_LINES)..] {
        let mark = if lines.len() == 1 { "  ⎿ " } else { "    " };
        lines.push(Line::new(Ink::Dim, mark).and(*ink, text).cut(width));
    }
    if let Some((_, how)) = ended {
        lines.push(Line::new(Ink::Dim, &format!("    {how}")).cut(width));
    }
    lines
}
