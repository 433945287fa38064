//! A text in the operator's editor: a private file, the editor's command, and what the file holds afterwards.

use super::screen::{Screen, ScreenError, next};
use crate::tty::Tty;
use crate::ui::Ui;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::Instant;

/// Longer than anything that a person writes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// `$VISUAL`, `$EDITOR` or vi, with the arguments that may stand there, as git reads it; at a line, for those editors of
/// which it is known how that is said.
const EDITOR: &str = r#"
editor=${VISUAL:-${EDITOR:-vi}}
name=${editor%% *}
case "$2:${name##*/}" in
1:*) ;;
*:vi | *:vim | *:nvim | *:view | *:nano | *:emacs | *:emacsclient | *:micro | *:less | *:kak | *:joe | *:mg | *:ne)
    eval "exec $editor \"+\$2\" \"\$1\"" ;;
*:hx | *:helix | *:zed) eval "exec $editor \"\$1:\$2\"" ;;
*:code | *:codium) eval "exec $editor -g \"\$1:\$2\"" ;;
esac
eval "exec $editor \"\$1\""
"#;

/// What a text became, or why it stays as it was.
pub(super) type Edit = Result<String, String>;

/// In a folder of its own, so that nothing stays of what editors put beside a file.
pub(super) struct EditedFile {
    folder: TempDir,
    path: PathBuf,
}

impl EditedFile {
    /// A file with the text, which only its owner can read.
    pub(super) fn new(text: &str, suffix: &str) -> Result<Self, String> {
        let write = || {
            let folder = tempfile::Builder::new().prefix("awtui-").tempdir()?;
            let path = folder.path().join(format!("awtui{suffix}"));
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(text.as_bytes())?;
            if !text.is_empty() && !text.ends_with('\n') {
                file.write_all(b"\n")?;
            }
            Ok(Self { folder, path })
        };
        write().map_err(|error: io::Error| {
            format!("no file for the editor in {}: {error}", std::env::temp_dir().display())
        })
    }

    /// The editor, which begins at a line counted from 1.
    pub(super) fn editor(&self, line: usize) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", EDITOR, "sh"]).arg(&self.path).arg(line.to_string());
        command
    }

    /// What the editor left, the last line's end taken off. One that did not end well leaves the text as it was.
    pub(super) fn read(self, ended: io::Result<ExitStatus>) -> Edit {
        let name = "VISUAL or EDITOR in the environment names the editor";
        match ended {
            Err(error) => return Err(format!("the editor cannot be run: {error}; {name}")),
            Ok(status) if status.code() == Some(127) => {
                return Err(format!("there is no such editor; {name}"));
            }
            Ok(status) if !status.success() => {
                return Err(format!("the editor ended with {status}: the words stay as they were"));
            }
            Ok(_) => {}
        }
        // By its name: editors put a new file in the place of the old one.
        let size = fs::metadata(&self.path).map_or(0, |file| file.len());
        let read = if size > LONGEST {
            Err(io::Error::other(format!("it is longer than {} MiB", LONGEST / 1024 / 1024)))
        } else {
            fs::read_to_string(&self.path)
        };
        match read {
            Ok(mut text) => {
                if text.ends_with('\n') {
                    text.pop();
                }
                Ok(text)
            }
            Err(error) => {
                // What was written is not thrown away.
                drop(self.folder.keep());
                Err(format!("{} cannot be taken: {error}; it is kept", self.path.display()))
            }
        }
    }
}

/// Keys that came in one piece with the one that opened the editor were for the editor.
pub(super) fn tell_forgotten(ui: &mut Ui, keys: usize) {
    match keys {
        0 => {}
        1 => ui.told("a key that was typed before the editor opened was not carried out".to_owned()),
        keys => ui.told(format!("{keys} keys that were typed before the editor opened were not carried out")),
    }
}

impl Screen<'_> {
    /// The editor has the terminal; what the supervisor tells is heard meanwhile.
    pub(super) async fn edit(
        &mut self,
        tty: &mut Tty,
        text: &str,
        suffix: &str,
        line: usize,
    ) -> Result<Edit, ScreenError> {
        let file = match EditedFile::new(text, suffix) {
            Ok(file) => file,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut editor = file.editor(line);
        let forgotten = tty.forget_typed();
        let handed = tty.hand_over(&mut editor);
        let mut handed = std::pin::pin!(handed);
        let ended = loop {
            tokio::select! {
                biased;
                ended = &mut handed => break ended?,
                message = next(&mut self.session) => match message {
                    Ok(message) => self.on_messages(message).await,
                    Err(error) => self.lost(&error),
                },
            }
        };
        self.last_key = Some(Instant::now());
        tell_forgotten(&mut self.ui, forgotten);
        Ok(file.read(ended))
    }
}
