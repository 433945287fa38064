//! Every message comes back from its bytes as it was, wherever the stream is cut.

use awtui::domain::{
    ArtifactEntry, Author, AuthorKind, Budget, CompactStrategy, ContextPolicy, Fact, Fetch, LoopBounds,
    Money, OperatorAct, PaneChange, PauseMode, Record, RunConfig, RunSummary, StepNumber, Text, Time,
    Workflow,
};
use awtui::wire::{
    Body, Bytes, Frame, FrameError, FrameKind, GateEntry, Hello, Inward, MAX_PAYLOAD, Message, Purpose,
    Refused, Reply, RequestId, ResponseResult, StartRun, ToClient, ToSupervisor, Welcome, WireError,
};
use std::collections::BTreeMap;

fn operator() -> Author {
    Author::new(AuthorKind::Operator, "ada")
}

fn config() -> RunConfig {
    RunConfig {
        agents: std::collections::BTreeMap::new(),
        roles: BTreeMap::new(),
        context: ContextPolicy { warn_at: 750, compact_at: 900, strategy: CompactStrategy::Compact },
        bounds: LoopBounds { max_rounds: 20, max_autonomous: 1, max_idle: 2, confirm_done: true },
        budget: Budget { cost: Money(20), tokens: 0 },
        checks: Vec::new(),
    }
}

fn summary() -> RunSummary {
    RunSummary {
        run: "aw_1".into(),
        task: "grüße 世界".to_owned(),
        phase: "planning".to_owned(),
        live: true,
        created: 1,
        ended: None,
        steps: 2,
        open_gates: 1,
        cost: Money(5),
        cost_incomplete: false,
        spent: "~$0.02+?".to_owned(),
        folder: "/r/tmp/aw_1".to_owned(),
        says: "step 2: the worker works".to_owned(),
        waiting_since: Some(3),
        archived: true,
        bindings: vec![awtui::domain::Binding { role: "worker".into(), agent: "pi".to_owned(), model: None }],
    }
}

fn record() -> Record {
    Record {
        seq: 7,
        at: Time { wall: 1_700_000_000_000, run: 42 },
        panes: BTreeMap::from([("worker-1".into(), 12_345)]),
        fact: Fact::Noted { text: Text::from("look\nhere \u{1b}[31m"), author: operator() },
    }
}

fn to_supervisor() -> Vec<ToSupervisor> {
    let run = || "aw_1".into();
    let bodies = vec![
        Body::StartRun {
            start: Box::new(StartRun {
                task: "make it fast".to_owned(),
                directory: "/repo".to_owned(),
                workflow: Workflow::analyst_worker(),
                config: config(),
                author: operator(),
                trusted: vec!["00ff".to_owned()],
                folder_root: None,
                name: Some("fast".to_owned()),
                minimal_environment: false,
                pane_size: Some((80, 24)),
            }),
        },
        Body::OpenRun { run: run(), author: operator() },
        Body::Act {
            run: run(),
            author: operator(),
            act: OperatorAct::Pause { mode: PauseMode::Now, reason: "lunch".to_owned() },
        },
        Body::Act { run: run(), author: operator(), act: OperatorAct::HandBack },
        Body::Act { run: run(), author: operator(), act: OperatorAct::Compact { role: "worker".into() } },
        Body::Type {
            run: run(),
            pane: "worker-1".into(),
            author: operator(),
            bytes: Bytes((0..=255).collect()),
        },
        Body::PaneSize { run: run(), panes: BTreeMap::from([("worker-1".into(), (60, 20))]) },
        Body::Subscribe { run: None, after: None },
        Body::Subscribe { run: Some(run()), after: Some(9) },
        Body::Unsubscribe,
        Body::Runs,
        Body::Status { run: None },
        Body::Gates { run: Some(run()) },
        Body::Ledger { run: None },
        Body::Events { run: None, after: Some(3), kind: Some("noted".to_owned()), limit: Some(5) },
        Body::Fetch { run: run(), what: Fetch::Blob { sha256: "ab".to_owned() }, offset: 5, limit: None },
        Body::Fetch {
            run: run(),
            what: Fetch::Diff { step: StepNumber(2), file: Some("a b.rs".to_owned()) },
            offset: 0,
            limit: Some(1),
        },
        Body::Stop { drain: true },
        Body::Trust { sha256: "00ff".to_owned() },
        Body::Ping,
    ];
    let hello = Hello {
        cols: 120,
        rows: 40,
        env: vec![("PATH".to_owned(), "/bin".to_owned())],
        ..Hello::new(Purpose::Attach { watch: true })
    };
    std::iter::once(ToSupervisor::Hello { hello })
        .chain((1..).zip(bodies).map(|(id, body)| ToSupervisor::request(id, body)))
        .collect()
}

fn to_client() -> Vec<ToClient> {
    let pane = |end, change| ToClient::Pane { run: "aw_1".into(), pane: "worker-1".into(), end, change };
    let answer = |reply| ToClient::response(RequestId(3), ResponseResult::ok(reply));
    vec![
        ToClient::Welcome { welcome: Welcome { runs: vec![summary()], ..Welcome::new(77) } },
        ToClient::Refused { refused: Refused::new("too old", "update") },
        answer(Reply::Done),
        answer(Reply::Piece { bytes: Bytes("é\0".as_bytes().to_vec()), offset: 0, total: 3 }),
        answer(Reply::Events { records: vec![record()], more: true }),
        answer(Reply::Gates { gates: Vec::<GateEntry>::new() }),
        answer(Reply::Json { value: serde_json::json!({"seq": 4, "cost": 1.5, "roles": {"analyst": null}}) }),
        ToClient::response(RequestId(4), ResponseResult::err("no such run")),
        ToClient::Record { run: "aw_1".into(), record: Box::new(record()) },
        pane(10, PaneChange::Output { text: "ab\r\n\u{1b}[1m世界\u{fffd}\n".to_owned() }),
        pane(11, PaneChange::Output { text: String::new() }),
        pane(12, PaneChange::Snapshot { cols: 80, rows: 24, text: "\u{1b}[2J".to_owned() }),
        pane(13, PaneChange::Resized { cols: 60, rows: 10 }),
        pane(14, PaneChange::Exited { status: -9 }),
        ToClient::CaughtUp { run: "aw_1".into(), seq: 7 },
        ToClient::Runs { runs: vec![summary()] },
        ToClient::Artifacts {
            run: "aw_1".into(),
            entries: vec![ArtifactEntry {
                path: "artifacts/a".to_owned(),
                bytes: 1,
                modified: 2,
                is_folder: false,
            }],
        },
        ToClient::Clock { run: "aw_1".into(), now: Time { wall: 5, run: 6 } },
        ToClient::notice("disk is nearly full"),
        ToClient::RunClosed { run: "aw_1".into() },
    ]
}

fn bytes<M: Message>(messages: &[M]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        message.encode(&mut bytes).unwrap();
    }
    bytes
}

fn drain<M: Message>(inward: &mut Inward<M>) -> Vec<M> {
    std::iter::from_fn(|| inward.next_message().unwrap()).collect()
}

fn come_back_at_every_cut<M: Message + PartialEq + std::fmt::Debug>(messages: &[M]) {
    let bytes = bytes(messages);
    for cut in 0..=bytes.len() {
        let mut inward = Inward::<M>::default();
        let mut read = Vec::new();
        for part in [&bytes[..cut], &bytes[cut..]] {
            inward.push(part);
            read.extend(drain(&mut inward));
        }
        assert_eq!(read, messages, "cut at byte {cut}");
        assert!(!inward.is_within_message());
    }
    let mut inward = Inward::<M>::default();
    let read: Vec<M> = bytes
        .iter()
        .flat_map(|byte| {
            inward.push(&[*byte]);
            drain(&mut inward)
        })
        .collect();
    assert_eq!(read, messages, "one byte at a time");
}

#[test]
fn what_a_client_says_comes_back_wherever_the_stream_is_cut() {
    come_back_at_every_cut(&to_supervisor());
}

#[test]
fn what_the_supervisor_says_comes_back_wherever_the_stream_is_cut() {
    come_back_at_every_cut(&to_client());
}

#[test]
fn a_pane_text_longer_than_a_frame_comes_back_whole() {
    let text = "é世\n".repeat(1_000_000);
    assert!(text.len() > MAX_PAYLOAD);
    let message = ToClient::Pane {
        run: "aw_1".into(),
        pane: "p-1".into(),
        end: 9,
        change: PaneChange::Snapshot { cols: 80, rows: 24, text },
    };
    let bytes = bytes(std::slice::from_ref(&message));
    let mut inward = Inward::<ToClient>::default();
    inward.push(&bytes);
    assert!(drain(&mut inward) == vec![message], "the text is one message again");
}

#[test]
fn messages_that_a_newer_version_knows_are_read_as_unknown() {
    let mut frames = Vec::new();
    for json in [
        r#"{"type":"teleport","to":"moon"}"#,
        r#"{"type":"request","id":4,"body":"teleport","to":["moon"]}"#,
        r#"{"type":"request","id":5,"body":"ping","extra":{"a":1}}"#,
        r#"{"type":"hello","protocol":9,"version":"9.0","purpose":{"kind":"telepathy"},"more":true}"#,
    ] {
        Frame::encode(FrameKind::Json, json.as_bytes(), &mut frames).unwrap();
    }
    let mut inward = Inward::<ToSupervisor>::default();
    inward.push(&frames);
    let hello = Hello {
        protocol: 9,
        version: "9.0".to_owned(),
        purpose: Purpose::Unknown,
        cols: 0,
        rows: 0,
        env: Vec::new(),
    };
    assert_eq!(
        drain(&mut inward),
        vec![
            ToSupervisor::Unknown,
            ToSupervisor::request(4, Body::Unknown),
            ToSupervisor::request(5, Body::Ping),
            ToSupervisor::Hello { hello },
        ]
    );
}

#[test]
fn a_frame_that_is_too_long_is_refused_before_its_payload_comes() {
    let mut inward = Inward::<ToClient>::default();
    inward.push(&u32::try_from(MAX_PAYLOAD + 1).unwrap().to_be_bytes());
    for _again in 0..2 {
        let error = inward.next_message().unwrap_err();
        assert!(
            matches!(error, WireError::Frame(FrameError::TooLong { length }) if length == MAX_PAYLOAD + 1),
            "{error}"
        );
        // What follows is no frame any more, whatever it looks like.
        inward.push(&bytes(&[ToClient::notice("hello")]));
    }
    let mut into = Vec::new();
    let long = vec![b' '; MAX_PAYLOAD + 1];
    assert_eq!(
        Frame::encode(FrameKind::Json, &long, &mut into),
        Err(FrameError::TooLong { length: MAX_PAYLOAD + 1 })
    );
    assert!(into.is_empty());
}

#[test]
fn garbage_is_an_error_that_says_what_is_wrong() {
    let frame = |kind, payload: &[u8]| {
        let mut bytes = Vec::new();
        Frame::encode(kind, payload, &mut bytes).unwrap();
        bytes
    };
    let cases: [(Vec<u8>, &str); 6] = [
        (b"\x00\x00\x00\x01\x07x".to_vec(), "unknown kind 7"),
        (b"GET / HTTP/1.1\r\n".to_vec(), "announced"),
        (frame(FrameKind::Json, b"{]"), "could not be understood"),
        (frame(FrameKind::Pane, b"no head"), "which pane"),
        (frame(FrameKind::Pane, b"{}\nabc"), "missing field"),
        (frame(FrameKind::Pane, b"{\"\xff\n"), "not UTF-8"),
    ];
    for (bytes, part) in cases {
        let mut inward = Inward::<ToClient>::default();
        inward.push(&bytes);
        let error = inward.next_message().unwrap_err().to_string();
        assert!(error.contains(part), "{error:?} lacks {part:?}");
    }
}

#[test]
fn a_client_may_not_send_pane_text() {
    let mut inward = Inward::<ToSupervisor>::default();
    inward.push(&bytes(&[ToClient::Pane {
        run: "aw_1".into(),
        pane: "p-1".into(),
        end: 1,
        change: PaneChange::Output { text: "x".to_owned() },
    }]));
    assert!(inward.next_message().is_err());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_fail_in_another_way_than_by_an_error(
        chunks in proptest::collection::vec(proptest::collection::vec(proptest::num::u8::ANY, 0..40), 0..20)
    ) {
        let mut inward = Inward::<ToSupervisor>::default();
        for chunk in chunks {
            inward.push(&chunk);
            while let Ok(Some(_message)) = inward.next_message() {}
        }
    }
}
