//! What is aligned below each other in a row of items: values, bodies and comments.

use unicode_width::UnicodeWidthStr;

use super::WIDTH;
use super::tree::{Item, Part, flat_width};

/// For each item with a name and a `:`, the column at which values begin, counted from the indent of
/// the items; for others, 0. Fields are aligned up to the next empty line or declaration.
pub fn fields(items: &[Item<'_>]) -> Vec<usize> {
    let runs = runs(items, |before, item| {
        let parted = item.blank_before || item.lead.iter().any(|line| line.blank_before);
        before.key().is_some() && item.key().is_some() && !parted
    });
    let mut columns = Vec::with_capacity(items.len());
    for run in runs {
        let widest = run.iter().filter_map(Item::key).map(|key| key.width());
        let column = widest.max().map_or(0, |width| width + 2);
        columns.extend(run.iter().map(|_| column));
    }
    columns
}

/// For each declaration on one line, the column at which its body begins; for others, 0. Those of
/// one kind on consecutive lines are aligned, as a table, if all of them then still fit.
pub fn heads(items: &[Item<'_>], indent: usize) -> Vec<usize> {
    let runs = runs(items, |before, item| {
        let same_kind = kind(before).is_some() && kind(before) == kind(item);
        let in_table = row(before, indent).is_some() && row(item, indent).is_some();
        same_kind && in_table && follows(item)
    });
    let mut columns = Vec::with_capacity(items.len());
    for run in runs {
        let rows: Vec<_> = run.iter().map(|item| row(item, indent)).collect();
        let widest = rows.iter().flatten().map(|(head, _)| *head).max();
        let column = widest.map_or(0, |head| head + 1);
        let fits = |row: &(usize, usize)| column + row.1 <= WIDTH;
        let aligned = rows.iter().flatten().all(fits);
        columns.extend(rows.iter().map(|row| match row {
            Some(_) if aligned => column,
            Some((head, _)) => head + 1,
            None => 0,
        }));
    }
    columns
}

/// For each item, the column of the comment behind it. Those on consecutive lines are aligned, if
/// all of them then still fit.
pub fn comments(items: &[Item<'_>], texts: &[String], indent: usize) -> Vec<usize> {
    let width = |text: &String| indent + text.width();
    let one_line: Vec<bool> = texts.iter().map(|text| !text.contains('\n')).collect();
    let mut columns = vec![0; items.len()];
    let mut start = 0;
    while start < items.len() {
        let mut end = start + 1;
        let carries = |index: usize| one_line[index] && items[index].trailing.is_some();
        while end < items.len() && carries(end - 1) && carries(end) && follows(&items[end]) {
            end += 1;
        }
        let column = texts[start..end].iter().map(width).max().unwrap_or(0) + 1;
        let widest = items[start..end].iter().filter_map(|item| item.trailing);
        let widest = widest.map(UnicodeWidthStr::width).max().unwrap_or(0);
        if column + widest <= WIDTH {
            columns[start..end].fill(column);
        }
        start = end;
    }
    columns
}

/// Cuts items into runs: an item stays in the run of the one before it if `joined` says so.
fn runs<'i, 't>(
    items: &'i [Item<'t>],
    joined: impl Fn(&Item<'t>, &Item<'t>) -> bool,
) -> impl Iterator<Item = &'i [Item<'t>]> {
    items.chunk_by(move |before, item| joined(before, item))
}

/// Whether an item stands on the line below the one before it.
fn follows(item: &Item<'_>) -> bool {
    !item.blank_before && item.lead.is_empty()
}

/// The word that says what is declared.
fn kind<'t>(item: &Item<'t>) -> Option<&'t str> {
    match item.parts.first() {
        Some(Part::Word(kind)) => Some(kind),
        _ => None,
    }
}

/// For a declaration that fits on one line with something in it: the column its head ends at, and
/// the width of its body.
fn row(item: &Item<'_>, indent: usize) -> Option<(usize, usize)> {
    let (head, body) = item.declaration()?;
    let head = indent + flat_width(head)?;
    let body = body.flat.filter(|_| !body.is_empty())?;
    (head + 1 + body <= WIDTH).then_some((head, body))
}
