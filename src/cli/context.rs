//! What every command works with: the project, its settings, its supervisor.

use super::arguments::Arguments;
use super::exit::Problem;
use super::named;
use crate::client::{Session, Starter};
use crate::domain::{Author, AuthorKind, RunId};
use crate::project::{Project, ProjectFolders};
use crate::settings::{Paths, Settings, Sources};
use crate::wire::{Hello, Purpose, SocketPaths};
use std::path::{Path, PathBuf};

pub(super) struct Context {
    pub(super) project: Project,
    pub(super) paths: Paths,
    pub(super) folders: ProjectFolders,
    pub(super) sockets: SocketPaths,
    flags: Vec<(String, String)>,
    environment: Vec<(String, String)>,
    /// The supervisor and the agents see `environment` alone.
    isolated: bool,
}

impl Context {
    pub(super) fn new(arguments: &Arguments) -> Result<Self, Problem> {
        let directory = match &arguments.directory {
            Some(directory) => directory.clone(),
            None => std::env::current_dir()
                .map_err(|error| Problem::usage(format!("the current folder cannot be used: {error}")))?,
        };
        let project = Project::find(&directory).map_err(|error| Problem::usage(error.to_string()))?;
        let paths = Paths::discover(|name| std::env::var_os(name))
            .map_err(|error| Problem::usage(error.to_string()))?;
        let flags = arguments
            .settings
            .iter()
            .map(|setting| match setting.split_once('=') {
                Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
                None => Err(Problem::usage(format!("--set takes KEY=VALUE, and \"{setting}\" has no ="))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::of(project, paths, flags, environment(), false))
    }

    /// Whether the command line says which agents there are.
    pub(super) fn chooses_agents(&self) -> bool {
        self.flags.iter().any(|(key, _)| key.starts_with("roles."))
    }

    /// The same person in another folder.
    pub(super) fn within(&self, directory: &Path) -> Result<Self, Problem> {
        let project = Project::find(directory).map_err(|error| Problem::usage(error.to_string()))?;
        let (paths, flags) = (self.paths.clone(), self.flags.clone());
        Ok(Self::of(project, paths, flags, self.environment.clone(), false))
    }

    /// For a project in which the operator's settings and environment have no say.
    pub(super) fn isolated(
        directory: &Path,
        paths: Paths,
        environment: Vec<(String, String)>,
    ) -> Result<Self, Problem> {
        let project = Project::find(directory).map_err(|error| Problem::usage(error.to_string()))?;
        Ok(Self::of(project, paths, Vec::new(), environment, true))
    }

    fn of(
        project: Project,
        paths: Paths,
        flags: Vec<(String, String)>,
        environment: Vec<(String, String)>,
        isolated: bool,
    ) -> Self {
        let folders = ProjectFolders::of(&paths.state_home, &project);
        // Two state folders must not share a supervisor.
        let sockets = SocketPaths::for_key(&folders.root().display().to_string());
        Self { project, paths, folders, sockets, flags, environment, isolated }
    }

    /// What agents of this client's runs are given.
    pub(super) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// All layers of the settings; every mistake is bad usage.
    pub(super) fn settings(&self) -> Result<Settings, Problem> {
        Settings::load(&self.sources()).map_err(|error| Problem::usage(error.to_string()))
    }

    /// Where the layers of the settings come from.
    pub(super) fn sources(&self) -> Sources {
        let mut sources = Sources::usual(&self.paths, Some(&self.project.root));
        sources.env.clone_from(&self.environment);
        sources.flags.clone_from(&self.flags);
        sources
    }

    pub(super) fn author() -> Author {
        author(AuthorKind::Cli)
    }

    fn hello(&self, purpose: Purpose) -> Hello {
        let mut hello = Hello::new(purpose);
        hello.env.clone_from(&self.environment);
        hello
    }

    /// A connection to the supervisor that runs, or to one that is started now.
    pub(super) async fn connect(&self, purpose: Purpose) -> Result<Session, Problem> {
        self.project.check_writable().map_err(|error| Problem::usage(error.to_string()))?;
        ProjectFolders::create(&self.paths.state_home, &self.project)
            .map_err(|error| Problem::usage(error.to_string()))?;
        let starter = self.starter()?;
        Ok(Session::connect(&self.sockets, self.hello(purpose), Some(&starter)).await?)
    }

    /// A connection to the supervisor if one runs.
    pub(super) async fn find(&self, purpose: Purpose) -> Result<Option<Session>, Problem> {
        match Session::connect(&self.sockets, self.hello(purpose), None).await {
            Ok(session) => Ok(Some(session)),
            Err(crate::client::ClientError::NoSupervisor) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The log of the screens of all projects.
    pub(super) fn client_log(&self) -> PathBuf {
        self.paths.state_home.join("logs").join("client.log")
    }

    fn starter(&self) -> Result<Starter, Problem> {
        let program = std::env::current_exe()
            .map_err(|error| Problem::failed(format!("the program of awtui itself is not known: {error}")))?;
        let directory = self.project.root.display().to_string();
        Ok(Starter {
            program,
            arguments: ["-C", &directory, "supervisor", "run"].map(str::to_owned).to_vec(),
            directory: PathBuf::from("/"),
            log: self.folders.errors(),
            environment: self.isolated.then(|| self.environment.clone()),
        })
    }

    /// The run that is meant: the one named, which must exist, else none, which means the newest.
    pub(super) fn run(&self, named: Option<String>) -> Result<Option<RunId>, Problem> {
        named.map(|named| self.named_run(&named)).transpose()
    }

    /// A run by its id, by a beginning of it that fits no other, or `last`.
    fn named_run(&self, named: &str) -> Result<RunId, Problem> {
        named::find(&self.folders.run_ids(), named).map_err(Problem::usage)
    }

    /// Where the journal and the recordings of a run lie. The run is named as everywhere, or by a folder of it: the one
    /// with the journal, or the one in the repository that people read.
    pub(super) fn run_folder(&self, named: &str) -> Result<PathBuf, Problem> {
        let path = Path::new(named);
        if path.join("journal.jsonl").is_file() {
            return Ok(path.to_owned());
        }
        let folder = path.is_dir().then(|| path.canonicalize().ok()).flatten();
        let name = folder.as_ref().and_then(|folder| folder.file_name()?.to_str()).unwrap_or(named);
        Ok(self.folders.run(&self.named_run(name)?))
    }
}

pub(super) fn author(kind: AuthorKind) -> Author {
    let name =
        std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "operator".to_owned());
    Author::new(kind, name)
}

/// The environment as text; what is not UTF-8 is left out.
pub(super) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
