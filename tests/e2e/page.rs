//! docs/adapters.md, done as it stands: files are written, commands are typed, and what should be seen is looked for.

use crate::support::Ran;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

const PAGE: &str = include_str!("../../docs/adapters.md");

/// The fenced blocks: what stands behind the fence, and the text.
fn blocks() -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in PAGE.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block of the page is not closed");
    blocks
}

fn title(info: &str) -> Option<&str> {
    info.split_once("title=\"")?.1.strip_suffix('"')
}

fn shell(home: &Path, command: &str) -> Ran {
    let path = format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap());
    let mut sh = Command::new("sh");
    sh.args(["-c", command]).current_dir(home.join("repo")).env_clear();
    sh.env("PATH", path).env("HOME", home).env("AWTUI_HOME", home.join("state"));
    sh.env("XDG_CONFIG_HOME", home.join("config")).env("LANG", "C.UTF-8");
    Ran::from(sh.output().unwrap())
}

#[test]
fn the_page_on_adapters_leads_from_nothing_to_a_run_that_is_done() {
    let home = tempfile::Builder::new().prefix("page").tempdir().unwrap();
    for folder in ["bin", "repo", "config"] {
        fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_awtui"), home.path().join("bin/awtui")).unwrap();
    shell(
        home.path(),
        "git init -q && git -c user.name=Ann -c user.email=ann@example.org commit -q --allow-empty -m first",
    )
    .ends_with(0);
    let mut typed = 0;
    for (info, text) in blocks() {
        if let Some(path) = title(&info) {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            continue;
        }
        assert_eq!(info, "console", "the page holds files and things to type");
        let mut seen = String::new();
        for line in text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                let ran = shell(home.path(), command).ends_with(0);
                seen = ran.out + &ran.err;
                typed += 1;
            } else {
                let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                let looked_for = words(line);
                let is_there = seen.lines().any(|line| {
                    words(line).windows(looked_for.len()).any(|window| window == looked_for)
                        || line.contains(&looked_for.join(" "))
                });
                assert!(is_there, "the page shows {line:?}, but there was:\n{seen}");
            }
        }
    }
    assert!(typed >= 5, "{typed} commands were typed");
    shell(home.path(), "awtui supervisor stop");
}
