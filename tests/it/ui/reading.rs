//! Reading a pane: searching, selecting by keys and by the mouse, copying what is clean.

use super::scenes::{self, Scene};
use awtui::domain::{PaneChange, PaneId};
use awtui::glass::GlassEvent;
use awtui::term::Mods;
use awtui::ui::{Ask, Edited, Focus, Mouse, MouseKind, Msg};
use ratatui::style::Modifier;
use std::fmt::Write;

const SMALL: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

fn output(scene: &mut Scene, text: &str) {
    let change = PaneChange::Output { text: text.to_owned() };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change });
    scene.draw();
}

/// The worker's pane with nothing in it but this.
fn showing(text: &str, size: (u16, u16)) -> Scene {
    let mut scene = Scene::of(&scenes::working(), size);
    output(&mut scene, &format!("\x1bc{text}"));
    scene
}

fn lines(count: usize) -> String {
    (1..=count).fold(String::new(), |mut text, line| {
        write!(text, "\r\nline {line}").unwrap();
        text
    })
}

fn bottom(scene: &Scene) -> String {
    scene.line(usize::from(scene.area.height) - 1)
}

fn copied(asks: &[Ask]) -> &str {
    match asks {
        [Ask::Copy { text }] => text,
        other => panic!("{other:?}"),
    }
}

fn pane(scene: &Scene) -> ratatui::layout::Rect {
    let worker: PaneId = "worker-1".into();
    scene.ui.layout.panes.iter().find(|(pane, _)| *pane == worker).unwrap().1
}

/// Drags from one place of the pane to another, counted from its corner.
fn drag(scene: &mut Scene, from: (u16, u16), to: (u16, u16)) -> Vec<Ask> {
    let area = pane(scene);
    assert_eq!(scene.mouse(MouseKind::Down, area.x + from.0, area.y + from.1), []);
    assert_eq!(scene.mouse(MouseKind::Drag, area.x + to.0, area.y + to.1), []);
    scene.mouse(MouseKind::Up, area.x + to.0, area.y + to.1)
}

fn is_marked(scene: &Scene, what: &str) -> bool {
    let (col, row) = scene.find(what);
    scene.buffer[(col, row)].modifier.contains(Modifier::BOLD)
}

#[test]
fn a_search_finds_while_it_is_typed_and_goes_around() {
    let mut scene = showing(&lines(300), SMALL);
    scene.press("/");
    scene.type_text("line 29");
    // `line 29`, and 290 to 299: eleven.
    assert!(bottom(&scene).starts_with(" /line 29▏  "), "{}", bottom(&scene));
    assert!(bottom(&scene).contains("/11"), "{}", bottom(&scene));
    insta::assert_snapshot!("search_80x24", scene.text());
    scene.type_text("9");
    assert!(bottom(&scene).contains("  1/1"), "{}", bottom(&scene));
    scene.press("backspace enter");
    assert!(bottom(&scene).contains("READ worker  /line 29"), "{}", bottom(&scene));
    let number = |scene: &Scene| {
        let line = bottom(scene);
        line.split("/line 29  ").nth(1).unwrap().split('/').next().unwrap().parse::<usize>().unwrap()
    };
    scene.press("N");
    let first = number(&scene);
    scene.press("n");
    assert_eq!(number(&scene), first + 1);
    for _ in number(&scene)..11 {
        scene.press("n");
    }
    assert_eq!(number(&scene), 11);
    scene.press("n");
    assert!(bottom(&scene).contains("1/11  from the beginning again"), "{}", bottom(&scene));
    assert!(scene.shows("line 29\n"), "the match is on the screen: {}", scene.text());
    scene.press("N");
    assert!(bottom(&scene).contains("11/11  from the end again"), "{}", bottom(&scene));
    scene.press("esc");
    assert!(!bottom(&scene).contains("READ"), "{}", bottom(&scene));
}

#[test]
fn all_matches_are_marked_and_the_current_one_differs_without_any_colour() {
    let mut scene = showing("one two one\r\ntwo one", SMALL);
    scene.ui.look = awtui::ui::Look::monochrome();
    scene.press("/");
    scene.type_text("one");
    scene.press("enter");
    let area = pane(&scene);
    let marks = |col: u16, row: u16| scene.buffer[(area.x + col, area.y + row)].modifier;
    let current = Modifier::BOLD | Modifier::REVERSED;
    let other = Modifier::BOLD | Modifier::UNDERLINED;
    assert_eq!([marks(0, 0), marks(2, 0), marks(4, 0)], [current, current, Modifier::empty()]);
    assert_eq!([marks(8, 0), marks(10, 0), marks(4, 1)], [other; 3]);
}

#[test]
fn capitals_count_when_the_search_has_one() {
    for (words, count) in [("error", "1/3"), ("Error", "1/1"), ("ERROR", "1/1"), ("ERRor", "not found")] {
        let mut scene = showing("error Error ERROR", SMALL);
        scene.press("/");
        scene.type_text(words);
        assert!(bottom(&scene).contains(count), "{words}: {}", bottom(&scene));
    }
}

#[test]
fn a_match_is_found_across_a_wrap_and_in_wide_characters() {
    let long = format!("{}needle你好吗{}", "x".repeat(77), "y".repeat(200));
    let mut scene = showing(&long, SMALL);
    for words in ["needle", "你好", "dle你", "xneedle你好吗y"] {
        scene.press("/");
        scene.type_text(words);
        assert!(bottom(&scene).contains("  1/1"), "{words}: {}", bottom(&scene));
        assert_eq!(copied(&scene.press("enter y")), words);
    }
}

#[test]
fn what_is_not_there_is_said() {
    let mut scene = showing("nothing", SMALL);
    scene.press("/");
    scene.type_text("something");
    assert!(bottom(&scene).contains("not found"), "{}", bottom(&scene));
    scene.press("esc");
    assert!(scene.shows("nothing"));
}

#[test]
fn matches_keep_their_place_while_a_flood_goes_by_and_each_frame_does_a_bounded_part() {
    let mut scene = showing(&lines(9_000), SMALL);
    scene.press("/");
    scene.type_text("line 8555");
    for _ in 0..20 {
        scene.draw();
    }
    assert!(bottom(&scene).contains("  1/1"), "{}", bottom(&scene));
    scene.press("enter");
    let place = scene.find("line 8555");
    for part in 0..10 {
        output(&mut scene, &lines(500).replace("line", &format!("part {part}")));
        assert_eq!(scene.find("line 8555"), place, "part {part}");
        assert!(bottom(&scene).contains("  1/1"), "part {part}: {}", bottom(&scene));
    }
    assert!(is_marked(&scene, "line 8555"));
    // Until it is among the oldest lines, which make room.
    output(&mut scene, &lines(6_000).replace("line", "more"));
    for _ in 0..20 {
        scene.draw();
    }
    assert!(bottom(&scene).contains("not found"), "{}", bottom(&scene));
}

#[test]
fn a_search_over_the_whole_history_takes_several_frames_and_says_so() {
    let mut scene = showing(&lines(10_000), (200, 60));
    scene.press("/");
    scene.type_text("line 12");
    assert!(bottom(&scene).contains('…'), "{}", bottom(&scene));
    let mut frames = 0;
    while scene.ui.catch_up(&scene.glass) {
        frames += 1;
        assert!(frames < 100);
    }
    scene.draw();
    assert!(bottom(&scene).contains("/111"), "{}", bottom(&scene));
}

#[test]
fn text_is_selected_by_keys_and_copied_clean() {
    let cases: &[(&str, &str, &str)] = &[
        ("one two three", "g v l l y", "one"),
        ("one two three", "g w v $ y", "two three"),
        ("one two three", "g $ b v 0 y", "one two t"),
        ("one  \r\ntwo", "g v j $ y", "one\ntwo"),
        ("one\r\ntwo\r\nthree", "g j V y", "two"),
        ("one\r\ntwo\r\nthree", "g j V j enter", "two\nthree"),
        ("ab你好cd", "g l l v l y", "你好"),
        ("ab你好cd", "g l v l y", "b你"),
        ("one", "g v y", "o"),
        ("one two", "g w y", "one two"),
        ("ab 12\r\ncd 34\r\nef 56", "g w ctrl-v j j l y", "12\n34\n56"),
        ("┌────┐\r\n│ ok │\r\n└────┘", "g j w ctrl-v l y", "ok"),
    ];
    for (text, keys, expected) in cases {
        let mut scene = showing(text, SMALL);
        assert_eq!(scene.press("v"), []);
        assert!(bottom(&scene).contains("READ worker"), "{}", bottom(&scene));
        assert_eq!(copied(&scene.press(keys)), *expected, "{text:?} {keys}");
        assert!(scene.shows("copied "), "{}", scene.text());
        assert!(!bottom(&scene).contains("READ"), "reading ends with the copy");
    }
}

#[test]
fn a_line_that_the_terminal_wrapped_is_copied_as_one() {
    let long = format!("begin {} end\r\nnext", "word ".repeat(40));
    let mut scene = showing(&long, SMALL);
    let expected = format!("begin {} end", "word ".repeat(40));
    assert_eq!(copied(&scene.press("v g V y")), expected);
    let area = pane(&scene);
    for _ in 0..3 {
        scene.mouse(MouseKind::Down, area.x + 3, area.y + 1);
    }
    assert_eq!(copied(&scene.mouse(MouseKind::Up, area.x + 3, area.y + 1)), expected);
}

#[test]
fn a_drag_copies_what_it_covers_and_never_the_other_pane() {
    let mut scene = showing("first line\r\nsecond 你好 line\r\nthird line", WIDE);
    assert_eq!(copied(&drag(&mut scene, (6, 0), (5, 1))), "line\nsecond");
    assert!(scene.shows("copied 11 characters in 2 lines"), "{}", scene.text());
    // The second half of a wide character takes all of it.
    assert_eq!(copied(&drag(&mut scene, (8, 1), (9, 1))), "你好");
    let area = pane(&scene);
    scene.mouse(MouseKind::Down, area.x + 6, area.y);
    scene.mouse(MouseKind::Drag, 0, area.y + 1);
    assert_eq!(copied(&scene.mouse(MouseKind::Up, 0, area.y + 1)), "line\ns");
    // What is selected stays marked until a key.
    assert!(scene.buffer[(area.x + 6, area.y)].bg != scene.buffer[(area.x + 1, area.y + 2)].bg);
    scene.press("shift-up");
    assert!(scene.buffer[(area.x + 6, area.y)].bg == scene.buffer[(area.x + 1, area.y + 2)].bg);
}

#[test]
fn a_click_copies_nothing_two_take_a_word_and_alt_takes_a_rectangle() {
    let mut scene = showing("see src/ui/view.rs:12, \"quoted\"\r\nab 12\r\ncd 34", WIDE);
    let area = pane(&scene);
    let click = |scene: &mut Scene, col: u16| {
        scene.mouse(MouseKind::Down, area.x + col, area.y);
        scene.mouse(MouseKind::Up, area.x + col, area.y)
    };
    assert_eq!(click(&mut scene, 8), []);
    assert_eq!(copied(&click(&mut scene, 8)), "src/ui/view.rs:12");
    scene.wait(1_000);
    assert_eq!(click(&mut scene, 26), [], "too late for the click before");
    assert_eq!(copied(&click(&mut scene, 26)), "quoted");
    let mouse =
        |kind, col, row| Msg::Mouse(Mouse { kind, col: area.x + col, row: area.y + row, mods: Mods::ALT });
    scene.wait(1_000);
    scene.msg(mouse(MouseKind::Down, 3, 1));
    scene.msg(mouse(MouseKind::Drag, 4, 2));
    assert_eq!(copied(&scene.msg(mouse(MouseKind::Up, 4, 2))), "12\n34");
}

#[test]
fn a_drag_past_the_edge_scrolls_on_by_itself() {
    let mut scene = showing(&lines(200), SMALL);
    let area = pane(&scene);
    scene.mouse(MouseKind::Down, area.x + 20, area.y + 2);
    scene.mouse(MouseKind::Drag, area.x, area.y - 1);
    assert!(scene.ui.catch_up(&scene.glass), "it goes on while the mouse is held there");
    scene.wait(400);
    assert!(scene.shows("lines back"), "{}", scene.text());
    let text = scene.mouse(MouseKind::Up, area.x, area.y - 1);
    let text = copied(&text).to_owned();
    let first: usize = text.lines().next().unwrap().trim_start_matches("line ").parse().unwrap();
    let last: usize = text.lines().last().unwrap().trim_start_matches("line ").parse().unwrap();
    assert!(last - first >= 12, "{first} to {last}");
    assert_eq!(text.lines().count(), last - first + 1);
    assert!(!scene.ui.catch_up(&scene.glass));
}

#[test]
fn a_program_that_grabs_the_mouse_loses_it_to_shift() {
    let mut scene = showing("\x1b[?1049h\x1b[?1002h\x1b[?1006hword on its own screen", WIDE);
    scene.press("i");
    let area = pane(&scene);
    let mouse = |kind, col, mods| Msg::Mouse(Mouse { kind, col: area.x + col, row: area.y, mods });
    assert!(matches!(scene.msg(mouse(MouseKind::Down, 0, Mods::NONE)).as_slice(), [Ask::Type { .. }]));
    assert_eq!(scene.msg(mouse(MouseKind::Down, 0, Mods::SHIFT)), []);
    assert_eq!(scene.msg(mouse(MouseKind::Drag, 3, Mods::SHIFT)), []);
    assert_eq!(copied(&scene.msg(mouse(MouseKind::Up, 3, Mods::SHIFT))), "word");
    // And to keys, after the leader.
    scene.press("ctrl-g v");
    assert!(!scene.ui.typing);
    assert_eq!(copied(&scene.press("g w y")), "word on its own screen");
}

#[test]
fn a_link_is_underlined_and_its_address_copied() {
    let mut scene = showing("see \x1b]8;;https://example.org/a\x1b\\the page\x1b]8;;\x1b\\ now", WIDE);
    let (col, row) = scene.find("the page");
    assert!(scene.buffer[(col, row)].modifier.contains(Modifier::UNDERLINED));
    let click = Mouse { kind: MouseKind::Down, col, row, mods: Mods::CTRL };
    assert_eq!(copied(&scene.msg(Msg::Mouse(click))), "https://example.org/a");
    assert!(scene.shows("copied the address https://example.org/a"), "{}", scene.text());
    assert_eq!(copied(&scene.press("v g w o")), "https://example.org/a");
    assert_eq!(scene.press("0 o"), []);
    assert!(scene.shows("no link stands here"), "{}", scene.text());
}

#[test]
fn all_of_a_pane_goes_to_a_file_or_to_the_editor() {
    let mut scene = showing(&lines(50), SMALL);
    let whole = lines(50).replace("\r\n", "\n").trim_start_matches('\n').to_owned();
    let saved = |text: &str| [Ask::SaveText { name: "worker-1".to_owned(), text: format!("\n{text}") }];
    assert_eq!(scene.press("w"), saved(&whole));
    assert_eq!(scene.press("v s"), saved(&whole), "without a selection everything");
    let one = [Ask::SaveText { name: "worker-1".to_owned(), text: "line 50".to_owned() }];
    assert_eq!(scene.press("V s"), one);
    scene.press("esc home");
    let edit = |line| Ask::Edit { text: format!("\n{whole}"), suffix: ".txt", line, then: Edited::Nothing };
    assert_eq!(scene.press("e"), [edit(1)], "where it is shown");
    assert_eq!(scene.press("v G e"), [edit(51)], "where it is read");
}

#[test]
fn reading_ends_when_the_keys_go_elsewhere_and_takes_no_other_key() {
    let mut scene = showing("words", WIDE);
    scene.press("v");
    assert_eq!(scene.press("p P A x"), [], "nothing that is not about reading happens");
    assert!(scene.ui.popups.is_empty());
    scene.press("tab");
    assert!(!bottom(&scene).contains("READ"), "{}", bottom(&scene));
    scene.press("3 /");
    assert_eq!(scene.ui.focus, Focus::Worker, "the pane that is shown gets the search");
    scene.press("esc");
    assert!(!bottom(&scene).contains('/'), "{}", bottom(&scene));
}

#[test]
fn a_gate_that_opens_does_not_cover_what_is_read() {
    let mut scene = Scene::of(&scenes::gate(), WIDE);
    assert!(scene.shows("confirm"), "{}", scene.text());
    scene.press("esc 2 v");
    assert!(bottom(&scene).contains("READ"), "{}", bottom(&scene));
    scene.press("!");
    assert!(!bottom(&scene).contains("READ"), "the gate was gone to: {}", bottom(&scene));
}

#[test]
fn another_width_wraps_anew_and_reading_goes_on() {
    let mut scene = showing(&lines(100), WIDE);
    scene.press("/");
    scene.type_text("line 9");
    scene.press("enter");
    let resized = PaneChange::Resized { cols: 40, rows: 10 };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 10, change: resized });
    scene.draw();
    assert!(bottom(&scene).contains("/11"), "{}", bottom(&scene));
    scene.press("n y");
}

#[test]
fn a_bell_marks_the_pane_until_it_is_looked_at() {
    for (size, tab) in [(WIDE, " bell analyst "), (SMALL, "1 analyst bell")] {
        let mut scene = Scene::of(&scenes::working(), size);
        let ring = |text: &str| GlassEvent::Pane {
            pane: "analyst-1".into(),
            end: 9,
            change: PaneChange::Output { text: text.to_owned() },
        };
        scene.glass.feed(ring("x\x07y"));
        scene.draw();
        assert!(scene.shows(tab), "{}", scene.text());
        scene.press("1 2");
        assert!(!scene.shows("bell"), "{}", scene.text());
        output(&mut scene, "\x07");
        assert!(!scene.shows("bell"), "who looks at it hears it");
    }
}

#[test]
fn the_title_of_a_program_stands_in_its_line_where_there_is_room() {
    let title = "\x1b]2;fixing the parser\x1b\\";
    assert!(showing(title, (200, 60)).shows("fixing the parser"));
    assert!(!showing(title, (40, 12)).shows("fixing"), "what has no room is left out whole");
}
