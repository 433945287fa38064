//! Bytes as terminals send them, read as keys, pastes, clicks and answers.

use awtui::term::{Modes, Mods, Mouse, MouseButton, MouseKind, encode_key};
use awtui::tty::{Decoded, Decoder, Keyboard, Known, Reply, TtyEvent};
use proptest::prelude::*;

/// One word for each thing that was understood.
fn words(decoded: Vec<Decoded>) -> String {
    let word = |one: Decoded| match one {
        Decoded::Event(TtyEvent::Key(key)) => key.to_string(),
        Decoded::Event(TtyEvent::Paste(text)) => format!("paste {text:?}"),
        Decoded::Event(TtyEvent::Focus(gained)) => format!("focus {gained}"),
        Decoded::Event(other) => format!("{other:?}"),
        Decoded::Reply(reply) => format!("{reply:?}"),
    };
    decoded.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

fn fed(decoder: &mut Decoder, bytes: &[u8]) -> Vec<Decoded> {
    decoder.feed(bytes);
    std::iter::from_fn(|| decoder.pop()).collect()
}

fn given_up(decoder: &mut Decoder) -> Vec<Decoded> {
    decoder.give_up();
    std::iter::from_fn(|| decoder.pop()).collect()
}

/// What the bytes come to, and then silence.
fn read(bytes: &[u8]) -> String {
    let mut decoder = Decoder::new();
    let mut all = fed(&mut decoder, bytes);
    if decoder.patience().is_some() {
        all.extend(given_up(&mut decoder));
    }
    words(all)
}

#[test]
fn every_way_to_tell_a_key_is_read() {
    let cases = [
        // What people type.
        ("a", "a"),
        ("A", "shift-a"),
        ("é世😀", "é 世 😀"),
        ("e\u{301}", "e \u{301}"),
        ("👩\u{200d}💻", "👩 \u{200d} 💻"),
        // Control codes.
        ("\r\n\t\x7f\x08", "enter ctrl-j tab backspace ctrl-h"),
        ("\0\x01\x1a\x1c\x1d\x1e\x1f", "ctrl-space ctrl-a ctrl-z ctrl-\\ ctrl-] ctrl-^ ctrl-_"),
        // Alt.
        (
            "\x1bx\x1bX\x1b\r\x1b\x7f\x1b\x01\x1bé",
            "alt-x alt-shift-x alt-enter alt-backspace ctrl-alt-a alt-é",
        ),
        ("\x1b", "esc"),
        ("\x1b\x1b", "esc esc"),
        ("\x1b\x1bx", "esc alt-x"),
        ("\x1b[", "alt-["),
        ("\x1bO", "alt-shift-o"),
        ("\x1bP", "alt-shift-p"),
        ("\x1bPx", "alt-shift-p x"),
        ("\x1b]", "alt-]"),
        ("\x1b]x", "alt-] x"),
        ("\x1b\x1b[A\x1b\x1bOB", "alt-up alt-down"),
        // xterm.
        ("\x1b[A\x1b[1;5B\x1bOC\x1b[1;2D", "up ctrl-down right shift-left"),
        ("\x1b[H\x1b[F\x1bOH\x1b[1~\x1b[4~\x1b[7~\x1b[8;3~", "home end home home end home alt-end"),
        ("\x1b[2~\x1b[3;5~\x1b[5~\x1b[6;4~", "insert ctrl-delete pageup alt-shift-pagedown"),
        (
            "\x1bOP\x1b[1;2Q\x1b[1;5R\x1b[11~\x1b[15~\x1b[17;3~\x1b[24~",
            "f1 shift-f2 ctrl-f3 f1 f5 alt-f6 f12",
        ),
        ("\x1b[25~\x1b[29~\x1b[34~", "f13 f16 f20"),
        ("\x1b[Z\x1b[1;5Z", "shift-tab ctrl-shift-tab"),
        ("\x1bOM\x1bOp\x1bOk\x1bOX", "enter 0 + ="),
        // modifyOtherKeys.
        ("\x1b[27;2;13~\x1b[27;5;97~\x1b[27;6;65~\x1b[27;5;105~", "shift-enter ctrl-a ctrl-shift-a ctrl-i"),
        (
            "\x1b[27;5;9~\x1b[27;6;9~\x1b[27;5;127~\x1b[27;3;27~",
            "ctrl-tab ctrl-shift-tab ctrl-backspace alt-esc",
        ),
        // kitty.
        (
            "\x1b[27u\x1b[97;5u\x1b[13;2u\x1b[9;6u\x1b[127;3u",
            "esc ctrl-a shift-enter ctrl-shift-tab alt-backspace",
        ),
        ("\x1b[112:80;6u\x1b[49:33;6u\x1b[97;9u\x1b[97;33u", "ctrl-shift-p ctrl-! super-a alt-a"),
        ("\x1b[97;69u\x1b[99;133u", "ctrl-a ctrl-c"),
        ("\x1b[97;5:1u\x1b[97;5:2u\x1b[97;5:3u\x1b[1;5:3A\x1b[3;1:3~", "ctrl-a ctrl-a"),
        ("\x1b[1092::97;5u\x1b[1092:1060:97;6u", "ctrl-a ctrl-shift-a"),
        ("\x1b[57419u\x1b[57414;2u\x1b[57400u", "up shift-enter 1"),
        ("\x1b[57376u\x1b[57387;5u\x1b[P\x1b[13;5~", "f13 ctrl-f24 f1 ctrl-f3"),
        ("\x1b[0;;228:8364u", "ä €"),
        // rxvt and the kernel's console.
        (
            "\x1b[a\x1bOb\x1b[3$\x1b[5^\x1b[6@",
            "shift-up ctrl-down shift-delete ctrl-pageup ctrl-shift-pagedown",
        ),
        ("\x1b[[A\x1b[[E", "f1 f5"),
        // What awtui has no word for, and what nobody asked for.
        ("\x1b[57358u\x1b[57441;2u\x1b[E\x1b[99~\x1b[4;5R\x1b[>1;2;3c\x1bP1$r0m\x1b\\x", "x"),
        ("\x1b]10;rgb:0/0/0\x07a\x1b]10;rgb:0/0/0\x1b\\b\x1b[?2026;2$yc", "a b c"),
        // Broken off.
        ("\x1b[1\x1b[A\x1b[12", "up"),
        // The focus, and what terminals answer.
        ("\x1b[I\x1b[O", "focus true focus false"),
        ("\x1b[?5u\x1bP>|XTerm(390)\x1b\\\x1b[?62;22c", "KeyboardFlags(5) Name(\"XTerm(390)\") Attributes"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(read(bytes.as_bytes()), expected, "{:?}", bytes.escape_debug().to_string());
    }
    assert_eq!(read(b"\xe4\xb8a\xffb\xc3"), "a b", "what is no UTF-8 is left out, and nothing with it");
}

#[test]
fn esc_that_came_by_itself_is_a_key_however_soon_another_follows() {
    // (what came at once, piece by piece), what it is.
    let cases: &[(&[&str], &str)] = &[
        (&["\x1b", "x"], "esc x"),
        (&["\x1b", "é"], "esc é"),
        (&["\x1b", "\r"], "esc enter"),
        (&["\x1b", "\x03"], "esc ctrl-c"),
        (&["\x1b", ":w\r"], "esc : w enter"),
        (&["a\x1b", "j"], "a esc j"),
        (&["\x1bx"], "alt-x"),
        (&["\x1b", "\x1bx"], "esc alt-x"),
        // The rest of a sequence may come late.
        (&["\x1b", "[A"], "up"),
        (&["\x1b", "OP"], "f1"),
        (&["\x1b", "]11;rgb:0/0/0\x07x"], "Dark(true) x"),
        (&["\x1b", "\x1b[A"], "alt-up"),
        (&["\x1b", "[200~\x1b", "x\x1b[201~"], "paste \"\\u{1b}x\""),
    ];
    for (pieces, expected) in cases {
        let mut decoder = Decoder::new();
        let mut all: Vec<_> = pieces.iter().flat_map(|piece| fed(&mut decoder, piece.as_bytes())).collect();
        if decoder.patience().is_some() {
            all.extend(given_up(&mut decoder));
        }
        assert_eq!(words(all), *expected, "{pieces:?}");
    }
}

#[test]
fn the_mouse_is_read_with_its_place_buttons_and_modifiers() {
    type Case = (&'static [u8], MouseKind, (u16, u16), Mods);
    let cases: [Case; 10] = [
        (b"\x1b[<0;8;4M", MouseKind::Press(MouseButton::Left), (7, 3), Mods::NONE),
        (b"\x1b[<1;8;4M", MouseKind::Press(MouseButton::Middle), (7, 3), Mods::NONE),
        (b"\x1b[<18;8;4m", MouseKind::Release(MouseButton::Right), (7, 3), Mods::CTRL),
        (b"\x1b[<32;500;300M", MouseKind::Drag(MouseButton::Left), (499, 299), Mods::NONE),
        (b"\x1b[<35;1;1M", MouseKind::Move, (0, 0), Mods::NONE),
        (b"\x1b[<64;1;1M", MouseKind::WheelUp, (0, 0), Mods::NONE),
        (b"\x1b[<69;1;1M", MouseKind::WheelDown, (0, 0), Mods::SHIFT),
        (b"\x1b[<74;1;1M", MouseKind::WheelLeft, (0, 0), Mods::ALT),
        (b"\x1b[M !!", MouseKind::Press(MouseButton::Left), (0, 0), Mods::NONE),
        (b"\x1b[M#*&", MouseKind::Release(MouseButton::Left), (9, 5), Mods::NONE),
    ];
    for (bytes, kind, (col, row), mods) in cases {
        let expected = TtyEvent::Mouse(Mouse { kind, col, row, mods });
        assert_eq!(fed(&mut Decoder::new(), bytes), [Decoded::Event(expected)], "{}", bytes.escape_ascii());
    }
    assert_eq!(read(b"\x1b[<128;1;1Mx\x1b[<0;1M"), "x", "buttons that awtui has no word for are left out");
}

#[test]
fn a_paste_is_one_piece_with_plain_line_ends() {
    for (bytes, expected) in [
        ("\x1b[200~two\rlines\r\nand\nmore\x1b[201~x", r#"paste "two\nlines\nand\nmore" x"#),
        ("\x1b[200~\x1b[201~", r#"paste """#),
        ("\x1b[200~\x1b[A\x1b\x03\x1b[201~\r", r#"paste "\u{1b}[A\u{1b}\u{3}" enter"#),
        ("\x1b\x1b[200~a\x1b[201~", r#"esc paste "a""#),
        ("\x1b[201~a", "a"),
    ] {
        assert_eq!(read(bytes.as_bytes()), expected, "{bytes:?}");
    }
    let mut decoder = Decoder::new();
    assert_eq!(fed(&mut decoder, b"\x1b[200~rm -rf /\r"), []);
    assert_eq!(words(given_up(&mut decoder)), r#"paste "rm -rf /\n""#, "its end did not come");
    assert_eq!(words(fed(&mut decoder, b"y")), "y", "keys are not swallowed");
    assert_eq!(
        words(fed(&mut decoder, b"\rfoo\r\x1b[201~\r")),
        r#"paste "\nfoo\n" enter"#,
        "nor is what came late typed"
    );
    let late = [b"x\r".repeat(60).as_slice(), b"\x1b[201"].concat();
    fed(&mut decoder, b"\x1b[200~a");
    given_up(&mut decoder);
    assert_eq!(fed(&mut decoder, &late), []);
    assert_eq!(words(fed(&mut decoder, b"~k")), format!("paste {:?} k", "x\n".repeat(60)));
}

#[test]
fn a_key_and_the_beginning_of_a_sequence_are_told_apart_by_silence() {
    let mut decoder = Decoder::new();
    assert_eq!(fed(&mut decoder, b"\x1b"), []);
    let patience = decoder.patience().unwrap();
    assert!(patience.as_millis() <= 50, "a person waits for it: {patience:?}");
    assert_eq!(words(given_up(&mut decoder)), "esc");
    assert_eq!(decoder.patience(), None);
    assert_eq!(fed(&mut decoder, b"\x1b[1;"), []);
    assert!(decoder.patience().unwrap() > patience, "a slow line gets more time");
    assert_eq!(words(fed(&mut decoder, b"5A")), "ctrl-up");
}

#[test]
fn a_terminal_gets_the_best_keyboard_that_it_says_it_has() {
    let name = |name: &str| Reply::Name(name.to_owned());
    let cases = [
        (vec![Reply::KeyboardFlags(0), name("kitty(0.36)"), Reply::Attributes], Some(Keyboard::Kitty)),
        (vec![Reply::KeyboardFlags(0), name("WezTerm 2024"), Reply::Attributes], Some(Keyboard::Kitty)),
        (vec![name("XTerm(390)"), Reply::Attributes], Some(Keyboard::OtherKeys)),
        (vec![name("tmux 3.3a"), Reply::Attributes], Some(Keyboard::OtherKeys)),
        (vec![name("VTE(7600)"), Reply::Attributes], None),
        (vec![Reply::Attributes], None),
        (vec![], None),
    ];
    for (replies, expected) in cases {
        let mut known = Known::default();
        let said = format!("{replies:?}");
        let learnt: Vec<Keyboard> = replies.into_iter().filter_map(|reply| known.learn(reply)).collect();
        assert_eq!(learnt, expected.into_iter().collect::<Vec<_>>(), "{said}");
    }
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let known = [
        "a",
        "é",
        "世",
        "\r",
        "\x1b[A",
        "\x1b[1;5B",
        "\x1bOP",
        "\x1b[27;2;13~",
        "\x1b[49:33;6u",
        "\x1b[<0;8;4M",
        "\x1b[200~two\rlines\x1b[201~",
        "\x1b[I",
        "\x1b[?5u",
        "\x1bP>|XTerm(390)\x1b\\",
        "\x1b[M !!",
        "\x03",
    ];
    prop::collection::vec(prop::sample::select(known.to_vec()), 0..12)
        .prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn where_the_bytes_are_cut_does_not_matter(bytes in pieces(), cuts in prop::collection::vec(1_usize..6, 0..40)) {
        let mut whole = Decoder::new();
        let expected = fed(&mut whole, &bytes);
        let mut decoder = Decoder::new();
        let mut got = Vec::new();
        let mut rest = bytes.as_slice();
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            got.extend(fed(&mut decoder, now));
            rest = later;
        }
        got.extend(fed(&mut decoder, rest));
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::new();
        fed(&mut decoder, &bytes);
        given_up(&mut decoder);
        // Whatever was open is closed by the end of a paste and silence.
        fed(&mut decoder, b"\x1b[201~");
        given_up(&mut decoder);
        given_up(&mut decoder);
        prop_assert_eq!(words(fed(&mut decoder, b"x")), "x");
    }

    #[test]
    fn every_character_reaches_a_program_as_it_was_typed(character in any::<char>()) {
        prop_assume!(character != '\x1b');
        let typed = character.to_string();
        for kitty in [0, 1, 5] {
            let modes = Modes { kitty, ..Modes::default() };
            let mut sent = Vec::new();
            for decoded in fed(&mut Decoder::new(), typed.as_bytes()) {
                let Decoded::Event(TtyEvent::Key(key)) = decoded else { panic!("{decoded:?}") };
                sent.extend(encode_key(key, &modes));
            }
            if kitty == 0 || !character.is_control() {
                prop_assert_eq!(String::from_utf8(sent).unwrap(), typed.clone());
            }
        }
    }
}
