//! Whole runs without a screen: two real agents, from a task to its end.

use crate::ground::{Ground, until};
use crate::model_server::{Fate, Kind, Reply, Request};
use awtui::domain::{CompactionResult, GateKind, RunOutcome};
use serde_json::{Value, json};

pub fn quick() -> Value {
    json!({"retry": {"baseDelayMs": 20}, "quietStartup": true})
}

pub fn instruction(id: &str) -> Value {
    json!({"id": id, "goal": format!("carry out {id}"), "files": [format!("{id}.txt")], "commands": ["ls"],
        "stop_when": ["it is there"], "report": ["the output"]})
}

pub fn needs_worker(id: &str) -> Value {
    json!({"verdict": "NEEDS_WORKER", "reason": format!("{id} is missing"), "instruction": instruction(id)})
}

pub fn report(id: &str) -> Value {
    json!({"instruction_id": id, "status": "done", "task_understood": "yes", "actions_taken": "wrote",
        "result": format!("{id} is there"), "validation": "cat", "artifacts": "none", "issues": "none",
        "recommendation": "go on", "handoff": "none"})
}

/// What the prompt asks for, by its first words, and the instruction it names.
pub fn scene(request: &Request) -> (&'static str, &'static str) {
    let kinds = [
        ("Plan the next piece", "plan"),
        ("Carry out this one", "execute"),
        ("Review what the worker", "review"),
        ("Your report is not complete", "continue"),
        ("Your turn ended without", "remind"),
        ("Your turn was interrupted", "resume"),
    ];
    let kind =
        kinds.iter().find(|(words, _)| request.prompt.contains(words)).map_or("other", |(_, kind)| kind);
    // A session that takes over has its role's rules in its first prompt.
    let told = request.prompt.replace("No second step", "");
    let id = if told.contains("second") { "second" } else { "first" };
    (kind, id)
}

/// Two rounds, a file each.
pub fn two_rounds(request: &Request) -> Reply {
    if request.kind != Kind::Turn {
        return Reply::aside(request.kind);
    }
    if request.has_reported() {
        return Reply::text("That is all.");
    }
    let (kind, id) = scene(request);
    match (kind, id, request.step) {
        ("plan", _, 0) => Reply::text("Looking.").shell("ls"),
        ("plan", ..) => Reply::text("Planned.").tool("report_verdict", needs_worker("first")),
        ("execute" | "resume", "first", 0) => {
            Reply::text("Working.").shell("echo one > first.txt; cat first.txt")
        }
        ("execute" | "resume", "second", 0) => {
            Reply::text("Writing.").tokens(1500, 1200, 40, 0).write("second.txt", "two\n")
        }
        ("execute" | "resume" | "continue", ..) => Reply::text("Told.").tool("report_result", report(id)),
        ("review", "first", _) => Reply::text("More.").tool("report_verdict", needs_worker("second")),
        ("review", ..) => {
            Reply::text("All.").tool("report_verdict", json!({"verdict": "DONE", "reason": "both are there"}))
        }
        _ => Reply::text("I do not know what to say."),
    }
}

const TASK: &str = "write two files";

fn headless(ground: &Ground, more: &[&str]) -> crate::support::Ran {
    ground.awtui(&[&["run", "--headless", "--yes", TASK][..], more].concat())
}

#[test]
fn two_agents_carry_a_task_through_two_rounds_to_done_and_everything_adds_up() {
    let script = || {
        // The provider fails twice: once with a limit, once in the middle of a stream.
        let mut broken = Vec::from([("execute", Fate::Status(429)), ("review", Fate::Drop)]);
        move |request: &Request| {
            let reply = two_rounds(request);
            let (kind, _) = scene(request);
            match broken.iter().position(|(at, _)| *at == kind) {
                Some(place) => reply.fate(broken.remove(place).1),
                None => reply,
            }
        }
    };
    Ground::each(&quick(), script, |ground| {
        let ran = headless(ground, &["--json"]).ends_with(0);
        let facts: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(facts.last().unwrap()["fact"]["kind"], "run_ended");
        let read = |name: &str| std::fs::read_to_string(ground.path(name)).unwrap();
        assert_eq!(
            (read("repo/first.txt"), read("repo/second.txt")),
            ("one\n".to_owned(), "two\n".to_owned())
        );
        let run = ground.run();
        assert_eq!((run.outcome, run.steps.len()), (Some(RunOutcome::Done), 5));
        let folder = ground.run_folder();
        for name in [
            "state.md",
            "ledger.json",
            "summary.md",
            "steps/0001_analyst_plan.md",
            "steps/0004_worker_result.md",
        ] {
            assert!(folder.join(name).exists(), "{name}");
        }
        for pane in ["analyst-1.cast", "worker-1.cast"] {
            assert!(ground.state().join("panes").join(pane).exists(), "{pane}");
        }
        assert_eq!(run.ledger.total.unknown_calls, 2, "the two failures cost nobody knows what");
        ground.assert_true();
        assert_eq!(ground.marked(), [] as [u32; 0]);
        ground.print_latency();
    });
}

#[test]
fn a_report_that_lacks_parts_is_continued_on_the_same_instruction() {
    let script = || {
        |request: &Request| {
            let (kind, id) = scene(request);
            match (kind, request.step) {
                ("plan", _) => Reply::text("").tool("report_verdict", needs_worker("first")),
                ("execute", _) => {
                    let mut lacking = report(id);
                    lacking["validation"] = json!("");
                    Reply::text("").tool("report_result", lacking)
                }
                ("continue", _) => Reply::text("").tool("report_result", report(id)),
                _ => Reply::text("")
                    .tool("report_verdict", json!({"verdict": "DONE", "reason": "it is there"})),
            }
        }
    };
    Ground::each(&quick(), script, |ground| {
        headless(ground, &[]).ends_with(0);
        let run = ground.run();
        assert_eq!(run.steps.len(), 3, "one plan, one worker step, one review");
        let asked: Vec<String> =
            ground.server.requests().iter().map(|request| scene(request).0.to_owned()).collect();
        assert_eq!(asked, ["plan", "execute", "continue", "review"]);
        ground.assert_true();
    });
}

#[test]
fn without_a_verdict_there_is_one_reminder_and_then_a_gate_and_never_a_way_on() {
    let script = || |_: &Request| Reply::text("It looks fine to me, please continue.");
    Ground::each(&quick(), script, |ground| {
        headless(ground, &[]).ends_with(3);
        let asked: Vec<&str> = ground.server.requests().iter().map(|request| scene(request).0).collect();
        assert_eq!(asked, ["plan", "remind"]);
        let gates: Value =
            serde_json::from_str(&ground.awtui(&["gates", "--json"]).ends_with(0).out).unwrap();
        assert_eq!(gates.as_array().unwrap().len(), 1, "{gates:#}");
        let run = ground.run();
        assert!(run.open_gates().any(|gate| matches!(gate.kind, GateKind::IncompleteReport)), "{gates:#}");
        ground.assert_true();
        ground.awtui(&["abort"]).ends_with(0);
        until("nothing of the run is left", || ground.marked().is_empty() && ground.run().is_over());
        assert_eq!(ground.run().outcome, Some(RunOutcome::Aborted));
        ground.assert_true();
    });
}

#[test]
fn a_session_with_nothing_to_compact_is_asked_once_and_the_loop_goes_on() {
    let settings = json!({"compaction": {"keepRecentTokens": 20_000}, "quietStartup": true});
    let script = || {
        |request: &Request| {
            let reply = two_rounds(request);
            if scene(request) == ("execute", "first") { reply.tokens(9_600, 0, 50, 0) } else { reply }
        }
    };
    Ground::each(&settings, script, |ground| {
        headless(ground, &["--set", "roles.worker.context_limit=10000"]).ends_with(0);
        let run = ground.run();
        assert_eq!(run.outcome, Some(RunOutcome::Done));
        let results: Vec<&CompactionResult> =
            run.ledger.compactions.iter().map(|made| &made.result).collect();
        assert_eq!(results, [&CompactionResult::Nothing]);
        ground.assert_true();
    });
}

/// The worker's first tool call goes on until the file `go` is there.
pub fn held(request: &Request) -> Reply {
    let held = "touch started; while [ ! -e go ]; do sleep 0.05; done; echo one > first.txt";
    match (scene(request), request.step) {
        _ if request.kind != Kind::Turn => Reply::aside(request.kind),
        (("execute" | "resume", "first"), 0) => Reply::text("Working.").shell(held),
        _ => two_rounds(request),
    }
}

#[test]
fn a_model_that_the_agent_does_not_know_is_named_with_the_nearest_one_and_nothing_is_begun() {
    Ground::each(
        &quick(),
        || two_rounds,
        |ground| {
            let ran = headless(ground, &["--set", "roles.worker.model=mock/fats"]).ends_with(2);
            assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
            assert!(ran.err.contains("mock/fats") && ran.err.contains("mock/fast"), "{}", ran.err);
            assert!(!ground.path("repo/tmp").exists());
            assert_eq!(ground.server.requests().len(), 0);
        },
    );
}
