//! From the [`tree`](super::tree) to the canonical text. What the layout is, and why, stands in
//! `docs/decisions/0006-layout.md`.

use unicode_width::UnicodeWidthStr;

use super::tree::{Group, Item, Line, Part, Role, flat_width, is_apart};
use super::{INDENT, WIDTH, columns};

/// The items of a bracket on lines of their own, each line ended.
pub fn lines(items: &[Item<'_>], tail: &[Line<'_>], role: Role, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let fields = columns::fields(items);
    let heads = columns::heads(items, indent);
    let texts: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let mut printer = Printer {
                text: String::new(),
                column: indent,
            };
            printer.item(item, indent, fields[index], heads[index], role);
            printer.text
        })
        .collect();
    let comments = columns::comments(items, &texts, indent);
    let mut out = String::new();
    for ((item, text), column) in items.iter().zip(&texts).zip(comments) {
        own_lines(&item.lead, &margin, &mut out);
        if item.blank_before && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&margin);
        out.push_str(text);
        if let Some(comment) = item.trailing {
            let end = last_line(text, indent).width();
            out.extend(std::iter::repeat_n(' ', column.saturating_sub(end).max(1)));
            out.push_str(comment);
        }
        out.push('\n');
    }
    own_lines(tail, &margin, &mut out);
    out
}

fn own_lines(lines: &[Line<'_>], margin: &str, out: &mut String) {
    for line in lines {
        if line.blank_before && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(margin);
        out.push_str(line.text);
        out.push('\n');
    }
}

/// The last line of a text whose first line stands at `indent`.
fn last_line(text: &str, indent: usize) -> String {
    match text.rsplit_once('\n') {
        Some((_, last)) => last.to_owned(),
        None => format!("{:indent$}{text}", ""),
    }
}

/// Writes one item, knowing the column it has reached.
struct Printer {
    text: String,
    column: usize,
}

impl Printer {
    fn item(
        &mut self,
        item: &Item<'_>,
        indent: usize,
        value_column: usize,
        body_column: usize,
        role: Role,
    ) {
        let after = role.line_end().width();
        if let Some(key) = item.key() {
            self.push(key);
            self.push(":");
            let value = &item.parts[2..];
            if matches!(value, [Part::Comment { .. }, ..]) {
                self.sequence(&item.parts[1..], indent, after);
            } else {
                self.spaces((indent + value_column).saturating_sub(self.column).max(1));
                self.value(value, indent, 0, after);
            }
        } else if let Some((head, body)) = item.declaration()
            && body_column > 0
        {
            self.flat(head);
            self.spaces(body_column.saturating_sub(self.column));
            self.flat_group(body);
        } else {
            // Beside other elements, the lines of one must not look like elements of their own.
            let hang = if role == Role::Parentheses { 0 } else { INDENT };
            self.value(&item.parts, indent, hang, after);
        }
        self.push(role.line_end());
    }

    /// A row of operands with `and` and `or`. `indent` is that of the line it begins on, `hang` how
    /// much further right than its beginning its other lines stand, `after` how much must follow it
    /// on its last line.
    fn value(&mut self, parts: &[Part<'_>], indent: usize, hang: usize, after: usize) {
        if flat_width(parts).is_some_and(|width| self.column + width + after <= WIDTH) {
            self.flat(parts);
            return;
        }
        let is_or = |part: &Part<'_>| matches!(part, Part::Or);
        let is_and = |part: &Part<'_>| matches!(part, Part::And);
        // `or` binds least: a row is broken there first.
        if parts.iter().any(is_or) {
            self.chain(parts, "or", is_or, hang, after);
        } else if parts.iter().any(is_and) {
            self.chain(parts, "and", is_and, hang, after);
        } else {
            self.sequence(parts, indent, after);
        }
    }

    /// Operands below each other, each but the first behind its operator.
    fn chain(
        &mut self,
        parts: &[Part<'_>],
        word: &str,
        is_operator: fn(&Part<'_>) -> bool,
        hang: usize,
        after: usize,
    ) {
        let start = self.column + hang;
        let count = parts.iter().filter(|part| is_operator(part)).count();
        for (index, operand) in parts.split(is_operator).enumerate() {
            if index > 0 {
                self.new_line(start);
                self.push(word);
                self.push(" ");
            }
            let after = if index == count { after } else { 0 };
            // A comment above an operator stands above it.
            let own_line = |part: &Part<'_>| matches!(part, Part::Comment { own_line: true, .. });
            let end = operand.iter().rposition(|part| !own_line(part));
            let (operand, above) = operand.split_at(end.map_or(0, |end| end + 1));
            // An `and` inside the first operand of an `or` must not look like its equal.
            let hang = if index == 0 { hang + INDENT } else { 0 };
            self.value(operand, self.column, hang, after);
            for part in above {
                if let Part::Comment { text, .. } = part {
                    self.new_line(start);
                    self.push(text);
                }
            }
        }
    }

    /// Parts beside each other; brackets are broken where they do not fit.
    fn sequence(&mut self, parts: &[Part<'_>], indent: usize, after: usize) {
        let continued = indent + INDENT;
        let mut indent = indent;
        let mut fresh_line = true;
        for (index, part) in parts.iter().enumerate() {
            let rest = &parts[index + 1..];
            if let Part::Comment { text, own_line } = part {
                if !fresh_line {
                    if *own_line {
                        self.new_line(continued);
                    } else {
                        self.push(" ");
                    }
                }
                self.push(text);
                fresh_line = !rest.is_empty();
                if fresh_line {
                    indent = continued;
                    self.new_line(continued);
                }
                continue;
            }
            if !fresh_line && is_apart(part) {
                self.push(" ");
            }
            // The colon of a field whose value stands below a comment was written already.
            if !(index == 0 && matches!(part, Part::Colon)) {
                match part {
                    Part::Group(group) => self.group(group, indent, least_width(rest, after)),
                    part => self.flat(std::slice::from_ref(part)),
                }
            }
            fresh_line = false;
        }
    }

    /// A bracket: on this line if it fits there with what must follow it.
    fn group(&mut self, group: &Group<'_>, indent: usize, after: usize) {
        let fits = group
            .flat
            .is_some_and(|width| self.column + width + after <= WIDTH);
        if fits {
            self.flat_group(group);
            return;
        }
        self.push(group.role.open());
        if let Some(item) = only_bracket(group) {
            // `f([` and `])` share their lines.
            let value = match item.key() {
                Some(key) => {
                    self.push(key);
                    self.push(": ");
                    &item.parts[2..]
                }
                None => &item.parts,
            };
            self.sequence(value, indent, after + 1);
        } else {
            if let Some(comment) = group.open_comment {
                self.push(" ");
                self.push(comment);
            }
            self.push("\n");
            let inner = lines(&group.items, &group.tail, group.role, indent + INDENT);
            self.push(&inner);
            self.spaces(indent);
        }
        self.push(group.role.close());
    }

    fn flat(&mut self, parts: &[Part<'_>]) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 && is_apart(part) {
                self.push(" ");
            }
            match part {
                Part::Word(text) | Part::Comment { text, .. } => self.push(text),
                Part::And => self.push("and"),
                Part::Or => self.push("or"),
                Part::Colon => self.push(":"),
                Part::Group(group) => self.flat_group(group),
            }
        }
    }

    fn flat_group(&mut self, group: &Group<'_>) {
        let inner = if group.role.is_brace() && !group.is_empty() {
            " "
        } else {
            ""
        };
        self.push(group.role.open());
        self.push(inner);
        for (index, item) in group.items.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.flat(&item.parts);
        }
        self.push(inner);
        self.push(group.role.close());
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => last.width(),
            None => self.column + text.width(),
        };
    }

    fn spaces(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    fn new_line(&mut self, indent: usize) {
        self.text.push('\n');
        self.column = 0;
        self.spaces(indent);
    }
}

/// How much of a row must stand on the line it begins on: up to the first bracket that can be
/// broken.
fn least_width(parts: &[Part<'_>], after: usize) -> usize {
    let mut width = 0;
    for part in parts {
        width += usize::from(is_apart(part));
        match part {
            Part::Comment { .. } => return width,
            Part::Group(group) if !group.is_empty() => return width + 1,
            part => width += flat_width(std::slice::from_ref(part)).unwrap_or_default(),
        }
    }
    width + after
}

/// The only argument of a call, if all of it that can be broken is one bracket at its end.
fn only_bracket<'g, 't>(group: &'g Group<'t>) -> Option<&'g Item<'t>> {
    let [item] = group.items.as_slice() else {
        return None;
    };
    let bare = group.open_comment.is_none() && group.tail.is_empty();
    let plain = item.lead.is_empty() && item.trailing.is_none();
    let (last, others) = item.parts.split_last()?;
    let ends_in_bracket = matches!(last, Part::Group(inner) if !inner.is_empty());
    let words = others
        .iter()
        .all(|part| matches!(part, Part::Word(_) | Part::Colon));
    (group.role == Role::Call && bare && plain && ends_in_bracket && words).then_some(item)
}
