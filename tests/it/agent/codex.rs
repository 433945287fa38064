//! Codex as it is found, launched and driven.

use super::{RUN, launch, role};
use awtui::agent::{
    Adapter, Control, Delivery, DeskState, Feature, Keys, LogPlan, Probe, ProbeOutput, adapter,
};
use awtui::domain::{AgentSpec, Thinking};

pub fn codex() -> Box<dyn Adapter> {
    adapter(&AgentSpec { name: "codex".to_owned(), definition: None }).unwrap()
}

/// Codex 0.169.0, as it told of itself.
pub fn probe() -> Probe {
    let catalog = r#"{"models":[
        {"slug":"gpt-6-luna","context_window":272000,"supported_reasoning_levels":[{"effort":"low","description":""},
            {"effort":"medium","description":""},{"effort":"high","description":""}],"priority":5},
        {"slug":"gpt-6-astra","context_window":272000,"supported_reasoning_levels":[{"effort":"low"},{"effort":"ultra"}]}]}"#;
    codex()
        .read_probe(&told("codex-cli 0.169.0\n", "hooks                stable             true\n", catalog))
        .unwrap()
}

fn told(version: &str, features: &str, models: &str) -> [ProbeOutput; 4] {
    let help = "      --no-daemon\n          Run without the shared background server\n";
    [version, help, features, models].map(|stdout| ProbeOutput {
        code: Some(0),
        stdout: stdout.to_owned(),
        stderr: "WARNING: proceeding, even though we could not create PATH aliases\n".to_owned(),
    })
}

fn settings(args: &[String]) -> Vec<&str> {
    args.windows(2).filter(|pair| pair[0] == "-c").map(|pair| pair[1].as_str()).collect()
}

#[test]
fn codex_tells_its_version_features_and_models() {
    let probe = probe();
    assert_eq!(probe.version.as_deref(), Some("0.169.0"));
    for feature in [Feature::Hooks, Feature::Permissions, Feature::Foreground, Feature::Titles] {
        assert!(probe.has(feature), "{feature:?}");
    }
    assert_eq!(probe.models[0].id, "gpt-6-luna");
    assert_eq!(probe.models[0].window, Some(272_000));
    assert_eq!(probe.models[0].thinking, [Thinking::Low, Thinking::Medium, Thinking::High]);
    assert_eq!(probe.models[1].thinking, [Thinking::Low], "a level that awtui has no name for is left out");
    assert_eq!(probe.lacks.len(), 1, "{:?}", probe.lacks);
}

#[test]
fn a_codex_without_hooks_says_what_that_means() {
    let outputs = told("codex-cli 0.80.1-alpha.2\n", "hooks    stable   false\n", "");
    let probe = codex().read_probe(&outputs).unwrap();
    assert!(!probe.has(Feature::Hooks) && !probe.has(Feature::Titles));
    assert!(probe.lacks.iter().any(|lack| lack.contains("hooks are off")), "{:?}", probe.lacks);
    let plan = launch(codex().as_mut(), &probe, &role(), |_| {}).unwrap();
    assert!(!settings(&plan.args).iter().any(|setting| setting.starts_with("hooks")));
    let error = codex().read_probe(&told("", "", "")).unwrap_err();
    assert!(error.to_string().contains("could not create PATH aliases"), "{error}");
}

#[test]
fn a_listed_model_is_clamped_and_one_of_another_provider_is_let_through() {
    let mut role = role();
    for (model, level, expected) in [
        ("gpt-6-luna", Thinking::Max, Thinking::High),
        ("gpt-6-luna", Thinking::Off, Thinking::Low),
        ("their-own", Thinking::Max, Thinking::Max),
    ] {
        role.model = Some(model.to_owned());
        role.thinking = Some(level);
        let clamped = codex().check_model(&probe(), &role).unwrap();
        assert_eq!((clamped.model.as_deref(), clamped.thinking), (Some(model), Some(expected)));
        // What was clamped once is not clamped to something else.
        role.thinking = clamped.thinking;
        assert_eq!(codex().check_model(&probe(), &role).unwrap(), clamped);
    }
}

#[test]
fn codex_gets_everything_on_its_command_line() {
    let mut role = role();
    role.thinking = Some(Thinking::Off);
    role.args = vec!["--search".to_owned()];
    let plan = launch(codex().as_mut(), &probe(), &role, |_| {}).unwrap();
    assert_eq!(plan.args[..3], ["--no-daemon", "-m", "mock/mock-worker"]);
    assert_eq!(plan.args.last().map(String::as_str), Some("--search"));
    let settings = settings(&plan.args);
    for expected in [
        "check_for_update_on_startup=false",
        "notice.hide_rate_limit_model_nudge=true",
        "tui.auto_recap=false",
        "model_reasoning_effort=\"none\"",
        "mcp_servers.awtui={command=\"/usr/bin/awtui\",args=[\"mcp\",\"--launch\",\"/runs/one/launch/worker.1\"],\
         default_tools_approval_mode=\"approve\"}",
    ] {
        assert!(settings.contains(&expected), "{expected} is not in {settings:#?}");
    }
    assert!(!plan.args.iter().any(|argument| argument.contains("dangerously")));
    assert!(!settings.iter().any(|setting| setting.starts_with("projects")), "trust is the operator's");
    assert!(matches!(plan.log, LogPlan::Named { .. }) && plan.agent_session.is_none());
    assert_eq!(plan.files[0].path.to_str(), Some("agent.json"));
}

/// Codex 0.169.0 took this hash for a review of this very hook.
#[test]
fn hooks_are_reviewed_one_by_one() {
    let plan = launch(codex().as_mut(), &probe(), &role(), |_| {}).unwrap();
    let settings = settings(&plan.args);
    let command = "/usr/bin/awtui hook --launch /runs/one/launch/worker.1 Stop";
    let stop = format!("hooks.Stop=[{{hooks=[{{type=\"command\",command=\"{command}\",timeout=30}}]}}]");
    assert!(settings.contains(&stop.as_str()), "{settings:#?}");
    let state = settings.iter().find(|setting| setting.starts_with("hooks.state={")).unwrap();
    let stop = "\"/<session-flags>/config.toml:stop:0:0\"={trusted_hash=\
        \"sha256:34174208cb240211f4eee4428f674ce714ee881e1a73dd095e9338e1bb3890f8\"}";
    assert!(state.contains(stop), "{state}");
    assert!(state.contains("config.toml:permission_request:0:0"));
    assert!(!state.contains("pre_tool_use"), "nothing needs leave beyond Codex's own rules");
    let mut role = role();
    role.ask = vec!["Bash".to_owned()];
    let plan = launch(codex().as_mut(), &probe(), &role, |_| {}).unwrap();
    assert!(plan.args.iter().any(|argument| argument.starts_with("hooks.PreToolUse=")));
}

#[test]
fn a_session_is_resumed_by_its_id_and_its_log_is_looked_for() {
    let both = vec![("HOME".to_owned(), "/home/ann".to_owned()), ("CODEX_HOME".to_owned(), "/c".to_owned())];
    let both: &'static [(String, String)] = both.leak();
    for (environment, sessions) in [(&both[..1], "/home/ann/.codex/sessions"), (both, "/c/sessions")] {
        let plan = launch(codex().as_mut(), &probe(), &role(), |context| {
            context.resume = Some("01a1");
            context.environment = environment;
        })
        .unwrap();
        assert_eq!(plan.args[0], "resume");
        assert_eq!(plan.args.last().map(String::as_str), Some("01a1"));
        assert_eq!(plan.log, LogPlan::Below { dir: sessions.into(), contains: "01a1".to_owned() });
    }
}

#[test]
fn the_log_of_a_new_session_is_found_by_the_name_that_it_is_given() {
    let environment: &'static [(String, String)] = vec![("CODEX_HOME".to_owned(), "/c".to_owned())].leak();
    let find = |probe: &Probe| {
        let plan = launch(codex().as_mut(), probe, &role(), |context| context.environment = environment);
        plan.unwrap().log
    };
    let name = format!("awtui {RUN} worker.1");
    let (index, dir) = ("/c/session_index.jsonl".into(), "/c/sessions".into());
    assert_eq!(find(&probe()), LogPlan::Named { index, name, dir });
    let mut older = probe();
    older.features.retain(|feature| *feature != Feature::Titles);
    assert_eq!(find(&older), LogPlan::None);
}

#[test]
fn the_first_prompt_names_the_session_so_that_codex_pays_for_no_title() {
    let mut codex = codex();
    launch(codex.as_mut(), &probe(), &role(), |_| {}).unwrap();
    let pasted = |adapter: &dyn Adapter, text: &str, working| match adapter.deliver(
        1,
        text,
        &DeskState { working, ..DeskState::default() },
    ) {
        Delivery::Paste(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?}"),
    };
    let alone = "\x1b[200~do\n\tit\x1b[201~\r";
    let name = format!("\x1b[200~/rename awtui {RUN} worker.1\x1b[201~\r").into_bytes();
    // In one write, the prompt was seen to lie unread until the next key.
    let expected =
        vec![Keys { after: 0, bytes: name }, Keys { after: 800, bytes: alone.to_owned().into_bytes() }];
    assert_eq!(codex.deliver(1, "do\n\tit", &DeskState::default()), Delivery::Keys(expected));
    assert_eq!(pasted(codex.as_ref(), "do\n\tit", true), alone, "a command waits for the end of a turn");
    codex.delivered(1);
    assert_eq!(pasted(codex.as_ref(), "do\n\tit", false), alone);
    // Codex drops the blank, and takes what is behind it for words.
    for command in ["/quit", "!rm -rf", "/compact\n\n[awtui x 1]"] {
        let expected = format!("\x1b[200~ {command}\x1b[201~\r");
        assert_eq!(pasted(codex.as_ref(), command, false), expected);
    }
    for words in ["@file first", "# A title", "$skill", "?"] {
        assert!(pasted(codex.as_ref(), words, false).starts_with(&format!("\x1b[200~{words}")), "{words}");
    }
    let mut resumed = self::codex();
    launch(resumed.as_mut(), &probe(), &role(), |context| {
        context.resume = Some("01a1");
        context.prompted = true;
    })
    .unwrap();
    assert_eq!(pasted(resumed.as_ref(), "do\n\tit", false), alone);
}

#[test]
fn codex_is_driven_by_keys() {
    let codex = codex();
    assert_eq!(codex.interrupt(), Control::Bytes(b"\x1b".to_vec()));
    // With words behind it, it would be a prompt.
    assert_eq!(codex.compact("keep this"), Control::Bytes(b"\x1b[200~/compact\x1b[201~\r".to_vec()));
    let key = |after| Keys { after, bytes: vec![3] };
    assert_eq!(codex.quit(), Control::Keys(vec![key(0), key(400), key(400)]));
}
