//! Themes: which colour each part of the screen has. Data in TOML, of awtui or of the user.
//!
//! Colour never carries a meaning alone, so every theme may be reduced to what the terminal can show, down to none.

use super::document::{Document, Origin, read};
use super::problem::{Mistake, Place, Problem, none_or_all};
use super::schema::{Field, Given, Kind, Names, Schema, Section};
use super::{Folders, SettingsError, paths};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

const BUNDLED: [(&str, &str); 4] = [
    ("ansi", include_str!("../../assets/themes/ansi.toml")),
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
];

/// A colour as a terminal knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Colour {
    /// The terminal's own.
    #[default]
    Default,
    /// One of the palette: 0-15 by name, the others by number.
    Ansi(u8),
    Rgb(u8, u8, u8),
}

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourDepth {
    /// The person or the terminal wants none.
    None,
    Sixteen,
    Palette,
    True,
}

const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no colour: use \"default\", a name such as \"cyan\" or \"bright-red\", a number from 0 to 255, or \"#rrggbb\""
)]
pub struct ParseColourError(String);

impl FromStr for Colour {
    type Err = ParseColourError;

    fn from_str(text: &str) -> Result<Self, ParseColourError> {
        let fail = || ParseColourError(text.to_owned());
        if text == "default" {
            return Ok(Self::Default);
        }
        if let Some(index) = (0..).zip(NAMES).find(|(_, name)| *name == text).map(|(index, _)| index) {
            return Ok(Self::Ansi(index));
        }
        if let Some(hex) = text.strip_prefix('#') {
            let plain = hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = u32::from_str_radix(hex, 16).ok().filter(|_| plain).ok_or_else(fail)?;
            let [_, red, green, blue] = number.to_be_bytes();
            return Ok(Self::Rgb(red, green, blue));
        }
        text.parse().map(Self::Ansi).map_err(|_| fail())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::Ansi(index) => match NAMES.get(usize::from(*index)) {
                Some(name) => formatter.write_str(name),
                None => write!(formatter, "{index}"),
            },
            Self::Rgb(red, green, blue) => write!(formatter, "#{red:02x}{green:02x}{blue:02x}"),
        }
    }
}

/// The sixteen as most terminals come with them, to find the nearest one.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

impl ColourDepth {
    /// What a terminal shows, by the variables that tell: `NO_COLOR`, `TERM`, `COLORTERM`.
    pub fn discover(env: impl Fn(&str) -> Option<std::ffi::OsString>) -> Self {
        let text =
            |name: &str| env(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default();
        let term = text("TERM");
        if !text("NO_COLOR").is_empty() || term == "dumb" || term.ends_with("-m") || term == "vt100" {
            Self::None
        } else if matches!(text("COLORTERM").as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") {
            Self::Palette
        } else {
            Self::Sixteen
        }
    }
}

impl Colour {
    /// The colour as a terminal of this depth can show it.
    #[must_use]
    pub fn at_depth(self, depth: ColourDepth) -> Self {
        match depth {
            ColourDepth::None => Self::Default,
            ColourDepth::Sixteen => self.in_sixteen(),
            ColourDepth::Palette => self.in_palette(),
            ColourDepth::True => self,
        }
    }

    /// The nearest of the sixteen colours.
    fn in_sixteen(self) -> Self {
        let (red, green, blue) = match self {
            Self::Default | Self::Ansi(0..16) => return self,
            Self::Ansi(index @ 16..232) => {
                let channel = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let cube = index - 16;
                (channel(cube / 36), channel(cube / 6 % 6), channel(cube % 6))
            }
            Self::Ansi(index) => {
                let grey = 8 + 10 * (index - 232);
                (grey, grey, grey)
            }
            Self::Rgb(red, green, blue) => (red, green, blue),
        };
        let off = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
        (0..)
            .zip(SIXTEEN)
            .min_by_key(|(_, (r, g, b))| off(red, *r) + off(green, *g) + off(blue, *b))
            .map_or(self, |(index, _)| Self::Ansi(index))
    }

    /// The nearest of the 256-colour palette.
    fn in_palette(self) -> Self {
        let Self::Rgb(red, green, blue) = self else { return self };
        let level = |channel: u8| -> u8 {
            // The cube's levels are 0, 95, 135, 175, 215 and 255.
            if channel < 48 { 0 } else { (channel.max(95).saturating_sub(95) + 20) / 40 + 1 }
        };
        let value = |level: u8| -> u8 { if level == 0 { 0 } else { 55 + 40 * level } };
        let (r, g, b) = (level(red), level(green), level(blue));
        let mean = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
        let step = u8::try_from(mean.saturating_sub(3) / 10).unwrap_or(23).min(23);
        let grey = 8 + 10 * step;
        let off = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
        let cube = off(red, value(r)) + off(green, value(g)) + off(blue, value(b));
        if off(red, grey) + off(green, grey) + off(blue, grey) < cube {
            Self::Ansi(232 + step)
        } else {
            Self::Ansi(16 + 36 * r + 6 * g + b)
        }
    }
}

macro_rules! theme {
    ($($field:ident $about:literal;)+) => {
        /// The colour of each part.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Theme {
            pub name: String,
            $(#[doc = $about] pub $field: Colour,)+
        }

        pub(super) const FIELDS: &[Field] = &[
            $(Field { key: stringify!($field), kind: Kind::Text, given: Given::Optional, about: $about },)+
        ];

        impl Theme {
            /// Every part with its colour.
            pub fn parts(&self) -> Vec<(&'static str, Colour)> {
                vec![$((stringify!($field), self.$field)),+]
            }

            fn set(&mut self, part: &str, colour: Colour) {
                match part {
                    $(stringify!($field) => self.$field = colour,)+
                    _ => {}
                }
            }
        }
    };
}

theme! {
    text "Ordinary text.";
    dim "Text of less weight: ages, hints, line numbers.";
    background "Behind everything.";
    title "Titles of panels.";
    border "Frames of panels.";
    focus "The frame of the panel that has the keys.";
    typing "The frame of a pane that you type into.";
    analyst "What belongs to the analyst.";
    worker "What belongs to the worker.";
    other_role "What belongs to another role.";
    operator "What waits for you, or came from you.";
    ok "Passed, done, healthy.";
    warn "Near a bound.";
    error "Failed, over a bound.";
    info "Neutral news.";
    gauge "The filled part of a gauge.";
    gauge_track "The empty part of a gauge.";
    selection_text "Selected text.";
    selection "Behind selected text.";
    key "Keys in hints and help.";
    added "Added lines of a diff.";
    removed "Removed lines of a diff.";
    code_keyword "Code: keywords.";
    code_string "Code: strings and characters.";
    code_comment "Code: comments.";
    code_number "Code: numbers and other constants.";
    code_function "Code: functions and macros.";
    code_type "Code: types and classes.";
    code_name "Code: keys, tags and attributes.";
}

static THEME: Schema = Schema {
    sections: &[
        Section {
            path: &[],
            about: "A theme.",
            names: Names::Free,
            built_in: &[],
            fields: &[Field {
                key: "base",
                kind: Kind::Choice(&["ansi", "dark", "high-contrast", "light"]),
                given: Given::Optional,
                about: "The theme that this one changes. Left out: its namesake, else dark.",
            }],
        },
        Section {
            path: &["colours"],
            about: "The parts.",
            names: Names::Free,
            built_in: &[],
            fields: FIELDS,
        },
    ],
};

impl Theme {
    /// No theme of its own: `dark` or `light`, as the terminal's background is.
    pub const BY_BACKGROUND: &str = "auto";

    /// The theme of a name: `themes/NAME.toml` of the project or the user, else the one that awtui brings along.
    pub fn load(name: &str, folders: &Folders) -> Result<Self, SettingsError> {
        let file = folders.find(&PathBuf::from("themes").join(format!("{name}.toml")));
        if let Some(path) = file.filter(|_| super::schema::is_plain(name)) {
            let text = paths::text(&path)?.unwrap_or_default();
            return Self::own(name, &text, &path);
        }
        let Some((_, text)) = BUNDLED.iter().find(|(known, _)| *known == name) else {
            let known = Self::names(folders);
            return Err(SettingsError::unknown("theme", name, known.iter().map(String::as_str)));
        };
        Self::bundled(name, text)
    }

    /// What can be chosen: what goes by the background first, then every theme.
    pub fn choices(folders: &Folders) -> Vec<String> {
        [Self::BY_BACKGROUND.to_owned()].into_iter().chain(Self::names(folders)).collect()
    }

    /// The names that [`Theme::load`] knows.
    pub fn names(folders: &Folders) -> Vec<String> {
        let mut names = folders.stems("themes", "toml");
        names.extend(BUNDLED.iter().map(|(name, _)| (*name).to_owned()));
        names.sort();
        names.dedup();
        names
    }

    /// No colours at all.
    pub fn monochrome() -> Self {
        Self { name: "monochrome".to_owned(), ..Self::default() }
    }

    /// The theme as a terminal of this depth can show it. With sixteen colours a theme of more becomes `ansi`, which
    /// goes by the terminal's own palette.
    #[must_use]
    pub fn for_depth(self, depth: ColourDepth) -> Self {
        match depth {
            ColourDepth::True => self,
            ColourDepth::None => Self::monochrome(),
            ColourDepth::Palette => {
                let mut theme = self;
                for (part, colour) in theme.parts() {
                    theme.set(part, colour.in_palette());
                }
                theme
            }
            ColourDepth::Sixteen => {
                let fits = |colour| matches!(colour, Colour::Default | Colour::Ansi(0..16));
                if self.parts().into_iter().all(|(_, colour)| fits(colour)) {
                    self
                } else {
                    Self::load("ansi", &Folders::default()).unwrap_or_else(|_| Self::monochrome())
                }
            }
        }
    }

    fn bundled(name: &str, text: &str) -> Result<Self, SettingsError> {
        let document = read(&THEME, text, &Origin::BuiltIn);
        Self { name: name.to_owned(), ..Self::default() }.changed(document)
    }

    /// A file of the project or the user changes the theme that it names as its base, else its namesake, else `dark`.
    fn own(name: &str, text: &str, path: &Path) -> Result<Self, SettingsError> {
        let document = read(&THEME, text, &Origin::File(path));
        let named = |wanted: &str| BUNDLED.iter().find(|(known, _)| *known == wanted);
        let base = document.text(&["base"]).and_then(named).or_else(|| named(name)).or_else(|| named("dark"));
        let mut theme = match base {
            Some((base, text)) => Self::bundled(base, text)?,
            None => Self::default(),
        };
        name.clone_into(&mut theme.name);
        theme.changed(document)
    }

    fn changed(mut self, mut document: Document) -> Result<Self, SettingsError> {
        let mut problems = std::mem::take(&mut document.problems);
        problems.extend(self.take(&document));
        none_or_all(problems)?;
        Ok(self)
    }

    fn take(&mut self, document: &Document) -> Vec<Problem> {
        let mut problems = Vec::new();
        for field in FIELDS {
            let path = ["colours", field.key];
            let Some(text) = document.text(&path) else { continue };
            match text.parse() {
                Ok(colour) => self.set(field.key, colour),
                Err(error) => {
                    let place: Place = document.place(&path);
                    let message = format!("\"{}\" in [colours]: {error}", field.key);
                    problems.push(Problem { place, mistake: Mistake::Invalid(message) });
                }
            }
        }
        problems
    }
}
