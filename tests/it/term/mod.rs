//! The terminal in memory: what it shows, answers, tells, encodes, and how it is rebuilt.

mod features;
mod keys;
mod lines;
mod links;
mod oracle;
mod paste_and_mouse;
mod pump;
mod replies;
mod robustness;
mod scrollback;
mod signals;
mod snapshot;

use awtui::term::{Cell, Cursor, Modes, Screen, Size};

/// Real terminal bytes of Pi 1.5.2 on 120x40, by name.
const RECORDINGS: &[(&str, &[u8])] = &[
    ("answer_fullscreen", include_bytes!("../fixtures/pi/pty_answer_fullscreen.raw")),
    ("err", include_bytes!("../fixtures/pi/pty_err.raw")),
    ("gate_ui", include_bytes!("../fixtures/pi/pty_gate_ui.raw")),
    ("noanswer_regular", include_bytes!("../fixtures/pi/pty_noanswer_regular.raw")),
    ("progstatus", include_bytes!("../fixtures/pi/pty_progstatus.raw")),
    ("raw", include_bytes!("../fixtures/pi/pty_raw.raw")),
    ("slashquit", include_bytes!("../fixtures/pi/pty_slashquit.raw")),
    ("trust_ask", include_bytes!("../fixtures/pi/pty_trust_ask.raw")),
];

fn recording(name: &str) -> &'static [u8] {
    RECORDINGS.iter().find(|(known, _)| *known == name).unwrap().1
}

fn screen_of(size: Size, bytes: &[u8]) -> Screen {
    let mut screen = Screen::new(size, 1000);
    screen.feed(bytes);
    screen
}

/// Everything a viewer can see of a screen.
#[derive(PartialEq)]
struct Seen {
    text: String,
    cells: Vec<Vec<Cell>>,
    wrapped: Vec<bool>,
    cursor: Option<Cursor>,
    modes: Modes,
    title: Option<String>,
}

fn seen(screen: &Screen) -> Seen {
    let rows = 0..screen.size().rows;
    Seen {
        text: screen.text(),
        cells: rows.clone().map(|row| screen.row(row).collect()).collect(),
        wrapped: rows.map(|row| screen.is_wrapped_at(0, row)).collect(),
        cursor: screen.cursor(),
        modes: screen.modes(),
        title: screen.title().map(str::to_owned),
    }
}

impl std::fmt::Debug for Seen {
    /// Blank cells are left out: a failure should fit on a page.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { text, cells, wrapped, cursor, modes, title } = self;
        writeln!(formatter, "{text:?} {wrapped:?} {cursor:?} {title:?} {modes:?}")?;
        let blank = screen_of(Size::new(2, 2), b"").row(0).next();
        for (row, cells) in cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| Some(*cell) != blank.as_ref()) {
                writeln!(formatter, "{row},{column}: {cell:?}")?;
            }
        }
        Ok(())
    }
}
