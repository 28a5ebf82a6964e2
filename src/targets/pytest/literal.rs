//! Values as Python writes them, laid out as its formatters do: on one line where it fits, else a
//! line for each item.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

/// How wide a line may be, as ruff and black have it.
const WIDTH: usize = 88;

/// A value of Python.
#[derive(Debug, Clone)]
pub enum Literal {
    /// `None`
    None,
    /// `True` or `False`
    Truth(bool),
    /// A whole number.
    Number(i128),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Literal>),
    /// A dictionary, in this order.
    Dictionary(Vec<(String, Literal)>),
}

impl Literal {
    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of strings.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    /// A value, or `None`.
    pub fn or_none(value: Option<Self>) -> Self {
        value.unwrap_or(Self::None)
    }

    /// `name = value`, with the end of the line.
    pub fn assigned(&self, name: &str) -> String {
        let mut out = format!("{name} = ");
        let used = out.width();
        self.write(0, used, &mut out);
        out.push('\n');
        out
    }

    /// Writes the value behind `used` columns of a line that is indented by `indent`.
    fn write(&self, indent: usize, used: usize, out: &mut String) {
        let line = self.line();
        let behind = usize::from(indent > 0);
        if used + line.width() + behind <= WIDTH {
            out.push_str(&line);
            return;
        }
        let inner = indent + 4;
        let margin = " ".repeat(inner);
        match self {
            Self::List(items) if !items.is_empty() => {
                out.push('[');
                for item in items {
                    out.push('\n');
                    out.push_str(&margin);
                    item.write(inner, inner, out);
                    out.push(',');
                }
                close(']', indent, out);
            }
            Self::Dictionary(entries) if !entries.is_empty() => {
                out.push('{');
                for (key, value) in entries {
                    out.push('\n');
                    out.push_str(&margin);
                    let key = format!("{}: ", quoted(key));
                    out.push_str(&key);
                    value.write(inner, inner + key.width(), out);
                    out.push(',');
                }
                close('}', indent, out);
            }
            _ => out.push_str(&line),
        }
    }

    /// The value on one line.
    fn line(&self) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::Truth(true) => "True".to_owned(),
            Self::Truth(false) => "False".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => quoted(text),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::line).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Dictionary(entries) => {
                let entry =
                    |(key, value): &(String, Self)| format!("{}: {}", quoted(key), value.line());
                let entries: Vec<String> = entries.iter().map(entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}

fn close(bracket: char, indent: usize, out: &mut String) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(bracket);
}

/// A string in the quotes that need fewer escapes; what cannot be seen, or moves what stands beside
/// it, is escaped.
fn quoted(text: &str) -> String {
    let count = |quote| text.matches(quote).count();
    let quote = if count('"') > count('\'') { '\'' } else { '"' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_hidden(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// Whether a character is a control, or one of those that change the direction or hide.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_on_one_line_where_it_fits() {
        let short = Literal::texts(["a", "it's", "say \"x\"", "a\u{202e}b\\\n"]);
        assert_eq!(
            short.assigned("P"),
            "P = [\"a\", \"it's\", 'say \"x\"', \"a\\u202eb\\\\\\n\"]\n"
        );
        let long = Literal::Dictionary(vec![
            ("a".to_owned(), Literal::Truth(true)),
            ("b".to_owned(), Literal::texts(vec!["x".repeat(30); 3])),
        ]);
        let x = "x".repeat(30);
        assert_eq!(
            long.assigned("P"),
            format!(
                "P = {{\n    \"a\": True,\n    \"b\": [\n        \"{x}\",\n        \"{x}\",\n        \"{x}\",\n    ],\n}}\n"
            )
        );
        assert_eq!(Literal::List(Vec::new()).assigned("P"), "P = []\n");
    }
}
