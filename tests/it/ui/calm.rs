//! What reaches the terminal: nothing for a frame that changes nothing, and what the frame shows for one that does. Read
//! by an emulator that is not awtui's own.

use super::scenes::{self, Scene, look};
use awtui::settings::{ColourDepth, Folders, Keymap, Theme};
use awtui::tty::{Canvas, Steady};
use awtui::ui::{self, Focus, Look, Mode, MouseKind};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::{Terminal, TerminalOptions, Viewport};

pub(super) struct Host {
    terminal: Terminal<Steady<CrosstermBackend<Canvas>>>,
    canvas: Canvas,
    parser: vt100::Parser,
}

impl Host {
    pub(super) fn new(cols: u16, rows: u16) -> Self {
        let canvas = Canvas::new();
        let backend = Steady::new(CrosstermBackend::new(canvas.clone()));
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, cols, rows)) };
        let side = |cells: u16| std::num::NonZero::new(cells).unwrap();
        let parser = vt100::Parser::new(side(rows), side(cols), 0);
        let terminal = Terminal::with_options(backend, options).unwrap();
        Self { terminal, canvas, parser }
    }

    /// The bytes of the next frame.
    pub(super) fn draw(&mut self, scene: &Scene) -> Vec<u8> {
        let carried = self.terminal.backend().links();
        self.terminal
            .draw(|frame| {
                let layout = ui::view(&scene.ui, &scene.glass, frame.area(), frame.buffer_mut());
                if let Some(cursor) = layout.cursor {
                    frame.set_cursor_position(cursor);
                }
                carried.set(layout.links);
            })
            .unwrap();
        let mut bytes = Vec::new();
        self.canvas.present(true, &mut bytes).unwrap();
        self.parser.process(&bytes);
        bytes
    }

    fn text(&self) -> String {
        let rows = self.parser.screen().rows(0, self.parser.screen().size().1.into());
        rows.fold(String::new(), |text, row| text + row.trim_end() + "\n")
    }
}

fn scenes_of_all_kinds() -> Vec<Scene> {
    let size = (100, 30);
    let mut typing = Scene::of(&scenes::working(), size);
    typing.press("i");
    let mut help = Scene::of(&scenes::working(), size);
    help.press("?");
    vec![
        scenes::first(size),
        Scene::of(&scenes::working(), size),
        Scene::of(&scenes::gate(), size),
        typing,
        help,
        scenes::replay(size),
    ]
}

#[test]
fn an_equal_frame_is_no_bytes_at_all() {
    for scene in scenes_of_all_kinds() {
        let mut host = Host::new(100, 30);
        assert!(!host.draw(&scene).is_empty());
        for _ in 0..3 {
            assert_eq!(host.draw(&scene), b"", "{}", scene.text());
        }
    }
}

#[test]
fn the_terminal_shows_what_the_frame_holds_after_every_change() {
    let mut host = Host::new(100, 30);
    for scene in scenes_of_all_kinds() {
        host.draw(&scene);
        assert_eq!(host.text(), scene.text());
        let cursor = scene.ui.layout.cursor;
        assert_eq!(host.parser.screen().hide_cursor(), cursor.is_none());
        if let Some((col, row)) = cursor {
            assert_eq!(host.parser.screen().cursor_position(), (row, col));
        }
    }
}

#[test]
fn a_tick_of_the_clock_moves_only_the_cells_of_the_clocks() {
    let mut scene = Scene::of(&scenes::working(), (120, 40));
    let mut host = Host::new(120, 40);
    host.draw(&scene);
    scene.wait(1_000);
    let bytes = host.draw(&scene);
    assert!(!bytes.is_empty());
    assert!(bytes.len() < 400, "{} bytes for a tick", bytes.len());
}

fn colours(scene: &Scene) -> Vec<Color> {
    let mut all: Vec<Color> = scene
        .buffer
        .content()
        .iter()
        .flat_map(|cell| [cell.fg, cell.bg])
        .filter(|c| *c != Color::Reset)
        .collect();
    all.dedup();
    all
}

#[test]
fn without_colours_every_frame_says_the_same_words() {
    for bench in [scenes::planning(), scenes::working(), scenes::gate(), scenes::paused(), scenes::done()] {
        let mut scene = Scene::of(&bench, (80, 24));
        let (coloured, words) = (colours(&scene), scene.text());
        scene.ui.look = Look::monochrome();
        scene.draw();
        assert!(!coloured.is_empty());
        assert_eq!(colours(&scene), [], "agents' colours neither");
        assert_eq!(scene.text(), words);
    }
}

#[test]
fn sixteen_colours_are_enough_also_for_an_agent_that_uses_all() {
    let theme = Theme::load("dark", &Folders::default()).unwrap();
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    scene.ui.look = Look::new(theme, ColourDepth::Sixteen);
    scene.draw();
    let other = colours(&scene).into_iter().find(|c| matches!(c, Color::Rgb(..) | Color::Indexed(_)));
    assert_eq!(other, None);
}

#[test]
fn a_theme_with_a_background_has_it_everywhere() {
    let theme = Theme::load("high-contrast", &Folders::default()).unwrap();
    let mut scene = Scene::of(&scenes::gate(), (80, 24));
    scene.ui.look = Look::new(theme, ColourDepth::True);
    scene.ui.refused("a refusal".to_owned());
    scene.draw();
    let holes: Vec<_> = scene.buffer.content().iter().filter(|cell| cell.bg == Color::Reset).collect();
    assert!(holes.is_empty(), "{} cells show the terminal's own background", holes.len());
}

#[test]
fn the_cursor_is_where_the_next_letter_goes() {
    let mut scene = scenes::first((80, 24));
    scene.type_text("你好");
    let (column, row) = scene.ui.layout.cursor.unwrap();
    let (text, text_row) = scene.find("你好");
    assert_eq!((column, row), (text + 4, text_row));
    let mut pane = Scene::of(&scenes::working(), (80, 24));
    assert_eq!(pane.ui.focus, Focus::Worker);
    let place = pane.ui.layout.panes[0].1;
    assert_eq!(pane.ui.layout.cursor, Some((place.x + 2, place.y + 4)), "{}", pane.text());
    pane.mouse(MouseKind::Down, 1, 20);
    assert_eq!(pane.ui.layout.cursor, None);
}

#[test]
fn a_screen_that_is_larger_than_its_place_shows_its_cursor() {
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    let change = awtui::domain::PaneChange::Resized { cols: 120, rows: 60 };
    let pane: awtui::domain::PaneId = "worker-1".into();
    scene.glass.feed(awtui::glass::GlassEvent::Pane { pane: pane.clone(), end: 9, change });
    let change = awtui::domain::PaneChange::Output { text: "\x1b[60;1Hprompt here".to_owned() };
    scene.glass.feed(awtui::glass::GlassEvent::Pane { pane, end: 10, change });
    scene.draw();
    assert!(scene.shows("prompt here"), "{}", scene.text());
    assert!(scene.ui.layout.cursor.is_some());
}

#[test]
fn a_new_screen_has_the_keys_where_they_are_wanted() {
    let focus = |mode| ui::Ui::new(mode, look(), Keymap::load(None).unwrap()).focus;
    assert_eq!(focus(Mode::Live), Focus::Input);
    assert_eq!(focus(Mode::Watch), Focus::Steps);
    assert_eq!(focus(Mode::Replay), Focus::Steps);
}

#[test]
fn what_is_waited_for_is_said_after_a_moment_with_its_seconds_and_goes_by_itself() {
    for size in [(40, 12), (80, 24), (200, 60)] {
        let mut scene = Scene::of(&scenes::working(), size);
        scene.wait(1_000);
        let before = scene.text();
        scene.ui.waits_for(7, "opening a terminal");
        let due = scene.ui.uptime() + 300;
        assert_eq!(scene.ui.waiting_changes_at(), Some(due));
        scene.wait(299);
        assert_eq!(scene.text(), before, "who waits for less does not notice");
        scene.wait(1);
        assert!(scene.shows("WAIT opening a terminal…"), "{}", scene.text());
        let changed = before.lines().zip(scene.text().lines()).filter(|(old, new)| old != new).count();
        assert_eq!(changed, 1, "nothing jumps: {}", scene.text());
        assert_eq!(scene.ui.waiting_changes_at(), Some(due + 700));
        scene.wait(700);
        assert!(scene.shows("opening a terminal…, 1s"), "{}", scene.text());
        scene.ui.waits_for(8, "telling the supervisor");
        scene.wait(1_000);
        assert!(scene.shows("opening a terminal…, 2s"), "the oldest: {}", scene.text());
        scene.ui.waits_no_more(7);
        scene.draw();
        assert!(scene.shows("telling the supervisor…, 1s"), "{}", scene.text());
        scene.ui.waits_for_nothing();
        scene.draw();
        assert!(!scene.shows("WAIT"), "{}", scene.text());
        assert_eq!(scene.ui.waiting_changes_at(), None);
    }
}
