//! What awtui draws of a program: from the bytes over the wire to the frame, and to the terminal of whoever looks on.

use super::shown::{Cell, Look, Shown};
use super::streams::Step;
use crate::ui::scenes::{self, Scene};
use awtui::domain::PaneChange;
use awtui::glass::GlassEvent;
use awtui::settings::{ColourDepth, Folders, Theme};
use awtui::term::{Colour, Screen, Size, Underline, Utf8Pump};
use awtui::tty::{Canvas, Steady};
use awtui::ui::Look as UiLook;
use awtui::wire::{Inward, Message, ToClient};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use ratatui::{Terminal, TerminalOptions, Viewport};

/// How the bytes of a program come to the screen that draws them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As they are written.
    Whole,
    /// As they are written, and seen through the bytes that the operator's terminal gets.
    Outside,
    /// In pieces that end in the middle of sequences and of characters.
    Pieces,
    /// To a screen that was opened later, and was sent what there was.
    Snapshots,
}

impl Way {
    pub const ALL: [Self; 4] = [Self::Whole, Self::Outside, Self::Pieces, Self::Snapshots];
}

/// A pane of the screen, and the supervisor's side of it.
pub struct Pane {
    way: Way,
    scene: Scene,
    inward: Inward<ToClient>,
    pump: Utf8Pump,
    /// The supervisor's own screen, of which snapshots are made.
    source: Screen,
}

impl Pane {
    pub fn open() -> Self {
        let mut scene = Scene::of(&scenes::working(), (80, 32));
        scene.ui.look = UiLook::new(Theme::load("ansi", &Folders::default()).unwrap(), ColourDepth::True);
        scene.press("z z");
        let source = Screen::new(Size::new(80, 24), 1000);
        Self { way: Way::Whole, scene, inward: Inward::default(), pump: Utf8Pump::new(vec![]), source }
    }

    /// What is drawn of a program that begins at this size, at each moment that the steps ask for.
    pub fn moments(&mut self, (cols, rows): (u16, u16), steps: &[Step], way: Way) -> Vec<Shown> {
        self.way = way;
        self.pump = Utf8Pump::new(vec![]);
        self.resize(cols, rows);
        self.source = Screen::new(Size::new(cols, rows), 1000);
        self.send(PaneChange::Snapshot { cols, rows, text: String::new() });
        let mut shown = Vec::new();
        for step in steps {
            match step {
                Step::Feed(bytes) => self.feed(bytes),
                Step::Resize(cols, rows) => self.resize(*cols, *rows),
                Step::Show => shown.push(self.look()),
            }
        }
        shown
    }

    /// Over the wire, as the supervisor sends it.
    fn send(&mut self, change: PaneChange) {
        let mut bytes = Vec::new();
        let message = ToClient::Pane { run: "aw_1".into(), pane: "worker-1".into(), end: 9, change };
        message.encode(&mut bytes).unwrap();
        self.inward.push(&bytes);
        while let Some(message) = self.inward.next_message().unwrap() {
            let ToClient::Pane { pane, end, change, .. } = message else { panic!("{message:?}") };
            self.scene.glass.feed(GlassEvent::Pane { pane, end, change });
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        match self.way {
            Way::Whole | Way::Outside => self.output(bytes),
            Way::Pieces => {
                let mut rest = bytes;
                for length in [1, 2, 3, 5, 1, 7, 11].into_iter().cycle() {
                    let (piece, after) = rest.split_at(rest.len().min(length));
                    self.output(piece);
                    rest = after;
                    if rest.is_empty() {
                        break;
                    }
                }
            }
            Way::Snapshots => {
                // Not at a border of anything.
                let (seen, missed) = bytes.split_at(bytes.len() / 2);
                let seen = self.pump.push(seen);
                self.source.feed(seen.as_bytes());
                let text = String::from_utf8(self.source.snapshot()).unwrap();
                let Size { cols, rows } = self.source.size();
                self.send(PaneChange::Snapshot { cols, rows, text });
                self.output(missed);
            }
        }
    }

    fn output(&mut self, bytes: &[u8]) {
        let text = self.pump.push(bytes);
        self.source.feed(text.as_bytes());
        self.send(PaneChange::Output { text });
    }

    /// Gives the pane on the screen exactly this size.
    fn resize(&mut self, cols: u16, rows: u16) {
        if (self.place().width, self.place().height) != (cols, rows) {
            self.scene.resize(cols, rows + 8);
            let extra = self.place().height - rows;
            self.scene.resize(cols, rows + 8 - extra);
        }
        assert_eq!((self.place().width, self.place().height), (cols, rows));
        self.source.resize(Size::new(cols, rows));
        self.send(PaneChange::Resized { cols, rows });
    }

    fn place(&self) -> Rect {
        self.scene.ui.layout.panes[0].1
    }

    fn look(&mut self) -> Shown {
        self.scene.draw();
        let mut shown = if self.way == Way::Outside { self.outside() } else { self.frame() };
        let place = self.place();
        shown.cursor = self.scene.ui.layout.cursor.map(|(x, y)| (x - place.x, y - place.y));
        shown.alternate = self.scene.glass.panes[&"worker-1".into()].screen.modes().alt_screen;
        shown
    }

    /// The cells of the frame.
    fn frame(&self) -> Shown {
        let place = self.place();
        let mut shown = Shown::blank(place.width, place.height);
        for row in 0..place.height {
            for col in 0..place.width {
                let cell = &self.scene.buffer[(place.x + col, place.y + row)];
                let mut look = Look::coloured(colour(cell.fg), colour(cell.bg));
                for (name, modifier) in [
                    ("bold", Modifier::BOLD),
                    ("dim", Modifier::DIM),
                    ("italic", Modifier::ITALIC),
                    ("inverse", Modifier::REVERSED),
                    ("strike", Modifier::CROSSED_OUT),
                ] {
                    look.set(name, cell.modifier.contains(modifier));
                }
                if cell.modifier.contains(Modifier::UNDERLINED) {
                    look.underline = Underline::Single;
                }
                put(&mut shown, (row, col), cell.symbol(), look);
            }
        }
        shown
    }

    /// What a terminal shows that gets the bytes of the frame.
    fn outside(&self) -> Shown {
        let area = self.scene.area;
        let canvas = Canvas::new();
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let backend = Steady::new(CrosstermBackend::new(canvas.clone()));
        backend.links().set(self.scene.ui.layout.links.clone());
        let mut terminal = Terminal::with_options(backend, options).unwrap();
        terminal.draw(|frame| frame.buffer_mut().clone_from(&self.scene.buffer)).unwrap();
        let mut bytes = Vec::new();
        canvas.present(true, &mut bytes).unwrap();
        let count = |value: u16| std::num::NonZero::new(value).unwrap();
        let mut parser = vt100::Parser::new(count(area.height), count(area.width), 0);
        // This reader takes the sign for a bad character for a bad character.
        let bytes = String::from_utf8(bytes).unwrap().replace('\u{fffd}', STAND_IN);
        parser.process(bytes.as_bytes());
        let place = self.place();
        let drawn = self.frame();
        let mut shown = Shown::blank(place.width, place.height);
        for row in 0..place.height {
            for col in 0..place.width {
                let cell = parser.screen().cell(place.y + row, place.x + col).unwrap();
                let mut look = Look::coloured(seen_colour(cell.fgcolor()), seen_colour(cell.bgcolor()));
                for (name, on) in [
                    ("bold", cell.bold()),
                    ("dim", cell.dim()),
                    ("italic", cell.italic()),
                    ("inverse", cell.inverse()),
                ] {
                    look.set(name, on);
                }
                if cell.underline() {
                    look.underline = Underline::Single;
                }
                // This reader knows no struck out text, and none that is both bold and dim.
                let drawn = drawn.rows[usize::from(row)][usize::from(col)].look;
                look.set("strike", drawn.has("strike"));
                look.set("bold", cell.bold() || (cell.dim() && drawn.has("bold")));
                let text = if cell.has_contents() { cell.contents() } else { " " };
                put(&mut shown, (row, col), &text.replace(STAND_IN, "\u{fffd}"), look);
            }
        }
        shown
    }
}

const STAND_IN: &str = "\u{f8fe}";

/// Puts a cell down; the second half of a wide character belongs to the first.
fn put(shown: &mut Shown, (row, col): (u16, u16), text: &str, look: Look) {
    let cells = &mut shown.rows[usize::from(row)];
    let col = usize::from(col);
    if cells[col].text.is_empty() {
        return;
    }
    cells[col] = Cell { text: text.to_owned(), look };
    if unicode_width::UnicodeWidthStr::width(text) == 2 {
        cells[col + 1] = Cell { text: String::new(), look };
    }
}

fn colour(colour: Color) -> Colour {
    match colour {
        Color::Reset => Colour::Default,
        Color::Indexed(index) => Colour::Indexed(index),
        Color::Rgb(red, green, blue) => Colour::Rgb(red, green, blue),
        named => panic!("{named:?}"),
    }
}

fn seen_colour(colour: vt100::Color) -> Colour {
    match colour {
        vt100::Color::Default => Colour::Default,
        vt100::Color::Idx(index) => Colour::Indexed(index),
        vt100::Color::Rgb(red, green, blue) => Colour::Rgb(red, green, blue),
    }
}

/// What the emulator shows, as a pane draws it: colours by their number, all kinds of underlines as one, links
/// underlined, hidden text as blanks.
pub fn as_drawn(mut shown: Shown) -> Shown {
    for cell in shown.rows.iter_mut().flatten() {
        let look = &mut cell.look;
        for colour in [&mut look.fg, &mut look.bg] {
            if let Colour::Ansi(index) = *colour {
                *colour = Colour::Indexed(index);
            }
        }
        if look.has("hidden") && !cell.text.is_empty() {
            " ".clone_into(&mut cell.text);
        }
        if look.underline != Underline::None || look.has("link") {
            look.underline = Underline::Single;
        }
        look.underline_colour = None;
        look.set("hidden", false);
        look.set("link", false);
    }
    shown
}
