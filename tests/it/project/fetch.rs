//! What a screen looks at: parts of files beneath the run's folder, and what git knows of a step.

use super::repository::Repository;
use awtui::domain::CheckpointSide::{After, Before};
use awtui::domain::{Piece, StepNumber};
use awtui::project::{Calls, checkpoint, fetch, run_id};
use std::path::PathBuf;

#[test]
fn a_file_is_read_in_parts_and_never_beyond_its_end() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("artifacts")).unwrap();
    std::fs::write(folder.path().join("artifacts/a.bin"), b"0123\x00\xff6789").unwrap();
    let read = |offset, limit| fetch::file(folder.path(), "artifacts/a.bin", offset, limit).unwrap();
    for (offset, limit, bytes, at) in [
        (0, 4, &b"0123"[..], 0),
        (4, 3, b"\x00\xff6", 4),
        (8, 100, b"89", 8),
        (10, 5, b"", 10),
        (99, 5, b"", 10),
    ] {
        assert_eq!(
            read(offset, limit),
            Piece { bytes: bytes.to_vec(), offset: at, total: 10 },
            "{offset} {limit}"
        );
    }
}

#[test]
fn a_file_as_large_as_a_disk_costs_no_more_than_the_part_that_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("huge.log")).unwrap();
    file.set_len(100 << 30).unwrap();
    let piece = fetch::file(folder.path(), "huge.log", (100 << 30) - 5, 256 * 1024).unwrap();
    assert_eq!((piece.bytes.len(), piece.total), (5, 100 << 30));
}

#[test]
fn nothing_outside_the_folder_is_read() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret"), "secret").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), folder.path().join("file")).unwrap();
    for path in ["link/secret", "file", "../secret", "/etc/passwd", "", ".", "link"] {
        let result = fetch::file(folder.path(), path, 0, 10);
        assert!(result.is_err(), "{path}: {result:?}");
    }
}

#[tokio::test]
async fn the_patch_of_one_file_and_of_what_was_changed_so_far() {
    let repository = Repository::new();
    let run = run_id(0, "task");
    let folder: PathBuf = repository.top.join("tmp").join(run.as_str());
    let calls = Calls::default();
    let make = |side| checkpoint::make(&repository.top, &folder, &run, StepNumber(2), side, &calls);
    let before = make(Before).await.unwrap().commit.unwrap();
    repository.write("kept.txt", "changed\n");
    repository.write("new [x].txt", "new\n");
    let so_far = checkpoint::patch_so_far(&repository.top, &folder, &before, None).await.unwrap();
    assert!(so_far.contains("+changed") && so_far.contains("new [x].txt"), "{so_far}");
    let one = checkpoint::patch_so_far(&repository.top, &folder, &before, Some("new [x].txt")).await.unwrap();
    assert!(one.contains("+new") && !one.contains("kept.txt"), "{one}");
    let after = make(After).await.unwrap().commit.unwrap();
    let one = checkpoint::patch(&repository.top, &before, &after, Some("kept.txt")).await.unwrap();
    assert!(one.contains("+changed") && !one.contains("new [x]"), "{one}");
}
