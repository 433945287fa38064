//! The files of a recording.

use super::line;
use super::{Header, RecordingError};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Bytes at which a segment is full.
pub const SEGMENT_LIMIT: u64 = 64 * 1024 * 1024;

/// One file of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub path: PathBuf,
    /// Counted from 1.
    pub number: u32,
    pub header: Header,
    /// The logical offset of its first byte.
    pub offset: u64,
    /// Bytes in the file when it was looked at.
    pub length: u64,
    /// Bytes of its first line.
    pub(super) header_length: u64,
}

/// `worker-1.cast`, then `worker-1.2.cast` and so on.
pub(super) fn path(first: &Path, number: u32) -> PathBuf {
    if number <= 1 { first.to_owned() } else { first.with_extension(format!("{number}.cast")) }
}

/// The segments of the recording whose first file is `first`, in order. Dropped ones are missing.
pub fn segments(first: &Path) -> Result<Vec<Segment>, RecordingError> {
    let folder = first.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut numbers = vec![1];
    for entry in std::fs::read_dir(folder).map_err(RecordingError::io(folder))? {
        let entry = entry.map_err(RecordingError::io(folder))?;
        if let Some((stem, number)) = parse(&entry.path())
            && number > 1
            && folder.join(stem) == folder.join(first.file_name().unwrap_or_default()).with_extension("")
        {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        match open(&path(first, number)) {
            Ok(segment) => found.push(segment),
            // The machine stopped just as it was begun: nothing was ever written to it.
            Err(RecordingError::BadHeader { .. }) if number > 1 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn open(path: &Path) -> Result<Segment, RecordingError> {
    let file = File::open(path).map_err(RecordingError::io(path))?;
    let length = file.metadata().map_err(RecordingError::io(path))?.len();
    let mut first = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut first).map_err(RecordingError::io(path))?;
    let (header, place) = first
        .strip_suffix(b"\n")
        .ok_or_else(|| "its first line is not complete".to_owned())
        .and_then(line::read_header)
        .map_err(|reason| RecordingError::BadHeader { path: path.to_owned(), reason })?;
    Ok(Segment {
        path: path.to_owned(),
        number: place.segment,
        header,
        offset: place.offset,
        length,
        header_length: first.len() as u64,
    })
}

/// The name without segment and extension, and the segment's number.
fn parse(path: &Path) -> Option<(PathBuf, u32)> {
    if path.extension()? != "cast" {
        return None;
    }
    let stem = path.with_extension("");
    let number = stem
        .extension()
        .and_then(|number| number.to_str())
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|number| number.parse().ok())
        .filter(|number| *number > 1);
    Some(match number {
        Some(number) => (PathBuf::from(stem.with_extension("").file_name()?), number),
        None => (PathBuf::from(stem.file_name()?), 1),
    })
}

/// Drops segments of the recordings in `folder` until they hold at most `limit` bytes. Only middle segments go, the
/// oldest first: the first and the last of each recording stay. Returns what was dropped.
pub fn keep_under(folder: &Path, limit: u64) -> io::Result<Vec<PathBuf>> {
    let mut total = 0;
    let mut recordings: BTreeMap<PathBuf, BTreeMap<u32, (SystemTime, PathBuf, u64)>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let Some((name, number)) = parse(&entry.path()) {
            let metadata = entry.metadata()?;
            total += metadata.len();
            let file = (metadata.modified()?, entry.path(), metadata.len());
            recordings.entry(name).or_default().insert(number, file);
        }
    }
    let mut middle = Vec::new();
    for mut segments in recordings.into_values() {
        segments.pop_first();
        segments.pop_last();
        middle.extend(segments.into_values());
    }
    middle.sort();
    let mut dropped = Vec::new();
    for (_, path, length) in middle {
        if total <= limit {
            break;
        }
        std::fs::remove_file(&path)?;
        total -= length;
        dropped.push(path);
    }
    Ok(dropped)
}
