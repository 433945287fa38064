//! Pi through its adapter and the bridge: what is told, how a turn ends, and that the tokens are the server's own.

use crate::desk::{Desk, Lab, sum};
use crate::install::NEWEST;
use crate::model_server::{Counts, Fate, Kind, Reply, Request};
use awtui::agent::Feature;
use awtui::domain::{Observation, RoleName, Source, TurnEnd, UsageKind, UsageSeen, Verdict, WorkerStatus};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MODEL: &str = "fast";

fn quick() -> Value {
    json!({"retry": {"baseDelayMs": 20}, "quietStartup": true})
}

fn report() -> Value {
    json!({"instruction_id": "i-1", "status": "done", "task_understood": "t", "actions_taken": "a", "result": "r",
        "validation": "v", "artifacts": "none", "issues": "none", "recommendation": "n", "handoff": "h"})
}

/// The same words as a prompt begins with choose the scene.
fn scenes(request: &Request) -> Reply {
    if request.kind != Kind::Turn {
        return Reply::aside(request.kind);
    }
    let scene = request.prompt.split_whitespace().next().unwrap_or_default();
    match (scene, request.step) {
        ("work", 0) => Reply::text("Running.").shell("echo from-the-tool"),
        ("work", 1) => Reply::text("Reporting.").tokens(1234, 1000, 77, 7).tool("report_result", report()),
        ("judge", 0) => Reply::text("").tool("report_verdict", json!({"verdict": "DONE", "reason": "it is"})),
        ("slow", 0) => Reply::text("Sleeping.").shell("exec sleep 600"),
        ("hang", 0) => Reply::text("half of this is never said").fate(Fate::Hang),
        ("empty", _) => Reply::text(""),
        ("broken", _) => Reply::text("no such thing").fate(Fate::Status(400)),
        ("large", _) => Reply::text("much read").tokens(20_000, 0, 10, 0),
        ("prose", _) => Reply::text(&"words ".repeat(400)),
        _ => Reply::text(&format!("reply to {scene}")),
    }
}

/// Every token that the server sent whole was told, and every call that broke is counted as unknown.
#[track_caller]
fn assert_accounted(desk: &Desk, counts: &Counts) {
    let usages = desk.usages();
    let told = sum(&usages);
    let unknown = usages.iter().filter(|usage| usage.unknown_spend).count() as u64;
    let sent = counts.tokens;
    let expected = (sent.prompt, sent.cached, sent.completion, sent.reasoning);
    assert_eq!(
        (told.input + told.cache_read, told.cache_read, told.output, told.reasoning),
        expected,
        "{usages:#?}"
    );
    assert_eq!(usages.len() as u64 - unknown, counts.whole, "{usages:#?}");
    assert_eq!(unknown, counts.cut + counts.refused, "{usages:#?}");
}

/// The log holds the same calls under the same keys. It does not know the window.
#[track_caller]
fn assert_same_by_log(desk: &Desk) {
    let by_key = |usages: Vec<UsageSeen>| -> BTreeMap<String, UsageSeen> {
        usages.into_iter().map(|usage| (usage.message.clone(), UsageSeen { window: None, ..usage })).collect()
    };
    assert_eq!(by_key(desk.by_log.clone()), by_key(desk.usages()));
    assert_eq!(by_key(desk.usages()).len(), desk.usages().len(), "each call was told once");
    let by_bridge = desk.told.iter().filter(|(_, seen)| matches!(seen, Observation::Usage(_)));
    assert!(by_bridge.clone().all(|(source, _)| matches!(source, Source::Bridge | Source::SessionLog)));
}

#[test]
fn the_probe_tells_what_this_pi_has() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            assert_eq!(lab.probe.version.as_deref(), Some(lab.pi.version));
            let models: Vec<&str> = lab.probe.models.iter().map(|model| model.id.as_str()).collect();
            assert_eq!(models, ["mock/fast", "mock/strong"]);
            assert_eq!(lab.probe.models[0].window, Some(32_000));
            assert_eq!(lab.probe.has(Feature::ProgramStatus), lab.pi == NEWEST);
            assert!(lab.probe.has(Feature::Settled) && lab.probe.has(Feature::SessionId));
        },
    );
}

#[test]
fn a_turn_with_a_tool_and_a_report_is_told_whole_and_paid_to_the_token() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            assert!(desk.saw(|seen| matches!(seen, Observation::ModelSeen { model, window: Some(32_000), agent_trigger: Some(15_616), .. } if model == "mock/fast")));
            assert_eq!(desk.turn("work please"), (TurnEnd::Completed, "Reporting.".to_owned()));
            assert!(desk.saw(|seen| *seen == Observation::PromptSeen { effect: 1 }));
            let [worker] = desk.workers.as_slice() else { panic!("{:?}", desk.workers) };
            assert_eq!(worker.status, Some(WorkerStatus::Done));
            assert_eq!(worker.instruction_id.as_ref().unwrap().as_str(), "i-1");
            assert!(worker.sections.missing().is_empty());
            let tools: Vec<(String, bool)> = desk
                .told
                .iter()
                .filter_map(|(_, seen)| match seen {
                    Observation::ToolEnded { name, failed, wall: Some(_), .. } => {
                        Some((name.clone(), *failed))
                    }
                    _ => None,
                })
                .collect();
            assert_eq!(tools, [("bash".to_owned(), false), ("report_result".to_owned(), false)]);
            assert!(desk.saw(|seen| matches!(seen, Observation::ContextSeen { tokens: Some(tokens), .. } if *tokens > 1_300)));
            let counts = lab.server.wait_for(MODEL, |counts| counts.whole == 2);
            assert_eq!(counts.requests, 2, "the report ended the turn without another call");
            assert_accounted(&desk, &counts);
            let (code, desk) = desk.quit();
            assert_eq!(code, 0);
            assert_same_by_log(&desk);
            assert_eq!(desk.refused, [] as [String; 0]);
        },
    );
}

#[test]
fn the_analyst_reports_a_verdict() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            lab.role = RoleName::new("analyst");
            let mut desk = lab.start(None);
            desk.ready();
            assert_eq!(desk.turn("judge it"), (TurnEnd::Completed, String::new()));
            assert_eq!(desk.verdicts.len(), 1);
            assert_eq!(desk.verdicts[0].verdict, Verdict::Done);
            let asked = &lab.server.requests()[0];
            assert!(asked.offers("report_verdict") && !asked.offers("report_result"));
        },
    );
}

#[test]
fn a_retried_call_is_one_turn_and_its_failures_are_calls_of_unknown_cost() {
    for fate in [Fate::Status(429), Fate::Status(500), Fate::Drop] {
        let script = move || {
            let mut failures = 2;
            move |_: &Request| {
                failures -= 1;
                let fate = if failures < 0 { Fate::Whole } else { fate };
                Reply::text("at last").fate(fate)
            }
        };
        Lab::each(&quick(), script, |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            assert_eq!(desk.turn("go"), (TurnEnd::Completed, "at last".to_owned()));
            let counts = lab.server.wait_for(MODEL, |counts| counts.whole == 1);
            assert_eq!(counts.cut + counts.refused, 2);
            assert!(!desk.saw(|seen| matches!(seen, Observation::Limited(_))), "it went on by itself");
            assert_accounted(&desk, &counts);
            let (_, desk) = desk.quit();
            assert_eq!(desk.ends().len(), 1);
            assert_same_by_log(&desk);
        });
    }
}

#[test]
fn an_error_that_stays_fails_the_turn_with_its_reason() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            let (TurnEnd::Failed { reason }, text) = desk.turn("broken now") else {
                panic!("{:?}", desk.ends())
            };
            assert!(reason.contains("no such thing"), "{reason}");
            assert_eq!(text, "");
            assert_accounted(&desk, &lab.server.counts(MODEL));
            assert_eq!(desk.turn("again").0, TurnEnd::Completed, "the next turn is not concerned");
        },
    );
}

#[test]
fn a_limit_that_stays_is_told_before_the_turn_fails() {
    Lab::each(
        &quick(),
        || |_: &Request| Reply::text("slow down").fate(Fate::Status(429)),
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            assert!(matches!(desk.turn("go").0, TurnEnd::Failed { .. }));
            let at =
                |what: fn(&Observation) -> bool| desk.told.iter().position(|(_, seen)| what(seen)).unwrap();
            let limited = at(|seen| matches!(seen, Observation::Limited(_)));
            assert!(limited < at(|seen| matches!(seen, Observation::TurnEnded { .. })));
            assert_accounted(&desk, &lab.server.counts(MODEL));
        },
    );
}

#[test]
fn an_empty_reply_is_a_turn_that_said_nothing() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            assert_eq!(desk.turn("empty please"), (TurnEnd::Completed, String::new()));
            assert_accounted(&desk, &lab.server.wait_for(MODEL, |counts| counts.whole == 1));
        },
    );
}

#[test]
fn an_interrupt_stops_a_tool_and_a_stream_and_the_key_does_the_same() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            desk.prompt("slow one");
            desk.until("the tool", |desk| desk.saw(|seen| matches!(seen, Observation::ToolStarted { .. })));
            desk.control(|adapter| adapter.interrupt());
            desk.until("the first end", |desk| desk.ends().len() == 1);
            desk.prompt("hang there");
            desk.until("the half", |desk| desk.screen.text().contains("half of this"));
            desk.type_keys(b"\x1b");
            desk.until("the second end", |desk| desk.ends().len() == 2);
            let ends: Vec<TurnEnd> = desk.ends().into_iter().map(|(end, _)| end).collect();
            assert_eq!(ends, [TurnEnd::Interrupted, TurnEnd::Interrupted]);
            assert_eq!(desk.ends()[0].1, "Sleeping.");
            let counts = lab.server.wait_for(MODEL, |counts| counts.cut == 1);
            assert_accounted(&desk, &counts);
            assert_eq!(desk.turn("and on"), (TurnEnd::Completed, "reply to and".to_owned()));
            let (_, desk) = desk.quit();
            assert_same_by_log(&desk);
        },
    );
}

fn compactions(desk: &Desk) -> Vec<(Option<u64>, bool)> {
    desk.told
        .iter()
        .filter_map(|(_, seen)| match seen {
            Observation::CompactionEnded { before, nothing, failed: None, .. } => Some((*before, *nothing)),
            _ => None,
        })
        .collect()
}

#[test]
fn compaction_is_told_timed_and_paid_and_nothing_to_compact_is_no_error() {
    let settings = json!({"compaction": {"keepRecentTokens": 300}, "retry": {"baseDelayMs": 20}});
    Lab::each(
        &settings,
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            desk.control(|adapter| adapter.compact("keep the plan"));
            desk.until("nothing", |desk| compactions(desk).len() == 1);
            assert_eq!(compactions(&desk), [(None, true)]);
            for _ in 0..3 {
                desk.turn("prose please");
            }
            desk.control(|adapter| adapter.compact("keep the plan"));
            desk.until("the compaction", |desk| compactions(desk).len() == 2);
            let (before, nothing) = compactions(&desk)[1];
            assert!(before.is_some_and(|before| before > 300) && !nothing);
            let started = desk
                .told
                .iter()
                .filter(|(_, seen)| *seen == Observation::CompactionStarted { automatic: false });
            assert_eq!(started.count(), 2);
            desk.until("the unknown context", |desk| {
                desk.saw(|seen| matches!(seen, Observation::ContextSeen { tokens: None, .. }))
            });
            assert_eq!(desk.turn("and on"), (TurnEnd::Completed, "reply to and".to_owned()));
            assert!(lab.server.requests().iter().any(|request| request.prompt.contains("keep the plan")));
            let (_, desk) = desk.quit();
            assert_tokens(lab, &desk);
            assert_same_by_log(&desk);
        },
    );
}

#[test]
fn its_own_compaction_is_told_as_such_and_belongs_to_the_turn() {
    let settings = json!({"compaction": {"keepRecentTokens": 300}});
    Lab::each(
        &settings,
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            desk.turn("prose please");
            desk.turn("prose please");
            assert_eq!(desk.turn("large file"), (TurnEnd::Completed, "much read".to_owned()));
            let at =
                |what: fn(&Observation) -> bool| desk.told.iter().rposition(|(_, seen)| what(seen)).unwrap();
            let started = at(|seen| *seen == Observation::CompactionStarted { automatic: true });
            let ended =
                at(|seen| matches!(seen, Observation::CompactionEnded { failed: None, nothing: false, .. }));
            assert!(started < ended && ended < at(|seen| matches!(seen, Observation::TurnEnded { .. })));
            assert!(
                desk.usages()
                    .iter()
                    .any(|usage| usage.usage == UsageKind::Compaction && !usage.unknown_spend)
            );
            let (_, desk) = desk.quit();
            assert_tokens(lab, &desk);
        },
    );
}

/// A compaction may be several calls under one entry: the tokens are the same, the calls fewer. Once Pi is gone no more
/// can come.
#[track_caller]
fn assert_tokens(lab: &Lab, desk: &Desk) {
    let told = sum(&desk.usages());
    let told = (told.input + told.cache_read, told.cache_read, told.output, told.reasoning);
    let sent = |counts: &Counts| {
        let tokens = counts.tokens;
        (tokens.prompt, tokens.cached, tokens.completion, tokens.reasoning)
    };
    lab.server.wait_for(MODEL, |counts| counts.whole == counts.requests && sent(counts) == told);
}

#[test]
fn a_resumed_session_goes_on_and_counts_nothing_twice() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            desk.turn("one");
            let known = desk.told.iter().find_map(|(_, seen)| match seen {
                Observation::SessionKnown { agent_session, log: Some(_) } => Some(agent_session.clone()),
                _ => None,
            });
            let session = known.unwrap();
            let (_, first) = desk.quit();
            let mut desk = lab.start(Some(&session));
            desk.ready();
            desk.turn("two");
            assert!(desk.saw(|seen| matches!(seen, Observation::SessionKnown { agent_session, .. } if *agent_session == session)));
            let counts = lab.server.wait_for(MODEL, |counts| counts.whole == 2);
            assert_accounted(&desk, &counts);
            let keys = |desk: &Desk| desk.usages().into_iter().map(|usage| usage.message).collect::<Vec<_>>();
            assert_eq!(keys(&desk)[..1], keys(&first)[..], "the first call has the key that it had");
        },
    );
}

#[test]
fn a_lost_connection_is_made_again_and_nothing_is_lost() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            let mut desk = lab.start(None);
            desk.ready();
            desk.prompt("slow one");
            desk.until("the tool", |desk| desk.saw(|seen| matches!(seen, Observation::ToolStarted { .. })));
            desk.hang_up();
            // The end of the turn happens while nobody listens.
            desk.type_keys(b"\x1b");
            desk.until("the end of the turn", |desk| desk.ends().len() == 1);
            assert_eq!(desk.ends()[0].0, TurnEnd::Interrupted);
            assert!(desk.hellos >= 2);
            assert_eq!(desk.turn("and on"), (TurnEnd::Completed, "reply to and".to_owned()));
            assert_accounted(&desk, &lab.server.wait_for(MODEL, |counts| counts.whole == 2));
        },
    );
}

#[test]
fn without_the_bridge_a_pasted_prompt_arrives_and_its_end_is_seen() {
    Lab::each(
        &quick(),
        || scenes,
        |lab| {
            let mut desk = lab.start_without_bridge();
            desk.ready();
            desk.prompt("hello there\n\nin several lines");
            desk.until("the arrival", |desk| desk.saw(|seen| *seen == Observation::PromptSeen { effect: 1 }));
            desk.until("the end of the turn", |desk| desk.ends().len() == 1);
            assert_eq!(desk.ends()[0], (TurnEnd::Completed, "reply to hello".to_owned()));
            assert_accounted(&desk, &lab.server.wait_for(MODEL, |counts| counts.whole == 1));
            assert!(desk.told.iter().all(|(source, _)| *source != Source::Bridge));
        },
    );
}
