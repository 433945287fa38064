use awtui::domain::{Cost, CostSource, Money, Tokens};
use awtui::settings::prices::{Override, Prices};
use std::collections::BTreeMap;

fn tokens(input: u64, output: u64, cache_read: u64, cache_write: u64) -> Tokens {
    Tokens { input, output, cache_read, cache_write, reasoning: 0 }
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
        for key in ["input", "output", "cache_read", "cache_write"] {
            if let Some(price) = model.get(key) {
                let price = price.as_f64().unwrap();
                assert!((0.0..1000.0).contains(&price), "{id} {key} {price}");
            }
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
            source: CostSource::Table { date: prices.date().to_owned() }
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
    let own = Override { input: Some(0.000_25), output: Some(0.0), ..Override::default() };
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
        let expected = input.and_then(Money::from_dollars).map(|money| money.0);
        assert_eq!(nanos(&prices, id, &tokens(1_000_000, 0, 0, 0)), expected, "{id}");
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
