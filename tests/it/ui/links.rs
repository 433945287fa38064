//! Links of agents on their way to the operator's own terminal.

use super::calm::Host;
use super::scenes::{self, Scene};
use awtui::domain::PaneChange;
use awtui::glass::GlassEvent;

/// What the terminal gets of a pane whose program printed this anew.
fn sent(host: &mut Host, scene: &mut Scene, text: &str) -> String {
    let text = format!("\x1b[2J\x1b[H{text}");
    let change = PaneChange::Output { text };
    scene.glass.feed(GlassEvent::Pane { pane: "worker-1".into(), end: 9, change });
    scene.draw();
    String::from_utf8(host.draw(scene)).unwrap()
}

fn opened() -> (Host, Scene) {
    let mut host = Host::new(100, 30);
    let scene = Scene::of(&scenes::working(), (100, 30));
    host.draw(&scene);
    (host, scene)
}

/// The addresses of the links that were opened, in their order, without repetitions.
fn addresses(bytes: &str) -> Vec<&str> {
    let opened = bytes.split("\x1b]8;id=awtui-").skip(1);
    let mut addresses: Vec<&str> =
        opened.map(|link| link.split_once(';').unwrap().1.split_once('\x1b').unwrap().0).collect();
    addresses.dedup();
    addresses
}

#[test]
fn a_link_of_an_agent_is_one_in_the_terminal_outside() {
    let (mut host, mut scene) = opened();
    let bytes =
        sent(&mut host, &mut scene, "see \x1b]8;;https://example.org/a?b;c=d\x1b\\the page\x1b]8;;\x07 now");
    assert_eq!(addresses(&bytes), ["https://example.org/a?b;c=d"]);
    assert_eq!(
        bytes.matches("\x1b]8;;\x1b\\").count(),
        bytes.matches("\x1b]8;id=").count(),
        "each ends: {bytes:?}"
    );
    let link = bytes.split("\x1b]8;id=").nth(1).unwrap().split("\x1b]8;;").next().unwrap();
    assert!(link.contains("the page") && !link.contains("now"), "{bytes:?}");
    assert!(!bytes.contains("58;2"), "the mark is no colour outside: {bytes:?}");
    assert_eq!(host.draw(&scene), b"", "an equal frame");
}

#[test]
fn the_same_words_with_another_address_are_sent_again() {
    let (mut host, mut scene) = opened();
    let link = |address: &str| format!("\x1b]8;;{address}\x07here\x1b]8;;\x07");
    assert_eq!(addresses(&sent(&mut host, &mut scene, &link("https://a.example"))), ["https://a.example"]);
    assert_eq!(addresses(&sent(&mut host, &mut scene, &link("https://b.example"))), ["https://b.example"]);
    let plain = sent(&mut host, &mut scene, "here");
    assert!(plain.contains("here") && addresses(&plain).is_empty(), "{plain:?}");
}

#[test]
fn what_lies_over_a_link_is_none() {
    let (mut host, mut scene) = opened();
    let rows = "\x1b]8;;https://a.example\x07".to_owned() + &"link ".repeat(400) + "\x1b]8;;\x07";
    sent(&mut host, &mut scene, &rows);
    scene.press("?");
    let bytes = String::from_utf8(host.draw(&scene)).unwrap();
    assert!(!bytes.is_empty() && addresses(&bytes).is_empty(), "{bytes:?}");
}

#[test]
fn an_address_that_a_terminal_could_misread_stays_here() {
    let (mut host, mut scene) = opened();
    for address in
        ["https://a.example/\u{9b}31m", "https://a.example/a b", "https://ü.example", &"a".repeat(2084)]
    {
        let bytes =
            sent(&mut host, &mut scene, &format!("\x1b]8;;{address}\x07{}\x1b]8;;\x07", address.len()));
        assert!(addresses(&bytes).is_empty() && !bytes.contains("\x1b]8"), "{bytes:?}");
        assert!(bytes.contains("\x1b[4m"), "still underlined: {bytes:?}");
    }
}
