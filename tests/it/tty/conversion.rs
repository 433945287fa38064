//! What terminals send, in words of our own, wherever the bytes are cut.

use awtui::term::{Mods, Mouse, MouseButton, MouseKind};
use awtui::tty::{Decoded, Decoder, TtyEvent};

/// An event in short: a key by its name.
fn short(event: &TtyEvent) -> String {
    match event {
        TtyEvent::Key(key) => key.to_string(),
        other => format!("{other:?}"),
    }
}

/// Events that are whole; answers are not for those who asked nothing.
fn next_event(decoder: &mut Decoder) -> Option<TtyEvent> {
    loop {
        if let Decoded::Event(event) = decoder.pop()? {
            return Some(event);
        }
    }
}

/// What these bytes come to when no more follow.
fn told(bytes: &[u8]) -> Vec<String> {
    let mut decoder = Decoder::new();
    decoder.feed(bytes);
    let mut told = Vec::new();
    while decoder.is_ready() || decoder.patience().is_some() {
        while let Some(event) = next_event(&mut decoder) {
            told.push(short(&event));
        }
        if decoder.patience().is_some() {
            decoder.give_up();
        }
    }
    told
}

/// What a terminal sends, and the key that it is; an empty word for what is dropped.
const KEYS: &[(&str, &str)] = &[
    ("a", "a"),
    // Without the kitty protocol a capital letter is all that tells of shift.
    ("A", "shift-a"),
    ("é", "é"),
    ("世", "世"),
    ("?", "?"),
    (" ", "space"),
    ("\x03", "ctrl-c"),
    ("\n", "ctrl-j"),
    ("\0", "ctrl-space"),
    ("\r", "enter"),
    ("\t", "tab"),
    ("\x7f", "backspace"),
    ("\x1b", "esc"),
    ("\x1bx", "alt-x"),
    ("\x1bX", "alt-shift-x"),
    ("\x1bé", "alt-é"),
    ("\x1b\r", "alt-enter"),
    ("\x1b\x7f", "alt-backspace"),
    ("\x1b\x03", "ctrl-alt-c"),
    // These begin sequences, and are keys when nothing of the kind follows.
    ("\x1b[", "alt-["),
    ("\x1b]", "alt-]"),
    ("\x1b_", "alt-_"),
    ("\x1bO", "alt-shift-o"),
    ("\x1bP", "alt-shift-p"),
    ("\x1b[A", "up"),
    ("\x1bOA", "up"),
    ("\x1b\x1b[A", "alt-up"),
    ("\x1b[1;5B", "ctrl-down"),
    ("\x1b[1;3D", "alt-left"),
    ("\x1b[1;2C", "shift-right"),
    ("\x1b[H", "home"),
    ("\x1bOF", "end"),
    ("\x1b[4~", "end"),
    ("\x1b[5~", "pageup"),
    ("\x1b[6;2~", "shift-pagedown"),
    ("\x1b[2~", "insert"),
    ("\x1b[3~", "delete"),
    ("\x1b[Z", "shift-tab"),
    ("\x1bOP", "f1"),
    ("\x1b[[A", "f1"),
    ("\x1bOR", "f3"),
    ("\x1b[1;2R", "shift-f3"),
    ("\x1b[24;5~", "ctrl-f12"),
    // xterm's modifyOtherKeys
    ("\x1b[27;5;13~", "ctrl-enter"),
    ("\x1b[27;2;13~", "shift-enter"),
    // kitty
    ("\x1b[27u", "esc"),
    ("\x1b[13;2u", "shift-enter"),
    ("\x1b[9;2u", "shift-tab"),
    ("\x1b[99;5u", "ctrl-c"),
    ("\x1b[97:65;2u", "shift-a"),
    ("\x1b[112;6u", "ctrl-shift-p"),
    ("\x1b[120;3u", "alt-x"),
    ("\x1b[120;33u", "alt-x"),
    ("\x1b[120;9u", "super-x"),
    ("\x1b[120;17u", "x"),
    ("\x1b[97;1:2u", "a"),
    ("\x1b[97;1:3u", ""),
    ("\x1b[57358u", ""),
    ("\x1b[57441;2u", ""),
    // Reports that nobody asked for, and bytes that are none of anything.
    ("\x1b[?1;2c", ""),
    ("\x1bP>|xterm(370)\x1b\\", ""),
    ("\x1b]10;rgb:0000/0000/0000\x07", ""),
    ("\x1b_Gi=1;OK\x1b\\", ""),
];

#[test]
fn every_key_has_its_word_or_is_dropped() {
    for (bytes, word) in KEYS {
        let expected: Vec<&str> = Some(*word).filter(|word| !word.is_empty()).into_iter().collect();
        assert_eq!(told(bytes.as_bytes()), expected, "{bytes:?}");
    }
    assert_eq!(told(b"\x1b\x1b"), ["esc", "esc"]);
    assert_eq!(told(b"\xff\xc3a"), ["a"], "bytes that are no text");
}

#[test]
fn keys_that_come_in_pieces_or_together_are_the_same_keys() {
    for (bytes, word) in KEYS {
        let mut decoder = Decoder::new();
        // A key that was pressed with alt is written at once: its two parts are two keys when they are not.
        if word.contains("alt-") && bytes.chars().count() == 2 {
            decoder.feed(bytes.as_bytes());
        } else {
            for byte in bytes.as_bytes() {
                decoder.feed(&[*byte]);
            }
        }
        let followed = format!("{bytes}\rz");
        let expected: Vec<String> =
            [word, "enter", "z"].iter().filter(|word| !word.is_empty()).map(ToString::to_string).collect();
        // A key that may be the beginning of a sequence needs the time that passes between keys.
        if decoder.patience().is_none() {
            let whole: Vec<String> =
                std::iter::from_fn(|| next_event(&mut decoder)).map(|event| short(&event)).collect();
            assert_eq!(whole, expected[..expected.len() - 2], "{bytes:?} byte by byte");
            assert_eq!(told(followed.as_bytes()), expected, "{bytes:?} with others behind it");
        }
    }
}

#[test]
fn the_mouse_keeps_its_place_buttons_and_modifiers() {
    let cases = [
        ("\x1b[<16;8;4M", MouseKind::Press(MouseButton::Left)),
        ("\x1b[<17;8;4M", MouseKind::Press(MouseButton::Middle)),
        ("\x1b[<18;8;4m", MouseKind::Release(MouseButton::Right)),
        ("\x1b[<48;8;4M", MouseKind::Drag(MouseButton::Left)),
        ("\x1b[<51;8;4M", MouseKind::Move),
        ("\x1b[<80;8;4M", MouseKind::WheelUp),
        ("\x1b[<81;8;4M", MouseKind::WheelDown),
        ("\x1b[<82;8;4M", MouseKind::WheelLeft),
        ("\x1b[<83;8;4M", MouseKind::WheelRight),
        ("\x1b[M0($", MouseKind::Press(MouseButton::Left)),
    ];
    for (bytes, kind) in cases {
        let expected = Mouse { kind, col: 7, row: 3, mods: Mods::CTRL };
        assert_eq!(told(bytes.as_bytes()), [short(&TtyEvent::Mouse(expected))], "{bytes:?}");
    }
}

#[test]
fn pastes_focus_and_the_background_come_through() {
    let cases: &[(&str, &[TtyEvent])] = &[
        ("\x1b[200~a\r\nb\rc\nd\x1b[201~", &[TtyEvent::Paste("a\nb\nc\nd".to_owned())]),
        ("\x1b[200~\x1b[A\x1b]11\x1b[201~", &[TtyEvent::Paste("\x1b[A\x1b]11".to_owned())]),
        ("\x1b[I\x1b[O", &[TtyEvent::Focus(true), TtyEvent::Focus(false)]),
        ("\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\", &[TtyEvent::Dark(true)]),
        ("\x1b]11;rgb:ffff/fafa/f0f0\x07", &[TtyEvent::Dark(false)]),
        ("\x1b[?997;1n\x1b[?997;2n", &[TtyEvent::Dark(true), TtyEvent::Dark(false)]),
    ];
    for (bytes, expected) in cases {
        let expected: Vec<String> = expected.iter().map(short).collect();
        assert_eq!(told(bytes.as_bytes()), expected, "{bytes:?}");
        let mut decoder = Decoder::new();
        for byte in bytes.as_bytes() {
            decoder.feed(&[*byte]);
        }
        let pieces: Vec<String> =
            std::iter::from_fn(|| next_event(&mut decoder)).map(|event| short(&event)).collect();
        assert_eq!(pieces, expected, "{bytes:?} byte by byte");
    }
}

#[test]
fn a_long_paste_in_pieces_is_one_paste_and_the_keys_behind_it_are_keys() {
    let text = "0123456789 abcdef\n".repeat(20_000);
    let bytes = format!("\x1b[200~{}\x1b[201~k", text.replace('\n', "\r"));
    let mut decoder = Decoder::new();
    for piece in bytes.as_bytes().chunks(4095) {
        decoder.feed(piece);
    }
    assert_eq!(next_event(&mut decoder), Some(TtyEvent::Paste(text)));
    assert_eq!(next_event(&mut decoder).as_ref().map(short).as_deref(), Some("k"));
}

#[test]
fn a_paste_or_report_that_never_ends_swallows_no_later_key() {
    assert_eq!(told(b"\x1b[200~half of it"), [short(&TtyEvent::Paste("half of it".to_owned()))]);
    for begun in ["\x1b[1;", "\x1b]11;rgb:12", "\x1bP1$r0", "\u{e9}".get(..1).unwrap_or("\x1b[<0;1")] {
        let mut decoder = Decoder::new();
        decoder.feed(begun.as_bytes());
        assert!(decoder.patience().is_some(), "{begun:?}");
        decoder.give_up();
        decoder.feed(b"k");
        assert_eq!(next_event(&mut decoder).as_ref().map(short).as_deref(), Some("k"), "{begun:?}");
    }
}
