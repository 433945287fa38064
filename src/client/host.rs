//! What the screen needs of whoever opens it: settings, files, the supervisor, the agents' own words.
//!
//! Owns the seam alone. The command line carries it out; a test may be in its place.

use super::session::{ClientError, Session};
use super::summon::Calls;
use crate::domain::{Author, Millis, RunId};
use crate::replay::Player;
use crate::settings::{Edit as Change, Layer};
use crate::ui::{self, AgentOffer, Brings, Brought, FileDiff, Look, SavedNews, Sheet, Ui};
use crate::wire::StartRun;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

/// What an agent will have answered.
pub type Answer<'h, T> = Pin<Box<dyn Future<Output = Result<T, String>> + 'h>>;

/// A look, and the two between which the terminal's background decides.
pub type Worn = (Look, Option<(Look, Look)>);

/// Why a task was not even asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotStarted {
    /// These commands of the repository want the operator's agreement first.
    Unagreed(Brought),
    Refused(String),
}

/// What the screen needs of whoever opens it.
pub trait Host {
    /// A connection to the supervisor, which may have to be started.
    fn connect(&self) -> Pin<Box<dyn Future<Output = Result<Session, ClientError>> + '_>>;
    /// What a typed task is started with; the reason when the settings do not allow it.
    fn start(&self, task: &str) -> Result<StartRun, NotStarted>;
    /// What the repository's settings bring along now.
    fn brings(&self) -> Result<Brings, String>;
    /// Agrees to the settings file of this content. How it stands then: commands of another file are not agreed to.
    fn agree(&self, sha256: &str) -> Result<Brings, String>;
    /// The command that goes on by hand with the conversation of a role's agent, and the folder for it; the reason when
    /// there is none.
    fn session(&self, run: &RunId, role: &str) -> Result<(String, String), String>;
    /// The folder that the agents work in: terminals open there.
    fn directory(&self) -> String;
    /// For the next screen of this project.
    fn keep_shape(&self, shape: &ui::Shape) -> Result<(), String>;
    /// The settings that stop a run were asked for, as far as this awtui knows them.
    fn keep_asked(&self) -> Result<(), String>;
    fn author(&self) -> Author;
    /// Wall milliseconds.
    fn now(&self) -> Millis;
    /// A run from its files, and what to show it on; the reason when its files cannot be read.
    fn replay(&self, run: &RunId) -> Result<(Player, Ui), String>;
    /// Every agent that a role may name.
    fn agents(&self) -> Vec<String>;
    /// How a theme looks in this terminal, and the looks on a dark and on a light background where that decides; the
    /// reason when there is no such theme.
    fn theme(&self, name: &str) -> Result<Worn, String>;
    /// What the settings say now.
    fn sheet(&self) -> Result<Sheet, String>;
    /// What an agent says of itself; the reason, with the way to get it, when it is missing.
    fn look<'h>(&'h self, agent: &'h str) -> Answer<'h, AgentOffer>;
    /// Whether a role's agent has this model and level, in words; the reason when not.
    fn try_pair<'h>(
        &'h self,
        role: &'h str,
        agent: &'h str,
        model: &'h str,
        thinking: &'h str,
    ) -> Answer<'h, String>;
    /// What these changes would make of a settings file.
    fn plan(&self, layer: Layer, edits: &[Change]) -> Result<FileDiff, String>;
    /// Makes them.
    fn save(&self, layers: &[Layer], edits: &[Change]) -> Result<SavedNews, String>;
    fn calls(&self) -> Calls;
    /// Where awtui keeps what belongs to the project.
    fn state_folder(&self) -> PathBuf;
}
