//! One line of the tree, drawn by hand.
//!
//! With a reactive view per line a keystroke over 10 000 methods took 20 to 60 ms, most of it for making and dropping a
//! dozen effects per line. A line made from a copied pattern and patched where it changed takes a tenth of that.

use keyrack_types::methods::Search;
use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Node as DomNode};

use super::catalog::Catalog;
use super::marks::pieces;
use super::rows::Row;
use super::state::Node;

/// What a line shows besides its row.
#[derive(Clone, PartialEq)]
pub(super) struct Look {
    /// What is searched for.
    pub query: Search,
    /// The name of the root.
    pub name: &'static str,
    /// The line that Tab leads to.
    pub stop: Node,
}

/// A line in the document and what it shows now.
pub(super) struct Line {
    pub row: Row,
    pub element: Element,
    look: Look,
    label: Element,
    note: Element,
    link: Option<Element>,
}

/// The element of a line.
pub(super) fn line_id(node: Node) -> String {
    match node {
        Node::Root => "tree-root".into(),
        Node::Service(at) => format!("tree-service-{at}"),
        Node::Class(at) => format!("tree-class-{at}"),
        Node::Method(at) => format!("tree-method-{at}"),
    }
}

/// The node whose line has this id.
pub(super) fn node_of(id: &str) -> Option<Node> {
    if id == "tree-root" {
        return Some(Node::Root);
    }
    let (kind, at) = id.strip_prefix("tree-")?.split_once('-')?;
    let at = at.parse().ok()?;
    match kind {
        "service" => Some(Node::Service(at)),
        "class" => Some(Node::Class(at)),
        "method" => Some(Node::Method(at)),
        _ => None,
    }
}

impl Line {
    /// A new line. `None` only outside of a browser.
    pub fn new(patterns: &Patterns, catalog: &Catalog, row: Row, look: &Look) -> Option<Line> {
        let element = patterns.copy(row.node)?;
        let label = element.first_element_child()?.next_element_sibling()?.next_element_sibling()?;
        let note = label.next_element_sibling()?;
        let link = note.next_element_sibling();
        let id = line_id(row.node);
        let (label_id, note_id) = ([&id, "-label"].concat(), [&id, "-note"].concat());
        set(&element, "class", &format!("tree-line level-{}", row.level));
        set(&element, "aria-level", &row.level.to_string());
        set(&element, "aria-labelledby", &label_id);
        set(&element, "aria-describedby", &note_id);
        element.set_id(&id);
        label.set_id(&label_id);
        note.set_id(&note_id);
        if let (Node::Method(at), Some(link)) = (row.node, &link) {
            let name = &catalog.methods[at].name;
            let (class, method) = name.rsplit_once('.').unwrap_or(("", name));
            let title = ["API docs: ", name].concat();
            set(link, "href", &["/docs/api/", class, "#", method].concat());
            set(link, "aria-label", &title);
            set(link, "title", &title);
        }
        let line = Line { row, element, look: look.clone(), label, note, link };
        line.show_state();
        line.show_stop();
        line.show_texts(catalog);
        line.show_count();
        Some(line)
    }

    /// Shows another state, touching only what is different.
    pub fn patch(&mut self, catalog: &Catalog, row: Row, look: &Look) {
        let (before, now) = (std::mem::replace(&mut self.row, row), row);
        let past = std::mem::replace(&mut self.look, look.clone());
        if before != now {
            self.show_state();
            self.show_count();
        }
        if (past.stop == now.node) != (look.stop == now.node) {
            self.show_stop();
        }
        if past.query != look.query || past.name != look.name {
            self.show_texts(catalog);
        }
    }

    fn show_state(&self) {
        let row = &self.row;
        set(&self.element, "aria-posinset", &row.place.to_string());
        set(&self.element, "aria-setsize", &row.siblings.to_string());
        set(&self.element, "aria-checked", row.tick.aria());
        if let Some(open) = row.open {
            set(&self.element, "aria-expanded", if open { "true" } else { "false" });
        }
    }

    fn show_stop(&self) {
        let stop = if self.look.stop == self.row.node { "0" } else { "-1" };
        set(&self.element, "tabindex", stop);
        if let Some(link) = &self.link {
            set(link, "tabindex", stop);
        }
    }

    fn show_texts(&self, catalog: &Catalog) {
        let query = &self.look.query;
        match self.row.node {
            Node::Root => self.label.set_text_content(Some(self.look.name)),
            Node::Service(at) => mark(&self.label, &catalog.services[at].name, 0, query),
            Node::Class(at) => mark(&self.label, &catalog.classes[at].name, catalog.classes[at].label_start(), query),
            Node::Method(at) => {
                let method = &catalog.methods[at];
                mark(&self.label, &method.name, method.label_start(), query);
                mark(&self.note, &method.summary, 0, query);
            }
        }
    }

    fn show_count(&self) {
        if self.row.open.is_some() {
            self.note.set_text_content(Some(&format!("{} of {}", self.row.ticked, self.row.total)));
        }
    }
}

/// Shows `full[from..]` with the hits of the search marked. Names and summaries only ever become text nodes.
fn mark(place: &Element, full: &str, from: usize, query: &Search) {
    let pieces = pieces(full, from, query);
    if let [piece] = &pieces[..]
        && !piece.hit
    {
        return place.set_text_content(Some(&piece.text));
    }
    place.set_text_content(None);
    for piece in pieces {
        let node: Option<DomNode> = if piece.hit {
            document().create_element("mark").ok().map(|mark| {
                mark.set_text_content(Some(&piece.text));
                mark.unchecked_into()
            })
        } else {
            Some(document().create_text_node(&piece.text).unchecked_into())
        };
        if let Some(node) = node {
            // An element can always take a text or a mark.
            let _ = place.append_child(&node);
        }
    }
}

fn set(element: &Element, name: &str, value: &str) {
    // Fails only for names that are none.
    let _ = element.set_attribute(name, value);
}

/// The parts of a line in their order: what opens it, the box, the label, a note or a count, and of a method the way to its
/// documentation. The pictures are drawn by the style sheet: an SVG of its own per line is most of what a line costs.
const GROUP: &str = concat!(
    r#"<span class="tree-twist is-there" aria-hidden="true"></span>"#,
    r#"<span class="tree-box" aria-hidden="true"></span><span class="tree-label"></span>"#,
    r#"<span class="tree-count"></span>"#,
);
const METHOD: &str = concat!(
    r#"<span class="tree-twist"></span><span class="tree-box" aria-hidden="true"></span>"#,
    r#"<span class="tree-label"></span><span class="tree-note"></span>"#,
    r#"<a class="tree-docs" target="_blank" rel="noopener"></a>"#,
);

/// Lines to be copied and filled in: HTML is read once for all of them.
pub(super) struct Patterns {
    group: Element,
    method: Element,
}

impl Patterns {
    /// `None` only outside of a browser.
    pub fn new() -> Option<Patterns> {
        let pattern = |parts: &str| {
            let element = document().create_element("div").ok()?;
            set(&element, "role", "treeitem");
            element.set_inner_html(parts);
            Some(element)
        };
        Some(Patterns { group: pattern(GROUP)?, method: pattern(METHOD)? })
    }

    fn copy(&self, node: Node) -> Option<Element> {
        let pattern = if let Node::Method(_) = node { &self.method } else { &self.group };
        pattern.clone_node_with_deep(true).ok()?.dyn_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_back_by_its_id() {
        for node in [Node::Root, Node::Service(0), Node::Class(12), Node::Method(9_999)] {
            assert_eq!(node_of(&line_id(node)), Some(node));
        }
        for id in ["", "tree-", "tree-method-", "tree-method-x", "other-method-1"] {
            assert_eq!(node_of(id), None, "{id}");
        }
    }
}
