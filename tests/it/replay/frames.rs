//! The frame of a record in a replay is the frame that a live client showed of it.

use super::{SIZES, Story, frames, pane};
use awtui::replay::Player;
use proptest::collection::vec;
use proptest::prelude::*;

#[track_caller]
fn assert_same(story: &Story, player: &Player, how: &str) {
    let seq = player.bar().seq;
    let now = frames(player.glass());
    let then = &story.seen[usize::try_from(seq).unwrap() - 1];
    for ((now, then), size) in now.iter().zip(then).zip(SIZES) {
        assert_eq!(now, then, "record {seq} at {size:?}, {how}");
    }
}

#[test]
fn every_record_shows_what_was_shown_live_forwards_backwards_and_in_any_order() {
    let story = Story::told(1_000_000);
    let last = u64::try_from(story.seen.len()).unwrap();
    let mut player = story.player();
    assert_same(&story, &player, "at the start");
    for seq in 1..=last {
        player.seek(seq);
        assert_same(&story, &player, "forwards");
    }
    for seq in (1..=last).rev() {
        player.seek(seq);
        assert_same(&story, &player, "backwards");
    }
    for turn in 0..last {
        player.seek(1 + (turn * 17) % last);
        assert_same(&story, &player, "in no order");
    }
    for seq in [last, last / 2] {
        let mut fresh = story.player();
        fresh.seek(seq);
        assert_same(&story, &fresh, "at once");
    }
}

#[test]
fn going_on_in_the_middle_of_a_step_does_not_change_what_a_record_shows() {
    let story = Story::told(1_000_000);
    let mut player = story.player();
    let last = player.bar().last_seq;
    for seq in 1..=last {
        player.seek(seq);
        player.play();
        player.advance(700);
        player.stop();
        player.seek(seq);
        assert_same(&story, &player, "after playing on from it");
        player.back(350);
        player.seek(seq);
        assert_same(&story, &player, "after going back from it");
    }
}

#[test]
fn a_recording_in_many_segments_shows_the_same() {
    let story = Story::told(400);
    let segments = std::fs::read_dir(story.folder.path().join("panes")).unwrap().count();
    assert!(segments > 5, "the test needs more than {segments} segments");
    let mut player = story.player();
    let last = player.bar().last_seq;
    for seq in (1..=last).chain((1..=last).rev()) {
        player.seek(seq);
        assert_same(&story, &player, "in segments");
    }
    let mut fresh = story.player();
    fresh.end();
    assert_same(&story, &fresh, "straight to the end, past whole segments");
}

#[test]
fn a_run_longer_than_the_keyframes_reach_shows_the_same_and_goes_back() {
    let mut story = Story::begin(3_000);
    let analyst = story.spawn("analyst", 1, (58, 20));
    for number in 0..600 {
        story.now += 20;
        if number % 3 == 0 {
            story.output(&analyst, &format!("\x1b[4{}m{number}\x1b[0m ", number % 8));
        }
        story.note("one more");
    }
    let mut player = story.player();
    player.end();
    let last = player.bar().last_seq;
    for turn in 0..60 {
        player.seek(last - (turn * 97) % last);
        assert_same(&story, &player, "far back and forth");
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Say(usize, String),
    Resize(usize, u16, u16),
    Note,
    Wait(u64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let piece = prop_oneof![
        Just("\x1b[?1049h".to_owned()),
        Just("\x1b[?1049l".to_owned()),
        Just("\x1b[2J\x1b[H".to_owned()),
        Just("\x1b[3".to_owned()),
        Just("1;4m".to_owned()),
        Just("\x1b[2;5r".to_owned()),
        Just("\r\n\u{4e2d}\u{6587}".to_owned()),
        "[a-z ]{1,30}\r?\n?",
    ];
    let deed = prop_oneof![
        4 => (0..2_usize, piece).prop_map(|(pane, text)| Deed::Say(pane, text)),
        1 => (0..2_usize, 2..80_u16, 2..30_u16).prop_map(|(pane, cols, rows)| Deed::Resize(pane, cols, rows)),
        3 => Just(Deed::Note),
        1 => (0..5_000_u64).prop_map(Deed::Wait),
    ];
    vec(deed, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn whatever_two_panes_do_each_record_shows_what_was_shown_live(
        deeds in deeds(),
        segment in prop_oneof![Just(1_000_000_u64), Just(300)],
        visits in vec(any::<prop::sample::Index>(), 1..30),
    ) {
        let mut story = Story::begin(segment);
        let panes = [story.spawn("analyst", 1, (58, 20)), story.spawn("worker", 1, (30, 10))];
        for deed in &deeds {
            match deed {
                Deed::Say(at, text) => story.output(&panes[*at], text),
                Deed::Resize(at, cols, rows) => story.resize(&panes[*at], *cols, *rows),
                Deed::Note => drop(story.note("so far")),
                Deed::Wait(time) => story.now += time,
            }
        }
        story.end();
        let mut player = story.player();
        for visit in &visits {
            player.seek(1 + u64::try_from(visit.index(story.seen.len())).unwrap());
            assert_same(&story, &player, "in any order");
        }
    }
}

#[test]
fn a_pane_that_did_not_say_anything_yet_is_not_there_before_its_terminal_is() {
    let story = Story::told(1_000_000);
    let mut player = story.player();
    player.seek(4);
    assert!(player.glass().panes.is_empty(), "its terminal begins after record 4");
    player.seek(5);
    assert_eq!(player.glass().panes[&pane("analyst-1")].screen.size().cols, 58);
}
