//! The same plan in another layout: white space, comments and commas are put in and taken out at
//! random, wherever the language lets them be. It cuts texts by rules of its own, so that it cannot
//! share a mistake with the formatter.

#![allow(dead_code, reason = "each test uses a part of this")]

/// Random numbers that depend on the seed only (`SplitMix64`).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }
}

/// What may be changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Everything that does not change the meaning.
    All,
    /// Only what the layout does not depend on: no comment, no empty line, and no line end behind
    /// the brace of a declaration or record is put in or taken out.
    Unseen,
}

/// A token with what stands between it and the one before it.
struct Token<'t> {
    trivia: &'t str,
    text: &'t str,
}

/// Cuts a text into tokens; commas and `//` comments are trivia. The last token is empty.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let line = rest.find('\n').unwrap_or(rest.len());
        let is_doc = rest.starts_with("///");
        let first = rest.as_bytes()[0];
        let length = match first {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                at += 1;
                continue;
            }
            b'/' if rest.starts_with("//") && !is_doc => {
                at += line;
                continue;
            }
            b'/' if is_doc => line,
            b'"' => string_length(rest),
            b'(' | b'[' | b'{' | b')' | b']' | b'}' | b':' | b'+' => 1,
            b'<' | b'>' | b'=' | b'!' => rest.find(|c| !"<>=!".contains(c)).unwrap_or(rest.len()),
            b'-' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => 1,
            _ => {
                let word = |c: char| c.is_ascii_alphanumeric() || "_./%-".contains(c);
                let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
                let end = rest.find("//").map_or(end, |comment| comment.min(end));
                assert!(end > 0, "cannot cut {rest:?}");
                // `5%of` is two words.
                rest[..end].find('%').map_or(end, |percent| percent + 1)
            }
        };
        tokens.push(Token {
            trivia: &text[start..at],
            text: &rest[..length],
        });
        at += length;
        start = at;
    }
    tokens.push(Token {
        trivia: &text[start..],
        text: "",
    });
    tokens
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return index + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    rest.len()
}

/// The comments in trivia.
fn comments_in(trivia: &str) -> impl Iterator<Item = &str> {
    trivia
        .lines()
        .filter_map(|line| line.find("//").map(|at| line[at..].trim_end()))
}

/// Every comment of a text, in order, documentation included.
pub fn comments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens(text) {
        found.extend(comments_in(token.trivia).map(str::to_owned));
        if token.text.starts_with("///") {
            found.push(token.text.trim_end().to_owned());
        }
    }
    found
}

/// All that is no comment, in order, without the marks that only separate.
pub fn words(text: &str) -> Vec<String> {
    tokens(text)
        .iter()
        .filter(|token| !token.text.starts_with("///"))
        .map(|token| token.text.to_owned())
        .collect()
}

/// The same plan in another layout.
pub fn scramble(text: &str, seed: u64, extent: Extent) -> String {
    let mut random = Random(seed);
    let mut out = String::new();
    let mut open: Vec<Bracket> = Vec::new();
    let mut before = "";
    for token in tokens(text) {
        let slot = slot(before, &token, open.last());
        let trivia = match extent {
            Extent::All => anything(&slot, token.trivia, &mut random),
            Extent::Unseen => unseen(&slot, before, token.trivia, &mut random),
        };
        out.push_str(&trivia);
        out.push_str(token.text);
        match token.text {
            "(" if token.trivia.is_empty() && is_name(before) => open.push(Bracket::Call),
            "(" => open.push(Bracket::Group),
            "[" | "{" => open.push(Bracket::Lines),
            ")" | "]" | "}" => {
                open.pop();
            }
            _ => {}
        }
        before = token.text;
    }
    out
}

/// What separates the items of an open bracket.
#[derive(Clone, Copy)]
enum Bracket {
    /// Line ends or commas.
    Lines,
    /// Commas.
    Call,
    /// Nothing: there is one.
    Group,
}

/// What may stand in one place between two tokens.
enum Slot {
    /// What stands there.
    Fixed,
    /// Spaces, at least so many.
    Blank(usize),
    /// White space and comments, with spaces in them at least so many.
    Gap(usize),
    /// As a gap that begins with a line end.
    Line,
    /// As a gap, with a comma in it or not.
    Trailing,
    /// What separates items.
    Separator(Bracket),
}

fn is_name(token: &str) -> bool {
    let reserved = ["and", "or", "not", "per", "of", "at", "since"];
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !reserved.contains(&token)
}

fn slot(before: &str, token: &Token<'_>, open: Option<&Bracket>) -> Slot {
    let operators = ["and", "or"];
    let uncommented: String = token
        .trivia
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    let opens = ["(", "[", "{"].contains(&before);
    let closes = [")", "]", "}"].contains(&token.text);
    let compares = |text: &str| text.starts_with(['<', '>', '=', '!']);
    if before.starts_with("///") {
        return Slot::Line;
    }
    let Some(open) = open else {
        let is_head = !before.is_empty() && before != "}" && !before.starts_with('"');
        return match token.text {
            _ if !is_head => Slot::Gap(0),
            "{" => Slot::Blank(0),
            _ => Slot::Blank(1),
        };
    };
    if closes && !opens && !matches!(open, Bracket::Group) {
        Slot::Trailing
    } else if opens || closes {
        Slot::Gap(0)
    } else if uncommented.contains(',') {
        Slot::Separator(*open)
    } else if before == ":" || compares(before) {
        Slot::Gap(0)
    } else if operators.contains(&before) || operators.contains(&token.text) || before == "not" {
        Slot::Gap(1)
    } else if token.text == ":" || compares(token.text) {
        Slot::Blank(0)
    } else if token.trivia.contains('\n') && matches!(open, Bracket::Lines) {
        Slot::Separator(*open)
    } else if before.starts_with(|c: char| c.is_ascii_digit()) || token.text == "(" {
        Slot::Fixed
    } else {
        Slot::Blank(1)
    }
}

const SPACES: &[&str] = &["", " ", " ", "  ", "\t"];
const WHITE: &[&str] = &[
    "",
    "",
    " ",
    " ",
    "   ",
    "\t",
    "\n",
    "\n",
    "\n  ",
    "\r\n",
    "\n\n",
    "\n\n\n \n",
];
const COMMENTS: &[&str] = &[
    "// put in",
    "//",
    "//put in: { [ ( \" ,",
    "// a   b  ",
    "//! put in",
];

fn blank(least: usize, random: &mut Random) -> String {
    let spaces = random.pick(SPACES);
    if spaces.is_empty() && least > 0 {
        " ".to_owned()
    } else {
        spaces.to_owned()
    }
}

/// White space around these comments, and perhaps around another one.
fn gap(comments: &[&str], random: &mut Random) -> String {
    let mut text = String::new();
    let extra = random.one_in(8).then(|| random.below(comments.len() + 1));
    for index in 0..=comments.len() {
        if extra == Some(index) {
            text.push_str(random.pick(WHITE));
            text.push_str(random.pick(COMMENTS));
            text.push('\n');
        }
        text.push_str(random.pick(WHITE));
        if let Some(comment) = comments.get(index) {
            text.push_str(comment);
            text.push('\n');
        }
    }
    text
}

fn anything(slot: &Slot, trivia: &str, random: &mut Random) -> String {
    let comments: Vec<&str> = comments_in(trivia).collect();
    match slot {
        Slot::Fixed => trivia.to_owned(),
        Slot::Blank(least) => blank(*least, random),
        Slot::Gap(least) => {
            let text = gap(&comments, random);
            if text.is_empty() && *least > 0 {
                " ".to_owned()
            } else {
                text
            }
        }
        Slot::Line => format!("\n{}", gap(&comments, random)),
        Slot::Trailing => {
            let (before, behind) = comments.split_at(random.below(comments.len() + 1));
            let comma = if !behind.is_empty() || random.one_in(3) {
                ","
            } else {
                ""
            };
            [&gap(before, random), comma, &gap(behind, random)].concat()
        }
        Slot::Separator(Bracket::Lines) => {
            let spaces = blank(0, random);
            if random.one_in(2) {
                return [&spaces, ",", &gap(&comments, random)].concat();
            }
            // A comment may stand before the line end that separates.
            let inline = usize::from(!comments.is_empty() && random.one_in(2));
            let first = comments[..inline].concat();
            [&spaces, &first, "\n", &gap(&comments[inline..], random)].concat()
        }
        Slot::Separator(_) => {
            let (before, behind) = comments.split_at(random.below(comments.len() + 1));
            [&gap(before, random), ",", &gap(behind, random)].concat()
        }
    }
}

/// White space that the layout does not depend on.
fn unseen(slot: &Slot, before: &str, trivia: &str, random: &mut Random) -> String {
    let empty_line = trivia.matches('\n').count() > 1;
    if trivia.contains("//") || (empty_line && !matches!(slot, Slot::Gap(1))) {
        return trivia.to_owned();
    }
    let spaces = random.pick(&["", " ", "    "]);
    let line = random.pick(&["\n", "\n ", " \n\t", "\r\n"]);
    let white = if random.one_in(2) { line } else { spaces };
    match slot {
        Slot::Fixed => trivia.to_owned(),
        Slot::Blank(least) => blank(*least, random),
        Slot::Gap(_) if before == "{" && trivia.contains('\n') => line.to_owned(),
        Slot::Gap(_) if before == "{" => spaces.to_owned(),
        Slot::Gap(1) if white.is_empty() => " ".to_owned(),
        Slot::Line => line.to_owned(),
        Slot::Trailing if random.one_in(2) => format!("{spaces},{white}"),
        Slot::Gap(_) | Slot::Trailing => white.to_owned(),
        Slot::Separator(Bracket::Lines) if random.one_in(2) => line.to_owned(),
        Slot::Separator(_) => format!("{spaces},{white}"),
    }
}
