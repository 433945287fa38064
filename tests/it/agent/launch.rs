use super::{RUN, launch, pi, role};
use awtui::agent::{
    Control, Delivery, DeskState, Feature, LogPlan, Model, Probe, adapter, find_marker, marker,
};
use awtui::domain::{AgentSpec, EffectId, RunId, Thinking};
use std::path::{Path, PathBuf};

fn probe(features: &[Feature]) -> Probe {
    let model = Model { id: "mock/mock-worker".to_owned(), window: None, thinking: vec![Thinking::Off] };
    Probe { models: vec![model], features: features.to_vec(), ..Probe::default() }
}

const NEW: [Feature; 4] =
    [Feature::SessionId, Feature::TrustOption, Feature::Settled, Feature::ProgramStatus];

#[test]
fn pi_is_launched_with_a_session_of_its_own_and_the_bridge() {
    let mut role = role();
    role.thinking = Some(Thinking::High);
    role.args = vec!["--verbose".to_owned()];
    let plan = launch(pi().as_mut(), &probe(&NEW), &role, |_| {}).unwrap();
    assert_eq!(
        plan.args,
        [
            "-na",
            "--session-dir",
            "/runs/one/launch/worker.1/sessions",
            "--session-id",
            "aw_20261121_120000_fix.worker.1",
            "--model",
            "mock/mock-worker",
            "--thinking",
            "off",
            "-e",
            "/runs/one/launch/worker.1/bridge.ts",
            "--verbose",
        ]
    );
    let id = "aw_20261121_120000_fix.worker.1".to_owned();
    let dir = PathBuf::from("/runs/one/launch/worker.1/sessions");
    assert_eq!(plan.log, LogPlan::Folder { dir, contains: id.clone() });
    assert_eq!(plan.agent_session, Some(id));
    assert_eq!(plan.program, Path::new("/usr/bin/pi"));
    assert_eq!((plan.files[0].path.as_path(), plan.files[0].mode), (Path::new("bridge.ts"), 0o600));
    let value = |name: &str| plan.env.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(value("PI_PROGRAM_STATUS"), Some("1"));
    assert_eq!(value("AWTUI_AGENT_TOKEN"), Some("secret"));
    assert_eq!(value("AWTUI_AGENT_SOCKET"), Some("/tmp/a/agent"));
    assert_eq!(value("AWTUI_ROLE"), Some("worker"));
    assert_eq!(value("AWTUI_RUN"), Some(RUN));
    assert_eq!(value("AWTUI_SESSION"), Some("worker.1"));
    assert_eq!(value("AWTUI_PANE"), Some("worker-1"));
    assert_eq!(value("AWTUI_ARTIFACTS"), Some("/runs/one/artifacts"));
}

#[test]
fn an_old_pi_gets_only_options_that_it_has() {
    let plan = launch(pi().as_mut(), &probe(&[]), &role(), |_| {}).unwrap();
    assert_eq!(plan.args[2..4], ["--session", "/runs/one/launch/worker.1/sessions/session.jsonl"]);
    assert!(!plan.args.iter().any(|argument| argument == "-na" || argument == "--session-id"));
    assert_eq!(plan.log, LogPlan::File("/runs/one/launch/worker.1/sessions/session.jsonl".into()));
}

#[test]
fn a_resumed_session_is_passed_on() {
    let plan = launch(pi().as_mut(), &probe(&NEW), &role(), |context| context.resume = Some("their-own-id"));
    assert_eq!(plan.unwrap().args[3..5], ["--session-id", "their-own-id"]);
}

#[test]
fn what_a_project_brings_for_pi_is_left_alone_unless_the_role_s_arguments_say_otherwise() {
    for (own, trusts) in [("--verbose", false), ("-a", true), ("--approve", true)] {
        let role = awtui::domain::RoleConfig { args: vec![own.to_owned()], ..role() };
        let plan = launch(pi().as_mut(), &probe(&NEW), &role, |_| {}).unwrap();
        assert_eq!(!plan.args.contains(&"-na".to_owned()), trusts, "{own}");
        assert_eq!(plan.args.last().unwrap(), own);
    }
}

#[test]
fn a_session_id_holds_only_what_pi_takes() {
    let run: &RunId = Box::leak(Box::new(RunId::new("aw_20261121_120000_修复_x")));
    let plan = launch(pi().as_mut(), &probe(&NEW), &role(), |context| context.run = run).unwrap();
    assert_eq!(plan.agent_session.as_deref(), Some("aw_20261121_120000_--_x.worker.1"));
}

#[test]
fn an_unknown_model_is_not_launched() {
    let mut role = role();
    role.model = Some("mock/mock-workerr".to_owned());
    let error = launch(pi().as_mut(), &probe(&NEW), &role, |_| {}).unwrap_err();
    assert!(error.to_string().contains("nearest: \"mock/mock-worker\""), "{error}");
}

#[test]
fn a_prompt_goes_over_the_socket_and_without_one_it_is_pasted() {
    let pi = pi();
    let connected = DeskState { connected: true, ready: true, working: false };
    assert_eq!(
        pi.deliver(7, "do\nit", &connected),
        Delivery::Socket("{\"type\":\"prompt\",\"effect\":7,\"text\":\"do\\nit\"}\n".to_owned())
    );
    let Delivery::Socket(steered) = pi.deliver(7, "x", &DeskState { working: true, ..connected }) else {
        panic!()
    };
    assert!(steered.contains("\"steer\":true"));
    let alone = DeskState::default();
    assert_eq!(pi.deliver(7, "do\nit", &alone), Delivery::Paste(b"\x1b[200~do\nit\x1b[201~\r".to_vec()));
}

#[test]
fn a_pasted_prompt_cannot_press_keys_or_be_a_command() {
    let pasted = |text: &str| match pi().deliver(1, text, &DeskState::default()) {
        Delivery::Paste(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(pasted("a\x1b[201~\r!rm\x07"), "\x1b[200~a[201~!rm\x1b[201~\r");
    for command in ["/quit", " !rm -rf", "\n/model x"] {
        assert!(pasted(command).starts_with("\x1b[200~Read this as words:\n"), "{command}");
    }
}

#[test]
fn controls_have_a_weaker_way_without_the_socket() {
    let pi = pi();
    for (control, kind, keys) in [
        (pi.interrupt(), "interrupt", &b"\x1b"[..]),
        (pi.compact("keep\nthis"), "compact", b"\x1b[200~/compact keep this\x1b[201~\r"),
        (pi.quit(), "quit", b"\x03\x03"),
    ] {
        let Control::Socket { line, otherwise } = control else { panic!("{control:?}") };
        assert!(line.contains(&format!("\"type\":\"{kind}\"")), "{line}");
        assert_eq!(*otherwise, Control::Bytes(keys.to_vec()));
    }
}

#[test]
fn the_marker_is_found_only_as_the_last_line_and_of_its_own_run() {
    let run = RunId::new(RUN);
    let sent = format!("do it\n\n{}", marker(&run, EffectId(42)));
    assert!(sent.ends_with("[awtui aw_20261121_120000_fix 42]"));
    assert_eq!(find_marker(&sent, &run), Some(EffectId(42)));
    assert_eq!(find_marker(&format!("{sent}\n \n"), &run), Some(EffectId(42)));
    assert_eq!(find_marker(&format!("{sent}\nand more"), &run), None);
    assert_eq!(find_marker(&sent, &RunId::new("aw_other")), None);
    assert_eq!(find_marker("[awtui aw_20261121_120000_fix x]", &run), None);
    assert_eq!(find_marker("", &run), None);
}

#[test]
fn the_demo_agent_is_awtui_itself_with_a_place_for_its_session() {
    let mut demo = adapter(&AgentSpec { name: "demo".to_owned(), definition: None }).unwrap();
    let mut role = role();
    role.args = vec!["--speed".to_owned(), "50".to_owned()];
    let plan =
        launch(demo.as_mut(), &Probe::default(), &role, |context| context.resume = Some("before")).unwrap();
    let expected = [
        "demo-agent",
        "--role",
        "worker",
        "--resume",
        "before",
        "--model",
        "mock/mock-worker",
        "--speed",
        "50",
    ];
    assert_eq!(plan.args, expected);
    let folder = ("AWTUI_DEMO_FOLDER".to_owned(), "/runs/one/launch/worker.1".to_owned());
    assert!(plan.env.contains(&folder));
}

#[test]
fn a_session_is_gone_on_with_by_hand_as_its_own_program_wants_it() {
    for (name, words) in [
        ("pi", vec!["--session-dir", "/runs/one/launch/worker.1/sessions", "--session", "abc"]),
        ("claude", vec!["--resume", "abc"]),
        ("codex", vec!["resume", "abc"]),
        ("opencode", vec!["--session", "abc"]),
    ] {
        let spec = awtui::domain::AgentSpec { name: name.to_owned(), definition: None };
        let agent = awtui::agent::adapter(&spec).unwrap();
        let args = agent.reopen("abc", std::path::Path::new("/runs/one/launch/worker.1"));
        assert_eq!(args.unwrap(), words, "{name}");
    }
}
