//! The socket folder is short, private and never somebody else's.

use awtui::wire::{SocketError, SocketPaths};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// What lies in the way, how it got there, and how it is refused.
type Case = (&'static str, fn(&Path), fn(&SocketError) -> bool);

fn uid(of: &Path) -> u32 {
    fs::metadata(of).unwrap().uid()
}

fn mode(of: &Path) -> u32 {
    fs::metadata(of).unwrap().permissions().mode() & 0o7777
}

#[test]
fn paths_are_short_and_differ_by_key() {
    let paths = SocketPaths::for_key("awtui-1234abcd in /home/ada/.local/state/awtui");
    assert_ne!(paths, SocketPaths::for_key("another"));
    assert_eq!(paths, SocketPaths::for_key("awtui-1234abcd in /home/ada/.local/state/awtui"));
    assert!(paths.operator.as_os_str().len() <= 103, "{}", paths.operator.display());
    let name = paths.folder.file_name().unwrap().to_str().unwrap();
    assert!(name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    assert!(paths.operator.ends_with("operator") && paths.agent.ends_with("agent"));
}

#[test]
fn the_folders_are_made_for_their_owner_alone_and_can_be_prepared_again() {
    let temp = tempfile::tempdir().unwrap();
    let paths = SocketPaths::beneath(temp.path(), uid(temp.path()), "key");
    assert!(matches!(paths.check(), Err(SocketError::Look { .. })));
    paths.prepare().unwrap();
    paths.prepare().unwrap();
    paths.check().unwrap();
    assert_eq!(mode(&paths.folder), 0o700);
    assert_eq!(mode(paths.folder.parent().unwrap()), 0o700);
}

#[test]
fn a_link_a_file_a_foreign_owner_or_an_open_door_is_refused() {
    let cases: [Case; 3] = [
        (
            "a link",
            |at| {
                let elsewhere = at.with_extension("elsewhere");
                fs::create_dir(&elsewhere).unwrap();
                fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o700)).unwrap();
                symlink(elsewhere, at).unwrap();
            },
            |error| matches!(error, SocketError::NoFolder { .. }),
        ),
        ("a file", |at| fs::write(at, "").unwrap(), |error| matches!(error, SocketError::NoFolder { .. })),
        (
            "an open door",
            |at| {
                fs::create_dir(at).unwrap();
                fs::set_permissions(at, fs::Permissions::from_mode(0o770)).unwrap();
            },
            |error| matches!(error, SocketError::Open { mode: 0o770, .. }),
        ),
    ];
    for (name, spoil, is_expected) in cases {
        // The shared folder first, then the project's own.
        for depth in 0..2 {
            let temp = tempfile::tempdir().unwrap();
            let paths = SocketPaths::beneath(temp.path(), uid(temp.path()), "key");
            let parent = paths.folder.parent().unwrap().to_owned();
            if depth == 0 {
                spoil(&parent);
            } else {
                fs::create_dir(&parent).unwrap();
                fs::set_permissions(&parent, fs::Permissions::from_mode(0o700)).unwrap();
                spoil(&paths.folder);
            }
            let error = paths.prepare().unwrap_err();
            assert!(is_expected(&error), "{name}: {error}");
            let error = paths.check().unwrap_err();
            assert!(is_expected(&error), "{name}: {error}");
        }
    }
    let temp = tempfile::tempdir().unwrap();
    let paths = SocketPaths::beneath(temp.path(), uid(temp.path()) + 1, "key");
    assert!(matches!(paths.prepare(), Err(SocketError::ForeignOwner { .. })));
}

#[test]
fn old_sockets_are_removed_and_nothing_else() {
    let temp = tempfile::tempdir().unwrap();
    let paths = SocketPaths::beneath(temp.path(), uid(temp.path()), "key");
    paths.prepare().unwrap();
    paths.clear().unwrap();
    drop(UnixListener::bind(&paths.operator).unwrap());
    assert!(paths.operator.exists(), "a dead socket stays behind");
    paths.clear().unwrap();
    assert!(!paths.operator.exists());
    fs::write(&paths.agent, "precious").unwrap();
    assert!(matches!(paths.clear(), Err(SocketError::NoSocket { .. })));
    assert!(paths.agent.exists());
    fs::remove_file(&paths.agent).unwrap();
    paths.remove().unwrap();
    assert!(!paths.folder.exists());
}
