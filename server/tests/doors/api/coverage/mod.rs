//! `docs/api-coverage.md`: of the platform's public methods, which work here and why the others do not.

mod reasons;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use keyrack_server::dispatch::registry::Registry;

use reasons::REASONS;

/// The public methods of the platform's API 8.0.2, one a line.
const PUBLIC: &str = include_str!("public.txt");

fn reason(name: &str) -> Option<&'static str> {
    REASONS.iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, reason)| *reason)
}

fn class(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(class, _)| class)
}

/// The page.
fn page() -> String {
    let registry = Registry::all();
    let here: BTreeMap<_, _> =
        registry.methods().iter().map(|method| (method.name.to_ascii_lowercase(), *method)).collect();
    let public: Vec<&str> = PUBLIC.lines().collect();
    let listed: BTreeSet<_> = public.iter().map(|name| name.to_ascii_lowercase()).collect();
    let works = public.iter().filter(|name| here.contains_key(&name.to_ascii_lowercase())).count();
    let beyond: Vec<_> = here.iter().filter(|(name, _)| !listed.contains(*name)).map(|(_, method)| *method).collect();

    let mut page = String::new();
    let mut say = |line: &str| {
        page.push_str(line);
        page.push('\n');
    };
    say("# Coverage of the platform's API");
    say("");
    say("Written by `cargo xtask coverage` from the registry of methods; a test holds it to be current.");
    say("");
    say("| methods | |");
    say("|---|---|");
    say(&format!("| public on the platform (API 8.0.2) | {} |", public.len()));
    say(&format!("| of these work here | {works} |"));
    say(&format!("| of these are not here, with a reason each | {} |", public.len() - works));
    say(&format!("| work here beyond the public ones | {} |", beyond.len()));
    say(&format!("| work here in all | {} |", here.len()));
    let mut classes: Vec<&str> = public.iter().map(|name| class(name)).collect();
    classes.dedup();
    for class_name in classes {
        say("");
        say(&format!("## {class_name}"));
        say("");
        say("| method | |");
        say("|---|---|");
        for name in public.iter().filter(|name| class(name) == class_name) {
            let short = &name[class_name.len() + 1..];
            match (here.get(&name.to_ascii_lowercase()), reason(name)) {
                (Some(method), _) => say(&format!("| **{short}** | {} |", method.summary.replace('|', "\\|"))),
                (None, Some(reason)) => say(&format!("| {short} | Not here. {reason} |")),
                (None, None) => say(&format!("| {short} | |")),
            }
        }
    }
    say("");
    say("## Beyond the public methods");
    say("");
    say("Clients or the platform's dashboard call most of these; the others are Keyrack's own.");
    say("");
    say("| method | |");
    say("|---|---|");
    for method in beyond {
        say(&format!("| **{}** | {} |", method.name, method.summary.replace('|', "\\|")));
    }
    page
}

#[test]
fn every_public_method_works_or_has_a_reason() {
    let registry = Registry::all();
    let mut neither = String::new();
    for name in PUBLIC.lines() {
        let works = registry.methods().iter().any(|method| method.name.eq_ignore_ascii_case(name));
        if !works && reason(name).is_none() {
            writeln!(neither, "{name}").unwrap();
        }
    }
    assert!(neither.is_empty(), "neither here nor said why not:\n{neither}");
    assert_eq!(PUBLIC.lines().count(), 310);
}

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/api-coverage.md");
    let page = page();
    if std::env::var_os("WRITE_COVERAGE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/api-coverage.md is not what the registry says: run `cargo xtask coverage`");
}
