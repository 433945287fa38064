//! What waits for a client: facts always arrive, floods and slow clients cost pane bytes only.
#![expect(clippy::wildcard_enum_match_arm, reason = "any other message fails the test")]

use awtui::domain::{Author, AuthorKind};
use awtui::domain::{Fact, PaneChange, PaneId, Record, RunId, Text, Time};
use awtui::wire::{Connection, Limits, Mailbox, Outbound, ToClient, ToSupervisor};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const ALL: usize = usize::MAX;

fn run() -> RunId {
    "aw_1".into()
}

fn record(seq: u64) -> Record {
    Record {
        seq,
        at: Time { wall: seq, run: seq },
        panes: BTreeMap::new(),
        fact: Fact::Noted { text: Text::from("x"), author: Author::new(AuthorKind::Cli, "ada") },
    }
}

fn output(text: &str) -> PaneChange {
    PaneChange::Output { text: text.to_owned() }
}

fn snapshot(text: &str) -> PaneChange {
    PaneChange::Snapshot { cols: 80, rows: 24, text: text.to_owned() }
}

/// A message in a few letters.
fn short(message: &ToClient) -> String {
    match message {
        ToClient::Record { record, .. } => format!("fact {}", record.seq),
        ToClient::Pane { pane, end, change, .. } => match change {
            PaneChange::Output { text } => format!("{pane} {end} {}", text.len()),
            PaneChange::Snapshot { text, .. } => format!("{pane} {end} screen {}", text.len()),
            PaneChange::Resized { cols, rows } => format!("{pane} {end} {cols}x{rows}"),
            PaneChange::Exited { status } => format!("{pane} {end} exit {status}"),
        },
        other => format!("{other:?}"),
    }
}

fn shorts(messages: &[ToClient]) -> Vec<String> {
    messages.iter().map(short).collect()
}

#[test]
fn facts_and_pane_bytes_leave_in_the_order_in_which_they_came() {
    let mut outbound = Outbound::default();
    let pane: PaneId = "p-1".into();
    outbound.push_pane(&run(), &pane, 20, PaneChange::Resized { cols: 80, rows: 24 }, 0);
    outbound.push_pane(&run(), &pane, 30, output("ab"), 0);
    outbound.push_pane(&run(), &pane, 40, output("cd"), 0);
    outbound.push_record(&run(), record(1));
    outbound.push_pane(&run(), &pane, 50, output("ef"), 0);
    outbound.push_pane(&run(), &pane, 60, PaneChange::Exited { status: 1 }, 0);
    let taken = outbound.take(ALL);
    // Output that nothing separates is joined.
    assert_eq!(shorts(&taken), ["p-1 20 80x24", "p-1 40 4", "fact 1", "p-1 50 2", "p-1 60 exit 1"]);
    assert!(outbound.is_empty());
    assert_eq!(outbound.pane_backlog(), 0);
}

#[test]
fn a_client_that_falls_behind_loses_the_output_of_the_loudest_pane_and_no_fact() {
    let mut outbound = Outbound::new(Limits { pane_backlog: 100, ..Limits::default() });
    let (loud, quiet): (PaneId, PaneId) = ("loud-1".into(), "quiet-1".into());
    outbound.push_pane(&run(), &quiet, 9, output("hello"), 0);
    for seq in 1..=10 {
        outbound.push_pane(&run(), &loud, seq * 10, output("0123456789ab"), 0);
        outbound.push_record(&run(), record(seq));
    }
    outbound.push_pane(&run(), &loud, 200, PaneChange::Resized { cols: 1, rows: 1 }, 0);
    outbound.push_pane(&run(), &loud, 201, PaneChange::Exited { status: 0 }, 0);
    assert_eq!(outbound.stale(), [(run(), loud.clone())]);
    // Not before the client took what waits: a snapshot for a client that does not read is work for nothing.
    assert_eq!(outbound.snapshots_due(1_000), []);
    assert_eq!(outbound.next_due(), None);
    let mut expected = vec!["quiet-1 9 5".to_owned()];
    expected.extend((1..=10).map(|seq| format!("fact {seq}")));
    expected.push("loud-1 201 exit 0".to_owned());
    assert_eq!(shorts(&outbound.take(ALL)), expected);
    assert_eq!(outbound.snapshots_due(1_000), [(run(), loud.clone())]);
    outbound.push_pane(&run(), &loud, 300, snapshot("screen"), 1_000);
    assert_eq!(outbound.stale(), []);
    outbound.push_pane(&run(), &loud, 310, output("after"), 1_000);
    assert_eq!(shorts(&outbound.take(ALL)), ["loud-1 300 screen 6", "loud-1 310 5"]);
}

#[test]
fn a_snapshot_takes_the_place_of_what_waits_of_its_pane() {
    let mut outbound = Outbound::default();
    let pane: PaneId = "p-1".into();
    outbound.push_pane(&run(), &pane, 10, output("ab"), 0);
    outbound.push_record(&run(), record(1));
    outbound.push_pane(&run(), &pane, 20, snapshot("screen"), 0);
    assert_eq!(shorts(&outbound.take(ALL)), ["fact 1", "p-1 20 screen 6"]);
}

#[test]
fn a_flood_is_sent_as_at_most_thirty_snapshots_a_second_and_then_as_bytes_again() {
    let mut outbound = Outbound::default();
    let pane: PaneId = "p-1".into();
    let chunk = "x".repeat(10_000);
    let (mut end, mut snapshots, mut bytes_sent) = (0, 0, 0);
    for now in 0..2_000_u64 {
        // 10 MB/s, and a client that takes everything at once.
        end += 10_000;
        outbound.push_pane(&run(), &pane, end, output(&chunk), now);
        for (due_run, due_pane) in outbound.snapshots_due(now) {
            outbound.push_pane(&due_run, &due_pane, end, snapshot("screen"), now);
            if now >= 1_000 {
                snapshots += 1;
            }
        }
        for message in outbound.take(ALL) {
            if let ToClient::Pane { change: PaneChange::Output { text }, .. } = message
                && now >= 1_000
            {
                bytes_sent += text.len();
            }
        }
    }
    assert!((25..=30).contains(&snapshots), "{snapshots} snapshots in the second second");
    assert_eq!(bytes_sent, 0, "the rest of the flood is not sent");
    // The flood is over: the last snapshot, then bytes again.
    let due = outbound.snapshots_due(2_200);
    if !due.is_empty() {
        outbound.push_pane(&run(), &pane, end, snapshot("screen"), 2_200);
        outbound.take(ALL);
    }
    outbound.push_pane(&run(), &pane, end + 10, output("prompt"), 2_400);
    assert_eq!(shorts(&outbound.take(ALL)), [format!("p-1 {} 6", end + 10)]);
}

#[test]
fn the_history_of_a_pane_follows_once_its_flood_is_over() {
    let limits = Limits { flood_burst: 1_000, flood_rate: 1_000, ..Limits::default() };
    let mut outbound = Outbound::new(limits);
    let pane: PaneId = "p-1".into();
    outbound.push_pane(&run(), &pane, 1, output(&"x".repeat(1_001)), 0);
    outbound.push_pane(&run(), &pane, 2, snapshot("brief"), 0);
    outbound.owe_history(&run(), &pane, true);
    assert_eq!(outbound.histories_due(9_000), [], "not before the client took what waits");
    outbound.take(ALL);
    assert_eq!(outbound.next_due(), Some(1_001), "calm is when it could flood anew");
    assert_eq!(outbound.histories_due(1_000), []);
    assert_eq!(outbound.snapshots_due(1_001), [], "it is not stale");
    assert_eq!(outbound.histories_due(1_001), [(run(), pane.clone())]);
    outbound.push_pane(&run(), &pane, 3, snapshot("whole"), 1_001);
    outbound.owe_history(&run(), &pane, false);
    outbound.take(ALL);
    assert_eq!((outbound.next_due(), outbound.histories_due(9_000)), (None, Vec::new()), "once");
}

#[test]
fn large_snapshots_come_less_often() {
    let mut outbound = Outbound::new(Limits { flood_burst: 1, flood_rate: 1, ..Limits::default() });
    let pane: PaneId = "p-1".into();
    outbound.push_pane(&run(), &pane, 1, output("flood"), 0);
    outbound.push_pane(&run(), &pane, 2, snapshot(&"x".repeat(800_000)), 0);
    outbound.take(ALL);
    outbound.push_pane(&run(), &pane, 3, output("flood"), 1);
    assert_eq!(outbound.next_due(), Some(200));
    assert_eq!(outbound.snapshots_due(199), []);
    assert_eq!(outbound.snapshots_due(200), [(run(), pane)]);
}

#[test]
fn a_client_that_does_not_even_take_facts_is_hopeless() {
    let mut outbound = Outbound::new(Limits { backlog: 100_000, ..Limits::default() });
    let mut seq = 0;
    while !outbound.is_hopeless() {
        seq += 1;
        assert!(seq < 1_000, "the limit holds");
        outbound.push_record(&run(), record(seq));
    }
    outbound.take(ALL);
    assert!(!outbound.is_hopeless());
}

#[test]
fn turning_to_another_run_forgets_what_waits_of_the_first() {
    let mut outbound = Outbound::default();
    let other: RunId = "aw_2".into();
    let pane: PaneId = "p-1".into();
    outbound.push_record(&run(), record(1));
    outbound.push_pane(&run(), &pane, 1, output("a"), 0);
    outbound.push(ToClient::notice("kept"));
    outbound.push_pane(&other, &pane, 2, output("bc"), 0);
    outbound.forget(&run());
    assert_eq!(outbound.pane_backlog(), 2);
    let taken = outbound.take(ALL);
    assert_eq!(taken.len(), 2);
    assert_eq!(short(&taken[1]), "p-1 2 2");
    assert_eq!(outbound.pane_backlog(), 0);
}

#[derive(Debug, Clone)]
enum Move {
    Fact,
    Output(u8, usize),
    Resize(u8),
    Take(usize),
    Wait(u64),
    Snapshots,
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        Just(Move::Fact),
        (0..3_u8, 1..400_usize).prop_map(|(pane, length)| Move::Output(pane, length)),
        (0..3_u8).prop_map(Move::Resize),
        (1..4_000_usize).prop_map(Move::Take),
        (0..200_u64).prop_map(Move::Wait),
        Just(Move::Snapshots),
    ]
}

proptest! {
    /// Whatever happens, the client has all facts in order, and for every pane that is not stale the whole text from
    /// its last snapshot on.
    #[test]
    fn facts_are_never_lost_and_panes_are_whole_or_stale(moves in proptest::collection::vec(any_move(), 0..200)) {
        let mut outbound = Outbound::new(Limits {
            pane_backlog: 1_000, flood_rate: 2_000, flood_burst: 800, ..Limits::default()
        });
        let (mut now, mut seq) = (0, 0);
        let mut written: BTreeMap<PaneId, String> = BTreeMap::new();
        let mut facts = Vec::new();
        let mut seen: BTreeMap<PaneId, String> = BTreeMap::new();
        let mut receive = |messages: Vec<ToClient>| {
            for message in messages {
                match message {
                    ToClient::Record { record, .. } => facts.push(record.seq),
                    ToClient::Pane { pane, end, change, .. } => {
                        let text = seen.entry(pane).or_default();
                        match change {
                            PaneChange::Output { text: more } => {
                                text.push_str(&more);
                                assert_eq!(u64::try_from(text.len()).unwrap(), end, "no gap");
                            }
                            PaneChange::Snapshot { text: all, .. } => *text = all,
                            PaneChange::Resized { .. } | PaneChange::Exited { .. } => {}
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        };
        for step in moves.into_iter().chain([Move::Take(ALL), Move::Wait(10_000), Move::Snapshots, Move::Take(ALL)]) {
            match step {
                Move::Fact => { seq += 1; outbound.push_record(&run(), record(seq)); }
                Move::Output(pane, length) => {
                    let pane = PaneId::new(format!("p-{pane}"));
                    let text = written.entry(pane.clone()).or_default();
                    let more: String = (0..length).map(|i| char::from(b'a' + u8::try_from(i % 26).unwrap())).collect();
                    text.push_str(&more);
                    let end = u64::try_from(text.len()).unwrap();
                    outbound.push_pane(&run(), &pane, end, PaneChange::Output { text: more }, now);
                    prop_assert!(outbound.pane_backlog() <= 1_000 || outbound.stale().contains(&(run(), pane)));
                }
                Move::Resize(pane) => {
                    let pane = PaneId::new(format!("p-{pane}"));
                    let end = u64::try_from(written.get(&pane).map_or(0, String::len)).unwrap();
                    outbound.push_pane(&run(), &pane, end, PaneChange::Resized { cols: 10, rows: 10 }, now);
                }
                Move::Take(bytes) => receive(outbound.take(bytes)),
                Move::Wait(more) => now += more,
                Move::Snapshots => {
                    for (of, pane) in outbound.snapshots_due(now) {
                        let text = written[&pane].clone();
                        let end = u64::try_from(text.len()).unwrap();
                        let change = PaneChange::Snapshot { cols: 10, rows: 10, text };
                        outbound.push_pane(&of, &pane, end, change, now);
                    }
                }
            }
        }
        prop_assert_eq!(facts, (1..=seq).collect::<Vec<_>>());
        prop_assert_eq!(outbound.stale(), vec![]);
        prop_assert_eq!(outbound.pane_backlog(), 0);
        prop_assert_eq!(seen.into_iter().filter(|(_, text)| !text.is_empty()).collect::<Vec<_>>(),
            written.into_iter().collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_never_holds_up_the_one_who_fills_its_mailbox() {
    let (left, right) = tokio::io::duplex(1_024);
    let mut supervisor: Connection<_, ToSupervisor, ToClient> = Connection::new(left);
    let mut client: Connection<_, ToClient, ToSupervisor> = Connection::new(right);
    let mailbox = Arc::new(Mailbox::new(Limits { flood_rate: u64::MAX / 10_000, ..Limits::default() }));
    let writer = tokio::spawn({
        let mailbox = Arc::clone(&mailbox);
        async move {
            while let Some(messages) = mailbox.take(64 * 1024).await {
                for message in messages {
                    supervisor.writer.send(&message).await.unwrap();
                }
            }
        }
    });
    let pane: PaneId = "p-1".into();
    let chunk = "x".repeat(64 * 1024);
    for seq in 1..=200_u64 {
        mailbox.with(|outbound| {
            outbound.push_pane(&run(), &pane, seq * 100, output(&chunk), seq);
            outbound.push_record(&run(), record(seq));
        });
        tokio::task::yield_now().await;
        assert!(mailbox.with(|outbound| outbound.pane_backlog()) <= 1024 * 1024, "memory is bounded");
    }
    assert_eq!(mailbox.with(|outbound| outbound.stale()).len(), 1);
    let (mut facts, mut screens) = (Vec::new(), 0);
    while facts.len() < 200 || screens == 0 {
        for (of, due) in mailbox.with(|outbound| outbound.snapshots_due(10_000)) {
            mailbox.with(|outbound| outbound.push_pane(&of, &due, 99_999, snapshot("screen"), 10_000));
        }
        match client.reader.next().await.unwrap().unwrap() {
            ToClient::Record { record, .. } => facts.push(record.seq),
            ToClient::Pane { change: PaneChange::Snapshot { .. }, end, .. } => {
                assert_eq!(end, 99_999);
                screens += 1;
            }
            ToClient::Pane { .. } => assert_eq!(screens, 0),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(facts, (1..=200).collect::<Vec<_>>());
    writer.abort();
}

#[tokio::test]
async fn a_closed_mailbox_gives_what_waits_and_then_ends() {
    let mailbox = Mailbox::new(Limits::default());
    mailbox.with(|outbound| outbound.push_record(&run(), record(1)));
    mailbox.close();
    assert_eq!(mailbox.take(1024).await.map(|messages| messages.len()), Some(1));
    assert_eq!(mailbox.take(1024).await, None);
}
