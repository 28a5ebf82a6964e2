//! Coverage of several jobs together: the rules of `templates/ci/merge_coverage.py`. A test
//! holds the two together.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

/// What the reports of some jobs come to.
#[derive(Debug, PartialEq, Eq)]
pub struct Together {
    /// The figure in words, or why there is none.
    pub said: String,
    /// Whether there is one, and it is as high as it must be.
    pub is_met: bool,
}

/// The hits of each line of each file.
type Lines = HashMap<String, HashMap<u64, u64>>;

/// Brings reports together. Each has a name to be shown, and its text.
pub fn judge(reports: &[(String, Vec<u8>)], expected: usize, minimum: Option<f64>) -> Together {
    let none = |said: String| Together {
        said,
        is_met: false,
    };
    if reports.len() != expected {
        return none(format!("{} of {expected} reports are there", reports.len()));
    }
    let mut lines = Lines::new();
    for (name, text) in reports {
        if let Err(why) = read(text, &mut lines) {
            return none(format!("{name} cannot be read: {why}"));
        }
    }
    let hits = || lines.values().flat_map(HashMap::values);
    let (total, covered) = (hits().count(), hits().filter(|hits| **hits > 0).count());
    if total == 0 {
        return none("the reports name no line".to_owned());
    }
    let figure = format!(
        "{} of {total} lines, measured in {expected} jobs",
        shown(covered, total)
    );
    let Some(minimum) = minimum else {
        return Together {
            said: figure,
            is_met: true,
        };
    };
    Together {
        said: format!("{figure}; at least {minimum}%"),
        is_met: is_met(covered, total, minimum),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no repository has so many lines that it would matter"
)]
fn is_met(covered: usize, total: usize, minimum: f64) -> bool {
    (covered * 100) as f64 >= minimum * total as f64
}

/// The share in per cent, with two digits, never rounded up to what it is not.
fn shown(covered: usize, total: usize) -> String {
    let hundredths = covered * 10_000 / total;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// Adds the lines of a report in the form of Cobertura.
fn read(text: &[u8], lines: &mut Lines) -> Result<(), String> {
    let mut reader = quick_xml::Reader::from_reader(text);
    let mut file: Option<String> = None;
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match &event {
            Event::Start(tag) => {
                depth += 1;
                begin(tag, &mut file, lines)?;
            }
            Event::Empty(tag) => begin(tag, &mut file, lines)?,
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                if tag.name().as_ref() == b"class" {
                    file = None;
                }
            }
            Event::DocType(text) if text.contains(&b'[') => {
                return Err("it has a document type of its own".to_owned());
            }
            Event::Eof if depth > 0 => return Err("it ends too early".to_owned()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn begin(tag: &BytesStart<'_>, file: &mut Option<String>, lines: &mut Lines) -> Result<(), String> {
    match (tag.name().as_ref(), &file) {
        (b"class", _) => *file = Some(attribute(tag, "filename")?),
        (b"line", Some(file)) => {
            let number = |name| {
                let text = attribute(tag, name)?;
                text.parse::<u64>().map_err(|error| error.to_string())
            };
            let (number, hits) = (number("number")?, number("hits")?);
            let of_file = lines.entry(file.clone()).or_default();
            let most = of_file.entry(number).or_default();
            *most = hits.max(*most);
        }
        _ => {}
    }
    Ok(())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<String, String> {
    let found = tag
        .try_get_attribute(name)
        .map_err(|error| error.to_string())?;
    let value = found.ok_or_else(|| format!("a line or a file without `{name}`"))?;
    let text = value
        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
        .map_err(|error| error.to_string())?;
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn report(classes: &[(&str, &[(u64, u64)])]) -> (String, Vec<u8>) {
        let mut text = "<?xml version=\"1.0\" ?><coverage><packages>".to_owned();
        for (file, lines) in classes {
            let _ = write!(text, "<class filename=\"{file}\"><methods/><lines>");
            for (number, hits) in *lines {
                let _ = write!(text, "<line number=\"{number}\" hits=\"{hits}\"/>");
            }
            text += "</lines></class>";
        }
        text += "</packages></coverage>";
        ("one.xml".to_owned(), text.into_bytes())
    }

    #[test]
    fn a_line_is_covered_if_any_job_covers_it() {
        let first = report(&[("a.py", &[(1, 1), (2, 0)]), ("b.py", &[(1, 0)])]);
        let second = report(&[("a.py", &[(1, 0), (2, 3)])]);
        let together = judge(&[first, second], 2, Some(66.67));
        assert_eq!(
            together.said,
            "66.66% of 3 lines, measured in 2 jobs; at least 66.67%"
        );
        assert!(!together.is_met);
    }

    #[test]
    fn exactly_the_minimum_is_enough() {
        let half = report(&[("a.py", &[(1, 1), (2, 0)])]);
        assert!(judge(std::slice::from_ref(&half), 1, Some(50.0)).is_met);
        assert!(!judge(&[half], 1, Some(50.1)).is_met);
    }

    #[test]
    fn what_is_missing_or_broken_is_no_figure() {
        let whole = report(&[("a.py", &[(1, 1)])]);
        assert_eq!(
            judge(std::slice::from_ref(&whole), 2, None).said,
            "1 of 2 reports are there"
        );
        let mut broken = whole;
        broken.1.truncate(60);
        let together = judge(&[broken], 1, None);
        assert!(together.said.starts_with("one.xml cannot be read"));
        assert!(!together.is_met);
    }
}
