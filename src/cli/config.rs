//! Settings on the command line: what holds and why, and changing one. The screen's settings go the same way.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::print;
use super::trust::commands;
use crate::project::write_settings;
use crate::settings::{DiffLine, Edit, Layer, Planned, plan};

pub(super) fn show(context: &Context, json: bool) -> Result<Exit, Problem> {
    let settings = context.settings()?;
    if json {
        let entries: Vec<_> = settings
            .provenance()
            .iter()
            .map(|entry| {
                serde_json::json!({
                    "key": entry.key,
                    "value": entry.value,
                    "layer": entry.layer.as_str(),
                    "file": entry.file,
                    "line": entry.line,
                })
            })
            .collect();
        print::json(&entries);
        return Ok(Exit::Done);
    }
    for entry in settings.provenance() {
        let place = match (&entry.file, entry.line) {
            (Some(file), Some(line)) => format!(" {}:{line}", file.display()),
            (Some(file), None) => format!(" {}", file.display()),
            (None, _) => String::new(),
        };
        print::line(&format!("{:<32} {:<24} {}{place}", entry.key, entry.value, entry.layer.as_str()));
    }
    Ok(Exit::Done)
}

/// Sets or takes out one key, in the project's file unless the user's own is asked for.
pub(super) fn change(context: &Context, edit: &Edit, user: bool, dry: bool) -> Result<Exit, Problem> {
    let layer = if user { Layer::User } else { Layer::Project };
    let planned = planned(context, layer, std::slice::from_ref(edit))
        .map_err(|reason| Problem::usage(format!("nothing was written: {reason}")))?;
    let path = planned.path.display();
    if !planned.is_change() {
        print::line(&format!("{path} says so already"));
        return Ok(Exit::Done);
    }
    print::line(&path.to_string());
    for line in planned.diff() {
        print::line(&as_text(&line));
    }
    if dry {
        print::line("nothing was written: it was only asked what would change");
        return Ok(Exit::Done);
    }
    for remark in save(context, &planned, std::slice::from_ref(edit)).map_err(Problem::failed)? {
        print::line(&remark);
    }
    Ok(Exit::Done)
}

fn as_text(line: &DiffLine) -> String {
    match line {
        DiffLine::Same(text) => format!("  {text}"),
        DiffLine::Removed(text) => format!("- {text}"),
        DiffLine::Added(text) => format!("+ {text}"),
        DiffLine::Gap => "  ...".to_owned(),
    }
}

/// What these edits would make of a file; the reason, in one line, why they cannot be made.
pub(super) fn planned(context: &Context, layer: Layer, edits: &[Edit]) -> Result<Planned, String> {
    plan(&context.sources(), layer, edits).map_err(|error| error.to_string())
}

/// Writes it. What is to be known about it, in sentences.
pub(super) fn save(context: &Context, planned: &Planned, edits: &[Edit]) -> Result<Vec<String>, String> {
    let before = commands(context).ok().flatten();
    write_settings(&planned.path, planned.before.as_deref(), &planned.after)
        .map_err(|error| error.to_string())?;
    let of_screens = edits.iter().all(|edit| edit.key.starts_with("ui."));
    let when = if of_screens {
        "screens have it from their next start on"
    } else {
        "it counts from the next run on"
    };
    let mut remarks = vec![format!("written; {when}")];
    for entry in &planned.overruled {
        remarks.push(format!(
            "but {} = {} of the {} holds here ({}): a later layer wins",
            entry.key,
            entry.value,
            entry.layer.as_str(),
            entry.source
        ));
    }
    for problem in &planned.left {
        remarks.push(format!("a mistake of before is still there: {problem}"));
    }
    if planned.layer == Layer::Project
        && let Ok(Some(after)) = commands(context)
        && !context.folders.trusts(&after.sha256)
    {
        // The operator's own change of something else takes no trust away; new commands want a word of their own.
        let known = before
            .filter(|before| before.commands == after.commands && context.folders.trusts(&before.sha256));
        match known {
            Some(_) => context
                .folders
                .trust(&after.sha256)
                .map_err(|error| format!("written, but that you trust it cannot be kept: {error}"))?,
            None => remarks
                .push("the file names commands: `awtui trust` shows them and agrees to them".to_owned()),
        }
    }
    Ok(remarks)
}
