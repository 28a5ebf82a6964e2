//! What can be said of a plan although something in it cannot be read.
//!
//! A wrong name in a suite or a gate is no reason to keep quiet about the rest of the plan. What the rest
//! may be found wrong in only because of it is left out.

use crate::diagnostics::{Class, Code, Diagnostic, Severity, codes};
use crate::schema::KindId;
use crate::source::{SourceMap, Span};
use crate::syntax::ast;

/// The declarations that are wrong, where what hangs on them is known.
pub struct Broken {
    places: Vec<Span>,
    kinds: Vec<KindId>,
}

impl Broken {
    /// The declarations in which these errors are, and those that extend them; nothing if one of them
    /// is elsewhere, or if nobody knows what hangs on it.
    pub fn of<'f>(
        sources: &SourceMap,
        files: impl Iterator<Item = &'f ast::File>,
        diagnostics: &[Diagnostic],
    ) -> Option<Self> {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error);
        let mut errors: Vec<Span> = errors.map(|error| error.span).collect::<Option<_>>()?;
        let mut broken = Self {
            places: Vec::new(),
            kinds: Vec::new(),
        };
        // Who extends what, where that can be read.
        let mut heirs: Vec<(&str, &ast::Declaration)> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for file in files {
            if !file.unread.is_empty() {
                return None;
            }
            for declaration in &file.declarations {
                let extends = declaration
                    .fields
                    .iter()
                    .find(|field| sources.text(field.name) == "extends");
                heirs.extend(extends.map(|field| (sources.text(field.value.span), declaration)));
                let place = declaration.span;
                let before = errors.len();
                errors.retain(|error| !(place.start <= error.start && error.end <= place.end));
                if errors.len() < before {
                    broken.add(sources, declaration)?;
                    names.extend(declaration.name.map(|name| sources.text(name)));
                }
            }
        }
        while let Some(name) = names.pop() {
            for (_, heir) in heirs.iter().filter(|(extended, _)| *extended == name) {
                if !broken.places.contains(&heir.span) {
                    broken.add(sources, heir)?;
                    names.extend(heir.name.map(|name| sources.text(name)));
                }
            }
        }
        errors.is_empty().then_some(broken)
    }

    fn add(&mut self, sources: &SourceMap, declaration: &ast::Declaration) -> Option<()> {
        let kind = KindId::from_word(sources.text(declaration.kind))?;
        consequences(kind)?;
        self.places.push(declaration.span);
        self.kinds.push(kind);
        Some(())
    }

    /// Whether a finding could be no more than a consequence of what is wrong.
    pub fn explains(&self, found: &Diagnostic) -> bool {
        let inside = |span: Span| {
            let holds = |place: &Span| place.start <= span.start && span.end <= place.end;
            self.places.iter().any(holds)
        };
        found.code == codes::UNUSED
            || found.code == codes::ACCEPTS_NOTHING
            || found.code.class == Class::Promise && self.kinds.contains(&KindId::Accept)
            || found.span.is_some_and(inside)
            || found.labels.iter().any(|(span, _)| inside(*span))
            || self
                .kinds
                .iter()
                .filter_map(|kind| consequences(*kind))
                .flatten()
                .any(|codes| codes.contains(&found.code))
    }
}

/// What more is found where there are fewer jobs.
const WITH_FEWER_JOBS: &[Code] = &[
    codes::EMPTY_STAGE,
    codes::WRONG_TOOL,
    codes::AXIS_WITHOUT_EFFECT,
    codes::UNNEEDED_BUILD,
    codes::UNMADE_ARTIFACT,
    codes::UNFILLED_CACHE,
    codes::IDLE,
    codes::GAP,
    codes::GATE_UNKNOWN_JOB,
    codes::UNGATED,
    codes::GATE_DROPS_SUITE,
    codes::GATE_CONTRADICTION,
    codes::UNCOVERED_FEATURE,
    codes::UNMET_REQUIREMENT,
    codes::LANGUAGE_TOOLS,
    codes::THRESHOLD_JOBS,
    codes::THRESHOLD_BASELINE,
];

/// What may be found elsewhere because a declaration of a kind is wrong; nothing where that may be
/// anything.
fn consequences(kind: KindId) -> Option<[&'static [Code]; 2]> {
    let (jobs, others): (&[Code], &[Code]) = match kind {
        // All paths begin where the plan says, and a constant may stand for anything.
        KindId::PlanInfo | KindId::Constant => return None,
        KindId::Suite
        | KindId::Part
        | KindId::At
        | KindId::Stage
        | KindId::TestType
        | KindId::Tool
        | KindId::Service
        | KindId::Build
        | KindId::Artifact => (WITH_FEWER_JOBS, &[]),
        KindId::Axis | KindId::ValueRecord => (
            WITH_FEWER_JOBS,
            &[
                codes::SAME_JOB,
                codes::OVERLAP,
                codes::AT_CONFLICT,
                codes::BUILD_WITHOUT_AXIS,
            ],
        ),
        KindId::Environment => (
            WITH_FEWER_JOBS,
            &[codes::NO_RUNNER, codes::EMPTY_REST, codes::OVERLAP],
        ),
        KindId::Runner => (
            WITH_FEWER_JOBS,
            &[codes::TRUST, codes::UNSCOPED_SECRET, codes::HOST_FORM],
        ),
        KindId::MarkerGroup | KindId::Marker => (
            WITH_FEWER_JOBS,
            &[
                codes::TOO_SMALL,
                codes::NEVER_MATCHES,
                codes::ALWAYS_MATCHES,
                codes::EMPTY_REST,
                codes::OVERLAP,
                codes::UNSTARTED_SERVICE,
            ],
        ),
        KindId::Gate => (&[], &[codes::UNGATED, codes::GATE_DROPS_SUITE]),
        KindId::Hook | KindId::Coverage | KindId::Language => (&[], &[codes::LANGUAGE_TOOLS]),
        KindId::Area | KindId::Feature => {
            (&[], &[codes::UNCOVERED_FEATURE, codes::UNMET_REQUIREMENT])
        }
        KindId::Metric => (
            &[],
            &[
                codes::THRESHOLD_UNIT,
                codes::THRESHOLD_BASELINE,
                codes::THRESHOLD_CONFLICT,
            ],
        ),
        KindId::Approval | KindId::Secret => (&[], &[codes::APPROVAL, codes::UNSCOPED_SECRET]),
        KindId::Cache
        | KindId::Registry
        | KindId::Variable
        | KindId::Label
        | KindId::Paths
        | KindId::Owner
        | KindId::Quarantine
        | KindId::Accept
        | KindId::Exception
        | KindId::Threshold
        | KindId::Phase => (&[], &[]),
    };
    Some([jobs, others])
}
