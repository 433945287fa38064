//! The supervisor's own process.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::log;
use crate::supervisor::clock::Clock;
use crate::supervisor::{Options, RealWorld, serve};

pub(super) async fn run(context: &Context) -> Result<Exit, Problem> {
    // A leader of its own session: the terminal that it was started from may close.
    let _ = rustix::process::setsid();
    // Held to the end: what was traced last is written when it goes.
    let _log = log::begin(&context.folders.log());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), pid = std::process::id(), "the supervisor starts");
    let options = Options {
        project: context.project.clone(),
        paths: context.paths.clone(),
        sockets: context.sockets.clone(),
    };
    serve(options, Clock::real(0), Box::new(|| Box::new(RealWorld))).await.map_err(|error| {
        tracing::error!(%error, "the supervisor ends");
        Problem::failed(error.to_string())
    })?;
    tracing::info!("the supervisor ends");
    Ok(Exit::Done)
}
