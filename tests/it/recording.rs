//! Asciicast recordings.

use awtui::recording::{self, Entry, Header, Reader, RecordingError, Writer};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn header() -> Header {
    Header {
        cols: 80,
        rows: 24,
        command: Some("pi --mode \"rpc\"".into()),
        title: Some("worker-1".into()),
        timestamp: Some(1_800_000_000),
        start_ms: 65_432,
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("worker-1.cast")
}

fn output(at_ms: u64, text: &str) -> Entry {
    Entry::Output { at_ms, text: text.into() }
}

fn entries(path: &Path) -> Vec<(u64, Entry)> {
    Reader::open(path).unwrap().map(Result::unwrap).collect()
}

#[test]
fn what_is_written_is_read_with_its_times_and_offsets() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    let mut writer = Writer::create(&path, header()).unwrap();
    let begun = writer.offset();
    let hard = "\u{1b}[31mnaïve 数 \u{0} \u{7f} \" \\ \u{2028}\r\n\tend";
    let wanted = vec![
        (writer.output(65_432, "first").unwrap(), output(65_432, "first")),
        (writer.output(66_439, hard).unwrap(), output(66_439, hard)),
        (writer.resize(66_440, 120, 40).unwrap(), Entry::Resize { at_ms: 66_440, cols: 120, rows: 40 }),
        // A clock that went back is not believed.
        (writer.output(1, "late").unwrap(), output(66_440, "late")),
        (writer.exit(7_266_440, 130).unwrap(), Entry::Exit { at_ms: 7_266_440, status: 130 }),
    ];
    assert_eq!(writer.output(8_000_000, "").unwrap(), writer.offset(), "nothing is no event");
    assert_eq!(entries(&path), wanted);
    assert_eq!(writer.offset(), std::fs::metadata(&path).unwrap().len());
    let bytes = std::fs::read(&path).unwrap();
    for offset in wanted.iter().map(|(offset, _)| *offset).chain([begun]) {
        assert_eq!(bytes[usize::try_from(offset).unwrap() - 1], b'\n', "an offset is the end of a line");
    }
    let reader = Reader::open(&path).unwrap();
    assert_eq!((reader.header(), reader.length()), (&header(), writer.offset()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(Writer::create(&path, header()).is_err(), "a recording is never overwritten");
}

#[test]
fn the_lines_are_asciicast_v3() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    let mut writer = Writer::create(&path, header()).unwrap();
    writer.output(65_437, "a\u{1b}[0m").unwrap();
    writer.resize(67_437, 100, 30).unwrap();
    writer.exit(67_437, 0).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let header: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!(header["version"], 3);
    assert_eq!(header["term"], serde_json::json!({"cols": 80, "rows": 24}));
    assert_eq!(header["timestamp"], 1_800_000_000);
    assert_eq!(header["command"], "pi --mode \"rpc\"");
    assert_eq!(header["title"], "worker-1");
    assert_eq!(
        lines[1..],
        [r#"[0.005, "o", "a\u001b[0m"]"#, r#"[2.000, "r", "100x30"]"#, r#"[0.000, "x", "0"]"#]
    );
}

#[test]
fn a_hundred_thousand_intervals_add_up_to_the_time_that_passed() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    let mut writer = Writer::create(&path, header()).unwrap();
    let mut at = 65_432;
    for n in 0..100_000_u64 {
        at += n % 7;
        writer.output(at, "x").unwrap();
    }
    let last = entries(&path).pop().unwrap();
    assert_eq!(last, (writer.offset(), output(at, "x")));
    let text = std::fs::read_to_string(&path).unwrap();
    let sum: f64 =
        text.lines().skip(1).map(|line| line[1..line.find(',').unwrap()].parse::<f64>().unwrap()).sum();
    assert!((sum - f64::from(u32::try_from(at - 65_432).unwrap()) / 1000.0).abs() < 1e-6, "{sum}");
}

#[test]
fn a_recording_torn_at_any_byte_gives_its_whole_lines() {
    let folder = TempDir::new().unwrap();
    let source = path(&folder);
    let mut writer = Writer::create(&source, header()).unwrap();
    let begun = usize::try_from(writer.offset()).unwrap();
    for n in 0..5 {
        writer.output(70_000 + n, &format!("line {n} 数\r\n")).unwrap();
    }
    let wanted = entries(&source);
    let bytes = std::fs::read(&source).unwrap();
    let torn = folder.path().join("torn.cast");
    for cut in begun..=bytes.len() {
        std::fs::write(&torn, &bytes[..cut]).unwrap();
        let whole: Vec<_> = wanted.iter().filter(|(offset, _)| *offset <= cut as u64).cloned().collect();
        assert_eq!(entries(&torn), whole, "cut at {cut}");
        // The same with a line end after it, as a crash may leave one.
        std::fs::write(&torn, [&bytes[..cut], b"\n"].concat()).unwrap();
        let n_read = entries(&torn).iter().filter(|(_, entry)| *entry != Entry::Other).count();
        assert!((whole.len()..=whole.len() + 1).contains(&n_read), "cut at {cut}");
    }
    for cut in 0..begun {
        std::fs::write(&torn, &bytes[..cut]).unwrap();
        let error = Reader::open(&torn).unwrap_err();
        assert!(matches!(error, RecordingError::BadHeader { .. }), "cut at {cut}: {error}");
    }
}

#[test]
fn a_broken_line_in_the_middle_is_named_and_ends_the_reading() {
    for bad in
        ["[0.001, \"o\", \"lin", "[-1, \"o\", \"x\"]", "[0.0, \"r\", \"wide\"]", "[0, \"x\", \"gone\"]", "{}"]
    {
        let folder = TempDir::new().unwrap();
        let path = path(&folder);
        let mut writer = Writer::create(&path, header()).unwrap();
        writer.output(70_000, "good").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}{bad}\n[0.001, \"o\", \"after\"]\n")).unwrap();
        let mut reader = Reader::open(&path).unwrap();
        assert!(reader.next().unwrap().is_ok());
        let error = reader.next().unwrap().unwrap_err();
        assert!(matches!(error, RecordingError::Broken { line: 3, .. }), "{error}");
        assert!(error.to_string().contains("worker-1.cast"), "{error}");
        assert!(reader.next().is_none());
    }
}

#[test]
fn recordings_of_others_are_read() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    let text = "{\"version\":3,\"term\":{\"cols\":10,\"rows\":5,\"type\":\"xterm\"},\"env\":{\"A\":\"b\"}}\n\
        [0.000499, \"o\", \"a\"]\n# a comment\n\n[0.000501, \"m\", \"\"]\n[1, \"i\", \"typed\"]\n[0.1, \"o\", \"b\"]\n";
    std::fs::write(&path, text).unwrap();
    let found: Vec<Entry> = entries(&path).into_iter().map(|(_, entry)| entry).collect();
    let other = Entry::Other;
    assert_eq!(
        found,
        [output(0, "a"), other.clone(), other.clone(), other.clone(), other, output(1101, "b")]
    );
    for (text, wanted) in
        [("{\"version\":2,\"width\":80,\"height\":24}\n", "missing field"), ("hello\n", "expected")]
    {
        std::fs::write(&path, text).unwrap();
        let error = Reader::open(&path).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

/// A recording of `n` segments, each with two lines of output. The offset behind each line of output.
fn segmented(path: &Path, n: u64) -> Vec<u64> {
    let mut writer = Writer::with_limit(path, header(), 1).unwrap();
    let mut offsets = Vec::new();
    for segment in 1..=n {
        if segment > 1 {
            assert!(writer.is_full());
            writer.next_segment(segment * 100_000, &format!("snapshot {segment}")).unwrap();
        }
        for line in 1..=2 {
            let at = segment * 100_000 + line;
            offsets.push(writer.output(at, &format!("{segment}.{line}")).unwrap());
        }
        writer.resize(segment * 100_000 + 3, 80 + u16::try_from(segment).unwrap(), 24).unwrap();
    }
    offsets
}

/// Output and snapshots alone, as words.
fn words(reader: &mut Reader) -> Vec<String> {
    reader
        .filter_map(|entry| match entry.unwrap().1 {
            Entry::Output { text, .. } => Some(text),
            Entry::Snapshot { text, cols, .. } => Some(format!("{text} at {cols}")),
            Entry::Resize { .. } | Entry::Exit { .. } | Entry::Other => None,
        })
        .collect()
}

#[test]
fn segments_read_as_one_recording_and_their_lengths_add_up_to_the_offset() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    let offsets = segmented(&path, 3);
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["worker-1.2.cast", "worker-1.3.cast", "worker-1.cast"]);
    let lengths: u64 =
        names.iter().map(|name| std::fs::metadata(folder.path().join(name)).unwrap().len()).sum();
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(reader.length(), lengths);
    let found: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    let outputs: Vec<u64> = found
        .iter()
        .filter(|(_, entry)| matches!(entry, Entry::Output { .. }))
        .map(|(offset, _)| *offset)
        .collect();
    assert_eq!(outputs, offsets);
    assert_eq!(found.last().unwrap().0, lengths);
    let times: Vec<u64> = found
        .iter()
        .filter_map(|(_, entry)| match entry {
            Entry::Output { at_ms, .. } => Some(*at_ms),
            Entry::Resize { .. } | Entry::Exit { .. } | Entry::Snapshot { .. } | Entry::Other => None,
        })
        .collect();
    assert_eq!(times, [100_001, 100_002, 200_001, 200_002, 300_001, 300_002]);
    assert_eq!(words(&mut Reader::open(&path).unwrap()), ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2"]);
}

#[test]
fn each_segment_is_a_recording_of_its_own_that_begins_with_its_snapshot() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    segmented(&path, 3);
    let mut reader = Reader::open(&path).unwrap();
    reader.seek_segment(1).unwrap();
    assert_eq!(words(&mut reader), ["snapshot 2 at 81", "2.1", "2.2", "3.1", "3.2"]);
    let text = std::fs::read_to_string(folder.path().join("worker-1.2.cast")).unwrap();
    let mut lines = text.lines();
    let header: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(header["term"], serde_json::json!({"cols": 81, "rows": 24}));
    assert_eq!(lines.next().unwrap(), r#"[0.000, "o", "snapshot 2"]"#);
}

#[test]
fn where_a_segment_was_dropped_the_next_snapshot_takes_over() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    let offsets = segmented(&path, 4);
    let second = folder.path().join("worker-1.2.cast");
    let third = Reader::open(&path).unwrap().segments()[2].offset;
    std::fs::remove_file(&second).unwrap();
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(words(&mut reader), ["1.1", "1.2", "snapshot 3 at 82", "3.1", "3.2", "4.1", "4.2"]);
    for (offset, after) in [
        (offsets[0], vec!["1.2", "snapshot 3 at 82", "3.1"]),
        (offsets[4], vec!["3.2", "4.1", "4.2"]),
        (third, vec!["snapshot 3 at 82", "3.1", "3.2"]),
    ] {
        reader.seek(offset).unwrap();
        assert_eq!(words(&mut reader)[..3], after);
    }
    for gone in [offsets[2], offsets[3]] {
        let error = reader.seek(gone).unwrap_err();
        assert!(matches!(error, RecordingError::NotRecorded { .. }), "{error}");
    }
}

#[test]
fn reading_from_any_offset_or_mark_goes_on_as_reading_from_the_start() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    segmented(&path, 3);
    let all = entries(&path);
    let mut reader = Reader::open(&path).unwrap();
    let mut marks = vec![(0, reader.mark())];
    while let Some(entry) = reader.next() {
        entry.unwrap();
        marks.push((marks.len(), reader.mark()));
    }
    for (n_read, mark) in marks {
        let rest = &all[n_read..];
        reader.resume(mark).unwrap();
        assert_eq!(reader.by_ref().map(Result::unwrap).collect::<Vec<_>>(), rest, "mark after {n_read}");
        let offset = if n_read == 0 { 0 } else { mark.offset };
        reader.seek(offset).unwrap();
        assert_eq!(reader.mark(), mark, "offset {offset}");
        assert_eq!(reader.by_ref().map(Result::unwrap).collect::<Vec<_>>(), rest, "offset {offset}");
    }
    let error = reader.seek(all[0].0 + 1).unwrap_err();
    assert!(matches!(error, RecordingError::NotALineEnd { .. }), "{error}");
    let error = reader.seek(reader.length() + 1).unwrap_err();
    assert!(matches!(error, RecordingError::NotRecorded { .. }), "{error}");
}

#[test]
fn a_recording_that_grows_is_read_on_from_a_mark() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    let mut writer = Writer::with_limit(&path, header(), 1).unwrap();
    writer.output(70_000, "one").unwrap();
    let mut reader = Reader::open(&path).unwrap();
    assert_eq!(words(&mut reader), ["one"]);
    let mark = reader.mark();
    assert_eq!((mark.offset, mark.at_ms()), (writer.offset(), 70_000));
    writer.output(71_000, "two").unwrap();
    writer.next_segment(72_000, "not needed").unwrap();
    writer.output(73_000, "three").unwrap();
    let mut reader = Reader::open(&path).unwrap();
    reader.resume(mark).unwrap();
    assert_eq!(words(&mut reader), ["two", "three"]);
}

#[test]
fn a_segment_that_was_only_begun_when_the_machine_stopped_does_not_matter() {
    let folder = TempDir::new().unwrap();
    let path = path(&folder);
    segmented(&path, 2);
    std::fs::write(folder.path().join("worker-1.3.cast"), "{\"version\":3,\"te").unwrap();
    assert_eq!(words(&mut Reader::open(&path).unwrap()), ["1.1", "1.2", "2.1", "2.2"]);
}

#[test]
fn a_cap_drops_the_oldest_middle_segments_and_never_a_first_or_last_one() {
    let folder = TempDir::new().unwrap();
    segmented(&path(&folder), 4);
    segmented(&folder.path().join("worker-11.cast"), 3);
    segmented(&folder.path().join("analyst-1.cast"), 1);
    let total = |folder: &TempDir| -> u64 {
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
    };
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let whole = total(&folder);
    assert_eq!(recording::keep_under(folder.path(), whole).unwrap(), Vec::<PathBuf>::new());
    let dropped = recording::keep_under(folder.path(), whole - 1).unwrap();
    assert_eq!(dropped.iter().map(name).collect::<Vec<_>>(), ["worker-1.2.cast"]);
    assert!(total(&folder) < whole);
    let dropped = recording::keep_under(folder.path(), 0).unwrap();
    assert_eq!(dropped.iter().map(name).collect::<Vec<_>>(), ["worker-1.3.cast", "worker-11.2.cast"]);
    assert_eq!(
        words(&mut Reader::open(&path(&folder)).unwrap()),
        ["1.1", "1.2", "snapshot 4 at 83", "4.1", "4.2"]
    );
}
