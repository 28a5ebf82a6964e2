//! Whatever stands in a plan: who reads the files reads what was meant, not what its text looks like.

use serde_json::Value;

use super::{DIALECT, entries, root};
use crate::compile::{self, Entry, LoadError, Loader};
use crate::jobs::Jobs;
use crate::targets::yaml;

struct Text(String);

impl Loader for Text {
    fn load(&mut self, _path: &str) -> Result<String, LoadError> {
        Ok(self.0.clone())
    }
}

const PLAN: &str = include_str!("../../../tests/hostile/plan.dtp");
const TEXTS: &[&str] = include!("../../../tests/hostile/texts.rs");
const ON_GITLAB: &[(&str, &str)] = include!("../../../tests/hostile/gitlab.rs");

/// A struct as JSON has its comments too, each before what it stands behind.
fn without_comments(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if let ("extends", Some([_, own])) =
                    (key.as_str(), value.as_array().map(Vec::as_slice))
                {
                    *value = own.clone();
                }
                without_comments(value);
            }
        }
        Value::Array(list) => list.iter_mut().for_each(without_comments),
        _ => {}
    }
}

fn assert_same<T: serde::Serialize>(meant: &T, text: &str) {
    let written = yaml::text(meant).unwrap_or_default();
    let read: Option<Value> = serde_yaml::from_str(&written).ok();
    let mut meant = serde_json::to_value(meant).unwrap_or_default();
    without_comments(&mut meant);
    assert_eq!(read, Some(meant), "{text:?}\n{written}");
}

#[test]
fn what_is_read_back_is_what_was_written() {
    let mut compared = 0;
    for text in TEXTS {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        let text = text.replace('\n', "\\n").replace('\t', "\\t");
        for places in [
            &[
                "X_suite_title_X",
                "X_argument_X",
                "X_variable_X",
                "X_service_variable_X",
            ][..],
            &["X_stage_title_X", "X_build_command_X", "X_setup_X"],
            &["X_status_X", "X_axis_title_X"],
            &["X_axis_value_X", "X_axis_text_X"],
            &["X_label_X"],
        ] {
            let mut plan = PLAN.to_owned();
            for (text, there) in ON_GITLAB {
                plan = plan.replace(text, there);
            }
            for place in places {
                plan = plan.replace(place, &text);
            }
            let entry = Entry {
                file: "plan.dtp".to_owned(),
                folders: Vec::new(),
            };
            let compilation = compile::compile(&entry, None, &mut Text(plan));
            let Some(checked) = &compilation.plan else {
                continue;
            };
            let jobs = Jobs::derive(checked, &compilation.sources);
            for stage in DIALECT.stages(&jobs) {
                if let Ok(entries) = entries(&jobs, stage) {
                    assert_same(&entries, &text);
                    compared += 1;
                }
            }
            assert_same(&root::root(&jobs), &text);
        }
    }
    assert!(compared > 100, "{compared}");
}
