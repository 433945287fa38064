//! Which project a folder is, and where its files lie.

use super::repository::{Repository, git_in};
use awtui::project::{Project, ProjectFolders, RunFolder, run_id};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn every_folder_and_worktree_of_a_repository_is_the_same_project() {
    let repository = Repository::new();
    let other = repository.beside("other worktree");
    repository.git(&["worktree", "add", "--quiet", "--detach", other.to_str().unwrap()]);
    std::os::unix::fs::symlink(&repository.top, repository.beside("link")).unwrap();

    let main = Project::find(&repository.top).unwrap();
    assert!(main.is_git);
    assert_eq!(main.root, repository.top);
    assert_eq!(main.common, repository.path(".git"));
    let (slug, hash) = main.key.rsplit_once('-').unwrap();
    assert_eq!(slug, "my_project");
    assert!(hash.len() == 16 && hash.chars().all(|digit| digit.is_ascii_hexdigit()), "{hash}");

    assert_eq!(Project::find(&repository.path("source")).unwrap(), main);
    assert_eq!(Project::find(&repository.beside("link")).unwrap(), main);
    let worktree = Project::find(&other).unwrap();
    assert_eq!((&worktree.key, &worktree.common), (&main.key, &main.common));
    assert_eq!(worktree.root, other);
}

#[test]
fn two_clones_of_the_same_name_are_two_projects() {
    let one = Project::find(&Repository::new().top).unwrap();
    let other = Project::find(&Repository::new().top).unwrap();
    assert_ne!(one.key, other.key);
}

#[test]
fn a_folder_without_git_is_its_own_project() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().canonicalize().unwrap().join("notes");
    std::fs::create_dir(&folder).unwrap();
    let project = Project::find(&folder).unwrap();
    assert!(!project.is_git);
    assert_eq!((&project.root, &project.common), (&folder, &folder));
    assert!(project.key.starts_with("notes-"), "{}", project.key);
}

#[test]
fn hostile_folder_names_are_projects_with_harmless_keys() {
    for name in
        [&b"-rf"[..], b"new\nline", b"two\n", b"trailing ", "文件夹".as_bytes(), b"\xff\xfe", b"$(id)"]
    {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().canonicalize().unwrap().join(std::ffi::OsStr::from_bytes(name));
        std::fs::create_dir(&folder).unwrap();
        git_in(&folder, &["init", "--quiet"]);
        let project = Project::find(&folder).unwrap();
        assert!(project.is_git, "{name:?}");
        assert_eq!(project.root, folder);
        assert!(
            project.key.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter)),
            "{:?}",
            project.key
        );
    }
}

#[test]
fn a_repository_that_git_refuses_keeps_its_project() {
    let repository = Repository::new();
    let worktree = repository.beside("worktree");
    repository.git(&["worktree", "add", "--quiet", "--detach", worktree.to_str().unwrap()]);
    let before = [&repository.top, &worktree].map(|folder| Project::find(folder).unwrap());
    let settings = std::fs::read_to_string(repository.path(".git/config")).unwrap();
    repository.write(
        ".git/config",
        settings.replace("repositoryformatversion = 0", "repositoryformatversion = 99"),
    );
    let after = [&repository.top, &worktree].map(|folder| Project::find(folder).unwrap());
    for (before, after) in before.iter().zip(&after) {
        assert!(!after.is_git);
        assert_eq!((&before.key, &before.root, &before.common), (&after.key, &after.root, &after.common));
    }
}

#[test]
fn what_is_no_folder_says_what_to_do() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [file, scratch.path().join("missing")] {
        let error = Project::find(&path).unwrap_err().to_string();
        assert!(error.contains("is not a folder") && error.contains("-C"), "{error}");
    }
}

#[test]
fn state_folders_are_private_even_where_someone_opened_them() {
    let repository = Repository::new();
    let project = Project::find(&repository.top).unwrap();
    let home = repository.beside("state");
    let run = run_id(0, "task");
    let folders = ProjectFolders::create(&home, &project).unwrap();
    folders.create_run(&run).unwrap();
    for path in [folders.root(), &folders.run(&run), &folders.panes(&run), &folders.blobs(&run)] {
        assert_eq!(mode(path), 0o700, "{}", path.display());
    }
    std::fs::set_permissions(folders.root(), std::fs::Permissions::from_mode(0o755)).unwrap();
    ProjectFolders::create(&home, &project).unwrap();
    assert_eq!(mode(folders.root()), 0o700);
}

#[test]
fn runs_are_listed_newest_first_and_only_with_a_journal() {
    let repository = Repository::new();
    let project = Project::find(&repository.top).unwrap();
    let folders = ProjectFolders::create(&repository.beside("state"), &project).unwrap();
    let runs = [1, 3, 2].map(|hour| run_id(hour * 3_600_000, "task"));
    for run in &runs {
        folders.create_run(run).unwrap();
    }
    for run in &runs[..2] {
        std::fs::write(folders.journal(run), "").unwrap();
    }
    assert_eq!(folders.run_ids(), [runs[1].clone(), runs[0].clone()]);
}

#[test]
fn a_run_is_named_by_its_time_and_its_first_words() {
    for (wall, task, expected) in [
        (1_795_234_922_833, "Hello File Task", "aw_20261121_042202_hello_file_task"),
        (1_795_234_922_833, "\n  Fix: `parser`!\nand more", "aw_20261121_042202_fix_parser"),
        (0, "修复 解析器", "aw_19700101_000000_修复_解析器"),
        (0, "../../etc/passwd", "aw_19700101_000000_etc_passwd"),
        (0, "", "aw_19700101_000000_task"),
        (u64::MAX, "task", "aw_19700101_000000_task"),
    ] {
        assert_eq!(run_id(wall, task).as_str(), expected);
    }
    let long = run_id(0, &"word ".repeat(100));
    assert!(long.as_str().len() < 64, "{long}");
}

#[test]
fn a_run_folder_is_private_and_invisible_to_git() {
    let repository = Repository::new();
    let before = repository.state();
    let folder = RunFolder::create(&repository.path("tmp"), &run_id(0, "task")).unwrap();
    std::fs::write(folder.artifacts().join("log"), "words").unwrap();
    assert_eq!(repository.state(), before);
    assert_eq!(mode(folder.path()), 0o700);
    // Made again after a restart it is the same.
    RunFolder::create(&repository.path("tmp"), &run_id(0, "task")).unwrap();
    assert_eq!(std::fs::read_to_string(folder.artifacts().join("log")).unwrap(), "words");
}

#[test]
fn nothing_is_written_through_links_that_were_laid_in_a_run_folder() {
    let repository = Repository::new();
    let folder = RunFolder::create(&repository.path("tmp"), &run_id(0, "task")).unwrap();
    let victim = repository.beside("victim");
    std::fs::write(&victim, "precious").unwrap();
    let ignore = folder.path().join(".gitignore");
    std::fs::remove_file(&ignore).unwrap();
    std::os::unix::fs::symlink(&victim, &ignore).unwrap();
    RunFolder::create(&repository.path("tmp"), &run_id(0, "task")).unwrap();
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(std::fs::read_to_string(&ignore).unwrap(), "*\n");

    std::fs::remove_dir(folder.steps()).unwrap();
    std::os::unix::fs::symlink(repository.beside("."), folder.steps()).unwrap();
    let error = RunFolder::create(&repository.path("tmp"), &run_id(0, "task")).unwrap_err().to_string();
    assert!(error.contains("steps"), "{error}");
}
