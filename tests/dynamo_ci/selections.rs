//! What commands select, in the plan's own space of markers.

use std::fs;

use ::dtpc::algebra::{Algebra, Atom, Expression, Form, Formula, Set, Space};
use ::dtpc::compile::{self, Entry, LoadError, Loader};
use ::dtpc::name::Name;
use ::dtpc::schema::Plan;

use crate::output::root;

struct Files;

impl Loader for Files {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        fs::read_to_string(root().join("plans").join(path)).map_err(|_| LoadError::Missing)
    }

    fn tree(&mut self, _: Option<&str>) -> Option<Vec<String>> {
        None
    }
}

/// Decides questions about commands.
pub struct Selections {
    plan: &'static Plan,
    algebra: Algebra<'static>,
}

impl Selections {
    /// In the space of `plans/dynamo-ci.dtp`.
    pub fn of_plan() -> Self {
        let entry = Entry {
            file: "dynamo-ci.dtp".to_owned(),
            folders: vec!["plans".to_owned()],
        };
        let compiled = compile::compile(&entry, None, &mut Files);
        // As long as the test lasts.
        let plan: &'static Plan = Box::leak(Box::new(compiled.plan.expect("the plan holds")));
        let space: &'static Space = Box::leak(Box::new(Space::of_plan(plan, [])));
        Self {
            plan,
            algebra: Algebra::new(space),
        }
    }

    fn formula(&self, expression: &Expression) -> Formula {
        let all = |parts: &[Expression]| parts.iter().map(|p| self.formula(p)).collect();
        match &expression.form {
            Form::Marker { name, .. } => {
                let id = self.plan.markers.find(Name::new(name));
                Atom::Marker(id.unwrap_or_else(|| panic!("the plan has no marker {name}"))).into()
            }
            Form::Not(inner) => Formula::Not(Box::new(self.formula(inner))),
            Form::And(parts) => Formula::And(all(parts)),
            Form::Or(parts) => Formula::Or(all(parts)),
        }
    }

    fn set(&mut self, text: &str) -> Set {
        let expression = Expression::parse(text).unwrap_or_else(|why| panic!("{text}: {why:?}"));
        let formula = self.formula(&expression);
        self.algebra.set(&formula).unwrap()
    }

    /// What a line of a script selects, if it runs pytest.
    fn of_command(&mut self, line: &str) -> Option<Set> {
        let words = shlex::split(line)?;
        let pytest = words.iter().position(|word| word == "pytest")?;
        let markers = words[pytest..].iter().position(|word| word == "-m")?;
        let text = words.get(pytest + markers + 1)?.clone();
        Some(self.set(&text))
    }

    /// Whether some of these commands together select exactly what an expression does.
    pub fn are_selected_by(&mut self, expression: &str, commands: &[&str]) -> Result<(), String> {
        let wanted = self.set(expression);
        let mut left = wanted;
        for command in commands {
            let Some(set) = self.of_command(command) else {
                continue;
            };
            if self.algebra.implies(set, wanted).unwrap() {
                left = self.algebra.difference(left, set).unwrap();
            }
        }
        if self.algebra.is_never(left) {
            Ok(())
        } else {
            Err(format!("no job selects all of it: {commands:#?}"))
        }
    }

    /// Whether one of these commands selects a test of an expression.
    pub fn reach(&mut self, expression: &str, commands: &[&str]) -> bool {
        let wanted = self.set(expression);
        commands.iter().any(|command| {
            let set = self.of_command(command);
            set.is_some_and(|set| self.algebra.overlap(set, wanted).unwrap())
        })
    }
}
