use super::{built_in, from_project};
use awtui::domain::{self, CompactStrategy, Money, RoleName, Thinking};
use awtui::settings::{
    EnvironmentPolicy, Layer, Paths, PromptBy, SAFETY, Settings, SettingsError, Sources, TurnEndsBy,
};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn without_any_file_the_documented_defaults_hold() {
    let config = built_in().run_config();
    let role = domain::RoleConfig {
        agent: domain::AgentSpec { name: "pi".to_owned(), definition: None },
        model: None,
        thinking: Some(Thinking::High),
        context_limit: 128_000,
        args: Vec::new(),
        ask: Vec::new(),
    };
    let expected = domain::RunConfig {
        agents: std::collections::BTreeMap::new(),
        roles: BTreeMap::from([(RoleName::new("analyst"), role.clone()), (RoleName::new("worker"), role)]),
        context: domain::ContextPolicy { warn_at: 750, compact_at: 900, strategy: CompactStrategy::Compact },
        bounds: domain::LoopBounds {
            max_rounds: 20,
            max_autonomous: 24 * 3_600_000,
            max_idle: 30 * 60_000,
            confirm_done: true,
        },
        budget: domain::Budget { cost: Money(20_000_000_000), tokens: 0 },
        checks: Vec::new(),
    };
    assert_eq!(config, expected);
}

#[test]
fn each_field_comes_from_the_last_layer_that_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    let (user, project) = (folder.path().join("user.toml"), folder.path().join("project.toml"));
    std::fs::write(
        &user,
        "[roles.worker]\nagent = \"claude\"\nmodel = \"user-model\"\nthinking = \"low\"\ncontext_limit = 50000\n",
    )
    .unwrap();
    std::fs::write(
        &project,
        "[roles.worker]\nmodel = \"project-model\"\nthinking = \"medium\"\ncontext_limit = 60000\n",
    )
    .unwrap();
    let settings = Settings::load(&Sources {
        user: Some(user.clone()),
        project: Some(project.clone()),
        env: pairs(&[
            ("AWTUI_ROLES__WORKER__THINKING", "max"),
            ("AWTUI_ROLES__WORKER__CONTEXT_LIMIT", "70000"),
            ("AWTUI_HOME", "/somewhere"),
            ("AWTUI_SESSION", "worker.1"),
            ("HOME", "/root"),
        ]),
        flags: pairs(&[("roles.worker.context_limit", "80000")]),
    })
    .unwrap();
    let worker = &settings.roles["worker"];
    assert_eq!(worker.agent, "claude");
    assert_eq!(worker.model, "project-model");
    assert_eq!(worker.thinking, Thinking::Max);
    assert_eq!(worker.context_limit, 80_000);
    assert!(worker.args.is_empty());
    assert_eq!(settings.roles["analyst"].agent, "pi", "the other role is untouched");

    let entry = |key: &str| {
        let entry = settings.provenance().iter().find(|entry| entry.key == key).unwrap();
        (entry.value.as_str(), entry.layer, entry.file.clone(), entry.line, entry.source.clone())
    };
    let file = |path: &PathBuf, line: usize| format!("{}:{line}", path.display());
    assert_eq!(
        entry("roles.worker.agent"),
        ("\"claude\"", Layer::User, Some(user.clone()), Some(2), file(&user, 2))
    );
    assert_eq!(
        entry("roles.worker.model"),
        ("\"project-model\"", Layer::Project, Some(project.clone()), Some(2), file(&project, 2))
    );
    assert_eq!(
        entry("roles.worker.thinking"),
        ("\"max\"", Layer::Environment, None, None, "$AWTUI_ROLES__WORKER__THINKING".to_owned())
    );
    assert_eq!(
        entry("roles.worker.context_limit"),
        ("80000", Layer::Flag, None, None, "--set roles.worker.context_limit".to_owned())
    );
    assert_eq!(entry("roles.worker.args"), ("[]", Layer::BuiltIn, None, None, "built in".to_owned()));
}

#[test]
fn variables_and_flags_give_every_kind_of_value() {
    let settings = Settings::load(&Sources {
        env: pairs(&[
            ("AWTUI_LOOP__CONFIRM_DONE", "false"),
            ("AWTUI_LOOP__MAX_HOURS", "1.5"),
            ("AWTUI_BUDGET__COST", "3"),
            ("AWTUI_ROLES__ANALYST__ARGS", "[\"--one\", \"two words\"]"),
            ("AWTUI_ROLES__ANALYST__MODEL", "openai/gpt \"x\" = [1]"),
            ("AWTUI_CONTEXT__STRATEGY", "hand-over"),
        ]),
        flags: pairs(&[
            ("run.env", "minimal"),
            ("models.\"openai/gpt-5.5\".input", "2.5"),
            ("checks", "[{ name = \"tests\", run = \"make test\" }]"),
        ]),
        ..Sources::default()
    })
    .unwrap();
    let config = settings.run_config();
    assert!(!config.bounds.confirm_done);
    assert_eq!(config.bounds.max_autonomous, 5_400_000);
    assert_eq!(config.budget.cost, Money(3_000_000_000));
    let analyst = &config.roles[&RoleName::new("analyst")];
    assert_eq!(analyst.args, ["--one", "two words"]);
    assert_eq!(analyst.model.as_deref(), Some("openai/gpt \"x\" = [1]"));
    assert_eq!(config.context.strategy, CompactStrategy::HandOver);
    assert_eq!(settings.run.env, EnvironmentPolicy::Minimal);
    assert_eq!(settings.models["openai/gpt-5.5"].prices.input, Some(2.5));
    assert_eq!(config.checks[0].run, "make test");
}

#[test]
fn a_list_of_checks_replaces_the_list_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let (user, project) = (folder.path().join("user.toml"), folder.path().join("project.toml"));
    let check = |name: &str| format!("[[checks]]\nname = \"{name}\"\nrun = \"true\"\n");
    std::fs::write(&user, format!("{}{}", check("one"), check("two"))).unwrap();
    let load = |text: &str| {
        std::fs::write(&project, text).unwrap();
        let sources =
            Sources { user: Some(user.clone()), project: Some(project.clone()), ..Sources::default() };
        let checks = Settings::load(&sources).unwrap().checks;
        checks.into_iter().map(|check| check.name).collect::<Vec<_>>()
    };
    assert_eq!(load(""), ["one", "two"]);
    assert_eq!(load(&check("three")), ["three"]);
    assert_eq!(load("checks = []\n"), Vec::<String>::new());
}

#[test]
fn more_than_ten_checks_keep_their_order() {
    let names: Vec<String> = (0..12).map(|number| format!("check-{number}")).collect();
    let text: String =
        names.iter().map(|name| ["[[checks]]\nname = \"", name, "\"\nrun = \"true\"\n"].concat()).collect();
    let found: Vec<String> =
        from_project(&text).unwrap().run_config().checks.into_iter().map(|check| check.name).collect();
    assert_eq!(found, names);
}

#[test]
fn the_example_of_the_design_loads() {
    let settings = from_project(
        r#"
        [roles.analyst]
        agent = "pi"
        model = "openai/gpt-5.5"
        thinking = "high"
        context_limit = 128000
        args = []
        [roles.worker]
        agent = "claude"
        [context]
        warn_at = 0.75
        compact_at = 0.9
        strategy = "compact"
        [loop]
        max_rounds = 20
        max_hours = 24.0
        confirm_done = true
        [budget]
        cost = 20.0
        tokens = 0
        [[checks]]
        name = "tests"
        run = "cargo test"
        required = true
        [agents.mine]
        argv = ["mine", "--task-file", "{prompt_file}"]
        "#,
    )
    .unwrap();
    let config = settings.run_config();
    let expected = domain::Check {
        name: "tests".to_owned(),
        run: "cargo test".to_owned(),
        required: true,
        timeout: 30 * 60_000,
    };
    assert_eq!(config.checks, [expected]);
    let mine = settings.agent_definition("mine").unwrap();
    assert_eq!((mine.prompt, mine.end), (PromptBy::File, TurnEndsBy::Exit), "as argv asks for it");
    assert_eq!(settings.agent_definition("pi"), None);
}

#[test]
fn an_agent_of_the_settings_travels_into_the_run_as_json() {
    let settings = from_project(
        "[roles.worker]\nagent = \"mine\"\n[agents.mine]\nargv = [\"mine\"]\n[agents.mine.env]\nKEEP_Case = \"1\"\n\
         [agents.mine.usage]\ninput = \"/usage/in\"\n",
    )
    .unwrap();
    let config = settings.run_config();
    let spec = &config.roles[&RoleName::new("worker")].agent;
    let json: serde_json::Value = serde_json::from_str(&spec.definition.as_ref().unwrap().0).unwrap();
    assert_eq!(json["argv"], serde_json::json!(["mine"]));
    assert_eq!(json["prompt"], "paste");
    assert_eq!(json["end"], "report");
    assert_eq!(json["env"]["KEEP_Case"], "1");
    assert_eq!(json["usage"]["input"], "/usage/in");
    assert_eq!(json["usage"]["counts"], "call");
    let back: awtui::settings::AgentDefinition = serde_json::from_value(json).unwrap();
    assert_eq!(Some(&back), settings.agent_definition("mine"));
}

#[test]
fn commands_of_the_repository_are_named_with_the_hash_of_their_file() {
    let text = "[loop]\nmax_rounds = 3\n[[checks]]\nname = \"t\"\nrun = \"cargo test\"\n[roles.worker]\nargs = [\"--yolo\"]\n";
    let settings = from_project(text).unwrap();
    let commands = settings.commands_from_project().unwrap();
    assert_eq!(commands.commands, ["checks.0.run = \"cargo test\"", "roles.worker.args = [\"--yolo\"]"]);
    assert_eq!(commands.sha256.len(), 64);
    let other = from_project(&format!("{text}# more\n")).unwrap();
    assert_ne!(other.commands_from_project().unwrap().sha256, commands.sha256);

    assert_eq!(from_project("[loop]\nmax_rounds = 3\n").unwrap().commands_from_project(), None);
    let folder = tempfile::tempdir().unwrap();
    let user = folder.path().join("config.toml");
    std::fs::write(&user, text).unwrap();
    let own = Settings::load(&Sources { user: Some(user), ..Sources::default() }).unwrap();
    assert_eq!(own.commands_from_project(), None, "the user's own commands need no trust");
}

#[test]
fn paths_follow_the_environment_that_was_passed() {
    let discover = |variables: &[(&str, &str)]| {
        let variables: BTreeMap<String, OsString> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
        Paths::discover(|name| variables.get(name).cloned())
    };
    let paths =
        discover(&[("AWTUI_HOME", "/a/state"), ("XDG_CONFIG_HOME", "/a/config"), ("HOME", "/h")]).unwrap();
    assert_eq!(paths.state_home, PathBuf::from("/a/state"));
    assert_eq!(paths.config_home, PathBuf::from("/a/config/awtui"));
    let paths =
        discover(&[("XDG_STATE_HOME", "/s"), ("XDG_CONFIG_HOME", "relative"), ("HOME", "/h")]).unwrap();
    assert_eq!(paths.state_home, PathBuf::from("/s/awtui"));
    assert!(paths.config_home.starts_with("/h"), "a relative XDG folder is ignored: {paths:?}");
    assert_eq!(
        discover(&[("AWTUI_HOME", "here"), ("HOME", "/h")]),
        Err(SettingsError::RelativeHome("here".to_owned()))
    );
}

#[test]
fn a_bound_that_the_awtui_before_did_not_know_and_nobody_has_set_is_to_be_asked_for() {
    let settings = from_project("[loop]\nmax_rounds = 3\n").unwrap();
    assert_eq!(settings.unasked(None), [] as [&str; 0], "nothing was here before");
    assert_eq!(settings.unasked(Some("budget.cost\nloop.max_hours\n")), [] as [&str; 0], "it is set");
    assert_eq!(settings.unasked(Some("loop.max_rounds\n")), ["budget.cost", "loop.max_hours"]);
    let set_up: Vec<&str> = SAFETY.to_vec();
    let offered = settings.sheet();
    assert!(set_up.iter().all(|key| offered.iter().any(|row| row.key == *key)), "each can be asked for");
}
