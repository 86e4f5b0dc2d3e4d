//! Expands the simple macros that statements are put together by: those without repetitions.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The arms of a macro: patterns and bodies.
pub type Arms = Vec<(Vec<TokenTree>, TokenStream)>;

/// Macros by name.
pub type Macros = HashMap<String, Arms>;

/// Reads `macro_rules!` definitions, with whether each is exported.
pub fn definitions(tokens: &[TokenTree]) -> Vec<(String, bool, Arms)> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            found.extend(definitions(&trees(group)));
        }
        let [first, bang, name, body] = tokens.get(at..at + 4).unwrap_or_default() else { continue };
        if let (true, true, TokenTree::Ident(name), TokenTree::Group(body)) =
            (is_ident(first, "macro_rules"), is_punct(bang, '!'), name, body)
        {
            let before = tokens[..at].iter().rev().take(2).any(|token| token.to_string().contains("macro_export"));
            found.push((name.to_string(), before, arms(&trees(body))));
        }
    }
    found
}

fn arms(tokens: &[TokenTree]) -> Arms {
    let mut arms = Vec::new();
    let mut rest = tokens;
    while let [TokenTree::Group(pattern), _, _, TokenTree::Group(body), after @ ..] = rest {
        arms.push((trees(pattern), body.stream()));
        rest = after.strip_prefix_semicolon();
    }
    arms
}

trait AfterArm {
    fn strip_prefix_semicolon(&self) -> &[TokenTree];
}

impl AfterArm for [TokenTree] {
    fn strip_prefix_semicolon(&self) -> &[TokenTree] {
        match self {
            [first, rest @ ..] if is_punct(first, ';') => rest,
            other => other,
        }
    }
}

/// What an invocation becomes; `None` for macros that are not this simple.
pub fn expand(arms: &Arms, arguments: &[TokenTree]) -> Option<Vec<TokenTree>> {
    arms.iter().find_map(|(pattern, body)| {
        let values = matched(pattern, arguments)?;
        substituted(body.clone(), &values)
    })
}

/// The values of a pattern's variables, each up to the token that follows it in the pattern.
fn matched(mut pattern: &[TokenTree], mut arguments: &[TokenTree]) -> Option<HashMap<String, Vec<TokenTree>>> {
    let mut values = HashMap::new();
    loop {
        match pattern {
            [] => return arguments.iter().all(|token| is_punct(token, ',')).then_some(values),
            [dollar, TokenTree::Ident(name), _, TokenTree::Ident(_), rest @ ..] if is_punct(dollar, '$') => {
                let end = rest.first().map(ToString::to_string);
                let ends = |token: &TokenTree| Some(token.to_string()) == end || is_punct(token, ',');
                let length = arguments.iter().position(ends).unwrap_or(arguments.len());
                if length == 0 {
                    return None;
                }
                values.insert(name.to_string(), arguments[..length].to_vec());
                (pattern, arguments) = (rest, &arguments[length..]);
            }
            [dollar, ..] if is_punct(dollar, '$') => return None,
            [first, rest @ ..] => {
                let (argument, left) = arguments.split_first()?;
                if first.to_string() != argument.to_string() {
                    return None;
                }
                (pattern, arguments) = (rest, left);
            }
        }
    }
}

fn substituted(body: TokenStream, values: &HashMap<String, Vec<TokenTree>>) -> Option<Vec<TokenTree>> {
    let mut tokens = body.into_iter().peekable();
    let mut expanded = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.next()? {
                TokenTree::Ident(name) if name == "crate" => expanded.push(TokenTree::Ident(name)),
                TokenTree::Ident(name) => expanded.extend(values.get(&name.to_string())?.iter().cloned()),
                _ => return None,
            },
            TokenTree::Group(group) => {
                let inner = substituted(group.stream(), values)?;
                expanded.push(TokenTree::Group(Group::new(group.delimiter(), inner.into_iter().collect())));
            }
            other => expanded.push(other),
        }
    }
    Some(expanded)
}

pub fn trees(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

pub fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

pub fn is_punct(token: &TokenTree, letter: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == letter)
}

pub fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// The text of a string literal.
pub fn string(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let written = literal.to_string();
    if let Some(raw) = written.strip_prefix('r') {
        let raw = raw.trim_matches('#');
        return Some(raw.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    }
    let mut letters = written.strip_prefix('"')?.strip_suffix('"')?.chars().peekable();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('\n')) => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
            ('\\', Some('n')) => {
                letters.next();
                text.push('\n');
            }
            ('\\', Some(_)) => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    Some(text)
}
