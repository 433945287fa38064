//! A person's terminal: the screen of awtui in a pseudo-terminal, to look at, to type into, and to take away.

use super::until;
use awtui::term::{Screen, Size};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};

pub struct Terminal {
    screen: Arc<Mutex<Screen>>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
}

impl Terminal {
    /// Runs the program with these arguments, in the folder and the environment of `like`.
    pub fn open(like: &Command, arguments: &[&str], (cols, rows): (u16, u16)) -> Self {
        let size = PtySize { cols, rows, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_awtui"));
        command.args(arguments);
        command.env_clear();
        for (name, value) in like.get_envs() {
            command.env(name, value.unwrap());
        }
        command.env("TERM", "xterm-256color");
        command.cwd(like.get_current_dir().unwrap());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = Arc::new(Mutex::new(Screen::new(Size::new(cols, rows), 0)));
        let shown = Arc::clone(&screen);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let answers = Arc::clone(&keyboard);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read) = reader.read(&mut buffer)
                && read > 0
            {
                let mut screen = shown.lock().unwrap();
                screen.feed(&buffer[..read]);
                // A program that has ended hears nothing any more.
                let _ = answers.lock().unwrap().write_all(&screen.take_replies());
            }
        });
        Self { screen, keyboard, child, master: Some(pair.master) }
    }

    pub fn text(&self) -> String {
        self.screen.lock().unwrap().text()
    }

    /// The title of the window, empty where none was set.
    pub fn title(&self) -> String {
        self.screen.lock().unwrap().title().unwrap_or_default().to_owned()
    }

    /// Waits for words on the screen.
    #[track_caller]
    pub fn shows(&self, words: &str) {
        let what = format!("the screen shows {words:?}");
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            until(&what, || self.text().contains(words).then_some(()));
        }));
        assert!(seen.is_ok(), "no {words:?}, but:\n{}", self.text());
    }

    pub fn types(&mut self, keys: &str) {
        self.types_bytes(keys.as_bytes());
    }

    pub fn types_bytes(&mut self, bytes: &[u8]) {
        let mut keyboard = self.keyboard.lock().unwrap();
        keyboard.write_all(bytes).unwrap();
        keyboard.flush().unwrap();
    }

    /// Gives the window another size.
    pub fn resize(&self, cols: u16, rows: u16) {
        self.screen.lock().unwrap().resize(Size::new(cols, rows));
        let size = PtySize { cols, rows, ..PtySize::default() };
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    /// Kills the screen's process, with no time for farewells.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Closes the window: its process gets a hangup. Returns once that has ended.
    pub fn close(mut self) {
        let pid = self.child.process_id().unwrap();
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        drop(self.master.take());
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the program to leave by itself.
    pub fn exit_code(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
