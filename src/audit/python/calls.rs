//! What calls give.

use std::rc::Rc;

use ruff_python_ast::{ExprCall, Parameters};
use ruff_text_size::Ranged as _;

use super::evaluate::{Interpreter, Scope};
use super::module::{Class, Function, Module};
use super::operators::{elements, library_result};
use super::value::{Mark, Object, Param, Value};
use crate::source::Span;

/// What a call is given.
#[derive(Debug, Default)]
pub struct Given {
    /// Without a name, in order.
    pub positional: Vec<Value>,
    /// By name.
    pub named: Vec<(String, Value)>,
}

impl Given {
    /// What is given by this name, else at this place.
    pub fn get(&self, name: &str, place: usize) -> Option<&Value> {
        let named = self.named.iter().find(|(n, _)| n == name);
        named
            .map(|(_, value)| value)
            .or_else(|| self.positional.get(place))
    }

    fn all(&self) -> Vec<Value> {
        let named = self.named.iter().map(|(_, value)| value);
        self.positional.iter().chain(named).cloned().collect()
    }
}

/// Whether Python has a function of this name that is followed, or one that is known to carry no
/// marker.
pub fn is_builtin(name: &str) -> bool {
    const KNOWN: &str = " abs all any bool bytes callable chr complex dict divmod enumerate filter float \
        format frozenset getattr hasattr hash hex id int isinstance issubclass iter len list map max \
        min next object oct open ord pow property range repr reversed round set slice sorted \
        staticmethod classmethod str sum super tuple type vars zip print Exception ValueError \
        TypeError RuntimeError KeyError AttributeError OSError ImportError StopIteration \
        NotImplementedError TimeoutError ConnectionError AssertionError LookupError IndexError \
        ArithmeticError ZeroDivisionError UnicodeDecodeError FileNotFoundError PermissionError \
        ModuleNotFoundError BaseException KeyboardInterrupt SystemExit ConnectionRefusedError \
        ConnectionResetError BrokenPipeError StopAsyncIteration RecursionError OverflowError \
        NotImplemented memoryview bytearray globals locals input eval exec compile dir help \
        GeneratorExit MemoryError NameError EOFError UnicodeError InterruptedError \
        ProcessLookupError ChildProcessError BlockingIOError FileExistsError IsADirectoryError \
        NotADirectoryError UserWarning DeprecationWarning RuntimeWarning Warning FutureWarning \
        ResourceWarning ExceptionGroup BaseExceptionGroup ";
    KNOWN.contains(&format!(" {name} "))
}

impl Interpreter<'_, '_> {
    /// What a call gives.
    pub(super) fn call(&mut self, call: &ExprCall, scope: &mut Scope<'_>, span: Span) -> Value {
        let function = self.value(&call.func, scope);
        let given = self.given(call, scope);
        let given = match given {
            Ok(given) => given,
            Err(unknown) => return unknown,
        };
        self.apply(&function, given, span)
    }

    /// What a call is given.
    pub(super) fn given(&mut self, call: &ExprCall, scope: &mut Scope<'_>) -> Result<Given, Value> {
        let mut given = Given::default();
        for argument in &call.arguments.args {
            let value = self.value(argument, scope);
            if !argument.is_starred_expr() {
                given.positional.push(value);
                continue;
            }
            match elements(&value) {
                Some(items) => given.positional.extend(items),
                None => return Err(library_result(&[value], scope.module.span(call.range()))),
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.value(&keyword.value, scope);
            match (&keyword.arg, value) {
                (Some(name), value) => given.named.push((name.to_string(), value)),
                (None, Value::Dict(items)) => {
                    for (key, value) in items.iter() {
                        if let Value::Text(name) = key {
                            given.named.push((name.to_string(), value.clone()));
                        }
                    }
                }
                (None, value) => {
                    let span = scope.module.span(keyword.range);
                    if let unknown @ Value::Unknown(_) = library_result(&[value], span) {
                        return Err(unknown);
                    }
                }
            }
        }
        Ok(given)
    }

    /// What something gives that is called.
    pub(super) fn apply(&mut self, function: &Value, given: Given, span: Span) -> Value {
        match function {
            Value::Mark(mark) => Value::Mark(Rc::new(Mark {
                name: mark.name.clone(),
                positional: [mark.positional.clone(), given.positional].concat(),
                named: [mark.named.clone(), given.named].concat(),
                span: Span::new(mark.span.start, span.end),
            })),
            Value::Library(name) => self.library(name, &given, span),
            Value::Function(module, function) => {
                let (module, function) = (Rc::clone(module), Rc::clone(function));
                self.run(&module, &function, None, given, span)
            }
            Value::Class(module, class) => {
                let (module, class) = (Rc::clone(module), Rc::clone(class));
                self.instance(&module, &class, given, span)
            }
            Value::Method(method) => {
                let method = Rc::clone(method);
                self.method(&method.0, &method.1, given, span)
            }
            Value::Unknown(_) => function.clone(),
            _ => library_result(&given.all(), span),
        }
    }

    /// What a function of a library gives.
    fn library(&mut self, name: &str, given: &Given, span: Span) -> Value {
        let first = given.positional.first();
        match name {
            "pytest.param" => Value::Param(Rc::new(Param {
                values: given.positional.clone(),
                marks: named(given, "marks").unwrap_or(Value::List(Rc::default())),
                id: named(given, "id"),
            })),
            // What a run is not told stands at its default: a test run sets no variables of ours.
            "os.environ.get" | "os.getenv" => {
                given.get("default", 1).cloned().unwrap_or(Value::None)
            }
            "pathlib.Path"
            | "pathlib.PurePath"
            | "pathlib.PurePosixPath"
            | "os.path.abspath"
            | "os.path.realpath"
            | "os.fspath" => match first {
                Some(path @ Value::Path(_)) if given.positional.len() == 1 => path.clone(),
                _ => Value::Something,
            },
            "os.path.dirname" => match first {
                Some(Value::Path(path)) => Value::Path(super::modules::folder(path).into()),
                _ => Value::Something,
            },
            "os.path.basename" => match first {
                Some(Value::Path(path)) => Value::text(path.rsplit('/').next().unwrap_or_default()),
                _ => Value::Something,
            },
            "dataclasses.field" | "pydantic.Field" | "attr.ib" | "attrs.field" => {
                if let Some(factory) =
                    named(given, "default_factory").or_else(|| named(given, "factory"))
                {
                    return self.apply(&factory, Given::default(), span);
                }
                named(given, "default")
                    .or_else(|| first.cloned())
                    .unwrap_or(Value::Something)
            }
            "dataclasses.replace" => match first {
                Some(Value::Object(object)) => {
                    Value::Object(Rc::new(changed(object, &given.named)))
                }
                _ => library_result(&given.all(), span),
            },
            "copy.copy" | "copy.deepcopy" | "typing.cast" => {
                given.positional.last().cloned().unwrap_or(Value::Something)
            }
            "itertools.chain" => {
                joined(&given.positional).unwrap_or_else(|| library_result(&given.all(), span))
            }
            "itertools.chain.from_iterable" => first
                .and_then(elements)
                .and_then(|lists| joined(&lists))
                .unwrap_or_else(|| library_result(&given.all(), span)),
            "itertools.product" if given.named.is_empty() => {
                product(&given.positional).unwrap_or_else(|| library_result(&given.all(), span))
            }
            _ => match name.strip_prefix("builtins.") {
                Some(name) => self.builtin(name, given, span),
                None => library_result(&given.all(), span),
            },
        }
    }

    fn builtin(&mut self, name: &str, given: &Given, span: Span) -> Value {
        let first = given.positional.first();
        let items = first.and_then(elements);
        let result = match (name, items, first) {
            ("list" | "tuple" | "iter", Some(items), _) => Some(Value::list(items)),
            ("list" | "tuple" | "set" | "frozenset", _, None) => Some(Value::List(Rc::default())),
            ("set" | "frozenset", Some(items), _) => distinct(items).map(Value::list),
            ("sorted", Some(items), _) if given.named.is_empty() => sorted(items).map(Value::list),
            ("reversed", Some(mut items), _) => {
                items.reverse();
                Some(Value::list(items))
            }
            ("dict", _, None) => Some(Value::Dict(Rc::new(
                given
                    .named
                    .iter()
                    .map(|(n, v)| (Value::text(n), v.clone()))
                    .collect(),
            ))),
            ("dict", _, Some(Value::Dict(items))) if given.named.is_empty() => {
                Some(Value::Dict(Rc::clone(items)))
            }
            ("len", Some(items), _) => i128::try_from(items.len()).ok().map(Value::Integer),
            ("range", _, _) => range(&given.positional).map(Value::list),
            ("enumerate", Some(items), _)
                if given.positional.len() == 1 && given.named.is_empty() =>
            {
                let pairs = (0..)
                    .zip(items)
                    .map(|(n, item)| Value::list(vec![Value::Integer(n), item]));
                Some(Value::list(pairs.collect()))
            }
            ("zip", Some(_), _) => zipped(&given.positional),
            ("any" | "all", Some(items), _) => {
                let stops = name == "any";
                let known: Option<Vec<bool>> = items.iter().map(Value::truth).collect();
                let decided = items.iter().any(|i| i.truth() == Some(stops));
                if decided {
                    Some(Value::Bool(stops))
                } else {
                    known.map(|_| Value::Bool(!stops))
                }
            }
            ("bool", _, Some(value)) => value.truth().map(Value::Bool),
            ("str", _, Some(value @ (Value::Text(_) | Value::Path(_))))
            | ("int", _, Some(value @ Value::Integer(_))) => Some(value.clone()),
            ("str" | "repr", _, Some(Value::Integer(number))) => {
                Some(Value::text(number.to_string()))
            }
            ("getattr", _, Some(of)) => match given.positional.get(1) {
                Some(Value::Text(name)) => {
                    let known = self.attribute(of, name, span);
                    match (known, given.positional.get(2)) {
                        (Value::Unknown(_), Some(default)) if matches!(of, Value::Object(_)) => {
                            Some(default.clone())
                        }
                        (value, _) => Some(value),
                    }
                }
                _ => None,
            },
            (
                "hasattr" | "isinstance" | "issubclass" | "callable" | "str" | "repr" | "int"
                | "float" | "len" | "type" | "hash" | "print" | "format" | "any" | "all" | "bool",
                _,
                _,
            ) => Some(Value::Something),
            _ => None,
        };
        result.unwrap_or_else(|| library_result(&given.all(), span))
    }

    /// An instance of a class: a data class has the fields it is given, else its defaults.
    fn instance(
        &mut self,
        module: &Rc<Module>,
        class: &Rc<Class>,
        given: Given,
        span: Span,
    ) -> Value {
        let (line, foreign) = self.lineage(module, class);
        let makes_itself = line.iter().any(|(_, class)| {
            class.names.map.contains_key("__init__") || class.names.map.contains_key("__new__")
        });
        if makes_itself {
            // What becomes of what it is given is not followed.
            return match library_result(&given.all(), span) {
                unknown @ Value::Unknown(_) => unknown,
                _ => Value::Object(Rc::new(Object {
                    class: (Rc::clone(module), Rc::clone(class)),
                    fields: Vec::new(),
                    member: None,
                })),
            };
        }
        if let Some(unknown) = foreign.iter().find(|f| f.why().is_some()) {
            return unknown.clone();
        }
        let mut order: Vec<String> = Vec::new();
        for (_, class) in line.iter().rev() {
            for field in &class.names.fields {
                if !order.contains(field) {
                    order.push(field.clone());
                }
            }
        }
        let mut fields: Vec<(String, Value)> = order.into_iter().zip(given.positional).collect();
        fields.extend(given.named);
        Value::Object(Rc::new(Object {
            class: (Rc::clone(module), Rc::clone(class)),
            fields,
            member: None,
        }))
    }

    /// What a method gives.
    fn method(&mut self, of: &Value, name: &str, given: Given, span: Span) -> Value {
        let first = given.positional.first();
        match (of, name) {
            (Value::Dict(items), "keys") => {
                Value::list(items.iter().map(|(k, _)| k.clone()).collect())
            }
            (Value::Dict(items), "values") => {
                Value::list(items.iter().map(|(_, v)| v.clone()).collect())
            }
            (Value::Dict(items), "items") => Value::list(
                items
                    .iter()
                    .map(|(k, v)| Value::list(vec![k.clone(), v.clone()]))
                    .collect(),
            ),
            (Value::Dict(items), "get") => {
                let found =
                    first.and_then(|key| items.iter().find(|(k, _)| k.equals(key) == Some(true)));
                match found {
                    Some((_, value)) => value.clone(),
                    None => given.positional.get(1).cloned().unwrap_or(Value::None),
                }
            }
            (Value::Dict(_) | Value::List(_), "copy") => of.clone(),
            (Value::Text(_) | Value::Path(_), _) => text_method(of, name, first, span),
            (Value::Item, "get_closest_marker") => self.closest_marker(first),
            (Value::Item, "iter_markers") => {
                let name = given.get("name", 0);
                match self.closest_marker(name) {
                    Value::None => Value::List(Rc::default()),
                    mark => Value::list(vec![mark]),
                }
            }
            (Value::Item, "add_marker") => {
                self.add_marker(first.cloned(), span);
                Value::None
            }
            (Value::Mark(_), "with_args") => self.apply(of, given, span),
            (Value::Object(object), _) => {
                let (module, class) = object.class.clone();
                match self.of_class(&module, &class, name) {
                    Some(Value::Function(module, function)) => {
                        self.run(&module, &function, Some(of.clone()), given, span)
                    }
                    _ => Value::unknown(span, format!("what `{name}` gives only a run tells")),
                }
            }
            _ => library_result(&[vec![of.clone()], given.all()].concat(), span),
        }
    }

    fn closest_marker(&mut self, name: Option<&Value>) -> Value {
        match (name, &self.item) {
            (Some(Value::Text(name)), Some(item)) => {
                let is_added = self.added.iter().any(|mark| mark.name == **name);
                if is_added || item.markers.iter().any(|m| **m == **name) {
                    Value::Mark(Rc::new(Mark {
                        name: name.to_string(),
                        positional: Vec::new(),
                        named: Vec::new(),
                        span: Span::default(),
                    }))
                } else {
                    Value::None
                }
            }
            _ => Value::Something,
        }
    }

    /// `item.add_marker(…)`
    fn add_marker(&mut self, marker: Option<Value>, span: Span) {
        let mark = match marker {
            Some(Value::Mark(mark)) => (*mark).clone(),
            Some(Value::Text(name)) => Mark {
                name: name.to_string(),
                positional: Vec::new(),
                named: Vec::new(),
                span,
            },
            _ => Mark {
                name: String::new(),
                positional: Vec::new(),
                named: Vec::new(),
                span,
            },
        };
        match self.maybe.last() {
            None if !mark.name.is_empty() => self.added.push(mark),
            Some(condition) => self.maybe_added.push((mark, *condition)),
            None => self.maybe_added.push((mark, span)),
        }
    }

    /// What a function gives.
    pub(super) fn run(
        &mut self,
        module: &Rc<Module>,
        function: &Rc<Function>,
        this: Option<Value>,
        given: Given,
        span: Span,
    ) -> Value {
        if self.depth > super::evaluate::DEPTH {
            return Value::unknown(span, "this calls itself too often to follow");
        }
        if !function.decorators.is_empty() && !self.is_plain(module, function) {
            return library_result(&given.all(), span);
        }
        let mut scope = Scope::of(module);
        let mut positional: Vec<Value> = this.into_iter().chain(given.positional).collect();
        let extra = parameters(
            &function.parameters,
            &mut positional,
            given.named,
            &mut scope,
        );
        for (name, default) in extra {
            let value = self.value(default, &mut Scope::of(module));
            scope.locals.push((name, value));
        }
        self.depth += 1;
        let value = self.execute(&function.body, &mut scope, span);
        self.depth -= 1;
        value
    }

    /// Whether a function does what its body says, whatever its decorators.
    fn is_plain(&mut self, module: &Rc<Module>, function: &Function) -> bool {
        function.decorators.iter().all(|decorator| {
            let decorator = match decorator {
                ruff_python_ast::Expr::Call(call) => &*call.func,
                other => other,
            };
            matches!(
                self.value(decorator, &mut Scope::of(module)),
                Value::Library(name) if matches!(
                    &*name,
                    "functools.cache" | "functools.lru_cache" | "builtins.staticmethod"
                        | "pytest.hookimpl" | "builtins.property"
                )
            )
        })
    }
}

/// Binds what a function is given to its names; what is not given stands at its default.
fn parameters<'f>(
    wanted: &'f Parameters,
    positional: &mut Vec<Value>,
    named: Vec<(String, Value)>,
    scope: &mut Scope<'_>,
) -> Vec<(String, &'f ruff_python_ast::Expr)> {
    let mut defaults = Vec::new();
    let mut named = named;
    let mut given = std::mem::take(positional).into_iter();
    let ordered = wanted.posonlyargs.iter().chain(&wanted.args);
    for (parameter, by_place) in ordered
        .map(|p| (p, true))
        .chain(wanted.kwonlyargs.iter().map(|p| (p, false)))
    {
        let name = parameter.parameter.name.to_string();
        let at = named.iter().position(|(n, _)| *n == name);
        let value = match at {
            Some(at) => Some(named.swap_remove(at).1),
            None if by_place => given.next(),
            None => None,
        };
        match (value, &parameter.default) {
            (Some(value), _) => scope.locals.push((name, value)),
            (None, Some(default)) => defaults.push((name, &**default)),
            (None, None) => scope.locals.push((name, Value::Something)),
        }
    }
    if let Some(rest) = &wanted.vararg {
        scope
            .locals
            .push((rest.name.to_string(), Value::list(given.collect())));
    }
    if let Some(rest) = &wanted.kwarg {
        let entries = named
            .into_iter()
            .map(|(n, v)| (Value::text(n), v))
            .collect();
        scope
            .locals
            .push((rest.name.to_string(), Value::Dict(Rc::new(entries))));
    }
    defaults
}

fn named(given: &Given, name: &str) -> Option<Value> {
    let found = given.named.iter().find(|(n, _)| n == name);
    found.map(|(_, value)| value.clone())
}

fn changed(object: &Object, fields: &[(String, Value)]) -> Object {
    let mut all = fields.to_vec();
    let kept = object.fields.iter();
    all.extend(
        kept.filter(|(n, _)| !fields.iter().any(|(m, _)| m == n))
            .cloned(),
    );
    Object {
        class: object.class.clone(),
        fields: all,
        member: None,
    }
}

fn text_method(of: &Value, name: &str, first: Option<&Value>, span: Span) -> Value {
    let (text, is_path) = match of {
        Value::Text(text) => (&**text, false),
        Value::Path(path) => (&**path, true),
        _ => return Value::Something,
    };
    let argument = match first {
        Some(Value::Text(argument) | Value::Path(argument)) => Some(&**argument),
        _ => None,
    };
    match (name, argument) {
        ("startswith", Some(start)) if !is_path => Value::Bool(text.starts_with(start)),
        ("endswith", Some(end)) => Value::Bool(text.ends_with(end)),
        ("lower", _) if !is_path => Value::text(text.to_lowercase()),
        ("upper", _) if !is_path => Value::text(text.to_uppercase()),
        ("strip", None) if !is_path => Value::text(text.trim()),
        ("split", Some(by)) if !is_path => Value::list(text.split(by).map(Value::text).collect()),
        ("resolve" | "absolute" | "as_posix", _) | ("relative_to", Some("")) if is_path => {
            of.clone()
        }
        ("joinpath", Some(name)) if is_path => Value::Path(super::modules::join(text, name).into()),
        ("is_relative_to", Some(folder)) if is_path => {
            Value::Bool(text == folder || super::modules::is_below(text, folder))
        }
        ("relative_to", Some(folder)) if is_path => {
            match text.strip_prefix(&format!("{folder}/")) {
                Some(rest) => Value::Path(rest.into()),
                None => Value::unknown(span, "one path does not lie below the other"),
            }
        }
        _ => Value::Something,
    }
}

fn joined(lists: &[Value]) -> Option<Value> {
    let lists: Option<Vec<Vec<Value>>> = lists.iter().map(elements).collect();
    lists.map(|lists| Value::list(lists.concat()))
}

fn product(lists: &[Value]) -> Option<Value> {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in lists {
        let items = elements(list)?;
        rows = rows
            .iter()
            .flat_map(|row| {
                items.iter().map(move |item| {
                    let mut row = row.clone();
                    row.push(item.clone());
                    row
                })
            })
            .collect();
    }
    Some(Value::list(rows.into_iter().map(Value::list).collect()))
}

fn zipped(lists: &[Value]) -> Option<Value> {
    let lists: Vec<Vec<Value>> = lists.iter().map(elements).collect::<Option<_>>()?;
    let length = lists.iter().map(Vec::len).min()?;
    let rows = (0..length).map(|n| Value::list(lists.iter().map(|l| l[n].clone()).collect()));
    Some(Value::list(rows.collect()))
}

fn distinct(items: Vec<Value>) -> Option<Vec<Value>> {
    let mut once: Vec<Value> = Vec::new();
    for item in items {
        let mut known = false;
        for other in &once {
            known |= item.equals(other)?;
        }
        if !known {
            once.push(item);
        }
    }
    Some(once)
}

fn sorted(mut items: Vec<Value>) -> Option<Vec<Value>> {
    if items.iter().all(|i| matches!(i, Value::Text(_))) {
        items.sort_by(|a, b| match (a, b) {
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            _ => std::cmp::Ordering::Equal,
        });
        return Some(items);
    }
    if items.iter().all(|i| matches!(i, Value::Integer(_))) {
        items.sort_by_key(|i| match i {
            Value::Integer(n) => *n,
            _ => 0,
        });
        return Some(items);
    }
    None
}

fn range(given: &[Value]) -> Option<Vec<Value>> {
    const MOST: usize = 10_000;
    let numbers: Option<Vec<i128>> = given
        .iter()
        .map(|value| match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        })
        .collect();
    let (mut at, end, step) = match numbers?.as_slice() {
        [end] => (0, *end, 1),
        [start, end] => (*start, *end, 1),
        [start, end, step] if *step != 0 => (*start, *end, *step),
        _ => return None,
    };
    let mut items = Vec::new();
    while (step > 0 && at < end) || (step < 0 && at > end) {
        if items.len() == MOST {
            return None;
        }
        items.push(Value::Integer(at));
        at += step;
    }
    Some(items)
}
