//! Which keys do what: the keymap that awtui brings along with the user's own over it.
//!
//! A lookup answers for the keys pressed so far: they are an action, the beginning of one (with what may follow), or
//! nothing. Keys come in as [`Key`]; nothing here reads a terminal.

use super::action::{Action, Context};
use super::document::{Document, Found, Origin, missing, read};
use super::problem::{Mistake, Problem, nearest, none_or_all};
use super::schema::{Field, Given, Kind, Names, Schema, Section};
use super::{SettingsError, paths};
use crate::term::Key;
use std::collections::BTreeMap;
use std::path::Path;

const BUNDLED: &str = include_str!("../../assets/keymap.toml");

/// Takes a key away.
const NONE: &str = "none";

const BINDING: &[Field] = &[
    Field {
        key: "on",
        kind: Kind::TextOrTexts,
        given: Given::Required,
        about: "A key, keys one after the other, or a list of such.",
    },
    Field { key: "run", kind: Kind::Text, given: Given::Required, about: "The action." },
    Field {
        key: "desc",
        kind: Kind::Text,
        given: Given::Optional,
        about: "What help says, where the action's own words do not do.",
    },
];

const fn list(path: &'static [&'static str]) -> Section {
    Section { path, about: "Keys.", names: Names::Free, built_in: &[], fields: BINDING }
}

static KEYMAP: Schema = Schema {
    sections: &[
        Section {
            path: &[],
            about: "The keymap.",
            names: Names::Free,
            built_in: &[],
            fields: &[Field {
                key: "leader",
                kind: Kind::Text,
                given: Given::Optional,
                about: "The one key that awtui keeps while you type into an agent.",
            }],
        },
        list(&["global", "#"]),
        list(&["normal", "#"]),
        list(&["gate", "#"]),
        list(&["replay", "#"]),
        list(&["input", "#"]),
        list(&["preview", "#"]),
        list(&["reading", "#"]),
        list(&["typing", "#"]),
    ],
};

/// What keys do in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub keys: Vec<Key>,
    pub action: Action,
    pub description: String,
}

impl Binding {
    /// The keys as they are written: `ctrl-g q`, `P`.
    pub fn chord(&self) -> String {
        chord(&self.keys)
    }
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    Matched(Action),
    /// They begin something: what may follow, for hints.
    Pending(Vec<Hint>),
    NotFound,
}

/// A key that may follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    pub key: Key,
    /// `None`: more keys follow it.
    pub action: Option<Action>,
    pub description: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    leader: Key,
    /// For each context; those of [`Context::Typing`] begin with the leader. No sequence is the beginning of another.
    bindings: BTreeMap<Context, BTreeMap<Vec<Key>, Binding>>,
}

impl Keymap {
    /// The keymap that awtui brings along with the user's file over it. A file that is not there counts as empty.
    pub fn load(user: Option<&Path>) -> Result<Self, SettingsError> {
        let bundled = Layer::read(BUNDLED, &Origin::BuiltIn)?;
        let own = match user {
            Some(path) => match paths::text(path)? {
                Some(text) => Some(Layer::read(&text, &Origin::File(path))?),
                None => None,
            },
            None => None,
        };
        let leader = own.as_ref().and_then(|own| own.leader).or(bundled.leader);
        let leader = leader.unwrap_or(Key::new(crate::term::KeyCode::Char('g'), crate::term::Mods::CTRL));
        let mut keymap = Self { leader, bindings: BTreeMap::new() };
        for layer in [Some(bundled), own].into_iter().flatten() {
            for binding in layer.bindings {
                keymap.bind(binding);
            }
        }
        keymap.bind(Written {
            context: Context::Typing,
            keys: vec![leader],
            action: Some(Action::SendLeader),
            description: None,
        });
        Ok(keymap)
    }

    /// The one key that is awtui's while typing into an agent.
    pub fn leader(&self) -> Key {
        self.leader
    }

    pub fn lookup(&self, context: Context, keys: &[Key]) -> Lookup {
        let mut hints: Vec<Hint> = Vec::new();
        for (owner, bindings) in self.chain(context) {
            if let Some(binding) = bindings.get(keys).filter(|binding| holds(binding, owner, context)) {
                // What a more particular context begins with these keys goes before what they are here.
                if hints.is_empty() {
                    return Lookup::Matched(binding.action);
                }
            }
            for binding in bindings.values().filter(|binding| holds(binding, owner, context)) {
                let Some(next) = binding.keys.strip_prefix(keys).and_then(|rest| rest.first()) else {
                    continue;
                };
                if binding.keys.len() == keys.len() || hints.iter().any(|hint| hint.key == *next) {
                    continue;
                }
                let last = binding.keys.len() == keys.len() + 1;
                hints.push(Hint {
                    key: *next,
                    action: last.then_some(binding.action),
                    description: if last { binding.description.clone() } else { "...".to_owned() },
                });
            }
        }
        if hints.is_empty() || keys.is_empty() { Lookup::NotFound } else { Lookup::Pending(hints) }
    }

    /// All keys that hold in a context, its own first; what is taken by a more particular one is left out.
    pub fn bindings(&self, context: Context) -> Vec<&Binding> {
        let mut all: Vec<&Binding> = Vec::new();
        for (owner, bindings) in self.chain(context) {
            for binding in bindings.values().filter(|binding| holds(binding, owner, context)) {
                if !all.iter().any(|taken| clash(&taken.keys, &binding.keys)) {
                    all.push(binding);
                }
            }
        }
        all
    }

    fn chain(&self, context: Context) -> impl Iterator<Item = (Context, &BTreeMap<Vec<Key>, Binding>)> {
        context.chain().iter().filter_map(|one| Some((*one, self.bindings.get(one)?)))
    }

    /// The keys of one context alone, in the order of their actions.
    pub fn own_bindings(&self, context: Context) -> Vec<&Binding> {
        let mut own: Vec<&Binding> =
            self.bindings.get(&context).map(|bindings| bindings.values().collect()).unwrap_or_default();
        own.sort_by_key(|binding| (binding.action, binding.keys.len(), binding.chord()));
        own
    }

    /// How an action is reached in a context: the chords, plainest first.
    pub fn chords(&self, context: Context, action: Action) -> Vec<String> {
        let bindings = self.bindings(context).into_iter().filter(|binding| binding.action == action);
        let mut chords: Vec<String> = bindings.map(Binding::chord).collect();
        chords.sort_by_key(String::len);
        chords
    }

    fn bind(&mut self, written: Written) {
        let mut keys = written.keys;
        if written.context == Context::Typing {
            keys.insert(0, self.leader);
        }
        let bindings = self.bindings.entry(written.context).or_default();
        bindings.retain(|other, _| !clash(other, &keys));
        if let Some(action) = written.action {
            let description = written.description.unwrap_or_else(|| action.description().to_owned());
            bindings.insert(keys.clone(), Binding { keys, action, description });
        }
    }
}

/// Whether a key means something here. What follows the leader is lent to the input box as far as it does.
fn holds(binding: &Binding, owner: Context, context: Context) -> bool {
    owner != Context::Typing || binding.action.contexts().contains(&context)
}

/// The same keys, or one the beginning of the other.
fn clash(one: &[Key], other: &[Key]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Keys as people write them: a capital letter rather than the small one with shift.
fn chord(keys: &[Key]) -> String {
    let written = keys.iter().map(|key| match key.typed() {
        Some(character) if character != ' ' => character.to_string(),
        Some(_) | None => key.to_string(),
    });
    written.collect::<Vec<_>>().join(" ")
}

/// A line of a keymap file. Without an action it takes the keys away.
struct Written {
    context: Context,
    keys: Vec<Key>,
    action: Option<Action>,
    description: Option<String>,
}

struct Layer {
    leader: Option<Key>,
    bindings: Vec<Written>,
}

impl Layer {
    fn read(text: &str, origin: &Origin<'_>) -> Result<Self, SettingsError> {
        let mut document = read(&KEYMAP, text, origin);
        let mut problems = std::mem::take(&mut document.problems);
        problems.extend(missing(&KEYMAP, &document));
        none_or_all(problems)?;
        let mut reading = Reading { document: &document, problems: Vec::new() };
        let leader = reading.leader();
        let bindings = Context::ALL.into_iter().flat_map(|context| reading.context(context)).collect();
        none_or_all(reading.problems)?;
        Ok(Self { leader, bindings })
    }
}

struct Reading<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn report(&mut self, found: &Found, message: String) {
        self.problems.push(Problem { place: found.place.clone(), mistake: Mistake::Invalid(message) });
    }

    fn leader(&mut self) -> Option<Key> {
        let found = self.document.found(&["leader"])?;
        let text = found.value.as_str().unwrap_or_default();
        match text.parse::<Key>() {
            Ok(key) if key.typed().is_none() => Some(key),
            Ok(_) => {
                self.report(
                    found,
                    format!(
                        "\"leader\" must be a key that types nothing, such as \"ctrl-g\", not \"{text}\""
                    ),
                );
                None
            }
            Err(error) => {
                self.report(found, format!("\"leader\": {error}"));
                None
            }
        }
    }

    fn context(&mut self, context: Context) -> Vec<Written> {
        let document = self.document;
        let count = document.lists.get(&vec![context.as_str().to_owned()]).copied().unwrap_or(0);
        let mut all: Vec<Written> = Vec::new();
        for index in 0..count {
            let at = index.to_string();
            let path = |key| [context.as_str(), at.as_str(), key];
            let (Some(on), Some(run)) = (document.found(&path("on")), document.found(&path("run"))) else {
                continue;
            };
            let action = self.action(context, run);
            let description = document.text(&path("desc")).map(str::to_owned);
            for text in document.texts(&path("on")).unwrap_or_default() {
                let Some(keys) = self.keys(context, on, &text) else { continue };
                if let Some(other) = all.iter().find(|other| clash(&other.keys, &keys)) {
                    let other = chord(&other.keys);
                    let message = if other == chord(&keys) {
                        format!("\"{text}\" is bound twice in [[{context}]]")
                    } else {
                        format!(
                            "\"{text}\" and \"{other}\" in [[{context}]]: one begins the other, so only one can be bound"
                        )
                    };
                    self.report(on, message);
                }
                all.push(Written { context, keys, action, description: description.clone() });
            }
        }
        all
    }

    fn action(&mut self, context: Context, run: &Found) -> Option<Action> {
        let name = run.value.as_str().unwrap_or_default();
        if name == NONE {
            return None;
        }
        let Some(action) = Action::named(name) else {
            let known = Action::ALL.iter().map(|action| action.as_str()).chain([NONE]);
            let hint = nearest(name, known)
                .map_or_else(String::new, |nearest| format!("; did you mean \"{nearest}\"?"));
            self.report(run, format!("unknown action \"{name}\" in [[{context}]]{hint}"));
            return None;
        };
        if !action.contexts().contains(&context) {
            let possible: Vec<String> =
                action.contexts().iter().map(|context| format!("[[{context}]]")).collect();
            self.report(
                run,
                format!("\"{name}\" does nothing in [[{context}]]; bind it in {}", possible.join(" or ")),
            );
            return None;
        }
        Some(action)
    }

    fn keys(&mut self, context: Context, on: &Found, text: &str) -> Option<Vec<Key>> {
        let keys: Result<Vec<Key>, _> = text.split_whitespace().map(str::parse).collect();
        let keys: Vec<Key> = match keys {
            Ok(keys) if !keys.is_empty() => keys,
            Ok(_) => {
                self.report(on, format!("\"on\" in [[{context}]] names no key"));
                return None;
            }
            Err(error) => {
                self.report(on, format!("\"on\" in [[{context}]]: {error}"));
                return None;
            }
        };
        let types = keys.first().is_some_and(|first| first.typed().is_some());
        if types && matches!(context, Context::Global | Context::Input) {
            self.report(
                on,
                format!("\"{text}\" in [[{context}]] would take a character from the input box; bind it in [[normal]], or with ctrl or alt"),
            );
            return None;
        }
        Some(keys)
    }
}
