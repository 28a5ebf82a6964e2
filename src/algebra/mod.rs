//! The marker algebra: everything that can be known about marker expressions without a test.
//!
//! A [`Space`] says which combinations of markers a test can have at all. In it the [`Algebra`]
//! decides exactly, not by sampling: whether an expression ever matches, what it overlaps with, what
//! it leaves out, and how it is said shortest. [`Expression`] is pytest's own notation.
//!
//! ```
//! use dtpc::algebra::{Algebra, Arity, Atom, Formula, Group, SpaceBuilder};
//! use dtpc::schema::values::MarkerId;
//!
//! let [nightly, gpu_0, gpu_1] = [0, 1, 2].map(|number| Atom::Marker(MarkerId(number)));
//! let mut space = SpaceBuilder::default();
//! space.atom(nightly.clone());
//! space.group(Group::new(Arity::One, [gpu_0.clone(), gpu_1.clone()]));
//! let space = space.build();
//!
//! let mut algebra = Algebra::new(&space);
//! let promise = algebra.set(&Formula::from(nightly.clone()))?;
//! let job = algebra.set(&Formula::and([nightly.clone().into(), gpu_0.into()]))?;
//! let gap = algebra.difference(promise, job)?;
//! assert!(!algebra.is_never(gap));
//! assert_eq!(algebra.witness(gap), Some(vec![nightly, gpu_1]));
//! # Ok::<(), dtpc::algebra::Undecided>(())
//! ```
//!
//! # How it scales
//!
//! A question costs what the expressions in it and the groups that they name cost, whatever else the
//! plan declares: groups that no `when` connects are kept apart, and looked at only where they are
//! named. A set that was made once is found again without work, so jobs that share their factors
//! share the answers. See [`Algebra`].
//!
//! What is too large is said to be: [`Undecided`]. No question takes more than [`Limits`] allows,
//! and none is answered wrongly.

mod arguments;
mod defaults;
mod diagram;
mod expression;
mod formula;
mod overlaps;
mod questions;
mod simplest;
mod space;

pub use arguments::{Argument, ArgumentValue, Arguments};
pub use defaults::Defaults;
pub use diagram::Limits;
pub(crate) use expression::is_argument_name;
pub use expression::{Expression, Form, MAX_DEPTH, ParseError, can_be_written};
pub use formula::{Atom, Formula};
pub use questions::{Algebra, Count, Set, Share, Undecided};
pub use space::{Group, Space, SpaceBuilder, When};

pub use crate::schema::values::Arity;
