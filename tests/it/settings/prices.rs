use awtui::domain::{Cost, CostSource, Money, Tokens};
use awtui::settings::prices::{Listed, ListedWindow, Override, Prices};
use std::collections::BTreeMap;

fn tokens(input: u64, output: u64, cache_read: u64, cache_write: u64) -> Tokens {
    Tokens { input, output, cache_read, cache_write, reasoning: 0, cache_write_1h: 0 }
}

fn nanos(prices: &Prices, model: &str, tokens: &Tokens) -> Option<u64> {
    prices.price(model, tokens).map(|cost| cost.nanos.0)
}

#[test]
fn the_table_is_readable_large_enough_and_plausible() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models.json"));
    let table: serde_json::Value = serde_json::from_str(text).unwrap();
    for key in ["source", "version", "date", "sha256", "unit"] {
        assert!(table[key].as_str().is_some_and(|value| !value.is_empty()), "{key}");
    }
    let models = table["models"].as_object().unwrap();
    assert!(models.len() >= 200, "{}", models.len());
    for (id, model) in models {
        let tiers = model.get("tiers").and_then(serde_json::Value::as_array);
        for prices in tiers.into_iter().flatten().chain([model]) {
            for key in ["input", "output", "cache_read", "cache_write", "cache_write_1h"] {
                if let Some(price) = prices.get(key) {
                    let price = price.as_f64().unwrap();
                    assert!((0.0..1000.0).contains(&price), "{id} {key} {price}");
                    // Of 73 tiers of the table none is cheaper than what lies below.
                    assert!(model[key].as_f64().is_some_and(|base| base <= price), "{id} {key}");
                }
            }
        }
        for tier in tiers.into_iter().flatten() {
            let above = tier["above"].as_u64().unwrap();
            assert!(
                above >= 100_000 && model["window"].as_u64().unwrap() > above || id.contains("computer-use"),
                "{id} {above}"
            );
        }
        if let Some(window) = model.get("window") {
            assert!(window.as_u64().unwrap() >= 4096, "{id}");
        }
        assert!(model.get("input") != Some(&serde_json::json!(0)), "{id} would cost nothing");
    }
    for id in
        ["claude-opus-5", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "gpt-5.5", "gpt-5.6"]
    {
        assert!(models.contains_key(id), "{id}");
    }
    let notice = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/NOTICE"));
    assert!(notice.contains(&format!("litellm {}", table["version"].as_str().unwrap())));
    assert!(notice.contains("Copyright (c) 2023 Berri AI") && notice.contains("MIT License"));
}

#[test]
fn prices_are_exact_integers() {
    let prices = Prices::bundled();
    // claude-opus-5-5: 4, 20, 0.2 and 5 USD a million.
    let cost = prices.price("claude-opus-5-5", &tokens(1, 1, 1, 1)).unwrap();
    assert_eq!(
        cost,
        Cost {
            nanos: Money(4_000 + 20_000 + 200 + 5_000),
            source: CostSource::Table { date: prices.date().to_owned(), above: None },
            listed: None,
        }
    );
    assert_eq!(
        nanos(&prices, "claude-opus-5-5", &tokens(123_456, 7_890, 1_000_003, 11)),
        Some(123_456 * 4_000 + 7_890 * 20_000 + 1_000_003 * 200 + 11 * 5_000)
    );
    // claude-haiku-5-5 writes its cache at 0.125 USD a million: 125 nano-dollars a token.
    assert_eq!(nanos(&prices, "claude-haiku-5-5", &tokens(0, 0, 0, 3)), Some(375));
    assert_eq!(nanos(&prices, "claude-opus-5-5", &tokens(0, 0, 0, 0)), Some(0));
}

#[test]
fn fractions_of_a_nano_dollar_are_rounded_once_at_the_end() {
    let listed = Listed { input: Some(0.000_25), output: Some(0.0), ..Listed::default() };
    let own = Override { prices: listed, ..Override::default() };
    let prices = Prices::bundled().with_overrides(&BTreeMap::from([("tiny".to_owned(), own)]));
    for (count, expected) in [(1, 0), (2, 1), (3, 1), (4, 1), (1_000_000, 250_000)] {
        assert_eq!(nanos(&prices, "tiny", &tokens(count, 0, 0, 0)), Some(expected), "{count}");
    }
}

#[test]
fn a_model_is_found_however_its_agent_writes_it() {
    let prices = Prices::bundled();
    let one = tokens(1, 0, 0, 0);
    for (name, expected) in [
        ("claude-opus-5-5", Some(4_000)),
        ("anthropic/claude-opus-5-5", Some(4_000)),
        ("openrouter/anthropic/claude-opus-5-5", Some(4_000)),
        ("claude-opus-5-5[1m]", Some(4_000)),
        ("claude-opus-5-5-20260901", Some(4_000)),
        ("anthropic/claude-opus-5-5-2026-09-01", Some(4_000)),
        ("anthropic/claude-opus-5-5:high", Some(4_000)),
        ("openai/gpt-5.5", Some(5_000)),
        ("openai-codex/gpt-5.5", Some(5_000)),
        ("openai/claude-opus-5-5", None),
        ("bedrock/claude-opus-5-5", None),
        ("claude-opus-99", None),
        ("", None),
        ("/", None),
    ] {
        assert_eq!(nanos(&prices, name, &one), expected, "{name}");
    }
    assert_eq!(prices.window("google/gemini-2.5-pro"), prices.window("gemini/gemini-2.5-pro"));
    assert!(prices.window("gemini-2.5-pro").is_some(), "found without its vendor");
    assert_eq!(prices.window("claude-opus-5-5"), Some(1_000_000));
    assert_eq!(prices.window("nobody/knows"), None);
}

#[test]
fn every_model_of_the_table_finds_itself() {
    let prices = Prices::bundled();
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models.json"));
    let table: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(prices.models().count(), table["models"].as_object().unwrap().len());
    for (id, model) in table["models"].as_object().unwrap() {
        assert_eq!(prices.window(id), model.get("window").and_then(serde_json::Value::as_u64), "{id}");
        let input = model.get("input").and_then(serde_json::Value::as_f64);
        // Few enough for every model's lowest tier.
        let expected = input.and_then(|price| Money::from_dollars(price / 1000.0)).map(|money| money.0);
        assert_eq!(nanos(&prices, id, &tokens(1_000, 0, 0, 0)), expected, "{id}");
    }
}

#[test]
fn the_users_figures_go_before_the_table_and_fill_up_from_it() {
    let settings = super::from_project(
        "[models.\"claude-opus-5-5\"]\ninput = 1.5\nwindow = 200000\n\
         [models.\"acme/one\"]\ninput = 2\noutput = 3\n\
         [models.\"acme/window-only\"]\nwindow = 8000\n",
    )
    .unwrap();
    let prices = Prices::of(&settings);
    assert_eq!(nanos(&prices, "claude-opus-5-5", &tokens(1, 1, 1, 0)), Some(1_500 + 20_000 + 200));
    assert_eq!(prices.window("claude-opus-5-5"), Some(200_000));
    assert_eq!(nanos(&prices, "acme/one", &tokens(1, 1, 0, 0)), Some(5_000));
    assert_eq!(
        nanos(&prices, "acme/one", &tokens(0, 0, 1, 0)),
        Some(2_000),
        "no cache price: as fresh input"
    );
    assert_eq!(nanos(&prices, "acme/window-only", &tokens(1, 0, 0, 0)), None);
    assert_eq!(nanos(&prices, "acme/window-only", &tokens(0, 0, 0, 0)), None, "unknown is never nothing");
    assert_eq!(prices.window("acme/window-only"), Some(8000));
}

/// Figures worked out by hand, in nano-dollars.
#[test]
fn a_large_request_is_priced_as_a_whole_by_its_tier_and_hours_of_cache_by_their_own_price() {
    let prices = Prices::bundled();
    let with_hour = |tokens: Tokens, cache_write_1h| Tokens { cache_write_1h, ..tokens };
    // claude-haiku-5-5, USD a million: 0.1 in, 0.5 out, 0.01 read, 0.125 written, 0.2 for an hour; above 100,000:
    // 0.5, 2.5, 0.05, 0.625, 1. claude-sonnet-4-5: 3, 15, 0.3, 3.75, 6. gpt-5.5: 5, 30, 0.5; above 272,000: 10, 45, 1.
    for (model, counted, expected, tier) in [
        ("claude-haiku-5-5", tokens(100_000, 1_000, 0, 0), 100_000 * 100 + 1_000 * 500, None),
        ("claude-haiku-5-5", tokens(100_001, 1_000, 0, 0), 100_001 * 500 + 1_000 * 2_500, Some(100_000)),
        // What a cache served or was written counts towards the size.
        ("claude-haiku-5-5", tokens(1, 0, 99_000, 1_000), 500 + 99_000 * 50 + 1_000 * 625, Some(100_000)),
        ("claude-haiku-5-5", tokens(1, 900_000, 0, 0), 100 + 900_000 * 500, None),
        (
            "claude-haiku-5-5",
            with_hour(tokens(100_000, 0, 0, 10), 4),
            100_000 * 500 + 6 * 625 + 4 * 1_000,
            Some(100_000),
        ),
        (
            "claude-sonnet-4-5",
            with_hour(tokens(2, 3, 5, 7), 4),
            6_000 + 45_000 + 1_500 + 3 * 3_750 + 4 * 6_000,
            None,
        ),
        ("claude-sonnet-4-5", tokens(0, 0, 0, 7), 7 * 3_750, None),
        ("gpt-5.5", tokens(272_000, 10, 0, 0), 272_000 * 5_000 + 10 * 30_000, None),
        (
            "gpt-5.5",
            tokens(72_000, 10, 200_001, 0),
            72_000 * 10_000 + 10 * 45_000 + 200_001 * 1_000,
            Some(272_000),
        ),
        // No price for an hour: as for the usual time. More of an hour than was written cannot be.
        ("gpt-5.6", with_hour(tokens(0, 0, 0, 10), 10), 10 * 5_000, None),
        ("claude-sonnet-4-5", with_hour(tokens(0, 0, 0, 1), 9), 6_000, None),
    ] {
        let cost = prices.price(model, &counted).unwrap();
        assert_eq!(cost.nanos, Money(expected), "{model} {counted:?}");
        let source = CostSource::Table { date: prices.date().to_owned(), above: tier };
        assert_eq!(cost.source, source, "{model} {counted:?}");
    }
}

#[test]
fn the_users_own_tiers_go_before_the_tables() {
    let settings = super::from_project(
        "[models.\"gpt-5.5\"]\ninput = 1\n\
         [models.\"claude-haiku-5-5\"]\n\
         [[models.\"claude-haiku-5-5\".tiers]]\nabove = 500000\ninput = 2\n\
         [[models.\"claude-haiku-5-5\".tiers]]\nabove = 200000\ninput = 1\n\
         [models.\"acme/flat\"]\ninput = 2\noutput = 3\ntiers = []\n",
    )
    .unwrap();
    let prices = Prices::of(&settings);
    for (model, input, expected, above) in [
        // The user's price holds at every size; the table's other prices keep their tiers.
        ("gpt-5.5", 100_000, 100_000 * 1_000 + 30_000, None),
        ("gpt-5.5", 300_000, 300_000 * 1_000 + 45_000, Some(272_000)),
        ("claude-haiku-5-5", 150_000, 150_000 * 100 + 500, None),
        ("claude-haiku-5-5", 200_001, 200_001 * 1_000 + 500, Some(200_000)),
        ("claude-haiku-5-5", 500_001, 500_001 * 2_000 + 500, Some(500_000)),
        ("acme/flat", 900_000, 900_000 * 2_000 + 3_000, None),
    ] {
        let cost = prices.price(model, &tokens(input, 1, 0, 0)).unwrap();
        assert_eq!(cost.nanos, Money(expected), "{model} {input}");
        assert_eq!(cost.source, CostSource::Settings { above }, "{model} {input}");
    }
    let listed = |model| prices.listed_window(model);
    assert_eq!(listed("gpt-5.5"), Some(ListedWindow { tokens: 1_050_000, own: false }));
    assert_eq!(listed("acme/flat"), None);
    let error = super::from_project("[[models.x.tiers]]\ninput = 1\n").unwrap_err().to_string();
    assert!(error.contains("above"), "{error}");
}
