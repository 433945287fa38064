//! A run once more: on the screen, or one frame of it as text.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::here::screen;
use super::print;
use crate::client;
use crate::domain::{Millis, Seq, StepNumber};
use crate::replay::{Player, Timeline};
use crate::tty;
use crate::ui::{Mode, format};

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
        Some(Moment::Record(seq)) => player.seek(seq),
        Some(Moment::Time(run)) => player.seek_time(run),
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
    let _log = super::log::begin(&context.client_log());
    let mut terminal = tty::Tty::open(features).map_err(|error| Problem::usage(error.to_string()))?;
    let shown = Box::pin(client::replay(player, &mut terminal, ui)).await;
    // A terminal that is gone needs nothing back.
    drop(terminal.close().await);
    shown.map_err(|error| Problem::failed(error.to_string()))?;
    Ok(Exit::Done)
}

enum Moment {
    Record(Seq),
    /// Of the run's clock.
    Time(Millis),
}

/// `3` and `0003` are a step's last record, `seq:57` is that record, `1:05` is so long after the run began.
fn moment(timeline: &Timeline, at: &str) -> Result<Moment, Problem> {
    let wrong = || {
        Problem::usage(format!(
            "--at takes the number of a step (3), of a fact (seq:57), or a time (1:05), not \"{at}\""
        ))
    };
    if at.contains(':') && !at.starts_with("seq:") {
        let run = timeline.begin().run.saturating_add(parse_clock(at).ok_or_else(wrong)?);
        let length = timeline.length().run;
        if run > length {
            let length = format::clock(length.saturating_sub(timeline.begin().run));
            return Err(Problem::usage(format!("the run has no {at}; it is {length} long")));
        }
        return Ok(Moment::Time(run));
    }
    let found = match at.strip_prefix("seq:") {
        Some(seq) => timeline.seq(seq.parse().map_err(|_| wrong())?),
        None => timeline.end_of_step(StepNumber(at.parse().map_err(|_| wrong())?)),
    };
    found.map(Moment::Record).map_err(|error| Problem::usage(error.to_string()))
}

/// Milliseconds in `1:05`, `1:02:03` or `1:05.250`.
fn parse_clock(text: &str) -> Option<Millis> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let milliseconds: u64 =
        format!("{fraction:0<3}").parse().ok().filter(|_| is_digits(fraction) && fraction.len() <= 3)?;
    let parts: Vec<u64> =
        whole.split(':').map(|part| part.parse().ok().filter(|_| is_digits(part))).collect::<Option<_>>()?;
    let seconds = match parts.as_slice() {
        [minutes, seconds @ 0..60] => minutes.checked_mul(60)?.checked_add(*seconds)?,
        [hours, minutes @ 0..60, seconds @ 0..60] => {
            hours.checked_mul(3600)?.checked_add(minutes * 60 + seconds)?
        }
        _ => return None,
    };
    seconds.checked_mul(1000)?.checked_add(milliseconds)
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
