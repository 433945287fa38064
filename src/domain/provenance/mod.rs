//! Where a number of the screen comes from: which source told it, how long ago, and what others say. From facts alone, in
//! words; what nobody told is said to be unknown.

mod spend;
mod words;

use super::{
    AgentFound, CompactionResult, GateId, GateStatus, PaneState, RoleName, Run, Source, Spans, StepNumber,
    Time, bounds,
};
use spend::spend;
use words::{ago, count, plural, span};

/// Something on the screen that can be asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// What an agent is, does and holds: the line over its pane.
    Role(RoleName),
    /// The same without where its time went.
    Sources(RoleName),
    Context(RoleName),
    Spend(Subject),
    Time(Subject),
    /// The bounds, the nearest first.
    Bounds,
    Gate(GateId),
    /// By its place in the ledger.
    Compaction(usize),
}

/// Of what a sum is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Run,
    Role(RoleName),
    Model(RoleName, String),
    Step(StepNumber),
}

/// One line of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub label: &'static str,
    pub text: String,
    /// Two sources do not agree, or something is missing.
    pub differs: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub title: String,
    pub lines: Vec<Told>,
}

impl Explanation {
    fn new(title: String) -> Self {
        Self { title, lines: Vec::new() }
    }

    fn say(&mut self, label: &'static str, text: impl Into<String>) {
        self.lines.push(Told { label, text: text.into(), differs: false });
    }

    fn warn(&mut self, label: &'static str, text: impl Into<String>) {
        self.lines.push(Told { label, text: text.into(), differs: true });
    }
}

/// Where a figure comes from, as of `now`.
pub fn provenance(run: &Run, figure: &Figure, now: Time) -> Explanation {
    match figure {
        Figure::Role(role) => {
            let mut all = sources(run, role, now);
            time(run, &Subject::Role(role.clone()), now, &mut all);
            all
        }
        Figure::Sources(role) => sources(run, role, now),
        Figure::Context(role) => {
            let mut all = Explanation::new(format!("context of the {role}"));
            context(run, role, now, &mut all);
            all
        }
        Figure::Spend(subject) => {
            let mut all = Explanation::new(format!("tokens and cost of {}", name(subject)));
            spend(run, subject, now, &mut all);
            time(run, subject, now, &mut all);
            all
        }
        Figure::Time(subject) => {
            let mut all = Explanation::new(format!("time of {}", name(subject)));
            time(run, subject, now, &mut all);
            all
        }
        Figure::Bounds => nearest(run, now),
        Figure::Gate(id) => gate(run, *id, now),
        Figure::Compaction(place) => compaction(run, *place, now),
    }
}

fn sources(run: &Run, role: &RoleName, now: Time) -> Explanation {
    let mut all = Explanation::new(format!("the {role}"));
    agent(run, role, &mut all);
    state(run, role, now, &mut all);
    context(run, role, now, &mut all);
    spend(run, &Subject::Role(role.clone()), now, &mut all);
    all
}

fn name(subject: &Subject) -> String {
    match subject {
        Subject::Run => "the run".to_owned(),
        Subject::Role(role) => format!("the {role}"),
        Subject::Model(role, model) => format!("{model} as the {role}"),
        Subject::Step(step) => format!("step {step}"),
    }
}

fn found<'run>(run: &'run Run, role: &RoleName) -> Option<&'run AgentFound> {
    run.config.as_ref()?.agents.get(role)
}

/// The field or event where the adapter looks for it, if the run knows.
fn where_told(run: &Run, role: &RoleName, figure: &str) -> String {
    found(run, role)
        .and_then(|found| found.told_by.get(figure))
        .map_or_else(String::new, |place| format!(" ({place})"))
}

fn agent(run: &Run, role: &RoleName, all: &mut Explanation) {
    let Some(config) = run.role_config(role) else { return };
    let version = found(run, role).and_then(|found| found.version.clone());
    let version = version.map_or_else(
        || "its version was not recorded".to_owned(),
        |version| format!("{version}, asked before the run began"),
    );
    all.say("agent", format!("{}: {version}", config.agent.name));
    for lack in found(run, role).into_iter().flat_map(|found| &found.lacks) {
        all.say("lacks", lack.clone());
    }
    let session = run.roles.get(role).and_then(|state| run.sessions.get(state.session.as_ref()?));
    if let Some(log) = session.and_then(|session| session.log.as_ref()) {
        all.say("log", log.clone());
    }
}

fn state(run: &Run, role: &RoleName, now: Time, all: &mut Explanation) {
    let Some(pane) = run.role_pane(role) else {
        all.say("state", "not started");
        return;
    };
    let since = span(now.run.saturating_sub(pane.since.run));
    let place = where_told(run, role, "state");
    all.say("state", format!("{} for {since}, by {}{place}", pane.activity.as_str(), pane.source.as_str()));
    let mut heard: Vec<_> = pane.heard.iter().collect();
    heard.sort_by_key(|(_, heard)| std::cmp::Reverse(heard.at.run));
    let heard: Vec<String> = heard
        .into_iter()
        .filter(|(source, _)| **source != Source::Table)
        .map(|(source, heard)| {
            format!("{} {} ({})", source.as_str(), ago(heard.at, now), count(heard.times.into()))
        })
        .collect();
    let words = if heard.is_empty() { "nothing yet".to_owned() } else { heard.join(", ") };
    all.say("last news", words);
    if pane.source == Source::ScreenText && pane.state != PaneState::Gone {
        all.warn("", "words on the screen are a last resort: nothing better tells the state");
    }
    let Some(state) = run.roles.get(role) else { return };
    let asked = run.role_config(role).and_then(|config| config.model.as_deref());
    match (&state.model_seen, state.model_by) {
        (Some(seen), Some((source, at))) => {
            let words = format!("{seen}, by {} {}", source.as_str(), ago(at, now));
            match asked {
                Some(asked) if !seen.ends_with(asked) && !asked.ends_with(seen.as_str()) => {
                    all.warn("model", format!("{words}; asked for {asked}"));
                }
                Some(_) | None => all.say("model", words),
            }
        }
        (Some(_) | None, _) => {
            let asked = asked.unwrap_or("its own default");
            all.say("model", format!("{asked}, as the settings ask for; the agent has not told"));
        }
    }
    let wanted = run.role_config(role).and_then(|config| config.thinking);
    match (&state.thinking_seen, wanted) {
        (Some(seen), Some(wanted)) if seen != wanted.as_str() => {
            all.warn("thinking", format!("{seen}, by the agent; asked for {}", wanted.as_str()));
        }
        (Some(seen), _) => all.say("thinking", format!("{seen}, by the agent")),
        (None, Some(wanted)) => {
            all.say(
                "thinking",
                format!("{}, as the settings ask for; the agent has not told", wanted.as_str()),
            );
        }
        (None, None) => {}
    }
}

fn context(run: &Run, role: &RoleName, now: Time, all: &mut Explanation) {
    let Some(state) = run.roles.get(role) else { return };
    let context = &state.context;
    match (context.tokens, context.source) {
        (Some(tokens), Some(source)) => {
            let place = where_told(run, role, "context");
            all.say(
                "context",
                format!("{} tokens, by {} {}{place}", count(tokens), source.as_str(), ago(context.seen, now)),
            );
        }
        (Some(tokens), None) => {
            all.say(
                "context",
                format!("{} tokens, as its compaction ended {}", count(tokens), ago(context.seen, now)),
            );
        }
        (None, _) => {
            all.warn("context", "not known: nothing has told it since the session began or was compacted");
        }
    }
    let listed = context.listed.map(|(tokens, own)| {
        let who = if own { "[models] of the settings" } else { "the bundled table" };
        (tokens, format!("{who} says {}", count(tokens)))
    });
    match (context.window, context.window_by, &listed) {
        (Some(window), by, listed) => {
            let by = by.map_or_else(String::new, |(source, at)| {
                format!(", by {} {}", source.as_str(), ago(at, now))
            });
            let place = where_told(run, role, "window");
            let words = format!("{} tokens{by}{place}", count(window));
            match listed {
                Some((tokens, listed)) if *tokens != window => {
                    all.warn("window", format!("{words}; {listed}"));
                }
                Some((_, listed)) => all.say("window", format!("{words}; {listed} too")),
                None => all.say("window", format!("{words}; no table knows the model")),
            }
        }
        (None, _, Some((_, listed))) => all.say("window", format!("the agent does not tell; {listed}")),
        (None, _, None) => all.warn("window", "not known: neither the agent nor a table tells"),
    }
    let Some(config) = run.config.as_ref() else { return };
    if let Some(role_config) = config.roles.get(role) {
        all.say(
            "limit",
            format!("{} tokens, by the settings (context_limit)", count(role_config.context_limit)),
        );
    }
    match (context.agent_trigger, context.trigger_by) {
        (Some(trigger), Some((source, at))) => {
            let words = format!("by itself at {}, by {} {}", count(trigger), source.as_str(), ago(at, now));
            all.say("agent's own", words);
        }
        (Some(trigger), None) => all.say("agent's own", format!("by itself at {}", count(trigger))),
        (None, _) => all.say("agent's own", "where it compacts by itself is not told"),
    }
    if let Some(warn) = run.warn_threshold(role) {
        let share = config.context.warn_at / 10;
        all.say("warns at", format!("{}: {share} % of the smaller of limit and window", count(warn)));
    }
    match run.compact_threshold(role) {
        Some((at, false)) => {
            let share = config.context.compact_at / 10;
            all.say("compacts at", format!("{}: {share} % of the smaller of limit and window", count(at)));
        }
        Some((at, true)) => {
            all.say(
                "compacts at",
                format!("{}: a twentieth of the window before the agent would", count(at)),
            );
        }
        None => {}
    }
    match run.pace(role) {
        Some(pace) => {
            let left = pace.left.map_or_else(|| "?".to_owned(), |left| plural(left, "step"));
            let words = format!(
                "{} tokens a step over its last {}; {left} until it is compacted",
                count(pace.tokens),
                plural(pace.steps + 1, "step")
            );
            all.say("pace", words);
        }
        None => all.say("pace", "? before two steps of it ended since its context last shrank"),
    }
}

fn time(run: &Run, subject: &Subject, now: Time, all: &mut Explanation) {
    let spans = match subject {
        Subject::Run => run.spans(now.run),
        Subject::Role(role) => run.spans_of_role(role, now.run),
        Subject::Step(step) => run.spans_of_step(*step, now.run),
        Subject::Model(..) => return,
    };
    let Spans { model, tools, compaction, person, limit, own } = spans;
    all.say(
        "time",
        format!("{} of the run's clock, which stands while no supervisor lives", span(spans.total())),
    );
    let parts = [
        ("model", model, "the agent works and no tool runs"),
        ("tools", tools, "from a tool's start to its end, as the agent tells both"),
        ("compaction", compaction, "from its start to its end"),
        ("you", person, "a gate, a question, a pause or a take-over"),
        ("limits", limit, "the provider refuses"),
        ("awtui", own, "starting agents, checkpoints, checks"),
    ];
    for (label, time, what) in parts.into_iter().filter(|(_, time, _)| *time > 0) {
        all.say(label, format!("{}: {what}", span(time)));
    }
}

fn nearest(run: &Run, now: Time) -> Explanation {
    let mut all = Explanation::new("what would stop this run first".to_owned());
    let mut bounds = bounds(run, now);
    bounds.sort_by_key(|bound| std::cmp::Reverse(bound.used));
    for bound in &bounds {
        all.say("", format!("{}: {}.{} % used", bound.label, bound.used / 10, bound.used % 10));
    }
    if bounds.is_empty() {
        all.say("", "no bound is set that can be measured");
    }
    let gap = run.ledger.total.gap();
    if !gap.is_empty() {
        all.warn("", format!("not in these: {gap}"));
    }
    all
}

fn gate(run: &Run, id: GateId, now: Time) -> Explanation {
    let mut all = Explanation::new(format!("gate {id}"));
    let Some(gate) = run.gate(id) else { return all };
    let who = gate.asked_by.as_ref().map_or("awtui", |role| role.as_str());
    all.say("asked by", format!("{who}, {}: {}", ago(gate.opened, now), gate.kind.title()));
    if let Some(step) = gate.step {
        all.say("bound to", format!("step {step}: an answer that comes after it moved on is refused"));
    }
    match &gate.status {
        GateStatus::Open => all.say("open for", span(now.run.saturating_sub(gate.opened.run))),
        GateStatus::Answered { answer, author, at } => {
            all.say("answered", format!("{} by {}, {}", answer.kind.as_str(), author.name, ago(*at, now)));
        }
        GateStatus::Withdrawn { reason, at } => all.say("withdrawn", format!("{}: {reason}", ago(*at, now))),
    }
    all
}

fn compaction(run: &Run, place: usize, now: Time) -> Explanation {
    let mut all = Explanation::new("a compaction".to_owned());
    let Some(one) = run.ledger.compactions.get(place) else { return all };
    let why = if one.automatic { "the agent's own doing" } else { "asked for by awtui or the operator" };
    all.say("of", format!("the {}, {}: {why}", one.role, ago(one.started, now)));
    let tokens = |figure: Option<u64>| figure.map_or_else(|| "?".to_owned(), count);
    all.say(
        "tokens",
        format!("{} before, {} after, as the agent tells", tokens(one.before), tokens(one.after)),
    );
    let wall = one.ended.map_or(now.run, |ended| ended.run).saturating_sub(one.started.run);
    let result = match &one.result {
        CompactionResult::Running => "still running".to_owned(),
        CompactionResult::Completed => "completed".to_owned(),
        CompactionResult::Nothing => "there was nothing to compact".to_owned(),
        CompactionResult::Failed(reason) => format!("failed: {reason}"),
    };
    all.say("took", format!("{}: {result}", span(wall)));
    all
}
