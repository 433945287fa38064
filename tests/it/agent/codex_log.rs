//! Codex's own session logs, as recorded.

use super::codex::{codex, probe};
use super::{RUN, launch, observations, role, usages};
use awtui::agent::{Adapter, Control, Emission};
use awtui::domain::{Observation, Source, Tokens, TurnEnd, UsageKind};
use serde_json::{Value, json};

fn recorded(name: &str) -> Vec<String> {
    let path = format!("tests/it/fixtures/codex/{name}.jsonl");
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn launched() -> Box<dyn Adapter> {
    let mut codex = codex();
    launch(codex.as_mut(), &probe(), &role(), |_| {}).unwrap();
    codex
}

fn hook(adapter: &mut dyn Adapter, event: &str, payload: &Value) -> Vec<Emission> {
    let line = json!({"type": "hook", "key": "k", "event": event, "payload": payload});
    adapter.agent_line(&line.to_string())
}

/// Reads a log as it is read live: the hooks of each turn and compaction come as it begins.
fn live(adapter: &mut dyn Adapter, name: &str) -> Vec<(Source, Observation)> {
    let mut seen = Vec::new();
    for line in recorded(name) {
        seen.extend(observations(adapter.log_line(&line)));
        let record: Value = serde_json::from_str(&line).unwrap();
        let payload = &record["payload"];
        if payload["type"] == "task_started" {
            let turn = json!({"session_id": "s", "turn_id": payload["turn_id"], "prompt": "go"});
            hook(adapter, "UserPromptSubmit", &turn);
        }
    }
    seen
}

fn read(adapter: &mut dyn Adapter, name: &str) -> Vec<(Source, Observation)> {
    recorded(name).iter().flat_map(|line| observations(adapter.log_line(line))).collect()
}

#[test]
fn usage_is_the_sum_of_every_call_and_calls_without_a_cost_are_unknown() {
    for (name, calls, unknown, [input, output, cached, reasoning]) in [
        ("session_tools", 2, 0, [3_600, 240, 6_400, 80]),
        // What was refused at once and tried again is told by nobody; what broke off is.
        ("session_retries", 5, 2, [5_400, 360, 9_600, 120]),
        ("session_errors", 2, 2, [0; 4]),
        ("session_limit", 4, 4, [0; 4]),
        // One stream was cut by the interrupt; the tool of the other turn ran on behind its call.
        ("session_interrupts", 2, 1, [1_800, 120, 3_200, 40]),
        ("session_unanswered", 1, 1, [0; 4]),
        ("session_steer", 3, 2, [1_800, 120, 3_200, 40]),
        ("session_compaction", 6, 0, [253_900, 1_273, 6_400, 240]),
        ("session_mcp", 2, 0, [3_600, 240, 6_400, 80]),
    ] {
        let seen = usages(&read(launched().as_mut(), name));
        let sum = seen.iter().fold(Tokens::default(), |sum, usage| sum + usage.tokens);
        assert_eq!(seen.len(), calls, "{name}: {seen:#?}");
        assert_eq!(seen.iter().filter(|usage| usage.unknown_spend).count(), unknown, "{name}");
        assert_eq!(
            sum,
            Tokens { input, output, cache_read: cached, cache_write: 0, reasoning, cache_write_1h: 0 },
            "{name}"
        );
        assert!(seen.iter().all(|usage| usage.model == "mock-model" && usage.cost.is_none()), "{name}");
    }
}

#[test]
fn words_that_come_while_tools_run_cut_no_call() {
    let mut lines = recorded("session_tools");
    let words = lines.iter().find(|line| line.contains("\"UserMessage\"")).unwrap().clone();
    let answered = lines.iter().rposition(|line| line.contains("function_call_output")).unwrap();
    lines.insert(answered + 1, words);
    let mut codex = launched();
    let seen: Vec<_> = lines.iter().flat_map(|line| observations(codex.log_line(line))).collect();
    let unknown: Vec<_> = usages(&seen).iter().map(|usage| usage.unknown_spend).collect();
    assert_eq!(unknown, [false, false]);
}

#[test]
fn a_call_that_was_under_way_when_codex_was_killed_is_unknown_and_counted_once() {
    let lines = recorded("session_tools");
    let asked = lines.iter().position(|line| line.contains("\"UserMessage\"")).unwrap();
    let answered = lines.iter().rposition(|line| line.contains("function_call_output")).unwrap();
    let called = lines.iter().position(|line| line.contains("\"function_call\"")).unwrap();
    let paid = lines.iter().position(|line| line.contains("token_usage_record")).unwrap();
    let killed_after = |codex: &mut dyn Adapter, last: usize| {
        let mut seen: Vec<_> =
            lines[..=last].iter().flat_map(|line| observations(codex.log_line(line))).collect();
        seen.extend(observations(codex.exited(None)));
        usages(&seen)
    };
    for (last, unknown) in [(asked, 1), (called.max(paid), 0), (answered, 1), (lines.len() - 1, 0)] {
        let seen = killed_after(launched().as_mut(), last);
        let count = seen.iter().filter(|usage| usage.unknown_spend).count();
        assert_eq!(count, unknown, "killed after {}: {seen:?}", lines[last]);
        // Another process reads the same log, and leaves in its turn.
        let again = killed_after(launched().as_mut(), last);
        let ids = |seen: &[awtui::domain::UsageSeen]| {
            seen.iter().map(|usage| usage.message.clone()).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(ids(&seen), ids(&again));
    }
}

#[test]
fn an_interrupt_stops_commands_that_would_run_on_but_types_nothing_where_none_can() {
    let lines = recorded("session_interrupts");
    let mut codex = launched();
    let escape = Control::Bytes(b"\x1b".to_vec());
    let mut stops = Vec::new();
    for line in &lines {
        codex.log_line(line);
        match codex.interrupt() {
            Control::Keys(keys) => {
                assert_eq!((keys[0].after, keys[0].bytes.as_slice()), (0, &b"\x1b"[..]));
                assert_eq!(keys[1].bytes, b"\x15\x1b[200~/stop\x1b[201~\r");
                stops.push(true);
            }
            control => {
                assert_eq!(control, escape);
                stops.push(false);
            }
        }
    }
    let called = lines.iter().position(|line| line.contains("\"function_call\"")).unwrap();
    let begun = lines.iter().enumerate().filter(|(_, line)| line.contains("\"task_started\""));
    assert!(stops[called] && begun.clone().count() > 1);
    assert!(begun.into_iter().all(|(place, _)| !stops[place]), "a new turn has called nothing yet");
}

#[test]
fn a_log_that_is_read_again_counts_nothing_twice() {
    let mut codex = launched();
    for name in ["session_tools", "session_limit"] {
        assert!(!usages(&read(codex.as_mut(), name)).is_empty());
        assert_eq!(usages(&read(codex.as_mut(), name)), []);
    }
}

#[test]
fn each_reply_tells_the_context_and_the_window() {
    let seen = usages(&read(launched().as_mut(), "session_tools"));
    assert_eq!(seen[0].message, "resp_00bb543a7a2a4f2a854d1a6d");
    assert_eq!((seen[0].context, seen[0].window), (Some(5_120), Some(258_400)));
}

#[test]
fn the_model_in_use_comes_with_its_window_and_codex_s_own_trigger() {
    let seen = read(launched().as_mut(), "session_tools");
    let models: Vec<_> =
        seen.iter().filter(|(_, seen)| matches!(seen, Observation::ModelSeen { .. })).collect();
    let expected = Observation::ModelSeen {
        model: "mock-model".to_owned(),
        thinking: None,
        window: Some(258_400),
        agent_trigger: Some(244_800),
    };
    assert_eq!(models, [&(Source::SessionLog, expected)]);
}

fn tools(seen: &[(Source, Observation)]) -> Vec<String> {
    seen.iter()
        .filter_map(|(_, observation)| match observation {
            Observation::ToolStarted { name, detail, .. } => Some(format!("{name}: {detail}")),
            Observation::ToolEnded { name, failed, wall, .. } => Some(format!("{name} {failed} {wall:?}")),
            _ => None,
        })
        .collect()
}

#[test]
fn tools_are_told_with_their_time_and_whether_they_failed() {
    assert_eq!(
        tools(&live(launched().as_mut(), "session_tools")),
        [
            "exec_command: echo hello-tool; ls",
            "exec_command: sleep 0.3; cat a.txt",
            "exec_command false Some(0)",
            "exec_command false Some(220)",
        ]
    );
    assert_eq!(
        tools(&live(launched().as_mut(), "session_mcp")),
        ["mcp__awtui__report_progress: half", "mcp__awtui__report_progress false Some(1)"]
    );
    let interrupted = tools(&live(launched().as_mut(), "session_interrupts"));
    assert_eq!(interrupted.len(), 2, "{interrupted:?}");
}

#[test]
fn a_turn_ends_as_its_log_says() {
    let failed = |reason: &str| TurnEnd::Failed { reason: reason.to_owned() };
    for (name, ends) in [
        ("session_tools", vec![(TurnEnd::Completed, "All done.")]),
        (
            "session_errors",
            vec![
                (failed("bad request here"), ""),
                (failed("Quota exceeded. Check your plan and billing details."), ""),
            ],
        ),
        ("session_interrupts", vec![(TurnEnd::Interrupted, ""), (TurnEnd::Interrupted, "")]),
        ("session_steer", vec![(TurnEnd::Completed, "ok fine"), (TurnEnd::Interrupted, "")]),
    ] {
        let seen = live(launched().as_mut(), name);
        let found: Vec<_> = seen
            .iter()
            .filter_map(|(source, observation)| match observation {
                Observation::TurnEnded { end, text } => Some((*source, end.clone(), text.summary())),
                _ => None,
            })
            .collect();
        let ends: Vec<_> = ends.into_iter().map(|(end, text)| (Source::SessionLog, end, text)).collect();
        assert_eq!(found, ends, "{name}");
    }
}

#[test]
fn what_went_on_before_this_process_is_no_news() {
    let seen = read(launched().as_mut(), "session_tools");
    let news = seen.iter().filter(|(_, seen)| {
        !matches!(
            seen,
            Observation::Usage(_)
                | Observation::SumsSeen(_)
                | Observation::ModelSeen { .. }
                | Observation::PromptSeen { .. }
                | Observation::SessionKnown { .. }
        )
    });
    assert_eq!(news.count(), 0, "{seen:#?}");
}

#[test]
fn an_exhausted_limit_comes_with_its_end_before_the_turn_is_over() {
    let seen = live(launched().as_mut(), "session_limit");
    let limited = seen
        .iter()
        .position(
            |(_, seen)| matches!(seen, Observation::Limited(limit) if limit.until == Some(1_795_271_045_000)),
        )
        .expect("the limit lasts until the window resets");
    assert!(matches!(seen[limited + 1].1, Observation::TurnEnded { end: TurnEnd::Failed { .. }, .. }));
    let quota = live(launched().as_mut(), "session_errors");
    let limits: Vec<_> = quota
        .iter()
        .filter_map(|(_, seen)| match seen {
            Observation::Limited(limit) => Some(limit.until),
            _ => None,
        })
        .collect();
    assert_eq!(limits, [None], "nobody says until when");
}

#[test]
fn compactions_are_calls_of_their_own_and_tell_the_context_before_and_after() {
    let mut codex = launched();
    let mut seen = Vec::new();
    for line in recorded("session_compaction") {
        seen.extend(observations(codex.log_line(&line)));
        let record: Value = serde_json::from_str(&line).unwrap();
        if record["payload"]["type"] == "task_started" {
            let payload = json!({"turn_id": record["payload"]["turn_id"], "trigger": "manual"});
            let begun = hook(codex.as_mut(), "PreCompact", &payload);
            assert!(begun.contains(&Emission::Observed {
                source: Source::Hook,
                observation: Observation::CompactionStarted { automatic: false },
            }));
        }
    }
    let kinds: Vec<_> = usages(&seen).iter().map(|usage| usage.usage).collect();
    let (reply, compaction) = (UsageKind::Reply, UsageKind::Compaction);
    assert_eq!(kinds, [reply, compaction, compaction, reply, compaction, reply]);
    let ended: Vec<_> = seen
        .iter()
        .filter_map(|(_, observation)| match observation {
            Observation::CompactionEnded { before, after, failed, .. } => {
                Some((*before, *after, failed.clone()))
            }
            _ => None,
        })
        .collect();
    let nothing = Some("nothing was compacted".to_owned());
    assert_eq!(
        ended,
        [
            (None, None, nothing),
            (Some(5_120), Some(7_440), None),
            (Some(7_440), Some(7_440), None),
            (Some(251_000), Some(7_464), None),
        ]
    );
    let contexts = seen.iter().filter(|(_, seen)| {
        matches!(seen, Observation::ContextSeen { tokens: Some(_), window: Some(258_400) })
    });
    assert_eq!(contexts.count(), 3);
}

#[test]
fn a_helper_s_calls_are_counted_from_its_own_log() {
    let mut codex = launched();
    let log = "/home/ann/.codex/sessions/2026/11/21/rollout-helper.jsonl";
    let begun = json!({"session_id": "s", "agent_id": "h", "transcript_path": log});
    let emissions = hook(codex.as_mut(), "SubagentStart", &begun);
    assert!(emissions.contains(&Emission::ReadAlso { log: log.to_owned() }));
    let ended = json!({"session_id": "s", "agent_id": "h", "transcript_path": "/other", "agent_transcript_path": log});
    assert_eq!(hook(codex.as_mut(), "SubagentStop", &ended).len(), 1, "it is read already");
    let mut seen = Vec::new();
    for line in recorded("helper") {
        seen.extend(observations(codex.other_log_line(log, &line)));
    }
    let seen = usages(&seen);
    let tokens: Vec<_> = seen.iter().map(|usage| (usage.usage, usage.tokens.input, usage.context)).collect();
    assert_eq!(tokens, [(UsageKind::Helper, 777, None), (UsageKind::Helper, 778, None)]);
    assert_eq!(usages(&read(codex.as_mut(), "session_helper")).len(), 3);
}

#[test]
fn codex_tells_its_own_sum_before_a_turn_ends() {
    let seen = live(launched().as_mut(), "session_tools");
    let place = |wanted: fn(&Observation) -> bool| seen.iter().position(|(_, seen)| wanted(seen));
    let ended = place(|seen| matches!(seen, Observation::TurnEnded { .. })).unwrap();
    let told = place(|seen| matches!(seen, Observation::SumsSeen(_))).unwrap();
    assert!(told < ended, "{seen:#?}");
    // The recording is of two calls of 5,120 tokens, and of nothing before them.
    let tokens = Tokens { input: 3_600, output: 240, cache_read: 6_400, reasoning: 80, ..Tokens::default() };
    let sums = awtui::domain::SumsSeen { tokens: Some(tokens), cost: None, helpers: false };
    assert_eq!(seen[told].1, Observation::SumsSeen(sums));
}

#[test]
fn without_a_hook_the_log_tells_the_session_the_prompt_and_the_turn_from_its_beginning() {
    let mut codex = launched();
    codex.delivered(5);
    let marked = format!("TOOL please\\n\\n[awtui {RUN} 5]");
    let lines = recorded("session_tools").into_iter().map(|line| line.replace("TOOL please", &marked));
    let seen: Vec<_> = lines.flat_map(|line| observations(codex.log_line(&line))).collect();
    let place = |what: &dyn Fn(&Observation) -> bool| {
        let place = seen.iter().position(|(source, seen)| *source == Source::SessionLog && what(seen));
        place.unwrap_or_else(|| panic!("{seen:#?}"))
    };
    let places = [
        place(&|seen| matches!(seen, Observation::SessionKnown { log: None, .. })),
        place(&|seen| *seen == Observation::PromptSeen { effect: 5 }),
        place(&|seen| *seen == Observation::TurnStarted),
        place(&|seen| matches!(seen, Observation::ToolStarted { .. })),
        place(&|seen| matches!(seen, Observation::TurnEnded { end: TurnEnd::Completed, .. })),
    ];
    assert!(places.is_sorted(), "{seen:#?}");
    let begun = seen.iter().filter(|(_, seen)| *seen == Observation::TurnStarted);
    assert_eq!(begun.count(), 1, "history is no turn of now");
}

#[test]
fn who_asks_nobody_by_settings_of_its_own_says_so_once_and_again_when_that_is_over() {
    let mut codex = launched();
    let mut guard = |approval: &str, sandbox: &str| {
        let payload = json!({"turn_id": "t", "model": "m", "approval_policy": approval,
            "sandbox_policy": {"type": sandbox}});
        let line = json!({"type": "turn_context", "payload": payload}).to_string();
        let seen = observations(codex.log_line(&line));
        seen.into_iter().find_map(|(_, seen)| match seen {
            Observation::GuardSeen { unguarded } => Some(unguarded),
            _ => None,
        })
    };
    assert_eq!(guard("on-request", "workspace-write"), None, "nothing is new");
    assert_eq!(
        guard("on-request", "danger-full-access"),
        Some(Some("sandbox_policy danger-full-access".into()))
    );
    assert_eq!(guard("never", "read-only"), Some(Some("approval_policy never".into())));
    assert_eq!(guard("never", "read-only"), None);
    assert_eq!(guard("on-request", "read-only"), Some(None));
}
