//! Every key and chord, as terminals send it and as programs get it: the table of `keys.txt`.

use std::fmt::Write as _;

const TABLE: &str = include_str!("keys.txt");

/// The columns of what a terminal sends.
pub const HOSTS: [&str; 4] = ["xterm", "xterm+other", "kitty", "tmux"];
/// The columns of what a program gets, and what a program of that kind asks of its terminal.
pub const CHILDREN: [(&str, &str); 6] = [
    ("plain", ""),
    ("cursor", "\x1b[?1h\x1b="),
    ("other1", "\x1b[>4;1m"),
    ("other2", "\x1b[>4;2m"),
    ("kitty1", "\x1b[>1u"),
    ("kitty5", "\x1b[>5u"),
];

pub struct Row {
    pub chord: &'static str,
    /// In the order of [`HOSTS`]; `None` where the terminal cannot tell it.
    pub sent: Vec<Option<Vec<u8>>>,
    /// In the order of [`CHILDREN`].
    pub got: Vec<Vec<u8>>,
}

pub fn rows() -> Vec<Row> {
    let mut lines = TABLE.lines().filter(|line| !line.starts_with("# ") && *line != "#");
    let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let expected: Vec<&str> =
        ["chord"].into_iter().chain(HOSTS).chain(CHILDREN.map(|(name, _)| name)).collect();
    assert_eq!(head, expected);
    lines
        .map(|line| {
            let mut cells = line.split_whitespace();
            let chord = cells.next().unwrap();
            let cells: Vec<&str> = cells.collect();
            assert_eq!(cells.len(), HOSTS.len() + CHILDREN.len(), "{line}");
            let (sent, got) = cells.split_at(HOSTS.len());
            Row {
                chord,
                sent: sent.iter().map(|cell| (*cell != "·").then(|| bytes(cell))).collect(),
                got: got.iter().map(|cell| bytes(cell)).collect(),
            }
        })
        .collect()
}

/// What a cell stands for.
fn bytes(cell: &str) -> Vec<u8> {
    if cell == "nothing" {
        return Vec::new();
    }
    let mut bytes = Vec::new();
    let mut characters = cell.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied().and_then(|next| u8::try_from(next).ok());
        match (character, next) {
            ('␛', _) => bytes.push(0x1b),
            ('␠', _) => bytes.push(b' '),
            ('␡', _) => bytes.push(0x7f),
            ('␀', _) => bytes.push(0),
            ('^', Some(next @ b'@'..=b'_')) => {
                characters.next();
                bytes.push(next - b'@');
            }
            _ => bytes.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// Bytes as the table writes them.
pub fn written(bytes: &[u8]) -> String {
    let mut text = String::new();
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\x1b' => text.push('␛'),
            ' ' => text.push('␠'),
            '\x7f' => text.push('␡'),
            '\0' => text.push('␀'),
            '\x01'..='\x1f' => write!(text, "^{}", char::from(character as u8 + b'@')).unwrap(),
            _ => text.push(character),
        }
    }
    text
}
