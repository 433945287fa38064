//! Signs, colours and titles by what the terminal shows.

use super::scenes::{self, Scene, new_ui};
use awtui::settings::{ColourDepth, Folders, Theme};
use awtui::ui::{Look, Mode, Signs, Ui, plain_sign, title_of};
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(sources(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn every_sign_that_is_drawn_has_a_plain_character_that_stands_for_it() {
    let mut missing = Vec::new();
    for path in sources(Path::new("src/ui")) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for sign in code
            .flat_map(str::chars)
            .filter(|character| !character.is_ascii() && !character.is_alphanumeric())
        {
            if plain_sign(sign).is_none() {
                missing.push(format!("{}: {sign:?}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "they belong into the table of src/ui/signs.rs:\n{}", missing.join("\n"));
}

#[test]
fn frames_of_plain_characters_hold_no_other() {
    for bench in [scenes::working(), scenes::gate(), scenes::compacting(), scenes::done()] {
        for (signs, plain) in [(Signs::Ascii, false), (Signs::Plain, true)] {
            let mut scene = Scene::of(&bench, (80, 24));
            scene.ui.look = scenes::look().with_signs(signs);
            scene.press("7");
            scene.type_text("你好");
            let text = scene.text();
            assert_eq!(text.contains("你好"), !plain, "{text}");
            let other = text.replace("你好", "");
            assert!(other.is_ascii(), "{signs:?}\n{text}");
        }
    }
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&scenes::gate(), (cols, rows));
        scene.ui.look = scenes::look().with_signs(Signs::Ascii);
        scene.draw();
        insta::assert_snapshot!(format!("gate_in_ascii_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn signs_go_by_the_locale_and_the_terminal() {
    let cases: [(&[(&str, &str)], Signs); 8] = [
        (&[], Signs::Unicode),
        (&[("LANG", "en_US.UTF-8"), ("TERM", "xterm")], Signs::Unicode),
        (&[("LANG", "de_DE.utf8")], Signs::Unicode),
        (&[("LANG", "C")], Signs::Plain),
        (&[("LANG", "C.UTF-8"), ("LC_ALL", "POSIX")], Signs::Plain),
        (&[("LANG", "C"), ("LC_CTYPE", "C.UTF-8")], Signs::Unicode),
        (&[("LANG", "de_DE.ISO-8859-1")], Signs::Plain),
        (&[("LANG", "en_US.UTF-8"), ("TERM", "linux")], Signs::Ascii),
    ];
    for (variables, signs) in cases {
        let variable = |name: &str| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(Signs::discover(variable), signs, "{variables:?}");
    }
}

#[test]
fn the_look_follows_the_background_where_no_theme_was_chosen() {
    let look = |name| Look::new(Theme::load(name, &Folders::default()).unwrap(), ColourDepth::True);
    let mut ui: Ui = new_ui(Mode::Live);
    ui.set_dark(false);
    assert_eq!(ui.look, look("dark"), "a theme that was chosen stays");
    ui.looks = Some((look("dark"), look("light")));
    ui.set_dark(false);
    assert_eq!(ui.look, look("light"));
    ui.set_dark(true);
    assert_eq!(ui.look, look("dark"));
}

#[test]
fn the_title_says_first_what_a_person_must_know() {
    let titles = [
        (scenes::working(), "awtui working - make it work"),
        (scenes::gate(), "awtui ! gate 1 - make it work"),
        (scenes::paused(), "awtui = paused - make it work"),
        (scenes::done(), "awtui done - make it work"),
    ];
    for (bench, title) in titles {
        assert_eq!(title_of(&bench.run, "repo"), title);
    }
    assert_eq!(title_of(&awtui::domain::Run::default(), "repo"), "awtui - repo");
}
