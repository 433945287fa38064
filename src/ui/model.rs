//! The UI's own state. Nothing in it is truth about the run.

use super::input::{Address, InputBox};
use super::look::Look;
use crate::domain::{GateId, OperatorAct, PaneId};
use crate::term::{Key, Mods};
use ratatui::layout::Rect;

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
    Steps,
    Ledger,
    Gates,
    Artifacts,
    Input,
}

impl Focus {
    pub const ALL: [Self; 7] =
        [Self::Input, Self::Analyst, Self::Worker, Self::Steps, Self::Ledger, Self::Gates, Self::Artifacts];

    pub const PANELS: [Self; 4] = [Self::Steps, Self::Ledger, Self::Gates, Self::Artifacts];

    pub fn role(self) -> Option<&'static str> {
        match self {
            Self::Analyst => Some("analyst"),
            Self::Worker => Some("worker"),
            Self::Steps | Self::Ledger | Self::Gates | Self::Artifacts | Self::Input => None,
        }
    }
}

/// How much of the screen the focused part takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zoom {
    Normal,
    /// The panes without the panels.
    Panes,
    /// The focused part alone.
    Full,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Popup {
    /// What can be done here; `filter` is typed, `selected` counts the lines that are left.
    Help {
        filter: String,
        selected: usize,
    },
    ConfirmAbort,
    /// The report of a step, by its place in the list.
    Step {
        index: usize,
        scroll: u16,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Key(Key),
    Paste(String),
    Mouse(Mouse),
    Resize {
        cols: u16,
        rows: u16,
    },
    Focus(bool),
    /// Time passed.
    Tick,
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
    Act(OperatorAct),
    Type {
        pane: PaneId,
        bytes: Vec<u8>,
    },
    PaneSize {
        pane: PaneId,
        cols: u16,
        rows: u16,
    },
    /// Leave the screen; what runs goes on.
    Quit,
    Player(PlayerAct),
    ToggleMouse,
    Redraw,
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
    pub too_small: bool,
}

#[derive(Debug)]
pub struct Ui {
    pub mode: Mode,
    pub look: Look,
    pub focus: Focus,
    pub zoom: Zoom,
    pub popups: Vec<Popup>,
    pub(super) input: InputBox,
    /// Keys go to the focused pane's child.
    pub typing: bool,
    /// The leader was pressed while typing; the next key is ours.
    pub leader: bool,
    /// Gates whose card the operator put aside.
    pub dismissed: Vec<GateId>,
    /// The answer that is selected on the gate card.
    pub gate_choice: usize,
    pub selected_step: Option<usize>,
    pub layout: Layout,
    pub last_refusal: Option<String>,
    /// Who a new run would be given to, for the first screen: role, agent, model.
    pub bindings: Vec<(String, String, String)>,
    pub mouse: bool,
}

impl Ui {
    pub fn new(mode: Mode, look: Look) -> Self {
        Self {
            mode,
            look,
            focus: if mode == Mode::Live { Focus::Input } else { Focus::Steps },
            zoom: Zoom::Normal,
            popups: Vec::new(),
            input: InputBox::new(),
            typing: false,
            leader: false,
            dismissed: Vec::new(),
            gate_choice: 0,
            selected_step: None,
            layout: Layout::default(),
            last_refusal: None,
            bindings: Vec::new(),
            mouse: true,
        }
    }

    pub fn set_layout(&mut self, layout: Layout) {
        self.layout = layout;
    }

    /// Something was asked for and refused: shown until the next key.
    pub fn refused(&mut self, reason: String) {
        self.last_refusal = Some(reason);
    }

    /// What the input box holds and whom it addresses.
    pub fn input(&self) -> (String, &Address) {
        (self.input.text(), &self.input.address)
    }

    /// The text went where it was meant to go.
    pub fn input_taken(&mut self) {
        self.input.taken();
    }
}
