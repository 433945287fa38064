//! What is looked at: reports, prompts, diffs, logs and files, and how one moves in them.

use super::scenes::{self, Scene};
use crate::domain::bench::Bench;
use awtui::domain::{ArtifactEntry, DiffStat, Fetch};
use awtui::glass::GlassEvent;
use awtui::ui::{Ask, Focus, Mode};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

fn frames(name: &str, keys: &str) {
    for (cols, rows) in SIZES {
        let mut scene = Scene::of(&scenes::changed(), (cols, rows));
        scene.look(keys);
        insta::assert_snapshot!(format!("{name}_{cols}x{rows}"), scene.text());
    }
}

/// An artifact of this name and content is looked at.
pub fn file(size: (u16, u16), path: &str, bytes: &[u8]) -> Scene {
    let mut scene = Scene::of(&scenes::working(), size);
    let path = format!("artifacts/{path}");
    let entry = ArtifactEntry { path, bytes: bytes.len() as u64, modified: 0, is_folder: false };
    scene.glass.feed(GlassEvent::Artifacts(vec![entry]));
    let asks = scene.press("6 enter");
    scene.answer(asks, &|_| Ok(bytes.to_vec()));
    scene
}

/// Presses keys; what they ask for comes from these bytes.
pub fn press(scene: &mut Scene, keys: &str, bytes: &[u8]) -> Vec<(u64, u64)> {
    let mut asked = Vec::new();
    for key in keys.split_whitespace() {
        let asks = scene.press(key);
        asked.extend(scene.answer(asks, &|_| Ok(bytes.to_vec())));
    }
    asked
}

#[test]
fn the_report_of_a_step() {
    frames("report", "3 up enter");
}

#[test]
fn the_diff_of_a_step() {
    frames("diff", "3 D");
}

#[test]
fn the_diff_of_a_step_in_the_form_that_the_width_does_not_choose() {
    frames("diff_other", "3 D m");
}

#[test]
fn the_log_of_the_check_that_failed() {
    frames("check_log", "3 L");
}

#[test]
fn the_prompt_of_a_step_and_its_source() {
    let mut scene = Scene::of(&scenes::changed(), (80, 24));
    scene.look("3 up up W");
    assert!(scene.line(2).contains("prompt of step 0002"), "{}", scene.text());
    scene.look("m");
    assert!(scene.line(2).contains("source"), "{}", scene.text());
}

const MARKDOWN: &str = "# Time zones\n\nA *date* is read with its **offset**, `+02:00`, see [the notes](docs/zones.md).\n\n\
## What was measured\n\n| case | before | after |\n|:--|--:|--:|\n| 日付 with a zone | 1.2 ms | 0.9 ms |\n| plain | 0.4 ms | \
0.4 ms, which is the same as it was before the change was made |\n\n- first\n  - inner, with a line that is long enough to go \
on in the next one\n- [x] done\n\n1. one\n2. two\n\n> quoted words\n> of two lines\n\n```rust\nlet zone = None;\n```\n\n~~gone~~ \
<b>html</b>\n";

#[test]
fn markdown_is_shown_as_it_is_meant() {
    for (cols, rows) in SIZES {
        let scene = file(
            (cols, rows + 20),
            "notes/日付/a_very_long_name_of_a_file_that_goes_on.md",
            MARKDOWN.as_bytes(),
        );
        insta::assert_snapshot!(format!("markdown_{cols}x{}", rows + 20), scene.text());
    }
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    for (name, bytes) in [
        ("program", &b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00"[..]),
        (
            "shot.png",
            &b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\xe0\x08\x06\x00\x00\x00"[..],
        ),
    ] {
        let scene = file((40, 12), name, bytes);
        insta::assert_snapshot!(format!("binary_{}", name.replace('.', "_")), scene.text());
    }
    assert!(file((80, 24), "empty.txt", b"").line(2).contains("empty.txt"));
}

#[test]
fn a_large_file_is_read_in_parts_wherever_one_goes() {
    let lines = (0..400_000).map(|line| format!("line {line} of many\n")).collect::<Vec<_>>().concat();
    let bytes = lines.into_bytes();
    let mut scene = file((80, 24), "large.txt", &bytes);
    assert!(scene.line(3).ends_with("line 0 of many"), "{}", scene.text());
    assert!(scene.line(2).contains("0% of 7.5 MB"), "{}", scene.text());
    let asked = press(&mut scene, "G", &bytes);
    assert!(matches!(&asked[..], [(offset, limit)] if offset + limit == bytes.len() as u64), "{asked:?}");
    assert!(scene.shows("line 399999 of many"), "{}", scene.text());
    let asked = press(&mut scene, "g", &bytes);
    assert_eq!(asked.len(), 1);
    assert!(scene.line(3).ends_with("line 0 of many"), "{}", scene.text());
    // Down, over the end of what is here: no line is left out, none comes twice.
    let mut last = 0;
    for _ in 0..1_100 {
        press(&mut scene, "pagedown", &bytes);
        let top: u64 =
            scene.line(3).trim().rsplit("line ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
        assert_eq!(top, last + 19, "{}", scene.text());
        last = top;
    }
    for _ in 0..700 {
        press(&mut scene, "pageup", &bytes);
        let top: u64 =
            scene.line(3).trim().rsplit("line ").next().unwrap().split(' ').next().unwrap().parse().unwrap();
        assert_eq!(top, last - 19, "{}", scene.text());
        last = top;
    }
}

#[test]
fn a_search_goes_through_all_of_a_large_file_and_back() {
    let mut lines: Vec<String> = (0..100_000).map(|line| format!("line {line} of many")).collect();
    lines[70_123].push_str(" Needle");
    lines[90_456].push_str(" needle");
    let bytes = lines.join("\n").into_bytes();
    let mut scene = file((80, 24), "large.txt", &bytes);
    let asked = press(&mut scene, "/ n e e d l e enter", &bytes);
    assert!(asked.len() > 3, "part by part: {asked:?}");
    assert!(scene.line(3).contains("line 70123 of many Needle"), "{}", scene.text());
    press(&mut scene, "n", &bytes);
    assert!(scene.line(3).contains("line 90456 of many needle"), "{}", scene.text());
    press(&mut scene, "n", &bytes);
    assert!(scene.shows("nothing more is found"), "{}", scene.text());
    assert!(scene.line(3).contains("line 90456"), "back where it began: {}", scene.text());
    press(&mut scene, "N", &bytes);
    assert!(scene.line(3).contains("line 70123"), "{}", scene.text());
    press(&mut scene, "g / N e e d l e enter n", &bytes);
    assert!(scene.line(3).contains("line 70123"), "a capital is meant: {}", scene.text());
}

#[test]
fn a_long_search_says_how_far_it_is_and_is_given_up_by_the_key_that_closes() {
    let bytes: Vec<u8> = (0..200_000).flat_map(|line| format!("line {line}\n").into_bytes()).collect();
    let mut scene = file((80, 24), "large.txt", &bytes);
    press(&mut scene, "pagedown / n o n e", &bytes);
    let top = scene.line(3);
    // Parts come, and none of them holds it.
    let mut asks = scene.press("enter");
    for _ in 0..3 {
        let Some(Ask::Fetch { id, offset, limit, .. }) = asks.pop() else { panic!("{asks:?}") };
        let piece = awtui::domain::Piece::of(&bytes, offset, limit);
        let Some(Ask::Prepare(work)) = scene.ui.fetched(id, Ok(piece)).pop() else { panic!("no work") };
        asks = scene.ui.prepared(work.run(&scenes::SYNTAXES, &|| true));
        scene.wait(200);
    }
    assert!(scene.line(2).contains("searching… 45%, 0.6s"), "{}", scene.text());
    assert_eq!(scene.line(3), top, "what is read stays while it is searched");
    assert_eq!(scene.press("esc"), []);
    assert!(!scene.shows("searching"), "{}", scene.text());
    assert_eq!(scene.line(3), top);
    scene.answer(asks, &|_| Ok(bytes.clone()));
    assert_eq!(scene.line(3), top, "what comes too late is not heard");
    scene.press("esc");
    assert!(scene.ui.popups.is_empty());
}

#[test]
fn one_line_without_an_end_is_read_through_as_well() {
    let bytes = "0123456789abcdef".repeat(40_000).into_bytes();
    let mut scene = file((80, 24), "one_line.json", &bytes);
    for _ in 0..500 {
        press(&mut scene, "pagedown", &bytes);
    }
    assert!(scene.line(2).contains("% of 625 kB"), "{}", scene.text());
    let before = scene.text();
    press(&mut scene, "G", &bytes);
    assert_eq!(scene.text().lines().nth(20), before.lines().nth(20), "the end was reached");
}

#[test]
fn files_and_hunks_of_a_diff_are_gone_to() {
    let mut scene = Scene::of(&scenes::changed(), (80, 8 + 4));
    scene.look("3 D }");
    assert!(scene.line(3).starts_with("src/parser.rs  +5 -3"), "{}", scene.text());
    scene.look("]");
    assert!(scene.line(3).contains("@@ -10,7 +10,8 @@"), "{}", scene.text());
    scene.look("] {");
    assert!(scene.line(3).starts_with("src/parser.rs"), "{}", scene.text());
    scene.look("{");
    assert!(scene.line(3).contains("time_zones.md"), "{}", scene.text());
    scene.look("{");
    assert!(scene.shows("there is no other file"), "{}", scene.text());
}

#[test]
fn what_a_gate_asks_about_can_be_looked_at_from_its_card() {
    let mut scene = Scene::of(&scenes::gate(), (80, 24));
    scene.wait(1_000);
    scene.look("L");
    assert!(scene.line(2).contains("check tests 2/2 of step 0003: passed"), "{}", scene.text());
    scene.look("{");
    assert!(scene.line(2).contains("check format 1/2"), "{}", scene.text());
    scene.look("q R");
    assert!(scene.line(2).contains("report of step 0004"), "{}", scene.text());
    scene.look("q");
    assert!(scene.shows("approve"), "the card is there again: {}", scene.text());
    let asks = scene.press("D");
    assert_eq!(asks, [], "{}", scene.text());
    assert!(scene.shows("no step up to 0004 changed files that git knows of"), "{}", scene.text());
}

#[test]
fn what_takes_long_says_so_and_what_fails_says_why() {
    let mut scene = Scene::of(&scenes::changed(), (80, 24));
    let asks = scene.press("3 R");
    let Some(Ask::Fetch { id, what, .. }) = asks.first() else { panic!("{asks:?}") };
    assert!(matches!(what, Fetch::Report { .. }));
    assert!(!scene.shows("fetching"), "nothing flickers");
    let due = scene.ui.wakes_at().unwrap() - scene.ui.uptime();
    assert_eq!(due, 300);
    scene.wait(due);
    assert!(scene.shows("fetching… 0.3s"), "{}", scene.text());
    scene.ui.fetched(*id, Err("it was not kept".to_owned()));
    scene.draw();
    assert!(scene.shows("This cannot be shown: it was not kept."), "{}", scene.text());
    assert_eq!(scene.ui.wakes_at(), None);
}

#[test]
fn an_answer_to_what_was_closed_changes_nothing() {
    let mut scene = Scene::of(&scenes::changed(), (80, 24));
    let first = scene.press("3 R");
    scene.press("q");
    let second = scene.press("W");
    scene.answer(first, &|_| Ok(b"the first".to_vec()));
    assert!(!scene.shows("the first"), "{}", scene.text());
    scene.answer(second, &|_| Ok(b"the second".to_vec()));
    assert!(scene.shows("the second"), "{}", scene.text());
}

#[test]
fn long_lines_are_wrapped_or_cut_and_one_stays_where_one_was() {
    let text = (0..50).map(|line| format!("{line} {}\n", "word ".repeat(40))).collect::<Vec<_>>().concat();
    let mut scene = file((80, 24), "wide.txt", text.as_bytes());
    press(&mut scene, "pagedown pagedown", text.as_bytes());
    let top = |scene: &Scene| scene.line(3).split_whitespace().next().unwrap().to_owned();
    press(&mut scene, "w", text.as_bytes());
    assert!(scene.line(3).ends_with('›'), "{}", scene.text());
    let before = top(&scene);
    assert_eq!(before, "13", "the line whose middle stood at the top");
    assert!(scene.line(2).contains("not wrapped"), "{}", scene.text());
    press(&mut scene, "l l h", text.as_bytes());
    assert!(scene.line(3).starts_with("   13  word word"), "eight columns to the right: {}", scene.text());
    press(&mut scene, "w", text.as_bytes());
    assert_eq!(top(&scene), before);
}

#[test]
fn the_keys_of_what_is_looked_at_are_in_its_help_and_do_what_it_says() {
    let mut scene = Scene::of(&scenes::changed(), (120, 40));
    scene.look("3 D ?");
    assert!(scene.shows("keys while looking at something"), "{}", scene.text());
    assert!(scene.shows("Go to the next hunk of a diff"), "{}", scene.text());
    scene.look("n e x t space h u n k enter");
    assert!(scene.line(3).contains("@@"), "{}", scene.text());
    scene.look("q");
    assert_eq!(scene.ui.focus, Focus::Steps);
    assert!(scene.ui.popups.is_empty());
}

/// Files of before the run, of the round that goes on, empty ones, and very long and wide names in deep folders.
fn with_artifacts(size: (u16, u16)) -> Scene {
    let bench = scenes::changed();
    let worked = bench.run.steps[1].started.wall;
    let mut scene = Scene::of(&bench, size);
    let entries = [
        ("a_folder", true, 0, worked),
        ("a_folder/日付の測定_with_a_name_that_goes_on_and_on_and_on.csv", false, 1_250_000, worked + 5_000),
        ("a_folder/deeper", true, 0, worked),
        ("a_folder/deeper/test.log", false, 48_230, worked + 1_000),
        ("a_folder.txt", false, 12, worked - 1_000),
        ("before.txt", false, 2_000, bench.run.created.wall - 7_200_000),
        ("empty.log", false, 0, worked + 2_000),
    ];
    let entries = entries.map(|(path, is_folder, bytes, modified)| ArtifactEntry {
        path: format!("artifacts/{path}"),
        bytes,
        modified,
        is_folder,
    });
    scene.glass.feed(GlassEvent::Artifacts(entries.into()));
    scene.press("6");
    scene
}

#[test]
fn artifacts_are_a_tree_that_says_what_is_new_empty_and_left_from_before() {
    for (cols, rows) in SIZES {
        let scene = with_artifacts((cols, rows));
        insta::assert_snapshot!(format!("artifacts_{cols}x{rows}"), scene.text());
    }
    for (cols, rows) in SIZES {
        let mut scene = with_artifacts((cols, rows));
        scene.press("z z");
        insta::assert_snapshot!(format!("artifacts_alone_{cols}x{rows}"), scene.text());
    }
}

#[test]
fn folders_fold_and_files_open() {
    let mut scene = with_artifacts((120, 40));
    scene.press("z z");
    assert!(scene.shows("test.log"));
    assert_eq!(scene.press("enter"), []);
    assert!(!scene.shows("test.log"), "{}", scene.text());
    assert!(scene.shows("▸a_folder/"), "{}", scene.text());
    assert!(scene.shows("2 files"), "{}", scene.text());
    let asks = scene.press("down enter");
    let path = "artifacts/a_folder.txt".to_owned();
    assert!(matches!(&asks[..], [Ask::Fetch { what, .. }] if *what == Fetch::File { path }), "{asks:?}");
    scene.press("q up enter");
    assert!(scene.shows("▾a_folder/") && scene.shows("test.log"), "{}", scene.text());
}

#[test]
fn what_is_looked_at_goes_to_the_editor_as_a_copy() {
    let mut scene = file((80, 24), "notes.md", b"# One\n");
    let asks = scene.press("e");
    assert!(matches!(&asks[..], [Ask::Edit { text, suffix: ".md", .. }] if text == "# One\n"), "{asks:?}");
    let mut scene = file((80, 24), "program", b"\x7fELF\0");
    assert_eq!(scene.press("e"), []);
    assert!(scene.shows("this is no text"), "{}", scene.text());
}

#[test]
fn the_conversation_of_the_pane_that_has_the_keys_is_looked_at() {
    let mut scene = Scene::of(&scenes::changed(), (80, 24));
    for (keys, role) in [("1 C", "analyst"), ("q 2 C", "worker")] {
        let asks = scene.press(keys);
        let what = Fetch::Transcript { role: role.into() };
        assert!(matches!(&asks[..], [Ask::Fetch { what: asked, .. }] if *asked == what), "{asks:?}");
    }
}

#[test]
fn where_the_end_is_decided_the_diff_is_that_of_all_steps() {
    let asked = |scene: &mut Scene| match scene.press("D").into_iter().next() {
        Some(Ask::Fetch { what, .. }) => Some(what),
        _ => None,
    };
    let with = |bench: &Bench, steps: usize| {
        let mut scene = Scene::of(bench, (80, 24));
        scene.wait(5_000);
        for step in &mut scene.glass.run.steps[..steps] {
            let diff = DiffStat { files: Vec::new(), skipped: Vec::new(), patch: "".into() };
            step.evidence.diff = Some(diff);
        }
        scene
    };
    let mut scene = with(&scenes::gate(), 1);
    let first = scene.glass.run.steps[0].number;
    assert_eq!(asked(&mut scene), Some(Fetch::Diff { step: first, file: None }), "there is no other");
    let mut scene = with(&scenes::gate(), 2);
    assert_eq!(asked(&mut scene), Some(Fetch::Changes));
    assert!(scene.shows("diff of the whole run"), "{}", scene.text());
    // A step that is chosen is looked at by itself.
    let mut scene = with(&scenes::done(), 2);
    assert_eq!((scene.press("1"), asked(&mut scene)), (Vec::new(), Some(Fetch::Changes)));
    scene.press("q 3");
    assert!(matches!(asked(&mut scene), Some(Fetch::Diff { .. })));
    // From there the same key leads to the other one, and back.
    assert_eq!(asked(&mut scene), Some(Fetch::Changes));
    assert!(scene.shows("D the step"), "{}", scene.text());
    assert!(matches!(asked(&mut scene), Some(Fetch::Diff { .. })));
    assert!(scene.shows("D whole run"), "{}", scene.text());
    scene.ui.mode = Mode::Replay;
    assert_eq!(asked(&mut scene), None);
    assert!(scene.shows("NOT DONE"), "{}", scene.text());
}
