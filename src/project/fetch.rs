//! What a screen looks at: texts of the run's facts, files of its folder, and what git keeps of a step.
//!
//! Everything is answered in parts, so that a file of any size is opened at once. Nothing is followed out of the folder.

use super::artifacts::{self, ArtifactError};
use super::{checkpoint, step_file, transcript};
use crate::domain::{Fetch, Piece, Record, RoleName, Run, Step, StepNumber, Text};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Resolves a text that lies in a blob; the reason when it is not kept.
pub type Full<'a> = &'a (dyn Fn(&Text) -> Result<String, String> + Sync);

fn step_of(run: &Run, number: StepNumber) -> Result<&Step, String> {
    run.step(number).ok_or_else(|| format!("the run has no step {number}"))
}

/// The conversation with a role, as Markdown.
pub fn transcript<'a>(
    run: &Run,
    records: impl Iterator<Item = &'a Record>,
    role: &RoleName,
    full: Full<'_>,
) -> String {
    let quoted = |text: &Text| full(text).unwrap_or_else(|reason| format!("{}\n({reason})", text.summary()));
    transcript::markdown(run, records, role, &quoted)
}

/// The text of something that the facts hold. `Ok(None)`: they do not hold it.
pub fn text(run: &Run, what: &Fetch, full: Full<'_>) -> Result<Option<String>, String> {
    match what {
        Fetch::Blob { sha256 } => {
            let first_line = String::new();
            full(&Text::Blob { sha256: sha256.clone(), bytes: 0, first_line }).map(Some)
        }
        Fetch::Prompt { step } => {
            let step = step_of(run, *step)?;
            if step.prompt.is_empty() {
                return Err(format!("no prompt was sent in step {} yet", step.number));
            }
            full(&step.prompt).map(Some)
        }
        Fetch::Report { step } => {
            let step = step_of(run, *step)?;
            let quoted =
                |text: &Text| full(text).unwrap_or_else(|reason| format!("{}\n\n({reason})", text.summary()));
            Ok(Some(step_file::reading(run, step, &quoted)))
        }
        Fetch::CheckLog { step, check } => {
            let step = step_of(run, *step)?;
            let index = usize::try_from(*check).unwrap_or(usize::MAX);
            let (_, result) =
                step.evidence.checks.get(index).ok_or_else(|| {
                    format!("step {} has {} checks", step.number, step.evidence.checks.len())
                })?;
            full(&result.output).map(Some)
        }
        Fetch::Diff { step, file: None } => match &step_of(run, *step)?.evidence.diff {
            Some(diff) => full(&diff.patch).map(Some),
            None => Ok(None),
        },
        Fetch::Diff { .. }
        | Fetch::Changes
        | Fetch::File { .. }
        | Fetch::Transcript { .. }
        | Fetch::Unknown => Ok(None),
    }
}

/// The patch of a step as git knows it: of one file, or of what was changed so far in a step that goes on.
pub async fn diff(
    run: &Run,
    number: StepNumber,
    file: Option<&str>,
    run_folder: &Path,
) -> Result<String, String> {
    let step = step_of(run, number)?;
    let none =
        || format!("there is no diff evidence for step {number}: no git repository here, or no checkpoint");
    let before = step.evidence.before.as_deref().ok_or_else(none)?;
    let directory = Path::new(&run.directory);
    let patch = match (&step.evidence.after, step.is_over()) {
        (Some(after), _) => checkpoint::patch(directory, before, after, file).await,
        (None, false) => checkpoint::patch_so_far(directory, run_folder, before, file).await,
        (None, true) => return Err(none()),
    };
    patch.map_err(|error| error.to_string())
}

/// The patch from the run's first checkpoint to its last one, or to the work tree while a step goes on.
pub async fn changes(run: &Run, run_folder: &Path) -> Result<String, String> {
    let evidence = || run.steps.iter().map(|step| &step.evidence);
    let before = evidence().find_map(|evidence| evidence.before.as_deref());
    let before = before.ok_or("there is no diff of this run: no git repository here, or no checkpoint")?;
    let directory = Path::new(&run.directory);
    let goes_on = run.steps.last().is_some_and(|step| step.evidence.before.is_some() && !step.is_over());
    let patch = match evidence().rev().find_map(|evidence| evidence.after.as_deref()) {
        Some(after) if !goes_on => checkpoint::patch(directory, before, after, None).await,
        Some(_) | None => checkpoint::patch_so_far(directory, run_folder, before, None).await,
    };
    patch.map_err(|error| error.to_string())
}

/// A part of a file beneath the run's folder.
pub fn file(folder: &Path, path: &str, offset: u64, limit: u64) -> Result<Piece, ArtifactError> {
    let io = |error| ArtifactError::Io { path: path.to_owned(), error };
    let file = artifacts::open_beneath(folder, path)?;
    let total = file.metadata().map_err(io)?.len();
    let offset = offset.min(total);
    let length = usize::try_from(limit.min(total - offset)).unwrap_or(0);
    let mut bytes = vec![0; length];
    let mut read = 0;
    while read < length {
        match file.read_at(&mut bytes[read..], offset + read as u64).map_err(io)? {
            // It was cut meanwhile.
            0 => break,
            more => read += more,
        }
    }
    bytes.truncate(read);
    Ok(Piece { bytes, offset, total })
}
