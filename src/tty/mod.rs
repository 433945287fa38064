//! Our own terminal: taking it over and giving it back, its input as words of our own, when to draw a frame, and how
//! a frame reaches it in one piece.
//!
//! Owns everything that touches the terminal awtui itself runs in. It never knows what is drawn or what a key does,
//! and reads no clock: times are handed in.

mod background;
mod canvas;
mod clipboard;
mod decoder;
mod event;
mod guard;
mod herald;
mod input;
mod keyboard;
mod limiter;
mod sequence;
mod steady;
mod terminal;

pub use background::{ASK_BACKGROUND, dark_by_variables};
pub use canvas::Canvas;
pub use clipboard::clipboard;
pub use decoder::{Decoded, Decoder, Reply};
pub use event::TtyEvent;
pub use guard::{Features, Guard, restore};
pub use herald::Herald;
pub use input::Input;
pub use keyboard::{Keyboard, Known};
pub use limiter::FrameLimiter;
pub use steady::{CarriedLinks, Steady};
pub use terminal::{Tty, TtyError, check, size};
