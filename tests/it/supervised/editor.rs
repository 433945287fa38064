//! The operator's editor on the operator's terminal, and awtui's screen before and after.

use super::House;
use crate::support::terminal::Terminal;
use std::fs;

/// An editor that shows the words, takes one key and adds a line; it says where the file was.
const EDITOR: &str = r#"#!/bin/sh
printf '\033[2J\033[HEDITOR '; cat "$2"; stty -icanon -echo min 1
key=$(dd bs=1 count=1 2>/dev/null); stty sane
printf 'and %s\n' "$key" >> "$2"; touch "$2~"; echo "$1 $2" > "$HOME/edited"
"#;

fn open(house: &House, editor: &str) -> Terminal {
    let mut command = house.command(&[]);
    command.env("EDITOR", editor);
    Terminal::open(&command, &[], (80, 24))
}

#[test]
fn the_editor_gets_the_words_and_the_box_gets_them_back() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.write("editor.sh", EDITOR);
    let mut terminal = open(&house, &format!("sh '{}' --wait", house.path("editor.sh").display()));
    terminal.shows("What should be done?");
    terminal.types("first");
    terminal.shows("new task> first");
    for key in ["x", "y"] {
        terminal.types("\x1be");
        terminal.shows("EDITOR first");
        terminal.types(key);
        terminal.shows("new task> first");
        terminal.shows(&format!("and {key}"));
        terminal.shows("What should be done?");
    }
    terminal.types(" more");
    terminal.shows("and y more");
    let edited = fs::read_to_string(house.path("home/edited")).unwrap();
    let path = edited.trim().strip_prefix("--wait ").unwrap();
    assert_eq!(std::path::Path::new(path).extension().unwrap(), "md", "{path}");
    assert!(!std::path::Path::new(path).parent().unwrap().exists(), "nothing of it stays: {path}");
}

#[test]
fn an_editor_that_is_not_there_or_fails_is_told_and_the_words_stay() {
    let house = House::new("");
    house.settings(&house.scripted());
    for (editor, told) in [("no-such-editor", "no such editor"), ("false", "stay as they were")] {
        let mut terminal = open(&house, editor);
        terminal.shows("What should be done?");
        terminal.types("kept\x1be");
        terminal.shows(told);
        terminal.shows("new task> kept");
    }
}
