use super::{pi, role};
use awtui::agent::{AgentError, Feature, Probe, ProbeOutput};
use awtui::domain::Thinking;

const MODELS: &str = "provider  model         context  max-out  thinking  images
mock      mock-analyst  64K      4.1K     yes       no
mock      mock-worker   131.1K   4.1K     no        no
big       mega          1.0M     64K      yes       yes
two       same          8K       4K       no        no
one       same          8K       4K       no        no
";

/// As Pi 1.5.2 answers, shortened; the map is as its `models.json` has it.
const LEVELS: &str = r#"{"type":"something_else","data":{"models":1}}
{"id":"1","type":"response","command":"get_available_models","success":true,"data":{"models":[{"id":"mock-analyst","name":"Mock Analyst","api":"openai-completions","provider":"mock","reasoning":true,"input":["text"],"cost":{"input":3,"output":15},"contextWindow":64000,"maxTokens":4096},{"id":"mock-worker","provider":"mock","reasoning":false,"contextWindow":131072},{"id":"mega","provider":"big","reasoning":true,"thinkingLevelMap":{"off":null,"minimal":null,"xhigh":"xhigh","max":"max"},"contextWindow":1048576}]}}
"#;

fn probe_of(version: &str) -> Probe {
    let output =
        |stdout: &str| ProbeOutput { code: Some(0), stdout: stdout.to_owned(), stderr: String::new() };
    pi().read_probe(&[output(version), output(MODELS), output(LEVELS)]).unwrap()
}

#[test]
fn each_version_of_pi_has_what_it_has_and_says_what_it_lacks() {
    use Feature::{MaxThinking, ProgramStatus, SessionId, Settled, TrustOption};
    for (version, has, n_lacks) in [
        ("1.5.2\n", vec![SessionId, TrustOption, Settled, MaxThinking, ProgramStatus], 0),
        ("0.87.1\n", vec![SessionId, TrustOption, Settled, MaxThinking], 1),
        ("0.80.4\n", vec![SessionId, TrustOption, Settled], 2),
        ("pi v0.74.2\n", vec![], 5),
    ] {
        let probe = probe_of(version);
        for feature in [SessionId, TrustOption, Settled, MaxThinking, ProgramStatus] {
            assert_eq!(probe.has(feature), has.contains(&feature), "{version} {feature:?}");
        }
        assert_eq!(probe.lacks.len(), n_lacks, "{version}");
        assert!(probe.lacks.iter().all(|lack| lack.starts_with("Pi 0.") && lack.ends_with('.')));
    }
}

#[test]
fn a_version_on_the_other_stream_is_found_and_noise_is_an_error_with_its_words() {
    let output = ProbeOutput { code: Some(0), stdout: String::new(), stderr: "0.74.2\n".to_owned() };
    assert_eq!(pi().read_probe(&[output]).unwrap().version.as_deref(), Some("0.74.2"));
    let output =
        ProbeOutput { code: Some(127), stdout: String::new(), stderr: "node: not found\n".to_owned() };
    let error = pi().read_probe(&[output]).unwrap_err().to_string();
    assert_eq!(error, "the probe of pi failed: `pi --version` said \"node: not found\"");
}

#[test]
fn models_are_read_with_window_and_levels() {
    use Thinking::{High, Low, Max, Medium, Minimal, Off, Xhigh};
    let probe = probe_of("1.5.2");
    let windows: Vec<_> = probe.models.iter().map(|model| (model.id.as_str(), model.window)).collect();
    assert_eq!(
        windows[..3],
        [
            ("mock/mock-analyst", Some(64_000)),
            ("mock/mock-worker", Some(131_072)),
            ("big/mega", Some(1_048_576))
        ]
    );
    assert_eq!(
        probe.models[0].thinking,
        [Off, Minimal, Low, Medium, High],
        "a stronger one is never supposed"
    );
    assert_eq!(probe.models[1].thinking, [Off]);
    assert_eq!(probe.models[2].thinking, [Low, Medium, High, Xhigh, Max]);
    assert_eq!(probe_of("0.74.2").models[2].thinking, [Low, Medium, High, Xhigh], "that version has no max");
    assert_eq!(probe_of("0.74.2").thinking, Thinking::ALL[..6]);
}

#[test]
fn of_a_model_whose_levels_pi_does_not_tell_none_is_claimed() {
    let output =
        |stdout: &str| ProbeOutput { code: Some(0), stdout: stdout.to_owned(), stderr: String::new() };
    let refused = r#"{"type":"response","command":"get_available_models","success":false,"error":"no"}"#;
    for (version, answers) in
        [("1.5.2", ""), ("1.5.2", "Unknown option"), ("1.5.2", refused), ("0.71.1", LEVELS)]
    {
        let probe = pi().read_probe(&[output(version), output(MODELS), output(answers)]).unwrap();
        assert_eq!(probe.models[0].thinking, [], "{version} {answers}");
        assert_eq!(probe.models[1].thinking, [Thinking::Off], "the list tells that");
        assert_eq!(probe.models[2].window, Some(1_000_000), "rounded, as the list has it");
        let mut role = role();
        role.model = Some("mock/mock-analyst".to_owned());
        role.thinking = Some(Thinking::High);
        let found = pi().check_model(&probe, &role).unwrap();
        assert_eq!((found.thinking, found.is_known), (Some(Thinking::High), false));
    }
}

#[test]
fn a_thinking_level_is_clamped_to_the_model() {
    for (version, model, level, clamped) in [
        ("1.5.2", "mock/mock-worker", Thinking::High, Thinking::Off),
        ("1.5.2", "mock/mock-analyst", Thinking::Max, Thinking::High),
        ("1.5.2", "mock/mock-analyst", Thinking::Xhigh, Thinking::High),
        ("1.5.2", "big/mega", Thinking::Max, Thinking::Max),
        ("1.5.2", "big/mega", Thinking::Off, Thinking::Low),
        ("0.74.2", "big/mega", Thinking::Max, Thinking::Xhigh),
        ("1.5.2", "mock-analyst", Thinking::Low, Thinking::Low),
    ] {
        let mut role = role();
        role.model = Some(model.to_owned());
        role.thinking = Some(level);
        let found = pi().check_model(&probe_of(version), &role).unwrap();
        assert_eq!(found.thinking, Some(clamped), "{version} {model}");
        assert!(found.is_known && found.model.unwrap().contains('/'));
    }
}

#[test]
fn a_level_behind_the_models_name_counts_when_the_role_has_none() {
    let mut role = role();
    role.model = Some("mock/mock-analyst:high".to_owned());
    let found = pi().check_model(&probe_of("1.5.2"), &role).unwrap();
    assert_eq!((found.model.as_deref(), found.thinking), (Some("mock/mock-analyst"), Some(Thinking::High)));
}

#[test]
fn an_unknown_model_is_an_error_that_names_the_nearest() {
    for (wanted, nearest) in [
        ("mock/mock-analist", Some("mock/mock-analyst")),
        ("mock-worke", Some("mock/mock-worker")),
        ("same", None),
        ("zzzzzzzzzzzzzzzzzzzz", None),
    ] {
        let mut role = role();
        role.model = Some(wanted.to_owned());
        let error = pi().check_model(&probe_of("1.5.2"), &role).unwrap_err();
        assert!(error.to_string().contains("pi --list-models"), "{error}");
        let AgentError::UnknownModel { nearest: found, .. } = error else { panic!("{error}") };
        if wanted != "same" {
            assert_eq!(found.as_deref(), nearest, "{wanted}");
        }
    }
}

#[test]
fn an_unknown_agent_names_the_nearest() {
    let spec = awtui::domain::AgentSpec { name: "pie".to_owned(), definition: None };
    let Err(error) = awtui::agent::adapter(&spec) else { panic!("it is unknown") };
    assert_eq!(error.to_string(), "there is no agent \"pie\" (nearest: \"pi\")");
}
