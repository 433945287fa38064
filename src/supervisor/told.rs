//! What agents tell besides their reports: how far they are, and which files belong to the result.

use super::owner::Owner;
use crate::domain::{Input, Observation, PaneId, Source};
use crate::project::artifacts;
use std::io::Read;
use std::path::Path;

/// Characters of such words that are kept.
const WORDS: usize = 300;
/// Bytes of a file that is copied into the run folder.
const LARGEST: u64 = 16 * 1024 * 1024;
/// Files of the same name get a number.
const MOST_SAMES: u32 = 1000;

impl Owner {
    pub(super) fn on_progress(&mut self, pane: &PaneId, key: &str, text: &str) {
        self.tell(pane, key, Observation::Progress { text: clip(text) }, "noted");
    }

    /// A file below the artifacts folder is noted; one of the working tree is copied there first.
    pub(super) fn on_artifact(&mut self, pane: &PaneId, key: &str, path: &str, note: &str) {
        match self.take_artifact(path) {
            Ok(path) => {
                let words = format!("attached as {path}");
                self.tell(pane, key, Observation::Attached { path, note: clip(note) }, &words);
                self.show_artifacts();
            }
            Err(reason) => self.answer(pane, key, false, &reason),
        }
    }

    /// These do not say how certain their way is: they make no weaker source less believed.
    fn tell(&mut self, pane: &PaneId, key: &str, observation: Observation, words: &str) {
        self.work_off();
        let source = Source::Process;
        match self.try_step(Input::Observed { pane: pane.clone(), source, observation }) {
            Ok(()) => self.answer(pane, key, true, words),
            Err(not_taken) => self.answer(pane, key, false, &not_taken.to_string()),
        }
    }

    /// The path beneath the run folder.
    fn take_artifact(&self, path: &str) -> Result<String, String> {
        let run_folder = self.places.folder().to_path_buf();
        let folder = self.places.artifacts_folder();
        let directory = Path::new(&self.run().directory).to_path_buf();
        let given = Path::new(path);
        let beneath = |root: &Path| given.strip_prefix(root).ok().map(|rest| rest.display().to_string());
        let inside = beneath(&folder).or_else(|| beneath(Path::new("artifacts"))).or_else(|| {
            let relative = given.is_relative() && artifacts::open_beneath(&folder, path).is_ok();
            relative.then(|| path.to_owned())
        });
        if let Some(inside) = inside {
            let path = format!("artifacts/{inside}");
            return artifacts::open_beneath(&run_folder, &path)
                .map(|_| path)
                .map_err(|error| error.to_string());
        }
        let relative = beneath(&directory).unwrap_or_else(|| path.to_owned());
        let file = artifacts::open_beneath(&directory, &relative).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("{relative} cannot be read: {error}"))?;
        if bytes.len() as u64 > LARGEST {
            return Err(format!("{relative} is larger than {} MiB; name it in your report", LARGEST >> 20));
        }
        let name = Path::new(&relative).file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or("a file needs a name")?;
        for n in 1..MOST_SAMES {
            let name = if n == 1 { name.clone() } else { format!("{n}-{name}") };
            match artifacts::create(&folder, &name, &bytes) {
                Ok(()) => return Ok(format!("artifacts/{name}")),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(format!("{name} cannot be kept: {error}")),
            }
        }
        Err(format!("too many artifacts are called {name}"))
    }
}

fn clip(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|character| !character.is_control()).take(WORDS).collect()
}
