//! What the terminal shows for the sequences real programs send.

use awtui::term::{Colour, Screen, Size};

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
