//! How long things took: from the journal of a run and the clock of the model server. Printed, never asserted.

use crate::model_server::Request;
use awtui::domain::{Effect, Fact, Observation, Outcome, PaneId, Record, Run, Text, apply};
use std::collections::BTreeMap;

/// One line for each start of an agent and for each prompt.
pub fn lines(records: &[Record], requests: &[Request]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut run = Run::default();
    let mut open = BTreeMap::new();
    let mut prompts: Vec<(PaneId, u64, Option<Text>)> = Vec::new();
    for record in records {
        apply(&mut run, record);
        let at = record.at.wall;
        match &record.fact {
            Fact::Requested { effect } => drop(open.insert(record.seq, (at, effect.clone()))),
            Fact::Settled { effect, outcome, .. } => match (open.remove(&effect.0), outcome) {
                (Some((since, Effect::Spawn { pane, role, .. })), Outcome::Started) => {
                    lines.push(format!("{pane} ({role}) took prompts after {} ms", at - since));
                }
                (Some((since, Effect::Prompt { pane, .. })), Outcome::Delivered { channel, text, .. }) => {
                    lines.push(format!("{pane} had a prompt by {channel:?} after {} ms", at - since));
                    prompts.push((pane, since, Some(text.clone())));
                }
                _ => {}
            },
            Fact::Observed { pane, observation: Observation::PermissionAsked(asked), .. } => {
                let reply =
                    requests.iter().filter_map(|request| request.answered).filter(|sent| *sent <= at).max();
                let since = reply.map_or("?".to_owned(), |sent| format!("{} ms", at - sent));
                lines.push(format!(
                    "{pane} asked for {}: known {since} after the reply that wants it",
                    asked.tool
                ));
            }
            Fact::Observed { pane, observation: Observation::TurnEnded { .. }, .. } => {
                let Some(place) = prompts.iter().rposition(|(of, ..)| of == pane) else { continue };
                let (_, since, text) = prompts.remove(place);
                let first_line = text.as_ref().map_or("", Text::first_line);
                let of_turn = requests.iter().filter(|request| {
                    request.at >= since && request.at <= at && request.prompt.contains(first_line)
                });
                let (first, last) = of_turn
                    .fold((None, None), |(first, _), request| (first.or(Some(request.at)), request.answered));
                let model =
                    first.map_or("never".to_owned(), |first| format!("{} ms", first.saturating_sub(since)));
                let end = last.map_or("?".to_owned(), |last| format!("{} ms", at.saturating_sub(last)));
                lines.push(format!(
                    "{pane}: the model was asked {model} after the prompt was planned; the end of the turn was known \
                     {end} after the last reply"
                ));
            }
            _ => {}
        }
    }
    lines
}
