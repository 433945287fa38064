//! The terminal in memory.

mod features;
