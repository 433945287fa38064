//! Code that is looked at: its colours, how far they go, and that nothing waits for them.

use super::previews::{file, press};
use super::scenes::{self, SYNTAXES, Scene};
use awtui::domain::{ArtifactEntry, Fetch, Piece};
use awtui::glass::GlassEvent;
use awtui::settings::{Colour, ColourDepth, Folders, Theme};
use awtui::ui::{Ask, Look, Syntaxes};
use ratatui::style::Color;

fn theme() -> Theme {
    Theme::load("dark", &Folders::default()).unwrap()
}

fn color(colour: Colour) -> Color {
    let Colour::Rgb(red, green, blue) = colour else { panic!("{colour} is no colour of a palette") };
    Color::Rgb(red, green, blue)
}

/// The name of the part of the theme by which a text on the screen is drawn.
fn part(scene: &Scene, text: &str) -> &'static str {
    let (x, y) = scene.find(text);
    let ink = scene.buffer[(x, y)].fg;
    let theme = theme();
    let parts = theme.parts().into_iter().filter(|(name, _)| name.starts_with("code_"));
    parts.filter(|(_, colour)| color(*colour) == ink).map(|(name, _)| name).next().unwrap_or("plain")
}

const RUST: &str = "//! Zones.\nuse std::fs;\n\n/* of two\n   lines */\n#[derive(Debug)]\npub struct Zone<T> {\n    offset: i32,\n}\n\n\
impl<T: Copy> Zone<T> {\n\t// Reads one.\n\tpub fn parse(text: &str) -> Option<Self> {\n\t\tlet found = text.trim(); // \"no string\"\n\t\t\
if found == \"日付\\n\" || true {\n\t\t\treturn None;\n\t\t}\n\t\tSome(Self::at(0x1f + 12.5))\n\t}\n}\n";

const PYTHON: &str = "# Zones.\nimport re\n@cached\nclass Zone(Base):\n    \"\"\"One.\"\"\"\n    def parse(self, text='a'):\n        return None and 42\n";
const SCRIPT: &str =
    "// Zones.\nimport { a } from 'zones';\nclass Zone extends Base { run(n) { return `x ${n}` + 42; } }\n";
const TYPED: &str = "// Zones.\ninterface Zone { offset: number; }\nconst far = async (at: Zone): Promise<void> => { return run(\"x\", 42); };\n";
const TOML: &str = "# Zones.\n[package]\nname = \"zones\"\nedition = 2024\n";
const YAML: &str = "# Zones.\nname: \"zones\"\njobs:\n  - 42\n  - true\n";
const JSON: &str = "{ \"name\": \"zones\", \"count\": 42, \"on\": true }\n";
const SHELL: &str = "# Zones.\nif [ -f \"$1\" ]; then\n  echo 'zones'\nfi\nparse() { return 1; }\n";
const GO: &str =
    "package zones\n// Zones.\nfunc Parse(text string) (*Zone, error) { return nil, fail(\"none\", 42) }\n";
const C: &str = "#include <stdio.h>\n/* Zones. */\nstruct zone { int offset; };\nstatic int parse(void) { return puts(\"none\") + 42; }\n";
const MARKDOWN: &str = "# Zones\n\nA `quoted` word.\n\n> said\n\n```rust\nlet zone = 1; // here\n```\n";

/// The name of a file, its text, and words of it with the parts of the theme that they are drawn by.
type Sample = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

static SAMPLES: [Sample; 11] = [
    (
        "zones.rs",
        RUST,
        &[
            ("//!", "code_comment"),
            ("of two", "code_comment"),
            ("lines */", "code_comment"),
            ("use", "code_keyword"),
            ("derive", "code_name"),
            ("Zone<", "code_type"),
            ("fn", "code_keyword"),
            ("parse", "code_function"),
            ("if", "code_keyword"),
            ("日付", "code_string"),
            ("\\n\"", "code_number"),
            ("0x1f", "code_number"),
            ("12.5", "code_number"),
            ("\"no string", "code_comment"),
            ("+", "plain"),
            ("found", "plain"),
        ],
    ),
    (
        "zones.py",
        PYTHON,
        &[
            ("# Zones", "code_comment"),
            ("import", "code_keyword"),
            ("cached", "code_name"),
            ("class", "code_keyword"),
            ("Zone(", "code_type"),
            ("parse", "code_function"),
            ("'a'", "code_string"),
            ("None", "code_number"),
            ("and", "code_keyword"),
            ("42", "code_number"),
        ],
    ),
    (
        "zones.js",
        SCRIPT,
        &[
            ("// Zones", "code_comment"),
            ("from", "code_keyword"),
            ("'zones'", "code_string"),
            ("Zone extends", "code_type"),
            ("run(", "code_function"),
            ("`x", "code_string"),
            ("n}", "plain"),
            ("42", "code_number"),
        ],
    ),
    (
        "zones.ts",
        TYPED,
        &[
            ("// Zones", "code_comment"),
            ("interface", "code_keyword"),
            ("number", "code_type"),
            ("async", "code_keyword"),
            ("\"x\"", "code_string"),
            ("run(", "code_function"),
            ("42", "code_number"),
        ],
    ),
    (
        "zones.toml",
        TOML,
        &[
            ("# Zones", "code_comment"),
            ("package", "code_type"),
            ("name", "code_name"),
            ("\"zones", "code_string"),
            ("2024", "code_number"),
        ],
    ),
    (
        "zones.yaml",
        YAML,
        &[
            ("# Zones", "code_comment"),
            ("name", "code_name"),
            ("\"zones", "code_string"),
            ("42", "code_number"),
            ("true", "code_number"),
        ],
    ),
    (
        "zones.json",
        JSON,
        &[
            ("\"name", "code_name"),
            ("\"zones", "code_string"),
            ("42", "code_number"),
            ("true", "code_number"),
        ],
    ),
    (
        "zones.sh",
        SHELL,
        &[
            ("# Zones", "code_comment"),
            ("then", "code_keyword"),
            ("echo", "code_function"),
            ("'zones", "code_string"),
            ("parse", "code_function"),
        ],
    ),
    (
        "zones.go",
        GO,
        &[
            ("// Zones", "code_comment"),
            ("func", "code_keyword"),
            ("Parse", "code_function"),
            ("string", "code_type"),
            ("\"none", "code_string"),
            ("42", "code_number"),
        ],
    ),
    (
        "zones.c",
        C,
        &[
            ("#include", "code_keyword"),
            ("<stdio", "code_string"),
            ("/* Zones", "code_comment"),
            ("struct", "code_keyword"),
            ("zone {", "code_type"),
            ("parse", "code_function"),
            ("42", "code_number"),
        ],
    ),
    // As it is written: what it means is the other form.
    (
        "zones.md",
        MARKDOWN,
        &[
            ("# Zones", "code_keyword"),
            ("`quoted", "code_string"),
            ("let", "code_keyword"),
            ("1;", "code_number"),
            ("// here", "code_comment"),
        ],
    ),
];

#[test]
fn code_has_the_colours_of_its_language() {
    for &(name, text, expected) in &SAMPLES {
        let mut scene = file((100, 40), name, text.as_bytes());
        if name == "zones.md" {
            press(&mut scene, "m", text.as_bytes());
        }
        let found: Vec<_> = expected.iter().map(|(text, _)| (*text, part(&scene, text))).collect();
        assert_eq!(found, expected, "{name}\n{}", scene.text());
    }
}

#[test]
fn code_in_a_frame() {
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let scene = file((cols, rows), "src/zones.rs", RUST.as_bytes());
        insta::assert_snapshot!(format!("code_{cols}x{rows}"), format!("{}\n{}", scene.text(), inks(&scene)));
    }
}

/// A frame in which each coloured letter stands as the first one of its part: k keyword, s string, c comment, n number,
/// f function, t type, N name; a dot is any other.
fn inks(scene: &Scene) -> String {
    let theme = theme();
    let signs = [
        (theme.code_keyword, 'k'),
        (theme.code_string, 's'),
        (theme.code_comment, 'c'),
        (theme.code_number, 'n'),
        (theme.code_function, 'f'),
        (theme.code_type, 't'),
        (theme.code_name, 'N'),
    ];
    let area = scene.buffer.area;
    let rows = (area.top() + 3..area.bottom() - 1).map(|y| {
        // Behind the numbers of the lines.
        let row: String = (area.left() + 7..area.right())
            .map(|x| {
                let cell = &scene.buffer[(x, y)];
                let sign = signs.iter().find(|(colour, _)| color(*colour) == cell.fg).map(|(_, sign)| *sign);
                if cell.symbol() == " " { ' ' } else { sign.unwrap_or('.') }
            })
            .collect();
        row.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[test]
fn code_between_fences_has_the_colours_of_the_language_that_is_named_there() {
    let text = "# Zones\n\n```rust,ignore\nlet zone = \"far\"; // here\n```\n\n```\nlet plain = 1;\n```\n\n```diff\n-old\n+new\n```\n\n\
```no-language\nlet other = 1;\n```\n";
    let scene = file((80, 40), "zones.md", text.as_bytes());
    assert_eq!(part(&scene, "\"far\""), "code_string", "{}", scene.text());
    assert_eq!(part(&scene, "// here"), "code_comment");
    let ink = |text: &str| {
        let (x, y) = scene.find(text);
        scene.buffer[(x, y)].fg
    };
    assert_eq!(ink("plain = 1"), color(theme().info), "a fence without a name looks as before");
    assert_eq!(part(&scene, "other = 1"), "plain");
    assert_eq!([ink("-old"), ink("+new")], [color(theme().removed), color(theme().added)]);
}

#[test]
fn what_has_no_language_is_plain_and_no_error() {
    for (name, text) in [
        ("zones.unknown", "let x = \"far\"; // here\n"),
        ("zones.txt", "let x = \"far\"; // here\n"),
        ("zones", "let x = \"far\"; // here\n"),
        ("zones", ""),
    ] {
        let scene = file((80, 24), name, text.as_bytes());
        assert!(scene.line(2).trim_end().ends_with("text"), "{name}: {}", scene.text());
        if !text.is_empty() {
            assert_eq!(part(&scene, "\"far\""), "plain", "{name}");
        }
    }
}

#[test]
fn a_program_without_an_ending_is_known_by_its_first_line() {
    for (name, first, word, language) in [
        ("run", "#!/usr/bin/env python3", "import", "Python"),
        ("run", "#!/bin/sh", "if", "shell"),
        ("run", "#!/usr/bin/env node", "const", "JavaScript"),
        ("go", "#!/bin/bash", "if", "shell"),
        ("main.rs", "#![no_std]", "fn", "Rust"),
        ("Makefile", "", "ifdef", "Makefile"),
        ("Cargo.lock", "", "", "TOML"),
    ] {
        let scene = file((80, 24), name, format!("{first}\n{word} x\n").as_bytes());
        assert!(scene.line(2).trim_end().ends_with(language), "{name} {first}: {}", scene.text());
        if !word.is_empty() {
            assert_eq!(part(&scene, &format!("{word} x")), "code_keyword", "{first}");
        }
    }
}

#[test]
fn bytes_that_are_no_letters_leave_the_rest_its_colours() {
    let scene =
        file((80, 24), "zones.rs", b"let a = \"\xff\xfe\"; // \xc3\x28\nlet b = 1;\r\nlet \xe6\x97 = 2;\n");
    assert_eq!(part(&scene, "\"\u{fffd}"), "code_string", "{}", scene.text());
    assert_eq!(part(&scene, "// \u{fffd}"), "code_comment");
    assert_eq!(part(&scene, "1;"), "code_number");
    assert_eq!(part(&scene, "2;"), "code_number");
}

#[test]
fn colours_end_before_a_line_that_is_too_long_and_the_title_says_so() {
    let long = format!("let a = 1;\nlet b = \"{}\";\nlet c = 3;\n", "x".repeat(200_000));
    let mut scene = file((120, 24), "zones.js", long.as_bytes());
    assert_eq!(part(&scene, "1;"), "code_number");
    assert_eq!(part(&scene, "b = "), "plain");
    assert!(
        scene.line(2).contains("JavaScript, plain from line 2 · it is too long for colours"),
        "{}",
        scene.text()
    );
    press(&mut scene, "G", long.as_bytes());
    assert_eq!(part(&scene, "3;"), "plain");
    let whole = "[1,2],".repeat(100_000);
    let scene = file((80, 24), "zones.json", whole.as_bytes());
    assert!(scene.line(2).contains("JSON, plain from line 1"), "{}", scene.text());
}

#[test]
fn colours_end_where_it_would_take_too_long_and_the_title_says_so() {
    let text = (0..60_000).map(|line| format!("let x{line} = 1;\n")).collect::<Vec<_>>().concat();
    let mut scene = file((120, 24), "zones.rs", text.as_bytes());
    assert_eq!(part(&scene, "1;"), "code_number");
    assert!(scene.line(2).contains("% of 926 kB"), "{}", scene.text());
    press(&mut scene, "G", text.as_bytes());
    assert_eq!(part(&scene, "1;"), "plain");
    assert!(scene.line(2).contains("Rust, plain here · colours end at 256 kB"), "{}", scene.text());
    press(&mut scene, "g", text.as_bytes());
    assert_eq!(part(&scene, "1;"), "code_number");
}

#[test]
fn no_colours_are_needed() {
    let mut scene = file((80, 24), "zones.rs", RUST.as_bytes());
    let words = scene.text();
    for depth in [ColourDepth::None, ColourDepth::Sixteen, ColourDepth::Palette] {
        scene.ui.look = Look::new(theme(), depth);
        scene.draw();
        assert_eq!(scene.text(), words);
        let wrong = scene.buffer.content().iter().find(|cell| match depth {
            ColourDepth::None => cell.fg != Color::Reset || cell.bg != Color::Reset,
            ColourDepth::Sixteen => matches!(cell.fg, Color::Rgb(..) | Color::Indexed(_)),
            ColourDepth::Palette | ColourDepth::True => matches!(cell.fg, Color::Rgb(..)),
        });
        assert_eq!(wrong, None, "{depth:?}");
    }
}

/// What is asked for to look at a file, up to the first work.
fn opened(scene: &mut Scene, name: &str, bytes: &[u8]) -> awtui::ui::Work {
    let path = format!("artifacts/{name}");
    let entry = ArtifactEntry { path, bytes: bytes.len() as u64, modified: 0, is_folder: false };
    scene.glass.feed(GlassEvent::Artifacts(vec![entry]));
    let asks = scene.press("6 enter");
    let Some(Ask::Fetch { id, what: Fetch::File { .. }, offset, limit }) = asks.first() else {
        panic!("{asks:?}")
    };
    let Some(Ask::Prepare(work)) = scene.ui.fetched(*id, Ok(Piece::of(bytes, *offset, *limit))).pop() else {
        panic!("no work")
    };
    work
}

#[test]
fn code_is_seen_at_once_and_colours_come_later_without_moving_anything() {
    let text: String = RUST.repeat(80);
    let syntaxes = Syntaxes::default();
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    let mut work = opened(&mut scene, "zones.rs", text.as_bytes());
    let mut frames = Vec::new();
    loop {
        let asks = scene.ui.prepared(work.run(&syntaxes, &|| true));
        scene.draw();
        frames.push((part(&scene, "use std"), syntaxes.is_loaded()));
        if frames.len() == 1 {
            // One reads on meanwhile.
            assert_eq!(scene.press("pagedown pageup down down up up"), []);
        }
        let Some(Ask::Prepare(next)) = asks.into_iter().next() else { break };
        work = next;
    }
    assert_eq!(frames, [("plain", false), ("code_keyword", true), ("code_keyword", true)]);
    scene.press("G");
    assert_eq!(part(&scene, "impl"), "code_keyword", "to the end: {}", scene.text());
}

#[test]
fn grammars_are_unpacked_only_when_there_is_something_to_colour() {
    let syntaxes = Syntaxes::default();
    for (name, bytes) in
        [("notes.txt", &b"words"[..]), ("program", &b"\x7fELF\0\0"[..]), ("run.log", &b"\x1b[31mred"[..])]
    {
        let mut scene = Scene::of(&scenes::working(), (80, 24));
        let made = opened(&mut scene, name, bytes).run(&syntaxes, &|| true);
        assert_eq!(scene.ui.prepared(made), [], "{name}: nothing more is to be made of it");
        assert!(!syntaxes.is_loaded(), "{name}");
    }
}

#[test]
fn colours_that_nobody_waits_for_are_not_looked_for() {
    let text: String = RUST.repeat(80);
    let mut scene = Scene::of(&scenes::working(), (80, 24));
    let work = opened(&mut scene, "zones.rs", text.as_bytes());
    let Some(Ask::Prepare(colours)) = scene.ui.prepared(work.run(&SYNTAXES, &|| true)).pop() else {
        panic!()
    };
    let lines = std::cell::Cell::new(0);
    let wanted = || {
        lines.set(lines.get() + 1);
        lines.get() < 3
    };
    let asks = scene.ui.prepared(colours.run(&SYNTAXES, &wanted));
    assert_eq!((lines.get(), asks), (3, Vec::new()));
    // Closed meanwhile: what comes is not heard.
    scene.press("q");
    assert_eq!(scene.ui.prepared(colours.run(&SYNTAXES, &|| true)), []);
    assert!(scene.ui.popups.is_empty());
}
