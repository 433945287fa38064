//! Markdown as a person reads it: headings, lists, tables, quotes, code, links and emphasis. Source in, lines out.

use super::code::{Colours, fence_word};
use super::document::{Column, Content, Document, Ink, Line, Span, Tone, shown, spans_width};
use super::plain;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use ratatui::style::Modifier;
use std::sync::Arc;

/// `begin`: the place of the text's first byte in its source.
pub(super) fn document(text: &str, begin: u64, colours: &mut Colours<'_>) -> Document {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut writer = Writer::new(colours);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        writer.at = writer.at.max(begin + range.start as u64);
        writer.take(event);
    }
    writer.end_line();
    while writer.lines.last().is_some_and(Line::is_blank) {
        writer.lines.pop();
    }
    let lines = writer.lines;
    let (about, note) = match colours.ended() {
        Some(stop) => ("Markdown, later code plain", stop.reason()),
        None => ("Markdown", ""),
    };
    Document { lines, about: about.to_owned(), note: note.to_owned(), ..Document::default() }
}

/// A list within which lines are written.
struct List {
    /// The number of the next entry, in a list that counts.
    next: Option<u64>,
}

struct Table {
    rows: Vec<Vec<Vec<Span>>>,
    aligned: Vec<Alignment>,
    at: Vec<u64>,
}

struct Writer<'a, 'b> {
    colours: &'a mut Colours<'b>,
    lines: Vec<Line>,
    at: u64,
    /// The line that is being written.
    spans: Vec<Span>,
    modifier: Vec<Modifier>,
    tone: Vec<Tone>,
    lists: Vec<List>,
    /// In front of the next line: of a list's entry, once.
    bullet: Option<String>,
    quotes: usize,
    /// Of a block of code so far: what stands behind its fence, and the code.
    code: Option<(String, String)>,
    links: Vec<String>,
    table: Option<Table>,
    /// A blank line stands between the blocks.
    wants_gap: bool,
}

impl Line {
    fn is_blank(&self) -> bool {
        matches!(&self.content, Content::Words(spans) if spans.is_empty())
    }
}

impl<'a, 'b> Writer<'a, 'b> {
    fn new(colours: &'a mut Colours<'b>) -> Self {
        Self {
            colours,
            lines: Vec::new(),
            at: 0,
            spans: Vec::new(),
            modifier: Vec::new(),
            tone: Vec::new(),
            lists: Vec::new(),
            bullet: None,
            quotes: 0,
            code: None,
            links: Vec::new(),
            table: None,
            wants_gap: false,
        }
    }

    fn ink(&self) -> Ink {
        let modifier = self.modifier.iter().fold(Modifier::empty(), |all, one| all | *one);
        Ink { tone: self.tone.last().copied().unwrap_or_default(), modifier, found: false }
    }

    fn say(&mut self, text: &str) {
        let ink = self.ink();
        self.spans.push(Span::new(shown(text), ink));
    }

    /// What stands in front of a line here.
    fn lead(&mut self) -> [Vec<Span>; 2] {
        let depth = self.lists.len().saturating_sub(1);
        let quote = Span::tone("▌ ".repeat(self.quotes), Tone::Dim);
        let indent = "  ".repeat(depth);
        let bullet = self.bullet.take();
        let inside = !self.lists.is_empty();
        let hang = bullet.as_ref().map_or(2, |bullet| bullet.chars().count());
        let first = match (&bullet, inside) {
            (Some(bullet), _) => Span::tone(format!("{indent}{bullet}"), Tone::Info),
            (None, true) => Span::plain(format!("{indent}{}", " ".repeat(hang))),
            (None, false) => Span::plain(""),
        };
        let rest = if inside { format!("{indent}{}", " ".repeat(hang)) } else { String::new() };
        let pack = |parts: [Span; 2]| parts.into_iter().filter(|span| !span.text.is_empty()).collect();
        [pack([quote.clone(), first]), pack([quote, Span::plain(rest)])]
    }

    fn gap(&mut self) {
        if self.wants_gap && self.lines.last().is_some_and(|line| !line.is_blank()) {
            let quote = "▌ ".repeat(self.quotes);
            let mut line = Line::words(Vec::new(), self.at);
            if self.quotes > 0 {
                let bar = vec![Span::tone(quote, Tone::Dim)];
                line = line.led(bar.clone(), bar);
            }
            self.lines.push(line);
        }
        self.wants_gap = false;
    }

    fn end_line(&mut self) {
        if self.spans.is_empty() && self.bullet.is_none() {
            return;
        }
        self.gap();
        let spans = std::mem::take(&mut self.spans);
        let [first, rest] = self.lead();
        self.lines.push(Line::words(spans, self.at).led(first, rest));
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => {
                if let Some((_, code)) = &mut self.code {
                    code.push_str(&text);
                }
            }
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.say(&text),
            Event::Code(text) => {
                self.tone.push(Tone::Quoted);
                self.say(&text);
                self.tone.pop();
            }
            // Shown as they are written: hidden words are words too.
            Event::Html(text) | Event::InlineHtml(text) => {
                self.tone.push(Tone::Dim);
                self.say(text.trim_end_matches('\n'));
                self.tone.pop();
            }
            Event::FootnoteReference(name) => self.say(&format!("[{name}]")),
            Event::SoftBreak => self.say(" "),
            Event::HardBreak => self.end_line(),
            Event::Rule => {
                self.end_line();
                self.wants_gap = true;
                self.gap();
                self.lines.push(Line::new(Content::Rule('─'), self.at));
                self.wants_gap = true;
            }
            Event::TaskListMarker(done) => {
                self.bullet = None;
                self.bullet = Some(if done { "☑ " } else { "☐ " }.to_owned());
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {}
            Tag::Heading { level, .. } => {
                self.end_line();
                self.wants_gap = true;
                self.tone.push(Tone::Heading);
                self.modifier.push(Modifier::BOLD);
                // Told apart without colours too.
                let mark = "#".repeat(level as usize);
                if level != HeadingLevel::H1 {
                    self.say(&format!("{mark} "));
                }
            }
            Tag::BlockQuote(_) => {
                self.end_line();
                self.gap();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.end_line();
                self.gap();
                let name = match &kind {
                    CodeBlockKind::Fenced(name) => shown(name),
                    CodeBlockKind::Indented => String::new(),
                };
                self.fence('┌', &name);
                self.code = Some((name, String::new()));
            }
            Tag::List(next) => {
                self.end_line();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(List { next });
            }
            Tag::Item => {
                self.end_line();
                if let Some(list) = self.lists.last_mut() {
                    self.bullet = Some(match &mut list.next {
                        Some(number) => {
                            *number += 1;
                            format!("{}. ", *number - 1)
                        }
                        None => "• ".to_owned(),
                    });
                }
            }
            Tag::Emphasis => self.modifier.push(Modifier::ITALIC),
            Tag::Strong => self.modifier.push(Modifier::BOLD),
            Tag::Strikethrough => self.modifier.push(Modifier::CROSSED_OUT),
            Tag::Link { dest_url, .. } => {
                self.tone.push(Tone::Link);
                self.modifier.push(Modifier::UNDERLINED);
                self.links.push(dest_url.to_string());
            }
            Tag::Image { dest_url, .. } => {
                self.say("[image: ");
                self.links.push(dest_url.to_string());
            }
            Tag::Table(aligned) => {
                self.end_line();
                self.gap();
                self.table = Some(Table { rows: Vec::new(), aligned, at: Vec::new() });
            }
            Tag::TableHead => {
                self.modifier.push(Modifier::BOLD);
                self.begin_row();
            }
            Tag::TableRow => self.begin_row(),
            Tag::TableCell
            | Tag::HtmlBlock
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn begin_row(&mut self) {
        if let Some(table) = &mut self.table {
            table.rows.push(Vec::new());
            table.at.push(self.at);
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.end_line();
                self.wants_gap = true;
            }
            TagEnd::Heading(level) => {
                self.end_line();
                self.tone.pop();
                self.modifier.pop();
                if level == HeadingLevel::H1 {
                    self.lines.push(Line::new(Content::Rule('═'), self.at));
                }
                self.wants_gap = true;
            }
            TagEnd::BlockQuote(_) => {
                self.end_line();
                self.quotes = self.quotes.saturating_sub(1);
                self.wants_gap = true;
            }
            TagEnd::CodeBlock => {
                let (name, code) = self.code.take().unwrap_or_default();
                self.code_block(&name, &code);
                self.fence('└', "");
                self.wants_gap = true;
            }
            TagEnd::List(_) => {
                self.end_line();
                self.lists.pop();
                self.wants_gap = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.end_line();
                self.wants_gap = false;
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.modifier.pop();
            }
            TagEnd::Link => {
                self.tone.pop();
                self.modifier.pop();
                if let Some(target) = self.links.pop() {
                    self.target(&target);
                }
            }
            TagEnd::Image => {
                let target = self.links.pop().unwrap_or_default();
                self.say(&format!("] ({target})"));
            }
            TagEnd::TableCell => {
                let spans = std::mem::take(&mut self.spans);
                if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(spans);
                }
            }
            TagEnd::TableHead => {
                self.modifier.pop();
            }
            TagEnd::Table => self.end_table(),
            TagEnd::TableRow
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => self.end_line(),
        }
    }

    /// Where a link leads: its words may say something else.
    fn target(&mut self, target: &str) {
        let words = self.spans.last().map_or("", |span| span.text.as_str());
        if !target.is_empty() && words != target {
            self.tone.push(Tone::Dim);
            self.say(&format!(" ({target})"));
            self.tone.pop();
        }
    }

    fn fence(&mut self, corner: char, name: &str) {
        let [first, rest] = self.lead();
        let spans = vec![Span::tone(format!("{corner}── {name}").trim_end().to_owned(), Tone::Dim)];
        self.lines.push(Line::cells(spans, self.at).led(first, rest));
    }

    fn code_block(&mut self, name: &str, code: &str) {
        let bar = Span::tone("│ ", Tone::Dim);
        let (bytes, is_log) = (code.as_bytes(), code.contains('\x1b'));
        let named = fence_word(name).is_some();
        let lines = match self.colours.for_fence(name).filter(|_| !is_log) {
            Some(painter) => plain::text(bytes, 0, "", Some(painter), self.colours).lines,
            // Quoted from a log it may hold the colours of a program.
            None => plain::log(bytes, 0, "").lines,
        };
        let begin = self.at;
        for mut line in lines {
            line.at += begin;
            line.gutter = None;
            let [mut first, mut rest] = self.lead();
            first.push(bar.clone());
            rest.push(bar.clone());
            if let Content::Cells(spans) = &mut line.content {
                // Code of a language gets the colours of that language, now or soon.
                for span in spans.iter_mut().filter(|span| span.ink.tone == Tone::Plain && !named) {
                    span.ink.tone = Tone::Quoted;
                }
            }
            self.at = self.at.max(line.at);
            self.lines.push(line.led(first, rest));
        }
    }

    fn end_table(&mut self) {
        let Some(Table { mut rows, aligned, at }) = self.table.take() else { return };
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut columns = vec![Column { wide: 1, right: false }; count];
        for (column, aligned) in columns.iter_mut().zip(&aligned) {
            column.right = matches!(aligned, Alignment::Right);
        }
        for row in &mut rows {
            row.resize(count, Vec::new());
            for (column, cell) in columns.iter_mut().zip(row.iter()) {
                column.wide = column.wide.max(spans_width(cell));
            }
        }
        let columns: Arc<[Column]> = columns.into();
        for (place, (cells, at)) in rows.into_iter().zip(at).enumerate() {
            let [first, rest] = self.lead();
            let content = Content::Row { cells, columns: columns.clone() };
            self.lines.push(Line::new(content, at).led(first.clone(), rest.clone()));
            if place == 0 {
                self.lines.push(Line::new(Content::Rule('─'), at).led(first, rest));
            }
        }
        self.wants_gap = true;
    }
}
