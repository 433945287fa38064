//! `awtui conform` on the real agents: nothing fails, and what is weaker is what is known to be, by name.

use crate::ground::{Ground, Wishes, until};
use crate::home;
use crate::install::{Agent, Cli, OLDER};
use crate::model_server::{Kind, Reply, Request};
use crate::runs::quick;
use crate::support::Ran;
use serde_json::{Value, json};

/// Does as the prompt of a trial says.
fn obeys(request: &Request) -> Reply {
    if request.kind != Kind::Turn {
        return Reply::aside(request.kind);
    }
    if waits(request) && request.step == 0 {
        return Reply::text("Waiting.").shell("sh -c 'sleep 300'");
    }
    let report = json!({"instruction_id": "conform", "status": "done", "task_understood": "yes",
        "actions_taken": "none", "result": "pineapple", "validation": "none", "artifacts": "none",
        "issues": "none", "recommendation": "none", "handoff": "none"});
    Reply::text("Told.").tool("report_result", report)
}

fn waits(request: &Request) -> bool {
    request.prompt.contains("sleep 300") && !request.prompt.contains("report now")
}

/// What each is known to lack: the beginning of its name for it. A point that leaves this list, or comes to it, is news.
fn lacks(cli: Cli) -> &'static [&'static str] {
    match cli.agent {
        Agent::Pi if cli == OLDER => &["Pi 0.87.1:"],
        Agent::Pi | Agent::OpenCode => &[],
        Agent::Claude => {
            &["Claude Code lists no models", "Claude Code asks in its pane whether a new folder"]
        }
        Agent::Codex => &["Codex 0.169.0: /compact takes no words"],
    }
}

fn conforms(cli: Cli) {
    let wishes = Wishes { pi: quick(), ask: Vec::new(), before: None };
    Ground::pair(cli.partner(), cli, &wishes, obeys, |ground| {
        let before = home::belongings(&ground.path("home"));
        let mut ran = ground.command_within(800, &["conform", "--agent", cli.agent.name(), "--json"]);
        let ran = Ran::from(ran.output().unwrap());
        let found: Vec<Value> = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        let table = found.iter().map(|one| format!("{one}\n")).collect::<Vec<_>>().concat();
        let turns = ground.server.turns();
        for turn in &turns {
            println!("asked at step {}, after {:?}: {:?}", turn.step, turn.called, turn.prompt);
        }
        let judged = |judgement: &str| -> Vec<&str> {
            let like = found.iter().filter(|one| one["judgement"] == judgement);
            like.map(|one| one["behaviour"].as_str().unwrap()).collect()
        };
        assert_eq!((ran.code, judged("bad")), (Some(0), Vec::new()), "{table}");
        assert!(judged("weak").iter().all(|behaviour| *behaviour == "lacks"), "{table}");
        let lacking: Vec<&Value> = found.iter().filter(|one| one["behaviour"] == "lacks").collect();
        let said = |(one, known): (&&Value, &&str)| one["words"].as_str().unwrap().starts_with(known);
        assert!(lacking.len() == lacks(cli).len() && lacking.iter().zip(lacks(cli)).all(said), "{table}");
        assert!(judged("good").len() >= 14, "{table}");
        // It was struck while its command ran, not after the agent had refused to run it.
        assert!(turns.iter().all(|turn| !waits(turn) || turn.step == 0), "{table}");
        // Nothing of the trial stays, and nothing was written into what is the person's.
        until("the scratch project leaves no state behind", || {
            std::fs::read_dir(ground.path("state/projects")).map_or(0, Iterator::count) == 0
        });
        assert_eq!(ground.server.unknown(), [] as [String; 0]);
        ground.assert_kept(&before, &[]);
    });
}

each_cli! {
    it_behaves_as_awtui_needs_it: conforms,
}
