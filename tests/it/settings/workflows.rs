use super::built_in;
use awtui::domain::Workflow;
use awtui::settings::{Settings, Sources};
use std::path::Path;

const BUILT_IN: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/workflows/analyst-worker.toml"));

/// The built-in workflow with one text replaced by another, loaded as the project's own `mine`.
fn changed(from: &str, to: &str) -> Result<Workflow, String> {
    let text = BUILT_IN.replace("name = \"analyst-worker\"", "name = \"mine\"");
    assert!(text.contains(from), "{from}");
    load_mine(&text.replace(from, to))
}

fn load_mine(text: &str) -> Result<Workflow, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("workflows")).unwrap();
    std::fs::write(folder.path().join("workflows/mine.toml"), text).unwrap();
    let project = Some(folder.path().join("config.toml"));
    let settings = Settings::load(&Sources { project, ..Sources::default() }).unwrap();
    assert_eq!(settings.workflow_names(), ["analyst-worker", "mine"]);
    settings.workflow("mine").map_err(|error| {
        let line = error.to_string();
        let start = format!("{}:", folder.path().join("workflows/mine.toml").display());
        line.strip_prefix(&start).unwrap_or(&line).to_owned()
    })
}

#[test]
fn the_built_in_file_is_the_workflow_that_the_domain_means() {
    assert_eq!(built_in().workflow("analyst-worker").unwrap(), Workflow::analyst_worker());
}

#[test]
fn an_own_workflow_goes_by_its_file_name() {
    let workflow = changed("start = \"plan\"", "start = \"plan\"").unwrap();
    assert_eq!(workflow.name, "mine");
    assert_eq!(workflow.phases, Workflow::analyst_worker().phases);
}

#[test]
fn a_workflow_that_cannot_run_or_end_says_where_and_why() {
    let plan = "on = { needs_worker = \"execute\", done = \"end\" }\n\n[phases.execute]";
    let cases = [
        ("start = \"plan\"", "start = \"plam\"", "8: no phase is called \"plam\"; did you mean \"plan\"?"),
        (
            "reported = \"checks\"",
            "reported = \"cheks\"",
            "22: no phase is called \"cheks\"; did you mean \"checks\"?",
        ),
        (
            "reported = \"checks\"",
            "reprted = \"checks\"",
            "22: unknown key \"reprted\" in [phases.execute.on]; did you mean \"reported\"?",
        ),
        (
            "reported = \"checks\"",
            "done = \"checks\"",
            "22: phase \"execute\" never ends with \"done\"; its outcomes: reported",
        ),
        (
            "role = \"worker\"",
            "role = \"wroker\"",
            "19: phase \"execute\": no role is called \"wroker\" in the settings; did you mean \"worker\"?",
        ),
        (
            "role = \"worker\"",
            "role = \"tester\"",
            "19: phase \"execute\": no role is called \"tester\" in the settings; add [roles.tester]",
        ),
        (
            "prompt = \"execute\"",
            "prompt = \"exekute\"",
            "20: phase \"execute\": no prompt is called \"exekute\"; did you mean \"execute\"?",
        ),
        (
            "kind = \"check\"",
            "kind = \"chek\"",
            "25: \"kind\" in [phases.checks] must be \"agent\", \"check\", \"gate\" or \"end\", not the text \"chek\"; did you mean \"check\"?",
        ),
        (
            "kind = \"check\"",
            "kind = \"check\"\nrole = \"worker\"",
            "26: phase \"checks\" of kind \"check\" has no \"role\"",
        ),
        ("prompt = \"execute\"\n", "", "17: phase \"execute\" of kind \"agent\" needs \"prompt\""),
        (
            "kind = \"end\"",
            "",
            "35: \"kind\" is missing in [phases.end]: A turn of an agent, the checks of the settings, a question to the operator, or the end",
        ),
        (
            plan,
            "on = { done = \"end\" }\n\n[phases.execute]",
            "25: no route leads to phase \"checks\" from \"plan\" (and 2 more mistakes)",
        ),
        (
            "done = \"end\"",
            "abort = \"plan\"",
            "36: no route leads to phase \"end\" from \"plan\" (and 1 more mistake)",
        ),
        ("name = \"mine\"", "name = \"other\"", "7: \"name\" is \"other\", but the file is called mine.toml"),
        (
            "name = \"mine\"\n",
            "",
            "1: \"name\" is missing at the top of the file: What the workflow is called: the name of its file",
        ),
    ];
    let mut failures = Vec::new();
    for (from, to, expected) in cases {
        match changed(from, to) {
            Err(found) if found == expected => {}
            other => failures.push(format!("{from} -> {to}\n  expected {expected}\n  found    {other:?}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_workflow_without_an_end_is_refused() {
    let error = load_mine(
        "name = \"mine\"\nstart = \"ask\"\n[phases.ask]\nkind = \"gate\"\nquestion = \"Go?\"\n\
         on = { approved = \"ask\" }\n",
    )
    .unwrap_err();
    assert_eq!(error, "2: no route leads to a phase of kind \"end\": the run could never end");
}

#[test]
fn a_gate_phase_asks_its_question() {
    let workflow = load_mine(
        "name = \"mine\"\nstart = \"ask\"\n[phases.ask]\nkind = \"gate\"\nquestion = \"Go?\"\n\
         on = { approved = \"end\", rejected = \"ask\" }\n[phases.end]\nkind = \"end\"\n",
    )
    .unwrap();
    let gate = workflow.phase(&"ask".into()).unwrap();
    assert_eq!(gate.kind, awtui::domain::PhaseKind::Gate { question: "Go?".to_owned() });
    assert_eq!(gate.on.len(), 2);
}

#[test]
fn an_unknown_workflow_names_the_known_ones() {
    let error = built_in().workflow("analyst-wroker").unwrap_err().to_string();
    assert_eq!(
        error,
        "no workflow is called \"analyst-wroker\"; did you mean \"analyst-worker\"?; known: analyst-worker"
    );
    assert!(built_in().workflow("../../etc/passwd").is_err());
    assert!(!Path::new("analyst-worker.toml").exists());
}
