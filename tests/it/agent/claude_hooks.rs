//! Claude Code's hooks and what it tells its terminal, as recorded.

use super::claude::probe;
use super::claude_log::{launched, recorded};
use super::{RUN, launch};
use awtui::agent::{Adapter, Control, Delivery, DeskState, Emission, protocol};
use awtui::domain::{Observation, PermissionRequest, Source, TurnEnd};
use awtui::term::{ProgramState, ProgramStatus, Signal};
use serde_json::{Value, json};

fn hooks(name: &str) -> Vec<(String, Value)> {
    let lines = recorded(name).into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
    lines.map(|line| (line["event"].as_str().unwrap().to_owned(), line["payload"].clone())).collect()
}

fn call(adapter: &mut dyn Adapter, key: &str, event: &str, payload: &Value) -> Vec<Emission> {
    adapter.agent_line(&json!({"type": "hook", "key": key, "event": event, "payload": payload}).to_string())
}

fn observed(emissions: Vec<Emission>) -> Vec<Observation> {
    let observation = |emission| match emission {
        Emission::Observed { observation, .. } => Some(observation),
        _ => None,
    };
    emissions.into_iter().filter_map(observation).collect()
}

fn hook(adapter: &mut dyn Adapter, event: &str, payload: &Value) -> Vec<Observation> {
    let emissions = call(adapter, "key", event, payload);
    let replies =
        emissions.iter().filter(|one| **one == Emission::Reply(protocol::output("key", ""))).count();
    assert_eq!(replies, 1, "{event} is answered at once");
    observed(emissions)
}

fn status(adapter: &mut dyn Adapter, state: ProgramState) -> Vec<Observation> {
    dialog(adapter, state, None, None)
}

fn dialog(
    adapter: &mut dyn Adapter,
    state: ProgramState,
    kind: Option<&str>,
    message: Option<&str>,
) -> Vec<Observation> {
    let own = |text: Option<&str>| text.map(str::to_owned);
    let app = Some("claude-code".to_owned());
    let status = ProgramStatus { state, app, kind: own(kind), message: own(message), progress: None };
    observed(adapter.signal(&Signal::Status(status)))
}

fn quiet(adapter: &mut dyn Adapter, screen: &str, quiet: u64) -> Vec<Observation> {
    observed(adapter.quiet(&mut || screen.to_owned(), quiet))
}

#[test]
fn a_question_that_does_not_say_what_it_is_about_is_left_to_the_pane() {
    for payload in [Value::Null, json!({"tool_name": "Bash"})] {
        let emissions = call(launched().as_mut(), "k", "PermissionRequest", &payload);
        assert_eq!(emissions, [Emission::Reply(protocol::output("k", ""))]);
    }
}

fn ended(end: TurnEnd, text: &str) -> Observation {
    Observation::TurnEnded { end, text: text.into() }
}

fn prompt(adapter: &mut dyn Adapter) {
    let payload = json!({"prompt": "go"});
    assert_eq!(hook(adapter, "UserPromptSubmit", &payload), [Observation::TurnStarted]);
    status(adapter, ProgramState::Working);
}

fn stop(adapter: &mut dyn Adapter) -> Vec<Observation> {
    hook(adapter, "Stop", &json!({"last_assistant_message": "done", "background_tasks": []}))
}

#[test]
fn with_every_source_at_hand_nothing_is_told_twice() {
    let mut claude = launched();
    let mut told = Vec::new();
    let mut log = recorded("session_turns").into_iter();
    for (event, payload) in hooks("hooks_turns") {
        told.extend(hook(claude.as_mut(), &event, &payload));
        if event == "UserPromptSubmit" {
            // The log follows; the terminal told of an interrupt before the next prompt came.
            told.extend(status(claude.as_mut(), ProgramState::Working));
        }
        if matches!(event.as_str(), "Stop" | "PostCompact") {
            for line in log.by_ref() {
                told.extend(observed(claude.log_line(&line)));
                let closing = ["turn_duration", "compact_boundary"].iter().any(|kind| line.contains(kind));
                if closing {
                    break;
                }
            }
            told.extend(status(claude.as_mut(), ProgramState::Done));
            told.extend(quiet(claude.as_mut(), "", 150));
        }
    }
    let count = |wanted: fn(&Observation) -> bool| told.iter().filter(|one| wanted(one)).count();
    // Two of the seven prompts came while the interrupted turns before them had no end yet.
    assert_eq!(count(|one| *one == Observation::TurnStarted), 5);
    assert_eq!(count(|one| matches!(one, Observation::TurnEnded { end: TurnEnd::Completed, .. })), 5);
    assert_eq!(count(|one| matches!(one, Observation::ToolStarted { .. })), 3);
    assert_eq!(count(|one| matches!(one, Observation::ToolEnded { .. })), 3);
    assert_eq!(count(|one| matches!(one, Observation::CompactionStarted { automatic: false })), 1);
    let over =
        Observation::CompactionEnded { before: Some(5120), after: Some(2944), failed: None, nothing: false };
    assert_eq!(told.iter().filter(|one| **one == over).count(), 1);
    assert_eq!(count(|one| matches!(one, Observation::CompactionEnded { .. })), 1);
    assert_eq!(count(|one| matches!(one, Observation::Ready)), 1);
}

#[test]
fn a_session_is_known_with_its_log_and_model() {
    let mut claude = launched();
    let (event, payload) = hooks("hooks_turns").remove(0);
    let told = hook(claude.as_mut(), &event, &payload);
    let [Observation::SessionKnown { agent_session, log: Some(log) }, Observation::ModelSeen { model, .. }] =
        told.as_slice()
    else {
        panic!("{told:?}");
    };
    assert_eq!(*log, format!("/home/ann/.claude/projects/-repository/{agent_session}.jsonl"));
    assert_eq!(model, "claude-sonnet-4-5");
}

#[test]
fn the_marker_of_a_prompt_is_seen_before_its_turn_begins() {
    let mut claude = launched();
    claude.delivered(7);
    let payload = json!({"prompt": format!("go\n[awtui {RUN} 7]")});
    let told = hook(claude.as_mut(), "UserPromptSubmit", &payload);
    assert_eq!(told, [Observation::PromptSeen { effect: 7 }, Observation::TurnStarted]);
    assert_eq!(hook(claude.as_mut(), "UserPromptSubmit", &payload), []);
}

#[test]
fn a_turn_ends_when_the_hook_the_terminal_and_the_log_say_so_or_a_moment_of_silence() {
    let closing = r#"{"type":"system","subtype":"turn_duration"}"#;
    let mut claude = launched();
    prompt(claude.as_mut());
    assert_eq!(stop(claude.as_mut()), []);
    assert_eq!(quiet(claude.as_mut(), "", 4_999), [], "queued prompts and helpers make it go on");
    assert_eq!(status(claude.as_mut(), ProgramState::Done), [Observation::Ready]);
    let told = claude.log_line(closing);
    let end = Emission::Observed { source: Source::Hook, observation: ended(TurnEnd::Completed, "done") };
    assert_eq!(told, [end]);
    prompt(claude.as_mut());
    stop(claude.as_mut());
    status(claude.as_mut(), ProgramState::Done);
    assert_eq!(quiet(claude.as_mut(), "", 149), []);
    assert_eq!(quiet(claude.as_mut(), "", 150), [ended(TurnEnd::Completed, "done")]);
    assert!(!claude.waits());
    assert_eq!(stop(claude.as_mut()), [], "what comes late says nothing new");
}

#[test]
fn a_prompt_that_was_queued_makes_the_turn_go_on() {
    let mut claude = launched();
    prompt(claude.as_mut());
    hook(claude.as_mut(), "UserPromptSubmit", &json!({"prompt": "and this"}));
    stop(claude.as_mut());
    assert_eq!(hook(claude.as_mut(), "Stop", &json!({"last_assistant_message": "both"})), []);
    status(claude.as_mut(), ProgramState::Done);
    assert_eq!(quiet(claude.as_mut(), "", 150), [ended(TurnEnd::Completed, "both")]);
}

#[test]
fn helpers_that_go_on_make_the_turn_go_on() {
    let mut claude = launched();
    prompt(claude.as_mut());
    let task = json!({"type": "subagent", "status": "running"});
    hook(
        claude.as_mut(),
        "Stop",
        &json!({"last_assistant_message": "delegated", "background_tasks": [task]}),
    );
    assert_eq!(quiet(claude.as_mut(), "", 60_000), []);
    hook(claude.as_mut(), "UserPromptSubmit", &json!({"prompt": "<task-notification>"}));
    stop(claude.as_mut());
    status(claude.as_mut(), ProgramState::Done);
    assert_eq!(quiet(claude.as_mut(), "", 150), [ended(TurnEnd::Completed, "done")]);
}

#[test]
fn an_interrupt_is_told_by_the_terminal_and_the_words_it_leaves_are_cleared() {
    let mut claude = launched();
    prompt(claude.as_mut());
    status(claude.as_mut(), ProgramState::Idle);
    assert_eq!(quiet(claude.as_mut(), "", 150), [ended(TurnEnd::Interrupted, "")]);
    let Delivery::Paste(bytes) = claude.deliver(1, "next", &DeskState::default()) else { panic!() };
    assert!(bytes.starts_with(b"\x03\x1b[200~next"));
    claude.delivered(1);
    let Delivery::Paste(bytes) = claude.deliver(2, "next", &DeskState::default()) else { panic!() };
    assert!(bytes.starts_with(b"\x1b[200~next"));
}

#[test]
fn failures_are_told_with_their_words_and_limits_before_the_end() {
    let mut claude = launched();
    let mut told = Vec::new();
    for (event, payload) in hooks("hooks_errors") {
        let helper = payload.get("agent_id").is_some();
        told.extend(observed(call(claude.as_mut(), "key", &event, &payload)));
        if event == "UserPromptSubmit" {
            status(claude.as_mut(), ProgramState::Working);
        }
        if event == "StopFailure" && !helper {
            told.extend(status(claude.as_mut(), ProgramState::Error));
            told.extend(quiet(claude.as_mut(), "", 150));
        }
    }
    let failed: Vec<&str> = told
        .iter()
        .filter_map(|one| match one {
            Observation::TurnEnded { end: TurnEnd::Failed { reason }, .. } => Some(reason.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(failed.len(), 4, "{failed:?}");
    assert!(failed[0].contains("400") && failed[1].contains("429") && failed[2].contains("/login"));
    let limits = told.iter().filter(|one| matches!(one, Observation::Limited(_))).count();
    let limited = told.iter().position(|one| matches!(one, Observation::Limited(_))).unwrap();
    assert!(limits == 1 && matches!(told[limited + 1], Observation::TurnEnded { .. }));
}

#[test]
fn questions_say_what_is_asked_and_take_their_answer_through_the_hook() {
    let mut claude = launched();
    let mut asked: Vec<PermissionRequest> = Vec::new();
    for (index, (event, payload)) in hooks("hooks_permissions").into_iter().enumerate() {
        let key = format!("key-{index}");
        let emissions = call(claude.as_mut(), &key, &event, &payload);
        let answers = emissions.iter().any(|one| matches!(one, Emission::Reply(_)));
        assert_eq!(answers, event != "PermissionRequest", "{event}");
        for one in observed(emissions) {
            if let Observation::PermissionAsked(request) = one {
                assert_eq!(request.ask, key);
                asked.push(request);
            }
        }
    }
    let of = |tool: &str| asked.iter().find(|request| request.tool == tool).unwrap();
    assert_eq!(of("Bash").command.as_deref(), Some("touch b1.txt"));
    assert_eq!(of("Edit").path.as_deref(), Some("/repository/e.txt"));
    assert_eq!(of("Edit").diff.as_ref().unwrap().summary(), "-beta\n+gamma\n+delta");
    assert_eq!(of("Write").diff.as_ref().unwrap().summary(), "+new\n+file");
    assert!(asked.iter().all(|request| request.answerable));
}

#[test]
fn a_yes_and_a_no_go_back_as_claude_wants_them() {
    for (allow, note, behavior, message) in [
        (true, "", "allow", None),
        (false, "use rg", "deny", Some("use rg")),
        (false, " ", "deny", Some("The operator refused this.")),
    ] {
        let mut claude = launched();
        let payload = json!({"tool_name": "Bash", "tool_input": {"command": "ls"}});
        call(claude.as_mut(), "k", "PermissionRequest", &payload);
        let Control::Answer { ask, line } = claude.permission("k", allow, note) else { panic!() };
        assert_eq!(ask, "k");
        let line: Value = serde_json::from_str(&line).unwrap();
        let decision: Value = serde_json::from_str(line["text"].as_str().unwrap()).unwrap();
        let decision = &decision["hookSpecificOutput"];
        assert_eq!(decision["hookEventName"], "PermissionRequest");
        assert_eq!(decision["decision"]["behavior"], behavior);
        assert_eq!(decision["decision"]["message"].as_str(), message);
        assert!(matches!(claude.permission("k", allow, note), Control::Unable(_)), "it is answered once");
    }
}

#[test]
fn a_question_is_gone_once_its_tool_ran_or_the_terminal_tells_of_work() {
    let gone = [Observation::PermissionGone { ask: "k".to_owned() }];
    let input = json!({"command": "ls"});
    let ask = |claude: &mut dyn Adapter| {
        prompt(claude);
        call(claude, "k", "PermissionRequest", &json!({"tool_name": "Bash", "tool_input": input}));
    };
    let mut claude = launched();
    ask(claude.as_mut());
    let ran = json!({"tool_name": "Bash", "tool_input": input, "tool_use_id": "t"});
    assert_eq!(hook(claude.as_mut(), "PostToolUse", &ran), gone);
    let mut claude = launched();
    ask(claude.as_mut());
    assert_eq!(status(claude.as_mut(), ProgramState::Working), [], "that was before the dialog");
    status(claude.as_mut(), ProgramState::Blocked);
    assert_eq!(status(claude.as_mut(), ProgramState::Working), gone);
}

#[test]
fn a_choice_of_several_answers_is_the_operators_in_the_pane() {
    let mut claude = launched();
    let (_, payload) =
        hooks("hooks_question").into_iter().find(|(event, _)| event == "PermissionRequest").unwrap();
    let told = hook(claude.as_mut(), "PermissionRequest", &payload);
    let [Observation::GuardSeen { unguarded: Some(by) }, Observation::PermissionAsked(request)] =
        told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert_eq!(by, "permission mode auto");
    assert!(!request.answerable && request.detail.summary().contains("Which?"));
}

#[test]
fn the_question_of_trust_leads_to_the_pane_and_is_gone_with_its_answer() {
    let mut claude = launched();
    let words = Some("trust this folder");
    let told = dialog(claude.as_mut(), ProgramState::Blocked, Some("permission"), words);
    let [Observation::PermissionAsked(request)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((request.answerable, request.detail.summary()), (false, "trust this folder"));
    assert_eq!(dialog(claude.as_mut(), ProgramState::Blocked, Some("permission"), words), []);
    let gone = Observation::PermissionGone { ask: request.ask.clone() };
    assert_eq!(status(claude.as_mut(), ProgramState::Clear), [gone]);
    assert_eq!(status(claude.as_mut(), ProgramState::Idle), [Observation::Ready]);
}

#[test]
fn a_dialog_without_a_hook_is_told_after_the_hook_had_time_to_come() {
    let mut claude = launched();
    prompt(claude.as_mut());
    let words = Some("approve Fetch: example.org");
    assert_eq!(dialog(claude.as_mut(), ProgramState::Blocked, Some("permission"), words), []);
    assert_eq!(quiet(claude.as_mut(), "", 399), []);
    let told = quiet(claude.as_mut(), "", 400);
    let [Observation::PermissionAsked(request)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((request.tool.as_str(), request.answerable), ("Fetch", false));
}

#[test]
fn without_hooks_the_terminal_tells_turns() {
    let mut claude = launched();
    assert_eq!(status(claude.as_mut(), ProgramState::Idle), [Observation::Ready]);
    claude.delivered(1);
    assert_eq!(status(claude.as_mut(), ProgramState::Working), [Observation::TurnStarted]);
    for (state, end) in [
        (ProgramState::Done, TurnEnd::Completed),
        (ProgramState::Idle, TurnEnd::Interrupted),
        (
            ProgramState::Error,
            TurnEnd::Failed { reason: "Claude Code shows an error; see the pane".to_owned() },
        ),
    ] {
        status(claude.as_mut(), state);
        assert_eq!(quiet(claude.as_mut(), "", 150), [ended(end, "")]);
        claude.delivered(2);
        status(claude.as_mut(), ProgramState::Working);
    }
}

#[test]
fn without_hooks_a_log_that_is_read_late_begins_no_turn_that_is_over() {
    let prompt = |effect: u64| {
        let words = format!("go\n[awtui {RUN} {effect}]");
        json!({"type": "user", "promptSource": "typed", "message": {"role": "user", "content": words}})
    };
    let over = json!({"type": "system", "subtype": "turn_duration"});
    let read = |claude: &mut dyn Adapter, entry: &Value| observed(claude.log_line(&entry.to_string()));
    let mut claude = launched();
    status(claude.as_mut(), ProgramState::Idle);
    // The terminal told its end already, which the log confirms; or its silence did.
    for (effect, silent) in [(1, false), (2, true), (3, false)] {
        claude.delivered(effect);
        assert_eq!(status(claude.as_mut(), ProgramState::Working), [Observation::TurnStarted]);
        assert_eq!(status(claude.as_mut(), ProgramState::Done), []);
        let is_over = [ended(TurnEnd::Completed, "")];
        if silent {
            assert_eq!(quiet(claude.as_mut(), "", 150), is_over);
        }
        assert_eq!(read(claude.as_mut(), &prompt(effect)), [Observation::PromptSeen { effect }]);
        assert_eq!(read(claude.as_mut(), &over), if silent { &[][..] } else { &is_over });
        assert!(!claude.waits());
    }
    // What the operator types begins a turn, of which the log alone tells.
    assert_eq!(status(claude.as_mut(), ProgramState::Working), []);
    assert_eq!(
        read(claude.as_mut(), &prompt(9)),
        [Observation::PromptSeen { effect: 9 }, Observation::TurnStarted]
    );
    assert_eq!(status(claude.as_mut(), ProgramState::Done), []);
    assert_eq!(read(claude.as_mut(), &over), [ended(TurnEnd::Completed, "")]);
}

#[test]
fn without_the_terminals_word_a_silence_after_the_hook_is_the_end_and_readiness() {
    let mut claude = launched();
    hook(claude.as_mut(), "SessionStart", &json!({"session_id": "s"}));
    assert_eq!(quiet(claude.as_mut(), "", 2_999), []);
    assert_eq!(quiet(claude.as_mut(), "", 3_000), [Observation::Ready]);
    hook(claude.as_mut(), "UserPromptSubmit", &json!({"prompt": "go"}));
    stop(claude.as_mut());
    assert_eq!(quiet(claude.as_mut(), "", 599), []);
    assert_eq!(quiet(claude.as_mut(), "", 600), [ended(TurnEnd::Completed, "done")]);
}

#[test]
fn a_compaction_that_nobody_ends_ends_as_the_screen_or_the_silence_says() {
    for (screen, nothing) in [("⎿  Not enough messages to compact.", true), ("❯", false)] {
        let mut claude = launched();
        let started = hook(claude.as_mut(), "PreCompact", &json!({"trigger": "manual"}));
        assert_eq!(started, [Observation::CompactionStarted { automatic: false }]);
        status(claude.as_mut(), ProgramState::Working);
        status(claude.as_mut(), ProgramState::Idle);
        assert_eq!(quiet(claude.as_mut(), screen, 999), []);
        let told = quiet(claude.as_mut(), screen, 1_000);
        let [Observation::CompactionEnded { failed, nothing: found, .. }] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!((*found, failed.is_some()), (nothing, !nothing));
    }
}

#[test]
fn enter_is_pressed_once_the_fetched_words_are_in_the_input() {
    let mut claude = launched();
    status(claude.as_mut(), ProgramState::Idle);
    claude.delivered(7);
    assert_eq!(hook(claude.as_mut(), "PromptFetched", &Value::Null), []);
    assert!(claude.waits());
    let pressed = |emissions: Vec<Emission>| emissions == [Emission::Type(b"\r".to_vec())];
    assert!(!pressed(claude.quiet(&mut || "❯".to_owned(), 200)));
    let wrapped = format!("  the last words\n  [awtui {}\n  {} 7]\n", &RUN[..10], &RUN[10..]);
    assert!(pressed(claude.quiet(&mut || wrapped.clone(), 0)));
    assert!(!claude.waits());
}

#[test]
fn a_launch_without_hooks_still_answers_those_that_come() {
    let mut claude = launched();
    launch(claude.as_mut(), &probe(), &super::claude::worker(), |_| {}).unwrap();
    assert_eq!(hook(claude.as_mut(), "Notification", &json!({"message": "x"})), []);
    assert_eq!(hook(claude.as_mut(), "SubagentStop", &json!({"agent_id": "a", "agent_type": ""})), []);
}

#[test]
fn what_a_killed_claude_had_no_time_to_write_is_unknown_spend() {
    let lost = |mut claude: Box<dyn Adapter>| {
        let calls = observed(claude.exited(None)).into_iter().filter_map(|one| match one {
            Observation::Usage(seen) => Some((seen.message, seen.unknown_spend)),
            _ => None,
        });
        calls.collect::<Vec<_>>()
    };
    let tool = |claude: &mut dyn Adapter, event: &str, call: &str| {
        let payload =
            json!({"tool_name": "Bash", "tool_use_id": call, "tool_input": {}, "tool_response": {}});
        hook(claude, event, &payload);
    };
    let entry = |claude: &mut dyn Adapter, call: &str| {
        let block = json!({"type": "tool_use", "id": call, "name": "Bash", "input": {}});
        let usage = json!({"input_tokens": 9, "output_tokens": 1});
        let message =
            json!({"id": format!("msg of {call}"), "model": "m", "content": [block], "usage": usage});
        claude.log_line(&json!({"type": "assistant", "message": message}).to_string());
    };
    let begun = || {
        let mut claude = launched();
        prompt(claude.as_mut());
        claude
    };
    // The model was asked, and nothing of it is written.
    assert_eq!(lost(begun()), [("worker-1 0".to_owned(), true)]);
    // A call that wants a tool was made; two tools side by side are of one call.
    let mut claude = begun();
    tool(claude.as_mut(), "PreToolUse", "a");
    tool(claude.as_mut(), "PreToolUse", "b");
    assert_eq!(lost(claude), [("a".to_owned(), true)]);
    // Of two calls the first was written.
    let mut claude = begun();
    tool(claude.as_mut(), "PreToolUse", "a");
    tool(claude.as_mut(), "PostToolUse", "a");
    entry(claude.as_mut(), "a");
    tool(claude.as_mut(), "PreToolUse", "b");
    assert_eq!(lost(claude), [("b".to_owned(), true)]);
    // All was written, or nothing was asked.
    let mut claude = begun();
    tool(claude.as_mut(), "PreToolUse", "a");
    entry(claude.as_mut(), "a");
    assert_eq!(lost(claude), []);
    // A hook takes longer than the log.
    let mut claude = begun();
    entry(claude.as_mut(), "a");
    tool(claude.as_mut(), "PreToolUse", "a");
    assert_eq!(lost(claude), []);
    let mut claude = begun();
    stop(claude.as_mut());
    assert_eq!(lost(claude), []);
    assert_eq!(lost(launched()), []);
}
