//! What agents without a bridge tell by `awtui report`: reports, questions, progress, artifacts.

use super::{ANALYST, House, WORKER, until};
use std::fs;
use std::io::{BufRead, BufReader, Write};

#[test]
fn a_program_that_lives_on_ends_its_turns_by_reporting() {
    let house = House::new("");
    let script = house.path("agent.sh").display().to_string();
    house.settings(&format!(
        "[roles.analyst]\nagent = \"mine\"\n[roles.worker]\nagent = \"mine\"\n\
         [agents.mine]\nargv = [\"sh\", \"{script}\"]\nready = \"^> $\"\n"
    ));
    let answers = |what: &str, how: &str| {
        format!(
            "printf '> '\nwhile IFS= read -r line; do\ncase \"$line\" in *'[awtui '*)\n\
             {{\n{what}\n}} | \"$AWTUI_PROGRAM\" report {how}\nprintf '> ';;\nesac\ndone"
        )
    };
    house.script(&answers(ANALYST, "verdict"), &answers(WORKER, "result --status partial"));
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let reported = house.facts_of("worker_reported");
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0]["fact"]["report"]["status"], "partial");
}

#[test]
fn a_question_of_an_agent_opens_a_gate_and_the_answer_is_its_next_prompt() {
    let house = House::new("");
    house.settings(&house.scripted());
    let asks = format!(
        "case \"$1\" in\n*blue*) printf '%s' \"$1\" > \"$DIR/told\"\n{ANALYST}\n;;\n\
         *) if [ -e \"$DIR/worked\" ]; then\n{ANALYST}\nelse\n\
         \"$AWTUI_PROGRAM\" report question 'Which colour?' > \"$DIR/reply\"\nfi;;\nesac"
    );
    house.script(&asks, WORKER);
    house.awtui(&["run", "--detach", "--yes", "go"]).ends_with(0);
    until("the question is put", || (!house.facts_of("gate_opened").is_empty()).then_some(()));
    let gates = house.awtui(&["gates"]).ends_with(0).out;
    assert!(gates.contains("Which colour?"), "{gates}");
    until("the turn is over", || house.journal().contains("\"kind\":\"turn_ended\"").then_some(()));
    assert_eq!(house.facts_of("turn_planned").len(), 0, "nothing new begins while the question is open");
    house.awtui(&["gate", "answer", "1", "blue"]).ends_with(0);
    until("the run is done", || (!house.facts_of("run_ended").is_empty()).then_some(()));
    let told = fs::read_to_string(house.path("told")).unwrap();
    assert!(told.contains("To your question \"Which colour?\": blue"), "{told}");
    assert!(fs::read_to_string(house.path("reply")).unwrap().contains("end your turn"));
    assert_eq!(house.facts_of("gate_opened").len(), 1);
}

#[test]
fn progress_is_shown_and_a_file_of_the_result_is_kept_with_the_run() {
    let house = House::new("");
    house.settings(&house.scripted());
    let tells = "\"$AWTUI_PROGRAM\" report progress 'half of it'\n\
                 mkdir -p out; echo graph > out/graph.txt; ln -s /etc/passwd out/link\n\
                 \"$AWTUI_PROGRAM\" report artifact out/graph.txt --note 'the graph'\n\
                 \"$AWTUI_PROGRAM\" report artifact out/link && touch \"$DIR/leaked\"\n\
                 \"$AWTUI_PROGRAM\" report artifact ../agent.sh && touch \"$DIR/leaked\"\n";
    house.script(ANALYST, &format!("{tells}{WORKER}"));
    let ran = house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    assert!(ran.out.contains("worker-1: half of it"), "{}", ran.out);
    assert!(ran.out.contains("attached artifacts/graph.txt the graph"), "{}", ran.out);
    assert!(!house.path("leaked").exists(), "a link or a path to the outside was taken");
    let runs = super::only_child(&house.path("repo/tmp"));
    assert_eq!(fs::read_to_string(runs.join("artifacts/graph.txt")).unwrap(), "graph\n");
}

#[test]
fn an_agent_that_floods_its_tools_is_told_to_wait_and_loses_no_other_voice() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(
        "env > \"$DIR/agent.env\"; until [ -e \"$DIR/flooded\" ]; do sleep 0.05; done\n\
         until \"$AWTUI_PROGRAM\" report progress 'after all' > \"$DIR/said\"; do sleep 0.05; done",
        WORKER,
    );
    house.awtui(&["run", "--detach", "--yes", "go"]).ends_with(0);
    let environment = until("the analyst is there", || {
        fs::read_to_string(house.path("agent.env")).ok().filter(|text| text.contains("AWTUI_AGENT_TOKEN"))
    });
    let value = |name: &str| {
        let line = environment.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap().to_owned()
    };
    let mut stream = std::os::unix::net::UnixStream::connect(value("AWTUI_AGENT_SOCKET")).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap()).lines();
    let hello = serde_json::json!({"type": "hello", "protocol": 1, "token": value("AWTUI_AGENT_TOKEN"), "agent": "awtui mcp"});
    writeln!(stream, "{hello}").unwrap();
    assert!(answers.next().unwrap().unwrap().contains("welcome"));
    let mut refused = None;
    // One by one, far faster than it may go on.
    for n in 0..2_000 {
        let line = serde_json::json!({"type": "report_progress", "key": format!("k{n}"), "text": format!("part {n}")});
        writeln!(stream, "{line}").unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["key"], format!("k{n}"));
        if answer["ok"] == false {
            refused = Some((n, answer["message"].as_str().unwrap().to_owned()));
            break;
        }
    }
    let (n, words) = refused.expect("a flood is refused");
    assert!(n >= 200 && words.contains("wait"), "{n}: {words}");
    fs::write(house.path("flooded"), "").unwrap();
    until("there is room again, and the run goes on", || {
        fs::read_to_string(house.path("said")).ok().filter(|said| !said.is_empty())
    });
    house.awtui(&["abort"]).ends_with(0);
}
