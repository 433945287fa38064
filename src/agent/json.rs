//! JSON as agents really write it: programs that keep their texts in halves of sixteen bits may cut one in the middle of a
//! character, and write the half that is left as an escape that stands for nothing.

use serde::de::DeserializeOwned;

/// Reads a text of JSON; half characters in it become U+FFFD.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
        .or_else(|error| whole_characters(text).map_or(Err(error), |mended| serde_json::from_str(&mended)))
}

/// The same text without half characters; nothing where there are none.
fn whole_characters(text: &str) -> Option<String> {
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match (unit(text, at), unit(text, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str(&text[copied..at]);
                mended.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // What is escaped is one character, of one byte where the text is JSON.
            (Some(_) | None, _) => at += 2,
        }
    }
    (copied > 0).then(|| mended + &text[copied..])
}

/// The sixteen bits that an escape at this place stands for.
fn unit(text: &str, at: usize) -> Option<u16> {
    u16::from_str_radix(text.get(at..at + 6)?.strip_prefix("\\u")?, 16).ok()
}
