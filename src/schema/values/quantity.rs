//! Numbers with units, and dates.

use std::fmt;

use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::reader::{FieldType, Reader};
use crate::syntax::ast::{Value, ValueKind};

/// A length of time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Duration {
    /// Milliseconds.
    pub millis: u64,
}

const DURATION_UNITS: &[(&str, u64)] = &[
    ("ms", 1),
    ("s", 1_000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 604_800_000),
];

/// The unit that other words for it mean; not `m`, which could also be a month.
fn meant_unit(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "msec" | "msecs" | "millisecond" | "milliseconds" => Some("ms"),
        "sec" | "secs" | "second" | "seconds" => Some("s"),
        "mins" | "minute" | "minutes" => Some("min"),
        "hr" | "hrs" | "hour" | "hours" => Some("h"),
        "day" | "days" => Some("d"),
        "week" | "weeks" => Some("w"),
        _ => None,
    }
}

/// What a number with this unit is, if it is no length of time: "a size".
pub(super) fn other_quantity(unit: &str) -> Option<&'static str> {
    match unit {
        "%" => Some("a percentage"),
        "KiB" | "MiB" | "GiB" | "TiB" | "KB" | "kB" | "MB" | "GB" | "TB" => Some("a size"),
        unit if unit.ends_with("/h") => Some("a price"),
        unit if unit.contains('/') => Some("a rate"),
        _ => None,
    }
}

/// Whether this is a unit of time.
pub(super) fn is_time(unit: &str) -> bool {
    DURATION_UNITS.iter().any(|(known, _)| *known == unit)
}

impl Duration {
    /// That many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self {
            millis: minutes * 60_000,
        }
    }

    /// That many days.
    pub const fn days(days: u64) -> Self {
        Self {
            millis: days * 86_400_000,
        }
    }

    /// In days, rounded up.
    pub const fn whole_days(self) -> u64 {
        self.millis.div_ceil(86_400_000)
    }

    /// In minutes, rounded up: what a CI host counts in.
    pub const fn whole_minutes(self) -> u64 {
        self.millis.div_ceil(60_000)
    }

    /// In seconds, with what is left of one behind a point: `90`, `0.5`.
    pub fn in_seconds(self) -> String {
        let (whole, rest) = (self.millis / 1000, self.millis % 1000);
        if rest == 0 {
            return whole.to_string();
        }
        let text = format!("{whole}.{rest:03}");
        text.trim_end_matches('0').to_owned()
    }

    /// In seconds, rounded up.
    pub const fn whole_seconds(self) -> u64 {
        self.millis.div_ceil(1_000)
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            millis: self.millis.saturating_add(other.millis),
        }
    }

    /// One of so many equal pieces of it, to the millisecond; itself of none.
    #[must_use]
    pub const fn divided(self, pieces: u64) -> Self {
        match self.millis.checked_div(pieces) {
            Some(millis) => Self { millis },
            None => self,
        }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millis == 0 {
            return f.write_str("0 s");
        }
        let mut rest = self.millis;
        let mut first = true;
        for (unit, millis) in DURATION_UNITS.iter().rev().skip(1) {
            if rest >= *millis {
                if !first {
                    f.write_str(" ")?;
                }
                write!(f, "{} {unit}", rest / millis)?;
                rest %= millis;
                first = false;
            }
        }
        Ok(())
    }
}

impl FieldType for Duration {
    fn shape() -> String {
        "a duration (`ms`, `s`, `min`, `h`, `d`, `w`)".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        const EXPECTED: &str = "a duration such as `30min`";
        // A hundred years is more than any plan means, and keeps sums far from overflow.
        const LONGEST: f64 = 3.2e12;
        let ValueKind::Number { number, unit } = value.kind else {
            return reader.wrong(value, EXPECTED);
        };
        let Some(unit) = unit else {
            let shown = reader.text(number).to_owned();
            return reader.report(
                Diagnostic::new(codes::WRONG_TYPE, value.span, "this duration has no unit")
                    .help(format!("write `{shown}s`, `{shown}min` or `{shown}h`")),
            );
        };
        let word = reader.text(unit);
        let Some((_, factor)) = DURATION_UNITS.iter().find(|(known, _)| *known == word) else {
            if let Some(other) = other_quantity(word) {
                let message = format!("expected {EXPECTED}, found {other}");
                return reader.report(Diagnostic::new(codes::WRONG_TYPE, value.span, message));
            }
            let message = format!("`{word}` is no unit of time");
            let units: Vec<&str> = DURATION_UNITS.iter().map(|(unit, _)| *unit).collect();
            let help = format!("there is {}; a minute is `min`", suggest::listed(&units));
            let fix = match word {
                // A month, elsewhere.
                "m" => Some(Fix::replace(unit, "min").to_be_judged()),
                _ => meant_unit(word).map(|meant| Fix::replace(unit, meant)),
            };
            return reader.report(
                Diagnostic::new(codes::WRONG_TYPE, unit, message)
                    .help(help)
                    .maybe_fix(fix),
            );
        };
        let millis = reader
            .text(number)
            .parse::<f64>()
            .map(|n| n * to_f64(*factor));
        match millis {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be a whole number in range"
            )]
            Ok(millis) if (1.0..=LONGEST).contains(&millis) => Some(Self {
                millis: millis.round() as u64,
            }),
            _ => reader.wrong(value, "a duration of 1 ms to a hundred years"),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "factors are small")]
fn to_f64(factor: u64) -> f64 {
    factor as f64
}

/// A share in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Percent(pub f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl FieldType for Percent {
    fn shape() -> String {
        "a percentage".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if let ValueKind::Number {
            number,
            unit: Some(unit),
        } = value.kind
            && reader.text(unit) == "%"
            && let Ok(share) = reader.text(number).parse::<f64>()
            && (0.0..=100.0).contains(&share)
        {
            return Some(Self(share));
        }
        reader.wrong(value, "a percentage, from `0%` to `100%`")
    }
}

/// Money for an hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// How much.
    pub amount: f64,
    /// Of what, by its ISO 4217 code.
    pub currency: Name,
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/h", self.amount, self.currency)
    }
}

impl FieldType for Price {
    fn shape() -> String {
        "a price for an hour".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if let ValueKind::Number {
            number,
            unit: Some(unit),
        } = value.kind
            && let Some((currency, "h")) = reader.text(unit).split_once('/')
            && currency.len() == 3
            && currency.bytes().all(|b| b.is_ascii_uppercase())
            && let Ok(amount) = reader.text(number).parse::<f64>()
            && amount >= 0.0
        {
            return Some(Self {
                amount,
                currency: Name::new(currency),
            });
        }
        reader.wrong(value, "a price such as `4 USD/h`")
    }
}

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub jiff::civil::Date);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FieldType for Date {
    fn shape() -> String {
        "a date (`2027-01-31`)".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if !matches!(value.kind, ValueKind::Date) {
            return reader.wrong(value, "a date such as `2027-01-31`");
        }
        match reader.text(value.span).parse() {
            Ok(date) => Some(Self(date)),
            Err(_) => reader.report(
                Diagnostic::new(codes::WRONG_TYPE, value.span, "there is no such day")
                    .help("a date is year-month-day"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_for_people() {
        assert_eq!(Duration { millis: 5_400_000 }.to_string(), "1 h 30 min");
        assert_eq!(Duration { millis: 200 }.to_string(), "200 ms");
        assert_eq!(Duration { millis: 0 }.to_string(), "0 s");
        assert_eq!(
            Duration {
                millis: 86_400_000 * 9
            }
            .to_string(),
            "9 d"
        );
    }
}
