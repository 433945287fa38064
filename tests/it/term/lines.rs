//! What a program prints, line by line.

use awtui::term::PlainLines;

fn lines(pieces: &[&str]) -> (Vec<String>, Option<String>) {
    let mut plain = PlainLines::default();
    let whole = pieces.iter().flat_map(|piece| plain.push(piece)).collect();
    (whole, plain.finish())
}

#[test]
fn what_only_the_terminal_is_told_is_left_out() {
    for (text, expected) in [
        ("one\r\ntwo\n", vec!["one", "two"]),
        ("\x1b[1;31mred\x1b[0m and \x1b]0;title\x07plain\n", vec!["red and plain"]),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", vec!["link"]),
        ("\x1b(Bcharset \x1b=keypad\n", vec!["charset keypad"]),
        ("10 %\r50 %\r100 %\r\n", vec!["100 %"]),
        ("typo\x08\x08os\ttab\n", vec!["tyos\ttab"]),
        ("\x1bPq;data\x1b\\after\n", vec!["after"]),
    ] {
        assert_eq!(lines(&[text]).0, expected, "{text:?}");
        let pieces: Vec<String> = text.chars().map(String::from).collect();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        assert_eq!(lines(&pieces).0, expected, "{text:?} in pieces");
    }
}

#[test]
fn the_last_line_needs_no_end() {
    assert_eq!(lines(&["one\ntw", "o"]), (vec!["one".to_owned()], Some("two".to_owned())));
    assert_eq!(lines(&["one\n"]), (vec!["one".to_owned()], None));
}
