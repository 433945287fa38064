//! Pi's own session logs, as recorded.

use super::{RUN, fixture, launch, observations, pi, role, usages};
use awtui::agent::{Adapter, Feature, Probe};
use awtui::domain::{Observation, Source, Tokens, TurnEnd, UsageKind};

const NEVER: u64 = u64::MAX;

/// A Pi without the bridge whose state comes from the log alone.
fn alone() -> Box<dyn Adapter> {
    let mut pi = pi();
    let probe = Probe { features: vec![Feature::SessionId, Feature::Settled], ..Probe::default() };
    launch(pi.as_mut(), &probe, &role(), |_| {}).unwrap();
    pi
}

fn read(adapter: &mut dyn Adapter, name: &str) -> Vec<(Source, Observation)> {
    fixture(name).iter().flat_map(|line| observations(adapter.log_line(line))).collect()
}

#[test]
fn usage_is_the_sum_of_every_paid_entry() {
    for (name, calls, unknown, [input, output, read_, write, reasoning]) in [
        ("tool_turn", 3, 0, [1581, 53, 2371, 0, 9]),
        ("compaction", 7, 0, [14860, 235, 22281, 0, 21]),
        ("empty", 1, 0, [523, 1, 784, 0, 3]),
        ("retry", 2, 1, [524, 10, 786, 0, 3]),
        ("err", 2, 2, [0, 0, 0, 0, 0]),
        ("escstream", 1, 1, [0, 0, 0, 0, 0]),
    ] {
        let seen = usages(&read(alone().as_mut(), name));
        let sum = seen.iter().fold(Tokens::default(), |sum, usage| sum + usage.tokens);
        assert_eq!(seen.len(), calls, "{name}");
        assert_eq!(seen.iter().filter(|usage| usage.unknown_spend).count(), unknown, "{name}");
        let expected =
            Tokens { input, output, cache_read: read_, cache_write: write, reasoning, cache_write_1h: 0 };
        assert_eq!(sum, expected, "{name}");
    }
}

#[test]
fn a_call_that_was_never_sent_is_no_call() {
    let seen = usages(&read(alone().as_mut(), "esc"));
    assert_eq!(seen.len(), 1, "the abort between two calls left an empty message");
    assert!(!seen[0].unknown_spend);
}

#[test]
fn a_compaction_is_paid_by_the_model_in_use_and_clears_the_context() {
    let seen = read(alone().as_mut(), "compaction");
    let kinds: Vec<UsageKind> = usages(&seen).iter().map(|usage| usage.usage).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == UsageKind::Compaction).count(), 2);
    let compaction = usages(&seen).into_iter().find(|usage| usage.usage == UsageKind::Compaction).unwrap();
    assert_eq!(compaction.model, "mock/mock-worker");
    assert_eq!(compaction.message, "a13a6021");
    assert_eq!(compaction.cost.unwrap().nanos.0, 540_650);
    let before: Vec<_> = seen
        .iter()
        .filter_map(|(_, observation)| match observation {
            Observation::CompactionEnded { before, .. } => *before,
            _ => None,
        })
        .collect();
    assert_eq!(before, [4375, 20034]);
    let unknown = Observation::ContextSeen { tokens: None, window: None };
    assert_eq!(seen.iter().filter(|(_, observation)| *observation == unknown).count(), 2);
}

#[test]
fn a_log_that_is_read_again_counts_nothing_twice() {
    let mut pi = alone();
    assert_eq!(usages(&read(pi.as_mut(), "tool_turn")).len(), 3);
    assert_eq!(usages(&read(pi.as_mut(), "tool_turn")).len(), 0);
}

#[test]
fn context_and_wall_time_come_with_each_whole_reply() {
    let seen = usages(&read(alone().as_mut(), "tool_turn"));
    assert_eq!(seen[0].context, Some(1332));
    assert_eq!(seen[0].wall, Some(62));
    let failed = usages(&read(alone().as_mut(), "err"));
    assert_eq!(failed[0].context, None);
}

#[test]
fn tools_are_told_by_the_log_only_while_nothing_better_is_connected() {
    let tools = |seen: &[(Source, Observation)]| {
        seen.iter()
            .filter_map(|(_, observation)| match observation {
                Observation::ToolStarted { name, detail, .. } => Some(format!("{name} {detail}")),
                Observation::ToolEnded { name, failed, wall, .. } => {
                    Some(format!("{name} {failed} {wall:?}"))
                }
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        tools(&read(alone().as_mut(), "tool_turn")),
        [
            "bash echo from-tool; sleep 1; ls",
            "bash false Some(1030)",
            "write note.txt",
            "write false Some(2)",
        ]
    );
    let mut connected = alone();
    connected.connected();
    let seen = read(connected.as_mut(), "tool_turn");
    assert!(tools(&seen).is_empty());
    assert_eq!(usages(&seen).len(), 3, "the ledger is kept whole in any case");
    connected.disconnected();
    assert!(!tools(&read(connected.as_mut(), "tool_turn")).is_empty());
}

#[test]
fn the_end_of_a_turn_by_the_log_alone_waits_for_silence() {
    let failed = |reason: &str| TurnEnd::Failed { reason: reason.to_owned() };
    for (name, quiet, end, text) in [
        ("tool_turn", 1_500, TurnEnd::Completed, "All done: command ran and note.txt written."),
        ("empty", 1_500, TurnEnd::Completed, ""),
        ("retry", 1_500, TurnEnd::Completed, "Mock reply to: [[error:500:1]] retry go"),
        ("esc", 1_500, TurnEnd::Interrupted, "Running slow tool."),
        ("escstream", 1_500, TurnEnd::Interrupted, "Mock reply to: [[delay:0.6]] please stream somet"),
        ("err", 15_000, failed("ERROR"), ""),
    ] {
        let mut pi = alone();
        read(pi.as_mut(), name);
        assert_eq!(pi.quiet(&mut String::new, quiet - 1), [], "{name} may go on");
        let ended = observations(pi.quiet(&mut String::new, quiet));
        let [(Source::SessionLog, Observation::TurnEnded { end: found, text: said })] = ended.as_slice()
        else {
            panic!("{name}: {ended:?}");
        };
        match (&end, found) {
            (TurnEnd::Failed { .. }, TurnEnd::Failed { reason }) => {
                assert!(reason.contains("401"), "{reason}");
            }
            (expected, found) => assert_eq!(*expected, *found, "{name}"),
        }
        assert_eq!(said.summary(), text, "{name}");
        assert_eq!(pi.quiet(&mut String::new, NEVER), [], "{name} ends once");
    }
}

#[test]
fn a_turn_that_still_runs_a_tool_or_was_ended_by_a_tool_does_not_end_by_silence() {
    for name in ["report", "tool_turn"] {
        let mut pi = alone();
        let lines = fixture(name);
        let upto = lines.iter().rposition(|line| line.contains("\"role\":\"toolResult\"")).unwrap();
        for line in &lines[..=upto] {
            pi.log_line(line);
        }
        assert_eq!(pi.quiet(&mut String::new, NEVER), [], "{name}");
    }
}

#[test]
fn the_arrival_of_a_prompt_is_seen_by_its_marker() {
    let mut pi = alone();
    let line = |text: &str| {
        serde_json::json!({"type":"message","id":"aa","timestamp":"2026-11-21T04:05:30.766Z",
            "message":{"role":"user","content":[{"type":"text","text":text}],"timestamp":1}})
        .to_string()
    };
    let seen = |emissions| {
        observations(emissions)
            .into_iter()
            .filter(|(_, observation)| matches!(observation, Observation::PromptSeen { .. }))
            .collect::<Vec<_>>()
    };
    let ours = line(&format!("go\n[awtui {RUN} 12]"));
    assert_eq!(seen(pi.log_line(&ours)), [(Source::SessionLog, Observation::PromptSeen { effect: 12 })]);
    assert_eq!(seen(pi.log_line(&ours)), []);
    assert_eq!(seen(pi.log_line(&line("go\n[awtui another 13]"))), []);
    assert_eq!(seen(pi.log_line(&line("[awtui 14] go"))), []);
}

#[test]
fn lines_that_are_not_understood_say_nothing() {
    let mut pi = alone();
    for line in [
        "",
        "{",
        "null",
        "[]",
        "{\"type\":\"message\"}",
        "{\"type\":\"custom\",\"id\":\"1\"}",
        "{\"type\":7}",
    ] {
        assert_eq!(pi.log_line(line), [], "{line}");
    }
}
