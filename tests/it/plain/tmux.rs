//! A plain terminal that can be asked what it shows: tmux, fed with bytes and nothing else.

use super::shown::{Cell, Look, Shown};
use super::streams::Step;
use crate::support::until;
use awtui::term::{Colour, Underline};
use regex::bytes::Regex;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use unicode_width::UnicodeWidthChar;

/// A server of its own, which ends with this.
pub struct Tmux {
    folder: tempfile::TempDir,
    windows: usize,
}

impl Drop for Tmux {
    fn drop(&mut self) {
        drop(self.try_run(&["kill-server"]));
    }
}

/// What `tmux -V` says; nothing where there is no tmux.
pub fn version() -> Option<String> {
    let output = Command::new("tmux").arg("-V").output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

impl Tmux {
    pub fn start() -> Self {
        let tmux = Self { folder: tempfile::tempdir().unwrap(), windows: 0 };
        tmux.run(&["new-session", "-d", "-x", "80", "-y", "24", "exec sleep 3600"]);
        for option in [["status", "off"], ["history-limit", "2000"]] {
            tmux.run(&["set-option", "-g", option[0], option[1]]);
        }
        tmux
    }

    fn try_run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("tmux");
        command.arg("-u").arg("-S").arg(self.folder.path().join("socket")).args(["-f", "/dev/null"]);
        command.args(arguments).env_remove("TMUX").env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        let output = command.output().unwrap();
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout).unwrap());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn run(&self, arguments: &[&str]) -> String {
        self.try_run(arguments).unwrap_or_else(|error| panic!("tmux {arguments:?}: {error}"))
    }

    /// What is shown at each moment that the steps ask for.
    pub fn show(&mut self, size: (u16, u16), steps: &[Step]) -> Vec<Shown> {
        let (mut shown, window) = self.play(size, steps, usize::MAX);
        window.close();
        // Without a background there is none to ask for.
        let background = Regex::new(r"\x1b\[([0-9;:]*[;:])?(4[0-8]|10[0-7])[;:m]").unwrap();
        let coloured = |step: &Step| matches!(step, Step::Feed(bytes) if background.is_match(bytes));
        if steps.iter().any(coloured) {
            for (moment, (shown, used)) in shown.iter_mut().enumerate() {
                self.fill(size, steps, moment, shown, used);
            }
        }
        shown.into_iter().map(|(shown, _)| shown).collect()
    }

    /// A capture ends each line with the last cell that was written, so the colour of those behind it that were only
    /// erased is asked for: something is printed behind them, on a screen that is fed the same once more.
    fn fill(&mut self, size: (u16, u16), steps: &[Step], moment: usize, shown: &mut Shown, used: &[usize]) {
        let cols = shown.rows[0].len();
        let probe = |before: &dyn Fn(usize) -> String| {
            let mut bytes = "\x1b[?6l\x1b[r\x1b[4l\x0f\x1b(B\x1b[m\x1b[?7l".to_owned();
            for (row, used) in used.iter().enumerate().filter(|(_, used)| **used < cols) {
                let line = row + 1;
                write!(bytes, "\x1b[{line};1H{}\x1b[{line};{cols}Hx", before(*used)).unwrap();
            }
            bytes
        };
        let mut probed = |bytes: &str| {
            let (_, mut window) = self.play(size, steps, moment);
            window.feed(bytes.as_bytes());
            let (probed, _) = window.capture();
            window.close();
            probed
        };
        let behind = probed(&probe(&|_| String::new()));
        let mut coloured = false;
        for (row, used) in used.iter().enumerate().filter(|(_, used)| **used < cols) {
            shown.rows[row][*used..cols - 1].clone_from_slice(&behind.rows[row][*used..cols - 1]);
            coloured |= cols > 1 && shown.rows[row][cols - 2] != Cell::blank();
        }
        if coloured {
            // The last cells, moved to the left by one.
            let moved = probed(&probe(&|used| match used {
                0 => "\x1b[P".to_owned(),
                used => format!("\x1b[{used}X\x1b[P"),
            }));
            for (row, _) in used.iter().enumerate().filter(|(_, used)| **used < cols) {
                shown.rows[row][cols - 1] = moved.rows[row][cols - 2].clone();
            }
        }
    }

    /// Takes the steps up to a moment, and all of them if there is no such moment.
    fn play(
        &mut self,
        (cols, rows): (u16, u16),
        steps: &[Step],
        until_moment: usize,
    ) -> (Vec<(Shown, Vec<usize>)>, Window<'_>) {
        self.windows += 1;
        let pipe = self.folder.path().join(format!("bytes-{}", self.windows));
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        self.run(&["set-option", "-g", "default-size", &format!("{cols}x{rows}")]);
        let cat = format!("stty raw -echo; exec cat '{}'", pipe.display());
        let pane = self.run(&["new-window", "-d", "-P", "-F", "#{pane_id}", &cat]).trim().to_owned();
        let mut window = Window { tmux: self, pane, out: opened(&pipe), read: 0 };
        window.resize(cols, rows);
        let mut shown = Vec::new();
        for step in steps {
            match step {
                Step::Feed(bytes) => window.feed(bytes),
                Step::Resize(cols, rows) => window.resize(*cols, *rows),
                Step::Show if shown.len() == until_moment => break,
                Step::Show => shown.push(window.capture()),
            }
        }
        (shown, window)
    }
}

/// Opened for both, so that it does not wait for the other side.
fn opened(pipe: &PathBuf) -> File {
    OpenOptions::new().read(true).write(true).open(pipe).unwrap()
}

struct Window<'a> {
    tmux: &'a Tmux,
    pane: String,
    out: File,
    /// Pieces that were read.
    read: usize,
}

impl Window<'_> {
    fn told(&self, format: &str) -> String {
        self.tmux.run(&["display-message", "-p", "-t", &self.pane, format]).trim().to_owned()
    }

    fn close(self) {
        self.tmux.run(&["kill-window", "-t", &self.pane]);
    }

    /// Returns when all of it was read: a title comes behind it.
    fn feed(&mut self, bytes: &[u8]) {
        self.read += 1;
        let title = format!("read {}", self.read);
        self.out.write_all(bytes).unwrap();
        write!(self.out, "\x1b]2;{title}\x1b\\").unwrap();
        until("tmux has read it all", || (self.told("#{pane_title}") == title).then_some(()));
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        let (cols, rows) = (cols.to_string(), rows.to_string());
        self.tmux.run(&["resize-window", "-t", &self.pane, "-x", &cols, "-y", &rows]);
        let size = format!("{cols}x{rows}");
        until("tmux has the size", || (self.told("#{pane_width}x#{pane_height}") == size).then_some(()));
    }

    /// What is shown, and how far each line was written.
    fn capture(&mut self) -> (Shown, Vec<usize>) {
        let told =
            self.told("#{pane_width} #{pane_height} #{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on}");
        let told: Vec<u16> = told.split(' ').map(|number| number.parse().unwrap()).collect();
        let [cols, rows, x, y, visible, alternate] = told[..] else { panic!("{told:?}") };
        let mut shown = Shown::blank(cols, rows);
        // A cursor that waits to wrap stands behind the last column.
        shown.cursor = (visible == 1).then(|| (x.min(cols - 1), y));
        shown.alternate = alternate == 1;
        let captured = self.tmux.run(&["capture-pane", "-e", "-p", "-N", "-t", &self.pane]);
        let mut reading = Reading::default();
        let used =
            captured.lines().enumerate().map(|(row, line)| reading.line(line, row, &mut shown)).collect();
        (shown, used)
    }
}

/// The pen goes on from line to line.
#[derive(Default)]
struct Reading {
    look: Look,
    shifted: bool,
}

impl Reading {
    /// Returns how many columns the line has.
    fn line(&mut self, line: &str, row: usize, shown: &mut Shown) -> usize {
        let mut col = 0;
        let mut rest = line.chars();
        // Where the last character stands, and whether the next one joins it.
        let mut last: Option<usize> = None;
        let mut joins = false;
        while let Some(character) = rest.next() {
            match character {
                '\x0e' | '\x0f' => self.shifted = character == '\x0e',
                '\x1b' => {
                    let sequence: String = rest.by_ref().take_while(|character| *character != 'm').collect();
                    self.attributes(sequence.strip_prefix('[').unwrap());
                }
                _ => {
                    let character = if self.shifted { drawn(character) } else { character };
                    // What was moved half over the edge is still there.
                    let room = shown.rows[row].len() - col;
                    let width = width_of(character).min(room);
                    if let Some(last) = last.filter(|_| width == 0 || joins) {
                        shown.rows[row][last].text.push(character);
                        joins = character == '\u{200d}';
                        continue;
                    }
                    shown.put(row, col, Cell { text: character.to_string(), look: self.look }, width);
                    last = Some(col);
                    col += width;
                }
            }
        }
        col
    }

    fn attributes(&mut self, sequence: &str) {
        let mut parameters = sequence.split(';');
        while let Some(parameter) = parameters.next() {
            let look = &mut self.look;
            match parameter {
                "" | "0" => *look = Look::default(),
                "1" => look.set("bold", true),
                "2" => look.set("dim", true),
                "3" => look.set("italic", true),
                "4" => look.underline = Underline::Single,
                "5" => look.set("blink", true),
                "7" => look.set("inverse", true),
                "8" => look.set("hidden", true),
                "9" => look.set("strike", true),
                "4:2" => look.underline = Underline::Double,
                "4:3" => look.underline = Underline::Curly,
                "4:4" => look.underline = Underline::Dotted,
                "4:5" => look.underline = Underline::Dashed,
                "5:3" => look.set("overline", true),
                "39" => look.fg = Colour::Default,
                "49" => look.bg = Colour::Default,
                "59" => look.underline_colour = None,
                "38" => look.fg = colour(&mut parameters),
                "48" => look.bg = colour(&mut parameters),
                "58" => look.underline_colour = Some(colour(&mut parameters)),
                _ => match parameter.split_once(':') {
                    Some(("58", rest)) => look.underline_colour = Some(colour(&mut rest.split(':'))),
                    _ => {
                        let number: u8 = parameter.parse().unwrap_or_else(|_| panic!("{sequence:?}"));
                        match number {
                            30..38 => look.fg = Colour::Ansi(number - 30),
                            90..98 => look.fg = Colour::Ansi(number - 82),
                            40..48 => look.bg = Colour::Ansi(number - 40),
                            100..108 => look.bg = Colour::Ansi(number - 92),
                            _ => panic!("{sequence:?}"),
                        }
                    }
                },
            }
        }
    }
}

fn colour<'a>(parameters: &mut impl Iterator<Item = &'a str>) -> Colour {
    let kind = parameters.next();
    let mut number = || parameters.find(|text| !text.is_empty()).unwrap().parse::<u8>().unwrap();
    match kind {
        Some("5") => Colour::Indexed(number()),
        _ => Colour::Rgb(number(), number(), number()),
    }
}

/// As tmux has it.
fn width_of(character: char) -> usize {
    if character == '\u{ad}' { 1 } else { character.width().unwrap() }
}

/// What the line drawing set of DEC shows for a letter.
fn drawn(letter: char) -> char {
    const DRAWN: &str = " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
    let index = u32::from(letter).checked_sub(u32::from('_')).and_then(|index| usize::try_from(index).ok());
    index.and_then(|index| DRAWN.chars().nth(index)).unwrap_or(letter)
}
