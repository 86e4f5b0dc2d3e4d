//! The documents name files, sections and commands that there are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Pages for people who work on the sources: each path in them is one of the sources.
const ABOUT_SOURCES: [&str; 3] = ["CONTRIBUTING.md", "docs/architecture.md", "docs/adr/"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file and folder of the sources, relative to their root.
fn sources() -> BTreeSet<String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            let built = ["target", "node_modules", ".git", "test-results"];
            if built.iter().any(|folder| path.ends_with(folder)) {
                continue;
            }
            found.insert(name);
            if path.is_dir() && !path.is_symlink() {
                walk(root, &path, found);
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&root(), &root(), &mut found);
    found
}

/// The documents: path and text.
fn documents() -> Vec<(String, String)> {
    let names = sources().into_iter().filter(|name| name.ends_with(".md"));
    names.map(|name| (name.clone(), std::fs::read_to_string(root().join(name)).unwrap())).collect()
}

/// Lines outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !fence && !code
    })
}

/// What is between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What a quoted text names, when it is a path: `a/{b,c}` names two.
fn paths(quoted: &str) -> Vec<String> {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || "/._-{},".contains(letter);
    let file = [".rs", ".md", ".ts", ".toml"].iter().any(|ending| quoted.ends_with(ending));
    let folder = quoted.contains('/') && !quoted.starts_with('/');
    if !quoted.chars().all(letters) || !(file || folder) {
        return Vec::new();
    }
    match quoted.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (parts, after))) => parts.split(',').map(|part| format!("{before}{part}{after}")).collect(),
        None => vec![quoted.to_owned()],
    }
}

/// As the architecture page shortens paths: `core/caller.rs` is `crates/core/src/caller.rs`.
fn short(path: &str) -> String {
    path.split('/').filter(|part| !["crates", "src", ""].contains(part)).collect::<Vec<_>>().join("/")
}

#[test]
fn every_path_in_the_pages_about_the_sources_is_there() {
    let known: Vec<_> = sources().iter().map(|path| format!("/{}", short(path))).collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for (page, text) in documents() {
        if !ABOUT_SOURCES.iter().any(|beginning| page.starts_with(beginning)) {
            continue;
        }
        let text = prose(&text).collect::<Vec<_>>().join("\n");
        for path in quoted(&text).flat_map(paths).filter(|path| !path.starts_with("target/")) {
            seen += 1;
            let end = format!("/{}", short(&path));
            if !known.iter().any(|known| known.ends_with(&end)) {
                missing.push(format!("{page}: {path}"));
            }
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(missing.is_empty(), "no file or folder ends so: {missing:#?}");
}

/// The anchor that a heading gets.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_leads_to_a_file_and_a_section() {
    let mut broken = Vec::new();
    for (page, text) in documents() {
        let text = prose(&text).collect::<Vec<_>>().join("\n");
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, section) = target.split_once('#').unwrap_or((target, ""));
            let own = root().join(&page);
            let there = if file.is_empty() { own } else { own.parent().unwrap().join(file) };
            let found = there.exists()
                && (section.is_empty()
                    || prose(&std::fs::read_to_string(&there).unwrap())
                        .filter_map(|line| line.strip_prefix('#'))
                        .any(|line| anchor(line.trim_start_matches('#')) == section));
            if !found {
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_command_of_make_and_xtask_is_one() {
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    let xtask = std::fs::read_to_string(root().join("xtask/src/main.rs")).unwrap();
    let tasks = xtask.split("usage: cargo xtask <").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
    let mut wrong = Vec::new();
    for (page, text) in documents() {
        let blocks = text.lines().filter(|line| line.starts_with("make ") || line.starts_with("cargo "));
        for command in blocks.chain(prose(&text).flat_map(quoted)) {
            let words: Vec<_> = command.split_whitespace().collect();
            let there = match words[..] {
                ["make", target, ..] => makefile.lines().any(|line| line.strip_suffix(':') == Some(target)),
                ["cargo", "xtask", task, ..] => tasks.split('|').any(|known| known == task),
                _ => true,
            };
            if !there {
                wrong.push(format!("{page}: {command}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
