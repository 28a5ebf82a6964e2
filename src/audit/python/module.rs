//! A module of Python, as far as it can be known without running it: which names it has, and what
//! each of them stands for.

use std::rc::Rc;

use indexmap::IndexMap;
use ruff_python_ast::{
    ExceptHandler, Expr, Parameters, PySourceType, Stmt, StmtClassDef, StmtFunctionDef, Suite,
};
use ruff_text_size::{Ranged as _, TextRange};

use crate::source::Span;

/// A file of Python that was read.
#[derive(Debug)]
pub struct Module {
    /// Its path below the root of the repository.
    pub path: String,
    /// Where its text begins among all texts.
    pub base: u32,
    /// What its names stand for.
    pub names: Names,
    /// The first place that does not follow the grammar, and why.
    pub broken: Option<(Span, String)>,
}

/// What the parser makes of a text.
#[derive(Debug)]
pub struct Parsed {
    body: Suite,
    broken: Option<(TextRange, String)>,
}

impl Parsed {
    /// Parses a text.
    pub fn of(text: &str) -> Self {
        let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
        let broken = parsed.errors().first();
        let broken = broken.map(|error| (error.location, error.error.to_string()));
        Self {
            body: parsed.into_syntax().body,
            broken,
        }
    }
}

impl Module {
    /// The module in a file that was parsed.
    pub fn of(path: &str, base: u32, parsed: Parsed) -> Self {
        let mut names = Names::default();
        names.bind(parsed.body, None);
        Self {
            path: path.to_owned(),
            base,
            names,
            broken: parsed.broken.map(|(at, why)| (span_at(base, at), why)),
        }
    }

    /// Where something of it stands.
    pub fn span(&self, range: TextRange) -> Span {
        span_at(self.base, range)
    }
}

fn span_at(base: u32, range: TextRange) -> Span {
    Span::new(
        base + u32::from(range.start()),
        base + u32::from(range.end()),
    )
}

/// The names of a module or a class, in the order in which they are first bound.
#[derive(Debug, Default)]
pub struct Names {
    /// What each is bound to last.
    pub map: IndexMap<String, Binding>,
    /// The modules all of whose names it takes in.
    pub stars: Vec<Import>,
    /// The annotated names, in order: the fields of a data class.
    pub fields: Vec<String>,
}

/// What a name is bound to.
#[derive(Debug, Clone)]
pub struct Binding {
    /// What it stands for.
    pub what: What,
    /// The condition under which it does, where there is one.
    pub when: Option<TextRange>,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub enum What {
    /// A function or a method.
    Function(Rc<Function>),
    /// A class.
    Class(Rc<Class>),
    /// The value of an expression, or of several that are added up: `a = [x]`, `a += [y]`.
    Value(Rc<Vec<Expr>>),
    /// Something of another module.
    Import(Import),
    /// Something that only a run would tell.
    Other(TextRange),
}

/// A name of another module, or the module itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module, with dots; relative to the package where `level` is not 0.
    pub module: String,
    /// How many dots stand before it.
    pub level: u32,
    /// The name in it.
    pub name: Option<String>,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub range: TextRange,
    /// What stands behind its `@`s, in order.
    pub decorators: Vec<Expr>,
    /// What it takes.
    pub parameters: Box<Parameters>,
    /// What it does.
    pub body: Suite,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub range: TextRange,
    /// What stands behind its `@`s, in order.
    pub decorators: Vec<Expr>,
    /// The classes it comes from.
    pub bases: Vec<Expr>,
    /// What stands in it.
    pub names: Names,
}

impl Names {
    /// Binds the names of some statements, in order.
    fn bind(&mut self, body: Suite, when: Option<TextRange>) {
        for statement in body {
            self.statement(statement, when);
        }
    }

    fn statement(&mut self, statement: Stmt, when: Option<TextRange>) {
        match statement {
            Stmt::FunctionDef(function) => {
                let function = Rc::new(own_function(function));
                self.set(&function.name.clone(), What::Function(function), when);
            }
            Stmt::ClassDef(class) => {
                let class = Rc::new(own_class(class));
                self.set(&class.name.clone(), What::Class(class), when);
            }
            Stmt::Assign(assign) => {
                let range = assign.range;
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        let value = Rc::new(vec![(*assign.value).clone()]);
                        self.set(name.id.as_str(), What::Value(value), when);
                    } else {
                        self.unknown(target, range);
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.fields.push(name.id.to_string());
                    if let Some(value) = assign.value {
                        self.set(name.id.as_str(), What::Value(Rc::new(vec![*value])), when);
                    }
                }
            }
            Stmt::AugAssign(assign) => self.add(&assign.target, *assign.value, assign.range, when),
            Stmt::Import(import) => {
                for alias in import.names {
                    let whole = alias.name.to_string();
                    let (name, module) = if let Some(name) = alias.asname {
                        (name.to_string(), whole)
                    } else {
                        let first = whole.split('.').next().unwrap_or_default().to_owned();
                        (first.clone(), first)
                    };
                    let import = Import {
                        module,
                        level: 0,
                        name: None,
                    };
                    self.set(&name, What::Import(import), when);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.map(|m| m.to_string()).unwrap_or_default();
                for alias in import.names {
                    let from = Import {
                        module: module.clone(),
                        level: import.level,
                        name: Some(alias.name.to_string()),
                    };
                    if alias.name.as_str() == "*" {
                        self.stars.push(from);
                        continue;
                    }
                    let name = alias.asname.unwrap_or(alias.name);
                    self.set(name.as_str(), What::Import(from), when);
                }
            }
            other => self.compound(other, when),
        }
    }

    /// Statements that hold others.
    fn compound(&mut self, statement: Stmt, when: Option<TextRange>) {
        match statement {
            Stmt::If(branch) => {
                let inside = when.or(Some(branch.test.range()));
                // What is for type checkers or for a run as a program is not there in a test run.
                let is_skipped = is_never(&branch.test);
                if !is_skipped {
                    self.bind(branch.body, inside);
                }
                for clause in branch.elif_else_clauses {
                    let always = is_skipped && clause.test.is_none();
                    self.bind(clause.body, if always { when } else { inside });
                }
            }
            Stmt::Try(attempt) => {
                self.bind(attempt.body, when);
                for ExceptHandler::ExceptHandler(handler) in attempt.handlers {
                    let mut otherwise = Self::default();
                    otherwise.bind(handler.body, Some(handler.range));
                    // What a handler binds stands in for what failed.
                    for (name, binding) in otherwise.map {
                        self.map.entry(name).or_insert(binding);
                    }
                }
                self.bind(attempt.orelse, when);
                self.bind(attempt.finalbody, when);
            }
            Stmt::With(with) => self.bind(with.body, when),
            Stmt::For(each) => {
                let range = each.range;
                self.unknown(&each.target, range);
                self.bind(each.body, when.or(Some(range)));
                self.bind(each.orelse, when);
            }
            Stmt::While(each) => {
                let range = each.range;
                self.bind(each.body, when.or(Some(range)));
                self.bind(each.orelse, when);
            }
            Stmt::Match(choice) => {
                let range = choice.range;
                for case in choice.cases {
                    self.bind(case.body, when.or(Some(range)));
                }
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        self.map.shift_remove(name.id.as_str());
                    }
                }
            }
            Stmt::Expr(expression) => self.changed(&expression.value),
            _ => {}
        }
    }

    fn set(&mut self, name: &str, what: What, when: Option<TextRange>) {
        let is_defined = matches!(what, What::Function(_) | What::Class(_));
        if let (Some(range), Some(known)) = (when, self.map.get_mut(name))
            && !is_defined
        {
            // One of two, and only a run knows which.
            known.what = What::Other(range);
            known.when = Some(range);
            return;
        }
        let binding = Binding { what, when };
        self.map.insert(name.to_owned(), binding);
    }

    /// `name += value`
    fn add(&mut self, target: &Expr, value: Expr, range: TextRange, when: Option<TextRange>) {
        let Expr::Name(name) = target else { return };
        let known = self.map.get(name.id.as_str()).map(|b| b.what.clone());
        let what = match known {
            Some(What::Value(values)) if when.is_none() => {
                let mut values = (*values).clone();
                values.push(value);
                What::Value(Rc::new(values))
            }
            _ => What::Other(range),
        };
        self.map.insert(name.id.to_string(), Binding { what, when });
    }

    /// A call by itself may change the list that it is called on: `pytestmark.append(…)`.
    fn changed(&mut self, expression: &Expr) {
        if let Expr::Call(call) = expression
            && let Expr::Attribute(attribute) = &*call.func
            && let Expr::Name(name) = &*attribute.value
            && matches!(
                attribute.attr.as_str(),
                "append" | "extend" | "insert" | "remove" | "pop" | "clear" | "update"
            )
            && let Some(binding) = self.map.get_mut(name.id.as_str())
            && matches!(binding.what, What::Value(_))
        {
            binding.what = What::Other(call.range());
        }
    }

    fn unknown(&mut self, target: &Expr, range: TextRange) {
        match target {
            Expr::Name(name) => {
                let what = What::Other(range);
                self.map
                    .insert(name.id.to_string(), Binding { what, when: None });
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|e| self.unknown(e, range)),
            Expr::List(list) => list.elts.iter().for_each(|e| self.unknown(e, range)),
            // `names[key] = value`, `object.name = value`: what was known of it is no more.
            Expr::Subscript(part) => self.touched(&part.value, range),
            _ => {}
        }
    }

    fn touched(&mut self, whole: &Expr, range: TextRange) {
        if let Expr::Name(name) = whole
            && let Some(binding) = self.map.get_mut(name.id.as_str())
        {
            binding.what = What::Other(range);
        }
    }
}

fn own_function(function: StmtFunctionDef) -> Function {
    Function {
        name: function.name.to_string(),
        range: function.name.range,
        decorators: function
            .decorator_list
            .into_iter()
            .map(|d| d.expression)
            .collect(),
        parameters: function.parameters,
        body: function.body,
    }
}

fn own_class(class: StmtClassDef) -> Class {
    let mut names = Names::default();
    names.bind(class.body, None);
    let bases = class.arguments.map(|a| a.args.to_vec());
    Class {
        name: class.name.to_string(),
        range: class.name.range,
        decorators: class
            .decorator_list
            .into_iter()
            .map(|d| d.expression)
            .collect(),
        bases: bases.unwrap_or_default(),
        names,
    }
}

/// Whether a condition is false in every test run: `TYPE_CHECKING`, `__name__ == "__main__"`.
fn is_never(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        Expr::BooleanLiteral(literal) => !literal.value,
        Expr::Compare(compare) => {
            let is_name = |e: &Expr| matches!(e, Expr::Name(n) if n.id.as_str() == "__name__");
            is_name(&compare.left)
                && compare
                    .ops
                    .iter()
                    .all(|op| *op == ruff_python_ast::CmpOp::Eq)
        }
        _ => false,
    }
}
