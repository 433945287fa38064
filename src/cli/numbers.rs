//! Where the numbers of a run come from, in words: for `ledger --explain` and `doctor`. Ages are as of the run's newest
//! record: what came after it, nobody told.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::{named, print, show};
use crate::domain::{Explanation, Figure, RoleName, Run, RunId, Subject, provenance};
use serde_json::json;

/// The label that `doctor` gives these findings.
pub(super) const NUMBERS: &str = "numbers";

/// All sums of a run, what would stop it first, and each of its roles.
pub(super) fn explain(run: &Run, json: bool) -> Exit {
    let roles: Vec<&RoleName> = run.roles.keys().collect();
    let figures = [Figure::Spend(Subject::Run), Figure::Bounds]
        .into_iter()
        .chain(roles.into_iter().map(|role| Figure::Role(role.clone())));
    let told: Vec<Explanation> = figures.map(|figure| provenance(run, &figure, run.now)).collect();
    if json {
        let list: Vec<_> = told
            .iter()
            .flat_map(|told| told.lines.iter().map(|line| (&told.title, line)))
            .map(|(of, line)| json!({"of": of, "what": line.label, "words": line.text, "differs": line.differs}))
            .collect();
        print::json(&list);
        return Exit::Done;
    }
    for told in &told {
        print::line(&told.title);
        for line in &told.lines {
            let mark = if line.differs { "!" } else { " " };
            print::line(&format!("{mark} {:<12} {}", line.label, line.text));
        }
    }
    Exit::Done
}

/// For `doctor`: of each role of the newest run who told its state, its context and its spend, and who disagrees.
pub(super) fn findings(context: &Context) -> Result<Vec<(bool, String)>, Problem> {
    let Ok(newest) = named::find(&context.folders.run_ids(), "last") else {
        return Ok(vec![(true, "no run yet that could be looked at".to_owned())]);
    };
    let run = show::folded(context, &newest)?;
    let mut findings = vec![(true, of(&newest))];
    for role in run.roles.keys() {
        let told = provenance(&run, &Figure::Sources(role.clone()), run.now);
        let mut label = "";
        for line in told.lines {
            if !line.label.is_empty() {
                label = line.label;
            }
            findings.push((!line.differs, format!("{role} {label}: {}", line.text)));
        }
    }
    Ok(findings)
}

fn of(run: &RunId) -> String {
    format!("of {run}, with ages as of its newest record")
}
