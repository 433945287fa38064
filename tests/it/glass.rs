//! What a UI may see: the fold of facts, pane bytes and the clock.

use awtui::domain::{
    Author, AuthorKind, Budget, CompactStrategy, ContextPolicy, Fact, LoopBounds, Money, PaneChange, PaneId,
    Record, RunConfig, Text, Time, Workflow,
};
use awtui::glass::{Glass, GlassEvent, Link};
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
