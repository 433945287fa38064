//! A long and awkward prompt arrives at the model byte for byte as the journal says that it was delivered.

use crate::ground::{Ground, Wishes, until};
use crate::install::Cli;
use crate::model_server::{Kind, Reply, Request};
use crate::runs::{held, quick, report};
use crate::support;
use awtui::domain::{Fact, Outcome, RunOutcome, Text};
use serde_json::json;

/// 30 kB of what terminals, shells and agents like to take for something else.
fn task() -> String {
    const AWKWARD: &str = "## Part\n\
        ```rust\nfn main() {\n\tprintln!(\"it's \\\"quoted\\\" `so`\");\n}\n```\n\
        @README.md is a word here\n!ls is a word here\n/quit is a word here\n# so is this\n\
        \tindented by a tab, $HOME and $(ls) and %d and {{ braces }} and <b>angles</b>\n\
        日本語の行と中文的一行과 한국어 줄 — ünïcödé, 👩‍💻\n\n\
        ~~~\nanother 'fence' with a trailing space \n~~~\n";
    let mut task = "write nothing, but read this:\n".to_owned();
    for part in 0.. {
        if task.len() > 30_000 {
            break;
        }
        task.push_str(&AWKWARD.replace("Part", &format!("Part {part}")));
    }
    task + "the last line of the task"
}

fn done(request: &Request) -> Reply {
    match request.kind {
        Kind::Turn if request.has_reported() => Reply::text("That is all."),
        Kind::Turn => {
            Reply::text("Read.").tool("report_verdict", json!({"verdict": "DONE", "reason": "it is read"}))
        }
        kind => Reply::aside(kind),
    }
}

/// Both agents are this one, and the prompt is the analyst's.
fn arrives_whole(cli: Cli) {
    let wishes = Wishes { pi: quick(), ask: Vec::new(), before: None };
    Ground::pair(cli, cli, &wishes, done, |ground| {
        let task = task();
        ground.awtui(&["run", "--headless", "--yes", &task]).ends_with(0);
        ground.print_latency();
        assert_eq!(ground.run().outcome, Some(RunOutcome::Done));
        let delivered: Vec<String> = ground
            .records()
            .iter()
            .filter_map(|record| match &record.fact {
                Fact::Settled { outcome: Outcome::Delivered { text, confirmed, .. }, .. } => {
                    assert!(*confirmed, "nobody saw the prompt arrive");
                    Some(ground.whole(text))
                }
                _ => None,
            })
            .collect();
        let seen: Vec<String> =
            ground.server.turns().into_iter().filter(|turn| turn.step == 0).map(|turn| turn.prompt).collect();
        assert_eq!(seen.len(), delivered.len());
        for (seen, delivered) in seen.iter().zip(&delivered) {
            assert!(delivered.contains(&task), "the prompt does not hold the task as it was given");
            assert_same(seen, delivered);
        }
        ground.assert_true();
    });
}

/// Equal, or the place where they part.
#[track_caller]
fn assert_same(seen: &str, delivered: &str) {
    if seen == delivered {
        return;
    }
    let same = seen.chars().zip(delivered.chars()).take_while(|(one, other)| one == other).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(40)).take(120).collect::<String>();
    panic!(
        "the model saw {} bytes of {}; after {same} equal characters it saw\n{:?}\nfor\n{:?}",
        seen.len(),
        delivered.len(),
        around(seen),
        around(delivered)
    );
}

impl Ground {
    /// A text of the journal, from its blob when it is long.
    fn whole(&self, text: &Text) -> String {
        match text {
            Text::Inline(text) => text.clone(),
            Text::Blob { sha256, .. } => {
                std::fs::read_to_string(self.state().join("blobs").join(sha256)).unwrap()
            }
        }
    }
}

/// Words that begin like a command of the agent are words: the operator's own, each a prompt by itself.
fn stays_words(cli: Cli) {
    const WORDS: [&str; 6] = [
        "/quit is what the button says",
        "!touch ran is no command here",
        "@README.md is only named",
        "# a heading\nand a line",
        "/compact",
        "#done: so be it",
    ];
    let script = |request: &Request| match request.kind {
        Kind::Turn if request.prompt.contains(WORDS[5]) => {
            Reply::text("So be it.").tool("report_verdict", json!({"verdict": "DONE", "reason": "said"}))
        }
        Kind::Turn => Reply::text("It looks fine to me."),
        kind => Reply::aside(kind),
    };
    let wishes = Wishes { pi: quick(), ask: Vec::new(), before: None };
    Ground::pair(cli, cli, &wishes, script, |ground| {
        ground.awtui(&["run", "--detach", "--yes", "say what you are told"]).ends_with(0);
        for words in WORDS {
            let gate = support::until("the analyst needs words", || ground.open_gate());
            assert_eq!(gate["kind"], "incomplete_report", "{gate:#}");
            ground.awtui(&["gate", "answer", &gate["id"].to_string(), words]).ends_with(0);
        }
        ground.done();
        let turns = ground.server.turns().into_iter().filter(|turn| turn.step == 0);
        let prompts: Vec<String> = turns.map(|turn| turn.prompt).collect();
        // The plan and its reminder come before.
        assert_eq!(prompts.len(), 2 + WORDS.len(), "{prompts:#?}");
        for (prompt, words) in prompts[2..].iter().zip(WORDS) {
            // An adapter may say before them that they are words.
            assert!(prompt.contains(&format!("{words}\n\n[awtui ")), "{prompt:?} is not {words:?}");
        }
        assert!(!ground.path("repo/ran").exists());
        ground.assert_true();
    });
}

/// Words for a role that works arrive in its turn or right after it.
fn hears(cli: Cli) {
    let script = |request: &Request| match request.kind {
        Kind::Turn if request.prompt.contains("also mind the gap") => {
            Reply::text("Minded.").tool("report_result", report("first"))
        }
        _ => held(request),
    };
    let wishes = Wishes { pi: quick(), ask: Vec::new(), before: None };
    Ground::pair(cli.partner(), cli, &wishes, script, |ground| {
        ground.awtui(&["run", "--detach", "--yes", "write two files"]).ends_with(0);
        until("the worker works", || ground.path("repo/started").exists());
        ground.awtui(&["say", "worker", "also mind the gap"]).ends_with(0);
        std::fs::write(ground.path("repo/go"), "").unwrap();
        ground.done();
        let heard = |turn: &Request| turn.prompt.contains("also mind the gap");
        assert!(ground.server.turns().iter().any(heard), "{:#?}", ground.server.turns());
        ground.assert_true();
    });
}

each_cli! {
    thirty_awkward_kilobytes_reach_it_as_they_were_sent: arrives_whole,
    words_that_begin_like_a_command_are_words: stays_words,
    a_role_at_work_hears_what_is_said_to_it: hears,
}
