use super::{observations, pi};
use awtui::agent::Emission;
use awtui::agent::protocol::{self, ToAgent, ToDesk, UsageLine};
use awtui::domain::{
    Cost, LimitInfo, Money, Observation, PermissionRequest, Source, Tokens, TurnEnd, UsageKind, UsageSeen,
    Verdict, WorkerStatus,
};

fn one(line: &str) -> Observation {
    let told = observations(protocol::emissions(line));
    assert_eq!(told.len(), 1, "{line}");
    assert_eq!(told[0].0, Source::Bridge);
    told[0].1.clone()
}

#[test]
fn every_word_of_the_protocol_is_its_observation() {
    for (line, observation) in [
        (r#"{"type":"ready"}"#, Observation::Ready),
        (
            r#"{"type":"session","id":"s","log":"/l"}"#,
            Observation::SessionKnown { agent_session: "s".to_owned(), log: Some("/l".to_owned()) },
        ),
        (
            r#"{"type":"model","model":"m","thinking":"high","window":5,"agent_trigger":4}"#,
            Observation::ModelSeen {
                model: "m".to_owned(),
                thinking: Some("high".to_owned()),
                window: Some(5),
                agent_trigger: Some(4),
            },
        ),
        (r#"{"type":"turn_started"}"#, Observation::TurnStarted),
        (
            r#"{"type":"context","tokens":null,"window":9}"#,
            Observation::ContextSeen { tokens: None, window: Some(9) },
        ),
        (
            r#"{"type":"tool_started","call":"c","name":"bash","later":"field"}"#,
            Observation::ToolStarted { call: "c".to_owned(), name: "bash".to_owned(), detail: String::new() },
        ),
        (
            r#"{"type":"tool_ended","call":"c","name":"bash","failed":true,"wall":7}"#,
            Observation::ToolEnded {
                call: "c".to_owned(),
                name: "bash".to_owned(),
                failed: true,
                wall: Some(7),
            },
        ),
        (
            r#"{"type":"compaction_started","automatic":true}"#,
            Observation::CompactionStarted { automatic: true },
        ),
        (
            r#"{"type":"compaction_ended","nothing":true}"#,
            Observation::CompactionEnded { before: None, after: None, failed: None, nothing: true },
        ),
        (
            r#"{"type":"limited","until":5,"reason":"429"}"#,
            Observation::Limited(LimitInfo { until: Some(5), reason: "429".to_owned() }),
        ),
        (
            r#"{"type":"permission_asked","ask":"a","tool":"bash","detail":"rm","answerable":true}"#,
            Observation::PermissionAsked(PermissionRequest {
                answerable: true,
                ..PermissionRequest::new("a", "bash", "rm")
            }),
        ),
        (r#"{"type":"permission_gone","ask":"a"}"#, Observation::PermissionGone { ask: "a".to_owned() }),
        (
            r#"{"type":"turn_ended","why":"failed","reason":"500","text":""}"#,
            Observation::TurnEnded { end: TurnEnd::Failed { reason: "500".to_owned() }, text: "".into() },
        ),
        (
            r#"{"type":"turn_ended","why":"interrupted","text":"half"}"#,
            Observation::TurnEnded { end: TurnEnd::Interrupted, text: "half".into() },
        ),
        (r#"{"type":"prompt_seen","effect":3}"#, Observation::PromptSeen { effect: 3 }),
        (
            r#"{"type":"usage","message":"k","model":"m","usage":"reply","input":1,"output":2,"cache_read":3,"cache_write":4,"cost":0.00002,"context":10}"#,
            Observation::Usage(UsageSeen {
                message: "k".to_owned(),
                model: "m".to_owned(),
                usage: UsageKind::Reply,
                tokens: Tokens {
                    input: 1,
                    output: 2,
                    cache_read: 3,
                    cache_write: 4,
                    reasoning: 0,
                    cache_write_1h: 0,
                },
                cost: Some(Cost::by_agent(Money(20_000))),
                wall: None,
                context: Some(10),
                window: None,
                unknown_spend: false,
            }),
        ),
    ] {
        assert_eq!(one(line), observation, "{line}");
    }
}

#[test]
fn what_is_unknown_is_ignored_and_what_is_broken_is_refused() {
    assert_eq!(protocol::emissions(r#"{"type":"from_the_future","x":1}"#), []);
    assert_eq!(protocol::emissions(r#"{"type":"shutdown"}"#), []);
    for line in [
        "",
        "nonsense",
        "[]",
        r#"{"type":"usage"}"#,
        r#"{"type":"hello","protocol":1,"token":"t","agent":"x"}"#,
    ] {
        let emissions = protocol::emissions(line);
        assert!(matches!(emissions.as_slice(), [Emission::Refused { .. }]), "{line}: {emissions:?}");
    }
    let long =
        format!(r#"{{"type":"report_progress","key":"k","text":"{}"}}"#, "x".repeat(protocol::MAX_LINE));
    assert!(matches!(protocol::emissions(&long)[0], Emission::Refused { .. }));
}

#[test]
fn a_report_with_a_wrong_word_is_answered_so_that_the_agent_can_mend_it() {
    for line in [
        r#"{"type":"report_verdict","key":"k1","verdict":"MORE_WORK","reason":""}"#,
        r#"{"type":"report_result","key":"k1","status":"finished"}"#,
    ] {
        let emissions = protocol::emissions(line);
        let [Emission::Refused { .. }, Emission::Reply(reply)] = emissions.as_slice() else {
            panic!("{emissions:?}")
        };
        let ToAgent::Reply { key, ok, .. } = protocol::parse_from_desk(reply).unwrap() else { panic!() };
        assert_eq!((key.as_str(), ok), ("k1", false));
    }
}

#[test]
fn reports_arrive_typed_and_their_extra_fields_as_text() {
    let line = r#"{"type":"report_result","key":"k","instruction_id":" i ","status":"partial","result":"r","handoff":"h","mood":"good","n":3}"#;
    let Emission::Worker { key, report } = pi().agent_line(line).remove(0) else { panic!() };
    assert_eq!(key, "k");
    assert_eq!(report.instruction_id.unwrap().as_str(), "i");
    assert_eq!(report.status, Some(WorkerStatus::Partial));
    assert_eq!(report.sections.handoff.summary(), "h\nmood: good\nn: 3");
    assert_eq!(report.sections.missing().len(), 6);
    let line = r#"{"type":"report_verdict","key":"k","verdict":"NEEDS_WORKER","reason":"why","instruction":{"id":"a","goal":"g","files":["f"]},"memory":["m"]}"#;
    let Emission::Verdict { report, .. } = pi().agent_line(line).remove(0) else { panic!() };
    assert_eq!(report.verdict, Verdict::NeedsWorker);
    assert_eq!(report.instruction.unwrap().files, ["f"]);
    assert_eq!(report.memory, ["m"]);
}

#[test]
fn other_requests_keep_their_key() {
    for (line, emission) in [
        (
            r#"{"type":"report_progress","key":"k","text":"half"}"#,
            Emission::Progress { key: "k".to_owned(), text: "half".to_owned() },
        ),
        (
            r#"{"type":"request_gate","key":"k","question":"may I?"}"#,
            Emission::GateAsked { key: "k".to_owned(), question: "may I?".to_owned() },
        ),
        (
            r#"{"type":"attach_artifact","key":"k","path":"a/b.txt"}"#,
            Emission::Artifact { key: "k".to_owned(), path: "a/b.txt".to_owned(), note: String::new() },
        ),
    ] {
        assert_eq!(protocol::emissions(line), [emission]);
    }
}

#[test]
fn lines_to_agents_are_one_line_each_and_read_back_the_same() {
    for message in [
        ToAgent::Welcome,
        ToAgent::Refused { reason: "token".to_owned() },
        ToAgent::Prompt { effect: 1, text: "two\nlines".to_owned(), steer: true },
        ToAgent::Interrupt,
        ToAgent::Compact { focus: "f".to_owned() },
        ToAgent::Quit,
        ToAgent::Reply { key: "k".to_owned(), ok: true, message: String::new() },
    ] {
        let line = protocol::line(&message);
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(protocol::parse_from_desk(&line).unwrap(), message);
    }
    assert_eq!(protocol::parse_from_desk(r#"{"type":"later"}"#).unwrap(), ToAgent::Unknown);
}

#[test]
fn lines_to_awtui_read_back_the_same() {
    let usage = UsageLine {
        message: "m".to_owned(),
        model: "p/m".to_owned(),
        usage: UsageKind::Compaction,
        tokens: protocol::TokenFields { input: 1, ..Default::default() },
        cost: None,
        wall: Some(3),
        context: None,
        window: None,
        unknown_spend: true,
    };
    for message in [ToDesk::Ready, ToDesk::Usage(usage), ToDesk::PromptSeen { effect: 9 }, ToDesk::Shutdown] {
        assert_eq!(protocol::parse(&protocol::line_to_desk(&message)).unwrap(), message);
    }
}

#[test]
fn only_a_bridge_tells_what_an_agent_does() {
    for (line, is_one) in [
        (r#"{"type":"turn_ended","why":"completed"}"#, true),
        (r#"{"type":"usage","message":"m","model":"m","usage":"reply"}"#, true),
        (r#"{"type":"report_progress","key":"k","text":"half"}"#, false),
        (r#"{"type":"hook","key":"k","event":"Stop","payload":{}}"#, false),
        ("nonsense", false),
    ] {
        assert_eq!(protocol::is_observation(line), is_one, "{line}");
    }
}

#[test]
fn a_report_beside_a_missing_bridge_makes_no_bridge() {
    let mut pi = pi();
    pi.agent_line(r#"{"type":"report_progress","key":"k","text":"half"}"#);
    let told: Vec<_> =
        super::fixture("tool_turn").iter().flat_map(|line| observations(pi.log_line(line))).collect();
    let tools = told.iter().filter(|(_, one)| matches!(one, awtui::domain::Observation::ToolStarted { .. }));
    assert_eq!(tools.count(), 2, "the log still stands in for it");
}

#[test]
fn what_the_bridge_told_the_log_does_not_tell_again() {
    let mut pi = pi();
    let bridge = r#"{"type":"usage","message":"aecfc375","model":"mock/mock-analyst","usage":"reply","input":1,"output":2}"#;
    assert_eq!(pi.agent_line(bridge).len(), 1);
    let log = super::fixture("tool_turn");
    let told: Vec<_> = log.iter().flat_map(|line| observations(pi.log_line(line))).collect();
    let keys: Vec<_> = super::usages(&told).into_iter().map(|usage| usage.message).collect();
    assert_eq!(keys, ["302e3067", "ceb0f649"]);
    assert_eq!(pi.agent_line(bridge), [], "nor the bridge twice");
}
