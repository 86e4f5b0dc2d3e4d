//! `docs/asvs.md` names no test that there is not.

use std::collections::{HashMap, HashSet};
use std::path::Path;

const TABLE: &str = include_str!("../../../docs/asvs.md");
/// Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0.
const CHAPTERS: [(&str, usize); 17] = [
    ("V1", 27),
    ("V2", 11),
    ("V3", 19),
    ("V4", 10),
    ("V5", 9),
    ("V6", 35),
    ("V7", 18),
    ("V8", 7),
    ("V9", 7),
    ("V10", 29),
    ("V11", 14),
    ("V12", 9),
    ("V13", 13),
    ("V14", 9),
    ("V15", 13),
    ("V16", 16),
    ("V17", 7),
];

/// number, how it is held, where.
fn rows() -> Vec<(&'static str, &'static str, &'static str)> {
    TABLE
        .lines()
        .filter(|line| line.starts_with("| V"))
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
            assert_eq!(cells.len(), 5, "{line}");
            (cells[0], cells[3], cells[4])
        })
        .collect()
}

/// `file::test` of every test in the sources.
fn tests() -> HashSet<String> {
    fn walk(folder: &Path, found: &mut HashSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // `wire/mod.rs` is the module `wire`.
                let module = if path.ends_with("mod.rs") { path.parent().unwrap() } else { &path };
                let file = module.file_stem().unwrap().to_str().unwrap();
                for function in text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next()) {
                    found.insert(format!("{file}::{function}"));
                }
            }
        }
    }
    let mut found = HashSet::new();
    for folder in ["server/tests", "server/src", "domain/tests", "crates", "app/src"] {
        walk(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(folder), &mut found);
    }
    found
}

/// What stands in backticks and looks like a test.
fn named(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split('`').skip(1).step_by(2).filter(|code| code.contains("::") && !code.contains("Error::"))
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let tests = tests();
    let missing: Vec<_> = rows().iter().flat_map(|row| named(row.2)).filter(|name| !tests.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    for (number, how, place) in rows() {
        match how {
            "test" => assert!(named(place).next().is_some(), "{number} names no test"),
            _ => assert!(!place.is_empty(), "{number} says neither where nor why"),
        }
    }
}

#[test]
fn every_requirement_has_one_row_and_the_counts_are_right() {
    let mut numbers = HashSet::new();
    let mut chapters: HashMap<&str, usize> = HashMap::new();
    let mut held: HashMap<&str, usize> = HashMap::new();
    for (number, how, _) in rows() {
        assert!(numbers.insert(number), "{number} stands there twice");
        *chapters.entry(number.split('.').next().unwrap()).or_default() += 1;
        *held.entry(how).or_default() += 1;
    }
    for (chapter, count) in CHAPTERS {
        assert_eq!(chapters.get(chapter), Some(&count), "{chapter}");
    }
    for how in ["test", "construction", "not applicable", "open"] {
        let count = held.get(how).copied().unwrap_or_default();
        assert!(TABLE.contains(&format!("| {how} | {count} |")), "{how}: {count}");
    }
    assert_eq!(held.len(), 4, "{held:?}");
}
