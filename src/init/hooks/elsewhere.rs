//! Formatters and linters that are in use without pre-commit.

use super::super::Tree;
use super::super::facts::Hook;
use crate::schema::values::Role;

/// A tool that is set up without pre-commit, and the command that checks with it.
struct Elsewhere {
    name: &'static str,
    role: Role,
    language: &'static str,
    /// Files that set it up.
    files: &'static [&'static str],
    /// What stands in CI, in a Makefile or in a manifest where it is used.
    words: &'static [&'static str],
    entry: &'static str,
}

static ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        name: "rustfmt",
        role: Role::Format,
        language: "rust",
        files: &["rustfmt.toml", ".rustfmt.toml"],
        words: &["cargo fmt"],
        entry: "cargo fmt --all --check",
    },
    Elsewhere {
        name: "clippy",
        role: Role::Lint,
        language: "rust",
        files: &["clippy.toml", ".clippy.toml"],
        words: &["cargo clippy"],
        entry: "cargo clippy --all-targets",
    },
    Elsewhere {
        name: "ruff_format",
        role: Role::Format,
        language: "python",
        files: &[],
        words: &["ruff format"],
        entry: "ruff format --check",
    },
    Elsewhere {
        name: "black",
        role: Role::Format,
        language: "python",
        files: &[],
        words: &["[tool.black]", "black --check"],
        entry: "black --check .",
    },
    Elsewhere {
        name: "ruff",
        role: Role::Lint,
        language: "python",
        files: &["ruff.toml", ".ruff.toml"],
        words: &["[tool.ruff]", "[tool.ruff.lint]", "ruff check"],
        entry: "ruff check",
    },
    Elsewhere {
        name: "flake8",
        role: Role::Lint,
        language: "python",
        files: &[".flake8"],
        words: &["flake8"],
        entry: "flake8",
    },
    Elsewhere {
        name: "golangci_lint",
        role: Role::Lint,
        language: "go",
        files: &[".golangci.yml", ".golangci.yaml", ".golangci.toml"],
        words: &["golangci-lint run"],
        entry: "golangci-lint run",
    },
    Elsewhere {
        name: "prettier",
        role: Role::Format,
        language: "javascript",
        files: &[
            ".prettierrc",
            ".prettierrc.json",
            ".prettierrc.yaml",
            ".prettierrc.yml",
            ".prettierrc.js",
            "prettier.config.js",
            "prettier.config.mjs",
        ],
        words: &["prettier --check", "prettier -c "],
        entry: "npx prettier --check .",
    },
    Elsewhere {
        name: "eslint",
        role: Role::Lint,
        language: "javascript",
        files: &[
            "eslint.config.js",
            "eslint.config.mjs",
            "eslint.config.ts",
            ".eslintrc.json",
            ".eslintrc.js",
            ".eslintrc.cjs",
            ".eslintrc.yml",
            ".eslintrc",
        ],
        words: &["eslint ."],
        entry: "npx eslint .",
    },
    Elsewhere {
        name: "xo",
        role: Role::Lint,
        language: "javascript",
        files: &[],
        words: &["\"xo\":", "\"xo &&"],
        entry: "npx xo",
    },
    Elsewhere {
        name: "biome",
        role: Role::Lint,
        language: "javascript",
        files: &["biome.json", "biome.jsonc"],
        words: &[],
        entry: "npx @biomejs/biome ci .",
    },
    Elsewhere {
        name: "clang_format",
        role: Role::Format,
        language: "cpp",
        files: &[],
        words: &["clang-format --dry-run"],
        entry: "clang-format --dry-run --Werror",
    },
];

/// Formatters and linters that are in use without pre-commit.
pub fn elsewhere(tree: &dyn Tree) -> Vec<Hook> {
    let is_told = |path: &str| {
        path.starts_with(".github/workflows/")
            || matches!(
                path,
                "Makefile"
                    | "justfile"
                    | "Justfile"
                    | "package.json"
                    | "pyproject.toml"
                    | "tox.ini"
                    | ".gitlab-ci.yml"
            )
    };
    let told: Vec<String> = tree
        .files()
        .iter()
        .filter(|path| is_told(path))
        .filter_map(|path| tree.text(path))
        .collect();
    let mut hooks = Vec::new();
    for found in ELSEWHERE {
        let set_up = found.files.iter().any(|file| tree.has(file));
        let named = || {
            let words = found.words.iter();
            words
                .clone()
                .any(|word| told.iter().any(|text| text.contains(word)))
        };
        if !set_up && !named() {
            continue;
        }
        // One tool looks at both languages of Node.js.
        let languages: &[&'static str] = match found.language {
            "javascript" => &["javascript", "typescript"],
            _ => &[found.language],
        };
        for language in languages {
            hooks.push(Hook {
                name: found.name.to_owned(),
                role: Some(found.role),
                language: Some(language),
                entry: Some(found.entry.to_owned()),
                file_types: vec![file_type(language).to_owned()],
                whole: true,
                ..Hook::default()
            });
        }
    }
    hooks
}

/// What pre-commit calls the files of a language.
fn file_type(language: &str) -> &str {
    match language {
        "typescript" => "ts",
        "cpp" => "c++",
        other => other,
    }
}
