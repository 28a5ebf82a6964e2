//! The one way to name jobs: `serve(stage: nightly, environment: cpu_mock)`.

use crate::schema::Id;
use crate::schema::kinds::{Environment, Kind, Stage, Suite};
use crate::schema::reader::{Arguments, FieldType, Reader};
use crate::schema::values::Ref;
use crate::source::Span;
use crate::syntax::ast::Value;

/// A set of jobs: those of a suite, where wanted in one stage or environment only.
#[derive(Debug, Clone, Copy)]
pub struct JobPattern {
    /// The suite.
    pub suite: Id<Suite>,
    /// Only in this stage.
    pub stage: Option<Id<Stage>>,
    /// Only in this environment.
    pub environment: Option<Id<Environment>>,
    /// Where it is written.
    pub span: Span,
}

impl JobPattern {
    /// Whether it names the job of a suite in a stage and an environment.
    pub fn matches(
        &self,
        suite: Id<Suite>,
        stage: Id<Stage>,
        environment: Id<Environment>,
    ) -> bool {
        self.suite == suite
            && self.stage.is_none_or(|s| s == stage)
            && self.environment.is_none_or(|e| e == environment)
    }
}

impl FieldType for JobPattern {
    fn shape() -> String {
        "jobs: a suite, or `suite(stage: …, environment: …)`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, arguments)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let suite = reader.lookup(Suite::ID, callee);
        let mut arguments = Arguments::new(reader, arguments, &["stage", "environment"]);
        let stage: Option<Ref<Stage>> = arguments.take("stage");
        let environment: Option<Ref<Environment>> = arguments.take("environment");
        let whole = arguments.whole();
        Some(Self {
            suite: Id::new(suite.filter(|_| whole)?),
            stage: stage.map(|s| s.id),
            environment: environment.map(|e| e.id),
            span: value.span,
        })
    }
}
