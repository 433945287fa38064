//! How the operator parts the screen, and that it is kept.

use super::scenes::{self, Scene};
use awtui::domain::TerminalEntry;
use awtui::glass::GlassEvent;
use awtui::ui::{Ask, Focus, MouseKind, Shape};

fn panel_rows(scene: &Scene) -> u16 {
    let place = scene.ui.layout.places.iter().find(|(focus, _)| *focus == Focus::Steps);
    place.map_or(0, |(_, area)| area.height)
}

#[test]
fn panels_get_higher_and_lower_and_leave_the_panes_half_of_the_screen() {
    for (cols, rows) in [(80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&scenes::working(), (cols, rows));
        let usual = panel_rows(&scene);
        scene.press("+");
        assert_eq!(panel_rows(&scene), usual + 2, "{cols}x{rows}");
        for _ in 0..40 {
            scene.press("+");
        }
        assert!(panel_rows(&scene) * 2 <= rows, "{cols}x{rows}");
        for _ in 0..80 {
            scene.press("-");
        }
        assert_eq!(panel_rows(&scene), 3, "{cols}x{rows}");
    }
}

#[test]
fn a_panel_is_hidden_and_comes_back_when_it_is_gone_to() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&scenes::working(), size);
        let asks = scene.press("5 x");
        assert!(
            matches!(&asks[..], [Ask::KeepShape(shape)] if shape.hidden == [Focus::Events, Focus::Gates]),
            "{asks:?}"
        );
        assert!(!scene.shows("5 gates"), "{}", scene.text());
        assert!(scene.shows("3 steps"), "{}", scene.text());
        scene.press("5");
        assert!(scene.shows("5 gates"), "{}", scene.text());
    }
}

#[test]
fn all_panels_make_room_for_the_panes_and_come_back() {
    let mut scene = Scene::of(&scenes::working(), (120, 40));
    let before = scene.text();
    let height = scene.ui.layout.panes[0].1.height;
    scene.press("b");
    assert!(scene.ui.layout.panes[0].1.height > height + 8);
    scene.press("b");
    assert_eq!(scene.text(), before);
    // A panel that has the keys goes as well.
    scene.press("3 b");
    assert!(scene.ui.layout.panes[0].1.height > height + 8, "{}", scene.text());
    scene.press("b 3");
    for panel in ["3", "4", "5", "6"] {
        scene.press(panel);
        scene.press("x");
    }
    assert!(scene.ui.layout.panes[0].1.height > height + 8, "the last hidden panel leaves nothing behind");
}

#[test]
fn what_is_kept_is_read_again_and_nonsense_counts_as_not_said() {
    let mut scene = Scene::of(&scenes::working(), (120, 40));
    scene.press("> > - 5 x b");
    let shape = scene.ui.shape.clone();
    assert_ne!(shape, Shape::default());
    assert_eq!(Shape::from_text(&shape.to_text()), shape);
    let strange = "share = lots\npanel_rows = 99999\nhidden = nothing\nfuture = 1\n= =\nshare\n";
    assert_eq!(Shape::from_text(strange), Shape::default());
    assert_eq!(Shape::from_text("share = 99").share, 80);
}

#[test]
fn leaving_tells_of_terminals_that_go_on_and_offers_to_end_them() {
    let mut scene = scenes::first((80, 24));
    let entry = |number: u32, exited| TerminalEntry {
        pane: awtui::domain::PaneId(format!("terminal.{number}")),
        command: "top".to_owned(),
        exited,
        ran: "/bin/sh -c top".to_owned(),
        opened: None,
        ended: None,
    };
    scene
        .glass
        .feed(GlassEvent::Terminals { entries: vec![entry(1, None), entry(2, Some(0))], closed: Vec::new() });
    assert_eq!(scene.press("ctrl-c"), []);
    assert!(scene.shows("Your terminal goes on without the screen"), "{}", scene.text());
    let close =
        |number: u32| Ask::CloseTerminal { pane: awtui::domain::PaneId(format!("terminal.{number}")) };
    assert_eq!(scene.press("T"), [close(1), close(2), Ask::Quit]);
    scene.press("ctrl-c");
    assert_eq!(scene.press("enter"), [Ask::Quit]);
    scene.glass.feed(GlassEvent::Terminals { entries: vec![entry(2, Some(0))], closed: Vec::new() });
    assert_eq!(scene.press("ctrl-c"), [Ask::Quit], "nothing goes on");
}

/// Presses the button, moves the mouse with it held, and lets it go; what was asked for.
fn drag(scene: &mut Scene, from: (u16, u16), to: (u16, u16)) -> Vec<Ask> {
    let mut asks = scene.mouse(MouseKind::Down, from.0, from.1);
    asks.extend(scene.mouse(MouseKind::Drag, to.0, to.1));
    asks.extend(scene.mouse(MouseKind::Up, to.0, to.1));
    asks
}

#[test]
fn the_mouse_moves_the_border_between_two_panes_and_a_double_click_puts_it_back() {
    let mut scene = Scene::of(&scenes::working(), (200, 60));
    let border = |scene: &Scene| scene.ui.layout.panes[1].1.x - 1;
    let before = border(&scene);
    let asks = drag(&mut scene, (before, 20), (120, 22));
    assert!(border(&scene).abs_diff(120) <= 1, "{} is not at 120", border(&scene));
    assert!(matches!(&asks[..], [Ask::KeepShape(shape)] if shape.share == 60), "{asks:?}");
    // It moves while the button is down, and no farther than panes can be read.
    scene.mouse(MouseKind::Down, border(&scene), 20);
    scene.mouse(MouseKind::Drag, 90, 20);
    assert!(border(&scene).abs_diff(90) <= 1);
    scene.mouse(MouseKind::Drag, 0, 20);
    assert!(border(&scene) >= 39, "{}", border(&scene));
    scene.mouse(MouseKind::Up, 0, 20);
    scene.wait(1_000);
    let at = border(&scene);
    scene.mouse(MouseKind::Down, at, 20);
    scene.mouse(MouseKind::Up, at, 20);
    let asks = scene.mouse(MouseKind::Down, at, 20);
    assert!(matches!(&asks[..], [Ask::KeepShape(shape)] if shape.share == 50), "{asks:?}");
    scene.mouse(MouseKind::Up, at, 20);
    assert_eq!(border(&scene), before);
}

#[test]
fn the_mouse_moves_the_border_of_the_panels_and_a_click_there_still_goes_to_one() {
    for (cols, rows) in [(80, 24), (120, 40)] {
        let mut scene = Scene::of(&scenes::working(), (cols, rows));
        let usual = panel_rows(&scene);
        let top = rows - 2 - usual;
        let asks = drag(&mut scene, (5, top), (5, top - 3));
        assert_eq!(panel_rows(&scene), usual + 3, "{cols}x{rows}");
        assert!(matches!(&asks[..], [Ask::KeepShape(shape)] if shape.panel_rows == 3), "{asks:?}");
        assert_eq!(scene.ui.focus, Focus::Steps, "the press was a click, too");
        scene.wait(1_000);
        for _ in 0..2 {
            scene.mouse(MouseKind::Down, 5, top - 3);
            scene.mouse(MouseKind::Up, 5, top - 3);
        }
        assert_eq!(panel_rows(&scene), usual, "{cols}x{rows}");
    }
}
