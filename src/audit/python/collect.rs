//! The tests of a module, as pytest collects them.

use std::rc::Rc;

use ruff_python_ast::Expr;
use ruff_text_size::{Ranged as _, TextRange};

use super::super::facts::{Carried, Case, CaseId, Facts, Given, Runner, Test, Unknown, Why};
use super::evaluate::{Interpreter, Item, Scope};
use super::fixtures::{Fixtures, asked, is_fixture};
use super::hooks::{Hooks, makes_tests};
use super::module::{Binding, Class, Function, Module, What};
use super::params::{self, Rows};
use super::settings::Settings;
use super::value::{Mark, Value};
use crate::algebra::{Argument, ArgumentValue};
use crate::source::Span;

/// How deep classes with tests may stand in each other.
const DEPTH: usize = 8;

/// Collects the tests of modules.
pub struct Collector<'c, 'm, 't> {
    /// Answers what expressions stand for.
    pub interpreter: Interpreter<'m, 't>,
    /// Where what is found goes.
    pub facts: &'c mut Facts,
    /// The fixtures that were looked at.
    pub fixtures: Fixtures,
    /// The hooks of the conftests.
    pub hooks: Hooks,
}

/// The class that tests stand in.
#[derive(Default)]
struct Place {
    /// Its name, with those of the classes around it.
    names: Vec<String>,
    /// It and those it comes from, nearest first; and those around it.
    line: Vec<(Rc<Module>, Rc<Class>)>,
    /// Whether it is one of `unittest`.
    is_unittest: bool,
    /// The markers that it and those around it bring, nearest first.
    marks: Vec<Rc<Mark>>,
    /// Why some of them are not known.
    unknown: Option<Rc<Why>>,
    /// The condition under which it is there.
    when: Option<Span>,
}

impl Collector<'_, '_, '_> {
    /// Adds the tests of a module.
    pub fn module(&mut self, module: &Rc<Module>, settings: &Settings) {
        if let Some((span, why)) = &module.broken {
            self.unknown(
                *span,
                format!("the file does not follow the grammar of Python: {why}"),
            );
        }
        let skipped = self.interpreter.of_module(module, "__test__");
        if skipped.is_some_and(|value| value.truth() == Some(false)) {
            return;
        }
        let mut place = Place::default();
        if let Some(value) = self.interpreter.of_module(module, "pytestmark") {
            match params::marks(&value) {
                Ok(marks) => place.marks = marks,
                Err(why) => place.unknown = Some(placed(&why, module, TextRange::default())),
            }
        }
        let bindings = module.names.map.iter();
        let mut names: Vec<(String, Option<Binding>)> = bindings
            .map(|(name, b)| (name.clone(), Some(b.clone())))
            .collect();
        for star in &module.names.stars {
            if let Some(other) = self.interpreter.modules.imported(module, star) {
                let more = other.names.map.keys().filter(|name| !name.starts_with('_'));
                names.extend(more.map(|name| (name.clone(), None)));
            }
        }
        for (name, binding) in names {
            let looks_like_test = settings.is_test_function(&name) || settings.is_test_class(&name);
            let is_class = matches!(
                binding.as_ref().map(|b| &b.what),
                Some(What::Class(_) | What::Import(_)) | None
            );
            if !looks_like_test && !is_class {
                continue;
            }
            self.name(module, settings, &place, &name, binding.as_ref());
        }
    }

    /// What a name of a module brings.
    fn name(
        &mut self,
        module: &Rc<Module>,
        settings: &Settings,
        place: &Place,
        name: &str,
        binding: Option<&Binding>,
    ) {
        let when = binding.and_then(|b| b.when).map(|range| module.span(range));
        match self.interpreter.of_module(module, name) {
            Some(Value::Function(home, function)) if settings.is_test_function(name) => {
                self.function(module, &home, &function, name, place, None, when);
            }
            Some(Value::Class(home, class)) => {
                self.class(module, settings, &home, &class, name, place, when, 0);
            }
            Some(Value::Library(from)) if settings.is_test_class(name) => {
                // The clients and cases that test libraries offer hold no tests of their own.
                const HELPERS: &[&str] = &["TestCase", "TestClient", "TestServer", "TestClock"];
                if !HELPERS.contains(&name) && !from.contains("unittest") {
                    let span = Span::new(module.base, module.base);
                    self.unknown(span, format!("`{from}` is not of this repository: whether it holds tests is not known"));
                }
            }
            Some(Value::Unknown(why))
                if settings.is_test_function(name) || settings.is_test_class(name) =>
            {
                if matches!(
                    binding.map(|b| &b.what),
                    Some(What::Value(_) | What::Other(_))
                ) {
                    self.unknown(
                        why.span,
                        format!("whether `{name}` is a test is not known: {}", why.words),
                    );
                }
            }
            Some(Value::Something) => {
                if let Some(What::Value(values)) = binding.map(|b| &b.what)
                    && let Some(first) = values.first()
                    && first.is_call_expr()
                    && settings.is_test_class(name)
                {
                    let span = module.span(first.range());
                    self.unknown(
                        span,
                        format!("a library makes `{name}`: whether it holds tests is not known"),
                    );
                }
            }
            _ => {}
        }
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "each is a different thing about one class"
    )]
    fn class(
        &mut self,
        module: &Rc<Module>,
        settings: &Settings,
        home: &Rc<Module>,
        class: &Rc<Class>,
        name: &str,
        around: &Place,
        when: Option<Span>,
        depth: usize,
    ) {
        let (line, foreign) = self.interpreter.lineage(home, class);
        let is_unittest = foreign.iter().any(|base| {
            matches!(base, Value::Library(name) if name.starts_with("unittest.") || name.ends_with("TestCase"))
        });
        if !is_unittest && !settings.is_test_class(name) || depth == DEPTH {
            return;
        }
        let of_line = |name: &str| line.iter().any(|(_, c)| c.names.map.contains_key(name));
        // What is made with arguments pytest cannot make.
        let is_made_otherwise = of_line("__init__") || of_line("__new__") || self.is_data(&line);
        let skipped = self.interpreter.of_class(home, class, "__test__");
        if skipped.is_some_and(|value| value.truth() == Some(false))
            || !is_unittest && is_made_otherwise
        {
            return;
        }
        for base in &foreign {
            if let Value::Unknown(why) = base {
                let words = format!(
                    "what `{name}` comes from is not known, nor which tests it brings: {}",
                    why.words
                );
                self.unknown(why.span, words);
            }
        }
        let mut place = Place {
            names: [around.names.as_slice(), &[name.to_owned()]].concat(),
            line: [line.as_slice(), &around.line].concat(),
            is_unittest,
            marks: Vec::new(),
            unknown: around.unknown.clone(),
            when: when.or(around.when),
        };
        for (module, class) in &line {
            self.marks_of_class(module, class, &mut place);
        }
        place.marks.extend(around.marks.iter().cloned());
        let mut seen: Vec<&str> = Vec::new();
        for (home, class) in &line {
            for (name, binding) in &class.names.map {
                if seen.contains(&name.as_str()) {
                    continue;
                }
                seen.push(name);
                let when = binding.when.map(|range| home.span(range));
                let is_test = if is_unittest {
                    name.starts_with("test")
                } else {
                    settings.is_test_function(name)
                };
                match &binding.what {
                    What::Function(function) if is_test => {
                        self.function(module, home, function, name, &place, Some(class), when);
                    }
                    What::Class(inner) => {
                        self.class(module, settings, home, inner, name, &place, when, depth + 1);
                    }
                    What::Value(_) | What::Import(_) if is_test => {
                        let value = self.interpreter.of_class(home, class, name);
                        match value {
                            Some(Value::Function(from, function)) => {
                                self.function(module, &from, &function, name, &place, None, when);
                            }
                            Some(Value::Unknown(why)) => {
                                let words = format!(
                                    "whether `{name}` is a test is not known: {}",
                                    why.words
                                );
                                self.unknown(why.span, words);
                            }
                            _ => {}
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether a class is a data class, whose instances are made with arguments.
    fn is_data(&mut self, line: &[(Rc<Module>, Rc<Class>)]) -> bool {
        line.iter().any(|(module, class)| {
            class.decorators.iter().any(|decorator| {
                let decorator = match decorator {
                    Expr::Call(call) => &*call.func,
                    other => other,
                };
                let value = self.interpreter.value(decorator, &mut Scope::of(module));
                matches!(value, Value::Library(name) if name.ends_with("dataclass"))
            })
        })
    }

    /// The markers that a class itself carries.
    fn marks_of_class(&mut self, module: &Rc<Module>, class: &Rc<Class>, place: &mut Place) {
        let found = self.decorating(module, None, &class.decorators);
        take(found, place);
        if let Some(binding) = class.names.map.get("pytestmark") {
            let value = match &binding.what {
                What::Value(values) => {
                    let mut scope = Scope::of(module);
                    scope.class = Some(&class.names);
                    self.interpreter.sum(values, &mut scope)
                }
                _ => self
                    .interpreter
                    .of_class(module, class, "pytestmark")
                    .unwrap_or(Value::None),
            };
            let found = params::marks(&value).map_err(|why| placed(&why, module, class.range));
            take(found, place);
        }
    }

    /// The markers among decorators, the nearest to what they decorate first.
    fn decorating(
        &mut self,
        module: &Rc<Module>,
        class: Option<&Class>,
        decorators: &[Expr],
    ) -> Result<Vec<Rc<Mark>>, Rc<Why>> {
        let mut marks = Vec::new();
        for decorator in decorators.iter().rev() {
            let mut scope = Scope::of(module);
            scope.class = class.map(|class| &class.names);
            match self.interpreter.value(decorator, &mut scope) {
                Value::Mark(mark) => marks.push(mark),
                // A decorator that is made in a function: does it speak of markers at all?
                Value::Unknown(why) if self.speaks_of_marks(module, decorator) => {
                    return Err(placed(&why, module, decorator.range()));
                }
                Value::Function(home, function)
                    if self.text_of(&home, &function).contains("mark") =>
                {
                    return Err(Rc::new(Why {
                        span: module.span(decorator.range()),
                        words: format!("`{}` may put markers on what it decorates", function.name),
                        marker: None,
                    }));
                }
                _ => {}
            }
        }
        Ok(marks)
    }

    fn speaks_of_marks(&mut self, module: &Rc<Module>, decorator: &Expr) -> bool {
        let callee = match decorator {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        match self.interpreter.value(callee, &mut Scope::of(module)) {
            Value::Function(home, function) => self.text_of(&home, &function).contains("mark"),
            Value::Library(_) => false,
            _ => true,
        }
    }

    /// The text of a function.
    fn text_of(&self, module: &Module, function: &Function) -> String {
        let end = function
            .body
            .last()
            .map_or(function.range.end(), |s| s.range().end());
        let range = TextRange::new(function.range.start(), end.max(function.range.start()));
        self.interpreter
            .modules
            .sources
            .text(module.span(range))
            .to_owned()
    }

    /// Adds a function that is a test.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is a different thing about one test"
    )]
    fn function(
        &mut self,
        module: &Rc<Module>,
        home: &Rc<Module>,
        function: &Rc<Function>,
        name: &str,
        place: &Place,
        within: Option<&Class>,
        when: Option<Span>,
    ) {
        for decorator in &function.decorators {
            if is_fixture(&mut self.interpreter, home, decorator) {
                return;
            }
        }
        let mut unknown = place.unknown.clone();
        let own = self.decorating(home, within, &function.decorators);
        let own = own.unwrap_or_else(|why| {
            unknown = Some(why);
            Vec::new()
        });
        let marks: Vec<Rc<Mark>> = own.iter().chain(&place.marks).cloned().collect();
        let mut id = module.path.clone();
        for part in place.names.iter().map(String::as_str).chain([name]) {
            id.push_str("::");
            id.push_str(part);
        }
        let (asks, lists) = self.lists(module, function, place, &marks);
        let mut is_whole = true;
        let mut counted = Vec::new();
        for rows in lists {
            match rows {
                Rows::All(rows) => counted.push(rows),
                Rows::Uncounted => is_whole = false,
                Rows::Unknown(why) => {
                    is_whole = false;
                    unknown = unknown.or(Some(placed(&why, home, function.range)));
                }
            }
        }
        let product = if is_whole {
            params::product(&counted)
        } else {
            None
        };
        is_whole &= product.is_some();
        // Of tests that cannot be counted one stands for all, with what all carry.
        let product = product.unwrap_or_else(|| rows_of_unknown(&counted));
        let touched = makes_tests(&mut self.interpreter, module, &asks);
        if let Some((why, marks)) = touched {
            is_whole = false;
            if marks {
                unknown = unknown.or(Some(Rc::new(why)));
            }
        }
        let mut cases = Vec::with_capacity(product.len());
        for (case, more) in product {
            let all = more.iter().chain(&marks);
            let mut markers: Vec<Carried> = all.map(|mark| carried(mark, false)).collect();
            let item = Item {
                path: module.path.clone(),
                id: id.clone(),
                markers: markers.iter().map(|m| m.name.clone()).collect(),
            };
            // What a hook adds depends on what is there already.
            let (added, maybe) = if unknown.is_none() {
                self.hooks.mark(&mut self.interpreter, &item)
            } else {
                (Vec::new(), None)
            };
            markers.extend(added.iter().map(|mark| carried(mark, true)));
            unknown = unknown.or(maybe.map(Rc::new));
            let id = if is_whole { case } else { CaseId::Unknown };
            cases.push(Case { id, markers });
        }
        if let Some(condition) = when.or(place.when) {
            self.unknown(
                condition,
                format!("whether `{id}` is there depends on this"),
            );
        }
        self.facts.tests.push(Test {
            runner: Runner::Pytest,
            id,
            file: module.path.clone(),
            span: home.span(function.range),
            cases,
            is_whole,
            unknown: unknown.map(|why| (*why).clone()),
            asks,
            cargo: None,
        });
    }

    /// What a test asks for, and the lists of values that make several tests of it, the one that
    /// changes slowest first.
    fn lists(
        &mut self,
        module: &Rc<Module>,
        function: &Function,
        place: &Place,
        marks: &[Rc<Mark>],
    ) -> (Vec<String>, Vec<Rows>) {
        let mut direct: Vec<String> = Vec::new();
        let mut lists = Vec::new();
        for mark in marks.iter().filter(|mark| mark.name == "parametrize") {
            direct.extend(params::names(mark).unwrap_or_default());
            lists.push(params::of_mark(mark));
        }
        if place.is_unittest {
            return (Vec::new(), Vec::new());
        }
        let mut asks: Vec<String> = Vec::new();
        for mark in marks.iter().filter(|mark| mark.name == "usefixtures") {
            for value in &mark.positional {
                if let Value::Text(name) = value {
                    asks.push(name.to_string());
                }
            }
        }
        asks.extend(asked(&function.parameters));
        let used = self
            .fixtures
            .used(&mut self.interpreter, module, &place.line, &asks);
        let mut all = Vec::new();
        for fixture in used {
            if !asks.contains(&fixture.name) {
                asks.push(fixture.name.clone());
            }
            if direct.contains(&fixture.name) {
                continue;
            }
            if let Some((values, ids)) = &fixture.params {
                let name = std::slice::from_ref(&fixture.name);
                all.push(params::rows(name, values, ids.as_ref()));
            }
        }
        all.extend(lists);
        (asks, all)
    }

    fn unknown(&mut self, span: Span, words: String) {
        self.facts.unknown.push(Unknown { span, words });
    }
}

/// A reason with a place: where it has none of its own, what asked for it.
fn placed(why: &Rc<Why>, module: &Module, range: TextRange) -> Rc<Why> {
    if why.span != Span::default() {
        return Rc::clone(why);
    }
    Rc::new(Why {
        span: module.span(range),
        words: why.words.clone(),
        marker: why.marker.clone(),
    })
}

/// A marker as a test carries it.
fn carried(mark: &Mark, by_hook: bool) -> Carried {
    let named = mark.named.iter().filter_map(|(name, value)| {
        let value = match value {
            Value::Integer(number) => ArgumentValue::Integer(*number),
            Value::Text(text) => ArgumentValue::Text((&**text).into()),
            Value::Bool(true) => ArgumentValue::True,
            Value::Bool(false) => ArgumentValue::False,
            Value::None => ArgumentValue::None,
            _ => return None,
        };
        Some(Argument {
            name: name.as_str().into(),
            value,
        })
    });
    Carried {
        name: mark.name.clone(),
        named: named.collect(),
        first: match mark.positional.first() {
            None => Given::Nothing,
            Some(Value::Integer(_) | Value::Float(_)) => Given::Number,
            Some(Value::Text(_)) => Given::Text,
            Some(Value::None | Value::Bool(_) | Value::List(_) | Value::Dict(_)) => Given::Neither,
            Some(_) => Given::Unknown,
        },
        span: mark.span,
        by_hook,
    }
}

/// Where tests cannot be counted: each different set of markers that rows are known to bring.
fn rows_of_unknown(counted: &[Vec<params::Row>]) -> Vec<(CaseId, Vec<Rc<Mark>>)> {
    let brings: Vec<Vec<params::Row>> = counted
        .iter()
        .map(|rows| {
            let mut different: Vec<params::Row> = Vec::new();
            for row in rows {
                let names = |row: &params::Row| -> Vec<String> {
                    row.marks.iter().map(|m| m.name.clone()).collect()
                };
                if !different.iter().any(|known| names(known) == names(row)) {
                    different.push(row.clone());
                }
            }
            different
        })
        .collect();
    params::product(&brings).unwrap_or_else(|| vec![(CaseId::Unknown, Vec::new())])
}

/// Keeps markers that were found, or why they are not known.
fn take(found: Result<Vec<Rc<Mark>>, Rc<Why>>, place: &mut Place) {
    match found {
        Ok(marks) => place.marks.extend(marks),
        Err(why) => place.unknown = Some(why),
    }
}
