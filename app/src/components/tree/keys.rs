//! What a key does in the tree, after the ARIA practices for tree views.

use super::rows::Row;
use super::state::Node;

/// What follows from a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Focus(Node),
    Open(Node, bool),
    /// Opens the node and all its siblings (`*`).
    OpenSiblings(Node),
    Toggle(Node),
}

/// The step that a key asks for on the line at `at`; `page` is how many lines fit into the view. `None`: not ours.
pub fn step(rows: &[Row], at: usize, key: &str, page: usize) -> Option<Step> {
    let row = rows.get(at)?;
    let last = rows.len() - 1;
    let focus = |at: usize| Some(Step::Focus(rows[at.min(last)].node));
    match key {
        "ArrowDown" => focus(at + 1),
        "ArrowUp" => focus(at.saturating_sub(1)),
        "PageDown" => focus(at + page.max(1)),
        "PageUp" => focus(at.saturating_sub(page.max(1))),
        "Home" => focus(0),
        "End" => focus(last),
        "ArrowRight" => match row.open {
            Some(false) => Some(Step::Open(row.node, true)),
            Some(true) => focus(at + 1),
            None => None,
        },
        "ArrowLeft" => match row.open {
            Some(true) => Some(Step::Open(row.node, false)),
            _ => parent(rows, at).and_then(focus),
        },
        "*" => Some(Step::OpenSiblings(row.node)),
        " " | "Enter" => Some(Step::Toggle(row.node)),
        _ => None,
    }
}

/// The line over this one in the tree.
fn parent(rows: &[Row], at: usize) -> Option<usize> {
    rows[..at].iter().rposition(|row| row.level < rows[at].level)
}

/// The siblings of a line that can be opened, itself among them.
pub fn siblings(rows: &[Row], at: usize) -> Vec<Node> {
    let Some(row) = rows.get(at) else { return Vec::new() };
    let above = parent(rows, at);
    let of_parent = |place: &usize| rows[*place].level == row.level && parent(rows, *place) == above;
    (0..rows.len())
        .filter(of_parent)
        .filter(|place| rows[*place].open.is_some())
        .map(|place| rows[place].node)
        .collect()
}

/// The next line after `at` whose label begins with what was typed, once around. A single letter moves on from the
/// present line, more letters may stay on it.
pub fn typed_ahead(labels: &[&str], at: usize, typed: &str) -> Option<usize> {
    let typed = typed.to_lowercase();
    let from = if typed.chars().count() == 1 { at + 1 } else { at };
    (0..labels.len())
        .map(|offset| (from + offset) % labels.len())
        .find(|place| labels[*place].to_lowercase().starts_with(&typed))
}

/// Up to here a list is drawn whole: assistive technology and the browser's own search then see all of it.
pub const WHOLE: usize = 250;

/// The lines that have to be drawn at once: what the view shows with some lines around. A short list also has everything
/// above it, and what is below follows when there is time.
pub fn window(len: usize, top: f64, height: f64, row: f64) -> std::ops::Range<usize> {
    const AROUND: usize = 8;
    let first = ((top / row).max(0.0) as usize).saturating_sub(AROUND);
    let count = (height / row).max(1.0) as usize + 1 + 2 * AROUND;
    let first = first.min(len.saturating_sub(count));
    let end = (first + count).min(len);
    if len <= WHOLE { 0..end } else { first..end }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::tests::small;
    use super::super::rows::rows;
    use super::super::state::TreeState;
    use super::*;

    /// root, environment, control, file, users, account
    fn closed_classes() -> Vec<Row> {
        let catalog = small();
        rows(&catalog, &TreeState::new(&catalog))
    }

    #[test]
    fn arrows_walk_open_and_close() {
        let rows = closed_classes();
        assert_eq!(step(&rows, 0, "ArrowDown", 5), Some(Step::Focus(Node::Service(0))));
        assert_eq!(step(&rows, 0, "ArrowUp", 5), Some(Step::Focus(Node::Root)));
        assert_eq!(step(&rows, 5, "ArrowDown", 5), Some(Step::Focus(Node::Class(2))));
        assert_eq!(step(&rows, 2, "ArrowRight", 5), Some(Step::Open(Node::Class(0), true)));
        assert_eq!(step(&rows, 1, "ArrowRight", 5), Some(Step::Focus(Node::Class(0))));
        assert_eq!(step(&rows, 1, "ArrowLeft", 5), Some(Step::Open(Node::Service(0), false)));
        assert_eq!(step(&rows, 3, "ArrowLeft", 5), Some(Step::Focus(Node::Service(0))));
        assert_eq!(step(&rows, 2, "End", 5), Some(Step::Focus(Node::Class(2))));
        assert_eq!(step(&rows, 2, "Home", 5), Some(Step::Focus(Node::Root)));
        assert_eq!(step(&rows, 1, "PageDown", 3), Some(Step::Focus(Node::Service(1))));
        assert_eq!(step(&rows, 1, "PageUp", 3), Some(Step::Focus(Node::Root)));
        assert_eq!(step(&rows, 2, " ", 5), Some(Step::Toggle(Node::Class(0))));
        assert_eq!(step(&rows, 2, "Tab", 5), None);
    }

    #[test]
    fn the_star_opens_the_siblings_of_one_parent_only() {
        let rows = closed_classes();
        assert_eq!(step(&rows, 2, "*", 5), Some(Step::OpenSiblings(Node::Class(0))));
        assert_eq!(siblings(&rows, 2), [Node::Class(0), Node::Class(1)]);
        assert_eq!(siblings(&rows, 1), [Node::Service(0), Node::Service(1)]);
    }

    #[test]
    fn typing_letters_finds_the_next_label() {
        let labels = ["API Access", "environment", "control", "file", "users", "account"];
        assert_eq!(typed_ahead(&labels, 0, "a"), Some(5));
        assert_eq!(typed_ahead(&labels, 5, "A"), Some(0));
        assert_eq!(typed_ahead(&labels, 2, "co"), Some(2));
        assert_eq!(typed_ahead(&labels, 2, "x"), None);
    }

    #[test]
    fn only_what_the_view_shows_has_to_be_drawn_at_once() {
        assert_eq!(window(5, 0.0, 280.0, 28.0), 0..5);
        assert_eq!(window(200, 0.0, 280.0, 28.0), 0..27);
        assert_eq!(window(200, 2_800.0, 280.0, 28.0), 0..119);
        let range = window(10_000, 28_000.0, 280.0, 28.0);
        assert!(range.contains(&1000) && range.contains(&1010) && range.len() < 60, "{range:?}");
        assert_eq!(window(10_000, 280_000.0, 280.0, 28.0).end, 10_000);
        assert_eq!(window(10_000, -50.0, 280.0, 28.0).start, 0);
    }
}
