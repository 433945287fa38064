//! Whether the terminal's background is dark: what it is asked, and what the environment says until it answers.

/// Asks for the colour of the background; the answer is an event.
pub const ASK_BACKGROUND: &str = "\x1b]11;?\x1b\\";

/// By the variable `COLORFGBG`, whose last part is one of the sixteen colours.
pub fn dark_by_variables(variable: impl Fn(&str) -> Option<String>) -> Option<bool> {
    let value = variable("COLORFGBG")?;
    let background: u8 = value.rsplit(';').next()?.parse().ok()?;
    // White and the bright colours, but for bright black.
    Some(!matches!(background, 7 | 9..=15))
}
