//! What is to be expected from what was: how fast a context grows, what each step costs. Nothing is guessed where too little
//! was seen.

use super::{Money, RoleName, Run, StepNumber, Totals};

/// Steps that a pace is taken from.
const SEEN: usize = 3;
/// A step that costs less is not worth a mark, however cheap the one before was: one cent.
const LEAST: Money = Money(10_000_000);

/// How fast a role's context grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Tokens a step.
    pub tokens: u64,
    /// Over so many of its last steps, none of which ended smaller than the one before.
    pub steps: u64,
    /// Steps until its context is compacted, the open one included; `None` where that size is not known.
    pub left: Option<u64>,
}

impl Run {
    /// The pace of a role, from its steps since the last time its context shrank; `None` before two of them ended with a
    /// known context.
    pub fn pace(&self, role: &RoleName) -> Option<Pace> {
        let ends: Vec<u64> = self
            .steps
            .iter()
            .filter(|step| step.role.as_ref() == Some(role) && step.is_over())
            .filter_map(|step| self.ledger.steps.get(&step.number)?.context_tokens)
            .collect();
        let growth: Vec<u64> =
            ends.windows(2).rev().map_while(|pair| pair[1].checked_sub(pair[0])).take(SEEN).collect();
        // A context that was emptied since says nothing of the pace now.
        let now = self.roles.get(role)?.context.tokens?;
        let last = ends.last().copied()?;
        if growth.is_empty() || now < last {
            return None;
        }
        let steps = growth.len() as u64;
        let tokens = growth.iter().sum::<u64>() / steps;
        let left = self.compact_threshold(role).filter(|_| tokens > 0).map(|(most, _)| {
            // From where the last step ended: the open one has begun to use its share.
            most.saturating_sub(last) / tokens
        });
        Some(Pace { tokens, steps, left })
    }
}

/// What each step of a role cost, in their order.
pub fn step_costs<'run>(
    run: &'run Run,
    role: &'run RoleName,
) -> impl DoubleEndedIterator<Item = (StepNumber, Totals)> + 'run {
    run.steps.iter().filter(move |step| step.role.as_ref() == Some(role)).map(|step| {
        (step.number, run.ledger.steps.get(&step.number).map(|usage| usage.totals).unwrap_or_default())
    })
}

/// Whether a step cost twice as much as the step of the same role before it, and more than a cent.
pub fn doubled(run: &Run, number: StepNumber) -> bool {
    let Some(role) = run.step(number).and_then(|step| step.role.as_ref()) else { return false };
    let mut before = step_costs(run, role).rev().skip_while(|(step, _)| *step != number);
    let (Some((_, this)), Some((_, before))) = (before.next(), before.next()) else { return false };
    this.cost >= LEAST && before.cost > Money::ZERO && this.cost.0 >= before.cost.0.saturating_mul(2)
}
