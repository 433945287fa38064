//! The settings that screens offer, each with its value, its source and what may be chosen. A view of the same table that
//! reads the files; it holds nothing of its own.

use super::layers::Layer;
use super::schema::{Kind, dotted};
use super::shape::CONFIG;
use super::theme::Theme;
use super::values::Settings;

/// One setting as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Dotted: `roles.worker.model`.
    pub key: String,
    pub about: String,
    pub kind: RowKind,
    /// As a person types it: texts without quotes.
    pub value: String,
    pub layer: Layer,
    /// File and line, variable, or flag, in words.
    pub source: String,
}

/// How a setting is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowKind {
    /// The name of an agent.
    Agent,
    /// A model of the role's agent.
    Model,
    /// A level of the role's model.
    Thinking,
    /// One of these words.
    Choice(Vec<String>),
    /// `true` or `false`.
    Switch,
    /// Typed; this completes "must be ...".
    Typed(String),
}

/// What screens offer besides the roles, in their order.
const OFFERED: [&str; 18] = [
    "context.warn_at",
    "context.compact_at",
    "context.strategy",
    "budget.cost",
    "budget.tokens",
    "loop.max_rounds",
    "loop.max_hours",
    "loop.max_idle_minutes",
    "loop.confirm_done",
    "notify.bell",
    "notify.terminal",
    "notify.command",
    "ui.theme",
    "ui.symbols",
    "ui.title",
    "ui.mouse",
    "ui.which_key",
    "ui.clipboard_from_agents",
];

impl Settings {
    /// The settings that screens offer: those of the analyst and the worker first.
    pub fn sheet(&self) -> Vec<Row> {
        let mut roles: Vec<&String> = self.roles.keys().collect();
        roles.sort_by_key(|role| (!["analyst", "worker"].contains(&role.as_str()), *role));
        let of_roles = roles.into_iter().flat_map(|role| {
            let keys = ["agent", "model", "thinking", "context_limit"];
            keys.map(|key| vec!["roles".to_owned(), role.clone(), key.to_owned()])
        });
        let others = OFFERED.iter().map(|key| key.split('.').map(str::to_owned).collect());
        of_roles.chain(others).filter_map(|path: Vec<String>| self.row(&path)).collect()
    }

    fn row(&self, path: &[String]) -> Option<Row> {
        let key = dotted(path);
        let entry = self.provenance().iter().find(|entry| entry.key == key)?;
        let (name, table) = path.split_last()?;
        let field = CONFIG.field(table, name)?;
        let kind = match (key.as_str(), name.as_str(), field.kind) {
            (_, "agent", _) => RowKind::Agent,
            (_, "model", _) => RowKind::Model,
            (_, "thinking", _) => RowKind::Thinking,
            ("ui.theme", _, _) => RowKind::Choice(Theme::choices(self.folders())),
            (_, _, Kind::Choice(words)) => {
                RowKind::Choice(words.iter().map(|word| (*word).to_owned()).collect())
            }
            (_, _, Kind::Switch) => RowKind::Switch,
            (_, _, kind) => RowKind::Typed(kind.expected()),
        };
        Some(Row {
            key,
            about: field.about.to_owned(),
            kind,
            value: unquoted(&entry.value),
            layer: entry.layer,
            source: entry.source.clone(),
        })
    }
}

fn unquoted(value: &str) -> String {
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}")).ok();
    let text = parsed.and_then(|mut table| match table.remove("value") {
        Some(toml::Value::String(text)) => Some(text),
        Some(_) | None => None,
    });
    text.unwrap_or_else(|| value.to_owned())
}
