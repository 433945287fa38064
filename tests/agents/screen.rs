//! The whole screen with two real agents in it: a task is typed, the client dies, comes back, and answers by key.

use crate::ground::{Ground, until};
use crate::runs::{held, quick};
use crate::support::terminal::Terminal;
use awtui::domain::RunOutcome;

#[test]
fn a_run_outlives_its_screens_and_a_key_confirms_that_it_is_done() {
    Ground::each(
        &quick(),
        || held,
        |ground| {
            let mut terminal = Terminal::open(&ground.command(&[]), &[], (120, 40));
            terminal.shows("What should be done?");
            terminal.types("write two files\r");
            until("the worker works", || ground.path("repo/started").exists());
            terminal.shows("WORKING");
            let supervisor = ground.supervisor_pid();
            terminal.kill();
            let terminal = Terminal::open(&ground.command(&[]), &[], (80, 24));
            terminal.shows("WORKING");
            terminal.shows("while [ ! -e go ]");
            terminal.close();
            let another = Terminal::open(&ground.command(&[]), &[], (100, 30));
            let mut terminal = Terminal::open(&ground.command(&[]), &[], (120, 40));
            std::fs::write(ground.path("repo/go"), "").unwrap();
            for screen in [&terminal, &another] {
                screen.shows("confirm done");
            }
            assert_eq!(ground.supervisor_pid(), supervisor);
            // A card that appears by itself takes no key in its first moment; one that was asked for does.
            terminal.types("\x1b");
            terminal.shows("g: open");
            terminal.types("g");
            terminal.shows("finish the run");
            terminal.types("y");
            for screen in [&terminal, &another] {
                screen.shows("✓ DONE");
            }
            until("the run is over", || ground.run().is_over());
            assert_eq!(ground.run().outcome, Some(RunOutcome::Done));
            until("nothing of the run is left", || ground.marked().is_empty());
            ground.assert_true();
        },
    );
}
