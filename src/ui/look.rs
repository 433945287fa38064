//! Colours and marks. The ANSI palette by name, so that the operator's own terminal theme holds; every state also has a
//! word or a sign, so that nothing is said by colour alone.

use ratatui::style::{Color, Modifier, Style};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// `NO_COLOR`, or a terminal that has none.
    pub colourless: bool,
}

impl Look {
    fn colour(self, colour: Color) -> Style {
        if self.colourless { Style::new() } else { Style::new().fg(colour) }
    }

    /// One accent a role, the same everywhere.
    pub fn role(self, role: &str) -> Style {
        match role {
            "analyst" => self.colour(Color::Magenta),
            "worker" => self.colour(Color::Cyan),
            _ => self.colour(Color::Blue),
        }
    }

    pub fn dim(self) -> Style {
        if self.colourless { Style::new() } else { self.colour(Color::DarkGray) }
    }

    pub fn good(self) -> Style {
        self.colour(Color::Green)
    }

    pub fn warning(self) -> Style {
        self.colour(Color::Yellow)
    }

    pub fn bad(self) -> Style {
        self.colour(Color::Red)
    }

    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub fn title(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub fn badge(self, style: Style) -> Style {
        style.add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    pub fn border(self, focused: bool) -> Style {
        if focused { self.colour(Color::Blue).add_modifier(Modifier::BOLD) } else { self.dim() }
    }

    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }
}
