//! Writes a settings file that a person keeps: whole or not at all, through a link to where it really lies, and never
//! over what somebody else wrote meanwhile.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum SettingsFileError {
    #[error("{} was changed by somebody else meanwhile; nothing was written: look at it and try again", path.display())]
    Changed { path: PathBuf },
    #[error("{} cannot be written: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
}

/// Replaces the file. `before` is what it held when the change was made up; `None`: there was none.
pub fn write_settings(path: &Path, before: Option<&str>, after: &str) -> Result<(), SettingsFileError> {
    let fail = |error: io::Error| SettingsFileError::Write { path: path.to_path_buf(), error };
    // Many people keep their settings elsewhere and link to them.
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_path_buf(),
        Err(error) => return Err(fail(error)),
    };
    let now = match std::fs::read_to_string(&real) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(fail(error)),
    };
    if now.as_deref() != before {
        return Err(SettingsFileError::Changed { path: path.to_path_buf() });
    }
    let folder = real.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(fail)?;
    // As a file that is made by hand: what the umask leaves of this.
    let mut builder = tempfile::Builder::new();
    builder.prefix(".writing-").permissions(Permissions::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(fail)?;
    if let Ok(known) = std::fs::metadata(&real) {
        file.as_file().set_permissions(known.permissions()).map_err(fail)?;
    }
    file.write_all(after.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    file.persist(&real).map(drop).map_err(|error| fail(error.error))
}
