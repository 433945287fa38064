//! A second, independent emulator reads the same recordings and shows the same text.
//!
//! The two differ where the other one is known to be incomplete (line drawing, tab stops, insert mode, re-flow); none
//! of that is in the recordings, so any difference found here is a fault.

use awtui::term::Size;

use super::{RECORDINGS, screen_of};

/// Text of the other emulator, lines trimmed as ours are.
fn oracle(bytes: &[u8], size: Size) -> String {
    let count = |value: u16| std::num::NonZero::new(value).unwrap();
    let mut parser = vt100::Parser::new(count(size.rows), count(size.cols), 0);
    parser.process(bytes);
    let rows: Vec<String> =
        parser.screen().rows(0, size.cols).map(|row| row.trim_end_matches(' ').to_owned()).collect();
    rows.join("\n")
}

#[test]
fn recordings_show_the_same_text_in_both_emulators() {
    let size = Size::new(120, 40);
    for (name, stream) in RECORDINGS {
        for part in 1..=12 {
            let end = stream.len() * part / 12;
            assert_eq!(
                screen_of(size, &stream[..end]).text(),
                oracle(&stream[..end], size),
                "{name} up to {end}"
            );
        }
    }
}
