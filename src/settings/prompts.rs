//! Prompt templates: the words that awtui sends to agents, rendered from what awtui knows.
//!
//! A template is `prompts/<name>.md` of the project, else of the user, else the one that awtui brings along. Words of
//! agents and of the operator only ever come in as values: they are never read as a template, and the filter `data` puts
//! them into a fence that they cannot close, the filter `line` onto one line. A tag of a template that stands alone on a
//! line leaves no line behind. A variable that does not exist is an error, not an empty place; [`VARIABLES`] lists those
//! that do.

use super::problem::{Mistake, Place, Problem, none_or_all};
use super::{Folders, SettingsError, paths};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;
use std::path::PathBuf;

/// What a template may use, and what each variable holds. Every variable is always there; those with a `?` may be none.
pub const VARIABLES: [(&str, &str); 17] = [
    ("task", "the operator's words"),
    ("run", "id of the run"),
    ("step", "number of the step: `0003`"),
    ("role", "name of the role that is spoken to"),
    ("directory", "root of the work tree"),
    ("round", "worker steps started"),
    ("max_rounds", "how many there may be; 0: no bound"),
    ("instruction?", "`id`, `goal`, and the lists `files`, `commands`, `stop_when`, `report`"),
    (
        "report?",
        "the worker's: `status?`, `incomplete`, and the texts `task_understood`, `actions_taken`, `result`, \
         `validation`, `artifacts`, `issues`, `recommendation`, `handoff`",
    ),
    ("checks", "list of `name`, `code?`, `passed`, `required`, `wall_ms`, `output`"),
    ("diff?", "`files` (list of `path`, `added?`, `removed?`) and `patch_excerpt`"),
    ("memory", "list of texts: operational memory"),
    ("notes", "list of texts: notes of the operator"),
    ("said", "list of texts: what the operator said for this prompt"),
    ("artifacts_folder", "where the agent may leave files, as a path"),
    ("missing", "list of the sections that a report lacked"),
    ("last_verdict?", "`verdict` and `reason`"),
];

/// Far more than any sensible template needs, far less than one that never ends.
const FUEL: u64 = 2_000_000;

/// What each template is for.
pub const PURPOSES: [(&str, &str); 10] = [
    ("plan", "the analyst's first prompt of a run"),
    ("execute", "the worker's prompt: one instruction"),
    ("review", "the analyst's prompt after each worker step, with evidence and claims"),
    ("continue", "the report lacked sections: go on with the same instruction"),
    ("remind", "no report or verdict was found: say it once more"),
    ("resume", "a turn was interrupted: go on where you were"),
    ("hand_over", "before the first prompt of a session that takes over from a full one"),
    ("compact", "focus instructions for a compaction; one line"),
    ("contract_analyst", "the analyst's standing rules, sent again after each compaction"),
    ("contract_worker", "the worker's standing rules, sent again after each compaction"),
];

const BUNDLED: [(&str, &str); 10] = [
    ("compact", include_str!("../../assets/prompts/compact.md")),
    ("continue", include_str!("../../assets/prompts/continue.md")),
    ("contract_analyst", include_str!("../../assets/prompts/contract_analyst.md")),
    ("contract_worker", include_str!("../../assets/prompts/contract_worker.md")),
    ("execute", include_str!("../../assets/prompts/execute.md")),
    ("hand_over", include_str!("../../assets/prompts/hand_over.md")),
    ("plan", include_str!("../../assets/prompts/plan.md")),
    ("remind", include_str!("../../assets/prompts/remind.md")),
    ("resume", include_str!("../../assets/prompts/resume.md")),
    ("review", include_str!("../../assets/prompts/review.md")),
];

/// The values of a template. The caller fills what it has.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PromptContext {
    pub task: String,
    pub run: String,
    pub step: String,
    pub role: String,
    pub directory: String,
    pub round: u32,
    pub max_rounds: u32,
    pub instruction: Option<InstructionContext>,
    pub report: Option<ReportContext>,
    pub checks: Vec<CheckContext>,
    pub diff: Option<DiffContext>,
    pub memory: Vec<String>,
    pub notes: Vec<String>,
    pub said: Vec<String>,
    pub artifacts_folder: String,
    pub missing: Vec<String>,
    pub last_verdict: Option<VerdictContext>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct InstructionContext {
    pub id: String,
    pub goal: String,
    pub files: Vec<String>,
    pub commands: Vec<String>,
    pub stop_when: Vec<String>,
    pub report: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ReportContext {
    pub status: Option<String>,
    pub incomplete: bool,
    pub task_understood: String,
    pub actions_taken: String,
    pub result: String,
    pub validation: String,
    pub artifacts: String,
    pub issues: String,
    pub recommendation: String,
    pub handoff: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CheckContext {
    pub name: String,
    pub code: Option<i32>,
    pub passed: bool,
    pub required: bool,
    pub wall_ms: u64,
    pub output: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DiffContext {
    pub files: Vec<FileContext>,
    pub patch_excerpt: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FileContext {
    pub path: String,
    pub added: Option<u64>,
    pub removed: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VerdictContext {
    pub verdict: String,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    #[error("no prompt is called \"{0}\"")]
    Unknown(String),
    #[error("{}:{line}: {reason}", path.display())]
    Template { path: PathBuf, line: usize, reason: String },
    #[error(
        "{}: the prompt begins with \"{first}\", which agents take for a command; begin it with a word",
        path.display()
    )]
    Command { path: PathBuf, first: char },
}

/// All templates, read once.
#[derive(Debug)]
pub struct Prompts {
    environment: Environment<'static>,
    files: Vec<(String, PathBuf)>,
}

/// The names of all templates in these folders and of those that awtui brings along.
pub(super) fn names(folders: &Folders) -> Vec<String> {
    let mut names = folders.stems("prompts", "md");
    names.extend(BUNDLED.iter().map(|(name, _)| (*name).to_owned()));
    names.sort();
    names.dedup();
    names
}

impl Prompts {
    /// Reads every template and tries each one out, so that a misspelt variable is found before a run needs it.
    pub fn load(folders: &Folders) -> Result<Self, SettingsError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(40);
        environment.set_syntax(
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default(),
        );
        environment.add_filter("data", fenced);
        environment.add_filter("line", one_line);
        let mut prompts = Self { environment, files: Vec::new() };
        let mut problems = Vec::new();
        for name in names(folders) {
            let file = folders.find(&PathBuf::from("prompts").join(format!("{name}.md")));
            let text = match &file {
                Some(path) => paths::text(path)?.unwrap_or_default(),
                None => bundled(&name).unwrap_or_default().to_owned(),
            };
            let path = file.unwrap_or_else(|| PathBuf::from(format!("prompts/{name}.md")));
            prompts.files.push((name.clone(), path.clone()));
            if let Err(error) = prompts.environment.add_template_owned(name.clone(), text) {
                problems.push(problem(failure(&error, path)));
            } else if let Err(error) = prompts.render(&name, &PromptContext::full()) {
                problems.push(problem(error));
            }
        }
        none_or_all(problems)?;
        Ok(prompts)
    }

    /// The text to send. `context` is a [`PromptContext`], or anything with the same fields.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, PromptError> {
        let path = self.path(name).ok_or_else(|| PromptError::Unknown(name.to_owned()))?;
        let text = self
            .environment
            .get_template(name)
            .and_then(|template| template.render(Value::from(Serde(context))))
            .map_err(|error| failure(&error, path.clone()))?;
        let text = text.trim();
        match text.chars().next() {
            Some(first @ ('/' | '!')) => Err(PromptError::Command { path, first }),
            Some(_) => Ok(text.to_owned()),
            None => {
                Err(PromptError::Template { path, line: 1, reason: "the prompt came out empty".to_owned() })
            }
        }
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.files.iter().find(|(known, _)| known == name).map(|(_, path)| path.clone())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, _)| name.as_str())
    }
}

/// The template that awtui brings along.
pub fn bundled(name: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

fn failure(error: &minijinja::Error, path: PathBuf) -> PromptError {
    let line = error.line().unwrap_or(1);
    let detail = error.detail().map_or_else(String::new, |detail| format!(" ({detail})"));
    #[expect(clippy::wildcard_enum_match_arm, reason = "foreign enum")]
    let reason = match error.kind() {
        ErrorKind::UndefinedError => {
            format!("a variable that no prompt has{detail}; the settings page of the docs lists them")
        }
        ErrorKind::OutOfFuel => "the template does not come to an end".to_owned(),
        kind => format!("{kind}{detail}"),
    };
    PromptError::Template { path, line, reason }
}

fn problem(error: PromptError) -> Problem {
    match error {
        PromptError::Template { path, line, reason } => {
            Problem { place: Place::File { path, line }, mistake: Mistake::Invalid(reason) }
        }
        PromptError::Command { ref path, .. } => {
            let place = Place::File { path: path.clone(), line: 1 };
            let message = "the prompt begins with \"/\" or \"!\", which agents take for a command; begin it with a word";
            Problem { place, mistake: Mistake::Invalid(message.to_owned()) }
        }
        PromptError::Unknown(name) => Problem {
            place: Place::BuiltIn,
            mistake: Mistake::Invalid(format!("no prompt is called \"{name}\"")),
        },
    }
}

/// Somebody's words between two lines of backticks, more of them than stand together anywhere in the words.
fn fenced(text: &str) -> String {
    let mut longest = 0;
    let mut current = 0;
    for letter in text.chars() {
        current = if letter == '`' { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}\n{fence}", text.trim_matches('\n'))
}

/// Somebody's words on one line, so that they cannot begin a line of their own.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl PromptContext {
    /// Every variable filled, to try templates out.
    pub fn full() -> Self {
        let text = |text: &str| text.to_owned();
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        Self {
            task: text("Make the parser accept empty input."),
            run: text("aw_20260102_030405_parser"),
            step: text("0003"),
            role: text("analyst"),
            directory: text("/home/ann/parser"),
            round: 2,
            max_rounds: 20,
            instruction: Some(InstructionContext {
                id: text("fix-empty-input"),
                goal: text("Return an empty list for empty input."),
                files: texts(&["src/parser.rs"]),
                commands: texts(&["cargo test parser"]),
                stop_when: texts(&["a public signature would have to change"]),
                report: texts(&["the new test's name"]),
            }),
            report: Some(ReportContext {
                status: Some(text("done")),
                incomplete: true,
                task_understood: text("Empty input gives an empty list."),
                actions_taken: text("Changed parse()."),
                result: text("Empty input works."),
                validation: text("cargo test parser: 12 passed"),
                artifacts: text("src/parser.rs"),
                issues: text("none"),
                recommendation: text("Review."),
                handoff: text("Stopped as asked."),
            }),
            checks: vec![CheckContext {
                name: text("tests"),
                code: Some(101),
                passed: false,
                required: true,
                wall_ms: 4200,
                output: text("test empty ... FAILED"),
            }],
            diff: Some(DiffContext {
                files: vec![
                    FileContext { path: text("src/parser.rs"), added: Some(4), removed: Some(1) },
                    FileContext { path: text("logo.png"), added: None, removed: None },
                ],
                patch_excerpt: text("+    return Vec::new();"),
            }),
            memory: texts(&["cargo test takes 40 s"]),
            notes: texts(&["Keep the public API."]),
            said: texts(&["Look at the lexer too."]),
            artifacts_folder: text("tmp/aw_20260102_030405_parser/artifacts"),
            missing: texts(&["Validation"]),
            last_verdict: Some(VerdictContext {
                verdict: text("NEEDS_WORKER"),
                reason: text("Tests are missing."),
            }),
        }
    }
}
