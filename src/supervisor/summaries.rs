//! One run in a line. Made from its journal once, then kept beside it until the journal moves.

use super::start::fold;
use crate::domain::{Binding, Run, RunId, RunSummary, explain};
use crate::journal;
use crate::project::ProjectFolders;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// How the journal looked when the summary was made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u128,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// Of awtui: another one may count otherwise.
    version: String,
    stamp: Stamp,
    summary: RunSummary,
}

/// The summaries of runs that nobody serves, as far as they were asked for.
#[derive(Default)]
pub(super) struct Summaries {
    known: BTreeMap<RunId, (Stamp, RunSummary)>,
}

impl Summaries {
    /// Of all runs but those that somebody serves.
    pub(super) fn all(&mut self, folders: &ProjectFolders, served: &BTreeSet<RunId>) -> Vec<RunSummary> {
        let others = folders.run_ids().into_iter().filter(|run| !served.contains(run));
        let summaries = others.filter_map(|run| self.of(folders, &run));
        // The mark is no part of the journal.
        summaries
            .map(|summary| RunSummary { archived: folders.is_archived(&summary.run), ..summary })
            .collect()
    }

    /// The run is there no more.
    pub(super) fn forget(&mut self, run: &RunId) {
        self.known.remove(run);
    }

    /// `None` when its journal cannot be read.
    pub(super) fn of(&mut self, folders: &ProjectFolders, run: &RunId) -> Option<RunSummary> {
        let stamp = stamp(&folders.journal(run))?;
        if let Some((at, summary)) = self.known.get(run)
            && *at == stamp
        {
            return Some(summary.clone());
        }
        let path = folders.run(run).join("summary.json");
        let summary = match read(&path).filter(|kept| kept.stamp == stamp) {
            Some(kept) => kept.summary,
            None => {
                let made = make(folders, run)?;
                keep(&path, stamp, &made);
                made
            }
        };
        self.known.insert(run.clone(), (stamp, summary.clone()));
        Some(summary)
    }
}

fn stamp(journal: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(journal).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(Stamp { bytes: metadata.len(), modified })
}

fn read(path: &Path) -> Option<Kept> {
    let kept: Kept = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    (kept.version == env!("CARGO_PKG_VERSION")).then_some(kept)
}

fn make(folders: &ProjectFolders, run: &RunId) -> Option<RunSummary> {
    let loaded = journal::read(&folders.journal(run)).ok()?;
    let state = fold(&loaded.records);
    let folder = folders.run_folder(run, &state.directory);
    summary(&state, folder.path(), false)
}

/// It can be made again at any time, so that a failure is none. The name is changed last: a reader sees it whole.
fn keep(path: &Path, stamp: Stamp, summary: &RunSummary) {
    let kept = Kept { version: env!("CARGO_PKG_VERSION").to_owned(), stamp, summary: summary.clone() };
    let new = path.with_extension(format!("json.{}", std::process::id()));
    let written = serde_json::to_vec(&kept).map_err(std::io::Error::from).and_then(|bytes| {
        let mut file =
            std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
        file.write_all(&bytes)?;
        std::fs::rename(&new, path)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
}

pub(super) fn summary(run: &Run, folder: &Path, live: bool) -> Option<RunSummary> {
    Some(RunSummary {
        run: run.id.clone()?,
        task: run.task.first_line().to_owned(),
        phase: run.summary_phase().as_str().to_owned(),
        live: live && !run.is_over(),
        created: run.created.wall,
        ended: run.ended.map(|ended| ended.wall),
        steps: u32::try_from(run.steps.len()).unwrap_or(u32::MAX),
        open_gates: u32::try_from(run.open_gates().count()).unwrap_or(u32::MAX),
        cost: run.ledger.total.cost,
        cost_incomplete: run.ledger.total.is_partial(),
        spent: run.ledger.total.spent(),
        folder: folder.display().to_string(),
        says: explain(run),
        waiting_since: waiting_since(run),
        archived: false,
        bindings: run.config.as_ref().map_or_else(Vec::new, |config| {
            let bound = config.roles.iter().map(|(role, bound)| Binding {
                role: role.clone(),
                agent: bound.agent.name.clone(),
                model: bound.model.clone(),
            });
            bound.collect()
        }),
    })
}

/// Since when a person is waited for: by the gate that is open longest, else by a pause.
fn waiting_since(run: &Run) -> Option<u64> {
    let gate = run.open_gates().map(|gate| gate.opened.wall).min();
    gate.or_else(|| run.pause.as_ref().filter(|_| !run.is_busy()).map(|pause| pause.at.wall))
}

/// The runs whose journals can be read.
pub fn stored_summaries(folders: &ProjectFolders) -> Vec<RunSummary> {
    Summaries::default().all(folders, &BTreeSet::new())
}
