//! Keys, mouse and the rest in words of our own.

use awtui::term::{Mods, Mouse, MouseButton, MouseKind};
use awtui::tty::{TtyEvent, convert};
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MediaKeyCode, ModifierKeyCode, MouseEvent,
    MouseEventKind,
};

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;

/// The key in words, or an empty text for one that is dropped.
fn key(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind) -> String {
    match convert(Event::Key(KeyEvent::new_with_kind(code, modifiers, kind))) {
        Some(TtyEvent::Key(key)) => key.to_string(),
        None => String::new(),
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn every_key_has_its_word_or_is_dropped() {
    let cases = [
        (KeyCode::Char('a'), NONE, "a"),
        (KeyCode::Char('A'), SHIFT, "shift-a"),
        // Without the kitty protocol a capital letter is all that tells of shift.
        (KeyCode::Char('A'), NONE, "shift-a"),
        (KeyCode::Char('é'), NONE, "é"),
        (KeyCode::Char('世'), NONE, "世"),
        (KeyCode::Char('?'), SHIFT, "?"),
        (KeyCode::Char(' '), NONE, "space"),
        (KeyCode::Char('c'), CTRL, "ctrl-c"),
        (KeyCode::Char('x'), ALT, "alt-x"),
        (KeyCode::Char('x'), KeyModifiers::META, "alt-x"),
        (KeyCode::Char('x'), KeyModifiers::SUPER, "super-x"),
        (KeyCode::Char('x'), KeyModifiers::HYPER, "x"),
        (KeyCode::Char('p'), CTRL.union(SHIFT), "ctrl-shift-p"),
        (KeyCode::Null, NONE, "ctrl-space"),
        (KeyCode::Enter, NONE, "enter"),
        (KeyCode::Enter, ALT, "alt-enter"),
        (KeyCode::Enter, SHIFT, "shift-enter"),
        (KeyCode::Tab, NONE, "tab"),
        (KeyCode::BackTab, SHIFT, "shift-tab"),
        (KeyCode::Tab, SHIFT, "shift-tab"),
        (KeyCode::Backspace, NONE, "backspace"),
        (KeyCode::Esc, NONE, "esc"),
        (KeyCode::Up, NONE, "up"),
        (KeyCode::Down, CTRL, "ctrl-down"),
        (KeyCode::Left, ALT, "alt-left"),
        (KeyCode::Right, SHIFT, "shift-right"),
        (KeyCode::Home, NONE, "home"),
        (KeyCode::End, NONE, "end"),
        (KeyCode::PageUp, NONE, "pageup"),
        (KeyCode::PageDown, NONE, "pagedown"),
        (KeyCode::Insert, NONE, "insert"),
        (KeyCode::Delete, NONE, "delete"),
        (KeyCode::F(1), NONE, "f1"),
        (KeyCode::F(12), CTRL, "ctrl-f12"),
        (KeyCode::CapsLock, NONE, ""),
        (KeyCode::ScrollLock, NONE, ""),
        (KeyCode::NumLock, NONE, ""),
        (KeyCode::PrintScreen, NONE, ""),
        (KeyCode::Pause, NONE, ""),
        (KeyCode::Menu, NONE, ""),
        (KeyCode::KeypadBegin, NONE, ""),
        (KeyCode::Media(MediaKeyCode::Play), NONE, ""),
        (KeyCode::Modifier(ModifierKeyCode::LeftShift), SHIFT, ""),
    ];
    for (code, modifiers, word) in cases {
        let word: String = word.into();
        assert_eq!(key(code, modifiers, KeyEventKind::Press), word, "{code:?} {modifiers:?}");
        assert_eq!(key(code, modifiers, KeyEventKind::Repeat), word, "held: {code:?} {modifiers:?}");
        assert_eq!(key(code, modifiers, KeyEventKind::Release), "", "released: {code:?} {modifiers:?}");
    }
}

#[test]
fn the_mouse_keeps_its_place_buttons_and_modifiers() {
    use crossterm::event::MouseButton as Theirs;
    let cases = [
        (MouseEventKind::Down(Theirs::Left), MouseKind::Press(MouseButton::Left)),
        (MouseEventKind::Down(Theirs::Middle), MouseKind::Press(MouseButton::Middle)),
        (MouseEventKind::Up(Theirs::Right), MouseKind::Release(MouseButton::Right)),
        (MouseEventKind::Drag(Theirs::Left), MouseKind::Drag(MouseButton::Left)),
        (MouseEventKind::Moved, MouseKind::Move),
        (MouseEventKind::ScrollUp, MouseKind::WheelUp),
        (MouseEventKind::ScrollDown, MouseKind::WheelDown),
        (MouseEventKind::ScrollLeft, MouseKind::WheelLeft),
        (MouseEventKind::ScrollRight, MouseKind::WheelRight),
    ];
    for (theirs, ours) in cases {
        let event = MouseEvent { kind: theirs, column: 7, row: 3, modifiers: CTRL };
        let expected = Mouse { kind: ours, col: 7, row: 3, mods: Mods::CTRL };
        assert_eq!(convert(Event::Mouse(event)), Some(TtyEvent::Mouse(expected)));
    }
}

#[test]
fn pastes_sizes_and_focus_come_through() {
    let cases = [
        (Event::Paste("a\r\nb\rc\nd".to_owned()), TtyEvent::Paste("a\nb\nc\nd".to_owned())),
        (Event::Resize(120, 40), TtyEvent::Resize(120, 40)),
        (Event::FocusGained, TtyEvent::Focus(true)),
        (Event::FocusLost, TtyEvent::Focus(false)),
    ];
    for (theirs, ours) in cases {
        assert_eq!(convert(theirs), Some(ours));
    }
}
