//! Lines that scrolled out: how many are kept, and that each keeps its number.

use super::screen_of;
use awtui::term::{FLOOD_HISTORY, HISTORY, Screen, Size};
use std::fmt::Write;

const SIZE: Size = Size { cols: 20, rows: 4 };

fn lines(range: std::ops::Range<usize>) -> String {
    range.fold(String::new(), |mut text, line| {
        write!(text, "\r\nline {line}").unwrap();
        text
    })
}

fn line(screen: &Screen, number: u64) -> String {
    screen.line_text(number).map(|piece| piece.character).collect()
}

/// The number of the line that says this.
fn number_of(screen: &Screen, text: &str) -> u64 {
    let all = screen.oldest_line()..screen.end_line();
    all.into_iter().find(|number| line(screen, *number) == text).unwrap()
}

#[test]
fn ten_thousand_lines_are_kept_and_the_oldest_go_first() {
    let mut screen = Screen::new(SIZE, HISTORY);
    screen.feed(lines(0..25_000).as_bytes());
    assert_eq!(screen.history_len(), HISTORY);
    assert_eq!(line(&screen, screen.end_line() - 1), "line 24999");
    assert_eq!(line(&screen, screen.oldest_line()), format!("line {}", 25_000 - HISTORY - 4));
    assert_eq!(screen.row_at(usize::MAX, 0).text().trim_end(), line(&screen, screen.oldest_line()));
    assert!(!screen.line_text(screen.oldest_line() - 1).exists(), "what is not kept is not shown");
    assert!(!screen.line_text(screen.end_line()).exists());
}

#[test]
fn a_line_keeps_its_number_whatever_comes_after() {
    type Change = fn(&mut Screen);
    let changes: &[(&str, Change)] = &[
        ("more lines", |screen| screen.feed(lines(500..600).as_bytes())),
        ("so many that lines are dropped", |screen| screen.feed(lines(500..1600).as_bytes())),
        ("a screen that is cleared", |screen| screen.feed(b"\x1b[2J\x1b[H")),
        ("a screen that is scrolled", |screen| screen.feed(b"\x1b[3S")),
        ("deleted lines", |screen| screen.feed(b"\x1b[H\x1b[2M")),
        ("fewer rows", |screen| screen.resize(Size::new(20, 2))),
        ("more rows", |screen| screen.resize(Size::new(20, 30))),
        ("the alternate screen and back", |screen| screen.feed(b"\x1b[?1049h\x1b[2Jx\x1b[?1049l")),
        ("a snapshot", |screen| {
            let snapshot = screen.snapshot();
            *screen = Screen::new(screen.size(), 1500);
            screen.feed(&snapshot);
        }),
        ("a snapshot with less history", |screen| {
            let snapshot = screen.snapshot_with_history(100);
            *screen = Screen::new(screen.size(), 1500);
            screen.feed(&snapshot);
        }),
    ];
    for (name, change) in changes {
        let mut screen = Screen::new(SIZE, 1500);
        screen.feed(lines(0..500).as_bytes());
        let number = number_of(&screen, "line 450");
        change(&mut screen);
        assert_eq!(line(&screen, number), "line 450", "{name}");
    }
}

#[test]
fn numbers_of_lines_that_are_gone_are_not_given_again() {
    let mut screen = Screen::new(SIZE, 1500);
    screen.feed(lines(0..100).as_bytes());
    let number = number_of(&screen, "line 50");
    screen.feed(b"\x1b[3J");
    assert!(!screen.line_text(number).exists(), "the history was cleared");
    let end = screen.end_line();
    assert_eq!(line(&screen, end - 1), "line 99", "the screen was not");
    screen.feed(b"\x1bc");
    assert!(screen.oldest_line() >= end, "a reset begins anew");
}

#[test]
fn the_epoch_tells_when_numbers_mean_other_lines() {
    let mut screen = screen_of(SIZE, b"a line that is wrapped here");
    let epochs: Vec<u64> = [b"\x1b[?1049h".as_slice(), b"x", b"\x1b[?1049l", b"\r\nmore"]
        .into_iter()
        .map(|bytes| {
            screen.feed(bytes);
            screen.epoch()
        })
        .collect();
    assert_eq!(epochs, [1, 1, 2, 2]);
    screen.resize(Size::new(20, 9));
    assert_eq!(screen.epoch(), 2, "rows come and go without wrapping anything");
    screen.resize(Size::new(10, 9));
    assert_eq!(screen.epoch(), 3);
    let mut rebuilt = Screen::new(screen.size(), 100);
    rebuilt.feed(&screen.snapshot());
    assert_eq!((rebuilt.epoch(), rebuilt.top_line()), (screen.epoch(), screen.top_line()));
}

#[test]
fn a_snapshot_carries_the_history_as_far_as_it_is_not_too_large() {
    let rebuilt = |text: &str, size: Size| {
        let mut screen = Screen::new(size, HISTORY);
        screen.feed(text.as_bytes());
        let snapshot = screen.snapshot();
        assert!(snapshot.len() <= 768 * 1024, "{}", snapshot.len());
        let mut rebuilt = Screen::new(size, HISTORY);
        rebuilt.feed(&snapshot);
        assert_eq!(rebuilt.text(), screen.text());
        rebuilt.history_len()
    };
    assert_eq!(rebuilt(&lines(0..12_000), SIZE), HISTORY);
    let long = "\x1b[31mword\x1b[32mword\x1b[0m".repeat(20);
    let many = format!("{long}\r\n").repeat(10_100);
    let kept = rebuilt(&many, Size::new(200, 50));
    assert!((FLOOD_HISTORY..HISTORY).contains(&kept), "{kept}");
}

#[test]
fn what_a_line_says_leaves_out_what_only_fills() {
    let screen = screen_of(Size::new(6, 3), "ab你  \r\nabcde你好".as_bytes());
    let pieces = |line| -> Vec<(char, u16, u8)> {
        screen.line_text(line).map(|piece| (piece.character, piece.column, piece.width)).collect()
    };
    assert_eq!(pieces(0), [('a', 0, 1), ('b', 1, 1), ('你', 2, 2)], "blanks at the end are none");
    let wrapped: Vec<char> = pieces(1).into_iter().map(|(character, ..)| character).collect();
    assert_eq!(wrapped, ['a', 'b', 'c', 'd', 'e'], "nor is the blank that a wide character left");
    assert!(screen.line_text(1).is_wrapped());
    assert_eq!(pieces(2), [('你', 0, 2), ('好', 2, 2)]);
}
