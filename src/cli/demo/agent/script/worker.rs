//! The worker's scenes: the first fix, which repairs one of two failures, and the second, as the operator decided.

use super::{Message, Report, Scene, Tool, message, thinking};
use crate::agent::protocol::ResultLine;
use crate::domain::WorkerStatus;

const MINUTES: Tool = Tool::Edit {
    path: "duration.sh",
    old: "minutes=$((seconds / 60))\n",
    new: "minutes=$((seconds / 60 % 60))\n",
};
const REFUSAL: Tool = Tool::Edit {
    path: "duration.sh",
    old: "seconds=$1\n",
    new: "seconds=$1\nif [ \"$seconds\" -lt 0 ]; then\n    echo \"duration.sh: $seconds is negative\" >&2\n    exit 2\nfi\n",
};
const REFUSAL_SAID: Tool = Tool::Edit {
    path: "README.md",
    old: "A negative number is printed with a minus sign: `-65` is `-1m 05s`.\n",
    new: "A negative number is refused with exit code 2.\n",
};
const MINUS: Tool = Tool::Edit {
    path: "duration.sh",
    old: "seconds=$1\n",
    new: "seconds=$1\nif [ \"$seconds\" -lt 0 ]; then\n    printf '-'\n    seconds=$((-seconds))\nfi\n",
};
const MINUS_EXPECTED: Tool =
    Tool::Edit { path: "test.sh", old: "check -5 '' 2\n", new: "check -5 '-5s' 0\ncheck -65 '-1m 05s' 0\n" };

pub(super) fn scene(played: u32, prompt: &str) -> Scene {
    let id = instruction_id(prompt);
    match (id.as_deref(), played) {
        (Some("negative_with_minus"), _) => second(
            MINUS,
            MINUS_EXPECTED,
            "a minus sign goes before a negative number, and test.sh expects it",
            "test.sh",
        ),
        (Some("negative_refused"), _) | (None, 1) => second(
            REFUSAL,
            REFUSAL_SAID,
            "a negative number is refused with exit code 2, and README.md says so",
            "README.md",
        ),
        (Some("minutes_past_the_hour"), _) | (None, 0) => first(),
        (Some(_) | None, _) => nothing_more(),
    }
}

pub(in crate::cli::demo) fn instruction_id(prompt: &str) -> Option<String> {
    let line = prompt.lines().find_map(|line| line.trim().strip_prefix("Instruction id:"))?;
    Some(line.trim().to_owned())
}

fn result(status: WorkerStatus, sections: [&str; 8]) -> Report {
    let [task_understood, actions_taken, result, validation, artifacts, issues, recommendation, handoff] =
        sections.map(str::to_owned);
    Report::Result(Box::new(ResultLine {
        key: String::new(),
        instruction_id: None,
        status,
        task_understood,
        actions_taken,
        result,
        validation,
        artifacts,
        issues,
        recommendation,
        handoff,
        more: serde_json::Map::new(),
    }))
}

fn first() -> Scene {
    Scene {
        messages: vec![
            message("I read the program before I touch it.", Some(Tool::Read("duration.sh")), 10_900, 120),
            message("What does the test say before any change?", Some(Tool::Run("sh test.sh")), 1_900, 90),
            thinking(
                "3723 / 60 is 62. The two minutes past the hour are what is left of that after whole hours.",
                310,
                message(
                    "There it is: `seconds / 60` counts the minutes of whole hours again (時 + 分, both at once). \
                     Minutes past the hour are that number modulo 60.",
                    Some(MINUTES),
                    2_200,
                    420,
                ),
            ),
            message("", Some(Tool::Progress("the minutes are fixed; the test runs")), 1_400, 60),
            message("The test again.", Some(Tool::Run("sh test.sh")), 1_300, 70),
            message(
                "3723 passes now. The case of -5 still fails, and I was told to leave it alone, so I stop here.",
                None,
                3_100,
                520,
            ),
        ],
        report: result(
            WorkerStatus::Done,
            [
                "Fix the minutes of durations of an hour and more in duration.sh; leave -5 alone.",
                "Read duration.sh; ran `sh test.sh` (exit code 1); changed one line; ran `sh test.sh` again (exit code 1, for -5).",
                "3723 prints 1h 02m 03s: minutes are taken modulo 60.",
                "`sh test.sh` now ends with: {summary}",
                "duration.sh, one line",
                "-5 still fails; it was outside this instruction.",
                "Decide what happens to negative numbers: README.md and test.sh do not agree.",
                "The stop condition holds: the case 3723 passes.",
            ],
        ),
    }
}

fn second(program: Tool, promise: Tool, what: &str, other: &'static str) -> Scene {
    let messages: Vec<Message> = vec![
        message("I read how the program stands now.", Some(Tool::Read("duration.sh")), 4_300, 110),
        thinking(
            "It must happen before anything is computed.",
            140,
            message("This belongs before anything is computed.", Some(program), 900, 260),
        ),
        message("What is promised must follow what is done.", Some(promise), 700, 190),
        message("The whole test.", Some(Tool::Run("sh test.sh")), 600, 70),
        message(
            "The test says: {summary}. I keep what it printed.",
            Some(Tool::Keep("test_after.txt")),
            640,
            90,
        ),
        message("", None, 160, 320),
    ];
    Scene {
        messages,
        report: result(
            WorkerStatus::Done,
            [
                "Carry out the operator's decision about negative numbers.",
                &format!("Read duration.sh; changed duration.sh and {other}; ran `sh test.sh`."),
                &format!("Done: {what}."),
                "`sh test.sh` now ends with: {summary}",
                &format!("duration.sh, {other}; artifacts/test_after.txt"),
                "none",
                "Nothing is left of the task.",
                "The stop condition holds: sh test.sh exits 0.",
            ],
        ),
    }
}

fn nothing_more() -> Scene {
    Scene {
        messages: vec![message(
            "This is a scripted agent, and its script ends here. I only run the test.",
            Some(Tool::Run("sh test.sh")),
            900,
            60,
        )],
        report: result(
            WorkerStatus::Blocked,
            [
                "An instruction that the script does not know.",
                "Ran `sh test.sh`.",
                "Nothing was changed.",
                "`sh test.sh` now ends with: {summary}",
                "none",
                "A scripted agent can do only what its script says.",
                "Finish the demo.",
                "The script is at its end.",
            ],
        ),
    }
}
