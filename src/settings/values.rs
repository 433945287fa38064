//! The effective settings as types: what the layers together say, checked for sense, and what a run takes from them.

use super::agent_definition::{AgentDefinition, Written};
use super::document::Document;
use super::layers::{Layer, Merged, Replaced, Sources, merge};
use super::paths::Folders;
use super::problem::{Mistake, Place, Problem, nearest, none_or_all};
use super::schema::dotted;
use super::shape::{BUILT_IN_AGENTS, CONFIG};
use super::{SettingsError, Theme, prices};
use crate::domain::{self, CompactStrategy, Money, RoleName, Thinking};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// All effective values.
#[derive(Debug, Clone)]
pub struct Settings {
    pub roles: BTreeMap<String, RoleSettings>,
    pub context: ContextSettings,
    pub bounds: LoopSettings,
    pub budget: BudgetSettings,
    pub run: RunSettings,
    pub notify: NotifySettings,
    pub ui: UiSettings,
    pub checks: Vec<CheckSettings>,
    pub models: BTreeMap<String, prices::Override>,
    agents: BTreeMap<String, AgentDefinition>,
    entries: Vec<Entry>,
    folders: Folders,
    from_project: Option<ProjectCommands>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSettings {
    pub agent: String,
    /// Empty: the agent's own default.
    pub model: String,
    pub thinking: Thinking,
    pub context_limit: u64,
    pub args: Vec<String>,
    pub ask: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextSettings {
    pub warn_at: f64,
    pub compact_at: f64,
    pub strategy: CompactStrategy,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopSettings {
    pub max_rounds: u32,
    pub max_hours: f64,
    pub max_idle_minutes: f64,
    pub confirm_done: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetSettings {
    /// US dollars.
    pub cost: f64,
    pub tokens: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    pub workflow: String,
    pub folder: String,
    pub env: EnvironmentPolicy,
    pub env_allow: Vec<String>,
}

/// What agents see of the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentPolicy {
    Full,
    Minimal,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifySettings {
    pub bell: bool,
    pub terminal: bool,
    /// Empty: none.
    pub command: Vec<String>,
}

/// Which signs the screen is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Symbols {
    /// As the locale says.
    Auto,
    Unicode,
    Ascii,
}

#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch of the screen")]
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UiSettings {
    pub theme: String,
    pub symbols: Symbols,
    pub title: bool,
    pub mouse: bool,
    pub which_key: bool,
    pub clipboard_from_agents: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckSettings {
    pub name: String,
    pub run: String,
    #[serde(default = "yes")]
    pub required: bool,
    pub timeout_minutes: f64,
}

fn yes() -> bool {
    true
}

/// One line of `awtui config show`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Dotted: `roles.worker.model`; in a list with its place: `checks.0.run`.
    pub key: String,
    /// As TOML.
    pub value: String,
    pub layer: Layer,
    pub file: Option<PathBuf>,
    pub line: Option<usize>,
    /// File and line, variable, or flag, in words.
    pub source: String,
}

/// What the repository's own settings file would make awtui run. Nothing of it may run before the operator trusted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectCommands {
    pub file: PathBuf,
    /// Of the whole file, lower-case hexadecimal.
    pub sha256: String,
    /// One a line, for people: `checks.0.run = "cargo test"`.
    pub commands: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    roles: BTreeMap<String, RoleSettings>,
    context: ContextSettings,
    #[serde(rename = "loop")]
    bounds: LoopSettings,
    budget: BudgetSettings,
    run: RunSettings,
    notify: NotifySettings,
    ui: UiSettings,
    checks: Vec<CheckSettings>,
    #[serde(default)]
    agents: BTreeMap<String, Written>,
    #[serde(default)]
    models: BTreeMap<String, prices::Override>,
}

impl Settings {
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        Self::load_replaced(sources, None)
    }

    pub(super) fn load_replaced(
        sources: &Sources,
        replaced: Option<&Replaced<'_>>,
    ) -> Result<Self, SettingsError> {
        let merged = merge(&CONFIG, sources, replaced)?;
        let whole: Whole = toml::Value::from(merged.document.nested()).try_into().map_err(|error| {
            let mistake = Mistake::Invalid(format!("the settings do not fit together: {error}"));
            SettingsError::Mistakes(vec![Problem { place: Place::BuiltIn, mistake }])
        })?;
        let folder = |file: &Option<PathBuf>| file.as_ref().and_then(|file| file.parent().map(PathBuf::from));
        let folders = Folders { user: folder(&sources.user), project: folder(&sources.project) };
        let mut problems = senseless(&whole, &merged.document);
        problems.extend(unknown_files(&whole, &merged.document, &folders));
        none_or_all(problems)?;
        Ok(Self {
            roles: whole.roles,
            context: whole.context,
            bounds: whole.bounds,
            budget: whole.budget,
            run: whole.run,
            notify: whole.notify,
            ui: whole.ui,
            checks: whole.checks,
            models: whole.models,
            agents: whole.agents.into_iter().map(|(name, written)| (name, written.complete())).collect(),
            entries: entries(&merged),
            folders,
            from_project: project_commands(&merged, sources),
        })
    }

    /// What a run is started with.
    pub fn run_config(&self) -> domain::RunConfig {
        domain::RunConfig {
            agents: std::collections::BTreeMap::new(),
            roles: self
                .roles
                .iter()
                .map(|(name, role)| (RoleName::new(name.clone()), self.role_config(role)))
                .collect(),
            context: domain::ContextPolicy {
                warn_at: thousandths(self.context.warn_at),
                compact_at: thousandths(self.context.compact_at),
                strategy: self.context.strategy,
            },
            bounds: domain::LoopBounds {
                max_rounds: self.bounds.max_rounds,
                max_autonomous: milliseconds(self.bounds.max_hours, 3_600_000.0),
                max_idle: milliseconds(self.bounds.max_idle_minutes, 60_000.0),
                confirm_done: self.bounds.confirm_done,
            },
            budget: domain::Budget {
                cost: Money::from_dollars(self.budget.cost).unwrap_or(Money::ZERO),
                tokens: self.budget.tokens,
            },
            checks: self
                .checks
                .iter()
                .map(|check| domain::Check {
                    name: check.name.clone(),
                    run: check.run.clone(),
                    required: check.required,
                    timeout: milliseconds(check.timeout_minutes, 60_000.0),
                })
                .collect(),
        }
    }

    fn role_config(&self, role: &RoleSettings) -> domain::RoleConfig {
        domain::RoleConfig {
            agent: self.agent_spec(&role.agent),
            model: (!role.model.is_empty()).then(|| role.model.clone()),
            thinking: Some(role.thinking),
            context_limit: role.context_limit,
            args: role.args.clone(),
            ask: role.ask.clone(),
        }
    }

    /// An agent by name, with its definition when it is one of the settings' own.
    pub fn agent_spec(&self, name: &str) -> domain::AgentSpec {
        let definition = self.agents.get(name).and_then(|found| serde_json::to_string(found).ok());
        domain::AgentSpec { name: name.to_owned(), definition: definition.map(domain::AgentDefinition) }
    }

    /// The table `[agents.NAME]`, complete.
    pub fn agent_definition(&self, name: &str) -> Option<&AgentDefinition> {
        self.agents.get(name)
    }

    /// Every agent that a role may name.
    pub fn agent_names(&self) -> Vec<&str> {
        BUILT_IN_AGENTS.into_iter().chain(self.agents.keys().map(String::as_str)).collect()
    }

    /// Every value with the layer and place it came from, sorted by key.
    pub fn provenance(&self) -> &[Entry] {
        &self.entries
    }

    /// Where prompts, workflows and themes of the user and the project are.
    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// What the repository's own file would run; `None` when it names no command.
    pub fn commands_from_project(&self) -> Option<&ProjectCommands> {
        self.from_project.as_ref()
    }

    /// A workflow by name: the project's file, the user's, or the built-in one.
    pub fn workflow(&self, name: &str) -> Result<domain::Workflow, SettingsError> {
        let roles: Vec<&str> = self.roles.keys().map(String::as_str).collect();
        super::workflows::load(name, &self.folders, &roles)
    }

    /// The names that [`Settings::workflow`] knows.
    pub fn workflow_names(&self) -> Vec<String> {
        super::workflows::names(&self.folders)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the schema bounds it to 0..=1")]
fn thousandths(share: f64) -> u32 {
    (share * 1000.0).round() as u32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the schema bounds it from 0 to ten years"
)]
fn milliseconds(amount: f64, each: f64) -> u64 {
    (amount * each).round() as u64
}

fn entries(merged: &Merged) -> Vec<Entry> {
    let values = merged.document.values.iter().map(|(path, found)| {
        let (file, line) = match &found.place {
            Place::File { path, line } => (Some(path.clone()), Some(*line)),
            Place::Variable(_) | Place::Flag(_) | Place::Edit(_) | Place::BuiltIn => (None, None),
        };
        Entry {
            key: dotted(path),
            value: found.value.to_string(),
            layer: merged.layers.get(path).copied().unwrap_or(Layer::BuiltIn),
            file,
            line,
            source: found.place.to_string(),
        }
    });
    values.collect()
}

fn project_commands(merged: &Merged, sources: &Sources) -> Option<ProjectCommands> {
    let text = merged.project_text.as_ref()?;
    let is_command = |path: &[String]| match path.first().map(String::as_str) {
        Some("checks") => path.last().is_some_and(|key| key == "run"),
        Some("notify") => path.last().is_some_and(|key| key == "command"),
        Some("roles") => path.last().is_some_and(|key| key == "args"),
        Some("agents") => true,
        Some(_) | None => false,
    };
    let commands: Vec<String> = merged
        .document
        .values
        .iter()
        .filter(|(path, _)| merged.layers.get(*path) == Some(&Layer::Project) && is_command(path))
        .filter(|(_, found)| found.value.as_array().is_none_or(|items| !items.is_empty()))
        .map(|(path, found)| format!("{} = {}", dotted(path), found.value))
        .collect();
    let sha256 = Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let file = sources.project.clone()?;
    (!commands.is_empty()).then_some(ProjectCommands { file, sha256, commands })
}

/// Names of files that are not there.
fn unknown_files(whole: &Whole, document: &Document, folders: &Folders) -> Vec<Problem> {
    let named = [
        (["ui", "theme"], &whole.ui.theme, {
            let mut names = Theme::names(folders);
            names.push(Theme::BY_BACKGROUND.to_owned());
            names
        }),
        (["run", "workflow"], &whole.run.workflow, super::workflows::names(folders)),
    ];
    named
        .into_iter()
        .filter(|(_, name, known)| !known.contains(name))
        .map(|([table, key], name, known)| {
            let meant = nearest(name, known.iter().map(String::as_str))
                .map_or_else(String::new, |nearest| format!("; did you mean \"{nearest}\"?"));
            let known = known.join(", ");
            let message =
                format!("\"{key}\" in [{table}]: no {key} is called \"{name}\" (known: {known}){meant}");
            Problem { place: document.place(&[table, key]), mistake: Mistake::Invalid(message) }
        })
        .collect()
}

/// Values that are of the right kind each and make no sense together.
fn senseless(whole: &Whole, document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |path: &[&str], message: String| {
        problems.push(Problem { place: document.place(path), mistake: Mistake::Invalid(message) });
    };
    if whole.context.warn_at > whole.context.compact_at {
        report(
            &["context", "warn_at"],
            format!(
                "\"warn_at\" in [context] is {}, above compact_at = {}: the warning would come too late",
                whole.context.warn_at, whole.context.compact_at
            ),
        );
    }
    for name in whole.agents.keys().filter(|name| BUILT_IN_AGENTS.contains(&name.as_str())) {
        report(
            &["agents", name, "argv"],
            format!("the agent \"{name}\" is built in; choose another name in [agents]"),
        );
    }
    for (name, agent) in &whole.agents {
        if let Some((key, message)) = agent.mistake() {
            report(&["agents", name, key], format!("in [agents.{name}]: {message}"));
        }
    }
    let agents: Vec<&str> =
        BUILT_IN_AGENTS.into_iter().chain(whole.agents.keys().map(String::as_str)).collect();
    for (name, role) in &whole.roles {
        if !agents.contains(&role.agent.as_str()) {
            let meant = nearest(&role.agent, agents.iter().copied())
                .map_or_else(String::new, |nearest| format!("; did you mean \"{nearest}\"?"));
            report(
                &["roles", name, "agent"],
                format!(
                    "\"agent\" in [roles.{name}]: \"{}\" is neither built in ({}) nor defined as [agents.{}]{meant}",
                    role.agent,
                    BUILT_IN_AGENTS.join(", "),
                    role.agent,
                ),
            );
        }
    }
    let folder = &whole.run.folder;
    let leaves = std::path::Path::new(folder)
        .components()
        .any(|part| !matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
    if folder.trim().is_empty() || leaves {
        report(
            &["run", "folder"],
            format!("\"folder\" in [run] must be a folder inside the repository, not \"{folder}\""),
        );
    }
    for (index, check) in whole.checks.iter().enumerate() {
        let at = index.to_string();
        let table = "in [[checks]]";
        for (key, text) in [("name", &check.name), ("run", &check.run)] {
            if text.trim().is_empty() {
                report(&["checks", &at, key], format!("\"{key}\" {table} must not be empty"));
            }
        }
        if whole.checks[..index].iter().any(|earlier| earlier.name == check.name) {
            report(
                &["checks", &at, "name"],
                format!("two checks {table} are called \"{}\"; give one another name", check.name),
            );
        }
    }
    problems
}
