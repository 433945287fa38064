//! What programs announce beside drawing.

use awtui::term::ProgramState::{Blocked, Clear, Done, Idle, Working};
use awtui::term::{ProgramState, ProgramStatus, Progress, PromptMark, Screen, Signal, Size};

use super::{RECORDINGS, recording};

fn signals(bytes: &[u8]) -> Vec<Signal> {
    let mut screen = Screen::new(Size::new(120, 40), 100);
    screen.feed(bytes);
    screen.take_signals()
}

fn statuses(bytes: &[u8]) -> Vec<ProgramStatus> {
    let status = |signal| if let Signal::Status(status) = signal { Some(status) } else { None };
    signals(bytes).into_iter().filter_map(status).collect()
}

fn states(bytes: &[u8]) -> Vec<ProgramState> {
    statuses(bytes).iter().map(|status| status.state).collect()
}

#[test]
fn every_program_status_of_a_recording_is_seen() {
    let status = recording("progstatus");
    assert_eq!(states(status), [Idle, Working, Done, Clear]);
    assert_eq!(states(recording("gate_ui")), [Idle, Working, Blocked, Working, Done, Clear]);

    let mut screen = Screen::new(Size::new(120, 40), 100);
    let mut bytewise = Vec::new();
    for byte in status {
        screen.feed(&[*byte]);
        bytewise.extend(screen.take_signals());
    }
    assert_eq!(bytewise, signals(status), "cut into bytes");
}

#[test]
fn a_blocked_pi_says_what_it_asks() {
    let status = statuses(recording("gate_ui")).into_iter().find(|status| status.state == Blocked).unwrap();
    assert_eq!(status.app.as_deref(), Some("pi"));
    assert_eq!(status.kind.as_deref(), Some("permission"));
    assert_eq!(status.message.as_deref(), Some("Allow command?"));
}

#[test]
fn pi_names_its_window_when_it_takes_input() {
    let titled = RECORDINGS.iter().filter(|(_, stream)| {
        signals(stream)
            .iter()
            .any(|signal| matches!(signal, Signal::Title(title) if title.starts_with('\u{3c0}')))
    });
    let names: Vec<&str> = titled.map(|(name, _)| *name).collect();
    assert!(!names.contains(&"trust_ask"), "the trust dialog comes before the title");
    assert_eq!(names.len(), RECORDINGS.len() - 1, "{names:?}");
}

#[test]
fn each_announcement_is_understood() {
    let status = |state, kind: Option<&str>, message: Option<&str>, progress| {
        Signal::Status(ProgramStatus {
            state,
            app: Some("claude-code".to_owned()),
            kind: kind.map(str::to_owned),
            message: message.map(str::to_owned),
            progress,
        })
    };
    let text = str::to_owned;
    let cases: Vec<(&str, Option<Signal>)> = vec![
        ("\x07", Some(Signal::Bell)),
        ("\x1b]0;a; b\x07", Some(Signal::Title(text("a; b")))),
        ("\x1b]2;  \u{3c0} - x\x1b\\", Some(Signal::Title(text("\u{3c0} - x")))),
        ("\x1b]1;icon\x07", None),
        ("\x1b]7501;state=working:app=claude-code\x07", Some(status(Working, None, None, None))),
        (
            "\x1b]7501;state=blocked:app=claude-code:kind=permission:msg=YXBwcm92ZSDigJM=:new=1\x07",
            Some(status(Blocked, Some("permission"), Some("approve \u{2013}"), None)),
        ),
        (
            "\x1b]7501;app=claude-code:progress=250:state=working\x07",
            Some(status(Working, None, None, Some(100))),
        ),
        ("\x1b]7501;state=dancing:app=claude-code\x07", None),
        ("\x1b]7501;app=claude-code\x07", None),
        ("\x1b]9;build finished\x07", Some(Signal::Notify(text("build finished")))),
        ("\x1b]9;4;1;40\x07", Some(Signal::Progress(Progress::Percent(40)))),
        ("\x1b]9;4;3\x1b\\", Some(Signal::Progress(Progress::Indeterminate))),
        ("\x1b]9;4;0\x07", Some(Signal::Progress(Progress::None))),
        ("\x1b]9;9;/tmp/x\x07", Some(Signal::Cwd(text("/tmp/x")))),
        ("\x1b]777;notify;Title;Body\x07", Some(Signal::Notify(text("Title: Body")))),
        ("\x1b]777;precmd\x07", None),
        ("\x1b]99;i=1:d=0;Hello\x1b\\", Some(Signal::Notify(text("Hello")))),
        ("\x1b]99;e=1:p=body;SGVsbG8\x1b\\", Some(Signal::Notify(text("Hello")))),
        ("\x1b]99;i=1:p=?;\x1b\\", None),
        ("\x1b]7;file://host/a%20b/%C3%A9\x07", Some(Signal::Cwd(text("/a b/\u{e9}")))),
        ("\x1b]133;A\x07", Some(Signal::Prompt(PromptMark::PromptStart))),
        ("\x1b]133;C;cmdline=x\x07", Some(Signal::Prompt(PromptMark::CommandRuns))),
        ("\x1b]133;D;130\x07", Some(Signal::Prompt(PromptMark::CommandEnded(Some(130))))),
        ("\x1b]133;D\x07", Some(Signal::Prompt(PromptMark::CommandEnded(None)))),
        ("\x1b]52;c;aGVsbG8=\x07", Some(Signal::Clipboard(text("hello")))),
        ("\x1b]52;c;?\x07", None),
        ("\x1b]52;c;!!!\x07", None),
        ("\x1b]9;unterminated", None),
        ("\x1b]9;cancelled\x18", None),
        ("\x1bP]9;not an osc\x1b\\", None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(signals(bytes.as_bytes()), Vec::from_iter(expected), "{}", bytes.escape_debug());
    }
}

#[test]
fn announced_text_is_one_harmless_line() {
    let long = "x".repeat(5000);
    let cases = [("a\tb\u{85}c", "abc"), (long.as_str(), &long[..512])];
    for (sent, expected) in cases {
        let told = signals(format!("\x1b]2;{sent}\x07").as_bytes());
        assert_eq!(told, [Signal::Title(expected.to_owned())]);
    }
}

#[test]
fn repetitions_are_told_once() {
    assert_eq!(signals(b"\x07\x07\x07"), [Signal::Bell]);
    let twice = signals(b"\x1b]0;a\x07\x1b]0;a\x07\x1b]0;b\x07\x1b]0;a\x07");
    assert_eq!(twice.len(), 3);
}
