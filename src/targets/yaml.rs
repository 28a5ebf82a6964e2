//! YAML from typed values, in one style for every target.

use serde::Serialize;

use super::RenderError;

/// The text of a value. Long strings stay on one line, so that a command can be copied as it is and
/// a change of one word is a change of one line.
///
/// # Errors
/// When the value cannot be written as YAML.
pub fn text<T: Serialize>(value: &T) -> Result<String, RenderError> {
    let options = serde_yaml::ser_options! {
        compact_list_indent: false,
        folded_wrap_chars: usize::MAX,
    };
    serde_yaml::to_string_with_options(value, options)
        .map_err(|e| RenderError::new(format!("this cannot be written as YAML: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strings that readers of YAML are known to take for something else.
    const STRINGS: &[&str] = &[
        "no",
        "yes",
        "on",
        "y",
        "3.10",
        "1e3",
        "0x1f",
        "1_000",
        "null",
        "~",
        "- a",
        "a: b",
        "a #b",
        "#x",
        "'",
        "\"",
        "a\nb",
        "a\r\nb",
        "a\n",
        "\n",
        "  lead\nx",
        "tab\tx",
        "trail ",
        "*x",
        "&a",
        "!t",
        "%d",
        "@x",
        "`b",
        "\u{7f}",
        "\u{85}",
        "\u{feff}x",
        "2027-01-01",
        "12:30:45",
        "<<",
        "=",
        "",
        "{a",
        "[a",
        "a]",
        "? x",
        "| x",
        "> x",
        "---",
        "...",
        "${{ x }}",
        "22:22",
        ".5",
    ];

    #[test]
    fn strings_come_back_as_they_were() {
        let written = text(&STRINGS).unwrap();
        let back: Vec<String> = serde_yaml::from_str(&written).unwrap();
        assert_eq!(back, STRINGS);
    }

    #[test]
    fn what_yaml_1_1_takes_for_another_type_is_quoted() {
        for string in [
            "no",
            "on",
            "3.10",
            "1e3",
            "null",
            "2027-01-01",
            "12:30:45",
            "22:22",
        ] {
            assert_eq!(text(&string).unwrap().trim(), format!("\"{string}\""));
        }
    }

    #[test]
    fn a_long_string_stays_on_its_line() {
        let long = "word ".repeat(100) + "end";
        assert_eq!(text(&long).unwrap().lines().count(), 1);
    }
}
