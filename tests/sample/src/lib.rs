//! The keys of the store.

/// Whether the store takes this key: letters, digits, `_` and `.`, at least one of them.
pub fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_key_byte)
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn words_and_paths_are_keys() {
        assert!(is_key("models"));
        assert!(is_key("models.llama_3"));
    }

    #[test]
    fn blanks_and_nothing_are_no_keys() {
        assert!(!is_key("two words"));
        assert!(!is_key(""));
    }
}
