//! What jobs hand to each other, and what people fetch: the artifacts of the plan.

use indexmap::IndexMap;

use super::super::literal::literal;
use super::super::pins;
use super::super::workflow::{Input, Step};
use crate::jobs::{Jobs, command};
use crate::schema::kinds::Artifact;
use crate::schema::values::Origin;
use crate::schema::{Decl, Id};
use crate::targets::ci::results;

/// Fetches artifacts of other jobs into the checkout, each by its whole name: a pattern would take
/// what other jobs of the run made too, and be content with nothing.
pub(super) fn fetched<'j>(
    jobs: &Jobs<'_>,
    artifacts: &[Id<Artifact>],
    makers: impl Fn(Id<Artifact>) -> Vec<&'j str>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for id in artifacts {
        let artifact = &jobs.plan.artifacts[*id];
        if let Some(origin) = &artifact.origin {
            steps.push(released(artifact, &origin.value));
            continue;
        }
        let makers = makers(*id);
        for maker in &makers {
            let name = if makers.len() == 1 {
                format!("Fetch {}", artifact.head.title)
            } else {
                format!("Fetch {} from {maker}", artifact.head.title)
            };
            steps.push(Step {
                name: literal(&name),
                uses: Some(pins::DOWNLOAD_ARTIFACT.uses(jobs.plan)),
                with: IndexMap::from([(
                    "name",
                    Input::Text(format!("{}-{maker}", artifact.head.name())),
                )]),
                ..Step::default()
            });
        }
    }
    steps
}

/// Fetches the files of a release, each into its folder, as they are called there.
fn released(artifact: &Decl<Artifact>, origin: &Origin) -> Step {
    let mut lines = Vec::new();
    for file in artifact
        .files
        .iter()
        .flat_map(|files| files.without_braces())
    {
        let (folder, name) = file.rsplit_once('/').unwrap_or((".", &file));
        let tag = origin.tag().map(|tag| tag.to_string());
        let words = ["gh".to_owned(), "release".to_owned(), "download".to_owned()];
        let words = words.into_iter().chain(tag);
        let pattern = ["--pattern", name, "--dir", folder, "--clobber"].map(str::to_owned);
        lines.push(command::shell(&words.chain(pattern).collect::<Vec<_>>()));
    }
    Step {
        name: literal(&format!("Fetch {} of {origin}", artifact.head.title)),
        run: Some(literal(&lines.join("\n"))),
        env: IndexMap::from([
            ("GH_REPO".to_owned(), "${{ github.repository }}".to_owned()),
            ("GH_TOKEN".to_owned(), "${{ github.token }}".to_owned()),
        ]),
        ..Step::default()
    }
}

/// Matches no file. Where it is among the paths of an upload, the action looks for them from the root
/// of the checkout, and so keeps all folders around the files: whoever fetches them finds them where
/// they were.
const FROM_ROOT: &str = "*.dtpc-none";

/// Keeps the artifacts that a job makes.
pub(super) fn kept(
    jobs: &Jobs<'_>,
    makes: &[Id<Artifact>],
    job: &str,
    condition: Option<&str>,
) -> Vec<Step> {
    makes
        .iter()
        .map(|id| {
            let artifact = &jobs.plan.artifacts[*id];
            let mut files: Vec<String> = vec![FROM_ROOT.to_owned()];
            files.extend(artifact.files.iter().flat_map(|f| f.without_braces()));
            let days = results::days(artifact.keep.value);
            Step {
                name: literal(&format!("Keep {}", artifact.head.title)),
                condition: condition.map(str::to_owned),
                uses: Some(pins::UPLOAD_ARTIFACT.uses(jobs.plan)),
                with: IndexMap::from([
                    (
                        "name",
                        Input::Text(format!("{}-{job}", artifact.head.name())),
                    ),
                    ("path", Input::Text(literal(&files.join("\n")))),
                    ("retention-days", Input::Number(days)),
                    ("if-no-files-found", Input::Text("error".to_owned())),
                    ("include-hidden-files", Input::Flag(true)),
                ]),
                ..Step::default()
            }
        })
        .collect()
}
