use super::{RUN, defined, launch, observations, role, usages};
use awtui::agent::{
    Adapter, AgentError, Control, Delivery, DeskState, Emission, LaunchContext, LogPlan, Probe, adapter,
    command,
};
use awtui::domain::{AgentDefinition, AgentSpec, Observation, Source, Tokens, TurnEnd};

fn started(json: &str) -> Box<dyn Adapter> {
    let mut agent = defined(json);
    launch(agent.as_mut(), &Probe::default(), &role(), |_| {}).unwrap();
    agent
}

fn argument(agent: &dyn Adapter, prompt: &str) -> (Vec<String>, Vec<String>, Option<String>) {
    match agent.deliver(5, prompt, &DeskState::default()) {
        Delivery::Argument { args, files, stdin } => {
            (args, files.into_iter().map(|file| file.contents).collect(), stdin)
        }
        other => panic!("{other:?}"),
    }
}

const ARGUMENT: &str = r#"{"argv":["mine","--model","{model}","-p","{prompt}","{unknown}"],
    "resume":["mine","--continue","{session}","{prompt}"],"prompt":"argument","end":"exit"}"#;

#[test]
fn one_process_a_turn_gets_its_prompt_in_one_argument() {
    let mut agent = defined(ARGUMENT);
    let plan = launch(agent.as_mut(), &Probe::default(), &role(), |_| {}).unwrap();
    assert!(plan.waits_for_prompt && plan.args.is_empty());
    let (args, files, stdin) = argument(agent.as_ref(), "do {model}; rm -rf /");
    assert_eq!(args, ["--model", "mock/mock-worker", "-p", "do {model}; rm -rf /", "{unknown}"]);
    assert_eq!((files.len(), stdin), (0, None));
}

#[test]
fn the_next_turn_resumes_the_conversation_where_the_program_can() {
    let mut agent = started(ARGUMENT);
    agent.delivered(5);
    agent.exited(Some(0));
    let (args, ..) = argument(agent.as_ref(), "more");
    assert_eq!(args, ["--continue", "aw_20261121_120000_fix.worker.1", "more"]);
    let mut agent = defined(ARGUMENT);
    let again = |context: &mut LaunchContext| (context.resume, context.prompted) = (Some("old"), true);
    launch(agent.as_mut(), &Probe::default(), &role(), again).unwrap();
    assert_eq!(argument(agent.as_ref(), "more").0, ["--continue", "old", "more"]);
    // One of which nothing was kept is begun again.
    let mut agent = defined(ARGUMENT);
    launch(agent.as_mut(), &Probe::default(), &role(), |context| context.resume = Some("old")).unwrap();
    assert!(!argument(agent.as_ref(), "more").0.contains(&"--continue".to_owned()));
}

#[test]
fn a_prompt_goes_into_a_file_or_standard_input_as_defined() {
    let agent = started(r#"{"argv":["mine","--task","{prompt_file}"],"prompt":"file","end":"exit"}"#);
    let (args, files, _) = argument(agent.as_ref(), "words");
    assert_eq!(args, ["--task", "/runs/one/launch/worker.1/prompt-5.md"]);
    assert_eq!(files, ["words"]);
    let agent = started(r#"{"argv":["mine"],"prompt":"stdin","end":"exit"}"#);
    assert_eq!(argument(agent.as_ref(), "words").2.as_deref(), Some("words"));
}

#[test]
fn exit_ends_the_turn_with_what_was_printed() {
    for (code, end) in [
        (Some(0), TurnEnd::Completed),
        (Some(3), TurnEnd::Failed { reason: "it exited with code 3".to_owned() }),
        (None, TurnEnd::Interrupted),
    ] {
        let mut agent = started(ARGUMENT);
        let told = observations(agent.delivered(5));
        assert!(told.contains(&(Source::Process, Observation::PromptSeen { effect: 5 })));
        assert!(told.contains(&(Source::Process, Observation::TurnStarted)));
        agent.output_line("one");
        agent.output_line("two");
        let ended = observations(agent.exited(code));
        assert_eq!(ended, [(Source::Process, Observation::TurnEnded { end, text: "one\ntwo".into() })]);
        assert_eq!(agent.exited(code), []);
    }
}

#[test]
fn a_flood_keeps_only_the_last_words() {
    let mut agent = started(ARGUMENT);
    agent.delivered(5);
    for number in 0..100_000 {
        agent.output_line(&format!("line {number}"));
    }
    let Observation::TurnEnded { text, .. } = observations(agent.exited(Some(0))).remove(0).1 else {
        panic!()
    };
    assert!(text.summary().len() <= 64 * 1024 && text.summary().ends_with("line 99999"));
}

const PASTE: &str = r#"{"argv":["mine"],"prompt":"paste","end":"idle","end_idle_seconds":2.5,"ready":"> $",
    "compact":"/compact {focus}","quit":"/exit","interrupt":"ctrl-c","window":9000}"#;

#[test]
fn a_pasted_program_is_ready_by_pattern_and_done_by_silence() {
    let mut agent = started(PASTE);
    assert_eq!(agent.quiet(&mut || "loading".to_owned(), 9_000), []);
    let told = observations(agent.quiet(&mut || "hello\n> ".to_owned(), 0));
    assert_eq!(told.last().unwrap(), &(Source::ScreenText, Observation::Ready));
    assert!(matches!(told[0].1, Observation::ModelSeen { window: Some(9000), .. }));
    assert_eq!(agent.quiet(&mut || "> ".to_owned(), 9_000), [], "no turn runs yet");
    agent.delivered(5);
    assert_eq!(agent.quiet(&mut || "> ".to_owned(), 2_499), []);
    let ended =
        (Source::ScreenText, Observation::TurnEnded { end: TurnEnd::Unknown, text: "answer\n> ".into() });
    assert_eq!(observations(agent.quiet(&mut || "answer\n> ".to_owned(), 2_500)), [ended]);
    assert_eq!(agent.quiet(&mut || "answer\n> ".to_owned(), 5_000), []);
}

#[test]
fn without_a_pattern_the_first_quiet_time_is_readiness() {
    let mut agent = started(r#"{"argv":["mine"],"prompt":"paste","end":"report","quiet_ms":700}"#);
    assert_eq!(agent.quiet(&mut String::new, 699), []);
    assert_eq!(observations(agent.quiet(&mut String::new, 700)).last().unwrap().1, Observation::Ready);
}

#[test]
fn a_report_ends_the_turn_of_a_program_that_reports() {
    let mut agent = started(r#"{"argv":["mine"],"prompt":"paste","end":"report"}"#);
    agent.delivered(5);
    let line = r#"{"type":"report_result","key":"k","status":"done","result":"r"}"#;
    let emissions = agent.agent_line(line);
    assert!(matches!(emissions[0], Emission::Worker { .. }));
    assert!(matches!(
        emissions[1],
        Emission::Observed { observation: Observation::TurnEnded { end: TurnEnd::Completed, .. }, .. }
    ));
    assert_eq!(agent.agent_line(line).len(), 1, "the turn is over already");
}

#[test]
fn keys_of_the_definition_are_typed() {
    let agent = started(PASTE);
    assert_eq!(agent.interrupt(), Control::Bytes(b"\x03".to_vec()));
    assert_eq!(agent.quit(), Control::Bytes(b"\x1b[200~/exit\x1b[201~\r".to_vec()));
    assert_eq!(agent.compact("a\nb"), Control::Bytes(b"\x1b[200~/compact a b\x1b[201~\r".to_vec()));
    let plain = started(r#"{"argv":["mine"],"prompt":"paste","end":"report"}"#);
    assert_eq!(plain.interrupt(), Control::Bytes(b"\x1b".to_vec()));
    assert_eq!(plain.quit(), Control::Terminate);
    assert!(matches!(plain.compact(""), Control::Unable(_)));
    assert_eq!(started(ARGUMENT).interrupt(), Control::Terminate);
}

#[test]
fn usage_is_read_by_pattern_or_pointer_each_call_or_as_a_total() {
    let usage = |rule: &str| {
        format!(r#"{{"argv":["mine","{{prompt}}"],"prompt":"argument","end":"exit","usage":{rule}}}"#)
    };
    let tokens = |input, output| Tokens { input, output, ..Tokens::default() };
    let pattern = r#"{"pattern":"in (?P<input>[\\d,]+) out (?P<output>\\d+) \\$(?P<cost>[\\d.]+)"}"#;
    let pointers = r#"{"input":"/u/i","output":"/u/o"}"#;
    let totals = r#"{"input":"/u/i","output":"/u/o","counts":"total"}"#;
    for (rule, lines, expected) in [
        (pattern, ["in 1,200 out 30 $0.5", "in 5 out 6 $0.1"], [tokens(1200, 30), tokens(5, 6)]),
        (pointers, [r#"{"u":{"i":7,"o":8}}"#, r#"{"u":{"i":7,"o":8}}"#], [tokens(7, 8), tokens(7, 8)]),
        (totals, [r#"{"u":{"i":7,"o":8}}"#, r#"{"u":{"i":9,"o":18}}"#], [tokens(7, 8), tokens(2, 10)]),
    ] {
        let mut agent = started(&usage(rule));
        agent.delivered(5);
        let mut seen = Vec::new();
        for line in lines.into_iter().chain(["noise", "{}", "[1]"]) {
            seen.extend(usages(&observations(agent.output_line(line))));
        }
        assert_eq!(seen.iter().map(|usage| usage.tokens).collect::<Vec<_>>(), expected, "{rule}");
        assert_ne!(seen[0].message, seen[1].message);
    }
}

#[test]
fn a_definition_that_cannot_work_says_why() {
    for (json, words) in [
        ("{", "cannot be read"),
        (r#"{"argv":[],"prompt":"paste","end":"idle"}"#, "must begin with the program"),
        (r#"{"argv":["a"],"prompt":"paste","end":"idle","ready":"("}"#, "\"ready\" is no regular expression"),
        (r#"{"argv":["a"],"prompt":"paste","end":"idle","usage":{"pattern":"("}}"#, "\"usage.pattern\""),
    ] {
        let definition = Some(AgentDefinition(json.to_owned()));
        let Err(error) = adapter(&AgentSpec { name: "mine".to_owned(), definition }) else {
            panic!("{json}")
        };
        assert!(error.to_string().contains(words), "{error}");
    }
    let mut agent = defined(ARGUMENT);
    let mut role = role();
    role.model = None;
    let error = launch(agent.as_mut(), &Probe::default(), &role, |_| {}).unwrap_err();
    assert!(
        matches!(&error, AgentError::Launch { .. }) && error.to_string().contains("roles.worker.model"),
        "{error}"
    );
}

#[test]
fn the_settings_definition_is_understood() {
    let written = awtui::settings::AgentDefinition {
        argv: vec!["mine".to_owned()],
        prompt: awtui::settings::PromptBy::Paste,
        resume: Vec::new(),
        ready: None,
        quiet_ms: 1,
        end: awtui::settings::TurnEndsBy::Idle,
        end_idle_seconds: 1.5,
        end_pattern: Some("x".to_owned()),
        log: Some("{directory}/log".to_owned()),
        interrupt: awtui::settings::InterruptKey::CtrlC,
        quit: "q".to_owned(),
        compact: None,
        window: Some(3),
        usage: None,
        env: [("A".to_owned(), "b".to_owned())].into(),
    };
    let json = serde_json::to_string(&written).unwrap();
    let read: command::Definition = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(&written).unwrap());
}

#[test]
fn a_pattern_on_the_screen_ends_the_turn_once_it_is_quiet_and_only_behind_the_prompt() {
    let mut agent = started(
        r#"{"argv":["mine"],"prompt":"paste","end":"pattern","end_pattern":"^ready> $","ready":"> $","quiet_ms":500}"#,
    );
    agent.quiet(&mut || "ready> ".to_owned(), 0);
    agent.delivered(5);
    let prompt = format!("ready> do it [awtui {RUN} 5]\nworking");
    assert_eq!(agent.quiet(&mut || prompt.clone(), 9_000), []);
    let done = format!("{prompt}\nready> ");
    assert_eq!(agent.quiet(&mut || done.clone(), 400), [], "it may go on");
    let ended = observations(agent.quiet(&mut || done.clone(), 500));
    let text = "\nworking\nready> ".into();
    assert_eq!(ended, [(Source::ScreenText, Observation::TurnEnded { end: TurnEnd::Completed, text })]);
}

#[test]
fn a_log_confirms_the_prompt_and_tells_the_usage_once_however_often_it_is_read() {
    let json = r#"{"argv":["mine"],"prompt":"paste","end":"report","log":"{directory}/{session}.jsonl",
        "usage":{"id":"/id","input":"/in","output":"/out"}}"#;
    let mut agent = defined(json);
    let plan = launch(agent.as_mut(), &Probe::default(), &role(), |_| {}).unwrap();
    assert_eq!(plan.log, LogPlan::File(format!("/repository/{RUN}.worker.1.jsonl").into()));
    let line = format!(r#"{{"user":"do it\\n\\n[awtui {RUN} 5]"}}"#);
    let seen = observations(agent.log_line(&line));
    assert_eq!(seen, [(Source::SessionLog, Observation::PromptSeen { effect: 5 })]);
    let keys = |agent: &mut dyn Adapter| {
        let lines = [r#"{"id":"m1","in":5,"out":1}"#, r#"{"in":6,"out":1}"#];
        lines
            .iter()
            .flat_map(|line| usages(&observations(agent.log_line(line))))
            .map(|usage| usage.message)
            .collect::<Vec<_>>()
    };
    let first = keys(agent.as_mut());
    assert_eq!(first, ["m1", "log:3"]);
    launch(agent.as_mut(), &Probe::default(), &role(), |_| {}).unwrap();
    agent.log_line(&line);
    assert_eq!(keys(agent.as_mut()), first, "a resumed session reads its log again");
    assert_eq!(agent.output_line(r#"{"id":"m9","in":5,"out":1}"#), [], "what it prints is not counted too");
}
