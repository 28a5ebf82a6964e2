//! What the statements of a function do.

use std::rc::Rc;

use ruff_python_ast::{Expr, Operator, Stmt};
use ruff_text_size::Ranged as _;

use super::evaluate::{Interpreter, Scope};
use super::operators::{bind, combined, elements, library_result};
use super::value::Value;
use crate::source::Span;

/// How a statement ends.
enum Flow {
    /// The next one follows.
    Next,
    /// The function is left.
    Return(Value),
    /// The loop is left.
    Break,
    /// The next turn of the loop follows.
    Continue,
}

impl Interpreter<'_, '_> {
    /// What a function gives: both ways are gone where a condition is not known.
    pub(super) fn execute(&mut self, body: &[Stmt], scope: &mut Scope<'_>, span: Span) -> Value {
        let conditions = self.maybe.len();
        let mut returned = Vec::new();
        let flow = self.block(body, scope, &mut returned);
        self.maybe.truncate(conditions);
        let last = match flow {
            Flow::Return(value) => value,
            _ => Value::None,
        };
        if returned.is_empty() {
            return last;
        }
        returned.push(last);
        library_result(&returned, span)
    }

    fn block(&mut self, body: &[Stmt], scope: &mut Scope<'_>, returned: &mut Vec<Value>) -> Flow {
        for statement in body {
            match self.statement(statement, scope, returned) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    fn statement(
        &mut self,
        statement: &Stmt,
        scope: &mut Scope<'_>,
        returned: &mut Vec<Value>,
    ) -> Flow {
        let span = scope.module.span(statement.range());
        match statement {
            Stmt::Return(end) => {
                let value = end
                    .value
                    .as_ref()
                    .map_or(Value::None, |v| self.value(v, scope));
                return Flow::Return(value);
            }
            Stmt::Assign(assign) => {
                let value = self.value(&assign.value, scope);
                for target in &assign.targets {
                    assign_to(target, &value, scope, span);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.value(value, scope);
                    assign_to(&assign.target, &value, scope, span);
                }
            }
            Stmt::AugAssign(assign) => {
                let before = self.value(&assign.target, scope);
                let value = self.value(&assign.value, scope);
                let after = combined(assign.op, before, value, span);
                assign_to(&assign.target, &after, scope, span);
            }
            Stmt::Expr(expression) => self.effect(&expression.value, scope, span),
            Stmt::If(branch) => {
                let mut arms: Vec<(Option<&Expr>, &[Stmt])> =
                    vec![(Some(&branch.test), &branch.body)];
                let more = branch.elif_else_clauses.iter();
                arms.extend(more.map(|clause| (clause.test.as_ref(), &*clause.body)));
                return self.choose(&arms, scope, returned);
            }
            Stmt::For(each) => {
                let of = self.value(&each.iter, scope);
                return self.repeat(each, &of, scope, returned);
            }
            Stmt::Try(attempt) => {
                // A test run takes the way without an error; what a handler returns is possible too.
                return match self.block(&attempt.body, scope, returned) {
                    Flow::Next => match self.block(&attempt.orelse, scope, returned) {
                        Flow::Next => self.block(&attempt.finalbody, scope, returned),
                        other => other,
                    },
                    other => other,
                };
            }
            Stmt::With(with) => return self.block(&with.body, scope, returned),
            Stmt::While(each) => {
                self.maybe.push(span);
                let known = scope.locals.clone();
                let _ = self.block(&each.body, scope, returned);
                self.maybe.pop();
                merge(scope, &[known], span);
            }
            Stmt::Break(_) => return Flow::Break,
            Stmt::Continue(_) => return Flow::Continue,
            Stmt::Raise(_) => {
                return Flow::Return(Value::unknown(span, "an error is raised here"));
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.import_inside(statement, scope),
            _ => {}
        }
        Flow::Next
    }

    /// Imports inside a function bind names as those of a module do.
    fn import_inside(&mut self, statement: &Stmt, scope: &mut Scope<'_>) {
        let mut bound: Vec<(String, super::module::Import)> = Vec::new();
        if let Stmt::ImportFrom(import) = statement {
            for alias in &import.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                let import = super::module::Import {
                    module: import
                        .module
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    level: import.level,
                    name: Some(alias.name.to_string()),
                };
                bound.push((name.to_string(), import));
            }
        }
        if let Stmt::Import(import) = statement {
            for alias in &import.names {
                let whole = alias.name.to_string();
                let first = whole.split('.').next().unwrap_or_default().to_owned();
                let name = alias
                    .asname
                    .as_ref()
                    .map_or(first.clone(), ToString::to_string);
                let module = if alias.asname.is_some() { whole } else { first };
                let import = super::module::Import {
                    module,
                    level: 0,
                    name: None,
                };
                bound.push((name, import));
            }
        }
        let module = Rc::clone(&scope.module);
        for (name, import) in bound {
            let value = self.import(&module, &import);
            scope.locals.push((name, value));
        }
    }

    /// The first arm whose condition holds; each that may, where that is not known.
    fn choose(
        &mut self,
        arms: &[(Option<&Expr>, &[Stmt])],
        scope: &mut Scope<'_>,
        returned: &mut Vec<Value>,
    ) -> Flow {
        let mut ways: Vec<Vec<(String, Value)>> = Vec::new();
        let mut conditions = 0;
        let mut leaves = false;
        let mut condition = Span::default();
        let before = scope.locals.clone();
        let mut flow = Flow::Next;
        let mut is_whole = false;
        for (test, body) in arms {
            let truth = match test {
                Some(test) => {
                    condition = scope.module.span(test.range());
                    self.value(test, scope).truth()
                }
                None => Some(true),
            };
            if truth == Some(false) {
                continue;
            }
            if truth == Some(true) && conditions == 0 {
                return self.block(body, scope, returned);
            }
            if truth.is_none() {
                conditions += 1;
                self.maybe.push(condition);
            }
            scope.locals.clone_from(&before);
            match self.block(body, scope, returned) {
                Flow::Return(value) => {
                    returned.push(value);
                    leaves = true;
                }
                Flow::Next => ways.push(scope.locals.clone()),
                other => {
                    flow = other;
                    leaves = true;
                }
            }
            if truth == Some(true) {
                is_whole = true;
                break;
            }
        }
        // From here on all stands under the conditions, if one of the ways left.
        for _ in 0..conditions {
            self.maybe.pop();
        }
        if leaves {
            self.maybe.push(condition);
        }
        if !is_whole {
            ways.push(before);
        }
        if ways.is_empty() {
            // Each of the ways leaves: what they return was kept.
            return match flow {
                Flow::Next => Flow::Return(returned.pop().unwrap_or(Value::None)),
                other => other,
            };
        }
        scope.locals = ways.remove(0);
        merge(scope, &ways, condition);
        Flow::Next
    }

    fn repeat(
        &mut self,
        each: &ruff_python_ast::StmtFor,
        of: &Value,
        scope: &mut Scope<'_>,
        returned: &mut Vec<Value>,
    ) -> Flow {
        let span = scope.module.span(each.range);
        let Some(items) = elements(of) else {
            self.maybe.push(span);
            let before = scope.locals.clone();
            bind(
                &each.target,
                library_result(std::slice::from_ref(of), span),
                scope,
            );
            let flow = self.block(&each.body, scope, returned);
            self.maybe.pop();
            if let Flow::Return(value) = flow {
                returned.push(value);
                self.maybe.push(span);
            }
            merge(scope, &[before], span);
            return Flow::Next;
        };
        for item in items {
            bind(&each.target, item, scope);
            match self.block(&each.body, scope, returned) {
                Flow::Return(value) => return Flow::Return(value),
                Flow::Break => return Flow::Next,
                Flow::Next | Flow::Continue => {}
            }
        }
        self.block(&each.orelse, scope, returned)
    }

    /// A call by itself: it may change the list or dictionary that it is called on.
    fn effect(&mut self, expression: &Expr, scope: &mut Scope<'_>, span: Span) {
        if let Expr::Call(call) = expression
            && let Expr::Attribute(attribute) = &*call.func
            && let Expr::Name(name) = &*attribute.value
            && let Some((_, known)) = scope
                .locals
                .iter()
                .rev()
                .find(|(n, _)| *n == name.id.as_str())
            && let known @ (Value::List(_) | Value::Dict(_)) = known.clone()
        {
            let given = self.given(call, scope);
            let after = match (given, &known, attribute.attr.as_str()) {
                (Ok(given), Value::List(items), "append" | "add") => {
                    let mut items = (**items).clone();
                    items.extend(given.positional);
                    Value::list(items)
                }
                (Ok(given), Value::List(_), "extend") => {
                    let more = given
                        .positional
                        .into_iter()
                        .next()
                        .unwrap_or(Value::Something);
                    match elements(&more) {
                        Some(more) => combined(Operator::Add, known, Value::list(more), span),
                        None => library_result(&[known, more], span),
                    }
                }
                (Ok(given), _, "update" | "insert" | "setdefault") => {
                    library_result(&[vec![known], given.positional].concat(), span)
                }
                (Ok(_), _, _) => return,
                (Err(unknown), _, _) => unknown,
            };
            scope.set(name.id.as_str(), after);
            return;
        }
        let _ = self.value(expression, scope);
    }
}

fn assign_to(target: &Expr, value: &Value, scope: &mut Scope<'_>, span: Span) {
    match target {
        Expr::Name(name) => scope.set(name.id.as_str(), value.clone()),
        Expr::Subscript(part) => {
            let Expr::Name(name) = &*part.value else {
                return;
            };
            let known = scope
                .locals
                .iter()
                .rev()
                .find(|(n, _)| *n == name.id.as_str());
            let Some((_, known)) = known else { return };
            let after = match (known, &*part.slice) {
                (Value::Dict(items), Expr::StringLiteral(key)) => {
                    let key = Value::text(key.value.to_str());
                    let mut items = (**items).clone();
                    items.retain(|(k, _)| k.equals(&key) == Some(false));
                    items.push((key, value.clone()));
                    Value::Dict(Rc::new(items))
                }
                (known, _) => library_result(&[known.clone(), value.clone()], span),
            };
            scope.set(name.id.as_str(), after);
        }
        Expr::Tuple(_) | Expr::List(_) => {
            let known = scope.locals.len();
            bind(target, value.clone(), scope);
            let bound: Vec<(String, Value)> = scope.locals.drain(known..).collect();
            for (name, value) in bound {
                scope.set(&name, value);
            }
        }
        _ => {}
    }
}

/// What names stand for where several ways come together.
fn merge(scope: &mut Scope<'_>, ways: &[Vec<(String, Value)>], span: Span) {
    for (name, value) in &mut scope.locals {
        for way in ways {
            let other = way.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v);
            let same = match (&*value, other) {
                (Value::List(a), Some(Value::List(b))) => Rc::ptr_eq(a, b),
                (Value::Dict(a), Some(Value::Dict(b))) => Rc::ptr_eq(a, b),
                (Value::Object(a), Some(Value::Object(b))) => Rc::ptr_eq(a, b),
                (Value::Mark(a), Some(Value::Mark(b))) => Rc::ptr_eq(a, b),
                (Value::Item, Some(Value::Item))
                | (Value::Something, Some(Value::Something))
                | (_, None) => true,
                (a, Some(b)) => a.equals(b) == Some(true),
            };
            if !same {
                let other = other.cloned().unwrap_or(Value::None);
                *value = library_result(&[value.clone(), other], span);
            }
        }
    }
}
