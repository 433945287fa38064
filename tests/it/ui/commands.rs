//! The log of what awtui itself did.

use super::scenes::{self, Scene};
use awtui::ui::Popup;

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
fn before_a_run_the_log_says_that_there_is_nothing_yet() {
    let mut scene = scenes::first((80, 24));
    scene.press("esc @");
    assert!(scene.shows("Nothing yet."), "{}", scene.text());
}
