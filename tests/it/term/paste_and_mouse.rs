//! Pasted text, mouse events and focus changes as programs read them.

use awtui::term::{
    Modes, Mods, Mouse, MouseButton, MouseKind, MouseMode, Screen, Size, encode_focus, encode_mouse,
    encode_paste,
};

#[test]
fn pasted_text_cannot_end_its_own_bracket() {
    let cases = [
        ("a\nb\r\nc", "a\rb\rc", "a\nb\nc"),
        ("x\x1b[201~rm -rf /\r", "x[201~rm -rf /\r", "x[201~rm -rf /\r"),
        ("\x1b[20\x1b[201~1~", "[20[201~1~", "[20[201~1~"),
        ("tab\t\u{9b}201~\u{7f}\0", "tab\t201~", "tab\t201~"),
        ("\u{4e2d} \u{e9}", "\u{4e2d} \u{e9}", "\u{4e2d} \u{e9}"),
    ];
    let bracketed = Modes { bracketed_paste: true, ..Modes::default() };
    for (text, plain, inside) in cases {
        assert_eq!(String::from_utf8(encode_paste(text, &Modes::default())).unwrap(), plain, "{text:?}");
        let expected = format!("\x1b[200~{inside}\x1b[201~");
        assert_eq!(String::from_utf8(encode_paste(text, &bracketed)).unwrap(), expected, "{text:?}");
    }
}

fn encoded(kind: MouseKind, mods: Mods, asked: Modes) -> Option<Vec<u8>> {
    encode_mouse(Mouse { kind, col: 4, row: 9, mods }, &asked)
}

#[test]
fn mouse_events_are_told_as_asked() {
    let sgr = |mouse| Modes { mouse, mouse_sgr: true, ..Modes::default() };
    let left = MouseButton::Left;
    let cases = [
        (MouseKind::Press(left), Mods::NONE, MouseMode::None, None),
        (MouseKind::Press(left), Mods::NONE, MouseMode::Click, Some("\x1b[<0;5;10M")),
        (MouseKind::Release(left), Mods::NONE, MouseMode::Click, Some("\x1b[<0;5;10m")),
        (MouseKind::Press(MouseButton::Right), Mods::CTRL, MouseMode::Click, Some("\x1b[<18;5;10M")),
        (MouseKind::WheelUp, Mods::NONE, MouseMode::Click, Some("\x1b[<64;5;10M")),
        (MouseKind::WheelDown, Mods::SHIFT, MouseMode::Motion, Some("\x1b[<69;5;10M")),
        (MouseKind::Drag(left), Mods::NONE, MouseMode::Click, None),
        (MouseKind::Drag(left), Mods::NONE, MouseMode::Drag, Some("\x1b[<32;5;10M")),
        (MouseKind::Move, Mods::NONE, MouseMode::Drag, None),
        (MouseKind::Move, Mods::ALT, MouseMode::Motion, Some("\x1b[<43;5;10M")),
    ];
    for (kind, mods, mode, expected) in cases {
        let got = encoded(kind, mods, sgr(mode)).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(got.as_deref(), expected, "{kind:?} {mods:?} {mode:?}");
    }
}

#[test]
fn the_original_mouse_encoding_tells_what_it_can() {
    let modes = Modes { mouse: MouseMode::Click, ..Modes::default() };
    assert_eq!(encoded(MouseKind::Press(MouseButton::Left), Mods::NONE, modes).unwrap(), b"\x1b[M %*");
    assert_eq!(encoded(MouseKind::Release(MouseButton::Left), Mods::NONE, modes).unwrap(), b"\x1b[M#%*");
    let far = Mouse { kind: MouseKind::WheelUp, col: 223, row: 0, mods: Mods::NONE };
    assert_eq!(encode_mouse(far, &modes), None, "beyond what one byte can say");
}

#[test]
fn modes_follow_the_program() {
    let mut screen = Screen::new(Size::new(80, 24), 100);
    screen.feed(
        b"\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1004h\x1b[?1006h\x1b[?2004h\x1b[?1h\x1b=\x1b[>7u\x1b[?1007l",
    );
    let modes = screen.modes();
    assert_eq!(
        (modes.mouse, modes.mouse_sgr, modes.focus_events, modes.bracketed_paste),
        (MouseMode::Motion, true, true, true)
    );
    assert_eq!(
        (modes.app_cursor, modes.app_keypad, modes.kitty, modes.alternate_scroll),
        (true, true, 7, false)
    );
    screen.feed(b"\x1b[?1049h");
    assert_eq!(
        (screen.modes().alt_screen, screen.modes().kitty),
        (true, 0),
        "each screen has its own keyboard"
    );
    screen.feed(b"\x1b[?1049l\x1b[<u\x1b[?1003l\x1b[?2026h");
    let modes = screen.modes();
    assert_eq!((modes.kitty, modes.mouse, modes.synchronized), (0, MouseMode::None, true));
    screen.feed(b"\x1bc");
    assert_eq!(screen.modes(), Modes::default());
}

#[test]
fn focus_is_told_only_to_programs_that_asked() {
    let asked = Modes { focus_events: true, ..Modes::default() };
    assert_eq!(encode_focus(true, &asked).unwrap(), b"\x1b[I");
    assert_eq!(encode_focus(false, &asked).unwrap(), b"\x1b[O");
    assert_eq!(encode_focus(true, &Modes::default()), None);
}
