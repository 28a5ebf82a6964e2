//! Schedules as their hosts read them: five fields of cron, each in the dialect of the host.
//!
//! GitHub's is that of POSIX, <https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule>;
//! GitLab reads schedules with Fugit, <https://github.com/floraison/fugit>.

use std::str::FromStr;

use crate::diagnostics::suggest;
use crate::schema::values::Host;

/// One of the five fields.
struct Field {
    /// What it is called.
    name: &'static str,
    least: u32,
    greatest: u32,
    /// Words that stand for its numbers, from the least one.
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        least: 0,
        greatest: 59,
        words: &[],
    },
    Field {
        name: "hour",
        least: 0,
        greatest: 23,
        words: &[],
    },
    Field {
        name: "day of month",
        least: 1,
        greatest: 31,
        words: &[],
    },
    Field {
        name: "month",
        least: 1,
        greatest: 12,
        words: &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    },
    Field {
        name: "day of week",
        least: 0,
        greatest: 6,
        words: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// GitHub starts no schedule more often than this, in minutes.
const LEAST_APART: i64 = 5;

/// How many moments of a schedule are looked at for two that stand too close: those of some days, if
/// it is one that fires every few minutes.
const MOMENTS: usize = 1_000;

/// Why a schedule cannot be used at a host, in words.
pub(super) fn problem(cron: &str, host: Option<Host>) -> Option<String> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some("it does not have five fields".to_owned());
    }
    let wrong = fields.iter().zip(&FIELDS).find_map(|(text, field)| {
        text.split(',')
            .find_map(|part| self::part(part, field, host))
    });
    if wrong.is_some() {
        return wrong;
    }
    let Ok(schedule) = croner::Cron::from_str(cron) else {
        return Some("it cannot be read".to_owned());
    };
    // A search of croner's gives up after a few years, none of which may be a leap year; from the eve
    // of one, what has not fired by then never does.
    let mut at = jiff::civil::date(2027, 12, 31)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()?;
    for number in 0..MOMENTS {
        let Ok(next) = schedule.find_next_occurrence(&at, false) else {
            return (number == 0).then(|| "it never fires".to_owned());
        };
        let apart = next.timestamp().as_second() - at.timestamp().as_second();
        if host == Some(Host::GitHub) && number > 0 && apart < LEAST_APART * 60 {
            return Some(format!(
                "it fires every {} min, and GitHub starts one every {LEAST_APART} min at most",
                apart / 60
            ));
        }
        at = next;
    }
    None
}

/// What is wrong with one part of a field: `*`, a number, a range, each with a step where wanted.
fn part(part: &str, field: &Field, host: Option<Host>) -> Option<String> {
    let name = field.name;
    if part.is_empty() {
        return Some(format!("the {name} has an empty place in its list"));
    }
    let of_gitlab = host == Some(Host::GitLab);
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    if let Some(step) = step
        && !step
            .parse::<u32>()
            .is_ok_and(|step| step >= 1 && step <= field.greatest.max(1))
    {
        return Some(format!(
            "the {name} has the step `{step}`, and one goes from 1 to {}",
            field.greatest
        ));
    }
    if range == "*" {
        return None;
    }
    // The last day of the month, and the first Monday of one.
    let is_day_of_week = name == "day of week";
    if of_gitlab && step.is_none() {
        if name == "day of month" && range.eq_ignore_ascii_case("l") {
            return None;
        }
        if let (true, Some((day, which))) = (is_day_of_week, range.split_once('#')) {
            let is_week = matches!(which, "1" | "2" | "3" | "4" | "5");
            return value(day, field, host).err().or_else(|| {
                (!is_week).then(|| format!("a month has no {which}. such day of week"))
            });
        }
    }
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (value(first, field, host), Some(value(last, field, host))),
        None => (value(range, field, host), None),
    };
    match (first, last) {
        (Err(problem), _) | (_, Some(Err(problem))) => Some(problem),
        (Ok(first), Some(Ok(last))) if first > last => Some(format!(
            "the {name} goes from {first} back to {last}: write two ranges"
        )),
        _ => None,
    }
}

/// The number that a text stands for; or what is wrong with it.
fn value(text: &str, field: &Field, host: Option<Host>) -> Result<u32, String> {
    let name = field.name;
    let word = text.to_ascii_lowercase();
    if let Some(at) = field.words.iter().position(|known| *known == word) {
        return Ok(field.least + u32::try_from(at).unwrap_or_default());
    }
    let sunday = name == "day of week" && text == "7";
    if sunday && host != Some(Host::GitHub) {
        return Ok(7);
    }
    if sunday {
        return Err("the day of week goes from 0 to 6: Sunday is 0".to_owned());
    }
    match text.parse::<u32>() {
        Ok(number) if (field.least..=field.greatest).contains(&number) => Ok(number),
        Ok(number) => Err(format!(
            "the {name} goes from {} to {}, and this is {number}",
            field.least, field.greatest
        )),
        Err(_) if field.words.is_empty() => {
            Err(format!("the {name} `{text}` is no number{}", on_host(host)))
        }
        Err(_) => Err(format!(
            "the {name} `{text}` is no number, and none of {}{}",
            suggest::listed(field.words),
            on_host(host)
        )),
    }
}

/// The host in a sentence about its dialect.
fn on_host(host: Option<Host>) -> &'static str {
    match host {
        Some(Host::GitHub) => " as GitHub reads it",
        Some(Host::GitLab) => " as GitLab reads it",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_its_dialect() {
        for cron in ["0 8 L * *", "0 8 * * MON#1", "0 8 * * 7", "* * * * *"] {
            assert!(problem(cron, Some(Host::GitHub)).is_some(), "{cron}");
            assert_eq!(problem(cron, Some(Host::GitLab)), None, "{cron}");
        }
        for cron in [
            "0 8 * * *",
            "*/5 * * * *",
            "0 8 29 2 *",
            "30 5 * * 1,3",
            "30 5 * * MON-FRI",
            "0 0-23/2 1 JAN,jul *",
            "55 23 * * *",
        ] {
            assert_eq!(problem(cron, Some(Host::GitHub)), None, "{cron}");
        }
        for cron in [
            "0 8 1W * *",
            "60 8 * * *",
            "0 24 * * *",
            "0 8 30 2 *",
            "0 8 * * mo",
            "0 8 5-1 * *",
            "0 8 1, * *",
            "*/0 8 * * *",
            "@daily",
            "0 8 * * 8",
            "? 8 * * *",
        ] {
            for host in [Host::GitHub, Host::GitLab] {
                assert!(problem(cron, Some(host)).is_some(), "{cron}");
            }
        }
        for cron in ["*/4 * * * *", "0,59 * * * *", "0-8 * * * *"] {
            assert!(problem(cron, Some(Host::GitHub)).is_some(), "{cron}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_the_field() {
        for (cron, host, said) in [
            (
                "0 8 5-1 * *",
                Host::GitHub,
                "the day of month goes from 5 back to 1: write two ranges",
            ),
            (
                "0 8 * * FRI-MON",
                Host::GitHub,
                "the day of week goes from 5 back to 1: write two ranges",
            ),
            (
                "60 8 * * *",
                Host::GitHub,
                "the minute goes from 0 to 59, and this is 60",
            ),
            (
                "x 8 * * *",
                Host::GitLab,
                "the minute `x` is no number as GitLab reads it",
            ),
            (
                "x 8 * * *",
                Host::GitHub,
                "the minute `x` is no number as GitHub reads it",
            ),
            (
                "0 8 * * MON#6",
                Host::GitLab,
                "a month has no 6. such day of week",
            ),
            (
                "*/60 8 * * *",
                Host::GitHub,
                "the minute has the step `60`, and one goes from 1 to 59",
            ),
            (
                "*/4 * * * *",
                Host::GitHub,
                "it fires every 4 min, and GitHub starts one every 5 min at most",
            ),
        ] {
            assert_eq!(problem(cron, Some(host)).as_deref(), Some(said), "{cron}");
        }
        for cron in ["0 8 5-5 * *", "0 8 * * MON-MON", "*/59 8 * * *"] {
            assert_eq!(problem(cron, Some(Host::GitHub)), None, "{cron}");
        }
    }
}
