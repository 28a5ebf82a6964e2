//! The levels of one run: which warnings count as errors.

use std::str::FromStr;

use super::codes::{self, Class, Code, Severity};
use super::{Diagnostic, suggest};

/// What is asked for with `--deny`: one code, or `warnings` for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// Every warning.
    Warnings,
    /// This one; an error is one already.
    Code(Code),
}

/// What is asked for with `--warn`: the code of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warned(pub Code);

impl FromStr for Denied {
    type Err = String;

    /// # Errors
    /// When no finding has this code or name.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "warnings" {
            return Ok(Self::Warnings);
        }
        find(text).map(Self::Code)
    }
}

impl FromStr for Warned {
    type Err = String;

    /// # Errors
    /// When no finding has this code or name, or when it is an error, which no option lowers.
    fn from_str(text: &str) -> Result<Self, String> {
        let code = find(text)?;
        let named = format!("{} ({})", code.code, code.name);
        match code.class {
            Class::Warning => Ok(Self(code)),
            Class::Structural => Err(format!(
                "{named} is a structural error, and those can never be lowered: mend the plan"
            )),
            Class::Promise => Err(format!(
                "{named} is a promise of the plan, and no option takes it back: write an `accept` \
                 in the plan, with a reason, an owner and an expiry"
            )),
        }
    }
}

fn find(text: &str) -> Result<Code, String> {
    Code::find(text).ok_or_else(|| {
        let wanted = text.to_ascii_uppercase();
        let known = codes::ALL.iter();
        let near = suggest::nearest(text, known.clone().map(|c| c.name))
            .or_else(|| suggest::nearest(&wanted, known.map(|c| c.code)));
        match near {
            Some(near) => format!("no finding has this code; did you mean `{near}`?"),
            None => "no finding has this code; `dtpc explain --list` shows all".to_owned(),
        }
    })
}

/// Which warnings count as errors in a run.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// What is raised to errors.
    pub deny: Vec<Denied>,
    /// What stays a warning all the same.
    pub warn: Vec<Warned>,
}

impl Levels {
    /// Gives every finding the level that it has in this run.
    pub fn apply(&self, diagnostics: &mut [Diagnostic]) {
        for diagnostic in diagnostics {
            diagnostic.severity = self.of(diagnostic.code);
        }
    }

    fn of(&self, code: Code) -> Severity {
        let denied = self.deny.iter().any(|denied| match denied {
            Denied::Warnings => true,
            Denied::Code(this) => *this == code,
        });
        let kept = self.warn.iter().any(|warned| warned.0 == code);
        if denied && !kept {
            Severity::Error
        } else {
            code.class.severity()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(deny: &[&str], warn: &[&str]) -> Levels {
        Levels {
            deny: deny.iter().map(|d| d.parse().unwrap()).collect(),
            warn: warn.iter().map(|w| w.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn a_warning_is_raised_by_its_code_or_with_all_and_put_back() {
        let code = codes::TIMEOUTS_OVER_BUDGET;
        assert_eq!(levels(&[], &[]).of(code), Severity::Warning);
        assert_eq!(levels(&["dtp0515"], &[]).of(code), Severity::Error);
        assert_eq!(levels(&["warnings"], &[]).of(code), Severity::Error);
        let back = levels(&["warnings", "DTP0515"], &["timeouts-over-budget"]);
        assert_eq!(back.of(code), Severity::Warning);
        assert_eq!(back.of(codes::UNUSED), Severity::Error);
    }

    #[test]
    fn no_error_is_lowered() {
        for code in codes::ALL.iter().filter(|c| c.class != Class::Warning) {
            let refused = code.code.parse::<Warned>().unwrap_err();
            assert_eq!(
                refused.contains("`accept`"),
                code.class == Class::Promise,
                "{refused}"
            );
        }
        let unknown = "DTP0999".parse::<Denied>().unwrap_err();
        assert!(unknown.contains("no finding"), "{unknown}");
        let near = "unusd".parse::<Denied>().unwrap_err();
        assert!(near.contains("`unused`"), "{near}");
    }
}
