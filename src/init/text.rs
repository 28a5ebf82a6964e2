//! Declarations as the text of a plan.

use std::fmt::Write as _;

/// The longest line that is written where it can be broken, in characters.
const WIDTH: usize = 100;

/// A plan while it is written.
#[derive(Debug, Default)]
pub struct Text {
    out: String,
}

/// One declaration.
#[derive(Debug, Default)]
pub struct Declaration {
    docs: Vec<String>,
    head: String,
    fields: Vec<(&'static str, Value)>,
    inside: Vec<String>,
    remarks: Vec<String>,
}

/// A value as it is written.
#[derive(Debug, Clone)]
pub enum Value {
    /// On one line.
    One(String),
    /// A list, which may be broken.
    List(Vec<String>),
}

impl Text {
    /// A line of `//!`.
    pub fn intro(&mut self, line: &str) {
        let _ = writeln!(self.out, "{}", format!("//! {line}").trim_end());
    }

    /// `// ---- Stages`
    pub fn section(&mut self, title: &str) {
        let _ = writeln!(self.out, "\n// ---- {title}");
    }

    /// Comments, each in as many lines as it needs.
    pub fn comment(&mut self, text: &str) {
        self.out.push('\n');
        for line in wrapped(text, WIDTH - 3) {
            let _ = writeln!(self.out, "// {line}");
        }
    }

    /// A comment of a list, in as many lines as it needs.
    pub fn item(&mut self, text: &str) {
        for (number, line) in wrapped(text, WIDTH - 7).iter().enumerate() {
            let mark = if number == 0 { "- " } else { "  " };
            let _ = writeln!(self.out, "// {mark}{line}");
        }
    }

    /// A declaration, with an empty line before it.
    pub fn add(&mut self, declaration: &Declaration) {
        self.out.push('\n');
        self.next(declaration);
    }

    /// A declaration directly below the one before.
    pub fn next(&mut self, declaration: &Declaration) {
        declaration.write(&mut self.out);
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }
}

impl Declaration {
    /// `kind name`
    pub fn new(kind: &str, name: &str) -> Self {
        Self {
            head: format!("{kind} {name}"),
            ..Self::default()
        }
    }

    /// Says in words what it is.
    #[must_use]
    pub fn doc(mut self, text: &str) -> Self {
        self.docs.extend(wrapped(text, WIDTH - 4));
        self
    }

    /// A field with a value as it is written.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, Value::One(value.into())));
        self
    }

    /// A field with a string.
    #[must_use]
    pub fn text(self, name: &'static str, value: &str) -> Self {
        self.field(name, quoted(value))
    }

    /// A field with a string, if there is one.
    #[must_use]
    pub fn maybe_text(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A field whose value nobody knows yet.
    #[must_use]
    pub fn open(self, name: &'static str, question: &str) -> Self {
        self.field(name, format!("open({})", quoted(question)))
    }

    /// A field with a list of values as they are written; none without values.
    #[must_use]
    pub fn list(mut self, name: &'static str, values: impl IntoIterator<Item = String>) -> Self {
        let values: Vec<String> = values.into_iter().collect();
        if !values.is_empty() {
            self.fields.push((name, Value::List(values)));
        }
        self
    }

    /// A field with a list of strings; none without strings.
    #[must_use]
    pub fn texts<S: AsRef<str>>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = S>,
    ) -> Self {
        self.list(name, values.into_iter().map(|v| quoted(v.as_ref())))
    }

    /// A declaration inside it, as it is written.
    #[must_use]
    pub fn inside(mut self, declaration: &str) -> Self {
        self.inside.push(declaration.to_owned());
        self
    }

    /// A comment behind the fields.
    #[must_use]
    pub fn remark(mut self, text: &str) -> Self {
        self.remarks.push(clean(text));
        self
    }

    fn write(&self, out: &mut String) {
        // Writing to a String cannot fail, here and below.
        for line in &self.docs {
            let _ = writeln!(out, "/// {line}");
        }
        if self.fields.is_empty() && self.remarks.is_empty() {
            let _ = writeln!(out, "{} {{}}", self.head);
            return;
        }
        if let Some(line) = self.short() {
            let _ = writeln!(out, "{line}");
            return;
        }
        let _ = writeln!(out, "{} {{", self.head);
        let width = self.fields.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or_default() + 1;
        for (name, value) in &self.fields {
            let name = format!("{name}:");
            let line = format!("  {name:width$} {}", value.line());
            match value {
                Value::List(items) if line.chars().count() > WIDTH => {
                    let _ = writeln!(out, "  {name:width$} [");
                    for item in items {
                        let _ = writeln!(out, "    {item}");
                    }
                    out.push_str("  ]\n");
                }
                _ => {
                    let _ = writeln!(out, "{line}");
                }
            }
        }
        for declaration in &self.inside {
            let _ = writeln!(out, "  {declaration}");
        }
        for remark in &self.remarks {
            let _ = writeln!(out, "  // {remark}");
        }
        out.push_str("}\n");
    }

    /// On one line, where it has a single field that fits.
    fn short(&self) -> Option<String> {
        let [(name, value)] = self.fields.as_slice() else {
            return None;
        };
        let line = format!("{} {{ {name}: {} }}", self.head, value.line());
        let alone = self.remarks.is_empty() && self.inside.is_empty();
        (line.chars().count() <= WIDTH && alone).then_some(line)
    }
}

impl Value {
    fn line(&self) -> String {
        match self {
            Self::One(value) => value.clone(),
            Self::List(items) => format!("[{}]", items.join(", ")),
        }
    }
}

/// A text as a string of the language. What cannot stand in one is left out.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if crate::schema::values::is_hidden(c) => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text for a comment: on one line, without what is not seen.
fn clean(text: &str) -> String {
    let seen: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !crate::schema::values::is_hidden(*c))
        .collect();
    seen.trim().to_owned()
}

/// A text in lines of at most so many characters, where its words let it.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let text = clean(text);
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_aligned_and_broken_where_they_are_long() {
        let mut text = Text::default();
        text.add(&Declaration::new("marker", "slow"));
        text.next(&Declaration::new("runner", "hosted").texts("labels", ["a"]));
        let long = ["x".repeat(60), "y".repeat(60)];
        let suite = Declaration::new("suite", "s")
            .doc("What it \u{202e}is.\nAll of it.")
            .field("type", "unit")
            .texts("paths", long.iter().map(String::as_str))
            .open("owner", "who \"owns\" it?")
            .remark("and\nmore");
        text.add(&suite);
        let expected = format!(
            "\nmarker slow {{}}\nrunner hosted {{ labels: [\"a\"] }}\n\n/// What it is. All of it.\nsuite s {{\n  type:  unit\n  paths: [\n    \"{}\"\n    \"{}\"\n  ]\n  owner: open(\"who \\\"owns\\\" it?\")\n  // and more\n}}\n",
            long[0], long[1]
        );
        assert_eq!(text.finish(), expected);
    }
}
