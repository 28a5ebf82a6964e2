//! Every test in quarantine is there.

use super::{Check, Context, names};
use crate::audit::python::{Settings, is_python};
use crate::diagnostics::{Code, Diagnostic, codes, suggest};

pub(super) struct Quarantines;

impl Check for Quarantines {
    fn codes(&self) -> &'static [Code] {
        &[codes::GONE_QUARANTINE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let settings = Settings::nearest(context.tree, "");
        for (_, quarantine) in context.plan.quarantines.iter() {
            let Some(id) = &quarantine.test else { continue };
            if context.tests().any(|(_, test)| names(&id.text, test)) {
                continue;
            }
            let file = id.file().filter(|file| file.contains(['/', '.']));
            // Of a file that is no test file of pytest nothing was read.
            if let Some(file) = file
                && context.tree.has(file)
                && is_python(file)
                && !settings.is_test_file(file)
                && !context.tests().any(|(_, test)| test.file == file)
            {
                continue;
            }
            let near =
                suggest::nearest(&id.text, context.tests().map(|(_, test)| test.id.as_str()));
            let message = format!("there is no test `{}`", id.text.as_str());
            let mut diagnostic = Diagnostic::new(codes::GONE_QUARANTINE, id.text.span, message);
            let found = near.and_then(|near| context.tests().find(|(_, test)| test.id == near));
            if let Some((_, test)) = found {
                diagnostic = diagnostic.label(test.span, "this one is there");
            }
            let help = near.map_or_else(
                || "take the quarantine out".to_owned(),
                |near| format!("did you mean `{near}`? Else take the quarantine out"),
            );
            context.report(diagnostic.help(help));
        }
    }
}
