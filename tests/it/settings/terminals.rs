//! docs/terminals.md against the default keys: none is lost to a terminal without another one in its place.

use awtui::settings::{Action, Context, Keymap};
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../docs/terminals.md");

/// Each place and the chords that it keeps.
fn places() -> Vec<(&'static str, Vec<&'static str>)> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| ")).skip(1);
    let place = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{line}");
        (cells[0], cells[1].split('`').skip(1).step_by(2).collect())
    };
    rows.map(place).collect()
}

fn modifiers(chord: &str) -> (BTreeSet<&str>, &str) {
    let (modifiers, key) = chord.rsplit_once('-').unwrap_or(("", chord));
    (modifiers.split('-').filter(|one| !one.is_empty()).collect(), key)
}

fn is_kept(kept: &[&str], chord: &str) -> bool {
    kept.iter().any(|pattern| {
        let ((needed, name), (held, key)) = (modifiers(pattern), modifiers(chord));
        if name == "*" { needed.is_subset(&held) } else { needed == held && name == key }
    })
}

#[test]
fn the_page_is_a_table_of_chords() {
    let places = places();
    assert!(places.len() >= 14, "{}", places.len());
    for (place, kept) in places {
        assert!(!kept.is_empty(), "{place}");
        for chord in kept {
            let key = chord.replace('*', "x");
            let parsed = key.parse::<awtui::term::Key>();
            assert!(parsed.is_ok(), "{place}: {chord}: {parsed:?}");
        }
    }
}

#[test]
fn what_a_terminal_keeps_for_itself_can_be_done_by_another_key() {
    let keymap = Keymap::load(None).unwrap();
    let mut lost = Vec::new();
    for (place, kept) in places() {
        // What holds everywhere is read where one is.
        for context in Context::ALL.into_iter().filter(|context| *context != Context::Global) {
            let actions: BTreeSet<Action> =
                keymap.bindings(context).iter().map(|binding| binding.action).collect();
            for action in actions {
                let chords = keymap.chords(context, action);
                let reachable = chords.iter().any(|chord| !chord.split(' ').any(|key| is_kept(&kept, key)));
                if !reachable {
                    lost.push(format!("{place} keeps {} in [[{context}]]: {action}", chords.join(", ")));
                }
            }
        }
    }
    assert!(lost.is_empty(), "\n{}", lost.join("\n"));
}

#[test]
fn patterns_of_the_page_mean_what_they_say() {
    let kept = ["ctrl-shift-*", "alt-enter", "f1"];
    for (chord, expected) in [
        ("ctrl-shift-c", true),
        ("ctrl-c", false),
        ("ctrl-alt-shift-c", true),
        ("alt-enter", true),
        ("alt-shift-enter", false),
        ("f1", true),
        ("f12", false),
    ] {
        assert_eq!(is_kept(&kept, chord), expected, "{chord}");
    }
}
