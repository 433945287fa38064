//! Real children in real pseudo-terminals.

use awtui::pty::{self, Child, Event, Exit, How, Launch, SpawnError, WriteError};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

/// A generous ceiling: what takes longer hangs.
const CEILING: Duration = Duration::from_secs(30);

fn launch(program: impl Into<PathBuf>, args: &[&str]) -> Launch {
    Launch {
        program: program.into(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        cwd: std::env::temp_dir(),
        env: vec![
            ("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into()),
            ("TERM".into(), "xterm-256color".into()),
        ],
        cols: 80,
        rows: 24,
    }
}

fn script(script: &str) -> Launch {
    launch("sh", &["-c", script])
}

struct Running {
    child: Child,
    events: Receiver<Event>,
    output: String,
    exit: Option<Exit>,
}

impl Running {
    fn start(launch: &Launch) -> Self {
        let (child, events) = pty::spawn(launch).unwrap();
        Self { child, events, output: String::new(), exit: None }
    }

    /// Takes one event; false after the last.
    async fn step(&mut self) -> bool {
        match timeout(CEILING, self.events.recv()).await.expect("an event before the ceiling") {
            Some(Event::Output(bytes)) => {
                assert_eq!(self.exit, None, "output after the end");
                self.output.push_str(&String::from_utf8_lossy(&bytes));
            }
            Some(Event::Exited(exit)) => {
                assert_eq!(self.exit, None, "a second end");
                self.exit = Some(exit);
            }
            None => return false,
        }
        true
    }

    async fn until(&mut self, words: &str) {
        while !self.output.contains(words) {
            assert!(self.step().await, "the child said {:?} and never {words:?}", self.output);
        }
    }

    async fn end(&mut self) -> Exit {
        while self.step().await {}
        self.exit.expect("an end")
    }

    fn write(&self, text: &str) {
        self.child.write(text.as_bytes().to_vec()).unwrap();
    }

    /// The number after `name=` in the output.
    async fn number(&mut self, name: &str) -> u32 {
        let start = format!("{name}=");
        loop {
            if let Some((_, rest)) = self.output.split_once(&start)
                && let Some((digits, _)) = rest.split_once('\r')
            {
                return digits.parse().unwrap();
            }
            assert!(self.step().await, "the child said {:?} and never {name}", self.output);
        }
    }
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(CEILING, wait).await.unwrap_or_else(|_| panic!("never: {what}"));
}

fn exited(code: i32) -> Exit {
    Exit { code: Some(code), signal: None, started: true }
}

fn died(signal: i32) -> Exit {
    Exit { code: None, signal: Some(signal), started: true }
}

#[tokio::test]
async fn a_child_ends_with_its_exit_code_or_signal_after_all_its_output() {
    let cases = [
        ("exit 0", "", exited(0)),
        ("echo last words; exit 7", "last words\r\n", exited(7)),
        ("echo shot; kill -9 $$", "shot\r\n", died(9)),
        ("echo asked; kill -TERM $$", "asked\r\n", died(15)),
        ("echo abort; kill -ABRT $$", "abort\r\n", died(6)),
    ];
    for (text, output, exit) in cases {
        let mut running = Running::start(&script(text));
        assert_eq!(running.end().await, exit, "{text}");
        assert_eq!(running.output, output, "{text}");
        assert_eq!(running.child.write(vec![b'x']), Err(WriteError::Gone));
        assert!(running.child.resize(10, 10).is_ok());
        assert!(!pty::alive(running.child.pid(), running.child.start_time()));
    }
}

/// An executable file.
fn executable(folder: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn what_cannot_start_says_why_before_anything_is_started() {
    let folder = TempDir::new().unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "#!/bin/sh\n").unwrap();
    let cases: Vec<(PathBuf, &str)> = vec![
        (
            "awtui-no-such-agent".into(),
            "awtui-no-such-agent was not found in PATH (/usr/local/bin:/usr/bin:/bin)",
        ),
        (folder.path().join("missing"), "missing was not found; install it"),
        (plain, "is not executable"),
        (folder.path().to_owned(), "is not executable"),
        (
            executable(&folder, "a", b"#!/no/such/shell -e\n"),
            "asks for \"/no/such/shell\", which does not exist",
        ),
        (executable(&folder, "b", b"#!/bin/sh\r\nexit 0\r\n"), "carriage return"),
        (
            executable(&folder, "c", b"#!/usr/bin/env awtui-no-such-node\n"),
            "\"awtui-no-such-node\", which was not found in PATH",
        ),
        (executable(&folder, "d", b"#!/usr/bin/env -S awtui-no-such-deno run\n"), "\"awtui-no-such-deno\""),
        (executable(&folder, "e", b"#!   \n"), "\"\", which is no name"),
    ];
    for (program, wanted) in cases {
        let error = pty::spawn(&launch(&program, &[])).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error:?} does not say {wanted:?}");
    }
    let nowhere = Launch { cwd: folder.path().join("nowhere"), ..script("exit 0") };
    assert!(matches!(pty::spawn(&nowhere).unwrap_err(), SpawnError::NotADirectory { .. }));
    let long = "x".repeat(200_000);
    assert!(matches!(pty::spawn(&script(&long)).unwrap_err(), SpawnError::TooLong { bytes: 200_000, .. }));
}

#[tokio::test]
async fn scripts_that_can_run_do_run() {
    let folder = TempDir::new().unwrap();
    let direct = executable(&folder, "direct", b"#!/bin/sh -e\necho direct $1\n");
    let nested = executable(&folder, "nested", format!("#!{}\n", direct.display()).as_bytes());
    let env = executable(&folder, "env", b"#!/usr/bin/env sh\necho env $1\n");
    for (program, output) in [(direct, "direct a\r\n"), (env, "env a\r\n")] {
        let mut running = Running::start(&launch(program, &["a"]));
        assert_eq!((running.end().await, running.output.as_str()), (exited(0), output));
    }
    let mut running = Running::start(&launch(nested, &[]));
    assert_eq!(running.end().await, exited(0));
    assert!(running.output.starts_with("direct "), "{}", running.output);
    let here = Launch { cwd: folder.path().to_owned(), ..launch("./direct", &["here"]) };
    let mut running = Running::start(&here);
    assert_eq!((running.end().await, running.output.as_str()), (exited(0), "direct here\r\n"));
}

#[tokio::test]
async fn a_program_that_the_system_refuses_is_told_from_one_that_aborted() {
    // More arguments than the system takes: each is short enough, together they are not.
    let mut many = script("exit 0");
    many.args.extend((0..100).map(|_| "x".repeat(100_000)));
    let mut running = Running::start(&many);
    let exit = running.end().await;
    assert!(!exit.started, "{exit:?}: {}", running.output);
}

#[tokio::test]
async fn a_child_gets_the_environment_of_its_launch_alone() {
    let mut with = launch("env", &[]);
    with.env.push(("AWTUI_TEST".into(), "a=b c".into()));
    let mut running = Running::start(&with);
    running.end().await;
    let mut names: Vec<&str> = running.output.lines().map(|line| line.split('=').next().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["AWTUI_TEST", "PATH", "SHELL", "TERM"]);
    assert!(running.output.contains("AWTUI_TEST=a=b c\r\n"));
    assert!(!format!("{with:?}").contains("a=b c"), "values of the environment are not shown");
}

#[tokio::test]
async fn a_child_starts_in_its_folder_on_a_terminal_of_its_size_that_it_controls() {
    let folder = TempDir::new().unwrap();
    let cwd = std::fs::canonicalize(folder.path()).unwrap();
    let launch =
        Launch { cwd: cwd.clone(), cols: 101, rows: 33, ..script("pwd -P; stty size; stty size </dev/tty") };
    let mut running = Running::start(&launch);
    assert_eq!(running.end().await, exited(0));
    assert_eq!(running.output, format!("{}\r\n33 101\r\n33 101\r\n", cwd.display()));
}

#[tokio::test]
async fn a_resize_reaches_the_child() {
    let mut running = Running::start(&script(
        "trap 'stty size' WINCH; echo ready; while [ \"$(stty size)\" != '1 1' ]; do sleep 0.02; done",
    ));
    running.until("ready").await;
    running.child.resize(132, 50).unwrap();
    running.until("50 132").await;
    // Nothing is smaller than one cell.
    running.child.resize(0, 0).unwrap();
    assert_eq!(running.end().await, exited(0));
}

#[tokio::test]
async fn what_is_written_reaches_the_child() {
    let mut running = Running::start(&script("stty -echo; echo ready; read -r line; echo \"got: $line\""));
    running.until("ready").await;
    running.write("naïve ");
    running.write("数\r");
    assert_eq!(running.end().await, exited(0));
    assert!(running.output.contains("got: naïve 数\r\n"), "{}", running.output);
}

#[tokio::test]
async fn more_than_the_terminal_takes_at_once_arrives_whole() {
    let mut running =
        Running::start(&script("stty raw -echo; echo ready; head -c 3000000 | cksum; sleep 60"));
    running.until("ready").await;
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("same"), &bytes).unwrap();
    for part in bytes.chunks(70_000) {
        running.child.write(part.to_vec()).unwrap();
    }
    let sum = std::process::Command::new("cksum").arg(folder.path().join("same")).output().unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    let sum: Vec<&str> = sum.split_whitespace().take(2).collect();
    running.until(&sum.join(" ")).await;
    pty::end_group(running.child.pid(), Duration::ZERO).await;
    running.end().await;
}

#[tokio::test]
async fn a_child_that_does_not_read_fills_its_queue_and_never_blocks_the_writer() {
    let mut running = Running::start(&script("stty raw -echo; echo ready; exec sleep 60"));
    running.until("ready").await;
    let refused = (0..20).find_map(|_| running.child.write(vec![b'x'; 1024 * 1024]).err());
    assert_eq!(refused, Some(WriteError::Full));
    let ended = pty::end_group(running.child.pid(), CEILING).await;
    assert_eq!(ended.how, How::Asked);
    assert_eq!(running.end().await, died(15));
}

#[tokio::test]
async fn a_flood_waits_for_its_reader_and_loses_nothing() {
    const BYTES: usize = 20_000_000;
    let mut running = Running::start(&script(&format!("stty -opost; yes | head -c {BYTES}; exit 5")));
    let pid = running.child.pid();
    let mut length = 0;
    until("the queue is full", || {
        let before = length;
        length = running.events.len();
        length == before && length >= running.events.max_capacity()
    })
    .await;
    assert!(pty::alive(pid, running.child.start_time()), "20 MB cannot fit into the queue");
    assert_eq!(running.end().await, exited(5));
    assert_eq!(running.output.len(), BYTES);
}

#[tokio::test]
async fn output_that_nobody_took_before_the_child_died_is_still_delivered() {
    let mut running =
        Running::start(&script("stty -opost; head -c 3000 /dev/zero | tr '\\0' y; echo; echo end"));
    let pid = running.child.pid();
    until("the child is dead", || !pty::alive(pid, None)).await;
    assert_eq!(running.end().await, exited(0));
    assert_eq!(running.output, format!("{}\nend\n", "y".repeat(3000)));
}

#[tokio::test]
async fn a_group_that_is_asked_to_end_may_do_so_in_its_own_way() {
    let mut running =
        Running::start(&script("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.02; done"));
    running.until("ready").await;
    let ended = pty::end_group(running.child.pid(), CEILING).await;
    assert_eq!((ended.how, ended.survivors), (How::Asked, vec![]));
    assert_eq!(running.end().await, exited(3));
    assert!(running.output.contains("bye"));
    let again = pty::end_group(running.child.pid(), CEILING).await;
    assert_eq!(again.how, How::AlreadyGone);
}

#[tokio::test]
async fn a_stopped_child_is_woken_to_end() {
    let mut running = Running::start(&script("trap 'exit 3' TERM; echo ready; kill -STOP $$; exit 9"));
    running.until("ready").await;
    let ended = pty::end_group(running.child.pid(), CEILING).await;
    assert_eq!(ended.how, How::Asked);
    assert_eq!(running.end().await, exited(3));
}

#[tokio::test]
async fn a_group_that_ignores_every_request_is_killed_to_the_last_grandchild() {
    let mut running = Running::start(&script(
        "trap '' TERM HUP INT; sh -c 'trap \"\" TERM HUP; echo grandchild=$$; while :; do sleep 0.02; done' & \
         wait; while :; do sleep 0.02; done",
    ));
    let grandchild = running.number("grandchild").await;
    let ended = pty::end_group(running.child.pid(), Duration::from_millis(100)).await;
    assert_eq!((ended.how, ended.survivors), (How::Killed, vec![]));
    assert!(!pty::alive(grandchild, None));
    assert_eq!(running.end().await, died(9));
}

#[tokio::test]
async fn other_groups_of_the_session_end_with_the_child() {
    // `set -m` gives each job a group of its own, as interactive shells do.
    let mut running = Running::start(&script(
        "set -m; sh -c 'trap \"\" HUP; echo job=$$; while :; do sleep 0.02; done' & wait",
    ));
    let job = running.number("job").await;
    let ended = pty::end_group(running.child.pid(), CEILING).await;
    assert_eq!(ended.survivors, Vec::<u32>::new());
    assert!(!pty::alive(job, None));
    running.end().await;
}

#[tokio::test]
async fn pids_that_must_never_be_signalled_are_refused() {
    for pid in [0, 1, u32::MAX, rustix_own_group()] {
        assert_eq!(pty::end_group(pid, Duration::ZERO).await.how, How::AlreadyGone, "{pid}");
    }
}

fn rustix_own_group() -> u32 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    stat.rsplit_once(')').unwrap().1.split_whitespace().nth(2).unwrap().parse().unwrap()
}

/// A launch whose processes carry a marker of their own.
fn marked(text: &str, name: &str) -> (Launch, String) {
    let mut launch = script(text);
    let value = format!("{name}-{}", std::process::id());
    launch.env.push(("AWTUI_RUN".into(), value.clone()));
    (launch, format!("AWTUI_RUN={value}"))
}

#[tokio::test]
async fn a_grandchild_that_left_the_session_is_found_by_its_marker_and_ended() {
    let (launch, marker) = marked(
        "setsid sh -c 'trap \"\" TERM HUP; echo grandchild=$$; while :; do sleep 0.02; done' & wait",
        "left",
    );
    let mut running = Running::start(&launch);
    let grandchild = running.number("grandchild").await;
    assert!(pty::marked(&marker).contains(&running.child.pid()));
    assert!(pty::marked(&marker[..marker.len() - 1]).is_empty(), "only the whole entry counts");

    pty::end_group(running.child.pid(), CEILING).await;
    assert!(pty::alive(grandchild, None), "the test needs a grandchild that escapes");
    // It still holds the terminal; the end comes all the same.
    assert_eq!(running.end().await, died(15));
    let ended = pty::end_marked(&marker, Duration::from_millis(50)).await;
    assert_eq!((ended.how, ended.survivors), (How::Killed, vec![]));
    assert!(!pty::alive(grandchild, None));
    assert_eq!(pty::end_marked(&marker, CEILING).await.how, How::AlreadyGone);
}

#[tokio::test]
async fn a_grandchild_that_floods_the_terminal_does_not_hold_back_the_end_of_the_child() {
    let (launch, marker) = marked("setsid yes & echo started; exit 4", "flood");
    let mut running = Running::start(&launch);
    assert_eq!(running.end().await, exited(4));
    pty::end_marked(&marker, CEILING).await;
}

#[tokio::test]
async fn when_the_child_is_gone_its_terminal_is_closed_for_whoever_held_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("hung-up");
    let mut launch = script(
        "exec 3<&0; setsid sh -c 'trap \"\" HUP; echo > holds; cat >/dev/null 2>&1; echo > hung-up' <&3 & \
         while [ ! -e holds ]; do sleep 0.02; done; exit 2",
    );
    launch.cwd = folder.path().to_owned();
    let mut running = Running::start(&launch);
    assert_eq!(running.end().await, exited(2));
    until("the grandchild reads the end of its input", || path.exists()).await;
}

#[tokio::test]
async fn a_dropped_listener_does_not_stop_the_child() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("done");
    let (child, events) =
        pty::spawn(&script(&format!("yes | head -c 1000000; echo > {}", path.display()))).unwrap();
    drop(events);
    until("the child finished", || path.exists()).await;
    until("it was waited for", || !Path::new(&format!("/proc/{}", child.pid())).exists()).await;
}

#[tokio::test]
async fn a_process_is_known_by_its_start_time_too() {
    let mut running = Running::start(&script("echo ready; read -r line"));
    running.until("ready").await;
    let (pid, started) = (running.child.pid(), running.child.start_time().unwrap());
    assert!(pty::alive(pid, None));
    assert!(pty::alive(pid, Some(started)));
    assert!(!pty::alive(pid, Some(started + 1)), "another process that got the same id");
    running.write("\r");
    running.end().await;
    assert!(!pty::alive(pid, Some(started)));
}

#[tokio::test]
async fn adopted_orphans_are_reaped_and_statuses_that_others_wait_for_are_not() {
    pty::become_subreaper();
    let mut other = tokio::process::Command::new("sh").args(["-c", "exit 6"]).spawn().unwrap();
    let other_pid = other.id().unwrap();
    let mut running =
        Running::start(&script("setsid sh -c 'echo orphan=$$; read -r l' </dev/tty & wait; exit 8"));
    let orphan = running.number("orphan").await;
    pty::end_group(running.child.pid(), CEILING).await;
    running.end().await;
    let stat = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    until("the other child is a zombie", || stat(other_pid).contains(") Z ")).await;
    until("the orphan is reaped", || {
        pty::reap_orphans();
        stat(orphan).is_empty()
    })
    .await;
    assert_eq!(other.wait().await.unwrap().code(), Some(6));
}

#[test]
fn without_a_runtime_nothing_is_started() {
    assert!(matches!(pty::spawn(&script("exit 0")).unwrap_err(), SpawnError::System(_)));
}
