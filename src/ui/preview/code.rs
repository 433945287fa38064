//! Colours of code: which letters of a line are a keyword, a string, a comment, by the grammar of its language.
//!
//! Owns the grammars, which are unpacked once and only when something is to be coloured, and how far colours go. Both are
//! slow, so they are used where documents are made and never on the way to the screen.

use super::document::{Ink, LONGEST, Part, Span, Tone, shown_from};
use std::sync::OnceLock;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Bytes that get colours: soon those that are seen first, then as many as a second or two suffices for.
const STAGES: [usize; 3] = [0, 16 * 1024, MOST];
/// More of a file is never coloured: grammars are read line by line from the beginning.
pub(super) const MOST: usize = 256 * 1024;

/// What the parts of a scope's name say of a text, what is special before what is general. Scopes are named as Sublime
/// Text's guide for grammars says; what begins with none of these means nothing.
const MEANINGS: [(&str, Tone); 38] = [
    ("comment", Tone::Code(Part::Comment)),
    ("string", Tone::Code(Part::Text)),
    ("constant", Tone::Code(Part::Number)),
    ("variable.language", Tone::Code(Part::Keyword)),
    ("variable.function", Tone::Code(Part::Function)),
    ("variable.annotation", Tone::Code(Part::Name)),
    ("keyword.other.unit", Tone::Code(Part::Number)),
    ("keyword.operator", Tone::Code(Part::Keyword)),
    ("keyword", Tone::Code(Part::Keyword)),
    ("storage.type.numeric", Tone::Code(Part::Number)),
    ("storage", Tone::Code(Part::Keyword)),
    ("support.function", Tone::Code(Part::Function)),
    ("support.macro", Tone::Code(Part::Function)),
    ("support.type.property-name", Tone::Code(Part::Name)),
    ("support.type", Tone::Code(Part::Type)),
    ("support.class", Tone::Code(Part::Type)),
    ("support.constant", Tone::Code(Part::Number)),
    ("entity.name.function", Tone::Code(Part::Function)),
    ("entity.name.macro", Tone::Code(Part::Function)),
    ("entity.name.tag", Tone::Code(Part::Name)),
    ("entity.name.label", Tone::Code(Part::Name)),
    ("entity.name.section", Tone::Code(Part::Keyword)),
    ("entity.name", Tone::Code(Part::Type)),
    ("entity.other.inherited-class", Tone::Code(Part::Type)),
    ("entity.other.attribute-name", Tone::Code(Part::Name)),
    ("markup.heading", Tone::Code(Part::Keyword)),
    ("markup.raw.inline", Tone::Code(Part::Text)),
    ("markup.raw.block", Tone::Code(Part::Text)),
    ("markup.quote", Tone::Code(Part::Comment)),
    ("markup.underline.link", Tone::Code(Part::Name)),
    ("markup.inserted", Tone::Added),
    ("markup.deleted", Tone::Removed),
    // What is computed within a string is no string, and what is quoted of another language has its own words.
    ("meta.interpolation", Tone::Plain),
    ("meta.template.expression", Tone::Plain),
    ("meta.embedded", Tone::Plain),
    ("meta.group.expansion", Tone::Plain),
    ("source", Tone::Plain),
    ("text", Tone::Plain),
];

/// Words that people write at a fence, and no grammar knows.
const ALIASES: [(&str, &str); 5] =
    [("shell", "sh"), ("console", "sh"), ("golang", "go"), ("jsonc", "json"), ("patch", "diff")];

/// The grammars, of about two hundred languages. To make one costs nothing: they are unpacked when they are needed first.
#[derive(Debug, Default)]
pub struct Syntaxes {
    loaded: OnceLock<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    set: SyntaxSet,
    meanings: Vec<(Scope, Tone)>,
    operator: Option<Scope>,
    key: Option<Scope>,
}

impl Loaded {
    fn new() -> Self {
        let scope = |name: &str| Scope::new(name).ok();
        let meanings = MEANINGS.iter().filter_map(|(name, tone)| Some((scope(name)?, *tone))).collect();
        let (operator, key) = (scope("keyword.operator"), scope("meta.mapping.key"));
        Self { set: two_face::syntax::extra_newlines(), meanings, operator, key }
    }

    /// What a text is: the innermost scope that says something decides.
    fn tone(&self, scopes: &[Scope], text: &str) -> Tone {
        let begins =
            |prefix: &Option<Scope>, scope: &Scope| prefix.is_some_and(|one| one.is_prefix_of(*scope));
        for (depth, scope) in scopes.iter().enumerate().rev() {
            let meaning = self.meanings.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
            let Some((_, tone)) = meaning else { continue };
            // `and` is a word of the language, `+` is not.
            if begins(&self.operator, scope) && !text.trim().chars().any(char::is_alphabetic) {
                return Tone::Plain;
            }
            let is_key = || scopes[..depth].iter().any(|outer| begins(&self.key, outer));
            if *tone == Tone::Code(Part::Text) && is_key() {
                return Tone::Code(Part::Name);
            }
            return *tone;
        }
        Tone::Plain
    }
}

impl Syntaxes {
    /// Whether anything was coloured yet.
    pub fn is_loaded(&self) -> bool {
        self.loaded.get().is_some()
    }

    fn loaded(&self) -> &Loaded {
        self.loaded.get_or_init(Loaded::new)
    }
}

/// Why colours end before the text does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// So many bytes are coloured and no more.
    Bytes,
    LongLine,
    /// The grammar cannot be read on.
    Grammar,
    /// Nobody looks any more.
    Unwanted,
}

impl Stop {
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Bytes => "colours end at 256 kB",
            Self::LongLine => "it is too long for colours",
            Self::Grammar => "its grammar fails there",
            Self::Unwanted => "",
        }
    }
}

/// How much gets colours, and of which grammars.
pub(super) struct Colours<'a> {
    /// Without any, nothing is coloured.
    syntaxes: Option<&'a Syntaxes>,
    stage: usize,
    left: usize,
    wanted: &'a dyn Fn() -> bool,
    pub(super) stopped: Option<Stop>,
}

impl<'a> Colours<'a> {
    pub(super) fn none() -> Self {
        Self { syntaxes: None, stage: 0, left: 0, wanted: &|| false, stopped: None }
    }

    pub(super) fn at_stage(stage: usize, syntaxes: &'a Syntaxes, wanted: &'a dyn Fn() -> bool) -> Self {
        let left = STAGES.get(stage).copied().unwrap_or(MOST);
        Self { syntaxes: Some(syntaxes).filter(|_| left > 0), stage, left, wanted, stopped: None }
    }

    /// The stage after this one, where it would colour more.
    pub(super) fn next_stage(&self) -> Option<usize> {
        (self.stopped == Some(Stop::Bytes) && self.stage + 1 < STAGES.len()).then_some(self.stage + 1)
    }

    /// Why the text is not coloured to its end, once it is clear that it will not be.
    pub(super) fn ended(&self) -> Option<Stop> {
        self.stopped.filter(|stop| *stop != Stop::Unwanted && self.next_stage().is_none())
    }

    /// For a file: by the program that its first line names, else by its name, else by what its first line says.
    pub(super) fn for_file(&self, path: &str, first_line: &str) -> Option<Painter<'a>> {
        let loaded = self.syntaxes?.loaded();
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let by_name = || loaded.set.find_syntax_by_extension(name);
        let by_ending = || ending.and_then(|ending| loaded.set.find_syntax_by_extension(ending));
        // A first line may be as long as the file.
        let first_line = Some(first_line).filter(|line| line.len() <= LONGEST);
        let by_line = || first_line.and_then(|line| loaded.set.find_syntax_by_first_line(line));
        let by_program = first_line.filter(|line| line.starts_with("#!")).and_then(|_| by_line());
        Painter::new(loaded, by_program.or_else(by_name).or_else(by_ending).or_else(by_line)?)
    }

    /// For a fence: by the first word behind it.
    pub(super) fn for_fence(&self, words: &str) -> Option<Painter<'a>> {
        let loaded = self.syntaxes?.loaded();
        let word = fence_word(words)?;
        let known = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(word));
        let word = known.map_or(word, |(_, word)| word);
        Painter::new(loaded, loaded.set.find_syntax_by_token(word)?)
    }
}

/// `rust` of `rust,ignore`.
pub(super) fn fence_word(words: &str) -> Option<&str> {
    words.split([' ', ',', '{', ':', '\t']).next().filter(|word| !word.is_empty())
}

/// Colours the lines of one text, one after the other.
pub(super) struct Painter<'a> {
    loaded: &'a Loaded,
    syntax: &'a SyntaxReference,
    state: ParseState,
    scopes: ScopeStack,
}

impl<'a> Painter<'a> {
    fn new(loaded: &'a Loaded, syntax: &'a SyntaxReference) -> Option<Self> {
        let has_words = syntax.name != loaded.set.find_syntax_plain_text().name;
        has_words.then(|| Self { loaded, syntax, state: ParseState::new(syntax), scopes: ScopeStack::new() })
    }

    pub(super) fn language(&self) -> &'a str {
        if self.syntax.name.contains("(bash)") { "shell" } else { &self.syntax.name }
    }

    /// A line without its end; `None` when colours ended before it.
    pub(super) fn line(&mut self, line: &str, colours: &mut Colours<'_>) -> Option<Vec<Span>> {
        if colours.stopped.is_some() {
            return None;
        }
        colours.stopped = if line.len() + 4 > LONGEST {
            Some(Stop::LongLine)
        } else if line.len() >= colours.left {
            Some(Stop::Bytes)
        } else if !(colours.wanted)() {
            Some(Stop::Unwanted)
        } else {
            None
        };
        if colours.stopped.is_some() {
            return None;
        }
        colours.left -= line.len() + 1;
        let spans = self.spans(line);
        if spans.is_none() {
            colours.stopped = Some(Stop::Grammar);
        }
        spans
    }

    fn spans(&mut self, line: &str) -> Option<Vec<Span>> {
        let whole = format!("{line}\n");
        let changes = self.state.parse_line(&whole, &self.loaded.set).ok()?;
        let mut spans: Vec<Span> = Vec::new();
        let (mut at, mut column) = (0, 0);
        let mut push = |text: &str, tone: Tone| {
            let text = shown_from(text, &mut column);
            let ink = Ink::of(tone);
            match spans.last_mut() {
                Some(last) if last.ink == ink => last.text.push_str(&text),
                Some(_) | None => spans.push(Span::new(text, ink)),
            }
        };
        for (place, change) in changes {
            let place = place.min(line.len());
            if place > at {
                let text = line.get(at..place)?;
                push(text, self.loaded.tone(self.scopes.as_slice(), text));
                at = place;
            }
            self.scopes.apply(&change).ok()?;
        }
        if at < line.len() {
            let text = line.get(at..)?;
            push(text, self.loaded.tone(self.scopes.as_slice(), text));
        }
        Some(spans)
    }
}
