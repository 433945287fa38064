//! The ground itself: the model server speaks to each real CLI, run by its own means and without awtui, and both count
//! the same tokens.

use crate::ground::{Ground, Wishes};
use crate::install::{Agent, Cli};
use crate::model_server::{Fate, Kind, Reply, Request, Tokens};
use crate::support::Ran;
use serde_json::{Value, json};

fn usual() -> Wishes {
    Wishes { pi: json!({"retry": {"baseDelayMs": 20}, "quietStartup": true}), ask: Vec::new(), before: None }
}

/// Runs one prompt to its end.
fn ask(ground: &Ground, prompt: &str) -> Ran {
    let model = ground.worker.agent.fast().named;
    let args: &[&str] = match ground.worker.agent {
        Agent::Pi => &["-p", "--mode", "json", "--model", model, prompt],
        Agent::Claude => &[
            "-p",
            "--output-format",
            "stream-json",
            "--verbose",
            "--permission-mode",
            "acceptEdits",
            "--allowedTools",
            "Bash",
            "--model",
            model,
            "--",
            prompt,
        ],
        Agent::Codex => &["exec", "--json", "-s", "workspace-write", "-m", model, prompt],
        Agent::OpenCode => &["run", "--format", "json", "-m", model, prompt],
    };
    ground.agent(args)
}

/// What the CLI says that its turns cost.
fn told(agent: Agent, out: &str) -> Tokens {
    let events = out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut told = Tokens::default();
    for event in events {
        let number = |pointer: &str| event.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
        told += match (agent, event["type"].as_str().unwrap_or_default()) {
            (Agent::Pi, "message_end") => Tokens {
                prompt: number("/message/usage/input") + number("/message/usage/cacheRead"),
                cached: number("/message/usage/cacheRead"),
                written: number("/message/usage/cacheWrite"),
                completion: number("/message/usage/output"),
                reasoning: number("/message/usage/reasoning"),
            },
            (Agent::Claude, "result") => Tokens {
                prompt: number("/usage/input_tokens")
                    + number("/usage/cache_read_input_tokens")
                    + number("/usage/cache_creation_input_tokens"),
                cached: number("/usage/cache_read_input_tokens"),
                written: number("/usage/cache_creation_input_tokens"),
                completion: number("/usage/output_tokens"),
                reasoning: number("/usage/output_tokens_details/thinking_tokens"),
            },
            (Agent::Codex, "turn.completed") => Tokens {
                prompt: number("/usage/input_tokens"),
                cached: number("/usage/cached_input_tokens"),
                written: number("/usage/cache_write_input_tokens"),
                completion: number("/usage/output_tokens"),
                reasoning: number("/usage/reasoning_output_tokens"),
            },
            (Agent::OpenCode, "step_finish") => Tokens {
                prompt: number("/part/tokens/input")
                    + number("/part/tokens/cache/read")
                    + number("/part/tokens/cache/write"),
                cached: number("/part/tokens/cache/read"),
                written: number("/part/tokens/cache/write"),
                completion: number("/part/tokens/output") + number("/part/tokens/reasoning"),
                reasoning: number("/part/tokens/reasoning"),
            },
            _ => Tokens::default(),
        };
    }
    told
}

/// A command, a file and a last word.
fn three_steps(request: &Request) -> Reply {
    if request.kind != Kind::Turn {
        return Reply::aside(request.kind);
    }
    match request.step {
        0 => Reply::text("Running.").shell("echo one > first.txt; cat first.txt"),
        1 => Reply::text("Writing.").tokens(1500, 1200, 40, 7).write("second.txt", "two\n"),
        _ => Reply::text("Both are there."),
    }
}

fn speaks(cli: Cli) {
    Ground::pair(cli, cli, &usual(), three_steps, |ground| {
        let ran = ask(ground, "make two files").ends_with(0);
        let file = |name: &str| std::fs::read_to_string(ground.path(name)).unwrap_or_default();
        let turns = ground.server.turns();
        let asked: Vec<(&str, usize)> =
            turns.iter().map(|turn| (turn.prompt.trim_matches('"'), turn.step)).collect();
        assert_eq!(asked, [0, 1, 2].map(|step| ("make two files", step)), "{}", ran.out);
        assert!(turns[1].results.iter().any(|result| result.contains("one")), "{:?}", turns[1].results);
        assert_eq!(
            (file("repo/first.txt"), file("repo/second.txt")),
            ("one\n".to_owned(), "two\n".to_owned())
        );
        assert!(ran.out.contains("Both are there."), "{}", ran.out);
        let sent = ground.server.counts_of(cli.agent.fast().served, |kind| kind == Kind::Turn);
        assert_eq!((sent.requests, sent.whole), (3, 3));
        assert_eq!(told(cli.agent, &ran.out), sent.tokens, "{}", ran.out);
        assert_eq!(ground.server.unknown(), [] as [String; 0]);
    });
}

/// A provider that fails once, in each way that agents try again after.
fn tries_again(cli: Cli) {
    for fate in [Fate::Status(429), Fate::Status(500), Fate::Drop] {
        let mut failed = false;
        let script = move |request: &Request| {
            let reply = three_steps(request).retry_after(1);
            if request.step != 2 || failed {
                return reply;
            }
            failed = true;
            reply.fate(fate)
        };
        Ground::pair(cli, cli, &usual(), script, |ground| {
            let ran = ask(ground, "make two files").ends_with(0);
            let sent = ground.server.counts_of(cli.agent.fast().served, |kind| kind == Kind::Turn);
            assert_eq!((sent.whole, sent.cut + sent.refused), (3, 1), "{fate:?}: {}", ran.out);
            let own = told(cli.agent, &ran.out);
            // Claude Code's own sum holds what a reply announces first, if that came before the cut.
            let mut with_begun = sent.tokens;
            if (cli.agent, fate) == (Agent::Claude, Fate::Drop) {
                with_begun += Tokens { completion: 1, reasoning: 0, ..Reply::text("").tokens };
            }
            assert!(own == sent.tokens || own == with_begun, "{fate:?}: {own:?} {sent:?} {}", ran.out);
        });
    }
}

/// A request that cannot succeed.
fn gives_up(cli: Cli) {
    let script = |_: &Request| Reply::text("the script says no").fate(Fate::Status(400));
    Ground::pair(cli, cli, &usual(), script, |ground| {
        let ran = ask(ground, "make two files");
        assert!(format!("{}{}", ran.out, ran.err).contains("the script says no"), "{ran:?}");
        let sent = ground.server.counts_of(cli.agent.fast().served, |kind| kind == Kind::Turn);
        assert_eq!(sent.requests, sent.refused);
        // Claude Code asks again with fewer of its own wishes in the request.
        assert!(sent.requests == 1 || cli.agent == Agent::Claude, "{sent:?}");
    });
}

each_cli! {
    the_model_server_speaks_to_it: speaks,
    it_tries_again_where_the_server_failed: tries_again,
    it_gives_up_what_the_server_refuses: gives_up,
}
