//! Every schedule fires, and no two ask for the same machines at once.

use rustc_hash::FxHashSet;
use std::str::FromStr;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::machines;
use crate::schema::Id;
use crate::schema::kinds::{Runner, Stage};
use crate::schema::values::{Text, Trigger};

pub(super) struct Schedules;

impl Check for Schedules {
    fn codes(&self) -> &'static [Code] {
        &[codes::SCHEDULE, codes::SCHEDULE_CLASH]
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
        clashes(context);
    }
}

/// How many moments of a schedule are compared with another one: years of a weekly one, and days of
/// one that fires every few minutes.
const MOMENTS: usize = 1_000;

/// Two stages that begin in the same minute do not ask for the same machines.
fn clashes(context: &mut Context<'_>) {
    let plan = context.plan;
    let mut scheduled: Vec<(Id<Stage>, &Text, Option<&Text>)> = Vec::new();
    for (id, stage) in plan.stages.iter() {
        for trigger in &stage.trigger {
            if let Trigger::Schedule { cron, timezone } = &trigger.value {
                scheduled.push((id, cron, timezone.as_ref()));
            }
        }
    }
    for (number, later) in scheduled.iter().enumerate() {
        for earlier in &scheduled[..number] {
            if earlier.0 == later.0 {
                continue;
            }
            let Some(runner) = shared_runner(context, earlier.0, later.0) else {
                continue;
            };
            let Some(moment) = meeting((earlier.1, earlier.2), (later.1, later.2)) else {
                continue;
            };
            let message = format!(
                "`{}` and `{}` both start at {moment} UTC, and both ask for the runner `{}`",
                plan.stages[earlier.0].head.name(),
                plan.stages[later.0].head.name(),
                plan.runners[runner].head.name()
            );
            context.report(
                Diagnostic::new(codes::SCHEDULE_CLASH, later.1.span, message)
                    .label(earlier.1.span, "the other schedule")
                    .help("let one of them start at another time"),
            );
        }
    }
}

/// A runner with few machines that jobs of both stages ask for.
fn shared_runner(context: &Context<'_>, one: Id<Stage>, other: Id<Stage>) -> Option<Id<Runner>> {
    let plan = context.plan;
    let of = |stage: Id<Stage>| -> FxHashSet<Id<Runner>> {
        context
            .cells_of(stage)
            .filter_map(|cell| machines::runner(plan, cell))
            .collect()
    };
    let few = |runner: &Id<Runner>| {
        machines::is_self_hosted(plan, Some(*runner))
            || plan.runners[*runner].max_parallel.is_some()
    };
    let mut shared: Vec<Id<Runner>> = of(one).intersection(&of(other)).copied().collect();
    shared.sort_unstable();
    shared.into_iter().find(few)
}

/// The first minute in which two schedules fire, of as many as are compared.
fn meeting(one: (&Text, Option<&Text>), other: (&Text, Option<&Text>)) -> Option<String> {
    let first = moments(one)?;
    let second = moments(other)?;
    // The one that fires more seldom reaches further.
    let (seldom, often) = if first.last() > second.last() {
        (first, other)
    } else {
        (second, one)
    };
    let cron = croner::Cron::from_str(often.0).ok()?;
    let zone = zone(often.1)?;
    seldom.into_iter().find_map(|moment| {
        let here = moment.to_zoned(zone.clone());
        let fires = cron.is_time_matching(&here).unwrap_or(false);
        fires.then(|| moment.strftime("%Y-%m-%d %H:%M").to_string())
    })
}

fn moments((cron, timezone): (&Text, Option<&Text>)) -> Option<Vec<jiff::Timestamp>> {
    let cron = croner::Cron::from_str(cron).ok()?;
    // Any day would do; a fixed one gives the same answer every time.
    let mut at = jiff::civil::date(2026, 1, 1)
        .to_zoned(zone(timezone)?)
        .ok()?;
    let mut moments = Vec::new();
    for _ in 0..MOMENTS {
        at = cron.find_next_occurrence(&at, false).ok()?;
        moments.push(at.timestamp());
    }
    Some(moments)
}

fn zone(name: Option<&Text>) -> Option<jiff::tz::TimeZone> {
    match name {
        None => Some(jiff::tz::TimeZone::UTC),
        Some(name) => jiff::tz::TimeZoneDatabase::bundled().get(name).ok(),
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
