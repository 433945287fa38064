//! What a person wrote is there again, and is nobody else's.

use super::House;
use crate::support::terminal::Terminal;
use crate::support::until;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn open(house: &House) -> Terminal {
    let terminal = Terminal::open(&house.command(&[]), &[], (80, 24));
    terminal.shows("What should be done?");
    terminal
}

#[test]
fn words_that_were_not_sent_come_back_however_awtui_was_left() {
    let house = House::new("");
    house.settings(&house.scripted());
    let mut terminal = open(&house);
    terminal.types("half a");
    terminal.shows("new task> half a");
    terminal.types("\x03");
    assert_eq!(terminal.exit_code(), 0);
    let mut terminal = open(&house);
    terminal.shows("new task> half a");
    terminal.types(" task");
    terminal.shows("new task> half a task");
    let draft = house.project().join("draft.json");
    until("the draft is kept while it is written", || {
        fs::read_to_string(&draft).unwrap_or_default().contains("half a task").then_some(())
    });
    assert_eq!(fs::metadata(&draft).unwrap().permissions().mode() & 0o777, 0o600);
    terminal.kill();
    let mut terminal = open(&house);
    terminal.shows("new task> half a task");
    terminal.types("\x15\x03");
    terminal.kill();
}

#[test]
fn what_was_sent_is_found_in_the_next_session_and_files_by_their_names() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script("sleep 1000", "");
    house.write("repo/src/parser.rs", "");
    house.write("repo/.gitignore", "/target\n");
    house.write("repo/target/parser.o", "");
    let mut terminal = open(&house);
    terminal.types("fix @par");
    terminal.shows("src/parser.rs");
    assert!(!terminal.text().contains("parser.o"), "{}", terminal.text());
    terminal.types("\t\r");
    terminal.shows("fix @src/parser.rs");
    until("the run is there", || house.project().join("runs").exists().then_some(()));
    terminal.types("d");
    drop(terminal);
    let sent = house.project().join("sent.jsonl");
    assert_eq!(fs::read_to_string(&sent).unwrap(), "\"fix @src/parser.rs \"\n");
    assert_eq!(fs::metadata(&sent).unwrap().permissions().mode() & 0o777, 0o600);
    let mut terminal = Terminal::open(&house.command(&[]), &[], (80, 24));
    terminal.shows("fix @src/parser.rs");
    terminal.types("7\x12");
    terminal.shows("sent before");
    terminal.types("\r");
    terminal.shows("note to the run> fix @src/parser.rs");
}
