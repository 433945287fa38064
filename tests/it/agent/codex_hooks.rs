//! Codex's hooks and what it tells its terminal.

use super::codex::{codex, probe};
use super::{launch, role};
use awtui::agent::{Adapter, Control, Emission, Probe, protocol};
use awtui::domain::{Observation, PermissionRequest, Source, Text, TurnEnd};
use awtui::term::{ProgramState, ProgramStatus, Signal};
use serde_json::{Value, json};

fn recorded() -> Vec<(String, Value)> {
    std::fs::read_to_string("tests/it/fixtures/codex/hooks.jsonl")
        .unwrap()
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            (line["event"].as_str().unwrap().to_owned(), line["payload"].clone())
        })
        .collect()
}

/// The first recorded hook of this event about this tool.
fn hook(event: &str, tool: Option<&str>) -> Value {
    let mut hooks = recorded().into_iter();
    let found = hooks.find(|(name, payload)| {
        name == event && tool.is_none_or(|tool| payload["tool_name"] == tool) && payload["agent_id"].is_null()
    });
    found.unwrap().1
}

fn call(adapter: &mut dyn Adapter, key: &str, event: &str, payload: &Value) -> Vec<Emission> {
    let line = json!({"type": "hook", "key": key, "event": event, "payload": payload});
    adapter.agent_line(&line.to_string())
}

fn launched(ask: &[&str]) -> Box<dyn Adapter> {
    let mut codex = codex();
    let mut role = role();
    role.ask = ask.iter().map(|tool| (*tool).to_owned()).collect();
    launch(codex.as_mut(), &probe(), &role, |_| {}).unwrap();
    codex
}

fn observed(emissions: Vec<Emission>) -> Vec<Observation> {
    let observation = |emission| match emission {
        Emission::Observed { observation, .. } => Some(observation),
        _ => None,
    };
    emissions.into_iter().filter_map(observation).collect()
}

fn status(adapter: &mut dyn Adapter, state: ProgramState) -> Vec<Observation> {
    let status =
        ProgramStatus { state, app: Some("codex".to_owned()), kind: None, message: None, progress: None };
    observed(adapter.signal(&Signal::Status(status)))
}

fn quiet(adapter: &mut dyn Adapter, screen: &str, quiet: u64) -> Vec<Observation> {
    observed(adapter.quiet(&mut || screen.to_owned(), quiet))
}

#[test]
fn the_first_hooks_tell_the_session_the_prompt_and_the_turn_once() {
    let mut codex = launched(&[]);
    let begun = observed(call(codex.as_mut(), "1", "SessionStart", &hook("SessionStart", None)));
    let log = "/home/ann/.codex/sessions/2026/11/21/rollout-2026-11-21T13-53-35-01a1fe62-449e-7250-890c-108b150d8422.jsonl";
    let known = Observation::SessionKnown {
        agent_session: "01a1fe62-449e-7250-890c-108b150d8422".to_owned(),
        log: Some(log.to_owned()),
    };
    assert_eq!(begun, [known]);
    let prompt = hook("UserPromptSubmit", None);
    let emissions = call(codex.as_mut(), "2", "UserPromptSubmit", &prompt);
    assert_eq!(emissions.last(), Some(&Emission::Reply(protocol::output("2", ""))), "no decision is made");
    assert_eq!(observed(emissions), [Observation::PromptSeen { effect: 7 }, Observation::TurnStarted]);
    // Words that steer join the turn.
    assert_eq!(observed(call(codex.as_mut(), "3", "UserPromptSubmit", &prompt)), []);
}

#[test]
fn every_hook_is_answered_at_once_unless_it_asks() {
    let mut codex = launched(&["apply_patch"]);
    for (index, (event, payload)) in recorded().into_iter().enumerate() {
        let key = index.to_string();
        let emissions = call(codex.as_mut(), &key, &event, &payload);
        let asks =
            event == "PermissionRequest" || (event == "PreToolUse" && payload["tool_name"] == "apply_patch");
        let answered = emissions.contains(&Emission::Reply(protocol::output(&key, "")));
        assert_eq!(answered, !asks, "{event} {payload}");
    }
}

#[test]
fn what_helpers_do_starts_no_turn() {
    let mut codex = launched(&[]);
    let of_helper =
        |(event, payload): &(String, Value)| event == "UserPromptSubmit" && payload["agent_id"].is_string();
    let (event, payload) = recorded().into_iter().find(of_helper).unwrap();
    assert_eq!(observed(call(codex.as_mut(), "1", &event, &payload)), []);
}

#[test]
fn codex_asks_with_command_patch_or_arguments_and_is_answered() {
    let mut codex = launched(&[]);
    let ask = |tool: &str| PermissionRequest { answerable: true, ..PermissionRequest::new("k", tool, "") };
    let expected = [
        PermissionRequest {
            command: Some("touch /outside-ESC".to_owned()),
            detail: Text::from("need to write outside the workspace"),
            ..ask("Bash")
        },
        PermissionRequest {
            path: Some("/outside/new.txt".to_owned()),
            diff: Some(Text::from("*** Begin Patch\n*** Add File: /outside/new.txt\n+hello\n*** End Patch")),
            ..ask("apply_patch")
        },
        PermissionRequest {
            detail: Text::from("{\n  \"text\": \"half\"\n}"),
            ..ask("mcp__awtui__report_progress")
        },
    ];
    for request in expected {
        let payload = hook("PermissionRequest", Some(&request.tool));
        let asked = call(codex.as_mut(), "k", "PermissionRequest", &payload);
        assert_eq!(observed(asked), [Observation::PermissionAsked(request)]);
    }
    let answer = |output: &str| Control::Answer { ask: "k".to_owned(), line: protocol::output("k", output) };
    let allowed =
        r#"{"hookSpecificOutput":{"decision":{"behavior":"allow"},"hookEventName":"PermissionRequest"}}"#;
    assert_eq!(codex.permission("k", true, ""), answer(allowed));
    assert!(matches!(codex.permission("k", true, ""), Control::Unable(_)), "a question is answered once");
    call(codex.as_mut(), "k", "PermissionRequest", &hook("PermissionRequest", Some("Bash")));
    let denied = r#"{"hookSpecificOutput":{"decision":{"behavior":"deny","message":"not there"},"hookEventName":"PermissionRequest"}}"#;
    assert_eq!(codex.permission("k", false, "not there"), answer(denied));
}

#[test]
fn a_tool_of_the_operator_s_list_asks_even_where_codex_would_not() {
    let mut codex = launched(&["Bash"]);
    let payload = hook("PreToolUse", Some("Bash"));
    for (allow, output) in [
        (true, String::new()),
        (
            false,
            r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"the operator said no"}}"#.to_owned(),
        ),
    ] {
        let asked = observed(call(codex.as_mut(), "k", "PreToolUse", &payload));
        assert!(matches!(asked[..], [Observation::PermissionAsked(_)]), "{asked:?}");
        let line = protocol::output("k", &output);
        assert_eq!(codex.permission("k", allow, ""), Control::Answer { ask: "k".to_owned(), line });
    }
}

#[test]
fn codex_is_ready_once_it_stays_idle() {
    let mut codex = launched(&[]);
    assert!(codex.waits());
    assert_eq!(status(codex.as_mut(), ProgramState::Idle), []);
    assert_eq!(quiet(codex.as_mut(), "", 200), []);
    // Its servers start.
    assert_eq!(status(codex.as_mut(), ProgramState::Working), []);
    assert_eq!(quiet(codex.as_mut(), "", 400), []);
    status(codex.as_mut(), ProgramState::Idle);
    assert_eq!(quiet(codex.as_mut(), "", 400), [Observation::Ready]);
    assert!(!codex.waits());
}

#[test]
fn a_question_before_the_first_prompt_is_put_to_the_operator_until_it_is_gone() {
    let screen =
        "  Folder access\n  /repository\n\n  Trust this folder? Codex can read, edit, and run files here";
    let mut codex = launched(&[]);
    assert_eq!(quiet(codex.as_mut(), screen, 1_000), []);
    let asked = quiet(codex.as_mut(), screen, 1_600);
    let [Observation::PermissionAsked(request)] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((request.tool.as_str(), request.answerable), ("this folder", false));
    assert_eq!(quiet(codex.as_mut(), screen, 1_800), [], "it is asked once");
    let gone = Observation::PermissionGone { ask: request.ask.clone() };
    assert_eq!(status(codex.as_mut(), ProgramState::Idle), [gone]);
    assert_eq!(quiet(codex.as_mut(), "", 300), [Observation::Ready]);
    let mut other = launched(&[]);
    assert_eq!(quiet(other.as_mut(), "Loading", 60_000), [], "what is not known is not guessed at");
}

fn ready(probe: &Probe) -> Box<dyn Adapter> {
    let mut codex = codex();
    launch(codex.as_mut(), probe, &role(), |_| {}).unwrap();
    status(codex.as_mut(), ProgramState::Idle);
    quiet(codex.as_mut(), "", 300);
    codex
}

#[test]
fn an_end_by_the_terminal_alone_is_believed_after_a_silence() {
    let failed = TurnEnd::Failed { reason: "Codex shows an error; see the pane".to_owned() };
    for (state, end, text) in [
        (ProgramState::Done, TurnEnd::Completed, "All done."),
        (ProgramState::Idle, TurnEnd::Interrupted, ""),
        (ProgramState::Error, failed, ""),
    ] {
        let mut codex = ready(&probe());
        call(codex.as_mut(), "1", "UserPromptSubmit", &hook("UserPromptSubmit", None));
        if !text.is_empty() {
            let mut stop = hook("Stop", None);
            stop["last_assistant_message"] = json!(text);
            call(codex.as_mut(), "2", "Stop", &stop);
        }
        assert_eq!(status(codex.as_mut(), state), []);
        assert_eq!(quiet(codex.as_mut(), "", 1_400), []);
        let over = Observation::TurnEnded { end, text: Text::from(text) };
        assert_eq!(quiet(codex.as_mut(), "", 1_500), [over]);
        assert_eq!(status(codex.as_mut(), state), [], "a repetition is no end");
        assert_eq!(quiet(codex.as_mut(), "", 9_000), []);
    }
}

#[test]
fn without_hooks_and_a_log_the_terminal_tells_the_turn() {
    use awtui::agent::Feature;
    let mut without = probe();
    without.features.retain(|feature| !matches!(feature, Feature::Hooks | Feature::Titles));
    let mut codex = ready(&without);
    assert_eq!(status(codex.as_mut(), ProgramState::Working), [], "nothing was sent");
    codex.delivered(7);
    assert_eq!(status(codex.as_mut(), ProgramState::Working), [Observation::TurnStarted]);
    assert_eq!(status(codex.as_mut(), ProgramState::Working), []);
    let asked = status(codex.as_mut(), ProgramState::Blocked);
    assert!(
        matches!(&asked[..], [Observation::PermissionAsked(request)] if !request.answerable),
        "{asked:?}"
    );
    let gone = status(codex.as_mut(), ProgramState::Working);
    assert!(matches!(&gone[..], [Observation::PermissionGone { .. }]), "{gone:?}");
    status(codex.as_mut(), ProgramState::Done);
    assert!(matches!(&quiet(codex.as_mut(), "", 1_500)[..], [Observation::TurnEnded { .. }]));
}

#[test]
fn hooks_that_did_not_come_are_made_up_for_at_the_end() {
    let mut codex = ready(&probe());
    codex.delivered(7);
    status(codex.as_mut(), ProgramState::Working);
    assert_eq!(status(codex.as_mut(), ProgramState::Done), [Observation::TurnStarted]);
    assert!(matches!(&quiet(codex.as_mut(), "", 1_500)[..], [Observation::TurnEnded { .. }]));
}

#[test]
fn a_hook_that_does_not_say_what_it_is_about_asks_nothing() {
    for (event, ask) in [("PermissionRequest", ""), ("PreToolUse", "Bash")] {
        for payload in [Value::Null, json!({"session_id": "s"})] {
            let emissions = call(launched(&[ask]).as_mut(), "k", event, &payload);
            assert_eq!(emissions, [Emission::Reply(protocol::output("k", ""))], "{event}");
        }
    }
}

#[test]
fn a_question_in_the_pane_is_described_by_the_call_that_waits() {
    let mut codex = ready(&probe());
    let lines = std::fs::read_to_string("tests/it/fixtures/codex/session_waiting.jsonl").unwrap();
    for line in lines.lines() {
        codex.log_line(line);
        if line.contains("\"function_call\"") {
            break;
        }
    }
    let emissions = {
        let status = ProgramStatus {
            state: ProgramState::Blocked,
            app: None,
            kind: Some("permission".to_owned()),
            message: None,
            progress: None,
        };
        codex.signal(&Signal::Status(status))
    };
    let [
        Emission::Observed {
            source: Source::TerminalStatus,
            observation: Observation::PermissionAsked(request),
        },
    ] = &emissions[..]
    else {
        panic!("{emissions:?}")
    };
    assert_eq!(request.command.as_deref(), Some("touch /outside-ESC"));
    assert_eq!(request.detail, Text::from("need to write outside the workspace"));
    assert!(!request.answerable);
    assert!(matches!(codex.permission(&request.ask.clone(), true, ""), Control::Unable(_)));
}

#[test]
fn of_several_calls_that_wait_none_is_said_to_be_the_one_that_asks() {
    let mut codex = ready(&probe());
    let lines = std::fs::read_to_string("tests/it/fixtures/codex/session_waiting.jsonl").unwrap();
    let first = lines.lines().position(|line| line.contains("\"function_call\"")).unwrap();
    for line in lines.lines().take(first + 1) {
        codex.log_line(line);
    }
    let mut other: Value = serde_json::from_str(lines.lines().nth(first).unwrap()).unwrap();
    other["payload"]["call_id"] = json!("call_0");
    other["payload"]["arguments"] = json!("{\"cmd\":\"ls\"}");
    codex.log_line(&other.to_string());
    let asked = status(codex.as_mut(), ProgramState::Blocked);
    let [Observation::PermissionAsked(request)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((request.tool.as_str(), request.command.as_deref()), ("a tool", None));
}
