//! `awtui demo` in a home that nobody ever used.

use crate::support::only_child;
use awtui::domain::{Answer, AnswerKind, AuthorKind, Fact, Run, RunOutcome, Verdict, apply};
use awtui::journal;
use awtui::pty;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_awtui"));
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home.join("home"))
        .env("AWTUI_HOME", home.join("awtui"))
        // Nobody's settings and nobody's repository may matter.
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("AWTUI_ROLES__WORKER__AGENT", "nonsense")
        .env("GIT_DIR", "/nowhere")
        .current_dir(home);
    command
}

fn awtui(home: &Path, arguments: &[&str]) -> Output {
    shown(command(home, arguments).output().unwrap())
}

fn shown(output: Output) -> Output {
    println!("{}", String::from_utf8_lossy(&output.stdout));
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let settings = home.path().join("config/awtui");
    std::fs::create_dir_all(&settings).unwrap();
    std::fs::create_dir_all(home.path().join("home")).unwrap();
    std::fs::write(settings.join("config.toml"), "nonsense = 1\n").unwrap();
    home
}

fn test_passes(repository: &Path) -> bool {
    Command::new("sh").arg("test.sh").current_dir(repository).output().unwrap().status.success()
}

fn git(repository: &Path, arguments: &[&str]) {
    let output = Command::new("git").arg("-C").arg(repository).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
}

const TOKENS: [&str; 5] = ["in", "out", "cache_read", "cache_write", "reasoning"];

#[test]
fn the_headless_demo_fixes_the_program_in_two_rounds_with_a_gate_and_leaves_every_file() {
    let home = home();
    let output = awtui(home.path(), &["demo", "--headless", "--speed", "100"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    for words in ["answered by demo script", "passes now", "awtui replay", "scripted demo"] {
        assert!(said.contains(words), "{words}");
    }

    let repository = only_child(&home.path().join("awtui/demo")).join("duration");
    assert!(test_passes(&repository), "the test passes now");
    let before = home.path().join("before");
    git(&repository, &["clone", "--quiet", ".", &before.display().to_string()]);
    assert!(!test_passes(&before), "the test failed before");

    let folder = only_child(&repository.join("tmp"));
    assert!(folder.to_string_lossy().contains("scripted_demo"));
    let state = std::fs::read_to_string(folder.join("state.md")).unwrap();
    assert!(state.contains("Current state: done"), "{state}");
    assert_eq!(std::fs::read_dir(folder.join("steps")).unwrap().count(), 8);
    the_ledger_adds_up(&folder.join("ledger.json"));

    let stored = only_child(&only_child(&home.path().join("awtui/projects")).join("runs"));
    let loaded = journal::read(&stored.join("journal.jsonl")).unwrap();
    let run = folded(&stored);
    assert_eq!(run.outcome, Some(RunOutcome::Done));
    assert_eq!(run.rounds, 2);
    let verdicts: Vec<Verdict> =
        run.steps.iter().filter_map(|step| step.verdict.as_ref()).map(|report| report.verdict).collect();
    assert_eq!(verdicts, [Verdict::NeedsWorker, Verdict::NeedsOperator, Verdict::NeedsWorker, Verdict::Done]);
    let checks: Vec<bool> = run
        .steps
        .iter()
        .flat_map(|step| step.evidence.checks.iter().map(|(_, result)| result.passed()))
        .collect();
    assert_eq!(checks, [false, true], "the first fix repairs one of two failures");
    let answers: Vec<(AuthorKind, String, AnswerKind)> = loaded
        .records
        .iter()
        .filter_map(|record| match &record.fact {
            Fact::GateAnswered { answer: Answer { kind, .. }, author, .. } => {
                Some((author.kind, author.name.clone(), *kind))
            }
            _ => None,
        })
        .collect();
    let script = |kind| (AuthorKind::DemoScript, "demo script".to_owned(), kind);
    assert_eq!(answers, [script(AnswerKind::Answer), script(AnswerKind::Approve)]);
    assert_eq!(run.ledger.compactions.len(), 1, "the worker's context is compacted once");
    assert!(run.ledger.total.unpriced_calls + run.ledger.total.unknown_calls == 0);

    for pane in ["analyst-1", "worker-1"] {
        let recording = std::fs::read_to_string(stored.join(format!("panes/{pane}.cast"))).unwrap();
        assert!(recording.contains("scripted demo"), "{pane} says what it is");
        assert!(recording.contains("台本"), "{pane}");
    }
    // The id of the run would also find a run of another test, begun in the same second.
    for session in ["analyst.1", "worker.1"] {
        let entry = format!("AWTUI_DEMO_FOLDER={}", stored.join("launch").join(session).display());
        assert_eq!(pty::marked(&entry), Vec::<u32>::new(), "{session}");
    }
}

fn the_ledger_adds_up(path: &Path) {
    let ledger: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let steps = ledger["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 6);
    for key in TOKENS {
        let sum: u64 =
            steps.iter().map(|step| step[key].as_u64().unwrap_or_else(|| panic!("{key}: {step}"))).sum();
        assert_eq!(ledger["total"][key].as_u64(), Some(sum), "{key}");
        assert!(sum > 0, "{key}");
    }
    let cost: f64 = steps.iter().map(|step| step["cost"].as_f64().unwrap()).sum();
    let total = ledger["total"]["cost"].as_f64().unwrap();
    assert!((cost - total).abs() < 1e-9 && total > 0.0, "{cost} and {total}");
    let models: Vec<&String> = ledger["totals"].as_object().unwrap().keys().collect();
    assert_eq!(models, ["scripted/demo-analyst", "scripted/demo-worker"]);
}

#[test]
fn a_worker_that_is_killed_in_its_turn_goes_on_in_a_new_process_and_every_call_counts_once() {
    let home = home();
    let demo = command(home.path(), &["demo", "--headless", "--speed", "10"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let projects = home.path().join("awtui/projects");
    let launch = wait_for("the worker's first call", || {
        let project = std::fs::read_dir(&projects).ok()?.next()?.ok()?.path();
        let run = std::fs::read_dir(project.join("runs")).ok()?.next()?.ok()?.path();
        let launch = run.join("launch/worker.1");
        let log = std::fs::read_to_string(launch.join("session.jsonl")).ok()?;
        log.contains("\"entry\":\"call\"").then_some(launch)
    });
    let workers = pty::marked(&format!("AWTUI_DEMO_FOLDER={}", launch.display()));
    assert!(!workers.is_empty());
    for worker in workers {
        // A command that it ran may be gone by now.
        let _ = Command::new("kill").args(["-9", &worker.to_string()]).status().unwrap();
    }
    let output = shown(demo.wait_with_output().unwrap());
    assert_eq!(output.status.code(), Some(0));
    let repository = only_child(&home.path().join("awtui/demo")).join("duration");
    the_ledger_adds_up(&only_child(&repository.join("tmp")).join("ledger.json"));
    let stored = launch.parent().and_then(Path::parent).unwrap();
    assert!(stored.join("panes/worker-2.cast").exists());
    let log = std::fs::read_to_string(launch.join("session.jsonl")).unwrap();
    let paid = log.lines().filter(|line| line.contains("\"usage\":{")).count();
    let ledger = folded(stored).ledger;
    let calls = ledger.roles.iter().find(|(role, _)| role.as_str() == "worker").unwrap().1.totals.calls;
    assert_eq!(calls, u64::try_from(paid).unwrap());
}

/// Gives up after a minute.
fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    #[expect(clippy::disallowed_methods, reason = "a real process takes real time")]
    let now = std::time::Instant::now;
    let begun = now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(now().duration_since(begun).as_secs() < 60, "{what} did not come");
        std::thread::yield_now();
    }
}

fn folded(stored: &Path) -> Run {
    let loaded = journal::read(&stored.join("journal.jsonl")).unwrap();
    assert!(loaded.broken.is_none() && loaded.torn.is_none());
    let mut run = Run::default();
    for record in &loaded.records {
        apply(&mut run, record);
    }
    run
}

#[test]
fn bad_usage_of_the_demo_makes_nothing() {
    let cases: [&[&str]; 4] = [
        &["demo"],
        &["demo", "--headless", "--speed", "0"],
        &["demo", "--headless", "--speed", "fast"],
        &["demo", "--headless", "--set", "roles.worker.agent=pi"],
    ];
    for arguments in cases {
        let home = home();
        let output = awtui(home.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!home.path().join("awtui").exists(), "{arguments:?}");
    }
}

#[test]
fn a_demo_that_cannot_begin_says_why_and_leaves_no_repository() {
    let cases = [
        ("PATH", "/nowhere", 2, "the demo needs git"),
        ("AWTUI_HOME", "/proc/nowhere", 2, "cannot be made"),
        // As an agent of a run has it: agents do not operate runs.
        ("AWTUI_RUN", "aw_some_run", 1, "decisions are the operator's"),
    ];
    for (name, value, code, reason) in cases {
        let home = home();
        let mut demo = command(home.path(), &["demo", "--headless", "--speed", "1000"]);
        let output = shown(demo.env(name, value).output().unwrap());
        assert_eq!(output.status.code(), Some(code), "{name}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(reason), "{name}: {said}");
        let left: Vec<_> = std::fs::read_dir(home.path().join("awtui/demo")).into_iter().flatten().collect();
        assert!(left.is_empty(), "{name}: {left:?}");
    }
}

#[test]
fn a_second_demo_has_a_place_of_its_own_and_tells_of_the_first() {
    let home = home();
    for expected in [false, true] {
        let output = awtui(home.path(), &["demo", "--headless", "--speed", "1000"]);
        assert_eq!(output.status.code(), Some(0));
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.contains("earlier demo"), expected, "{said}");
    }
    assert_eq!(std::fs::read_dir(home.path().join("awtui/demo")).unwrap().count(), 2);
}
