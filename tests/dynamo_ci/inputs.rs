//! Holds the inputs with which one workflow calls another against the output.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::held::{Held, Look, when};
use crate::selections::Selections;

impl Look<'_> {
    /// An input of a workflow that others call.
    pub fn input(&self, name: &str, selections: &mut Selections) -> Held {
        let text = self.fact.text.as_str();
        match name {
            "framework" => {
                let in_text = self.says(&format!("--framework {text}"));
                let in_ids = self.place.ids.iter().all(|id| id.contains(text));
                let in_command = selections.reach(text_or_all(text), &self.commands());
                let named = in_text || in_ids || in_command || self.runs_in(text);
                when(named, "the jobs named on the left", "no job is of it")
            }
            "cuda_version" => {
                let list = serde_json::from_str::<Vec<String>>(text);
                let versions = list.unwrap_or_else(|_| vec![text.to_owned()]);
                let has = |version: &String| {
                    self.of_each(|job| {
                        let job = job.to_string();
                        if version.is_empty() {
                            !job.contains("CUDA_VERSION")
                        } else {
                            job.contains(version.as_str())
                        }
                    })
                };
                when(
                    versions.iter().all(has),
                    "`CUDA_VERSION`, the image or the command",
                    "another version",
                )
            }
            "amd_runner" => {
                let mut ours = self.runners();
                ours.remove("prod-tester-arm-v2");
                when(
                    ours == [text.to_owned()].into(),
                    "`runs-on`",
                    format!("{ours:?}"),
                )
            }
            "accepts" => {
                let allowed = |job: &Value| {
                    let steps = job["steps"].as_array().into_iter().flatten();
                    steps
                        .filter_map(|step| step["env"]["ALLOWED"].as_str())
                        .any(|a| a.contains("cancelled"))
                };
                let same = self.of_each(|job| allowed(job) == text.contains("cancelled"));
                when(
                    same,
                    "`gate.py`: success, or left out with a recorded reason",
                    "it accepts no cancelled job",
                )
            }
            _ if name.ends_with("_minutes") => self.timeout_of(name),
            _ if name.ends_with("_markers")
                || name.starts_with("run_")
                    && name != "run_sanity_check"
                    && name != "run_gpu_parallel_tests" =>
            {
                self.selection(name, selections)
            }
            _ => self.option(name),
        }
    }

    /// How long it may take.
    fn timeout_of(&self, name: &str) -> Held {
        let text = self.fact.text.as_str();
        let inputs = &self.facts.rows[self.fact.row].inputs;
        let flag = |name: &str, otherwise: bool| inputs[name].as_bool().unwrap_or(otherwise);
        let number = |name: &str, otherwise: u64| inputs[name].as_u64().unwrap_or(otherwise);
        match name {
            "build_timeout_minutes" | "copy_timeout_minutes" => {
                // Of a pipeline it is that of its image.
                let ids = self.place.ids.iter();
                let image = ids.filter(|id| id.starts_with("build--") || self.place.ids.len() == 1);
                let all: BTreeSet<String> = image
                    .map(|id| self.job(id)["timeout-minutes"].to_string())
                    .collect();
                when(
                    all == [text.to_owned()].into(),
                    "`timeout-minutes`",
                    format!("{all:?}"),
                )
            }
            "cpu_only_test_timeout_minutes" | "gpu_test_timeout_minutes" => {
                let without = if flag("run_cpu_only_tests", false) {
                    number("cpu_only_test_timeout_minutes", 10)
                } else {
                    0
                };
                let runs = 1 + u64::from(flag("run_gpu_parallel_tests", false));
                let with_gpus = if flag("run_gpu_tests", true) {
                    runs * number("gpu_test_timeout_minutes", 30)
                } else {
                    0
                };
                for id in &self.place.ids {
                    let job = self.job(id);
                    let without_gpu = job["runs-on"] == "prod-tester-arm-v2";
                    let wanted = if without_gpu {
                        without
                    } else {
                        without + with_gpus
                    };
                    if job["timeout-minutes"] != wanted {
                        return Err(format!("{id} has {} of {wanted}", job["timeout-minutes"]));
                    }
                }
                Ok("`timeout-minutes`, for all steps together".to_owned())
            }
            _ => Err("nothing is known of such an input".to_owned()),
        }
    }

    /// Which tests it runs.
    fn selection(&self, name: &str, selections: &mut Selections) -> Held {
        let text = self.fact.text.as_str();
        match name {
            "pytest_markers" => {
                let on_xpu = format!("({text}) and (xpu_1 or xpu_2)");
                selections.are_selected_by(&on_xpu, &self.commands())?;
                Ok("`-m`".to_owned())
            }
            _ if name.ends_with("_test_markers") => {
                if text.starts_with("${{") {
                    return Err("the caller says it".to_owned());
                }
                selections.are_selected_by(text, &self.commands())?;
                Ok("`-m`".to_owned())
            }
            "run_cpu_only_tests" | "run_gpu_tests" => {
                let tests = if name == "run_gpu_tests" {
                    "gpu_1 or gpu_2 or gpu_4 or gpu_8"
                } else {
                    "gpu_0"
                };
                let runs = selections.reach(tests, &self.commands());
                when(runs.to_string() == text, "`-m`", "the commands differ")
            }
            _ => Err("nothing is known of such an input".to_owned()),
        }
    }

    /// What its commands are told.
    fn option(&self, name: &str) -> Held {
        let text = self.fact.text.as_str();
        match name {
            "run_gpu_parallel_tests" => when(
                self.says("--max-vram-gib="),
                "the first part on GPUs",
                "no part",
            ),
            "gpu_parallel_max_vram_gib" => {
                let option = format!("--max-vram-gib={text} ");
                when(self.says(&option), "`--max-vram-gib`", "not said")
            }
            "cpu_parallel_mode" => {
                let wanted = if text == "none" {
                    !self.says("--numprocesses")
                } else {
                    self.says(&format!("--numprocesses={text}"))
                };
                when(wanted, "`--numprocesses`, or none", "not so")
            }
            "enable_coverage" => when(
                self.says("coverage run"),
                "`coverage run`",
                "nothing measures",
            ),
            "dd_flaky_retry_enabled" => when(
                !self.says("--reruns"),
                "no `--reruns`",
                "tests are run again",
            ),
            "run_sanity_check" => when(!self.says("sanity"), "no such step", "there is one"),
            "archive_sources" => when(
                self.says("--no-archive-sources"),
                "`--no-archive-sources`",
                "not said",
            ),
            "override_arch" => when(self.says(&format!("--arch {text}")), "`--arch`", "not said"),
            _ => Err("nothing is known of such an input".to_owned()),
        }
    }

    /// Whether its jobs run in an image of the framework.
    fn runs_in(&self, framework: &str) -> bool {
        self.of_each(|job| {
            job["container"]["image"]
                .as_str()
                .is_some_and(|i| i.contains(framework))
        })
    }
}

/// A framework that is a marker; what is none reaches no test.
fn text_or_all(framework: &str) -> &str {
    if framework == "dynamo" {
        "gpu_8 and gpu_0"
    } else {
        framework
    }
}
