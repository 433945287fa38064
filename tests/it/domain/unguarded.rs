//! Which arguments make an agent act without asking anybody, and that the state of a run says so.

use super::bench::{self, Bench};
use awtui::domain::*;

fn told(agent: &str, args: &[&str]) -> Option<String> {
    let mut role = bench::config().roles[&RoleName::new("worker")].clone();
    agent.clone_into(&mut role.agent.name);
    role.args = args.iter().map(|&word| word.to_owned()).collect();
    role.unguarded()
}

#[test]
fn options_that_skip_every_question_are_known_for_each_agent_however_they_are_written() {
    let cases: [(&str, &[&str], &str); 18] = [
        ("claude", &["--dangerously-skip-permissions"], "--dangerously-skip-permissions"),
        (
            "claude",
            &["--verbose", "--permission-mode", "bypassPermissions"],
            "--permission-mode bypassPermissions",
        ),
        ("claude", &["--permission-mode=bypassPermissions"], "--permission-mode bypassPermissions"),
        ("claude", &["--permission-mode", "auto"], "--permission-mode auto"),
        ("codex", &["--yolo"], "--yolo"),
        (
            "codex",
            &["--dangerously-bypass-approvals-and-sandbox"],
            "--dangerously-bypass-approvals-and-sandbox",
        ),
        ("codex", &["-a", "never"], "-a never"),
        ("codex", &["-anever"], "-a never"),
        ("codex", &["--ask-for-approval=never"], "--ask-for-approval never"),
        ("codex", &["-c", "approval_policy=\"never\""], "approval_policy=never"),
        ("codex", &["-capproval_policy=never"], "approval_policy=never"),
        ("codex", &["--config", "sandbox_mode = 'danger-full-access'"], "sandbox_mode=danger-full-access"),
        ("codex", &["--config=approval_policy=never"], "approval_policy=never"),
        ("codex", &["-s", "danger-full-access"], "-s danger-full-access"),
        ("codex", &["--approve-for-me"], "--approve-for-me"),
        ("opencode", &["--auto"], "--auto"),
        ("mine", &["--yolo"], "--yolo"),
        ("mine", &["--dangerously-do-it"], "--dangerously-do-it"),
    ];
    for (agent, args, means) in cases {
        assert_eq!(told(agent, args).as_deref(), Some(means), "{agent} {args:?}");
    }
}

#[test]
fn other_options_are_taken_for_none() {
    let cases: [(&str, &[&str]); 10] = [
        ("claude", &[]),
        ("claude", &["--permission-mode", "plan"]),
        ("claude", &["--allow-dangerously-skip-permissions"]),
        ("claude", &["bypassPermissions"]),
        ("codex", &["-a", "on-request", "never"]),
        ("codex", &["-c", "model=\"never\""]),
        ("codex", &["--dangerously-bypass-hook-trust"]),
        ("codex", &["-s", "read-only"]),
        ("opencode", &["--model", "a/b"]),
        ("pi", &["--auto"]),
    ];
    for (agent, args) in cases {
        assert_eq!(told(agent, args), None, "{agent} {args:?}");
    }
}

#[test]
fn the_command_line_of_a_program_of_ones_own_is_looked_at_too() {
    let mut role = bench::config().roles[&RoleName::new("worker")].clone();
    let definition = r#"{"argv":["mine","--yolo","{prompt}"]}"#;
    role.agent =
        AgentSpec { name: "mine".to_owned(), definition: Some(AgentDefinition(definition.to_owned())) };
    assert_eq!(role.unguarded().as_deref(), Some("--yolo"));
}

#[test]
fn a_run_knows_which_of_its_roles_ask_nobody() {
    let mut config = bench::config();
    config.roles.get_mut(&RoleName::new("worker")).unwrap().args = vec!["--yolo".to_owned()];
    let bench = Bench::with(config);
    assert_eq!(bench.run.roles[&"worker".into()].unguarded.as_deref(), Some("--yolo"));
    assert_eq!(bench.run.roles[&"analyst".into()].unguarded, None);
}

#[test]
fn what_the_agent_says_itself_counts_beside_its_arguments() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let by = |bench: &Bench| bench.run.roles[&RoleName::new("worker")].asks_nobody().map(str::to_owned);
    let seen = |unguarded: Option<&str>| Observation::GuardSeen { unguarded: unguarded.map(str::to_owned) };
    let facts = bench.records.len();
    bench.observe(&worker, seen(None));
    assert_eq!((by(&bench), bench.records.len()), (None, facts), "nothing is new");
    bench.observe(&worker, seen(Some("permission mode bypassPermissions")));
    assert_eq!(by(&bench).as_deref(), Some("permission mode bypassPermissions"));
    bench.observe(&worker, seen(None));
    assert_eq!(by(&bench), None);
}
