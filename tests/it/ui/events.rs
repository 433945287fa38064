//! The panel of events: every fact of the run, and one with all that it holds.

use super::scenes::{self, Scene};
use awtui::domain::{Fact, Observation, Source};
use awtui::glass::GlassEvent;
use awtui::ui::{Focus, Mode, Popup};

/// The lines of the panel, from the frame.
fn listed(scene: &Scene) -> Vec<String> {
    let rows = scene.ui.layout.rows.iter().filter(|(focus, ..)| *focus == Focus::Events);
    rows.map(|(_, _, area)| scene.line(usize::from(area.y)).trim().to_owned()).collect()
}

fn feed(scene: &mut Scene, fact: Fact) {
    let seq = scene.glass.run.seq + 1;
    let at = scene.glass.now;
    let record = awtui::domain::Record { seq, at, panes: std::collections::BTreeMap::new(), fact };
    scene.glass.feed(GlassEvent::Record(record));
    scene.draw();
}

fn progress(text: &str) -> Fact {
    let observation = Observation::Progress { text: text.to_owned() };
    Fact::Observed { pane: "worker-1".into(), step: None, source: Source::Bridge, observation }
}

#[test]
fn the_facts_of_a_run_stand_in_a_panel_of_their_own_at_every_size() {
    for size in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        let mut scene = Scene::of(&scenes::done(), size);
        scene.press("8");
        assert_eq!(scene.ui.focus, Focus::Events);
        insta::assert_snapshot!(format!("events_{}x{}", size.0, size.1), scene.text());
    }
}

#[test]
fn who_never_goes_there_never_sees_it() {
    let mut scene = Scene::of(&scenes::done(), (200, 60));
    assert!(!scene.shows("8 events"), "{}", scene.text());
    for _ in 0..10 {
        scene.press("tab");
        assert_ne!(scene.ui.focus, Focus::Events);
    }
    scene.press("8");
    assert!(scene.shows("8 events"), "{}", scene.text());
    scene.press("x");
    assert!(!scene.shows("8 events"), "{}", scene.text());
}

#[test]
fn the_newest_is_followed_until_another_is_selected_and_then_nothing_moves() {
    let mut scene = Scene::of(&scenes::working(), (120, 40));
    scene.press("8");
    feed(&mut scene, progress("half of it"));
    assert!(listed(&scene).last().unwrap().contains("half of it"), "{}", scene.text());
    scene.press("up up up");
    let before = listed(&scene);
    for part in 0..30 {
        feed(&mut scene, progress(&format!("part {part}")));
    }
    assert!(!listed(&scene).last().unwrap().contains("part 29"), "{}", scene.text());
    let kept = before.iter().filter(|line| listed(&scene).contains(line)).count();
    assert!(kept + 1 >= before.len(), "{before:?} became {:?}", listed(&scene));
    scene.press("G");
    assert!(listed(&scene).last().unwrap().contains("part 29"), "{}", scene.text());
    feed(&mut scene, progress("the end"));
    assert!(listed(&scene).last().unwrap().contains("the end"), "{}", scene.text());
}

#[test]
fn words_of_kind_role_and_text_filter_them_and_esc_shows_all_again() {
    let mut scene = Scene::of(&scenes::done(), (120, 40));
    scene.press("8 z z /");
    scene.type_text("worker usage");
    assert!(scene.shows("filter: worker usage"), "{}", scene.text());
    let lines = listed(&scene);
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains("worker") && line.contains("usage")));
    // The keys are awtui's again, and the filter stays.
    scene.press("enter up");
    assert!(scene.shows("filter: worker usage"), "{}", scene.text());
    scene.press("esc");
    assert!(!scene.shows("filter:") && listed(&scene).len() > lines.len(), "{}", scene.text());
    scene.press("/");
    scene.type_text("no such words");
    assert!(scene.shows("nothing fits"), "{}", scene.text());
}

#[test]
fn enter_shows_a_fact_with_its_fields_and_who_told_it() {
    let mut scene = Scene::of(&scenes::done(), (80, 24));
    scene.press("8 /");
    scene.type_text("usage worker");
    scene.press("enter enter");
    assert!(matches!(scene.ui.popups[..], [Popup::Fact(_)]), "{}", scene.text());
    for what in ["told by", "bridge", "tokens.output", "record ", "into the run"] {
        assert!(scene.shows(what), "{what}: {}", scene.text());
    }
    for (cols, rows) in [(40, 12), (80, 24), (120, 40), (200, 60)] {
        scene.resize(cols, rows);
        insta::assert_snapshot!(format!("event_whole_{cols}x{rows}"), scene.text());
    }
    scene.press("esc");
    assert!(scene.ui.popups.is_empty());
}

#[test]
fn a_kind_is_called_what_the_journal_calls_it_and_every_fact_has_words_or_needs_none() {
    let mut scene = Scene::of(&scenes::done(), (200, 60));
    scene.press("8 z z home");
    let records = scenes::done().records;
    for record in &records {
        let value = serde_json::to_value(&record.fact).unwrap();
        let own = value["observation"]["kind"].as_str().or(value["kind"].as_str()).unwrap();
        scene.ui.popups.clear();
        scene.press("enter");
        let title = scene.text().lines().find(|line| line.contains('╭')).unwrap_or_default().to_owned();
        assert!(title.contains(&format!(" {own} ")), "record {}: {own} in {title:?}", record.seq);
        assert!(own != "settled" || scene.shows(" → "), "what was settled has its name: {}", scene.text());
        scene.press("esc down");
    }
}

#[test]
fn a_replay_shows_the_facts_up_to_its_moment() {
    let mut scene = scenes::replay((200, 60));
    scene.press("esc 8");
    assert_eq!(scene.ui.mode, Mode::Replay);
    assert!(listed(&scene).last().unwrap().contains("gate 1 (confirm done)"), "{}", scene.text());
}
