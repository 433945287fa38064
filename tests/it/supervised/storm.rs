//! A window that is pulled about: whatever sizes it had meanwhile, at the end awtui and the program in its pane agree.

use super::{House, until};
use crate::support::terminal::Terminal;
use std::time::Duration;

/// Draws the corners of its terminal and the size that it knows of, again at each change.
const CORNERS: &str = r#"
draw() {
    set -- $(stty size)
    printf '\033[2J\033[HTL %s %s\033[%d;%dHBR' "$1" "$2" "$1" "$(($2 - 1))"
}
trap draw WINCH
draw
while :; do sleep 0.1 & wait $!; done
"#;

/// Column and row of some words.
fn place(text: &str, words: &str) -> Option<(usize, usize)> {
    let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains(words))?;
    Some((line[..line.find(words)?].chars().count(), row))
}

/// The size that the program knows of, if its corners are drawn that far from each other.
fn drawn(text: &str) -> Option<(usize, usize)> {
    let (left, top) = place(text, "TL ")?;
    let (right, bottom) = place(text, "BR")?;
    let said = text.lines().nth(top)?.split("TL ").nth(1)?;
    let mut numbers = said.split_whitespace().filter_map(|word| word.parse::<usize>().ok());
    let (rows, cols) = (numbers.next()?, numbers.next()?);
    let agrees = right + 2 == left + cols && bottom + 1 == top + rows;
    agrees.then_some((cols, rows))
}

#[test]
fn a_thousand_sizes_in_a_few_seconds_end_with_the_right_screen_in_awtui_and_in_the_program() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.write("corners.sh", CORNERS);
    let command = format!("exec sh '{}'", house.path("corners.sh").display());
    let mut terminal = Terminal::open(&house.command(&[]), &["--pane", &command], (90, 24));
    let shown = until("the terminal is there", || {
        let text = terminal.text();
        (text.contains("TL ") || text.contains("running")).then(|| text.contains("TL "))
    });
    if !shown {
        // The box for the task has the keys; tab leads on to the terminal.
        terminal.types("\t");
    }
    terminal.shows("TL ");
    let before = until("the corners are drawn", || drawn(&terminal.text()));
    for number in 0..1_000_u16 {
        // From below the smallest size that awtui draws at, to large ones, and back.
        let (cols, rows) = (30 + number * 7 % 180, 8 + number * 5 % 60);
        terminal.resize(cols, rows);
        std::thread::park_timeout(Duration::from_millis(2));
    }
    terminal.resize(90, 24);
    until("everything is as before", || {
        let text = terminal.text();
        (drawn(&text) == Some(before) && text.lines().count() == 24).then_some(())
    });
    terminal.resize(120, 40);
    let larger =
        until("a larger window is filled", || drawn(&terminal.text()).filter(|size| *size != before));
    assert!(larger.1 > before.1, "{before:?}, then {larger:?}");
}
