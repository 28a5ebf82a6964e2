//! The fixtures of a repository, as far as they make several tests of one.

use std::rc::Rc;

use ruff_python_ast::{Expr, Parameters};
use rustc_hash::FxHashMap;

use super::calls::Given;
use super::evaluate::{Interpreter, Scope};
use super::module::{Class, Function, Module, Names, What};
use super::modules::{folder, join};
use super::value::Value;

/// A fixture.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The name that tests ask for it by.
    pub name: String,
    /// What it asks for itself.
    pub asks: Vec<String>,
    /// Its `params` and `ids`, where it has any.
    pub params: Option<(Value, Option<Value>)>,
    /// Whether each test uses it.
    pub autouse: bool,
}

/// The fixtures that were looked at, by the base of their module and the name of their class.
#[derive(Debug, Default)]
pub struct Fixtures {
    of: FxHashMap<(u32, String), Rc<Vec<Fixture>>>,
}

impl Fixtures {
    /// The fixtures that a test uses, in the order in which pytest makes tests of their parameters.
    pub fn used(
        &mut self,
        interpreter: &mut Interpreter<'_, '_>,
        module: &Rc<Module>,
        line: &[(Rc<Module>, Rc<Class>)],
        asks: &[String],
    ) -> Vec<Fixture> {
        let mut scopes: Vec<Rc<Vec<Fixture>>> = Vec::new();
        for (module, class) in line {
            let key = (module.base, class.name.clone());
            let names = |i: &mut Interpreter<'_, '_>| of_names(i, module, &class.names, false);
            scopes.push(self.known(key, interpreter, names));
        }
        let names = |i: &mut Interpreter<'_, '_>| of_names(i, module, &module.names, true);
        scopes.push(self.known((module.base, String::new()), interpreter, names));
        let mut place = Some(folder(&module.path).to_owned());
        while let Some(around) = place {
            if let Some(conftest) = interpreter.modules.at(&join(&around, "conftest.py"))
                && conftest.base != module.base
            {
                let names =
                    |i: &mut Interpreter<'_, '_>| of_names(i, &conftest, &conftest.names, true);
                scopes.push(self.known((conftest.base, String::new()), interpreter, names));
            }
            place = (!around.is_empty()).then(|| folder(&around).to_owned());
        }
        let automatic = scopes.iter().rev().flat_map(|scope| scope.iter());
        let mut waiting: Vec<String> = automatic
            .filter(|fixture| fixture.autouse)
            .map(|fixture| fixture.name.clone())
            .collect();
        waiting.extend(asks.iter().cloned());
        let mut used: Vec<Fixture> = Vec::new();
        let mut next = 0;
        while next < waiting.len() {
            let name = waiting[next].clone();
            next += 1;
            // The nearest of the name, behind those that it was asked by itself.
            let found = scopes
                .iter()
                .find_map(|scope| scope.iter().find(|fixture| fixture.name == name));
            let Some(found) = found else { continue };
            for further in &found.asks {
                if !waiting.contains(further) {
                    waiting.push(further.clone());
                }
            }
            if !used.iter().any(|fixture| fixture.name == name) {
                used.push(found.clone());
            }
        }
        used
    }

    fn known(
        &mut self,
        key: (u32, String),
        interpreter: &mut Interpreter<'_, '_>,
        find: impl FnOnce(&mut Interpreter<'_, '_>) -> Vec<Fixture>,
    ) -> Rc<Vec<Fixture>> {
        if let Some(known) = self.of.get(&key) {
            return Rc::clone(known);
        }
        let found = Rc::new(find(interpreter));
        self.of.insert(key, Rc::clone(&found));
        found
    }
}

/// The fixtures among some names.
fn of_names(
    interpreter: &mut Interpreter<'_, '_>,
    module: &Rc<Module>,
    names: &Names,
    with_imports: bool,
) -> Vec<Fixture> {
    let mut found = Vec::new();
    for (name, binding) in &names.map {
        match &binding.what {
            What::Function(function) => {
                found.extend(fixture(interpreter, module, function, name));
            }
            What::Import(_) if with_imports => {
                if let Some(Value::Function(module, function)) = interpreter.of_module(module, name)
                {
                    found.extend(fixture(interpreter, &module, &function, name));
                }
            }
            _ => {}
        }
    }
    if with_imports {
        for star in names.stars.clone() {
            if let Some(other) = interpreter.modules.imported(module, &star)
                && other.base != module.base
            {
                found.extend(of_names(interpreter, &other, &other.names, false));
            }
        }
    }
    found
}

/// A function as a fixture, if it is one.
fn fixture(
    interpreter: &mut Interpreter<'_, '_>,
    module: &Rc<Module>,
    function: &Rc<Function>,
    name: &str,
) -> Option<Fixture> {
    let decorator = function
        .decorators
        .iter()
        .find(|decorator| is_fixture(interpreter, module, decorator))?;
    let mut given = Given::default();
    if let Expr::Call(call) = decorator {
        given = interpreter
            .given(call, &mut Scope::of(module))
            .unwrap_or_default();
    }
    let by_name = |name: &str| {
        let found = given.named.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.clone())
    };
    Some(Fixture {
        name: match by_name("name") {
            Some(Value::Text(other)) => other.to_string(),
            _ => name.to_owned(),
        },
        asks: asked(&function.parameters),
        params: by_name("params")
            .filter(|params| !matches!(params, Value::None))
            .map(|params| (params, by_name("ids"))),
        autouse: by_name("autouse").is_some_and(|value| value.truth() == Some(true)),
    })
}

/// Whether a decorator makes a fixture.
pub fn is_fixture(
    interpreter: &mut Interpreter<'_, '_>,
    module: &Rc<Module>,
    decorator: &Expr,
) -> bool {
    let decorator = match decorator {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    let value = interpreter.value(decorator, &mut Scope::of(module));
    matches!(value, Value::Library(name) if name.rsplit('.').next() == Some("fixture"))
}

/// What a function asks pytest for: what it takes and has no default for.
pub fn asked(parameters: &Parameters) -> Vec<String> {
    let all = parameters
        .posonlyargs
        .iter()
        .chain(&parameters.args)
        .chain(&parameters.kwonlyargs);
    all.filter(|p| p.default.is_none())
        .map(|p| p.parameter.name.to_string())
        .filter(|name| name != "self" && name != "cls")
        .collect()
}
