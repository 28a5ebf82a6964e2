//! Sizes of memory.

use super::quantity::{is_time, other_quantity};
use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::schema::reader::{FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

/// A GPU's memory, or a machine's: an amount of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Size {
    /// Bytes.
    pub bytes: u64,
    /// Whether each GPU has that much, rather than the machine.
    pub per_gpu: bool,
}

const SIZE_UNITS: &[(&str, u64)] = &[
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (unit, factor) = SIZE_UNITS
            .iter()
            .rev()
            .find(|(_, factor)| self.bytes >= *factor && self.bytes.is_multiple_of(*factor))
            .unwrap_or(&("B", 1));
        write!(f, "{} {unit}", self.bytes / factor)?;
        if self.per_gpu {
            f.write_str(" per GPU")?;
        }
        Ok(())
    }
}

/// The report of a number that is no size: its unit is missing, or another one.
fn wrong_size(span: Span, unit: Option<Span>, word: Option<&str>, expected: &str) -> Diagnostic {
    let (Some(unit), Some(word)) = (unit, word) else {
        return Diagnostic::new(codes::WRONG_TYPE, span, "this size has no unit")
            .help(format!("write {expected}"));
    };
    let found = if is_time(word) {
        Some("a duration")
    } else {
        other_quantity(word).filter(|found| *found != "a size")
    };
    if let Some(found) = found {
        let message = format!("expected {expected}, found {found}");
        return Diagnostic::new(codes::WRONG_TYPE, span, message);
    }
    let meant = SIZE_UNITS.iter().map(|(known, _)| *known).find(|known| {
        let letter = |text: &str| text.chars().next().map(|c| c.to_ascii_uppercase());
        letter(known) == letter(word) && word.len() <= 3
    });
    let units: Vec<&str> = SIZE_UNITS.iter().map(|(known, _)| *known).collect();
    let message = format!("`{word}` is no unit of size");
    Diagnostic::new(codes::WRONG_TYPE, unit, message)
        .help(format!("there is {}", suggest::listed(&units)))
        // A gigabyte is no gibibyte: a person decides.
        .maybe_fix(meant.map(|meant| Fix::replace(unit, meant).to_be_judged()))
}

impl FieldType for Size {
    fn shape() -> String {
        "a size (`KiB`, `MiB`, `GiB`, `TiB`), for each GPU with `per gpu`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        const EXPECTED: &str = "a size such as `24GiB`, or `24GiB per gpu`";
        if let ValueKind::Binary { operator, operands } = &value.kind {
            let per_gpu = *operator == crate::syntax::ast::Operator::Per
                && reader.word(&operands.1) == Some("gpu");
            if !per_gpu {
                return reader.wrong(value, EXPECTED);
            }
            let size = Self::read(&operands.0, reader)?;
            return Some(Self {
                per_gpu: true,
                ..size
            });
        }
        if let ValueKind::Number {
            number,
            unit: Some(unit),
        } = value.kind
            && let Some((_, factor)) = SIZE_UNITS.iter().find(|(u, _)| *u == reader.text(unit))
            && let Ok(count) = reader.text(number).parse::<u64>()
            && let Some(bytes) = count.checked_mul(*factor).filter(|bytes| *bytes > 0)
        {
            return Some(Self {
                bytes,
                per_gpu: false,
            });
        }
        if let ValueKind::Number { unit, .. } = value.kind {
            let is_known = |unit| SIZE_UNITS.iter().any(|(u, _)| *u == reader.text(unit));
            if unit.is_some_and(is_known) {
                return reader.wrong(value, "a size in whole numbers, from 1 KiB");
            }
            let word = unit.map(|unit| reader.text(unit).to_owned());
            return reader.report(wrong_size(value.span, unit, word.as_deref(), EXPECTED));
        }
        reader.wrong(value, EXPECTED)
    }
}
