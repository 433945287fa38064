//! The commands that a repository brings along: they are shown whole, and agreed to by a `y` that was meant for them alone.

use super::scenes::{self, Scene};
use awtui::ui::{Ask, Brings, Brought, Focus, Mode, MouseKind, Popup, TrustAsk};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];
const TASK: &str = "make the tests pass";
/// A card takes no key before it was on the screen for this long.
const MOMENT: u64 = 600;

fn brought() -> Brought {
    Brought {
        file: "/home/me/a repository/.awtui/config.toml".to_owned(),
        sha256: "a0".to_owned(),
        commands: vec![
            "agents.mine.argv = [\"mine\", \"--task-file\", \"{prompt_file}\"]".to_owned(),
            "checks.0.run = \"cargo test --workspace --all-features 2>&1 | tee 日付.log\"".to_owned(),
            "checks.1.run = \"\"\"\nset -e\n\n  make    all\u{202e}\u{7}\"\"\"".to_owned(),
            "notify.command = [\"notify-send\", \"awtui\"]".to_owned(),
        ],
    }
}

/// As many as fit on no screen.
fn many() -> Brought {
    let commands = (0..100).map(|check| format!("checks.{check}.run = \"make check-{check}\"")).collect();
    Brought { sha256: "b1".to_owned(), commands, ..brought() }
}

/// A task was sent, and these commands stand against it.
fn refused(size: (u16, u16), brought: Brought) -> Scene {
    let mut scene = scenes::first(size);
    scene.type_text(TASK);
    assert_eq!(scene.press("enter"), [Ask::StartRun { task: TASK.to_owned() }]);
    scene.ui.must_agree(TASK.to_owned(), brought);
    scene.draw();
    scene
}

fn shows_them(scene: &Scene) -> bool {
    matches!(scene.ui.popups[..], [Popup::Trust(_)])
}

fn agrees(sha256: &str, task: Option<&str>) -> [Ask; 1] {
    let task = task.map(str::to_owned);
    [Ask::Trust(TrustAsk::Agree { sha256: sha256.to_owned(), task })]
}

#[test]
fn the_commands_at_every_size() {
    for (cols, rows) in SIZES {
        let mut scene = refused((cols, rows), brought());
        insta::assert_snapshot!(format!("trust_{cols}x{rows}"), scene.text());
        scene.ui.commands_changed(Some(TASK.to_owned()), many());
        scene.wait(MOMENT);
        insta::assert_snapshot!(format!("trust_changed_{cols}x{rows}"), scene.text());
        scene.press("G");
        insta::assert_snapshot!(format!("trust_end_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn a_y_agrees_to_what_was_shown_and_starts_the_task() {
    let mut scene = refused((120, 40), brought());
    scene.wait(MOMENT);
    assert_eq!(scene.press("y"), agrees("a0", Some(TASK)));
    // Until the agreement is kept the words are where they were.
    assert_eq!(scene.ui.input().0, TASK);
    scene.ui.commands_agreed(&scene.glass, Brings::Agreed { file: "it".to_owned() }, Some(TASK));
    assert_eq!(scene.ui.input().0, "");
    scene.draw();
    assert!(scene.shows("you agreed to the commands of it, until it changes"), "{}", scene.text());
}

#[test]
fn nothing_else_agrees_and_the_task_stays_in_the_box() {
    for key in ["enter", "esc", "n", "Y", "space", "ctrl-y", "alt-y", "tab", "ctrl-c", "q"] {
        let mut scene = refused((80, 24), brought());
        scene.wait(MOMENT);
        assert_eq!(scene.press(key), [], "{key}");
        assert!(scene.ui.popups.is_empty(), "{key}");
        assert_eq!((scene.ui.input().0.as_str(), scene.ui.focus), (TASK, Focus::Input), "{key}");
        assert!(scene.shows("you agreed to nothing"), "{}", scene.text());
    }
    let mut scene = refused((80, 24), brought());
    scene.wait(MOMENT);
    let (col, row) = scene.find("agree to them");
    assert_eq!(scene.mouse(MouseKind::Down, col, row), []);
    assert_eq!(scene.msg(awtui::ui::Msg::Paste("y".to_owned())), []);
    assert!(shows_them(&scene));
}

#[test]
fn a_key_of_the_first_moment_does_nothing_and_neither_does_who_types_on() {
    let mut scene = refused((120, 40), brought());
    for _ in 0..20 {
        scene.wait(MOMENT / 3);
        assert_eq!(scene.press("y"), []);
        assert!(shows_them(&scene));
    }
    assert!(scene.shows("appeared just as you pressed a key"), "{}", scene.text());
    scene.wait(MOMENT - 1);
    assert_eq!(scene.press("enter"), []);
    assert!(shows_them(&scene));
    scene.wait(MOMENT);
    assert_eq!(scene.press("y"), agrees("a0", Some(TASK)));
}

#[test]
fn what_was_not_drawn_is_not_agreed_to() {
    let mut scene = refused((120, 40), brought());
    scene.wait(MOMENT);
    // Another file came, and no frame since.
    let other = Brought { sha256: "b1".to_owned(), ..brought() };
    scene.ui.commands_changed(Some(TASK.to_owned()), other);
    scene.ui.set_time(scene.ui.uptime() + 5 * MOMENT);
    assert_eq!(scene.press("y"), []);
    assert!(shows_them(&scene));
    assert!(scene.shows("The file changed while you looked"), "{}", scene.text());
}

#[test]
fn all_of_them_are_seen_before_a_y_counts() {
    let mut scene = refused((80, 24), many());
    scene.wait(MOMENT);
    assert_eq!(scene.press("y"), []);
    assert!(shows_them(&scene) && scene.shows("see it all first"), "{}", scene.text());
    scene.mouse(MouseKind::ScrollDown, 40, 10);
    assert!(!scene.shows("checks.0.run"), "{}", scene.text());
    scene.press("pageup G");
    assert!(scene.shows("checks.99.run"), "{}", scene.text());
    // Looking at the beginning again takes nothing back.
    scene.press("up home");
    assert!(scene.shows("checks.0.run"), "{}", scene.text());
    assert_eq!(scene.press("y"), agrees("b1", Some(TASK)));
}

#[test]
fn the_palette_shows_them_too_or_says_that_there_is_nothing_to_agree_to() {
    let reason = |brings: Brings| {
        let mut scene = Scene::of(&scenes::working(), (120, 40));
        scene.ui.brings = brings;
        assert_eq!(scene.press(": t r u s t enter"), []);
        scene.text()
    };
    let none = reason(Brings::Nothing);
    assert!(none.contains("bring no commands along"), "{none}");
    let agreed = reason(Brings::Agreed { file: "/r/config.toml".to_owned() });
    assert!(agreed.contains("you agreed to the commands of /r/config.toml as it is"), "{agreed}");

    let mut scene = Scene::of(&scenes::working(), (120, 40));
    scene.ui.brings = Brings::Unagreed(brought());
    assert_eq!(scene.press(": t r u s t enter"), [Ask::Trust(TrustAsk::Look)]);
    scene.ui.commands_read(Ok(Brings::Unagreed(brought())));
    scene.draw();
    scene.wait(MOMENT);
    assert_eq!(scene.press("y"), agrees("a0", None));
    scene.ui.mode = Mode::Watch;
    scene.press(": t r u s t enter");
    assert!(scene.shows("you only watch"), "{}", scene.text());
}

#[test]
fn the_first_screen_says_that_there_is_something_to_agree_to() {
    let mut scene = scenes::first((80, 24));
    let words = "brings commands along that you have not agreed to";
    assert!(!scene.shows(words));
    scene.ui.brings = Brings::Unagreed(brought());
    scene.draw();
    assert!(scene.shows(words), "{}", scene.text());
}
