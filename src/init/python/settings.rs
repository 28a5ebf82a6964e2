//! What pytest and coverage.py are told, and where.

use super::super::Tree;
use super::super::facts::CoveragePy;
use super::super::manifest::{at, ini, toml};
use crate::audit::python::Settings;

/// What pytest is told, and where.
#[derive(Debug, Default)]
pub struct Pytest {
    /// The file with its settings.
    pub config: Option<String>,
    /// The lines in which markers are registered.
    pub markers: Vec<String>,
    /// The folders that tests are looked for in.
    pub test_paths: Vec<String>,
    /// The files with tests.
    pub files: Vec<String>,
}

/// The settings of pytest, from the file that it would read.
pub fn settings(tree: &dyn Tree) -> Pytest {
    let told = Settings::nearest(tree, "");
    Pytest {
        config: told.file,
        markers: told.markers,
        test_paths: told.test_paths,
        files: Vec::new(),
    }
}

/// Whether coverage.py is set up, and the share of lines it demands.
pub fn measures_coverage(tree: &dyn Tree) -> Option<CoveragePy> {
    if let Some(document) = toml(tree, "pyproject.toml")
        && let Some(table) = at(document.as_item(), &["tool", "coverage"])
    {
        let demanded = at(table, &["report", "fail_under"]);
        let figure = demanded.and_then(|item| {
            let whole = item.as_integer().and_then(|n| i32::try_from(n).ok());
            item.as_float().or(whole.map(f64::from))
        });
        return Some(CoveragePy { demanded: figure });
    }
    for (file, section) in [
        (".coveragerc", "report"),
        ("setup.cfg", "coverage:report"),
        ("tox.ini", "coverage:report"),
    ] {
        let Some(ini) = ini(tree, file) else { continue };
        let run = section.replace("report", "run");
        let sections = ini.get_map_ref();
        if sections.contains_key(section) || sections.contains_key(&run) {
            let demanded = ini.get(section, "fail_under");
            return Some(CoveragePy {
                demanded: demanded.and_then(|text| text.trim().parse().ok()),
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::Memory;
    use super::*;

    #[test]
    fn settings_are_read_from_wherever_pytest_reads_them() {
        let marks = ["slow: takes long: a minute", "gpu(n)"];
        for (file, text) in [
            (
                "pytest.ini",
                "[pytest]\naddopts = -q\nmarkers =\n    slow: takes long: a minute\n    gpu(n)\ntestpaths = a b\n",
            ),
            (
                "pytest.toml",
                "[pytest]\nmarkers = [\"slow: takes long: a minute\", \"gpu(n)\"]\ntestpaths = [\"a\", \"b\"]\n",
            ),
            (
                "setup.cfg",
                "[metadata]\nname = x\n[tool:pytest]\nmarkers =\n  slow: takes long: a minute\n  gpu(n)\ntestpaths =\n  a\n  b\n",
            ),
            (
                "tox.ini",
                "[tox]\n[pytest]\nmarkers =\n\tslow: takes long: a minute\n\tgpu(n)\ntestpaths = a b\n",
            ),
            (
                "pyproject.toml",
                "[tool.pytest.ini_options]\nmarkers = [\"slow: takes long: a minute\", \"gpu(n)\"]\ntestpaths = [\"a\", \"b\"]\n",
            ),
        ] {
            let pytest = settings(&Memory::new(&[(file, text)]));
            assert_eq!(pytest.config.as_deref(), Some(file));
            assert_eq!(pytest.markers, marks, "{file}");
            assert_eq!(pytest.test_paths, ["a", "b"], "{file}");
        }
    }

    #[test]
    fn the_demanded_coverage_is_found() {
        let figure = |file, text| {
            let told = measures_coverage(&Memory::new(&[(file, text)]));
            told.map(|c| c.demanded)
        };
        assert_eq!(
            figure(
                "pyproject.toml",
                "[tool.coverage.report]\nfail_under = 85\n"
            ),
            Some(Some(85.0))
        );
        assert_eq!(figure(".coveragerc", "[run]\nbranch = true\n"), Some(None));
        assert_eq!(
            figure("setup.cfg", "[coverage:report]\nfail_under = 87.5\n"),
            Some(Some(87.5))
        );
        assert_eq!(figure("tox.ini", "[tox]\n"), None);
    }
}
