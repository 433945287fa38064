//! JSON with half characters in it, as programs write that cut their texts at sixteen bits.

use super::{observations, pi, usages};
use awtui::agent::{Emission, json};
use awtui::domain::Observation;

fn read(text: &str) -> Option<String> {
    json::read(text).ok()
}

#[test]
fn half_characters_are_replaced_and_nothing_else_is_touched() {
    for (text, value) in [
        (r#""whole 😀""#, "whole 😀"),
        (r#""\ud83d\ude00 and \ud83d""#, "😀 and \u{fffd}"),
        (r#""\ude00\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\\ud83d \ud83d\n""#, "\\ud83d \u{fffd}\n"),
        (r#""ü\"\ud83dé""#, "ü\"\u{fffd}é"),
    ] {
        assert_eq!(read(text).as_deref(), Some(value), "{text}");
    }
    for text in ["", "\"", r#""\"#, r#""\ud83"#, r#"{"a":"\ud83d"#] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn a_question_with_half_a_character_reaches_the_operator() {
    let line =
        r#"{"type":"permission_asked","ask":"q","tool":"bash","command":"echo \ud83d","answerable":true}"#;
    let emissions = pi().agent_line(line);
    let [Emission::Observed { observation: Observation::PermissionAsked(request), .. }] = &emissions[..]
    else {
        panic!("{emissions:?}")
    };
    assert_eq!(request.command.as_deref(), Some("echo \u{fffd}"));
}

#[test]
fn what_a_reply_with_half_a_character_cost_is_counted() {
    let log = super::fixture("tool_turn");
    let cut: Vec<String> = log.iter().map(|line| line.replace("\"text\":\"", "\"text\":\"\\ud83d")).collect();
    assert!(cut.iter().any(|line| line.contains("\\ud83d") && line.contains("\"usage\"")));
    let read = |lines: &[String]| {
        let mut pi = pi();
        usages(&lines.iter().flat_map(|line| observations(pi.log_line(line))).collect::<Vec<_>>())
    };
    assert_eq!(read(&cut), read(&log));
}
