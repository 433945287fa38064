//! A first run: nobody chose anything, one agent is installed.

use super::House;
use crate::support::terminal::Terminal;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// What stands in for Pi: its version, two models, and how hard they think.
const PI: &str = "#!/bin/sh\ncase \"$1\" in\n--version) echo 1.5.2;;\n--list-models) cat <<END\n\
    provider  model       context  max-out  thinking  images\n\
    house     big-model   400K     64K      yes       yes\n\
    house     small-model 200K     64K      no        yes\nEND\n;;\n\
    --mode) read -r asked; cat <<END\n\
    {\"type\":\"response\",\"command\":\"get_available_models\",\"success\":true,\"data\":{\"models\":[\
    {\"provider\":\"house\",\"id\":\"big-model\",\"reasoning\":true,\"contextWindow\":400000},\
    {\"provider\":\"house\",\"id\":\"small-model\",\"reasoning\":false,\"contextWindow\":200000}]}}\nEND\n;;\nesac\n";

#[test]
fn the_set_up_finds_the_agents_asks_them_and_writes_both_files_at_its_last_step() {
    let house = House::new("");
    let (user, project) = (house.path("config/awtui/config.toml"), house.path("repo/.awtui/config.toml"));
    fs::remove_file(&user).unwrap();
    house.write("bin/pi", PI);
    fs::set_permissions(house.path("bin/pi"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = house.command(&[]);
    command.env("PATH", format!("{}:/usr/bin:/bin", house.path("bin").display()));
    let mut terminal = Terminal::open(&command, &[], (80, 24));
    terminal.shows("Which agent is the analyst?");
    terminal.shows("installed: 1.5.2");
    terminal.types("pi\r");
    terminal.shows("Which model does the analyst use?");
    terminal.types("big\r");
    terminal.shows("How hard does the analyst think?");
    let text = terminal.text();
    assert!(text.contains("high") && !text.contains("xhigh") && !text.contains("may clamp"), "{text}");
    terminal.types("\r");
    terminal.shows("Which agent is the worker?");
    terminal.types("pi\r");
    terminal.shows("Which model does the worker use?");
    terminal.types("small\r");
    terminal.shows("How hard does the worker think?");
    assert!(
        !terminal.text().contains("medium"),
        "a model that does not think has no levels: {}",
        terminal.text()
    );
    for next in
        ["warned?", "compacted?", "US dollars?", "hours", "pieces of work", "agents have what you chose"]
    {
        terminal.types("\r");
        terminal.shows(next);
    }
    terminal.shows("has house/big-model, thinking high");
    terminal.shows("has house/small-model, thinking off");
    terminal.types("\r");
    terminal.shows("Where should it be saved?");
    terminal.types("\r");
    terminal.shows("Nothing is written yet");
    assert!(!user.exists() && !project.exists(), "nothing is written before the last yes");
    terminal.types("\r");
    terminal.shows("from the next run on");
    terminal.shows("worker: pi with house/small-model");
    for file in [&user, &project] {
        let text = fs::read_to_string(file).unwrap();
        assert!(
            text.contains("model = \"house/big-model\"") && text.contains("thinking = \"off\""),
            "{text}"
        );
    }
    terminal.types("\u{3}");
    assert_eq!(terminal.exit_code(), 0);
    let terminal = Terminal::open(&command, &[], (80, 24));
    terminal.shows("What should be done?");
    assert!(!terminal.text().contains("Which agent"), "it is asked once: {}", terminal.text());
}

#[test]
fn a_run_whose_model_lacks_the_level_of_its_role_says_which_one_it_gets() {
    let house = House::new("");
    house.settings(
        "[roles.analyst]\nagent = \"pi\"\nmodel = \"house/big-model\"\nthinking = \"max\"\n\
         [roles.worker]\nagent = \"pi\"\nmodel = \"house/small-model\"\nthinking = \"off\"\n",
    );
    house.write("bin/pi", PI);
    fs::set_permissions(house.path("bin/pi"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = house.command(&["run", "--headless", "make the file"]);
    command.env("PATH", format!("{}:/usr/bin:/bin", house.path("bin").display()));
    // What stands in for Pi leaves at once, so that the run does not get far.
    command.output().unwrap();
    let created = house.facts_of("run_created");
    let agents = &created[0]["fact"]["config"]["agents"];
    let lacks = "Its model has no thinking level \"max\": \"high\" is used instead.";
    assert_eq!(agents["analyst"]["lacks"], serde_json::json!([lacks]), "{agents}");
    assert!(agents["worker"].get("lacks").is_none_or(|lacks| lacks == &serde_json::json!([])), "{agents}");
    let started = house.facts_of("settled");
    let argv = started.iter().find_map(|record| record["fact"]["ran"][0]["command"].as_str()).unwrap();
    assert!(argv.contains(" --thinking high "), "{argv}");
}
