//! The node's pages. Plain HTML: they have to work in any browser and in `curl`.

use std::fmt::Write;

use super::facts::Facts;

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --back: #f6f7f9; --card: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --soft: #9aa5b4; --line: #313a46; --back: #14181e; --card: #1c222a }
}
* { box-sizing: border-box }
body { margin: 0; padding: 2rem 1rem; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 42rem; margin: 0 auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem }
p { margin: .25rem 0; color: var(--soft) }
dl { display: grid; grid-template-columns: minmax(6rem, auto) 1fr; gap: .25rem 1rem; margin: 0 }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere } dt, dd, code { font-family: ui-monospace, monospace; font-size: .9rem }
";

/// What the node is.
pub fn about(facts: &Facts) -> String {
    let mut body =
        format!("<h1>{}</h1>\n<p>This environment is running.</p>\n<h2>Node</h2>\n<dl>\n", escaped(&facts.environment));
    let port = facts.port.to_string();
    for (name, value) in [
        ("environment", &facts.environment),
        ("image", &facts.name),
        ("tag", &facts.tag),
        ("node", &facts.node),
        ("port", &port),
    ] {
        row(&mut body, name, value);
    }
    body.push_str("</dl>\n<h2>Variables</h2>\n");
    if facts.variables.is_empty() {
        body.push_str("<p>None are set.</p>\n");
    } else {
        body.push_str("<dl>\n");
        for (name, value) in &facts.variables {
            row(&mut body, name, value);
        }
        body.push_str("</dl>\n");
    }
    body.push_str("<h2>Files</h2>\n<p>Files in the node’s folder <code>www/</code> are served here.</p>\n");
    document(&facts.environment, &body)
}

/// There is no such page.
pub fn not_found() -> String {
    document("Not found", "<h1>Not found</h1>\n<p>There is no such file in <code>www/</code>.</p>\n")
}

fn row(body: &mut String, name: &str, value: &str) {
    let _ = writeln!(body, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        escaped(title)
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
