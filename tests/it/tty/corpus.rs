//! Every key and chord from the bytes of the terminal to the bytes for the program, without the program.

use crate::support::corpus::{self, CHILDREN, HOSTS};
use awtui::term::{Key, Screen, Size, encode_key};
use awtui::tty::{Decoded, Decoder, TtyEvent};
use std::collections::BTreeMap;

fn keys(bytes: &[u8]) -> Vec<Key> {
    let mut decoder = Decoder::new();
    decoder.feed(bytes);
    if decoder.patience().is_some() {
        decoder.give_up();
    }
    let key = |one| match one {
        Decoded::Event(TtyEvent::Key(key)) => key,
        other => panic!("{other:?}"),
    };
    std::iter::from_fn(|| decoder.pop()).map(key).collect()
}

#[test]
fn every_chord_of_every_terminal_reaches_every_kind_of_program_as_the_table_says() {
    let mut wrong = Vec::new();
    for (child, (program, asked)) in CHILDREN.into_iter().enumerate() {
        let mut screen = Screen::new(Size::new(80, 24), 0);
        screen.feed(asked.as_bytes());
        let modes = screen.modes();
        for row in corpus::rows() {
            for (host, sent) in HOSTS.iter().zip(&row.sent) {
                let Some(sent) = sent else { continue };
                let got: Vec<u8> = keys(sent).into_iter().flat_map(|key| encode_key(key, &modes)).collect();
                if got != row.got[child] {
                    let (got, expected) = (corpus::written(&got), corpus::written(&row.got[child]));
                    wrong.push(format!("{} from {host} to {program}: {got}, not {expected}", row.chord));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_names_each_chord_as_keymaps_do() {
    let mut named = 0;
    for row in corpus::rows() {
        let Ok(chord) = row.chord.parse::<Key>() else { continue };
        named += 1;
        for (host, sent) in HOSTS.iter().zip(&row.sent) {
            if let Some(sent) = sent {
                assert_eq!(keys(sent), [chord], "{} from {host}", row.chord);
            }
        }
    }
    assert!(named > 450, "{named}");
}

#[test]
fn no_terminal_sends_the_same_for_two_chords_of_the_table() {
    for (column, host) in HOSTS.iter().enumerate() {
        let mut seen = BTreeMap::new();
        for row in corpus::rows() {
            if let Some(sent) = &row.sent[column]
                && let Some(other) = seen.insert(sent.clone(), row.chord)
            {
                panic!("{host} sends {} for {other} and for {}", corpus::written(sent), row.chord);
            }
        }
    }
}
