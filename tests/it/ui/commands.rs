//! The log of what awtui itself did.

use super::scenes::{self, Scene};
use crate::domain::bench::ARGV;
use awtui::domain::{Effect, Outcome, PaneId, Ran, TerminalEntry};
use awtui::glass::{Act, Command, GlassEvent};
use awtui::ui::Popup;

/// Shows the first one whole of which this holds.
fn shown_whole(scene: &mut Scene, holds: impl Fn(&Command) -> bool) {
    let place = scene.glass.commands.iter().position(holds).expect("it is in the log");
    scene.press("3 @ home");
    scene.press(&"down ".repeat(place));
    scene.press("enter");
}

fn is(effect: fn(&Effect) -> bool) -> impl Fn(&Command) -> bool {
    move |command| matches!(&command.act, Act::Effect(one) if effect(one))
}

fn terminal(number: u32, command: &str, (opened, ended): (u64, Option<(u64, i32)>)) -> TerminalEntry {
    let quoted = if command.is_empty() { String::new() } else { format!(" -c '{command}'") };
    TerminalEntry {
        pane: PaneId(format!("terminal.{number}")),
        command: command.to_owned(),
        exited: ended.map(|(_, status)| status),
        ran: format!("/bin/bash{quoted}"),
        opened: Some(opened),
        ended: ended.map(|(at, _)| at),
    }
}

#[test]
fn the_log_tells_every_process_prompt_check_and_git_call_with_what_came_of_it() {
    for size in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&scenes::done(), size);
        scene.press("3 @");
        insta::assert_snapshot!(format!("commands_{}x{}", size.0, size.1), scene.text());
    }
}

#[test]
fn enter_shows_the_whole_of_one_and_esc_goes_up_one_level() {
    let mut scene = Scene::of(&scenes::done(), (80, 24));
    scene.press("3 @ home");
    for _ in 0..40 {
        if scene.text().lines().any(|line| line.contains("prompt")) && scene.shows(" 2/") {
            break;
        }
        scene.press("down");
    }
    scene.press("enter");
    assert!(scene.shows("record ") && scene.shows("delivered by"), "{}", scene.text());
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        scene.resize(cols, rows);
        insta::assert_snapshot!(format!("command_whole_{cols}x{rows}"), scene.text());
    }
    scene.press("esc");
    assert!(matches!(scene.ui.popups[..], [Popup::Commands(_)]));
    scene.press("esc");
    assert!(scene.ui.popups.is_empty());
}

#[test]
fn the_newest_is_followed_until_another_is_selected() {
    let bench = scenes::done();
    let mut scene = Scene::of(&bench, (80, 24));
    scene.press("3 @");
    let count = scene.glass.commands.len();
    assert!(scene.shows(&format!(" {count}/{count} ")), "{}", scene.text());
    scene.press("up up");
    assert!(scene.shows(&format!(" {}/{count} ", count - 2)), "{}", scene.text());
    scene.press("G");
    assert!(scene.shows(&format!(" {count}/{count} ")), "{}", scene.text());
}

#[test]
fn only_the_keys_that_close_it_close_it() {
    let mut scene = Scene::of(&scenes::done(), (80, 24));
    for key in ["q", "esc", "@"] {
        scene.press("3 @ ? x 7");
        assert!(matches!(scene.ui.popups[..], [Popup::Commands(_)]), "{key}: {}", scene.text());
        scene.press(key);
        assert!(scene.ui.popups.is_empty(), "{key}");
    }
}

#[test]
fn before_a_run_the_log_says_that_there_is_nothing_yet() {
    let mut scene = scenes::first((80, 24));
    scene.press("esc @");
    assert!(scene.shows("Nothing yet."), "{}", scene.text());
}

#[test]
fn a_spawn_shows_its_whole_command_line_and_how_its_process_ended() {
    for size in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&scenes::done(), size);
        shown_whole(&mut scene, is(|effect| matches!(effect, Effect::Spawn { .. })));
        insta::assert_snapshot!(format!("command_spawn_{}x{}", size.0, size.1), scene.text());
    }
    let mut scene = Scene::of(&scenes::done(), (200, 60));
    shown_whole(&mut scene, is(|effect| matches!(effect, Effect::Spawn { .. })));
    assert!(scene.shows(&format!("$ {ARGV}")), "every blank of it: {}", scene.text());
    assert!(scene.shows("its process ended at 1:39: ended by signal 15"), "{}", scene.text());
    // While it goes on nothing is said of an end.
    let mut scene = Scene::of(&scenes::working(), (200, 60));
    shown_whole(&mut scene, is(|effect| matches!(effect, Effect::Spawn { .. })));
    assert!(scene.shows(ARGV) && !scene.shows("its process"), "{}", scene.text());
}

#[test]
fn an_agent_that_left_before_it_took_prompts_shows_its_command_line_and_its_exit_code() {
    let mut bench = crate::domain::bench::Bench::new();
    let spawn = |effect: &Effect| matches!(effect, Effect::Spawn { .. });
    let (_, Effect::Spawn { pane, .. }) = bench.open("spawn", spawn) else { panic!("no spawn") };
    let reason = "the agent left with exit code 1 before it took prompts, saying: no such model".to_owned();
    let ran = vec![Ran::started(pane, ARGV).ended(Some(1), None)];
    bench.settle_with("spawn", spawn, Outcome::Failed { reason }, ran);
    let mut scene = Scene::of(&bench, (200, 60));
    shown_whole(&mut scene, is(spawn));
    assert!(scene.shows(ARGV) && scene.shows("│ exit code 1 "), "{}", scene.text());
    assert!(!scene.shows("not told"), "{}", scene.text());
}

#[test]
fn a_checkpoint_shows_each_call_of_git_with_its_exit_code() {
    for size in [(80, 24), (120, 40)] {
        let mut scene = Scene::of(&scenes::done(), size);
        shown_whole(&mut scene, is(|effect| matches!(effect, Effect::Checkpoint { .. })));
        insta::assert_snapshot!(format!("command_git_{}x{}", size.0, size.1), scene.text());
    }
}

#[test]
fn a_checkpoint_that_failed_shows_the_code_and_the_words_of_git() {
    let mut bench = crate::domain::bench::Bench::new();
    let (_, worker) = bench.until_worker();
    bench.give_result(&worker);
    let said = "error: insufficient permission for adding an object to repository database .git/objects\n\
                fatal: git-write-tree: error building trees";
    bench.settle_with(
        "checkpoint",
        |effect| matches!(effect, Effect::Checkpoint { .. }),
        Outcome::Failed { reason: format!("git write-tree failed: {said}") },
        vec![
            Ran { command: "git -C /r rev-parse --show-toplevel".into(), code: Some(0), ..Ran::default() },
            Ran {
                command: "git -C /r write-tree".into(),
                code: Some(128),
                said: said.into(),
                ..Ran::default()
            },
        ],
    );
    let mut scene = Scene::of(&bench, (120, 40));
    scene.press("3 @");
    assert!(scene.shows("failed, exit code 128: git write-tree failed"), "{}", scene.text());
    let failed = |command: &Command| command.ran.iter().any(|ran| ran.code == Some(128));
    scene.press("esc");
    shown_whole(&mut scene, failed);
    for words in
        ["$ git -C /r write-tree", "exit code 128: error: insufficient permission", "fatal: git-write-tree"]
    {
        assert!(scene.shows(words), "{words}: {}", scene.text());
    }
}

#[test]
fn terminals_of_the_operator_stand_in_the_log_with_their_command_and_status() {
    let bench = scenes::done();
    let began = bench.records[0].at.wall;
    let entries = vec![
        terminal(1, "npm run dev -- --port 8080", (began - 60_000, None)),
        terminal(2, "", (began + 90_000, None)),
    ];
    let closed = vec![
        terminal(2, "cargo watch -x test", (began + 22_000, Some((began + 80_000, 101)))),
        terminal(3, "make", (began - 90_000, Some((began - 80_000, 0)))),
    ];
    for size in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&bench, size);
        scene.glass.feed(GlassEvent::Terminals { entries: entries.clone(), closed: closed.clone() });
        scene.press("3 @ home");
        insta::assert_snapshot!(format!("commands_terminals_{}x{}", size.0, size.1), scene.text());
    }
    let mut scene = Scene::of(&bench, (120, 40));
    scene.glass.feed(GlassEvent::Terminals { entries, closed });
    shown_whole(&mut scene, |command| matches!(command.act, Act::TerminalEnded(_)));
    assert!(scene.shows("$ /bin/bash -c 'cargo watch -x test'"), "{}", scene.text());
    assert!(scene.shows("no record · 1:20 into the run · exit code 101"), "{}", scene.text());
}
