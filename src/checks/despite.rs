//! What can be said of a plan although something in it cannot be read.
//!
//! A wrong name in a suite or a gate is no reason to keep quiet about the rest of the plan. What the rest
//! may be found wrong in only because of it is left out.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostics::{Class, Code, Diagnostic, Severity, codes};
use crate::schema::{EXTENDS, KindId};
use crate::source::{SourceMap, Span};
use crate::syntax::ast;

/// The declarations that are wrong, where what hangs on them is known.
pub struct Broken {
    /// Where they stand, in order; none inside another.
    places: Vec<Span>,
    kinds: FxHashSet<KindId>,
}

/// A declaration, or what could not be read as one.
struct Piece<'s> {
    place: Span,
    /// Its first word.
    kind: &'s str,
    name: Option<&'s str>,
    /// Whom it extends.
    extends: Option<&'s str>,
    is_broken: bool,
}

/// The pieces of these files, in order.
fn pieces<'s, 'f>(
    sources: &'s SourceMap,
    files: impl Iterator<Item = &'f ast::File>,
) -> Vec<Piece<'s>> {
    let mut pieces: Vec<Piece<'s>> = Vec::new();
    let mut unread: Vec<Span> = Vec::new();
    for file in files {
        unread.extend(&file.unread);
        pieces.extend(file.declarations.iter().map(|declaration| {
            let mut fields = declaration.fields.iter();
            let extends = fields.find(|field| sources.text(field.name) == EXTENDS.name);
            Piece {
                place: declaration.span,
                kind: sources.text(declaration.kind),
                name: declaration.name.map(|name| sources.text(name)),
                extends: extends.map(|field| sources.text(field.value.span)),
                is_broken: declaration.damaged,
            }
        }));
    }
    pieces.sort_by_key(|piece| piece.place.start);
    let is_inside = |span: &Span| {
        let behind = pieces.partition_point(|piece| piece.place.start <= span.start);
        let piece = behind.checked_sub(1).map(|number| &pieces[number]);
        piece.is_some_and(|piece| span.end <= piece.place.end)
    };
    unread.retain(|span| !is_inside(span));
    pieces.extend(unread.into_iter().map(|span| {
        // There is its first word, and maybe its name.
        let mut words = sources.text(span).split_whitespace();
        Piece {
            place: span,
            kind: words.next().unwrap_or_default(),
            name: words.next(),
            extends: None,
            is_broken: true,
        }
    }));
    pieces.sort_by_key(|piece| piece.place.start);
    pieces
}

impl Broken {
    /// The declarations in which these errors are, and those that extend them; nothing if one of them
    /// is elsewhere, or if nobody knows what hangs on it.
    pub fn of<'f>(
        sources: &SourceMap,
        files: impl Iterator<Item = &'f ast::File>,
        diagnostics: &[Diagnostic],
    ) -> Option<Self> {
        let mut pieces = pieces(sources, files);
        for error in diagnostics.iter().filter(|d| d.severity == Severity::Error) {
            let span = error.span?;
            let behind = pieces.partition_point(|piece| piece.place.start <= span.start);
            let piece = &mut pieces[behind.checked_sub(1)?];
            if piece.place.end < span.end {
                return None;
            }
            piece.is_broken = true;
        }
        let mut heirs: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (number, piece) in pieces.iter().enumerate() {
            if let Some(extended) = piece.extends {
                heirs.entry(extended).or_default().push(number);
            }
        }
        let broken = pieces.iter().filter(|piece| piece.is_broken);
        let mut names: Vec<&str> = broken.filter_map(|piece| piece.name).collect();
        while let Some(name) = names.pop() {
            for number in heirs.remove(name).unwrap_or_default() {
                pieces[number].is_broken = true;
                names.extend(pieces[number].name);
            }
        }
        let broken = || pieces.iter().filter(|piece| piece.is_broken);
        let known = |piece: &Piece<'_>| {
            let kind = KindId::from_word(piece.kind)?;
            consequences(kind).map(|_| kind)
        };
        Some(Self {
            places: broken().map(|piece| piece.place).collect(),
            kinds: broken().map(known).collect::<Option<_>>()?,
        })
    }

    fn holds(&self, span: Span) -> bool {
        let behind = self
            .places
            .partition_point(|place| place.start <= span.start);
        let place = behind.checked_sub(1).map(|number| self.places[number]);
        place.is_some_and(|place| span.end <= place.end)
    }

    /// Whether a finding could be no more than a consequence of what is wrong.
    pub fn explains(&self, found: &Diagnostic) -> bool {
        found.code == codes::UNUSED
            || found.code == codes::ACCEPTS_NOTHING
            || found.code.class == Class::Promise && self.kinds.contains(&KindId::Accept)
            || found.span.is_some_and(|span| self.holds(span))
            || found.labels.iter().any(|(span, _)| self.holds(*span))
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
