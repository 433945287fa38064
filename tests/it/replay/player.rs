//! Playing, its pace, and the jumps.

use super::Story;
use awtui::domain::{Fact, StepNumber};
use awtui::replay::{Player, SPEEDS};

/// Run milliseconds that pass while so many real ones do.
fn played(player: &mut Player, real: u64) -> u64 {
    let before = player.bar().position.run;
    player.advance(real);
    player.bar().position.run - before
}

/// Ten minutes of output twice a second, with a fact every minute.
fn busy() -> Story {
    let mut story = Story::begin(1_000_000);
    let worker = story.spawn("worker", 1, (40, 10));
    for tick in 0..1_200_u32 {
        story.now += 500;
        story.output(&worker, &format!("{tick} "));
        if tick % 120 == 0 {
            story.note("a minute");
        }
    }
    story.end();
    story
}

#[test]
fn it_plays_at_the_pace_of_the_run_or_at_a_multiple_of_it() {
    let story = busy();
    let mut player = story.player();
    assert!(!player.is_playing());
    assert_eq!(played(&mut player, 1_000), 0, "a stopped player stands still");
    player.play();
    for speed in SPEEDS {
        assert_eq!(player.bar().speed_percent, speed);
        assert_eq!(played(&mut player, 1_000), u64::from(speed) * 10, "at {speed} percent");
        player.faster();
    }
    assert_eq!(player.bar().speed_percent, 1600, "there is nothing faster");
    for _ in SPEEDS {
        player.slower();
    }
    assert_eq!(player.bar().speed_percent, 100, "nor slower than the run");
}

#[test]
fn many_short_looks_play_as_much_as_one_long_one() {
    let story = busy();
    let (mut one, mut many) = (story.player(), story.player());
    one.play();
    many.play();
    one.advance(10_000);
    for _ in 0..10_000 {
        many.advance(1);
    }
    assert_eq!(one.bar(), many.bar());
    let text = |player: &Player| player.glass().panes.values().next().unwrap().screen.text();
    assert_eq!(text(&one), text(&many));
}

#[test]
fn output_between_two_facts_comes_as_its_time_comes() {
    let story = busy();
    let mut player = story.player();
    player.play();
    player.advance(2_600);
    let worker = player.glass().panes.values().next().unwrap();
    assert_eq!(worker.screen.text().trim(), "0 1 2 3 4");
    assert_eq!(player.glass().now.run, player.bar().position.run, "the clocks run on between facts");
}

#[test]
fn of_a_long_silence_only_a_little_is_played() {
    let mut story = Story::begin(1_000_000);
    story.note("before the night");
    story.now += 8 * 3_600_000;
    story.note("in the morning");
    story.now += 1_000;
    story.end();
    let mut player = story.player();
    player.play();
    player.advance(0);
    assert_eq!(player.bar().seq, 2, "what happened at the same time is there at once");
    player.advance(1_900);
    assert_eq!(player.bar().seq, 2);
    player.advance(200);
    assert_eq!(player.bar().seq, 3, "after two seconds the night is over");
    player.advance(800);
    assert_eq!((player.bar().seq, player.is_playing()), (3, true), "what follows is played at its pace");
    player.advance(200);
    assert_eq!((player.bar().seq, player.is_playing()), (4, false), "and at the end it stops");
    player.play();
    assert_eq!((player.bar().seq < 4, player.is_playing()), (true, true), "to begin anew when asked to");
}

#[test]
fn steps_and_gates_are_gone_to_where_they_begin() {
    let story = Story::told(1_000_000);
    let mut player = story.player();
    let records = player.timeline().records().to_vec();
    let begins = |number: u32| {
        let found = records.iter().find(
            |record| matches!(&record.fact, Fact::StepStarted { step, .. } if *step == StepNumber(number)),
        );
        found.unwrap().seq
    };
    for number in 1..=3 {
        player.next_step();
        assert_eq!(player.bar().seq, begins(number));
        assert_eq!(player.bar().step, Some(StepNumber(number)));
    }
    player.next_step();
    assert_eq!(player.bar().seq, begins(3), "there is no further step");
    player.seek(begins(3) + 1);
    player.previous_step();
    assert_eq!(player.bar().seq, begins(3), "first to where this one began");
    player.previous_step();
    assert_eq!(player.bar().seq, begins(2));
    player.start();
    player.next_gate();
    assert!(matches!(records[usize::try_from(player.bar().seq).unwrap() - 1].fact, Fact::GateOpened { .. }));
    player.end();
    assert_eq!(player.bar().seq, player.bar().last_seq);
    assert_eq!(player.bar().position, player.bar().length);
}

#[test]
fn the_step_before_is_reached_while_it_plays() {
    let story = Story::told(1_000_000);
    let mut player = story.player();
    player.next_step();
    player.next_step();
    player.next_step();
    player.play();
    player.advance(100);
    player.previous_step();
    assert_eq!(player.bar().step, Some(StepNumber(2)), "a moment after a step began means the one before");
    assert!(player.is_playing());
}

#[test]
fn a_step_ends_with_its_last_record() {
    let mut story = Story::told(1_000_000);
    story.step(4, "worker", "execute");
    let unfinished = story.note("it goes on");
    let player = story.player();
    let timeline = player.timeline();
    for number in 1..=3 {
        let seq = timeline.end_of_step(StepNumber(number)).unwrap();
        let record = &timeline.records()[usize::try_from(seq).unwrap() - 1];
        assert!(matches!(&record.fact, Fact::StepEnded { step, .. } if *step == StepNumber(number)));
    }
    assert_eq!(timeline.end_of_step(StepNumber(4)).unwrap(), unfinished, "as far as it got");
    assert_eq!(
        timeline.end_of_step(StepNumber(9)).unwrap_err().to_string(),
        "the run has no step 0009; it has steps 1 to 4"
    );
    assert_eq!(timeline.seq(unfinished).unwrap(), unfinished);
    for wrong in [0, unfinished + 1] {
        assert_eq!(
            timeline.seq(wrong).unwrap_err().to_string(),
            format!("the run has no record {wrong}; it has records 1 to {unfinished}")
        );
    }
}

#[test]
fn seeking_by_time_lands_between_two_facts() {
    let story = busy();
    let mut player = story.player();
    player.seek_time(30_000);
    let there = player.glass().panes.values().next().unwrap().screen.text();
    assert_eq!((player.bar().position.run, player.glass().now.run), (30_000, 30_000));
    player.forward(10_000);
    player.back(10_000);
    assert_eq!(player.glass().panes.values().next().unwrap().screen.text(), there);
    player.back(1_000_000);
    assert_eq!(player.bar().seq, 3, "all that happened in the first millisecond");
    player.forward(u64::MAX / 4);
    assert_eq!(player.bar().seq, player.bar().last_seq);
}

#[test]
fn going_back_in_a_long_run_does_not_begin_at_its_start() {
    let mut story = Story::begin(1_000_000);
    story.unseen = true;
    let worker = story.spawn("worker", 1, (40, 10));
    for number in 0..6_000 {
        story.now += 10;
        story.output(&worker, "on and on ");
        if number % 2 == 0 {
            story.note("on");
        }
    }
    let mut player = story.player();
    player.end();
    let last = player.bar().last_seq;
    for seq in [last - 1, last / 2, last / 2 - 1, 100, last] {
        let before = player.glass().generation();
        player.seek(seq);
        let fed = player.glass().generation() - before;
        assert!(fed < 300, "{fed} events were fed to go to record {seq} of {last}");
    }
}
