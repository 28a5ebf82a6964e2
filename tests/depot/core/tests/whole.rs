//! The rules as others use them.

#[test]
fn a_name_from_outside() {
    assert!(core_rules::is_name("outside"));
}
