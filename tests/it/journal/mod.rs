//! Facts on disk.

mod blobs;
mod faults;
mod samples;

use awtui::domain::{Fact, PaneId, Record, RunId, Seq, Text, Time};
use awtui::journal::{self, Journal, JournalError, Position, Sync};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn record(seq: Seq, fact: Fact) -> Record {
    let panes = if seq.is_multiple_of(3) {
        BTreeMap::from([(PaneId::from("worker-1"), seq * 100)])
    } else {
        BTreeMap::new()
    };
    Record { seq, at: Time { wall: 1_800_000_000_000 + seq * 1500, run: seq * 1500 }, panes, fact }
}

/// Records of every kind of fact, numbered from `first`.
fn records(first: Seq) -> Vec<Record> {
    samples::every_fact().into_iter().zip(first..).map(|(fact, seq)| record(seq, fact)).collect()
}

fn notes(seqs: std::ops::RangeInclusive<Seq>) -> Vec<Record> {
    seqs.map(|seq| {
        let text = Text::from(format!("note {seq}: naïve 数 \u{2028} \"quoted\"\n\tand a second line"));
        record(seq, Fact::Noted { text, author: samples::author() })
    })
    .collect()
}

fn run() -> RunId {
    RunId::from("aw_20260729_101500_fix_the_parser")
}

fn create(folder: &TempDir) -> (PathBuf, Journal) {
    let path = folder.path().join("journal.jsonl");
    let journal = Journal::create(&path, &run(), "0.1.0").unwrap();
    (path, journal)
}

/// A journal with these records, each appended on its own.
fn written(folder: &TempDir, records: &[Record]) -> PathBuf {
    let (path, mut journal) = create(folder);
    journal.append(records, Sync::Now).unwrap();
    path
}

/// The byte behind each line, the header's first.
fn line_ends(path: &Path) -> Vec<usize> {
    let bytes = std::fs::read(path).unwrap();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect()
}

#[test]
fn every_kind_of_fact_comes_back_as_it_was_written() {
    let folder = TempDir::new().unwrap();
    let records = records(1);
    let path = written(&folder, &records);
    let loaded = journal::read(&path).unwrap();
    assert_eq!(loaded.header.run, run());
    assert_eq!(loaded.header.schema, journal::SCHEMA);
    assert_eq!(loaded.header.version, "0.1.0");
    assert_eq!((loaded.torn, loaded.broken), (None, None));
    for (found, wanted) in loaded.records.iter().zip(&records) {
        assert_eq!(found, wanted);
    }
    assert_eq!(loaded.records.len(), records.len());
    assert_eq!(loaded.end.offset, std::fs::metadata(&path).unwrap().len());
}

#[test]
fn each_line_is_one_json_object_with_its_checksum_last() {
    let folder = TempDir::new().unwrap();
    let path = written(&folder, &records(1));
    let text = std::fs::read_to_string(&path).unwrap();
    for (at, line) in text.lines().enumerate() {
        let value: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        assert_eq!(value["crc"].as_str().unwrap().len(), 8);
        let wanted = if at == 0 { "journal" } else { "fact" };
        assert!(value.contains_key(wanted), "line {}: {line}", at + 1);
        let (body, seal) = line.split_at(line.len() - 18);
        assert!(seal.starts_with(",\"crc\":\""), "the checksum is not last: {line}");
        assert_eq!(value["crc"], format!("{:08x}", crc32fast::hash(format!("{body}}}").as_bytes())));
    }
}

#[test]
fn only_its_owner_can_read_a_journal() {
    let folder = TempDir::new().unwrap();
    let (path, _journal) = create(&folder);
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_journal_that_exists_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    let path = written(&folder, &notes(1..=2));
    let error = Journal::create(&path, &run(), "0.1.0").unwrap_err();
    assert!(matches!(error, JournalError::Exists { .. }), "{error}");
    assert_eq!(journal::read(&path).unwrap().records.len(), 2);
}

#[test]
fn an_opened_journal_goes_on_where_it_ended() {
    let folder = TempDir::new().unwrap();
    let path = written(&folder, &notes(1..=3));
    let (mut journal, loaded) = Journal::open(&path).unwrap();
    assert_eq!((loaded.records.len(), journal.seq()), (3, 3));
    journal.append(&notes(4..=5), Sync::Grouped).unwrap();
    assert!(journal.needs_sync());
    journal.sync().unwrap();
    assert!(!journal.needs_sync());
    assert_eq!(journal::read(&path).unwrap().records, notes(1..=5));
}

#[test]
fn a_record_out_of_order_is_refused_and_leaves_the_journal_as_it_was() {
    let folder = TempDir::new().unwrap();
    let (path, mut journal) = create(&folder);
    journal.append(&notes(1..=2), Sync::Now).unwrap();
    for wrong in [notes(2..=2), notes(4..=4), [notes(3..=3), notes(5..=5)].concat()] {
        let error = journal.append(&wrong, Sync::Now).unwrap_err();
        assert!(matches!(error, JournalError::OutOfOrder { .. }), "{error}");
    }
    journal.append(&notes(3..=3), Sync::Now).unwrap();
    assert_eq!(journal::read(&path).unwrap().records, notes(1..=3));
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_records_keeps_the_whole_ones_and_sets_the_rest_aside() {
    let source = TempDir::new().unwrap();
    let records = notes(1..=6);
    let path = written(&source, &records);
    let bytes = std::fs::read(&path).unwrap();
    let ends = line_ends(&path);
    for cut in ends[3]..=bytes.len() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("journal.jsonl");
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
        let (mut journal, loaded) = Journal::open(&path).unwrap();
        assert_eq!(loaded.records, records[..whole], "cut at {cut}");
        assert_eq!(loaded.broken, None, "cut at {cut}");
        if cut == ends[whole] {
            assert_eq!(loaded.torn, None, "cut at {cut}");
        } else {
            let torn = loaded.torn.unwrap();
            assert_eq!(torn.bytes, (cut - ends[whole]) as u64);
            assert_eq!(std::fs::read(torn.path.unwrap()).unwrap(), &bytes[ends[whole]..cut]);
        }
        journal.append(&records[whole..], Sync::Now).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "cut at {cut}");
    }
}

#[test]
fn a_flipped_byte_is_never_passed_over_in_silence() {
    let source = TempDir::new().unwrap();
    let records = notes(1..=5);
    let path = written(&source, &records);
    let bytes = std::fs::read(&path).unwrap();
    let ends = line_ends(&path);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.jsonl");
    for at in ends[0]..bytes.len() {
        for mask in [0x01, 0x20, 0x80, bytes[at] ^ b'\n'] {
            if mask == 0 {
                continue;
            }
            let mut flipped = bytes.clone();
            flipped[at] ^= mask;
            std::fs::write(&path, &flipped).unwrap();
            let loaded = journal::read(&path).unwrap();
            // The line that holds the byte, and so how many records are before it.
            let hit = ends.iter().filter(|end| **end <= at).count() - 1;
            assert_eq!(loaded.records, records[..hit], "byte {at} ^ {mask:#x}");
            // Merging the last two lines leaves nothing good behind the damage.
            let last = hit == records.len() - 1 || (hit == records.len() - 2 && at + 1 == ends[hit + 1]);
            assert_eq!(loaded.torn.is_some(), last, "byte {at} ^ {mask:#x}");
            match loaded.broken {
                Some(broken) => assert_eq!(broken.line, hit as u64 + 2, "byte {at} ^ {mask:#x}"),
                None => assert!(last, "byte {at} ^ {mask:#x}"),
            }
        }
    }
}

#[test]
fn a_broken_middle_opens_read_only_and_names_the_line() {
    let folder = TempDir::new().unwrap();
    let path = written(&folder, &notes(1..=5));
    let text = std::fs::read_to_string(&path).unwrap();
    let damaged = text.replace("note 3", "note 8");
    std::fs::write(&path, &damaged).unwrap();
    let (mut journal, loaded) = Journal::open(&path).unwrap();
    assert_eq!(loaded.records, notes(1..=2));
    assert_eq!(loaded.broken.unwrap().line, 4);
    assert_eq!(loaded.torn, None);
    let error = journal.append(&notes(3..=3), Sync::Now).unwrap_err();
    assert!(error.to_string().contains("line 4"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
}

/// A line as another version of awtui might have written it.
fn sealed(body: &str) -> String {
    let crc = crc32fast::hash(body.as_bytes());
    format!("{},\"crc\":\"{crc:08x}\"}}\n", body.strip_suffix('}').unwrap())
}

#[test]
fn an_unknown_fact_or_a_gap_is_broken_even_at_the_end_since_no_torn_write_looks_like_that() {
    let cases = [
        (r#"{"seq":3,"at":{"wall":1,"run":1},"fact":{"kind":"teleported"}}"#, "teleported"),
        (r#"{"seq":4,"at":{"wall":1,"run":1},"fact":{"kind":"recovered"}}"#, "record 3 must follow"),
        (r#"{"seq":2,"at":{"wall":1,"run":1},"fact":{"kind":"recovered"}}"#, "record 3 must follow"),
    ];
    for (body, reason) in cases {
        let folder = TempDir::new().unwrap();
        let path = written(&folder, &notes(1..=2));
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str(&sealed(body));
        std::fs::write(&path, text).unwrap();
        let loaded = journal::read(&path).unwrap();
        let broken = loaded.broken.unwrap();
        assert_eq!((loaded.records.len(), broken.line), (2, 4));
        assert!(broken.reason.contains(reason), "{}", broken.reason);
    }
}

#[test]
fn a_first_line_that_cannot_be_used_is_an_error_that_says_why() {
    let newer = sealed(r#"{"journal":"awtui","schema":99,"run":"aw_1","version":"9.0.0"}"#);
    let foreign = sealed(r#"{"journal":"other","schema":1,"run":"aw_1","version":"1"}"#);
    let cases = [
        (String::new(), "never started"),
        (newer.trim_end().to_owned(), "never started"),
        (newer, "awtui 9.0.0 in journal schema 99"),
        (foreign, "it says \"other\""),
        ("{\"journal\":\"awtui\"}\n".to_owned(), "damaged"),
    ];
    for (text, wanted) in cases {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("journal.jsonl");
        std::fs::write(&path, &text).unwrap();
        for error in [journal::read(&path).unwrap_err(), Journal::open(&path).unwrap_err()] {
            assert!(error.to_string().contains(wanted), "{error}");
            assert!(error.to_string().contains("journal.jsonl"), "{error}");
        }
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            text,
            "a journal that is not understood is left alone"
        );
    }
}

#[test]
fn a_follower_gets_each_record_once_and_waits_for_a_line_to_be_complete() {
    let folder = TempDir::new().unwrap();
    let path = written(&folder, &notes(1..=4));
    let bytes = std::fs::read(&path).unwrap();
    let start = Position { offset: line_ends(&path)[0] as u64, seq: 0 };
    let growing = folder.path().join("growing.jsonl");
    let mut at = start;
    let mut seen = Vec::new();
    for length in line_ends(&path)[0]..=bytes.len() {
        std::fs::write(&growing, &bytes[..length]).unwrap();
        let (records, next) = journal::tail(&growing, at).unwrap();
        seen.extend(records);
        at = next;
    }
    assert_eq!(seen, notes(1..=4));
    assert_eq!(at, Position { offset: bytes.len() as u64, seq: 4 });
}

/// The first format. From its release on this file is never changed, and facts that come later get a file of their own;
/// until then `AWTUI_BLESS=1` writes it anew.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/journal/v1.jsonl");

#[test]
fn the_golden_journal_of_schema_1_is_still_read() {
    if std::env::var_os("AWTUI_BLESS").is_some() {
        let folder = TempDir::new().unwrap();
        std::fs::copy(written(&folder, &records(1)), GOLDEN).unwrap();
    }
    let loaded = journal::read(Path::new(GOLDEN)).unwrap();
    assert_eq!(loaded.header.schema, 1);
    assert_eq!((loaded.torn, loaded.broken), (None, None));
    assert_eq!(loaded.records, records(1));
}

#[test]
fn the_end_of_an_effect_that_tells_nothing_of_what_was_run_is_read() {
    let line = r#"{"kind":"settled","effect":5,"outcome":{"outcome":"started"}}"#;
    let fact: Fact = serde_json::from_str(line).unwrap();
    let Fact::Settled { ref ran, .. } = fact else { panic!("{fact:?}") };
    assert!(ran.is_empty());
    assert_eq!(serde_json::to_string(&fact).unwrap(), line, "and is written as before");
}
