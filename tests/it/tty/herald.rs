//! Notifications and titles, and what the environment tells of the terminal.

use awtui::tty::{Herald, dark_by_variables};

fn herald(variables: &'static [(&str, &str)]) -> Herald {
    Herald::of(|name| {
        variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn each_terminal_is_told_in_the_way_it_understands() {
    type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str, &'static str);
    let cases: [Case; 6] = [
        (&[], "", "", ""),
        (&[("TERM", "linux")], "", "", ""),
        (
            &[("TERM", "xterm-256color")],
            "\x1b]9;awtui needs you: gate 2; now\x07",
            "\x1b]2;awtui ! gate 2 - task\x1b\\",
            "\x1b[23;2t",
        ),
        (
            &[("TERM", "foot")],
            "\x1b]777;notify;awtui needs you;gate 2; now\x07",
            "\x1b]2;awtui ! gate 2 - task\x1b\\",
            "\x1b[23;2t",
        ),
        (
            &[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")],
            "\x1bPtmux;\x1b\x1b]9;awtui needs you: gate 2; now\x07\x1b\\",
            "\x1b]2;awtui ! gate 2 - task\x1b\\\x1bkawtui ! gate 2\x1b\\",
            "\x1b[23;2t\x1bk\x1b\\",
        ),
        (
            &[("TERM", "xterm"), ("TMUX", "")],
            "\x1b]9;awtui needs you: gate 2; now\x07",
            "\x1b]2;awtui ! gate 2 - task\x1b\\",
            "\x1b[23;2t",
        ),
    ];
    for (variables, notification, title, untitle) in cases {
        let herald = herald(variables);
        assert_eq!(herald.notification("awtui needs you", "gate 2; now"), notification, "{variables:?}");
        assert_eq!(herald.title("awtui ! gate 2 - task"), title, "{variables:?}");
        assert_eq!(herald.untitle(), untitle, "{variables:?}");
    }
}

#[test]
fn nothing_in_a_text_acts_on_the_terminal() {
    let herald = herald(&[("TERM", "xterm")]);
    let told = herald.notification("a\x1b]0;x\x07", &format!("b\x1b\\\u{9c}\n{}", "long ".repeat(100)));
    assert_eq!(told.matches('\x1b').count(), 1, "{told:?}");
    assert!(told.len() < 300 && told.starts_with("\x1b]9;a]0;x: b\\long"), "{told:?}");
    assert_eq!(herald.title("a\x07b"), "\x1b]2;ab\x1b\\");
}

#[test]
fn the_environment_may_say_whether_the_background_is_dark() {
    for (value, dark) in [
        ("15;0", Some(true)),
        ("0;15", Some(false)),
        ("0;default;7", Some(false)),
        ("12;8", Some(true)),
        ("default", None),
        ("", None),
    ] {
        assert_eq!(
            dark_by_variables(|name| (name == "COLORFGBG").then(|| value.to_owned())),
            dark,
            "{value:?}"
        );
    }
    assert_eq!(dark_by_variables(|_| None), None);
}
