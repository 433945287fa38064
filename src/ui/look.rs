//! Colours and marks: the theme as styles, as far as the terminal can show them. Every state also has a word or a sign, so
//! that nothing is said by colour alone.

use super::model::Ui;
use super::signs::Signs;
use crate::settings::{Colour, ColourDepth, Theme};
use crate::term;
use ratatui::style::{Color, Modifier, Style};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    theme: Theme,
    depth: ColourDepth,
    signs: Signs,
}

fn color(colour: Colour) -> Color {
    match colour {
        Colour::Default => Color::Reset,
        // The names of the sixteen, so that the operator's own palette holds.
        Colour::Ansi(index) => NAMED.get(usize::from(index)).copied().unwrap_or(Color::Indexed(index)),
        Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

pub(super) fn ink(colour: Colour) -> Style {
    if colour == Colour::Default { Style::new() } else { Style::new().fg(color(colour)) }
}

impl Look {
    pub fn new(theme: Theme, depth: ColourDepth) -> Self {
        Self { theme: theme.for_depth(depth), depth, signs: Signs::Unicode }
    }

    /// Drawn with these signs.
    #[must_use]
    pub fn with_signs(self, signs: Signs) -> Self {
        Self { signs, ..self }
    }

    pub(super) fn theme(&self) -> &Theme {
        &self.theme
    }

    pub(super) fn signs(&self) -> Signs {
        self.signs
    }

    /// Without any colour.
    pub fn monochrome() -> Self {
        Self::new(Theme::monochrome(), ColourDepth::None)
    }

    /// What lies under everything.
    pub(super) fn base(&self) -> Style {
        Style::new().fg(color(self.theme.text)).bg(color(self.theme.background))
    }

    /// One accent a role, the same everywhere.
    pub(super) fn role(&self, role: &str) -> Style {
        ink(match role {
            "analyst" => self.theme.analyst,
            "worker" => self.theme.worker,
            _ => self.theme.other_role,
        })
    }

    pub(super) fn dim(&self) -> Style {
        ink(self.theme.dim)
    }

    pub(super) fn added(&self) -> Style {
        ink(self.theme.added)
    }

    pub(super) fn removed(&self) -> Style {
        ink(self.theme.removed)
    }

    pub(super) fn good(&self) -> Style {
        ink(self.theme.ok)
    }

    pub(super) fn warning(&self) -> Style {
        ink(self.theme.warn)
    }

    pub(super) fn bad(&self) -> Style {
        ink(self.theme.error)
    }

    /// What waits for the operator.
    pub(super) fn operator(&self) -> Style {
        ink(self.theme.operator)
    }

    pub(super) fn info(&self) -> Style {
        ink(self.theme.info)
    }

    /// The filled part of a gauge.
    pub(super) fn gauge(&self) -> Style {
        ink(self.theme.gauge)
    }

    /// The empty part of a gauge.
    pub(super) fn gauge_track(&self) -> Style {
        ink(self.theme.gauge_track)
    }

    pub(super) fn typing(&self) -> Style {
        ink(self.theme.typing)
    }

    pub(super) fn key(&self) -> Style {
        ink(self.theme.key).add_modifier(Modifier::BOLD)
    }

    pub(super) fn strong(&self) -> Style {
        ink(self.theme.title).add_modifier(Modifier::BOLD)
    }

    /// The bar at the top.
    pub(super) fn title(&self) -> Style {
        ink(self.theme.title).add_modifier(Modifier::REVERSED)
    }

    pub(super) fn badge(&self, style: Style) -> Style {
        self.base().patch(style).add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    pub(super) fn border(&self, focused: bool) -> Style {
        if focused { ink(self.theme.focus).add_modifier(Modifier::BOLD) } else { ink(self.theme.border) }
    }

    pub(super) fn selected(&self) -> Style {
        if self.theme.selection == Colour::Default {
            return Style::new().add_modifier(Modifier::REVERSED);
        }
        Style::new().fg(color(self.theme.selection_text)).bg(color(self.theme.selection))
    }

    /// A colour of an agent's screen. Its default is the theme's, where the theme has a background of its own.
    pub(super) fn of_agent(&self, colour: term::Colour, foreground: bool) -> Color {
        let colour = match colour {
            term::Colour::Default if self.theme.background == Colour::Default => return Color::Reset,
            term::Colour::Default if foreground => self.theme.text,
            term::Colour::Default => self.theme.background,
            term::Colour::Ansi(index) | term::Colour::Indexed(index) => Colour::Ansi(index),
            term::Colour::Rgb(red, green, blue) => Colour::Rgb(red, green, blue),
        };
        match (colour.at_depth(self.depth), self.depth) {
            // By number, so that bold does not make the sixteen brighter on their way through.
            (Colour::Ansi(index), ColourDepth::True | ColourDepth::Palette) => Color::Indexed(index),
            (colour, _) => color(colour),
        }
    }
}

impl Ui {
    /// The terminal's background is dark, or it is light.
    pub fn set_dark(&mut self, dark: bool) {
        self.dark = Some(dark);
        if let Some((on_dark, on_light)) = &self.looks {
            self.look = if dark { on_dark.clone() } else { on_light.clone() };
        }
    }

    /// Another theme; with `looks` the terminal's background decides between them.
    pub fn wear(&mut self, look: Look, looks: Option<(Look, Look)>) {
        self.look = look;
        self.looks = looks;
        if let Some(dark) = self.dark {
            self.set_dark(dark);
        }
    }
}
