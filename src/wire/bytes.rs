//! Bytes inside a JSON message: each one is the character of the same number, so that plain text stays readable.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// What the operator typed, as the child will read it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.iter().copied().map(char::from).collect::<String>())
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.chars()
            .map(|character| {
                u8::try_from(u32::from(character))
                    .map_err(|_| D::Error::custom("a byte is written as a character up to U+00FF"))
            })
            .collect::<Result<Vec<u8>, _>>()
            .map(Self)
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}
