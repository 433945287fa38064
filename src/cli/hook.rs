//! `awtui hook`: what an agent calls when something happens in it.
//!
//! Hands on what the agent gave it and prints what awtui answers. Whatever goes wrong, it exits with 0 and prints
//! nothing: then nothing is decided, and the agent goes on as if it were not there.

use super::exit::Exit;
use super::link::{self, Link};
use super::print;
use crate::agent::json;
use crate::agent::protocol::{HOOK, HookLine, MAX_LINE, ToDesk};
use crate::supervisor::clock::system_wall;
use serde_json::Value;
use std::io::Read;
use std::path::Path;

/// Characters of one text of a payload that is too long for a line: what a tool printed, for one.
const LONG_TEXT: usize = 4_000;

pub(super) async fn run(launch: &Path, event: String) -> Exit {
    if let Some(text) = output(launch, event).await
        && !text.is_empty()
    {
        print::line(&text);
    }
    Exit::Done
}

async fn output(launch: &Path, event: String) -> Option<String> {
    let credentials = link::credentials(Some(launch)).ok()?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).ok()?;
    let mut payload: Value = json::read(&String::from_utf8_lossy(&bytes)).unwrap_or(Value::Null);
    if bytes.len() > MAX_LINE / 2 {
        shorten(&mut payload);
    }
    if payload.to_string().len() > MAX_LINE / 2 {
        // Very many short texts. What happened is told, not to what: a question about it is put by the agent itself.
        let fields = payload.as_object_mut()?;
        fields.retain(|_, value| !matches!(value, Value::Array(_) | Value::Object(_)));
    }
    let key = format!("hook-{}-{}", std::process::id(), system_wall());
    let mut link = Link::open(&credentials, HOOK).await.ok()?;
    // A question waits for as long as the operator needs, and for as long as the agent lets this program live.
    link.output(&ToDesk::Hook(HookLine { key: key.clone(), event, payload }), &key).await.ok()?
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(LONG_TEXT) {
                text.truncate(end);
                text.push('…');
            }
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
