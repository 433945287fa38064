//! One line: a JSON object whose last field is the checksum of the object without it.

use crate::domain::{Record, RunId};
use serde::{Deserialize, Serialize};

/// What stands before the eight digits and after them.
const BEFORE: &[u8] = b",\"crc\":\"";
const AFTER: &[u8] = b"\"}";
const DIGITS: usize = 8;

/// The first line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `awtui`.
    pub journal: String,
    pub schema: u32,
    pub run: RunId,
    /// Of the awtui that created the journal.
    pub version: String,
}

/// Appends `value` as one line to `buffer`.
pub(super) fn encode(value: &impl Serialize, buffer: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = buffer.len();
    serde_json::to_writer(&mut *buffer, value)?;
    let checksum = crc32fast::hash(&buffer[start..]);
    // The closing brace moves behind the checksum.
    buffer.pop();
    buffer.extend_from_slice(BEFORE);
    buffer.extend_from_slice(format!("{checksum:08x}").as_bytes());
    buffer.extend_from_slice(AFTER);
    buffer.push(b'\n');
    Ok(())
}

/// Whether the line (without its line end) carries the right checksum.
pub(super) fn check(line: &[u8]) -> Result<(), String> {
    let field = BEFORE.len() + DIGITS + AFTER.len();
    let (body, seal) = line
        .len()
        .checked_sub(field)
        .map(|at| line.split_at(at))
        .ok_or_else(|| "it is too short to hold a checksum".to_owned())?;
    let digits = seal
        .strip_prefix(BEFORE)
        .and_then(|seal| seal.strip_suffix(AFTER))
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .filter(|digits| digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')))
        .ok_or_else(|| "it does not end in a checksum".to_owned())?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(body);
    hasher.update(b"}");
    let found = format!("{:08x}", hasher.finalize());
    if found == digits { Ok(()) } else { Err(format!("its checksum is {found}, it says {digits}")) }
}

/// Reads a line whose checksum is right.
pub(super) fn record(line: &[u8]) -> Result<Record, String> {
    serde_json::from_slice(line).map_err(|error| format!("it is not a record this awtui knows: {error}"))
}

pub(super) fn header(line: &[u8]) -> Result<Header, String> {
    let header: Header = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if header.journal == "awtui" { Ok(header) } else { Err(format!("it says \"{}\"", header.journal)) }
}
