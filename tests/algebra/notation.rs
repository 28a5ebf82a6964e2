//! pytest's notation: reading and printing.

use dtpc::algebra::{Argument, ArgumentValue, Expression, Form, MAX_DEPTH};
use proptest::prelude::*;

fn parsed(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error} at {:?}", error.span))
}

#[test]
fn what_is_printed_has_as_few_parentheses_as_can_be() {
    for (written, printed) in [
        ("a", "a"),
        (" ( ( a ) ) ", "a"),
        ("a and (b and c)", "a and b and c"),
        ("(a or b) or c", "a or b or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("(a and b) or c", "a and b or c"),
        ("not (a)", "not a"),
        ("not(a and b)", "not (a and b)"),
        ("not not a", "not not a"),
        ("(not a) and b", "not a and b"),
        (
            "device( serial = 1 ,name='x')",
            "device(serial=1, name=\"x\")",
        ),
        ("device (name='say \"x\"')", "device(name='say \"x\"')"),
        (
            "d(a=-007, b=True, c=False, d=None)",
            "d(a=-7, b=True, c=False, d=None)",
        ),
        // As pytest cuts words: these are names.
        ("True and None", "True and None"),
        (
            "test[a-1] or pkg/mod.py::test\\x+y",
            "test[a-1] or pkg/mod.py::test\\x+y",
        ),
        ("And or notable", "And or notable"),
        ("größe and 測試", "größe and 測試"),
        ("a\tand b", "a and b"),
    ] {
        assert_eq!(parsed(written).to_string(), printed, "{written}");
    }
}

#[test]
fn every_part_knows_where_it_stands() {
    let text = "not a and (b or d(x=1))";
    let whole = parsed(text);
    assert_eq!(&text[whole.span.clone()], text);
    let Form::And(parts) = whole.form else {
        panic!()
    };
    assert_eq!(&text[parts[0].span.clone()], "not a");
    assert_eq!(&text[parts[1].span.clone()], "b or d(x=1)");
    let Form::Or(inner) = &parts[1].form else {
        panic!()
    };
    assert_eq!(&text[inner[1].span.clone()], "d(x=1)");
}

#[test]
fn what_pytest_refuses_is_refused_where_it_stands() {
    for (text, at, message) in [
        ("", "", "expected a marker expression, found nothing"),
        ("a b", "b", "expected `and`, `or` or the end, found `b`"),
        (
            "a AND b",
            "AND",
            "expected `and`, `or` or the end, found `AND`",
        ),
        (
            "a and",
            "",
            "expected a marker, `not` or `(`, found the end",
        ),
        ("or", "or", "expected a marker, `not` or `(`, found `or`"),
        ("(a", "", "expected `)`, found the end"),
        ("a)", ")", "expected `and`, `or` or the end, found `)`"),
        ("a | b", "|", "unexpected character '|'"),
        ("a\nor b", "\n", "unexpected character '\\n'"),
        (
            "\"a\"",
            "\"a\"",
            "expected a marker, `not` or `(`, found `\"a\"`",
        ),
        ("d()", ")", "expected the name of an argument, found `)`"),
        ("d(1)", "1", "expected the name of an argument, found `1`"),
        ("d(x)", ")", "expected `=`, found `)`"),
        (
            "d(x=1,)",
            ")",
            "expected the name of an argument, found `)`",
        ),
        (
            "d(x=1.5)",
            "1.5",
            "expected a text in quotes, a whole number, `True`, `False` or `None`, found `1.5`",
        ),
        (
            "d(x=)",
            ")",
            "expected a text in quotes, a whole number, `True`, `False` or `None`, found `)`",
        ),
        (
            "d(class=1)",
            "class",
            "expected the name of an argument, found `class`",
        ),
        (
            "d(a.b=1)",
            "a.b",
            "expected the name of an argument, found `a.b`",
        ),
        ("d(x=1, x=2)", "x", "the argument `x` is given twice"),
        ("d(x='a\\n')", "\\", "a backslash in a text"),
        ("d(x='a)", "'a)", "the text is not closed"),
    ] {
        let error = Expression::parse(text).unwrap_err();
        assert_eq!(
            (&text[error.span.clone()], &*error.message),
            (at, message),
            "{text}"
        );
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Expression::parse(&nested(MAX_DEPTH - 1)).is_ok());
    for text in [
        nested(MAX_DEPTH),
        nested(1_000_000),
        "not ".repeat(1_000_000) + "a",
    ] {
        let error = Expression::parse(&text).unwrap_err();
        assert!(error.message.contains("nest"), "{error}");
    }
    // What is long and not deep is read.
    let long = vec!["a"; 100_000].join(" and ");
    assert_eq!(parsed(&long).to_string(), long);
}

fn value() -> impl Strategy<Value = ArgumentValue> {
    prop_oneof![
        any::<i128>().prop_map(ArgumentValue::Integer),
        "[^\\\\\"]{0,6}".prop_map(|text| ArgumentValue::Text(text.into())),
        "[^\\\\']{0,6}".prop_map(|text| ArgumentValue::Text(text.into())),
        Just(ArgumentValue::True),
        Just(ArgumentValue::False),
        Just(ArgumentValue::None),
    ]
}

fn marker() -> impl Strategy<Value = Expression> {
    let arguments = prop::collection::vec(value(), 0..3).prop_map(|values| {
        let given = ["serial", "name", "_x1"].into_iter().zip(values);
        given
            .map(|(name, value)| Argument {
                name: name.into(),
                value,
            })
            .collect()
    });
    let name = "[A-Za-z0-9_:+.\\[\\]\\\\/-]{1,8}".prop_filter("words", |name| {
        !["and", "or", "not"].contains(&name.as_str())
    });
    (name, arguments).prop_map(|(name, arguments)| Expression::marker(name, arguments))
}

fn expression() -> impl Strategy<Value = Expression> {
    marker().prop_recursive(6, 40, 5, |inner| {
        let parts = prop::collection::vec(inner.clone(), 1..5);
        prop_oneof![
            inner.prop_map(Expression::negated),
            parts.clone().prop_map(Expression::and),
            parts.prop_map(Expression::or),
        ]
    })
}

/// The same with parentheses around every part.
fn wrapped(expression: &Expression) -> String {
    let all = |parts: &[Expression], word: &str| {
        let parts: Vec<String> = parts.iter().map(wrapped).collect();
        format!("({})", parts.join(word))
    };
    match &expression.form {
        Form::Marker { .. } => format!("({expression})"),
        Form::Not(inner) => format!("(not {})", wrapped(inner)),
        Form::And(parts) => all(parts, " and "),
        Form::Or(parts) => all(parts, " or "),
    }
}

fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a", "gpu_1", "and", "or", "not", "(", ")", "=", ",", "'x'", "\"y\"", "1", "-2", "True",
        " ", "\t", "'", "\\", "d(x=1)", "&", "é", "::", "[", "]",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_as_what_it_was(expression in expression()) {
        let printed = expression.to_string();
        prop_assert_eq!(&parsed(&printed), &expression, "{}", printed);
        // Parentheses more or less make no difference, and no pair of the printed can be spared.
        prop_assert_eq!(&parsed(&wrapped(&expression)), &expression);
        for (open, _) in printed.match_indices('(') {
            let Some(close) = partner(&printed, open) else { continue };
            let spared = format!(
                "{} {} {}", &printed[..open], &printed[open + 1..close], &printed[close + 1..]
            );
            prop_assert_ne!(Expression::parse(&spared).ok(), Some(expression.clone()), "{}", spared);
        }
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,60}") {
        survives(&text);
    }

    #[test]
    fn any_row_of_tokens_is_survived(tokens in prop::collection::vec(token(), 0..24)) {
        survives(&tokens.concat());
        survives(&tokens.join(" "));
    }
}

fn survives(text: &str) {
    match Expression::parse(text) {
        Ok(expression) => assert_eq!(parsed(&expression.to_string()), expression, "{text:?}"),
        Err(error) => assert!(
            text.get(error.span.clone()).is_some(),
            "{text:?}: {error:?}"
        ),
    }
}

/// The parenthesis that closes one, outside of texts.
fn partner(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') if at >= open => depth += 1,
            (None, ')') if at > open => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        if at == open && quote.is_some() {
            return None;
        }
    }
    None
}
