//! The screen of a replay: the same frames from a player, which keys move along the run.

use super::edited::{EditedFile, tell_forgotten};
use super::frame::{self, Heard, sleep_until};
use super::saved;
use super::screen::{ScreenError, Workshop};
use crate::glass::Glass;
use crate::replay::Player;
use crate::tty::{FrameLimiter, Tty, TtyEvent};
use crate::ui::{self, Ask, PlayerAct, Ui};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::time::Duration;
use tokio::time::Instant;

/// Between two looks at what has happened in the run meanwhile.
const STEP: Duration = Duration::from_millis(33);

/// Who waits for longer wants to know for what.
const LONG: Duration = Duration::from_millis(300);
/// The only thing that a replay waits for.
const SEEK: u64 = 0;

/// How a replay was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// By the operator's wish.
    Back,
    /// The terminal is gone, or awtui was asked to end.
    Gone,
}

/// Shows a run from its files until the operator leaves.
pub async fn replay(player: Player, tty: &mut Tty, ui: Ui) -> Result<Left, ScreenError> {
    let now = Instant::now();
    let workshop = Workshop::new();
    let screen =
        Screen { player, ui, limiter: FrameLimiter::new(), origin: now, played: now, slow: false, workshop };
    screen.serve(tty).await
}

struct Screen {
    player: Player,
    ui: Ui,
    limiter: FrameLimiter,
    origin: Instant,
    /// Until when the player was told of the time.
    played: Instant,
    /// The last way through the run took so long that the next one is announced.
    slow: bool,
    workshop: Workshop,
}

impl Screen {
    async fn serve(mut self, tty: &mut Tty) -> Result<Left, ScreenError> {
        self.limiter.request(self.origin.elapsed());
        if self.ui.looks.is_some() {
            tty.ask_background()?;
        }
        let mut tick = tokio::time::interval(STEP);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let due = self.limiter.due().map(|due| self.origin + due);
            let appears = frame::instant(self.origin, self.ui.due());
            tokio::select! {
                biased;
                event = tty.next() => match event {
                    Some(event) => {
                        self.limiter.key(self.origin.elapsed());
                        self.limiter.request(self.origin.elapsed());
                        if let Some(left) = self.on_event(tty, event).await? {
                            return Ok(left);
                        }
                    }
                    None => return Ok(Left::Gone),
                },
                () = sleep_until(due) => self.draw(tty)?,
                Some(made) = self.workshop.next() => {
                    self.tell_time();
                    let asks = self.ui.prepared(made);
                    self.look(asks);
                    self.limiter.request(self.origin.elapsed());
                }
                () = sleep_until(appears) => {
                    if self.tell_time() {
                        self.limiter.request(self.origin.elapsed());
                    }
                }
                _ = tick.tick(), if self.player.is_playing() || self.ui.has_news() => {
                    if self.play() | self.tell_time() {
                        self.limiter.request(self.origin.elapsed());
                    }
                }
            }
        }
    }

    fn draw(&mut self, tty: &mut Tty) -> Result<(), ScreenError> {
        self.tell_time();
        let more = self.ui.catch_up(self.player.glass());
        let layout = frame::draw(tty, &self.ui, self.player.glass())?;
        self.limiter.drawn(self.origin.elapsed());
        self.ui.set_layout(layout);
        if more {
            self.limiter.request(self.origin.elapsed());
        }
        Ok(())
    }

    /// Tells the player how much time went by. Whether there is something new to see.
    fn play(&mut self) -> bool {
        let passed = u64::try_from(self.played.elapsed().as_millis()).unwrap_or(u64::MAX);
        // What does not make a whole millisecond counts next time.
        self.played += Duration::from_millis(passed);
        self.player.advance(passed)
    }

    /// Whether something left the screen with it.
    fn tell_time(&mut self) -> bool {
        self.ui.set_time(u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Whether the operator leaves, and how.
    async fn on_event(&mut self, tty: &mut Tty, event: TtyEvent) -> Result<Option<Left>, ScreenError> {
        if let TtyEvent::Dark(dark) = event {
            self.ui.set_dark(dark);
        }
        let msg = match frame::heard(tty, event).await? {
            Heard::Msg(msg) => msg,
            Heard::Nothing => return Ok(None),
            Heard::Leave => return Ok(Some(Left::Gone)),
        };
        self.tell_time();
        for ask in ui::update(&mut self.ui, self.player.glass(), msg) {
            match ask {
                Ask::Quit => return Ok(Some(Left::Back)),
                Ask::Player(act) => self.seek(tty, act)?,
                Ask::ToggleMouse => frame::switch_mouse(tty, self.ui.mouse)?,
                Ask::Copy { text } => frame::copy(tty, &text)?,
                Ask::SaveText { name, text } => {
                    let here = std::env::current_dir().unwrap_or_default();
                    match saved::save(&here, &name, &text) {
                        Ok(path) => self.ui.told(saved::told(&text, &path)),
                        Err(reason) => self.ui.refused(reason),
                    }
                }
                Ask::Edit { text, suffix, line, then } => {
                    let edited = match EditedFile::new(&text, suffix) {
                        Ok(file) => {
                            let forgotten = tty.forget_typed();
                            let ended = tty.hand_over(&mut file.editor(line)).await?;
                            tell_forgotten(&mut self.ui, forgotten);
                            file.read(ended)
                        }
                        Err(reason) => Err(reason),
                    };
                    self.played = Instant::now();
                    self.ui.edited(then, edited);
                }
                Ask::Suspend => frame::suspend(tty, &mut self.ui).await?,
                Ask::Redraw => tty.redraw()?,
                Ask::StartRun { .. }
                | Ask::Runs(_)
                | Ask::Settings(_)
                | Ask::Trust(_)
                | Ask::Act(_)
                | Ask::Type { .. }
                | Ask::OpenTerminal { .. }
                | Ask::OpenSession { .. }
                | Ask::CloseTerminal { .. } => {
                    self.ui.refused("this is a replay: what was stays as it was".to_owned());
                }
                Ask::Fetch { .. } | Ask::Prepare(_) => self.look(vec![ask]),
                // A replay is shown in a shape of its own.
                Ask::ListFiles | Ask::PaneSize { .. } | Ask::KeepShape(_) => {}
            }
        }
        Ok(None)
    }

    /// What is looked at comes from the files that were kept.
    fn look(&mut self, asks: Vec<Ask>) {
        let mut asks = std::collections::VecDeque::from(asks);
        while let Some(ask) = asks.pop_front() {
            if let Ask::Prepare(work) = ask {
                self.workshop.begin(work);
            } else if let Ask::Fetch { id, what, offset, limit } = ask {
                let piece = self.player.fetch(&what, offset, limit);
                asks.extend(self.ui.fetched(id, piece));
            }
        }
    }

    /// Nothing else is shown on the way: where it is long, that is said before.
    fn seek(&mut self, tty: &mut Tty, act: PlayerAct) -> Result<(), ScreenError> {
        if self.slow {
            self.ui.waits_long_for(SEEK, "going there");
            self.draw(tty)?;
        }
        let begun = Instant::now();
        self.act(act);
        self.slow = begun.elapsed() >= LONG;
        self.ui.waits_no_more(SEEK);
        Ok(())
    }

    fn act(&mut self, act: PlayerAct) {
        // The time before the key belongs to the pace before it.
        self.play();
        let player = &mut self.player;
        match act {
            PlayerAct::TogglePlay if player.is_playing() => player.stop(),
            PlayerAct::TogglePlay => player.play(),
            PlayerAct::Faster => player.faster(),
            PlayerAct::Slower => player.slower(),
            PlayerAct::NextStep => player.next_step(),
            PlayerAct::PreviousStep => player.previous_step(),
            PlayerAct::NextGate => player.next_gate(),
            PlayerAct::Start => player.start(),
            PlayerAct::End => player.end(),
            PlayerAct::Forward(by) => player.forward(by),
            PlayerAct::Back(by) => player.back(by),
        }
    }
}

/// One frame as text, without blanks at the ends of its lines: what a live client that was just attached shows.
pub fn print_frame(glass: &Glass, mut ui: Ui, cols: u16, rows: u16) -> String {
    ui.call_to_gate(glass);
    let area = Rect::new(0, 0, cols, rows);
    let mut buffer = Buffer::empty(area);
    ui::view(&ui, glass, area, &mut buffer);
    let mut text = String::new();
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut covered = 0;
        for x in area.left()..area.right() {
            let symbol = buffer[(x, y)].symbol();
            if covered > 0 {
                // The second half of a wide character.
                covered -= 1;
                continue;
            }
            line.push_str(symbol);
            covered = ui::format::width(symbol).saturating_sub(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
