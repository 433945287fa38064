use super::from_project;
use awtui::settings::{DiffLine, Edit, Layer, Planned, SettingsError, Sources, edited, plan, reference};
use std::path::Path;

fn change(text: &str, changes: &[(&str, &str)]) -> Result<String, String> {
    let edits: Vec<Edit> = changes.iter().map(|(key, value)| Edit::set(*key, *value)).collect();
    edited(text, &edits).map_err(|error| error.to_string())
}

fn take_out(text: &str, key: &str) -> Result<String, String> {
    edited(text, &[Edit::unset(key)]).map_err(|error| error.to_string())
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
    let back = take_out(&take_out(&twice, "budget.cost").unwrap(), "roles.worker.args").unwrap();
    assert_eq!(back.trim_end(), reference::SAMPLE_CONFIG.trim_end());
}

#[test]
fn a_key_that_is_taken_out_leaves_the_words_around_it() {
    for (before, key, after) in [
        (
            "# top\n[loop] # bounds\n# why three\nmax_rounds = 3 # enough\nmax_hours = 2\n",
            "loop.max_rounds",
            "# top\n[loop] # bounds\n# why three\nmax_hours = 2\n",
        ),
        ("[loop]\nmax_rounds = 3\n\n[ui]\nmouse = true\n", "loop.max_rounds", "[ui]\nmouse = true\n"),
        ("[ui]\nmouse = true\n\n[loop]\nmax_rounds = 3\n", "loop.max_rounds", "[ui]\nmouse = true\n"),
        ("# about it\n[loop]\nmax_rounds = 3\n", "loop.max_rounds", "# about it\n[loop]\n"),
        ("loop.max_rounds = 3\nui.mouse = true\n", "loop.max_rounds", "ui.mouse = true\n"),
        ("loop = { max_rounds = 3, max_hours = 2 }\n", "loop.max_rounds", "loop = { max_hours = 2 }\n"),
        (
            "[notify]\ncommand = [\n  \"a\",\n  \"b\",\n]\nbell = true\n",
            "notify.command",
            "[notify]\nbell = true\n",
        ),
        ("[ui]\nmouse = true", "ui.mouse", ""),
    ] {
        assert_eq!(take_out(before, key).unwrap(), after, "{key} of {before}");
    }
}

#[test]
fn a_wrong_key_or_value_changes_nothing_and_says_why() {
    for (key, value, expected) in [
        (
            "roles.worker.modle",
            "x",
            "roles.worker.modle: unknown key \"modle\" in [roles.worker]; did you mean \"model\"?",
        ),
        ("loop.max_rounds", "lots", "loop.max_rounds: \"max_rounds\" in [loop] must be a whole number"),
        ("loop", "{}", "loop: \"loop\" is a table: set its keys one by one"),
        ("a b", "1", "a b: \"a b\" is no dotted key"),
    ] {
        let error = change("", &[(key, value)]).unwrap_err();
        assert!(error.starts_with(expected), "{key}: {error}");
    }
    assert!(change("x = = 1\n", &[("ui.theme", "dark")]).unwrap_err().contains("not valid TOML"));
    let error = change("loop = 3\n", &[("loop.max_rounds", "1")]).unwrap_err();
    assert!(error.contains("a value stands where a table should be"), "{error}");
    let text = "[loop]\nmax_rounds = 3\n";
    for (key, expected) in [
        ("loop.max_hours", "\"loop.max_hours\" is not set in this file"),
        ("loop.max_round", "did you mean \"loop.max_rounds\"?"),
        ("loop", "\"loop\" is a table: unset its keys one by one"),
        ("loop.max_rounds.x", "is not set in this file"),
    ] {
        let error = take_out(text, key).unwrap_err();
        assert!(error.contains(expected), "{key}: {error}");
    }
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(user: &str, project: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("user", user), ("project", project)] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(folder.path().join(name).join("config.toml"), text).unwrap();
        }
        Self { folder }
    }

    fn sources(&self) -> Sources {
        let file = |name: &str| Some(self.folder.path().join(name).join("config.toml"));
        Sources { user: file("user"), project: file("project"), ..Sources::default() }
    }

    fn plan(&self, layer: Layer, key: &str, value: &str) -> Result<Planned, SettingsError> {
        plan(&self.sources(), layer, &[Edit::set(key, value)])
    }
}

#[test]
fn a_change_that_makes_no_sense_with_the_other_layers_is_refused_and_names_the_key() {
    let files = Files::new("[context]\ncompact_at = 0.8\n", "");
    let error = files.plan(Layer::Project, "context.warn_at", "0.85").unwrap_err().to_string();
    assert!(error.starts_with("context.warn_at: \"warn_at\" in [context] is 0.85, above"), "{error}");
    let error = files.plan(Layer::User, "roles.worker.agent", "claud").unwrap_err().to_string();
    assert!(error.contains("did you mean \"claude\"?") && error.starts_with("roles.worker.agent"), "{error}");
}

#[test]
fn a_mistake_of_before_does_not_keep_another_one_from_being_mended() {
    let files = Files::new("[loop]\nmax_rounds = \"many\"\n", "[ui]\nmouse = 3\n");
    let planned = files.plan(Layer::User, "loop.max_rounds", "4").unwrap();
    assert_eq!(planned.after, "[loop]\nmax_rounds = 4\n");
    assert_eq!(planned.left.len(), 1);
    assert!(planned.left[0].to_string().contains("project/config.toml:2: \"mouse\""), "{}", planned.left[0]);
    assert!(planned.settings.is_none(), "nothing is said to hold while a mistake is left");
    let files = Files::new("[loop\n", "");
    let error = files.plan(Layer::User, "loop.max_rounds", "4").unwrap_err().to_string();
    assert!(error.contains("user/config.toml:1: not valid TOML"), "{error}");
}

#[test]
fn a_later_layer_that_wins_is_named() {
    let files = Files::new("", "[budget]\ncost = 3\n");
    let planned = files.plan(Layer::User, "budget.cost", "9").unwrap();
    assert_eq!(planned.overruled.len(), 1);
    assert_eq!((planned.overruled[0].layer, planned.overruled[0].value.as_str()), (Layer::Project, "3.0"));
    assert!(files.plan(Layer::Project, "budget.cost", "9").unwrap().overruled.is_empty());
}

#[test]
fn the_difference_is_shown_with_a_little_around_it() {
    let lines: Vec<String> = (1..=20).map(|n| format!("# {n}")).collect();
    let text = format!("[ui]\nmouse = true\n{}\n[loop]\nmax_rounds = 3\n", lines.join("\n"));
    let files = Files::new("", &text);
    let edits = [Edit::set("ui.mouse", "false"), Edit::set("loop.max_rounds", "4")];
    let planned = plan(&files.sources(), Layer::Project, &edits).unwrap();
    let same = |text: &str| DiffLine::Same(text.to_owned());
    assert_eq!(
        planned.diff(),
        [
            same("[ui]"),
            DiffLine::Removed("mouse = true".to_owned()),
            DiffLine::Added("mouse = false".to_owned()),
            same("# 1"),
            same("# 2"),
            DiffLine::Gap,
            same("# 20"),
            same("[loop]"),
            DiffLine::Removed("max_rounds = 3".to_owned()),
            DiffLine::Added("max_rounds = 4".to_owned()),
        ]
    );
    assert!(planned.is_change() && planned.path == Path::new(&files.sources().project.unwrap()));
}
