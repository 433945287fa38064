//! OpenCode's server, as recorded: events of whole turns, and answers.

use super::{RUN, launch, observations, role, usages};
use awtui::agent::{Adapter, Control, Emission, Probe, ServerRequest, adapter};
use awtui::domain::{AgentSpec, Observation, Source, TurnEnd, UsageKind};
use awtui::term::Signal;

pub fn opencode() -> Box<dyn Adapter> {
    adapter(&AgentSpec { name: "opencode".to_owned(), definition: None }).unwrap()
}

pub fn recorded(name: &str) -> String {
    std::fs::read_to_string(format!("tests/it/fixtures/opencode/{name}")).unwrap()
}

/// The conversation that a recording is about.
pub fn session_of(recording: &str) -> String {
    let line = recording.lines().find(|line| line.contains("\"message.updated\"")).unwrap();
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    event["properties"]["sessionID"].as_str().unwrap().to_owned()
}

pub fn requests(emissions: &[Emission]) -> Vec<ServerRequest> {
    emissions
        .iter()
        .filter_map(|emission| match emission {
            Emission::Server(request) => Some(request.clone()),
            _ => None,
        })
        .collect()
}

/// What was observed, without the requests beside it.
pub fn seen(emissions: Vec<Emission>) -> Vec<(Source, Observation)> {
    observations(emissions.into_iter().filter(|emission| !matches!(emission, Emission::Server(_))).collect())
}

fn asked(requests: &[ServerRequest], path: &str) -> ServerRequest {
    let found = requests.iter().find(|request| request.path == path);
    found.unwrap_or_else(|| panic!("{path} was not asked: {requests:?}")).clone()
}

/// Launched, connected, with a conversation of this id that is on the screen.
pub fn working_in(session: &str) -> Box<dyn Adapter> {
    let mut agent = opencode();
    launch(agent.as_mut(), &Probe::default(), &role(), |_| {}).unwrap();
    let first = requests(&agent.server_connected());
    let create = asked(&first, "/session");
    agent.server_reply(create.id, 200, &format!("{{\"id\":\"{session}\"}}"));
    let providers = asked(&first, "/config/providers");
    agent.server_reply(providers.id, 200, &recorded("providers.json"));
    agent.server_reply(asked(&first, "/config").id, 200, "{\"small_model\":\"mock/mock-small\"}");
    let ready = seen(agent.signal(&Signal::Title(format!("OC | awtui worker.1 {RUN}"))));
    assert_eq!(ready, [(Source::Server, Observation::Ready)]);
    agent
}

fn play(name: &str) -> (Box<dyn Adapter>, Vec<Emission>) {
    let recording = recorded(&format!("{name}.sse"));
    let mut agent = working_in(&session_of(&recording));
    let emissions = recording.lines().flat_map(|line| agent.server_event(line)).collect();
    (agent, emissions)
}

/// Each observation in a few words.
fn told(name: &str) -> Vec<String> {
    words(seen(play(name).1))
}

pub fn words(seen: Vec<(Source, Observation)>) -> Vec<String> {
    seen.into_iter()
        .map(|(source, observation)| {
            assert_eq!(source, Source::Server);
            match observation {
                Observation::TurnStarted => "turn".to_owned(),
                Observation::TurnEnded { end, text } => format!("{end:?}: {}", text.summary()),
                Observation::Usage(usage) if usage.unknown_spend => format!("{:?} unknown", usage.usage),
                Observation::Usage(usage) => {
                    let tokens = usage.tokens;
                    format!(
                        "{:?} {}+{}+{} {:?}",
                        usage.usage, tokens.input, tokens.cache_read, tokens.output, usage.context
                    )
                }
                Observation::ToolStarted { name, detail, .. } => format!("{name} {detail}"),
                Observation::ToolEnded { name, failed, .. } => {
                    format!("{name} over{}", if failed { ", failed" } else { "" })
                }
                Observation::ModelSeen { model, thinking, window, agent_trigger } => {
                    format!("{model} {thinking:?} {window:?} {agent_trigger:?}")
                }
                Observation::PermissionAsked(request) => format!(
                    "may {} {:?} {:?} {} {}",
                    request.tool,
                    request.command.as_deref().unwrap_or("-"),
                    request.path.as_deref().unwrap_or("-"),
                    request.detail.summary().replace('\n', " "),
                    request.diff.is_some(),
                ),
                Observation::PermissionGone { .. } => "answered".to_owned(),
                Observation::CompactionStarted { automatic } => format!("compacting {automatic}"),
                Observation::CompactionEnded { before, failed, .. } => {
                    format!("compacted {before:?} {failed:?}")
                }
                Observation::ContextSeen { tokens, .. } => format!("context {tokens:?}"),
                Observation::Limited(limit) => format!("limited {:?} {}", limit.until, limit.reason),
                other => format!("{other:?}"),
            }
        })
        .collect()
}

const MODEL: &str = "mock/mock-model None Some(200000) Some(192000)";
const CALL: &str = "Reply 1800+3200+120 Some(5120)";

#[test]
fn a_turn_is_told_from_its_first_word_to_its_last() {
    assert_eq!(
        told("plain"),
        [
            "turn",
            MODEL,
            "bash echo one",
            "bash echo two; sleep 1",
            "bash over",
            "bash over",
            CALL,
            CALL,
            "Completed: All done: two\n",
        ]
    );
}

#[test]
fn calls_carry_the_price_that_opencode_tells_and_the_window() {
    let usage = usages(&seen(play("plain").1));
    assert_eq!(usage.len(), 2);
    assert_eq!(usage[0].model, "mock/mock-model");
    assert_eq!(usage[0].cost.as_ref().unwrap().nanos.0, 8_160_000);
    assert_eq!(usage[0].window, Some(200_000));
    assert_eq!(usage[0].tokens.reasoning, 40);
    assert_ne!(usage[0].message, usage[1].message);
}

#[test]
fn a_call_that_is_tried_again_is_a_call_that_nobody_priced() {
    let end = |text: &str| format!("Completed: {text}");
    assert_eq!(told("limited"), ["turn", MODEL, "Reply unknown", CALL, &end("after the limit")]);
    let cut = "this text is long enough to be cut in the midst of it";
    assert_eq!(told("dropped"), ["turn", MODEL, "Reply unknown", CALL, &end(cut)]);
}

#[test]
fn a_limit_is_told_with_its_time_and_its_end_costs_nothing_more() {
    assert_eq!(
        told("longlimit"),
        ["turn", MODEL, "Reply unknown", "limited Some(1795274653192) Rate limit reached", "Interrupted: "]
    );
}

#[test]
fn a_limit_that_opencode_sat_out_is_over_when_it_asks_again() {
    let recording = recorded("limited.sse").replace("slow down", "Rate limit reached");
    let mut agent = working_in(&session_of(&recording));
    let told = words(seen(recording.lines().flat_map(|line| agent.server_event(line)).collect()));
    let limit = told.iter().position(|told| told.starts_with("limited")).unwrap();
    assert_eq!(told[limit + 1..], ["Status(Working)", CALL, "Completed: after the limit"]);
}

#[test]
fn a_turn_ends_once_and_after_what_it_cost_however_it_ends() {
    let reason = "scripted bad request";
    for (name, end) in [
        ("badreq", format!("{:?}: ", TurnEnd::Failed { reason: reason.to_owned() })),
        ("abort_text", "Interrupted: slow slow slow slow slow slo".to_owned()),
        ("abort_tool", "Interrupted: sleeping".to_owned()),
    ] {
        let told = told(name);
        assert_eq!(told.first().unwrap(), "turn", "{name}");
        assert_eq!(told[told.len() - 2..], ["Reply unknown".to_owned(), end], "{name}");
        assert_eq!(
            told.iter().filter(|word| word.contains("Interrupted") || word.contains("Failed")).count(),
            1
        );
    }
}

#[test]
fn a_cut_message_without_an_end_is_waited_for_and_then_given_up() {
    let recording = recorded("abort_text.sse");
    let mut agent = working_in(&session_of(&recording));
    let end = recording.lines().position(|line| line.contains("\"session.idle\"")).unwrap();
    let seen_first: Vec<Emission> =
        recording.lines().take(end + 1).flat_map(|line| agent.server_event(line)).collect();
    assert!(!words(seen(seen_first)).iter().any(|word| word.starts_with("Interrupted")));
    assert!(agent.waits());
    let mut look = |now: u64| {
        agent.time(now);
        words(seen(agent.quiet(&mut String::new, 0)))
    };
    assert_eq!([look(5_000), look(5_200), look(7_000)].concat(), [] as [String; 0]);
    let ends = look(7_001);
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert!(ends[0].starts_with("Interrupted"));
    assert!(!agent.waits());
}

#[test]
fn a_prompt_that_comes_while_it_works_belongs_to_the_turn() {
    let told = told("steer");
    assert_eq!(told.iter().filter(|word| *word == "turn").count(), 1);
    assert_eq!(told.last().unwrap(), "Completed: All done: two\n");
}

#[test]
fn questions_are_told_with_what_they_are_about() {
    for (name, asked) in [
        ("perm_edit_msg", vec!["may edit \"-\" \"/repository/a.txt\"  true"]),
        ("perm_pane", vec!["may edit \"-\" \"/repository/a.txt\"  true"]),
        (
            "perm_bash",
            vec![
                "may external_directory \"touch /home/ann/outside/x\" \"-\" /home/ann/outside/* false",
                "may bash \"touch /home/ann/outside/x\" \"-\"  false",
            ],
        ),
        ("mcp_other", vec!["may other_report_progress \"-\" \"-\" {\"text\":\"half\"} false"]),
        (
            "question",
            vec![
                "may question \"-\" \"-\" Which one?   1. A   2. B Answer with a number or words of your own. false",
            ],
        ),
    ] {
        let told = told(name);
        let found: Vec<&String> = told.iter().filter(|word| word.starts_with("may ")).collect();
        assert_eq!(found, asked, "{name}");
        let answers = told.iter().filter(|word| *word == "answered").count();
        assert_eq!(answers, asked.len(), "{name}");
        assert!(told.last().unwrap().starts_with("Completed"), "{name}: {told:?}");
    }
}

#[test]
fn a_question_of_the_model_takes_words_or_the_number_of_an_option() {
    let recording = recorded("question.sse");
    let asked = recording.lines().find(|line| line.contains("question.asked")).unwrap();
    let one: serde_json::Value = serde_json::from_str(asked).unwrap();
    let mut several = one.clone();
    let more = serde_json::json!({"question": "Which of them?", "multiple": true,
        "options": [{"label": "red"}, {"label": "blue"}]});
    several["properties"]["questions"].as_array_mut().unwrap().push(more);
    for (event, words, answers) in [
        (&one, "2", r#"[["B"]]"#),
        (&one, "a", r#"[["A"]]"#),
        (&one, "3", r#"[["3"]]"#),
        (&one, "neither\nof them", r#"[["neither\nof them"]]"#),
        (&several, "1\n1, Blue", r#"[["A"],["red","blue"]]"#),
        (&several, "1\nred and green", r#"[["A"],["red and green"]]"#),
        (&several, "1", r#"[["A"],[]]"#),
    ] {
        let mut agent = working_in(&session_of(&recording));
        let told = seen(agent.server_event(&event.to_string()));
        let [(_, Observation::PermissionAsked(request))] = told.as_slice() else { panic!("{told:?}") };
        assert!(request.words && request.answerable);
        let Control::Server(reply) = agent.permission(&request.ask, true, words) else { panic!("{words}") };
        assert_eq!(reply.path, format!("/question/{}/reply", request.ask));
        assert_eq!(reply.body.as_deref(), Some(format!("{{\"answers\":{answers}}}").as_str()), "{words}");
        let Control::Server(reject) = agent.permission(&request.ask, false, "") else { panic!("{words}") };
        assert_eq!(reject.path, format!("/question/{}/reject", request.ask));
    }
}

#[test]
fn a_refusal_without_words_ends_the_turn() {
    let told = told("perm_write_reject");
    assert_eq!(told[told.len() - 3..], ["write over, failed", CALL, "Interrupted: "]);
}

#[test]
fn a_question_that_an_interruption_leaves_open_is_taken_off_the_screen() {
    let recording = recorded("abort_then_reject.sse");
    let mut agent = working_in(&session_of(&recording));
    let emissions: Vec<Emission> = recording.lines().flat_map(|line| agent.server_event(line)).collect();
    let rejected = requests(&emissions);
    assert_eq!(rejected.len(), 1);
    assert!(rejected[0].path.starts_with("/permission/per_") && rejected[0].path.ends_with("/reply"));
    assert_eq!(rejected[0].body.as_deref(), Some("{\"reply\":\"reject\"}"));
    let told = words(seen(emissions));
    assert_eq!(told[told.len() - 2..], ["answered", "Interrupted: "], "nothing is told of it after the end");
}

#[test]
fn the_operators_answer_goes_to_the_question_by_its_id() {
    let recording = recorded("perm_edit_msg.sse");
    let mut agent = working_in(&session_of(&recording));
    let asks: Vec<String> = recording
        .lines()
        .flat_map(|line| seen(agent.server_event(line)))
        .filter_map(|(_, observation)| match observation {
            Observation::PermissionAsked(request) => Some(request.ask),
            _ => None,
        })
        .collect();
    assert!(matches!(agent.permission(&asks[0], true, ""), Control::Unable(_)), "it is answered already");
    let recording = recording.lines().take_while(|line| !line.contains("permission.replied"));
    for line in recording {
        agent.server_event(&line.replace("per_", "per_2"));
    }
    let ask = asks[0].replace("per_", "per_2");
    let body = |control| match control {
        Control::Server(request) => {
            assert_eq!(request.path, format!("/permission/{ask}/reply"));
            request.body.unwrap()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(body(agent.permission(&ask, true, "")), "{\"reply\":\"once\"}");
    let refused = body(agent.permission(&ask, false, "another file"));
    assert_eq!(refused, "{\"message\":\"another file\",\"reply\":\"reject\"}");
    assert!(body(agent.permission(&ask, false, " ")).contains("does not allow"), "so that the turn goes on");
}

#[test]
fn what_sub_agents_cost_is_counted_beside_the_conversation() {
    let told = told("subagent");
    assert_eq!(told.iter().filter(|word| word.starts_with("Helper 1800+3200+120")).count(), 2);
    assert_eq!(told.iter().filter(|word| *word == CALL).count(), 2);
    assert_eq!(told.iter().filter(|word| word.starts_with("bash")).count(), 0, "{told:?}");
    assert_eq!(told.iter().filter(|word| *word == "turn").count(), 1);
    assert_eq!(told.last().unwrap(), "Completed: sub done");
}

#[test]
fn a_compaction_that_was_asked_for_is_no_turn() {
    assert_eq!(
        told("summarize"),
        ["compacting false", "Compaction 900+0+33 None", "compacted None None", "context None"]
    );
}

#[test]
fn a_compaction_in_a_turn_is_a_part_of_it() {
    let told = told("auto_compaction");
    let from = told.iter().position(|word| word == "compacting true").unwrap();
    assert_eq!(
        told[from..],
        [
            "compacting true",
            "Compaction 900+0+33 None",
            "compacted Some(195100) None",
            "context None",
            CALL,
            "Completed: ok",
        ]
    );
}

#[test]
fn the_model_and_its_variant_are_told_when_they_change() {
    let told = told("variant");
    assert!(told.contains(&"mock/mock-think Some(\"high\") Some(64000) Some(60000)".to_owned()), "{told:?}");
}

#[test]
fn other_conversations_of_the_pane_cost_something_and_say_nothing_else() {
    let mut agent = working_in("ses_own");
    let recording = recorded("plain.sse");
    let told = words(seen(recording.lines().flat_map(|line| agent.server_event(line)).collect()));
    assert_eq!(told, ["Helper 1800+3200+120 None", "Helper 1800+3200+120 None"]);
    // A fork tells copies of old messages, each whole at once.
    let mut agent = working_in("ses_own");
    let copies = recording.lines().filter(|line| line.contains("\"completed\":"));
    assert_eq!(copies.flat_map(|line| agent.server_event(line)).count(), 0);
}

#[test]
fn a_title_that_a_model_wrote_is_an_unknown_call() {
    let mut agent = working_in("ses_own");
    let titled = |title: &str| {
        format!(
            "{{\"type\":\"session.updated\",\"properties\":{{\"sessionID\":\"ses_2\",\"info\":{{\"id\":\"ses_2\",\"title\":\"{title}\"}}}}}}"
        )
    };
    assert_eq!(agent.server_event(&titled("New session - 2026-11-21T13:26:41.178Z")), []);
    let usage = usages(&seen(agent.server_event(&titled("Greeting"))));
    assert_eq!((usage[0].usage, usage[0].unknown_spend), (UsageKind::Helper, true));
    assert_eq!(usage[0].model, "mock/mock-small");
    assert_eq!(agent.server_event(&titled("Another")), [], "a person did that");
}

#[test]
fn events_that_are_not_understood_say_nothing() {
    let mut agent = working_in("ses_own");
    for line in [
        "",
        "{",
        "null",
        "[]",
        "{\"type\":\"message.updated\"}",
        "{\"type\":\"message.updated\",\"properties\":{\"info\":7}}",
        "{\"type\":\"session.idle\",\"properties\":{\"sessionID\":\"ses_own\"}}",
        "{\"type\":\"permission.asked\",\"properties\":{\"sessionID\":\"ses_own\"}}",
        "{\"type\":\"something.new\",\"properties\":{\"sessionID\":\"ses_own\"}}",
    ] {
        assert_eq!(agent.server_event(line), [], "{line}");
    }
}

#[test]
fn a_call_that_the_process_dies_in_is_unknown_and_told_once() {
    let recording = recorded("abort_tool.sse");
    let mut agent = working_in(&session_of(&recording));
    let begun = recording.lines().position(|line| line.contains("\"running\"")).expect("a tool that runs");
    let before: Vec<Emission> =
        recording.lines().take(begun + 1).flat_map(|line| agent.server_event(line)).collect();
    assert_eq!(usages(&seen(before)).len(), 0, "OpenCode tells what a step cost after its tools");
    let cut = usages(&seen(agent.exited(None)));
    assert_eq!(cut.len(), 1);
    assert!(cut[0].unknown_spend && cut[0].usage == UsageKind::Reply, "{cut:?}");
    assert_eq!(agent.exited(None), []);
}
