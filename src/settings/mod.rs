//! What a person may choose, and where each choice came from.
//!
//! Owns the layers of settings (built in, user, project, environment, flags), their strict reading, prompt templates,
//! workflow files, prices, keys and themes. The environment comes in as values; of the file system it only reads the
//! files it is pointed at. It never looks at a clock, starts a process or touches a terminal.

mod action;
mod agent_definition;
mod document;
mod edit;
pub mod keymap;
mod layers;
mod paths;
pub mod prices;
mod problem;
pub mod prompts;
pub mod reference;
mod safety;
mod schema;
mod shape;
mod sheet;
pub mod theme;
mod values;
mod workflows;

pub use action::{Action, Context};
pub use agent_definition::{AgentDefinition, InterruptKey, PromptBy, TurnEndsBy, UsageCounts, UsageRule};
pub use edit::{DiffLine, Edit, Planned, diff, edited, plan};
pub use keymap::Keymap;
pub use layers::{Layer, Sources};
pub use paths::{Folders, Paths, project_config};
pub(crate) use problem::nearest;
pub use problem::{Mistake, Place, Problem, SettingsError, distance};
pub use safety::SAFETY;
pub use shape::BUILT_IN_AGENTS;
pub use sheet::{Row, RowKind};
pub use theme::{Colour, ColourDepth, Theme};
pub use values::{
    BudgetSettings, CheckSettings, ContextSettings, Entry, EnvironmentPolicy, LoopSettings, NotifySettings,
    ProjectCommands, RoleSettings, RunSettings, Settings, Symbols, UiSettings,
};
