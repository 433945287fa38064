//! The keyboard: a real child in a real pane of the real program gets every chord of every terminal as the table says.

use crate::support::corpus::{self, CHILDREN, HOSTS};
use crate::support::terminal::Terminal;
use crate::support::until;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// Keeps every byte that it gets, and asks its terminal for what it is told to ask. A reader that opens the pipe before its
/// writer has closed it reads nothing: it reads again.
const RECORDER: &str = r#"stty raw -echo
exec 3<&0
cat <&3 >> "$DIR/got" &
printf 'RECORDING\r\n'
while :; do read -r asks < "$DIR/asks" && printf '%b\r\n' "$asks"; done
"#;

/// A run whose analyst is the recorder, typed into.
struct Recorded {
    terminal: Terminal,
    folder: TempDir,
    asked: u32,
}

impl Recorded {
    fn begin() -> Self {
        let folder = tempfile::Builder::new().prefix("keys").tempdir().unwrap();
        for name in ["repo", "home", "config/awtui"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("recorder.sh"), RECORDER).unwrap();
        let dir = folder.path().display();
        let settings = format!(
            "[roles.analyst]\nagent = \"recorder\"\n[roles.worker]\nagent = \"recorder\"\n[agents.recorder]\n\
             argv = [\"sh\", \"{dir}/recorder.sh\", \"{{prompt_file}}\"]\n[agents.recorder.env]\nDIR = \"{dir}\"\n"
        );
        fs::write(folder.path().join("config/awtui/config.toml"), settings).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            folder.path().join("asks"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RWXU,
            0,
        )
        .unwrap();
        let mut terminal = Terminal::open(&command(&folder), &[], (100, 30));
        terminal.shows("What should be done?");
        terminal.types("record\r");
        terminal.shows("RECORDING");
        terminal.types("1");
        terminal.shows("▸analyst");
        terminal.types("i");
        terminal.shows("TYPING TO analyst");
        Self { terminal, folder, asked: 0 }
    }

    /// The child asks something of its terminal; returns once awtui's screen knows.
    fn child_asks(&mut self, sequence: &str) {
        self.asked += 1;
        let mark = format!("ASKED-{}", self.asked);
        let escaped = sequence.bytes().map(|byte| format!("\\0{byte:o}")).collect::<Vec<_>>().concat();
        fs::write(self.folder.path().join("asks"), format!("{escaped}{mark}\n")).unwrap();
        self.terminal.shows(&mark);
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("got")
    }

    fn got(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    /// Types bytes as a terminal would send them; the child must get exactly these.
    fn sends(&mut self, what: &str, sent: &[u8], expected: &[u8]) {
        let before = self.got().len();
        self.terminal.types_bytes(sent);
        until(what, || (self.got().len() >= before + expected.len()).then_some(()));
        let got = self.got().split_off(before);
        assert_eq!(corpus::written(&got), corpus::written(expected), "{what}");
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        for arguments in [["abort", ""], ["supervisor", "stop"]] {
            let arguments = arguments.iter().filter(|argument| !argument.is_empty());
            let _ = command(&self.folder).args(arguments).output();
        }
    }
}

fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_awtui"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("LANG", "C.UTF-8")
        .env("HOME", folder.path().join("home"))
        .env("AWTUI_HOME", folder.path().join("state"))
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .current_dir(folder.path().join("repo"));
    command
}

/// Chords that begin what another chord goes on with: what comes next has to wait, as it does where people type.
fn stands_alone(sent: &[u8]) -> bool {
    matches!(sent, [0x1b] | [0x1b, 0x1b | b'[' | b'O' | b'P' | b']'])
}

#[test]
fn every_chord_of_every_terminal_arrives_byte_exact_at_a_child_whatever_it_asked_for() {
    let mut recorded = Recorded::begin();
    let rows = corpus::rows();
    for (child, (program, asked)) in CHILDREN.into_iter().enumerate() {
        recorded.child_asks(&format!("\x1bc{asked}"));
        for (host, name) in HOSTS.into_iter().enumerate() {
            let (mut sent, mut expected) = (Vec::new(), Vec::new());
            let what = format!("the chords of {name} are with a child of kind {program}");
            for row in &rows {
                let Some(bytes) = &row.sent[host] else { continue };
                let times = if row.chord == "ctrl-g" { 2 } else { 1 };
                for _ in 0..times {
                    sent.extend_from_slice(bytes);
                }
                expected.extend_from_slice(&row.got[child]);
                if stands_alone(bytes) {
                    recorded.sends(&what, &std::mem::take(&mut sent), &std::mem::take(&mut expected));
                }
            }
            recorded.sends(&what, &sent, &expected);
        }
    }
}

#[test]
fn what_is_pasted_arrives_as_one_paste_or_as_keys_and_can_never_end_itself() {
    let mut recorded = Recorded::begin();
    recorded.child_asks("\x1b[?2004h");
    let cases: [(&str, &str, &str); 4] = [
        ("lines", "\x1b[200~one\rtwo\r\nthree\x1b[201~", "\x1b[200~one\ntwo\nthree\x1b[201~"),
        (
            "composed text",
            "\x1b[200~日本語 e\u{301} 👩\u{200d}💻\x1b[201~",
            "\x1b[200~日本語 e\u{301} 👩\u{200d}💻\x1b[201~",
        ),
        ("an end inside", "\x1b[200~a\x1b[20\x07\u{9b}201~b\x1b\x1b[201~", "\x1b[200~a[20201~b\x1b[201~"),
        ("a leader inside", "\x1b[200~\x07q\t\x1b[201~", "\x1b[200~q\t\x1b[201~"),
    ];
    for (what, sent, expected) in cases {
        recorded.sends(what, sent.as_bytes(), expected.as_bytes());
    }
    recorded.child_asks("\x1b[?2004l");
    recorded.sends("lines as keys", b"\x1b[200~one\rtwo\x1b[201~", b"one\rtwo");
}

#[test]
fn the_focus_of_the_terminal_is_told_to_a_child_that_wants_to_know() {
    let mut recorded = Recorded::begin();
    recorded.sends("nobody asked", b"\x1b[O\x1b[Ix", b"x");
    recorded.child_asks("\x1b[?1004h");
    recorded.sends("focus", b"\x1b[O\x1b[I", b"\x1b[O\x1b[I");
}
