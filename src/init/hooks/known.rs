//! What hooks do, by their ids.

use crate::schema::values::Role;

/// What is known about a hook by its id.
pub struct Known {
    /// What it does.
    pub role: Role,
    /// The language that it looks at; empty where it looks at several.
    pub language: &'static str,
    ids: &'static [&'static str],
}

const fn known(role: Role, language: &'static str, ids: &'static [&'static str]) -> Known {
    Known {
        role,
        language,
        ids,
    }
}

static KNOWN: &[Known] = &[
    known(
        Role::Format,
        "python",
        &[
            "black",
            "black-jupyter",
            "ruff-format",
            "isort",
            "autopep8",
            "yapf",
            "pyupgrade",
            "docformatter",
            "autoflake",
            "add-trailing-comma",
        ],
    ),
    known(
        Role::Lint,
        "python",
        &[
            "ruff",
            "ruff-check",
            "flake8",
            "mypy",
            "pylint",
            "pyright",
            "bandit",
            "pydocstyle",
            "check-ast",
            "debug-statements",
            "validate-pyproject",
        ],
    ),
    known(Role::Format, "rust", &["fmt", "rustfmt", "cargo-fmt"]),
    known(
        Role::Lint,
        "rust",
        &["clippy", "cargo-clippy", "cargo-check"],
    ),
    known(
        Role::Format,
        "go",
        &[
            "go-fmt",
            "gofmt",
            "gofumpt",
            "go-imports",
            "golangci-lint-fmt",
        ],
    ),
    known(
        Role::Lint,
        "go",
        &["golangci-lint", "golangci-lint-full", "go-vet", "go-lint"],
    ),
    known(Role::Lint, "javascript", &["eslint", "standard", "xo"]),
    known(Role::Format, "javascript", &["biome-format", "biome-check"]),
    known(Role::Format, "cpp", &["clang-format"]),
    known(Role::Lint, "cpp", &["clang-tidy", "cppcheck", "cpplint"]),
    known(Role::Lint, "ruby", &["rubocop"]),
    known(
        Role::Format,
        "",
        &[
            "prettier",
            "end-of-file-fixer",
            "trailing-whitespace",
            "mixed-line-ending",
            "mdformat",
            "shfmt",
            "taplo",
            "taplo-format",
            "stylua",
            "terraform_fmt",
            "pretty-format-json",
            "fix-byte-order-marker",
            "blacken-docs",
            "nixfmt",
        ],
    ),
    known(
        Role::Lint,
        "",
        &[
            "check-yaml",
            "check-json",
            "check-toml",
            "check-xml",
            "yamllint",
            "shellcheck",
            "hadolint",
            "hadolint-docker",
            "markdownlint",
            "markdownlint-cli2",
            "actionlint",
            "zizmor",
            "check-github-workflows",
            "check-jsonschema",
            "rst-backticks",
        ],
    ),
    known(
        Role::Spelling,
        "",
        &["codespell", "typos", "cspell", "misspell"],
    ),
];

/// What is known about a hook.
pub fn find(id: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.ids.contains(&id))
}
