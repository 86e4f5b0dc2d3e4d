//! Finds the SQL in the sources.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use keyrack_domain::store::Dialect;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::expand::{Macros, definitions, expand, is_group, is_ident, is_punct, string, trees};

/// Where something is in the sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    file: String,
    line: usize,
}

impl Location {
    /// Whether it is in the file whose path ends like this.
    pub fn is_in(&self, file: &str) -> bool {
        self.file.strip_suffix(file).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// What is read of a statement's rows.
#[derive(Clone, Debug, Default)]
pub enum Yields {
    #[default]
    Anything,
    /// The only column.
    Scalar,
    /// Columns of these names.
    Row(Vec<String>),
}

#[derive(Clone, Debug)]
pub struct Statement {
    pub location: Location,
    pub text: String,
    /// The only database that it is for, as far as its surroundings say so.
    pub dialect: Option<Dialect>,
    pub yields: Yields,
    /// The number of the `let` or `const` that it is the value of.
    binding: Option<usize>,
}

#[derive(Debug)]
pub struct Problem {
    pub location: Location,
    pub what: String,
    /// A query whose text or row is a parameter.
    pub generic: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Sources {
    pub statements: Vec<Statement>,
    /// Texts that the compiler does not know.
    pub dynamic: Vec<Location>,
    pub problems: Vec<Problem>,
    exported: Macros,
}

impl Sources {
    /// Reads the sources of every crate of the workspace.
    pub fn read(workspace: &Path) -> Sources {
        let mut files = Vec::new();
        for folder in ["domain/src", "server/src", "crates"] {
            rust_files(&workspace.join(folder), &mut files);
        }
        files.retain(|file| !file.components().any(|part| part.as_os_str() == "tests"));
        files.sort();
        let read: Vec<(String, String)> = files
            .iter()
            .map(|file| {
                let name = file.strip_prefix(workspace).unwrap().display().to_string();
                (name, std::fs::read_to_string(file).unwrap())
            })
            // What has no SQL takes its time all the same.
            .filter(|(_, text)| text.contains("sqlx") || text.contains("macro_export"))
            .collect();
        let mut sources = Sources::default();
        for (_, text) in &read {
            sources.export(text);
        }
        for (name, text) in &read {
            sources.add(name, text);
        }
        sources
    }

    fn export(&mut self, text: &str) {
        let exported = definitions(&parsed(text)).into_iter().filter(|(_, exported, _)| *exported);
        self.exported.extend(exported.map(|(name, _, arms)| (name, arms)));
    }

    /// Reads one file.
    pub fn add(&mut self, file: &str, text: &str) {
        let tokens = parsed(text);
        let mut macros = self.exported.clone();
        macros.extend(definitions(&tokens).into_iter().map(|(name, _, arms)| (name, arms)));
        let mut rows = HashMap::new();
        find_rows(&tokens, &mut rows);
        let mut finder = Finder { file, macros, rows, sources: self, bindings: HashMap::new(), next_binding: 0 };
        finder.walk(&tokens, &Context::default());
    }
}

fn parsed(text: &str) -> Vec<TokenTree> {
    let tokens: TokenStream = text.parse().expect("the sources compile");
    tokens.into_iter().collect()
}

fn rust_files(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// What is known of the location that is being read.
#[derive(Clone, Default)]
struct Context {
    /// The line of the outermost macro call.
    line: Option<usize>,
    dialect: Option<Dialect>,
    yields: Yields,
    binding: Option<usize>,
}

struct Finder<'a> {
    file: &'a str,
    macros: Macros,
    /// The fields of each row that the file declares.
    rows: HashMap<String, Vec<String>>,
    sources: &'a mut Sources,
    /// The last binding of each name.
    bindings: HashMap<String, usize>,
    next_binding: usize,
}

impl Finder<'_> {
    fn walk(&mut self, tokens: &[TokenTree], context: &Context) {
        let outer = context;
        let mut context = context.clone();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let rest = &tokens[at..];
            at += match rest {
                [hash, TokenTree::Group(attribute), ..] if is_punct(hash, '#') => {
                    let test = attribute.stream().to_string().replace(' ', "") == "cfg(test)";
                    if test { 2 + item_length(&rest[2..]) } else { 2 }
                }
                [name, bang, ..] if is_ident(name, "macro_rules") && is_punct(bang, '!') => 4,
                [TokenTree::Ident(name), bang, TokenTree::Group(group), ..] if is_punct(bang, '!') => {
                    self.call(&name.to_string(), &trees(group), &self.at(token, &context));
                    3
                }
                [name, TokenTree::Group(group), ..]
                    if is_ident(name, "AssertSqlSafe") && group.delimiter() == Delimiter::Parenthesis =>
                {
                    let location = self.location(token, &context);
                    self.sources.dynamic.push(location);
                    self.walk(&trees(group), &Context { yields: Yields::Anything, ..context.clone() });
                    2
                }
                [name, ..] if is_ident(name, "Dialect") && dialect(rest).is_some() => {
                    context.dialect = dialect(rest);
                    4
                }
                [keyword, ..] if is_ident(keyword, "let") || is_ident(keyword, "const") => {
                    context.binding = self.bind(&rest[1..]);
                    1
                }
                [TokenTree::Ident(name), ..] if name.to_string().starts_with("query") => {
                    self.query(&name.to_string(), rest, &context)
                }
                [TokenTree::Group(group), ..] => {
                    self.walk(&trees(group), &context);
                    if group.delimiter() == Delimiter::Brace {
                        context.dialect = outer.dialect;
                    }
                    1
                }
                _ => {
                    if is_punct(token, ',') {
                        context.dialect = outer.dialect;
                    } else if is_punct(token, ';') {
                        context = outer.clone();
                    } else if let Some(text) = string(token) {
                        self.statement(text, &self.at(token, &context));
                    }
                    1
                }
            };
        }
    }

    /// A call of a macro.
    fn call(&mut self, name: &str, arguments: &[TokenTree], context: &Context) {
        match name {
            "concat" => match self.concat(arguments) {
                Some((text, dialect)) => {
                    self.statement(text, &Context { dialect: context.dialect.or(dialect), ..context.clone() });
                }
                None => self.walk(arguments, context),
            },
            // Their text is none that the compiler knows.
            "format" | "write" | "writeln" => {
                let after = arguments.iter().position(|token| is_punct(token, ',')).unwrap_or(arguments.len());
                self.walk(&arguments[after..], context);
            }
            _ => match self.macros.get(name).and_then(|arms| expand(arms, arguments)) {
                Some(expanded) => {
                    let dialect = context.dialect.or(named(arguments));
                    self.walk(&expanded, &Context { dialect, ..context.clone() });
                }
                None => self.walk(arguments, context),
            },
        }
    }

    /// The text of `concat!`, and the database that it is for when a part of it is for one.
    fn concat(&self, arguments: &[TokenTree]) -> Option<(String, Option<Dialect>)> {
        let (mut text, mut dialect) = (String::new(), None);
        for part in arguments.split(|token| is_punct(token, ',')).filter(|part| !part.is_empty()) {
            let (more, only) = self.part(part)?;
            text.push_str(&more);
            dialect = dialect.or(only);
        }
        Some((text, dialect))
    }

    fn part(&self, part: &[TokenTree]) -> Option<(String, Option<Dialect>)> {
        match part {
            [literal @ TokenTree::Literal(_)] => Some((string(literal)?, None)),
            [.., TokenTree::Ident(name), bang, TokenTree::Group(group)] if is_punct(bang, '!') => {
                let arguments = trees(group);
                if name == "concat" {
                    return self.concat(&arguments);
                }
                let expanded = expand(self.macros.get(&name.to_string())?, &arguments)?;
                let (text, dialect) = self.part(&expanded)?;
                Some((text, dialect.or(named(&arguments))))
            }
            _ => None,
        }
    }

    /// A call of `sqlx::query…`: notes what it reads of the rows. Returns how many tokens it took.
    fn query(&mut self, name: &str, rest: &[TokenTree], context: &Context) -> usize {
        let generics = match rest {
            [_, a, b, c, ..] if is_punct(a, ':') && is_punct(b, ':') && is_punct(c, '<') => {
                let mut depth = 0;
                rest.iter().skip(3).position(|token| {
                    depth += i32::from(is_punct(token, '<')) - i32::from(is_punct(token, '>'));
                    depth == 0
                })
            }
            _ => None,
        };
        let end = generics.map_or(1, |length| 4 + length);
        let Some(TokenTree::Group(group)) = rest.get(end).filter(|token| is_group(token, Delimiter::Parenthesis))
        else {
            return 1;
        };
        let location = self.location(&rest[0], context);
        let yields = match name {
            "query_scalar" => Yields::Scalar,
            "query_as" => {
                let row = generics.and_then(|_| rest[..end - 1].last()).map(ToString::to_string).unwrap_or_default();
                match self.rows.get(&row) {
                    Some(fields) => Yields::Row(fields.clone()),
                    // A row of another file of the same crate, which the statement is prepared for all the same.
                    None if row == "AuditHead" => Yields::Row(vec!["last_id".into(), "hash".into()]),
                    None => {
                        let what = format!("the row “{row}” is not declared with row! in this file");
                        self.sources.problems.push(Problem { location: location.clone(), what, generic: true });
                        Yields::Anything
                    }
                }
            }
            _ => Yields::Anything,
        };
        let arguments = trees(group);
        if let [TokenTree::Ident(name)] = arguments.as_slice() {
            self.note_yields(&name.to_string(), &yields);
        }
        if let Some(text) = arguments.first().and_then(string)
            && !begins_with(&text, &PREPARED)
            && !begins_with(&text, &SESSION)
        {
            let what = format!("“{text}” begins with a word that is not known as one of SQL");
            self.sources.problems.push(Problem { location, what, generic: false });
        }
        self.walk(&arguments, &Context { yields, ..context.clone() });
        end + 1
    }

    /// Notes what is read of the statements that a name was last bound to.
    fn note_yields(&mut self, name: &str, yields: &Yields) {
        let Some(binding) = self.bindings.get(name) else { return };
        let file = self.file;
        let bound = |statement: &&mut Statement| statement.binding == Some(*binding) && statement.location.file == file;
        self.sources.statements.iter_mut().filter(bound).for_each(|statement| statement.yields = yields.clone());
    }

    fn bind(&mut self, after: &[TokenTree]) -> Option<usize> {
        let name = after.iter().find(|token| !is_ident(token, "mut"))?;
        self.next_binding += 1;
        self.bindings.insert(name.to_string(), self.next_binding);
        Some(self.next_binding)
    }

    fn statement(&mut self, text: String, context: &Context) {
        let location = Location { file: self.file.to_owned(), line: context.line.unwrap_or_default() };
        if text == "COMMIT" {
            let what = "a transaction is committed with Tx::commit".to_owned();
            self.sources.problems.push(Problem { location, what, generic: false });
        } else if begins_with(&text, &PREPARED) {
            let Context { dialect, yields, binding, .. } = context.clone();
            self.sources.statements.push(Statement { location, text, dialect, yields, binding });
        }
    }

    fn location(&self, token: &TokenTree, context: &Context) -> Location {
        Location { file: self.file.to_owned(), line: self.at(token, context).line.unwrap_or_default() }
    }

    /// The context with the line of a token, unless that is inside a macro's expansion.
    fn at(&self, token: &TokenTree, context: &Context) -> Context {
        Context { line: context.line.or(Some(token.span().start().line)), ..context.clone() }
    }
}

/// What statements on tables begin with.
const PREPARED: [&str; 5] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "];
/// What speaks of the connection or the file.
const SESSION: [&str; 4] = ["BEGIN", "ROLLBACK", "PRAGMA ", "VACUUM "];

fn begins_with(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

/// The database of `Dialect::Sqlite =>`, `Dialect::Sqlite if … =>` or `Dialect::Sqlite {`.
fn dialect(tokens: &[TokenTree]) -> Option<Dialect> {
    let [_, a, b, name, then, ..] = tokens else { return None };
    let applies = is_punct(then, '=') || is_ident(then, "if") || is_group(then, Delimiter::Brace);
    named(std::slice::from_ref(name)).filter(|_| is_punct(a, ':') && is_punct(b, ':') && applies)
}

/// The database that is named among the tokens.
fn named(tokens: &[TokenTree]) -> Option<Dialect> {
    tokens.iter().find_map(|token| match token.to_string().as_str() {
        "Sqlite" => Some(Dialect::Sqlite),
        "Postgres" => Some(Dialect::Postgres),
        _ => None,
    })
}

/// The length of the item at the beginning of the tokens.
fn item_length(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| is_group(token, Delimiter::Brace) || is_punct(token, ';');
    tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1)
}

/// Reads the declarations of `row!`.
fn find_rows(tokens: &[TokenTree], rows: &mut HashMap<String, Vec<String>>) {
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let inner = trees(group);
        let called = at >= 2 && is_punct(&tokens[at - 1], '!') && is_ident(&tokens[at - 2], "row");
        if !called {
            find_rows(&inner, rows);
            continue;
        }
        for declared in inner.windows(3) {
            if let [keyword, TokenTree::Ident(name), TokenTree::Group(fields)] = declared
                && is_ident(keyword, "struct")
            {
                rows.insert(name.to_string(), fields_of(&trees(fields)));
            }
        }
    }
}

fn fields_of(tokens: &[TokenTree]) -> Vec<String> {
    let colon = |at: usize| tokens.get(at).is_some_and(|token| is_punct(token, ':'));
    tokens
        .iter()
        .enumerate()
        .filter(|(at, _)| colon(at + 1) && !colon(at + 2) && (*at == 0 || !colon(at - 1)))
        .filter_map(|(_, token)| match token {
            TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        })
        .collect()
}
