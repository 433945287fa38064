//! What the terminal tells, in words of our own.
//!
//! Owns the conversion from the parser's events. Keys that awtui has no word for are dropped here.

use crate::term::{Key, KeyCode, Mods, Mouse, MouseButton, MouseKind};
use termina::escape::csi::{Csi, Mode, ThemeMode};
use termina::escape::osc::{ColorOrQuery, DynamicColorNumber, Osc};
use termina::event as foreign;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TtyEvent {
    Key(Key),
    /// Pasted in one piece; lines end with `\n`.
    Paste(String),
    /// At a cell of the whole screen, counted from zero.
    Mouse(Mouse),
    Resize(u16, u16),
    /// The terminal gained or lost the focus.
    Focus(bool),
    /// The terminal's background is dark, or it is light: it was asked, or the operator has just changed it.
    Dark(bool),
    /// Somebody asked the process to stop for a while, as `kill -TSTP` does.
    Suspend,
    /// Somebody asked the process to end; the number of the signal.
    Terminate(i32),
}

/// `None` for what awtui has no use for: releases of keys, modifiers alone, media keys, reports it does not ask for.
pub(super) fn convert(event: foreign::Event) -> Option<TtyEvent> {
    match event {
        foreign::Event::Key(key) => convert_key(key).map(TtyEvent::Key),
        foreign::Event::Paste(text) => Some(TtyEvent::Paste(text)),
        foreign::Event::Mouse(mouse) => Some(TtyEvent::Mouse(convert_mouse(mouse))),
        foreign::Event::WindowResized(size) => Some(TtyEvent::Resize(size.cols, size.rows)),
        foreign::Event::FocusIn => Some(TtyEvent::Focus(true)),
        foreign::Event::FocusOut => Some(TtyEvent::Focus(false)),
        foreign::Event::Csi(Csi::Mode(Mode::ReportTheme(theme))) => Some(TtyEvent::Dark(match theme {
            ThemeMode::Dark => true,
            ThemeMode::Light => false,
        })),
        foreign::Event::Osc(Osc::ChangeDynamicColors(DynamicColorNumber::TextBackgroundColor, colours)) => {
            colours.into_iter().find_map(|colour| match colour {
                ColorOrQuery::Color(colour) => {
                    Some(TtyEvent::Dark(is_dark(colour.red, colour.green, colour.blue)))
                }
                ColorOrQuery::Query => None,
            })
        }
        foreign::Event::Csi(_) | foreign::Event::Osc(_) | foreign::Event::Dcs(_) => None,
    }
}

/// Whether light text is read better on a colour, by the weights of ITU-R BT.601.
fn is_dark(red: u8, green: u8, blue: u8) -> bool {
    299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue) < 128 * 1000
}

/// The same key with alt, as a byte before it tells.
pub(super) fn with_alt(event: TtyEvent) -> TtyEvent {
    match event {
        TtyEvent::Key(key) => TtyEvent::Key(Key::new(key.code, key.mods | Mods::ALT)),
        TtyEvent::Paste(_)
        | TtyEvent::Mouse(_)
        | TtyEvent::Resize(..)
        | TtyEvent::Focus(_)
        | TtyEvent::Dark(_)
        | TtyEvent::Suspend
        | TtyEvent::Terminate(_) => event,
    }
}

fn convert_key(key: foreign::KeyEvent) -> Option<Key> {
    match key.kind {
        foreign::KeyEventKind::Press | foreign::KeyEventKind::Repeat => {}
        foreign::KeyEventKind::Release => return None,
    }
    let mods = convert_mods(key.modifiers);
    let code = match key.code {
        foreign::KeyCode::Char(character) => KeyCode::Char(character),
        foreign::KeyCode::Enter => KeyCode::Enter,
        foreign::KeyCode::Tab => KeyCode::Tab,
        foreign::KeyCode::BackTab => KeyCode::BackTab,
        foreign::KeyCode::Backspace => KeyCode::Backspace,
        foreign::KeyCode::Escape => KeyCode::Esc,
        foreign::KeyCode::Up => KeyCode::Up,
        foreign::KeyCode::Down => KeyCode::Down,
        foreign::KeyCode::Left => KeyCode::Left,
        foreign::KeyCode::Right => KeyCode::Right,
        foreign::KeyCode::Home => KeyCode::Home,
        foreign::KeyCode::End => KeyCode::End,
        foreign::KeyCode::PageUp => KeyCode::PageUp,
        foreign::KeyCode::PageDown => KeyCode::PageDown,
        foreign::KeyCode::Insert => KeyCode::Insert,
        foreign::KeyCode::Delete => KeyCode::Delete,
        foreign::KeyCode::Function(number) => KeyCode::F(number),
        // The byte zero is what terminals send for it.
        foreign::KeyCode::Null => return Some(Key::new(KeyCode::Char(' '), mods | Mods::CTRL)),
        foreign::KeyCode::CapsLock
        | foreign::KeyCode::ScrollLock
        | foreign::KeyCode::NumLock
        | foreign::KeyCode::PrintScreen
        | foreign::KeyCode::Pause
        | foreign::KeyCode::Menu
        | foreign::KeyCode::KeypadBegin
        | foreign::KeyCode::Media(_)
        | foreign::KeyCode::Modifier(_) => return None,
    };
    Some(Key::new(code, mods))
}

/// Meta counts as alt, as it does in keymaps. Hyper is left out: nothing can be bound to it.
fn convert_mods(modifiers: foreign::Modifiers) -> Mods {
    [
        (foreign::Modifiers::SHIFT, Mods::SHIFT),
        (foreign::Modifiers::CONTROL, Mods::CTRL),
        (foreign::Modifiers::ALT, Mods::ALT),
        (foreign::Modifiers::META, Mods::ALT),
        (foreign::Modifiers::SUPER, Mods::SUPER),
    ]
    .into_iter()
    .filter(|(theirs, _)| modifiers.contains(*theirs))
    .fold(Mods::NONE, |mods, (_, ours)| mods | ours)
}

fn convert_mouse(mouse: foreign::MouseEvent) -> Mouse {
    let button = |button| match button {
        foreign::MouseButton::Left => MouseButton::Left,
        foreign::MouseButton::Middle => MouseButton::Middle,
        foreign::MouseButton::Right => MouseButton::Right,
    };
    let kind = match mouse.kind {
        foreign::MouseEventKind::Down(which) => MouseKind::Press(button(which)),
        foreign::MouseEventKind::Up(which) => MouseKind::Release(button(which)),
        foreign::MouseEventKind::Drag(which) => MouseKind::Drag(button(which)),
        foreign::MouseEventKind::Moved => MouseKind::Move,
        foreign::MouseEventKind::ScrollUp => MouseKind::WheelUp,
        foreign::MouseEventKind::ScrollDown => MouseKind::WheelDown,
        foreign::MouseEventKind::ScrollLeft => MouseKind::WheelLeft,
        foreign::MouseEventKind::ScrollRight => MouseKind::WheelRight,
    };
    Mouse { kind, col: mouse.column, row: mouse.row, mods: convert_mods(mouse.modifiers) }
}
