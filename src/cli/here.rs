//! Commands of the place one is in: the screen, the settings, what is installed.

use super::context::Context;
use super::exit::{Exit, Problem};
use super::numbers::{self, NUMBERS};
use super::{headless, log, print, sessions, setup, trust};
use crate::agent;
use crate::client::{self, Answer, Calls, ClientError, Host, NotStarted, Session, Worn};
use crate::domain::{AgentSpec, Author, AuthorKind, Millis, RunId};
use crate::replay::{Player, Timeline};
use crate::settings::reference::SAMPLE_CONFIG;
use crate::settings::{
    ColourDepth, Edit, Keymap, Layer, ProjectCommands, SAFETY, Settings, SettingsError, Symbols, Theme,
    project_config,
};
use crate::supervisor::clock::system_wall;
use crate::supervisor::world::World;
use crate::supervisor::{Lock, find_program, objection};
use crate::tty;
use crate::ui::{AgentOffer, Brings, FileDiff, Look, Mode, Opening, SavedNews, Shape, Sheet, Signs, Ui};
use crate::wire::{Purpose, StartRun};
use std::cell::RefCell;
use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::pin::Pin;

/// A finding about an agent that no role is bound to.
const OPTIONAL: &str = "other agent";

/// Opens the screen on a run, on the newest one that is alive, or on the question what should be done.
pub(super) async fn attach(
    context: &Context,
    run: Option<String>,
    watch: bool,
    terminals: Vec<String>,
) -> Result<Exit, Problem> {
    let run = context.run(run)?;
    tty::check().map_err(|error| Problem::usage(error.to_string()))?;
    let settings = context.settings()?;
    let mode = if watch { Mode::Watch } else { Mode::Live };
    let mut ui = screen(context, &settings, mode)?;
    ui.bindings = bindings(&settings);
    ui.missing = missing(context, &settings);
    ui.brings = trust::brings(context).unwrap_or_default();
    let host = Here { context, settings: RefCell::new(settings), watch };
    // Before the terminal is taken over, so that a refusal is read where it belongs.
    drop(host.connect().await?);
    if mode == Mode::Live && run.is_none() {
        match opening(context, &host.settings()) {
            Ok(opening) => ui.opening = opening,
            Err(reason) => ui.refused(reason),
        }
    }
    let mut features = tty::Features::of_terminal(std::env::var("TERM").ok().as_deref());
    features.mouse &= ui.mouse;
    let _log = log::begin(&context.client_log());
    let mut terminal = tty::Tty::open(features).map_err(|error| Problem::usage(error.to_string()))?;
    let shown = Box::pin(client::show(&host, &mut terminal, ui, run, terminals)).await;
    // A terminal that is gone needs nothing back.
    drop(terminal.close().await);
    shown.map_err(|error| Problem::failed(error.to_string()))?;
    Ok(Exit::Done)
}

/// What the screen begins with by itself.
fn opening(context: &Context, settings: &Settings) -> Result<Opening, String> {
    if setup::is_first(context) {
        keep_asked(context)?;
        return Ok(if context.chooses_agents() { Opening::Nothing } else { Opening::SetUp });
    }
    let unread = |error| format!("which settings were asked for cannot be read: {error}");
    let known = context.folders.asked().map_err(unread)?;
    let unasked = settings.unasked(known.as_deref());
    if unasked.is_empty() {
        keep_asked(context)?;
        return Ok(Opening::Nothing);
    }
    Ok(Opening::New(unasked))
}

/// Written only where it says something new.
fn keep_asked(context: &Context) -> Result<(), String> {
    let all = SAFETY.map(|key| format!("{key}\n")).concat();
    let folders = &context.folders;
    let kept = match folders.asked() {
        Ok(Some(known)) if known == all => Ok(()),
        Ok(_) => folders.keep_asked(&all),
        Err(error) => Err(error),
    };
    kept.map_err(|error| format!("which settings were asked for cannot be kept: {error}"))
}

/// Who plays the roles of a new run: role, agent, model.
pub(super) fn bindings(settings: &Settings) -> Vec<(String, String, String)> {
    let config = settings.run_config();
    let bound = config.roles.iter().map(|(role, bound)| {
        let model = bound.model.clone().unwrap_or_else(|| "its own default model".to_owned());
        (role.to_string(), bound.agent.name.clone(), model)
    });
    bound.collect()
}

/// What the roles' agents lack to be started at all, role by role.
pub(super) fn missing(context: &Context, settings: &Settings) -> Vec<String> {
    let config = settings.run_config();
    let lacks = config.roles.iter().filter_map(|(role, bound)| {
        let adapter = agent::adapter(&bound.agent).map_err(|error| error.to_string());
        let found =
            adapter.and_then(|adapter| find_program(&adapter.probe_plan(), context.environment()).map(drop));
        found.err().map(|reason| format!("{role}: {reason}"))
    });
    lacks.collect()
}

/// A theme in the colours and signs that this terminal shows.
fn worn(settings: &Settings, name: &str) -> Result<Worn, SettingsError> {
    let signs = match settings.ui.symbols {
        Symbols::Auto => Signs::discover(|name| std::env::var(name).ok()),
        Symbols::Unicode => Signs::Unicode,
        Symbols::Ascii => Signs::Ascii,
    };
    let look = |name: &str| {
        let theme = Theme::load(name, settings.folders())?;
        let depth = ColourDepth::discover(|name| std::env::var_os(name));
        Ok::<_, SettingsError>(Look::new(theme, depth).with_signs(signs))
    };
    if name == Theme::BY_BACKGROUND {
        let dark = look("dark")?;
        return Ok((dark.clone(), Some((dark, look("light")?))));
    }
    Ok((look(name)?, None))
}

/// The UI with the operator's own keys, and in colours that this terminal shows.
pub(super) fn screen(context: &Context, settings: &Settings, mode: Mode) -> Result<Ui, Problem> {
    let unusable = |error: SettingsError| Problem::usage(error.to_string());
    let keymap = Keymap::load(Some(&context.paths.user_keymap())).map_err(unusable)?;
    let (look, looks) = worn(settings, &settings.ui.theme).map_err(unusable)?;
    let mut ui = Ui::new(mode, look, keymap);
    ui.looks = looks;
    // Until the terminal answers itself.
    ui.set_dark(tty::dark_by_variables(|name| std::env::var(name).ok()).unwrap_or(true));
    ui.themes = Theme::names(settings.folders());
    ui.mouse = settings.ui.mouse;
    if let Some(shape) = context.folders.shape().filter(|_| mode != Mode::Replay) {
        ui.shape = Shape::from_text(&shape);
    }
    ui.which_key = settings.ui.which_key;
    ui.utc_offset = jiff::Zoned::now().offset().seconds();
    Ok(ui)
}

struct Here<'a> {
    context: &'a Context,
    /// As they were read last: saving reads them anew.
    settings: RefCell<Settings>,
    watch: bool,
}

impl Here<'_> {
    fn settings(&self) -> Settings {
        self.settings.borrow().clone()
    }
}

impl Host for Here<'_> {
    fn connect(&self) -> Pin<Box<dyn Future<Output = Result<Session, ClientError>> + '_>> {
        Box::pin(async {
            self.context
                .connect(Purpose::Attach { watch: self.watch })
                .await
                .map_err(|problem| ClientError::Refused(problem.message))
        })
    }

    fn start(&self, task: &str) -> Result<StartRun, NotStarted> {
        let refused = |problem: Problem| NotStarted::Refused(problem.message);
        let now = trust::commands(self.context).map_err(|error| NotStarted::Refused(error.to_string()))?;
        let sha256 = |commands: &ProjectCommands| commands.sha256.clone();
        // The commands that are agreed to are those of the file as it is, and so are those that run.
        if now.as_ref().map(sha256) != self.settings.borrow().commands_from_project().map(sha256) {
            *self.settings.borrow_mut() = self.context.settings().map_err(refused)?;
        }
        let settings = self.settings();
        let untrusted =
            settings.commands_from_project().filter(|of| !self.context.folders.trusts(&of.sha256));
        if let Some(commands) = untrusted {
            return Err(NotStarted::Unagreed(trust::brought(now.as_ref().unwrap_or(commands))));
        }
        headless::start(self.context, &settings, task, false).map_err(refused)
    }

    fn brings(&self) -> Result<Brings, String> {
        trust::brings(self.context)
    }

    fn agree(&self, sha256: &str) -> Result<Brings, String> {
        trust::agree(self.context, sha256)
    }

    fn session(&self, run: &RunId, role: &str) -> Result<(String, String), String> {
        sessions::command(self.context, run, role)
    }

    fn directory(&self) -> String {
        self.context.project.root.display().to_string()
    }

    fn keep_shape(&self, shape: &Shape) -> Result<(), String> {
        let kept = self.context.folders.keep_shape(&shape.to_text());
        kept.map_err(|error| format!("how the screen is parted cannot be kept: {error}"))
    }

    fn keep_asked(&self) -> Result<(), String> {
        keep_asked(self.context)
    }

    fn calls(&self) -> Calls {
        Calls {
            notify: self.settings.borrow().notify.clone(),
            title: self.settings.borrow().ui.title,
            herald: tty::Herald::of(|name| std::env::var(name).ok()),
        }
    }

    fn state_folder(&self) -> PathBuf {
        self.context.folders.root().to_owned()
    }

    fn now(&self) -> Millis {
        system_wall()
    }

    fn replay(&self, run: &RunId) -> Result<(Player, Ui), String> {
        let timeline = Timeline::open(&self.context.folders.run(run)).map_err(|error| error.to_string())?;
        let ui = screen(self.context, &self.settings(), Mode::Replay).map_err(|problem| problem.message)?;
        Ok((Player::new(timeline), ui))
    }

    fn agents(&self) -> Vec<String> {
        setup::agents(&self.settings())
    }

    fn theme(&self, name: &str) -> Result<Worn, String> {
        worn(&self.settings(), name).map_err(|error| error.to_string())
    }

    fn sheet(&self) -> Result<Sheet, String> {
        Ok(setup::sheet(self.context, &self.settings()))
    }

    fn look<'h>(&'h self, agent: &'h str) -> Answer<'h, AgentOffer> {
        Box::pin(async move { setup::look(self.context, &self.settings(), agent).await })
    }

    fn try_pair<'h>(
        &'h self,
        role: &'h str,
        agent: &'h str,
        model: &'h str,
        thinking: &'h str,
    ) -> Answer<'h, String> {
        Box::pin(async move {
            setup::try_pair(self.context, &self.settings(), role, (agent, model, thinking)).await
        })
    }

    fn plan(&self, layer: Layer, edits: &[Edit]) -> Result<FileDiff, String> {
        setup::plan(self.context, layer, edits)
    }

    fn save(&self, layers: &[Layer], edits: &[Edit]) -> Result<SavedNews, String> {
        let remarks = setup::save(self.context, layers, edits)?;
        let settings = self.context.settings().map_err(|problem| problem.message)?;
        let news = setup::news(self.context, &settings, remarks);
        *self.settings.borrow_mut() = settings;
        Ok(news)
    }

    fn author(&self) -> Author {
        super::context::author(AuthorKind::Operator)
    }
}

pub(super) async fn attach_started(context: &Context, start: StartRun) -> Result<Exit, Problem> {
    tty::check().map_err(|error| Problem::usage(error.to_string()))?;
    let mut session = context.connect(Purpose::Command).await?;
    let run = headless::begin(&mut session, start).await?;
    drop(session);
    attach(context, Some(run.to_string()), false, Vec::new()).await
}

pub(super) fn init(context: &Context) -> Result<Exit, Problem> {
    let path = project_config(&context.project.root);
    if path.exists() {
        print::line(&format!("{} is there already; it stays as it is", path.display()));
        return Ok(Exit::Done);
    }
    let fail =
        |error: std::io::Error| Problem::usage(format!("{} cannot be written: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let mut file = std::fs::OpenOptions::new().create_new(true).write(true).open(&path).map_err(fail)?;
    file.write_all(SAMPLE_CONFIG.as_bytes()).map_err(fail)?;
    print::line(&format!("{} written: every key with its default, commented", path.display()));
    Ok(Exit::Done)
}

pub(super) async fn doctor(context: &Context, json: bool) -> Result<Exit, Problem> {
    let mut findings: Vec<(String, bool, String)> = Vec::new();
    let mut add = |what: &str, fine: bool, words: String| findings.push((what.to_owned(), fine, words));
    let project = &context.project;
    add("project", true, format!("{} ({})", project.root.display(), project.key));
    let git =
        if project.is_git { "a git repository" } else { "no git here: no checkpoints and no diff evidence" };
    add("git", project.is_git, git.to_owned());
    match project.check_writable() {
        Ok(()) => add("writable", true, "the run folder can be made".to_owned()),
        Err(error) => add("writable", false, error.to_string()),
    }
    match Lock::holder(&context.folders.lock()) {
        Some(holder) => add("supervisor", true, format!("pid {}, awtui {}", holder.pid, holder.version)),
        None => add("supervisor", true, "none runs".to_owned()),
    }
    match context.settings() {
        Ok(settings) => {
            add("settings", true, "all layers can be read".to_owned());
            if let Some(commands) = settings.commands_from_project() {
                let trusted = context.folders.trusts(&commands.sha256);
                let words = if trusted {
                    format!("you agreed to the commands of {}", commands.file.display())
                } else {
                    objection(commands)
                };
                add("trust", trusted, words);
            }
            let config = settings.run_config();
            let mut agents: Vec<AgentSpec> = Vec::new();
            for (role, bound) in &config.roles {
                let model = bound.model.as_deref().unwrap_or("its own default");
                let unguarded = bound.unguarded().map_or_else(String::new, |argument| {
                    format!("; it ASKS NOBODY before it acts, by {argument}")
                });
                add("role", true, format!("{role}: {} with {model}{unguarded}", bound.agent.name));
                if !agents.contains(&bound.agent) {
                    agents.push(bound.agent.clone());
                }
            }
            for spec in &agents {
                let (fine, words) = probe(spec, context.environment()).await;
                add("agent", fine, format!("{}: {words}", spec.name));
            }
            // What no role is bound to may be missing.
            for name in agent::BUILT_IN {
                let spec = AgentSpec { name: name.to_owned(), definition: None };
                if !agents.contains(&spec) {
                    let (fine, words) = probe(&spec, context.environment()).await;
                    add(OPTIONAL, fine, format!("{name}: {words}"));
                }
            }
        }
        Err(problem) => add("settings", false, problem.message),
    }
    match numbers::findings(context) {
        Ok(told) => findings.extend(told.into_iter().map(|(fine, words)| (NUMBERS.to_owned(), fine, words))),
        Err(problem) => findings.push((NUMBERS.to_owned(), false, problem.message)),
    }
    let may_differ = |what: &str| what == "git" || what == OPTIONAL || what == NUMBERS;
    let all_fine = findings.iter().all(|(what, fine, _)| *fine || may_differ(what));
    if json {
        let list: Vec<_> = findings
            .iter()
            .map(|(what, fine, words)| serde_json::json!({"what": what, "fine": fine, "words": words}))
            .collect();
        print::json(&list);
    } else {
        for (what, fine, words) in &findings {
            print::line(&format!("{} {what:<11} {words}", if *fine { "ok " } else { "-- " }));
        }
    }
    Ok(if all_fine { Exit::Done } else { Exit::Failed })
}

/// What an agent says of itself.
async fn probe(spec: &AgentSpec, environment: &[(String, String)]) -> (bool, String) {
    let adapter = match agent::adapter(spec) {
        Ok(adapter) => adapter,
        Err(error) => return (false, error.to_string()),
    };
    let world = crate::supervisor::RealWorld;
    let probed = match world.probe(adapter.probe_plan(), environment.to_vec(), false).await {
        Ok(probed) => probed,
        Err(reason) => return (false, reason),
    };
    match adapter.read_probe(&probed.outputs) {
        Ok(probe) => {
            let version = probe.version.unwrap_or_else(|| "an unknown version".to_owned());
            let lacks = probe.lacks.iter().fold(String::new(), |all, lack| all + "; " + lack);
            (true, format!("{version} at {}{lacks}", probed.program.display()))
        }
        Err(error) => (false, error.to_string()),
    }
}
