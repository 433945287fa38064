//! The signs that awtui draws with, and what stands for each where a terminal shows plain characters only.
//!
//! A frame is drawn with signs and rewritten as a whole, so that no part of the screen has to choose. A sign that is not in
//! the table is an error that a test finds.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// What a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signs {
    #[default]
    Unicode,
    /// Signs and frames in plain characters; texts as they are.
    Ascii,
    /// Nothing but plain characters.
    Plain,
}

/// Each sign, and the one character that stands for it.
const TABLE: &[(&str, char)] = &[
    ("─━═╌┄", '-'),
    ("│┃║┆▏▌▎", '|'),
    ("┊", ':'),
    ("╭╮╰╯┌┐└┘├┤┬┴┼╞╡╔╗╚╝", '+'),
    ("▸▶›»❯", '>'),
    ("◂◀‹«", '<'),
    ("●◉", '*'),
    ("○◌◯", 'o'),
    ("◐", '|'),
    ("◓", '/'),
    ("◑", '-'),
    ("◒", '\\'),
    ("·•∙", '.'),
    ("…", '~'),
    ("→", '>'),
    ("←", '<'),
    ("↑▲▴", '^'),
    ("↓▼▾", 'v'),
    ("↻⟳", '@'),
    ("✓✔☑", 'v'),
    ("✗✘×☒", 'x'),
    ("☐□▯░", '-'),
    ("▮█■▓▒", '#'),
    ("‖⏸", '='),
    ("▁▂", '_'),
    ("▃▄▅", '-'),
    ("▆▇▟", '#'),
    ("⚠", '!'),
    ("␛␍␊␉", '?'),
    ("–—", '-'),
    ("“”„", '"'),
    ("‘’", '\''),
    ("≈", '~'),
    ("≤", '<'),
    ("≥", '>'),
    ("±", '+'),
    ("Σ", 'S'),
    ("Δ", 'D'),
];

/// What stands for a sign; `None` for what is no sign of awtui's.
pub fn plain_sign(sign: char) -> Option<char> {
    TABLE.iter().find(|(signs, _)| signs.contains(sign)).map(|(_, plain)| *plain)
}

impl Signs {
    /// By the variables that tell: `LC_ALL`, `LC_CTYPE`, `LANG`, `TERM`. Where none of the locale's is set nobody has
    /// chosen, and terminals of today show everything.
    pub fn discover(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).map(|value| value.to_lowercase());
        if locale.is_some_and(|locale| !locale.contains("utf-8") && !locale.contains("utf8")) {
            return Self::Plain;
        }
        // The kernel's console has few signs in its font.
        if set(&"TERM").is_some_and(|term| term == "linux" || term == "dumb" || term.starts_with("vt1")) {
            return Self::Ascii;
        }
        Self::Unicode
    }

    /// Rewrites a frame.
    pub(super) fn rewrite(self, buffer: &mut Buffer) {
        if self == Self::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            let symbol = cell.symbol();
            if symbol.is_ascii() {
                continue;
            }
            let mut characters = symbol.chars();
            let sign = characters.next().filter(|_| characters.next().is_none()).and_then(plain_sign);
            match (sign, self) {
                (Some(plain), _) => {
                    cell.set_char(plain);
                }
                // As wide as what it stands for, so that nothing moves.
                (None, Self::Plain) => {
                    let wide = symbol.width().clamp(1, 2);
                    cell.set_symbol(&"?".repeat(wide));
                }
                (None, Self::Ascii | Self::Unicode) => {}
            }
        }
    }
}
