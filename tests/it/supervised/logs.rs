//! What awtui writes about itself.

use super::{ANALYST, House, WORKER, is_alive, until};
use awtui::supervisor::{LogFile, hide};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn the_log_of_a_supervisor_is_private_and_says_when_it_came_and_went() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(ANALYST, WORKER);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let pid = house.supervisor_pid();
    until("the supervisor has left", || (!is_alive(pid)).then_some(()));
    let path = house.project().join("supervisor.log");
    let log = fs::read_to_string(&path).unwrap();
    assert!(log.contains("the supervisor starts") && log.contains("the supervisor ends"), "{log}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Every file below the folder that holds these words.
fn holding(folder: &Path, words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, words));
        } else if String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).contains(words) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_secret_of_the_environment_is_in_no_log_and_no_recording() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(ANALYST, &format!("echo $PLANTED_TOKEN\n{WORKER}"));
    let secret = "planted-secret-4711";
    let mut command = house.command(&["run", "--headless", "--yes", "go"]);
    command.env("PLANTED_TOKEN", secret).env("AWTUI_LOG", "trace");
    assert!(command.status().unwrap().success());
    house.awtui(&["supervisor", "stop"]);
    let recordings = house.run().join("panes");
    assert_eq!(holding(&recordings, &"*".repeat(secret.len())).len(), 1, "it was printed, and masked");
    assert_eq!(holding(&house.path("state"), secret), Vec::<String>::new());
    assert_eq!(holding(&house.path("repo"), secret), Vec::<String>::new());
}

#[test]
fn a_full_log_makes_room_and_hidden_values_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs/client.log");
    hide(["hidden-value-of-this-test".to_owned()]);
    let mut log = LogFile::new(&path, 200);
    for number in 0..50 {
        log.write_all(format!("line {number} with hidden-value-of-this-test inside\n").as_bytes()).unwrap();
    }
    let mut names: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["client.log", "client.log.1", "client.log.2", "client.log.3"]);
    assert_eq!(holding(folder.path(), "hidden-value"), Vec::<String>::new());
    let shown = format!("line 49 with {} inside", "*".repeat("hidden-value-of-this-test".len()));
    assert!(fs::read_to_string(&path).unwrap().contains(&shown));
    for name in names {
        assert!(fs::metadata(path.with_file_name(name)).unwrap().len() < 300);
    }
}

#[test]
fn what_could_be_the_beginning_of_a_secret_is_shown_when_the_program_falls_silent() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script("printf 'type: planted-'; sleep 1000", WORKER);
    let mut command = house.command(&["run", "--detach", "go"]);
    command.env("PLANTED_TOKEN", "planted-secret-4711");
    assert!(command.status().unwrap().success());
    until("all that was printed is shown", || {
        let cast = fs::read_to_string(house.run().join("panes/analyst-1.cast")).ok()?;
        let output = |line: &str| serde_json::from_str::<(f64, String, String)>(line).ok();
        let shown: String = cast.lines().skip(1).filter_map(output).map(|(_, _, text)| text).collect();
        shown.ends_with("type: planted-").then_some(())
    });
}
