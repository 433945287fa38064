//! What a few typed letters may mean: the best of many texts, best first.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// The places of the texts that hold the letters in their order, best first, at most so many; and how many there are.
/// Without letters all fit, in their own order.
pub(super) fn best<'a>(
    letters: &str,
    texts: impl Iterator<Item = &'a str>,
    paths: bool,
    most: usize,
) -> (Vec<usize>, usize) {
    let config = if paths { Config::DEFAULT.match_paths() } else { Config::DEFAULT };
    let mut matcher = Matcher::new(config);
    let pattern = Pattern::parse(letters, CaseMatching::Smart, Normalization::Smart);
    let mut characters = Vec::new();
    let texts: Vec<&str> = texts.collect();
    let mut scored = |pattern: &Pattern| -> Vec<(u32, usize, usize)> {
        let scored = texts.iter().enumerate().filter_map(|(place, text)| {
            let score = pattern.score(Utf32Str::new(text, &mut characters), &mut matcher)?;
            let length = if letters.is_empty() { 0 } else { text.len() };
            Some((score, length, place))
        });
        scored.collect()
    };
    // Letters that are scattered over a text are meant only where no text holds the words themselves.
    let words = Pattern::new(letters, CaseMatching::Smart, Normalization::Smart, AtomKind::Substring);
    let mut found = if paths { Vec::new() } else { scored(&words) };
    if found.is_empty() {
        found = scored(&pattern);
    }
    // Of two that fit as well the shorter one is meant; then the one that comes first.
    found.sort_by_key(|(score, length, place)| (std::cmp::Reverse(*score), *length, *place));
    let count = found.len();
    (found.into_iter().take(most).map(|(_, _, place)| place).collect(), count)
}
