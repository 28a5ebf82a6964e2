//! The actions that workflows use, each at a full commit hash.

use serde_yaml::Commented;

/// An action at a commit.
pub struct Pin {
    action: &'static str,
    version: &'static str,
    commit: &'static str,
}

/// Checks the repository out.
pub const CHECKOUT: Pin = Pin {
    action: "actions/checkout",
    version: "v7.0.1",
    commit: "3d3c42e5aac5ba805825da76410c181273ba90b1",
};

/// Sets up a version of Python.
pub const SETUP_PYTHON: Pin = Pin {
    action: "actions/setup-python",
    version: "v7.0.0",
    commit: "5fda3b95a4ea91299a34e894583c3862153e4b97",
};

/// Keeps files of a job.
pub const UPLOAD_ARTIFACT: Pin = Pin {
    action: "actions/upload-artifact",
    version: "v6.0.0",
    commit: "b7c566a772e6b6bfb58ed0dc250532a479d7789f",
};

/// Fetches files of other jobs.
pub const DOWNLOAD_ARTIFACT: Pin = Pin {
    action: "actions/download-artifact",
    version: "v6.0.0",
    commit: "018cc2cf5baa6db3ef3c5f8a56943fffe632ef53",
};

impl Pin {
    /// As a `uses:` with its version behind it.
    pub fn uses(&self) -> Commented<String> {
        Commented(
            format!("{}@{}", self.action, self.commit),
            self.version.to_owned(),
        )
    }
}

/// An action that a plan names, as it stands there: which version its commit is, the plan's comments
/// say.
pub fn bare(uses: &str) -> Commented<String> {
    Commented(uses.to_owned(), "named in the plan".to_owned())
}
