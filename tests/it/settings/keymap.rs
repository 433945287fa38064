use awtui::settings::keymap::{Keymap, Lookup};
use awtui::settings::{Action, Context};
use awtui::term::Key;
use std::collections::BTreeSet;

fn keys(text: &str) -> Vec<Key> {
    text.split_whitespace().map(|key| key.parse().unwrap()).collect()
}

fn bundled() -> Keymap {
    Keymap::load(None).unwrap()
}

/// The keymap with a file of the user's own over it; the error without the file's path.
fn own(text: &str) -> Result<Keymap, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keymap.toml");
    std::fs::write(&file, text).unwrap();
    Keymap::load(Some(&file)).map_err(|error| error.to_string().replace(&format!("{}:", file.display()), ""))
}

#[test]
fn the_usual_keys_do_what_people_expect() {
    use Action as A;
    let keymap = bundled();
    for (context, pressed, action) in [
        (Context::Normal, "tab", A::FocusNext),
        (Context::Normal, "shift-tab", A::FocusPrevious),
        (Context::Normal, "1", A::FocusAnalyst),
        (Context::Normal, "z", A::ZoomCycle),
        (Context::Normal, "p", A::Pause),
        (Context::Normal, "P", A::PauseNow),
        (Context::Normal, "shift-p", A::PauseNow),
        (Context::Normal, "r", A::Resume),
        (Context::Normal, "A", A::Abort),
        (Context::Normal, "g", A::NextGate),
        (Context::Normal, "!", A::NextGate),
        (Context::Normal, "i", A::TypeInto),
        (Context::Normal, "enter", A::Select),
        (Context::Normal, "?", A::Help),
        (Context::Normal, ":", A::Palette),
        (Context::Normal, "ctrl-p", A::Palette),
        (Context::Normal, "q", A::Quit),
        (Context::Gate, "a", A::GateApprove),
        (Context::Gate, "y", A::GateApprove),
        (Context::Gate, "x", A::GateReject),
        (Context::Gate, "n", A::GateReject),
        (Context::Gate, "c", A::GateAnswer),
        (Context::Gate, "p", A::Pause),
        (Context::Gate, "ctrl-l", A::Redraw),
        (Context::Replay, "space", A::ReplayToggle),
        (Context::Replay, "p", A::ReplayPreviousStep),
        (Context::Replay, "tab", A::FocusNext),
        (Context::Input, "enter", A::Select),
        (Context::Input, "ctrl-p", A::Palette),
        (Context::Typing, "ctrl-g q", A::LeaveTyping),
        (Context::Typing, "ctrl-g ctrl-g", A::SendLeader),
    ] {
        assert_eq!(keymap.lookup(context, &keys(pressed)), Lookup::Matched(action), "{context} {pressed}");
    }
}

#[test]
fn while_typing_only_the_leader_is_awtuis() {
    let keymap = bundled();
    for key in ["q", "esc", "ctrl-c", "ctrl-p", "ctrl-l", "f1", "tab", "enter", "?", "1", "pageup"] {
        assert_eq!(keymap.lookup(Context::Typing, &keys(key)), Lookup::NotFound, "{key}");
    }
    let Lookup::Pending(hints) = keymap.lookup(Context::Typing, &keys("ctrl-g")) else { panic!("no hints") };
    assert!(hints.iter().any(|hint| hint.action == Some(Action::LeaveTyping)), "{hints:?}");
    assert!(hints.iter().all(|hint| !hint.description.is_empty()));
    assert_eq!(keymap.lookup(Context::Typing, &keys("ctrl-g w")), Lookup::NotFound);
}

#[test]
fn no_key_that_types_a_character_is_taken_from_the_input_box() {
    for binding in bundled().bindings(Context::Input) {
        assert_eq!(binding.keys[0].typed(), None, "{}", binding.chord());
    }
}

#[test]
fn every_action_can_be_reached_by_a_key() {
    let keymap = bundled();
    let bound: BTreeSet<Action> = Context::ALL
        .into_iter()
        .flat_map(|context| keymap.bindings(context).into_iter().map(|binding| binding.action))
        .collect();
    let unbound: Vec<&Action> = Action::ALL.iter().filter(|action| !bound.contains(action)).collect();
    assert!(unbound.is_empty(), "{unbound:?}");
}

#[test]
fn actions_have_one_name_everywhere() {
    let mut names = BTreeSet::new();
    for action in Action::ALL {
        assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        assert_eq!(Action::named(action.as_str()), Some(*action));
        assert!(names.insert(action.as_str()));
        assert!(!action.description().ends_with('.'), "{action}");
        assert!(!action.contexts().is_empty());
    }
}

#[test]
fn a_key_of_the_user_takes_the_place_of_the_one_below_it() {
    let keymap = own(
        "normal = [\n  { on = \"p\", run = \"note\", desc = \"Jot\" },\n  { on = \"z z\", run = \"zoom_out\" },\n  \
         { on = \"q\", run = \"none\" },\n]\n",
    )
    .unwrap();
    let lookup = |pressed| keymap.lookup(Context::Normal, &keys(pressed));
    assert_eq!(lookup("p"), Lookup::Matched(Action::Note));
    assert_eq!(lookup("P"), Lookup::Matched(Action::PauseNow), "another key stays");
    assert_eq!(lookup("q"), Lookup::NotFound);
    assert_eq!(lookup("ctrl-c"), Lookup::Matched(Action::Quit), "the other key of the action stays");
    assert_eq!(lookup("z z"), Lookup::Matched(Action::ZoomOut));
    let Lookup::Pending(hints) = lookup("z") else { panic!("z begins something now") };
    assert_eq!(hints.len(), 1);
    assert_eq!(hints[0].action, Some(Action::ZoomOut));
    assert_eq!(keymap.chords(Context::Normal, Action::Note), ["n", "p"]);
    let jot = keymap.bindings(Context::Normal).into_iter().find(|one| one.chord() == "p").unwrap();
    assert_eq!(jot.description, "Jot");
}

#[test]
fn a_sequence_of_a_gate_does_not_hide_behind_a_key_of_the_panels() {
    let keymap = own("gate = [{ on = \"p p\", run = \"gate_approve\" }]\n").unwrap();
    let Lookup::Pending(hints) = keymap.lookup(Context::Gate, &keys("p")) else { panic!("p waits here") };
    assert_eq!(hints[0].action, Some(Action::GateApprove));
    assert_eq!(keymap.lookup(Context::Gate, &keys("p p")), Lookup::Matched(Action::GateApprove));
    assert_eq!(keymap.lookup(Context::Normal, &keys("p")), Lookup::Matched(Action::Pause));
    let shown = keymap.bindings(Context::Gate);
    assert!(shown.iter().all(|one| one.chord() != "p"), "help shows only what can be reached");
}

#[test]
fn another_leader_leads_all_keys_of_typing() {
    let keymap = own("leader = \"ctrl-b\"\n").unwrap();
    let lookup = |pressed| keymap.lookup(Context::Typing, &keys(pressed));
    assert_eq!(lookup("ctrl-b q"), Lookup::Matched(Action::LeaveTyping));
    assert_eq!(lookup("ctrl-b ctrl-b"), Lookup::Matched(Action::SendLeader));
    assert_eq!(lookup("ctrl-g"), Lookup::NotFound);
    assert_eq!(keymap.leader(), "ctrl-b".parse().unwrap());
}

#[test]
fn a_keymap_with_a_mistake_says_line_and_reason() {
    let one = |context: &str, on: &str, run: &str| {
        format!("{context} = [\n  {{ on = {on}, run = \"{run}\" }},\n]\n")
    };
    for (text, expected) in [
        (one("normal", "\"p\"", "puase"), "2: unknown action \"puase\" in [[normal]]; did you mean \"pause\"?"),
        (one("normal", "\"ctrl-\"", "pause"), "2: \"on\" in [[normal]]: `ctrl-` ends in a modifier"),
        (one("normal", "\"hyper-p\"", "pause"), "2: \"on\" in [[normal]]: `hyper` in `hyper-p` is no modifier"),
        (one("normal", "\" \"", "pause"), "2: \"on\" in [[normal]] names no key"),
        (one("normal", "3", "pause"), "2: \"on\" in [[normal]] must be a text in quotes or a list of them, not 3"),
        (one("normal", "[\"p\", \"p\"]", "pause"), "2: \"p\" is bound twice in [[normal]]"),
        (one("normal", "[\"p\", \"p x\"]", "pause"), "2: \"p x\" and \"p\" in [[normal]]: one begins the other, so only one can be bound"),
        (one("global", "\"p\"", "pause"), "2: \"p\" in [[global]] would take a character from the input box; bind it in [[normal]], or with ctrl or alt"),
        (one("input", "\"P\"", "pause"), "2: \"P\" in [[input]] would take a character"),
        (one("normal", "\"p\"", "replay_toggle"), "2: \"replay_toggle\" does nothing in [[normal]]; bind it in [[replay]]"),
        (one("normla", "\"p\"", "pause"), "1: unknown key \"normla\" at the top of the file; did you mean \"normal\"?"),
        ("normal = [{ on = \"p\" }]\n".to_owned(), "1: \"run\" is missing in [[normal]]: The action"),
        ("normal = [{ on = \"p\", run = \"pause\", description = \"x\" }]\n".to_owned(), "1: unknown key \"description\" in [[normal]]"),
        ("leader = \"g\"\n".to_owned(), "1: \"leader\" must be a key that types nothing, such as \"ctrl-g\", not \"g\""),
        ("leader = \"ctrl-ctrl\"\n".to_owned(), "1: \"leader\": "),
        ("gate = [\n  { on = \"a\", run = \"gate_reject\" },\n  { on = \"a\", run = \"gate_approve\" },\n]\n".to_owned(), "3: \"a\" is bound twice in [[gate]]"),
    ] {
        let error = own(&text).expect_err(&text);
        assert!(error.starts_with(expected), "{text}\n  expected {expected}\n  found    {error}");
    }
}
