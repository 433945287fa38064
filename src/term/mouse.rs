//! Mouse events as the bytes a program expects.
//!
//! Owns the SGR and the original encoding. It never decides what a click means.

use super::key::Mods;
use super::modes::{Modes, MouseMode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseButton {
    Left,
    Middle,
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    Press(MouseButton),
    Release(MouseButton),
    /// Movement while a button is held.
    Drag(MouseButton),
    /// Movement without a button.
    Move,
    WheelUp,
    WheelDown,
    WheelLeft,
    WheelRight,
}

/// Something the mouse did, at a cell counted from zero within the program's own screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub col: u16,
    pub row: u16,
    pub mods: Mods,
}

/// The highest coordinate the original encoding can say.
const LEGACY_MAX: u16 = 222;

/// The bytes of a mouse event, if the program wants it.
pub fn encode_mouse(mouse: Mouse, modes: &Modes) -> Option<Vec<u8>> {
    let wanted = match (mouse.kind, modes.mouse) {
        (_, MouseMode::None) => false,
        (MouseKind::Move, mode) => mode == MouseMode::Motion,
        (MouseKind::Drag(_), mode) => mode != MouseMode::Click,
        (
            MouseKind::Press(_)
            | MouseKind::Release(_)
            | MouseKind::WheelUp
            | MouseKind::WheelDown
            | MouseKind::WheelLeft
            | MouseKind::WheelRight,
            MouseMode::Click | MouseMode::Drag | MouseMode::Motion,
        ) => true,
    };
    if !wanted {
        return None;
    }
    let button = |button| match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
    };
    let released = matches!(mouse.kind, MouseKind::Release(_));
    let code = match mouse.kind {
        // The original encoding does not tell which button was released.
        MouseKind::Release(_) if !modes.mouse_sgr => 3,
        MouseKind::Press(pressed) | MouseKind::Release(pressed) => button(pressed),
        MouseKind::Drag(held) => 32 + button(held),
        MouseKind::Move => 35,
        MouseKind::WheelUp => 64,
        MouseKind::WheelDown => 65,
        MouseKind::WheelLeft => 66,
        MouseKind::WheelRight => 67,
    };
    let modifiers = mouse.mods.without(Mods::SUPER).bits() * 4;
    let code = code + modifiers;
    if modes.mouse_sgr {
        let last = if released { 'm' } else { 'M' };
        return Some(format!("\x1b[<{code};{};{}{last}", mouse.col + 1, mouse.row + 1).into_bytes());
    }
    let coordinate = |value: u16| if value <= LEGACY_MAX { u8::try_from(value + 33).ok() } else { None };
    Some(vec![0x1b, b'[', b'M', code + 32, coordinate(mouse.col)?, coordinate(mouse.row)?])
}
