//! A person's terminal in a house: to look at and to type into.

use super::{House, until};
use awtui::term::{Screen, Size};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

pub struct Terminal {
    screen: Arc<Mutex<Screen>>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
}

impl Terminal {
    pub fn open(house: &House, arguments: &[&str], (cols, rows): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(PtySize { cols, rows, ..PtySize::default() }).unwrap();
        let like = house.command(arguments);
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
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read) = reader.read(&mut buffer)
                && read > 0
            {
                shown.lock().unwrap().feed(&buffer[..read]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self { screen, keyboard, child }
    }

    pub fn text(&self) -> String {
        self.screen.lock().unwrap().text()
    }

    /// Waits for words on the screen.
    #[track_caller]
    pub fn shows(&self, words: &str) {
        until(&format!("the screen shows {words:?}"), || self.text().contains(words).then_some(()));
    }

    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
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
