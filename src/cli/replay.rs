//! A run once more: on the screen, or one frame of it as text.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::here::screen;
use super::print;
use crate::client;
use crate::domain::{Seq, StepNumber};
use crate::replay::{Player, Timeline};
use crate::tty;
use crate::ui::Mode;

/// The size of a frame on paper, unless another is asked for.
const SIZE: (u16, u16) = (120, 40);
/// Larger frames are mistakes.
const MOST_CELLS: u16 = 1000;

pub(super) async fn replay(
    context: &Context,
    run: &str,
    at: Option<&str>,
    size: Option<&str>,
    prints: bool,
) -> Result<Exit, Problem> {
    let folder = context.run_folder(run)?;
    let size = size.map_or(Ok(SIZE), parse_size)?;
    if !prints && tty::check().is_err() {
        return Err(Problem::usage(
            "a replay needs a terminal for its screen, and standard input or output is none; --print prints one frame as text",
        ));
    }
    let timeline = Timeline::open(&folder).map_err(|error| Problem::failed(error.to_string()))?;
    if let Some(trouble) = timeline.trouble() {
        print::error(trouble);
    }
    let at = at.map(|at| moment(&timeline, at)).transpose()?;
    let mut player = Player::new(timeline);
    match at {
        Some(seq) => player.seek(seq),
        None if prints => player.end(),
        None => player.play(),
    }
    let settings = context.settings()?;
    if prints {
        let ui = screen(context, &settings, Mode::Live)?;
        print::line(
            client::print_frame(&player.into_live_glass(), ui, size.0, size.1).trim_end_matches('\n'),
        );
        return Ok(Exit::Done);
    }
    let ui = screen(context, &settings, Mode::Replay)?;
    let mut features = tty::Features::of_terminal(std::env::var("TERM").ok().as_deref());
    features.mouse &= ui.mouse;
    let mut terminal = tty::Tty::open(features).map_err(|error| Problem::usage(error.to_string()))?;
    let shown = client::replay(player, &mut terminal, ui).await;
    drop(terminal);
    shown.map_err(|error| Problem::failed(error.to_string()))?;
    Ok(Exit::Done)
}

/// `3` and `0003` are a step's last record, `seq:57` is that record.
fn moment(timeline: &Timeline, at: &str) -> Result<Seq, Problem> {
    let wrong = || {
        Problem::usage(format!("--at takes the number of a step (3) or of a record (seq:57), not \"{at}\""))
    };
    let found = match at.strip_prefix("seq:") {
        Some(seq) => timeline.seq(seq.parse().map_err(|_| wrong())?),
        None => timeline.end_of_step(StepNumber(at.parse().map_err(|_| wrong())?)),
    };
    found.map_err(|error| Problem::usage(error.to_string()))
}

fn parse_size(size: &str) -> Result<(u16, u16), Problem> {
    let parsed = size.split_once(['x', 'X']).and_then(|(cols, rows)| {
        let count = |text: &str| text.parse::<u16>().ok().filter(|count| (1..=MOST_CELLS).contains(count));
        Some((count(cols)?, count(rows)?))
    });
    parsed.ok_or_else(|| {
        Problem::usage(format!("--size takes columns and rows such as 120x40, not \"{size}\""))
    })
}
