//! Interned names, and texts on one line.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{LazyLock, PoisonError, RwLock};

use rustc_hash::FxHashSet;

/// A text with its lines joined, as it stands where there is room for one.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name of the plan: copied as a pointer, kept once for the whole process.
///
/// The text of a name is never freed. A plan has few different names, and a session that edits it
/// adds a few more; what is bought is that every stage can hold names without lifetimes.
#[derive(Clone, Copy, PartialOrd, Ord)]
pub struct Name(&'static str);

/// Every name there is. A plan's author chooses its names, and harms nobody else with names that
/// collide: so the fast hash will do.
static NAMES: LazyLock<RwLock<FxHashSet<&'static str>>> = LazyLock::new(RwLock::default);

// A text is kept once: two names are the same if they are in the same place.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_ptr().hash(state);
    }
}

impl Name {
    /// The name with this text.
    pub fn new(text: &str) -> Self {
        let known = NAMES
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(text)
            .copied();
        if let Some(text) = known {
            return Self(text);
        }
        let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = names.get(text) {
            return Self(text);
        }
        let text: &'static str = Box::leak(text.into());
        names.insert(text);
        Self(text)
    }

    /// Its text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// As words for people: `pre_merge` is "Pre merge".
    pub fn words(self) -> String {
        let last = self.0.rsplit('/').next().unwrap_or(self.0);
        let mut words = last.replace('_', " ");
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        words
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}
