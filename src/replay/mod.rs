//! A run once more: every moment of it from its journal and the recordings of its panes.
//!
//! Owns the timeline (all records, where steps and gates begin), the tapes (one recording each, fed into a glass up to
//! a record's offset), keyframes that make going back cheap, and the player. It feeds the same glass by the same events
//! as a live client does. It reads files only, writes none, never talks to a supervisor and never looks at a clock:
//! whoever plays tells how much time passed.
//!
//! Facts say nothing about files in `artifacts/`; the list of them is what lies there now, as far as it is as old as the
//! moment shown.

mod fetch;
mod keyframes;
mod player;
mod tape;
mod timeline;

pub use player::{Player, SPEEDS};
pub use timeline::{Timeline, TimelineError};
