//! One line of the tree.

use leptos::prelude::*;

use super::marks::{Piece, pieces};
use super::rows::Row;
use super::state::Node;
use super::view::Tree;
use crate::components::drawn::{Drawn, drawn};
use crate::components::icon::{Glyph, Icon};

/// The element of a line.
pub(super) fn line_id(node: Node) -> String {
    match node {
        Node::Root => "tree-root".into(),
        Node::Service(at) => format!("tree-service-{at}"),
        Node::Class(at) => format!("tree-class-{at}"),
        Node::Method(at) => format!("tree-method-{at}"),
    }
}

/// A line: twist, box, name, then the count of a group or the summary of a method and the way to its documentation.
#[component]
pub(super) fn Line(tree: Tree, row: Row) -> impl IntoView {
    let node = row.node;
    let now = Memo::new(move |_| tree.row(row));
    let id = line_id(node);
    let (label_id, note_id) = (format!("{id}-label"), format!("{id}-note"));
    let (labelledby, describedby) = (label_id.clone(), note_id.clone());
    let twist = move |event: leptos::ev::MouseEvent| {
        if let Some(open) = now.read_untracked().open {
            event.stop_propagation();
            tree.focused(node);
            tree.set_open(node, !open);
        }
    };
    drawn(view! {
        <div
            id=id
            role="treeitem"
            class=format!("tree-line level-{}", row.level)
            tabindex=move || if tree.stop.get() == node { "0" } else { "-1" }
            aria-labelledby=labelledby
            aria-describedby=describedby
            attr:aria-level=row.level.to_string()
            aria-posinset=move || now.read().place.to_string()
            aria-setsize=move || now.read().siblings.to_string()
            aria-expanded=move || now.read().open.map(|open| open.to_string())
            aria-checked=move || now.read().tick.aria()
            on:click=move |_| tree.toggle(node)
            on:focus=move |_| tree.focused(node)
        >
            <span class="tree-twist" aria-hidden="true" on:click=twist>
                {row.open.map(|_| view! { <Icon glyph=Glyph::ChevronRight /> })}
            </span>
            <span class="tree-box" aria-hidden="true"></span>
            <span id=label_id class="tree-label">
                {move || label(tree, node)}
            </span>
            {match node {
                Node::Method(at) => drawn(method_note(tree, at, note_id)),
                _ => {
                    let count = move || now.with(|row| format!("{} of {}", row.ticked, row.total));
                    drawn(view! { <span id=note_id class="tree-count">{count}</span> })
                }
            }}
        </div>
    })
}

fn method_note(tree: Tree, at: usize, id: String) -> impl IntoView {
    let (name, address) = tree.catalog.with_value(|catalog| {
        let name = &catalog.methods[at].name;
        let (class, method) = name.rsplit_once('.').unwrap_or(("", name));
        (format!("API docs: {name}"), format!("/docs/api/{class}#{method}"))
    });
    let summary =
        move || tree.catalog.with_value(|catalog| marked(&catalog.methods[at].summary, 0, &tree.query.read()));
    let stop = move || if tree.stop.get() == Node::Method(at) { "0" } else { "-1" };
    view! {
        <span id=id class="tree-note">
            {summary}
        </span>
        <a
            class="tree-docs"
            href=address
            target="_blank"
            rel="noopener"
            title=name.clone()
            aria-label=name
            tabindex=stop
            on:click=|event| event.stop_propagation()
        >
            <Icon glyph=Glyph::ExternalLink />
        </a>
    }
}

/// The name of a line, with the hit of the search marked.
fn label(tree: Tree, node: Node) -> Drawn {
    let query = tree.query.read();
    tree.catalog.with_value(|catalog| match node {
        Node::Root => drawn(tree.name.get()),
        Node::Service(at) => marked(&catalog.services[at].name, catalog.services[at].label_start(), &query),
        Node::Class(at) => marked(&catalog.classes[at].name, catalog.classes[at].label_start(), &query),
        Node::Method(at) => marked(&catalog.methods[at].name, catalog.methods[at].label_start(), &query),
    })
}

fn marked(full: &str, from: usize, query: &str) -> Drawn {
    let draw = |piece: Piece| {
        if piece.hit { drawn(view! { <mark>{piece.text}</mark> }) } else { drawn(piece.text) }
    };
    drawn(pieces(full, from, query).into_iter().map(draw).collect::<Vec<_>>())
}
