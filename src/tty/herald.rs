//! What awtui tells the terminal beside frames: a notification for the desktop, the title of the window.
//!
//! Owns the sequences for it and which of them a terminal takes. The texts must be awtui's own, never an agent's.

/// Longer texts are cut.
const LONGEST: usize = 120;

/// How a terminal, and tmux around it, is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Herald {
    notifies: Option<Notifies>,
    titles: bool,
    tmux: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notifies {
    /// iTerm2, kitty, `WezTerm`, ghostty and most others that know one; the rest skip it.
    Osc9,
    /// rxvt-unicode and foot.
    Osc777,
}

impl Herald {
    /// By the variables that terminals set: `TERM`, `TMUX`.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        // The kernel's console and terminals without control strings would print what they are told.
        if matches!(term.as_str(), "" | "dumb" | "unknown" | "linux") || term.starts_with("vt") {
            return Self::default();
        }
        let osc777 = term.starts_with("rxvt") || term.starts_with("foot");
        Self {
            notifies: Some(if osc777 { Notifies::Osc777 } else { Notifies::Osc9 }),
            titles: true,
            tmux: variable("TMUX").is_some_and(|tmux| !tmux.is_empty()),
        }
    }

    /// A notification for the desktop; nothing where the terminal knows none. tmux hands it on where its option
    /// `allow-passthrough` is on.
    pub fn notification(self, title: &str, message: &str) -> String {
        let (title, message) = (plain(title), plain(message));
        let sequence = match self.notifies {
            None => return String::new(),
            Some(Notifies::Osc9) => format!("\x1b]9;{title}: {message}\x07"),
            Some(Notifies::Osc777) => format!("\x1b]777;notify;{};{message}\x07", title.replace(';', ",")),
        };
        if self.tmux { format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")) } else { sequence }
    }

    /// Keeps the title of before for [`Self::untitle`].
    pub fn keep_title(self) -> &'static str {
        if self.titles { "\x1b[22;2t" } else { "" }
    }

    /// The title of the window, and in tmux the name of its window, which its option `allow-rename` must allow.
    pub fn title(self, text: &str) -> String {
        if !self.titles {
            return String::new();
        }
        let text = plain(text);
        let title = format!("\x1b]2;{text}\x1b\\");
        let name = text.split(" - ").next().unwrap_or_default();
        if self.tmux { format!("{title}\x1bk{name}\x1b\\") } else { title }
    }

    /// The title of before; tmux names the window by itself again.
    pub fn untitle(self) -> &'static str {
        match (self.titles, self.tmux) {
            (false, _) => "",
            (true, false) => "\x1b[23;2t",
            (true, true) => "\x1b[23;2t\x1bk\x1b\\",
        }
    }
}

/// One line without anything that a terminal would act on.
fn plain(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}
