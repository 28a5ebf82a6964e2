//! The runtime of the workshop.

/// Whether it runs.
pub fn runs() -> bool {
    true
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {
        assert!(super::runs());
    }
}
