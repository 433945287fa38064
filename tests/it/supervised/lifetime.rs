//! How long things last: the supervisor, the service of a run that is over, and what is kept of it.

use super::{ANALYST, House, WORKER, is_alive, until};
use awtui::wire::{Body, Purpose};
use std::fs::{self, File};

fn finished() -> House {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(ANALYST, WORKER);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    house
}

#[test]
fn the_supervisor_leaves_by_itself_when_nothing_is_left_to_do() {
    let house = finished();
    let pid = house.supervisor_pid();
    until("the supervisor has left", || (!is_alive(pid)).then_some(()));
    assert!(!house.awtui(&["status"]).ends_with(0).out.is_empty(), "what it did can still be read");
}

#[tokio::test]
async fn a_run_that_is_over_is_let_go_while_its_supervisor_lives_on() {
    let house = finished();
    let mut session = house.session(Purpose::Command).await;
    let run = house.run().file_name().unwrap().to_string_lossy().into_owned();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(300));
    for _ in 0..100 {
        looks.tick().await;
        let asked = session.request(Body::Status { run: Some(run.as_str().into()) }).await;
        if asked.is_err() {
            let listed = house.awtui(&["runs"]).ends_with(0).out;
            assert!(listed.contains(&run), "{listed}");
            return;
        }
    }
    panic!("the run is served for ever");
}

#[test]
fn a_list_of_runs_reads_no_journal_that_has_not_moved() {
    let house = finished();
    let pid = house.supervisor_pid();
    until("the supervisor has left", || (!is_alive(pid)).then_some(()));
    let listed = house.awtui(&["runs"]).ends_with(0).out;
    assert!(listed.contains("done"), "{listed}");
    let path = house.run().join("journal.jsonl");
    let journal = fs::read(&path).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, vec![b'x'; journal.len()]).unwrap();
    File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    assert_eq!(house.awtui(&["runs"]).ends_with(0).out, listed, "it was read again");
    fs::write(&path, &journal[..journal.len() / 2]).unwrap();
    let moved = house.awtui(&["runs"]).ends_with(0).out;
    assert!(!moved.contains("done"), "a journal that moved was not read again: {moved}");
}

#[test]
fn a_command_that_comes_as_the_supervisor_goes_is_served_by_it_or_by_the_next_one() {
    let house = finished();
    for _ in 0..5 {
        let pid = house.supervisor_pid();
        let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        // It may be gone already; then the command starts another one.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        house.awtui(&["run", "--detach", "--yes", "go"]).ends_with(0);
        until("the run is over", || house.awtui(&["status", "--line"]).out.contains("done").then_some(()));
        house.awtui(&["supervisor", "stop"]).ends_with(0);
        house.awtui(&["run", "--detach", "--yes", "go"]).ends_with(0);
        until("the run is over", || house.awtui(&["status", "--line"]).out.contains("done").then_some(()));
    }
}

#[test]
fn the_end_of_a_run_touches_no_process_of_a_run_of_the_same_name_in_another_project() {
    let begin = || {
        let house = House::new("");
        house.settings(&house.scripted());
        house.script("echo $$ > \"$DIR/pid.tmp\"; mv \"$DIR/pid.tmp\" \"$DIR/pid\"; sleep 1000", "");
        house
    };
    // Ids hold the second in which a run was begun.
    for _ in 0..20 {
        let (one, other) = (begin(), begin());
        for house in [&one, &other] {
            house.awtui(&["run", "--detach", "go"]).ends_with(0);
        }
        if one.run().file_name() != other.run().file_name() {
            continue;
        }
        let pid = until("the other's agent works", || fs::read_to_string(other.path("pid")).ok());
        until("the one's agent works", || one.path("pid").exists().then_some(()));
        one.awtui(&["abort"]).ends_with(0);
        until("the one is over", || (!one.facts_of("run_ended").is_empty()).then_some(()));
        assert!(is_alive(pid.trim().parse().unwrap()), "the other's agent was ended too");
        return;
    }
    panic!("no two runs were begun in the same second");
}
