//! The analyst's scenes: plan, a review that ends in a question, the second instruction, and the last review.

use super::{Message, Report, Scene, Tool, message, thinking};
use crate::agent::protocol::{InstructionLine, VerdictLine};
use crate::domain::Verdict;

pub(super) fn scene(played: u32, prompt: &str) -> Scene {
    match played {
        0 => plan(),
        1 => review(),
        2 => decided(wants_minus(prompt)),
        _ => last_review(),
    }
}

/// Whether the operator said that the README is right. Everything else means that the test is.
fn wants_minus(prompt: &str) -> bool {
    let words = operator_words(prompt).to_lowercase();
    let is_no = words.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "no");
    words.contains("readme") || words.contains("minus") || is_no
}

/// The part of a prompt in which the operator speaks.
fn operator_words(prompt: &str) -> &str {
    let begins = ["Notes of the operator:", "The operator says now:"];
    let Some(start) = begins.iter().filter_map(|title| prompt.find(title)).min() else { return "" };
    let words = &prompt[start..];
    words.find("What to do in this turn").map_or(words, |end| &words[..end])
}

fn verdict(verdict: Verdict, reason: &str) -> VerdictLine {
    VerdictLine {
        key: String::new(),
        verdict,
        reason: reason.to_owned(),
        instruction: None,
        memory: Vec::new(),
        questions: Vec::new(),
        more: serde_json::Map::new(),
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn plan() -> Scene {
    let instruction = InstructionLine {
        id: "minutes_past_the_hour".to_owned(),
        goal:
            "Find out why durations of an hour and more print too many minutes, and fix that in duration.sh. \
               Leave the case of -5 alone."
                .to_owned(),
        files: texts(&["duration.sh"]),
        commands: texts(&["sh test.sh"]),
        stop_when: texts(&["the case 3723 passes", "another file would have to change"]),
        report: texts(&["what sh test.sh prints before and after"]),
    };
    let reason = "Two of five cases fail, for two reasons. 3723 prints 62 minutes because minutes are never taken \
                  modulo 60. -5 is printed although the test wants it refused. One at a time: the minutes first.";
    Scene {
        messages: vec![
            thinking(
                "A test fails. Look before planning.",
                90,
                message("I look at the repository first.", Some(Tool::Run("ls")), 9_600, 140),
            ),
            message("Three files. I read the program.", Some(Tool::Read("duration.sh")), 180, 60),
            message("Now its test, to see what fails.", Some(Tool::Run("sh test.sh")), 520, 70),
            thinking(
                "62 minutes: seconds / 60 counts all minutes, those of whole hours too. And -5 falls through to the \
                 last branch.",
                260,
                message(
                    "Two of five cases fail, for two different reasons:\n\
                     - 3723 prints `1h 62m 03s`: minutes are never taken modulo 60.\n\
                     - -5 prints `-5s`, and the test wants it refused.\n\
                     One bounded instruction at a time. The minutes first.",
                    None,
                    410,
                    330,
                ),
            ),
        ],
        report: Report::Verdict(Box::new(VerdictLine {
            instruction: Some(instruction),
            memory: texts(&["`sh test.sh` is the whole test; it takes well under a second"]),
            ..verdict(Verdict::NeedsWorker, reason)
        })),
    }
}

fn review() -> Scene {
    let reason = "The minutes are right now. The last failing case is a contradiction that code cannot settle: \
                  README.md and test.sh want different things for a negative number.";
    Scene {
        messages: vec![
            thinking(
                "Evidence before claims: the check failed with one case, the diff touches one line of one file.",
                180,
                message(
                    "The evidence agrees with the report: 3723 passes, one line of `duration.sh` changed, nothing else. \
                     What is left is -5. Before I send anybody, I read what is promised about it.",
                    Some(Tool::Read("README.md")),
                    3_900,
                    190,
                ),
            ),
            message(
                "README.md promises `-1m 05s` for -65. test.sh wants a refusal with exit code 2 for -5. Both cannot be \
                 right, and guessing would be the wrong work: this is for the operator.",
                None,
                240,
                210,
            ),
        ],
        report: Report::Verdict(Box::new(VerdictLine {
            questions: texts(&[
                "For -5, test.sh wants a refusal and README.md a minus sign. Is the test right?",
                "approve: yes, refuse it with exit code 2. Or answer \"readme\": print a minus sign.",
            ]),
            ..verdict(Verdict::NeedsOperator, reason)
        })),
    }
}

fn decided(minus: bool) -> Scene {
    let (words, instruction) = if minus {
        (
            "The operator decided: README.md is right. Negative numbers get a minus sign, and the test follows.",
            InstructionLine {
                id: "negative_with_minus".to_owned(),
                goal: "Let duration.sh print a negative number with a minus sign, as README.md says, and let test.sh \
                       expect that."
                    .to_owned(),
                files: texts(&["duration.sh", "test.sh"]),
                commands: texts(&["sh test.sh"]),
                stop_when: texts(&["sh test.sh exits 0"]),
                report: texts(&["what sh test.sh prints"]),
            },
        )
    } else {
        (
            "The operator decided: the test is right. A negative number is refused, and README.md follows.",
            InstructionLine {
                id: "negative_refused".to_owned(),
                goal: "Let duration.sh refuse a negative number with exit code 2 and a word on stderr, and let README.md \
                       say so."
                    .to_owned(),
                files: texts(&["duration.sh", "README.md"]),
                commands: texts(&["sh test.sh"]),
                stop_when: texts(&["sh test.sh exits 0"]),
                report: texts(&["what sh test.sh prints"]),
            },
        )
    };
    Scene {
        messages: vec![thinking(
            "The answer settles it. One instruction, two files.",
            120,
            message(words, None, 3_300, 240),
        )],
        report: Report::Verdict(Box::new(VerdictLine {
            instruction: Some(instruction),
            memory: texts(&["the operator decided what happens to negative numbers"]),
            ..verdict(Verdict::NeedsWorker, words)
        })),
    }
}

fn last_review() -> Scene {
    let messages: Vec<Message> = vec![
        thinking(
            "The check passed. Still: read the whole change once.",
            150,
            message(
                "The check passed. I read the whole change once more.",
                Some(Tool::Run("git --no-pager diff --stat")),
                4_400,
                120,
            ),
        ),
        message("And the test with my own eyes.", Some(Tool::Run("sh test.sh")), 260, 50),
        message("", None, 210, 130),
    ];
    Scene { messages, report: Report::DoneIfTestPasses }
}

/// The verdict on the last review, by what the test said just now.
pub(in crate::cli::demo) fn after_test(passed: bool, summary: &str) -> VerdictLine {
    if passed {
        let reason = format!("Every case passes (`{summary}`), and only files that were allowed changed.");
        return verdict(Verdict::Done, &reason);
    }
    let reason =
        format!("The test does not pass: {summary}. Somebody changed more than this script knows of.");
    let questions = texts(&["This scripted agent knows no more. Repair it by hand, then answer?"]);
    VerdictLine { questions, ..verdict(Verdict::NeedsOperator, &reason) }
}
