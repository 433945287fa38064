//! A disk that takes nothing for a while: the journal may not grow, by a limit of the kernel that is lifted later.

use super::{ANALYST, House, WORKER, until};
use awtui::domain::Fact;
use awtui::wire::{Body, Purpose, ToClient};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::fs;
use std::process::{Child, Stdio};

/// A supervisor that is told of the limit by an error instead of being ended by a signal.
fn supervisor(house: &House) -> Child {
    let mut command = house.command(&["supervisor", "run"]);
    let arguments: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
    let mut shell = house.command(&[]);
    shell.args(["true"]);
    command = std::process::Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; exec timeout \"$@\"", "sh"])
        .args(arguments)
        .current_dir(house.path("repo"));
    command.env_clear().envs(shell.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = command.stdin(Stdio::null()).spawn().unwrap();
    until("the supervisor listens", || {
        let project = fs::read_dir(house.path("state/projects")).ok()?.next()?.ok()?.path();
        let holder = fs::read_to_string(project.join("supervisor.lock")).ok()?;
        let holder: serde_json::Value = serde_json::from_str(&holder).ok()?;
        std::os::unix::net::UnixStream::connect(holder["operator_socket"].as_str()?).ok()
    });
    child
}

fn limit_files(house: &House, bytes: Option<u64>) {
    let pid = Pid::from_raw(i32::try_from(house.supervisor_pid()).unwrap()).unwrap();
    prlimit(Some(pid), Resource::Fsize, Rlimit { current: bytes, maximum: None }).unwrap();
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_acknowledged_and_the_run_goes_on_when_there_is_space() {
    let house = House::new("");
    house.settings(&house.scripted());
    let waits = "touch \"$DIR/begun\"\nwhile [ ! -e \"$DIR/go\" ]; do sleep 0.05; done\n";
    house.script(&format!("{waits}{ANALYST}"), WORKER);
    let mut serving = supervisor(&house);
    house.awtui(&["run", "--detach", "--yes", "go"]).ends_with(0);
    until("the analyst works", || house.path("begun").exists().then_some(()));
    until("its prompt was delivered", || {
        let settled = house.facts_of("settled");
        settled.iter().any(|record| record["fact"]["outcome"]["outcome"] == "delivered").then_some(())
    });
    let mut session = house.session(Purpose::Attach { watch: true }).await;
    session.send(Body::Subscribe { run: None, after: None }).await.unwrap();

    let before = house.journal();
    // A few bytes still fit: what is written of a line must not stay there.
    limit_files(&house, Some(before.len() as u64 + 10));
    house.write("go", "");
    let mut notices = Vec::new();
    while notices.is_empty() {
        match session.next().await.unwrap() {
            ToClient::Notice { text } => notices.push(text),
            ToClient::Record { record, .. } => {
                let seq = record.seq;
                assert!(
                    before.lines().count() as u64 > seq,
                    "a client saw record {seq}, which is not on disk"
                );
            }
            _ => {}
        }
    }
    assert!(notices[0].contains("the journal cannot be written"), "{notices:?}");
    let refused = house.awtui(&["note", "never acknowledged"]).ends_with(1);
    assert!(refused.err.contains("the journal cannot be written"), "{}", refused.err);
    assert!(house.journal().starts_with(&before));
    assert!(!house.journal()[before.len()..].contains('\n'), "a line became complete on a full disk");

    limit_files(&house, None);
    until("the run is done", || (!house.facts_of("run_ended").is_empty()).then_some(()));
    let facts = house.facts();
    for (index, record) in facts.iter().enumerate() {
        assert_eq!(record["seq"], index as u64 + 1);
    }
    assert_eq!(house.facts_of("run_ended")[0]["fact"]["outcome"], "done");
    assert!(!house.journal().contains("never acknowledged"));
    assert!(
        fs::read_dir(house.run()).unwrap().all(|entry| !entry
            .unwrap()
            .path()
            .display()
            .to_string()
            .contains("torn"))
    );
    drop(session);
    house.awtui(&["supervisor", "stop"]);
    serving.wait().unwrap();
}

#[test]
fn a_run_that_cannot_be_recorded_is_refused_and_leaves_nothing() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(ANALYST, WORKER);
    let mut serving = supervisor(&house);
    limit_files(&house, Some(200));
    let refused = house.awtui(&["run", "--detach", "--yes", "go"]).ends_with(1);
    assert!(refused.err.contains("journal"), "{}", refused.err);
    assert_eq!(fs::read_dir(house.path("repo/tmp")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(house.project().join("runs")).unwrap().count(), 0);
    limit_files(&house, None);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    house.awtui(&["supervisor", "stop"]);
    serving.wait().unwrap();
}

#[tokio::test]
async fn a_run_folder_that_cannot_be_written_is_said_once_and_written_when_it_can_be() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script("touch \"$DIR/begun\"; sleep 1000", WORKER);
    let run = house.awtui(&["run", "--detach", "go"]).ends_with(0).out.trim().to_owned();
    until("the analyst works", || house.path("begun").exists().then_some(()));
    let folder = house.path("repo/tmp").join(&run);
    until("the prompt was delivered", || {
        let settled = house.facts_of("settled");
        settled.iter().any(|record| record["fact"]["outcome"]["outcome"] == "delivered").then_some(())
    });
    let mut session = house.session(Purpose::Attach { watch: true }).await;
    session.send(Body::Subscribe { run: None, after: None }).await.unwrap();
    // It may be written at this very moment.
    until("something is in its way", || {
        let _ = fs::remove_dir_all(&folder);
        fs::write(&folder, "in the way").ok()
    });
    for note in ["one", "two"] {
        house.awtui(&["note", note]).ends_with(0);
    }
    let mut notices = 0;
    let mut notes = 0;
    while notices == 0 || notes < 2 {
        match session.next().await.unwrap() {
            ToClient::Notice { .. } => notices += 1,
            ToClient::Record { record, .. } if matches!(record.fact, Fact::Noted { .. }) => notes += 1,
            _ => {}
        }
    }
    assert_eq!(notices, 1);
    fs::remove_file(&folder).unwrap();
    until("the files are written without a new fact", || {
        fs::read_to_string(folder.join("state.md")).ok().filter(|state| state.contains("two"))
    });
}
