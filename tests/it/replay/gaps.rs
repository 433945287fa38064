//! What is not there any more is said, never made up.

use super::{Story, pane};
use crate::ui::scenes::new_ui;
use awtui::recording::{Segment, segments};
use awtui::replay::{Player, Timeline, TimelineError};
use std::fs::OpenOptions;

fn why(player: &Player, name: &str) -> Option<String> {
    player.glass().panes.get(&pane(name)).and_then(|pane| pane.not_kept.clone())
}

fn text(player: &Player) -> String {
    awtui::client::print_frame(player.glass(), new_ui(awtui::ui::Mode::Live), 120, 40)
}

#[test]
fn a_missing_recording_is_said_in_its_pane_and_the_rest_is_shown() {
    let story = Story::told(1_000_000);
    std::fs::remove_file(story.recording(&pane("worker-1"))).unwrap();
    let mut player = story.player();
    for _ in 0..2 {
        player.end();
        assert_eq!(why(&player, "worker-1").as_deref(), Some("its recording is missing"));
        assert_eq!(why(&player, "analyst-1"), None);
        let text = text(&player);
        assert!(text.contains("not kept: its recording is missing") && text.contains("back again"), "{text}");
        player.start();
        assert_eq!(why(&player, "worker-1"), None, "before it began nothing is missing");
    }
}

#[test]
fn a_dropped_segment_is_said_until_the_next_one_begins() {
    let story = Story::told(400);
    let whole = story.player();
    let last = whole.bar().last_seq;
    // A segment that a record in the middle points into.
    let mut offsets =
        whole.timeline().records().iter().filter_map(|record| record.panes.get(&pane("worker-1")));
    let target = *offsets.nth(3).unwrap();
    let segments = segments(&story.recording(&pane("worker-1"))).unwrap();
    let holds = |segment: &&Segment| segment.offset < target && target <= segment.offset + segment.length;
    std::fs::remove_file(&segments.iter().find(holds).unwrap().path).unwrap();
    let mut player = story.player();
    let mut reasons: Vec<Option<String>> = Vec::new();
    for seq in 1..=last {
        player.seek(seq);
        let reason = why(&player, "worker-1");
        if reasons.last() != Some(&reason) {
            reasons.push(reason);
        }
    }
    let dropped = Some("this part of its recording was dropped to save space".to_owned());
    assert_eq!(reasons, [None, dropped.clone(), None]);
    let forwards: Vec<String> = (1..=last).map(|seq| at(&mut player, seq)).collect();
    let backwards: Vec<String> = (1..=last).rev().map(|seq| at(&mut player, seq)).collect();
    assert!(forwards.iter().eq(backwards.iter().rev()), "it is the same from both sides");
    player.end();
    let shown = |player: &Player| player.glass().panes[&pane("worker-1")].screen.text();
    let mut whole = whole;
    whole.end();
    assert_eq!(shown(&player), shown(&whole), "what comes after the gap is whole again");
}

fn at(player: &mut Player, seq: u64) -> String {
    player.seek(seq);
    text(player)
}

#[test]
fn a_recording_that_a_crash_cut_short_shows_what_it_holds_and_says_that_it_ends() {
    let story = Story::told(1_000_000);
    let path = story.recording(&pane("worker-1"));
    let length = std::fs::metadata(&path).unwrap().len();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    let mut player = story.player();
    player.end();
    assert_eq!(why(&player, "worker-1").as_deref(), Some("its recording ends before this moment"));
    let text = text(&player);
    assert!(text.contains("of the worker") && text.contains("not kept"), "{text}");
}

#[test]
fn a_file_that_is_no_recording_is_said() {
    let story = Story::told(1_000_000);
    std::fs::write(story.recording(&pane("worker-1")), "rubbish\n").unwrap();
    let mut player = story.player();
    player.end();
    assert!(why(&player, "worker-1").unwrap().starts_with("its recording cannot be read: "));
}

#[test]
fn a_torn_journal_is_shown_up_to_its_last_whole_record() {
    let story = Story::told(1_000_000);
    let last = story.player().bar().last_seq;
    let path = story.folder.path().join("journal.jsonl");
    let length = std::fs::metadata(&path).unwrap().len();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 20).unwrap();
    let before = std::fs::read(&path).unwrap();
    let player = story.player();
    assert_eq!(player.bar().last_seq, last - 1);
    assert!(player.timeline().trouble().unwrap().contains("not written completely"));
    assert_eq!(player.glass().notice.as_deref(), player.timeline().trouble(), "it is on the screen");
    assert_eq!(std::fs::read(&path).unwrap(), before, "a replay changes nothing");
}

#[test]
fn a_journal_broken_in_the_middle_is_shown_up_to_there() {
    let story = Story::told(1_000_000);
    let path = story.folder.path().join("journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut broken = lines.clone();
    let damaged = lines[6].replace("analyst", "analist").replace("before", "bevore");
    broken[6] = &damaged;
    std::fs::write(&path, broken.join("\n") + "\n").unwrap();
    let player = story.player();
    assert_eq!(player.bar().last_seq, 5);
    assert!(player.timeline().trouble().unwrap().starts_with("the journal is broken at line 7"));
}

#[test]
fn a_run_that_never_started_is_no_replay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    drop(awtui::journal::Journal::create(&path, &"aw_1".into(), "0").unwrap());
    assert!(matches!(Timeline::open(folder.path()), Err(TimelineError::Empty { .. })));
    assert!(matches!(Timeline::open(&folder.path().join("nowhere")), Err(TimelineError::Journal(_))));
}
