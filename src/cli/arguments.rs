//! The arguments.

use crate::domain::WorkerStatus;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A terminal supervisor for coding agents: plan, execute, review, with gates, a ledger and replay.
///
/// Without a subcommand: the full screen, in the project of the folder you are in.
#[derive(Debug, Parser)]
#[command(
    name = "awtui",
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 bad usage or settings, 3 an operator is needed, 4 aborted, 5 paused.\n\n\
                  What survives: closing the terminal, losing the connection or killing this screen changes nothing \
                  in a run; `awtui` shows it again."
)]
pub struct Arguments {
    /// Work in this folder instead of the current one.
    #[arg(short = 'C', long, global = true, value_name = "FOLDER")]
    pub directory: Option<PathBuf>,
    /// Override a setting: roles.worker.model=sonnet. May be given several times.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// Also run this beside the agents, in a terminal of its own: a test watcher, a server, a shell ('bash'). May be
    /// given several times; what runs already is not run twice, and it stays when you leave.
    #[arg(long = "pane", value_name = "COMMAND")]
    pub panes: Vec<String>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a run.
    Run(RunOptions),
    /// Open the screen on the newest run, or on the one that is named.
    Attach {
        run: Option<String>,
        /// Look, do not touch.
        #[arg(long)]
        watch: bool,
        /// Also run this beside the agents; as with `awtui --pane`.
        #[arg(long = "pane", value_name = "COMMAND", conflicts_with = "watch")]
        panes: Vec<String>,
    },
    /// How the newest run stands, or the one that is named.
    Status {
        run: Option<String>,
        #[arg(long)]
        json: bool,
        /// One line, for a prompt or a status bar: reads no journal, starts nothing.
        #[arg(long)]
        line: bool,
    },
    /// All runs of this project; or what becomes of one that is over.
    #[command(args_conflicts_with_subcommands = true)]
    Runs {
        /// Those that were put away.
        #[arg(long)]
        archived: bool,
        #[arg(long)]
        json: bool,
        #[command(subcommand)]
        command: Option<RunsCommand>,
    },
    /// The gates that wait for an answer.
    Gates {
        #[arg(long)]
        json: bool,
    },
    /// Answer a gate.
    Gate {
        #[command(subcommand)]
        command: GateCommand,
    },
    /// Tokens, cost and time by role and step.
    Ledger {
        run: Option<String>,
        #[arg(long)]
        json: bool,
        /// Where each number comes from: its source, its age, and what other sources say.
        #[arg(long)]
        explain: bool,
    },
    /// The facts of a run.
    Events {
        run: Option<String>,
        /// Only those after this sequence number.
        #[arg(long, value_name = "N")]
        after: Option<u64>,
        /// Only those of this kind: `gate_opened`, `step_ended`, ...
        #[arg(long)]
        kind: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Show a run again, from its journal and recordings.
    Replay {
        /// The id of a run, a beginning of it that fits no other, a folder of it, or `last`.
        run: String,
        /// Begin at the end of this step (3), at this fact (seq:57), or so long after the run began (1:05).
        #[arg(long, value_name = "STEP|seq:N|M:SS")]
        at: Option<String>,
        /// One frame as text, instead of the screen. Without --at the last one.
        #[arg(long)]
        print: bool,
        /// How large the printed frame is.
        #[arg(long, value_name = "WxH", requires = "print")]
        size: Option<String>,
    },
    /// Leave a note for the next prompts.
    Note {
        text: String,
        #[arg(long)]
        run: Option<String>,
    },
    /// Say something to one role: now if it works, else with its next prompt.
    Say {
        role: String,
        text: String,
        #[arg(long)]
        run: Option<String>,
    },
    /// Compact one role's context: now if it is at rest, else when its turn is over.
    Compact {
        role: String,
        #[arg(long)]
        run: Option<String>,
    },
    /// Pause: finish the turn, then stop.
    Pause {
        run: Option<String>,
        /// Interrupt the turn.
        #[arg(long)]
        now: bool,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Lift a pause, or take up a run whose supervisor is gone.
    Resume { run: Option<String> },
    /// End a run and every process of it. Its files stay.
    Abort {
        run: Option<String>,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Watch a whole run of scripted agents in a scratch repository: no key, no network, no settings.
    Demo(DemoOptions),
    /// The demo's agent.
    #[command(hide = true)]
    DemoAgent(DemoAgentOptions),
    /// Write a commented settings file for this project, if there is none.
    Init,
    /// Settings.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// For agents, inside their pane: report to awtui.
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// For agents: hand on what an agent called this hook for, and print what awtui answers.
    #[command(hide = true)]
    Hook {
        #[arg(long)]
        launch: PathBuf,
        event: String,
    },
    /// For agents: the reports to awtui as tools of an MCP server on standard input and output.
    Mcp {
        /// The launch folder of the session; without it, the environment of the pane says where awtui is.
        #[arg(long)]
        launch: Option<PathBuf>,
    },
    /// The agents' own conversations in the runs of this project, newest run first.
    Sessions {
        #[arg(long)]
        json: bool,
    },
    /// The command that goes on with an agent's own conversation by hand, in its own program.
    ResumeSession {
        /// The agent's id of it, a beginning of that, or awtui's name of it, as `worker.1`. Without: the newest.
        session: Option<String>,
        /// Become that program, here.
        #[arg(long)]
        open: bool,
    },
    /// Try whether an agent behaves as awtui needs it: real, short runs in a scratch repository. With a real model they
    /// cost a few cents.
    Conform(ConformOptions),
    /// Agree to the commands that this repository's own settings file brings along, as it is now.
    Trust,
    /// What is installed, what runs, what is wrong.
    Doctor {
        #[arg(long)]
        json: bool,
    },
    /// The background process of this project. It starts with the first command that needs it, and ends by itself 3 s
    /// after the last client has left, once no run goes on.
    Supervisor {
        #[command(subcommand)]
        command: SupervisorCommand,
    },
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct RunOptions {
    /// What should be done.
    pub task: String,
    /// Without a screen: progress on stdout, and an exit code. The terminals of the agents have 120x40 cells.
    #[arg(long)]
    pub headless: bool,
    /// With --headless: the facts on stdout, one JSON object a line.
    #[arg(long, requires = "headless")]
    pub json: bool,
    /// The analyst's DONE needs no confirmation.
    #[arg(long)]
    pub yes: bool,
    /// Start it and leave it running.
    #[arg(long)]
    pub detach: bool,
}

#[derive(Debug, Args)]
pub struct DemoOptions {
    /// Without a screen; the demo answers its own gates.
    #[arg(long)]
    pub headless: bool,
    /// How many times faster than a person reads.
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    pub speed: f64,
    /// Say nothing of earlier demos: they are meant to be kept.
    #[arg(long)]
    pub keep: bool,
    /// Means nothing here and is refused in words; its help is not shown.
    #[arg(long = "set", hide = true, value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
}

#[derive(Debug, Args)]
pub struct DemoAgentOptions {
    #[arg(long)]
    pub role: String,
    #[arg(long)]
    pub resume: Option<String>,
    #[arg(long)]
    pub model: Option<String>,
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    pub speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "a number is wanted".to_owned())?;
    if (0.1..=1000.0).contains(&speed) { Ok(speed) } else { Err("0.1 to 1000".to_owned()) }
}

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// Put a run away: lists leave it out, everything of it stays.
    Archive { run: String },
    /// Put it back into the lists.
    Unarchive { run: String },
    /// Throw a run away for good: its journal and recordings. What lies in the repository for people to read stays.
    Delete {
        run: String,
        /// Its folder in the repository too, with its reports and artifacts. Nothing else there is touched.
        #[arg(long)]
        folder: bool,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum GateCommand {
    /// Yes.
    Approve {
        gate: u32,
        /// A note that goes with it.
        text: Option<String>,
        #[arg(long)]
        run: Option<String>,
    },
    /// No.
    Reject {
        gate: u32,
        text: Option<String>,
        #[arg(long)]
        run: Option<String>,
    },
    /// Words for the one who asked.
    Answer {
        gate: u32,
        text: String,
        #[arg(long)]
        run: Option<String>,
    },
    /// The same again.
    Retry {
        gate: u32,
        #[arg(long)]
        run: Option<String>,
    },
    /// End the run here.
    Abort {
        gate: u32,
        #[arg(long)]
        run: Option<String>,
    },
    /// Anything else is no answer, and is told which ones there are.
    #[command(external_subcommand)]
    NoAnswer(Vec<String>),
}

#[derive(Debug, Args)]
pub struct ConformOptions {
    /// As the settings name it: pi, claude, codex, opencode, or one that they define.
    #[arg(long)]
    pub agent: String,
    /// Its model; without it the one of the role that is bound to the agent, else the agent's own default.
    #[arg(long)]
    pub model: Option<String>,
    /// Seconds that each of the four runs may take.
    #[arg(long, default_value_t = 180)]
    pub patience: u64,
    /// Keep the scratch repository and its journals.
    #[arg(long)]
    pub keep: bool,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// The worker's report: its eight headings and their texts on standard input.
    Result {
        #[arg(long, value_enum, default_value = "done")]
        status: ReportStatus,
    },
    /// The analyst's verdict: its headings and their texts on standard input.
    Verdict,
    /// How far you are, in a sentence.
    Progress { text: String },
    /// Ask the operator; end your turn after it.
    Question { text: String },
    /// A file below the artifacts folder, or of the work tree, that belongs to the result.
    Artifact {
        path: String,
        /// What it is.
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ReportStatus {
    Done,
    Partial,
    Blocked,
    Failed,
}

impl From<ReportStatus> for WorkerStatus {
    fn from(status: ReportStatus) -> Self {
        match status {
            ReportStatus::Done => Self::Done,
            ReportStatus::Partial => Self::Partial,
            ReportStatus::Blocked => Self::Blocked,
            ReportStatus::Failed => Self::Failed,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every setting, its value and where it comes from.
    Show {
        #[arg(long)]
        json: bool,
    },
    /// Change one setting in the project's file, or in your own with --user. Comments and order stay, the difference is
    /// shown, and nothing is written that the settings would not allow. It counts from the next run on.
    Set {
        /// Dotted: roles.worker.model, budget.cost.
        key: String,
        /// Texts need no quotes; a list is written as `["a", "b"]`.
        #[arg(allow_hyphen_values = true)]
        value: String,
        #[command(flatten)]
        file: SettingsFile,
    },
    /// Take one setting out of the project's file, or out of your own with --user: what lies below it holds again.
    Unset {
        key: String,
        #[command(flatten)]
        file: SettingsFile,
    },
}

/// Which settings file is meant.
#[derive(Debug, Args)]
pub struct SettingsFile {
    /// Your own file, which holds in all projects.
    #[arg(long)]
    pub user: bool,
    /// The file of this project, .awtui/config.toml: the one that is meant anyway.
    #[arg(long, conflicts_with = "user")]
    pub project: bool,
    /// Only show what would change.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum SupervisorCommand {
    /// Serve this project in the foreground. The screen starts one by itself.
    #[command(hide = true)]
    Run,
    /// End it. Its runs are taken up again, paused, by the next one.
    Stop {
        /// Finish the turns and park the runs first.
        #[arg(long)]
        drain: bool,
    },
}
