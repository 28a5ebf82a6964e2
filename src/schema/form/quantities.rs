//! Numbers with units, and dates. A number stands under the name of its unit.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Form, Names};
use crate::schema::values::{Date, Duration, Percent, Price, Size};

/// A length of time.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Duration", deny_unknown_fields, example = DurationForm::of(Duration::minutes(90)))]
pub struct DurationForm {
    /// How long, in milliseconds.
    #[schemars(extend("x-unit" = "ms"))]
    milliseconds: u64,
    /// The same for people.
    text: String,
}

impl DurationForm {
    /// Of a duration.
    pub fn of(duration: Duration) -> Self {
        Self {
            milliseconds: duration.millis,
            text: duration.to_string(),
        }
    }
}

impl Form for Duration {
    type Json = DurationForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        DurationForm::of(*self)
    }
}

/// A share in hundredths.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Percentage", deny_unknown_fields, example = PercentForm::of(Percent(85.0)))]
pub struct PercentForm {
    /// How much, from 0 to 100.
    #[schemars(range(min = 0, max = 100), extend("x-unit" = "%"))]
    percent: f64,
}

impl PercentForm {
    /// Of a share.
    pub const fn of(share: Percent) -> Self {
        Self { percent: share.0 }
    }
}

impl Form for Percent {
    type Json = PercentForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        PercentForm::of(*self)
    }
}

/// Money for an hour.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(
    rename = "Price",
    deny_unknown_fields,
    example = PriceForm { per_hour: 9.0, currency: "USD" }
)]
pub struct PriceForm {
    /// How much an hour costs.
    #[schemars(range(min = 0), extend("x-unit" = "/h"))]
    per_hour: f64,
    /// Of what, by its ISO 4217 code.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    currency: &'static str,
}

impl Form for Price {
    type Json = PriceForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        PriceForm {
            per_hour: self.amount,
            currency: self.currency.as_str(),
        }
    }
}

/// An amount of memory.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(
    rename = "Size",
    deny_unknown_fields,
    example = SizeForm { bytes: 24 << 30, per_gpu: true, text: "24 GiB per GPU".to_owned() }
)]
pub struct SizeForm {
    /// How much, in bytes.
    #[schemars(extend("x-unit" = "B"))]
    bytes: u64,
    /// Whether each GPU has that much, rather than the machine.
    per_gpu: bool,
    /// The same for people.
    text: String,
}

impl Form for Size {
    type Json = SizeForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        SizeForm {
            bytes: self.bytes,
            per_gpu: self.per_gpu,
            text: self.to_string(),
        }
    }
}

/// A day of the calendar, as year-month-day.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Date", example = DateForm("2027-01-31".to_owned()))]
pub struct DateForm(
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), extend("format" = "date"))] String,
);

impl Form for Date {
    type Json = DateForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        DateForm(self.to_string())
    }
}
