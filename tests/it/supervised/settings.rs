//! What the settings say reaches the run.

use super::{ANALYST, House, WORKER};
use crate::support::Ran;
use std::fs;

fn house() -> House {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(ANALYST, WORKER);
    house
}

#[test]
fn run_folders_are_made_where_the_settings_say_and_found_there_later() {
    let house = house();
    house.settings(&format!("{}[run]\nfolder = \"notes/runs\"\n", house.scripted()));
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    house.awtui(&["supervisor", "stop"]);
    let listed = house.awtui(&["runs", "--json"]).ends_with(0).out;
    let runs: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let folder = runs[0]["folder"].as_str().unwrap();
    assert!(folder.starts_with(&house.path("repo/notes/runs").display().to_string()), "{folder}");
    assert!(fs::read_to_string(format!("{folder}/state.md")).unwrap().contains("go"));
    assert!(!house.path("repo/tmp").exists());
}

#[test]
fn prices_of_the_settings_count_where_the_agent_names_none() {
    let house = house();
    let more = "[agents.mine.usage]\npattern = 'in (?P<input>\\d+) out (?P<output>\\d+)'\n\
                [models.\"house/model\"]\ninput = 1.0\noutput = 10.0\n";
    house.settings(&format!("{}{}", house.scripted(), more.replace("\\\\", "\\")));
    house.script(&format!("echo in 1000 out 100\n{ANALYST}"), WORKER);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let ledger = house.facts_of("observed");
    let costs: Vec<u64> = ledger
        .iter()
        .filter(|record| record["fact"]["observation"]["kind"] == "usage")
        .map(|record| record["fact"]["observation"]["cost"]["nanos"].as_u64().unwrap())
        .collect();
    assert_eq!(costs, [2_000_000, 2_000_000], "a thousandth of a dollar each for input and output");
}

#[test]
fn agents_and_checks_see_only_what_a_minimal_environment_allows() {
    let house = house();
    let policy = "[run]\nenv = \"minimal\"\nenv_allow = [\"ALLOWED\"]\n\
                  [[checks]]\nname = \"see\"\nrun = \"env > $DIR/check.env\"\n";
    house.settings(&format!("{}{policy}", house.scripted()));
    house.script(ANALYST, &format!("env > \"$DIR/agent.env\"\n{WORKER}"));
    let mut command = house.command(&["run", "--headless", "--yes", "go"]);
    command.env("ALLOWED", "1").env("HIDDEN_TOKEN", "planted-value-123");
    assert!(command.status().unwrap().success());
    for file in ["agent.env", "check.env"] {
        let seen = fs::read_to_string(house.path(file)).unwrap();
        assert!(seen.contains("\nALLOWED=1") || seen.starts_with("ALLOWED=1"), "{file}: {seen}");
        assert!(seen.contains("PATH=") && !seen.contains("HIDDEN_TOKEN"), "{file}: {seen}");
    }
    let names = fs::read_to_string(house.run().join("launch/worker.1/environment")).unwrap();
    assert!(names.lines().any(|name| name == "ALLOWED") && !names.contains('='), "{names}");
}

#[test]
fn commands_of_a_cloned_repository_run_only_after_the_operator_agreed_and_again_after_each_change() {
    let house = house();
    let check = |file: &str| format!("[[checks]]\nname = \"theirs\"\nrun = \"touch $DIR/{file}\"\n");
    house.write("repo/.awtui/config.toml", &check("first"));
    let refused = house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(3);
    assert!(refused.err.contains("touch") && refused.err.contains("awtui trust"), "{}", refused.err);
    assert!(!house.path("first").exists() && !house.path("repo/tmp").exists(), "nothing was begun");
    let doctor = house.awtui(&["doctor"]);
    assert!(
        doctor.out.lines().any(|line| line.starts_with("--") && line.contains("trust ")),
        "{}",
        doctor.out
    );
    let agreed = house.awtui(&["trust"]).ends_with(0);
    assert!(agreed.out.contains("checks.0.run"), "{}", agreed.out);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    assert!(house.path("first").exists());
    house.write("repo/.awtui/config.toml", &check("second"));
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(3);
    assert!(!house.path("second").exists());
}

#[test]
fn an_agent_that_is_not_installed_is_named_with_the_way_to_get_it_and_others_are_no_fault() {
    let house = house();
    let path = std::env::var("PATH").unwrap();
    let folders = path.split(':').filter(|folder| {
        ["pi", "claude", "codex", "opencode"]
            .iter()
            .all(|name| !std::path::Path::new(folder).join(name).exists())
    });
    let path = folders.collect::<Vec<_>>().join(":");
    let doctor = |args: &[&str]| Ran::from(house.command(args).env("PATH", &path).output().unwrap());
    let fine = doctor(&["doctor"]).ends_with(0);
    let missing = |name: &str, get: &str| {
        fine.out.lines().any(|line| line.starts_with("--") && line.contains(name) && line.contains(get))
    };
    assert!(missing("claude: ", "npm install -g @anthropic-ai/claude-code"), "{}", fine.out);
    assert!(missing("opencode: ", "npm install -g opencode-ai"), "{}", fine.out);
    let bound = doctor(&["--set", "roles.worker.agent=codex", "doctor"]).ends_with(1);
    let line = bound.out.lines().find(|line| line.contains("agent ") && line.contains("codex")).unwrap();
    assert!(line.starts_with("--") && line.contains("npm install -g @openai/codex"), "{line}");
    let refused = doctor(&["--set", "roles.worker.agent=codex", "run", "--headless", "go"]).ends_with(2);
    assert!(refused.err.contains("npm install -g @openai/codex"), "{}", refused.err);
    assert_eq!(refused.err.lines().count(), 1, "{}", refused.err);
}

#[test]
fn a_setting_is_changed_from_the_command_line_with_its_difference_and_takes_effect() {
    let house = house();
    let kept = format!("# mine\n{}", house.scripted());
    house.settings(&kept);
    let shown = house.awtui(&["config", "set", "--user", "--dry-run", "budget.cost", "2.5"]).ends_with(0);
    assert!(shown.out.contains("+ cost = 2.5"), "{}", shown.out);
    let user = house.path("config/awtui/config.toml");
    assert_eq!(fs::read_to_string(&user).unwrap(), kept, "only asked");
    let set = house.awtui(&["config", "set", "--user", "budget.cost", "2.5"]).ends_with(0);
    assert!(set.out.contains("+ cost = 2.5") && set.out.contains("from the next run on"), "{}", set.out);
    assert_eq!(fs::read_to_string(&user).unwrap(), format!("{kept}\n[budget]\ncost = 2.5\n"));
    let set = house.awtui(&["config", "set", "budget.cost", "3"]).ends_with(0);
    assert!(set.out.starts_with(&house.path("repo/.awtui/config.toml").display().to_string()), "{}", set.out);
    let again = house.awtui(&["config", "set", "budget.cost", "3"]).ends_with(0);
    assert!(again.out.contains("says so already"), "{}", again.out);
    let under = house.awtui(&["config", "set", "--user", "budget.cost", "4"]).ends_with(0);
    assert!(under.out.contains("but budget.cost = 3.0 of the project holds here"), "{}", under.out);
    let show = house.awtui(&["config", "show"]).ends_with(0).out;
    let line = show.lines().find(|line| line.starts_with("budget.cost ")).unwrap();
    assert!(line.contains("3.0") && line.contains("project"), "{line}");
    house.awtui(&["config", "unset", "budget.cost"]).ends_with(0);
    assert_eq!(fs::read_to_string(house.path("repo/.awtui/config.toml")).unwrap(), "");
    let wrong = house.awtui(&["config", "set", "budget.cots", "3"]).ends_with(2);
    assert!(wrong.err.contains("nothing was written: budget.cots: unknown key"), "{}", wrong.err);
    assert!(wrong.err.contains("did you mean \"cost\"?"), "{}", wrong.err);
}

#[test]
fn changing_a_setting_keeps_the_trust_in_commands_that_stay_and_gives_none_to_new_ones() {
    let house = house();
    house.write("repo/.awtui/config.toml", "[[checks]]\nname = \"theirs\"\nrun = \"touch $DIR/first\"\n");
    house.awtui(&["trust"]).ends_with(0);
    let kept = house.awtui(&["config", "set", "budget.cost", "3"]).ends_with(0);
    assert!(!kept.out.contains("awtui trust"), "{}", kept.out);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let more = house.awtui(&["config", "set", "notify.command", "[\"touch\", \"x\"]"]).ends_with(0);
    assert!(more.out.contains("awtui trust"), "{}", more.out);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(3);
}

#[test]
fn a_settings_file_is_changed_where_its_link_leads_with_the_mode_that_it_had() {
    use std::os::unix::fs::PermissionsExt;
    let house = house();
    let (link, real) = (house.path("config/awtui/config.toml"), house.path("dotfiles.toml"));
    fs::rename(&link, &real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    house.awtui(&["config", "set", "--user", "ui.mouse", "false"]).ends_with(0);
    assert!(link.is_symlink() && fs::read_to_string(&real).unwrap().contains("mouse = false"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    fs::set_permissions(&real, fs::Permissions::from_mode(0o400)).unwrap();
}
