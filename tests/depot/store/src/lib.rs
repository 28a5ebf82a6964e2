//! What the depot keeps.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::thread;
    use std::time::Duration;

    fn place(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target").join(name)
    }

    /// Fails where another one is inside.
    fn alone() {
        let inside = place("inside");
        fs::create_dir(&inside).expect("another test is inside");
        thread::sleep(Duration::from_millis(300));
        fs::remove_dir(&inside).expect("it is still there");
    }

    #[test]
    fn alone_first() {
        alone();
    }

    #[test]
    fn alone_second() {
        alone();
    }

    #[test]
    fn alone_third() {
        alone();
    }

    /// Fails the first time.
    #[test]
    fn shaky() {
        let seen = place("seen");
        if !seen.exists() {
            fs::write(&seen, "").expect("a file");
            panic!("the first time it fails");
        }
    }

    #[test]
    fn hangs() {
        thread::sleep(Duration::from_secs(600));
    }
}
