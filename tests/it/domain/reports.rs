use super::bench::{Bench, sections, verdict};
use awtui::domain::*;

#[test]
fn no_verdict_means_one_reminder_then_a_gate_and_never_a_worker() {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    bench.turn_ended(&analyst, "I think the worker should continue. NEEDS_WORKER would be fine.");
    assert_eq!(bench.prompted().1, PromptKind::Remind);
    bench.turn_ended(&analyst, "as I said");
    assert_eq!(bench.gate().kind, GateKind::IncompleteReport);
    assert_eq!(bench.run.rounds, 0);
    assert_eq!(bench.phase(), RunPhase::WaitingForOperator);
}

#[test]
fn needs_worker_without_an_instruction_is_no_verdict() {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    let mut report = verdict(Verdict::NeedsWorker);
    report.instruction = None;
    bench.input(Input::VerdictReported { pane: analyst.clone(), key: "k".to_owned(), report });
    bench.turn_ended(&analyst, "");
    assert_eq!(bench.prompted().1, PromptKind::Remind);
}

#[test]
fn an_incomplete_report_is_continued_twice_on_the_same_instruction_then_reviewed_as_incomplete() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let instruction = bench.run.instruction.clone().unwrap().id;
    for turn in 0..3 {
        let mut sections = sections("half");
        sections.validation = Text::default();
        let report = WorkerReport { instruction_id: Some(instruction.clone()), status: None, sections };
        bench.input(Input::WorkerReported { pane: worker.clone(), key: format!("k{turn}"), report });
        bench.turn_ended(&worker, "");
        if turn < 2 {
            assert_eq!(bench.prompted().1, PromptKind::Continue { missing: vec!["Validation".to_owned()] });
        }
    }
    bench.checkpointed();
    assert_eq!(bench.run.steps[1].outcome, Some(StepOutcome::Incomplete));
    assert_eq!(bench.run.instruction.as_ref().unwrap().id, instruction);
    assert_eq!(bench.prompted().1, PromptKind::Phase { template: "review".to_owned() });
}

#[test]
fn a_continuation_fills_what_was_missing() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let id = bench.run.instruction.clone().unwrap().id;
    let mut partial = sections("kept");
    partial.issues = Text::default();
    for (key, sections) in
        [("a", partial), ("b", ReportSections { issues: "none".into(), ..Default::default() })]
    {
        let report = WorkerReport { instruction_id: Some(id.clone()), status: None, sections };
        bench.input(Input::WorkerReported { pane: worker.clone(), key: key.to_owned(), report });
        bench.turn_ended(&worker, "");
        if key == "a" {
            bench.prompted();
        }
    }
    bench.checkpointed();
    let report = bench.run.steps[1].worker_report.as_ref().unwrap();
    assert_eq!((report.sections.result.summary(), report.sections.issues.summary()), ("kept", "none"));
    assert_eq!(bench.run.steps[1].outcome, Some(StepOutcome::Completed));
}

#[test]
fn a_report_for_another_instruction_is_kept_but_not_applied() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    let report =
        WorkerReport { instruction_id: Some("0000_old".into()), status: None, sections: sections("stale") };
    bench.input(Input::WorkerReported { pane: worker, key: "k".to_owned(), report });
    assert!(bench.run.steps[1].worker_report.is_none());
    assert!(matches!(bench.records.last().unwrap().fact, Fact::ReportRefused { .. }));
}

#[test]
fn a_late_verdict_is_recorded_and_changes_nothing() {
    let mut bench = Bench::new();
    let (analyst, _) = bench.until_worker();
    let report = verdict(Verdict::Done);
    bench.input(Input::VerdictReported { pane: analyst, key: "late".to_owned(), report });
    assert!(matches!(bench.records.last().unwrap().fact, Fact::ReportRefused { .. }));
    assert_eq!(bench.phase(), RunPhase::Working);
}

#[test]
fn the_same_report_key_counts_once() {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    for _ in 0..2 {
        let report = verdict(Verdict::NeedsWorker);
        bench.input(Input::VerdictReported { pane: analyst.clone(), key: "same".to_owned(), report });
    }
    let reported =
        bench.records.iter().filter(|record| matches!(record.fact, Fact::VerdictReported { .. })).count();
    assert_eq!(reported, 1);
}

#[test]
fn an_abort_verdict_ends_the_run_after_its_processes() {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    bench.give_verdict(&analyst, Verdict::Abort);
    assert_eq!(bench.run.outcome, None, "first the processes");
    bench.killed();
    assert_eq!(bench.run.outcome, Some(RunOutcome::Aborted));
}

#[test]
fn a_failed_turn_opens_a_gate_and_retry_resumes_it() {
    let mut bench = Bench::new();
    let analyst = bench.spawned();
    bench.prompted();
    let end = TurnEnd::Failed { reason: "401 invalid key".to_owned() };
    bench.observe(&analyst, Observation::TurnEnded { end, text: "".into() });
    assert_eq!(bench.gate().kind, GateKind::AgentFailed);
    bench.answer(AnswerKind::Retry, "");
    assert_eq!(bench.prompted().1, PromptKind::Resume);
}

#[test]
fn an_end_told_by_a_weaker_source_than_before_ends_the_turn_and_the_pane_says_who_told_it() {
    let mut bench = Bench::new();
    let (_, worker) = bench.until_worker();
    bench.observe(&worker, Observation::TurnStarted);
    let observation = Observation::TurnEnded { end: TurnEnd::Unknown, text: "".into() };
    // Which of its sources to believe is the adapter's to say: its hooks may have gone silent.
    bench.input(Input::Observed { pane: worker.clone(), source: Source::TerminalStatus, observation });
    assert_eq!(bench.run.panes[&worker].source, Source::TerminalStatus);
    assert_ne!(bench.run.current_step().unwrap().stage, Stage::Working);
}

#[test]
fn the_same_report_under_another_key_is_no_second_one() {
    let mut bench = Bench::new();
    let (analyst, worker) = bench.until_worker();
    let id = bench.run.instruction.as_ref().map(|instruction| instruction.id.clone());
    let report = || WorkerReport {
        instruction_id: id.clone(),
        status: Some(WorkerStatus::Done),
        sections: sections("r"),
    };
    for key in ["one", "two"] {
        bench.input(Input::WorkerReported { pane: worker.clone(), key: key.to_owned(), report: report() });
    }
    let of = |bench: &Bench, kind: fn(&Fact) -> bool| {
        bench.records.iter().filter(|record| kind(&record.fact)).count()
    };
    assert_eq!(of(&bench, |fact| matches!(fact, Fact::WorkerReported { .. })), 1);
    bench.observe(&worker, Observation::TurnEnded { end: TurnEnd::Completed, text: "".into() });
    bench.checkpointed();
    bench.prompted();
    let before = of(&bench, |fact| matches!(fact, Fact::VerdictReported { .. }));
    for key in ["three", "four"] {
        let report = verdict(Verdict::Done);
        bench.input(Input::VerdictReported { pane: analyst.clone(), key: key.to_owned(), report });
    }
    assert_eq!(of(&bench, |fact| matches!(fact, Fact::VerdictReported { .. })), before + 1);
}
