//! Claude Code: how it is probed, launched and spoken to.

use super::claude_log::recorded;
use super::{RUN, launch, role};
use awtui::agent::{
    Adapter, Control, Delivery, DeskState, Feature, Keys, LaunchPlan, LogPlan, Probe, ProbeOutput, adapter,
};
use awtui::domain::{AgentSpec, PaneId, RoleConfig, Thinking};
use serde_json::{Value, json};
use std::path::Path;

pub fn claude() -> Box<dyn Adapter> {
    adapter(&AgentSpec { name: "claude".to_owned(), definition: None }).unwrap()
}

const HELP: &str = "  --effort <level>  Effort level (low, medium, high, xhigh, max)\n  --resume [value]\n  \
     --session-id <uuid>\n  --settings <file-or-json>\n";

fn output(stdout: &str) -> ProbeOutput {
    ProbeOutput { code: Some(0), stdout: stdout.to_owned(), stderr: String::new() }
}

pub fn probe() -> Probe {
    claude().read_probe(&[output("2.1.329 (Claude Code)\n"), output(HELP)]).unwrap()
}

pub fn worker() -> RoleConfig {
    RoleConfig { model: Some("claude-sonnet-4-5".to_owned()), ..role() }
}

fn file(plan: &LaunchPlan, name: &str) -> String {
    plan.files.iter().find(|file| file.path == Path::new(name)).unwrap().contents.clone()
}

fn json_file(plan: &LaunchPlan, name: &str) -> Value {
    serde_json::from_str(&file(plan, name)).unwrap()
}

#[test]
fn the_probe_reads_the_version_and_what_the_help_has() {
    let found = probe();
    assert_eq!(found.version.as_deref(), Some("2.1.329"));
    for feature in
        [Feature::SessionId, Feature::Hooks, Feature::Resume, Feature::MaxThinking, Feature::Permissions]
    {
        assert!(found.has(feature), "{feature:?}");
    }
    assert_eq!(found.lacks.len(), 2, "{:?}", found.lacks);
    let old = claude().read_probe(&[output("1.0.3 (Claude Code)"), output("--resume [id]")]).unwrap();
    assert!(!old.has(Feature::SessionId) && !old.has(Feature::Hooks) && !old.has(Feature::Permissions));
    assert!(old.lacks.iter().any(|lack| lack.contains("--session-id")), "{:?}", old.lacks);
    let error = claude().read_probe(&[output("command not found")]).unwrap_err().to_string();
    assert!(error.contains("`claude --version` said \"command not found\""), "{error}");
}

#[test]
fn any_model_is_let_through_and_levels_are_those_that_it_has() {
    let levels = [
        (Thinking::Off, Thinking::Low),
        (Thinking::Minimal, Thinking::Low),
        (Thinking::Medium, Thinking::Medium),
        (Thinking::Xhigh, Thinking::Xhigh),
        (Thinking::Max, Thinking::Max),
    ];
    for (wanted, found) in levels {
        let role = RoleConfig { thinking: Some(wanted), ..worker() };
        let clamped = claude().check_model(&probe(), &role).unwrap();
        assert_eq!((clamped.model.as_deref(), clamped.thinking), (Some("claude-sonnet-4-5"), Some(found)));
    }
}

#[test]
fn it_is_launched_with_hooks_and_tools_of_this_launch_alone() {
    let role = RoleConfig { thinking: Some(Thinking::High), ask: vec!["Bash".to_owned()], ..worker() };
    let plan = launch(claude().as_mut(), &probe(), &role, |_| {}).unwrap();
    let id = plan.agent_session.clone().unwrap();
    let expected = [
        "--session-id",
        &id,
        "--model",
        "claude-sonnet-4-5",
        "--effort",
        "high",
        "--permission-mode",
        "manual",
        "--mcp-config",
        "/runs/one/launch/worker.1/claude-mcp.json",
        "--settings",
        "/runs/one/launch/worker.1/claude-settings.json",
    ];
    assert_eq!(plan.args, expected);
    assert_eq!(plan.log, LogPlan::File(format!("/home/ann/.claude/projects/-repository/{id}.jsonl").into()));
    let settings = json_file(&plan, "claude-settings.json");
    assert_eq!(settings["permissions"], json!({"allow": ["mcp__awtui"], "ask": ["Bash"]}));
    let hook = &settings["hooks"]["Stop"][0]["hooks"][0];
    let command = "/usr/bin/awtui hook --launch /runs/one/launch/worker.1 Stop";
    assert_eq!(hook["command"], command);
    assert!(
        settings["hooks"]["PermissionRequest"][0]["hooks"][0]["timeout"].as_u64() > hook["timeout"].as_u64()
    );
    let server = &json_file(&plan, "claude-mcp.json")["mcpServers"]["awtui"];
    assert_eq!((&server["command"], &server["alwaysLoad"]), (&json!("/usr/bin/awtui"), &json!(true)));
    assert_eq!(server["args"], json!(["mcp", "--launch", "/runs/one/launch/worker.1"]));
    assert!(file(&plan, "agent.json").contains("secret"));
    assert!(plan.files.iter().all(|file| matches!(file.mode, 0o600 | 0o700)));
}

#[test]
fn its_session_id_is_a_uuid_that_stays_the_same_in_a_pane() {
    let id = || launch(claude().as_mut(), &probe(), &worker(), |_| {}).unwrap().agent_session.unwrap();
    let other = launch(claude().as_mut(), &probe(), &worker(), |context| {
        context.launch_folder = Path::new("/runs/two/launch/worker.1");
    });
    let parts: Vec<usize> = id().split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert!(id().chars().all(|one| one == '-' || one.is_ascii_hexdigit()));
    assert_eq!(id(), id());
    let pane = PaneId::from("worker-2");
    let next =
        launch(claude().as_mut(), &probe(), &worker(), |context| context.pane = Box::leak(Box::new(pane)));
    assert_ne!(Some(id()), next.unwrap().agent_session, "what it kept nothing of may have taken the id");
    assert_ne!(Some(id()), other.unwrap().agent_session);
}

#[test]
fn its_log_is_found_whatever_the_project_is_called() {
    let log = |directory: &'static str| {
        launch(claude().as_mut(), &probe(), &worker(), |context| context.directory = Path::new(directory))
            .map(|plan| (plan.log, plan.agent_session.unwrap()))
            .unwrap()
    };
    // As Claude itself named the folder.
    let (plan, id) = log("/tmp/größe 你好 😀 x");
    let file = format!("/home/ann/.claude/projects/-tmp-gr--e-------x/{id}.jsonl");
    assert_eq!(plan, LogPlan::File(file.into()));
    let deep: &'static str = Box::leak(format!("/tmp/{}", "a".repeat(250)).into_boxed_str());
    let (plan, id) = log(deep);
    let dir = "/home/ann/.claude/projects".into();
    assert_eq!(plan, LogPlan::Below { dir, contains: format!("{id}.jsonl") });
}

#[test]
fn a_session_is_resumed_only_once_something_was_said_in_it() {
    const BEFORE: &str = "0b1c2d3e-0000-4000-8000-000000000001";
    for (prompted, option) in [(true, "--resume"), (false, "--session-id")] {
        let plan = launch(claude().as_mut(), &probe(), &worker(), |context| {
            context.resume = Some(BEFORE);
            context.prompted = prompted;
        });
        let args = plan.unwrap().args;
        assert_eq!((args[0].as_str(), args[1] == BEFORE), (option, prompted));
    }
    // As Claude wrote it before it was killed in its first second: `--resume` finds no conversation there.
    let begun = [
        r#"{"type":"mode","mode":"normal","sessionId":"0b1c2d3e-0000-4000-8000-000000000001"}"#,
        r#"{"type":"permission-mode","permissionMode":"default","sessionId":"0b1c2d3e-0000-4000-8000-000000000001"}"#,
        r#"{"type":"atis-latch","atis":"","sessionId":"0b1c2d3e-0000-4000-8000-000000000001"}"#,
        r#"{"type":"tools-used","tools":["Bash"],"sessionId":"0b1c2d3e-0000-4000-8000-000000000001"}"#,
    ];
    assert!(begun.iter().all(|line| !claude().keeps(line)));
    assert!(recorded("session_turns").iter().any(|line| claude().keeps(line)));
}

#[test]
fn the_persons_own_choices_are_left_alone() {
    let role = RoleConfig { args: vec!["--permission-mode=acceptEdits".to_owned()], ..worker() };
    let environment = [
        ("CLAUDE_CONFIG_DIR".to_owned(), "/home/ann/its config".to_owned()),
        ("EDITOR".to_owned(), "nano -w".to_owned()),
        ("CLAUDECODE".to_owned(), "1".to_owned()),
    ];
    let plan = launch(claude().as_mut(), &probe(), &role, |context| {
        context.environment = Box::leak(Box::new(environment));
        context.directory = Path::new("/home/ann/my_dir.x/修复");
    });
    let plan = plan.unwrap();
    assert!(!plan.args.iter().any(|argument| argument == "manual"));
    let LogPlan::File(log) = &plan.log else { panic!("{:?}", plan.log) };
    assert!(log.starts_with("/home/ann/its config/projects/-home-ann-my-dir-x---"), "{}", log.display());
    assert!(file(&plan, "editor").ends_with("exec nano -w \"$@\"\n"));
    assert!(plan.env.contains(&("CLAUDECODE".to_owned(), String::new())));
    assert!(!plan.env.iter().any(|(name, _)| name == "CLAUDE_CONFIG_DIR"));
}

fn bytes(delivery: Delivery) -> String {
    match delivery {
        Delivery::Paste(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn launched() -> Box<dyn Adapter> {
    let mut claude = claude();
    launch(claude.as_mut(), &probe(), &worker(), |_| {}).unwrap();
    claude
}

#[test]
fn a_prompt_is_pasted_in_pieces_that_arrive_as_they_are() {
    let text = format!("one\ntwo\nthree 修复\n{}\n[awtui {RUN} 7]", "x".repeat(1_000));
    let typed = bytes(launched().deliver(7, &text, &DeskState::default()));
    let inner = typed.strip_suffix('\r').unwrap();
    let pieces: Vec<&str> =
        inner.split("\x1b[200~").skip(1).map(|piece| piece.strip_suffix("\x1b[201~").unwrap()).collect();
    assert_eq!(pieces.concat(), text);
    assert!(pieces.iter().all(|piece| piece.chars().count() <= 400 && piece.matches('\n').count() <= 2));
}

#[test]
fn words_that_would_be_a_command_stay_words_and_keys_are_left_out() {
    for (words, before) in [
        ("/quit", "Read this as words:\n"),
        ("\n/model x", "Read this as words:\n"),
        ("!ls", "\n"),
        (" !ls", ""),
    ] {
        let typed = bytes(launched().deliver(1, words, &DeskState::default()));
        let pieces = typed.replace("\x1b[200~", "").replace("\x1b[201~", "");
        assert_eq!(pieces, format!("{before}{words}\r"));
    }
    let typed = bytes(launched().deliver(1, "a\x1b[201~\r!rm\x07", &DeskState::default()));
    assert_eq!(typed, "\x1b[200~a[201~!rm\x1b[201~\r");
}

#[test]
fn what_holds_tabs_is_fetched_by_its_editor_except_in_the_middle_of_a_turn() {
    let text = "a\n\tb";
    match launched().deliver(1, text, &DeskState::default()) {
        Delivery::File { file, keys } => {
            assert_eq!((file.contents.as_str(), keys.as_slice()), (text, &b"\x07"[..]));
            assert_eq!(file.mode, 0o600);
        }
        other => panic!("{other:?}"),
    }
    let working = DeskState { working: true, ..DeskState::default() };
    assert!(matches!(launched().deliver(1, text, &working), Delivery::Paste(_)));
    let mut odd = claude();
    launch(odd.as_mut(), &probe(), &worker(), |context| context.launch_folder = Path::new("/a folder"))
        .unwrap();
    assert!(matches!(odd.deliver(1, text, &DeskState::default()), Delivery::Paste(_)));
}

#[test]
fn compacting_types_its_words_and_waits_before_enter() {
    let Control::Keys(keys) = launched().compact("keep\nthis  well") else { panic!() };
    let expected = [
        Keys { after: 0, bytes: b"\x1b[200~/compact keep this well\x1b[201~".to_vec() },
        Keys { after: 700, bytes: b"\r".to_vec() },
    ];
    assert_eq!(keys, expected);
    assert_eq!(launched().interrupt(), Control::Bytes(b"\x1b".to_vec()));
    let Control::Keys(keys) = launched().quit() else { panic!() };
    assert!(
        keys.len() >= 3 && keys.iter().all(|key| key.bytes == b"\x03"),
        "a turn, words in the input, leaving"
    );
}
