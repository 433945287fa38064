//! Whether a role's agent was told to act without asking a person, by the arguments that the settings give it.
//!
//! Owns which arguments those are. What an agent says itself of its own settings is an observation; this lets or forbids nothing.

use super::RoleConfig;

/// An option and its value, as two words or as one with an equals sign between them.
type Choice = (&'static str, &'static str);

/// Options that mean it in whatever agent has them.
const ANYWHERE: [&str; 2] = ["--yolo", "--dangerously-"];

const CLAUDE: [Choice; 2] = [("--permission-mode", "bypassPermissions"), ("--permission-mode", "auto")];
const CODEX: [Choice; 5] = [
    ("-a", "never"),
    ("--ask-for-approval", "never"),
    ("-s", "danger-full-access"),
    ("--sandbox", "danger-full-access"),
    ("--approve-for-me", ""),
];
/// Codex's settings on its command line.
const CODEX_SETTINGS: [Choice; 2] = [("approval_policy", "never"), ("sandbox_mode", "danger-full-access")];
const OPENCODE: [Choice; 1] = [("--auto", "")];

/// Not about what the agent may do.
const HARMLESS: [&str; 1] = ["--dangerously-bypass-hook-trust"];

impl RoleConfig {
    /// The argument by which this role's agent asks nobody before it acts, if it was given one.
    pub fn unguarded(&self) -> Option<String> {
        let choices: &[Choice] = match self.agent.name.as_str() {
            "claude" => &CLAUDE,
            "codex" => &CODEX,
            "opencode" => &OPENCODE,
            _ => &[],
        };
        let words = |index: usize| self.args.get(index).map_or("", String::as_str);
        let by_args = (0..self.args.len()).find_map(|index| {
            let (word, next) = (words(index), words(index + 1));
            let chosen = choices.iter().find_map(|choice| chosen(*choice, word, next));
            let setting = || {
                let setting = match word {
                    "-c" | "--config" => next,
                    _ => word.strip_prefix("--config=").or(word.strip_prefix("-c"))?,
                };
                let (name, value) = setting.split_once('=')?;
                let pair = (name.trim(), value.trim().trim_matches(['"', '\'']));
                CODEX_SETTINGS.contains(&pair).then(|| format!("{}={}", pair.0, pair.1))
            };
            let of_codex = || if self.agent.name == "codex" { setting() } else { None };
            anywhere(word).map(str::to_owned).or(chosen).or_else(of_codex)
        });
        by_args.or_else(|| self.by_definition())
    }

    /// A program of one's own may have it in its command line.
    fn by_definition(&self) -> Option<String> {
        let definition = self.agent.definition.as_ref()?;
        definition.0.split('"').find_map(anywhere).map(str::to_owned)
    }
}

fn anywhere(word: &str) -> Option<&str> {
    let means_it = ANYWHERE.iter().any(|beginning| word.starts_with(beginning));
    (means_it && !HARMLESS.contains(&word)).then_some(word)
}

fn chosen((option, value): Choice, word: &str, next: &str) -> Option<String> {
    if value.is_empty() {
        return (word == option).then(|| option.to_owned());
    }
    let as_one = word.strip_prefix(option).map(|rest| rest.strip_prefix('=').unwrap_or(rest));
    let holds = (word == option && next == value) || as_one == Some(value);
    holds.then(|| format!("{option} {value}"))
}
