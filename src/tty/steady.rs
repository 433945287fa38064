//! A backend that says nothing about the cursor that the terminal knows already: a frame that equals the last one is no
//! bytes at all. It also turns the marks of links that cells carry into links.

use crate::term::Links;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::Color;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Unknown,
    Hidden,
    /// Visible; `None` where drawing has moved it.
    Shown(Option<Position>),
}

/// The links of the frame that is drawn next; clones share them.
#[derive(Debug, Clone, Default)]
pub struct CarriedLinks(Arc<Mutex<Links>>);

impl CarriedLinks {
    pub fn set(&self, links: Links) {
        *self.lock() = links;
    }

    fn lock(&self) -> MutexGuard<'_, Links> {
        // They are replaced as a whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes everything on to another backend, except repetitions.
#[derive(Debug)]
pub struct Steady<B> {
    inner: B,
    cursor: Cursor,
    links: CarriedLinks,
    /// Cells of one link, without its mark; kept for its room.
    run: Vec<(u16, u16, Cell)>,
}

impl<B: Backend<Error = io::Error> + Write> Steady<B> {
    pub fn new(inner: B) -> Self {
        Self { inner, cursor: Cursor::Unknown, links: CarriedLinks::default(), run: Vec::new() }
    }

    pub fn links(&self) -> CarriedLinks {
        self.links.clone()
    }

    /// Draws the cells that were put aside, as the link that a mark stands for.
    fn draw_run(&mut self, mark: Color) -> io::Result<()> {
        let Self { inner, links, run, .. } = self;
        let links = links.lock();
        let cells = run.iter().map(|(x, y, cell)| (*x, *y, cell));
        let Color::Rgb(red, green, blue) = mark else { return inner.draw(cells) };
        let number = u32::from_be_bytes([0, red, green, blue]);
        let Some(address) = links.address(number) else { return inner.draw(cells) };
        // With a name, so that a terminal knows the parts of a link on several lines for one.
        write!(inner, "\x1b]8;id=awtui-{number:x};{address}\x1b\\")?;
        inner.draw(cells)?;
        inner.write_all(b"\x1b]8;;\x1b\\")
    }

    fn moved(&mut self) {
        if let Cursor::Shown(position) = &mut self.cursor {
            *position = None;
        }
    }

    /// Forgets what the terminal was told: it was somebody else's for a while.
    pub fn forget(&mut self) {
        self.cursor = Cursor::Unknown;
    }
}

impl<B: Backend<Error = io::Error> + Write> Backend for Steady<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Self::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            // Even for no cell at all the colours would be reset.
            return Ok(());
        }
        self.moved();
        while let Some(mark) = content.peek().map(|(_, _, cell)| cell.underline_color) {
            let same = |(_, _, cell): &(u16, u16, &Cell)| cell.underline_color == mark;
            if mark == Color::Reset {
                self.inner.draw(std::iter::from_fn(|| content.next_if(same)))?;
                continue;
            }
            self.run.clear();
            while let Some((x, y, cell)) = content.next_if(same) {
                let mut cell = cell.clone();
                cell.underline_color = Color::Reset;
                self.run.push((x, y, cell));
            }
            self.draw_run(mark)?;
        }
        Ok(())
    }

    fn append_lines(&mut self, lines: u16) -> Result<(), Self::Error> {
        self.moved();
        self.inner.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        if self.cursor == Cursor::Hidden {
            return Ok(());
        }
        self.inner.hide_cursor()?;
        self.cursor = Cursor::Hidden;
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        if let Cursor::Shown(_) = self.cursor {
            return Ok(());
        }
        self.inner.show_cursor()?;
        self.cursor = Cursor::Shown(None);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Self::Error> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        let position = position.into();
        if self.cursor == Cursor::Shown(Some(position)) {
            return Ok(());
        }
        self.inner.set_cursor_position(position)?;
        if let Cursor::Shown(known) = &mut self.cursor {
            *known = Some(position);
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Self::Error> {
        self.moved();
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> Result<(), Self::Error> {
        self.moved();
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> Result<Size, Self::Error> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Self::Error> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Backend::flush(&mut self.inner)
    }
}
