//! Situations of a run as the screen sees them, made from the facts that lead to them.

use crate::domain::bench::{Bench, config, verdict};
use awtui::domain::*;
use awtui::glass::{Glass, GlassEvent, Link, PlayerBar};
use awtui::settings::{ColourDepth, Folders, Keymap, Theme};
use awtui::term::Key;
use awtui::ui::{self, Ask, Look, Mode, Mouse, MouseKind, Msg, Syntaxes, Ui};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::LazyLock;

/// A screen, what it shows, and how large it is.
pub struct Scene {
    pub ui: Ui,
    pub glass: Glass,
    pub area: Rect,
    pub buffer: Buffer,
}

/// Unpacked once for all scenes that show code.
pub static SYNTAXES: LazyLock<Syntaxes> = LazyLock::new(Syntaxes::default);

pub fn look() -> Look {
    Look::new(Theme::load("dark", &Folders::default()).unwrap(), ColourDepth::True)
}

pub fn new_ui(mode: Mode) -> Ui {
    let mut ui = Ui::new(mode, look(), Keymap::load(None).unwrap());
    ui.bindings = vec![
        ("analyst".to_owned(), "pi".to_owned(), "openai/gpt-5.5".to_owned()),
        ("worker".to_owned(), "pi".to_owned(), "its own default model".to_owned()),
    ];
    ui
}

impl Scene {
    pub fn new(ui: Ui, glass: Glass, (cols, rows): (u16, u16)) -> Self {
        let area = Rect::new(0, 0, cols, rows);
        let mut scene = Self { ui, glass, area, buffer: Buffer::empty(area) };
        scene.draw();
        scene
    }

    /// The run of a bench on a screen whose panels have the keys, with the agents' screens in the panes.
    pub fn of(bench: &Bench, size: (u16, u16)) -> Self {
        let mut ui = new_ui(Mode::Live);
        ui.focus = ui::Focus::Worker;
        let mut glass = Glass::new();
        glass.feed(GlassEvent::Link(Link::Live));
        for record in &bench.records {
            glass.feed(GlassEvent::Record(record.clone()));
        }
        glass.feed(GlassEvent::Clock(bench.now));
        let mut scene = Self::new(ui, glass, size);
        scene.fill_panes();
        scene
    }

    fn fill_panes(&mut self) {
        let drawn = self.ui.layout.panes.clone();
        let panes: Vec<PaneId> = self.glass.run.panes.keys().cloned().collect();
        for pane in panes {
            let place = drawn.iter().find(|(id, _)| *id == pane).or(drawn.first()).map(|(_, place)| *place);
            let (cols, rows) = place.map_or((80, 10), |place| (place.width, place.height));
            let resized = PaneChange::Resized { cols, rows };
            self.glass.feed(GlassEvent::Pane { pane: pane.clone(), end: 1, change: resized });
            let role = pane.as_str().split('-').next().unwrap().to_owned();
            let text = format!(
                "\x1b[1m{role}\x1b[0m of the tests\r\n\r\n\x1b[38;2;200;100;50m● read\x1b[0m src/parser.rs\r\n\
                 \x1b[32m● 你好\x1b[0m wide words\r\n> "
            );
            self.glass.feed(GlassEvent::Pane { pane, end: 2, change: PaneChange::Output { text } });
        }
        self.draw();
    }

    pub fn draw(&mut self) {
        self.buffer = Buffer::empty(self.area);
        // As whoever runs the screen does before each frame.
        self.ui.catch_up(&self.glass);
        let layout = ui::view(&self.ui, &self.glass, self.area, &mut self.buffer);
        self.ui.set_layout(layout);
    }

    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.area = Rect::new(0, 0, cols, rows);
        self.draw();
    }

    /// The frame as text, one line a row, without blanks at the ends.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for y in 0..self.area.height {
            let mut skip = 0;
            let mut row = String::new();
            for x in 0..self.area.width {
                let symbol = self.buffer[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                row.push_str(symbol);
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }

    pub fn line(&self, row: usize) -> String {
        self.text().lines().nth(row).unwrap().to_owned()
    }

    /// Milliseconds go by on the screen's own clock and on the run's.
    pub fn wait(&mut self, milliseconds: u64) {
        let now = self.glass.now;
        let later = Time { wall: now.wall + milliseconds, run: now.run + milliseconds };
        if self.glass.run.id.is_some() {
            self.glass.feed(GlassEvent::Clock(later));
        }
        self.uptime(milliseconds);
    }

    fn uptime(&mut self, more: u64) {
        let now = self.ui.uptime() + more;
        self.ui.set_time(now);
        self.draw();
    }

    pub fn msg(&mut self, msg: Msg) -> Vec<Ask> {
        let asks = ui::update(&mut self.ui, &self.glass, msg);
        self.draw();
        asks
    }

    /// Presses keys one after the other, as people write them.
    pub fn press(&mut self, keys: &str) -> Vec<Ask> {
        keys.split_whitespace().flat_map(|key| self.msg(Msg::Key(key.parse::<Key>().unwrap()))).collect()
    }

    /// Answers what was asked for to look at something, part by part, until nothing is asked for any more. Returns where
    /// each part began and how much of it was wanted.
    pub fn answer(
        &mut self,
        asks: Vec<Ask>,
        whole: &dyn Fn(&Fetch) -> Result<Vec<u8>, String>,
    ) -> Vec<(u64, u64)> {
        let mut fetched = Vec::new();
        let mut asks = std::collections::VecDeque::from(asks);
        while let Some(ask) = asks.pop_front() {
            let more = match ask {
                Ask::Fetch { id, what, offset, limit } => {
                    fetched.push((offset, limit));
                    let piece = whole(&what).map(|bytes| Piece::of(&bytes, offset, limit));
                    self.ui.fetched(id, piece)
                }
                Ask::Prepare(work) => self.ui.prepared(work.run(&SYNTAXES, &|| true)),
                other => panic!("{other:?}"),
            };
            // The size of what is looked at is known once it was drawn.
            self.draw();
            asks.extend(more);
        }
        fetched
    }

    /// Presses keys that look at something of the run.
    pub fn look(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let asks = self.press(key);
            let run = self.glass.run.clone();
            let full = |text: &Text| Ok(text.summary().to_owned());
            self.answer(asks, &|what| {
                awtui::project::fetch::text(&run, what, &full)?
                    .map(String::into_bytes)
                    .ok_or("not kept".to_owned())
            });
        }
    }

    pub fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            let key = Key::plain(awtui::term::KeyCode::Char(character));
            assert_eq!(self.msg(Msg::Key(key)), [], "{character}");
        }
    }

    pub fn mouse(&mut self, kind: MouseKind, col: u16, row: u16) -> Vec<Ask> {
        self.msg(Msg::Mouse(Mouse { col, row, kind, mods: awtui::term::Mods::NONE }))
    }

    /// Where a text stands on the screen.
    pub fn find(&self, what: &str) -> (u16, u16) {
        let text = self.text();
        let (row, line) = text
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(what))
            .unwrap_or_else(|| panic!("{what:?} is not on the screen:\n{text}"));
        let column = unicode_width::UnicodeWidthStr::width(&line[..line.find(what).unwrap()]);
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    }

    pub fn shows(&self, what: &str) -> bool {
        self.text().contains(what)
    }
}

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
