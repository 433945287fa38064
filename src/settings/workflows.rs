//! Workflow files: a graph of phases in TOML, read strictly and checked to be one that can run and end.
//!
//! The built-in workflow is such a file too. What a phase does is the domain's; here only its words are known.

use super::document::{Document, Origin, missing, read};
use super::problem::{Mistake, Place, Problem, nearest, none_or_all};
use super::schema::{Field, Given, Kind, Names, Schema, Section};
use super::{Folders, SettingsError, paths, prompts};
use crate::domain::{Phase, PhaseKind, PhaseName, ReportKind, RoleName, Route, Workflow};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const BUILT_IN: &str = "analyst-worker";
const BUILT_IN_TEXT: &str = include_str!("../../assets/workflows/analyst-worker.toml");

const ROUTES: [(&str, Route); 8] = [
    ("reported", Route::Reported),
    ("needs_worker", Route::NeedsWorker),
    ("needs_operator", Route::NeedsOperator),
    ("done", Route::Done),
    ("abort", Route::Abort),
    ("checked", Route::Checked),
    ("approved", Route::Approved),
    ("rejected", Route::Rejected),
];

const fn optional(key: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { key, kind, given: Given::Optional, about }
}

const fn required(key: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { key, kind, given: Given::Required, about }
}

pub(super) static WORKFLOW: Schema = Schema {
    sections: &[
        Section {
            path: &[],
            about: "The workflow.",
            names: Names::Free,
            built_in: &[],
            fields: &[
                required("name", Kind::Text, "What the workflow is called: the name of its file."),
                required("start", Kind::Text, "The phase that a run begins with."),
            ],
        },
        Section {
            path: &["phases", "*"],
            about: "A phase.",
            names: Names::Plain,
            built_in: &[],
            fields: &[
                required(
                    "kind",
                    Kind::Choice(&["agent", "check", "gate", "end"]),
                    "A turn of an agent, the checks of the settings, a question to the operator, or the end.",
                ),
                optional("role", Kind::Text, "kind = \"agent\": who works."),
                optional("prompt", Kind::Text, "kind = \"agent\": the prompt template."),
                optional(
                    "report",
                    Kind::Choice(&["result", "verdict"]),
                    "kind = \"agent\": what the agent must say at the end.",
                ),
                optional("question", Kind::Text, "kind = \"gate\": what is asked."),
            ],
        },
        Section {
            path: &["phases", "*", "on"],
            about: "Where each outcome leads.",
            names: Names::Free,
            built_in: &[],
            fields: &[
                optional("reported", Kind::Text, "The worker reported, whatever its status."),
                optional("needs_worker", Kind::Text, "Verdict NEEDS_WORKER."),
                optional("needs_operator", Kind::Text, "Verdict NEEDS_OPERATOR. Left out: a gate."),
                optional("done", Kind::Text, "Verdict DONE, confirmed if the settings say so."),
                optional("abort", Kind::Text, "Verdict ABORT, confirmed."),
                optional("checked", Kind::Text, "All checks ran, whatever they said."),
                optional("approved", Kind::Text, "The operator approved the gate."),
                optional("rejected", Kind::Text, "The operator rejected the gate."),
            ],
        },
    ],
};

pub(super) fn names(folders: &Folders) -> Vec<String> {
    let mut names = folders.stems("workflows", "toml");
    names.push(BUILT_IN.to_owned());
    names.sort();
    names.dedup();
    names
}

pub(super) fn load(name: &str, folders: &Folders, roles: &[&str]) -> Result<Workflow, SettingsError> {
    let plain = super::schema::is_plain(name);
    let file = folders.find(&PathBuf::from("workflows").join(format!("{name}.toml"))).filter(|_| plain);
    let (text, path) = match file {
        Some(path) => (paths::text(&path)?.unwrap_or_default(), path),
        None if name == BUILT_IN => (BUILT_IN_TEXT.to_owned(), PathBuf::from("analyst-worker.toml")),
        None => {
            return Err(SettingsError::unknown("workflow", name, names(folders).iter().map(String::as_str)));
        }
    };
    let prompts = prompts::names(folders);
    parse(name, &text, &path, roles, &prompts)
}

fn parse(
    name: &str,
    text: &str,
    path: &Path,
    roles: &[&str],
    prompts: &[String],
) -> Result<Workflow, SettingsError> {
    let mut document = read(&WORKFLOW, text, &Origin::File(path));
    let top = Place::File { path: path.to_path_buf(), line: 1 };
    document.tables.insert(Vec::new(), top);
    let mut problems = std::mem::take(&mut document.problems);
    problems.extend(missing(&WORKFLOW, &document));
    // Only a file whose words are right is worth asking whether its graph is.
    none_or_all(problems)?;
    let mut reading = Reading { document: &document, roles, prompts, problems: Vec::new() };
    let workflow = reading.workflow(name);
    none_or_all(reading.problems)?;
    Ok(workflow)
}

struct Reading<'a> {
    document: &'a Document,
    roles: &'a [&'a str],
    prompts: &'a [String],
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn report(&mut self, path: &[&str], message: String) {
        let place = self.document.place(path);
        self.problems.push(Problem { place, mistake: Mistake::Invalid(message) });
    }

    fn workflow(&mut self, file_name: &str) -> Workflow {
        let document = self.document;
        let text = |key| document.text(&[key]).unwrap_or_default().to_owned();
        let (name, start) = (text("name"), text("start"));
        if name != file_name {
            self.report(
                &["name"],
                format!("\"name\" is \"{name}\", but the file is called {file_name}.toml"),
            );
        }
        let phases: BTreeMap<PhaseName, Phase> = document
            .names(&["phases"])
            .into_iter()
            .map(|name| {
                let phase = self.phase(&name);
                (PhaseName(name), phase)
            })
            .collect();
        let workflow = Workflow { name, start: PhaseName(start), phases };
        self.graph(&workflow);
        workflow
    }

    fn phase(&mut self, name: &str) -> Phase {
        let kind = self.kind(name);
        let possible: &[&str] = match &kind {
            PhaseKind::Agent { report: ReportKind::Verdict, .. } => {
                &["needs_worker", "needs_operator", "done", "abort"]
            }
            PhaseKind::Agent { report: ReportKind::Result, .. } => &["reported"],
            PhaseKind::Check => &["checked"],
            PhaseKind::Gate { .. } => &["approved", "rejected"],
            PhaseKind::End => &[],
        };
        let mut on = BTreeMap::new();
        for (key, route) in ROUTES {
            let path = ["phases", name, "on", key];
            let Some(target) = self.document.text(&path) else { continue };
            if !possible.contains(&key) {
                let outcomes = if possible.is_empty() { "none".to_owned() } else { possible.join(", ") };
                self.report(
                    &path,
                    format!("phase \"{name}\" never ends with \"{key}\"; its outcomes: {outcomes}"),
                );
            }
            on.insert(route, PhaseName(target.to_owned()));
        }
        Phase { kind, on }
    }

    fn kind(&mut self, name: &str) -> PhaseKind {
        let document = self.document;
        let word = |key: &str| document.text(&["phases", name, key]);
        let kind = word("kind").unwrap_or_default();
        let wanted: &[&str] = match kind {
            "agent" => &["role", "prompt", "report"],
            "gate" => &["question"],
            _ => &[],
        };
        for key in ["role", "prompt", "report", "question"] {
            let path = ["phases", name, key];
            if wanted.contains(&key) && word(key).is_none_or(|text| text.trim().is_empty()) {
                self.report(&path, format!("phase \"{name}\" of kind \"{kind}\" needs \"{key}\""));
            } else if !wanted.contains(&key) && word(key).is_some() {
                self.report(&path, format!("phase \"{name}\" of kind \"{kind}\" has no \"{key}\""));
            }
        }
        let text = |key| word(key).unwrap_or_default().to_owned();
        match kind {
            "agent" => {
                let (role, prompt) = (text("role"), text("prompt"));
                if !role.is_empty() && !self.roles.contains(&role.as_str()) {
                    let known = self.roles.iter().copied();
                    let hint = or_else_add(nearest(&role, known), &format!("add [roles.{role}]"));
                    self.report(
                        &["phases", name, "role"],
                        format!("phase \"{name}\": no role is called \"{role}\" in the settings; {hint}"),
                    );
                }
                if !prompt.is_empty() && !self.prompts.contains(&prompt) {
                    let known = self.prompts.iter().map(String::as_str);
                    let hint = or_else_add(nearest(&prompt, known), &format!("add prompts/{prompt}.md"));
                    self.report(
                        &["phases", name, "prompt"],
                        format!("phase \"{name}\": no prompt is called \"{prompt}\"; {hint}"),
                    );
                }
                let report =
                    if word("report") == Some("result") { ReportKind::Result } else { ReportKind::Verdict };
                PhaseKind::Agent { role: RoleName::new(role), prompt, report }
            }
            "check" => PhaseKind::Check,
            "gate" => PhaseKind::Gate { question: text("question") },
            _ => PhaseKind::End,
        }
    }

    fn graph(&mut self, workflow: &Workflow) {
        let known: Vec<&str> = workflow.phases.keys().map(PhaseName::as_str).collect();
        let unknown = |target: &PhaseName| {
            let hint = or_else_add(
                nearest(target.as_str(), known.iter().copied()),
                &format!("add [phases.{target}]"),
            );
            format!("no phase is called \"{target}\"; {hint}")
        };
        if workflow.phase(&workflow.start).is_none() {
            return self.report(&["start"], unknown(&workflow.start));
        }
        let before = self.problems.len();
        for (name, phase) in &workflow.phases {
            for (route, target) in &phase.on {
                if workflow.phase(target).is_none() {
                    let key = ROUTES.iter().find(|(_, one)| one == route).map_or("on", |(key, _)| *key);
                    self.report(&["phases", name.as_str(), "on", key], unknown(target));
                }
            }
        }
        if self.problems.len() > before {
            return;
        }
        let reached = reachable(workflow);
        for name in workflow.phases.keys().filter(|name| !reached.contains(name)) {
            self.report(
                &["phases", name.as_str(), "kind"],
                format!("no route leads to phase \"{name}\" from \"{}\"", workflow.start),
            );
        }
        let ends = |name: &&PhaseName| {
            workflow.phase(name).is_some_and(|phase| matches!(phase.kind, PhaseKind::End))
        };
        if !reached.iter().any(ends) {
            self.report(
                &["start"],
                "no route leads to a phase of kind \"end\": the run could never end".to_owned(),
            );
        }
    }
}

fn reachable(workflow: &Workflow) -> BTreeSet<&PhaseName> {
    let mut reached = BTreeSet::from([&workflow.start]);
    let mut open = vec![&workflow.start];
    while let Some(name) = open.pop() {
        for target in workflow.phase(name).into_iter().flat_map(|phase| phase.on.values()) {
            if reached.insert(target) {
                open.push(target);
            }
        }
    }
    reached
}

fn or_else_add(meant: Option<String>, otherwise: &str) -> String {
    meant.map_or_else(|| otherwise.to_owned(), |nearest| format!("did you mean \"{nearest}\"?"))
}
