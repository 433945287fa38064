//! Runs that are put away or thrown away.

use super::{ANALYST, House, WORKER};

fn house() -> House {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script(ANALYST, WORKER);
    house
}

#[test]
fn a_run_that_is_over_is_archived_brought_back_and_deleted() {
    let house = house();
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let state = house.run();
    let id = state.file_name().unwrap().to_str().unwrap().to_owned();
    let listed = |arguments: &[&str]| house.awtui(arguments).ends_with(0).out;
    house.awtui(&["runs", "archive", "last"]).ends_with(0);
    let list = listed(&["runs"]);
    assert!(!list.contains(&id) && list.contains("1 more is archived"), "{list}");
    assert!(listed(&["runs", "--archived"]).contains(&id));
    assert!(state.join("journal.jsonl").exists());
    house.awtui(&["supervisor", "stop"]).ends_with(0);
    assert!(listed(&["runs", "--archived"]).contains(&id), "without a supervisor too");
    house.awtui(&["runs", "unarchive", &id]).ends_with(0);
    assert!(listed(&["runs"]).contains(&id));
    let refused = house.awtui(&["runs", "delete", &id]).ends_with(3);
    assert!(refused.err.contains("--yes") && state.exists(), "{}", refused.err);
    house.awtui(&["runs", "delete", "--yes", &id]).ends_with(0);
    assert!(!state.exists());
    let folder = house.path("repo/tmp").join(&id);
    assert!(folder.join("summary.md").exists(), "what people read stays unless it is asked for");
    assert!(!listed(&["runs"]).contains(&id));
    house.awtui(&["runs", "delete", "--yes", &id]).ends_with(2);
}

#[test]
fn a_deletion_takes_the_runs_own_folder_along_when_asked_and_nothing_else_of_the_repository() {
    let house = house();
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let (state, id) = (house.run(), house.run().file_name().unwrap().to_str().unwrap().to_owned());
    let folder = house.path("repo/tmp").join(&id);
    house.write("repo/tmp/mine.txt", "mine");
    house.awtui(&["runs", "delete", "--yes", "--folder", &id]).ends_with(0);
    assert!(!state.exists() && !folder.exists());
    assert!(house.path("repo/tmp/mine.txt").exists() && house.path("repo/made.txt").exists());
}

#[test]
fn a_folder_that_is_a_link_or_was_named_by_somebody_else_is_not_removed() {
    let house = house();
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let (state, id) = (house.run(), house.run().file_name().unwrap().to_str().unwrap().to_owned());
    house.awtui(&["supervisor", "stop"]).ends_with(0);
    let precious = house.path("precious");
    std::fs::create_dir_all(precious.join("steps")).unwrap();
    let folder = house.path("repo/tmp").join(&id);
    std::fs::remove_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(&precious, &folder).unwrap();
    let refused = house.awtui(&["runs", "delete", "--yes", "--folder", &id]).ends_with(1);
    assert!(refused.err.contains("nothing was removed"), "{}", refused.err);
    std::fs::write(state.join("folder"), precious.display().to_string()).unwrap();
    std::fs::remove_file(state.join("summary.json")).unwrap();
    house.awtui(&["supervisor", "stop"]).ends_with(0);
    house.awtui(&["runs", "delete", "--yes", "--folder", &id]).ends_with(1);
    assert!(precious.join("steps").exists() && state.exists());
}

#[test]
fn a_run_that_is_alive_is_neither_archived_nor_deleted() {
    let house = house();
    house.awtui(&["run", "--headless", "go"]).ends_with(3);
    for arguments in [&["runs", "archive", "last"][..], &["runs", "delete", "--yes", "last"][..]] {
        let refused = house.awtui(arguments).ends_with(1);
        assert!(refused.err.contains("is alive; end it first with `awtui abort"), "{}", refused.err);
    }
    assert!(house.run().join("journal.jsonl").exists());
}
