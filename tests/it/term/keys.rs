//! Keys as people write them and as programs read them.

use awtui::term::{Key, KeyCode, Modes, Mods, encode_key};

fn key(chord: &str) -> Key {
    chord.parse().unwrap()
}

fn bytes(chord: &str, modes: Modes) -> String {
    String::from_utf8(encode_key(key(chord), &modes)).unwrap()
}

#[test]
fn without_a_protocol_keys_are_what_xterm_sends() {
    let cases = [
        ("a", "a"),
        ("shift-a", "A"),
        ("A", "A"),
        ("\u{e9}", "\u{e9}"),
        ("?", "?"),
        ("space", " "),
        ("ctrl-a", "\x01"),
        ("ctrl-space", "\0"),
        ("ctrl-[", "\x1b"),
        ("ctrl-\\", "\x1c"),
        ("ctrl-_", "\x1f"),
        ("ctrl-minus", "\x1f"),
        ("alt-x", "\x1bx"),
        ("alt-shift-x", "\x1bX"),
        ("ctrl-alt-c", "\x1b\x03"),
        ("enter", "\r"),
        ("alt-enter", "\x1b\r"),
        ("shift-enter", "\n"),
        ("ctrl-enter", "\n"),
        ("tab", "\t"),
        ("shift-tab", "\x1b[Z"),
        ("backspace", "\x7f"),
        ("ctrl-backspace", "\x08"),
        ("alt-backspace", "\x1b\x7f"),
        ("esc", "\x1b"),
        ("up", "\x1b[A"),
        ("ctrl-up", "\x1b[1;5A"),
        ("shift-alt-left", "\x1b[1;4D"),
        ("home", "\x1b[H"),
        ("end", "\x1b[F"),
        ("pageup", "\x1b[5~"),
        ("ctrl-pagedown", "\x1b[6;5~"),
        ("insert", "\x1b[2~"),
        ("delete", "\x1b[3~"),
        ("f1", "\x1bOP"),
        ("shift-f1", "\x1b[1;2P"),
        ("f5", "\x1b[15~"),
        ("f6", "\x1b[17~"),
        ("f10", "\x1b[21~"),
        ("f11", "\x1b[23~"),
        ("f12", "\x1b[24~"),
        ("f15", "\x1b[28~"),
        ("f20", "\x1b[34~"),
    ];
    for (chord, expected) in cases {
        assert_eq!(bytes(chord, Modes::default()), expected, "{chord}");
    }
}

#[test]
fn application_cursor_keys_change_the_arrows_alone() {
    let modes = Modes { app_cursor: true, ..Modes::default() };
    for (chord, expected) in
        [("up", "\x1bOA"), ("home", "\x1bOH"), ("ctrl-up", "\x1b[1;5A"), ("pageup", "\x1b[5~")]
    {
        assert_eq!(bytes(chord, modes), expected, "{chord}");
    }
}

#[test]
fn modify_other_keys_tells_what_the_old_encoding_loses() {
    let cases = [
        (1, "shift-enter", "\x1b[27;2;13~"),
        (1, "ctrl-a", "\x01"),
        (1, "ctrl-;", "\x1b[27;5;59~"),
        (1, "A", "A"),
        (2, "shift-enter", "\x1b[27;2;13~"),
        (2, "ctrl-a", "\x1b[27;5;97~"),
        (2, "alt-x", "\x1b[27;3;120~"),
        (2, "A", "A"),
        (2, "enter", "\r"),
        (2, "esc", "\x1b"),
        (2, "ctrl-up", "\x1b[1;5A"),
    ];
    for (level, chord, expected) in cases {
        let modes = Modes { modify_other_keys: level, ..Modes::default() };
        assert_eq!(bytes(chord, modes), expected, "level {level}: {chord}");
    }
}

#[test]
fn the_kitty_protocol_is_followed_as_far_as_the_program_asked() {
    let cases = [
        (1, "a", "a"),
        (1, "A", "A"),
        (1, "ctrl-a", "\x1b[97;5u"),
        (1, "alt-x", "\x1b[120;3u"),
        (1, "ctrl-shift-p", "\x1b[112;6u"),
        (5, "ctrl-shift-p", "\x1b[112:80;6u"),
        (7, "esc", "\x1b[27u"),
        (7, "enter", "\r"),
        (7, "shift-enter", "\x1b[13;2u"),
        (7, "alt-enter", "\x1b[13;3u"),
        (7, "tab", "\t"),
        (7, "shift-tab", "\x1b[9;2u"),
        (7, "backspace", "\x7f"),
        (7, "ctrl-backspace", "\x1b[127;5u"),
        (7, "super-k", "\x1b[107;9u"),
        (7, "up", "\x1b[A"),
        (7, "shift-up", "\x1b[1;2A"),
        (7, "f1", "\x1b[P"),
        (7, "f3", "\x1b[13~"),
        (7, "ctrl-f3", "\x1b[13;5~"),
        (7, "f13", "\x1b[57376u"),
        (7, "delete", "\x1b[3~"),
        (9, "a", "\x1b[97u"),
        (9, "A", "\x1b[97;2u"),
        (9, "enter", "\x1b[13u"),
        (25, "a", "\x1b[97;;97u"),
        (31, "A", "\x1b[97:65;2;65u"),
        (2, "ctrl-a", "\x01"),
    ];
    for (flags, chord, expected) in cases {
        // The protocol knows no application cursor keys.
        let modes = Modes { kitty: flags, app_cursor: flags & 1 != 0, ..Modes::default() };
        assert_eq!(bytes(chord, modes), expected, "flags {flags}: {chord}");
    }
}

#[test]
fn a_chord_is_written_as_it_is_read() {
    for chord in [
        "a",
        "?",
        "ctrl-p",
        "ctrl-alt-shift-super-x",
        "ctrl-shift-p",
        "alt-enter",
        "shift-tab",
        "f5",
        "space",
        "ctrl-space",
        "minus",
        "ctrl-minus",
        "pageup",
        "esc",
        "\u{e9}",
        "shift-up",
    ] {
        assert_eq!(key(chord).to_string(), chord);
    }
}

#[test]
fn the_same_key_told_in_two_ways_is_one_key() {
    let pairs = [
        ("P", "shift-p"),
        ("ctrl-P", "ctrl-shift-p"),
        ("shift-?", "?"),
        ("backtab", "shift-tab"),
        ("CTRL-Enter", "control-return"),
        ("ctrl--", "ctrl-minus"),
        ("-", "minus"),
        ("pgdn", "pagedown"),
        ("meta-x", "alt-x"),
    ];
    for (one, other) in pairs {
        assert_eq!(key(one), key(other), "{one} and {other}");
    }
    assert_eq!(Key::new(KeyCode::Char('P'), Mods::SHIFT), Key::new(KeyCode::Char('P'), Mods::NONE));
    assert_eq!(key("P").typed(), Some('P'));
    assert_eq!(key("ctrl-p").typed(), None);
}

#[test]
fn a_chord_that_cannot_be_read_says_which_part_is_wrong() {
    let cases = [
        ("", "a key is missing"),
        ("ctrl-", "`ctrl-` ends in a modifier"),
        ("ctrl-shift", "`ctrl-shift` ends in a modifier"),
        ("hyper-x", "`hyper` in `hyper-x` is no modifier"),
        ("ctrl-entr", "`entr` in `ctrl-entr` is no key"),
        ("f25", "`f25` in `f25` is no key"),
        ("ctrl-x-y", "`x` in `ctrl-x-y` is no modifier"),
    ];
    for (chord, expected) in cases {
        let error = chord.parse::<Key>().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{chord:?}: {error}");
    }
}
