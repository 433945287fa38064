//! The colours awtui claims to have when a program asks.
//!
//! Owns fixed values of a dark theme: an answer never depends on the outer terminal or on what a program has set.

pub(super) type Rgb = (u8, u8, u8);

pub(super) const FOREGROUND: Rgb = (0xd8, 0xd8, 0xd8);
pub(super) const BACKGROUND: Rgb = (0x18, 0x18, 0x18);
pub(super) const CURSOR: Rgb = FOREGROUND;

const NAMED: [Rgb; 16] = [
    (0x18, 0x18, 0x18),
    (0xac, 0x42, 0x42),
    (0x90, 0xa9, 0x59),
    (0xf4, 0xbf, 0x75),
    (0x6a, 0x9f, 0xb5),
    (0xaa, 0x75, 0x9f),
    (0x75, 0xb5, 0xaa),
    (0xd8, 0xd8, 0xd8),
    (0x6b, 0x6b, 0x6b),
    (0xc5, 0x55, 0x55),
    (0xaa, 0xc4, 0x74),
    (0xfe, 0xca, 0x88),
    (0x82, 0xb8, 0xc8),
    (0xc2, 0x8c, 0xb8),
    (0x93, 0xd3, 0xc3),
    (0xf8, 0xf8, 0xf8),
];

/// An entry of the 256 colour table: 16 named, a cube of 216, 24 greys.
pub(super) fn indexed(index: u8) -> Rgb {
    match index {
        0..=15 => NAMED[usize::from(index)],
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
            let cube = index - 16;
            (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232..=255 => {
            let grey = 8 + (index - 232) * 10;
            (grey, grey, grey)
        }
    }
}
