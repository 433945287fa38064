//! Decoding of base64, the form in which control strings carry free text.
//!
//! Owns decoding alone; nothing in a terminal has to encode it.

/// The decoded text; `None` when it is not base64 or not UTF-8. Padding may be missing, both alphabets are read.
pub(super) fn decode_text(encoded: &[u8]) -> Option<String> {
    let trimmed = encoded.iter().rposition(|byte| *byte != b'=').map_or(&[][..], |last| &encoded[..=last]);
    let mut bytes = Vec::with_capacity(trimmed.len() / 4 * 3 + 3);
    for group in trimmed.chunks(4) {
        let mut bits = 0u32;
        for byte in group {
            bits = bits << 6 | u32::from(value(*byte)?);
        }
        bits <<= 6 * (4 - group.len());
        let [_, first, second, third] = bits.to_be_bytes();
        match group.len() {
            4 => bytes.extend([first, second, third]),
            3 => bytes.extend([first, second]),
            2 => bytes.push(first),
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok()
}

fn value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
