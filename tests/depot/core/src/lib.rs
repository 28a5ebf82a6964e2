//! The rules of the depot.
//!
//! ```
//! panic!("an example in a comment is no test of a suite");
//! ```

/// Whether a name may be used.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn a_name_is_something() {
        assert!(is_name("a"));
    }

    #[test]
    fn nothing_is_no_name() {
        assert!(!is_name(""));
    }

    #[test]
    fn races() {
        panic!("it races on shutdown");
    }

    #[cfg(feature = "metrics")]
    #[test]
    fn names_are_counted() {}

    #[test]
    #[ignore = "it takes long"]
    fn every_name() {}
}
