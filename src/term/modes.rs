//! What a program has asked of its terminal: size, input modes, cursor.
//!
//! Owns the plain values; it never interprets bytes.

/// The size of a screen in cells. Every value is between [`Size::MIN`] and [`Size::MAX`], because the emulator fails on
/// narrower screens and needs absurd memory for wider ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    pub cols: u16,
    pub rows: u16,
}

impl Size {
    pub const MIN: u16 = 2;
    pub const MAX: u16 = 1000;

    pub fn new(cols: u16, rows: u16) -> Self {
        Self { cols: cols.clamp(Self::MIN, Self::MAX), rows: rows.clamp(Self::MIN, Self::MAX) }
    }

    /// The same size with both sides brought into range; `cols` and `rows` are public and may have been set directly.
    pub(super) fn clamped(self) -> Self {
        Self::new(self.cols, self.rows)
    }
}

/// Which mouse events a program wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MouseMode {
    #[default]
    None,
    /// Presses and releases (mode 1000).
    Click,
    /// Also movement while a button is held (mode 1002).
    Drag,
    /// All movement (mode 1003).
    Motion,
}

/// The modes that matter to whoever sends input or draws.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch of the terminal protocol")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modes {
    pub alt_screen: bool,
    pub app_cursor: bool,
    pub app_keypad: bool,
    pub bracketed_paste: bool,
    pub focus_events: bool,
    pub mouse: MouseMode,
    pub mouse_sgr: bool,
    /// The wheel on the alternate screen may be sent as arrow keys (mode 1007).
    pub alternate_scroll: bool,
    /// The active flags of the kitty keyboard protocol, 0 when the program did not ask for it.
    pub kitty: u8,
    /// xterm's modifyOtherKeys level, 0 to 2.
    pub modify_other_keys: u8,
    /// Inside a synchronized update (mode 2026): drawing should wait, for 150 ms at most.
    pub synchronized: bool,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            alt_screen: false,
            app_cursor: false,
            app_keypad: false,
            bracketed_paste: false,
            focus_events: false,
            mouse: MouseMode::None,
            mouse_sgr: false,
            alternate_scroll: true,
            kitty: 0,
            modify_other_keys: 0,
            synchronized: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CursorShape {
    #[default]
    Block,
    Underline,
    Bar,
}

/// A visible cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub col: u16,
    pub row: u16,
    pub shape: CursorShape,
}
