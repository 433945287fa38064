//! Checkpoints record everything that a step changed and touch nothing that is the person's.

use super::repository::{Repository, git_in};
use awtui::domain::CheckpointSide::{self, After, Before};
use awtui::domain::{DiffStat, RunId, StepNumber};
use awtui::project::Calls;
use awtui::project::checkpoint::{self, Checkpoint};
use awtui::project::{RunFolder, run_id};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn run() -> RunId {
    run_id(0, "任务 task")
}

fn run_folder(top: &Path) -> PathBuf {
    top.join("tmp").join(run().as_str())
}

async fn make(repository: &Repository, side: CheckpointSide) -> Checkpoint {
    checkpoint::make(
        &repository.top,
        &run_folder(&repository.top),
        &run(),
        StepNumber(2),
        side,
        &Calls::default(),
    )
    .await
    .unwrap()
}

/// What `change` does, as checkpoints around it see it.
async fn diff_of(repository: &Repository, change: impl FnOnce()) -> (DiffStat, Checkpoint) {
    let before = make(repository, Before).await.commit.unwrap();
    change();
    let after = make(repository, After).await;
    let diff =
        checkpoint::diff(&repository.top, &before, after.commit.as_deref().unwrap(), &Calls::default())
            .await
            .unwrap();
    (diff, after)
}

fn lines(diff: &DiffStat) -> Vec<(&str, Option<u64>, Option<u64>)> {
    diff.files.iter().map(|file| (file.path.as_str(), file.added, file.removed)).collect()
}

fn patch(diff: &DiffStat) -> &str {
    diff.patch.summary()
}

#[tokio::test]
async fn a_diff_holds_exactly_what_the_step_changed() {
    let repository = Repository::new();
    repository.write("mine.txt", "not committed before the step\n");
    let (diff, _) = diff_of(&repository, || {
        repository.write("source/lib.rs", "one\n2\nthree\nfour\n");
        repository.write("new/file.txt", "a\nb\n");
        repository.write("bytes.bin", b"\0\x01");
        std::fs::remove_file(repository.path("kept.txt")).unwrap();
    })
    .await;
    let expected = [
        ("bytes.bin", None, None),
        ("kept.txt", Some(0), Some(1)),
        ("new/file.txt", Some(2), Some(0)),
        ("source/lib.rs", Some(2), Some(1)),
    ];
    assert_eq!(lines(&diff), expected);
    assert!(patch(&diff).contains("-two\n+2\n three\n+four\n"), "{}", patch(&diff));
    assert!(!patch(&diff).contains("mine.txt"));
    assert!(diff.skipped.is_empty());
}

#[tokio::test]
async fn nothing_of_the_persons_is_touched() {
    let repository = Repository::new();
    repository.write("kept.txt", "staged\n");
    repository.git(&["add", "kept.txt"]);
    repository.write("kept.txt", "staged, then changed\n");
    repository.write("untracked.txt", "u\n");
    let before = repository.state();
    let files = |folder: &Path| {
        ignore::WalkBuilder::new(folder)
            .standard_filters(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap()))
            .collect::<Vec<_>>()
    };
    let tree = files(&repository.top);
    make(&repository, Before).await;
    make(&repository, After).await;
    assert_eq!(repository.state(), before);
    assert_eq!(files(&repository.top), tree);
    assert_eq!(repository.git(&["stash", "list"]), "");
    assert_eq!(repository.git(&["diff", "--cached", "--name-only"]), "kept.txt\n");
}

#[tokio::test]
async fn a_checkpoint_is_a_commit_on_a_hidden_ref_by_awtui() {
    let repository = Repository::new();
    assert!(!checkpoint::exists(&repository.top, &run(), StepNumber(2), Before).await);
    let commit = make(&repository, Before).await.commit.unwrap();
    let name = checkpoint::ref_name(&run(), StepNumber(2), Before);
    assert_eq!(name, format!("refs/awtui/{}/0002-before", run()));
    assert_eq!(repository.git(&["rev-parse", &name]).trim(), commit);
    let words = repository.git(&["log", "-1", "--format=%an <%ae>|%cn|%s|%P", &name]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let subject = format!("awtui {} step 0002 before", run());
    assert_eq!(words.trim(), format!("awtui <awtui@localhost>|awtui|{subject}|{}", head.trim()));
    assert!(checkpoint::exists(&repository.top, &run(), StepNumber(2), Before).await);
    assert!(!checkpoint::exists(&repository.top, &run(), StepNumber(2), After).await);
    let found = checkpoint::find(&repository.top, &run(), StepNumber(2), Before).await;
    assert_eq!(found, Some(commit));
}

#[tokio::test]
async fn a_repository_without_any_commit_or_file_works() {
    let repository = Repository::empty();
    let before = repository.state();
    let (diff, _) = diff_of(&repository, || repository.write("first.txt", "1\n")).await;
    assert_eq!(lines(&diff), [("first.txt", Some(1), Some(0))]);
    std::fs::remove_file(repository.path("first.txt")).unwrap();
    assert_eq!(repository.state(), before);
}

#[tokio::test]
async fn a_folder_without_git_has_no_checkpoint() {
    let scratch = tempfile::tempdir().unwrap();
    let made = checkpoint::make(
        scratch.path(),
        &run_folder(scratch.path()),
        &run(),
        StepNumber(1),
        Before,
        &Calls::default(),
    )
    .await;
    assert_eq!(made.unwrap(), Checkpoint { commit: None, skipped: vec![] });
    assert!(!checkpoint::exists(scratch.path(), &run(), StepNumber(1), Before).await);
}

#[tokio::test]
async fn a_repository_that_git_refuses_is_an_error_and_not_an_absence() {
    let repository = Repository::new();
    repository.write(".git/config", "[core]\n\trepositoryformatversion = 99\n");
    let made = checkpoint::make(
        &repository.top,
        &run_folder(&repository.top),
        &run(),
        StepNumber(1),
        Before,
        &Calls::default(),
    )
    .await;
    let error = made.unwrap_err().to_string();
    assert!(error.contains("git rev-parse failed") && error.contains("version"), "{error}");
}

#[tokio::test]
async fn from_a_folder_within_the_repository_the_whole_tree_is_recorded() {
    let repository = Repository::new();
    let folder = repository.path("source");
    let make = async |side| {
        checkpoint::make(&folder, &run_folder(&folder), &run(), StepNumber(2), side, &Calls::default())
            .await
            .unwrap()
            .commit
            .unwrap()
    };
    let before = make(Before).await;
    repository.write("kept.txt", "changed\n");
    repository.write("top.txt", "new\n");
    let diff = checkpoint::diff(&folder, &before, &make(After).await, &Calls::default()).await.unwrap();
    assert_eq!(lines(&diff), [("kept.txt", Some(1), Some(1)), ("top.txt", Some(1), Some(0))]);
}

#[tokio::test]
async fn the_run_folder_and_ignored_files_stay_out() {
    let repository = Repository::new();
    repository.write(".gitignore", "build/\n");
    repository.commit("ignore");
    let folder = RunFolder::create(&repository.path("tmp"), &run()).unwrap();
    let (diff, after) = diff_of(&repository, || {
        repository.write("build/output", "o\n");
        // Even where its own ignore file is gone.
        std::fs::remove_file(folder.path().join(".gitignore")).unwrap();
        std::fs::write(folder.path().join("state.md"), "state").unwrap();
        repository.write("tmp/notes.txt", "mine\n");
    })
    .await;
    assert_eq!(lines(&diff), [("tmp/notes.txt", Some(1), Some(0))]);
    assert!(after.skipped.is_empty(), "{:?}", after.skipped);
}

#[tokio::test]
async fn files_that_cannot_be_recorded_are_named_and_do_not_stop_the_others() {
    let repository = Repository::new();
    let (diff, after) = diff_of(&repository, || {
        let large = std::fs::File::create(repository.path("large [file]*.bin")).unwrap();
        large.set_len(50 * 1024 * 1024 + 1).unwrap();
        std::fs::File::create(repository.path("just.bin")).unwrap().set_len(1024).unwrap();
        std::fs::create_dir_all(repository.path("inner/empty")).unwrap();
        git_in(&repository.path("inner/empty"), &["init", "--quiet"]);
        std::fs::create_dir_all(repository.path("inner/full")).unwrap();
        git_in(&repository.path("inner/full"), &["init", "--quiet"]);
        git_in(&repository.path("inner/full"), &["commit", "--quiet", "--allow-empty", "-m", "x"]);
        rustix::fs::mknodat(
            rustix::fs::CWD,
            repository.path("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
    })
    .await;
    assert_eq!(lines(&diff), [("just.bin", None, None)]);
    assert_eq!(after.skipped, ["inner/empty/", "inner/full/", "large [file]*.bin"]);
}

#[tokio::test]
async fn a_file_without_permission_to_read_is_skipped() {
    let repository = Repository::new();
    let (diff, after) = diff_of(&repository, || {
        repository.write("secret.txt", "s\n");
        repository.write("open.txt", "o\n");
        let closed = std::fs::Permissions::from_mode(0o000);
        std::fs::set_permissions(repository.path("secret.txt"), closed).unwrap();
    })
    .await;
    if std::fs::read(repository.path("secret.txt")).is_ok() {
        // The superuser may read everything.
        assert_eq!(diff.files.len(), 2);
    } else {
        assert_eq!(lines(&diff), [("open.txt", Some(1), Some(0))]);
        assert_eq!(after.skipped, ["secret.txt"]);
    }
}

#[tokio::test]
async fn hostile_names_are_recorded_as_they_are() {
    let repository = Repository::new();
    let names = ["-rf", "new\nline", ":(exclude)*", "tab\there", "文件.txt", "quo\"te", "link", "*"];
    let (diff, after) = diff_of(&repository, || {
        for name in names.iter().filter(|name| **name != "link") {
            repository.write(name, "x\n");
        }
        std::os::unix::fs::symlink("/etc/passwd", repository.path("link")).unwrap();
        std::fs::write(repository.top.join(std::ffi::OsStr::from_bytes(b"\xff.txt")), "x\n").unwrap();
    })
    .await;
    let mut found: Vec<&str> = diff.files.iter().map(|file| file.path.as_str()).collect();
    found.sort_unstable();
    let mut expected = [&names[..], &["\u{fffd}.txt"]].concat();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(after.skipped.is_empty(), "{:?}", after.skipped);
    assert!(!patch(&diff).contains("root:"), "the link itself is recorded, not what it points to");
}

#[tokio::test]
async fn nothing_of_the_repositorys_own_runs() {
    let repository = Repository::new();
    let trap = repository.beside("trapped");
    let script = format!("#!/bin/sh\necho \"$0\" >> '{}'\ncat\n", trap.display());
    for hook in ["pre-commit", "post-index-change", "reference-transaction", "post-commit", "fsmonitor"] {
        repository.write(&format!(".git/hooks/{hook}"), &script);
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(repository.path(&format!(".git/hooks/{hook}")), open).unwrap();
    }
    let monitor = repository.path(".git/hooks/fsmonitor");
    let monitor = monitor.to_str().unwrap();
    repository.write(".git/info/attributes", "* diff=trap\n");
    for (name, value) in [
        ("core.fsmonitor", monitor),
        ("diff.external", monitor),
        ("diff.trap.command", monitor),
        ("diff.trap.textconv", monitor),
        ("core.pager", monitor),
        ("diff.noprefix", "true"),
        ("color.ui", "always"),
        ("core.splitIndex", "true"),
        ("core.safecrlf", "true"),
        ("core.autocrlf", "true"),
        ("diff.context", "0"),
        ("user.useConfigOnly", "true"),
        ("commit.gpgSign", "true"),
    ] {
        repository.git(&["config", name, value]);
    }
    let _ = std::fs::remove_file(&trap);
    let (diff, _) = diff_of(&repository, || repository.write("source/lib.rs", "one\n2\nthree\n")).await;
    assert_eq!(lines(&diff), [("source/lib.rs", Some(1), Some(1))]);
    assert!(patch(&diff).contains("--- a/source/lib.rs\n"), "{}", patch(&diff));
    assert!(patch(&diff).contains("\n one\n-two\n+2\n three\n"), "{}", patch(&diff));
    assert_eq!(std::fs::read_to_string(&trap).unwrap_or_default(), "");
    let shared = std::fs::read_dir(repository.path(".git")).unwrap().flatten();
    let shared: Vec<_> =
        shared.filter(|entry| entry.file_name().to_string_lossy().starts_with("sharedindex")).collect();
    assert!(shared.is_empty(), "{shared:?}");
}

#[tokio::test]
async fn a_change_in_the_moment_after_the_index_was_written_is_seen() {
    for _ in 0..20 {
        let repository = Repository::new();
        repository.write("kept.txt", "aaaa\n");
        repository.git(&["add", "kept.txt"]);
        // Same size, same moment: only the time of the index says that this file must be read.
        let (diff, _) = diff_of(&repository, || {
            let index = repository.path(".git/index").metadata().unwrap().modified().unwrap();
            repository.write("kept.txt", "bbbb\n");
            let file = std::fs::File::options().write(true).open(repository.path("kept.txt")).unwrap();
            file.set_modified(index).unwrap();
        })
        .await;
        assert_eq!(lines(&diff), [("kept.txt", Some(1), Some(1))]);
    }
}

#[tokio::test]
async fn a_conflict_in_the_index_and_a_submodule_do_not_stop_a_checkpoint() {
    let repository = Repository::new();
    let library = Repository::new();
    let url = library.top.to_str().unwrap();
    repository.git(&["submodule", "--quiet", "add", url, "library"]);
    repository.commit("submodule");
    repository.git(&["switch", "--quiet", "--create", "side"]);
    repository.write("kept.txt", "side\n");
    repository.commit("side");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("kept.txt", "main\n");
    repository.commit("main");
    let merge = std::process::Command::new("git")
        .arg("-C")
        .arg(&repository.top)
        .args(["-c", "user.name=a", "-c", "user.email=a@b", "merge", "--quiet", "side"])
        .output()
        .unwrap();
    assert!(!merge.status.success(), "the merge must conflict");
    let before = repository.state();
    let (diff, _) = diff_of(&repository, || {
        std::fs::write(repository.path("library/kept.txt"), "changed\n").unwrap();
        git_in(&repository.path("library"), &["commit", "--quiet", "--all", "--message", "in library"]);
        repository.write("kept.txt", "resolved\n");
    })
    .await;
    let paths: Vec<&str> = diff.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["kept.txt", "library"]);
    assert!(patch(&diff).contains("Subproject commit"), "{}", patch(&diff));
    assert_ne!(repository.state(), before, "the submodule moved");
    assert!(repository.git(&["status", "--porcelain"]).contains("UU kept.txt"));
}

#[tokio::test]
async fn worktrees_and_sparse_checkouts_are_recorded_whole() {
    let repository = Repository::new();
    repository.write("outside/big.txt", "big\n");
    repository.commit("more");
    let worktree = repository.beside("worktree");
    repository.git(&["worktree", "add", "--quiet", worktree.to_str().unwrap()]);
    git_in(&worktree, &["sparse-checkout", "set", "source"]);
    assert!(!worktree.join("outside").exists());
    let make = async |side| {
        let made = checkpoint::make(
            &worktree,
            &run_folder(&worktree),
            &run(),
            StepNumber(1),
            side,
            &Calls::default(),
        )
        .await;
        made.unwrap().commit.unwrap()
    };
    let before = make(Before).await;
    std::fs::write(worktree.join("source/lib.rs"), "one\n").unwrap();
    std::fs::create_dir(worktree.join("elsewhere")).unwrap();
    std::fs::write(worktree.join("elsewhere/new.txt"), "new\n").unwrap();
    let diff = checkpoint::diff(&worktree, &before, &make(After).await, &Calls::default()).await.unwrap();
    assert_eq!(lines(&diff), [("elsewhere/new.txt", Some(1), Some(0)), ("source/lib.rs", Some(0), Some(2))]);
    // Nothing that the sparse checkout leaves out counts as deleted.
    assert_eq!(git_in(&worktree, &["show", &format!("{before}:outside/big.txt")]), "big\n");
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_patch_is_cut_at_a_line_and_says_so() {
    let repository = Repository::new();
    let (diff, _) = diff_of(&repository, || repository.write("long.txt", "línea\n".repeat(400_000))).await;
    assert_eq!(lines(&diff), [("long.txt", Some(400_000), Some(0))]);
    assert!(patch(&diff).len() < 1024 * 1024 + 100);
    assert!(patch(&diff).ends_with("\n+línea\n[the patch is longer; the checkpoints hold all of it]\n"));
}

#[tokio::test]
async fn a_diff_against_a_lost_checkpoint_is_an_error_that_names_git() {
    let repository = Repository::new();
    let commit = make(&repository, Before).await.commit.unwrap();
    let error = checkpoint::diff(&repository.top, &"0".repeat(40), &commit, &Calls::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("git diff-tree failed: "), "{error}");
}

/// What was run, less the folders, which differ in each test.
fn told(calls: &Calls, top: &Path) -> Vec<(String, Option<i32>, String)> {
    let top = top.canonicalize().unwrap().display().to_string();
    let one = |ran: awtui::domain::Ran| {
        (ran.command.summary().replace(&top, "TOP").replace("'TOP'", "TOP"), ran.code, ran.said)
    };
    calls.take().into_iter().map(one).collect()
}

#[tokio::test]
async fn each_call_of_git_is_told_with_its_exit_code_as_a_shell_would_be_given_it() {
    let repository = Repository::new();
    let folder = repository.top.canonicalize().unwrap();
    let calls = Calls::default();
    let (run_folder, run) = (folder.join("tmp"), run());
    let make = |side| checkpoint::make(&folder, &run_folder, &run, StepNumber(2), side, &calls);
    let before = make(Before).await.unwrap().commit.unwrap();
    let ran = told(&calls, &folder);
    let lines: Vec<&str> = ran.iter().map(|(line, ..)| line.as_str()).collect();
    assert_eq!(lines[0], "git -C TOP rev-parse --show-toplevel");
    assert!(
        lines.iter().all(|line| line.contains("git -C TOP ") && !line.contains("core.hooksPath")),
        "{ran:?}"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("GIT_INDEX_FILE=/") && line.contains(" add --all ")),
        "{ran:?}"
    );
    let commit = lines.iter().find(|line| line.contains(" commit-tree ")).unwrap();
    assert!(commit.contains(&format!("-m 'awtui {run} step 0002 before'")), "{commit}");
    assert_eq!(
        *lines.last().unwrap(),
        format!("git -C TOP update-ref refs/awtui/{run}/0002-before {before}")
    );
    assert!(ran.iter().all(|(_, code, said)| *code == Some(0) && said.is_empty()), "{ran:?}");

    repository.write("kept.txt", "changed\n");
    let after = make(After).await.unwrap().commit.unwrap();
    calls.take();
    checkpoint::diff(&folder, &before, &after, &calls).await.unwrap();
    let ran = told(&calls, &folder);
    assert_eq!(ran.len(), 2, "{ran:?}");
    assert!(ran.iter().all(|(line, code, _)| line.contains("diff-tree") && *code == Some(0)), "{ran:?}");
}

#[tokio::test]
async fn a_call_of_git_that_fails_is_told_with_its_code_and_its_words() {
    let repository = Repository::new();
    let calls = Calls::default();
    let commit = make(&repository, Before).await.commit.unwrap();
    checkpoint::diff(&repository.top, &"0".repeat(40), &commit, &calls).await.unwrap_err();
    let ran = told(&calls, &repository.top);
    let [(line, Some(128), said)] = &ran[..] else { panic!("{ran:?}") };
    assert!(line.contains("diff-tree") && said.starts_with("fatal: "), "{ran:?}");

    let scratch = tempfile::tempdir().unwrap();
    let made = checkpoint::make(scratch.path(), scratch.path(), &run(), StepNumber(1), Before, &calls).await;
    assert_eq!(made.unwrap().commit, None);
    let ran = told(&calls, scratch.path());
    let [(_, Some(128), said)] = &ran[..] else { panic!("{ran:?}") };
    assert!(said.contains("not a git repository"), "{ran:?}");
}

#[tokio::test]
async fn a_patch_that_is_cut_is_told_as_no_failure_of_git() {
    let repository = Repository::new();
    let calls = Calls::default();
    let before = make(&repository, Before).await.commit.unwrap();
    repository.write("long.txt", "a line of text\n".repeat(200_000));
    let after = make(&repository, After).await.commit.unwrap();
    checkpoint::diff(&repository.top, &before, &after, &calls).await.unwrap();
    let ran = told(&calls, &repository.top);
    let (_, code, said) = ran.last().unwrap();
    assert_eq!((*code, said.as_str()), (None, "no more than 1048576 bytes were read of what it printed"));
}
