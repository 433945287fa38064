//! What a fact tells the operator who asked for something: that it is taken, and what becomes of it.
//!
//! Owns the words and which facts have some. It shows nothing, and says nothing that the state before the fact does not
//! bear out.

use super::{Fact, Run, compaction, operator};

/// `None` for a fact that nobody waits for. `run` is as it was before.
pub fn news(run: &Run, fact: &Fact) -> Option<String> {
    if let Fact::Noted { .. } = fact {
        return Some("noted: the prompts from now on carry it".to_owned());
    }
    if let Fact::Said { role, .. } = fact {
        return Some(match operator::steered(run, role) {
            Some(_) => format!("said to the {role}, into its turn"),
            None => format!("kept for the {role}: it goes with its next prompt"),
        });
    }
    compaction::news(run, fact)
}
