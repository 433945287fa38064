//! The ledger equals the server's own count to the token where that is hard: calls side by side, failures that were tried
//! again, an interrupted turn, a compaction, an agent that was killed and resumed.

use crate::ground::{Ground, Wishes, until};
use crate::install::{Cli, OPENCODE};
use crate::model_server::{Fate, Kind, Reply, Request};
use crate::runs::{held, quick, report, scene, two_rounds};
use awtui::domain::{CompactionResult, RunOutcome};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const TASK: &str = "write two files";

fn with_partner(cli: Cli, script: impl FnMut(&Request) -> Reply + Send + 'static, test: impl Fn(&Ground)) {
    let wishes = Wishes { pi: quick(), ask: Vec::new(), before: None };
    Ground::pair(cli.partner(), cli, &wishes, script, test);
}

/// Two calls in one reply, and a call that fails before each of the first four replies of the worker.
///
/// By what the worker was given and not by where its conversation stands: `OpenCode` 1.18.33 keeps what it had of a
/// reply that was reset, and asks again with that in it.
fn rough() -> impl FnMut(&Request) -> Reply + Send + 'static {
    let mut failures = FAILURES.into_iter().map(Some).collect::<Vec<_>>();
    let mut given = 0;
    move |request: &Request| {
        if request.kind != Kind::Turn || scene(request) != ("execute", "first") {
            return two_rounds(request);
        }
        let reply = match given {
            0 => Reply::text("Both at once.").shell("echo one > first.txt").shell("echo more > third.txt"),
            1 => Reply::text("Looking.").shell("cat first.txt"),
            2 => Reply::text("Again.").shell("cat third.txt"),
            _ => two_rounds(request),
        };
        if let Some(failure) = failures.get_mut(given).and_then(Option::take) {
            return reply.retry_after(1).fate(failure);
        }
        given += 1;
        reply
    }
}

const FAILURES: [Fate; 4] = [Fate::Reset, Fate::Status(429), Fate::Drop, Fate::Status(500)];

fn rough_turns(cli: Cli) {
    with_partner(cli, rough(), |ground| {
        ground.awtui(&["run", "--headless", "--yes", TASK]).ends_with(0);
        let sent = ground.server.counts(cli.agent.fast().served);
        let told =
            |turn: &Request| format!("step {} of {:?} after {:?}", turn.step, scene(turn), turn.called);
        let turns: Vec<String> = ground.server.turns().iter().map(told).collect();
        assert_eq!((sent.cut, sent.refused), (2, 2), "{sent:?} {turns:#?}");
        ground.assert_true();
    });
}

/// A pause in the middle of a command.
fn interrupted(cli: Cli) {
    with_partner(cli, held, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        ground.awtui(&["pause", "--now"]).ends_with(0);
        until("it is paused", || ground.run().pause.is_some() && !ground.run().is_busy());
        ground.assert_true();
        std::fs::write(ground.path("repo/go"), "").unwrap();
        ground.awtui(&["resume"]).ends_with(0);
        ground.done();
        until("nothing of the run is left", || ground.marked().is_empty());
        ground.assert_true();
    });
}

/// A pause in the middle of a reply: what it cost nobody says.
fn cut_off(cli: Cli) {
    let mut hung = false;
    let script = move |request: &Request| {
        let reply = two_rounds(request);
        if hung || request.kind != Kind::Turn || scene(request) != ("execute", "first") || request.step != 1 {
            return reply;
        }
        hung = true;
        Reply::text("half of this is never said").fate(Fate::Hang)
    };
    with_partner(cli, script, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        let model = cli.agent.fast().served;
        until("the reply hangs", || {
            let counts = ground.server.counts_of(model, |kind| kind == Kind::Turn);
            counts.requests == 2 && counts.whole == 1
        });
        ground.awtui(&["pause", "--now"]).ends_with(0);
        until("it is paused", || ground.run().pause.is_some() && !ground.run().is_busy());
        ground.server.wait_for(model, |counts| counts.cut == 1);
        ground.awtui(&["resume"]).ends_with(0);
        ground.done();
        ground.assert_true();
    });
}

/// The provider refuses for good; the operator has it tried again when that is mended.
fn refused(cli: Cli) {
    let mended = Arc::new(AtomicBool::new(false));
    let of_script = Arc::clone(&mended);
    let script = move |request: &Request| {
        let of_worker = request.kind == Kind::Turn && matches!(scene(request).0, "execute" | "resume");
        if of_worker && !of_script.load(Ordering::Relaxed) {
            return Reply::text("the script says no").fate(Fate::Status(400));
        }
        two_rounds(request)
    };
    with_partner(cli, script, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        let gate = crate::support::until("the failure is a gate", || ground.open_gate());
        assert_eq!(gate["kind"], "agent_failed", "{gate:#}");
        assert!(gate.to_string().contains("the script says no"), "{gate:#}");
        mended.store(true, Ordering::Relaxed);
        ground.awtui(&["gate", "retry", &gate["id"].to_string()]).ends_with(0);
        ground.done();
        ground.assert_true();
    });
}

fn aborted(cli: Cli) {
    with_partner(cli, held, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        assert!(!ground.marked().is_empty());
        ground.awtui(&["abort"]).ends_with(0);
        until("the run is over", || ground.run().is_over());
        assert_eq!(ground.run().outcome, Some(RunOutcome::Aborted));
        assert_eq!(ground.marked(), [] as [u32; 0]);
        ground.assert_true();
    });
}

/// The agent alone dies; its session goes on in another pane.
fn died(cli: Cli) {
    with_partner(cli, held, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        for pid in ground.of_role("worker") {
            let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        let is_gone = |fact: &Value| fact["observation"]["kind"] == "gone" && fact["pane"] == "worker-1";
        until("its death is known", || ground.facts().iter().any(is_gone));
        std::fs::write(ground.path("repo/go"), "").unwrap();
        ground.done();
        until("nothing of the run is left", || ground.marked().is_empty());
        let sessions = ground.kinds().iter().filter(|kind| *kind == "session_opened").count();
        assert_eq!(sessions, 2, "the worker's session goes on");
        ground.assert_true();
    });
}

fn killed(cli: Cli) {
    with_partner(cli, held, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        let pid = rustix::process::Pid::from_raw(i32::try_from(ground.supervisor_pid()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        ground.awtui(&["resume"]).ends_with(0);
        // Only now: no call was under way when the supervisor and its agents died.
        std::fs::write(ground.path("repo/go"), "").unwrap();
        ground.done();
        assert!(ground.kinds().contains(&"recovered".to_owned()));
        until("nothing of the run is left", || ground.marked().is_empty());
        ground.assert_true();
    });
}

fn compacted(cli: Cli) {
    let settings = json!({"compaction": {"keepRecentTokens": 100}, "quietStartup": true});
    let script = |request: &Request| match (request.kind, scene(request), request.step) {
        (Kind::Turn, ..) if request.has_reported() => two_rounds(request),
        (Kind::Turn, ("execute", "first"), 0) => {
            Reply::text(&"much was read ".repeat(300)).tokens(5_000, 0, 50, 0).shell("ls")
        }
        (Kind::Turn, ("execute", "first"), _) => {
            Reply::text("").tokens(9_600, 0, 50, 0).tool("report_result", report("first"))
        }
        _ => two_rounds(request),
    };
    let wishes = Wishes { pi: settings, ask: Vec::new(), before: None };
    Ground::pair(cli.partner(), cli, &wishes, script, |ground| {
        let limited = ["--set", "roles.worker.context_limit=10000"];
        ground.awtui(&[&["run", "--headless", "--yes", TASK], &limited[..]].concat()).ends_with(0);
        let run = ground.run();
        assert_eq!(run.outcome, Some(RunOutcome::Done));
        let [compaction] = run.ledger.compactions.as_slice() else { panic!("{:#?}", run.ledger.compactions) };
        assert_eq!((compaction.role.as_str(), compaction.automatic), ("worker", false));
        assert_eq!(compaction.result, CompactionResult::Completed);
        assert!(compaction.before.is_some_and(|before| before >= 9_000), "{compaction:?}");
        assert!(compaction.ended.is_some());
        ground.assert_true();
    });
}

/// The operator asks for it: the analyst at rest is compacted while the worker works, the worker when its turn is over.
fn compacted_on_demand(cli: Cli) {
    let settings = json!({"compaction": {"keepRecentTokens": 100}, "quietStartup": true});
    let script = |request: &Request| match (request.kind, scene(request), request.step) {
        (Kind::Turn, ("plan", _), 0) => Reply::text(&"much was seen ".repeat(300)).shell("ls"),
        _ => held(request),
    };
    let wishes = Wishes { pi: settings, ask: Vec::new(), before: None };
    Ground::pair(cli.partner(), cli, &wishes, script, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        ground.awtui(&["compact", "analyst"]).ends_with(0);
        ground.awtui(&["compact", "worker"]).ends_with(0);
        let completed = |role: &str| {
            let run = ground.run();
            let of_role = run.ledger.compactions.iter().find(|one| one.role.as_str() == role);
            of_role
                .map(|one| (one.result.clone(), one.step))
                .filter(|(result, _)| *result != CompactionResult::Running)
        };
        until("the analyst is compacted", || completed("analyst").is_some());
        assert_eq!(completed("analyst"), Some((CompactionResult::Completed, None)));
        assert_eq!(completed("worker"), None, "not into its turn");
        std::fs::write(ground.path("repo/go"), "").unwrap();
        ground.done();
        let worker = completed("worker").map(|(result, _)| result);
        assert!(
            matches!(worker, Some(CompactionResult::Completed | CompactionResult::Nothing)),
            "{:#?}",
            ground.run().ledger.compactions
        );
        ground.assert_true();
    });
}

each_cli! {
    calls_side_by_side_and_calls_that_failed_are_counted_once: rough_turns,
    an_interrupted_command_is_taken_up_again_and_nothing_is_counted_twice: interrupted,
    a_reply_that_was_cut_off_is_the_only_spend_that_may_be_unknown: cut_off,
    what_the_provider_refuses_is_a_gate_that_says_why: refused,
    an_aborted_run_leaves_nothing_behind: aborted,
    an_agent_that_died_is_resumed_in_its_session: died,
    an_agent_that_was_killed_with_its_supervisor_is_resumed_and_counted_once: killed,
    past_the_threshold_it_is_compacted_between_its_turns_and_the_loop_goes_on: compacted,
    what_the_operator_wants_compacted_is_compacted_between_its_turns: compacted_on_demand,
}

/// `OpenCode` 1.18.33 spends the turn after a compaction that failed on another one, and says nothing of what it was asked.
#[test]
fn opencode_that_compacts_in_the_place_of_its_turn_is_asked_again() {
    let settings = json!({"quietStartup": true});
    let mut failed = false;
    let script = move |request: &Request| {
        if request.kind == Kind::Compaction && !std::mem::replace(&mut failed, true) {
            return Reply::text("I call a tool where none is allowed.").shell("ls");
        }
        held(request)
    };
    let wishes = Wishes { pi: settings, ask: Vec::new(), before: None };
    Ground::pair(OPENCODE.partner(), OPENCODE, &wishes, script, |ground| {
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        ground.awtui(&["compact", "worker"]).ends_with(0);
        std::fs::write(ground.path("repo/go"), "").unwrap();
        ground.done();
        let results: Vec<CompactionResult> =
            ground.run().ledger.compactions.iter().map(|one| one.result.clone()).collect();
        assert!(
            matches!(&results[..], [CompactionResult::Failed(_), CompactionResult::Completed]),
            "{results:?}"
        );
        assert!(!ground.kinds().contains(&"gate_answered".to_owned()), "nobody had to be asked");
    });
}
