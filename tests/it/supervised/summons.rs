//! Who is called, for what, and when nobody is; the title; the line for status bars.

use super::{ANALYST, House, WORKER, is_alive, until};
use crate::support::terminal::Terminal;
use std::fs;

/// Whoever is called writes it down.
const COMMAND: &str = r#"
[notify]
command = ["sh", "-c", 'echo "$1 | $2 | $AWTUI_EVENT" >> $DIR/called', "sh", "{event}", "{title}: {message}"]
"#;

fn house() -> House {
    let house = House::new("");
    house.settings(&(house.scripted() + COMMAND));
    house.script(ANALYST, WORKER);
    house
}

fn called(house: &House) -> Vec<String> {
    let text = fs::read_to_string(house.path("called")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn without_a_screen_the_supervisor_calls_once_for_a_gate_and_for_the_end() {
    let house = house();
    house.awtui(&["run", "--detach", "go"]).ends_with(0);
    until("a person is called", || (called(&house).len() == 1).then_some(()));
    assert_eq!(called(&house), ["needed | awtui needs you: gate 1: confirm done - go | needed"]);
    // What was said is not said again by whoever takes the run up.
    house.kill_supervisor();
    let pid = house.supervisor_pid();
    house.awtui(&["resume", "last"]).ends_with(0);
    assert_ne!(house.supervisor_pid(), pid);
    house.awtui(&["gate", "approve", "1"]).ends_with(0);
    until("the end is told", || called(&house).iter().any(|call| call.starts_with("ended")).then_some(()));
    let needed = called(&house).iter().filter(|call| call.contains("gate 1:")).count();
    assert_eq!(needed, 1, "{:?}", called(&house));
}

#[test]
fn a_screen_that_has_the_focus_calls_nobody_and_one_that_lost_it_does() {
    let house = house();
    let mut terminal = Terminal::open(&house.command(&[]), &[], (80, 24));
    terminal.shows("What should be done?");
    terminal.types("\x1b[Igo\r");
    terminal.shows("WAITING FOR YOU");
    assert_eq!(called(&house), Vec::<String>::new());
    // Looking elsewhere from now on.
    terminal.types("\x1b[O");
    house.awtui(&["gate", "approve", "1"]).ends_with(0);
    terminal.shows("DONE");
    until("the end is told", || (!called(&house).is_empty()).then_some(()));
    assert_eq!(called(&house), ["ended | awtui: done: the run is done - go | ended"]);
}

#[test]
fn the_title_of_the_terminal_tells_how_the_run_stands() {
    let house = house();
    let mut terminal = Terminal::open(&house.command(&[]), &[], (80, 24));
    until("the title names the project", || (terminal.title() == "awtui - repo").then_some(()));
    terminal.types("go\r");
    until("the title names the gate", || (terminal.title() == "awtui ! gate 1 - go").then_some(()));
    house.settings(&(house.scripted() + "[ui]\ntitle = false\n"));
    let silent = Terminal::open(&house.command(&[]), &[], (80, 24));
    silent.shows("WAITING FOR YOU");
    assert_eq!(silent.title(), "");
}

#[test]
fn keys_that_come_around_the_answer_about_the_background_are_keys() {
    let house = house();
    let mut terminal = Terminal::open(&house.command(&[]), &[], (80, 24));
    terminal.types("a\x1b]11;rgb:ffff/ffff/ffff\x1b\\b");
    terminal.shows("new task> ab");
    terminal.types("c\x1b]11;rgb:0000/0000/0000\x07d");
    terminal.shows("new task> abcd");
}

#[test]
fn the_line_for_status_bars_starts_no_supervisor_and_needs_none() {
    let house = house();
    assert_eq!(house.awtui(&["status", "--line"]).ends_with(0).out, "");
    assert!(!house.path("state/projects").exists(), "a question leaves nothing behind");
    house.awtui(&["run", "--detach", "go"]).ends_with(0);
    let line = || house.awtui(&["status", "--line"]).ends_with(0).out;
    until("the gate is told", || line().ends_with(" 1?\n").then_some(()));
    let waiting = line();
    assert!(waiting.starts_with("awtui waiting for operator 0003 $"), "{waiting}");
    house.kill_supervisor();
    let pid = house.supervisor_pid();
    assert!(line().contains(" 0003 "), "{}", line());
    assert_eq!(house.supervisor_pid(), pid);
    assert!(!is_alive(pid));
}
