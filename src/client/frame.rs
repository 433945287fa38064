//! What a live screen and a replay do in the same way: hear the terminal, draw a frame, wait for one.

use crate::domain::Millis;
use crate::glass::Glass;
use crate::tty::{Tty, TtyError, TtyEvent, clipboard};
use crate::ui::{self, Mouse, MouseKind, Msg, Ui};
use std::time::Duration;
use tokio::time::Instant;

/// What an event of the terminal comes to.
pub(super) enum Heard {
    Msg(Msg),
    Nothing,
    Leave,
}

pub(super) async fn heard(tty: &mut Tty, event: TtyEvent) -> Result<Heard, TtyError> {
    Ok(match event {
        TtyEvent::Key(key) => Heard::Msg(Msg::Key(key)),
        TtyEvent::Paste(text) => Heard::Msg(Msg::Paste(text)),
        TtyEvent::Mouse(mouse) => {
            mouse_of(mouse).map_or(Heard::Nothing, |mouse| Heard::Msg(Msg::Mouse(mouse)))
        }
        TtyEvent::Resize(cols, rows) => Heard::Msg(Msg::Resize { cols, rows }),
        TtyEvent::Focus(gained) => Heard::Msg(Msg::Focus(gained)),
        TtyEvent::Dark(_) => Heard::Nothing,
        TtyEvent::Suspend => {
            tty.suspend().await?;
            Heard::Nothing
        }
        TtyEvent::Terminate(_) => Heard::Leave,
    })
}

fn mouse_of(mouse: crate::term::Mouse) -> Option<Mouse> {
    use crate::term::MouseKind as Theirs;
    let kind = match mouse.kind {
        Theirs::Press(_) => MouseKind::Down,
        Theirs::Release(_) => MouseKind::Up,
        Theirs::Drag(_) => MouseKind::Drag,
        Theirs::WheelUp => MouseKind::ScrollUp,
        Theirs::WheelDown => MouseKind::ScrollDown,
        Theirs::Move | Theirs::WheelLeft | Theirs::WheelRight => return None,
    };
    Some(Mouse { col: mouse.col, row: mouse.row, kind, mods: mouse.mods })
}

pub(super) fn draw(tty: &mut Tty, ui: &Ui, glass: &Glass) -> Result<ui::Layout, TtyError> {
    let mut layout = ui::Layout::default();
    tty.draw(|frame| {
        let area = frame.area();
        layout = ui::view(ui, glass, area, frame.buffer_mut());
        if let Some(cursor) = layout.cursor {
            frame.set_cursor_position(cursor);
        }
        std::mem::take(&mut layout.links)
    })?;
    Ok(layout)
}

/// The mouse is awtui's, or the terminal's own again.
pub(super) fn switch_mouse(tty: &mut Tty, ours: bool) -> Result<(), TtyError> {
    tty.set_mouse(ours)
}

/// Stops until the shell continues awtui, where there is a shell that can.
pub(super) async fn suspend(tty: &mut Tty, ui: &mut Ui) -> Result<(), TtyError> {
    if tty.can_suspend() {
        return tty.suspend().await;
    }
    ui.refused("awtui was not started by a shell that could bring it back".to_owned());
    Ok(())
}

/// Puts a text on the operator's clipboard, as far as the terminal lets us.
pub(super) fn copy(tty: &mut Tty, text: &str) -> Result<(), TtyError> {
    let tmux = std::env::var_os("TMUX").is_some_and(|value| !value.is_empty());
    tty.send(&clipboard(text, tmux))
}

/// When the screen has been open for so many milliseconds. A clock that is told in whole ones must have passed it.
pub(super) fn instant(origin: Instant, uptime: Option<Millis>) -> Option<Instant> {
    uptime.map(|uptime| origin + Duration::from_millis(uptime))
}

pub(super) async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
