//! Any program as an agent, by the ways of taking prompts and ending turns that a definition can name.

use super::{ANALYST, House, WORKER};

fn settings(agent: &str) -> String {
    format!("[roles.analyst]\nagent = \"mine\"\n[roles.worker]\nagent = \"mine\"\n[agents.mine]\n{agent}\n")
}

/// Reads the prompt from wherever it comes, and keeps it for the test.
fn script(house: &House, read_prompt: &str) {
    let keep = |role: &str| format!("{read_prompt}\nprintf '%s\\n' \"$prompt\" >> \"$DIR/{role}.prompts\"\n");
    house.script(&format!("{}{ANALYST}", keep("analyst")), &format!("{}{WORKER}", keep("worker")));
}

#[test]
fn a_program_that_runs_once_a_turn_reaches_done_whatever_way_it_takes_its_prompt() {
    for (how, read) in [
        (r#"argv = ["sh", "SCRIPT", "{prompt}"]"#, "prompt=$1"),
        (r#"argv = ["sh", "SCRIPT", "{prompt_file}"]"#, "prompt=$(cat \"$1\")"),
        ("argv = [\"sh\", \"SCRIPT\"]\nprompt = \"stdin\"", "prompt=$(cat)"),
    ] {
        let house = House::new("");
        let definition = how.replace("SCRIPT", &house.path("agent.sh").display().to_string());
        house.write("config/awtui/config.toml", &settings(&definition));
        script(&house, read);
        let ran = house.awtui(&["run", "--headless", "--yes", "make the file"]).ends_with(0);
        assert!(ran.out.contains("done"), "{how}: {}", ran.out);
        assert_eq!(std::fs::read_to_string(house.path("repo/made.txt")).unwrap(), "made\n");
        let prompts = std::fs::read_to_string(house.path("analyst.prompts")).unwrap();
        assert!(prompts.contains("make the file") && prompts.matches("[awtui ").count() == 2, "{prompts}");
    }
}

#[test]
fn a_program_that_lives_on_gets_its_prompts_pasted_and_is_done_when_it_falls_silent() {
    let house = House::new("");
    let script = house.path("agent.sh").display().to_string();
    let definition = format!(
        "argv = [\"sh\", \"{script}\"]\nprompt = \"paste\"\nready = \"^> $\"\nend = \"idle\"\nend_idle_seconds = 1"
    );
    house.write("config/awtui/config.toml", &settings(&definition));
    // It shows what it is told, as a terminal does, and answers with more than fits on the screen.
    let answers = |what: &str| {
        format!(
            "printf '> '\nwhile IFS= read -r line; do\ncase \"$line\" in *'[awtui '*)\n\
             echo asked >> \"$DIR/asked\"\n{what}\nseq 1 60\nprintf '> ';;\nesac\ndone"
        )
    };
    house.script(&answers(ANALYST), &answers(WORKER));
    house.awtui(&["run", "--headless", "--yes", "make the file"]).ends_with(0);
    let asked = std::fs::read_to_string(house.path("asked")).unwrap();
    assert_eq!(asked.lines().count(), 3, "plan, work and review need one prompt each");
}

#[test]
fn a_full_agent_without_a_compaction_of_its_own_hands_over_to_a_fresh_session() {
    let house = House::new("");
    let script = house.path("agent.sh").display().to_string();
    let definition = format!(
        "argv = [\"sh\", \"{script}\", \"{{prompt}}\"]\n[agents.mine.usage]\npattern = 'in (?P<input>\\d+)'\n"
    );
    house.settings(&settings(&definition).replace("[roles.worker]", "context_limit = 1000\n[roles.worker]"));
    let keep = "printf '%s\\n=====\\n' \"$1\" >> \"$DIR/analyst.prompts\"\necho in 5000\n";
    house.script(&format!("{keep}{ANALYST}"), WORKER);
    house.awtui(&["run", "--headless", "--yes", "make the file"]).ends_with(0);
    let prompts = std::fs::read_to_string(house.path("analyst.prompts")).unwrap();
    let prompts: Vec<&str> = prompts.split("=====\n").collect();
    assert!(!prompts[0].contains("You take this work over"), "{}", prompts[0]);
    assert!(prompts[1].starts_with("You take this work over"), "{}", prompts[1]);
    for word in
        ["make the file", "NEEDS_WORKER", "Instruction id: first", "You are the analyst of an awtui run"]
    {
        assert!(prompts[1].contains(word), "the hand-over lacks {word}: {}", prompts[1]);
    }
    assert_eq!(house.facts_of("session_opened").len(), 3, "one each, and the analyst's second");
}

#[test]
fn the_journal_tells_with_which_command_each_process_was_started_and_how_the_last_ones_ended() {
    // One process a turn: each prompt has a command line.
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(ANALYST, WORKER);
    house.awtui(&["run", "--headless", "--yes", "make the file"]).ends_with(0);
    let script = house.path("agent.sh").display().to_string();
    let ran = |house: &House, outcome: &str| -> Vec<serde_json::Value> {
        let settled = house.facts_of("settled").into_iter();
        let of = settled.filter(|record| record["fact"]["outcome"]["outcome"] == outcome);
        of.flat_map(|record| record["fact"]["ran"].as_array().cloned().unwrap_or_default()).collect()
    };
    let prompts = ran(&house, "delivered");
    assert_eq!(prompts.len(), 3, "{prompts:?}");
    for one in &prompts {
        let command = one["command"].as_str().or(one["command"]["first_line"].as_str()).unwrap();
        assert!(command.contains(&format!("/sh {script} ")), "{one}");
    }
    // And each call of git has its exit code.
    let git = ran(&house, "checkpointed");
    assert!(git.len() >= 10, "{git:?}");
    for one in &git {
        assert!(one["command"].as_str().unwrap().contains("git -C /") && one["code"].is_number(), "{one}");
    }

    // One process for all: it was started for the spawn, and its end is told where all are ended.
    let house = House::new("");
    let definition = format!(
        "argv = [\"sh\", \"{script}\"]\nprompt = \"paste\"\nready = \"^> $\"\nend = \"idle\"\nend_idle_seconds = 1",
        script = house.path("agent.sh").display()
    );
    house.settings(&settings(&definition));
    let answers = |what: &str| {
        format!(
            "trap 'exit 7' HUP TERM\nprintf '> '\nwhile IFS= read -r line; do\ncase \"$line\" in *'[awtui '*)\n\
             {what}\nprintf '> ';;\nesac\ndone"
        )
    };
    house.script(&answers(ANALYST), &answers(WORKER));
    house.awtui(&["run", "--headless", "--yes", "make the file"]).ends_with(0);
    let started = ran(&house, "started");
    assert_eq!(started.len(), 2, "{started:?}");
    assert!(started.iter().all(|one| one["code"].is_null() && one["pane"].is_string()), "{started:?}");
    let ended = ran(&house, "done");
    assert_eq!(ended.len(), 2, "{ended:?}");
    for (one, before) in ended.iter().zip(&started) {
        assert_eq!((&one["command"], &one["pane"]), (&before["command"], &before["pane"]));
        assert!(one["code"].is_number() || one["said"].is_string(), "{one}");
    }
}
