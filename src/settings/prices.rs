//! What tokens cost.

use serde::Deserialize;

/// `[models."ID"]`: US dollars a million tokens, and the window. What is left out is taken from the table.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    pub input: Option<f64>,
    pub output: Option<f64>,
    pub cache_read: Option<f64>,
    pub cache_write: Option<f64>,
    pub window: Option<u64>,
}
