//! stub
use super::emulator::Emulator;
pub(super) const MARK: &str = "awtui;";
pub(super) fn paint(_emulator: &Emulator) -> Vec<u8> {
    Vec::new()
}
pub(super) fn apply_marks(_emulator: &mut Emulator, _marks: &[u8]) {}
