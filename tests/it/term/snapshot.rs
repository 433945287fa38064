//! A stream cut anywhere: the snapshot and the rest give the same screen as the whole.

use awtui::term::{Screen, Size};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{RECORDINGS, Seen, seen};

/// Sequences whose effect depends on state that is not visible: saved cursor, tab stops, the character to repeat,
/// margins, charsets, a pending wrap, the other screen, the keyboard levels.
const PROBE: &str = "x\x1b[3b\tq\x1b8y\x0fq\x0eq\x0f\x1b[2;2Hz\n\n\x1bM\x1b[<1u\x1b[23t\
                     \x1b[?1049l!\x1b8w\x1b[<1u\r\n\n\x1b[4;70Hlong enough to wrap, \u{4e2d}\u{6587} \u{4e2d}";

fn after(screen: &mut Screen, rest: &[u8]) -> (Seen, Seen) {
    screen.feed(rest);
    let now = seen(screen);
    screen.feed(PROBE.as_bytes());
    (now, seen(screen))
}

fn assert_rebuilt(stream: &[u8], cut: usize, size: Size) {
    let mut whole = Screen::new(size, 1000);
    whole.feed(stream);

    let mut first = Screen::new(size, 1000);
    first.feed(&stream[..cut]);
    let mut rebuilt = Screen::new(size, 1000);
    // A screen that showed something else before must not shine through.
    rebuilt.feed(b"\x1b[31mrubbish\x1b[?1049h\x1b[2;3r\x1b[?6h\x1b]0;unfinished");
    rebuilt.feed(&first.snapshot());
    let around = |from: usize, to: usize| stream[from..to.min(stream.len())].escape_ascii();
    let cut_stream = format!("{} | {}", around(cut.saturating_sub(500), cut), around(cut, cut + 500));
    assert_eq!(seen(&rebuilt), seen(&first), "at the cut: {cut_stream}");
    assert_eq!((whole.faults(), first.faults(), rebuilt.faults()), (0, 0, 0));
    assert_eq!(after(&mut rebuilt, &stream[cut..]), after(&mut whole, b""), "after the rest: {cut_stream}");
}

#[test]
fn a_recording_cut_at_many_places_is_rebuilt() {
    let size = Size::new(120, 40);
    for (_, stream) in RECORDINGS {
        // A prime keeps the cuts away from any rhythm of the frames.
        for cut in (0..stream.len()).step_by(7001).chain([1, stream.len() / 3, stream.len()]) {
            assert_rebuilt(stream, cut, size);
        }
    }
}

#[test]
fn a_program_exit_is_rebuilt_at_every_byte() {
    let (_, stream) = RECORDINGS.iter().find(|(name, _)| *name == "slashquit").unwrap();
    let end = &stream[stream.len() - 300..];
    for cut in 0..end.len() {
        assert_rebuilt(end, cut, Size::new(60, 8));
    }
}

#[test]
fn history_is_rebuilt_up_to_its_bound() {
    let size = Size::new(30, 5);
    let mut screen = Screen::new(size, 2000);
    for line in 0..900 {
        screen.feed(format!("\x1b[3{}mline {line}\x1b[m\r\n", line % 8).as_bytes());
    }
    let mut rebuilt = Screen::new(size, 2000);
    rebuilt.feed(&screen.snapshot());
    assert_eq!(rebuilt.history_len(), 896);
    for offset in [0, 1, 250, 896] {
        assert_eq!(rebuilt.text_at(offset), screen.text_at(offset), "{offset} lines back");
        assert!(rebuilt.row_at(offset, 0).eq(screen.row_at(offset, 0)), "{offset} lines back");
    }
    let mut bare = Screen::new(size, 2000);
    bare.feed(&screen.snapshot_with_history(0));
    assert_eq!((bare.history_len(), seen(&bare)), (0, seen(&screen)));
}

#[test]
fn rewrapping_after_a_resize_survives_the_snapshot() {
    let text =
        "a line that is much longer than the pane is wide \u{4e2d}\u{6587}\u{4e2d}\u{6587} and ends here";
    for narrow in 9..30 {
        let mut screen = Screen::new(Size::new(narrow, 12), 100);
        screen.feed(text.as_bytes());
        let mut rebuilt = Screen::new(Size::new(narrow, 12), 100);
        rebuilt.feed(&screen.snapshot());
        for size in [Size::new(100, 12), Size::new(17, 12)] {
            screen.resize(size);
            rebuilt.resize(size);
            assert_eq!(seen(&rebuilt), seen(&screen), "{narrow} columns, then {size:?}");
        }
    }
}

#[test]
fn a_snapshot_changes_nothing_and_repeats_itself() {
    for (name, stream) in RECORDINGS {
        let mut screen = Screen::new(Size::new(120, 40), 1000);
        screen.feed(&stream[..stream.len() / 2]);
        let snapshot = screen.snapshot();
        let mut rebuilt = Screen::new(Size::new(120, 40), 1000);
        rebuilt.feed(&snapshot);
        assert_eq!(
            String::from_utf8_lossy(&rebuilt.snapshot()),
            String::from_utf8_lossy(&snapshot),
            "{name}: a snapshot of the rebuilt screen"
        );
    }
}

/// A piece of a stream that stresses state: every sequence the terminal knows, with any parameters.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let number = 0u16..14;
    let text = prop_oneof![
        "[a-z ]{1,9}",
        Just("\u{4e2d}\u{6587}".to_owned()),
        Just("e\u{301}\u{fe0f}\u{1f469}\u{200d}\u{1f467}".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\t".to_owned()),
        Just("\u{8}\u{8}".to_owned()),
        Just("\r".to_owned()),
    ];
    let csi = (number.clone(), number.clone(), "[@A-HJ-MPSTXZbdm]")
        .prop_map(|(first, second, last)| format!("\x1b[{first};{second}{last}"));
    let region = (number.clone(), number).prop_map(|(top, bottom)| format!("\x1b[{top};{bottom}r"));
    let fixed = prop::sample::select(vec![
        "\x1b7",
        "\x1b8",
        "\x1b[s",
        "\x1b[u",
        "\x1bM",
        "\x1bD",
        "\x1bE",
        "\x1bH",
        "\x1b[g",
        "\x1b[3g",
        "\x1b(0",
        "\x1b(B",
        "\x1b)0",
        "\x0e",
        "\x0f",
        "\x1b=",
        "\x1b>",
        "\x1b[!p",
        "\x1b[4h",
        "\x1b[4l",
        "\x1b[20h",
        "\x1b[20l",
        "\x1b[?6h",
        "\x1b[?6l",
        "\x1b[?7l",
        "\x1b[?7h",
        "\x1b[?25l",
        "\x1b[?25h",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b[?47h",
        "\x1b[?1047l",
        "\x1b[?1048h",
        "\x1b[?1048l",
        "\x1b[?2004h",
        "\x1b[?1003h",
        "\x1b[?1006h",
        "\x1b[?1004h",
        "\x1b[?2026h",
        "\x1b[?2026l",
        "\x1b[>7u",
        "\x1b[>1u",
        "\x1b[<u",
        "\x1b[=5;2u",
        "\x1b[>4;2m",
        "\x1b[4 q",
        "\x1b[22t",
        "\x1b[23t",
        "\x1b]2;one\x07",
        "\x1b]0;two; three\x1b\\",
        "\x1b]8;;http://a.b/c;d\x07",
        "\x1b]8;id=x;http://e.f\x1b\\",
        "\x1b]8;;\x07",
        "\x1b[4:3m",
        "\x1b[58;5;9m",
        "\x1b[38;2;1;2;3m",
        "\x1b[48:5:77m",
        "\x1b[95;104m",
        "\x1b[1;2;3;7;8;9m",
        "\x1b[m",
        "\x1b#8",
        "\x1b[?3h",
        "\x1b[1\r2m",
        "\x1b[\x1b[1m",
        "\x1bP1$r0m\x1b\\",
        "\x1b_Gi=1;AAAA\x1b\\",
        "\x1b[31\x18",
        "\x1bc",
    ]);
    prop_oneof![
        4 => text.prop_map(String::into_bytes),
        4 => csi.prop_map(String::into_bytes),
        1 => region.prop_map(String::into_bytes),
        4 => fixed.prop_map(|sequence| sequence.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 1..4),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_stream_cut_anywhere_is_rebuilt(
        pieces in vec(piece(), 1..60), at in any::<prop::sample::Index>(), cols in 2u16..24, rows in 2u16..10,
    ) {
        let stream = pieces.concat();
        assert_rebuilt(&stream, at.index(stream.len() + 1), Size::new(cols, rows));
    }

    #[test]
    fn a_resized_screen_is_rebuilt(
        before in vec(piece(), 1..40), between in vec(piece(), 0..20), rest in vec(piece(), 0..20),
        sizes in vec((2u16..24, 2u16..10), 2..4),
    ) {
        let sizes: Vec<Size> = sizes.into_iter().map(|(cols, rows)| Size::new(cols, rows)).collect();
        let mut whole = Screen::new(sizes[0], 1000);
        whole.feed(&before.concat());
        for size in &sizes[1..] {
            whole.resize(*size);
            whole.feed(&between.concat());
        }
        let mut rebuilt = Screen::new(whole.size(), 1000);
        rebuilt.feed(&whole.snapshot());
        assert_eq!(seen(&rebuilt), seen(&whole), "at the cut");
        let rest = rest.concat();
        assert_eq!(after(&mut rebuilt, &rest), after(&mut whole, &rest), "after the rest");
        assert_eq!((whole.faults(), rebuilt.faults()), (0, 0));
    }

    #[test]
    fn where_a_stream_is_cut_into_reads_makes_no_difference(
        pieces in vec(piece(), 1..40), cuts in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let stream = pieces.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let mut whole = Screen::new(Size::new(20, 6), 100);
        whole.feed(&stream);
        let mut pieced = Screen::new(Size::new(20, 6), 100);
        let mut from = 0;
        for cut in cuts.into_iter().chain([stream.len()]) {
            pieced.feed(&stream[from..cut]);
            from = cut;
        }
        assert_eq!(seen(&pieced), seen(&whole));
        assert_eq!(pieced.take_replies(), whole.take_replies());
        assert_eq!(pieced.take_signals(), whole.take_signals());
    }
}
