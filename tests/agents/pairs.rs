//! Each agent in each role, with Pi in the other: two rounds with a command, a file and a question for leave that is
//! answered through awtui, to DONE, and every token accounted for.

use crate::ground::{Ground, Wishes, until};
use crate::home;
use crate::install::{Agent, Cli};
use crate::model_server::{Kind, Reply, Request};
use crate::runs::{quick, scene, two_rounds};
use awtui::domain::RunOutcome;

const TASK: &str = "write two files";

impl Agent {
    /// The tools that must ask in these runs, as the agent names them. Codex asks by itself before a command leaves its
    /// sandbox.
    fn asking(self) -> Vec<&'static str> {
        match self {
            Self::Claude => vec!["Bash"],
            Self::OpenCode | Self::Pi => vec!["bash"],
            Self::Codex => Vec::new(),
        }
    }
}

/// Two rounds; the worker's command says that it must leave the sandbox.
fn asking_rounds(request: &Request) -> Reply {
    let command = "echo one > first.txt; cat first.txt";
    match (request.kind, scene(request), request.step) {
        (Kind::Turn, ("execute", "first"), 0) => Reply::text("Working.").escalated_shell(command),
        _ => two_rounds(request),
    }
}

/// Approves every question for leave while the run goes on; says which tools asked.
fn approve_questions(ground: &Ground) -> Vec<String> {
    let mut asked = Vec::new();
    until("the run is over", || {
        if let Some(gate) = ground.open_gate() {
            let (true, Some(tool)) = (gate["kind"] == "permission", gate["tool"].as_str()) else {
                panic!("only questions for leave were expected: {gate:#}");
            };
            ground.awtui(&["gate", "approve", &gate["id"].to_string()]).ends_with(0);
            asked.push(tool.to_owned());
        }
        ground.run().is_over()
    });
    asked
}

fn carries_a_task_through(analyst: Cli, worker: Cli) {
    let wishes = Wishes { pi: quick(), ask: worker.agent.asking(), before: None };
    Ground::pair(analyst, worker, &wishes, asking_rounds, |ground| {
        let before = home::belongings(&ground.path("home"));
        ground.awtui(&["run", "--detach", "--yes", TASK]).ends_with(0);
        let asked = approve_questions(ground);
        ground.print_latency();
        let run = ground.run();
        assert_eq!((run.outcome, run.steps.len()), (Some(RunOutcome::Done), 5), "{asked:?}");
        let read = |name: &str| std::fs::read_to_string(ground.path(name)).unwrap();
        assert_eq!(
            (read("repo/first.txt"), read("repo/second.txt")),
            ("one\n".to_owned(), "two\n".to_owned())
        );
        assert!(!asked.is_empty(), "{} asked for nothing", worker.agent.name());
        let turns = ground.server.turns();
        let prompts: Vec<&str> =
            turns.iter().filter(|turn| turn.step == 0).map(|turn| scene(turn).0).collect();
        assert_eq!(prompts, ["plan", "execute", "review", "execute", "review"]);
        until("nothing of the run is left", || ground.marked().is_empty());
        ground.assert_true();
        assert_eq!(ground.server.unknown(), [] as [String; 0]);
        ground.assert_kept(&before, &["first.txt", "second.txt"]);
    });
}

fn works(cli: Cli) {
    carries_a_task_through(cli.partner(), cli);
}

fn leads(cli: Cli) {
    carries_a_task_through(cli, cli.partner());
}

each_cli! {
    it_works_for_pi_through_two_rounds_and_a_question: works,
    it_leads_pi_through_two_rounds_and_a_question: leads,
}
