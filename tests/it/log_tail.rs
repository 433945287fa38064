//! Session logs of agents as they are really found: growing, cut, replaced, garbled.

use awtui::agent::LogPlan;
use awtui::supervisor::{LogTail, RealWorld, any_line, holds};
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

struct Log {
    _folder: tempfile::TempDir,
    path: PathBuf,
    tail: LogTail,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session.jsonl");
        let tail = LogTail::new(LogPlan::File(path.clone()));
        Self { _folder: folder, path, tail }
    }

    fn append(&self, bytes: &[u8]) {
        let mut file = File::options().create(true).append(true).open(&self.path).unwrap();
        file.write_all(bytes).unwrap();
    }

    fn lines(&mut self) -> Vec<String> {
        self.tail.new_lines(&RealWorld)
    }
}

#[test]
fn lines_come_whole_and_once() {
    let mut log = Log::new();
    assert!(log.lines().is_empty(), "it is not there yet");
    log.append(b"{\"one\":1}\n{\"tw");
    assert_eq!(log.lines(), ["{\"one\":1}"]);
    assert!(log.lines().is_empty());
    log.append("o\":\"ü".as_bytes().split_last().unwrap().1);
    assert!(log.lines().is_empty());
    log.append(b"\xbc\"}\n\n\xff\n");
    assert_eq!(log.lines(), ["{\"two\":\"ü\"}", "", "\u{fffd}"]);
}

#[test]
fn a_log_that_was_cut_short_is_read_from_its_beginning() {
    let mut log = Log::new();
    log.append(b"one\ntwo\nthree of which the end is");
    assert_eq!(log.lines(), ["one", "two"]);
    fs::write(&log.path, "four\n").unwrap();
    assert_eq!(log.lines(), ["four"], "shorter than what was read");
    log.append(b"five\n");
    assert_eq!(log.lines(), ["five"]);
}

#[test]
fn another_log_in_the_place_of_one_is_read_from_its_beginning_however_long_it_is() {
    let mut log = Log::new();
    log.append(b"one\ntwo\n");
    assert_eq!(log.lines(), ["one", "two"]);
    let other = log.path.with_extension("other");
    fs::write(&other, "a longer line than those before\nand another one\n").unwrap();
    fs::rename(&other, &log.path).unwrap();
    assert_eq!(log.lines(), ["a longer line than those before", "and another one"]);
}

#[test]
fn a_log_that_is_written_anew_with_the_same_beginning_tells_nothing_twice() {
    let mut log = Log::new();
    log.append(b"one\ntwo\n");
    assert_eq!(log.lines(), ["one", "two"]);
    let other = log.path.with_extension("other");
    fs::write(&other, "one\ntwo\nthree\n").unwrap();
    fs::rename(&other, &log.path).unwrap();
    assert_eq!(log.lines(), ["three"]);
}

#[test]
fn a_long_log_of_short_lines_is_read_whole() {
    let mut log = Log::new();
    let line = "{\"type\":\"message\",\"id\":\"0123456789abcdef\"}\n";
    log.append(line.repeat(150_000).as_bytes());
    assert_eq!(log.lines().len(), 150_000);
}

#[test]
fn a_line_without_an_end_does_not_fill_the_memory_and_the_next_one_is_read() {
    let mut log = Log::new();
    log.append(b"before\n");
    for _ in 0..40 {
        log.append(&vec![b'x'; 1024 * 1024]);
    }
    log.append(b"\nafter\n");
    let read: Vec<String> = (0..10).flat_map(|_| log.lines()).collect();
    assert_eq!(read, ["before", "after"]);
}

#[test]
fn words_are_found_anywhere_in_a_long_log() {
    let log = Log::new();
    let marker = "[awtui aw_20261121_000000_task 7]";
    assert_eq!(holds(&RealWorld, &log.path, marker), None, "it is not there");
    let line = "{\"type\":\"api-request\",\"of\":\"another kind\"}\n".repeat(4_000);
    for _ in 0..60 {
        log.append(line.as_bytes());
    }
    assert_eq!(holds(&RealWorld, &log.path, marker), Some(false));
    log.append(format!("{{\"text\":\"do it\\n{marker}\"}}\n").as_bytes());
    log.append(line.as_bytes());
    assert_eq!(holds(&RealWorld, &log.path, marker), Some(true));
}

#[test]
fn a_log_is_searched_for_a_line_as_far_as_it_goes() {
    let log = Log::new();
    let has = |line: &str| any_line(&RealWorld, &log.path, |one| one == line);
    assert!(!has("mode"), "it is not there");
    log.append(b"mode\nmore\n");
    assert!(has("mode") && has("more") && !has("said"));
    log.append(&b"x\n".repeat(9_000_000));
    log.append(b"said");
    assert!(!has("said"), "the line is not complete");
    log.append(b"\n");
    assert!(has("said"));
}
