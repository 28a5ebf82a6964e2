//! `pytest.ini`

use minijinja::context;

use super::Settings;
use crate::targets::{RenderError, templates};

/// The text of `pytest.ini`, without its banner.
pub fn text(settings: &Settings) -> Result<String, RenderError> {
    const SOURCE: &str = include_str!("../../../templates/pytest/pytest.ini");
    let values = context! { markers => &settings.markers, test_paths => &settings.test_paths };
    templates::render(&templates::environment(), "pytest.ini", SOURCE, values)
}
