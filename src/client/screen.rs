//! The screen's loop: facts and bytes into the glass, keys into the UI, wishes to the supervisor, frames out when due.

mod heard;
mod look;

pub(super) use heard::{Asked, next};
pub(super) use look::Workshop;

use super::frame::{self, Heard, sleep_until};
use super::host::Host;
use super::saved;
use super::session::{ClientError, Session};
use super::settings::Asking;
use super::summon::Caller;
use super::words::{self, Words};
use crate::domain::{OperatorAct, PaneId, RunId, Time};
use crate::glass::{Glass, GlassEvent, Link};
use crate::tty::{FrameLimiter, Tty, TtyError, TtyEvent};
use crate::ui::{self, Ask, Mode, Ui};
use crate::wire::{Body, PaneSizes, RequestId};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;

/// Between two tries to reach a supervisor that was lost.
const RETRY: Duration = Duration::from_millis(500);
/// After this long without a key a gate may take the next one: nobody answers by a key that was on its way elsewhere.
const HANDS_OFF: Duration = Duration::from_secs(2);
/// The clocks on the screen show seconds.
const TICK: Duration = Duration::from_secs(1);
/// Between two looks at the clock while nothing works: at a gate, in a pause.
const RESTING_TICK: Duration = Duration::from_secs(5);

#[derive(Debug, Error)]
pub enum ScreenError {
    #[error(transparent)]
    Tty(#[from] TtyError),
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Shows a run, or the first screen, until the operator leaves.
///
/// `terminals`: commands that are to run beside the agents, each once.
pub async fn show(
    host: &dyn Host,
    tty: &mut Tty,
    ui: Ui,
    run: Option<RunId>,
    terminals: Vec<String>,
) -> Result<(), ScreenError> {
    let session = host.connect().await?;
    let mut screen = Screen {
        host,
        ui,
        glass: Glass::new(),
        limiter: FrameLimiter::new(),
        origin: Instant::now(),
        session: None,
        run,
        asked: BTreeMap::new(),
        asking: FuturesUnordered::new(),
        sizes: PaneSizes::new(),
        terminal_sizes: PaneSizes::new(),
        opening: terminals,
        clock: None,
        drawn: None,
        caught_up: false,
        caller: Caller::new(host.calls()),
        last_key: None,
        workshop: Workshop::new(),
        words: Words::new(host.state_folder()),
    };
    screen.remember_words();
    screen.connected(session).await?;
    let left = screen.serve(tty).await;
    screen.save_draft();
    left
}

pub(super) struct Screen<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) ui: Ui,
    pub(super) glass: Glass,
    limiter: FrameLimiter,
    origin: Instant,
    pub(super) session: Option<Session>,
    pub(super) run: Option<RunId>,
    asked: BTreeMap<RequestId, Asked>,
    /// What agents are being asked about themselves.
    pub(super) asking: FuturesUnordered<Asking<'a>>,
    /// What the supervisor was told last.
    pub(super) sizes: PaneSizes,
    pub(super) terminal_sizes: PaneSizes,
    /// Terminals that are still to be opened.
    pub(super) opening: Vec<String>,
    /// The run's time when it was last told, and when that was.
    pub(super) clock: Option<(Time, Instant)>,
    /// The glass's generation that is on the screen.
    drawn: Option<u64>,
    caught_up: bool,
    pub(super) caller: Caller,
    pub(super) last_key: Option<Instant>,
    pub(super) words: Words,
    workshop: Workshop,
}

impl Screen<'_> {
    async fn serve(&mut self, tty: &mut Tty) -> Result<(), ScreenError> {
        self.request_frame();
        self.caller.ask_background(tty, &self.ui)?;
        let mut ticked = Instant::now();
        let mut attempt = 0;
        loop {
            let due = self.limiter.due().map(|due| self.caller.not_before(self.origin + due));
            let appears = frame::instant(self.origin, self.ui.due());
            let running = self.glass.run.id.is_some() && !self.glass.run.is_over();
            let hurried = self.ui.has_news() || !self.asking.is_empty();
            let ticking = running || hurried;
            let tick = if hurried || self.glass.run.is_busy() { TICK } else { RESTING_TICK };
            tokio::select! {
                biased;
                event = tty.next() => match event {
                    Some(event) => {
                        self.limiter.key(self.origin.elapsed());
                        // What the terminal says by itself is no hand on the keys.
                        if matches!(event, TtyEvent::Key(_) | TtyEvent::Paste(_) | TtyEvent::Mouse(_)) {
                            self.last_key = Some(Instant::now());
                        }
                        self.reclaim_sizes();
                        self.request_frame();
                        let leaves = self.on_event(tty, event).await?;
                        self.keep_words();
                        if leaves {
                            return Ok(());
                        }
                    }
                    None => return Ok(()),
                },
                () = sleep_until(due) => self.draw(tty).await?,
                () = sleep_until(appears) => {
                    if self.tell_time() {
                        self.request_frame();
                    }
                }
                () = sleep_until(self.wakes_at()) => {
                    self.tell_time();
                    self.request_frame();
                }
                Some(made) = self.workshop.next() => {
                    if let Err(error) = self.made(made).await {
                        self.lost(&error);
                    }
                }
                message = next(&mut self.session) => match message {
                    Ok(message) => self.on_messages(message).await,
                    Err(error) => self.lost(&error),
                },
                listing = words::found(&mut self.words.listing) => {
                    self.listed(listing);
                    self.request_frame();
                }
                () = sleep_until(self.words.due) => self.save_draft(),
                () = tokio::time::sleep(RETRY), if self.session.is_none() => {
                    attempt += 1;
                    match self.host.connect().await {
                        Ok(session) => {
                            attempt = 0;
                            self.connected(session).await?;
                        }
                        Err(error) => {
                            let reason = format!("{error} (attempt {attempt})");
                            self.feed(GlassEvent::Link(Link::Lost { reason }));
                        }
                    }
                }
                Some(answered) = self.asking.next(), if !self.asking.is_empty() => self.answered(answered),
                () = tokio::time::sleep_until(ticked + tick), if ticking => {
                    ticked = Instant::now();
                    self.advance_clock();
                    if self.tell_time() | !self.asking.is_empty() {
                        self.request_frame();
                    }
                }
            }
            self.call(tty)?;
        }
    }

    async fn connected(&mut self, mut session: Session) -> Result<(), ClientError> {
        let runs = std::mem::take(&mut session.welcome.runs);
        let live = runs.iter().find(|run| run.live).map(|run| run.run.clone());
        self.feed(GlassEvent::Runs(runs));
        let link = if self.ui.mode == Mode::Watch { Link::Watching } else { Link::Live };
        self.feed(GlassEvent::Link(link));
        self.session = Some(session);
        self.asked.clear();
        self.sizes.clear();
        self.terminal_sizes.clear();
        self.send(Body::Terminals, Asked::Other).await?;
        if let Some(run) = self.run.clone().or(live) {
            self.subscribe(run).await?;
        }
        self.begin_setup();
        Ok(())
    }

    /// Shows another run, or the same one anew: its facts are sent again from the last one that is known.
    pub(super) async fn subscribe(&mut self, run: RunId) -> Result<(), ClientError> {
        if self.glass.run.id.as_ref() != Some(&run) {
            self.feed(GlassEvent::Reset);
        }
        let after = (self.glass.run.seq > 0).then_some(self.glass.run.seq);
        self.caught_up = false;
        self.run = Some(run.clone());
        if self.session.is_some() {
            self.ui.waits_for(FACTS, "reading the run");
        }
        self.send(Body::Subscribe { run: Some(run), after }, Asked::Facts).await
    }

    pub(super) async fn send(&mut self, body: Body, asked: Asked) -> Result<(), ClientError> {
        let Some(session) = &mut self.session else {
            // Sizes are told anew to whoever answers next.
            if !matches!(body, Body::PaneSize { .. }) {
                self.ui.refused("not connected to the supervisor; trying again".to_owned());
            }
            return Ok(());
        };
        let what = waited_for(&body);
        match session.send(body).await {
            Ok(id) => {
                if let Some(what) = what {
                    self.ui.waits_for(id.0, what);
                }
                self.asked.insert(id, asked);
            }
            Err(error) => self.lost(&error),
        }
        Ok(())
    }

    pub(super) fn lost(&mut self, error: &ClientError) {
        self.session = None;
        self.ui.waits_for_nothing();
        self.give_up_fetching();
        self.feed(GlassEvent::Link(Link::Lost { reason: error.to_string() }));
    }

    pub(super) fn feed(&mut self, event: GlassEvent) {
        self.glass.feed(event);
        if self.drawn != Some(self.glass.generation()) {
            self.request_frame();
        }
        let held = self.glass.panes.values().any(|pane| pane.screen.modes().synchronized);
        self.limiter.hold(held, self.origin.elapsed());
    }

    /// Tells the UI how long it has been open; whether that changes what it shows.
    fn tell_time(&mut self) -> bool {
        self.ui.wall = self.host.now();
        self.ui.set_time(u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn request_frame(&mut self) {
        self.limiter.request(self.origin.elapsed());
    }

    /// Whether the operator leaves.
    async fn on_event(&mut self, tty: &mut Tty, event: TtyEvent) -> Result<bool, ScreenError> {
        self.caller.heard(tty, &mut self.ui, &event)?;
        if matches!(event, TtyEvent::Focus(true)) {
            self.read_commands();
        }
        let msg = match frame::heard(tty, event).await? {
            Heard::Msg(msg) => msg,
            Heard::Nothing => return Ok(false),
            Heard::Leave => return Ok(true),
        };
        self.tell_time();
        for ask in ui::update(&mut self.ui, &self.glass, msg) {
            if self.carry_out(tty, ask).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn carry_out(&mut self, tty: &mut Tty, ask: Ask) -> Result<bool, ScreenError> {
        match ask {
            Ask::Quit => return Ok(true),
            Ask::StartRun { task } => self.start_task(task).await?,
            Ask::Trust(ask) => self.with_trust(ask).await?,
            Ask::Runs(ask) => return self.with_run(tty, ask).await,
            Ask::Settings(ask) => self.with_settings(ask),
            Ask::Act(act) => self.act(act).await?,
            Ask::Type { pane, bytes } => self.type_into(pane, bytes).await?,
            Ask::KeepShape(shape) => {
                if let Err(reason) = self.host.keep_shape(&shape) {
                    self.ui.refused(reason);
                }
            }
            Ask::OpenTerminal { command } => self.open_terminal(command).await?,
            Ask::OpenSession { role } => self.open_session(role.as_str()).await?,
            Ask::CloseTerminal { pane } => self.close_terminal(pane).await?,
            Ask::Fetch { .. } | Ask::Prepare(_) => self.look(vec![ask]).await?,
            Ask::PaneSize { .. } | Ask::Player(_) => {}
            Ask::Copy { text } => frame::copy(tty, &text)?,
            Ask::SaveText { name, text } => match saved::save(&self.saved_folder(), &name, &text) {
                Ok(path) => self.ui.told(saved::told(&text, &path)),
                Err(reason) => self.ui.refused(reason),
            },
            Ask::Edit { text, suffix, line, then } => {
                let edited = self.edit(tty, &text, suffix, line).await?;
                self.ui.edited(then, edited);
            }
            Ask::ListFiles => self.list_files(),
            Ask::Suspend => frame::suspend(tty, &mut self.ui).await?,
            Ask::ToggleMouse => frame::switch_mouse(tty, self.ui.mouse)?,
            Ask::Redraw => tty.redraw()?,
        }
        Ok(false)
    }

    /// Where texts of panes are written: with the run, else where the agents would work.
    fn saved_folder(&self) -> PathBuf {
        let shown = self.glass.run.id.as_ref();
        let run = self.glass.runs.iter().find(|run| Some(&run.run) == shown);
        let folder = run.map_or_else(|| self.host.directory(), |run| run.folder.clone());
        PathBuf::from(folder).join("screens")
    }

    async fn act(&mut self, act: OperatorAct) -> Result<(), ClientError> {
        match self.run.clone() {
            Some(run) => self.send(Body::Act { run, author: self.host.author(), act }, Asked::Other).await,
            None => {
                self.ui.refused("no run is shown".to_owned());
                Ok(())
            }
        }
    }

    /// An open gate takes the keys, unless the operator is in the middle of something.
    fn call_to_gate(&mut self) {
        if self.last_key.is_none_or(|key| key.elapsed() >= HANDS_OFF) {
            self.ui.call_to_gate(&self.glass);
        }
    }

    fn advance_clock(&mut self) {
        if let Some((told, when)) = self.clock {
            let passed = u64::try_from(when.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.feed(GlassEvent::Clock(Time { wall: told.wall + passed, run: told.run + passed }));
        }
    }

    pub(super) async fn draw(&mut self, tty: &mut Tty) -> Result<(), ScreenError> {
        self.tell_time();
        let more = self.ui.catch_up(&self.glass);
        let layout = frame::draw(tty, &self.ui, &self.glass)?;
        self.limiter.drawn(self.origin.elapsed());
        self.drawn = Some(self.glass.generation());
        self.ui.set_layout(layout);
        if more {
            self.request_frame();
        }
        self.send_sizes().await?;
        Ok(())
    }

    /// Panes have the size of the client whose operator acted last: what another client changed is told anew.
    fn reclaim_sizes(&mut self) {
        let panes = &self.glass.panes;
        let holds = |pane: &PaneId, (cols, rows): &mut (u16, u16)| {
            panes.get(pane).is_some_and(|shown| {
                let size = shown.screen.size();
                (size.cols, size.rows) == (*cols, *rows)
            })
        };
        self.sizes.retain(holds);
        self.terminal_sizes.retain(holds);
    }

    /// Tells the supervisor how large the panes are drawn, when that changed.
    async fn send_sizes(&mut self) -> Result<(), ClientError> {
        let mut panes: BTreeMap<PaneId, (u16, u16)> = PaneSizes::new();
        for ask in self.ui.wanted_sizes() {
            if let Ask::PaneSize { pane, cols, rows } = ask {
                panes.insert(pane, (cols, rows));
            }
        }
        self.send_terminal_sizes(&mut panes).await?;
        if panes.is_empty() || panes == self.sizes || !self.caught_up {
            return Ok(());
        }
        let Some(run) = self.run.clone() else { return Ok(()) };
        self.sizes.clone_from(&panes);
        self.send(Body::PaneSize { run, panes }, Asked::Other).await
    }
}

/// Stands for the facts of a run that were asked for; requests count from 1.
pub(super) const FACTS: u64 = 0;

/// What the operator waits for with a request, as far as it is worth a word. Looking at something says so itself.
fn waited_for(body: &Body) -> Option<&'static str> {
    Some(match body {
        Body::StartRun { .. } => "starting the run",
        Body::OpenRun { .. } => "taking the run up",
        Body::OpenTerminal { .. } => "opening a terminal",
        Body::CloseTerminal { .. } => "closing the terminal",
        Body::Shelve { .. } => "putting the run away",
        Body::Act { .. } => "telling the supervisor",
        Body::CheckStart { .. }
        | Body::Type { .. }
        | Body::Terminals
        | Body::PaneSize { .. }
        | Body::Subscribe { .. }
        | Body::Unsubscribe
        | Body::Runs
        | Body::Status { .. }
        | Body::Gates { .. }
        | Body::Ledger { .. }
        | Body::Events { .. }
        | Body::Fetch { .. }
        | Body::Stop { .. }
        | Body::Trust { .. }
        | Body::Ping
        | Body::Unknown => return None,
    })
}
