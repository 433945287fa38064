//! A screen without a terminal: what the UI holds, what it shows, and hands on its keys.

use crate::domain::bench::Bench;
use awtui::domain::*;
use awtui::glass::{Glass, GlassEvent, Link};
use awtui::settings::{ColourDepth, Folders, Keymap, Theme};
use awtui::term::Key;
use awtui::ui::{self, Ask, Look, Mode, Mouse, MouseKind, Msg, Syntaxes, Ui};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::LazyLock;

/// A screen, what it shows, and how large it is.
pub struct Scene {
    pub ui: Ui,
    pub glass: Glass,
    pub area: Rect,
    pub buffer: Buffer,
}

/// Unpacked once for all scenes that show code.
pub static SYNTAXES: LazyLock<Syntaxes> = LazyLock::new(Syntaxes::default);

pub fn look() -> Look {
    Look::new(Theme::load("dark", &Folders::default()).unwrap(), ColourDepth::True)
}

pub fn new_ui(mode: Mode) -> Ui {
    let mut ui = Ui::new(mode, look(), Keymap::load(None).unwrap());
    ui.bindings = vec![
        ("analyst".to_owned(), "pi".to_owned(), "openai/gpt-5.5".to_owned()),
        ("worker".to_owned(), "pi".to_owned(), "its own default model".to_owned()),
    ];
    ui
}

impl Scene {
    pub fn new(ui: Ui, glass: Glass, (cols, rows): (u16, u16)) -> Self {
        let area = Rect::new(0, 0, cols, rows);
        let mut scene = Self { ui, glass, area, buffer: Buffer::empty(area) };
        scene.draw();
        scene
    }

    /// The run of a bench on a screen whose panels have the keys, with the agents' screens in the panes.
    pub fn of(bench: &Bench, size: (u16, u16)) -> Self {
        let mut ui = new_ui(Mode::Live);
        ui.focus = ui::Focus::Worker;
        let mut glass = Glass::new();
        glass.feed(GlassEvent::Link(Link::Live));
        for record in &bench.records {
            glass.feed(GlassEvent::Record(record.clone()));
        }
        glass.feed(GlassEvent::Clock(bench.now));
        let mut scene = Self::new(ui, glass, size);
        scene.fill_panes();
        scene
    }

    fn fill_panes(&mut self) {
        let drawn = self.ui.layout.panes.clone();
        let panes: Vec<PaneId> = self.glass.run.panes.keys().cloned().collect();
        for pane in panes {
            let place = drawn.iter().find(|(id, _)| *id == pane).or(drawn.first()).map(|(_, place)| *place);
            let (cols, rows) = place.map_or((80, 10), |place| (place.width, place.height));
            let resized = PaneChange::Resized { cols, rows };
            self.glass.feed(GlassEvent::Pane { pane: pane.clone(), end: 1, change: resized });
            let role = pane.as_str().split('-').next().unwrap().to_owned();
            let text = format!(
                "\x1b[1m{role}\x1b[0m of the tests\r\n\r\n\x1b[38;2;200;100;50m● read\x1b[0m src/parser.rs\r\n\
                 \x1b[32m● 你好\x1b[0m wide words\r\n> "
            );
            self.glass.feed(GlassEvent::Pane { pane, end: 2, change: PaneChange::Output { text } });
        }
        self.draw();
    }

    pub fn draw(&mut self) {
        self.buffer = Buffer::empty(self.area);
        // As whoever runs the screen does before each frame.
        self.ui.catch_up(&self.glass);
        let layout = ui::view(&self.ui, &self.glass, self.area, &mut self.buffer);
        self.ui.set_layout(layout);
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.area = Rect::new(0, 0, cols, rows);
        self.draw();
    }

    /// The frame as text, one line a row, without blanks at the ends.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for y in 0..self.area.height {
            let mut skip = 0;
            let mut row = String::new();
            for x in 0..self.area.width {
                let symbol = self.buffer[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                row.push_str(symbol);
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    pub fn line(&self, row: usize) -> String {
        self.text().lines().nth(row).unwrap().to_owned()
    }

    /// Milliseconds go by on the screen's own clock and on the run's.
    pub fn wait(&mut self, milliseconds: u64) {
        let now = self.glass.now;
        let later = Time { wall: now.wall + milliseconds, run: now.run + milliseconds };
        if self.glass.run.id.is_some() {
            self.glass.feed(GlassEvent::Clock(later));
        }
        self.uptime(milliseconds);
    }

    fn uptime(&mut self, more: u64) {
        let now = self.ui.uptime() + more;
        self.ui.set_time(now);
        self.draw();
    }

    pub fn msg(&mut self, msg: Msg) -> Vec<Ask> {
        let asks = ui::update(&mut self.ui, &self.glass, msg);
        self.draw();
        asks
    }

    /// Presses keys one after the other, as people write them.
    pub fn press(&mut self, keys: &str) -> Vec<Ask> {
        keys.split_whitespace().flat_map(|key| self.msg(Msg::Key(key.parse::<Key>().unwrap()))).collect()
    }

    /// Answers what was asked for to look at something, part by part, until nothing is asked for any more. Returns where
    /// each part began and how much of it was wanted.
    pub fn answer(
        &mut self,
        asks: Vec<Ask>,
        whole: &dyn Fn(&Fetch) -> Result<Vec<u8>, String>,
    ) -> Vec<(u64, u64)> {
        let mut fetched = Vec::new();
        let mut asks = std::collections::VecDeque::from(asks);
        while let Some(ask) = asks.pop_front() {
            let more = match ask {
                Ask::Fetch { id, what, offset, limit } => {
                    fetched.push((offset, limit));
                    let piece = whole(&what).map(|bytes| Piece::of(&bytes, offset, limit));
                    self.ui.fetched(id, piece)
                }
                Ask::Prepare(work) => self.ui.prepared(work.run(&SYNTAXES, &|| true)),
                other => panic!("{other:?}"),
            };
            // The size of what is looked at is known once it was drawn.
            self.draw();
            asks.extend(more);
        }
        fetched
    }

    /// Presses keys that look at something of the run.
    pub fn look(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let asks = self.press(key);
            let run = self.glass.run.clone();
            let full = |text: &Text| Ok(text.summary().to_owned());
            self.answer(asks, &|what| {
                awtui::project::fetch::text(&run, what, &full)?
                    .map(String::into_bytes)
                    .ok_or("not kept".to_owned())
            });
        }
    }

    pub fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            let key = Key::plain(awtui::term::KeyCode::Char(character));
            assert_eq!(self.msg(Msg::Key(key)), [], "{character}");
        }
    }

    pub fn mouse(&mut self, kind: MouseKind, col: u16, row: u16) -> Vec<Ask> {
        self.msg(Msg::Mouse(Mouse { col, row, kind, mods: awtui::term::Mods::NONE }))
    }

    /// Where a text stands on the screen.
    pub fn find(&self, what: &str) -> (u16, u16) {
        let text = self.text();
        let (row, line) = text
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(what))
            .unwrap_or_else(|| panic!("{what:?} is not on the screen:\n{text}"));
        let column = unicode_width::UnicodeWidthStr::width(&line[..line.find(what).unwrap()]);
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    }

    pub fn shows(&self, what: &str) -> bool {
        self.text().contains(what)
    }
}
