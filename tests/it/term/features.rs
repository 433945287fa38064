//! What the terminal shows for the sequences real programs send.

use awtui::term::{Cell, Colour, CursorShape, Screen, Size, Underline};

fn screen(bytes: &str) -> Screen {
    let mut screen = Screen::new(Size::new(20, 4), 100);
    screen.feed(bytes.as_bytes());
    screen
}

#[test]
fn text_lands_where_the_cursor_is() {
    let cases = [
        ("plain", "one\r\ntwo", "one\ntwo\n\n"),
        ("addressed", "\x1b[2;3Hx\x1b[1;1Hy", "y\n  x\n\n"),
        ("wrapped", "0123456789012345678901", "01234567890123456789\n01\n\n"),
        ("repeated", "ab\x1b[3b", "abbbb\n\n\n"),
        ("line drawing", "\x1b(0lqk\x1b(B.", "┌─┐.\n\n\n"),
        ("alternate screen and back", "main\x1b[?1049halt\x1b[?1049l!", "main!\n\n\n"),
        ("control character inside a sequence", "a\x1b[3\r1mb", "b\n\n\n"),
        ("a string that is cut off by a sequence", "a\x1b]0;title\x1b[1mb", "ab\n\n\n"),
        ("an image", "a\x1bPq#0;2;0;0;0“~\x1b\\b", "ab\n\n\n"),
        ("a tab", "a\tb", "a       b\n\n\n"),
        ("tab stops", "\x1b[3g\x1b[5G\x1bH\r\tx", "    x\n\n\n"),
        ("back tab", "a\tb\x1b[Zc", "a       c\n\n\n"),
        ("index and next line", "a\x1bDb\x1bEc", "a\n b\nc\n"),
        ("reverse index", "a\r\nb\x1b[H\x1bMc", "c\na\nb\n"),
        ("margins", "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\n5", "1\n3\n5\n4"),
        ("margins beyond the screen are none", "\x1b[9;20r1\r\n2\r\n3\r\n4\r\n5", "2\n3\n4\n5"),
        ("moving within origin mode", "\x1b[2;4r\x1b[?6h\x1b[2;1H\x1b[Aa\x1b[3Gb\x1b[Bc", "\na b\n   c\n"),
        ("insert and delete lines", "1\r\n2\r\n3\x1b[2;1H\x1b[Lx\x1b[H\x1b[M", "x\n2\n3\n"),
        ("insert and delete characters", "abcd\x1b[2G\x1b[2@\x1b[6G\x1b[P", "a  bc\n\n\n"),
        ("insert mode", "ab\r\x1b[4hx\x1b[4ly", "xyb\n\n\n"),
        ("no wrap", "\x1b[?7l0123456789012345678901", "01234567890123456781\n\n\n"),
        ("saved cursor", "ab\x1b[s\r\ncd\x1b[ux", "abx\ncd\n\n"),
        ("alternate screen of 1047", "a\x1b[?1047hb\x1b[?1047lc", "a c\n\n\n"),
        ("alternate screen of 47", "a\x1b[?47h\x1b[2;3Hb\x1b[?47lc", "a\n   c\n\n"),
        (
            "alternate screen of 1047 and 1048",
            "a\x1b[?1048h\x1b[?1047h\nb\x1b[?1047l\x1b[?1048lc",
            "ac\n\n\n",
        ),
        ("alternate screen left twice", "a\x1b[?1049hb\x1b[?1049lc\x1b[?1049ld", "ad\n\n\n"),
        ("up stops at the margin", "\x1b[2;4r\x1b[3;1H\x1b[9Aa\x1b[1;3H\x1b[Bb\x1b[9Fc", "\nc b\n\n"),
        ("up from above the margin", "\x1b[3;4r\x1b[2;1H\x1b[9Aa", "a\n\n\n"),
        ("down stops at the margin", "\x1b[1;2r\x1b[9Ba\x1b[3;3H\x1b[9Bb\x1b[H\x1b[9Ec", "\nc\n\n  b"),
        (
            "alignment",
            "\x1b[2;3r\x1b[2;2H\x1b#8\n\n\n\x1b[Jx",
            "EEEEEEEEEEEEEEEEEEEE\nEEEEEEEEEEEEEEEEEEEE\nEEEEEEEEEEEEEEEEEEEE\nx",
        ),
        ("deleting more than there is", "abcdef\x1b[3G\x1b[19P", "ab\n\n\n"),
        ("erasing above in the second line", "ab\r\ncd\x1b[2G\x1b[1J", "\n\n\n"),
        ("erasing above in the third line", "a\r\nb\r\ncd\x1b[1G\x1b[1J", "\n\n d\n"),
        (
            "erasing behind the last column",
            "01234567890123456789\x1b[J\x1b[X\x1b[P\x1b[@.",
            "01234567890123456789\n.\n\n",
        ),
        (
            "erasing below from behind the last column",
            "\n.\x1b[H01234567890123456789\x1b[J",
            "01234567890123456789\n\n\n",
        ),
        ("a line separator", "a\u{2028}b\u{2029}c", "abc\n\n\n"),
        ("synchronized update that does not end", "a\x1b[?2026hb", "ab\n\n\n"),
        ("soft reset", "\x1b[4h\x1b[2;3r\x1b[4;1Ha\x1b[!pb\rc", "\n\n\ncb"),
        ("reset", "a\x1b[?1049hb\x1bcc", "c\n\n\n"),
        ("wide characters", "\u{4e2d}\u{6587}\x1b[2Gx", " x\u{6587}\n\n\n"),
        ("a cancelled sequence", "a\x1b[3\x18b", "ab\n\n\n"),
        ("a sequence restarted", "a\x1b[3\x1b[1mb", "ab\n\n\n"),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(screen(bytes).text(), expected, "{name}");
    }
}

#[test]
fn colours_keep_their_kind() {
    let screen = screen("\x1b[31ma\x1b[95mb\x1b[38;5;200mc\x1b[38:2::1:2:3md\x1b[0me");
    let colours: Vec<Colour> = screen.row(0).take(5).map(|cell| cell.fg).collect();
    assert_eq!(
        colours,
        [Colour::Ansi(1), Colour::Ansi(13), Colour::Indexed(200), Colour::Rgb(1, 2, 3), Colour::Default]
    );
}

#[test]
fn attributes_are_kept_apart() {
    let screen = screen(
        "\x1b[1ma\x1b[0;2mb\x1b[0;3mc\x1b[0;7md\x1b[0;8me\x1b[0;9mf\x1b[0;4mg\x1b[4:2mh\x1b[4:3mi\x1b[4:4mj\x1b[4:5mk\
         \x1b[58;2;1;2;3ml\x1b[59mm\x1b[0mn\x1b[1;21mo",
    );
    let cells: Vec<Cell> = screen.row(0).take(15).collect();
    let letters = |test: fn(&Cell) -> bool| -> String {
        cells.iter().filter(|cell| test(cell)).map(|cell| cell.symbol.to_string()).collect()
    };
    assert_eq!(letters(|cell| cell.attrs.bold), "ao");
    assert_eq!(letters(|cell| cell.attrs.dim), "b");
    assert_eq!(letters(|cell| cell.attrs.italic), "c");
    assert_eq!(letters(|cell| cell.attrs.inverse), "d");
    assert_eq!(letters(|cell| cell.attrs.hidden), "e");
    assert_eq!(letters(|cell| cell.attrs.strike), "f");
    assert_eq!(letters(|cell| cell.underline == Underline::Single), "g");
    assert_eq!(letters(|cell| cell.underline == Underline::Double), "ho");
    assert_eq!(letters(|cell| cell.underline == Underline::Curly), "i");
    assert_eq!(letters(|cell| cell.underline == Underline::Dotted), "j");
    assert_eq!(letters(|cell| cell.underline == Underline::Dashed), "klm");
    assert_eq!(letters(|cell| cell.underline_colour == Some(Colour::Rgb(1, 2, 3))), "l");
}

#[test]
fn a_cell_never_shows_more_columns_than_it_has() {
    // What was sent, and the symbols and widths of the cells that result.
    let cases: [(&str, &[(&str, u8)]); 6] = [
        ("\u{4e2d}x", &[("\u{4e2d}", 2), ("", 0), ("x", 1)]),
        ("e\u{301}x", &[("e\u{301}", 1), ("x", 1)]),
        // An emoji selector would make a narrow symbol wide for the terminal outside.
        ("\u{2600}\u{fe0f}x", &[("\u{2600}", 1), ("x", 1)]),
        // A joiner would melt two cells into one for the terminal outside.
        ("\u{1f469}\u{200d}\u{1f467}", &[("\u{1f469}", 2), ("", 0), ("\u{1f467}", 2), ("", 0)]),
        // Half of a wide character is a blank.
        ("\u{4e2d}\x1b[1G\x1b[X", &[(" ", 1), (" ", 1)]),
        ("a\tb", &[("a", 1), (" ", 1), (" ", 1)]),
    ];
    for (bytes, expected) in cases {
        let screen = screen(bytes);
        let cells: Vec<Cell> = screen.row(0).take(expected.len()).collect();
        let got: Vec<(&str, u8)> = cells.iter().map(|cell| (cell.symbol.as_str(), cell.width)).collect();
        assert_eq!(got, expected, "{bytes:?}");
    }
}

#[test]
fn links_are_known_cell_by_cell() {
    let screen = screen("a\x1b]8;;http://x.y/z;1\x07b\x1b]8;id=2;file:///q\x1b\\c\x1b]8;;\x07d");
    let links: Vec<Option<String>> =
        screen.row(0).take(4).map(|cell| cell.link.map(|link| link.uri().to_owned())).collect();
    assert_eq!(links, [None, Some("http://x.y/z;1".into()), Some("file:///q".into()), None]);
}

#[test]
fn narrowing_and_widening_loses_no_text() {
    let mut screen = Screen::new(Size::new(20, 9), 100);
    screen.feed(b"a line of thirty-five characters...\r\nnext");
    let before = screen.text();
    assert!(screen.is_wrapped_at(0, 0) && !screen.is_wrapped_at(0, 1), "wrapped once");
    for size in [Size::new(7, 9), Size::new(50, 9), Size::new(20, 9)] {
        screen.resize(size);
    }
    // Lines may have moved up into the history on the way; none is cut.
    assert_eq!(screen.text_at(screen.history_len()), before);
}

#[test]
fn history_is_seen_by_scrolling_back() {
    let mut screen = screen("1\r\n2\r\n3\r\n4\r\n5\r\n6");
    assert_eq!((screen.history_len(), screen.text()), (2, "3\n4\n5\n6".to_owned()));
    assert_eq!(screen.text_at(1), "2\n3\n4\n5");
    assert_eq!(screen.text_at(99), "1\n2\n3\n4", "not beyond the oldest line");
    assert_eq!(screen.row_at(2, 0).text().trim_end(), "1");
    screen.feed(b"\x1b[?1049h");
    assert_eq!(screen.history_len(), 0, "the alternate screen has none");
}

#[test]
fn the_cursor_is_told_as_it_looks() {
    let cursor = |bytes| screen(bytes).cursor().map(|cursor| (cursor.col, cursor.row, cursor.shape));
    assert_eq!(cursor("ab\r\nc"), Some((1, 1, CursorShape::Block)));
    assert_eq!(cursor("\x1b[?25l"), None);
    assert_eq!(cursor("\x1b[?25l\x1b[?25h\x1b[5 q"), Some((0, 0, CursorShape::Bar)));
    assert_eq!(cursor("\x1b[4 q"), Some((0, 0, CursorShape::Underline)));
    assert_eq!(cursor("01234567890123456789"), Some((19, 0, CursorShape::Block)), "waiting to wrap");
    assert_eq!(cursor("\u{4e2d}\x1b[2G"), Some((0, 0, CursorShape::Block)), "on the second half");
}

#[test]
fn titles_are_kept_and_restored() {
    let mut screen = screen("\x1b]0;one\x07\x1b[22t\x1b]2;two\x07");
    assert_eq!(screen.title(), Some("two"));
    screen.feed(b"\x1b[23t");
    assert_eq!(screen.title(), Some("one"));
    screen.feed(b"\x1b]2;\x07");
    assert_eq!(screen.title(), None);
}

#[test]
fn a_screen_can_be_sent_to_another_thread() {
    fn sendable<T: Send>(_: &T) {}
    sendable(&screen(""));
}
