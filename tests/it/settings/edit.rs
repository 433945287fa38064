use super::from_project;
use awtui::settings::{edited, reference};

fn change(text: &str, changes: &[(&str, &str)]) -> Result<String, String> {
    let changes: Vec<(String, String)> =
        changes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    edited(text, &changes).map_err(|error| error.to_string())
}

#[test]
fn only_the_keys_that_are_meant_change() {
    let before = "# mine\n[roles.worker]\nagent = \"pi\" # the best\nmodel = \"a\"\n\n[loop] # bounds\nmax_rounds = 3\n";
    let after = change(
        before,
        &[("roles.worker.agent", "claude"), ("loop.max_rounds", "7"), ("roles.analyst.model", "big \"one\"")],
    )
    .unwrap();
    assert!(
        after.starts_with("# mine\n[roles.worker]\nagent = \"claude\" # the best\nmodel = \"a\"\n"),
        "{after}"
    );
    assert!(after.contains("[loop] # bounds\nmax_rounds = 7\n"), "{after}");
    let settings = from_project(&after).unwrap();
    assert_eq!(settings.roles["analyst"].model, "big \"one\"");
    assert!(!after.contains("[roles]\n"), "no header for a table without keys: {after}");
}

#[test]
fn the_shipped_file_can_be_changed_and_changed_again() {
    let once =
        change(reference::SAMPLE_CONFIG, &[("budget.cost", "5"), ("roles.worker.args", "[\"-x\"]")]).unwrap();
    let twice = change(&once, &[("budget.cost", "6.5")]).unwrap();
    let settings = from_project(&twice).unwrap();
    assert!((settings.budget.cost - 6.5).abs() < f64::EPSILON);
    assert_eq!(settings.roles["worker"].args, ["-x"]);
    assert_eq!(twice.matches("[budget]").count(), 2, "the commented table and the real one: {twice}");
}

#[test]
fn a_wrong_key_or_value_changes_nothing_and_says_why() {
    for (key, value, expected) in [
        (
            "roles.worker.modle",
            "x",
            "--set roles.worker.modle: unknown key \"modle\" in [roles.worker]; did you mean \"model\"?",
        ),
        ("loop.max_rounds", "lots", "--set loop.max_rounds: \"max_rounds\" in [loop] must be a whole number"),
        ("loop", "{}", "--set loop: \"loop\" is a table: set its keys one by one"),
        ("a b", "1", "--set a b: \"a b\" is no dotted key"),
    ] {
        let error = change("", &[(key, value)]).unwrap_err();
        assert!(error.starts_with(expected), "{key}: {error}");
    }
    assert!(change("x = = 1\n", &[("ui.theme", "dark")]).unwrap_err().contains("not valid TOML"));
    let error = change("loop = 3\n", &[("loop.max_rounds", "1")]).unwrap_err();
    assert!(error.contains("a value stands where a table should be"), "{error}");
}
