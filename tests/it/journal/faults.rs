//! A disk that is full or failing.

use super::{create, notes};
use awtui::domain::Seq;
use awtui::journal::{self, Journal, Storage, Sync};
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// Fails the `at`-th call, and all after it while `lasting`.
#[derive(Debug, Clone, Copy, Default)]
struct Plan {
    calls: usize,
    at: usize,
    lasting: bool,
    kind: Option<ErrorKind>,
}

struct Failing {
    inner: Box<dyn Storage>,
    plan: Arc<Mutex<Plan>>,
}

impl Failing {
    fn fails(&self) -> io::Result<()> {
        let mut plan = self.plan.lock().unwrap();
        plan.calls += 1;
        let hit = if plan.lasting { plan.calls >= plan.at } else { plan.calls == plan.at };
        match plan.kind {
            Some(kind) if hit => Err(kind.into()),
            _ => Ok(()),
        }
    }
}

impl Storage for Failing {
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match self.fails() {
            Ok(()) => self.inner.write_at(bytes, offset),
            Err(error) => {
                // As a disk does that fills up in the middle of a write.
                self.inner.write_at(&bytes[..bytes.len() / 2], offset)?;
                Err(error)
            }
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.fails()?;
        self.inner.sync()
    }

    fn set_len(&mut self, length: u64) -> io::Result<()> {
        self.fails()?;
        self.inner.set_len(length)
    }
}

fn failing(journal: Journal, plan: &Arc<Mutex<Plan>>) -> Journal {
    let plan = Arc::clone(plan);
    journal.with_storage(|inner| Box::new(Failing { inner, plan }))
}

/// Six appends of two records, every other one grouped and then synced.
fn work(journal: &mut Journal, acknowledged: &mut Seq) -> Result<(), journal::JournalError> {
    for first in (1..=11).step_by(2) {
        if first <= journal.seq() {
            continue;
        }
        let batch = notes(first..=first + 1);
        if first % 4 == 1 {
            journal.append(&batch, Sync::Now)?;
        } else {
            journal.append(&batch, Sync::Grouped)?;
            journal.sync()?;
        }
        *acknowledged = first + 1;
    }
    journal.sync()
}

#[test]
fn whichever_call_fails_nothing_acknowledged_is_lost_and_the_work_goes_on_afterwards() {
    for kind in
        [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::ReadOnlyFilesystem, ErrorKind::Other]
    {
        for lasting in [false, true] {
            let mut n_failures = 0;
            for at in 1.. {
                let folder = TempDir::new().unwrap();
                let (path, journal) = create(&folder);
                let plan = Arc::new(Mutex::new(Plan { at, lasting, kind: Some(kind), ..Plan::default() }));
                let mut journal = failing(journal, &plan);
                let mut acknowledged = 0;
                let Err(error) = work(&mut journal, &mut acknowledged) else { break };
                n_failures += 1;
                let full = matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
                assert_eq!(error.is_out_of_space(), full, "{error}");
                assert!(error.to_string().contains("journal.jsonl"), "{error}");

                // What a crash right now would leave.
                let left = journal::read(&path).unwrap();
                assert_eq!(left.broken, None, "call {at}");
                assert!(left.end.seq >= acknowledged, "call {at}: {} < {acknowledged}", left.end.seq);
                assert_eq!(left.records, notes(1..=left.end.seq));

                plan.lock().unwrap().kind = None;
                work(&mut journal, &mut acknowledged).unwrap();
                let whole = journal::read(&path).unwrap();
                assert_eq!(whole.records, notes(1..=12), "call {at}");
                assert_eq!((whole.torn, whole.broken), (None, None), "call {at}");
            }
            assert!(n_failures >= 12, "only {n_failures} calls were made to fail");
        }
    }
}

#[test]
fn a_failed_append_is_taken_back_so_that_other_records_may_follow() {
    let folder = TempDir::new().unwrap();
    let (path, journal) = create(&folder);
    let plan = Arc::new(Mutex::new(Plan::default()));
    let mut journal = failing(journal, &plan);
    journal.append(&notes(1..=2), Sync::Grouped).unwrap();
    *plan.lock().unwrap() = Plan { at: 2, kind: Some(ErrorKind::StorageFull), ..Plan::default() };
    // The write succeeds, its sync does not.
    journal.append(&notes(3..=9), Sync::Now).unwrap_err();
    assert_eq!(journal.seq(), 2);
    journal.append(&notes(3..=3), Sync::Now).unwrap();
    let loaded = journal::read(&path).unwrap();
    assert_eq!(loaded.records, notes(1..=3));
    assert_eq!((loaded.torn, loaded.broken), (None, None));
}
