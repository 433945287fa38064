//! One bad file a mistake. Its lines that begin with `#! ` say every problem that must be found, in order, as
//! `LINE: MESSAGE`; a message may end in `*`.

use super::{fixtures, from_project};
use awtui::settings::{Place, Settings, SettingsError, Sources};

#[test]
fn every_mistake_names_file_line_and_what_was_meant() {
    let mut seen = 0;
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#! ")).collect();
        assert!(!expected.is_empty(), "{name} says no mistake");
        let error =
            Settings::load(&Sources { project: Some(path.clone()), ..Sources::default() }).unwrap_err();
        let found: Vec<String> = error
            .problems()
            .iter()
            .map(|problem| match &problem.place {
                Place::File { path: file, line } => {
                    assert_eq!(*file, path, "{name}");
                    format!("{line}: {}", problem.mistake)
                }
                other @ (Place::Variable(_) | Place::Flag(_) | Place::Edit(_) | Place::BuiltIn) => {
                    panic!("{name}: {other}")
                }
            })
            .collect();
        assert_eq!(found.len(), expected.len(), "{name}: {found:#?}");
        for (found, expected) in found.iter().zip(&expected) {
            match expected.strip_suffix('*') {
                Some(start) => assert!(found.starts_with(start), "{name}: {found}"),
                None => assert_eq!(found, expected, "{name}"),
            }
        }
        let line = error.to_string();
        assert!(line.starts_with(&format!("{}:", path.display())), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        seen += 1;
    }
    assert!(seen >= 30, "only {seen} fixtures were found");
}

#[test]
fn the_first_mistake_is_shown_with_the_number_of_the_others() {
    let error = from_project("[loop]\nmax_round = 1\nmax_hour = 2\n[uii]\n").unwrap_err();
    let line = error.to_string();
    assert!(line.ends_with("did you mean \"max_rounds\"? (and 2 more mistakes)"), "{line}");
    assert!(line.contains("config.toml:2: unknown key \"max_round\" in [loop]"), "{line}");
}

#[test]
fn mistakes_of_all_layers_come_together() {
    let folder = tempfile::tempdir().unwrap();
    let (user, project) = (folder.path().join("user.toml"), folder.path().join("project.toml"));
    std::fs::write(&user, "[loop]\nmax_rond = 1\n").unwrap();
    std::fs::write(&project, "[budget]\ncosts = 1.0\n").unwrap();
    let error = Settings::load(&Sources {
        user: Some(user),
        project: Some(project),
        env: vec![("AWTUI_LOOP__MAX_ROUNDS".to_owned(), "lots".to_owned())],
        flags: vec![("ui.thema".to_owned(), "light".to_owned()), ("a b".to_owned(), "1".to_owned())],
    })
    .unwrap_err();
    let found: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(
        found[0].ends_with("user.toml:2: unknown key \"max_rond\" in [loop]; did you mean \"max_rounds\"?")
    );
    assert!(found[1].ends_with("project.toml:2: unknown key \"costs\" in [budget]; did you mean \"cost\"?"));
    assert_eq!(
        found[2],
        "$AWTUI_LOOP__MAX_ROUNDS: \"max_rounds\" in [loop] must be a whole number from 0 to 1000000, not \"lots\""
    );
    assert_eq!(found[3], "--set ui.thema: unknown key \"thema\" in [ui]; did you mean \"theme\"?");
    assert_eq!(found[4], "--set a b: \"a b\" is no dotted key");
}

#[test]
fn a_file_that_is_no_file_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = Settings::load(&Sources { user: Some(folder.path().to_path_buf()), ..Sources::default() })
        .unwrap_err();
    assert!(matches!(error, SettingsError::Unreadable { .. }), "{error}");
    assert!(error.to_string().contains("cannot be read"), "{error}");
}
