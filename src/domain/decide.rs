//! What an input means.

use super::{Fact, Input, Run, Time};

/// Why an input was not accepted. For people: says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

/// The facts that follow from an input.
pub fn decide(_run: &Run, _input: Input, _at: Time) -> Result<Vec<Fact>, Refusal> {
    Ok(Vec::new())
}
