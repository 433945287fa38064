//! What may follow a key that begins a sequence, shown to who hesitates.

use super::scenes::{self, Scene};
use awtui::settings::Keymap;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

fn typing(size: (u16, u16)) -> Scene {
    let mut scene = Scene::of(&scenes::working(), size);
    scene.press("2 i ctrl-g");
    scene
}

#[test]
fn who_hesitates_after_the_leader_sees_what_may_follow() {
    for size in SIZES {
        let mut scene = typing(size);
        scene.draw();
        assert!(!scene.shows(" ctrl-g … ─"), "{}", scene.text());
        let due = scene.ui.due().expect("it is to be seen later");
        assert_eq!(due, scene.ui.uptime() + 200);
        scene.wait(200);
        assert!(scene.shows(" ctrl-g … ─"), "{}", scene.text());
        // What matters most is there even where there is no room for all.
        let wanted: &[&str] = &["q stop typing", "h hand back", "p pause"];
        for what in &wanted[..if size.0 < 80 { 2 } else { 3 }] {
            assert!(scene.shows(what), "{what} at {size:?}:\n{}", scene.text());
        }
        assert_eq!(scene.ui.due(), None, "nothing wakes the screen again");
        scene.press("q");
        assert!(!scene.shows(" ctrl-g … ─") && !scene.ui.typing, "{}", scene.text());
    }
}

#[test]
fn who_knows_the_keys_never_sees_it() {
    let mut scene = typing((80, 24));
    scene.wait(199);
    assert!(!scene.shows(" ctrl-g … ─"), "{}", scene.text());
    scene.press("p");
    scene.wait(500);
    assert!(!scene.shows(" ctrl-g … ─"), "{}", scene.text());
    assert_eq!(scene.ui.due(), None);
}

#[test]
fn it_can_be_switched_off_and_the_line_at_the_bottom_still_tells() {
    let mut scene = typing((80, 24));
    scene.ui.which_key = false;
    assert_eq!(scene.ui.due(), None);
    scene.wait(500);
    assert!(!scene.shows(" ctrl-g … ─"), "{}", scene.text());
    assert!(scene.line(23).contains("q stop typing"), "{}", scene.line(23));
}

#[test]
fn the_leader_has_its_menu_in_the_input_box_too() {
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    scene.press("7");
    scene.type_text("half a thought");
    scene.press("ctrl-g");
    scene.wait(200);
    assert!(scene.shows("p pause") && !scene.shows("h hand back"), "{}", scene.text());
    let asks = scene.press("p");
    assert_eq!(asks.len(), 1, "{asks:?}");
    assert_eq!(scene.ui.input().0, "half a thought");
    scene.press("ctrl-g ?");
    assert!(scene.shows("in the input box"), "{}", scene.text());
}

#[test]
fn esc_gives_a_sequence_up_without_a_word_and_other_sequences_are_shown_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keymap.toml");
    let own = r#"normal = [{ on = "x a", run = "pause" }, { on = "x b c", run = "resume" }]"#;
    std::fs::write(&file, own).unwrap();
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    scene.ui.keymap = Keymap::load(Some(&file)).unwrap();
    scene.press("3 x");
    scene.wait(250);
    assert!(scene.shows("a pause") && scene.shows("b ..."), "{}", scene.text());
    scene.press("b");
    assert!(scene.shows(" x b … ─") && scene.shows("c resume"), "it stays: {}", scene.text());
    assert_eq!(scene.press("esc"), []);
    assert!(!scene.shows("x b") && !scene.shows("does nothing"), "{}", scene.text());
}
