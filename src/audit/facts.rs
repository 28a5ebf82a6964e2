//! What was found in a repository.

use std::rc::Rc;

use super::rust::Package;
use super::workflows::Step;
use crate::algebra::Argument;
use crate::source::Span;

/// All that was found.
#[derive(Debug, Default)]
pub struct Facts {
    /// The tests, file by file.
    pub tests: Vec<Test>,
    /// What could not be understood, each with the reason.
    pub unknown: Vec<Unknown>,
    /// The markers that are registered where pytest looks for them.
    pub registered: Vec<Registered>,
    /// Where the settings of pytest stand, if there are any.
    pub settings: Option<Span>,
    /// The steps of workflows that people wrote and that run tests.
    pub steps: Vec<Step>,
    /// How many files were read.
    pub files: usize,
}

/// What runs a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runner {
    /// pytest.
    Pytest,
    /// cargo test, or nextest.
    Cargo,
}

/// A test function: with parameters, all the tests it makes.
#[derive(Debug, Clone)]
pub struct Test {
    /// What runs it.
    pub runner: Runner,
    /// Its id without parameters, as its runner takes it: `tests/test_api.py::test_get`.
    pub id: String,
    /// The file it is in, below the root.
    pub file: String,
    /// Where its name stands.
    pub span: Span,
    /// What it becomes with its parameters: one case with no parameters where it has none.
    pub cases: Vec<Case>,
    /// Whether these are all of them.
    pub is_whole: bool,
    /// Why some of its markers are not known, where that is so.
    pub unknown: Option<Why>,
    /// What it asks pytest for: the names of its parameters and of the fixtures it uses.
    pub asks: Vec<String>,
    /// What is only known of tests in Rust.
    pub cargo: Option<Cargo>,
}

/// What is known of a test in Rust.
#[derive(Debug, Clone, Default)]
pub struct Cargo {
    /// The package it is in.
    pub package: Rc<Package>,
    /// The target: `lib`, `test` and its name, and so on.
    pub target: Target,
    /// Its name within the target, as `cargo test` prints it.
    pub name: String,
    /// Whether it runs only when asked for.
    pub ignored: bool,
    /// The features it is there with, all of them.
    pub features: Vec<String>,
}

/// A target of cargo that holds tests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// The library.
    #[default]
    Lib,
    /// A program.
    Bin(String),
    /// An integration test.
    Test(String),
    /// An example.
    Example(String),
    /// A benchmark.
    Bench(String),
}

/// A test with one set of its parameters.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// What stands in the brackets behind its id.
    pub id: CaseId,
    /// The markers it carries.
    pub markers: Vec<Carried>,
}

/// What stands in brackets behind an id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum CaseId {
    /// Nothing: there are no parameters.
    #[default]
    None,
    /// This.
    Known(String),
    /// Only a run tells.
    Unknown,
}

/// A marker that a test carries.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Its name.
    pub name: String,
    /// What it is given by name, as far as pytest can be asked for it.
    pub named: Vec<Argument>,
    /// What it is given first without a name.
    pub first: Given,
    /// Where it stands.
    pub span: Span,
    /// Whether a hook puts it there.
    pub by_hook: bool,
}

/// What a marker is given without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Nothing.
    Nothing,
    /// A number.
    Number,
    /// A text.
    Text,
    /// Neither, as `True`.
    Neither,
    /// Something that only a run tells.
    Unknown,
}

/// Why something is not known.
pub type Why = super::python::value::Why;

/// Something that could not be understood.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// Where it stands.
    pub span: Span,
    /// What is not known, and why.
    pub words: String,
}

/// A registered marker.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Its name.
    pub name: String,
    /// Where it is registered.
    pub span: Span,
}

impl Test {
    /// The id of one of its cases; with `[…]` where only a run tells.
    pub fn id_of(&self, case: &Case) -> String {
        match &case.id {
            CaseId::None => self.id.clone(),
            CaseId::Known(id) => format!("{}[{id}]", self.id),
            CaseId::Unknown => format!("{}[…]", self.id),
        }
    }
}

impl Carried {
    /// Whether it carries no more than its name.
    pub fn is_plain(&self) -> bool {
        self.named.is_empty() && self.first == Given::Nothing
    }
}
