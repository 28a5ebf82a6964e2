//! What expressions stand for.

use std::rc::Rc;

use ruff_python_ast::{BoolOp, Comprehension, Expr, Number, Operator, UnaryOp};
use ruff_text_size::Ranged as _;

use super::module::{Class, Module, Names, What};
use super::modules::{Modules, folder};
use super::operators::{bind, combined, compared, element, elements, library_result, put};
use super::value::{Mark, Object, Value};
use crate::source::Span;

/// How many steps one question may take: more than any list of parameters that people write.
const STEPS: usize = 200_000;

/// How deep calls and names may lead.
pub(super) const DEPTH: usize = 40;

/// Answers what expressions stand for.
pub struct Interpreter<'m, 't> {
    /// The modules that it reads.
    pub modules: &'m mut Modules<'t>,
    /// What a hook put on the test it looks at.
    pub added: Vec<Mark>,
    /// What it may have put there, by a condition that is not known.
    pub maybe_added: Vec<(Mark, Span)>,
    /// The path of the test that a hook looks at, its id, and the names of its markers.
    pub item: Option<Item>,
    /// Conditions around the present place that are not known.
    pub(super) maybe: Vec<Span>,
    pub(super) steps: usize,
    pub(super) depth: usize,
}

/// The test that a hook looks at.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// The file it is in.
    pub path: String,
    /// Its id.
    pub id: String,
    /// The names of its markers.
    pub markers: Vec<String>,
}

/// A class and those it comes from, nearest first, each with its module.
pub type Line = Vec<(Rc<Module>, Rc<Class>)>;

/// Where an expression stands: its module, and the names around it.
#[derive(Debug)]
pub struct Scope<'s> {
    /// The module.
    pub module: Rc<Module>,
    /// The class whose body it stands in.
    pub class: Option<&'s Names>,
    /// Names of functions, parameters and loops; the last of one name holds.
    pub locals: Vec<(String, Value)>,
}

impl Scope<'_> {
    /// The scope of a module.
    pub fn of(module: &Rc<Module>) -> Self {
        Self {
            module: Rc::clone(module),
            class: None,
            locals: Vec::new(),
        }
    }

    /// Sets a local name.
    pub fn set(&mut self, name: &str, value: Value) {
        match self.locals.iter_mut().rev().find(|(n, _)| n == name) {
            Some((_, known)) => *known = value,
            None => self.locals.push((name.to_owned(), value)),
        }
    }
}

impl<'m, 't> Interpreter<'m, 't> {
    /// One that has not been asked yet.
    pub fn new(modules: &'m mut Modules<'t>) -> Self {
        Self {
            modules,
            added: Vec::new(),
            maybe_added: Vec::new(),
            item: None,
            maybe: Vec::new(),
            steps: 0,
            depth: 0,
        }
    }

    /// What an expression stands for.
    pub fn value(&mut self, expression: &Expr, scope: &mut Scope<'_>) -> Value {
        let span = scope.module.span(expression.range());
        if self.depth == 0 {
            self.steps = 0;
        }
        self.steps += 1;
        if self.steps > STEPS || self.depth > DEPTH {
            return Value::unknown(span, "this takes too long to follow");
        }
        self.depth += 1;
        let value = self.form(expression, scope, span);
        self.depth -= 1;
        value
    }

    fn form(&mut self, expression: &Expr, scope: &mut Scope<'_>, span: Span) -> Value {
        match expression {
            Expr::NoneLiteral(_) => Value::None,
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => number
                    .as_i64()
                    .map_or(Value::Something, |n| Value::Integer(n.into())),
                Number::Float(number) => Value::Float(*number),
                Number::Complex { .. } => Value::Something,
            },
            Expr::StringLiteral(literal) => Value::text(literal.value.to_str()),
            Expr::Name(name) => self.name(name.id.as_str(), scope, span),
            Expr::List(list) => self.items(&list.elts, scope),
            Expr::Tuple(tuple) => self.items(&tuple.elts, scope),
            Expr::Set(set) => self.items(&set.elts, scope),
            Expr::Dict(dict) => self.dict(dict, scope),
            Expr::Attribute(attribute) => {
                let of = self.value(&attribute.value, scope);
                self.attribute(&of, attribute.attr.as_str(), span)
            }
            Expr::Call(call) => self.call(call, scope, span),
            Expr::Subscript(part) => {
                let of = self.value(&part.value, scope);
                let key = self.value(&part.slice, scope);
                element(&of, &key, span)
            }
            Expr::BinOp(operation) => {
                let left = self.value(&operation.left, scope);
                let right = self.value(&operation.right, scope);
                combined(operation.op, left, right, span)
            }
            Expr::UnaryOp(operation) => {
                let value = self.value(&operation.operand, scope);
                match (operation.op, value) {
                    (UnaryOp::Not, value) => {
                        value.truth().map_or(Value::Something, |t| Value::Bool(!t))
                    }
                    (UnaryOp::USub, Value::Integer(n)) => Value::Integer(-n),
                    (UnaryOp::USub, Value::Float(n)) => Value::Float(-n),
                    (_, value @ Value::Unknown(_)) => value,
                    _ => Value::Something,
                }
            }
            Expr::BoolOp(operation) => self.logic(operation.op, &operation.values, scope),
            Expr::Compare(compare) => {
                let mut left = self.value(&compare.left, scope);
                for (op, right) in compare.ops.iter().zip(&compare.comparators) {
                    let right = self.value(right, scope);
                    match compared(*op, &left, &right) {
                        Some(true) => {}
                        Some(false) => return Value::Bool(false),
                        None => return Value::Something,
                    }
                    left = right;
                }
                Value::Bool(true)
            }
            Expr::If(choice) => {
                let test = self.value(&choice.test, scope);
                match test.truth() {
                    Some(true) => self.value(&choice.body, scope),
                    Some(false) => self.value(&choice.orelse, scope),
                    None => {
                        let either = [&choice.body, &choice.orelse].map(|e| self.value(e, scope));
                        library_result(&either, span)
                    }
                }
            }
            Expr::ListComp(all) => self.comprehension(&all.elt, &all.generators, scope, span),
            Expr::SetComp(all) => self.comprehension(&all.elt, &all.generators, scope, span),
            Expr::Generator(all) => self.comprehension(&all.elt, &all.generators, scope, span),
            Expr::DictComp(all) => match &all.key {
                Some(key) => self.dict_comprehension(key, &all.value, &all.generators, scope, span),
                None => Value::unknown(span, "this form of comprehension is not followed"),
            },
            Expr::FString(text) => self.f_string(text, scope),
            Expr::BytesLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::TString(_)
            | Expr::Lambda(_) => Value::Something,
            Expr::Starred(star) => self.value(&star.value, scope),
            Expr::Named(named) => {
                let value = self.value(&named.value, scope);
                if let Expr::Name(name) = &*named.target {
                    scope.set(name.id.as_str(), value.clone());
                }
                value
            }
            _ => Value::unknown(span, "only a run tells what this is"),
        }
    }

    fn items(&mut self, items: &[Expr], scope: &mut Scope<'_>) -> Value {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            let value = self.value(item, scope);
            if !matches!(item, Expr::Starred(_)) {
                values.push(value);
                continue;
            }
            match elements(&value) {
                Some(more) => values.extend(more),
                None if value.why().is_some() => return value,
                None => return Value::Something,
            }
        }
        Value::list(values)
    }

    fn dict(&mut self, dict: &ruff_python_ast::ExprDict, scope: &mut Scope<'_>) -> Value {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        for item in &dict.items {
            let value = self.value(&item.value, scope);
            match &item.key {
                Some(key) => {
                    let key = self.value(key, scope);
                    put(&mut entries, key, value);
                }
                None => match value {
                    Value::Dict(more) => {
                        for (key, value) in more.iter() {
                            put(&mut entries, key.clone(), value.clone());
                        }
                    }
                    unknown @ Value::Unknown(_) => return unknown,
                    _ => return Value::Something,
                },
            }
        }
        Value::Dict(Rc::new(entries))
    }

    fn logic(&mut self, op: BoolOp, parts: &[Expr], scope: &mut Scope<'_>) -> Value {
        let stops = op == BoolOp::Or;
        let mut open = false;
        for (number, part) in parts.iter().enumerate() {
            let value = self.value(part, scope);
            match value.truth() {
                Some(truth) if truth == stops && !open => return value,
                Some(truth) if truth == stops => return Value::Bool(stops),
                Some(_) if number + 1 == parts.len() && !open => return value,
                Some(_) => {}
                None => open = true,
            }
        }
        Value::Something
    }

    fn f_string(&mut self, text: &ruff_python_ast::ExprFString, scope: &mut Scope<'_>) -> Value {
        let mut whole = String::new();
        for element in text.value.elements() {
            match element {
                ruff_python_ast::InterpolatedStringElement::Literal(part) => {
                    whole.push_str(&part.value);
                }
                ruff_python_ast::InterpolatedStringElement::Interpolation(part) => {
                    let plain = part.format_spec.is_none();
                    match self.value(&part.expression, scope) {
                        Value::Text(text) if plain => whole.push_str(&text),
                        Value::Integer(number) if plain => whole.push_str(&number.to_string()),
                        _ => return Value::Something,
                    }
                }
            }
        }
        Value::text(whole)
    }

    /// The values of a comprehension, one after the other.
    fn each(
        &mut self,
        generators: &[Comprehension],
        scope: &mut Scope<'_>,
        found: &mut dyn FnMut(&mut Self, &mut Scope<'_>),
    ) -> Result<(), Value> {
        let Some((first, rest)) = generators.split_first() else {
            found(self, scope);
            return Ok(());
        };
        let of = self.value(&first.iter, scope);
        let Some(items) = elements(&of) else {
            return Err(of);
        };
        let known = scope.locals.len();
        for item in items {
            bind(&first.target, item, scope);
            let mut holds = true;
            for test in &first.ifs {
                match self.value(test, scope).truth() {
                    Some(truth) => holds &= truth,
                    None => return Err(Value::Something),
                }
            }
            if holds {
                self.each(rest, scope, found)?;
            }
            scope.locals.truncate(known);
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        element: &Expr,
        generators: &[Comprehension],
        scope: &mut Scope<'_>,
        span: Span,
    ) -> Value {
        let mut values = Vec::new();
        let done = self.each(generators, scope, &mut |this, scope| {
            let value = this.value(element, scope);
            values.push(value);
        });
        match done {
            Ok(()) => Value::list(values),
            // How many there are is not known. That none of them carries a marker may be.
            Err(of) => {
                let known = scope.locals.len();
                for generator in generators {
                    bind(&generator.target, of.clone(), scope);
                }
                let one = self.value(element, scope);
                scope.locals.truncate(known);
                library_result(&[one, of], span)
            }
        }
    }

    fn dict_comprehension(
        &mut self,
        key: &Expr,
        value: &Expr,
        generators: &[Comprehension],
        scope: &mut Scope<'_>,
        span: Span,
    ) -> Value {
        let mut entries = Vec::new();
        let done = self.each(generators, scope, &mut |this, scope| {
            let key = this.value(key, scope);
            let value = this.value(value, scope);
            put(&mut entries, key, value);
        });
        match done {
            Ok(()) => Value::Dict(Rc::new(entries)),
            Err(of) => library_result(&[of], span),
        }
    }

    /// What a name stands for.
    pub fn name(&mut self, name: &str, scope: &Scope<'_>, span: Span) -> Value {
        if let Some((_, value)) = scope.locals.iter().rev().find(|(n, _)| n == name) {
            return value.clone();
        }
        if let Some(class) = scope.class
            && let Some(binding) = class.map.get(name)
            && let What::Value(values) = &binding.what
        {
            let values = Rc::clone(values);
            return self.sum(&values, &mut Scope::of(&scope.module));
        }
        let module = Rc::clone(&scope.module);
        self.of_module(&module, name).unwrap_or_else(|| match name {
            "__file__" => Value::Path(module.path.as_str().into()),
            "__name__" => Value::text(module.path.trim_end_matches(".py").replace('/', ".")),
            _ if super::calls::is_builtin(name) => {
                Value::Library(format!("builtins.{name}").into())
            }
            _ => Value::unknown(span, format!("nothing binds `{name}` where it can be seen")),
        })
    }

    /// What a name of a module stands for; nothing where it has no such name.
    pub fn of_module(&mut self, module: &Rc<Module>, name: &str) -> Option<Value> {
        let key = (module.base, name.to_owned());
        if let Some(known) = self.modules.values.get(&key) {
            return known.clone();
        }
        let Some(binding) = module.names.map.get(name) else {
            return self.of_stars(module, name);
        };
        let place = Value::unknown(
            module.span(binding_range(&binding.what).unwrap_or_default()),
            format!("what `{name}` is depends on itself"),
        );
        self.modules.values.insert(key.clone(), Some(place));
        let value = match &binding.what {
            What::Function(function) => Value::Function(Rc::clone(module), Rc::clone(function)),
            What::Class(class) => Value::Class(Rc::clone(module), Rc::clone(class)),
            What::Value(values) => {
                let values = Rc::clone(values);
                self.sum(&values, &mut Scope::of(module))
            }
            What::Import(import) => self.import(module, import),
            What::Other(range) => Value::unknown(
                module.span(*range),
                format!("only a run tells what `{name}` is"),
            ),
        };
        self.modules.values.insert(key, Some(value.clone()));
        Some(value)
    }

    fn of_stars(&mut self, module: &Rc<Module>, name: &str) -> Option<Value> {
        if module.names.stars.is_empty() || name.starts_with('_') {
            return None;
        }
        if self.depth > DEPTH {
            return None;
        }
        self.depth += 1;
        let mut found = None;
        for star in &module.names.stars {
            if let Some(other) = self.modules.imported(module, star)
                && other.base != module.base
            {
                found = self.of_module(&other, name);
            }
            if found.is_some() {
                break;
            }
        }
        self.depth -= 1;
        found
    }

    pub(super) fn import(&mut self, module: &Rc<Module>, import: &super::module::Import) -> Value {
        let Some(other) = self.modules.imported(module, import) else {
            let mut name = import.module.clone();
            if let Some(part) = &import.name {
                name = format!("{name}.{part}");
            }
            return Value::Library(name.into());
        };
        let Some(name) = &import.name else {
            return Value::Module(other);
        };
        let known = self.of_module(&other, name);
        known.unwrap_or_else(|| match self.modules.inside(&other, name) {
            Some(inner) => Value::Module(inner),
            None => Value::unknown(
                Span::new(other.base, other.base),
                format!("{} does not bind `{name}`", other.path),
            ),
        })
    }

    /// The value of expressions that are added up.
    pub fn sum(&mut self, values: &[Expr], scope: &mut Scope<'_>) -> Value {
        let mut sum: Option<Value> = None;
        for expression in values {
            let value = self.value(expression, scope);
            let span = scope.module.span(expression.range());
            sum = Some(match sum {
                None => value,
                Some(before) => combined(Operator::Add, before, value, span),
            });
        }
        sum.unwrap_or(Value::None)
    }

    /// What a class or one it comes from binds a name to.
    pub fn of_class(
        &mut self,
        module: &Rc<Module>,
        class: &Rc<Class>,
        name: &str,
    ) -> Option<Value> {
        for (module, class) in self.lineage(module, class).0 {
            let Some(binding) = class.names.map.get(name) else {
                continue;
            };
            return Some(match &binding.what {
                What::Function(function) => Value::Function(module, Rc::clone(function)),
                What::Class(inner) => Value::Class(module, Rc::clone(inner)),
                What::Value(values) => {
                    let mut scope = Scope::of(&module);
                    scope.class = Some(&class.names);
                    self.sum(values, &mut scope)
                }
                What::Import(import) => self.import(&module, import),
                What::Other(range) => {
                    Value::unknown(module.span(*range), "only a run tells what it is")
                }
            });
        }
        None
    }

    /// A class and those it comes from, nearest first, as far as they are of the repository; and the
    /// names of the others.
    pub fn lineage(&mut self, module: &Rc<Module>, class: &Rc<Class>) -> (Line, Vec<Value>) {
        let mut line = vec![(Rc::clone(module), Rc::clone(class))];
        let mut foreign = Vec::new();
        let mut next = 0;
        while next < line.len() && line.len() < DEPTH {
            let (module, class) = line[next].clone();
            next += 1;
            for base in &class.bases {
                // `Generic[T]` and the like are known by what stands before the bracket.
                let base = match base {
                    Expr::Subscript(part) => &*part.value,
                    other => other,
                };
                match self.value(base, &mut Scope::of(&module)) {
                    Value::Class(module, class) => {
                        let known = |(_, c): &(Rc<Module>, Rc<Class>)| Rc::ptr_eq(c, &class);
                        if !line.iter().any(known) {
                            line.push((module, class));
                        }
                    }
                    other => foreign.push(other),
                }
            }
        }
        (line, foreign)
    }

    /// What stands behind a point.
    pub fn attribute(&mut self, of: &Value, name: &str, span: Span) -> Value {
        match of {
            Value::Library(library) if &**library == "pytest.mark" => Value::Mark(Rc::new(Mark {
                name: name.to_owned(),
                positional: Vec::new(),
                named: Vec::new(),
                span,
            })),
            Value::Library(library) => Value::Library(format!("{library}.{name}").into()),
            Value::Module(module) => {
                let module = Rc::clone(module);
                let value = self.of_module(&module, name);
                value.unwrap_or_else(|| match self.modules.inside(&module, name) {
                    Some(inner) => Value::Module(inner),
                    None => Value::unknown(span, format!("{} does not bind `{name}`", module.path)),
                })
            }
            Value::Class(module, class) => {
                let (module, class) = (Rc::clone(module), Rc::clone(class));
                let (_, foreign) = self.lineage(&module, &class);
                let is_enumeration = foreign
                    .iter()
                    .any(|f| matches!(f, Value::Library(l) if l.starts_with("enum.")));
                match self.of_class(&module, &class, name) {
                    Some(Value::Unknown(why)) => Value::Unknown(why),
                    Some(Value::Function(module, function)) => Value::Function(module, function),
                    Some(value) if is_enumeration => Value::Object(Rc::new(Object {
                        class: (module, class),
                        fields: vec![
                            ("value".to_owned(), value),
                            ("name".to_owned(), Value::text(name)),
                        ],
                        member: Some(name.to_owned()),
                    })),
                    Some(value) => value,
                    None if name == "__name__" => Value::text(&class.name),
                    None if foreign.is_empty() => {
                        Value::unknown(span, format!("`{}` has no `{name}`", class.name))
                    }
                    None => Value::Something,
                }
            }
            Value::Object(object) => {
                if let Some((_, value)) = object.fields.iter().find(|(n, _)| n == name) {
                    return value.clone();
                }
                let (module, class) = object.class.clone();
                match self.of_class(&module, &class, name) {
                    Some(Value::Function(..)) => {
                        Value::Method(Rc::new((of.clone(), name.to_owned())))
                    }
                    Some(value) => value,
                    None => Value::unknown(span, format!("what `{name}` is here only a run tells")),
                }
            }
            Value::Path(path) => path_attribute(path, name, of),
            Value::Item => self.item_attribute(name),
            Value::Param(param) => match name {
                "values" => Value::list(param.values.clone()),
                "marks" => param.marks.clone(),
                "id" => param.id.clone().unwrap_or(Value::None),
                _ => Value::Something,
            },
            Value::Mark(mark) => match name {
                "name" => Value::text(&mark.name),
                "args" => Value::list(mark.positional.clone()),
                "mark" => of.clone(),
                "kwargs" => Value::Dict(Rc::new(
                    mark.named
                        .iter()
                        .map(|(n, v)| (Value::text(n), v.clone()))
                        .collect(),
                )),
                _ => Value::Method(Rc::new((of.clone(), name.to_owned()))),
            },
            Value::Function(_, function) if name == "__name__" => Value::text(&function.name),
            Value::Text(_) | Value::List(_) | Value::Dict(_) => {
                Value::Method(Rc::new((of.clone(), name.to_owned())))
            }
            Value::Unknown(_) => of.clone(),
            _ => Value::Something,
        }
    }

    fn item_attribute(&mut self, name: &str) -> Value {
        let Some(item) = &self.item else {
            return Value::Something;
        };
        match name {
            "path" | "fspath" => Value::Path(item.path.as_str().into()),
            "nodeid" => Value::text(&item.id),
            "name" => Value::text(item.id.rsplit("::").next().unwrap_or_default()),
            "keywords" => Value::list(item.markers.iter().map(Value::text).collect()),
            _ => Value::Method(Rc::new((Value::Item, name.to_owned()))),
        }
    }
}

fn binding_range(what: &What) -> Option<ruff_text_size::TextRange> {
    match what {
        What::Value(values) => values.first().map(|v| v.range()),
        What::Other(range) => Some(*range),
        _ => None,
    }
}

fn path_attribute(path: &Rc<str>, name: &str, of: &Value) -> Value {
    match name {
        "parent" => Value::Path(folder(path).into()),
        "name" => Value::text(path.rsplit('/').next().unwrap_or_default()),
        "stem" => {
            let name = path.rsplit('/').next().unwrap_or_default();
            Value::text(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
        }
        "suffix" => {
            let name = path.rsplit('/').next().unwrap_or_default();
            Value::text(name.rfind('.').map_or("", |at| &name[at..]))
        }
        "parts" => Value::list(
            path.split('/')
                .filter(|p| !p.is_empty())
                .map(Value::text)
                .collect(),
        ),
        "parents" => {
            let mut folders = Vec::new();
            let mut place: &str = path;
            while !place.is_empty() {
                place = folder(place);
                folders.push(Value::Path(place.into()));
            }
            Value::list(folders)
        }
        _ => Value::Method(Rc::new((of.clone(), name.to_owned()))),
    }
}
