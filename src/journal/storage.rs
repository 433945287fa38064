//! Where the bytes of a journal go: a file, or in fault tests something that fails on purpose.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

pub trait Storage: Send {
    /// Writes all of `bytes` at `offset`, or leaves an unknown part of them there and says so.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns when everything written so far survives a power cut.
    fn sync(&mut self) -> io::Result<()>;
    fn set_len(&mut self, length: u64) -> io::Result<()>;
}

impl Storage for File {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn set_len(&mut self, length: u64) -> io::Result<()> {
        Self::set_len(self, length)
    }
}
