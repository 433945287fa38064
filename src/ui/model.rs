//! The UI's own state. Nothing in it is truth about the run.

use super::bell::Bells;
use super::borders::{Borders, Drawn};
use super::commands::CommandLog;
use super::events::{EventsView, WholeFact};
use super::given::Recent;
use super::input::completion::{self, Completion};
use super::input::{Address, InputBox};
use super::look::Look;
use super::preview::{Preview, Work};
use super::reader::Reader;
use super::runs::{RunsAsk, RunsView};
use super::settings::{Known, SettingsAsk, SettingsView};
use super::setup::{Opening, Setup};
use super::shape::Shape;
use super::toast::Toasts;
use super::trust::{Brings, ShownCommands, TrustAsk, TrustView};
use super::waits::Waits;
use super::which::WhichKey;
use crate::domain::{AnswerKind, Fetch, Figure, GateId, Millis, OperatorAct, PaneId, RoleName};
use crate::glass::Glass;
use crate::settings::{Context, Keymap};
use crate::term::{Key, Links, Mods};
use ratatui::layout::Rect;
use std::collections::{BTreeMap, BTreeSet};

/// What the UI may do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Live,
    /// It may look and not touch.
    Watch,
    Replay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Focus {
    Analyst,
    Worker,
    /// A role of the workflow that is neither, by its place among these.
    Role(u8),
    /// A terminal of the operator, by its place.
    Terminal(u8),
    Steps,
    Ledger,
    Gates,
    Artifacts,
    /// Every fact, one by one.
    Events,
    Input,
}

impl Focus {
    pub const PANELS: [Self; 5] = [Self::Steps, Self::Ledger, Self::Gates, Self::Artifacts, Self::Events];
}

/// How much of the screen the focused part takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zoom {
    Normal,
    /// The panes without the panels; a focused panel has half of the screen.
    Half,
    /// The focused part alone.
    Full,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Popup {
    /// Lists of actions, run with Enter; `filter` is typed, `selected` counts the lines that are left.
    Actions {
        list: ActionList,
        /// Where the operator was: what can be done there.
        context: Context,
        filter: String,
        selected: usize,
    },
    /// Whether the run should really be ended; by way of a gate's answer when one is named.
    ConfirmCompact {
        role: RoleName,
    },
    ConfirmAbort {
        gate: Option<GateId>,
    },
    /// What becomes of the run, or of the words in the input box, when the screen is left.
    ConfirmQuit,
    /// Something that is looked at, over the whole screen.
    Preview(Box<Preview>),
    /// Where a number comes from.
    Explain(Box<super::explain::Explain>),
    /// What awtui itself did.
    Commands(CommandLog),
    /// A fact with all that it holds.
    Fact(WholeFact),
    /// All runs of the project.
    Runs(Box<RunsView>),
    Settings(Box<SettingsView>),
    /// The first questions, one after the other.
    Setup(Box<Setup>),
    /// The commands that the repository brings along, to be agreed to.
    Trust(Box<TrustView>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionList {
    /// What keys do here.
    Help,
    /// Everything that can be done here, with a key or without.
    Palette,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Key(Key),
    Paste(String),
    Mouse(Mouse),
    Resize { cols: u16, rows: u16 },
    Focus(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub col: u16,
    pub row: u16,
    pub kind: MouseKind,
    pub mods: Mods,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    Down,
    Up,
    Drag,
    ScrollUp,
    ScrollDown,
}

/// What the UI wants done by whoever runs it.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    StartRun {
        task: String,
    },
    /// Something about a run of the list.
    Runs(RunsAsk),
    /// Something about settings, or a question to agents about themselves.
    Settings(SettingsAsk),
    /// Something about the commands that the repository brings along.
    Trust(TrustAsk),
    Act(OperatorAct),
    Type {
        pane: PaneId,
        bytes: Vec<u8>,
    },
    /// A terminal beside the agents; without a command the operator's shell.
    OpenTerminal {
        command: String,
    },
    /// A terminal in which the conversation of a role's agent goes on by hand.
    OpenSession {
        role: RoleName,
    },
    /// Ends what runs in it, or takes one that has ended off the screen.
    CloseTerminal {
        pane: PaneId,
    },
    PaneSize {
        pane: PaneId,
        cols: u16,
        rows: u16,
    },
    /// A part of something to look at, answered by [`Ui::fetched`].
    Fetch {
        id: u64,
        what: Fetch,
        offset: u64,
        limit: u64,
    },
    /// To be run where it holds up nothing, answered by [`Ui::prepared`].
    Prepare(Work),
    /// Leave the screen; what runs goes on.
    Quit,
    /// The screen was parted anew.
    KeepShape(Shape),
    Player(PlayerAct),
    /// Put a text on the clipboard.
    Copy {
        text: String,
    },
    /// Write a text to a file of its own, whose name begins like this, and say where it is.
    SaveText {
        name: String,
        text: String,
    },
    /// Show a text in the operator's editor. What it became comes back by [`Ui::edited`].
    Edit {
        text: String,
        /// What the file's name ends with, so that the editor knows the kind of text: `.md`.
        suffix: &'static str,
        /// Where the editor begins, counted from 1.
        line: usize,
        then: Edited,
    },
    /// Tell which files the repository has, by [`Ui::files_listed`].
    ListFiles,
    /// Stop until the shell continues awtui.
    Suspend,
    ToggleMouse,
    Redraw,
}

/// What becomes of a text that was edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// It takes the place of the words in the input box.
    Input,
    /// Nothing: it was only looked at.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerAct {
    TogglePlay,
    Faster,
    Slower,
    NextStep,
    PreviousStep,
    NextGate,
    Start,
    End,
    Forward(u64),
    Back(u64),
}

/// Where things were drawn: what input needs to know of the last frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    pub cursor: Option<(u16, u16)>,
    /// The inside of each pane that is drawn.
    pub panes: Vec<(PaneId, Rect)>,
    /// What a click focuses.
    pub places: Vec<(Focus, Rect)>,
    /// The lines of lists: a click selects.
    pub rows: Vec<(Focus, usize, Rect)>,
    /// Figures of the title: a click explains.
    pub figures: Vec<(Figure, Rect)>,
    /// The gate whose card is drawn, and since when.
    pub gate: Option<(GateId, Millis)>,
    /// Where that card lies.
    pub card: Option<Rect>,
    /// The answers on it: a click gives one.
    pub answers: Vec<(AnswerKind, Rect)>,
    pub commands: Option<ShownCommands>,
    /// Where what is looked at stands, now or when something is, and the files of a diff at its side.
    pub preview: Rect,
    pub preview_files: Vec<(usize, Rect)>,
    /// Borders that the mouse can move.
    pub borders: Vec<Drawn>,
    /// Panels stand below the panes here, unless zoomed away.
    pub panels: bool,
    pub too_small: bool,
    /// The links that cells carry by their mark.
    pub links: Links,
}

/// How far a pane is scrolled back, and which line stood at its top then: what comes later does not move the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scrolled {
    pub(super) lines: usize,
    pub(super) top: u64,
    /// Of the line's number.
    pub(super) epoch: u64,
}

#[derive(Debug)]
pub struct Ui {
    pub mode: Mode,
    pub look: Look,
    /// The looks on a dark and on a light background, where the terminal's own decides.
    pub looks: Option<(Look, Look)>,
    /// Whether the terminal's background is dark, as far as it told.
    pub(super) dark: Option<bool>,
    pub keymap: Keymap,
    pub focus: Focus,
    /// Where the operator went: nothing takes the keys from an input box that was gone to.
    pub(super) chosen: Option<Focus>,
    /// Whose input holds words that were typed into its pane and not sent, as far as keys tell.
    pub(super) unsent: Option<RoleName>,
    /// The pane that one was at before the input box got the keys.
    pub(super) beside: Option<Focus>,
    pub zoom: Zoom,
    pub popups: Vec<Popup>,
    pub(super) input: InputBox,
    pub(super) completion: Completion,
    /// Keys go to the focused pane's child.
    pub typing: bool,
    /// The keys of a sequence so far.
    pub(super) pending: Vec<Key>,
    pub(super) which: WhichKey,
    /// What was done by way of the palette, the last first.
    pub(super) recent: Recent,
    /// What may follow such keys is shown when the operator hesitates.
    pub which_key: bool,
    /// The themes that can be named.
    pub themes: Vec<String>,
    /// How far the operator's clock is ahead of UTC, in seconds.
    pub utc_offset: i32,
    /// The gate that the operator went to; else the longest waiting one is shown.
    pub(super) gate: Option<GateId>,
    /// Gates whose card the operator put aside.
    pub(super) dismissed: Vec<GateId>,
    /// Gates whose answer is on its way.
    pub(super) answered: Vec<GateId>,
    /// The answer that the operator selected on the gate card.
    pub(super) gate_choice: Option<usize>,
    pub(super) gate_deaf_until: Millis,
    /// What is selected in each list; without an entry its natural end.
    pub(super) selected: BTreeMap<Focus, usize>,
    /// The folders of artifacts that are folded.
    pub(super) folded: BTreeSet<String>,
    pub(super) scrolled: BTreeMap<PaneId, Scrolled>,
    pub(super) reader: Reader,
    pub(super) events: EventsView,
    pub(super) borders: Borders,
    pub(super) bells: Bells,
    /// The panel that is shown where there is room for one.
    pub(super) panel: Focus,
    /// The panel that is shown beside the steps where there is room for two.
    pub(super) side: Focus,
    pub shape: Shape,
    pub layout: Layout,
    /// What was asked for so far, to tell answers apart.
    pub(super) fetches: u64,
    pub(super) toasts: Toasts,
    pub(super) waits: Waits,
    /// Milliseconds since the screen was opened, as whoever runs the UI told last.
    pub(super) time: Millis,
    /// Wall milliseconds, as whoever runs the UI told last; 0 while not known.
    pub wall: Millis,
    /// Who a new run would be given to, for the first screen: role, agent, model.
    pub bindings: Vec<(String, String, String)>,
    /// What is not there that a run would need, and how to get it.
    pub missing: Vec<String>,
    /// Nobody chose anything yet: the set-up is to begin by itself.
    pub opening: Opening,
    /// The commands of the repository, as they were read last.
    pub brings: Brings,
    pub(super) known: Known,
    pub mouse: bool,
}

impl Ui {
    pub fn new(mode: Mode, look: Look, keymap: Keymap) -> Self {
        Self {
            mode,
            look,
            looks: None,
            keymap,
            focus: if mode == Mode::Live { Focus::Input } else { Focus::Steps },
            beside: None,
            chosen: None,
            unsent: None,
            zoom: Zoom::Normal,
            popups: Vec::new(),
            input: InputBox::new(),
            completion: Completion::default(),
            typing: false,
            pending: Vec::new(),
            which: WhichKey::default(),
            recent: Recent::default(),
            which_key: true,
            themes: Vec::new(),
            dark: None,
            utc_offset: 0,
            gate: None,
            dismissed: Vec::new(),
            answered: Vec::new(),
            gate_choice: None,
            gate_deaf_until: 0,
            selected: BTreeMap::new(),
            folded: BTreeSet::new(),
            scrolled: BTreeMap::new(),
            reader: Reader::default(),
            events: EventsView::default(),
            borders: Borders::default(),
            bells: Bells::default(),
            panel: Focus::Steps,
            side: Focus::Ledger,
            shape: Shape::default(),
            layout: Layout::default(),
            fetches: 0,
            toasts: Toasts::default(),
            waits: Waits::default(),
            time: 0,
            wall: 0,
            bindings: Vec::new(),
            missing: Vec::new(),
            opening: Opening::default(),
            brings: Brings::default(),
            known: Known::default(),
            mouse: true,
        }
    }

    pub fn set_layout(&mut self, layout: Layout) {
        self.layout = layout;
    }

    /// Tells how long the screen has been open, in milliseconds. Whether something came or left with it.
    pub fn set_time(&mut self, time: Millis) -> bool {
        self.time = self.time.max(time);
        self.toasts.expire(self.time) | (self.which.appears(self.time) && self.which_key)
    }

    /// A wall time as the operator's clock shows it: `17:00`.
    pub(super) fn time_of_day(&self, wall: Millis) -> String {
        let minutes = (i64::try_from(wall / 1_000).unwrap_or(0) + i64::from(self.utc_offset)).div_euclid(60);
        format!("{:02}:{:02}", minutes.rem_euclid(24 * 60) / 60, minutes.rem_euclid(60))
    }

    /// Milliseconds that the screen has been open, as it was told last.
    pub fn uptime(&self) -> Millis {
        self.time
    }

    /// Whether something is shown that leaves with time.
    pub fn has_news(&self) -> bool {
        self.toasts.newest().is_some()
    }

    /// Something to know, shown for a while.
    pub fn told(&mut self, news: String) {
        self.toasts.news(news, self.time);
    }

    /// Something was asked for and refused: shown for a while.
    pub fn refused(&mut self, reason: String) {
        // The answer to a gate may be what was refused: its card is shown again.
        self.answered.clear();
        self.toasts.refusal(reason, self.time);
    }

    /// Another run takes the place of the one that is shown.
    pub fn other_run(&mut self) {
        self.zoom = Zoom::Normal;
        self.typing = false;
        self.pending.clear();
        self.gate = None;
        self.dismissed.clear();
        self.answered.clear();
        self.gate_choice = None;
        self.selected.clear();
        self.scrolled.clear();
        self.events = EventsView::default();
        self.beside = None;
        if self.mode == Mode::Live {
            self.focus = Focus::Input;
        }
    }

    /// The editor is done with a text: what it became, or why it stays as it was.
    pub fn edited(&mut self, then: Edited, text: Result<String, String>) {
        match (then, text) {
            (Edited::Input, Ok(text)) => {
                self.input.replace(&text);
                self.focus_on(Focus::Input);
            }
            (Edited::Nothing, Ok(_)) => {}
            (Edited::Input | Edited::Nothing, Err(reason)) => self.toasts.refusal(reason, self.time),
        }
    }

    /// The files of the repository, by their paths; `cut` when there are more.
    pub fn files_listed(&mut self, glass: &Glass, paths: Vec<String>, cut: bool) {
        completion::files_listed(self, glass, paths, cut);
    }

    /// What was sent in earlier sessions, the oldest first, and the words that were not.
    pub fn remember(&mut self, history: Vec<String>, draft: Option<(Address, String)>) {
        self.input.remember(history);
        if let Some((address, text)) = draft.filter(|_| self.input.is_empty()) {
            self.input.replace(&text);
            self.input.address = address;
        }
    }

    /// What was sent since this was asked for last.
    pub fn take_said(&mut self) -> Vec<String> {
        self.input.take_said()
    }

    /// What the input box holds and whom it addresses.
    pub fn input(&self) -> (String, &Address) {
        (self.input.text(), &self.input.address)
    }
}
