//! Rules of the house that the compiler does not know: layers, exclusive crates, file sizes, the top level.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which of our own modules each module may name. Arrows point down only.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("journal", &["domain"]),
    ("recording", &["domain"]),
    ("term", &[]),
    ("pty", &[]),
    ("agent", &["domain", "term"]),
    ("settings", &["domain", "term"]),
    ("project", &["domain"]),
    ("wire", &["domain"]),
    ("glass", &["domain", "term"]),
    (
        "supervisor",
        &["domain", "journal", "recording", "term", "pty", "agent", "settings", "project", "wire", "glass"],
    ),
    ("replay", &["domain", "journal", "recording", "term", "glass", "project"]),
    ("ui", &["domain", "term", "settings", "glass"]),
    ("tty", &["term"]),
    ("client", &["domain", "term", "wire", "glass", "replay", "project", "ui", "tty", "settings"]),
    (
        "cli",
        &[
            "domain",
            "journal",
            "recording",
            "term",
            "pty",
            "agent",
            "settings",
            "project",
            "wire",
            "glass",
            "supervisor",
            "replay",
            "ui",
            "tty",
            "client",
        ],
    ),
];

/// Crates that only these modules may name.
const EXCLUSIVE: &[(&str, &[&str])] = &[
    ("crossterm", &["tty"]),
    ("termina", &["tty"]),
    ("nucleo_matcher", &["ui"]),
    ("ratatui", &["ui", "tty", "client"]),
    ("alacritty_terminal", &["term"]),
    ("portable_pty", &["pty"]),
    ("pulldown_cmark", &["ui"]),
    ("imagesize", &["ui"]),
    ("syntect", &["ui"]),
    ("two_face", &["ui"]),
    ("clap", &["cli"]),
    ("minijinja", &["settings"]),
    ("toml", &["settings"]),
    ("toml_edit", &["settings"]),
];

/// What the pure centre must not name.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "std::net",
    "std::time",
    "HashMap",
    "HashSet",
    "tokio",
    "serde_json",
    "rand",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn module_of(path: &Path) -> String {
    path.components().nth(1).unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The lines of code, comments left out.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line.to_owned()))
        .collect()
}

fn names_crate(line: &str, name: &str) -> bool {
    line.split(|character: char| !(character.is_alphanumeric() || character == '_' || character == ':')).any(
        |word| {
            word == name || word.starts_with(&format!("{name}::")) || word.contains(&format!("::{name}::"))
        },
    ) && (line.contains(&format!("{name}::")) || line.trim_start().starts_with("use "))
}

fn fail_with(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn every_module_uses_only_those_below_it() {
    let mut violations = Vec::new();
    for path in sources(Path::new("src")) {
        let module = module_of(&path);
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            if module != "lib" && module != "main" {
                violations.push(format!("{}: module {module} is not in the table", path.display()));
            }
            continue;
        };
        for (number, line) in code(&path) {
            for part in line.split("crate::").skip(1) {
                let used: String = part
                    .chars()
                    .take_while(|character| character.is_alphanumeric() || *character == '_')
                    .collect();
                let known = MAY_USE.iter().any(|(name, _)| *name == used);
                if known && used != module && !allowed.contains(&used.as_str()) {
                    violations.push(format!("{}:{number}: {module} must not use {used}", path.display()));
                }
            }
        }
    }
    fail_with(&violations);
}

#[test]
fn some_crates_belong_to_one_module() {
    let mut violations = Vec::new();
    for path in sources(Path::new("src")) {
        let module = module_of(&path);
        for (number, line) in code(&path) {
            for (name, owners) in EXCLUSIVE {
                if names_crate(&line, name) && !owners.contains(&module.as_str()) {
                    violations.push(format!("{}:{number}: {name} belongs to {owners:?}", path.display()));
                }
            }
        }
    }
    fail_with(&violations);
}

#[test]
fn the_domain_is_pure() {
    let mut violations = Vec::new();
    for path in sources(Path::new("src/domain")) {
        for (number, line) in code(&path) {
            for name in IMPURE.iter().filter(|name| line.contains(**name)) {
                violations.push(format!("{}:{number}: {name} in the domain", path.display()));
            }
        }
    }
    fail_with(&violations);
}

#[test]
fn no_file_is_longer_than_eight_hundred_lines() {
    let mut violations = Vec::new();
    for folder in ["src", "tests"] {
        for path in sources(Path::new(folder)) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            if lines > 800 {
                violations.push(format!("{}: {lines} lines", path.display()));
            }
        }
    }
    fail_with(&violations);
}

#[test]
fn the_top_level_holds_only_what_belongs_there() {
    let expected: BTreeSet<&str> = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "assets",
        "config",
        "docs",
        "tests",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
    ]
    .into_iter()
    .collect();
    let surplus: Vec<String> = fs::read_dir(".")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !["target", "tmp"].contains(&name.as_str()))
        .filter(|name| !expected.contains(name.as_str()))
        .collect();
    fail_with(&surplus);
}

#[test]
fn module_names_say_what_they_hold() {
    let vague = ["utils", "util", "helpers", "helper", "manager", "common", "misc"];
    let violations: Vec<String> = sources(Path::new("src"))
        .into_iter()
        .filter(|path| {
            path.iter().any(|part| vague.contains(&part.to_string_lossy().trim_end_matches(".rs")))
        })
        .map(|path| path.display().to_string())
        .collect();
    fail_with(&violations);
}
