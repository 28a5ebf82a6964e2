//! The actions that workflows use, each at a full commit hash.

use serde_yaml::Commented;

use crate::lock::{self, Entry, Sort};
use crate::schema::Plan;
use crate::schema::values::{Action, Host};

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
    version: "v7.0.0",
    commit: "37930b1c2abaa49bbe596cd826c3c89aef350131",
};

/// Keeps files for later runs.
pub const CACHE: Pin = Pin {
    action: "actions/cache",
    version: "v5.0.5",
    commit: "27d5ce7f107fe9357f9df03efb73ab90386fccae",
};

/// Those that are in every plan's workflows.
const OWN: [&Pin; 4] = [
    &CHECKOUT,
    &SETUP_PYTHON,
    &UPLOAD_ARTIFACT,
    &DOWNLOAD_ARTIFACT,
];

impl Pin {
    /// Its version and its commit: those of the newest line of the lock with its major number, for
    /// which the inputs are written, else its own.
    fn pinned<'p>(&self, plan: &'p Plan) -> (&'p str, &'p str, Origin) {
        let major = lock::numbers(self.version).and_then(|numbers| numbers.first().copied());
        match major.and_then(|major| plan.lock.newest(self.action, major)) {
            Some(entry) => (&entry.version, &entry.content, Origin::Lock),
            None => (self.version, self.commit, Origin::Dtpc),
        }
    }

    /// As a `uses:` with its version behind it.
    pub fn uses(&self, plan: &Plan) -> Commented<String> {
        self.uses_part(plan, "")
    }

    /// A part of it, `/restore`, as a `uses:` with its version behind it.
    pub fn uses_part(&self, plan: &Plan, part: &str) -> Commented<String> {
        let (version, commit, _) = self.pinned(plan);
        Commented(
            format!("{}{part}@{commit}", self.action),
            version.to_owned(),
        )
    }
}

/// An action that a plan names: at its own commit, or at the one of its version in the lock.
pub fn of_plan(plan: &Plan, action: &Action) -> Commented<String> {
    let (name, version) = action.name_and_version();
    match plan.lock.content(Sort::Action, name, version) {
        Some(commit) if !action.is_pinned() => {
            Commented(format!("{name}@{commit}"), version.to_owned())
        }
        // Which version a commit is, the plan's comments say.
        _ => Commented(action.uses.to_string(), "named in the plan".to_owned()),
    }
}

/// Who says what a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This dtpc.
    Dtpc,
    /// `dtpc.lock`.
    Lock,
    /// The plan itself.
    Plan,
}

impl Origin {
    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Dtpc => "of dtpc",
            Self::Lock => "of dtpc.lock",
            Self::Plan => "of the plan",
        }
    }
}

/// Something that is pinned.
#[derive(Debug)]
pub struct Used {
    /// What it is.
    pub sort: Sort,
    /// `owner/name`, or an image without its tag.
    pub name: String,
    /// Its version or tag, as far as somebody says it.
    pub version: String,
    /// The commit or the digest.
    pub content: String,
    /// Who says so.
    pub origin: Origin,
}

impl Used {
    /// Whether a line of a lock is about it.
    pub fn is(&self, entry: &Entry) -> bool {
        self.sort == entry.sort
            && self.name == entry.name
            && self.version == entry.version
            && self.origin == Origin::Lock
    }
}

/// All that is pinned in the outputs of a plan, in order.
pub fn used(plan: &Plan) -> Vec<Used> {
    let mut all: Vec<Used> = Vec::new();
    if plan
        .stages
        .iter()
        .any(|(_, stage)| stage.host == Some(Host::GitHub))
    {
        let cached = (!plan.caches.is_empty()).then_some(&CACHE);
        for pin in OWN.into_iter().chain(cached) {
            let (version, commit, origin) = pin.pinned(plan);
            all.push(Used {
                sort: Sort::Action,
                name: pin.action.to_owned(),
                version: version.to_owned(),
                content: commit.to_owned(),
                origin,
            });
        }
    }
    for action in plan.tools.iter().flat_map(|(_, tool)| &tool.actions) {
        let (name, version) = action.name_and_version();
        let locked = plan.lock.content(Sort::Action, name, version);
        all.push(Used {
            sort: Sort::Action,
            name: name.to_owned(),
            version: locked.map_or("–", |_| version).to_owned(),
            content: locked.unwrap_or(version).to_owned(),
            origin: locked.map_or(Origin::Plan, |_| Origin::Lock),
        });
    }
    let images = plan.services.iter().filter_map(|(_, s)| s.image.as_ref());
    for image in images {
        let (name, tag) = lock::name_and_tag(image.tag());
        let own = image.reference.split_once('@').map(|(_, digest)| digest);
        let locked = plan.lock.content(Sort::Image, name, tag);
        let content = own.or(locked).unwrap_or_default();
        all.push(Used {
            sort: Sort::Image,
            name: name.to_owned(),
            version: tag.to_owned(),
            content: content.to_owned(),
            origin: own.map_or(Origin::Lock, |_| Origin::Plan),
        });
    }
    all.sort_by(|a, b| (a.sort, &a.name, &a.version).cmp(&(b.sort, &b.name, &b.version)));
    all.dedup_by(|a, b| {
        (a.sort, &a.name, &a.version, &a.content) == (b.sort, &b.name, &b.version, &b.content)
    });
    all
}
