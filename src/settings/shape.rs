//! The shape of `config.toml`: every table and key, its kind, its default and what it means.
//!
//! The one place where a setting is declared. The reader, the defaults, `config/awtui.toml` and `docs/settings.md` are
//! made from it.

use super::schema::{Field, Given, Kind, Names, Schema, Section};

/// The agents that awtui speaks to without a definition.
pub const BUILT_IN_AGENTS: [&str; 5] = ["claude", "codex", "demo", "opencode", "pi"];

const THINKING: &[&str] = &["off", "minimal", "low", "medium", "high", "xhigh", "max"];
const COUNT: Kind = Kind::Whole { least: 0, most: i64::MAX };
const AMOUNT: Kind = Kind::Number { least: 0.0, most: 1e9 };
const SHARE: Kind = Kind::Number { least: 0.05, most: 1.0 };

const fn field(key: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Field {
    Field { key, kind, given: Given::Default(default), about }
}

const fn optional(key: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { key, kind, given: Given::Optional, about }
}

const fn required(key: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { key, kind, given: Given::Required, about }
}

const fn section(path: &'static [&'static str], about: &'static str, fields: &'static [Field]) -> Section {
    Section { path, about, names: Names::Free, built_in: &[], fields }
}

pub(super) static CONFIG: Schema = Schema {
    sections: &[
        Section {
            path: &["roles", "*"],
            about: "Who plays a role: `analyst` and `worker`, and any other role that a workflow names.",
            names: Names::Plain,
            built_in: &["analyst", "worker"],
            fields: &[
                field(
                    "agent",
                    Kind::Text,
                    "\"pi\"",
                    "The agent: pi, claude, codex, opencode, demo, or a name under [agents].",
                ),
                field(
                    "model",
                    Kind::Text,
                    "\"\"",
                    "The model as the agent names it; empty leaves the agent's own default.",
                ),
                field(
                    "thinking",
                    Kind::Choice(THINKING),
                    "\"high\"",
                    "How hard the model thinks; clamped to what the model can do.",
                ),
                field(
                    "context_limit",
                    Kind::Whole { least: 1000, most: i64::MAX },
                    "128000",
                    "Tokens; awtui compacts at compact_at of the smaller of this and the model's window.",
                ),
                field("args", Kind::Texts, "[]", "Passed to the agent as they are."),
                field(
                    "ask",
                    Kind::Texts,
                    "[]",
                    "Tools, as the agent names them, that need your leave each time, beyond the agent's own rules.",
                ),
            ],
        },
        section(
            &["context"],
            "When a context counts as full, and what happens then.",
            &[
                field("warn_at", SHARE, "0.75", "The gauge warns from this share of the limit on."),
                field(
                    "compact_at",
                    SHARE,
                    "0.9",
                    "From this share on the context is compacted after the turn.",
                ),
                field(
                    "strategy",
                    Kind::Choice(&["compact", "hand-over"]),
                    "\"compact\"",
                    "\"compact\" uses the agent's own compaction; \"hand-over\" starts a fresh session from the state and the last reports.",
                ),
            ],
        ),
        section(
            &["loop"],
            "Bounds of a run without the operator. 0 means no bound. Each ends in a gate that offers to extend it.",
            &[
                field(
                    "max_rounds",
                    Kind::Whole { least: 0, most: 1_000_000 },
                    "20",
                    "Worker steps in a run.",
                ),
                field(
                    "max_hours",
                    Kind::Number { least: 0.0, most: 87600.0 },
                    "24.0",
                    "Hours of work since the operator last decided something.",
                ),
                field(
                    "max_idle_minutes",
                    Kind::Number { least: 0.0, most: 525_600.0 },
                    "30.0",
                    "Minutes without any sign of life from a working agent.",
                ),
                field("confirm_done", Kind::Switch, "true", "DONE waits for the operator's word."),
            ],
        ),
        section(
            &["budget"],
            "What a run may spend. 0 means no bound.",
            &[
                field("cost", AMOUNT, "20.0", "US dollars a run."),
                field("tokens", COUNT, "0", "Fresh (not cached) input and output tokens a run."),
            ],
        ),
        section(
            &["run"],
            "How runs are kept and started.",
            &[
                field(
                    "workflow",
                    Kind::Text,
                    "\"analyst-worker\"",
                    "The workflow of new runs: a file in a workflows folder, or a built-in name.",
                ),
                field(
                    "folder",
                    Kind::Text,
                    "\"tmp\"",
                    "Where run folders are made, relative to the root of the repository.",
                ),
                field(
                    "env",
                    Kind::Choice(&["full", "minimal"]),
                    "\"full\"",
                    "What agents see of your environment: all of it, or only a short list of harmless variables.",
                ),
                field(
                    "env_allow",
                    Kind::Texts,
                    "[]",
                    "Variables that agents see besides the short list when env = \"minimal\": the names of their keys.",
                ),
            ],
        ),
        section(
            &["notify"],
            "How awtui calls when a person is needed, a run ended, or a bound was reached.",
            &[
                field("bell", Kind::Switch, "true", "Ring the terminal's bell."),
                field(
                    "terminal",
                    Kind::Switch,
                    "true",
                    "Send the terminal a desktop notification (OSC 9 or 777).",
                ),
                field(
                    "command",
                    Kind::Texts,
                    "[]",
                    "A program and its arguments to run; {event} (needed, bound or ended), {title} and {message} stand for \
                     their values. Without an open screen the supervisor runs it.",
                ),
            ],
        ),
        section(
            &["ui"],
            "The screen.",
            &[
                field(
                    "theme",
                    Kind::Text,
                    "\"auto\"",
                    "auto (dark or light, as the terminal's background is), dark, light, high-contrast, ansi, or the \
                     name of a file in the themes folder.",
                ),
                field(
                    "symbols",
                    Kind::Choice(&["auto", "unicode", "ascii"]),
                    "\"auto\"",
                    "Signs and frames: unicode, ascii, or auto, which goes by the locale.",
                ),
                field(
                    "title",
                    Kind::Switch,
                    "true",
                    "The terminal's title, and the name of the tmux window, tell how the run stands.",
                ),
                field(
                    "mouse",
                    Kind::Switch,
                    "true",
                    "awtui uses the mouse; the terminal's own selection then needs Shift.",
                ),
                field(
                    "which_key",
                    Kind::Switch,
                    "true",
                    "Show what may follow when a key that begins a sequence, such as the leader, stays alone for 200 ms.",
                ),
                field(
                    "clipboard_from_agents",
                    Kind::Switch,
                    "false",
                    "Agents may write to your clipboard (OSC 52).",
                ),
            ],
        ),
        section(
            &["checks", "#"],
            "Commands that awtui itself runs after each worker step. Their exit codes are evidence for the review. \
             A list in a later layer replaces the whole list.",
            &[
                required("name", Kind::Text, "What the check is called."),
                required("run", Kind::Text, "The command, given to sh -c in the root of the repository."),
                field("required", Kind::Switch, "true", "A run cannot be done while it fails."),
                field(
                    "timeout_minutes",
                    Kind::Number { least: 0.01, most: 10_080.0 },
                    "30.0",
                    "Then it is ended and counts as failed.",
                ),
            ],
        ),
        Section {
            path: &["agents", "*"],
            about: "Any other program as an agent. Texts may hold {prompt}, {prompt_file}, {model}, {thinking}, \
                    {session}, {directory}, {home} and {artifacts}.",
            names: Names::Plain,
            built_in: &[],
            fields: &[
                required("argv", Kind::Texts, "The program and its arguments."),
                optional(
                    "prompt",
                    Kind::Choice(&["argument", "stdin", "file", "paste"]),
                    "How it takes a prompt. Left out: as argv asks for it, else pasted.",
                ),
                optional("resume", Kind::Texts, "The program and its arguments to continue {session}."),
                optional(
                    "ready",
                    Kind::Text,
                    "A regular expression that its screen matches when it takes prompts. Left out: the first quiet time.",
                ),
                field(
                    "quiet_ms",
                    Kind::Whole { least: 50, most: 600_000 },
                    "800",
                    "Milliseconds without output that count as quiet.",
                ),
                optional(
                    "end",
                    Kind::Choice(&["exit", "report", "pattern", "idle"]),
                    "What ends a turn: its process, a report by `awtui report`, a pattern on its screen, or silence. Left out: report for pasted prompts, else exit.",
                ),
                field(
                    "end_idle_seconds",
                    Kind::Number { least: 1.0, most: 86_400.0 },
                    "30.0",
                    "For end = \"idle\": seconds without output.",
                ),
                optional(
                    "end_pattern",
                    Kind::Text,
                    "For end = \"pattern\": a regular expression that what it showed after the prompt matches when the turn is over.",
                ),
                optional(
                    "log",
                    Kind::Text,
                    "The file that it writes its conversation into, line by line. Prompts are confirmed from it, and usage is read there instead of from what it prints.",
                ),
                field(
                    "interrupt",
                    Kind::Choice(&["escape", "ctrl-c"]),
                    "\"ctrl-c\"",
                    "The key that stops a turn.",
                ),
                optional("quit", Kind::Text, "Typed to make it leave. Left out: its processes are ended."),
                optional(
                    "compact",
                    Kind::Text,
                    "Typed to compact; {focus} stands for the focus instructions. Left out: the context is handed over.",
                ),
                optional(
                    "window",
                    Kind::Whole { least: 1000, most: i64::MAX },
                    "Tokens of its context window, where the model's own is not known.",
                ),
            ],
        },
        section(
            &["agents", "*", "usage"],
            "Where it prints what a call used: a regular expression, or JSON pointers.",
            &[
                optional(
                    "pattern",
                    Kind::Text,
                    "A regular expression with the named groups input, output, cache_read, cache_write, cost, id.",
                ),
                optional(
                    "id",
                    Kind::Text,
                    "JSON pointer to the id of the call: the same id counts once. Left out: each line is a call.",
                ),
                optional(
                    "input",
                    Kind::Text,
                    "JSON pointer to the input tokens, the cached ones not among them.",
                ),
                optional("output", Kind::Text, "JSON pointer to the output tokens."),
                optional("cache_read", Kind::Text, "JSON pointer to the tokens read from the cache."),
                optional("cache_write", Kind::Text, "JSON pointer to the tokens written to the cache."),
                optional("cost", Kind::Text, "JSON pointer to US dollars."),
                optional(
                    "counts",
                    Kind::Choice(&["call", "total"]),
                    "Whether a figure is one call or everything since the start. Left out: call.",
                ),
            ],
        ),
        section(
            &["agents", "*", "env"],
            "Variables added to its environment.",
            &[optional("*", Kind::Text, "The value of the variable.")],
        ),
        section(
            &["models", "*"],
            "Prices and windows that awtui does not know, or knows wrongly, by the model's name as its agent reports it.",
            &[
                optional("input", AMOUNT, "US dollars a million input tokens."),
                optional("output", AMOUNT, "US dollars a million output tokens."),
                optional("cache_read", AMOUNT, "US dollars a million tokens read from the cache."),
                optional("cache_write", AMOUNT, "US dollars a million tokens written to the cache."),
                optional(
                    "cache_write_1h",
                    AMOUNT,
                    "US dollars a million tokens written to the cache for an hour, where the agent tells them apart.",
                ),
                optional(
                    "window",
                    Kind::Whole { least: 1000, most: i64::MAX },
                    "Tokens of its context window.",
                ),
            ],
        ),
        section(
            &["models", "*", "tiers", "#"],
            "Prices of larger requests, in place of the table's. The whole request is at them, not only what lies above. \
             What is left out is as for smaller ones.",
            &[
                Field {
                    key: "above",
                    kind: Kind::Whole { least: 1, most: i64::MAX },
                    given: Given::Required,
                    about: "Input tokens of a request, cached and written ones included, above which these prices hold.",
                },
                optional("input", AMOUNT, "US dollars a million input tokens."),
                optional("output", AMOUNT, "US dollars a million output tokens."),
                optional("cache_read", AMOUNT, "US dollars a million tokens read from the cache."),
                optional("cache_write", AMOUNT, "US dollars a million tokens written to the cache."),
                optional(
                    "cache_write_1h",
                    AMOUNT,
                    "US dollars a million tokens written to the cache for an hour.",
                ),
            ],
        ),
    ],
};
