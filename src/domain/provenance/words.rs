//! Figures in words: exact, where the screen's own are short.

use crate::domain::{Millis, Money, Time};

/// `12s`, `3m05s`, `2h03m`.
pub(super) fn span(milliseconds: Millis) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

pub(super) fn ago(at: Time, now: Time) -> String {
    format!("{} ago", span(now.run.saturating_sub(at.run)))
}

/// `1,234,567`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(super) fn plural(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {one}s", count(number)) }
}

/// Six decimals: a call may cost less than a hundredth of a cent.
pub(super) fn exact(money: Money) -> String {
    let micros = (money.0 + 500) / 1000;
    format!("${}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// `3.4 % less`, seen from the other figure; `None` when both are the same to a thousandth.
pub(super) fn difference(this: u64, other: u64) -> Option<String> {
    let apart = this.abs_diff(other);
    let permille = u128::from(apart) * 1000 / u128::from(other.max(1));
    (permille > 0).then(|| {
        let way = if this > other { "more" } else { "less" };
        format!("{}.{} % {way}", permille / 10, permille % 10)
    })
}
