//! Reports as text: the last block of known headings in an agent's final message. Strict: a section is found by its
//! heading alone, and a verdict only as the first word under "Next state".

use super::{Instruction, InstructionId, ReportSections, Text, Verdict, VerdictReport, WorkerReport};

const WORKER: [&str; 8] = [
    "task understood",
    "actions taken",
    "result",
    "validation",
    "diff / artifacts",
    "issues / risks / lessons",
    "worker recommendation / next steps",
    "stop / handoff",
];

/// The canonical heading and the others that mean the same.
const ANALYST: [(&str, &[&str]); 7] = [
    ("diagnosis", &["review", "diagnosis / review"]),
    ("hypothesis", &[]),
    ("worker instruction", &[]),
    ("validation", &["validation / risks"]),
    ("operational memory", &[]),
    ("next state", &[]),
    ("operator handoff", &[]),
];

/// Reads a worker's final message by its section headings. `None` when it holds none of them.
pub fn parse_worker_report(text: &str) -> Option<WorkerReport> {
    let known = |title: &str| {
        let title = with_slashes(title);
        WORKER.iter().position(|name| *name == title)
    };
    let block = last_block(text, known, false)?;
    let mut sections = ReportSections::default();
    for ((_, body), slot) in block.sections.iter().zip(sections.texts_mut()) {
        *slot = Text::from(body.trim());
    }
    let instruction_id = block
        .lines_before
        .iter()
        .rev()
        .chain(block.lines_inside.iter())
        .find_map(|line| instruction_id(line));
    Some(WorkerReport { instruction_id, status: None, sections })
}

/// Reads an analyst's final message by its section headings. `None` when no verdict stands where it must.
pub fn parse_verdict_report(text: &str) -> Option<VerdictReport> {
    let known = |title: &str| {
        let title = with_slashes(title);
        ANALYST.iter().position(|(name, others)| *name == title || others.contains(&title.as_str()))
    };
    let block = last_block(text, known, true)?;
    let section = |index: usize| block.sections.get(index).map_or("", |(_, body)| body.trim());
    let next_state = section(5);
    let (verdict, why) = verdict(next_state)?;
    let reason: Vec<String> =
        [("Diagnosis", section(0)), ("Hypothesis", section(1)), ("Validation", section(3))]
            .into_iter()
            .filter(|(_, body)| !is_none(body))
            .map(|(name, body)| format!("{name}: {body}"))
            .chain((!why.is_empty()).then(|| why.to_owned()))
            .collect();
    let instruction =
        (verdict == Verdict::NeedsWorker && !is_none(section(2))).then(|| instruction(section(2)));
    let questions = match verdict {
        Verdict::NeedsOperator => items_or_whole(section(6)),
        Verdict::NeedsWorker | Verdict::Done | Verdict::Abort => Vec::new(),
    };
    Some(VerdictReport {
        verdict,
        reason: Text::from(reason.join("\n\n")),
        instruction,
        memory: items_or_whole(section(4)),
        questions,
    })
}

/// The sections of one block, in the order of the known headings; an absent one is empty.
struct Block<'text> {
    sections: Vec<(bool, String)>,
    lines_before: Vec<&'text str>,
    lines_inside: Vec<&'text str>,
}

/// A heading that repeats begins a new block: an earlier draft or a quoted one does not mix with the last.
fn last_block(text: &str, known: impl Fn(&str) -> Option<usize>, is_analyst: bool) -> Option<Block<'_>> {
    let count = if is_analyst { ANALYST.len() } else { WORKER.len() };
    let empty = || vec![(false, String::new()); count];
    let mut sections = empty();
    let mut open: Option<usize> = None;
    let (mut lines_before, mut lines_inside) = (Vec::new(), Vec::new());
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let trimmed = line.trim_start();
        match fence {
            Some(mark) if trimmed.starts_with(mark) => fence = None,
            Some(_) => {}
            None => fence = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)),
        }
        let heading = if fence.is_none() { heading(line) } else { None };
        let found = heading.and_then(|(title, rest)| {
            known(&title).map(|index| (index, rest)).or_else(|| {
                // `## Next state: DONE` on one line.
                let (title, value) = title.split_once(':')?;
                known(title.trim()).map(|index| (index, value.trim().to_owned()))
            })
        });
        if let Some((index, rest)) = found {
            if sections[index].0 {
                sections = empty();
                lines_before.append(&mut lines_inside);
            }
            sections[index] = (true, rest);
            open = Some(index);
            continue;
        }
        // Another heading of the same or a higher level inside a section belongs to its text.
        if let Some(index) = open {
            sections[index].1.push('\n');
            sections[index].1.push_str(line);
            lines_inside.push(line);
        } else {
            lines_before.push(line);
        }
    }
    open.map(|_| Block { sections, lines_before, lines_inside })
}

/// The title of a heading line, with numbering, emphasis and a final colon taken off; and nothing after it.
fn heading(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let title = line.trim_start_matches('#');
    let indented = line.len() - title.len();
    if indented == 0 || indented > 6 || !title.starts_with([' ', '\t', '*']) {
        return None;
    }
    let title = title.trim().trim_end_matches('#').trim().trim_matches(['*', '_', '`']).trim();
    let unnumbered = title.trim_start_matches(|character: char| character.is_ascii_digit());
    let title = if unnumbered.len() < title.len() {
        unnumbered.strip_prefix(['.', ')', ':']).unwrap_or(title).trim()
    } else {
        title
    };
    let title =
        title.trim_matches(['*', '_', '`']).trim_end_matches(':').trim_matches(['*', '_', '`']).trim();
    Some((title.to_owned(), String::new()))
}

/// Lower case, single blanks, and one blank on each side of a slash.
fn with_slashes(title: &str) -> String {
    let spaced = title.to_lowercase().replace('/', " / ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first word, which must be a verdict as it is written, and what comes after it.
fn verdict(section: &str) -> Option<(Verdict, &str)> {
    let section = section.trim_start_matches(|character: char| {
        character.is_whitespace() || matches!(character, '*' | '_' | '`' | '-' | '>')
    });
    let end = section
        .find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .unwrap_or(section.len());
    let (word, rest) = section.split_at(end);
    let word = word.trim_end_matches('_');
    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word)?;
    let rest = rest.trim_start_matches(|character: char| {
        character.is_whitespace() || matches!(character, '*' | '`' | ':' | '.' | '-' | '–' | '—' | ',')
    });
    Some((verdict, rest.trim()))
}

/// The id on a line `Instruction id: X`.
fn instruction_id(line: &str) -> Option<InstructionId> {
    let (label, value) = labelled(line)?;
    (label == "instruction id").then_some(())?;
    let id = value.trim().trim_matches(['`', '"', '<', '>', '*', '_']).trim_end_matches('.').trim();
    (!id.is_empty()).then(|| InstructionId::new(id))
}

/// `Label: value`, as a plain line, a list item or in bold; the label in lower case.
fn labelled(line: &str) -> Option<(String, &str)> {
    let line = line.trim().trim_start_matches(['-', '*', '#', ' ', '_']);
    let (label, value) = line.split_once(':')?;
    let label = label.trim().trim_matches(['*', '_', '`']).trim().to_lowercase();
    (!label.is_empty() && label.len() <= 40).then(|| (label, value.trim_start_matches(['*', '_']).trim()))
}

/// What the analyst wrote under "Worker instruction": labelled parts, and the rest as the goal.
fn instruction(section: &str) -> Instruction {
    let mut id = InstructionId::new("");
    let mut goal: Vec<&str> = Vec::new();
    let mut lists: [Vec<String>; 4] = Default::default();
    // `None`: the goal.
    let mut part: Option<usize> = None;
    for line in section.lines() {
        if let Some(named) = instruction_id(line).filter(|_| id.as_str().is_empty()) {
            id = named;
            continue;
        }
        // Only a line that begins a part is a label; an item with a colon stays an item.
        let label = labelled(line).filter(|_| !line.trim_start().starts_with("- "));
        let found = label.as_ref().and_then(|(label, value)| Some((part_of(label)?, *value)));
        match (found, part) {
            (Some((of, value)), _) => {
                part = of;
                match of {
                    Some(index) => lists[index].extend(item(value)),
                    None if value.is_empty() => {}
                    None => goal.push(value),
                }
            }
            (None, Some(index)) => lists[index].extend(item(line)),
            (None, None) => goal.push(line),
        }
    }
    let [files, commands, stop_when, report] = lists;
    Instruction { id, goal: Text::from(goal.join("\n").trim()), files, commands, stop_when, report }
}

/// `Some(None)` is the goal.
#[expect(clippy::option_option, reason = "not a label, the goal, or one of the lists")]
fn part_of(label: &str) -> Option<Option<usize>> {
    match label {
        "goal" => Some(None),
        "files" => Some(Some(0)),
        "commands" => Some(Some(1)),
        "stop when" | "stop conditions" => Some(Some(2)),
        "report" => Some(Some(3)),
        _ => None,
    }
}

/// One line of a list without its bullet; nothing for an empty one or "none".
fn item(line: &str) -> Option<String> {
    let line = line.trim();
    let line = line.strip_prefix(['-', '*', '+', '•']).map_or(line, str::trim);
    let is_code =
        line.len() > 2 && line.starts_with('`') && line.ends_with('`') && line.matches('`').count() == 2;
    let line = if is_code { &line[1..line.len() - 1] } else { line };
    (!is_none(line)).then(|| line.to_owned())
}

fn items_or_whole(section: &str) -> Vec<String> {
    let is_bullet = |line: &str| line.trim_start().starts_with(['-', '*', '+', '•']);
    let numbered = |line: &str| {
        let line = line.trim_start();
        let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
        rest.len() < line.len() && rest.starts_with(['.', ')'])
    };
    let mut items: Vec<String> = Vec::new();
    for line in section.lines().filter(|line| !line.trim().is_empty()) {
        let is_new = is_bullet(line) || numbered(line) || items.is_empty();
        match items.last_mut().filter(|_| !is_new) {
            // A wrapped item goes on.
            Some(last) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            None => items.extend(item(line)),
        }
    }
    items
}

fn is_none(body: &str) -> bool {
    let body = body.trim().trim_end_matches('.');
    body.is_empty() || ["none", "n/a", "-"].iter().any(|word| body.eq_ignore_ascii_case(word))
}
