//! Settings on the screen, and the set-up: what they show, ask for, and never do before a yes.

use super::scenes::{self, Scene, new_ui};
use crate::domain::bench::Bench;
use awtui::domain::Thinking;
use awtui::glass::{Glass, GlassEvent, Link};
use awtui::settings::{DiffLine, Edit, Layer, Settings, Sources};
use awtui::ui::{AgentOffer, Ask, FileDiff, Mode, ModelOffer, Opening, SavedNews, SettingsAsk, Sheet};

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

fn sheet() -> Sheet {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let text = "[roles.analyst]\nmodel = \"openai/gpt-5.5\"\n\n[budget]\ncost = 5.0\n";
    std::fs::write(&file, text).unwrap();
    let settings = Settings::load(&Sources { project: Some(file), ..Sources::default() }).unwrap();
    let mut rows = settings.sheet();
    for row in &mut rows {
        if row.layer == Layer::Project {
            "/repository/.awtui/config.toml:2".clone_into(&mut row.source);
        }
    }
    Sheet {
        rows,
        agents: ["pi", "claude", "codex", "opencode", "mine"].map(str::to_owned).to_vec(),
        user: "/home/me/.config/awtui/config.toml".to_owned(),
        project: "/repository/.awtui/config.toml".to_owned(),
    }
}

fn pi() -> AgentOffer {
    let model = |id: &str, window, thinking: &[Thinking]| ModelOffer {
        id: id.to_owned(),
        window: Some(window),
        thinking: thinking.to_vec(),
    };
    AgentOffer {
        version: Some("1.5.2".to_owned()),
        models: vec![
            model("openai/gpt-5.5", 400_000, &Thinking::ALL),
            model("openai/gpt-5.5-mini", 400_000, &Thinking::ALL[..4]),
            model(
                "a-provider-with-a-long-name/日本語モデル-2026-11-21-preview-of-the-preview",
                1_000_000,
                &[],
            ),
        ],
        thinking: Thinking::ALL.to_vec(),
    }
}

fn answer(scene: &mut Scene) {
    scene.ui.sheet_read(Ok(sheet()));
    scene.ui.agent_answered("pi".to_owned(), Ok(pi()));
    let claude = AgentOffer {
        version: Some("2.1.329".to_owned()),
        models: Vec::new(),
        thinking: Thinking::ALL[2..].to_vec(),
    };
    scene.ui.agent_answered("claude".to_owned(), Ok(claude));
    let missing = "codex is not installed: it is not on PATH; get it with: npm install -g @openai/codex";
    scene.ui.agent_answered("codex".to_owned(), Err(missing.to_owned()));
    scene.draw();
}

fn scene(size: (u16, u16), key: &str) -> Scene {
    let mut glass = Glass::new();
    glass.feed(GlassEvent::Link(Link::Live));
    let mut scene = Scene::new(new_ui(Mode::Live), glass, size);
    let asks = scene.press(key);
    assert_eq!(asks, [Ask::Settings(SettingsAsk::Read), Ask::Settings(SettingsAsk::Look)]);
    answer(&mut scene);
    scene
}

fn diff() -> FileDiff {
    FileDiff {
        path: "/repository/.awtui/config.toml".to_owned(),
        lines: vec![
            DiffLine::Same("[budget]".to_owned()),
            DiffLine::Removed("cost = 5.0".to_owned()),
            DiffLine::Added("cost = 9".to_owned()),
        ],
        remarks: vec!["budget.cost = 1.0 of the environment goes on to hold here".to_owned()],
    }
}

#[test]
fn settings_at_every_size() {
    for (cols, rows) in SIZES {
        let mut scene = scene((cols, rows), "f2");
        insta::assert_snapshot!(format!("settings_{cols}x{rows}"), scene.text());
        scene.press("j enter");
        insta::assert_snapshot!(format!("settings_model_{cols}x{rows}"), scene.text());
        scene.press("esc enter");
    }
}

#[test]
fn below_the_last_setting_stands_where_the_others_are() {
    for (cols, rows) in SIZES {
        let mut scene = scene((cols, rows), "f2");
        scene.press("G");
        assert!(scene.shows("all others: `awtui config show`"), "{}", scene.text());
        insta::assert_snapshot!(format!("settings_end_{cols}x{rows}"), scene.text());
    }
}

/// Goes down to the setting of this label.
fn go_to(scene: &mut Scene, label: &str) {
    let row = scene.find(label).1 - scene.find("analyst agent").1;
    for _ in 0..row {
        scene.press("down");
    }
}

#[test]
fn the_theme_that_goes_by_the_background_can_be_chosen_and_the_arrow_is_on_what_holds() {
    let mut scene = scene((120, 40), "f2");
    go_to(&mut scene, "ui theme");
    scene.press("enter");
    assert!(scene.shows("▸ auto"), "{}", scene.text());
    scene.press("down enter enter");
    assert!(scene.shows("▸ ansi"), "{}", scene.text());
    scene.press("up enter");
    assert!(!scene.shows("not saved"), "{}", scene.text());
}

#[test]
fn a_limit_of_a_role_and_the_command_that_calls_are_typed() {
    let mut scene = scene((120, 40), "f2");
    go_to(&mut scene, "worker context limit");
    scene.press("enter ctrl-u 9 9 enter");
    assert!(scene.shows("a whole number"), "{}", scene.text());
    scene.press("9 9 enter");
    assert!(scene.shows("1 change, not saved"), "{}", scene.text());
    scene.press("home");
    go_to(&mut scene, "notify command");
    scene.press("enter ctrl-u s a y enter");
    assert!(scene.shows("a list of texts"), "{}", scene.text());
    scene.press("ctrl-u");
    scene.type_text("[\"say\", \"{title}\"]");
    scene.press("enter s");
    let edits = vec![
        Edit::set("roles.worker.context_limit", "9999"),
        Edit::set("notify.command", "[\"say\", \"{title}\"]"),
    ];
    let plan = SettingsAsk::Plan { layers: vec![Layer::Project], edits };
    assert_eq!(scene.press("enter"), [Ask::Settings(plan)]);
}

#[test]
fn beside_a_run_that_has_another_model_the_settings_say_so() {
    let begun = |bench: &Bench| {
        let mut scene = Scene::of(bench, (80, 24));
        scene.press("esc f2");
        answer(&mut scene);
        scene.press("j");
        scene
    };
    let has = "the run that goes on has strong; this is for the next";
    let mut scene = begun(&scenes::working());
    assert!(scene.shows(has), "{}", scene.text());
    scene.press("k");
    assert!(!scene.shows("the run that goes on"), "both have pi: {}", scene.text());
    assert!(!begun(&scenes::done()).shows("the run that goes on"));
}

#[test]
fn what_only_concerns_the_own_screen_is_saved_for_oneself_unless_one_says_otherwise() {
    for (setting, word, place) in [("ui theme", "dark", "you"), ("worker model", "mini", "this project")] {
        let mut scene = scene((80, 44), "f2");
        let (_, row) = scene.find(setting);
        let first = scene.find("analyst agent").1;
        for _ in first..row {
            scene.press("down");
        }
        scene.press("enter");
        scene.type_text(word);
        scene.press("enter s");
        let chosen = scene.text().lines().find(|line| line.contains('▸')).map(str::to_owned);
        assert!(chosen.is_some_and(|line| line.contains(place)), "{setting}: {}", scene.text());
    }
}

#[test]
fn the_name_that_is_typed_comes_before_words_that_hold_its_letters() {
    let mut scene = scene((80, 24), "f2");
    scene.press("j j enter");
    for level in ["low", "high", "max"] {
        scene.type_text(level);
        let chosen = scene.text().lines().find(|line| line.contains('▸')).map(str::to_owned);
        assert!(
            chosen.as_ref().is_some_and(|line| line.contains(&format!("▸ {level} "))),
            "{}",
            scene.text()
        );
        scene.press("ctrl-u");
    }
}

#[test]
fn how_to_get_an_agent_is_said_whole_wherever_there_is_room_or_it_is_selected() {
    let said =
        |scene: &Scene| scene.text().replace([' ', '│', '\n'], "").contains("npminstall-g@openai/codex");
    assert!(said(&scene((80, 24), "f4")));
    let mut small = scene((40, 12), "f4");
    assert!(!said(&small));
    small.press("down down");
    assert!(said(&small), "{}", small.text());
}

#[test]
fn a_change_is_staged_and_saved_only_after_its_difference_was_shown() {
    let mut scene = scene((80, 24), "f2");
    let (_, row) = scene.find("budget cost");
    let first = scene.find("analyst agent").1;
    for _ in first..row {
        scene.press("down");
    }
    assert_eq!(scene.press("enter ctrl-u 9 enter"), []);
    assert!(scene.shows("1 change, not saved") && scene.shows("was 5.0"), "{}", scene.text());
    assert_eq!(scene.press("s"), []);
    assert!(scene.shows("Where should it be saved?"), "{}", scene.text());
    let edits = vec![Edit::set("budget.cost", "9")];
    let layers = vec![Layer::Project];
    let plan = SettingsAsk::Plan { layers: layers.clone(), edits: edits.clone() };
    assert_eq!(scene.press("enter"), [Ask::Settings(plan)]);
    scene.ui.changes_planned(Ok(vec![diff()]));
    scene.draw();
    for (cols, rows) in SIZES {
        scene.resize(cols, rows);
        insta::assert_snapshot!(format!("settings_diff_{cols}x{rows}"), scene.text());
    }
    assert_eq!(scene.press("enter"), [Ask::Settings(SettingsAsk::Save { layers, edits })]);
    let news = SavedNews {
        remarks: vec!["written; it counts from the next run on".to_owned()],
        ..SavedNews::default()
    };
    scene.ui.changes_saved(Ok(news));
    scene.draw();
    assert!(scene.ui.popups.is_empty() && scene.shows("from the next run on"), "{}", scene.text());
}

#[test]
fn what_was_changed_and_not_saved_is_not_dropped_without_a_word() {
    let mut scene = scene((80, 24), "f2");
    scene.press("enter down enter");
    assert!(scene.shows("1 change, not saved"), "{}", scene.text());
    scene.press("esc");
    assert!(scene.shows("not saved: s saves") && !scene.ui.popups.is_empty(), "{}", scene.text());
    scene.press("esc");
    assert!(scene.ui.popups.is_empty());
}

#[test]
fn a_value_that_the_settings_do_not_allow_is_refused_where_it_is_typed() {
    let mut scene = scene((120, 40), "f2");
    let row = scene.find("context warn at").1 - scene.find("analyst agent").1;
    for _ in 0..row {
        scene.press("down");
    }
    scene.press("enter ctrl-u 7 enter");
    assert!(scene.shows("must be a number from 0.05 to 1"), "{}", scene.text());
    assert!(!scene.shows("not saved"), "{}", scene.text());
}

#[test]
fn the_set_up_at_every_size() {
    for (cols, rows) in SIZES {
        let mut scene = scene((cols, rows), "f4");
        insta::assert_snapshot!(format!("setup_agent_{cols}x{rows}"), scene.text());
        scene.press("enter");
        insta::assert_snapshot!(format!("setup_model_{cols}x{rows}"), scene.text());
        scene.press("enter");
        insta::assert_snapshot!(format!("setup_thinking_{cols}x{rows}"), scene.text());
        scene.press("enter enter enter enter");
        insta::assert_snapshot!(format!("setup_warn_{cols}x{rows}"), scene.text());
        let asks = scene.press("enter enter enter enter enter");
        assert_eq!(asks.len(), 2, "{asks:?}");
        scene.ui.pair_tried("analyst".to_owned(), Ok("pi 1.5.2 answers and has openai/gpt-5.5".to_owned()));
        scene.draw();
        insta::assert_snapshot!(format!("setup_check_{cols}x{rows}"), scene.text());
        assert_eq!(scene.press("enter"), [], "not before both have answered");
        scene.ui.pair_tried("worker".to_owned(), Ok("pi 1.5.2 answers".to_owned()));
        scene.press("enter");
        insta::assert_snapshot!(format!("setup_save_{cols}x{rows}"), scene.text());
    }
}

/// Steps of the set-up from its first question to where the agents are asked.
const ALL: &str = "enter enter enter enter enter enter enter enter enter enter enter";

#[test]
fn the_set_up_asks_both_agents_for_what_was_chosen_and_saves_to_both_files() {
    let mut scene = scene((80, 24), "f4");
    // The analyst is Claude with a model that was typed by hand.
    scene.press("c l a u d e enter");
    assert!(scene.shows("lists no models here"), "{}", scene.text());
    scene.press("o p u s enter enter");
    // The worker is Pi with the small model, which knows fewer levels: the strongest of them is offered first.
    scene.press("enter m i n i enter");
    let text = scene.text();
    let place = |word: &str| text.lines().position(|line| line.contains(word));
    assert!(place("medium") < place("low ") && !text.contains("xhigh"), "{text}");
    let asks = scene.press("enter enter enter enter enter enter");
    let tried = |role: &str, agent: &str, model: &str, thinking: &str| {
        Ask::Settings(SettingsAsk::Try {
            role: role.to_owned(),
            agent: agent.to_owned(),
            model: model.to_owned(),
            thinking: thinking.to_owned(),
        })
    };
    let expected =
        [tried("analyst", "claude", "opus", "high"), tried("worker", "pi", "openai/gpt-5.5-mini", "medium")];
    assert_eq!(asks, expected, "{}", scene.text());
    for role in ["analyst", "worker"] {
        scene.ui.pair_tried(role.to_owned(), Ok("fine".to_owned()));
    }
    let asks = scene.press("enter enter");
    let Some(Ask::Settings(SettingsAsk::Plan { layers, edits })) = asks.first() else { panic!("{asks:?}") };
    assert_eq!(*layers, [Layer::User, Layer::Project]);
    assert!(edits.contains(&Edit::set("roles.analyst.model", "opus")), "{edits:?}");
    assert!(edits.contains(&Edit::set("budget.cost", "5.0")), "{edits:?}");
    scene.ui.changes_planned(Ok(vec![diff(), diff()]));
    scene.draw();
    for (cols, rows) in SIZES {
        scene.resize(cols, rows);
        insta::assert_snapshot!(format!("setup_diff_{cols}x{rows}"), scene.text());
    }
    let asks = scene.press("enter");
    assert!(matches!(asks.as_slice(), [Ask::Settings(SettingsAsk::Save { .. })]), "{asks:?}");
}

#[test]
fn levels_that_a_model_may_not_have_are_offered_with_a_word() {
    // Pi tells the levels of this one.
    let mut one = scene((80, 24), "f4");
    one.press("p i enter m i n i enter");
    assert!(one.shows("How hard does the analyst think?") && !one.shows("may clamp"), "{}", one.text());
    // Of this one it does not; Claude tells none, and cannot be asked for all of them.
    for (keys, name, has_off) in
        [("p i enter p r e v i e w enter", "pi", true), ("c l a u d e enter o p u s enter", "claude", false)]
    {
        for (cols, rows) in SIZES {
            let mut scene = scene((cols, rows), "f4");
            scene.press(keys);
            insta::assert_snapshot!(format!("setup_thinking_unknown_{name}_{cols}x{rows}"), scene.text());
        }
        let mut scene = scene((120, 40), "f4");
        scene.press(keys);
        let lines: Vec<String> = scene.text().lines().map(str::to_owned).collect();
        let levels = lines.iter().filter(|line| line.contains("the agent may clamp it")).count();
        assert_eq!(levels, if has_off { 7 } else { 5 }, "{}", scene.text());
        assert_eq!(scene.shows("no thinking"), has_off, "{}", scene.text());
    }
}

#[test]
fn esc_goes_back_a_step_and_at_the_first_one_leaves_with_nothing_written() {
    let mut scene = scene((80, 24), "f4");
    scene.press("enter enter enter");
    assert!(scene.shows("Which agent is the worker?"), "{}", scene.text());
    scene.press("esc esc");
    assert!(scene.shows("Which model does the analyst use?"), "{}", scene.text());
    scene.press("esc");
    let asks = scene.press("esc");
    assert_eq!(asks, [Ask::Settings(SettingsAsk::Stop)]);
    assert!(scene.ui.popups.is_empty() && scene.shows("nothing was saved"), "{}", scene.text());
}

#[test]
fn asking_the_agents_can_be_stopped_and_a_refusal_leads_back() {
    let mut scene = scene((80, 24), "f4");
    scene.press(ALL);
    assert!(scene.shows("asking it"), "{}", scene.text());
    assert_eq!(scene.press("esc"), [Ask::Settings(SettingsAsk::Stop)]);
    assert!(scene.shows("How many pieces of work"), "{}", scene.text());
    scene.press("enter");
    scene.ui.pair_tried("analyst".to_owned(), Err("pi knows no model \"x\" (nearest: \"y\")".to_owned()));
    scene.ui.pair_tried("worker".to_owned(), Ok("fine".to_owned()));
    scene.draw();
    assert!(scene.shows("✗ pi knows no model") && scene.shows("✓ fine"), "{}", scene.text());
    assert_eq!(scene.press("r").len(), 2, "they are asked again");
}

#[test]
fn an_agent_that_is_missing_cannot_be_chosen_and_says_how_to_get_it() {
    let mut scene = scene((120, 40), "f4");
    scene.press("c o d e x enter");
    assert!(scene.shows("npm install -g @openai/codex"), "{}", scene.text());
    assert!(scene.shows("Which agent is the analyst?"), "{}", scene.text());
}

#[test]
fn a_compaction_below_the_warning_is_refused_at_once() {
    let mut scene = scene((120, 40), "f4");
    scene.press("enter enter enter enter enter enter enter 0 . 5 enter");
    assert!(scene.shows("below the warning at 0.75"), "{}", scene.text());
    scene.press("backspace backspace backspace 0 . 9 5 enter");
    assert!(scene.shows("in US dollars"), "{}", scene.text());
}

#[test]
fn the_set_up_begins_by_itself_only_where_nobody_chose_anything() {
    let mut scene = Scene::new(new_ui(Mode::Live), Glass::new(), (80, 24));
    assert_eq!(scene.ui.begin_setup(), []);
    scene.ui.opening = Opening::SetUp;
    assert_eq!(scene.ui.begin_setup().len(), 2);
    assert!(scene.ui.opening == Opening::Nothing && scene.ui.popups.len() == 1);
}

#[test]
fn what_a_newer_awtui_has_to_ask_is_asked_alone_and_saved_alone() {
    for (cols, rows) in SIZES {
        let mut scene = Scene::new(new_ui(Mode::Live), Glass::new(), (cols, rows));
        scene.ui.opening = Opening::New(vec!["loop.max_hours", "loop.max_rounds"]);
        let asks = scene.ui.begin_setup();
        assert_eq!(asks, [Ask::Settings(SettingsAsk::Read), Ask::Settings(SettingsAsk::Asked)]);
        answer(&mut scene);
        insta::assert_snapshot!(format!("setup_new_{cols}x{rows}"), scene.text());
        scene.press("6 enter");
        assert!(scene.shows("How many pieces of work"), "{}", scene.text());
        scene.press("esc enter enter");
        assert!(scene.shows("Where should it be saved?"), "{}", scene.text());
        scene.press("esc");
        assert!(scene.shows("How many pieces of work"), "nobody is asked about agents: {}", scene.text());
        scene.press("enter down");
        let edits = vec![Edit::set("loop.max_hours", "6"), Edit::set("loop.max_rounds", "20")];
        let plan = SettingsAsk::Plan { layers: vec![Layer::Project], edits };
        assert_eq!(scene.press("enter"), [Ask::Settings(plan)]);
    }
}

#[test]
fn who_wants_to_choose_nothing_leaves_with_esc_and_nothing_is_written() {
    let mut scene = Scene::new(new_ui(Mode::Live), Glass::new(), (80, 24));
    scene.ui.opening = Opening::New(vec!["budget.cost"]);
    scene.ui.begin_setup();
    answer(&mut scene);
    assert_eq!(scene.press("esc"), [Ask::Settings(SettingsAsk::Stop)]);
    assert!(scene.ui.popups.is_empty() && scene.shows("nothing was saved"), "{}", scene.text());
}
