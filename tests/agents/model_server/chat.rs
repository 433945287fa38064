//! `OpenAI` chat completions: Pi and `OpenCode`.

use super::http::{Frames, data};
use super::request::{Entry, Request, Tool, texts};
use super::{Reply, Tokens, Wire};
use serde_json::{Value, json};

pub fn read(body: &Value) -> Option<Request> {
    let mut entries = Vec::new();
    let mut system = String::new();
    for message in body["messages"].as_array()? {
        let content = texts(&message["content"]);
        match message["role"].as_str()? {
            "user" => entries.extend(content.into_iter().map(Entry::Said)),
            "assistant" => {
                let calls = message["tool_calls"].as_array().into_iter().flatten();
                let names = calls.filter_map(|call| Some(call["function"]["name"].as_str()?.to_owned()));
                entries.push(Entry::Replied(names.collect()));
            }
            "tool" => entries.push(Entry::Result(content.join("\n"))),
            _ => system.push_str(&content.join("\n")),
        }
    }
    let tools = body["tools"].as_array().into_iter().flatten();
    let tools =
        tools.filter_map(|tool| Tool::new(&tool["function"]["name"], None, &tool["function"]["parameters"]));
    Request::new(Wire::Chat, body, &system, &entries, tools.collect())
}

/// What this protocol tells of the tokens: nothing of what was written to a cache.
pub fn tokens(tokens: Tokens) -> Tokens {
    Tokens { written: 0, ..tokens }
}

pub fn frames(request: &Request, reply: &Reply) -> Frames {
    let event = |choices: Value, usage: Value| {
        data(
            &json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": request.model,
            "choices": choices, "usage": usage}),
        )
    };
    let delta = |delta: Value, finish: Value| {
        event(json!([{"index": 0, "delta": delta, "finish_reason": finish}]), Value::Null)
    };
    let mut frames = Frames::default();
    if !reply.reasoning.is_empty() {
        frames.before.push(delta(json!({"reasoning_content": reply.reasoning}), Value::Null));
    }
    let (first, second) = reply.halves();
    frames.before.push(delta(json!({"role": "assistant", "content": first}), Value::Null));
    frames.after.push(delta(json!({"content": second}), Value::Null));
    for (index, call) in reply.calls.iter().enumerate() {
        let call = call.wanted(request);
        // The ids repeat from reply to reply: nobody may take them for unique.
        let call = json!({"index": index, "id": format!("call_{index}"), "type": "function",
            "function": {"name": call.name, "arguments": call.arguments.to_string()}});
        frames.after.push(delta(json!({"tool_calls": [call]}), Value::Null));
    }
    let finish = if reply.calls.is_empty() { "stop" } else { "tool_calls" };
    frames.after.push(delta(json!({}), json!(finish)));
    let tokens = tokens(reply.tokens);
    let usage = json!({"prompt_tokens": tokens.prompt, "completion_tokens": tokens.completion,
        "total_tokens": tokens.prompt + tokens.completion,
        "prompt_tokens_details": {"cached_tokens": tokens.cached},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning}});
    frames.after.push(event(json!([]), usage));
    frames.after.push("data: [DONE]\n\n".to_owned());
    frames
}
