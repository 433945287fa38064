//! How OpenCode is probed, launched, spoken to and found again.

use super::opencode::{opencode, recorded, requests, seen, session_of, words, working_in};
use super::{RUN, launch, role, usages};
use awtui::agent::{Adapter, Control, Delivery, DeskState, Emission, Probe, ProbeOutput};
use awtui::domain::{Observation, RoleConfig, Source, StatusSeen, Thinking, TurnEnd};
use awtui::term::Signal;
use serde_json::Value;

fn probe() -> Probe {
    let output =
        |stdout: &str| ProbeOutput { code: Some(0), stdout: stdout.to_owned(), stderr: String::new() };
    opencode().read_probe(&[output("1.18.33\n"), output(&recorded("models.txt"))]).unwrap()
}

fn of(model: &str, thinking: Option<Thinking>) -> RoleConfig {
    RoleConfig { model: Some(model.to_owned()), thinking, ..role() }
}

fn value<'plan>(env: &'plan [(String, String)], name: &str) -> Option<&'plan str> {
    env.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn models_are_read_with_window_and_variants() {
    let probe = probe();
    assert_eq!(probe.version.as_deref(), Some("1.18.33"));
    assert_eq!(probe.lacks, Vec::<String>::new());
    let found: Vec<_> = probe.models.iter().map(|model| (model.id.as_str(), model.window)).collect();
    assert_eq!(
        found,
        [
            ("mock/mock-model", Some(200_000)),
            ("mock/mock-small", Some(32_000)),
            ("mock/mock-think", Some(64_000))
        ]
    );
    let levels = |index: usize| probe.models[index].thinking.clone();
    assert_eq!(levels(0), [Thinking::Off]);
    assert_eq!(levels(2), [Thinking::Off, Thinking::Low, Thinking::Medium, Thinking::High]);
}

#[test]
fn an_agent_without_a_version_or_of_an_old_one_says_so() {
    let output = |stdout: &str, stderr: &str| ProbeOutput {
        code: Some(1),
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    };
    let error = opencode().read_probe(&[output("", "no such file\n")]).unwrap_err().to_string();
    assert_eq!(error, "the probe of opencode failed: `opencode --version` said \"no such file\"");
    let old = opencode().read_probe(&[output("1.2.3\n", "")]).unwrap();
    assert_eq!(old.lacks.len(), 2, "{:?}", old.lacks);
}

#[test]
fn it_is_launched_with_a_server_of_its_own_and_nothing_of_the_operators_is_written() {
    let mut config = of("mock-think", Some(Thinking::Max));
    config.ask = vec!["bash".to_owned()];
    config.args = vec!["--agent".to_owned(), "plan".to_owned()];
    let plan = launch(opencode().as_mut(), &probe(), &config, |_| {}).unwrap();
    assert_eq!(plan.args, ["--port", "4096", "--model", "mock/mock-think", "--agent", "plan"]);
    let server = plan.server.unwrap();
    assert_eq!((server.port, server.events.as_str()), (4096, "/event"));
    assert_eq!(value(&plan.env, "OPENCODE_SERVER_PASSWORD"), Some(server.password.as_str()));
    // What the agent's own shell may know is another word.
    assert_eq!(
        (value(&plan.env, "AWTUI_AGENT_TOKEN"), server.password.as_str()),
        (Some("secret"), "another secret")
    );
    assert_eq!(value(&plan.env, "OPENCODE_SERVER_USERNAME"), Some(server.user.as_str()));
    assert_eq!(value(&plan.env, "AWTUI_RUN"), Some(RUN));
    assert_eq!(value(&plan.env, "OPENCODE_CONFIG"), None);
    let settings = json(value(&plan.env, "OPENCODE_CONFIG_CONTENT").unwrap());
    // With one it would wait for the registry, and write into the operator's settings folder.
    assert_eq!(settings["plugin"], json("null"));
    assert_eq!(settings["permission"], json("{\"bash\":\"ask\",\"awtui_*\":\"allow\"}"));
    assert_eq!(
        settings["mcp"]["awtui"]["command"],
        json("[\"/usr/bin/awtui\",\"mcp\",\"--launch\",\"/runs/one/launch/worker.1\"]")
    );
    let files: Vec<String> = plan.files.iter().map(|file| file.path.display().to_string()).collect();
    assert_eq!(files, ["agent.json"]);
    assert!(plan.files.iter().all(|file| file.mode == 0o600));
}

#[test]
fn settings_that_the_operator_gives_by_variable_stay() {
    let taken = [("OPENCODE_CONFIG_CONTENT".to_owned(), "{}".to_owned())];
    let plan = launch(opencode().as_mut(), &probe(), &of("mock-model", None), |context| {
        context.environment = Box::leak(Box::new(taken.clone()));
    })
    .unwrap();
    assert_eq!(value(&plan.env, "OPENCODE_CONFIG_CONTENT"), None);
    assert_eq!(value(&plan.env, "OPENCODE_CONFIG"), Some("/runs/one/launch/worker.1/opencode.json"));
    assert!(plan.files.iter().any(|file| file.path.ends_with("opencode.json")));
    let both = [taken[0].clone(), ("OPENCODE_CONFIG".to_owned(), "/home/ann/oc.json".to_owned())];
    let error = launch(opencode().as_mut(), &probe(), &of("mock-model", None), |context| {
        context.environment = Box::leak(Box::new(both));
    })
    .unwrap_err();
    assert!(error.to_string().contains("OPENCODE_CONFIG"), "{error}");
}

#[test]
fn a_new_conversation_has_a_title_so_that_no_model_is_paid_for_one() {
    let mut agent = opencode();
    let mut config = of("mock-model", None);
    config.ask = vec!["edit".to_owned()];
    launch(agent.as_mut(), &probe(), &config, |_| {}).unwrap();
    let first = requests(&agent.server_connected());
    let create = first.iter().find(|request| request.path == "/session").unwrap();
    let body = json(create.body.as_deref().unwrap());
    assert_eq!(body["title"], format!("awtui worker.1 {RUN}"));
    let rules = "[{\"permission\":\"edit\",\"pattern\":\"*\",\"action\":\"ask\"},{\"permission\":\"awtui_*\",\"pattern\":\"*\",\"action\":\"allow\"}]";
    assert_eq!(body["permission"], json(rules));
    let created = agent.server_reply(create.id, 200, "{\"id\":\"ses_1\"}");
    let known = Observation::SessionKnown { agent_session: "ses_1".to_owned(), log: None };
    assert_eq!(seen(created.clone()), [(Source::Server, known)]);
    assert_eq!(requests(&created)[0].path, "/tui/select-session");
    assert_eq!(
        requests(&agent.server_connected()).iter().filter(|request| request.path == "/session").count(),
        0
    );
}

#[test]
fn it_is_ready_when_its_conversation_is_on_the_screen_and_asks_for_that_again() {
    let mut agent = opencode();
    launch(agent.as_mut(), &probe(), &of("mock-model", None), |_| {}).unwrap();
    assert_eq!(agent.signal(&Signal::Title("OpenCode".to_owned())), []);
    let create =
        requests(&agent.server_connected()).into_iter().find(|request| request.path == "/session").unwrap();
    agent.server_reply(create.id, 200, "{\"id\":\"ses_1\"}");
    let looks = |agent: &mut dyn Adapter, n: u64| -> Vec<Emission> {
        let look = |n: u64| {
            agent.time(n * 200);
            agent.quiet(&mut String::new, 0)
        };
        (0..=n).flat_map(look).collect()
    };
    let again = looks(agent.as_mut(), 20);
    assert_eq!(requests(&again).len(), 4, "once a second");
    assert!(requests(&again).iter().all(|request| request.path == "/tui/select-session"));
    // Cut, as OpenCode cuts long titles.
    let title = format!("OC | {}...", &format!("awtui worker.1 {RUN}")[..30]);
    let ready = seen(agent.signal(&Signal::Title(title)));
    assert_eq!(ready, [(Source::Server, Observation::Ready)]);
    assert!(!agent.waits());

    let mut unseen = opencode();
    launch(unseen.as_mut(), &probe(), &of("mock-model", None), |_| {}).unwrap();
    unseen.server_connected();
    unseen.server_reply(create.id, 200, "{\"id\":\"ses_1\"}");
    let told = seen(looks(unseen.as_mut(), 100));
    assert_eq!(told, [(Source::Server, Observation::Ready)], "a title may be switched off");
}

#[test]
fn a_prompt_goes_to_the_server_as_it_is_with_the_roles_model() {
    let mut agent = opencode();
    launch(agent.as_mut(), &probe(), &of("mock/mock-think", Some(Thinking::High)), |_| {}).unwrap();
    let state = DeskState { connected: false, ready: true, working: false };
    let pasted = |agent: &dyn Adapter, text: &str| match agent.deliver(7, text, &state) {
        Delivery::Paste(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(pasted(agent.as_ref(), "do it"), "\u{1b}[200~do it\u{1b}[201~\r", "without a server");
    for command in ["/exit", "!ls", "@a.txt", "#x"] {
        assert!(pasted(agent.as_ref(), command).contains("Read this as words:\n"), "{command}");
    }
    let create =
        requests(&agent.server_connected()).into_iter().find(|request| request.path == "/session").unwrap();
    agent.server_reply(create.id, 200, "{\"id\":\"ses_1\"}");
    for text in ["do\nit", "/exit", "```\n\"漢\"\t\n```"] {
        let Delivery::Server(request) = agent.deliver(7, text, &state) else { panic!("{text}") };
        assert_eq!((request.method, request.path.as_str()), ("POST", "/session/ses_1/prompt_async"));
        let body = json(request.body.as_deref().unwrap());
        assert_eq!(body["parts"][0]["text"], text);
        assert_eq!(body["model"], json("{\"providerID\":\"mock\",\"modelID\":\"mock-think\"}"));
        assert_eq!(body["variant"], "high");
    }
}

#[test]
fn a_prompt_that_is_not_taken_is_said_and_one_that_is_not_seen_is_shown() {
    let mut agent = working_in("ses_1");
    let Delivery::Server(request) = agent.deliver(7, "x", &DeskState::default()) else { panic!() };
    let said = agent.server_reply(
        request.id,
        404,
        "{\"name\":\"NotFoundError\",\"data\":{\"message\":\"Session not found\"}}",
    );
    let [Emission::NotTaken { effect: 7, reason }] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!(reason, "OpenCode did not take it: status 404: Session not found");
    let unheard = agent.server_reply(request.id, 0, "no answer within 900 s");
    assert!(matches!(unheard.as_slice(), [Emission::Refused { .. }]), "it may have arrived: {unheard:?}");
    assert_eq!(agent.server_reply(request.id, 204, ""), []);
    agent.signal(&Signal::Title("OC | Another one".to_owned()));
    assert_eq!(requests(&agent.server_reply(request.id, 204, ""))[0].path, "/tui/select-session");
}

#[test]
fn controls_have_a_weaker_way_without_the_server() {
    let mut agent = working_in("ses_1");
    let path = |control| match control {
        Control::Server(request) => request.path,
        other => panic!("{other:?}"),
    };
    let keys = |control| match control {
        Control::Keys(keys) => keys.into_iter().flat_map(|key| key.bytes).collect::<Vec<u8>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path(agent.interrupt()), "/session/ses_1/abort");
    assert_eq!(path(agent.compact("")), "/session/ses_1/summarize");
    assert_eq!(keys(agent.quit()), b"\x03\x03\x03\x03");
    agent.server_lost();
    assert_eq!(keys(agent.interrupt()), b"\x1b\x1b");
    assert_eq!(keys(agent.compact("")), b"/compact\r");
}

#[test]
fn words_to_keep_go_before_the_summary_and_start_no_turn() {
    let mut agent = working_in("ses_1");
    let Control::Server(focus) = agent.compact("keep\n the names") else { panic!() };
    let body = json(focus.body.as_deref().unwrap());
    assert_eq!((focus.path.as_str(), &body["noReply"]), ("/session/ses_1/message", &Value::Bool(true)));
    assert!(body["parts"][0]["text"].as_str().unwrap().ends_with("keep: keep the names"));
    let next = requests(&agent.server_reply(focus.id, 200, "{}"));
    assert_eq!(next[0].path, "/session/ses_1/summarize");
    let body = next[0].body.as_deref().unwrap();
    assert_eq!(json(body), json("{\"providerID\":\"mock\",\"modelID\":\"mock-worker\"}"));
    let failed = words(seen(agent.server_reply(next[0].id, 500, "{\"data\":{\"message\":\"no\"}}")));
    assert_eq!(failed, ["compacted None Some(\"status 500: no\")"]);
}

#[test]
fn a_resumed_conversation_is_counted_again_under_the_same_ids() {
    let messages = recorded("killed.messages.json");
    let session = json(&messages)[0]["info"]["sessionID"].as_str().unwrap().to_owned();
    let mut agent = opencode();
    let plan = launch(agent.as_mut(), &probe(), &of("mock-think", None), |context| {
        context.resume = Some(Box::leak(session.clone().into_boxed_str()));
    })
    .unwrap();
    assert_eq!(plan.args[2..4], ["--session".to_owned(), session.clone()]);
    assert_eq!(plan.agent_session.as_deref(), Some(session.as_str()));
    let first = requests(&agent.server_connected());
    assert!(first.iter().all(|request| request.path != "/session"), "nothing new is begun");
    let read = first.iter().find(|request| request.path.contains("/message?limit=")).unwrap();
    let told = agent.server_reply(
        read.id,
        200,
        &messages.replace(" [awtui aw_1 9]", &format!("\\n[awtui {RUN} 9]")),
    );
    let told = seen(told);
    let usage = usages(&told);
    let unknown: Vec<bool> = usage.iter().map(|usage| usage.unknown_spend).collect();
    assert_eq!(unknown, [false, false, true], "the call that was under way when it was killed");
    assert!(told.iter().any(|(_, observation)| *observation == Observation::PromptSeen { effect: 9 }));
    assert!(!told.iter().any(|(_, observation)| matches!(observation, Observation::TurnStarted)));
    assert_eq!(seen(agent.server_reply(read.id, 200, &messages)), [], "and only once");
}

#[test]
fn a_conversation_that_is_gone_is_begun_anew_and_that_is_said() {
    let mut agent = opencode();
    launch(agent.as_mut(), &probe(), &of("mock-think", None), |context| context.resume = Some("ses_gone"))
        .unwrap();
    let first = requests(&agent.server_connected());
    let read = first.iter().find(|request| request.path.contains("/message?limit=")).unwrap();
    let told = agent.server_reply(read.id, 404, "{}");
    assert!(matches!(&told[0], Emission::Refused { reason } if reason.contains("new one")), "{told:?}");
    assert_eq!(requests(&told)[0].path, "/session");
}

/// Plays a recording with a break in it, after which the server is asked for what was missed.
fn with_a_break(name: &str, from: &str, messages: &str, status: &str) -> Vec<String> {
    let recording = recorded(name);
    let session = session_of(&recording);
    let mut agent = working_in(&session);
    let mut told: Vec<Emission> = recording
        .lines()
        .take_while(|line| !line.contains(from))
        .flat_map(|line| agent.server_event(line))
        .collect();
    agent.server_lost();
    let asked = requests(&agent.server_connected());
    let read = asked.iter().find(|request| request.path.contains("/message?limit=")).unwrap();
    let emissions = agent.server_reply(read.id, 200, messages);
    let asked = requests(&emissions);
    told.extend(emissions);
    for (path, body) in [("/permission", "[]"), ("/question", "[]"), ("/session/status", status)] {
        let request = asked.iter().find(|request| request.path == path).unwrap();
        told.extend(agent.server_reply(request.id, 200, body));
    }
    words(seen(told))
}

#[test]
fn what_happened_while_the_server_was_not_heard_is_found_out() {
    let session = session_of(&recorded("plain.sse"));
    let completed = recorded("plain.sse")
        .lines()
        .filter(|line| line.contains("\"completed\":") && line.contains("\"finish\":"))
        .map(|line| json(line)["properties"]["info"].clone())
        .collect::<Vec<_>>();
    let part = |text: &str, message: &Value| serde_json::json!({"id": "prt_1", "type": "text", "text": text, "messageID": message["id"], "sessionID": session});
    let messages = serde_json::json!([
        {"info": completed[0], "parts": []},
        {"info": completed[1], "parts": [part("All done.", &completed[1])]},
    ])
    .to_string();
    let told = with_a_break("plain.sse", "\"completed\":", &messages, "{}");
    assert_eq!(told.iter().filter(|word| *word == "turn").count(), 1);
    assert_eq!(told.iter().filter(|word| word.starts_with("Reply 1800")).count(), 2);
    assert_eq!(told.last().unwrap(), "Completed: All done.");
    let busy = format!("{{\"{session}\":{{\"type\":\"busy\"}}}}");
    let told = with_a_break("plain.sse", "\"completed\":", "[]", &busy);
    assert!(!told.iter().any(|word| word.starts_with("Completed")), "it still works: {told:?}");
}

#[test]
fn an_answer_that_is_not_understood_ends_no_turn_and_no_question() {
    let told = with_a_break("plain.sse", "\"completed\":", "[]", "<html>");
    assert!(!told.iter().any(|word| word.starts_with("Completed")), "{told:?}");
    let recording = recorded("perm_edit_msg.sse");
    let mut agent = working_in(&session_of(&recording));
    let before = recording.lines().take_while(|line| !line.contains("permission.replied"));
    let _: Vec<_> = before.flat_map(|line| agent.server_event(line)).collect();
    agent.server_lost();
    let asked = requests(&agent.server_connected());
    let read = asked.iter().find(|request| request.path.contains("/message?limit=")).unwrap();
    let asked = requests(&agent.server_reply(read.id, 200, "[]"));
    let open = asked.iter().find(|request| request.path == "/permission").unwrap();
    assert_eq!(agent.server_reply(open.id, 200, "\"busy\""), []);
}

#[test]
fn one_message_of_an_unknown_shape_costs_none_of_the_others() {
    let messages = recorded("killed.messages.json");
    let session = json(&messages)[0]["info"]["sessionID"].as_str().unwrap().to_owned();
    let mut list = json(&messages);
    list.as_array_mut()
        .unwrap()
        .insert(0, serde_json::json!({"info": {"id": 7, "cost": null}, "parts": "?"}));
    let counted = |body: &str| {
        let mut agent = opencode();
        launch(agent.as_mut(), &probe(), &of("mock-think", None), |context| {
            context.resume = Some(Box::leak(session.clone().into_boxed_str()));
        })
        .unwrap();
        let first = requests(&agent.server_connected());
        let read = first.iter().find(|request| request.path.contains("/message?limit=")).unwrap();
        usages(&seen(agent.server_reply(read.id, 200, body)))
    };
    assert_eq!(counted(&list.to_string()), counted(&messages));
}

#[test]
fn a_question_that_was_answered_while_nobody_listened_is_gone() {
    let told = with_a_break("perm_edit_msg.sse", "permission.replied", "[]", "{}");
    let from = told.iter().position(|word| word.starts_with("may edit")).unwrap();
    assert_eq!(told[from + 1..], ["answered"], "{told:?}");
}

#[test]
fn a_question_of_the_model_that_was_put_while_nobody_listened_is_found() {
    let recording = recorded("question.sse");
    let told = with_a_break("question.sse", "question.replied", "[]", "{}");
    assert!(told.iter().any(|word| word == "answered"), "the server knows it no more: {told:?}");
    let asked = recording.lines().find(|line| line.contains("question.asked")).unwrap();
    let open = serde_json::json!([json(asked)["properties"]]).to_string();
    let mut agent = working_in(&session_of(&recording));
    agent.server_lost();
    let first = requests(&agent.server_connected());
    let read = first.iter().find(|request| request.path.contains("/message?limit=")).unwrap();
    let next = requests(&agent.server_reply(read.id, 200, "[]"));
    let list = next.iter().find(|request| request.path == "/question").unwrap();
    assert_eq!(words(seen(agent.server_reply(list.id, 200, &open))).len(), 1);
    assert_eq!(agent.server_reply(list.id, 200, &open), [], "and only once");
}

#[test]
fn the_screen_stands_in_for_the_server_and_what_matches_nothing_says_nothing() {
    let mut agent = working_in("ses_1");
    assert!(!agent.waits());
    agent.server_lost();
    assert!(agent.waits());
    let told = |agent: &mut dyn Adapter, screen: &str, quiet: u64| {
        let emissions = agent.quiet(&mut || screen.to_owned(), quiet);
        assert!(seen(emissions.clone()).iter().all(|(source, _)| *source == Source::ScreenText));
        seen(emissions).into_iter().map(|(_, observation)| observation).collect::<Vec<_>>()
    };
    assert_eq!(told(agent.as_mut(), "anything", 60_000), []);
    assert_eq!(told(agent.as_mut(), "■■■⬝  esc interrupt", 0), [Observation::TurnStarted]);
    assert_eq!(told(agent.as_mut(), "■■■⬝  esc interrupt", 0), []);
    let blocked = [Observation::Status(StatusSeen::Blocked)];
    assert_eq!(told(agent.as_mut(), "△ Permission required", 0), blocked);
    assert_eq!(told(agent.as_mut(), "△ Permission required", 200), []);
    assert_eq!(told(agent.as_mut(), "anything", 60_000), []);
    assert_eq!(told(agent.as_mut(), "ctrl+p commands", 4_999), []);
    let ended = [Observation::TurnEnded { end: TurnEnd::Unknown, text: "".into() }];
    assert_eq!(told(agent.as_mut(), "ctrl+p commands", 5_000), ended);
    assert_eq!(told(agent.as_mut(), "ctrl+p commands", 9_000), []);
}

#[test]
fn a_turn_of_an_agent_whose_server_was_never_heard_cost_nobody_knows_what() {
    let mut agent = opencode();
    launch(agent.as_mut(), &Probe::default(), &role(), |_| {}).unwrap();
    let mut told = |screen: &str| seen(agent.quiet(&mut || screen.to_owned(), 60_000));
    // For a while it is waited for, however often it is looked at.
    assert_eq!(told("ctrl+p commands"), []);
    agent.time(29_999);
    let mut told = |screen: &str| seen(agent.quiet(&mut || screen.to_owned(), 60_000));
    assert_eq!(told("ctrl+p commands"), []);
    agent.time(30_000);
    let mut told = |screen: &str| seen(agent.quiet(&mut || screen.to_owned(), 60_000));
    assert_eq!(told("ctrl+p commands"), [(Source::ScreenText, Observation::Ready)]);
    for _ in 0..2 {
        told("■■■⬝  esc interrupt");
        let ended = told("ctrl+p commands");
        let [(_, Observation::Usage(usage)), (_, Observation::TurnEnded { .. })] = &ended[..] else {
            panic!("{ended:?}")
        };
        assert!(usage.unknown_spend && usage.tokens.total() == 0, "{usage:?}");
    }
}
