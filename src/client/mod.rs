//! A client: attach to the supervisor or open a replay, feed the glass, run the UI's loop, carry out what it asks.
//!
//! Owns the connection and the pace of frames. It holds no truth about a run: what it shows came from facts.

mod edited;
mod frame;
mod host;
mod replay;
mod runs;
mod saved;
mod screen;
mod session;
mod settings;
mod summon;
mod terminals;
mod trust;
mod words;

pub use host::{Answer, Host, NotStarted, Worn};
pub use replay::{print_frame, replay};
pub use screen::{ScreenError, show};
pub use session::{ClientError, Session, Starter};
pub use summon::Calls;
