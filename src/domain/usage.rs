//! Tokens and money: integers only, so that a sum is the same wherever it is made.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign};

/// Four buckets that are never merged. `input` excludes cached tokens; `output` includes `reasoning`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tokens {
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    /// Part of `output`, for information; 0 when the agent does not tell.
    #[serde(default)]
    pub reasoning: u64,
    /// Part of `cache_write`: what the provider keeps for an hour, at a price of its own; 0 when the agent does not tell.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write_1h: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Tokens {
    /// Everything that was in the request and the reply.
    pub fn total(self) -> u64 {
        self.input + self.output + self.cache_read + self.cache_write
    }

    /// What was sent: input that no cache served, that one served, and that was written into one. Price tiers go by it.
    pub fn prompt(self) -> u64 {
        self.input + self.cache_read + self.cache_write
    }

    /// What budgets count: input and output that no cache served.
    pub fn fresh(self) -> u64 {
        self.input + self.output
    }

    /// Bucket by bucket; never below zero.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_sub(other.input),
            output: self.output.saturating_sub(other.output),
            cache_read: self.cache_read.saturating_sub(other.cache_read),
            cache_write: self.cache_write.saturating_sub(other.cache_write),
            reasoning: self.reasoning.saturating_sub(other.reasoning),
            cache_write_1h: self.cache_write_1h.saturating_sub(other.cache_write_1h),
        }
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            input: self.input + other.input,
            output: self.output + other.output,
            cache_read: self.cache_read + other.cache_read,
            cache_write: self.cache_write + other.cache_write,
            reasoning: self.reasoning + other.reasoning,
            cache_write_1h: self.cache_write_1h + other.cache_write_1h,
        }
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// US dollars in billionths. A price of 3 USD a million tokens is 3,000 of these a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub u64);

impl Money {
    pub const ZERO: Self = Self(0);

    /// From dollars as agents report them; negative and non-finite figures give `None`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        let nanos = (dollars * 1e9).round();
        (nanos.is_finite() && (0.0..9e18).contains(&nanos)).then_some(Self(nanos as u64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "for display: a run costs far less than nine million dollars"
    )]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl fmt::Display for Money {
    /// `$1.23`, or four decimals below ten cents.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dollars = self.dollars();
        if self.0 > 0 && dollars < 0.1 {
            write!(formatter, "${dollars:.4}")
        } else {
            write!(formatter, "${dollars:.2}")
        }
    }
}

/// What one model call cost, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub nanos: Money,
    pub source: CostSource,
    /// What the table says of the same tokens, where the agent told its own price: to compare both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<Money>,
}

impl Cost {
    /// The agent's own figure.
    pub fn by_agent(nanos: Money) -> Self {
        Self { nanos, source: CostSource::Agent, listed: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum CostSource {
    /// The agent's own figure.
    Agent,
    /// Priced from the bundled table when the observation arrived: an estimate.
    Table {
        date: String,
        /// The prices were those of requests above so many input tokens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        above: Option<u64>,
    },
    /// Priced from `[models]` of the settings when the observation arrived: an estimate too.
    Settings {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        above: Option<u64>,
    },
}

impl CostSource {
    /// Whether awtui reckoned it from prices, rather than the agent.
    pub fn is_estimate(&self) -> bool {
        match self {
            Self::Agent => false,
            Self::Table { .. } | Self::Settings { .. } => true,
        }
    }
}
