use awtui::domain::{Verdict, parse_verdict_report, parse_worker_report};

const WHOLE: &str = "Some words first.

Instruction id: i-7

## Task understood
Fix the parser.
## Actions taken
- ran `cargo test`
### a heading of its own
inside
## Result
Green.
## Validation
exit 0
## Diff / artifacts
src/a.rs
## Issues / risks / lessons
none
## Worker recommendation / next steps
go on
## Stop / handoff
done here";

#[test]
fn a_whole_worker_report_is_read_by_its_headings() {
    let report = parse_worker_report(WHOLE).unwrap();
    assert_eq!(report.instruction_id.unwrap().as_str(), "i-7");
    assert_eq!(report.status, None);
    assert_eq!(report.sections.missing(), Vec::<&str>::new());
    assert_eq!(report.sections.task_understood.summary(), "Fix the parser.");
    assert_eq!(
        report.sections.actions_taken.summary(),
        "- ran `cargo test`\n### a heading of its own\ninside"
    );
    assert_eq!(report.sections.handoff.summary(), "done here");
}

#[test]
fn headings_may_be_of_any_level_numbered_bold_or_end_with_a_colon() {
    for heading in [
        "# Result",
        "###### result",
        "## 3. Result",
        "## 3) RESULT:",
        "## **Result**",
        "## **3. Result:**",
        "  ## Result ##",
        "## __Result__",
    ] {
        let report = parse_worker_report(&format!("{heading}\nfine\n")).unwrap();
        assert_eq!(report.sections.result.summary(), "fine", "{heading}");
        assert_eq!(report.sections.missing().len(), 7, "{heading}");
    }
    for heading in ["## Diff/artifacts", "## DIFF /  Artifacts", "##\tDiff / artifacts"] {
        let report = parse_worker_report(&format!("{heading}\nfine\n")).unwrap();
        assert_eq!(report.sections.artifacts.summary(), "fine", "{heading}");
    }
}

#[test]
fn what_only_looks_like_a_heading_is_text() {
    for text in [
        "",
        "Result\nfine",
        "**Result**\nfine",
        "#Result\nfine",
        "```\n## Result\nfine\n```",
        "the ## Result is",
        "####### Result\nfine",
    ] {
        assert_eq!(parse_worker_report(text), None, "{text}");
    }
    let quoted = "## Result\n```\n## Validation\nquoted\n```\nafter";
    let report = parse_worker_report(quoted).unwrap();
    assert!(report.sections.validation.is_empty());
    assert!(report.sections.result.summary().ends_with("after"));
}

#[test]
fn the_last_block_of_headings_counts_alone() {
    let text = format!("## Result\ndraft\n## Validation\ndraft\n\nAgain, in full:\n\n{WHOLE}");
    let report = parse_worker_report(&text).unwrap();
    assert_eq!(report.sections.result.summary(), "Green.");
    let shorter = format!("{WHOLE}\n## Result\nonly this");
    let report = parse_worker_report(&shorter).unwrap();
    assert_eq!(report.sections.result.summary(), "only this");
    assert_eq!(report.sections.missing().len(), 7);
}

#[test]
fn the_instruction_id_is_found_before_or_inside_the_block() {
    for (text, id) in [
        ("Instruction id: a-1\n## Result\nx", Some("a-1")),
        ("**Instruction id:** `a-1`\n## Result\nx", Some("a-1")),
        ("- instruction ID: a-1\n## Result\nx", Some("a-1")),
        ("## Result\nx\n## Stop / handoff\nInstruction id: a-1", Some("a-1")),
        ("Instruction id: old\n\nInstruction id: new\n## Result\nx", Some("new")),
        ("The instruction id is a-1\n## Result\nx", None),
        ("Instruction id:\n## Result\nx", None),
    ] {
        let found = parse_worker_report(text).unwrap().instruction_id;
        assert_eq!(found.as_ref().map(awtui::domain::InstructionId::as_str), id, "{text}");
    }
}

#[test]
fn a_verdict_is_the_first_word_under_next_state_and_nothing_else() {
    for (next, verdict) in [
        ("DONE", Some(Verdict::Done)),
        ("DONE.", Some(Verdict::Done)),
        ("**DONE** because it is", Some(Verdict::Done)),
        ("`NEEDS_WORKER`: more to do", Some(Verdict::NeedsWorker)),
        ("\n\nNEEDS_OPERATOR\nwho decides?", Some(Verdict::NeedsOperator)),
        ("- ABORT", Some(Verdict::Abort)),
        ("ABORT - cannot", Some(Verdict::Abort)),
        ("MORE_WORK", None),
        ("BLOCKED", None),
        ("done", None),
        ("Done", None),
        ("The state is DONE", None),
        ("NOT DONE", None),
        ("DONE_SOON", None),
        ("DONENESS", None),
        ("", None),
    ] {
        let text =
            format!("## Diagnosis\nThe worker says DONE.\n## Next state\n{next}\n## Operator handoff\nDONE");
        let found = parse_verdict_report(&text).map(|report| report.verdict);
        assert_eq!(found, verdict, "{next}");
    }
}

#[test]
fn a_verdict_on_the_heading_line_itself_counts() {
    for line in [
        "## Next state: DONE",
        "# 6. Next state: **DONE**",
        "## Next State : DONE because",
        "## **Next state: DONE**",
    ] {
        assert_eq!(parse_verdict_report(line).map(|report| report.verdict), Some(Verdict::Done), "{line}");
    }
    for line in [
        "Next state: DONE",
        "I think the next state is DONE",
        "## Next state: MORE_WORK",
        "## The next state: DONE",
    ] {
        assert_eq!(parse_verdict_report(line), None, "{line}");
    }
}

#[test]
fn a_later_draft_without_a_verdict_gives_none() {
    let text = "## Diagnosis\na\n## Next state\nDONE\n\n## Diagnosis\nrather not\n";
    assert_eq!(parse_verdict_report(text), None);
}

#[test]
fn an_analysts_report_holds_the_instruction_memory_and_reason() {
    let text = "# Review

## Diagnosis / Review
The parser drops the last line.
## Hypothesis
Off by one.
## Worker instruction
Instruction id: fix-parser
Goal: Make `lines()` keep the last line.
It is in the scanner.
Files:
- src/scanner.rs
- `tests/scanner.rs`
Commands: cargo test
Stop when:
- the API must change: ask first
Report:
- exit codes
- the diff
## Validation / Risks
cargo test is green
## Operational memory
- `make all` takes 9 minutes,
  run it once
- no network
## Next state
NEEDS_WORKER: one more step
## Operator handoff
none";
    let report = parse_verdict_report(text).unwrap();
    assert_eq!(report.verdict, Verdict::NeedsWorker);
    let instruction = report.instruction.unwrap();
    assert_eq!(instruction.id.as_str(), "fix-parser");
    assert_eq!(instruction.goal.summary(), "Make `lines()` keep the last line.\nIt is in the scanner.");
    assert_eq!(instruction.files, ["src/scanner.rs", "tests/scanner.rs"]);
    assert_eq!(instruction.commands, ["cargo test"]);
    assert_eq!(instruction.stop_when, ["the API must change: ask first"]);
    assert_eq!(instruction.report, ["exit codes", "the diff"]);
    assert_eq!(report.memory, ["`make all` takes 9 minutes, run it once", "no network"]);
    assert!(report.questions.is_empty());
    let reason = report.reason.summary();
    assert!(reason.starts_with("Diagnosis: The parser drops"), "{reason}");
    assert!(reason.contains("Hypothesis: Off by one.") && reason.ends_with("one more step"), "{reason}");
}

#[test]
fn an_instruction_without_labels_is_its_goal() {
    let text =
        "## Worker instruction\nInstruction id: a\nRun the tests.\n\nThen stop.\n## Next state\nNEEDS_WORKER";
    let instruction = parse_verdict_report(text).unwrap().instruction.unwrap();
    assert_eq!(instruction.goal.summary(), "Run the tests.\n\nThen stop.");
    assert_eq!(instruction.id.as_str(), "a");
}

#[test]
fn only_needs_worker_carries_an_instruction_and_only_needs_operator_questions() {
    let body = |verdict: &str| {
        format!(
            "## Worker instruction\nGoal: x\n## Next state\n{verdict}\n## Operator handoff\n1. Which port?\n2. Which user?"
        )
    };
    let done = parse_verdict_report(&body("DONE")).unwrap();
    assert_eq!((done.instruction, done.questions), (None, Vec::new()));
    let asks = parse_verdict_report(&body("NEEDS_OPERATOR")).unwrap();
    assert_eq!(asks.instruction, None);
    assert_eq!(asks.questions, ["1. Which port?", "2. Which user?"]);
    let none = "## Worker instruction\nnone\n## Next state\nNEEDS_WORKER";
    assert_eq!(parse_verdict_report(none).unwrap().instruction, None);
}
