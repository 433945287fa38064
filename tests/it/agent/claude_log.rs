//! Claude Code's own session logs, as recorded.

use super::claude::{claude, probe, worker};
use super::{RUN, launch, observations, usages};
use awtui::agent::{Adapter, Emission};
use awtui::domain::{Money, Observation, Source, SumsSeen, Tokens, TurnEnd, UsageKind, UsageSeen};
use serde_json::json;

pub fn recorded(name: &str) -> Vec<String> {
    let path = format!("tests/it/fixtures/claude/{name}.jsonl");
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

pub fn launched() -> Box<dyn Adapter> {
    let mut claude = claude();
    launch(claude.as_mut(), &probe(), &worker(), |_| {}).unwrap();
    claude
}

fn read(adapter: &mut dyn Adapter, name: &str) -> Vec<Emission> {
    recorded(name).iter().flat_map(|line| adapter.log_line(line)).collect()
}

fn seen(emissions: Vec<Emission>) -> Vec<(Source, Observation)> {
    observations(
        emissions.into_iter().filter(|emission| matches!(emission, Emission::Observed { .. })).collect(),
    )
}

fn paid(name: &str) -> Vec<UsageSeen> {
    usages(&seen(read(launched().as_mut(), name)))
}

/// Corrections count in the place of what they correct.
fn last_of_each(calls: Vec<UsageSeen>) -> Vec<UsageSeen> {
    let mut last: Vec<UsageSeen> = Vec::new();
    for call in calls {
        last.retain(|before| before.message != call.message);
        last.push(call);
    }
    last
}

#[test]
fn every_reply_is_counted_once_and_requests_without_a_reply_are_unknown_spend() {
    // Seven whole replies of 1500 + 120 tokens, one cut off in the middle, one compaction; two requests were refused and
    // one was dropped.
    let calls = last_of_each(paid("session_turns"));
    let whole: Vec<&UsageSeen> = calls.iter().filter(|call| !call.unknown_spend).collect();
    let sum = whole.iter().fold(Tokens::default(), |sum, call| sum + call.tokens);
    assert_eq!(whole.len(), 7);
    let expected = Tokens {
        input: 7 * 1500,
        output: 7 * 120,
        cache_read: 7 * 3200,
        cache_write: 7 * 300,
        reasoning: 0,
        cache_write_1h: 0,
    };
    assert_eq!(sum, expected);
    assert_eq!(whole[0].context, Some(5120));
    let unknown: Vec<&UsageSeen> = calls.iter().filter(|call| call.unknown_spend).collect();
    assert_eq!(unknown.len(), 5);
    let cut = unknown.iter().find(|call| call.message.starts_with("msg_")).unwrap();
    assert_eq!((cut.tokens.total(), cut.context), (0, None));
    assert_eq!(unknown.iter().filter(|call| call.usage == UsageKind::Compaction).count(), 1);
}

#[test]
fn refused_and_repeated_requests_are_told_each() {
    // 6 + 1 + 2 + 2 were refused, one was interrupted before its first word, one was under way when it was killed.
    let calls = last_of_each(paid("session_errors"));
    let unknown =
        |kind: UsageKind| calls.iter().filter(|call| call.unknown_spend && call.usage == kind).count();
    assert_eq!((unknown(UsageKind::Reply), unknown(UsageKind::Compaction)), (13, 1));
    assert_eq!(calls.iter().filter(|call| !call.unknown_spend).count(), 8);
}

#[test]
fn a_log_that_is_read_again_counts_nothing_twice() {
    let mut claude = launched();
    assert!(!usages(&seen(read(claude.as_mut(), "session_turns"))).is_empty());
    assert_eq!(usages(&seen(read(claude.as_mut(), "session_turns"))), []);
}

#[test]
fn a_request_that_was_open_when_the_process_ended_is_unknown_spend() {
    let mut claude = launched();
    let request = |id: &str| {
        json!({"type": "api-request", "id": id, "querySource": "repl_main_thread", "params": {"model": "m"}})
            .to_string()
    };
    assert_eq!(claude.log_line(&request("one")), []);
    let open = usages(&observations(claude.exited(None)));
    assert_eq!((open.len(), open[0].message.as_str(), open[0].unknown_spend), (1, "one", true));
    assert_eq!(claude.exited(None), []);
}

#[test]
fn an_entry_that_is_written_late_ends_no_request_of_a_later_prompt() {
    let mut claude = launched();
    let request = json!({"type": "api-request", "id": "one", "timestamp": "2026-11-21T12:00:05.000Z", "params": {"model": "m"}});
    let said = |more: serde_json::Value| {
        let mut entry = json!({"type": "assistant", "timestamp": "2026-11-21T12:00:01.000Z",
            "message": {"id": "x", "model": "<synthetic>", "content": "No response requested."}});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry.to_string()
    };
    claude.log_line(&request.to_string());
    for more in [json!({}), json!({"isApiErrorMessage": true})] {
        assert_eq!(usages(&seen(claude.log_line(&said(more)))), []);
    }
    assert_eq!(usages(&observations(claude.exited(None))).len(), 1);
}

#[test]
fn a_reply_that_is_written_before_or_long_after_its_request_is_counted_once() {
    let request = |id: &str| json!({"type": "api-request", "id": id, "params": {"model": "m"}}).to_string();
    let reply = |id: &str| {
        json!({"type": "assistant", "requestRef": id, "message": {"id": format!("msg_{id}"), "model": "m", "content": [],
            "usage": {"input_tokens": 7, "output_tokens": 1}}})
        .to_string()
    };
    for lines in [
        [reply("a"), request("a"), request("b"), reply("b")],
        [request("a"), request("b"), reply("a"), reply("b")],
    ] {
        let mut claude = launched();
        let told = lines.iter().flat_map(|line| seen(claude.log_line(line))).collect::<Vec<_>>();
        let calls = last_of_each(usages(&told));
        assert_eq!(calls.len(), 2, "{calls:?}");
        assert!(calls.iter().all(|call| !call.unknown_spend && call.tokens.input == 7));
        assert_eq!(claude.exited(None), []);
    }
}

#[test]
fn a_helper_has_a_log_of_its_own_whose_calls_are_counted_apart() {
    let mut claude = launched();
    let more: Vec<Emission> = read(claude.as_mut(), "session_errors")
        .into_iter()
        .filter(|emission| !matches!(emission, Emission::Observed { .. }))
        .collect();
    let [Emission::ReadAlso { log }] = more.as_slice() else { panic!("{more:?}") };
    assert!(log.ends_with("/subagents/agent-a783c3d59c5d9bbb8.jsonl"), "{log}");
    let told: Vec<_> =
        recorded("helper").iter().flat_map(|line| observations(claude.other_log_line(log, line))).collect();
    let calls = usages(&told);
    assert_eq!(calls.len(), told.len(), "a helper's log tells of spend alone");
    assert_eq!(calls.iter().map(|call| call.usage).collect::<Vec<_>>(), [UsageKind::Helper; 2]);
    assert!(calls.iter().all(|call| call.context.is_none() && call.tokens.input == 1500));
}

#[test]
fn what_a_compaction_took_is_known_from_the_sums_at_the_end() {
    let mut claude = launched();
    let usage = json!({"input_tokens": 100, "output_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 1});
    let reply = json!({"type": "assistant", "timestamp": "2026-11-21T12:00:01.000Z",
        "message": {"id": "msg_1", "model": "m", "content": [], "usage": usage}});
    let boundary = json!({"type": "system", "subtype": "compact_boundary", "uuid": "b1", "timestamp": "2026-11-21T12:00:02.000Z",
        "compactMetadata": {"trigger": "auto", "preTokens": 9, "postTokens": 3}});
    // 2026-11-21T12:00:00Z.
    let sums = json!({"type": "cost-state", "startTime": 1_795_262_400_000_u64, "modelUsage": {"m": {"inputTokens": 170,
        "outputTokens": 30, "cacheReadInputTokens": 5, "cacheCreationInputTokens": 1, "thinkingTokens": 0}}});
    let lines = [reply, boundary, sums].map(|line| line.to_string());
    let told = seen(lines.iter().flat_map(|line| claude.log_line(line)).collect());
    let calls = usages(&told);
    assert_eq!(calls.len(), 3);
    assert_eq!((calls[1].message.as_str(), calls[1].unknown_spend, calls[1].tokens.total()), ("b1", true, 0));
    let expected = Tokens { input: 70, output: 20, ..Tokens::default() };
    assert_eq!((calls[2].message.as_str(), calls[2].unknown_spend, calls[2].tokens), ("b1", false, expected));
    assert_eq!(calls[2].usage, UsageKind::Compaction);
    let ended =
        Observation::CompactionEnded { before: Some(9), after: Some(3), failed: None, nothing: false };
    assert!(told.iter().any(|(_, observation)| *observation == ended));
}

#[test]
fn with_nothing_but_the_log_turns_tools_and_their_ends_are_told_by_it() {
    use TurnEnd::{Completed, Interrupted};
    let mut claude = launched();
    let mut told = Vec::new();
    for line in recorded("session_turns") {
        told.extend(seen(claude.log_line(&line)));
        told.extend(seen(claude.quiet(&mut String::new, 1_500)));
    }
    let ends: Vec<TurnEnd> = told
        .iter()
        .filter_map(|(source, observation)| match observation {
            Observation::TurnEnded { end, .. } => {
                assert_eq!(*source, Source::SessionLog);
                Some(end.clone())
            }
            _ => None,
        })
        .collect();
    assert_eq!(ends, [Completed, Completed, Completed, Completed, Interrupted, Interrupted, Completed]);
    let count = |wanted: fn(&Observation) -> bool| told.iter().filter(|(_, one)| wanted(one)).count();
    assert_eq!(count(|one| *one == Observation::TurnStarted), 7);
    assert_eq!(count(|one| matches!(one, Observation::ToolStarted { .. })), 3);
    assert_eq!(count(|one| matches!(one, Observation::ToolEnded { failed: false, .. })), 1);
    assert_eq!(count(|one| matches!(one, Observation::ToolEnded { failed: true, .. })), 2);
    let compaction =
        Observation::CompactionEnded { before: Some(5120), after: Some(2944), failed: None, nothing: false };
    assert_eq!(told.iter().filter(|(_, one)| *one == compaction).count(), 1);
}

#[test]
fn a_limit_is_told_before_the_turn_that_it_ends() {
    let mut claude = launched();
    let mut told = Vec::new();
    for line in recorded("session_errors").iter().take(30) {
        told.extend(seen(claude.log_line(line)));
        told.extend(seen(claude.quiet(&mut String::new, 1_500)));
    }
    let limited = told.iter().position(|(_, one)| matches!(one, Observation::Limited(_))).unwrap();
    let Observation::TurnEnded { end: TurnEnd::Failed { reason }, .. } = &told[limited + 1].1 else {
        panic!("{:?}", told[limited + 1]);
    };
    assert!(reason.contains("rate limit"), "{reason}");
}

#[test]
fn a_compaction_that_did_nothing_or_failed_says_so() {
    let ended = |name: &str| {
        seen(read(launched().as_mut(), name)).into_iter().find_map(|(_, one)| match one {
            Observation::CompactionEnded { failed, nothing, .. } => Some((failed, nothing)),
            _ => None,
        })
    };
    assert_eq!(ended("session_nothing_to_compact"), Some((None, true)));
    let (failed, nothing) = ended("session_compaction_failed").unwrap();
    assert!(failed.unwrap().contains("400") && !nothing);
}

#[test]
fn prompts_are_seen_by_their_markers_also_those_that_joined_a_turn() {
    let mut claude = launched();
    let prompt = |effect: u64| format!("go\n[awtui {RUN} {effect}]");
    let typed =
        json!({"type": "user", "promptSource": "typed", "message": {"role": "user", "content": prompt(12)}});
    let joined =
        json!({"type": "attachment", "attachment": {"type": "queued_command", "prompt": prompt(13)}});
    let summary =
        json!({"type": "user", "isCompactSummary": true, "message": {"role": "user", "content": prompt(14)}});
    let mut effects = Vec::new();
    for line in [&typed, &joined, &summary, &typed] {
        effects.extend(seen(claude.log_line(&line.to_string())).into_iter().filter_map(
            |(_, one)| match one {
                Observation::PromptSeen { effect } => Some(effect),
                _ => None,
            },
        ));
    }
    assert_eq!(effects, [12, 13]);
}

#[test]
fn a_resumed_session_tells_nothing_of_what_was_before_but_its_spend() {
    let mut claude = claude();
    launch(claude.as_mut(), &probe(), &worker(), |context| {
        context.resume = Some("0b1c2d3e-0000-4000-8000-000000000001");
        context.prompted = true;
    })
    .unwrap();
    let told = seen(read(claude.as_mut(), "session_turns"));
    assert!(!told.is_empty());
    assert!(
        told.iter().all(|(_, one)| matches!(one, Observation::Usage(_) | Observation::SumsSeen(_))),
        "{told:?}"
    );
    assert!(!claude.waits());
}

#[test]
fn lines_that_are_not_understood_say_nothing() {
    let mut claude = launched();
    for line in [
        "",
        "{",
        "null",
        "[]",
        "{\"type\":7}",
        "{\"type\":\"assistant\"}",
        "{\"type\":\"user\"}",
        "{\"type\":\"mode\"}",
    ] {
        assert_eq!(claude.log_line(line), [], "{line}");
    }
}

#[test]
fn claude_tells_its_own_sums_at_its_end_and_what_was_written_for_an_hour() {
    let mut claude = launched();
    let usage = json!({"input_tokens": 1500, "output_tokens": 120, "cache_read_input_tokens": 3200, "cache_creation_input_tokens": 300,
        "cache_creation": {"ephemeral_1h_input_tokens": 100, "ephemeral_5m_input_tokens": 200}});
    let reply = json!({"type": "assistant", "timestamp": "2026-11-21T12:00:01.000Z",
        "message": {"id": "msg_1", "model": "claude-sonnet-4-5", "content": [], "usage": usage}});
    let of_model = json!({"inputTokens": 1500, "outputTokens": 120, "thinkingTokens": 0, "cacheReadInputTokens": 3200,
        "cacheCreationInputTokens": 300, "cacheCreationEphemeral5mInputTokens": 200, "cacheCreationEphemeral1hInputTokens": 100});
    let sums = |start: u64| {
        json!({"type": "cost-state", "totalCostUSD": 0.00861, "startTime": start, "modelUsage": {"claude-sonnet-4-5": of_model},
            "hasUnknownModelCost": false})
    };
    // 2026-11-21T12:00:00Z; each process tells its sums twice.
    let start = 1_795_262_400_000;
    let lines = [reply, sums(start), sums(start), sums(start + 9_000), sums(start + 9_000)];
    let told = seen(lines.iter().flat_map(|line| claude.log_line(&line.to_string())).collect());
    let tokens = Tokens {
        input: 1500,
        output: 120,
        cache_read: 3200,
        cache_write: 300,
        reasoning: 0,
        cache_write_1h: 100,
    };
    assert_eq!(usages(&told)[0].tokens, tokens);
    // What Claude Code 2.1.329 reckoned for these tokens is what the table gives, to the nano-dollar.
    let cost = awtui::settings::prices::Prices::bundled().price("claude-sonnet-4-5", &tokens).unwrap().nanos;
    assert_eq!(cost, Money(8_610_000));
    let sums: Vec<SumsSeen> = told
        .iter()
        .filter_map(|(_, seen)| match seen {
            Observation::SumsSeen(sums) => Some(*sums),
            _ => None,
        })
        .collect();
    let once = SumsSeen { tokens: Some(tokens), cost: Some(cost), helpers: true };
    let twice = SumsSeen { tokens: Some(tokens + tokens), cost: Some(cost + cost), helpers: true };
    assert_eq!(sums, [once, once, twice, twice]);
}

#[test]
fn who_asks_nobody_by_settings_of_its_own_says_so_once_and_again_when_that_is_over() {
    let mut claude = launched();
    let mut mode = |mode: &str| {
        let line = json!({"type": "permission-mode", "permissionMode": mode, "sessionId": "s"}).to_string();
        let seen = observations(claude.log_line(&line)).into_iter().map(|(_, seen)| seen);
        seen.filter(|seen| matches!(seen, Observation::GuardSeen { .. })).collect::<Vec<_>>()
    };
    let seen =
        |unguarded: Option<&str>| vec![Observation::GuardSeen { unguarded: unguarded.map(str::to_owned) }];
    assert_eq!(mode("default"), [], "nothing is new");
    assert_eq!(mode("bypassPermissions"), seen(Some("permission mode bypassPermissions")));
    assert_eq!(mode("bypassPermissions"), []);
    assert_eq!(mode("acceptEdits"), seen(None));
}
