//! What tokens cost and how much a model holds: a table that awtui brings along, and the user's own figures before it.
//!
//! Integers only. Every figure from here is an estimate: batches, priority and subscriptions are not in the table, and
//! what an agent says about its own cost goes before it. A model that is not known has no price, which is not the same
//! as costing nothing. Nothing is ever fetched.

use super::Settings;
use crate::domain::{Cost, CostSource, Money, Tokens};
use serde::Deserialize;
use std::collections::BTreeMap;

const TABLE: &str = include_str!("../../assets/models.json");

/// Other names of the table's vendors, as agents write them before a `/`.
const VENDORS: [(&str, &str); 14] = [
    ("anthropic", "anthropic"),
    ("openai", "openai"),
    ("openai-codex", "openai"),
    ("google", "gemini"),
    ("gemini", "gemini"),
    ("google-gemini-cli", "gemini"),
    ("xai", "xai"),
    ("x-ai", "xai"),
    ("deepseek", "deepseek"),
    ("moonshot", "moonshot"),
    ("moonshotai", "moonshot"),
    ("zai", "zai"),
    ("z-ai", "zai"),
    ("mistral", "mistral"),
];

/// Services that pass calls on at the vendor's price; what follows them names the vendor.
const RESELLERS: [&str; 2] = ["openrouter", "opencode"];

/// `[models."ID"]`: US dollars a million tokens, and the window. What is left out is taken from the table.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct Override {
    #[serde(flatten)]
    pub prices: Listed,
    pub window: Option<u64>,
    /// In place of the table's.
    pub tiers: Option<Vec<Tier>>,
}

/// Prices as tables and settings give them: US dollars a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
pub struct Listed {
    pub input: Option<f64>,
    pub output: Option<f64>,
    pub cache_read: Option<f64>,
    /// Writes that the provider keeps for its usual time (5 minutes where it says so).
    pub cache_write: Option<f64>,
    /// Writes that the provider keeps for an hour.
    pub cache_write_1h: Option<f64>,
}

/// Prices of requests that are larger than `above` input tokens, cached and written ones included. The whole request is at
/// them, not only what lies above.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
pub struct Tier {
    pub above: u64,
    #[serde(flatten)]
    pub prices: Listed,
}

/// Millionths of a millionth of a dollar a token: 3 USD a million is 3,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Rates {
    input: Option<u64>,
    output: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_write_1h: Option<u64>,
}

impl Rates {
    fn of(listed: &Listed) -> Self {
        Self {
            input: listed.input.and_then(picos),
            output: listed.output.and_then(picos),
            cache_read: listed.cache_read.and_then(picos),
            cache_write: listed.cache_write.and_then(picos),
            cache_write_1h: listed.cache_write_1h.and_then(picos),
        }
    }

    /// These, and where one is missing the other's.
    fn or(self, other: Self) -> Self {
        Self {
            input: self.input.or(other.input),
            output: self.output.or(other.output),
            cache_read: self.cache_read.or(other.cache_read),
            cache_write: self.cache_write.or(other.cache_write),
            cache_write_1h: self.cache_write_1h.or(other.cache_write_1h),
        }
    }

    fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// A model as the table or the user knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Model {
    vendor: String,
    base: Rates,
    /// By size, the smallest first.
    tiers: Vec<(u64, Rates)>,
    window: Option<u64>,
    /// The user gave one of its prices.
    own_price: bool,
    own_window: bool,
}

impl Model {
    /// The prices of a request of this size, and above which size they hold if that is not any.
    fn rates(&self, prompt: u64) -> (Rates, Option<u64>) {
        match self.tiers.iter().rev().find(|(above, _)| prompt > *above) {
            Some((above, rates)) => (rates.or(self.base), Some(*above)),
            None => (self.base, None),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    models: BTreeMap<String, Model>,
    /// Names without their vendor, where only one model has them.
    short: BTreeMap<String, String>,
    own: BTreeMap<String, Model>,
    date: String,
}

/// A context window that no agent told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedWindow {
    pub tokens: u64,
    /// From the settings rather than from the table.
    pub own: bool,
}

#[derive(Deserialize)]
struct Table {
    date: String,
    models: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
struct Row {
    vendor: String,
    #[serde(flatten)]
    prices: Listed,
    window: Option<u64>,
    #[serde(default)]
    tiers: Vec<Tier>,
}

fn tiers(listed: &[Tier]) -> Vec<(u64, Rates)> {
    let mut tiers: Vec<(u64, Rates)> =
        listed.iter().map(|tier| (tier.above, Rates::of(&tier.prices))).collect();
    tiers.sort_by_key(|(above, _)| *above);
    tiers
}

impl Prices {
    /// The table that awtui brings along, without the user's figures.
    pub fn bundled() -> Self {
        // A test reads the same text, so that an unreadable table cannot be shipped; here it would mean no prices.
        let table =
            serde_json::from_str(TABLE).unwrap_or(Table { date: String::new(), models: BTreeMap::new() });
        let models: BTreeMap<String, Model> = table
            .models
            .into_iter()
            .map(|(id, row)| {
                let model = Model {
                    vendor: row.vendor,
                    base: Rates::of(&row.prices),
                    tiers: tiers(&row.tiers),
                    window: row.window,
                    own_price: false,
                    own_window: false,
                };
                (id, model)
            })
            .collect();
        let mut short: BTreeMap<String, String> = BTreeMap::new();
        let mut twice = Vec::new();
        for id in models.keys().filter(|id| id.contains('/')) {
            let name = id.rsplit('/').next().unwrap_or(id);
            if models.contains_key(name) {
                continue;
            }
            if short.insert(name.to_owned(), id.clone()).is_some() {
                twice.push(name.to_owned());
            }
        }
        short.retain(|name, _| !twice.contains(name));
        Self { models, short, own: BTreeMap::new(), date: table.date }
    }

    /// The bundled table with the user's figures before it.
    pub fn of(settings: &Settings) -> Self {
        Self::bundled().with_overrides(&settings.models)
    }

    #[must_use]
    pub fn with_overrides(mut self, overrides: &BTreeMap<String, Override>) -> Self {
        for (id, own) in overrides {
            let listed = self.table_row(id).cloned().unwrap_or_default();
            let given = Rates::of(&own.prices);
            let tiers = match &own.tiers {
                Some(given) => tiers(given),
                // A price that the user gives holds at every size, unless he says otherwise.
                None => listed.tiers.into_iter().map(|(above, rates)| (above, given.or(rates))).collect(),
            };
            let model = Model {
                vendor: listed.vendor,
                base: given.or(listed.base),
                own_price: !given.is_empty() || own.tiers.is_some(),
                tiers,
                window: own.window.or(listed.window),
                own_window: own.window.is_some(),
            };
            self.own.insert(id.clone(), model);
        }
        self
    }

    /// What these tokens of one request cost at list price; `None` when the model, or a price that is needed, is not known.
    pub fn price(&self, model: &str, tokens: &Tokens) -> Option<Cost> {
        let row = self.row(model)?;
        let (rates, above) = row.rates(tokens.prompt());
        if rates.input.is_none() && rates.output.is_none() {
            return None;
        }
        // Where a cache price is missing, the price of fresh input is the honest upper figure.
        let cache_read = rates.cache_read.or(rates.input);
        let cache_write = rates.cache_write.or(rates.input);
        let hour = tokens.cache_write_1h.min(tokens.cache_write);
        let parts = [
            (tokens.input, rates.input),
            (tokens.output, rates.output),
            (tokens.cache_read, cache_read),
            (tokens.cache_write - hour, cache_write),
            (hour, rates.cache_write_1h.or(cache_write)),
        ];
        let mut total: u128 = 0;
        for (count, price) in parts.into_iter().filter(|(count, _)| *count > 0) {
            total = total.saturating_add(u128::from(count) * u128::from(price?));
        }
        let nanos = Money(u64::try_from((total + 500) / 1000).ok()?);
        let source = if row.own_price {
            CostSource::Settings { above }
        } else {
            CostSource::Table { date: self.date.clone(), above }
        };
        Some(Cost { nanos, source, listed: None })
    }

    /// The tokens that fit into the model's context, as the settings or the table have it.
    pub fn window(&self, model: &str) -> Option<u64> {
        self.row(model)?.window
    }

    /// The same, with who says so.
    pub fn listed_window(&self, model: &str) -> Option<ListedWindow> {
        let row = self.row(model)?;
        row.window.map(|tokens| ListedWindow { tokens, own: row.own_window })
    }

    /// The day of the table.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// The ids of the table, sorted.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    fn row(&self, name: &str) -> Option<&Model> {
        spellings(name).iter().find_map(|name| self.own.get(name)).or_else(|| self.table_row(name))
    }

    fn table_row(&self, name: &str) -> Option<&Model> {
        spellings(name).iter().find_map(|name| self.exact(name))
    }

    fn exact(&self, name: &str) -> Option<&Model> {
        if let Some(model) = self.models.get(name) {
            return Some(model);
        }
        let Some((vendor, short)) = name.split_once('/') else {
            return self.models.get(self.short.get(name)?);
        };
        if RESELLERS.contains(&vendor) {
            return self.exact(short);
        }
        let (_, vendor) = VENDORS.iter().find(|(alias, _)| *alias == vendor)?;
        let found = self.models.get(&format!("{vendor}/{short}")).or_else(|| self.models.get(short))?;
        (found.vendor == *vendor).then_some(found)
    }
}

/// A name as it is, then without what agents append: `[1m]`, `:high`, a date.
fn spellings(name: &str) -> Vec<String> {
    let mut spellings = vec![name.to_owned()];
    let mut rest = name;
    if let Some((plain, _)) = rest.split_once('[') {
        rest = plain;
        spellings.push(rest.to_owned());
    }
    if let Some((plain, _)) = rest.rsplit_once(':') {
        rest = plain;
        spellings.push(rest.to_owned());
    }
    if let Some(plain) = without_date(rest) {
        spellings.push(plain.to_owned());
    }
    spellings
}

/// `claude-opus-5` for `claude-opus-5-20260401` and `claude-opus-5-2026-04-01`.
fn without_date(name: &str) -> Option<&str> {
    ["-dddddddd", "-dddd-dd-dd"].iter().find_map(|pattern| {
        let at = name.len().checked_sub(pattern.len())?;
        let (plain, end) = name.split_at_checked(at)?;
        let fits = end.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
        (fits && !plain.is_empty()).then_some(plain)
    })
}

/// US dollars a million tokens as millionths of a millionth of a dollar a token.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked first")]
fn picos(dollars_a_million: f64) -> Option<u64> {
    let picos = (dollars_a_million * 1e6).round();
    (picos.is_finite() && (0.0..=1e15).contains(&picos)).then_some(picos as u64)
}
