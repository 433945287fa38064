//! The supervisor's own process.

use super::context::Context;
use super::exit::{Exit, Problem};
use crate::supervisor::{Options, RealWorld, serve};

pub(super) async fn run(context: &Context) -> Result<Exit, Problem> {
    // A leader of its own session: the terminal that it was started from may close.
    let _ = rustix::process::setsid();
    let filter = tracing_subscriber::EnvFilter::try_from_env("AWTUI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // It would say so on stderr, which is the log that could not be written, and panic.
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .try_init();
    let options = Options {
        project: context.project.clone(),
        paths: context.paths.clone(),
        sockets: context.sockets.clone(),
    };
    serve(options, Box::new(|| Box::new(RealWorld)))
        .await
        .map_err(|error| Problem::failed(error.to_string()))?;
    Ok(Exit::Done)
}
