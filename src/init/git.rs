//! The default branch, the remote, the host.

use configparser::ini::Ini;

use super::facts::Git;
use super::{Tree, paths};
use crate::schema::values::Host;

/// What git knows.
pub fn look(tree: &dyn Tree) -> Git {
    let remote = remote(tree);
    let (site, repository) = remote.as_deref().map(parts).unwrap_or_default();
    let ci = |path: &str| tree.files().iter().any(|f| f.starts_with(path));
    let host = match site {
        Some(site) if site.contains("github") => Some(Host::GitHub),
        Some(site) if site.contains("gitlab") => Some(Host::GitLab),
        _ if ci(".github/") => Some(Host::GitHub),
        _ if tree.has(".gitlab-ci.yml") => Some(Host::GitLab),
        _ => None,
    };
    Git {
        branch: branch(tree),
        repository: repository.map(str::to_owned),
        host,
    }
}

/// The address of the remote `origin`.
fn remote(tree: &dyn Tree) -> Option<String> {
    let mut config = Ini::new_cs();
    config.read(tree.git("config")?).ok()?;
    config.get("remote \"origin\"", "url")
}

/// The host's name and `owner/name` of `git@host:owner/name.git` or `https://host/owner/name`.
fn parts(url: &str) -> (Option<&str>, Option<&str>) {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest,
        // A path on this machine names neither.
        None if !url.contains(':') || url.starts_with(['/', '.']) => return (None, None),
        None => url,
    };
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let Some((site, mut path)) = rest.split_once([':', '/']) else {
        return (None, None);
    };
    if url.contains("://") && rest[site.len()..].starts_with(':') {
        // A port stands between.
        path = path.split_once('/').map_or("", |(_, path)| path);
    }
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    let plain = |part: &str| {
        let known = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        !part.is_empty() && part.bytes().all(known)
    };
    let named = path.contains('/') && path.split('/').all(plain);
    (Some(site), named.then_some(path))
}

/// The branch that the remote calls its own; else `main` or `master` where there is one; else the
/// one that is checked out.
fn branch(tree: &dyn Tree) -> Option<String> {
    let pointed = |name: &str, before: &str| {
        let text = tree.git(name)?;
        let branch = text.trim().strip_prefix("ref: ")?.strip_prefix(before)?;
        Some(branch.to_owned())
    };
    if let Some(branch) = pointed("refs/remotes/origin/HEAD", "refs/remotes/origin/") {
        return Some(branch);
    }
    let packed = tree.git("packed-refs").unwrap_or_default();
    let exists = |branch: &str| {
        ["refs/heads", "refs/remotes/origin"].iter().any(|folder| {
            let name = format!("{folder}/{branch}");
            tree.git(&name).is_some() || packed.lines().any(|l| l.split(' ').nth(1) == Some(&name))
        })
    };
    let usual = ["main", "master"].into_iter().find(|b| exists(b));
    usual
        .map(str::to_owned)
        .or_else(|| pointed("HEAD", "refs/heads/"))
}

/// Who owns everything: the first owner in the last line about `*`.
pub fn code_owner(tree: &dyn Tree) -> Option<String> {
    let places = ["", ".github", "docs"].map(|folder| paths::join(folder, "CODEOWNERS"));
    let text = places.iter().find_map(|path| tree.text(path))?;
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(""));
    lines
        .filter_map(|line| line.trim().strip_prefix('*'))
        .filter(|rest| rest.starts_with([' ', '\t']))
        .filter_map(|rest| rest.split_whitespace().next())
        .next_back()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::tests::Memory;
    use super::*;

    #[test]
    fn remotes_name_host_and_repository() {
        for (url, site, repository) in [
            ("git@github.com:a/b.git", Some("github.com"), Some("a/b")),
            ("https://github.com/a/b", Some("github.com"), Some("a/b")),
            (
                "https://x:y@gitlab.com/a/b/c.git",
                Some("gitlab.com"),
                Some("a/b/c"),
            ),
            ("ssh://git@host:2222/a/b.git", Some("host"), Some("a/b")),
            ("git@github.com:7a/b.git", Some("github.com"), Some("7a/b")),
            ("/srv/git/b.git", None, None),
            ("../b", None, None),
            ("https://host", None, None),
        ] {
            assert_eq!(parts(url), (site, repository), "{url}");
        }
    }

    #[test]
    fn the_branch_is_the_remotes_own_else_the_usual_else_the_present_one() {
        let head = (".git/HEAD", "ref: refs/heads/topic/x\n");
        let branch = |files: &[(&str, &str)]| look(&Memory::new(files)).branch;
        assert_eq!(branch(&[head]).as_deref(), Some("topic/x"));
        let packed = (".git/packed-refs", "# pack-refs\n1234 refs/heads/master\n");
        assert_eq!(branch(&[head, packed]).as_deref(), Some("master"));
        let remote = (
            ".git/refs/remotes/origin/HEAD",
            "ref: refs/remotes/origin/trunk\n",
        );
        assert_eq!(branch(&[head, packed, remote]).as_deref(), Some("trunk"));
        assert_eq!(branch(&[(".git/HEAD", "1234abcd\n")]), None);
    }

    #[test]
    fn the_host_is_seen_from_remote_or_files() {
        let host = |files: &[(&str, &str)]| look(&Memory::new(files)).host;
        let config =
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@gitlab.com:a/b.git\n";
        assert_eq!(host(&[(".git/config", config)]), Some(Host::GitLab));
        assert_eq!(host(&[(".github/workflows/x.yml", "")]), Some(Host::GitHub));
        assert_eq!(host(&[(".gitlab-ci.yml", "")]), Some(Host::GitLab));
        assert_eq!(host(&[("a", "")]), None);
    }

    #[test]
    fn the_owner_of_everything_is_the_last_one_said() {
        let owners = "# who\n* @a/b @c\n*.rs @rust\n*  @a/ci # all\n";
        let tree = Memory::new(&[(".github/CODEOWNERS", owners)]);
        assert_eq!(code_owner(&tree).as_deref(), Some("@a/ci"));
    }
}
