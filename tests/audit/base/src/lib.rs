//! Prices.

#[cfg(test)]
mod tests {
    #[test]
    fn prices_add_up() {
        assert_eq!(1 + 1, 2);
    }
}
