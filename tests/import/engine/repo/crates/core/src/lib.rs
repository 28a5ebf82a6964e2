#[test]
fn turns() {}
