//! The `OpenAI` responses API: Codex.

use super::http::{Frames, named};
use super::request::{Entry, Request, Tool, texts};
use super::{Reply, Tokens, Wire};
use serde_json::{Value, json};

pub fn read(body: &Value) -> Option<Request> {
    let mut entries = Vec::new();
    let mut system = body["instructions"].as_str().unwrap_or_default().to_owned();
    for item in body["input"].as_array()? {
        let content = texts(&item["content"]);
        match (item["type"].as_str().unwrap_or("message"), item["role"].as_str()) {
            ("message", Some("user")) => entries.extend(content.into_iter().map(Entry::Said)),
            ("message", Some("assistant")) | ("reasoning" | "function_call" | "custom_tool_call", _) => {
                let name = item["name"].as_str().map(str::to_owned);
                // The items of one reply follow each other.
                if let Some(Entry::Replied(names)) = entries.last_mut() {
                    names.extend(name);
                } else {
                    entries.push(Entry::Replied(name.into_iter().collect()));
                }
            }
            ("function_call_output" | "custom_tool_call_output", _) => {
                entries.push(Entry::Result(match &item["output"] {
                    Value::String(text) => text.clone(),
                    other => texts(other).join("\n"),
                }));
            }
            _ => system.push_str(&content.join("\n")),
        }
    }
    let mut tools = Vec::new();
    for tool in body["tools"].as_array().into_iter().flatten() {
        if tool["type"] == "namespace" {
            let within = tool["tools"].as_array().into_iter().flatten();
            tools.extend(
                within.filter_map(|one| Tool::new(&one["name"], tool["name"].as_str(), &one["parameters"])),
            );
        } else {
            tools.extend(Tool::new(&tool["name"], None, &tool["parameters"]));
        }
    }
    Request::new(Wire::Responses, body, &system, &entries, tools)
}

pub fn frames(request: &Request, reply: &Reply, number: u64) -> Frames {
    let mut sequence = 0;
    let mut event = |kind: &str, mut fields: Value| {
        fields["type"] = json!(kind);
        fields["sequence_number"] = json!(sequence);
        sequence += 1;
        named(kind, &fields)
    };
    let mut output = Vec::new();
    let mut frames = Frames::default();
    let response = |status: &str, output: &[Value], usage: Value| {
        json!({"response": {"id": format!("resp_{number}"), "object": "response", "created_at": 1, "status": status,
            "model": request.model, "output": output, "usage": usage}})
    };
    frames.before.push(event("response.created", response("in_progress", &[], Value::Null)));
    if !reply.reasoning.is_empty() {
        let id = format!("rs_{number}");
        let item = |summary: Value| json!({"id": id, "type": "reasoning", "summary": summary});
        let whole = item(json!([{"type": "summary_text", "text": reply.reasoning}]));
        frames.before.extend([
            event("response.output_item.added", json!({"output_index": 0, "item": item(json!([]))})),
            event(
                "response.reasoning_summary_text.delta",
                json!({"item_id": id, "output_index": 0, "summary_index": 0, "delta": reply.reasoning}),
            ),
            event("response.output_item.done", json!({"output_index": 0, "item": whole})),
        ]);
        output.push(whole);
    }
    if !reply.text.is_empty() {
        let (id, index) = (format!("msg_{number}"), output.len());
        let item = |status: &str, content: Value| json!({"id": id, "type": "message", "role": "assistant", "status": status, "content": content});
        let whole =
            item("completed", json!([{"type": "output_text", "text": reply.text, "annotations": []}]));
        let delta =
            |text: &str| json!({"item_id": id, "output_index": index, "content_index": 0, "delta": text});
        let (first, second) = reply.halves();
        frames.before.extend([
            event(
                "response.output_item.added",
                json!({"output_index": index, "item": item("in_progress", json!([]))}),
            ),
            event("response.output_text.delta", delta(first)),
        ]);
        frames.after.extend([
            event("response.output_text.delta", delta(second)),
            event("response.output_item.done", json!({"output_index": index, "item": whole})),
        ]);
        output.push(whole);
    }
    for (place, call) in reply.calls.iter().enumerate() {
        let (call, index) = (call.wanted(request), output.len());
        let item = |status: &str, arguments: &str| {
            let mut item = json!({"id": format!("fc_{number}_{place}"), "type": "function_call",
                "call_id": format!("call_{number}_{place}"), "name": call.name, "arguments": arguments, "status": status});
            if let Some(namespace) = &call.namespace {
                item["namespace"] = json!(namespace);
            }
            item
        };
        let whole = item("completed", &call.arguments.to_string());
        frames.after.extend([
            event(
                "response.output_item.added",
                json!({"output_index": index, "item": item("in_progress", "")}),
            ),
            event("response.output_item.done", json!({"output_index": index, "item": whole})),
        ]);
        output.push(whole);
    }
    frames.after.push(event("response.completed", response("completed", &output, usage(reply.tokens))));
    frames
}

fn usage(tokens: Tokens) -> Value {
    json!({"input_tokens": tokens.prompt,
        "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.written},
        "output_tokens": tokens.completion,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.prompt + tokens.completion})
}
