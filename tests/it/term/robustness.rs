//! Whatever arrives, the terminal neither fails nor stalls.

use awtui::term::{Screen, Size};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Act {
    Feed(Vec<u8>),
    Resize(u16, u16),
    Snapshot,
}

/// Bytes that are mostly made of what control sequences are made of.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => any::<u8>(),
        3 => prop::sample::select(b"\x1b[]P_\\;?0123456789hlmHJKrXPLM@bSTcu\x07\x18\n\r\t".to_vec()),
        1 => Just(0x1b),
    ];
    prop_oneof![
        vec(byte, 0..200),
        "\\PC{0,60}".prop_map(String::into_bytes),
        "(\x1b\\[[0-9;?:>]{0,8}[@-~]){1,20}".prop_map(String::into_bytes),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => bytes().prop_map(Act::Feed),
        2 => (0u16..150, 0u16..40).prop_map(|(cols, rows)| Act::Resize(cols, rows)),
        1 => Just(Act::Snapshot),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_and_resizes_never_break_the_screen(acts in vec(act(), 1..40)) {
        let mut screen = Screen::new(Size::new(80, 24), 200);
        for act in acts {
            match act {
                Act::Feed(bytes) => screen.feed(&bytes),
                Act::Resize(cols, rows) => screen.resize(Size::new(cols, rows)),
                Act::Snapshot => drop(screen.snapshot()),
            }
            let size = screen.size();
            for row in 0..size.rows {
                let widths: u16 = screen.row(row).map(|cell| u16::from(cell.width)).sum();
                prop_assert_eq!(widths, size.cols, "the widths of a row add up to its columns");
            }
            if let Some(cursor) = screen.cursor() {
                prop_assert!(cursor.col < size.cols && cursor.row < size.rows);
            }
            prop_assert_eq!(screen.faults(), 0, "no fault had to be caught");
        }
    }
}

#[test]
fn sizes_out_of_range_are_brought_into_range() {
    assert_eq!(Size::new(0, 0), Size { cols: 2, rows: 2 });
    assert_eq!(Size::new(u16::MAX, 1), Size { cols: 1000, rows: 2 });
    let mut screen = Screen::new(Size { cols: 0, rows: 5000 }, 10);
    assert_eq!(screen.size(), Size { cols: 2, rows: 1000 });
    screen.resize(Size { cols: 1, rows: 0 });
    screen.feed("wide \u{4e2d}\u{6587}".as_bytes());
    assert_eq!((screen.size(), screen.faults()), (Size { cols: 2, rows: 2 }, 0));
    assert_eq!(screen.row(2).count(), 0, "there is no row below the last");
}

/// Each short sequence asks for as much work as a sequence can. Bounded, all of them together are a blink; unbounded,
/// the repetitions alone print millions of characters.
#[test]
fn sequences_that_ask_for_absurd_repetitions_cost_little() {
    let sequences = [
        "\x1b[65535@",
        "x\x1b[65535b",
        "\x1b[65535P",
        "\x1b[65535X",
        "\x1b[65535L",
        "\x1b[65535M",
        "\x1b[65535S",
        "\x1b[65535T",
        "\x1b[65535I",
        "\x1b[3g\x1b[65535C\x1b[65535Z",
        "\x1b[65535;65535H",
        "\x1b[99999999999999m",
        "\x1b[22t",
        "\x1b[>1u",
        "a\u{301}\u{301}\u{301}\u{301}",
        "\x1b]2;t\x07\x07",
        "\x1b[c\x1b[6n\x1b[?u",
    ];
    for sequence in sequences {
        let mut screen = Screen::new(Size::new(80, 24), 100);
        screen.feed(sequence.repeat(300).as_bytes());
        assert_eq!(screen.faults(), 0, "{}", sequence.escape_debug());
        assert!(screen.take_replies().len() <= 64 * 1024);
        assert!(screen.take_signals().len() <= 1024);
        assert!(screen.snapshot().len() < 100_000, "{}", sequence.escape_debug());
    }
}

#[test]
fn a_flood_of_answers_and_announcements_needs_bounded_memory() {
    let mut screen = Screen::new(Size::new(80, 24), 100);
    for number in 0..20_000 {
        screen.feed(format!("\x1b[6n\x1b]9;note {number}\x07").as_bytes());
    }
    assert!(screen.take_replies().len() <= 64 * 1024);
    let signals = screen.take_signals();
    assert!(signals.len() <= 1024);
    assert_eq!(format!("{:?}", signals.last().unwrap()), r#"Notify("note 19999")"#, "the youngest are kept");
}

#[test]
fn an_endless_control_string_is_dropped_and_ends_where_it_ends() {
    for introducer in ["\x1b]0;", "\x1bP", "\x1b_", "\x1b["] {
        let mut screen = Screen::new(Size::new(20, 2), 100);
        screen.feed(introducer.as_bytes());
        for _ in 0..300 {
            screen.feed(&[b'1'; 1000]);
        }
        assert!(screen.snapshot().len() < 70_000, "{introducer:?}: what waits is bounded");
        screen.feed(if introducer == "\x1b[" { b"m" } else { b"\x1b\\" });
        screen.feed(b"shown");
        assert_eq!(screen.text(), "shown\n", "{introducer:?}");
        assert_eq!(screen.title(), None);
    }
}

#[test]
fn the_generation_moves_with_what_can_be_seen() {
    let mut screen = Screen::new(Size::new(20, 2), 100);
    let start = screen.generation();
    screen.feed(b"");
    screen.feed(b"\x1b[3");
    assert_eq!(screen.generation(), start, "half a sequence shows nothing");
    screen.feed(b"1mx");
    let fed = screen.generation();
    assert_ne!(fed, start);
    screen.resize(screen.size());
    assert_eq!(screen.generation(), fed, "the same size is no change");
    screen.resize(Size::new(10, 2));
    assert_ne!(screen.generation(), fed);
}
