//! Every schedule fires.

use std::str::FromStr;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::schema::values::{Text, Trigger};

pub(super) struct Schedules;

impl Check for Schedules {
    fn codes(&self) -> &'static [Code] {
        &[codes::SCHEDULE]
    }

    fn check(&self, context: &mut Context<'_>) {
        for (_, stage) in context.plan.stages.iter() {
            for trigger in &stage.trigger {
                let Trigger::Schedule { cron, timezone } = &trigger.value else {
                    continue;
                };
                if let Some(problem) = problem(cron) {
                    let message = format!("this schedule cannot be used: {problem}");
                    context.report(
                        Diagnostic::new(codes::SCHEDULE, cron.span, message)
                            .help("five fields: minute, hour, day of month, month, day of week"),
                    );
                }
                if let Some(zone) = timezone
                    && !is_zone(zone)
                {
                    let message = format!("`{zone}` is no time zone");
                    context.report(
                        Diagnostic::new(codes::SCHEDULE, zone.span, message)
                            .help("a name of the IANA database, such as `America/Los_Angeles`"),
                    );
                }
            }
        }
    }
}

fn problem(cron: &Text) -> Option<String> {
    if cron.split_whitespace().count() != 5 {
        return Some("it does not have five fields".to_owned());
    }
    match croner::Cron::from_str(cron) {
        Err(error) => {
            let words = error.to_string();
            Some(words.trim_end_matches('.').to_lowercase())
        }
        Ok(schedule) => {
            // A search of croner's gives up after a few years, none of which may be a leap year;
            // from the eve of one, what has not fired by then never does.
            let eve = jiff::civil::date(2027, 12, 31)
                .to_zoned(jiff::tz::TimeZone::UTC)
                .ok()?;
            schedule
                .find_next_occurrence(&eve, false)
                .err()
                .map(|_| "it never fires".to_owned())
        }
    }
}

/// Whether the IANA database, in the edition that dtpc carries, has a zone of this name.
fn is_zone(name: &str) -> bool {
    jiff::tz::TimeZoneDatabase::bundled().get(name).is_ok()
}
