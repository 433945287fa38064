//! A scratch home for Pi: two models of the scripted server, known prices, dummy keys.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Writes Pi's settings and its list of models below this home.
pub fn write(home: &Path, base_url: &str, settings: &Value) {
    let config = home.join(".pi/agent");
    fs::create_dir_all(&config).unwrap();
    let cost = json!({"input": 0.5, "output": 2, "cacheRead": 0.05, "cacheWrite": 0});
    let model = |id: &str, reasoning: bool| json!({"id": id, "name": id, "reasoning": reasoning, "contextWindow": 32000, "maxTokens": 4096, "cost": cost});
    let models = json!({"providers": {"mock": {"baseUrl": base_url, "api": "openai-completions", "apiKey": "dummy",
        "models": [model("fast", false), model("strong", true)]}}});
    fs::write(config.join("models.json"), models.to_string()).unwrap();
    fs::write(config.join("settings.json"), settings.to_string()).unwrap();
}
