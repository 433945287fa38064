//! A terminal in memory: bytes of a program in, cells, signals and answers out.
//!
//! Owns the screen (a guarded `alacritty_terminal`), the reading of control strings that the emulator ignores, the
//! key, mouse and paste encoding, the answers to terminal queries, the snapshot that rebuilds a screen, and the
//! canonical text stream of a pane. It never touches a file, a clock, a process or a real terminal.

mod base64;
mod cell;
mod control;
mod emulator;
mod encode;
mod guard;
mod handler;
mod key;
mod lines;
mod links;
mod marks;
mod modes;
mod mouse;
mod osc;
mod palette;
mod pump;
mod scanner;
mod screen;
mod scrollback;
mod signal;
mod snapshot;
mod text;
mod utf8;

pub use cell::{Attrs, Cell, Colour, Link, Symbol, Underline};
pub use encode::{encode_focus, encode_key, encode_paste};
pub use guard::{guarded, is_guarded};
pub use key::{Key, KeyCode, Mods, Native, ParseKeyError};
pub use lines::PlainLines;
pub use links::Links;
pub use modes::{Cursor, CursorShape, Modes, MouseMode, Size};
pub use mouse::{Mouse, MouseButton, MouseKind, encode_mouse};
pub use pump::Utf8Pump;
pub use screen::{FLOOD_HISTORY, HISTORY, Row, Screen};
pub use signal::{ProgramState, ProgramStatus, Progress, PromptMark, Signal};
pub use text::{LineText, Piece};
