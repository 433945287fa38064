//! How the operator parts the screen, and that it is kept.

use super::scenes::{self, Scene};
use awtui::domain::TerminalEntry;
use awtui::glass::GlassEvent;
use awtui::ui::{Ask, Focus, Shape};

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
    };
    scene.glass.feed(GlassEvent::Terminals(vec![entry(1, None), entry(2, Some(0))]));
    assert_eq!(scene.press("ctrl-c"), []);
    assert!(scene.shows("Your terminal goes on without the screen"), "{}", scene.text());
    let close =
        |number: u32| Ask::CloseTerminal { pane: awtui::domain::PaneId(format!("terminal.{number}")) };
    assert_eq!(scene.press("T"), [close(1), close(2), Ask::Quit]);
    scene.press("ctrl-c");
    assert_eq!(scene.press("enter"), [Ask::Quit]);
    scene.glass.feed(GlassEvent::Terminals(vec![entry(2, Some(0))]));
    assert_eq!(scene.press("ctrl-c"), [Ask::Quit], "nothing goes on");
}
