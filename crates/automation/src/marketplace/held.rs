//! What has to hold for any manifest and any placeholder at all. The fuzz targets link to this file and try what they find;
//! tests try noise.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::document::{Document, TEXT_LIMIT};
use super::placeholders::{self, Lookup};
use keyrack_core::world::World;
use keyrack_types::bounds::nesting::MANIFEST;

/// A value of every kind under every root.
static ROOTS: LazyLock<Value> = LazyLock::new(|| {
    let some = json!({ "a": "x", "n": 3, "none": null, "list": [1, ["${globals.a}"], { "b": "eA==" }], "long": "x".repeat(300) });
    let nodes = json!({ "cp": [{ "id": 7, "ismaster": false }, { "id": 8, "ismaster": true }], "bl": [] });
    json!({ "settings": some, "globals": some, "env": some, "nodes": nodes, "user": some, "this": [some], "baseUrl": "u" })
});

struct Roots;

impl Lookup for Roots {
    fn root(&self, name: &str) -> Option<&Value> {
        ROOTS.get(name)
    }
}

/// Any text as a manifest: what is read is no deeper than it can be, and can be read again as JSON.
pub fn manifest(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(document) = Document::read(&text) else { return };
    assert!(depth(&document) <= MANIFEST, "{text:?}");
    let json = document.to_json().to_string();
    assert!(json.len() > TEXT_LIMIT || Document::read(&json).is_ok(), "{text:?} as {json}");
}

/// Any text with placeholders: what it becomes is bounded, and what holds none stays as it is.
pub fn placeholders(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let filled = placeholders::fill_text(&text, &Roots, &World::system());
    assert!(filled.len() <= 1 << 20);
    assert!(text.contains("${") || filled == text, "{text:?}");
    let document = Document::List(vec![Document::Text(text)]);
    let checked = placeholders::check("globals", &document);
    if let (Ok(()), Ok(filled)) = (checked, placeholders::fill(&document, &Roots, &World::system())) {
        assert!(depth(&filled) <= MANIFEST);
    }
}

fn depth(document: &Document) -> usize {
    1 + match document {
        Document::List(items) => items.iter().map(depth).max().unwrap_or_default(),
        Document::Mapping(pairs) => pairs.iter().map(|(_, value)| depth(value)).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn manifests_of_noise_hold(text in r#"[{}\[\]:,'"&*a1 \n-]{0,60}"#) {
            super::manifest(text.as_bytes());
        }

        #[test]
        fn placeholders_of_noise_hold(text in r"(\$\{|fn\.|md5|base64|random|password|\(|\[|\]|\)|\}|globals|nodes|\.|cp|list|length|toJSON\(\)|[a1 ,]){0,20}") {
            super::placeholders(text.as_bytes());
        }
    }
}
