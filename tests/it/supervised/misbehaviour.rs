//! Agents that do not behave: each of their ways leads to the state that is right, and never to a worse one.

use super::{House, until};
use crate::fakes::{Act, Fake, Life};
use crate::support::terminal::Terminal;
use awtui::domain::Verdict::{self, Done, NeedsWorker};
use awtui::pty;
use awtui::supervisor::marker_entry;
use serde_json::Value;

struct Stage {
    fake: Fake,
    house: House,
}

const GO: [&str; 4] = ["run", "--headless", "--yes", "make the file"];
const GO_ON: [&str; 4] = ["run", "--detach", "--yes", "make the file"];

fn decide(verdict: Verdict) -> Vec<Act> {
    vec![Act::Decide(verdict)]
}

/// What a worker does that behaves.
fn work() -> Vec<Act> {
    vec![Act::Touch("made.txt".to_owned()), Act::Report]
}

impl Stage {
    /// An analyst that asks for one piece of work and then says that it is done; the worker as given, turn by turn.
    fn new(life: Life, worker: &[Vec<Act>]) -> Self {
        Self::with(life, false, &[decide(NeedsWorker), decide(Done)], worker)
    }

    fn with(life: Life, deaf: bool, analyst: &[Vec<Act>], worker: &[Vec<Act>]) -> Self {
        let house = House::new("");
        let fake = Fake::new(house.path("fake"));
        house.settings(&fake.settings(life, deaf));
        fake.script("analyst", analyst);
        fake.script("worker", worker);
        Self { fake, house }
    }

    fn more_settings(&self, text: &str) {
        let path = self.house.path("config/awtui/config.toml");
        let settings = std::fs::read_to_string(path).unwrap() + text;
        self.house.settings(&settings);
    }

    /// Runs without a screen, to this end.
    #[track_caller]
    fn run(&self, more: &[&str], code: i32) {
        let ran = self.house.awtui(&[&GO[..], more].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}\n{}", self.house.journal());
    }

    /// The only gate that was opened, and the run waits at it.
    fn gate(&self) -> Value {
        let mut opened = self.house.facts_of("gate_opened");
        assert_eq!(opened.len(), 1, "{opened:#?}");
        opened.remove(0)["fact"]["gate"].take()
    }

    fn gate_when_it_opens(&self) -> Value {
        until("a gate opens", || (!self.house.facts_of("gate_opened").is_empty()).then_some(()));
        self.gate()
    }

    fn answer(&self, gate: &Value, words: &[&str]) {
        let id = gate["id"].to_string();
        self.house.awtui(&[&["gate", words[0], &id], &words[1..]].concat()).ends_with(0);
    }

    fn marked(&self) -> Vec<u32> {
        pty::marked(&marker_entry(&self.house.run()))
    }

    fn is_done(&self) {
        until("the run is over", || (!self.house.facts_of("run_ended").is_empty()).then_some(()));
        assert_eq!(self.house.facts_of("run_ended")[0]["fact"]["outcome"], "done");
        until("nothing of it is left", || self.marked().is_empty().then_some(()));
    }

    fn aborts(&self) {
        self.house.awtui(&["abort"]).ends_with(0);
        until("the run is over", || (!self.house.facts_of("run_ended").is_empty()).then_some(()));
        assert_eq!(self.marked(), [] as [u32; 0], "nothing of it is left");
    }

    fn ledger(&self) -> Value {
        serde_json::from_str(&self.house.awtui(&["ledger", "--json"]).ends_with(0).out).unwrap()
    }
}

#[test]
fn an_agent_that_behaves_is_done_however_it_lives() {
    for life in [Life::OneTurn, Life::Long] {
        let stage = Stage::new(life, &[work()]);
        stage.run(&[], 0);
        stage.is_done();
        assert_eq!(stage.fake.prompts("analyst").len(), 2, "{life:?}");
    }
}

#[test]
fn what_a_log_says_twice_or_repeats_after_a_fork_or_a_restart_is_counted_once() {
    for life in [Life::OneTurn, Life::Long] {
        let usage = |id: &str, input| Act::Use { id: id.to_owned(), input, output: 7 };
        let first = vec![usage("a", 100), usage("a", 100), Act::Repeat, Act::Fork];
        let second = vec![Act::Repeat, usage("b", 1000), Act::Touch("made.txt".to_owned()), Act::Report];
        let stage = Stage::new(life, &[first, second]);
        stage.run(&[], 0);
        stage.is_done();
        let ledger = stage.ledger();
        let worker = &ledger["roles"]["worker"];
        let told =
            [&worker["calls"], &worker["tokens"]["input"], &worker["tokens"]["output"]].map(Value::as_u64);
        assert_eq!(told, [Some(2), Some(1100), Some(14)], "{life:?}: {ledger:#}");
    }
}

#[test]
fn a_worker_that_did_nothing_and_says_done_is_shown_up_by_the_diff_and_the_checks() {
    let stage = Stage::new(Life::OneTurn, &[vec![Act::Report]]);
    stage.more_settings("[[checks]]\nname = \"made\"\nrun = \"test -e made.txt\"\nrequired = true\n");
    stage.run(&[], 3);
    let review = &stage.fake.prompts("analyst")[1];
    let (evidence, claims) = review.split_once("CLAIMS").unwrap();
    assert!(evidence.contains("No file changed") && evidence.contains("made: FAILED"), "{evidence}");
    assert!(claims.contains("All is done"), "{claims}");
    // The analyst believed it all the same. `--yes` does not.
    let gate = stage.gate();
    assert_eq!(gate["kind"], "done_confirmation");
    assert!(gate.to_string().contains("the required check \\\"made\\\" fails"), "{gate:#}");
    stage.aborts();
}

#[test]
fn who_answers_nothing_or_only_words_is_reminded_once_and_then_a_person_is_asked() {
    let words = || vec![Act::Say("It looks good to me. DONE! Please continue.".to_owned())];
    for (analyst, worker, said) in [
        (vec![words()], work(), "analyst"),
        (vec![vec![]], work(), "analyst"),
        (vec![decide(NeedsWorker)], words(), "worker"),
        (vec![decide(NeedsWorker)], vec![], "worker"),
    ] {
        for life in [Life::OneTurn, Life::Long] {
            let stage = Stage::with(life, false, &analyst, std::slice::from_ref(&worker));
            stage.run(&[], 3);
            assert_eq!(stage.gate()["kind"], "incomplete_report");
            let prompts = stage.fake.prompts(said);
            assert_eq!(prompts.len(), 2, "{life:?}");
            assert!(prompts[1].contains("Your turn ended without"), "{}", prompts[1]);
            stage.aborts();
        }
    }
}

#[test]
fn a_limit_is_waited_out_and_is_no_round() {
    let limited = vec![Act::Limit { seconds: Some(2) }, Act::Exit(1)];
    let stage = Stage::new(Life::OneTurn, &[limited, work()]);
    stage.run(&["--set", "loop.max_rounds=1"], 0);
    stage.is_done();
    assert_eq!(stage.house.facts_of("gate_opened").len(), 0, "nobody was asked");
    assert_eq!(stage.fake.prompts("worker").len(), 2);
    let told =
        |kind: &str| stage.house.facts().iter().position(|record| record["fact"].to_string().contains(kind));
    let (limited, waited) = (told("\"limited\""), told("\"limit_reset\""));
    assert!(limited.is_some() && limited < waited, "{limited:?} {waited:?}");
}

#[test]
fn an_agent_that_hangs_meets_the_bound_of_silence_and_its_processes_end() {
    for life in [Life::OneTurn, Life::Long] {
        let hangs = vec![Act::Leave { own_group: true }, Act::Hang];
        let stage = Stage::with(life, true, &[decide(NeedsWorker)], &[hangs]);
        stage.house.awtui(&[&GO_ON[..], &["--set", "loop.max_idle_minutes=0.02"]].concat()).ends_with(0);
        let gate = stage.gate_when_it_opens();
        assert_eq!(
            (&gate["kind"], &gate["bound"]["of"]),
            (&"bound_reached".into(), &"idle".into()),
            "{gate:#}"
        );
        stage.aborts();
    }
}

#[test]
fn an_agent_that_floods_leaves_the_screen_alive() {
    let stage = Stage::with(Life::OneTurn, true, &[vec![Act::Flood]], &[]);
    stage.house.awtui(&GO_ON).ends_with(0);
    let like = stage.house.command(&[]);
    let mut screen = Terminal::open(&like, &[], (120, 40));
    screen.shows("a flood without end");
    screen.types("7still here");
    screen.shows("> still here");
    drop(screen);
    stage.aborts();
}

#[test]
fn signals_that_are_ignored_and_children_that_are_left_end_with_the_run() {
    for life in [Life::OneTurn, Life::Long] {
        let leaves = [vec![Act::Leave { own_group: false }, Act::Leave { own_group: true }], work()].concat();
        let stage = Stage::with(life, true, &[decide(NeedsWorker), decide(Done)], &[leaves]);
        stage.run(&[], 0);
        stage.is_done();
    }
}

#[test]
fn an_agent_that_crashes_is_resumed_in_its_session_and_put_to_a_person_when_it_goes_on_crashing() {
    let stage = Stage::new(Life::Long, &[vec![Act::Crash], work()]);
    stage.run(&[], 0);
    stage.is_done();
    assert_eq!(stage.fake.starts("worker"), ["new", "again"]);
    let stage = Stage::new(Life::Long, &[vec![Act::Crash]]);
    stage.run(&[], 3);
    assert_eq!(stage.gate()["kind"], "agent_failed");
    stage.aborts();
    let stage = Stage::new(Life::OneTurn, &[vec![Act::Crash]]);
    stage.run(&[], 3);
    assert_eq!(stage.gate()["kind"], "interrupted");
    stage.aborts();
}

#[test]
fn a_conversation_that_was_lost_with_its_agent_is_begun_anew_with_all_that_must_be_known() {
    let stage = Stage::new(Life::Long, &[Vec::new(), vec![Act::Forget, Act::Crash], work()]);
    stage.run(&[], 0);
    stage.is_done();
    assert_eq!(stage.fake.starts("worker"), ["new", "new"]);
    let prompt = &stage.fake.prompts("worker")[2];
    assert!(prompt.contains("You take this work over") && prompt.contains("make the file"), "{prompt}");
}

#[test]
fn a_question_for_leave_waits_for_the_operator_and_hears_the_answer() {
    for (answer, heard) in [(&["approve"][..], "true "), (&["reject", "not that"], "false not that")] {
        let asks = [vec![Act::Permission { tool: "bash".to_owned() }], work()].concat();
        let stage = Stage::new(Life::OneTurn, &[asks]);
        stage.house.awtui(&GO_ON).ends_with(0);
        let gate = stage.gate_when_it_opens();
        assert_eq!((&gate["kind"], &gate["tool"]), (&"permission".into(), &"bash".into()));
        assert!(gate.to_string().contains("rm -rf target"), "{gate:#}");
        stage.answer(&gate, answer);
        stage.is_done();
        assert_eq!(stage.fake.answers("worker")[0], heard.trim_end_matches('\n'));
    }
}

#[test]
fn a_question_to_the_operator_is_a_gate_whose_answer_is_the_next_prompt() {
    let asks = vec![Act::Question("Which of the two?".to_owned())];
    let stage = Stage::new(Life::OneTurn, &[asks, work()]);
    stage.house.awtui(&GO_ON).ends_with(0);
    let gate = stage.gate_when_it_opens();
    assert_eq!((&gate["kind"], &gate["question"]), (&"asked".into(), &"Which of the two?".into()));
    stage.answer(&gate, &["answer", "the first"]);
    stage.is_done();
    assert!(stage.fake.prompts("worker")[1].contains("the first"), "{:?}", stage.fake.prompts("worker"));
}

#[test]
fn after_a_compaction_of_its_own_an_agent_hears_its_contract_again() {
    let compacts = [vec![Act::Compact], work()].concat();
    let stage = Stage::with(
        Life::OneTurn,
        false,
        &[decide(NeedsWorker), decide(NeedsWorker), decide(Done)],
        &[compacts],
    );
    stage.run(&[], 0);
    stage.is_done();
    let ledger = stage.ledger();
    assert_eq!(ledger["compactions"].as_array().map(Vec::len), Some(2), "{ledger:#}");
    assert_eq!(ledger["compactions"][0]["automatic"], true);
    let contract = "Rules: do exactly this, nothing beside it";
    assert!(stage.fake.prompts("worker")[1].contains(contract), "{}", stage.fake.prompts("worker")[1]);
}
