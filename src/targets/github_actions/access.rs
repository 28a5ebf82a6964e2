//! What a job may do beside reading the repository: the scopes of its token, and its logins to
//! registries.

use serde_yaml::Commented;

use super::filled;
use super::workflow::{Credentials, Permissions};
use crate::jobs::registries;
use crate::schema::kinds::Registry;
use crate::schema::values::{self, Access, Scope};
use crate::schema::{Id, Plan};
use crate::targets::ci::secret_key;

/// The variable in which commands find the token of their job.
pub const TOKEN: &str = "GITHUB_TOKEN";

/// What stands for the token.
pub const TOKEN_VALUE: &str = "${{ github.token }}";

/// The scopes of a job's token: those it asks for, and what its logins need.
pub fn permissions(
    plan: &Plan,
    asked: &values::Permissions,
    who: &str,
    logins: &[Id<Registry>],
) -> Permissions {
    let mut all = Permissions::default();
    for (scope, access) in &asked.entries {
        if *scope == Scope::Contents {
            all.contents = access.word();
        } else {
            let why = format!("{who} asks for it");
            all.more.insert(key(*scope), Commented(access.word(), why));
        }
    }
    let mut logins = logins.iter().map(|id| &plan.registries[*id]);
    if let Some(registry) = logins.find(|registry| registry.password.is_none()) {
        let host = registries::address(&registry.host).for_people(plan);
        let why = format!("to pull images of {host}");
        all.more
            .entry(key(Scope::Packages))
            .or_insert(Commented(Access::Read.word(), why));
    }
    all
}

/// What GitHub calls a scope.
const fn key(scope: Scope) -> &'static str {
    match scope {
        Scope::IdToken => "id-token",
        Scope::PullRequests => "pull-requests",
        Scope::SecurityEvents => "security-events",
        other => other.word(),
    }
}

/// How the host logs in to pull an image.
pub fn credentials(plan: &Plan, image: &str) -> Option<Credentials> {
    let registry = &plan.registries[registries::of_image(plan, image)?];
    let user = registry.user.as_ref();
    let password = registry.password.as_ref();
    Some(Credentials {
        username: user.map_or_else(
            || "${{ github.actor }}".to_owned(),
            |user| filled(plan, &registries::address(user)),
        ),
        password: password.map_or_else(
            || TOKEN_VALUE.to_owned(),
            |secret| format!("${{{{ secrets.{} }}}}", secret_key(plan, secret.id)),
        ),
    })
}
