//! Every schedule fires, and no two ask for the same machines at once.

use rustc_hash::FxHashSet;
use std::str::FromStr;

use super::{Check, Context, cron};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::machines;
use crate::schema::Id;
use crate::schema::kinds::{Runner, Stage};
use crate::schema::values::{Date, Text, Trigger};

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
                if let Some(problem) = cron::problem(cron, stage.host) {
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

/// How many years without a moment are searched: between two leap days there can be eight.
const MOST_SEARCHES: usize = 9;

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
            let (one, other) = ((earlier.1, earlier.2), (later.1, later.2));
            let Some(moment) = meeting(one, other, context.today) else {
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
fn meeting(
    one: (&Text, Option<&Text>),
    other: (&Text, Option<&Text>),
    today: Option<Date>,
) -> Option<String> {
    let first = moments(one, today)?;
    let second = moments(other, today)?;
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

/// The next moments at which a schedule fires, behind the day of today where it is known: any day would
/// do, and a fixed one gives the same answer every time.
fn moments(
    (cron, timezone): (&Text, Option<&Text>),
    today: Option<Date>,
) -> Option<Vec<jiff::Timestamp>> {
    let cron = croner::Cron::from_str(cron).ok()?;
    let day = today.map_or_else(|| jiff::civil::date(2026, 1, 1), |today| today.0);
    let zone = zone(timezone)?;
    let mut at = day.to_zoned(zone.clone()).ok()?;
    let mut moments: Vec<jiff::Timestamp> = Vec::new();
    // A search of croner's ends after a few years, which may all be without a leap day.
    let mut searches = 0;
    while moments.len() < MOMENTS && searches < MOST_SEARCHES {
        if let Ok(next) = cron.find_next_occurrence(&at, false) {
            moments.push(next.timestamp());
            at = next;
            searches = 0;
        } else {
            at = at.checked_add(jiff::Span::new().years(1)).ok()?;
            searches += 1;
        }
    }
    (!moments.is_empty()).then_some(moments)
}

fn zone(name: Option<&Text>) -> Option<jiff::tz::TimeZone> {
    match name {
        None => Some(jiff::tz::TimeZone::UTC),
        Some(name) => jiff::tz::TimeZoneDatabase::bundled().get(name).ok(),
    }
}

/// Whether the IANA database, in the edition that dtpc carries, has a zone of this name.
fn is_zone(name: &str) -> bool {
    jiff::tz::TimeZoneDatabase::bundled().get(name).is_ok()
}
