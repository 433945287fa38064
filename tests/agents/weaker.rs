//! What an agent cannot tell by its best source is told by a weaker one, and the screen and `status` say by which: hooks,
//! server events or the bridge are taken away from the real ones.

use crate::ground::{Ground, Wishes, until};
use crate::install::{Agent, Cli};
use crate::model_server::{Kind, Reply, Request};
use crate::runs::{held, quick, scene, two_rounds};
use crate::support::terminal::Terminal;
use awtui::domain::RunOutcome;
use serde_json::Value;

/// Of the arguments, all but those that this names; what follows a word of `pairs` goes with it.
fn without(pairs: &str) -> String {
    format!(
        "if [ \"$AWTUI_ROLE\" = worker ]; then\nkept=()\nwhile [ $# -gt 0 ]; do\n\
         case \"$1 $2\" in {pairs}) shift 2 ;; *) kept+=(\"$1\"); shift ;; esac\ndone\n\
         set -- \"${{kept[@]}}\"\nfi"
    )
}

/// Takes the best source of this agent away, as its worker.
fn taken_away(agent: Agent) -> String {
    match agent {
        Agent::Pi => without("\"-e \"*bridge.ts"),
        Agent::Codex => without("\"-c hooks.\"*"),
        Agent::OpenCode => without("\"--port \"*"),
        // As a person may have it in settings of their own.
        Agent::Claude => "previous=\nfor word in \"$@\"; do\n\
             [ \"$previous\" = --settings ] && sed -i 's/^{/{\"disableAllHooks\":true,/' \"$word\"\n\
             previous=$word\ndone"
            .to_owned(),
    }
}

fn best(agent: Agent) -> &'static str {
    match agent {
        Agent::Pi => "bridge",
        Agent::Claude | Agent::Codex => "hook",
        Agent::OpenCode => "server",
    }
}

/// Held; where there is no tool for reports, the report is the last message.
fn words_or_tools(request: &Request) -> Reply {
    let reports = request.offers("report_result") || request.offers("report_verdict");
    let worker = matches!(scene(request).0, "execute" | "resume" | "remind" | "continue");
    if request.kind != Kind::Turn || reports || !worker || request.step == 0 {
        return held(request);
    }
    let id = scene(request).1;
    let headings = [
        "Task understood",
        "Actions taken",
        "Result",
        "Validation",
        "Diff / artifacts",
        "Issues / risks / lessons",
        "Worker recommendation / next steps",
        "Stop / handoff",
    ];
    let sections = headings.map(|heading| format!("## {heading}\nas told\n")).concat();
    Reply::text(&format!("Instruction id: {id}\n{sections}"))
}

fn goes_on(cli: Cli) {
    let wishes = Wishes { pi: quick(), ask: Vec::new(), before: Some(taken_away(cli.agent)) };
    Ground::pair(cli.partner(), cli, &wishes, words_or_tools, |ground| {
        ground.awtui(&["run", "--detach", "--yes", "write two files"]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        let pane = || {
            let told = ground.awtui(&["status", "--json"]).ends_with(0).out;
            let told: Value = serde_json::from_str(&told).unwrap();
            let panes = told["panes"].as_object().unwrap().clone();
            panes.values().find(|pane| pane["role"] == "worker").cloned().unwrap()
        };
        until("its work is known", || pane()["activity"] == "working");
        let source = pane()["source"].as_str().unwrap().to_owned();
        println!("{} without its {}: working by {source}", cli.agent.name(), best(cli.agent));
        assert_ne!(source, best(cli.agent));
        let screen = Terminal::open(&ground.command(&[]), &[], (200, 60));
        screen.shows(&format!("by {}", source.replace('_', " ")));
        drop(screen);
        std::fs::write(ground.path("repo/go"), "").unwrap();
        ground.done();
        until("nothing of the run is left", || ground.marked().is_empty());
        let by_best = ground.facts().into_iter().find(|fact| {
            let pane = fact["pane"].as_str().unwrap_or_default();
            pane.starts_with("worker") && fact["source"] == best(cli.agent)
        });
        assert_eq!(by_best, None, "the best source was there after all");
        if cli.agent != Agent::OpenCode {
            ground.assert_true();
            return;
        }
        // It tells what it spends by its server alone: nothing is known, and nothing passes for 0.
        let run = ground.run();
        let calls =
            run.ledger.calls.values().filter(|call| call.seen.model.ends_with(cli.agent.fast().served));
        let calls: Vec<bool> = calls.map(|call| call.seen.unknown_spend).collect();
        assert!(calls.len() >= 2 && calls.iter().all(|unknown| *unknown), "{calls:?}");
    });
}

/// A version that nobody has seen, of an agent that is as it is.
fn newer(cli: Cli) {
    let version = match cli.agent {
        Agent::Pi | Agent::OpenCode => "99.0.0",
        Agent::Claude => "99.0.0 (Claude Code)",
        Agent::Codex => "codex-cli 99.0.0",
    };
    let before = format!("if [ \"$1\" = --version ]; then echo '{version}'; exit 0; fi");
    let wishes = Wishes { pi: quick(), ask: Vec::new(), before: Some(before) };
    Ground::pair(cli.partner(), cli, &wishes, two_rounds, |ground| {
        let doctor = ground.awtui(&["doctor"]).out;
        assert!(doctor.contains(&format!("{}: 99.0.0", cli.agent.name())), "{doctor}");
        ground.awtui(&["run", "--headless", "--yes", "write two files"]).ends_with(0);
        let run = ground.run();
        assert_eq!((run.outcome, run.steps.len()), (Some(RunOutcome::Done), 5));
        until("nothing of the run is left", || ground.marked().is_empty());
        ground.assert_true();
    });
}

each_cli! {
    without_its_best_source_it_goes_on_by_a_weaker_one_that_is_named: goes_on,
    a_version_that_nobody_has_seen_works_as_far_as_it_is_what_it_was: newer,
}
