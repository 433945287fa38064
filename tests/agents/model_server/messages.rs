//! The Anthropic messages API: Claude Code.

use super::http::{Frames, named};
use super::request::{Entry, Request, Tool, texts};
use super::{Reply, Tokens, Wire};
use serde_json::{Value, json};

pub fn read(body: &Value) -> Option<Request> {
    let mut entries = Vec::new();
    let mut system = texts(&body["system"]).join("\n");
    for message in body["messages"].as_array()? {
        match message["role"].as_str()? {
            "user" => {
                let parts = message["content"].as_array().map_or(&[][..], Vec::as_slice);
                for part in parts.iter().filter(|part| part["type"] == "tool_result") {
                    entries.push(Entry::Result(texts(&part["content"]).join("\n")));
                }
                entries.extend(texts(&message["content"]).into_iter().map(Entry::Said));
            }
            "assistant" => {
                let parts = message["content"].as_array().into_iter().flatten();
                let calls = parts.filter(|part| part["type"] == "tool_use");
                let names = calls.filter_map(|call| Some(call["name"].as_str()?.to_owned()));
                entries.push(Entry::Replied(names.collect()));
            }
            _ => system.push_str(&texts(&message["content"]).join("\n")),
        }
    }
    let tools = body["tools"].as_array().into_iter().flatten();
    let tools = tools.filter_map(|tool| Tool::new(&tool["name"], None, &tool["input_schema"]));
    Request::new(Wire::Messages, body, &system, &entries, tools.collect())
}

/// What the content blocks are, and the pieces in which each is streamed.
fn blocks(request: &Request, reply: &Reply, number: u64) -> Vec<Value> {
    let mut blocks = Vec::new();
    if !reply.reasoning.is_empty() {
        blocks.push(json!({"type": "thinking", "thinking": reply.reasoning, "signature": "c2lnbmVk"}));
    }
    if !reply.text.is_empty() {
        blocks.push(json!({"type": "text", "text": reply.text}));
    }
    for (place, call) in reply.calls.iter().enumerate() {
        let call = call.wanted(request);
        blocks.push(json!({"type": "tool_use", "id": format!("toolu_{number}_{place}"), "name": call.name,
            "input": call.arguments}));
    }
    blocks
}

fn message(request: &Request, content: &[Value], stop: &Value, usage: &Value, number: u64) -> Value {
    json!({"id": format!("msg_{number}"), "type": "message", "role": "assistant", "model": request.model,
        "content": content, "stop_reason": stop, "stop_sequence": null, "usage": usage})
}

fn stop(reply: &Reply) -> Value {
    json!(if reply.calls.is_empty() { "end_turn" } else { "tool_use" })
}

/// The answer to a request that wants no stream.
pub fn whole(request: &Request, reply: &Reply, number: u64) -> Value {
    message(request, &blocks(request, reply, number), &stop(reply), &usage(reply.tokens), number)
}

pub fn frames(request: &Request, reply: &Reply, number: u64) -> Frames {
    let event = |kind: &str, mut fields: Value| {
        fields["type"] = json!(kind);
        named(kind, &fields)
    };
    let mut frames = Frames::default();
    let mut early = usage(reply.tokens);
    // At the start nobody knows how long the reply will be.
    early["output_tokens"] = json!(1);
    early["output_tokens_details"] = json!({"thinking_tokens": 0});
    let start = message(request, &[], &Value::Null, &early, number);
    frames.before.push(event("message_start", json!({"message": start})));
    let mut broken = false;
    for (index, block) in blocks(request, reply, number).iter().enumerate() {
        let delta = |delta: Value| event("content_block_delta", json!({"index": index, "delta": delta}));
        let (empty, first, second) = match block["type"].as_str() {
            Some("thinking") => (
                json!({"type": "thinking", "thinking": "", "signature": ""}),
                vec![
                    delta(json!({"type": "thinking_delta", "thinking": block["thinking"]})),
                    delta(json!({"type": "signature_delta", "signature": block["signature"]})),
                ],
                None,
            ),
            Some("text") => {
                let (first, second) = reply.halves();
                (
                    json!({"type": "text", "text": ""}),
                    vec![delta(json!({"type": "text_delta", "text": first}))],
                    Some(delta(json!({"type": "text_delta", "text": second}))),
                )
            }
            _ => (
                json!({"type": "tool_use", "id": block["id"], "name": block["name"], "input": {}}),
                vec![delta(json!({"type": "input_json_delta", "partial_json": block["input"].to_string()}))],
                None,
            ),
        };
        let part = if broken { &mut frames.after } else { &mut frames.before };
        part.push(event("content_block_start", json!({"index": index, "content_block": empty})));
        part.extend(first);
        broken |= second.is_some();
        let part = if broken { &mut frames.after } else { &mut frames.before };
        part.extend(second);
        part.push(event("content_block_stop", json!({"index": index})));
    }
    let delta = json!({"stop_reason": stop(reply), "stop_sequence": null});
    frames.after.push(event("message_delta", json!({"delta": delta, "usage": usage(reply.tokens)})));
    frames.after.push(event("message_stop", json!({})));
    frames
}

fn usage(tokens: Tokens) -> Value {
    json!({"input_tokens": tokens.prompt - tokens.cached - tokens.written,
        "cache_creation_input_tokens": tokens.written,
        "cache_read_input_tokens": tokens.cached,
        "output_tokens": tokens.completion,
        "output_tokens_details": {"thinking_tokens": tokens.reasoning}})
}
