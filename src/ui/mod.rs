//! The screen: what is shown of a glass, and what keys and the mouse ask for.
//!
//! Owns focus, zoom, popups, the input box and the drawing of frames. It never touches a file, a clock, a process, a
//! socket or a lock: time comes with the glass, wishes leave as [`Ask`]s.

mod act;
mod bell;
mod borders;
mod card;
mod commands;
mod done;
mod drag;
pub mod events;
mod explain;
mod fact;
pub mod format;
mod fuzzy;
mod gate;
mod gauge;
mod given;
mod hints;
mod input;
mod keys;
mod leave;
mod look;
mod model;
mod mouse;
mod offers;
mod pane;
mod panel;
mod picker;
mod popup;
mod preview;
mod reader;
mod runs;
mod saving;
mod search;
mod selection;
mod settings;
mod setup;
mod shape;
mod signs;
mod slots;
mod standing;
mod status;
pub mod table;
mod tabs;
mod tile;
mod title;
mod toast;
mod trust;
mod typed;
mod update;
mod view;
mod waits;
mod which;

pub use commands::CommandLog;
pub use hints::hints;
pub use input::Address;
pub use look::Look;
pub use model::{
    ActionList, Ask, Edited, Focus, Layout, Mode, Mouse, MouseKind, Msg, PlayerAct, Popup, Ui, Zoom,
};
pub use offers::{AgentOffer, ModelOffer};
pub use preview::{Made, Preview, Syntaxes, Work};
pub use runs::{RunsAsk, RunsView};
pub use saving::FileDiff;
pub use settings::{SavedNews, SettingsAsk, SettingsView, Sheet};
pub use setup::{Opening, Setup};
pub use shape::Shape;
pub use signs::{Signs, plain_sign};
pub use standing::title_of;
pub use trust::{Brings, Brought, ShownCommands, TrustAsk, TrustView};
pub use update::update;
pub use view::view;
