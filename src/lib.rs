//! dtpc, the compiler of the `.dtp` test-plan language.
//!
//! One pipeline, a module a stage, each with its own type, so that no stage can be handed what an
//! earlier one has not seen:
//!
//! | stage | module | from | to |
//! |---|---|---|---|
//! | source | [`source`] | texts | [`source::SourceMap`] |
//! | syntax | [`syntax`] | a text | [`syntax::ast::File`] |
//! | resolved | [`resolve`] | files | [`resolve::Resolved`] |
//! | plan | [`schema`] | names and values | [`schema::Plan`] |
//! | checked plan | [`checks`] | a plan | [`checks::CheckedPlan`] |
//! | jobs | [`jobs`] | a checked plan | [`jobs::Jobs`] |
//! | targets | [`targets`] | jobs | [`targets::Output`]s |
//!
//! From a text to its outputs, without a file:
//!
//! ```
//! use dtpc::compile::{Entry, LoadError, Loader, compile};
//! use dtpc::jobs::Jobs;
//! use dtpc::targets;
//!
//! struct Memory;
//! impl Loader for Memory {
//!     fn load(&mut self, _path: &str) -> Result<String, LoadError> {
//!         Ok("plan small { title: \"Small\" }".to_owned())
//!     }
//! }
//!
//! let entry = Entry { file: "small.dtp".to_owned(), folders: Vec::new() };
//! let compilation = compile(&entry, None, &mut Memory);
//! assert!(compilation.diagnostics.is_empty());
//! let plan = compilation.plan.expect("a plan without findings");
//! let jobs = Jobs::derive(&plan, &compilation.sources);
//! let outputs = targets::render(targets::REGISTRY, &jobs).expect("outputs");
//! assert_eq!(outputs[0].path, "docs/test-plan.md");
//! ```
//!
//! Nothing of this does input or output: files, terminals and processes belong to [`cli`].

pub mod algebra;
pub mod audit;
pub mod checks;
pub mod cli;
pub mod compile;
pub mod diagnostics;
pub mod format;
pub mod glob;
pub mod graph;
pub mod init;
pub mod jobs;
pub mod lock;
pub mod name;
mod parallel;
pub mod resolve;
pub mod run;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod targets;
pub mod timings;
