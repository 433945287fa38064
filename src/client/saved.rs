//! Texts that the operator wants in a file: what a pane shows, or a part of it.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// After so many files of one name the next one is refused.
const MOST: u32 = 10_000;

/// Writes a text to a new file in `folder`, which is made if need be: `name.txt`, `name-2.txt`, ... Only its owner can read
/// it. Returns where it is, or why it is nowhere.
pub(super) fn save(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let name: String = name
        .chars()
        .map(
            |character| {
                if character.is_alphanumeric() || "-_.".contains(character) { character } else { '_' }
            },
        )
        .collect();
    let write = || {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        for number in 1..=MOST {
            let suffix = if number == 1 { String::new() } else { format!("-{number}") };
            let path = folder.join(format!("{name}{suffix}.txt"));
            match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(mut file) => {
                    file.write_all(text.as_bytes())?;
                    file.write_all(b"\n")?;
                    return Ok(path);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other(format!("there are {MOST} files of this name")))
    };
    write().map_err(|error: io::Error| format!("the text cannot be written to {}: {error}", folder.display()))
}

/// What is said of it.
pub(super) fn told(text: &str, path: &Path) -> String {
    let lines = text.lines().count();
    let plural = if lines == 1 { "" } else { "s" };
    format!("wrote {lines} line{plural} to {}", path.display())
}
