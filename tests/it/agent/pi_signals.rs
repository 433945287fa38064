//! What Pi tells its terminal, for a Pi whose bridge is not connected.

use super::{fixture, launch, observations, pi, role};
use awtui::agent::{Adapter, Feature, Probe};
use awtui::domain::{Observation, Source, StatusSeen, TurnEnd};
use awtui::term::{ProgramState, ProgramStatus, Signal};

fn status(state: ProgramState, message: Option<&str>) -> Signal {
    Signal::Status(ProgramStatus {
        state,
        app: Some("pi".to_owned()),
        kind: None,
        message: message.map(str::to_owned),
        progress: None,
    })
}

fn started() -> Box<dyn Adapter> {
    let mut pi = pi();
    let probe = Probe { features: vec![Feature::ProgramStatus], ..Probe::default() };
    launch(pi.as_mut(), &probe, &role(), |_| {}).unwrap();
    pi
}

fn told(pi: &mut dyn Adapter, signal: &Signal) -> Vec<Observation> {
    let told = observations(pi.signal(signal));
    assert!(told.iter().all(|(source, _)| *source == Source::TerminalStatus));
    told.into_iter().map(|(_, observation)| observation).collect()
}

#[test]
fn readiness_is_the_first_title_and_not_the_idle_before_it() {
    let mut pi = started();
    assert_eq!(told(pi.as_mut(), &status(ProgramState::Idle, None)), []);
    assert_eq!(pi.quiet(&mut String::new, u64::MAX), []);
    assert_eq!(told(pi.as_mut(), &Signal::Title("π - work".to_owned())), []);
    assert_eq!(pi.quiet(&mut String::new, 999), [], "the bridge may still come");
    assert_eq!(
        observations(pi.quiet(&mut String::new, 1_000)),
        [(Source::TerminalStatus, Observation::Ready)]
    );
    assert_eq!(pi.quiet(&mut String::new, 2_000), []);
}

#[test]
fn a_turn_ends_as_the_status_says_once_the_log_had_time_to_follow() {
    for (state, end) in [
        (ProgramState::Done, TurnEnd::Completed),
        (ProgramState::Idle, TurnEnd::Interrupted),
        (ProgramState::Error, TurnEnd::Failed { reason: "Pi shows an error; see the pane".to_owned() }),
    ] {
        let mut pi = started();
        assert_eq!(told(pi.as_mut(), &status(ProgramState::Working, None)), [Observation::TurnStarted]);
        assert_eq!(told(pi.as_mut(), &status(state, None)), []);
        for line in fixture("tool_turn") {
            pi.log_line(&line);
        }
        assert_eq!(pi.quiet(&mut String::new, 299), []);
        let text = "All done: command ran and note.txt written.".into();
        let expected = (Source::TerminalStatus, Observation::TurnEnded { end, text });
        assert_eq!(observations(pi.quiet(&mut String::new, 300)), [expected]);
    }
}

#[test]
fn compacting_is_told_apart_from_working() {
    let mut pi = started();
    told(pi.as_mut(), &status(ProgramState::Working, None));
    let compacting = status(ProgramState::Working, Some("Compacting context"));
    assert_eq!(told(pi.as_mut(), &compacting), [Observation::CompactionStarted { automatic: true }]);
    let over = Observation::CompactionEnded { before: None, after: None, failed: None, nothing: false };
    assert_eq!(told(pi.as_mut(), &status(ProgramState::Done, None)), [over]);
}

#[test]
fn a_dialog_is_told_and_leaving_says_nothing() {
    let mut pi = started();
    let blocked = told(pi.as_mut(), &status(ProgramState::Blocked, Some("Allow command?")));
    assert_eq!(blocked, [Observation::Status(StatusSeen::Blocked)]);
    assert_eq!(told(pi.as_mut(), &status(ProgramState::Clear, None)), []);
    for signal in [Signal::Bell, Signal::Notify("x".to_owned()), Signal::Clipboard("x".to_owned())] {
        assert_eq!(told(pi.as_mut(), &signal), []);
    }
}

#[test]
fn the_terminal_says_nothing_while_the_bridge_is_connected() {
    let mut pi = started();
    pi.connected();
    for signal in
        [Signal::Title("π".to_owned()), status(ProgramState::Working, None), status(ProgramState::Done, None)]
    {
        assert_eq!(told(pi.as_mut(), &signal), []);
    }
    assert_eq!(pi.quiet(&mut String::new, u64::MAX), []);
}
