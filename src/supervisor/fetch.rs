//! Answers to what a screen wants to look at. Nothing of the run moves by it.

use crate::domain::{Fetch, Piece, Record, Run, Text};
use crate::journal::blobs::Blobs;
use crate::project::fetch;
use crate::wire::Reply;
use std::path::PathBuf;
use std::sync::Arc;

/// Bytes that one answer carries. As JSON a byte takes up to six, and a frame has an end.
const MOST: u64 = 512 * 1024;

pub(super) async fn answer(
    run: &Run,
    records: &[Arc<Record>],
    blobs: Blobs,
    folder: PathBuf,
    what: &Fetch,
    offset: u64,
    limit: u64,
) -> Result<Reply, String> {
    let limit = limit.min(MOST);
    let full = |text: &Text| blobs.text(text).map_err(|error| error.to_string());
    let piece = match what {
        Fetch::File { path } => {
            let path = path.clone();
            // A disk may be slow; the other clients are not to wait for it.
            tokio::task::spawn_blocking(move || fetch::file(&folder, &path, offset, limit))
                .await
                .map_err(|error| error.to_string())?
                .map_err(|error| error.to_string())?
        }
        Fetch::Diff { step, file } => {
            let text = match fetch::text(run, what, &full)? {
                Some(patch) => patch,
                None => fetch::diff(run, *step, file.as_deref(), &folder).await?,
            };
            Piece::of(text.as_bytes(), offset, limit)
        }
        Fetch::Changes => Piece::of(fetch::changes(run, &folder).await?.as_bytes(), offset, limit),
        Fetch::Transcript { role } => {
            let text = fetch::transcript(run, records.iter().map(|record| &**record), role, &full);
            Piece::of(text.as_bytes(), offset, limit)
        }
        Fetch::Blob { .. }
        | Fetch::Prompt { .. }
        | Fetch::Report { .. }
        | Fetch::CheckLog { .. }
        | Fetch::Unknown => match fetch::text(run, what, &full)? {
            Some(text) => Piece::of(text.as_bytes(), offset, limit),
            None => return Err("that cannot be fetched here".to_owned()),
        },
    };
    let Piece { bytes, offset, total } = piece;
    Ok(Reply::Piece { bytes: bytes.into(), offset, total })
}
