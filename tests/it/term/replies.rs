//! What the terminal answers when a program asks.

use awtui::term::{Screen, Size};

fn answer(question: &str) -> String {
    let mut screen = Screen::new(Size::new(80, 24), 100);
    screen.feed(question.as_bytes());
    String::from_utf8(screen.take_replies()).unwrap()
}

#[test]
fn each_known_question_has_a_fixed_answer() {
    let cases = [
        ("primary attributes", "\x1b[c", "\x1b[?62;22c"),
        ("primary attributes, with zero", "\x1b[0c", "\x1b[?62;22c"),
        ("secondary attributes", "\x1b[>c", "\x1b[>1;1;0c"),
        ("status", "\x1b[5n", "\x1b[0n"),
        ("position", "\x1b[3;5H\x1b[6n", "\x1b[3;5R"),
        ("position under origin mode", "\x1b[3;9r\x1b[?6h\x1b[2;5H\x1b[6n", "\x1b[2;5R"),
        ("extended position", "\x1b[3;5H\x1b[?6n", "\x1b[?3;5R"),
        ("name", "\x1b[>q", "\x1bP>|awtui\x1b\\"),
        ("name, with zero", "\x1b[>0q", "\x1bP>|awtui\x1b\\"),
        ("keyboard flags", "\x1b[?u", "\x1b[?0u"),
        ("pushed keyboard flags", "\x1b[>7u\x1b[?u", "\x1b[?7u"),
        ("popped keyboard flags", "\x1b[>7u\x1b[>1u\x1b[<u\x1b[?u", "\x1b[?7u"),
        ("changed keyboard flags", "\x1b[>1u\x1b[=6;2u\x1b[?u\x1b[=3;3u\x1b[?u", "\x1b[?7u\x1b[?4u"),
        ("other keys", "\x1b[>4;2m\x1b[?4m", "\x1b[>4;2m"),
        ("synchronized updates", "\x1b[?2026$p", "\x1b[?2026;2$y"),
        ("inside an update", "\x1b[?2026h\x1b[?2026$p", "\x1b[?2026;1$y"),
        ("bracketed paste", "\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y"),
        ("focus", "\x1b[?1004$p", "\x1b[?1004;2$y"),
        ("pixel mouse", "\x1b[?1016$p", "\x1b[?1016;0$y"),
        ("grapheme clusters", "\x1b[?2027$p", "\x1b[?2027;0$y"),
        ("insert mode", "\x1b[4h\x1b[4$p", "\x1b[4;1$y"),
        ("window in pixels", "\x1b[14t", "\x1b[4;480;800t"),
        ("cell in pixels", "\x1b[16t", "\x1b[6;20;10t"),
        ("window in cells", "\x1b[18t", "\x1b[8;24;80t"),
        ("colour scheme", "\x1b[?996n", "\x1b[?997;1n"),
        ("foreground", "\x1b]10;?\x07", "\x1b]10;rgb:d8d8/d8d8/d8d8\x07"),
        ("background, ended by ST", "\x1b]11;?\x1b\\", "\x1b]11;rgb:1818/1818/1818\x1b\\"),
        ("both at once", "\x1b]10;?;?\x07", "\x1b]10;rgb:d8d8/d8d8/d8d8\x07\x1b]11;rgb:1818/1818/1818\x07"),
        ("a named colour", "\x1b]4;1;?\x07", "\x1b]4;1;rgb:acac/4242/4242\x07"),
        ("a colour of the cube", "\x1b]4;21;?\x07", "\x1b]4;21;rgb:0000/0000/ffff\x07"),
        ("a grey", "\x1b]4;255;?\x07", "\x1b]4;255;rgb:eeee/eeee/eeee\x07"),
        ("program status", "\x1b]7501;?\x07", "\x1b]7501;?v=1\x1b\\"),
        ("a terminfo capability", "\x1bP+q4d73\x1b\\", "\x1bP0+r\x1b\\"),
        ("a setting", "\x1bP$qm\x1b\\", "\x1bP0$r\x1b\\"),
    ];
    for (name, question, expected) in cases {
        assert_eq!(answer(question), expected, "{name}");
    }
}

#[test]
fn nothing_a_program_sent_comes_back() {
    for question in [
        "\x1b]52;c;?\x07",
        "\x1b]52;c;aGVsbG8=\x07\x1b]52;c;?\x07",
        "\x1b]2;rm -rf /\x07\x1b[21t\x1b[20t",
        "\x1b]99;i=secret:p=?;\x1b\\",
        "\x1b]1337;Capabilities\x07",
        "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
        "\x1b]4;999;?\x07",
        "\x05",
    ] {
        assert_eq!(answer(question), "", "{}", question.escape_debug());
    }
    // A colour that was set is not told either.
    assert_eq!(answer("\x1b]11;#ffffff\x07\x1b]11;?\x07"), "\x1b]11;rgb:1818/1818/1818\x07");
}

#[test]
fn answers_come_in_the_order_of_the_questions() {
    let start = "\x1b[>0q\x1b[?u\x1b]7501;?\x07\x1b[c\x1b[6n";
    let expected = "\x1bP>|awtui\x1b\\\x1b[?0u\x1b]7501;?v=1\x1b\\\x1b[?62;22c\x1b[1;1R";
    assert_eq!(answer(start), expected);
    let mut screen = Screen::new(Size::new(80, 24), 100);
    for byte in start.as_bytes() {
        screen.feed(&[*byte]);
    }
    assert_eq!(String::from_utf8(screen.take_replies()).unwrap(), expected);
    assert!(screen.take_replies().is_empty(), "each answer is given once");
}
