//! The operator's own terminals: kept by the supervisor, beside and between runs.

use super::{House, is_alive, until};
use awtui::client::Session;
use awtui::domain::{PaneChange, PaneId, TerminalEntry};
use awtui::wire::{Body, Bytes, Purpose, Reply, TERMINALS, ToClient};
use std::collections::BTreeMap;

struct Seen {
    session: Session,
    entries: Vec<TerminalEntry>,
    closed: Vec<TerminalEntry>,
    text: BTreeMap<PaneId, String>,
}

impl Seen {
    async fn of(house: &House) -> Self {
        let mut session = house.started_session(Purpose::Attach { watch: false }).await;
        session.send(Body::Terminals).await.unwrap();
        Self { session, entries: Vec::new(), closed: Vec::new(), text: BTreeMap::new() }
    }

    /// Reads until this holds of what was told.
    async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waited = tokio::time::timeout(super::PATIENCE, async {
            while !holds(self) {
                match self.session.next().await.unwrap() {
                    ToClient::Terminals { entries, closed } => {
                        (self.entries, self.closed) = (entries, closed);
                    }
                    ToClient::Pane { run, pane, change, .. } if run.as_str() == TERMINALS => {
                        let known = self.text.entry(pane).or_default();
                        match change {
                            PaneChange::Output { text } => known.push_str(&text),
                            PaneChange::Snapshot { text, .. } => *known = text,
                            PaneChange::Resized { .. } | PaneChange::Exited { .. } => {}
                        }
                    }
                    _ => {}
                }
            }
        });
        assert!(waited.await.is_ok(), "{what}: {:?} {:?}", self.entries, self.text);
    }

    async fn open(&mut self, house: &House, command: &str) -> PaneId {
        let directory = house.path("repo").display().to_string();
        let open = Body::OpenTerminal { command: command.to_owned(), directory, size: (80, 24) };
        match self.session.request(open).await.unwrap() {
            Reply::Terminal { pane } => pane,
            other => panic!("{other:?}"),
        }
    }

    async fn type_into(&mut self, pane: &PaneId, text: &str) {
        let author = awtui::domain::Author::new(awtui::domain::AuthorKind::Operator, "test");
        let bytes = Bytes(text.as_bytes().to_vec());
        let typed = Body::Type { run: TERMINALS.into(), pane: pane.clone(), author, bytes };
        self.session.request(typed).await.unwrap();
    }

    fn shows(&self, pane: &PaneId, text: &str) -> bool {
        self.text.get(pane).is_some_and(|known| known.contains(text))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_lives_on_without_a_client_and_is_shown_to_the_next_one() {
    let house = House::new("");
    let mut seen = Seen::of(&house).await;
    let pane = seen.open(&house, "echo began; read line; echo \"got $line in $PWD\"; read more").await;
    seen.until("it prints", |seen| seen.shows(&pane, "began")).await;
    drop(seen);
    let mut seen = Seen::of(&house).await;
    seen.until("the next client is shown it", |seen| seen.shows(&pane, "began")).await;
    assert_eq!(seen.entries.len(), 1);
    seen.type_into(&pane, "hello\r").await;
    let answer = format!("got hello in {}", house.path("repo").canonicalize().unwrap().display());
    seen.until("it hears", |seen| seen.shows(&pane, &answer)).await;
    let recording = super::only_child(&house.project().join("terminals"));
    assert!(std::fs::read_to_string(recording).unwrap().contains("got hello"), "it is recorded");
    seen.type_into(&pane, "more\r").await;
    seen.until("it ends", |seen| seen.entries.iter().any(|entry| entry.exited == Some(0))).await;
    seen.session.request(Body::CloseTerminal { pane }).await.unwrap();
    seen.until("it is gone", |seen| seen.entries.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_one_ends_what_runs_in_it_and_stopping_the_supervisor_ends_all() {
    let house = House::new("");
    let mut seen = Seen::of(&house).await;
    let mut pids = Vec::new();
    let mut panes = Vec::new();
    for name in ["one", "two"] {
        let pane = seen.open(&house, &format!("sleep 1000 & echo $! > ../{name}.pid; echo up; wait")).await;
        seen.until("it is up", |seen| seen.shows(&pane, "up")).await;
        let pid = std::fs::read_to_string(house.path(&format!("{name}.pid"))).unwrap();
        pids.push(pid.trim().parse::<u32>().unwrap());
        panes.push(pane);
    }
    seen.session.request(Body::CloseTerminal { pane: panes[0].clone() }).await.unwrap();
    seen.until("it is gone", |seen| seen.entries.len() == 1).await;
    until("its process is gone", || (!is_alive(pids[0])).then_some(()));
    assert!(is_alive(pids[1]));
    drop(seen);
    let stopped = house.awtui(&["supervisor", "stop"]);
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    until("the other process is gone", || (!is_alive(pids[1])).then_some(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_may_operate_runs_from_a_terminal_which_no_agent_can_do() {
    let house = House::new("");
    let mut seen = Seen::of(&house).await;
    let program = env!("CARGO_BIN_EXE_awtui");
    let home = |name: &str| house.path(name).display().to_string();
    let variables = format!(
        "TMPDIR={} AWTUI_HOME={} HOME={} XDG_CONFIG_HOME={}",
        home(""),
        home("state"),
        home("home"),
        home("config")
    );
    let pane = seen.open(&house, &format!("{variables} {program} gates; echo \"left $?\"; read x")).await;
    seen.until("it was let in", |seen| seen.shows(&pane, "left 0")).await;
    let pane = seen
        .open(&house, &format!("AWTUI_RUN=aw_x {variables} {program} gates; echo \"left $?\"; read x"))
        .await;
    seen.until("a run's mark is refused", |seen| seen.shows(&pane, "left ")).await;
    assert!(!seen.shows(&pane, "left 0"), "{:?}", seen.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_reach_the_child_and_a_watcher_may_only_look() {
    let house = House::new("");
    let mut seen = Seen::of(&house).await;
    let pane = seen.open(&house, "trap 'stty size' WINCH; echo up; while true; do sleep 0.05; done").await;
    seen.until("it is up", |seen| seen.shows(&pane, "up")).await;
    let panes = BTreeMap::from([(pane.clone(), (61, 17))]);
    seen.session.request(Body::PaneSize { run: TERMINALS.into(), panes }).await.unwrap();
    seen.until("the child was told", |seen| seen.shows(&pane, "17 61")).await;
    let mut watcher = house.session(Purpose::Attach { watch: true }).await;
    let refused = watcher.request(Body::CloseTerminal { pane }).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("only watches")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_run_in_a_terminal_and_how_it_ended_is_told_after_it_was_closed_too() {
    let house = House::new("");
    let mut seen = Seen::of(&house).await;
    let pane = seen.open(&house, "echo up; read x; exit 3").await;
    seen.until("it is up", |seen| seen.shows(&pane, "up")).await;
    let entry = &seen.entries[0];
    assert_eq!(entry.ran, "/bin/sh -c 'echo up; read x; exit 3'");
    assert!(entry.opened.is_some() && entry.ended.is_none(), "{entry:?}");
    seen.type_into(&pane, "\r").await;
    seen.until("it ends", |seen| seen.entries.iter().any(|entry| entry.exited.is_some())).await;
    seen.session.request(Body::CloseTerminal { pane }).await.unwrap();
    let other = seen.open(&house, "sleep 1000").await;
    seen.session.request(Body::CloseTerminal { pane: other }).await.unwrap();
    drop(seen);
    let mut seen = Seen::of(&house).await;
    seen.until("both are closed", |seen| seen.closed.len() == 2).await;
    let [first, second] = &seen.closed[..] else { panic!("{:?}", seen.closed) };
    assert_eq!(first.exited, Some(3));
    assert!(first.ended >= first.opened && first.opened.is_some(), "{first:?}");
    // By a signal, as shells count it.
    assert!(second.exited.is_some_and(|status| status > 128) && second.ended.is_some(), "{second:?}");
}
