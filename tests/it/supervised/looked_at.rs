//! What a client looks at: asked of the supervisor while it serves the run, of the files when it is replayed.

use super::{ANALYST, House, WORKER};
use awtui::domain::{Fetch, Piece, RunId, StepNumber};
use awtui::replay::{Player, Timeline};
use awtui::wire::{Body, Purpose, Reply};

fn step(number: u32) -> StepNumber {
    StepNumber(number)
}

#[tokio::test]
async fn reports_diffs_logs_and_files_are_the_same_live_and_in_a_replay() {
    let house = House::new("");
    house.settings(&format!(
        "{}[[checks]]\nname = \"look\"\nrun = \"printf '\\\\033[31mred\\\\033[0m'\"\n",
        house.scripted()
    ));
    house.script(
        ANALYST,
        &format!(
            "mkdir -p \"$AWTUI_ARTIFACTS/deep\"\nprintf 'a\\0b' > \"$AWTUI_ARTIFACTS/deep/x.bin\"\n{WORKER}"
        ),
    );
    house.awtui(&["trust"]);
    house.awtui(&["run", "--headless", "--yes", "go"]).ends_with(0);
    let run = RunId::new(house.run().file_name().unwrap().to_str().unwrap());
    let mut session = house.session(Purpose::Attach { watch: true }).await;
    let mut player = Player::new(Timeline::open(&house.run()).unwrap());
    player.end();
    for (what, expected) in [
        (Fetch::Report { step: step(2) }, "# Step 0002: execute"),
        (Fetch::Prompt { step: step(2) }, "make the file"),
        (Fetch::Diff { step: step(2), file: None }, "+made"),
        (Fetch::CheckLog { step: step(3), check: 0 }, "red"),
        (Fetch::Transcript { role: "worker".into() }, "## "),
        (Fetch::Transcript { role: "worker".into() }, "> made it"),
        (Fetch::File { path: "artifacts/deep/x.bin".to_owned() }, "a\0b"),
    ] {
        let body = Body::Fetch { run: run.clone(), what: what.clone(), offset: 0, limit: Some(100_000) };
        let Ok(Reply::Piece { bytes, offset: 0, total }) = session.request(body).await else {
            panic!("{what:?} is not answered")
        };
        let text = String::from_utf8(bytes.0.clone()).unwrap();
        assert!(text.contains(expected), "{what:?}: {text}");
        let replayed = player.fetch(&what, 0, 100_000);
        assert_eq!(replayed, Ok(Piece { bytes: bytes.0, offset: 0, total }), "{what:?}");
    }
    let body = Body::Fetch { run: run.clone(), what: Fetch::Changes, offset: 0, limit: None };
    let Ok(Reply::Piece { bytes, .. }) = session.request(body).await else {
        panic!("the changes of the run")
    };
    assert!(String::from_utf8(bytes.0).unwrap().contains("+made"));
    assert!(player.fetch(&Fetch::Changes, 0, 10).unwrap_err().contains("not kept"));
    for (what, reason) in [
        (Fetch::Report { step: step(9) }, "the run has no step 0009"),
        (Fetch::CheckLog { step: step(2), check: 0 }, "step 0002 has 0 checks"),
        (Fetch::File { path: "../../secret".to_owned() }, "not a path beneath the run folder"),
        (Fetch::Blob { sha256: "00".repeat(32) }, "00"),
    ] {
        let body = Body::Fetch { run: run.clone(), what: what.clone(), offset: 0, limit: None };
        let error = session.request(body).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{what:?}: {error}");
        let error = player.fetch(&what, 0, 10).unwrap_err();
        assert!(error.contains(reason), "{what:?}: {error}");
    }
}
