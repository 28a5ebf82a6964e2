//! The parser that pest makes from `grammar/dtp.pest`.

// The derive makes items without documentation.
#![allow(missing_docs, clippy::all, clippy::pedantic)]

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/dtp.pest"]
pub struct Grammar;
