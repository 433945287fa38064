//! What awtui shows of a program, cell by cell, against what a plain terminal shows of the same bytes: tmux.
//!
//! What tmux shows is kept in `tests/it/fixtures/plain`, so that this holds where there is no tmux; `AWTUI_BLESS=1`
//! writes those files anew where the tmux is the one that wrote them, or where there are none. What may differ, cell by
//! cell, and why, is said by hand in `differences.txt` beside them and in docs/terminals.md.

mod drawn;
mod shown;
mod streams;
mod tmux;

use awtui::term::{Screen, Size};
use drawn::{Pane, Way};
use shown::Shown;
use std::fmt::Write;
use std::path::PathBuf;
use streams::{RECORDINGS, STREAMS, Step};
use tmux::Tmux;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// What is fed to a terminal that begins with a size.
struct Case {
    name: String,
    size: (u16, u16),
    steps: Vec<Step>,
}

/// By the file that holds what tmux shows.
fn cases() -> Vec<(String, Vec<Case>)> {
    let mut files = Vec::new();
    for size in SIZES {
        let name = |name: &str| format!("{name} {}x{}", size.0, size.1);
        let cases = STREAMS.iter().map(|(stream, text)| Case {
            name: name(stream),
            size,
            steps: streams::steps(text, size),
        });
        files.push((format!("streams_{}x{}.txt", size.0, size.1), cases.collect()));
    }
    for (recording, bytes) in RECORDINGS {
        let mut cases = Vec::new();
        for (size, other) in [(SIZES[0], SIZES[1]), (SIZES[1], SIZES[0])] {
            let name = |what: &str| format!("{recording} {}x{}{what}", size.0, size.1);
            cases.push(Case { name: name(""), size, steps: streams::recorded(bytes, None) });
            let resized = streams::recorded(bytes, Some(other));
            cases.push(Case { name: name(" resized"), size, steps: resized });
        }
        files.push((format!("{}.txt", recording.replace(' ', "_")), cases));
    }
    files
}

fn fixture(file: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/plain")).join(file)
}

/// The sections of a file: what stands in brackets, and the lines below it. The first line is not part of any.
fn sections(text: &str) -> Vec<(&str, &str)> {
    let mut sections: Vec<(&str, &str)> = Vec::new();
    for section in text.split("\n[").skip(1) {
        let (name, body) = section.split_once("]\n").unwrap();
        sections.push((name, body));
    }
    sections
}

/// What tmux shows, as it was kept.
fn kept(file: &str) -> Vec<(String, Shown)> {
    let path = fixture(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    sections(&text).into_iter().map(|(name, body)| (name.to_owned(), Shown::read(body))).collect()
}

/// The name of the moment that was looked at, counted from one.
fn moment(case: &Case, index: usize) -> String {
    format!("{}, {}", case.name, index + 1)
}

/// What the emulator shows at each moment.
fn emulated(case: &Case) -> Vec<Shown> {
    let mut screen = Screen::new(Size::new(case.size.0, case.size.1), 1000);
    let mut shown = Vec::new();
    for step in &case.steps {
        match step {
            Step::Feed(bytes) => screen.feed(bytes),
            Step::Resize(cols, rows) => screen.resize(Size::new(*cols, *rows)),
            Step::Show => shown.push(Shown::of_screen(&screen)),
        }
    }
    assert_eq!(screen.faults(), 0, "{}", case.name);
    shown
}

#[test]
fn what_is_kept_of_tmux_is_what_tmux_shows() {
    let Some(version) = tmux::version() else {
        println!("there is no tmux here: what was kept of it is compared by the other tests all the same");
        return;
    };
    let head = format!("# What {version} shows of each stream; written by AWTUI_BLESS=1.\n");
    let bless = std::env::var_os("AWTUI_BLESS").is_some();
    let mut tmux = Tmux::start();
    for (file, cases) in cases() {
        let before = std::fs::read_to_string(fixture(&file)).unwrap_or_default();
        if !before.is_empty() && !before.starts_with(&head) {
            println!(
                "{file} is of another tmux than this {version}: not compared; it can be deleted and written anew"
            );
            continue;
        }
        let mut text = head.clone();
        for case in &cases {
            for (index, shown) in tmux.show(case.size, &case.steps).into_iter().enumerate() {
                let written = shown.write();
                assert_eq!(Shown::read(&written), shown, "{}:\n{written}", moment(case, index));
                write!(text, "\n[{}]\n{written}", moment(case, index)).unwrap();
            }
        }
        if bless {
            std::fs::write(fixture(&file), &text).unwrap();
        } else {
            assert!(before == text, "{file}: tmux shows something else now; AWTUI_BLESS=1 writes it anew");
        }
    }
}

#[test]
fn the_emulator_shows_what_tmux_shows_but_for_what_is_explained() {
    let explained = std::fs::read_to_string(fixture("differences.txt")).unwrap();
    let explained = sections(&explained);
    let mut unexplained = String::new();
    let mut found = 0;
    for (file, cases) in cases() {
        let kept = kept(&file);
        let mut names = kept.iter();
        for case in &cases {
            for (index, ours) in emulated(case).into_iter().enumerate() {
                let name = moment(case, index);
                let (kept, theirs) = names.next().unwrap_or_else(|| panic!("{file} ends before {name}"));
                assert_eq!(*kept, name, "{file} is of other streams: AWTUI_BLESS=1 writes it anew");
                let known =
                    explained.iter().find(|(section, _)| *section == name).map_or("", |(_, body)| body);
                found += usize::from(!known.is_empty());
                let known: Vec<&str> =
                    known.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
                let differences = ours.differences(theirs);
                if differences.lines().ne(known.iter().copied()) {
                    write!(unexplained, "\n[{name}]\n{differences}").unwrap();
                }
            }
        }
        assert!(names.next().is_none(), "{file} has more than its streams");
    }
    assert!(unexplained.is_empty(), "not as explained:\n{unexplained}");
    assert_eq!(found, explained.len(), "differences.txt explains moments that no stream has");
    for (name, body) in explained {
        assert!(body.lines().any(|line| line.starts_with("# ")), "{name}: a difference without a reason");
    }
}

#[test]
fn a_pane_draws_the_cells_of_the_emulator_whatever_way_they_come() {
    let mut pane = Pane::open();
    for (_, cases) in cases() {
        for case in &cases {
            let expected: Vec<Shown> = emulated(case).into_iter().map(drawn::as_drawn).collect();
            for way in Way::ALL {
                let drawn = pane.moments(case.size, &case.steps, way);
                for (index, (drawn, expected)) in drawn.iter().zip(&expected).enumerate() {
                    let differences = drawn.differences(expected);
                    assert!(differences.is_empty(), "{}, {way:?}:\n{differences}", moment(case, index));
                }
            }
        }
    }
}
