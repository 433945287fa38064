//! `awtui conform` on a scripted agent: one that behaves, and some that do not.

use super::House;
use crate::fakes::{Act, Fake, Life};
use serde_json::Value;

/// Does as it is told, reports with `awtui report`, and goes on with its conversation by an id.
const GOOD: &str = r#"
case "$1" in *"Do not run the command again"*) ;; *"sleep 300"*) sleep 300 ;; esac
echo "tokens: 100 in, 10 out"
"$AWTUI_PROGRAM" report result <<END
Instruction id: conform
## Task understood
yes
## Actions taken
none
## Result
pineapple
## Validation
none
## Diff / artifacts
none
## Issues / risks / lessons
none
## Worker recommendation / next steps
none
## Stop / handoff
done
END
"#;

const KEYS: &str = "resume = [\"sh\", \"SCRIPT\", \"{prompt}\", \"{session}\"]\n[agents.mine.usage]\n\
                    pattern = 'tokens: (?<input>\\d+) in, (?<output>\\d+) out'\n";

/// The judgement of each behaviour, and the exit code.
fn conform(script: &str, keys: &str) -> (i32, Vec<(String, String, String)>) {
    let house = House::new("");
    house.write("agent.sh", script);
    let path = house.path("agent.sh").display().to_string();
    let keys = keys.replace("SCRIPT", &path);
    let argv = format!("argv = [\"sh\", \"{path}\", \"{{prompt}}\"]\n");
    house.settings(&format!("[agents.mine]\n{argv}{keys}"));
    let ran = house.awtui(&["conform", "--agent", "mine", "--model", "m", "--json", "--patience", "40"]);
    let found: Vec<Value> = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = found
        .iter()
        .map(|one| (text(&one["behaviour"]), text(&one["judgement"]), text(&one["words"])))
        .collect();
    // Nothing of the trial stays.
    let left = std::fs::read_dir(house.path("state/projects")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "the scratch project leaves no state behind");
    (ran.code.unwrap(), findings)
}

fn judged<'found>(findings: &'found [(String, String, String)], behaviour: &str) -> &'found str {
    let found = findings.iter().find(|(name, _, _)| name == behaviour);
    &found.unwrap_or_else(|| panic!("{behaviour}: {findings:#?}")).1
}

#[test]
fn an_agent_that_behaves_passes_and_what_it_lacks_is_said() {
    let (code, findings) = conform(GOOD, KEYS);
    let bad: Vec<_> = findings.iter().filter(|(_, judgement, _)| judgement == "bad").collect();
    assert!(code == 0 && bad.is_empty(), "{findings:#?}");
    for behaviour in ["it reports", "its usage is told", "an interrupt ends the turn"] {
        assert_eq!(judged(&findings, behaviour), "good", "{findings:#?}");
    }
    assert_eq!(judged(&findings, "it is taken up in its session"), "weak", "a person says that it goes on");
    let (code, findings) = conform(GOOD, "");
    assert_eq!(code, 0, "{findings:#?}");
    assert_eq!(judged(&findings, "its usage is told"), "weak");
    assert_eq!(judged(&findings, "its session has an id"), "weak");
}

/// The suite of the real agents, on the fake.
#[test]
fn the_fake_agent_behaves_however_it_lives_and_reports_what_it_is_known_to_lack() {
    for (life, weak) in [
        (Life::OneTurn, &["it is found and says its version", "it is taken up in its session"][..]),
        (
            Life::Long,
            &[
                "it is found and says its version",
                "the end of its turn is told",
                "an interrupt ends the turn",
            ],
        ),
    ] {
        let house = House::new("");
        let fake = Fake::new(house.path("fake"));
        house.settings(&fake.settings(life, false));
        fake.script("worker", &[vec![Act::Use { id: "a".to_owned(), input: 10, output: 1 }, Act::Obey]]);
        let ran = house.awtui(&["conform", "--agent", "fake", "--json", "--patience", "40"]);
        let found: Vec<Value> = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        let judged = |judgement: &str| -> Vec<&str> {
            let like = found.iter().filter(|one| one["judgement"] == judgement);
            like.map(|one| one["behaviour"].as_str().unwrap()).collect()
        };
        assert_eq!((ran.code, judged("bad")), (Some(0), Vec::new()), "{life:?}: {found:#?}");
        assert_eq!(judged("weak"), weak, "{life:?}: {found:#?}");
    }
}

#[test]
fn an_agent_that_says_nothing_fails_where_it_matters() {
    let (code, findings) = conform("true", KEYS);
    assert_eq!(code, 1);
    assert_eq!(judged(&findings, "it reports"), "bad");
    assert_eq!(judged(&findings, "it starts and takes prompts"), "good");
    assert_eq!(judged(&findings, "nothing of it is left behind"), "good");
}

#[test]
fn an_agent_that_is_not_there_fails_at_once_and_by_name() {
    let house = House::new("");
    house.settings("[agents.mine]\nargv = [\"no-such-program-anywhere\", \"{prompt}\"]\n");
    let ran = house.awtui(&["conform", "--agent", "mine", "--model", "m"]).ends_with(1);
    assert!(ran.out.contains("no-such-program-anywhere is not installed"), "{}", ran.out);
}
