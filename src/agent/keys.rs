//! What adapters type: the bytes of keys and of a bracketed paste.

pub(super) const ESCAPE: &[u8] = b"\x1b";
pub(super) const CTRL_C: &[u8] = b"\x03";
pub(super) const CTRL_U: &[u8] = b"\x15";
pub(super) const CTRL_G: &[u8] = b"\x07";

/// A bracketed paste and Enter, for one write. Control characters that could end the paste or press a key are left
/// out: a prompt holds the words of other agents.
pub(super) fn paste_and_enter(text: &str) -> Vec<u8> {
    let mut bytes = b"\x1b[200~".to_vec();
    let kept = text.chars().filter(|character| matches!(character, '\n' | '\t') || !character.is_control());
    bytes.extend(kept.collect::<String>().into_bytes());
    bytes.extend(b"\x1b[201~\r");
    bytes
}
