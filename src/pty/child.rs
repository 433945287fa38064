//! One child: its terminal's two directions, each with a thread, and its end.
//!
//! The terminal is read and written without blocking, so that both threads can be called off: a grandchild that holds
//! the terminal for ever holds nothing here.

use super::orphans::{self, Fate};
use super::{Event, Exit, Launch, SpawnError, preflight, process};
use filedescriptor::FileDescriptor;
use portable_pty::{CommandBuilder, NativePtySystem, PtySize, PtySystem};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{WaitId, WaitIdOptions, waitid};
use rustix::termios::{InputModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};
use std::fs::File;
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;
use tokio::sync::oneshot;

/// The most that one [`Event::Output`] holds.
const CHUNK: usize = 64 * 1024;
/// Events that wait for their reader; when it is full the child waits too.
const EVENTS: usize = 16;
/// Bytes that may wait to be written to the child.
const INPUT_LIMIT: usize = 4 * 1024 * 1024;
/// After the child is gone, how long output is waited for that others may still hold back.
const DRAIN: Duration = Duration::from_millis(250);
/// What is still read after that, if it is there at once: more than the kernel buffers for a terminal.
const LAST_OUTPUT: usize = 256 * 1024;
/// A child that aborts within this time with nothing but [`COMPLAINT`] was never executed.
const EARLY: Duration = Duration::from_secs(1);
/// How much of the output is looked at for that.
const BEGINNING: usize = 128;
const SIGABRT: i32 = 6;
/// What the standard library says in our own fork when it cannot report that the exec failed: the crate closed the
/// pipe for that.
const COMPLAINT: &[u8] = b"fatal runtime error: assertion failed: output.write";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    #[error("the program is gone")]
    Gone,
    #[error("the program does not read its input: {INPUT_LIMIT} bytes wait for it")]
    Full,
}

/// The handle of a running child. Dropping it ends nothing: the child runs on and its events keep coming.
#[derive(Debug)]
pub struct Child {
    pid: u32,
    start_time: Option<u64>,
    hold: Arc<Hold>,
}

/// What must be let go of when the child is gone.
#[derive(Debug)]
struct Hold {
    terminal: Mutex<Option<Arc<File>>>,
    input: Mutex<Option<mpsc::Sender<Vec<u8>>>>,
    /// Bytes in `input`.
    waiting: AtomicUsize,
}

impl Hold {
    fn let_go(&self) {
        *self.input.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.terminal.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Calls both threads off, also when they wait.
#[derive(Debug)]
struct Stop {
    asked: AtomicBool,
    /// Ready when its other end was dropped.
    wake: PipeReader,
}

/// The other end. It asks when it is dropped, so that threads end with the runtime too.
#[derive(Debug)]
struct StopOnDrop {
    stop: Arc<Stop>,
    _wake: PipeWriter,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.stop.asked.store(true, Ordering::Relaxed);
    }
}

impl Stop {
    /// Waits until the terminal is ready or the stop is asked for.
    fn wait(&self, terminal: &File, ready: PollFlags) -> io::Result<()> {
        let wake = PollFd::new(&self.wake, PollFlags::empty());
        match poll(&mut [PollFd::new(terminal, ready), wake], None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Starts a child. Must be called on a tokio runtime; the child's end is followed there.
pub fn spawn(launch: &Launch) -> Result<(Child, tokio::sync::mpsc::Receiver<Event>), SpawnError> {
    let runtime = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
    let program = preflight::check(launch)?;
    let (wake, other_end) = io::pipe()?;
    let (terminal, process) = start(launch, &program)?;
    let terminal = Arc::new(terminal);
    let pid = process.id();
    let start_time = process::look_up(pid).map(|process| process.started);

    let stop = Arc::new(Stop { asked: AtomicBool::new(false), wake });
    let on_drop = StopOnDrop { stop: Arc::clone(&stop), _wake: other_end };
    let (input, to_write) = mpsc::channel();
    let hold = Arc::new(Hold {
        terminal: Mutex::new(Some(Arc::clone(&terminal))),
        input: Mutex::new(Some(input)),
        waiting: AtomicUsize::new(0),
    });
    let (events, receiver) = tokio::sync::mpsc::channel(EVENTS);
    let (gone_sender, gone) = oneshot::channel();
    let (pumped_sender, pumped) = oneshot::channel();

    let last = Last { process, hold: Arc::clone(&hold), stop: on_drop };
    let exited = events.clone();
    runtime.spawn(async move {
        let exit = last.follow(gone, pumped).await;
        // Nobody listens any more: then nobody needs to know.
        let _ = exited.send(Event::Exited(exit)).await;
    });
    let read = (Arc::clone(&terminal), Arc::clone(&stop));
    let write = (terminal, stop, Arc::clone(&hold), to_write);
    let threads = thread(format!("pty-read-{pid}"), move || {
        // Nobody listens when the runtime is gone.
        let _ = pumped_sender.send(pump(&read.0, &read.1, &events));
    })
    .and_then(|()| thread(format!("pty-write-{pid}"), move || feed(&write.0, &write.1, &write.2, write.3)))
    .and_then(|()| {
        thread(format!("pty-wait-{pid}"), move || {
            wait_without_reaping(pid);
            let _ = gone_sender.send(());
        })
    });
    if let Err(error) = threads {
        // A child that cannot be attended to must not run on.
        if let Some(group) = process::target(pid) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        return Err(error.into());
    }
    Ok((Child { pid, start_time, hold }, receiver))
}

impl Child {
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// With the pid it names the process for ever: clock ticks from boot to its start. Unknown without `/proc`.
    pub fn start_time(&self) -> Option<u64> {
        self.start_time
    }

    /// Queues bytes for the child's input; a thread writes them. Never blocks.
    pub fn write(&self, bytes: Vec<u8>) -> Result<(), WriteError> {
        let input = self.hold.input.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = input.as_ref().ok_or(WriteError::Gone)?;
        let waiting = self.hold.waiting.load(Ordering::Relaxed);
        // A single larger write is taken when nothing waits, or it never could be.
        if waiting > 0 && waiting + bytes.len() > INPUT_LIMIT {
            return Err(WriteError::Full);
        }
        self.hold.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
        sender.send(bytes).map_err(|_| WriteError::Gone)
    }

    /// Tells the terminal its size; the child is signalled by the kernel. A child that is gone needs none.
    pub fn resize(&self, cols: u16, rows: u16) -> io::Result<()> {
        match &*self.hold.terminal.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(terminal) => Ok(tcsetwinsize(terminal, window(cols, rows))?),
            None => Ok(()),
        }
    }
}

fn window(cols: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows.max(1), ws_col: cols.max(1), ws_xpixel: 0, ws_ypixel: 0 }
}

/// Opens the terminal and starts the process in it.
fn start(launch: &Launch, program: &std::path::Path) -> Result<(File, std::process::Child), SpawnError> {
    let no_terminal = |error: &dyn std::fmt::Display| SpawnError::NoTerminal { reason: error.to_string() };
    let size =
        PtySize { rows: launch.rows.max(1), cols: launch.cols.max(1), pixel_width: 0, pixel_height: 0 };
    let pair = NativePtySystem::default().openpty(size).map_err(|error| no_terminal(&error))?;
    // The crate's own reader and writer block; a duplicate of the descriptor need not. (Its writer would also type
    // an end-of-file at the child when dropped.)
    let raw = pair.master.as_raw_fd().ok_or_else(|| no_terminal(&"it has no descriptor"))?;
    let terminal = FileDescriptor::dup(&raw)
        .and_then(|descriptor| descriptor.as_file())
        .map_err(|error| no_terminal(&error))?;
    prepare(&terminal).map_err(|error| no_terminal(&error))?;

    let mut command = CommandBuilder::new(program);
    command.env_clear();
    command.args(&launch.args);
    command.cwd(&launch.cwd);
    for (name, value) in &launch.env {
        command.env(name, value);
    }
    let refused = |reason: String| SpawnError::Refused { program: program.to_owned(), reason };
    let mut spawned = orphans::spawned();
    let child: Box<dyn portable_pty::Child> =
        pair.slave.spawn_command(command).map_err(|error| refused(error.to_string()))?;
    let child = child
        .downcast::<std::process::Child>()
        .map_err(|_| refused("the pseudo-terminal crate returned no process".to_owned()))?;
    spawned.insert(child.id(), Fate::Ours);
    Ok((terminal, *child))
}

fn prepare(terminal: &File) -> io::Result<()> {
    fcntl_setfl(terminal, fcntl_getfl(terminal)? | OFlags::NONBLOCK)?;
    // Erasing in a line that the kernel edits must take whole characters. Not every system knows it.
    if let Ok(mut modes) = tcgetattr(terminal) {
        modes.input_modes |= InputModes::IUTF8;
        let _ = tcsetattr(terminal, OptionalActions::Now, &modes);
    }
    Ok(())
}

fn thread(name: String, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name).spawn(run).map(|_| ())
}

/// Moves output until the terminal is closed or the stop is asked for. Returns how it began.
fn pump(terminal: &File, stop: &Stop, events: &tokio::sync::mpsc::Sender<Event>) -> Vec<u8> {
    let mut beginning = Vec::new();
    let mut left = LAST_OUTPUT;
    let mut buffer = vec![0; CHUNK];
    let mut open = true;
    while open && left > 0 {
        let mut filled = 0;
        let mut dry = false;
        // What is there goes in one event.
        while open && !dry && filled < buffer.len() {
            match (&*terminal).read(&mut buffer[filled..]) {
                Ok(0) => open = false,
                Ok(length) => filled += length,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => dry = true,
                // EIO: nobody has the terminal open any more.
                Err(_) => open = false,
            }
        }
        if filled > 0 {
            let missing = BEGINNING.saturating_sub(beginning.len()).min(filled);
            beginning.extend_from_slice(&buffer[..missing]);
            // Without a listener the output is dropped, so that the child does not hang on a full terminal.
            let _ = events.blocking_send(Event::Output(buffer[..filled].to_vec()));
        }
        if stop.is_asked() {
            left = left.saturating_sub(filled);
            open &= !dry;
        } else if dry && open {
            open = stop.wait(terminal, PollFlags::IN).is_ok();
        }
    }
    beginning
}

/// Writes what is queued until the child's handle lets go of the queue.
fn feed(terminal: &File, stop: &Stop, hold: &Hold, queue: mpsc::Receiver<Vec<u8>>) {
    for bytes in queue {
        let written = write_all(terminal, stop, &bytes);
        hold.waiting.fetch_sub(bytes.len(), Ordering::Relaxed);
        if written.is_err() {
            break;
        }
    }
}

fn write_all(mut terminal: &File, stop: &Stop, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        if stop.is_asked() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        match terminal.write(bytes) {
            Ok(length) => bytes = &bytes[length..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => stop.wait(terminal, PollFlags::OUT)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The child stays a zombie, so that its id, which is its group's, cannot be given away before it is let go of.
fn wait_without_reaping(pid: u32) {
    let Some(pid) = process::target(pid) else { return };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), options) {}
}

/// What is left to do when the child is gone.
struct Last {
    process: std::process::Child,
    hold: Arc<Hold>,
    stop: StopOnDrop,
}

impl Last {
    async fn follow(
        mut self,
        mut gone: oneshot::Receiver<()>,
        mut pumped: oneshot::Receiver<Vec<u8>>,
    ) -> Exit {
        let early = tokio::time::timeout(EARLY, &mut gone).await.is_ok();
        if !early {
            let _ = gone.await;
        }
        let beginning = tokio::time::timeout(DRAIN, &mut pumped).await;
        drop(self.stop);
        let beginning = match beginning {
            Ok(beginning) => beginning,
            Err(_) => pumped.await,
        }
        .unwrap_or_default();
        self.hold.let_go();
        let pid = self.process.id();
        // It is a zombie: this returns at once.
        let status = {
            let mut spawned = orphans::spawned();
            let status = self.process.wait();
            spawned.insert(pid, Fate::Reaped);
            status
        };
        let (code, signal) = status.map_or((None, None), |status| (status.code(), status.signal()));
        let words = beginning.trim_ascii_start();
        let is_ours = words.is_empty() || words.starts_with(COMPLAINT);
        let started = !(early && signal == Some(SIGABRT) && is_ours);
        Exit { code, signal, started }
    }
}
