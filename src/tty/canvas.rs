//! Where a frame is collected before it is sent, so that the terminal gets it in one piece.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

/// Takes what is drawn, whatever flushes on the way, until [`Canvas::present`]. Clones share one buffer.
#[derive(Debug, Clone, Default)]
pub struct Canvas {
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Canvas {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends what was collected with one write, framed as a synchronized update if the terminal is to hold its drawing
    /// meanwhile. Nothing collected, nothing sent.
    pub fn present(&self, synchronized: bool, out: &mut impl Write) -> io::Result<()> {
        let frame = std::mem::take(&mut *self.lock());
        if frame.is_empty() {
            return Ok(());
        }
        if synchronized {
            out.write_all(&[BEGIN_UPDATE, &frame, END_UPDATE].concat())?;
        } else {
            out.write_all(&frame)?;
        }
        out.flush()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        // Bytes are only appended and taken, so they are whole even after a panic.
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Canvas {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Does nothing: a frame is sent when it is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
