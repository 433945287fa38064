//! The lines that a program prints, without what it only tells its terminal.
//!
//! Owns leaving out control sequences and what a carriage return wrote over. It knows no screen: where a program draws
//! instead of printing, its lines mean little.

/// Characters of one line that are kept; the rest of a longer one is left out.
const LONGEST: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Escape,
    /// `ESC` and something between it and its last byte.
    Intermediate,
    Control,
    /// A control string: up to `BEL` or `ESC \`.
    String,
    StringEscape,
}

/// Cuts a stream of text into lines, wherever it is cut into pieces.
#[derive(Clone, Debug, Default)]
pub struct PlainLines {
    state: State,
    line: String,
    /// The next character that is printed writes over the line.
    returned: bool,
}

impl PlainLines {
    /// The lines that this piece completes.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for character in text.chars() {
            self.state = match (self.state, character) {
                (State::Text, '\x1b') => State::Escape,
                (State::Text, '\n') => {
                    self.returned = false;
                    lines.push(std::mem::take(&mut self.line));
                    State::Text
                }
                (State::Text, _) => {
                    self.print(character);
                    State::Text
                }
                (State::Escape, '[') => State::Control,
                (State::Escape, ']' | 'P' | '_' | '^' | 'X') => State::String,
                (State::Escape | State::Intermediate, ' '..='/') => State::Intermediate,
                (State::Escape | State::Intermediate, '\x1b') => State::Escape,
                (State::Escape | State::Intermediate, _) => State::Text,
                (State::Control, '\x1b') => State::Escape,
                (State::Control, '@'..='~') => State::Text,
                (State::Control, _) => State::Control,
                (State::String, '\x07') => State::Text,
                (State::String, '\x1b') => State::StringEscape,
                (State::String, _) => State::String,
                (State::StringEscape, '\\') => State::Text,
                (State::StringEscape, _) => State::String,
            };
        }
        lines
    }

    /// The last line, which was not completed.
    pub fn finish(&mut self) -> Option<String> {
        *self = Self { line: std::mem::take(&mut self.line), ..Self::default() };
        (!self.line.is_empty()).then(|| std::mem::take(&mut self.line))
    }

    fn print(&mut self, character: char) {
        match character {
            '\r' => self.returned = true,
            '\x08' => {
                self.line.pop();
            }
            '\t' => self.keep('\t'),
            other if other.is_control() => {}
            other => self.keep(other),
        }
    }

    fn keep(&mut self, character: char) {
        if std::mem::take(&mut self.returned) {
            self.line.clear();
        }
        if self.line.len() < LONGEST {
            self.line.push(character);
        }
    }
}
