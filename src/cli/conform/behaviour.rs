//! What awtui needs of an agent, as words that it is told and facts that must follow.

use super::trial::Seen;
use super::{Finding, Judgement};
use crate::domain::{
    DeliveryChannel, Effect, EffectId, Fact, GateKind, Observation, Outcome, RunOutcome, Source, TurnEnd,
};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What is done to the agent while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drive {
    Nothing,
    /// The turn is interrupted once its command runs, and resumed.
    Interrupt,
    /// Its processes are killed once its command runs.
    Kill,
}

pub(super) struct Behaviour {
    pub(super) name: &'static str,
    words: fn() -> String,
    pub(super) drive: Drive,
    pub(super) judge: fn(&Seen) -> Vec<Finding>,
}

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    Behaviour { name: "talk", words: talk, drive: Drive::Nothing, judge: talked },
    Behaviour { name: "awkward words", words: awkward, drive: Drive::Nothing, judge: understood },
    Behaviour { name: "interrupt", words: wait, drive: Drive::Interrupt, judge: interrupted },
    Behaviour { name: "kill", words: wait, drive: Drive::Kill, judge: taken_up },
];

impl Behaviour {
    pub(super) fn task(&self) -> String {
        (self.words)()
    }
}

fn talk() -> String {
    "Use no tool but the report. Under Result write the word pineapple.".to_owned()
}

/// In a shell of its own: Claude Code 2.1.329 refuses a bare `sleep` at once, and the turn would end by itself.
fn wait() -> String {
    "Run the shell command `sh -c 'sleep 300'` and wait until it ends. Then report.".to_owned()
}

/// What terminals, shells and agents' own commands could take for something else.
fn awkward() -> String {
    let mut words =
        "Do nothing with the text between the two lines of dashes. Report at once.\n-----\n".to_owned();
    for n in 0..20 {
        let lines = [
            "/compact is no command here, and @README.md no file",
            "!ls is not to be run, #this is no note",
            "```sh\necho \"$(date)\" '`id`' \\\\ {{ not a template }} {% nor this %}\n```",
            "\tindented by a tab; 漢字とかな, żółć, 👩‍💻, \u{200b} and the end",
        ];
        // Writing to a string cannot fail.
        let _ = writeln!(words, "{n}. {}", lines.join("\n"));
    }
    words + "-----\nThat was it."
}

fn talked(seen: &Seen) -> Vec<Finding> {
    let mut findings = vec![started(seen), arrived("a prompt arrives", seen), ended(seen), reported(seen)];
    let ledger = &seen.run.ledger.total;
    let words = if ledger.calls == 0 {
        "no call was told: what it spends is unknown".to_owned()
    } else {
        format!("{} calls, {} tokens", ledger.calls, ledger.tokens.total())
    };
    findings.push(Finding::weak_unless("its usage is told", ledger.calls > ledger.unknown_calls, words));
    let model = seen.run.roles.values().find_map(|role| role.model_seen.clone());
    let words = model.clone().unwrap_or_else(|| "nobody says which".to_owned());
    findings.push(Finding::weak_unless("its model is told", model.is_some(), words));
    let session = seen.run.sessions.values().find_map(|session| session.agent_session.clone());
    let words = session.clone().unwrap_or_else(|| "it has no id: it cannot be resumed".to_owned());
    findings.push(Finding::weak_unless("its session has an id", session.is_some(), words));
    findings.push(nothing_left(seen));
    findings
}

fn understood(seen: &Seen) -> Vec<Finding> {
    vec![arrived("awkward words arrive", seen), done("they are taken for words", seen)]
}

fn interrupted(seen: &Seen) -> Vec<Finding> {
    const STOPS: &str = "an interrupt ends the turn";
    let mut findings = Vec::new();
    let Some(struck) = seen.struck else {
        return vec![Finding::of(STOPS, false, "it never was at work"), done("it goes on after it", seen)];
    };
    let mut after = seen.observations().filter(|(record, _, _)| record.at.run >= struck.run);
    let end = after.find_map(|(record, source, what)| {
        Some((record.at.run - struck.run, turn_end(what)?, source.as_str()))
    });
    findings.push(match end {
        Some((after, TurnEnd::Interrupted, source)) => {
            Finding::of(STOPS, true, format!("after {after} ms, by {source}"))
        }
        Some((after, _, source)) => Finding::weak_unless(
            STOPS,
            false,
            format!("after {after} ms, by {source}; it does not say that it was interrupted"),
        ),
        None => Finding::of(STOPS, false, "the turn did not end"),
    });
    findings.extend(questions(seen));
    findings.push(done("it goes on after it", seen));
    findings.push(nothing_left(seen));
    findings
}

fn taken_up(seen: &Seen) -> Vec<Finding> {
    const GONE: &str = "its death is seen";
    const AGAIN: &str = "it is taken up in its session";
    let Some(struck) = seen.struck else { return vec![Finding::of(GONE, false, "it never was at work")] };
    let gone = seen.observations().find_map(|(record, _, what)| {
        let died = matches!(what, Observation::Gone { .. } | Observation::TurnEnded { .. });
        (died && record.at.run >= struck.run).then(|| record.at.run - struck.run)
    });
    let words = gone.map_or_else(|| "nobody noticed".to_owned(), |after| format!("after {after} ms"));
    let mut findings = vec![Finding::of(GONE, gone.is_some(), words)];
    let sessions = seen.run.sessions.len();
    let ids: BTreeSet<&str> = seen
        .observations()
        .filter_map(|(_, _, what)| {
            let Observation::SessionKnown { agent_session, .. } = what else { return None };
            Some(agent_session.as_str())
        })
        .collect();
    let asked =
        seen.run.gates.iter().any(|gate| matches!(gate.kind, GateKind::Interrupted | GateKind::AgentFailed));
    findings.push(match (sessions, ids.len()) {
        (1, 1) if asked => Finding::weak_unless(AGAIN, false, "the same one, once the operator says so"),
        (1, 1) => Finding::of(AGAIN, true, "the same one"),
        (1, 0) => Finding::weak_unless(AGAIN, false, "it begins anew: its session has no id"),
        (1, _) => Finding::weak_unless(AGAIN, false, "it begins anew: it had kept nothing of the session"),
        _ => Finding::of(AGAIN, false, format!("{sessions} sessions")),
    });
    findings.push(done("it goes on after its death", seen));
    findings.push(nothing_left(seen));
    findings
}

fn turn_end(observation: &Observation) -> Option<TurnEnd> {
    if let Observation::TurnEnded { end, .. } = observation { Some(end.clone()) } else { None }
}

fn started(seen: &Seen) -> Finding {
    const NAME: &str = "it starts and takes prompts";
    let asked = seen
        .records
        .iter()
        .find(|record| matches!(&record.fact, Fact::Requested { effect: Effect::Spawn { .. } }));
    let Some(asked) = asked else { return Finding::of(NAME, false, "it was not started") };
    let settled = seen.records.iter().find_map(|record| {
        let Fact::Settled { effect, outcome, .. } = &record.fact else { return None };
        (*effect == EffectId(asked.seq)).then_some((record.at.run, outcome))
    });
    match settled {
        Some((at, Outcome::Started)) => Finding::of(NAME, true, format!("after {} ms", at - asked.at.run)),
        Some((_, Outcome::Failed { reason })) => Finding::of(NAME, false, reason.clone()),
        Some(_) | None => Finding::of(NAME, false, "it did not"),
    }
}

fn arrived(name: &'static str, seen: &Seen) -> Finding {
    let Some(record) = seen.delivered() else {
        let why = seen.run.last_trouble.clone().unwrap_or_else(|| "nobody saw it arrive".to_owned());
        return Finding::of(name, false, why);
    };
    let Fact::Settled { outcome: Outcome::Delivered { channel, confirmed, .. }, .. } = &record.fact else {
        return Finding::of(name, false, "nobody saw it arrive");
    };
    let by = match channel {
        DeliveryChannel::Bridge => "by the bridge",
        DeliveryChannel::Server => "by its server",
        DeliveryChannel::Argument => "as an argument",
        DeliveryChannel::Paste => "pasted",
    };
    let words = if *confirmed {
        format!("{by}, confirmed")
    } else {
        format!("{by}; nothing confirms that it was read whole")
    };
    Finding::weak_unless(name, *confirmed, words)
}

fn ended(seen: &Seen) -> Finding {
    const NAME: &str = "the end of its turn is told";
    let end = seen.observations().find_map(|(_, source, what)| Some((source, turn_end(what)?)));
    match end {
        Some((source, TurnEnd::Completed)) => {
            let words = format!("by {}", source.as_str());
            Finding::weak_unless(NAME, source < Source::ScreenText || source == Source::Process, words)
        }
        Some((source, TurnEnd::Unknown)) => Finding::weak_unless(
            NAME,
            false,
            format!("by {}, which does not say how it ended", source.as_str()),
        ),
        Some((_, TurnEnd::Failed { reason })) => Finding::of(NAME, false, reason),
        Some((_, TurnEnd::Interrupted)) => Finding::of(NAME, false, "it says that it was interrupted"),
        None => Finding::of(NAME, false, "nobody saw it end"),
    }
}

fn reported(seen: &Seen) -> Finding {
    const NAME: &str = "it reports";
    let report = seen.run.steps.first().and_then(|step| step.worker_report.as_ref());
    match report {
        Some(report) if report.sections.result.summary().to_lowercase().contains("pineapple") => {
            let words =
                if report.status.is_some() { "by a tool or `awtui report`" } else { "by its last message" };
            Finding::weak_unless(NAME, report.status.is_some(), words)
        }
        Some(_) => Finding::of(NAME, false, "its report does not hold the word that it was told"),
        None => Finding::of(NAME, false, "no report came"),
    }
}

/// Questions are allowed by awtui itself during a trial.
fn questions(seen: &Seen) -> Option<Finding> {
    const NAME: &str = "its questions can be answered";
    let gates = seen.run.gates.iter().filter(|gate| matches!(gate.kind, GateKind::Permission { .. }));
    let (asked, answerable) = gates.fold((0, 0), |(asked, answerable), gate| {
        let can = gate.answers.iter().any(|kind| {
            matches!(kind, crate::domain::AnswerKind::Approve | crate::domain::AnswerKind::Answer)
        });
        (asked + 1, answerable + u32::from(can))
    });
    (asked > 0).then(|| {
        let words = format!("{answerable} of {asked} through awtui");
        Finding::new(NAME, if asked == answerable { Judgement::Good } else { Judgement::Weak }, words)
    })
}

fn done(name: &'static str, seen: &Seen) -> Finding {
    let good = seen.run.outcome == Some(RunOutcome::Done);
    let words = if good {
        "done".to_owned()
    } else if seen.late {
        "it took too long".to_owned()
    } else {
        seen.run.end_reason.clone()
    };
    Finding::of(name, good, words)
}

fn nothing_left(seen: &Seen) -> Finding {
    let words = if seen.left.is_empty() {
        "no process".to_owned()
    } else {
        format!("these processes live on: {:?}", seen.left)
    };
    Finding::of("nothing of it is left behind", seen.left.is_empty(), words)
}
