//! The reference page of the language, written from the table.

use std::fmt::Write as _;

use super::FieldSchema;
use super::kinds::KINDS;
use crate::name::one_line;

/// What stands above the kinds.
const HEAD: &str = include_str!("../../templates/language.md");

/// `docs/language.md`
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    // Writing to a String cannot fail.
    for kind in KINDS {
        let _ = writeln!(page, "- [`{0}`](#{0})", kind.name);
    }
    for kind in KINDS {
        let _ = writeln!(page, "\n### {}\n\n{}", kind.name, one_line(kind.doc));
        if let Some(outer) = kind.inside {
            let outer = outer.schema().name;
            let _ = writeln!(page, "\nIt stands inside `{outer}` declarations.");
        }
        page.push_str(
            "\n| field | takes | default | meaning | example |\n| --- | --- | --- | --- | --- |\n",
        );
        for field in kind.all_fields() {
            row(field, &mut page);
        }
    }
    page
}

fn row(field: &FieldSchema, page: &mut String) {
    let default = match (field.default, field.required) {
        (Some(default), _) => format!("`{default}`"),
        (None, true) => "required".to_owned(),
        (None, false) => "none".to_owned(),
    };
    let _ = writeln!(
        page,
        "| `{}` | {} | {default} | {} | `{}` |",
        field.name,
        (field.shape)().replace('|', "\\|"),
        one_line(field.doc),
        field.example.replace('|', "\\|"),
    );
}
