//! The mouse: a click focuses, selects or answers; the wheel scrolls what lies under it.

use super::act::{go, is_typing_to, scroll_pane, select_in};
use super::input::draw;
use super::model::{Ask, Focus, Mode, Mouse, MouseKind, Popup, Ui};
use super::{borders, drag, events, gate, pane, preview, runs, settings, trust};
use crate::domain::PaneId;
use crate::glass::Glass;
use crate::settings::Action;
use crate::term::{self, MouseButton, MouseMode};
use ratatui::layout::Rect;

/// Lines by which the wheel scrolls.
const WHEEL: isize = 3;

pub(super) fn on_mouse(ui: &mut Ui, glass: &Glass, mouse: Mouse) -> Vec<Ask> {
    if ui.layout.too_small {
        return Vec::new();
    }
    match mouse.kind {
        MouseKind::Down => click(ui, glass, mouse),
        MouseKind::Drag if ui.borders.is_held() => {
            borders::moved(ui, mouse);
            Vec::new()
        }
        MouseKind::Up if ui.borders.is_held() => borders::up(ui),
        MouseKind::Drag if ui.reader.drag.is_held() => {
            drag::moved(ui, glass, mouse);
            Vec::new()
        }
        MouseKind::Up if ui.reader.drag.is_held() => drag::up(ui, glass),
        MouseKind::Up | MouseKind::Drag => to_child(ui, glass, mouse, true),
        MouseKind::ScrollUp => wheel(ui, glass, mouse, -1),
        MouseKind::ScrollDown => wheel(ui, glass, mouse, 1),
    }
}

fn is_in(area: Rect, mouse: Mouse) -> bool {
    area.contains((mouse.col, mouse.row).into())
}

fn pane_at(ui: &Ui, mouse: Mouse) -> Option<(PaneId, Rect)> {
    ui.layout.panes.iter().find(|(_, area)| is_in(*area, mouse)).cloned()
}

fn click(ui: &mut Ui, glass: &Glass, mouse: Mouse) -> Vec<Ask> {
    ui.reader.drag.clear();
    if !ui.popups.is_empty() {
        preview::click(ui, mouse);
        return Vec::new();
    }
    let answer = ui.layout.answers.iter().find(|(_, area)| is_in(*area, mouse)).map(|(kind, _)| *kind);
    if let Some(kind) = answer {
        if ui.mode == Mode::Live {
            return gate::answer(ui, glass, kind);
        }
        return Vec::new();
    }
    let asks = to_child(ui, glass, mouse, true);
    if !asks.is_empty() {
        return asks;
    }
    let on_card = ui.layout.card.is_some_and(|card| is_in(card, mouse));
    // A press on a border takes it, and is a click like any other.
    let mut asks = if on_card { Vec::new() } else { borders::down(ui, mouse).unwrap_or_default() };
    asks.extend(click_on(ui, glass, mouse, on_card));
    asks
}

/// A click on what was drawn there.
fn click_on(ui: &mut Ui, glass: &Glass, mouse: Mouse, on_card: bool) -> Vec<Ask> {
    let figure =
        ui.layout.figures.iter().find(|(_, area)| is_in(*area, mouse)).map(|(figure, _)| figure.clone());
    if let Some(figure) = figure {
        super::explain::open_at(ui, figure);
        return Vec::new();
    }
    let row = ui.layout.rows.iter().find(|(_, _, area)| is_in(*area, mouse)).copied();
    if let Some((focus, index, _)) = row {
        let again = ui.focus == focus && super::act::selected(ui, glass, focus) == index;
        go(ui, focus);
        if focus == Focus::Events {
            events::select_place(ui, glass, index);
        } else {
            ui.selected.insert(focus, index);
        }
        if again && matches!(focus, Focus::Steps | Focus::Artifacts | Focus::Ledger | Focus::Events) {
            return super::act::act(ui, glass, Action::Select);
        }
        return Vec::new();
    }
    let place = ui.layout.places.iter().rev().find(|(_, area)| is_in(*area, mouse)).map(|(focus, _)| *focus);
    if let Some(focus) = place
        && focus != ui.focus
        && !(focus == Focus::Input && ui.mode != Mode::Live)
    {
        go(ui, focus);
    } else if place == Some(Focus::Input)
        && ui.mode == Mode::Live
        && let Some(place) = draw::under(ui, glass, (mouse.col, mouse.row))
    {
        ui.completion.close();
        ui.input.jump(place);
    }
    match pane_at(ui, mouse) {
        Some((pane, _)) if !on_card => drag::down(ui, glass, &pane, mouse),
        Some(_) | None => Vec::new(),
    }
}

fn wheel(ui: &mut Ui, glass: &Glass, mouse: Mouse, sign: isize) -> Vec<Ask> {
    match ui.popups.last_mut() {
        Some(Popup::Preview(_)) => return preview::wheel(ui, sign),
        Some(Popup::Commands(log)) => {
            log.scroll(&glass.commands, sign);
            return Vec::new();
        }
        Some(Popup::Actions { selected, .. }) => {
            *selected = selected.saturating_add_signed(sign);
            return Vec::new();
        }
        Some(Popup::Explain(explain)) => {
            explain.scroll = explain.scroll.saturating_add_signed(if sign < 0 { -3 } else { 3 });
            return Vec::new();
        }
        Some(Popup::Runs(view)) => {
            runs::scroll(view, glass, sign);
            return Vec::new();
        }
        Some(Popup::Settings(view)) => {
            settings::scroll(view, sign);
            return Vec::new();
        }
        Some(Popup::Fact(fact)) => {
            fact.scroll(if sign < 0 { -3 } else { 3 });
            return Vec::new();
        }
        Some(Popup::Trust(_)) => {
            trust::scroll(ui, if sign < 0 { -3 } else { 3 });
            return Vec::new();
        }
        Some(
            Popup::Setup(_) | Popup::ConfirmAbort { .. } | Popup::ConfirmCompact { .. } | Popup::ConfirmQuit,
        ) => return Vec::new(),
        None => {}
    }
    if let Some((pane, _)) = pane_at(ui, mouse) {
        let asks = to_child(ui, glass, mouse, false);
        if asks.is_empty() {
            scroll_pane(ui, glass, &pane, sign * WHEEL);
        }
        return asks;
    }
    let place = ui.layout.places.iter().rev().find(|(_, area)| is_in(*area, mouse)).map(|(focus, _)| *focus);
    if let Some(focus) = place {
        select_in(ui, glass, focus, sign);
    }
    Vec::new()
}

/// The event for the child under the pointer, if it wants the mouse. Clicks only while the operator types into it: they
/// may press its buttons.
fn to_child(ui: &Ui, glass: &Glass, mouse: Mouse, only_typing: bool) -> Vec<Ask> {
    if ui.mode != Mode::Live || !ui.popups.is_empty() {
        return Vec::new();
    }
    let Some((id, area)) = pane_at(ui, mouse) else { return Vec::new() };
    let Some(shown) = glass.panes.get(&id).filter(|pane| pane.exited.is_none()) else { return Vec::new() };
    let modes = shown.screen.modes();
    if only_typing && drag::is_forced(mouse.mods) {
        return Vec::new();
    }
    if modes.mouse == MouseMode::None || (only_typing && !is_typing_to(ui, glass, &id)) {
        return Vec::new();
    }
    let kind = match mouse.kind {
        MouseKind::Down => term::MouseKind::Press(MouseButton::Left),
        MouseKind::Up => term::MouseKind::Release(MouseButton::Left),
        MouseKind::Drag => term::MouseKind::Drag(MouseButton::Left),
        MouseKind::ScrollUp => term::MouseKind::WheelUp,
        MouseKind::ScrollDown => term::MouseKind::WheelDown,
    };
    let event = term::Mouse {
        kind,
        col: mouse.col - area.x,
        row: mouse.row - area.y + pane::first_row(&shown.screen, area.height),
        mods: mouse.mods,
    };
    let bytes = term::encode_mouse(event, &modes);
    bytes.map(|bytes| vec![Ask::Type { pane: id, bytes }]).unwrap_or_default()
}
