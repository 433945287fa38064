//! From the state of a run to the words that a role is told. The words themselves are templates of the settings.

use crate::agent::marker;
use crate::domain::{EffectId, PaneId, PromptKind, RoleName, Run, RunId, Step, StepNumber, Text};
use crate::journal::blobs::Blobs;
use crate::settings::prompts::{
    CheckContext, DiffContext, FileContext, InstructionContext, PromptContext, PromptError, Prompts,
    ReportContext, VerdictContext,
};

/// Characters of a patch that a prompt quotes; the whole is in the step's report.
const PATCH_EXCERPT: usize = 12_000;
/// Characters of a check's output that a prompt quotes, from its end.
const OUTPUT_EXCERPT: usize = 4_000;
/// Notes of the operator that a prompt carries, newest last.
const NOTES: usize = 5;

/// Everything that templates may use, as of now.
pub(super) fn context(
    run: &Run,
    blobs: &Blobs,
    role: &RoleName,
    step: StepNumber,
    artifacts: &str,
) -> PromptContext {
    let full = |text: &Text| blobs.text(text).unwrap_or_else(|_| text.summary().to_owned());
    let current = run.step(step);
    let worked =
        run.steps.iter().rev().find(|step| step.worker_report.is_some() || step.evidence.after_settled);
    let checked = run.steps.iter().rev().find(|step| !step.evidence.checks.is_empty());
    let verdict = run.steps.iter().rev().find_map(|step| step.verdict.as_ref());
    let config = run.config.as_ref();
    PromptContext {
        task: full(&run.task),
        run: run.id.as_ref().map(RunId::to_string).unwrap_or_default(),
        step: step.to_string(),
        role: role.to_string(),
        directory: run.directory.clone(),
        round: run.rounds,
        max_rounds: config.map_or(0, |config| config.bounds.max_rounds),
        instruction: run.instruction.as_ref().map(|instruction| InstructionContext {
            id: instruction.id.to_string(),
            goal: full(&instruction.goal),
            files: instruction.files.clone(),
            commands: instruction.commands.clone(),
            stop_when: instruction.stop_when.clone(),
            report: instruction.report.clone(),
        }),
        report: worked.and_then(|step| report(step, &full)),
        checks: checked
            .map(|step| {
                step.evidence
                    .checks
                    .iter()
                    .map(|(name, result)| CheckContext {
                        name: name.clone(),
                        code: result.code,
                        passed: result.passed(),
                        required: config.is_some_and(|config| {
                            config.checks.iter().any(|one| one.name == *name && one.required)
                        }),
                        wall_ms: result.wall,
                        output: tail(&full(&result.output), OUTPUT_EXCERPT),
                    })
                    .collect()
            })
            .unwrap_or_default(),
        diff: worked.and_then(|step| step.evidence.diff.as_ref()).map(|diff| DiffContext {
            files: diff
                .files
                .iter()
                .map(|file| FileContext { path: file.path.clone(), added: file.added, removed: file.removed })
                .collect(),
            patch_excerpt: full(&diff.patch).chars().take(PATCH_EXCERPT).collect(),
        }),
        memory: run.memory.clone(),
        notes: run.notes.iter().rev().take(NOTES).rev().map(|(_, note)| full(note)).collect(),
        said: run.unsaid.get(role).map(|said| said.iter().map(&full).collect()).unwrap_or_default(),
        artifacts_folder: artifacts.to_owned(),
        missing: match current.map(|step| &step.next_prompt) {
            Some(PromptKind::Continue { missing }) => missing.clone(),
            Some(
                PromptKind::Phase { .. } | PromptKind::Remind | PromptKind::Resume | PromptKind::Say { .. },
            )
            | None => Vec::new(),
        },
        last_verdict: verdict.map(|report| VerdictContext {
            verdict: report.verdict.as_str().to_owned(),
            reason: full(&report.reason),
        }),
    }
}

fn report(step: &Step, full: &impl Fn(&Text) -> String) -> Option<ReportContext> {
    let report = step.worker_report.as_ref()?;
    let sections = &report.sections;
    Some(ReportContext {
        status: report.status.map(|status| format!("{status:?}").to_lowercase()),
        incomplete: step.incomplete,
        task_understood: full(&sections.task_understood),
        actions_taken: full(&sections.actions_taken),
        result: full(&sections.result),
        validation: full(&sections.validation),
        artifacts: full(&sections.artifacts),
        issues: full(&sections.issues),
        recommendation: full(&sections.recommendation),
        handoff: full(&sections.handoff),
    })
}

fn tail(text: &str, characters: usize) -> String {
    let skip = text.chars().count().saturating_sub(characters);
    text.chars().skip(skip).collect()
}

/// The whole prompt: the template's words and, as its last line, the marker that confirms its arrival.
pub(super) fn render(
    prompts: &Prompts,
    context: &PromptContext,
    prompt: &PromptKind,
    blobs: &Blobs,
    run: &RunId,
    effect: EffectId,
) -> Result<String, PromptError> {
    let words = match prompt {
        PromptKind::Phase { template } => prompts.render(template, context)?,
        PromptKind::Continue { .. } => prompts.render("continue", context)?,
        PromptKind::Remind => prompts.render("remind", context)?,
        PromptKind::Resume => prompts.render("resume", context)?,
        PromptKind::Say { text } => blobs.text(text).unwrap_or_else(|_| text.summary().to_owned()),
    };
    Ok(format!("{}\n\n{}", words.trim_end(), marker(run, effect)))
}

/// What goes before the first prompt of a session that takes over from a full one, or of one that its agent begins
/// anew because it kept nothing of it: what it must know, and its role's standing rules.
pub(super) fn hand_over(
    run: &Run,
    pane: &PaneId,
    anew: bool,
    prompts: &Prompts,
    context: &PromptContext,
) -> Option<Result<String, PromptError>> {
    let pane = run.panes.get(pane)?;
    let session = run.sessions.get(&pane.session)?;
    if !anew && (session.takes_over.is_none() || session.prompts > 0) {
        return None;
    }
    let contract = format!("contract_{}", pane.role);
    let words = prompts.render("hand_over", context).and_then(|words| {
        let known = prompts.names().any(|name| name == contract);
        let rules = if known { prompts.render(&contract, context)? } else { String::new() };
        Ok(format!("{}\n\n{}\n\n---\n\n", words.trim_end(), rules.trim_end()))
    });
    Some(words)
}
