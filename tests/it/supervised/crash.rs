//! What is so after the supervisor was killed in the middle of a turn.

use super::{House, is_alive, until};
use awtui::domain::PaneChange;
use awtui::term::{Screen, Size};
use awtui::wire::{Body, Purpose, ToClient};

/// An agent that says something, leaves a process behind that no hangup reaches, and works for ever.
fn in_the_middle_of_a_turn() -> (House, u32) {
    let house = House::new("");
    let script = house.path("agent.sh").display().to_string();
    house.write(
        "config/awtui/config.toml",
        &format!(
            "[roles.analyst]\nagent = \"mine\"\n[roles.worker]\nagent = \"mine\"\n[agents.mine]\nargv = [\"sh\", \"{script}\", \"{{prompt}}\"]\n"
        ),
    );
    let stubborn = "trap '' HUP\necho 'half a thought'\n\
                    setsid sh -c 'trap \"\" HUP; echo $$ > \"$DIR/left.tmp\"; mv \"$DIR/left.tmp\" \"$DIR/left\"; \
                    while :; do sleep 1; done' &\nwait";
    house.script(stubborn, "");
    house.awtui(&["run", "--detach", "go"]).ends_with(0);
    let left = until("the agent works", || std::fs::read_to_string(house.path("left")).ok());
    until("the prompt was delivered", || {
        let settled = house.facts_of("settled");
        settled.iter().any(|record| record["fact"]["outcome"]["outcome"] == "delivered").then_some(())
    });
    until("its words are recorded", || {
        let cast = std::fs::read_to_string(house.run().join("panes/analyst-1.cast")).ok()?;
        cast.contains("half a thought").then_some(())
    });
    (house, left.trim().parse().unwrap())
}

#[test]
fn what_a_killed_supervisor_left_running_is_ended_before_the_run_is_taken_up() {
    let (house, left) = in_the_middle_of_a_turn();
    house.kill_supervisor();
    assert!(is_alive(left), "the test needs something that outlives its supervisor");
    let mut next = house.command(&["supervisor", "run"]).spawn().unwrap();
    until("the run is taken up", || (!house.facts_of("recovered").is_empty()).then_some(()));
    assert!(!is_alive(left), "a process of before the restart still ran when the run was taken up");
    house.awtui(&["supervisor", "stop"]);
    next.wait().unwrap();
}

#[tokio::test]
async fn what_the_panes_showed_last_is_seen_again_after_a_crash() {
    let (house, _) = in_the_middle_of_a_turn();
    house.kill_supervisor();
    let mut next = house.command(&["supervisor", "run"]).spawn().unwrap();
    until("the run is taken up", || (!house.facts_of("recovered").is_empty()).then_some(()));
    let mut session = house.session(Purpose::Attach { watch: true }).await;
    session.send(Body::Subscribe { run: None, after: None }).await.unwrap();
    let shown = loop {
        match session.next().await.unwrap() {
            ToClient::Pane { change: PaneChange::Snapshot { cols, rows, text }, end, .. } => {
                let mut screen = Screen::new(Size::new(cols, rows), 0);
                screen.feed(text.as_bytes());
                break Some((screen.text(), end));
            }
            ToClient::CaughtUp { .. } => break None,
            _ => {}
        }
    };
    let (text, end) = shown.expect("no screen came");
    assert!(text.starts_with("half a thought"), "{text}");
    let cast = std::fs::metadata(house.run().join("panes/analyst-1.cast")).unwrap().len();
    assert_eq!(end, cast, "the screen stands for the whole recording");
    drop(session);
    house.awtui(&["supervisor", "stop"]);
    next.wait().unwrap();
}
