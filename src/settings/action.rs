//! Everything that a person can ask the screen to do. One enum feeds keys, palette, help and mouse.
//!
//! Owns the names and descriptions of actions and the situations in which keys are read. What an action does is the
//! screen's business.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a key is read; also the name of its list in `keymap.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// Everywhere but while typing into an agent.
    Global,
    /// Panels have the keys.
    Normal,
    /// A gate is selected.
    Gate,
    /// A run is replayed.
    Replay,
    /// The input box has the keys.
    Input,
    /// Something is looked at over the whole screen.
    Preview,
    /// A pane is read: searched, or its text selected.
    Reading,
    /// An agent has the keys: after the leader only.
    Typing,
}

impl Context {
    pub const ALL: [Self; 8] = [
        Self::Global,
        Self::Normal,
        Self::Gate,
        Self::Replay,
        Self::Input,
        Self::Preview,
        Self::Reading,
        Self::Typing,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Normal => "normal",
            Self::Gate => "gate",
            Self::Replay => "replay",
            Self::Input => "input",
            Self::Preview => "preview",
            Self::Reading => "reading",
            Self::Typing => "typing",
        }
    }

    /// Whose keys hold here, the most particular first.
    pub fn chain(self) -> &'static [Self] {
        match self {
            Self::Global => &[Self::Global],
            Self::Normal => &[Self::Normal, Self::Global],
            Self::Gate => &[Self::Gate, Self::Normal, Self::Global],
            Self::Replay => &[Self::Replay, Self::Normal, Self::Global],
            // Letters are text here too: what cannot be bound to one has its key after the leader.
            Self::Input => &[Self::Input, Self::Global, Self::Typing],
            Self::Preview => &[Self::Preview, Self::Global],
            Self::Reading => &[Self::Reading, Self::Global],
            Self::Typing => &[Self::Typing],
        }
    }

    pub fn about(self) -> &'static str {
        match self {
            Self::Global => "Everywhere but while typing into an agent",
            Self::Normal => "While the panels have the keys",
            Self::Gate => "While a gate is selected",
            Self::Replay => "In a replay",
            Self::Input => "In the input box",
            Self::Preview => "While looking at a report, a diff, a log or a file",
            Self::Reading => "While a pane is read",
            Self::Typing => "While typing into an agent or in the input box, after the leader",
        }
    }
}

impl fmt::Display for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

macro_rules! actions {
    ($($action:ident $name:literal [$($context:ident),+] $about:literal;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {
            $(#[doc = $about] $action,)+
        }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$action),+];

            /// As in `keymap.toml`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)+
                }
            }

            /// One line for help and palette.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$action => $about,)+
                }
            }

            /// The situations in which it means something: where its keys may be bound and the palette offers it.
            pub fn contexts(self) -> &'static [Context] {
                match self {
                    $(Self::$action => &[$(Context::$context),+],)+
                }
            }
        }
    };
}

actions! {
    Quit "quit" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Leave awtui; asks what is to become of a run that works";
    Detach "detach" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Leave the screen; the run goes on";
    Help "help" [Global, Normal, Gate, Replay, Input, Preview, Reading, Typing] "Show what can be done here";
    CommandLog "command_log" [Global, Normal, Gate, Replay, Input, Typing] "Show what awtui did: processes, prompts, signals, checks, git";
    Palette "palette" [Global, Normal, Gate, Replay, Input, Preview, Reading, Typing] "Search all actions by name";
    Runs "runs" [Global, Normal, Gate, Input, Typing] "All runs of this project: open, replay, resume, archive, delete";
    Settings "settings" [Global, Normal, Gate, Input, Typing] "Settings: agents, models, thinking, bounds, budget; each with its source";
    SetUp "set_up" [Global, Normal, Gate, Input, Typing] "Set awtui up, question by question: who works, how hard, what it may cost";
    FocusNext "focus_next" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the next panel";
    FocusPrevious "focus_previous" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the previous panel";
    FocusAnalyst "focus_analyst" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the analyst";
    FocusWorker "focus_worker" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the worker";
    FocusInput "focus_input" [Global, Normal, Gate, Replay, Typing] "Go to the input box";
    FocusTerminal "focus_terminal" [Global, Normal, Gate, Input, Reading, Typing] "Go to the next terminal beside the agents";
    OpenTerminal "open_terminal" [Global, Normal, Gate, Input, Typing] "Open a shell in a terminal beside the agents";
    OpenSession "open_session" [Global, Normal] "Go on by hand with the conversation of this pane's agent, in a terminal beside it";
    CopySession "copy_session" [Global, Normal, Replay] "Copy the command that goes on with this pane's session by hand";
    CopyAnswer "copy_answer" [Global, Normal, Replay] "Copy what this pane's agent said last";
    CloseTerminal "close_terminal" [Global, Normal, Gate, Input, Typing] "Close this terminal beside the agents, and what runs in it";
    FocusSteps "focus_steps" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the steps";
    FocusLedger "focus_ledger" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the ledger";
    FocusGates "focus_gates" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the gates";
    FocusArtifacts "focus_artifacts" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the artifacts";
    FocusEvents "focus_events" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the events: every fact of the run, newest last; / filters";
    ZoomCycle "zoom_cycle" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Give this panel more room: half the screen, all of it, back";
    ZoomOut "zoom_out" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Show all panels again";
    Wider "wider" [Global, Normal, Gate, Replay, Input, Typing] "Make the left pane wider";
    Narrower "narrower" [Global, Normal, Gate, Replay, Input, Typing] "Make the left pane narrower";
    PanelsHigher "panels_higher" [Global, Normal, Gate, Replay, Input, Typing] "Make the panels higher";
    PanelsLower "panels_lower" [Global, Normal, Gate, Replay, Input, Typing] "Make the panels lower";
    TogglePanels "toggle_panels" [Global, Normal, Gate, Replay, Input, Typing] "Hide all panels, or show them again";
    HidePanel "hide_panel" [Global, Normal, Replay] "Hide this panel; going to it shows it again";
    TypeInto "type_into" [Global, Normal, Gate] "Type into the agent of this pane; on a panel, say where the selected number comes from";
    Explain "explain" [Global, Normal, Gate, Replay, Input, Typing] "Say where the number here comes from: its source, its age, what others say";
    LeaveTyping "leave_typing" [Typing, Input] "Stop typing; the keys are awtui's again";
    SendLeader "send_leader" [Typing] "Send the leader key itself to the agent";
    HandBack "hand_back" [Global, Normal, Gate, Typing] "Hand a pane that you took over back to the run";
    Pause "pause" [Global, Normal, Gate, Input, Typing] "Pause when the turn is over";
    PauseNow "pause_now" [Global, Normal, Gate, Input, Typing] "Pause now: interrupt the turn";
    Resume "resume" [Global, Normal, Gate, Input, Typing] "Go on after a pause";
    Abort "abort" [Global, Normal, Gate, Input, Typing] "Abort the run; asks first";
    NextGate "next_gate" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Go to the next thing that waits for you";
    GateApprove "gate_approve" [Gate] "Approve";
    GateReject "gate_reject" [Gate] "Reject, with a note if you like";
    GateAnswer "gate_answer" [Gate] "Answer in words";
    GateRetry "gate_retry" [Gate] "Try the same again";
    GateAbort "gate_abort" [Gate] "End the run here";
    ScrollUp "scroll_up" [Global, Normal, Gate, Replay, Input, Preview, Reading] "Scroll up a line";
    ScrollDown "scroll_down" [Global, Normal, Gate, Replay, Input, Preview, Reading] "Scroll down a line";
    PageUp "page_up" [Global, Normal, Gate, Replay, Input, Preview, Reading] "Scroll up a page";
    PageDown "page_down" [Global, Normal, Gate, Replay, Input, Preview, Reading] "Scroll down a page";
    Top "top" [Global, Normal, Gate, Replay, Preview, Reading] "Go to the beginning";
    Bottom "bottom" [Global, Normal, Gate, Replay, Preview, Reading] "Go to the end, and follow it";
    Up "up" [Global, Normal, Gate, Replay, Preview, Reading] "Select the line above";
    Down "down" [Global, Normal, Gate, Replay, Preview, Reading] "Select the line below";
    ReadPane "read_pane" [Global, Normal, Gate, Replay, Input, Typing] "Read the pane: move a cursor in its text, select, copy";
    CursorLeft "cursor_left" [Reading] "Move the cursor left";
    CursorRight "cursor_right" [Reading] "Move the cursor right";
    WordNext "word_next" [Reading] "Move to the next word";
    WordPrevious "word_previous" [Reading] "Move to the word before";
    LineStart "line_start" [Reading] "Move to the beginning of the line";
    LineEnd "line_end" [Reading] "Move to the end of the line";
    SelectText "select_text" [Reading] "Begin to select here; again: select nothing";
    SelectLines "select_lines" [Reading] "Select whole lines";
    SelectBlock "select_block" [Reading] "Select a rectangle";
    CopyText "copy_text" [Reading] "Copy what is selected, else the match, else the line";
    SaveText "save_text" [Reading] "Write what is selected, else all of the pane, to a file";
    OpenLink "open_link" [Reading] "Copy the address of the link under the cursor";
    LeaveReading "leave_reading" [Reading] "Stop reading";
    SavePane "save_pane" [Global, Normal, Gate, Replay, Input, Typing] "Write all of the pane's text to a file";
    OpenScrollback "open_scrollback" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Show all of the pane's text in $VISUAL or $EDITOR";
    Select "select" [Normal, Gate, Replay, Input] "Open what is selected; in an agent's pane, type into it; in the input box, send";
    ShowReport "show_report" [Global, Normal, Gate, Replay] "Look at the report of the step";
    ShowDiff "show_diff" [Global, Normal, Gate, Replay] "Look at what the step changed";
    ShowLog "show_log" [Global, Normal, Gate, Replay] "Look at what the checks printed";
    ShowPrompt "show_prompt" [Global, Normal, Gate, Replay] "Look at the prompt of the step as it was sent";
    ShowTranscript "show_transcript" [Global, Normal, Gate, Replay] "Look at the conversation with this agent";
    Close "close" [Preview] "Close what is looked at";
    Search "search" [Global, Normal, Gate, Replay, Input, Preview, Reading, Typing] "Search for words: in the pane and all that scrolled out, or in what is looked at";
    SearchNext "search_next" [Preview, Reading] "Go to the next place of the words";
    SearchPrevious "search_previous" [Preview, Reading] "Go to the place of the words before";
    OtherDiff "other_diff" [Preview] "Change between the diff of a step and that of the whole run";
    NextHunk "next_hunk" [Preview] "Go to the next hunk of a diff";
    PreviousHunk "previous_hunk" [Preview] "Go to the hunk before";
    NextFile "next_file" [Preview] "Go to the next file, step or check";
    PreviousFile "previous_file" [Preview] "Go to the file, step or check before";
    ToggleForm "toggle_form" [Preview] "Change the form: Markdown or its source; a diff in one column or side by side";
    ToggleWrap "toggle_wrap" [Preview] "Wrap long lines, or cut them";
    PanLeft "pan_left" [Preview] "Move to the left, where lines are cut";
    PanRight "pan_right" [Preview] "Move to the right; lines are cut then";
    OpenEditor "open_editor" [Preview] "Look at a copy of it in $VISUAL or $EDITOR; what is changed there is not kept";
    Reload "reload" [Preview] "Fetch it anew";
    Compact "compact" [Global, Normal] "Compact the context of this pane's agent; asks first";
    Note "note" [Global, Normal, Gate, Typing] "Write a note for the run";
    SayAnalyst "say_analyst" [Global, Normal, Gate, Typing] "Say something to the analyst with its next prompt";
    SayWorker "say_worker" [Global, Normal, Gate, Typing] "Say something to the worker with its next prompt";
    NextAddress "next_address" [Input] "Choose whom the words in the input box are for";
    NewLine "new_line" [Input] "Begin a new line in the input box";
    EditInput "edit_input" [Input] "Edit the words of the input box in $VISUAL or $EDITOR";
    SearchHistory "search_history" [Input] "Search what you sent before";
    Trust "trust" [Global, Normal, Gate, Input, Typing] "Look at the commands that this repository brings, and agree to them";
    Suspend "suspend" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Stop awtui until the shell's fg brings it back; the run goes on";
    ToggleMouse "toggle_mouse" [Global, Normal, Gate, Replay, Input, Reading, Typing] "Give the mouse to the terminal, or take it back";
    ReplayToggle "replay_toggle" [Replay] "Play or stop";
    ReplayFaster "replay_faster" [Replay] "Play faster";
    ReplaySlower "replay_slower" [Replay] "Play slower";
    ReplayNextStep "replay_next_step" [Replay] "Go to the next step";
    ReplayPreviousStep "replay_previous_step" [Replay] "Go to the previous step";
    ReplayStart "replay_start" [Replay] "Go to the start of the run";
    ReplayEnd "replay_end" [Replay] "Go to the end of the run";
    ReplayForward "replay_forward" [Replay] "Go forward a little";
    ReplayBack "replay_back" [Replay] "Go back a little";
    Redraw "redraw" [Global, Normal, Gate, Replay, Input, Preview, Reading, Typing] "Draw the whole screen anew";
}

impl Action {
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.as_str() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
