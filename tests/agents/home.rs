//! A scratch home as a person would have it for each agent: two models of the scripted server, known prices, dummy keys,
//! the repository trusted. awtui is told nothing of it.

use crate::install::Agent;
use crate::model_server::ModelServer;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A model as a person names it to this agent, and as the server hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    pub named: &'static str,
    pub served: &'static str,
}

impl Agent {
    pub fn strong(self) -> Model {
        match self {
            Self::Pi | Self::OpenCode => Model { named: "mock/strong", served: "strong" },
            Self::Codex => Model { named: "strong", served: "strong" },
            // Claude Code takes any name, but knows the window of its own models only.
            Self::Claude => Model { named: "claude-opus-5-5", served: "claude-opus-5-5" },
        }
    }

    /// Whether it tells of calls that failed and were made again. The others do so behind closed doors.
    pub fn tells_failures(self) -> bool {
        self == Self::Pi
    }

    pub fn fast(self) -> Model {
        match self {
            Self::Pi | Self::OpenCode => Model { named: "mock/fast", served: "fast" },
            Self::Codex => Model { named: "fast", served: "fast" },
            Self::Claude => Model { named: "claude-sonnet-5-5", served: "claude-sonnet-5-5" },
        }
    }
}

/// What keeps the agents from looking for anything but the model server, and their keys.
pub const ENVIRONMENT: [(&str, &str); 11] = [
    ("PI_OFFLINE", "1"),
    ("PI_TELEMETRY", "0"),
    ("PI_SKIP_VERSION_CHECK", "1"),
    ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
    ("DISABLE_AUTOUPDATER", "1"),
    ("MOCK_KEY", "dummy"),
    ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
    ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
    ("OPENCODE_DISABLE_SHARE", "1"),
    // OpenCode would install its plugin library into each new home.
    ("npm_config_registry", "http://127.0.0.1:9/"),
    ("npm_config_fetch_retries", "0"),
];

/// Writes the settings of every agent below this home, for work in these repositories.
pub fn write(home: &Path, repositories: &[&Path], server: &ModelServer, pi: &Value) {
    write_pi(home, &server.address(), pi);
    write_claude(home, repositories, &server.address());
    write_codex(home, repositories, &server.address());
    write_opencode(home, &server.address());
}

/// The files that a person wrote, as they are.
pub fn belongings(home: &Path) -> Vec<(&'static str, String)> {
    let names = [
        ".pi/agent/models.json",
        ".pi/agent/settings.json",
        ".claude.json",
        ".claude/settings.json",
        ".codex/config.toml",
        ".config/opencode/opencode.json",
    ];
    names.map(|name| (name, fs::read_to_string(home.join(name)).unwrap())).to_vec()
}

/// What the person wrote still stands. Agents add notes of their own to their files; none may be about awtui.
#[track_caller]
pub fn assert_kept(before: &[(&'static str, String)], after: &[(&'static str, String)]) {
    for ((name, before), (_, after)) in before.iter().zip(after) {
        let kept = match (serde_json::from_str(before), serde_json::from_str(after)) {
            (Ok(before), Ok(after)) => holds(&after, &before),
            _ => before.lines().all(|line| after.lines().any(|other| line == other)),
        };
        assert!(kept && !after.contains("awtui"), "{name} was\n{before}\nand is\n{after}");
    }
}

fn holds(all: &Value, part: &Value) -> bool {
    match (all, part) {
        (Value::Object(all), Value::Object(part)) => {
            part.iter().all(|(name, value)| all.get(name).is_some_and(|other| holds(other, value)))
        }
        _ => all == part,
    }
}

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn write_pi(home: &Path, address: &str, settings: &Value) {
    let config = home.join(".pi/agent");
    let cost = json!({"input": 0.5, "output": 2, "cacheRead": 0.05, "cacheWrite": 0});
    let model = |id: &str, reasoning: bool| json!({"id": id, "name": id, "reasoning": reasoning, "contextWindow": 32000, "maxTokens": 4096, "cost": cost});
    let models = json!({"providers": {"mock": {"baseUrl": format!("{address}/v1"), "api": "openai-completions",
        "apiKey": "dummy", "models": [model("fast", false), model("strong", true)]}}});
    put(&config.join("models.json"), &models.to_string());
    put(&config.join("settings.json"), &settings.to_string());
}

fn write_claude(home: &Path, repositories: &[&Path], address: &str) {
    let mut state = json!({"hasCompletedOnboarding": true, "projects": {}});
    for repository in repositories {
        state["projects"][repository.to_str().unwrap()] = json!({"hasTrustDialogAccepted": true});
    }
    put(&home.join(".claude.json"), &state.to_string());
    let settings = json!({"theme": "dark", "env": {"ANTHROPIC_BASE_URL": address, "ANTHROPIC_AUTH_TOKEN": "dummy"},
        "permissions": {"allow": ["Bash", "Edit", "Write"]}});
    put(&home.join(".claude/settings.json"), &settings.to_string());
}

fn write_codex(home: &Path, repositories: &[&Path], address: &str) {
    let mut text = format!(
        "model = \"fast\"\nmodel_provider = \"mock\"\ncheck_for_update_on_startup = false\n\
         [model_providers.mock]\nname = \"Mock\"\nbase_url = \"{address}/v1\"\nwire_api = \"responses\"\n\
         env_key = \"MOCK_KEY\"\n"
    );
    for repository in repositories {
        writeln!(text, "[projects.\"{}\"]\ntrust_level = \"trusted\"", repository.display()).unwrap();
    }
    put(&home.join(".codex/config.toml"), &text);
}

fn write_opencode(home: &Path, address: &str) {
    let cost = json!({"input": 0.5, "output": 2, "cache_read": 0.05, "cache_write": 0});
    let model = |reasoning: bool| json!({"reasoning": reasoning, "limit": {"context": 32000, "output": 4096}, "cost": cost});
    let provider = json!({"npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": format!("{address}/v1"), "apiKey": "dummy"},
        "models": {"fast": model(false), "strong": model(true), "small": model(false)}});
    let config = json!({"provider": {"mock": provider}, "model": "mock/fast", "small_model": "mock/small"});
    put(&home.join(".config/opencode/opencode.json"), &config.to_string());
}
