//! A few words that are typed in one line: what keys do with them at their end.
//!
//! Owns no words: whoever asks for some keeps them. The input box, which can do more, is none of these.

use crate::term::{Key, KeyCode, Mods};

/// What came of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Changed,
    /// It is no key for words.
    Nothing,
    /// There was no letter left that could be taken away.
    Beyond,
}

/// A letter is added, `backspace` takes one away, `ctrl-u` all of them.
pub(super) fn edit(words: &mut String, key: Key) -> Change {
    if key.code == KeyCode::Backspace {
        return if words.pop().is_some() { Change::Changed } else { Change::Beyond };
    }
    if key == Key::new(KeyCode::Char('u'), Mods::CTRL) {
        words.clear();
        return Change::Changed;
    }
    match key.typed() {
        Some(letter) => {
            words.push(letter);
            Change::Changed
        }
        None => Change::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_add_letters_and_take_them_away() {
        let mut words = String::new();
        let keys = ["a", "B", "left", "ctrl-x", "backspace", "c", "ctrl-u", "backspace"];
        let told: Vec<(String, Change)> = keys
            .iter()
            .map(|key| {
                let edited = edit(&mut words, key.parse().unwrap());
                (words.clone(), edited)
            })
            .collect();
        let expected = [
            ("a", Change::Changed),
            ("aB", Change::Changed),
            ("aB", Change::Nothing),
            ("aB", Change::Nothing),
            ("a", Change::Changed),
            ("ac", Change::Changed),
            ("", Change::Changed),
            ("", Change::Beyond),
        ];
        assert_eq!(told, expected.map(|(words, edited)| (words.to_owned(), edited)));
    }
}
