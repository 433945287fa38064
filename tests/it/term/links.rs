//! The marks by which cells carry links.

use awtui::term::{Link, Links, Screen, Size};

fn link(address: &str) -> Link {
    let mut screen = Screen::new(Size::new(9, 2), 0);
    screen.feed(format!("\x1b]8;;{address}\x07x").as_bytes());
    screen.row(0).next().unwrap().link.unwrap()
}

#[test]
fn an_address_has_the_same_mark_in_every_frame_and_its_own() {
    let (one, other) = (link("https://a.example"), link("https://b.example"));
    let mut frame = Links::default();
    let marks = (frame.mark(&one).unwrap(), frame.mark(&other).unwrap());
    assert_ne!(marks.0, marks.1);
    assert!(marks.0 < 1 << 24 && marks.1 < 1 << 24);
    assert_eq!(frame.mark(&one), Some(marks.0));
    let mut next = Links::default();
    assert_eq!((next.mark(&other), next.mark(&one)), (Some(marks.1), Some(marks.0)));
    assert_eq!(next.address(marks.0), Some("https://a.example"));
    assert_eq!(Links::default().address(marks.0), None);
}

#[test]
fn two_addresses_never_share_a_mark_in_a_frame() {
    let mut frame = Links::default();
    // Far more than the marks' 24 bits keep apart without a collision.
    for number in 0..20_000 {
        let link = link(&format!("https://a.example/{number}"));
        if let Some(mark) = frame.mark(&link) {
            assert_eq!(frame.address(mark), Some(link.uri()));
        }
    }
}
