//! What a UI may see: the fold of facts, pane bytes and the clock.

use awtui::domain::{
    Author, AuthorKind, Budget, CheckpointSide, CompactStrategy, ContextPolicy, Effect, EffectId, Fact,
    LoopBounds, Money, Observation, Outcome, PaneChange, PaneId, Record, RunConfig, Source, StepNumber,
    TerminalEntry, Text, Time, TurnEnd, Workflow,
};
use awtui::glass::{Act, Glass, GlassEvent, Link};
use std::collections::BTreeMap;

fn created() -> Fact {
    Fact::RunCreated {
        run: "aw_1".into(),
        task: Text::from("make it fast"),
        directory: "/repo".to_owned(),
        workflow: Workflow::analyst_worker(),
        config: RunConfig {
            agents: std::collections::BTreeMap::new(),
            roles: BTreeMap::new(),
            context: ContextPolicy { warn_at: 750, compact_at: 900, strategy: CompactStrategy::Compact },
            bounds: LoopBounds { max_rounds: 20, max_autonomous: 1, max_idle: 2, confirm_done: true },
            budget: Budget { cost: Money(20), tokens: 0 },
            checks: Vec::new(),
        },
        author: Author::new(AuthorKind::Cli, "ada"),
    }
}

fn note(text: &str) -> Fact {
    Fact::Noted { text: Text::from(text), author: Author::new(AuthorKind::Cli, "ada") }
}

fn record(seq: u64, run: u64, fact: Fact) -> GlassEvent {
    GlassEvent::Record(Record { seq, at: Time { wall: 1_000 + run, run }, panes: BTreeMap::new(), fact })
}

fn pane(end: u64, change: PaneChange) -> GlassEvent {
    GlassEvent::Pane { pane: "worker-1".into(), end, change }
}

fn output(end: u64, text: &str) -> GlassEvent {
    pane(end, PaneChange::Output { text: text.to_owned() })
}

fn fed(events: impl IntoIterator<Item = GlassEvent>) -> Glass {
    let mut glass = Glass::new();
    for event in events {
        glass.feed(event);
    }
    glass
}

fn first_line(glass: &Glass) -> String {
    glass.panes[&PaneId::from("worker-1")].screen.text().lines().next().unwrap().to_owned()
}

#[test]
fn records_fold_into_the_run_and_set_the_time() {
    let glass = fed([record(1, 0, created()), record(2, 50, note("a")), record(3, 80, note("b"))]);
    assert_eq!(glass.run.seq, 3);
    assert_eq!(glass.run.notes.len(), 2);
    assert_eq!(glass.now, Time { wall: 1_080, run: 80 });
    assert_eq!(glass.elapsed(), 80);
}

#[test]
fn a_record_that_comes_again_changes_nothing() {
    let mut glass = fed([record(1, 0, created()), record(2, 50, note("a"))]);
    let (before, generation) = (glass.run.clone(), glass.generation());
    glass.feed(record(2, 50, note("a")));
    glass.feed(record(1, 0, created()));
    assert_eq!(glass.run, before);
    assert_eq!(glass.generation(), generation);
}

#[test]
fn the_clock_runs_between_facts_and_never_backwards() {
    let mut glass = fed([record(1, 0, created())]);
    glass.feed(GlassEvent::Clock(Time { wall: 9, run: 40 }));
    assert_eq!(glass.now.run, 40);
    glass.feed(GlassEvent::Clock(Time { wall: 9, run: 30 }));
    assert_eq!(glass.now.run, 40, "a late tick is dropped");
    glass.feed(record(2, 35, note("written while the tick was under way")));
    assert_eq!(glass.now.run, 35, "the frame of a fact has the time of the fact");
}

#[test]
fn panes_are_drawn_from_their_bytes_sizes_and_snapshots() {
    let mut glass =
        fed([pane(10, PaneChange::Resized { cols: 20, rows: 5 }), output(30, "hel"), output(40, "lo\r\n")]);
    let worker = &glass.panes[&PaneId::from("worker-1")];
    assert_eq!((worker.screen.size().cols, worker.screen.size().rows), (20, 5));
    assert_eq!(worker.offset, 40);
    assert_eq!(first_line(&glass), "hello");

    let bytes = String::from_utf8(worker.screen.snapshot()).unwrap();
    glass.feed(pane(90, PaneChange::Snapshot { cols: 30, rows: 6, text: "\u{1b}[Hfresh".to_owned() }));
    let worker = &glass.panes[&PaneId::from("worker-1")];
    assert_eq!((worker.screen.size().cols, worker.offset), (30, 90));
    assert_eq!(first_line(&glass), "fresh", "a snapshot replaces the screen");

    glass.feed(pane(40, PaneChange::Snapshot { cols: 20, rows: 5, text: bytes }));
    glass.feed(output(50, "world"));
    assert_eq!(
        glass.panes[&PaneId::from("worker-1")].screen.text().lines().take(2).collect::<Vec<_>>(),
        ["hello", "world"],
        "what follows a snapshot goes on where the screen stood"
    );
    glass.feed(pane(60, PaneChange::Exited { status: 3 }));
    assert_eq!(glass.panes[&PaneId::from("worker-1")].exited, Some(3));
}

#[test]
fn questions_and_signals_of_the_child_do_not_pile_up() {
    let mut glass = fed([]);
    for end in 1..100 {
        glass.feed(output(end, "\u{1b}[c\u{1b}]0;title\u{7}\u{7}"));
    }
    let worker = glass.panes.get_mut(&PaneId::from("worker-1")).unwrap();
    assert_eq!(worker.screen.take_replies(), b"");
    assert!(worker.screen.take_signals().is_empty());
    assert_eq!(worker.screen.title(), Some("title"));
}

#[test]
fn a_reset_forgets_the_run_and_keeps_the_list_of_runs_and_the_link() {
    let mut glass = fed([
        GlassEvent::Link(Link::Live),
        record(1, 0, created()),
        output(9, "x"),
        GlassEvent::Notice(Some("disk is nearly full".to_owned())),
        GlassEvent::Reset,
    ]);
    assert_eq!(glass.run, awtui::domain::Run::default());
    assert!(glass.panes.is_empty());
    assert_eq!((glass.now, glass.notice.as_deref()), (Time::default(), None));
    assert_eq!(glass.link, Link::Live);
    glass.feed(record(1, 0, created()));
    assert_eq!(glass.run.seq, 1, "the run can be fed again from its start");
}

#[test]
fn the_generation_moves_with_the_view_and_only_then() {
    let mut glass = fed([record(1, 0, created())]);
    let mut last = glass.generation();
    let cases = [
        (GlassEvent::Link(Link::Live), true),
        (GlassEvent::Link(Link::Live), false),
        (GlassEvent::Clock(Time { wall: 1, run: 1 }), true),
        (GlassEvent::Clock(Time { wall: 1, run: 1 }), false),
        (GlassEvent::Runs(Vec::new()), false),
        (GlassEvent::Artifacts(Vec::new()), false),
        (output(1, "a"), true),
        (record(2, 2, note("a")), true),
        (record(2, 2, note("a")), false),
        (GlassEvent::Reset, true),
    ];
    for (event, moves) in cases {
        let name = format!("{event:?}");
        glass.feed(event);
        assert_eq!(glass.generation() != last, moves, "{name}");
        last = glass.generation();
    }
}

#[test]
fn a_glass_without_events_is_empty_and_connecting() {
    let glass = Glass::default();
    assert_eq!(glass.link, Link::Connecting { attempt: 0 });
    assert_eq!(glass.run.seq, 0);
    assert_eq!(glass.elapsed(), 0);
}

fn checkpoint(seq: u64, run: u64) -> GlassEvent {
    let effect = Effect::Checkpoint { step: StepNumber(2), side: CheckpointSide::Before };
    record(seq, run, Fact::Requested { effect })
}

fn terminal(opened: u64, ended: Option<u64>) -> TerminalEntry {
    TerminalEntry {
        pane: PaneId(format!("terminal.{opened}")),
        command: "npm run dev".to_owned(),
        exited: ended.map(|_| 2),
        ran: "/bin/sh -c 'npm run dev'".to_owned(),
        opened: Some(1_000 + opened),
        ended: ended.map(|ended| 1_000 + ended),
    }
}

/// What is in the log, with its time on the run's clock.
fn log(glass: &Glass) -> Vec<(String, Option<u64>)> {
    let commands = &glass.commands;
    let what = |act: &Act| match act {
        Act::Effect(_) => "effect".to_owned(),
        Act::TerminalOpened(entry) => format!("open {}", entry.pane),
        Act::TerminalEnded(entry) => format!("end {}", entry.pane),
        other => format!("{other:?}"),
    };
    commands.iter().enumerate().map(|(place, one)| (what(&one.act), commands.run_time(place))).collect()
}

#[test]
fn terminals_stand_among_what_was_done_by_their_time_whichever_is_told_first() {
    let records = || [record(1, 0, created()), checkpoint(2, 50), checkpoint(3, 90), checkpoint(4, 200)];
    let terminals = || {
        let entries = vec![terminal(60, None), terminal(300, None)];
        GlassEvent::Terminals { entries, closed: vec![terminal(70, Some(95))] }
    };
    let expected = [
        ("effect", 50),
        ("open terminal.60", 60),
        ("open terminal.70", 70),
        ("effect", 90),
        ("end terminal.70", 95),
        ("effect", 200),
        ("open terminal.300", 300),
    ];
    let expected: Vec<_> = expected.map(|(what, at)| (what.to_owned(), Some(at))).into();
    let after = fed(records().into_iter().chain([terminals()]));
    assert_eq!(log(&after), expected);
    let mut before = fed([terminals()].into_iter().chain(records()));
    assert_eq!(log(&before), expected);
    for (seq, at) in [(2, 50), (3, 90), (4, 200)] {
        assert_eq!(before.commands.find(seq).map(|one| one.at.run), Some(at));
    }
    let outcome = Outcome::Failed { reason: "no".to_owned() };
    before.feed(record(5, 400, Fact::Settled { effect: EffectId(3), outcome, ran: Vec::new() }));
    assert!(before.commands.find(3).unwrap().outcome.is_some());
    // Told again they are the same, and none of them is told twice.
    before.feed(terminals());
    assert_eq!(log(&before), expected);
    before.feed(GlassEvent::Reset);
    assert_eq!(log(&before).len(), 4, "a terminal is no part of the run that is forgotten");
}

#[test]
fn terminals_that_ended_before_the_run_are_none_of_its_business() {
    let mut glass = fed([GlassEvent::Terminals {
        entries: Vec::new(),
        closed: vec![terminal(10, Some(20)), terminal(30, Some(90))],
    }]);
    assert_eq!(log(&glass).len(), 4);
    glass.feed(record(1, 50, created()));
    glass.feed(checkpoint(2, 60));
    let expected = [("open terminal.30", None), ("effect", Some(60)), ("end terminal.30", Some(90))];
    assert_eq!(log(&glass), expected.map(|(what, at)| (what.to_owned(), at)));
}

#[test]
fn a_turn_that_has_a_process_of_its_own_is_told_with_its_end() {
    let observation = Observation::TurnEnded {
        end: TurnEnd::Failed { reason: "it exited with code 3".to_owned() },
        text: Text::default(),
    };
    let ended = |source| Fact::Observed {
        pane: "worker-1".into(),
        step: None,
        source,
        observation: observation.clone(),
    };
    let glass = fed([
        record(1, 0, created()),
        record(2, 5, ended(Source::Bridge)),
        record(3, 6, ended(Source::Process)),
    ]);
    assert_eq!(glass.commands.len(), 1, "the others' processes go on");
    assert!(matches!(glass.commands.get(0).unwrap().act, Act::TurnProcessGone { .. }));
}
