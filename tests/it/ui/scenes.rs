//! Situations of a run as the screen sees them, made from the facts that lead to them.

pub use super::scene::{SYNTAXES, Scene, look, new_ui};
use crate::domain::bench::{Bench, config, verdict};
use awtui::domain::*;
use awtui::glass::{Glass, GlassEvent, Link, PlayerBar};
use awtui::ui::{self, Mode};

pub fn first(size: (u16, u16)) -> Scene {
    let mut glass = Glass::new();
    glass.feed(GlassEvent::Link(Link::Live));
    let run = |run: &str, task: &str, phase: &str, live, nanos| RunSummary {
        run: run.into(),
        task: task.to_owned(),
        phase: phase.to_owned(),
        live,
        created: 1_795_000_000_000,
        ended: None,
        steps: 3,
        open_gates: 0,
        cost: Money(nanos),
        cost_incomplete: false,
        spent: Money(nanos).to_string(),
        folder: format!("/repository/tmp/{run}"),
        says: String::new(),
        waiting_since: None,
        archived: false,
        bindings: Vec::new(),
    };
    glass.feed(GlassEvent::Runs(vec![
        run(
            "aw_20261121_101500_parser",
            "Fix the parser of dates with a time zone",
            "done",
            false,
            12_300_000,
        ),
        run("aw_20261120_090000_docs", "Write the docs", "aborted", false, 1_430_000_000),
    ]));
    Scene::new(new_ui(Mode::Live), glass, size)
}

pub fn planning() -> Bench {
    let mut bench = Bench::with(with_checks());
    let analyst = bench.spawned();
    bench.prompted();
    bench.observe(&analyst, Observation::TurnStarted);
    bench.observe(
        &analyst,
        Observation::ModelSeen {
            model: "strong".to_owned(),
            thinking: Some("high".to_owned()),
            window: Some(200_000),
            agent_trigger: None,
        },
    );
    bench.wait(12_300);
    bench
}

fn with_checks() -> RunConfig {
    let mut config = config();
    for name in ["format", "tests"] {
        let check = Check { name: name.to_owned(), run: "true".to_owned(), required: true, timeout: 1000 };
        config.checks.push(check);
    }
    config
}

/// The worker works, in the second step.
pub fn working() -> Bench {
    let (bench, _, _) = at_work();
    bench
}

fn at_work() -> (Bench, PaneId, PaneId) {
    at_work_on(Bench::with(with_checks()))
}

/// Everything that has a name has a long one, some of it wide.
fn long_names() -> (Bench, PaneId, PaneId) {
    let mut config = with_checks();
    for role in config.roles.values_mut() {
        role.model =
            Some("a-gateway-of-the-company/anthropic.claude-opus-5-5-20261101-v1:0@eu-central-1".to_owned());
    }
    for check in &mut config.checks {
        check.name = format!("{} der Datumsangaben 日付の形式 in every crate of the workspace", check.name);
    }
    let task = "日付の形式を直して、すべての試験を通してください。そのあとで、変更した点を短くまとめてください: fix the format of \
                dates in every crate of the workspace and mind thetimezonesthatnobodythoughtofsofar";
    at_work_on(Bench::on(config, task))
}

pub fn long_working() -> Bench {
    long_names().0
}

pub fn long_question() -> Bench {
    let (mut bench, analyst, worker) = long_names();
    reviewed(&mut bench, &analyst, &worker, Verdict::NeedsOperator);
    bench.wait(61_000);
    bench
}

fn at_work_on(mut bench: Bench) -> (Bench, PaneId, PaneId) {
    let analyst = bench.spawned();
    bench.prompted();
    bench.observe(&analyst, Observation::TurnStarted);
    bench.wait(21_000);
    bench.usage(&analyst, 11_000, 950);
    bench.give_verdict(&analyst, Verdict::NeedsWorker);
    let worker = bench.spawned();
    bench.checkpointed();
    bench.prompted();
    bench.observe(&worker, Observation::TurnStarted);
    bench.wait(65_000);
    bench.usage(&worker, 104_000, 2_100);
    (bench, analyst, worker)
}

/// The worker works for the third time; its second step cost more than twice the first.
pub fn three_rounds() -> Bench {
    let (mut bench, analyst, worker) = at_work();
    for input in [6_000, 2_000] {
        reviewed(&mut bench, &analyst, &worker, Verdict::NeedsWorker);
        bench.checkpointed();
        bench.prompted();
        bench.observe(&worker, Observation::TurnStarted);
        bench.wait(30_000);
        let tool = ("t".to_owned(), "bash".to_owned());
        let (call, name) = tool.clone();
        bench.observe(&worker, Observation::ToolStarted { call, name, detail: "cargo test".to_owned() });
        bench.wait(12_000);
        let (call, name) = tool;
        bench.observe(&worker, Observation::ToolEnded { call, name, failed: false, wall: None });
        bench.usage(&worker, 104_000 + input, 3_000);
    }
    bench
}

/// Checks ran, the analyst says DONE: the operator is asked.
/// The worker's agent asks something that awtui cannot answer.
pub fn asked_in_pane() -> Bench {
    let (mut bench, _, worker) = at_work();
    let asks = PermissionRequest::new("pane", "Claude Code", "trust this folder");
    bench.observe(&worker, Observation::PermissionAsked(asks));
    bench.wait(4_200);
    bench
}

pub fn gate() -> Bench {
    let (mut bench, analyst, worker) = at_work();
    reviewed(&mut bench, &analyst, &worker, Verdict::Done);
    bench.wait(4_200);
    bench
}

fn reviewed(bench: &mut Bench, analyst: &PaneId, worker: &PaneId, kind: Verdict) {
    bench.give_result(worker);
    bench.checkpointed();
    for code in [0, 0] {
        let result = CheckResult { code: Some(code), reason: None, wall: 900, output: "ok".into() };
        bench.settle(
            "check",
            |effect| matches!(effect, Effect::RunCheck { .. }),
            Outcome::Checked { result },
        );
    }
    bench.prompted();
    bench.observe(analyst, Observation::TurnStarted);
    bench.wait(9_000);
    bench.usage(analyst, 14_000, 800);
    let mut report = verdict(kind);
    report.reason =
        "The parser takes dates with a time zone now; both checks pass and the diff touches only the \
                     files of the instruction."
            .into();
    if kind == Verdict::NeedsOperator {
        report.questions =
            vec!["May the old format be dropped?".to_owned(), "Which release is it for?".to_owned()];
    }
    let key = format!("v{}", bench.run.seq);
    bench.input(Input::VerdictReported { pane: analyst.clone(), key, report });
    bench.turn_ended(analyst, "verdict given");
}

const PATCH: &str = include_str!("patch.diff");

/// The worker changed files, one of two checks failed, and the analyst looks at it.
pub fn changed() -> Bench {
    let (mut bench, analyst, worker) = at_work();
    bench.give_result(&worker);
    let file = |path: &str, added, removed| FileChange { path: path.to_owned(), added, removed };
    let files = vec![
        file("docs/日付の形式/very/long/folders/that/nobody/reads/time_zones.md", Some(3), Some(0)),
        file("src/parser.rs", Some(5), Some(3)),
        file("tests/data/zones.bin", None, None),
    ];
    let diff = DiffStat { files, skipped: Vec::new(), patch: PATCH.into() };
    bench.settle(
        "checkpoint",
        |effect| matches!(effect, Effect::Checkpoint { .. }),
        Outcome::Checkpointed { commit: Some("c0ffee".to_owned()), diff: Some(diff) },
    );
    for (code, output) in [(0, "ok"), (101, LOG)] {
        let result = CheckResult { code: Some(code), reason: None, wall: 900, output: output.into() };
        bench.settle(
            "check",
            |effect| matches!(effect, Effect::RunCheck { .. }),
            Outcome::Checked { result },
        );
    }
    bench.prompted();
    bench.observe(&analyst, Observation::TurnStarted);
    bench.wait(3_000);
    bench
}

const LOG: &str = "\u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m parser v0.1.0\r\nrunning 2 tests\r\ntest zones ... \
                   \u{1b}[31mFAILED\u{1b}[0m\r\ntest 日付 ... \u{1b}[32mok\u{1b}[0m\r\n";

pub fn question() -> Bench {
    let (mut bench, analyst, worker) = at_work();
    reviewed(&mut bench, &analyst, &worker, Verdict::NeedsOperator);
    bench.wait(61_000);
    bench
}

pub fn done() -> Bench {
    let mut bench = gate();
    bench.answer(AnswerKind::Approve, "");
    bench.killed();
    bench
}

pub fn paused() -> Bench {
    let (mut bench, _, worker) = at_work();
    bench.act(OperatorAct::Pause { mode: PauseMode::Drain, reason: String::new() });
    bench.give_result(&worker);
    bench.wait(3_000);
    bench
}

/// The worker's provider takes no calls for an hour, or for a time that nobody knows.
pub fn limited(known: bool) -> Bench {
    let (mut bench, _, worker) = at_work();
    // Seven minutes past noon, on the day on which benches begin.
    let until = known.then_some(1_795_003_620_000);
    bench.observe(
        &worker,
        Observation::Limited(LimitInfo { until, reason: "5-hour limit reached".to_owned() }),
    );
    let end = TurnEnd::Failed { reason: "5-hour limit reached".to_owned() };
    bench.observe(&worker, Observation::TurnEnded { end, text: "".into() });
    bench
}

pub fn compacting() -> Bench {
    let (mut bench, _, worker) = at_work();
    bench.usage(&worker, 118_000, 500);
    bench.observe(&worker, Observation::CompactionStarted { automatic: true });
    bench.wait(8_000);
    bench
}

pub fn agent_failed() -> Bench {
    let mut bench = Bench::with(with_checks());
    for _ in 0..4 {
        let reason = "pi was not found in PATH (/usr/local/bin:/usr/bin:/bin); install it, or name another \
                      agent under [roles.analyst]"
            .to_owned();
        bench.settle("spawn", |effect| matches!(effect, Effect::Spawn { .. }), Outcome::Failed { reason });
        if bench.run.open_gates().next().is_some() {
            break;
        }
    }
    bench.wait(2_000);
    bench
}

pub fn disconnected(size: (u16, u16)) -> Scene {
    let mut scene = Scene::of(&working(), size);
    let reason = "the supervisor closed the connection (attempt 3)".to_owned();
    scene.glass.feed(GlassEvent::Link(Link::Lost { reason }));
    scene.draw();
    scene
}

pub fn artifacts() -> Vec<ArtifactEntry> {
    [
        ("artifacts/logs", true, 0),
        ("artifacts/logs/cargo-test.log", false, 48_230),
        ("artifacts/logs/clippy.log", false, 0),
        ("artifacts/measurements.csv", false, 1_250_000),
    ]
    .into_iter()
    .map(|(path, is_folder, bytes)| {
        let modified = planning().now.wall + 30_000;
        ArtifactEntry { path: path.to_owned(), bytes, modified, is_folder }
    })
    .collect()
}

pub fn replay(size: (u16, u16)) -> Scene {
    let bench = gate();
    let mut scene = Scene::of(&bench, size);
    scene.ui.mode = Mode::Replay;
    scene.ui.focus = ui::Focus::Steps;
    let bar = PlayerBar {
        playing: false,
        speed_percent: 100,
        position: bench.now,
        length: bench.now,
        seq: bench.run.seq,
        last_seq: bench.run.seq,
        step: Some(StepNumber(4)),
    };
    scene.glass.feed(GlassEvent::Link(Link::Replay(bar)));
    scene.draw();
    scene
}

pub fn hundred_lines() -> String {
    (1..=100).fold(String::new(), |text, line| format!("{text}line {line}\r\n"))
}
