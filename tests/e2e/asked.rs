//! What a newer awtui has to ask is asked once, where nobody has set it.

use crate::support::only_child;
use crate::support::terminal::Terminal;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const TASK: &str = "What should be done?";
const BUDGET: &str = "What may one run cost, in US dollars?";

struct Place(TempDir);

impl Place {
    fn new(settings: &str) -> Self {
        let place = Self(TempDir::new().unwrap());
        for name in ["repo", "home", "config/awtui"] {
            fs::create_dir_all(place.path(name)).unwrap();
        }
        fs::write(place.path("config/awtui/config.toml"), settings).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What the awtui before had asked for.
    fn asked(&self) -> PathBuf {
        only_child(&self.path("state/projects")).join("asked")
    }

    fn open(&self) -> Terminal {
        Terminal::open(&crate::awtui_in(self.0.path()), &[], (80, 24))
    }

    /// Opens the screen; it begins with these words and not with the other ones. Leaves it.
    fn begins_with(&self, words: &str, not: &str) {
        let mut terminal = self.open();
        terminal.shows(words);
        assert!(!terminal.text().contains(not), "{}", terminal.text());
        terminal.types("\x03\x03");
        assert_eq!(terminal.exit_code(), 0);
    }
}

#[test]
fn a_setting_that_the_awtui_before_did_not_know_is_asked_for_once() {
    let place = Place::new("[roles.analyst]\nagent = \"pi\"\n");
    // Nothing tells that another awtui was here before: what is there now is known from now on.
    place.begins_with(TASK, BUDGET);
    assert_eq!(fs::read_to_string(place.asked()).unwrap(), "budget.cost\nloop.max_hours\nloop.max_rounds\n");
    fs::write(place.asked(), "loop.max_hours\nloop.max_rounds\n").unwrap();
    let mut terminal = place.open();
    terminal.shows(BUDGET);
    terminal.types("7\r");
    terminal.shows("Where should it be saved?");
    terminal.types("\r");
    terminal.shows("Nothing is written yet");
    terminal.types("\r");
    terminal.shows(TASK);
    terminal.types("\x03");
    assert_eq!(terminal.exit_code(), 0);
    let saved = fs::read_to_string(place.path("config/awtui/config.toml")).unwrap();
    assert!(saved.contains("cost = 7") && saved.contains("agent = \"pi\""), "{saved}");
    place.begins_with(TASK, BUDGET);
}

#[test]
fn who_chooses_nothing_is_not_asked_again_and_who_has_set_it_is_never_asked() {
    let place = Place::new("[roles.analyst]\nagent = \"pi\"\n");
    place.begins_with(TASK, BUDGET);
    fs::write(place.asked(), "loop.max_hours\nloop.max_rounds\n").unwrap();
    place.begins_with(BUDGET, TASK);
    place.begins_with(TASK, BUDGET);
    fs::write(place.path("config/awtui/config.toml"), "[budget]\ncost = 3.0\n").unwrap();
    fs::write(place.asked(), "loop.max_hours\nloop.max_rounds\n").unwrap();
    place.begins_with(TASK, BUDGET);
}
