//! What is looked at in a replay: what the journal, its blobs and the run's folder kept.

use super::Player;
use crate::domain::{Fetch, Piece, Text};
use crate::journal::blobs::Blobs;
use crate::project::fetch;

impl Player {
    /// A part of something as it was at the moment that is shown; files are as they are now.
    pub fn fetch(&self, what: &Fetch, offset: u64, limit: u64) -> Result<Piece, String> {
        let run = &self.glass().run;
        let blobs = Blobs::new(self.timeline().folder().join("blobs"));
        let full = |text: &Text| blobs.text(text).map_err(|error| format!("it was not kept ({error})"));
        if let Fetch::File { path } = what {
            let folder = self.timeline().run_folder().ok_or("the run's folder was not kept")?;
            return fetch::file(folder.path(), path, offset, limit)
                .map_err(|error| format!("it was not kept ({error})"));
        }
        if let Fetch::Transcript { role } = what {
            let so_far = self.timeline().records().iter().take_while(|record| record.seq <= run.seq);
            let text = fetch::transcript(run, so_far, role, &full);
            return Ok(Piece::of(text.as_bytes(), offset, limit));
        }
        match fetch::text(run, what, &full)? {
            Some(text) => Ok(Piece::of(text.as_bytes(), offset, limit)),
            None => Err("it was not kept".to_owned()),
        }
    }
}
