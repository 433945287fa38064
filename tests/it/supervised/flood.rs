//! An agent that prints without end.

use super::{House, until};

#[test]
fn an_agent_that_floods_its_terminal_holds_back_neither_the_operator_nor_what_is_due() {
    let house = House::new("");
    house.settings(&house.scripted());
    house.script("touch \"$DIR/begun\"; exec yes 'a flood without end'", "");
    let run = house.awtui(&["run", "--detach", "go"]).ends_with(0).out.trim().to_owned();
    until("the analyst floods", || house.path("begun").exists().then_some(()));
    house.awtui(&["note", "in spite of the flood"]).ends_with(0);
    let state = house.path("repo/tmp").join(&run).join("state.md");
    until("the files for people tell it", || {
        std::fs::read_to_string(&state).ok()?.contains("in spite of the flood").then_some(())
    });
    house.awtui(&["abort"]).ends_with(0);
    until("the run is over", || (!house.facts_of("run_ended").is_empty()).then_some(()));
}
