//! Patches as git prints them: files, hunks and lines, one below the other or old beside new, with the words that changed.

use super::document::{Content, Document, FileMark, Ink, Line, Span, Tone, shown};
use ratatui::style::Modifier;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Same,
    Added,
    Removed,
    /// What git says besides: no newline at the end of the file.
    Note,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Changed {
    sign: Sign,
    text: String,
    /// Its number in the old and in the new file.
    old: Option<u64>,
    new: Option<u64>,
    at: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Hunk {
    header: String,
    at: u64,
    lines: Vec<Changed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct File {
    path: String,
    /// `new file`, `deleted`, `mode`, `binary`.
    notes: Vec<String>,
    at: u64,
    hunks: Vec<Hunk>,
}

impl File {
    fn count(&self, sign: Sign) -> u64 {
        let lines = self.hunks.iter().flat_map(|hunk| &hunk.lines);
        lines.filter(|line| line.sign == sign).count() as u64
    }

    fn is_binary(&self) -> bool {
        self.notes.iter().any(|note| note == "binary")
    }
}

#[derive(Debug, Default)]
struct Patch {
    files: Vec<File>,
    /// Lines that belong to no file: that the patch was cut.
    rest: Vec<(u64, String)>,
}

/// The path of `--- a/path` and `+++ b/path`; git quotes one with unusual characters.
fn path_of(line: &str) -> Option<String> {
    let path = line.get(4..)?.trim_end_matches('\t');
    let path = path.strip_prefix('"').and_then(|path| path.strip_suffix('"')).unwrap_or(path);
    let path = path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).unwrap_or(path);
    (path != "/dev/null").then(|| path.to_owned())
}

/// The numbers of `@@ -12,7 +12,9 @@`: first old line and count, first new line and count.
fn ranges(header: &str) -> Option<[u64; 4]> {
    let mut parts = header.strip_prefix("@@ -")?.split(" @@").next()?.split(" +");
    let mut range = || {
        let part = parts.next()?;
        let mut numbers = part.split(',');
        let first: u64 = numbers.next()?.parse().ok()?;
        let count = numbers.next().map_or(Some(1), |count| count.parse().ok())?;
        Some([first, count])
    };
    let ([old, old_count], [new, new_count]) = (range()?, range()?);
    Some([old, old_count, new, new_count])
}

impl Patch {
    fn read(text: &str) -> Self {
        let mut patch = Self::default();
        let mut at = 0_u64;
        // Next numbers of both sides, and how many lines of each the hunk still has.
        let mut next = [0_u64; 4];
        for line in text.split_inclusive('\n') {
            let begin = at;
            at += line.len() as u64;
            let line = line.trim_end_matches('\n').trim_end_matches('\r');
            let [_, old_left, _, new_left] = next;
            let is_of_hunk = line.is_empty() || line.starts_with([' ', '+', '-']);
            let in_hunk = (is_of_hunk && (old_left > 0 || new_left > 0)) || line.starts_with('\\');
            let hunk = patch.files.last_mut().and_then(|file| file.hunks.last_mut());
            if let Some(hunk) = hunk.filter(|_| in_hunk) {
                let (sign, words) = match line.as_bytes().first() {
                    Some(b'+') => (Sign::Added, &line[1..]),
                    Some(b'-') => (Sign::Removed, &line[1..]),
                    Some(b' ') => (Sign::Same, &line[1..]),
                    None => (Sign::Same, line),
                    Some(_) => (Sign::Note, line.trim_start_matches(['\\', ' '])),
                };
                let old = matches!(sign, Sign::Same | Sign::Removed).then_some(next[0]);
                let new = matches!(sign, Sign::Same | Sign::Added).then_some(next[2]);
                if old.is_some() {
                    next[0] += 1;
                    next[1] = next[1].saturating_sub(1);
                }
                if new.is_some() {
                    next[2] += 1;
                    next[3] = next[3].saturating_sub(1);
                }
                hunk.lines.push(Changed { sign, text: shown(words), old, new, at: begin });
                continue;
            }
            patch.outside(line, begin, &mut next);
        }
        patch
    }

    fn outside(&mut self, line: &str, at: u64, next: &mut [u64; 4]) {
        if line.starts_with("diff --git ") {
            // The name until one of its own lines says it better.
            let path = line.rsplit(" b/").next().unwrap_or(line).trim_end_matches('"');
            self.files.push(File { path: shown(path), at, ..File::default() });
            return;
        }
        let Some(file) = self.files.last_mut() else {
            self.rest.push((at, shown(line)));
            return;
        };
        if let Some(numbers) = ranges(line) {
            *next = numbers;
            file.hunks.push(Hunk { header: shown(line), at, lines: Vec::new() });
        } else if line.starts_with("--- ") || line.starts_with("+++ ") {
            if let Some(path) = path_of(line) {
                file.path = shown(&path);
            }
        } else if line.starts_with("new file") {
            file.notes.push("new".to_owned());
        } else if line.starts_with("deleted file") {
            file.notes.push("deleted".to_owned());
        } else if line.starts_with("Binary files") || line.starts_with("GIT binary patch") {
            file.notes.push("binary".to_owned());
        } else if let Some(mode) = line.strip_prefix("new mode ") {
            file.notes.push(format!("mode {mode}"));
        } else if line.starts_with('[') {
            self.rest.push((at, shown(line)));
        }
    }
}

/// The patch one line below the other, and with old beside new.
pub(super) fn documents(text: &str) -> [Document; 2] {
    let patch = Patch::read(text);
    [Writer::write(&patch, false), Writer::write(&patch, true)]
}

struct Writer {
    document: Document,
    paired: bool,
}

/// `+12 -3`, `binary`.
pub(super) fn counts(added: Option<u64>, removed: Option<u64>) -> String {
    match (added, removed) {
        (None, None) => "binary".to_owned(),
        (added, removed) => {
            let count = |lines: Option<u64>| lines.map_or_else(|| "?".to_owned(), |lines| lines.to_string());
            format!("+{} -{}", count(added), count(removed))
        }
    }
}

impl Writer {
    fn write(patch: &Patch, paired: bool) -> Document {
        let mut writer = Self { document: Document::default(), paired };
        let sum = |sign| patch.files.iter().map(|file| file.count(sign)).sum::<u64>();
        let (added, removed) = (sum(Sign::Added), sum(Sign::Removed));
        let files = patch.files.len();
        writer.document.about = match files {
            0 => "nothing was changed".to_owned(),
            1 => format!("1 file +{added} -{removed}"),
            _ => format!("{files} files +{added} -{removed}"),
        };
        if files == 0 && patch.rest.is_empty() {
            writer.line(Line::words(vec![Span::tone("Nothing was changed.", Tone::Dim)], 0));
        }
        for file in &patch.files {
            writer.file(file);
        }
        for (at, text) in &patch.rest {
            writer.line(Line::words(vec![Span::tone(text.as_str(), Tone::Warning)], *at));
        }
        writer.document
    }

    fn line(&mut self, line: Line) {
        self.document.lines.push(line);
    }

    fn file(&mut self, file: &File) {
        if !self.document.lines.is_empty() {
            self.line(Line::words(Vec::new(), file.at));
        }
        let counted = |sign| (!file.is_binary()).then(|| file.count(sign));
        let (added, removed) = (counted(Sign::Added), counted(Sign::Removed));
        let line = self.document.lines.len();
        self.document.files.push(FileMark { line, name: file.path.clone(), added, removed });
        let mut spans = vec![Span::new(file.path.as_str(), Ink::of(Tone::Heading).with(Modifier::BOLD))];
        if file.is_binary() {
            spans.push(Span::tone("  binary, not shown", Tone::Dim));
        } else {
            spans.push(Span::tone(format!("  +{}", added.unwrap_or(0)), Tone::Added));
            spans.push(Span::tone(format!(" -{}", removed.unwrap_or(0)), Tone::Removed));
        }
        for note in file.notes.iter().filter(|note| *note != "binary") {
            spans.push(Span::tone(format!("  {note}"), Tone::Warning));
        }
        self.line(Line::words(spans, file.at));
        for hunk in &file.hunks {
            self.document.hunks.push(self.document.lines.len());
            let header = vec![Span::tone(hunk.header.as_str(), Tone::Hunk)];
            self.line(Line::cells(header, hunk.at));
            self.hunk(hunk);
        }
    }

    /// Runs of removed lines meet the added ones that follow them.
    fn hunk(&mut self, hunk: &Hunk) {
        let mut rest = hunk.lines.as_slice();
        while let Some(first) = rest.first() {
            if matches!(first.sign, Sign::Same | Sign::Note) {
                self.same(first);
                rest = &rest[1..];
                continue;
            }
            let until = |lines: &[Changed], sign| lines.iter().take_while(|line| line.sign == sign).count();
            let (removed, after) = rest.split_at(until(rest, Sign::Removed));
            // "No newline at end of file" between the two sides parts nothing.
            let notes = until(after, Sign::Note);
            let between = if removed.is_empty() { 0 } else { notes };
            let (notes, after) = after.split_at(between);
            let (added, after) = after.split_at(until(after, Sign::Added));
            self.changed(removed, added);
            for note in notes {
                self.same(note);
            }
            rest = after;
        }
    }

    fn same(&mut self, line: &Changed) {
        let tone = if line.sign == Sign::Note { Tone::Dim } else { Tone::Plain };
        let spans = vec![Span::tone(line.text.as_str(), tone)];
        let laid = if self.paired {
            let left = one_side(line.old, ' ', spans.clone(), Tone::Plain, line.at);
            let right = one_side(line.new, ' ', spans, Tone::Plain, line.at);
            Line::new(Content::Beside(Box::new((left, right))), line.at)
        } else {
            unified(line, ' ', spans, Tone::Plain)
        };
        self.line(laid);
    }

    fn changed(&mut self, removed: &[Changed], added: &[Changed]) {
        // Only lines that stand for each other are compared word by word.
        let pairs = if removed.len() == added.len() { removed.len() } else { 0 };
        let inked = |index: usize, of_removed: bool| -> Vec<Span> {
            let (own, tone) =
                if of_removed { (&removed[index], Tone::Removed) } else { (&added[index], Tone::Added) };
            if index >= pairs {
                return vec![Span::tone(own.text.as_str(), tone)];
            }
            let other = if of_removed { &added[index] } else { &removed[index] };
            words(&own.text, &other.text, tone)
        };
        if self.paired {
            for index in 0..removed.len().max(added.len()) {
                let left = removed
                    .get(index)
                    .map(|line| one_side(line.old, '-', inked(index, true), Tone::Removed, line.at));
                let right = added
                    .get(index)
                    .map(|line| one_side(line.new, '+', inked(index, false), Tone::Added, line.at));
                let at = removed.get(index).or_else(|| added.get(index)).map_or(0, |line| line.at);
                let at = self.document.lines.last().map_or(at, |line| line.at.max(at));
                let blank = || one_side(None, ' ', Vec::new(), Tone::Plain, at);
                let pair = (left.unwrap_or_else(blank), right.unwrap_or_else(blank));
                self.line(Line::new(Content::Beside(Box::new(pair)), at));
            }
            return;
        }
        for (index, line) in removed.iter().enumerate() {
            self.line(unified(line, '-', inked(index, true), Tone::Removed));
        }
        for (index, line) in added.iter().enumerate() {
            self.line(unified(line, '+', inked(index, false), Tone::Added));
        }
    }
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(|| "     ".to_owned(), |number| format!("{number:>5}"))
}

fn signed(line: Line, sign: char, tone: Tone) -> Line {
    line.led(vec![Span::tone(format!("{sign} "), tone)], vec![Span::plain("  ")])
}

fn unified(line: &Changed, sign: char, spans: Vec<Span>, tone: Tone) -> Line {
    let gutter = format!("{}{}  ", number(line.old), number(line.new));
    signed(Line::cells(spans, line.at), sign, tone).numbered(gutter)
}

fn one_side(at_line: Option<u64>, sign: char, spans: Vec<Span>, tone: Tone, at: u64) -> Line {
    signed(Line::cells(spans, at), sign, tone).numbered(format!("{}  ", number(at_line)))
}

/// The line with what is not in the other one emphasised: what lies between a common beginning and a common end.
fn words(own: &str, other: &str, tone: Tone) -> Vec<Span> {
    let (own, other): (Vec<char>, Vec<char>) = (own.chars().collect(), other.chars().collect());
    let is_word = |character: &char| character.is_alphanumeric() || *character == '_';
    let mut begin = own.iter().zip(&other).take_while(|(one, two)| one == two).count();
    // Not within a word.
    while begin > 0 && own.get(begin).is_some_and(is_word) && is_word(&own[begin - 1]) {
        begin -= 1;
    }
    let most = own.len().min(other.len()) - begin;
    let mut end =
        own.iter().rev().zip(other.iter().rev()).take(most).take_while(|(one, two)| one == two).count();
    while end > 0 && own.len() > end && is_word(&own[own.len() - end]) && is_word(&own[own.len() - end - 1]) {
        end -= 1;
    }
    let part = |characters: &[char]| characters.iter().collect::<String>();
    let middle = &own[begin..own.len() - end];
    // Lines that share nothing say nothing by being emphasised as a whole.
    if begin + end == 0 || middle.is_empty() {
        return vec![Span::tone(part(&own), tone)];
    }
    let strong = Ink::of(tone).with(Modifier::BOLD | Modifier::UNDERLINED);
    [
        Span::tone(part(&own[..begin]), tone),
        Span::new(part(middle), strong),
        Span::tone(part(&own[own.len() - end..]), tone),
    ]
    .into_iter()
    .filter(|span| !span.text.is_empty())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::preview::rows::Room;

    const PATCH: &str = "diff --git a/src/a b.rs b/src/a b.rs\nindex 1..2 100644\n--- a/src/a b.rs\n+++ b/src/a b.rs\n\
        @@ -1,3 +1,4 @@ fn main() {\n one\n-let x = 1;\n+let x = 22;\n+new\n three\n\
        diff --git a/gone.txt b/gone.txt\ndeleted file mode 100644\n--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n--- a\n\
        \\ No newline at end of file\ndiff --git a/x.png b/x.png\nnew file mode 100644\nBinary files /dev/null and b/x.png differ\n\
        [the patch is longer; the checkpoints hold all of it]\n";

    fn texts(document: &Document, columns: u16) -> Vec<String> {
        let room = Room { columns, wrap: true, shift: 0 };
        let rows = document.lines.iter().flat_map(|line| line.lay_out(room, None));
        rows.map(|row| row.iter().map(|span| span.text.as_str()).collect::<String>().trim_end().to_owned())
            .collect()
    }

    #[test]
    fn a_patch_becomes_files_hunks_and_counts() {
        let [unified, paired] = documents(PATCH);
        let files: Vec<_> = unified
            .files
            .iter()
            .map(|file| format!("{} {}", file.name, counts(file.added, file.removed)))
            .collect();
        assert_eq!(files, ["src/a b.rs +2 -1", "gone.txt +0 -1", "x.png binary"]);
        assert_eq!(unified.hunks.len(), 2);
        assert_eq!(
            texts(&unified, 60),
            [
                "src/a b.rs  +2 -1",
                "@@ -1,3 +1,4 @@ fn main() {",
                "  one",
                "- let x = 1;",
                "+ let x = 22;",
                "+ new",
                "  three",
                "",
                "gone.txt  +0 -1  deleted",
                "@@ -1 +0,0 @@",
                "- -- a",
                "  No newline at end of file",
                "",
                "x.png  binary, not shown  new",
                "[the patch is longer; the checkpoints hold all of it]",
            ]
        );
        // A removed line alone does not stand for two added ones: the lines are only put side by side.
        assert_eq!(texts(&paired, 40)[3], "- let x = 1;       │ + let x = 22;");
        assert_eq!(texts(&paired, 40)[4], "                   │ + new");
    }

    #[test]
    fn the_words_that_changed_are_emphasised() {
        let strong = |own, other| -> Vec<String> {
            let spans = words(own, other, Tone::Added);
            spans.into_iter().filter(|span| !span.ink.modifier.is_empty()).map(|span| span.text).collect()
        };
        assert_eq!(strong("let x = 22;", "let x = 1;"), ["22"]);
        assert_eq!(strong("call(first, second)", "call(first)"), [", second"]);
        assert_eq!(strong("renamed_thing()", "renamed_other()"), ["renamed_thing"]);
        assert!(strong("nothing", "else").is_empty());
        assert!(strong("a", "ab").is_empty());
    }

    #[test]
    fn any_text_can_be_read_as_a_patch() {
        for text in
            ["", "\n", "@@ -1 +1 @@\n+x", "diff --git", "diff --git a/x b/x\n@@ -1,9 +1,9 @@\n", "+++ \n--- "]
        {
            let [unified, paired] = documents(text);
            texts(&unified, 10);
            texts(&paired, 10);
        }
    }
}
