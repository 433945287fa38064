//! Checks before a spawn. The pseudo-terminal crate reports a failed exec as a child that died of SIGABRT; what can be
//! known before is said in words instead.

use super::{Launch, SpawnError};
use rustix::fs::{Access, access};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where programs are looked up without a `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// Linux refuses longer single arguments and environment entries.
const LONGEST_ENTRY: usize = 128 * 1024 - 1;
/// What the kernel reads of a `#!` line.
const SHEBANG: usize = 256;
/// The kernel follows this many scripts that name scripts.
const MOST_INTERPRETERS: usize = 4;
/// Returns the absolute path of the program to execute.
pub(super) fn check(launch: &Launch) -> Result<PathBuf, SpawnError> {
    if !launch.cwd.is_dir() {
        return Err(SpawnError::NotADirectory { cwd: launch.cwd.clone() });
    }
    check_lengths(launch)?;
    let path = launch.env.iter().rev().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_str());
    let search = Search { path: path.unwrap_or(DEFAULT_PATH), cwd: &launch.cwd };
    let program = search.find(&launch.program)?;
    search.check_interpreters(&program)?;
    Ok(program)
}

fn check_lengths(launch: &Launch) -> Result<(), SpawnError> {
    let arguments = launch.args.iter().map(String::len);
    let variables = launch.env.iter().map(|(name, value)| name.len() + 1 + value.len());
    match arguments.chain(variables).max() {
        Some(bytes) if cfg!(target_os = "linux") && bytes > LONGEST_ENTRY => {
            Err(SpawnError::TooLong { bytes, limit: LONGEST_ENTRY })
        }
        Some(_) | None => Ok(()),
    }
}

struct Search<'a> {
    path: &'a str,
    cwd: &'a Path,
}

impl Search<'_> {
    fn find(&self, program: &Path) -> Result<PathBuf, SpawnError> {
        if let Ok(found) = which::which_in(program, Some(self.path), self.cwd) {
            return Ok(found);
        }
        let is_name = program.components().count() == 1 && !program.is_absolute();
        let direct = self.cwd.join(program);
        if !is_name && direct.exists() {
            return Err(SpawnError::NotExecutable { program: direct });
        }
        let path = is_name.then(|| self.path.to_owned());
        Err(SpawnError::NotFound { program: program.to_owned(), path })
    }

    /// If the file is a script, its interpreters can all be executed.
    fn check_interpreters(&self, program: &Path) -> Result<(), SpawnError> {
        let mut file = program.to_owned();
        for _ in 0..MOST_INTERPRETERS {
            // A program may be executable and yet not readable; then the kernel alone can tell.
            let Some(start) = start_of(&file) else { return Ok(()) };
            // Anything else is a program, or given to `sh` as shells do.
            let Some(line) = start.strip_prefix(b"#!") else { return Ok(()) };
            file = self.interpreter(program, line)?;
        }
        Ok(())
    }

    /// What a `#!` line asks for, if it can be executed.
    fn interpreter(&self, program: &Path, line: &[u8]) -> Result<PathBuf, SpawnError> {
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let name = words.next().unwrap_or_default();
        let bad = |interpreter: &str, reason| SpawnError::BadInterpreter {
            program: program.to_owned(),
            interpreter: format!("\"{}\"", interpreter.escape_default()),
            reason,
        };
        if name.is_empty() || line.ends_with('\r') {
            let reason = if name.is_empty() {
                "is no name"
            } else {
                "ends in a carriage return (the file has Windows line ends)"
            };
            return Err(bad(name, reason));
        }
        let path = self.cwd.join(name);
        if !path.is_file() {
            return Err(bad(name, "does not exist"));
        }
        if access(&path, Access::EXEC_OK).is_err() {
            return Err(bad(name, "is not executable"));
        }
        if path.file_name().is_none_or(|name| name != "env") {
            return Ok(path);
        }
        // `env` itself would start and then fail with a line that only a person could read.
        let wanted = words.find(|word| !word.starts_with('-') && !word.contains('='));
        match wanted {
            None => Ok(path),
            Some(wanted) => which::which_in(wanted, Some(self.path), self.cwd)
                .map_err(|_| bad(wanted, "was not found in PATH")),
        }
    }
}

fn start_of(path: &Path) -> Option<Vec<u8>> {
    let mut start = Vec::with_capacity(SHEBANG);
    File::open(path).and_then(|file| file.take(SHEBANG as u64).read_to_end(&mut start)).ok()?;
    Some(start)
}
