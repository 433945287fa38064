//! The questions of the set-up, in their order. Owns their words; how one is answered and saved is the set-up's.

/// One question: the setting that it is about, the question, and what helps to answer it.
pub(super) struct Question {
    pub(super) key: &'static str,
    pub(super) words: &'static str,
    pub(super) about: &'static str,
}

pub(super) const QUESTIONS: [Question; 11] = [
    Question {
        key: "roles.analyst.agent",
        words: "Which agent is the analyst?",
        about: "Two agents work on your task. The analyst plans, reviews each step and decides what comes next; a \
                strong model suits it. It runs in its own terminal, with your own login.",
    },
    Question {
        key: "roles.analyst.model",
        words: "Which model does the analyst use?",
        about: "The names are those that the agent itself uses.",
    },
    Question {
        key: "roles.analyst.thinking",
        words: "How hard does the analyst think?",
        about: "Strongest first. More thinking plans better and costs more.",
    },
    Question {
        key: "roles.worker.agent",
        words: "Which agent is the worker?",
        about: "The worker edits files, runs commands and measures, one piece of work at a time, as the analyst says. \
                It may be the same agent; a fast model suits it.",
    },
    Question {
        key: "roles.worker.model",
        words: "Which model does the worker use?",
        about: "The names are those that the agent itself uses.",
    },
    Question {
        key: "roles.worker.thinking",
        words: "How hard does the worker think?",
        about: "Strongest first. Less thinking is faster.",
    },
    Question {
        key: "context.warn_at",
        words: "How full may an agent's context be before you are warned?",
        about: "A share: 0.75 is three quarters of what the model can hold.",
    },
    Question {
        key: "context.compact_at",
        words: "How full before awtui has it compacted?",
        about: "A share, not below the warning. Between two turns the agent then sums up what matters and goes on.",
    },
    Question {
        key: "budget.cost",
        words: "What may one run cost, in US dollars?",
        about: "There awtui stops and asks you; nothing is lost. 0 means no bound.",
    },
    Question {
        key: "loop.max_hours",
        words: "How many hours may agents work without a word from you?",
        about: "There awtui stops and asks you. 0 means no bound.",
    },
    Question {
        key: "loop.max_rounds",
        words: "How many pieces of work may one run hand to the worker?",
        about: "There awtui stops and asks you. 0 means no bound.",
    },
];
