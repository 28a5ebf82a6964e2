//! Languages, by the names of files.

use super::facts::{Language, Tests};
use super::{Tree, paths};

/// A language that is recognised.
struct Known {
    name: &'static str,
    title: &'static str,
    extensions: &'static [&'static str],
}

const fn known(
    name: &'static str,
    title: &'static str,
    extensions: &'static [&'static str],
) -> Known {
    Known {
        name,
        title,
        extensions,
    }
}

/// Those that are recognised. Markup and scripts around the code are none that need tests.
static KNOWN: &[Known] = &[
    known("python", "Python", &["py", "pyx"]),
    known("rust", "Rust", &["rs"]),
    known("go", "Go", &["go"]),
    known("javascript", "JavaScript", &["js", "mjs", "cjs", "jsx"]),
    known("typescript", "TypeScript", &["ts", "tsx", "mts", "cts"]),
    known("java", "Java", &["java"]),
    known("kotlin", "Kotlin", &["kt", "kts"]),
    known("scala", "Scala", &["scala"]),
    known("c", "C", &["c"]),
    known("cpp", "C++", &["cc", "cpp", "cxx", "hpp", "cu"]),
    known("csharp", "C#", &["cs"]),
    known("fsharp", "F#", &["fs"]),
    known("swift", "Swift", &["swift"]),
    known("objective_c", "Objective-C", &["m", "mm"]),
    known("ruby", "Ruby", &["rb"]),
    known("php", "PHP", &["php"]),
    known("perl", "Perl", &["pl", "pm"]),
    known("lua", "Lua", &["lua"]),
    known("r", "R", &["r"]),
    known("julia", "Julia", &["jl"]),
    known("dart", "Dart", &["dart"]),
    known("elixir", "Elixir", &["ex", "exs"]),
    known("erlang", "Erlang", &["erl"]),
    known("haskell", "Haskell", &["hs"]),
    known("ocaml", "OCaml", &["ml"]),
    known("clojure", "Clojure", &["clj", "cljs", "cljc"]),
    known("zig", "Zig", &["zig"]),
    known("nim", "Nim", &["nim"]),
    known("crystal", "Crystal", &["cr"]),
    known("d", "D", &["d"]),
    known("fortran", "Fortran", &["f90", "f95", "f03"]),
];

/// The least share of the code, in hundredths, that makes something a language of the repository
/// rather than a script beside it.
const LEAST_SHARE: usize = 10;

/// The least number of files.
const LEAST_FILES: usize = 2;

/// The languages of a repository: those with tests, and those that make up a good part of it.
pub fn look(tree: &dyn Tree, tests: &Tests) -> Vec<Language> {
    let mut counts = vec![0_usize; KNOWN.len()];
    for path in tree.files().iter().filter(|path| paths::is_own(path)) {
        let language = KNOWN
            .iter()
            .position(|known| paths::has_extension(path, known.extensions));
        if let Some(index) = language {
            counts[index] += 1;
        }
    }
    let all: usize = counts.iter().sum();
    let tested = |name| tests.suites.iter().any(|s| s.language == Some(name));
    let mut languages: Vec<Language> = KNOWN
        .iter()
        .zip(&counts)
        .filter(|(known, count)| {
            let large = **count >= LEAST_FILES && **count * 100 >= all * LEAST_SHARE;
            tested(known.name) || large
        })
        .map(|(known, count)| Language {
            name: known.name,
            title: known.title,
            files: *count,
        })
        .collect();
    languages.sort_by_key(|language| std::cmp::Reverse(language.files));
    languages
}
