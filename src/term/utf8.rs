//! Bytes to text, piece by piece.
//!
//! Owns the one rule of decoding: a character split over two reads waits for its rest, invalid bytes become U+FFFD.
//! It never looks at what the text means.

use std::borrow::Cow;

/// Decodes a byte stream; the result does not depend on where the stream was cut.
#[derive(Clone, Debug, Default)]
pub(super) struct Utf8Decoder {
    /// The first bytes of a character whose rest has not arrived, three at most.
    waiting: Vec<u8>,
}

impl Utf8Decoder {
    pub(super) fn decode<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, str> {
        if self.waiting.is_empty() {
            if let Ok(text) = str::from_utf8(bytes) {
                return Cow::Borrowed(text);
            }
            return Cow::Owned(self.decode_slowly(bytes));
        }
        let mut joined = std::mem::take(&mut self.waiting);
        joined.extend_from_slice(bytes);
        Cow::Owned(self.decode_slowly(&joined))
    }

    fn decode_slowly(&mut self, mut bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len());
        while !bytes.is_empty() {
            match str::from_utf8(bytes) {
                Ok(valid) => {
                    text.push_str(valid);
                    break;
                }
                Err(error) => {
                    let (valid, rest) = bytes.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    let Some(length) = error.error_len() else {
                        self.waiting = rest.to_vec();
                        break;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    bytes = &rest[length..];
                }
            }
        }
        text
    }

    /// The bytes that still wait for their rest.
    pub(super) fn waiting(&self) -> &[u8] {
        &self.waiting
    }

    /// Gives up waiting: U+FFFD when the stream ended inside a character.
    pub(super) fn finish(&mut self) -> Option<char> {
        let cut = !self.waiting.is_empty();
        self.waiting.clear();
        cut.then_some(char::REPLACEMENT_CHARACTER)
    }
}
