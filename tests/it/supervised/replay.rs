//! A run of the real supervisor, seen live and then in a replay.

use super::{ANALYST, House, WORKER, until};
use crate::replay::frames;
use crate::support::terminal::Terminal;
use awtui::domain::{Answer, AnswerKind, Author, AuthorKind, Fact, OperatorAct, PaneChange, Seq, Text};
use awtui::glass::{Glass, GlassEvent, Link};
use awtui::replay::{Player, Timeline};
use awtui::wire::{Body, Purpose, ToClient};
use ratatui::buffer::Buffer;
use std::collections::BTreeMap;

/// Waits for the client, then draws: colours, wide characters, the other screen and back, piece by piece.
const DRAW: &str = "until [ -e \"$DIR/go\" ]; do sleep 0.02; done\n\
    for n in 1 2 3 4 5; do printf '\\033[3%sm\u{4e2d}\u{6587} line %s\\033[0m\\n' $n $n; sleep 0.02; done\n\
    printf '\\033[?1049h\\033[2J\\033[4;4Hfull screen'; sleep 0.05; printf '\\033[?1049l'\n";

fn finished() -> House {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(&format!("echo analyst here\n{ANALYST}"), &format!("echo worker here\n{WORKER}"));
    house.awtui(&["run", "--headless", "--yes", "make the file"]).ends_with(0);
    house.awtui(&["supervisor", "stop"]);
    house
}

#[tokio::test]
async fn each_frame_of_a_live_client_comes_again_in_the_replay() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(&format!("{DRAW}{ANALYST}"), &format!("{DRAW}{WORKER}"));
    house.awtui(&["run", "--detach", "make the file"]).ends_with(0);
    until("the analyst's pane is there", || house.run().join("panes/analyst-1.cast").exists().then_some(()));
    let mut session = house.session(Purpose::Attach { watch: false }).await;
    session.send(Body::Subscribe { run: None, after: None }).await.unwrap();
    let mut glass = Glass::new();
    glass.feed(GlassEvent::Link(Link::Live));
    let mut live: BTreeMap<Seq, Vec<Buffer>> = BTreeMap::new();
    let mut caught_up = false;
    let mut fitted = Vec::new();
    while !glass.run.is_over() {
        match session.next().await.unwrap() {
            ToClient::Record { run, record } => {
                let seq = record.seq;
                if let Fact::GateOpened { gate } = &record.fact {
                    let answer = Answer { kind: AnswerKind::Approve, text: Text::default() };
                    let act = OperatorAct::AnswerGate { gate: gate.id, answer };
                    let author = Author::new(AuthorKind::Operator, "ada");
                    session.send(Body::Act { run, author, act }).await.unwrap();
                }
                glass.feed(GlassEvent::Record(*record));
                if caught_up {
                    live.insert(seq, frames(&glass));
                }
            }
            ToClient::Pane { run, pane, end, change } => {
                let sizes = matches!(change, PaneChange::Resized { .. } | PaneChange::Snapshot { .. });
                assert!(sizes || glass.panes.contains_key(&pane), "{pane} spoke before its size was known");
                glass.feed(GlassEvent::Pane { pane: pane.clone(), end, change });
                if !fitted.contains(&pane) {
                    // The first client that shows a pane gives it its size.
                    fitted.push(pane.clone());
                    let panes = [(pane, (58, 17))].into_iter().collect();
                    session.send(Body::PaneSize { run, panes }).await.unwrap();
                }
            }
            ToClient::CaughtUp { .. } => {
                caught_up = true;
                house.write("go", "");
            }
            ToClient::Clock { now, .. } => glass.feed(GlassEvent::Clock(now)),
            _ => {}
        }
    }
    let mut player = Player::new(Timeline::open(&house.run()).unwrap());
    assert!(live.len() > 20, "{} records were seen live", live.len());
    assert_eq!(live.keys().last(), Some(&player.bar().last_seq));
    let resized =
        player.timeline().records().iter().any(|record| matches!(record.fact, Fact::PaneResized { .. }));
    assert!(resized, "the test needs a pane that was resized");
    for (seq, then) in live.iter().chain(live.iter().rev()) {
        player.seek(*seq);
        let fact = &player.timeline().records()[usize::try_from(*seq).unwrap() - 1].fact;
        assert!(
            frames(player.glass()) == *then,
            "record {seq} shows something else: {fact:?}\nlive {then:#?}\nreplay {:#?}",
            frames(player.glass())
        );
    }
}

#[test]
fn a_moment_is_printed_as_text() {
    let house = finished();
    let print = |at: &str| house.awtui(&["replay", "last", "--at", at, "--print"]).ends_with(0).out;
    let (plan, work) = (print("1"), print("0002"));
    assert!(plan.contains("analyst here") && !plan.contains("worker here"), "{plan}");
    assert!(work.contains("analyst here") && work.contains("worker here"), "{work}");
    assert_eq!(plan.lines().count(), 40);
    assert!(!plan.contains("REPLAY"), "the player's bar is not printed: {plan}");
    let small = house.awtui(&["replay", "last", "--print", "--size", "80x24"]).ends_with(0).out;
    assert_eq!(small.lines().count(), 24);
    assert!(small.lines().all(|line| line.chars().count() <= 80) && small.contains("DONE"), "{small}");
    assert!(print("0:00").contains("make the file"), "a time is a moment too");
    let facts = house.facts();
    let ends = facts.iter().find(|record| record["fact"]["kind"] == "step_ended").unwrap();
    assert_eq!(print(&format!("seq:{}", ends["seq"])), plan, "a step's last record is its end");
}

#[test]
fn a_run_is_named_by_its_id_a_beginning_of_it_its_folders_or_as_the_last() {
    let house = finished();
    let state = house.run();
    let id = state.file_name().unwrap().to_str().unwrap().to_owned();
    let people = house.path("repo/tmp").join(&id).display().to_string();
    let expected = house.awtui(&["replay", &id, "--print"]).ends_with(0).out;
    for name in [&id[..20], "last", &state.display().to_string(), &people] {
        assert_eq!(house.awtui(&["replay", name, "--print"]).ends_with(0).out, expected, "{name}");
    }
}

#[test]
fn what_cannot_be_replayed_is_said_in_one_line() {
    let house = finished();
    let id = house.run().file_name().unwrap().to_str().unwrap().to_owned();
    let wrong = format!("{}x", &id[..id.len() - 2]);
    let last = house.facts().len();
    for (arguments, words) in [
        (vec!["replay", &wrong, "--print"], format!("there is no run \"{wrong}\"; the nearest is {id}")),
        (vec!["replay", "", "--print"], "there is no run \"\"; `awtui runs` lists them all".to_owned()),
        (vec!["replay", "nope", "--print"], "there is no run \"nope\"; `awtui runs` lists".to_owned()),
        (vec!["replay", "last"], "--print prints one frame as text".to_owned()),
        (vec!["replay", "last", "--print", "--at", "77"], "has no step 0077; it has steps 1 to 3".to_owned()),
        (
            vec!["replay", "last", "--print", "--at", "seq:9999"],
            format!("has no record 9999; it has records 1 to {last}"),
        ),
        (
            vec!["replay", "last", "--print", "--at", "9:00:00"],
            "the run has no 9:00:00; it is 0:0".to_owned(),
        ),
        (vec!["replay", "last", "--print", "--at", "1:75"], "not \"1:75\"".to_owned()),
        (vec!["replay", "last", "--print", "--at", "soon"], "not \"soon\"".to_owned()),
        (vec!["replay", "last", "--print", "--size", "wide"], "such as 120x40, not \"wide\"".to_owned()),
    ] {
        let ran = house.awtui(&arguments).ends_with(2);
        assert!(ran.err.contains(&words) && ran.err.lines().count() == 1, "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn keys_move_along_the_run_on_the_screen() {
    let house = finished();
    let last = house.facts().len();
    let mut terminal = Terminal::open(&house.command(&[]), &["replay", "last", "--at", "1"], (120, 40));
    terminal.shows("stopped");
    assert!(!terminal.text().contains("worker here"));
    terminal.types("]");
    terminal.shows("step 0002");
    terminal.types("$");
    terminal.shows(&format!("fact {last} of {last}"));
    terminal.shows("worker here");
    terminal.types("0");
    terminal.shows(&format!("fact 1 of {last}"));
    assert!(!terminal.text().contains("analyst here"), "{}", terminal.text());
    terminal.types("++");
    terminal.shows("400%");
    terminal.types(" ");
    // It plays to the end and stops there.
    terminal.shows(&format!("fact {last} of {last}"));
    terminal.shows("stopped");
    // What acts on a run means nothing here.
    terminal.types("Aq");
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(house.facts().len(), last, "a replay adds nothing to the run");
}
