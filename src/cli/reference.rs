//! docs/cli.md, made from the arguments themselves.

use super::Arguments;
use clap::{Command, CommandFactory};

const HEAD: &str = "\
# The commands

<!-- Made from the program's own arguments. To change it, change those, then run the tests with AWTUI_BLESS=1. -->

Every command works in the project of the folder you are in, or of the one that `-C` names. A run is named by its id, by a
beginning of it that fits no other run, or as `last`; without a name the newest is meant.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | something failed; one line on stderr says what |
| 2 | bad usage or settings; nothing was started |
| 3 | the run waits for an operator |
| 4 | the run was aborted |
| 5 | the run was paused before it ended |

## JSON

`--json` prints one object or list; `run --headless --json` and `events --json` print one fact a line, as it lies in the journal.
Fields are added, never renamed.
";

/// The whole page.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut root = Arguments::command().term_width(100);
    root.build();
    write(&root, "awtui", &mut page);
    page
}

fn write(command: &Command, name: &str, page: &mut String) {
    let help = command.clone().render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    page.extend(["\n## ", name, "\n\n```text\n", &help.join("\n"), "\n```\n"]);
    let shown = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    for subcommand in command.get_subcommands().filter(shown) {
        write(subcommand, &format!("{name} {}", subcommand.get_name()), page);
    }
}
