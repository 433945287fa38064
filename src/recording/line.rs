//! The lines of asciicast v3.

use super::Header;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io;

#[derive(Serialize, Deserialize)]
struct HeaderLine<'a> {
    version: u32,
    term: Term,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timestamp: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<Cow<'a, str>>,
    /// Ours; players skip what they do not know.
    #[serde(default)]
    awtui: Place,
}

#[derive(Serialize, Deserialize)]
struct Term {
    cols: u16,
    rows: u16,
}

/// Where a segment stands in its recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    pub(super) start_ms: u64,
    /// Counted from 1.
    pub(super) segment: u32,
    /// The logical offset of its first byte.
    pub(super) offset: u64,
}

impl Default for Place {
    fn default() -> Self {
        Self { start_ms: 0, segment: 1, offset: 0 }
    }
}

pub(super) fn write_header(header: &Header, place: Place) -> io::Result<Vec<u8>> {
    let line = HeaderLine {
        version: 3,
        term: Term { cols: header.cols, rows: header.rows },
        timestamp: header.timestamp,
        command: header.command.as_deref().map(Cow::Borrowed),
        title: header.title.as_deref().map(Cow::Borrowed),
        awtui: place,
    };
    let mut bytes = serde_json::to_vec(&line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn read_header(line: &[u8]) -> Result<(Header, Place), String> {
    let line: HeaderLine<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if line.version != 3 {
        return Err(format!("it has version {}", line.version));
    }
    let header = Header {
        cols: line.term.cols,
        rows: line.term.rows,
        command: line.command.map(Cow::into_owned),
        title: line.title.map(Cow::into_owned),
        timestamp: line.timestamp,
        start_ms: line.awtui.start_ms,
    };
    Ok((header, line.awtui))
}

/// An event `milliseconds` after the one before. Three decimals hold milliseconds exactly, so sums never drift.
pub(super) fn write_event(milliseconds: u64, code: char, data: &str) -> io::Result<Vec<u8>> {
    let mut bytes = format!("[{}.{:03}, \"{code}\", ", milliseconds / 1000, milliseconds % 1000).into_bytes();
    serde_json::to_writer(&mut bytes, data)?;
    bytes.extend_from_slice(b"]\n");
    Ok(bytes)
}

/// Microseconds since the event before, as other recorders write finer times than we do. `None` for a comment.
pub(super) fn read_time(line: &[u8]) -> Result<Option<u64>, String> {
    if is_comment(line) {
        return Ok(None);
    }
    let (seconds, _, _): (f64, &RawValue, &RawValue) =
        serde_json::from_slice(line).map_err(|error| error.to_string())?;
    microseconds(seconds).map(Some)
}

/// Time as [`read_time`] gives it, code and data; `None` for a comment.
pub(super) fn read_event(line: &[u8]) -> Result<Option<(u64, String, String)>, String> {
    if is_comment(line) {
        return Ok(None);
    }
    let (seconds, code, data): (f64, String, &RawValue) =
        serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let data = match code.as_str() {
        "o" | "r" | "x" => serde_json::from_str(data.get()).map_err(|error| error.to_string())?,
        _ => String::new(),
    };
    Ok(Some((microseconds(seconds)?, code, data)))
}

fn is_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"#")
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
fn microseconds(seconds: f64) -> Result<u64, String> {
    let microseconds = (seconds * 1e6).round();
    // 2^53: beyond it not every integer has a float, and no recording lasts 285 years.
    if (0.0..9_007_199_254_740_992.0).contains(&microseconds) {
        Ok(microseconds as u64)
    } else {
        Err(format!("{seconds} is no time"))
    }
}
