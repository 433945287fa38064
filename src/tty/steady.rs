//! A backend that says nothing about the cursor that the terminal knows already: a frame that equals the last one is no
//! bytes at all.

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Unknown,
    Hidden,
    /// Visible; `None` where drawing has moved it.
    Shown(Option<Position>),
}

/// Passes everything on to another backend, except repetitions.
#[derive(Debug)]
pub struct Steady<B> {
    inner: B,
    cursor: Cursor,
}

impl<B: Backend> Steady<B> {
    pub fn new(inner: B) -> Self {
        Self { inner, cursor: Cursor::Unknown }
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

impl<B: Backend> Backend for Steady<B> {
    type Error = B::Error;

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
        self.inner.draw(content)
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
        self.inner.flush()
    }
}
