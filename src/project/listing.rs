//! The files of a repository by name, for whoever writes one.

use ignore::WalkBuilder;
use std::path::Path;

/// Names that may be gone through at once.
const MOST: usize = 20_000;

/// Paths relative to the root, in their order; not those that git ignores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub paths: Vec<String>,
    /// There are more.
    pub cut: bool,
}

/// What can be listed is listed: a folder that cannot be read is left out. It may take long in a large repository.
pub fn list_files(root: &Path) -> Listing {
    let walk = WalkBuilder::new(root).hidden(false).filter_entry(|entry| entry.file_name() != ".git").build();
    let mut listing = Listing::default();
    for entry in walk.filter_map(Result::ok) {
        let is_file = entry.file_type().is_some_and(|kind| !kind.is_dir());
        let path = entry.path().strip_prefix(root).ok().and_then(Path::to_str).filter(|_| is_file);
        let Some(path) = path else { continue };
        if listing.paths.len() >= MOST {
            listing.cut = true;
            break;
        }
        listing.paths.push(path.to_owned());
    }
    listing.paths.sort_unstable();
    listing
}
