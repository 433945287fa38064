//! The terminal is taken over whole and given back whole, whatever happens.
//!
//! The tests run this very test program again as a child in a terminal of its own; there, the test named
//! `child_in_a_terminal` plays the part that the environment names.

use awtui::term::{MouseMode, Screen, Size};
use awtui::tty::{Features, Tty, TtyError, TtyEvent, check};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PART: &str = "AWTUI_TEST_TTY_PART";
const CHILD: [&str; 4] = ["--exact", "tty::lifetime::child_in_a_terminal", "--nocapture", "--test-threads=1"];
const PATIENCE: Duration = Duration::from_secs(20);

/// The child's side of the tests below; alone it does nothing.
#[test]
fn child_in_a_terminal() {
    let Ok(part) = std::env::var(PART) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tty = Tty::open(Features::ALL).unwrap();
        let mut told = String::from("ready");
        let (mut lent, mut news) = (0, String::new());
        let show = |tty: &mut Tty, text: String| {
            tty.draw(|frame| {
                frame.render_widget(ratatui::widgets::Paragraph::new(text), frame.area());
                awtui::term::Links::default()
            })
            .unwrap();
        };
        show(&mut tty, told.clone());
        loop {
            let event = tty.next().await;
            match event {
                Some(TtyEvent::Key(key)) if key.to_string() == "e" && part != "close" => {
                    let mut program = tokio::process::Command::new("sh");
                    let forgotten = tty.forget_typed();
                    let ended = tty.hand_over(program.args(["-c", &part])).await.unwrap();
                    let ended = ended.unwrap();
                    let code = ended.code().unwrap_or_else(|| 128 + ended.signal().unwrap());
                    lent += 1;
                    told = String::new();
                    news = format!("lent {lent} times, ended with {code}, {forgotten} keys forgotten");
                }
                Some(TtyEvent::Key(key)) if key.to_string() == "z" => {
                    tty.suspend().await.unwrap();
                    lent += 1;
                    told = String::new();
                    news = format!("stopped {lent} times");
                }
                Some(TtyEvent::Key(key)) if key.to_string() == "q" => match part.as_str() {
                    "close" => return tty.close().await.unwrap(),
                    "drop" => return,
                    "panic" => panic!("on purpose"),
                    _ => return tty.close().await.unwrap(),
                },
                Some(TtyEvent::Terminate(signal)) => told = format!("asked to end by {signal}"),
                Some(TtyEvent::Suspend) => {
                    tty.suspend().await.unwrap();
                    "continued".clone_into(&mut told);
                }
                Some(event) => told = format!("{event:?}"),
                None => return,
            }
            show(&mut tty, format!("{told}\n{news}"));
        }
    });
}

/// This test program as the child that plays a part.
fn command(part: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(CHILD);
    // Without a folder it would be the home folder, which need not exist.
    command.cwd(std::env::temp_dir());
    command.env(PART, part);
    command.env("TERM", "xterm-256color");
    command
}

/// The parent's side: a terminal with the child in it.
struct Host {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    chunks: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    screen: Screen,
}

impl Host {
    fn start(part: &str) -> Self {
        let mut host = Self::open(command(part));
        host.wait_for("ready", |screen| screen.text().starts_with("ready"));
        host
    }

    fn open(command: CommandBuilder) -> Self {
        let size = PtySize { cols: 60, rows: 10, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, chunks) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read) = reader.read(&mut buffer)
                && read > 0
                && send.send(buffer[..read].to_vec()).is_ok()
            {}
        });
        let writer = pair.master.take_writer().unwrap();
        let screen = Screen::new(Size::new(60, 10), 100);
        Self { master: pair.master, writer, child, chunks, raw: Vec::new(), screen }
    }

    fn read(&mut self) -> bool {
        match self.chunks.recv_timeout(PATIENCE) {
            Ok(chunk) => {
                self.screen.feed(&chunk);
                let replies = self.screen.take_replies();
                // A child that has ended hears nothing any more.
                drop(self.writer.write_all(&replies));
                self.raw.extend(chunk);
                true
            }
            Err(_) => false,
        }
    }

    fn wait_for(&mut self, what: &str, is_there: impl Fn(&Screen) -> bool) {
        while !is_there(&self.screen) {
            assert!(
                self.read(),
                "no {what}, but:\n{}\n{}",
                self.screen.text(),
                String::from_utf8_lossy(&self.raw).escape_debug()
            );
        }
    }

    fn wait_for_text(&mut self, text: &str) {
        self.wait_for(text, |screen| screen.text().contains(text));
    }

    /// Another program has the terminal and has written this last, nothing being left of what it wrote before.
    fn wait_for_question(&mut self, text: &str) {
        self.wait_for(text, |screen| !screen.modes().alt_screen && screen.text().trim_end().ends_with(text));
    }

    fn type_in(&mut self, bytes: &str) {
        self.writer.write_all(bytes.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Raw mode off: lines are edited and echoed by the terminal again.
    fn is_cooked(&self) -> bool {
        let modes = self.master.get_termios().unwrap();
        let flags = format!("{:?}", modes.local_flags);
        flags.contains("ICANON") && flags.contains("ECHO")
    }

    fn assert_taken(&mut self) {
        assert!(!self.is_cooked());
        self.wait_for("the keyboard", |screen| screen.modes().kitty == 5);
        let modes = self.screen.modes();
        assert!(
            modes.alt_screen && modes.bracketed_paste && modes.focus_events && modes.mouse_sgr,
            "{modes:?}"
        );
        assert_eq!((modes.mouse, modes.kitty), (MouseMode::Drag, 5));
    }

    fn assert_given_back(&self) {
        let modes = self.screen.modes();
        assert!(self.is_cooked());
        assert!(!modes.alt_screen && !modes.bracketed_paste && !modes.focus_events, "{modes:?}");
        assert!(!modes.mouse_sgr && !modes.synchronized, "{modes:?}");
        assert_eq!((modes.mouse, modes.kitty), (MouseMode::None, 0));
        assert!(self.screen.cursor().is_some(), "the cursor is shown");
    }

    fn end(mut self) -> Self {
        while self.read() {}
        self.child.wait().unwrap();
        self
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // A test that failed half-way leaves no child behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_terminal_is_given_back_by_close_by_drop_and_by_a_panic() {
    for part in ["close", "drop", "panic"] {
        let mut host = Host::start(part);
        host.assert_taken();
        host.type_in("q");
        let host = host.end();
        host.assert_given_back();
        if part == "panic" {
            let raw = String::from_utf8_lossy(&host.raw);
            let (_, after) = raw.split_once("\x1b[?1049l").unwrap();
            assert!(after.contains("on purpose"), "printed on the screen of before: {raw:?}");
        }
    }
}

#[test]
fn keys_pastes_clicks_and_sizes_arrive() {
    let mut host = Host::start("close");
    for (bytes, told) in [
        ("a", "Char('a')"),
        ("\x1b[1;5A", "Key(Key { code: Up"),
        ("\x1b[200~two\rlines\x1b[201~", r#"Paste("two\nlines")"#),
        ("\x1b[<0;8;4M", "Press(Left), col: 7, row: 3"),
        ("\x1b[I", "Focus(true)"),
    ] {
        host.type_in(bytes);
        host.wait_for_text(told);
    }
    host.master.resize(PtySize { cols: 70, rows: 12, ..PtySize::default() }).unwrap();
    host.screen.resize(Size::new(70, 12));
    host.wait_for_text("Resize(70, 12)");
    host.type_in("q");
    host.end().assert_given_back();
}

#[test]
fn frames_are_synchronized_updates() {
    let mut host = Host::start("close");
    host.type_in("a");
    host.wait_for_text("Char('a')");
    host.type_in("q");
    let raw = String::from_utf8(host.end().raw.clone()).unwrap();
    let begins = raw.matches("\x1b[?2026h").count();
    assert!(begins >= 2, "{begins} frames");
}

#[test]
fn asked_to_stop_it_gives_the_terminal_back_and_draws_anew_when_it_continues() {
    use rustix::process::Signal;
    let mut host = Host::start("close");
    host.signal(Signal::TSTP);
    host.wait_for("the screen of before", |screen| !screen.modes().alt_screen);
    // The mode of the terminal is the last thing that is given back.
    let pid = host.child.process_id().unwrap();
    let is_stopped = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit(')').next().unwrap().trim_start().starts_with('T')
    };
    if cfg!(target_os = "linux") {
        while !is_stopped() {
            std::thread::yield_now();
        }
        host.assert_given_back();
    }
    host.signal(Signal::CONT);
    host.wait_for_text("continued");
    host.assert_taken();
    host.type_in("q");
    host.end().assert_given_back();
}

/// A program that takes one key from the terminal, as an editor does, and says which.
const EDITOR: &str = r#"stty -icanon -echo min 1; printf '\033[2J\033[Hyour key:'
    key=$(dd bs=1 count=1 2>/dev/null); stty sane; printf 'it was %s' "$key"; [ "$key" = x ]"#;

#[test]
fn the_terminal_is_lent_many_times_and_no_key_goes_to_the_wrong_program() {
    let mut host = Host::start(EDITOR);
    for lent in 1..=60 {
        host.type_in("e");
        host.wait_for_question("your key:");
        assert!(!host.screen.modes().alt_screen && !host.screen.modes().bracketed_paste);
        // The second key is typed while the other program still has the terminal.
        host.type_in("xk");
        host.wait_for("the key that was for us", |screen| {
            screen.modes().alt_screen && screen.text().contains("Char('k')")
        });
        host.assert_taken();
        host.wait_for_text(&format!("lent {lent} times, ended with 0"));
        host.type_in("a");
        host.wait_for_text("Char('a')");
    }
    host.type_in("q");
    host.end().assert_given_back();
}

#[test]
fn keys_in_one_piece_with_the_one_that_lends_the_terminal_are_not_carried_out_later() {
    let mut host = Host::start(EDITOR);
    // `q` would end us.
    host.type_in("eq\x1b[A");
    host.wait_for_question("your key:");
    host.type_in("x");
    host.wait_for_text("lent 1 times, ended with 0, 2 keys forgotten");
    host.type_in("a");
    host.wait_for_text("Char('a')");
    host.type_in("q");
    host.end().assert_given_back();
}

#[test]
fn keys_that_interrupt_the_other_program_are_not_for_us() {
    let mut host =
        Host::start("trap 'exit 7' INT QUIT; printf '\\033[2J\\033[Hhere:'; while :; do read line; done");
    for key in ["\x03", "\x1c"] {
        host.type_in("e");
        host.wait_for_question("here:");
        host.type_in(key);
        host.wait_for_text("ended with 7");
        host.type_in("a");
        host.wait_for_text("Char('a')");
    }
    host.type_in("q");
    host.end().assert_given_back();
}

#[test]
fn asked_to_end_while_the_terminal_is_lent_we_end_the_other_program_and_then_ourselves() {
    let mut host =
        Host::start("trap 'exit 9' TERM; printf '\\033[2J\\033[Hhere:'; while :; do sleep 0.01; done");
    host.type_in("e");
    host.wait_for_question("here:");
    host.signal(rustix::process::Signal::TERM);
    host.wait_for_text("asked to end by 15");
    host.wait_for_text("lent 1 times, ended with 9");
    host.type_in("q");
    host.end().assert_given_back();
}

#[test]
fn what_a_program_that_was_killed_left_behind_is_put_right() {
    let mut host = Host::start("stty raw -echo; printf '\\033[?1003h\\033[?1hhere: '; kill -9 $$");
    host.type_in("e");
    host.wait_for("the end of it", |screen| {
        screen.modes().alt_screen
            && screen.modes().mouse == MouseMode::Drag
            && screen.text().contains("lent 1 times, ended with 137")
    });
    host.assert_taken();
    host.type_in("q");
    host.end().assert_given_back();
}

/// A shell with job control, in which the child is started by typing.
fn shell() -> Host {
    let mut command = CommandBuilder::new("bash");
    command.args(["--norc", "--noprofile", "-i"]);
    command.cwd(std::env::temp_dir());
    for (name, value) in [(PART, EDITOR_THAT_STOPS), ("TERM", "xterm-256color"), ("PS1", "shell> ")] {
        command.env(name, value);
    }
    let mut host = Host::open(command);
    host.wait_for_text("shell>");
    let program = std::env::current_exe().unwrap();
    host.type_in(&format!("'{}' {}\r", program.display(), CHILD.join(" ")));
    host.wait_for("ready", |screen| screen.modes().alt_screen && screen.text().starts_with("ready"));
    host
}

/// Stops its whole group of processes, as editors do for ctrl-z.
const EDITOR_THAT_STOPS: &str = "printf '\\033[2J\\033[Hhere:'; kill -TSTP 0; printf 'on again'; exit 5";

#[test]
fn stopped_and_continued_many_times_by_a_shell_no_key_is_lost() {
    let mut host = shell();
    for round in 1..=15 {
        host.type_in("z");
        host.wait_for("the shell", |screen| {
            !screen.modes().alt_screen && screen.text().trim_end().ends_with("shell>")
        });
        host.type_in("fg\r");
        host.wait_for_text(&format!("stopped {round} times"));
        host.type_in("k");
        host.wait_for_text("Char('k')");
        host.assert_taken();
    }
    host.type_in("q");
    host.wait_for("the shell", |screen| screen.text().trim_end().ends_with("shell>"));
    host.type_in("exit\r");
    host.end();
}

#[test]
fn a_program_that_has_our_terminal_stops_with_us_and_goes_on_with_us() {
    let mut host = shell();
    host.type_in("e");
    host.wait_for("the shell", |screen| {
        screen.text().contains("here:") && screen.text().trim_end().ends_with("shell>")
    });
    host.type_in("fg\r");
    host.wait_for_text("lent 1 times, ended with 5");
    host.type_in("q");
    host.wait_for("the shell", |screen| screen.text().trim_end().ends_with("shell>"));
    host.type_in("exit\r");
    host.end();
}

#[test]
fn requests_to_end_are_events() {
    use rustix::process::Signal;
    let mut host = Host::start("close");
    for (signal, told) in [(Signal::TERM, "by 15"), (Signal::INT, "by 2"), (Signal::HUP, "by 1")] {
        host.signal(signal);
        host.wait_for("the signal", |screen| {
            screen.text().lines().any(|line| line.trim_end().ends_with(told))
        });
    }
    host.type_in("q");
    host.end().assert_given_back();
}

#[test]
fn a_terminal_gets_only_what_it_understands() {
    let cases = [
        (None, Features::NONE),
        (Some(""), Features::NONE),
        (Some("dumb"), Features::NONE),
        (Some("linux"), Features { keyboard: false, focus: false, ..Features::ALL }),
        (Some("xterm-256color"), Features::ALL),
        (Some("tmux-256color"), Features::ALL),
    ];
    for (term, features) in cases {
        assert_eq!(Features::of_terminal(term), features, "{term:?}");
    }
    assert!(!Features::NONE.enter().contains("\x1b[>"));
    assert!(!Features::NONE.leave().contains("\x1b[<"));
}

#[test]
fn without_a_terminal_the_error_says_what_to_do_instead() {
    // Under a test runner at a terminal there is one.
    if let Err(error) = check() {
        assert!(matches!(error, TtyError::NotATerminal));
        assert!(error.to_string().contains("--headless"), "{error}");
    }
}
