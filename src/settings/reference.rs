//! The pages about settings and keys, and the settings file that shows every default: text made from the same data that
//! the reader uses.
//!
//! Tests hold `config/awtui.toml`, `docs/settings.md` and `docs/keys.md` to what is made here.

use super::action::{Action, Context};
use super::keymap::Keymap;
use super::schema::{ANY, Field, Given, ITEM, Kind, Section};
use super::shape::CONFIG;
use super::{prompts, theme};
use std::fmt::Write as _;

/// The settings file with every key commented out and its default: what `awtui init` writes.
pub const SAMPLE_CONFIG: &str = include_str!("../../config/awtui.toml");

const SAMPLE_HEAD: &str = "\
# The settings of awtui, each with its default.
#
# A line that begins with `#` and no space is a setting: take away its `#` and that of the `[table]` above it to change it.
# The same file may stand at
#   ~/.config/awtui/config.toml     for you
#   .awtui/config.toml              for a repository; it goes before yours, key by key
# AWTUI_ROLES__WORKER__MODEL=... in the environment goes before both, and --set roles.worker.model=... before everything.
# `awtui config show` says what holds and where it comes from. docs/settings.md explains more.
";

/// Tables without a default: how they look. Together they are a valid file and hold every key.
const EXAMPLES: [(&[&str], &str); 6] = [
    (
        &["checks", ITEM],
        r#"[[checks]]
name = "tests"
run = "cargo test"
required = true
timeout_minutes = 30.0
"#,
    ),
    (
        &["agents", ANY],
        r#"[agents.mine]
argv = ["mine", "--task-file", "{prompt_file}"]
prompt = "file"
resume = ["mine", "--resume", "{session}", "--task-file", "{prompt_file}"]
ready = "^> $"
quiet_ms = 800
end = "exit"
end_idle_seconds = 30.0
log = "{directory}/.mine/{session}.jsonl"
interrupt = "ctrl-c"
quit = "/exit"
compact = "/compact {focus}"
window = 200000

[agents.chat]
argv = ["chat"]
prompt = "paste"
end = "pattern"
end_pattern = "^ready> $"
"#,
    ),
    (
        &["agents", ANY, "usage"],
        r#"[agents.mine.usage]
pattern = 'tokens: (?<input>\d+) in, (?<output>\d+) out'
counts = "call"

[agents.other]
argv = ["other", "{prompt}"]

[agents.other.usage]
id = "/message/id"
input = "/usage/input_tokens"
output = "/usage/output_tokens"
cache_read = "/usage/cache_read"
cache_write = "/usage/cache_write"
cost = "/usage/cost_usd"
counts = "total"
"#,
    ),
    (
        &["agents", ANY, "env"],
        r#"[agents.mine.env]
MINE_COLOUR = "never"
"#,
    ),
    (
        &["models", ANY],
        r#"[models."acme/large-1"]
input = 2.5
output = 10.0
cache_read = 0.25
cache_write = 3.125
cache_write_1h = 5.0
window = 200000
"#,
    ),
    (
        &["models", ANY, "tiers", ITEM],
        r#"[[models."acme/large-1".tiers]]
above = 128000
input = 5.0
output = 15.0
cache_read = 0.5
cache_write = 6.25
cache_write_1h = 10.0
"#,
    ),
];

/// `config/awtui.toml`.
pub fn sample_config() -> String {
    let mut page = SAMPLE_HEAD.to_owned();
    for section in CONFIG.sections {
        page.push('\n');
        comment(&mut page, section.about);
        if let Some((_, example)) = EXAMPLES.iter().find(|(path, _)| *path == section.path) {
            for field in section.fields.iter().filter(|field| field.key != ANY) {
                comment(&mut page, &format!("{}: {}", field.key, field.about));
            }
            page.push_str("#\n");
            for line in example.lines() {
                let line = format!("#   {line}");
                page.push_str(line.trim_end());
                page.push('\n');
            }
            continue;
        }
        for (index, table) in tables(section).into_iter().enumerate() {
            if index > 0 {
                page.push('\n');
            }
            line(&mut page, format_args!("#[{table}]"));
            for field in section.fields {
                let Given::Default(default) = field.given else { continue };
                comment(&mut page, field.about);
                line(&mut page, format_args!("#{} = {default}", field.key));
            }
        }
    }
    page
}

/// The tables of a section that exist without being written down.
fn tables(section: &Section) -> Vec<String> {
    match section.path {
        [parent, ANY] => section.built_in.iter().map(|name| format!("{parent}.{name}")).collect(),
        path => vec![path.join(".")],
    }
}

/// Every key with its pattern: `roles.*.agent`, `checks.#.run`.
pub fn known_keys() -> Vec<Vec<&'static str>> {
    let keys = |section: &'static Section| {
        section.fields.iter().map(|field| section.path.iter().copied().chain([field.key]).collect())
    };
    CONFIG.sections.iter().flat_map(keys).collect()
}

const SETTINGS_HEAD: &str = "\
# Settings

<!-- Made from the program's own tables. To change it, change those, then run the tests with AWTUI_BLESS=1. -->

## Where a value comes from

Five layers, merged key by key; a later one wins:

1. what is built in: the defaults below;
2. yours: `config.toml` in `awtui` under your folder for settings (`~/.config/awtui` on Linux,
   `~/Library/Application Support/awtui` on macOS; `XDG_CONFIG_HOME` moves it);
3. the repository's: `.awtui/config.toml` at its root;
4. the environment: `AWTUI_<TABLE>__<KEY>`, two underscores between the parts and capitals throughout, as in
   `AWTUI_ROLES__WORKER__MODEL=sonnet`;
5. flags: `--set roles.worker.model=sonnet`, with the key dotted as in TOML.

In the environment and in flags texts need no quotes; every other value is written as in TOML: `20`, `true`,
`[\"--one\", \"two\"]`. `awtui config show` lists every value with its layer, file and line.

Settings are read strictly. An unknown key, a value of the wrong kind or values that make no sense together are errors,
and each names file, line and key, and the known key that was probably meant.

A repository's file may bring commands along: checks, arguments for agents, agents of its own, a notification command.
None of them runs before you have trusted that file as it is; when it changes, awtui asks again. The screen shows them
where a task is to be started, and by `$`; `awtui doctor` names them, and `awtui trust` agrees without a screen.

`config/awtui.toml` holds every key with its default, ready to be copied. `AWTUI_HOME` moves where runs are kept.

## config.toml
";

/// `docs/settings.md`.
pub fn settings_page() -> String {
    let mut page = SETTINGS_HEAD.to_owned();
    for section in CONFIG.sections {
        let shown: Vec<&str> = section
            .path
            .iter()
            .filter(|part| **part != ITEM)
            .map(|part| if *part == ANY { "NAME" } else { *part })
            .collect();
        let shown = shown.join(".");
        let heading =
            if section.path.contains(&ITEM) { format!("[[{shown}]]") } else { format!("[{shown}]") };
        line(&mut page, format_args!("\n### `{heading}`\n\n{}\n", section.about));
        if !section.built_in.is_empty() {
            line(&mut page, format_args!("Always there: {}.\n", section.built_in.join(", ")));
        }
        table(&mut page, ["key", "value", "default", "meaning"], section.fields.iter().map(row));
        if let Some((_, example)) = EXAMPLES.iter().find(|(path, _)| *path == section.path) {
            line(&mut page, format_args!("\n```toml\n{example}```"));
        }
    }
    page.push_str(PROMPTS_HEAD);
    table(
        &mut page,
        ["template", "what it is"],
        prompts::PURPOSES.map(|(name, about)| [code(name), about.into()]),
    );
    page.push_str("\nEvery template may use these; those with a `?` may be none:\n\n");
    table(
        &mut page,
        ["variable", "holds"],
        prompts::VARIABLES.map(|(name, about)| [code(name), about.into()]),
    );
    page.push_str(WORKFLOWS);
    page.push_str(THEMES_HEAD);
    table(
        &mut page,
        ["part", "what has the colour"],
        theme::FIELDS.iter().map(|part| [code(part.key), part.about.into()]),
    );
    page.push_str(
        "\n## Keys\n\n`keymap.toml` beside your `config.toml`; [keys.md](keys.md) lists keys and actions.\n",
    );
    page
}

const PROMPTS_HEAD: &str = "
## Prompts

`prompts/NAME.md` in the repository's `.awtui`, else beside your `config.toml`, else the one that awtui brings along: copy
one of `assets/prompts` to change it. Templates are written as for Jinja: `{{ variable }}`, `{% if %}`, `{% for %}`. A tag
alone on its line leaves no line behind. A variable that does not exist is an error when awtui starts, not an empty place in
a prompt. Words of agents are only ever values; write `{{ words | data }}` to put them into a fence that they cannot close, or
`{{ words | line }}` to keep them on one line. A prompt may not begin with `/` or `!`.

";

const WORKFLOWS: &str = "
## Workflows

`workflows/NAME.toml` in the repository's `.awtui` or beside your `config.toml`; `workflow = \"NAME\"` under `[run]` chooses it.
`assets/workflows/analyst-worker.toml` is the built-in one and shows the form. `start` names the first phase. A phase has a
`kind`: `agent` (with `role`, `prompt` and `report`, which is `verdict` or `result`), `check`, `gate` (with `question`) or `end`.
`on` says where each outcome leads: `reported`, `needs_worker`, `needs_operator`, `done`, `abort`, `checked`, `approved`,
`rejected`. An outcome without a route opens a gate. A file whose routes lead nowhere, leave a phase out or never reach an end
is refused with its line.
";

const THEMES_HEAD: &str = "
## Themes

`themes/NAME.toml` beside your `config.toml`; `theme = \"NAME\"` under `[ui]` chooses it. `base` names the theme that it changes;
under `[colours]` stand the parts that are different. A colour is `default`, a name such as `cyan` or `bright-red`, a number from
0 to 255, or `#rrggbb`. With `NO_COLOR` there are none; with sixteen colours `ansi` takes the place of a theme that has more.

";

fn row(field: &Field) -> [String; 4] {
    let key = if field.key == ANY { "any name".to_owned() } else { code(field.key) };
    let default = match field.given {
        Given::Default(text) => code(text),
        Given::Optional => String::new(),
        Given::Required => "required".to_owned(),
    };
    let value = match field.kind {
        Kind::Choice(words) => {
            words.iter().map(|word| code(&format!("\"{word}\""))).collect::<Vec<_>>().join(", ")
        }
        Kind::Text
        | Kind::Whole { .. }
        | Kind::Number { .. }
        | Kind::Switch
        | Kind::Texts
        | Kind::TextOrTexts => field.kind.expected(),
    };
    [key, value, default, field.about.to_owned()]
}

const KEYS_HEAD: &str = "\
# Keys

<!-- Made from assets/keymap.toml. To change it, change that file, then run the tests with AWTUI_BLESS=1. -->

Press `?` on the screen for what can be done there, `:` to search all actions by name. Keys written one after the other are
pressed one after the other.
";

/// `docs/keys.md`, for the keymap that awtui brings along.
pub fn keys_page(keymap: &Keymap) -> String {
    let mut page = KEYS_HEAD.to_owned();
    for context in Context::ALL {
        line(&mut page, format_args!("\n## {}\n", context.about()));
        let mut rows: Vec<(Action, String, String)> = Vec::new();
        for binding in keymap.own_bindings(context) {
            let chord = code(&binding.chord());
            match rows.last_mut() {
                Some((action, chords, about))
                    if *action == binding.action && *about == binding.description =>
                {
                    let _ = write!(chords, ", {chord}");
                }
                Some(_) | None => rows.push((binding.action, chord, binding.description.clone())),
            }
        }
        table(
            &mut page,
            ["keys", "action", "what it does"],
            rows.into_iter().map(|(action, chords, about)| [chords, code(action.as_str()), about]),
        );
    }
    page.push_str(OWN_KEYS);
    let rows = Action::ALL.iter().map(|action| {
        let contexts: Vec<&str> = action.contexts().iter().map(|context| context.as_str()).collect();
        [code(action.as_str()), contexts.join(", "), action.description().to_owned()]
    });
    table(&mut page, ["action", "lists", "what it does"], rows);
    page
}

const OWN_KEYS: &str = "
## Your own keys

Write `keymap.toml` beside your `config.toml`, in the form of `assets/keymap.toml`: a list for each situation (`global`, `normal`,
`gate`, `replay`, `input`, `typing`) of what `on` which key should `run`. A key that you bind takes the place of the one above,
everything else stays; `run = \"none\"` takes a key away. `leader` is the one key that awtui keeps while you type into an agent.

```toml
normal = [
  { on = \"w\", run = \"focus_worker\" },
  { on = \"z z\", run = \"zoom_cycle\", desc = \"Zoom\" },
  { on = \"ctrl-c\", run = \"none\" },
]
```

A key that is bound twice, one that begins another, an unknown key or action is an error that names the line. In `global` and
`input` a key that types a character cannot be bound: it would be taken from the input box.

";

fn comment(page: &mut String, text: &str) {
    let mut current = String::from("#");
    for word in text.split_whitespace() {
        if current.len() + 1 + word.len() > 118 {
            line(page, format_args!("{current}"));
            "#".clone_into(&mut current);
        }
        current.push(' ');
        current.push_str(word);
    }
    line(page, format_args!("{current}"));
}

fn table<const COLUMNS: usize>(
    page: &mut String,
    head: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) {
    line(page, format_args!("| {} |", head.join(" | ")));
    line(page, format_args!("|{}", "---|".repeat(COLUMNS)));
    for row in rows {
        line(page, format_args!("| {} |", row.map(|cell| cell.replace('|', "\\|")).join(" | ")));
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{text}");
}
