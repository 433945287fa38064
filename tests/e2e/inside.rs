//! `awtui hook` and `awtui mcp` as an agent starts them: the real program, an agent socket, nothing else of awtui.

use awtui::agent::protocol::{self, ToAgent, ToDesk};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A launch folder and an agent socket; what comes in is answered by `answer`.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(role: &str, answer: impl Fn(ToDesk, &mut UnixStream) + Send + 'static) -> Self {
        let desk = Self { folder: tempfile::Builder::new().prefix("desk").tempdir().unwrap() };
        let listener = UnixListener::bind(desk.folder.path().join("agent")).unwrap();
        let socket = desk.folder.path().join("agent").display().to_string();
        let credentials = json!({"socket": socket, "token": "t", "role": role, "session": "worker.1"});
        fs::write(desk.folder.path().join("agent.json"), credentials.to_string()).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                for line in lines.map_while(Result::ok) {
                    match protocol::parse(&line).unwrap() {
                        ToDesk::Hello(hello) => {
                            assert_eq!(hello.token, "t");
                            stream.write_all(protocol::line(&ToAgent::Welcome).as_bytes()).unwrap();
                        }
                        message => answer(message, &mut stream),
                    }
                }
            }
        });
        desk
    }

    fn run(&self, args: &[&str], input: &str) -> Output {
        let mut command = Command::new("timeout");
        command.args(["-k", "5", "60", env!("CARGO_BIN_EXE_awtui")]).args(args);
        command.args(["--launch", self.folder.path().to_str().unwrap()]);
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn hook(&self, event: &str, input: &str) -> (i32, String) {
        let output = self.run(&["hook", event], input);
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    /// Speaks MCP: the results of these requests, in their order.
    fn mcp(&self, requests: &[(&str, Value)]) -> Vec<Value> {
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "a client", "version": "1"}});
        let mut lines = vec![
            json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
            json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        ];
        for (id, (method, params)) in (1..).zip(requests) {
            lines.push(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        }
        let input = lines.iter().fold(String::new(), |all, line| format!("{all}{line}\n"));
        let output = self.run(&["mcp"], &input);
        let mut results: Vec<Value> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        results.sort_by_key(|result| result["id"].as_u64());
        assert_eq!(results[0]["result"]["serverInfo"]["name"], "awtui", "{results:#?}");
        results.split_off(1)
    }
}

fn taken(message: &ToDesk, stream: &mut UnixStream) {
    let key = match message {
        ToDesk::ReportResult(line) => &line.key,
        ToDesk::ReportVerdict(line) => &line.key,
        ToDesk::ReportProgress { key, .. } => key,
        other => panic!("{other:?}"),
    };
    stream.write_all(protocol::reply(key, true, "recorded").as_bytes()).unwrap();
}

fn names(result: &Value) -> Vec<&str> {
    result["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[test]
fn the_tools_of_a_role_are_offered_and_nobody_but_the_analyst_gives_verdicts() {
    let worker = Desk::new("worker", |message, stream| taken(&message, stream));
    let offered = worker.mcp(&[("tools/list", json!({}))]);
    assert_eq!(names(&offered[0]), ["report_result", "report_progress", "request_gate", "attach_artifact"]);
    let analyst = Desk::new("analyst", |message, stream| taken(&message, stream));
    let offered = analyst.mcp(&[("tools/list", json!({}))]);
    assert_eq!(names(&offered[0]), ["report_verdict", "report_progress", "request_gate", "attach_artifact"]);
}

#[test]
fn a_call_is_handed_on_and_its_answer_comes_back_to_the_model() {
    let desk = Desk::new("analyst", |message, stream| {
        if let ToDesk::ReportVerdict(line) = &message {
            assert_eq!((line.reason.as_str(), line.key.as_str()), ("because", "mcp:worker.1:call-7"));
        }
        taken(&message, stream);
    });
    let verdict = json!({"verdict": "DONE", "reason": "because"});
    let call = json!({"name": "report_verdict", "arguments": verdict, "_meta": {"callId": "call-7"}});
    let results = desk.mcp(&[("tools/call", call)]);
    assert_eq!(results[0]["result"]["content"][0]["text"], "recorded", "{results:#?}");
}

#[test]
fn a_call_that_is_wrong_or_not_taken_is_told_to_the_model_with_the_reason() {
    let desk = Desk::new("worker", |message, stream| {
        let ToDesk::ReportProgress { key, .. } = message else { panic!("{message:?}") };
        stream.write_all(protocol::reply(&key, false, "the run is over").as_bytes()).unwrap();
    });
    let results = desk.mcp(&[
        ("tools/call", json!({"name": "report_result", "arguments": {"status": "perfect"}})),
        ("tools/call", json!({"name": "report_progress", "arguments": {"text": "half"}})),
        ("tools/call", json!({"name": "report_verdict", "arguments": {}})),
    ]);
    let words =
        |result: &Value| result["result"]["content"][0]["text"].as_str().unwrap_or_default().to_owned();
    assert!(words(&results[0]).contains("perfect"), "{results:#?}");
    assert_eq!(results[0]["result"]["isError"], true);
    assert!(words(&results[1]).contains("the run is over"), "{results:#?}");
    assert!(results[2]["error"]["message"].as_str().unwrap().contains("report_result"), "{results:#?}");
}

#[test]
fn a_hook_prints_what_awtui_answers_and_nothing_when_awtui_decides_nothing() {
    let desk = Desk::new("worker", |message, stream| {
        let ToDesk::Hook(hook) = message else { panic!("{message:?}") };
        let decision = if hook.event == "PermissionRequest" { "{\"decision\":1}" } else { "" };
        assert_eq!(hook.payload["tool_name"], "Bash");
        stream.write_all(protocol::output(&hook.key, decision).as_bytes()).unwrap();
    });
    let payload = json!({"tool_name": "Bash"}).to_string();
    assert_eq!(desk.hook("PermissionRequest", &payload), (0, "{\"decision\":1}\n".to_owned()));
    assert_eq!(desk.hook("Stop", &payload), (0, String::new()));
}

#[test]
fn a_hook_without_awtui_decides_nothing_and_is_no_error() {
    let desk = Desk::new("worker", |_, _| {});
    fs::remove_file(desk.folder.path().join("agent")).unwrap();
    assert_eq!(desk.hook("PermissionRequest", "{}"), (0, String::new()));
    fs::remove_file(desk.folder.path().join("agent.json")).unwrap();
    assert_eq!(desk.hook("PermissionRequest", "{}"), (0, String::new()));
}

#[test]
fn what_is_too_long_for_a_line_arrives_shortened() {
    let desk = Desk::new("worker", |message, stream| {
        let ToDesk::Hook(hook) = message else { panic!("{message:?}") };
        let told = hook.payload["tool_response"]["stdout"].as_str().unwrap();
        assert!(told.len() < 5_000 && told.starts_with("xxx"), "{}", told.len());
        stream.write_all(protocol::output(&hook.key, "seen").as_bytes()).unwrap();
    });
    let payload = json!({"tool_response": {"stdout": "x".repeat(3_000_000)}}).to_string();
    assert_eq!(desk.hook("PostToolUse", &payload), (0, "seen\n".to_owned()));
}
