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
