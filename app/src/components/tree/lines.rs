//! The lines that are in the document.

use std::cmp::Ordering;

use leptos::web_sys::Element;

use super::catalog::Catalog;
use super::line::{Line, Look, Patterns};
use super::rows::{Row, key};

/// The drawn lines.
#[derive(Default)]
pub(super) struct RenderedLines {
    /// In the order of the tree.
    rendered: Vec<Line>,
    patterns: Option<Patterns>,
}

impl RenderedLines {
    /// Makes the document show these rows, before the element `end`. What was there already stays there, with its focus,
    /// and is patched. Old and new lines are in the same order, so one walk along both finds what came and what went.
    ///
    /// The first `now` rows are drawn in any case, of the others only so many as `spare` allows. Says how many are left.
    pub fn draw(
        &mut self,
        catalog: &Catalog,
        rows: &[Row],
        (now, mut spare): (usize, usize),
        look: &Look,
        end: &Element,
    ) -> usize {
        if self.patterns.is_none() {
            self.patterns = Patterns::new();
        }
        let Some(patterns) = &self.patterns else { return rows.len() };
        let mut old = std::mem::take(&mut self.rendered).into_iter().peekable();
        self.rendered.reserve(rows.len());
        for (at, row) in rows.iter().enumerate() {
            while let Some(gone) = old.next_if(|line| order(catalog, &line.row, row) == Ordering::Less) {
                gone.element.remove();
            }
            if let Some(mut line) = old.next_if(|line| line.row.node == row.node) {
                line.patch(catalog, *row, look);
                self.rendered.push(line);
            } else if at >= now && spare == 0 {
                continue;
            } else if let Some(line) = Line::new(patterns, catalog, *row, look) {
                if at >= now {
                    spare -= 1;
                }
                let next = old.peek().map_or(end, |line| &line.element);
                // The neighbour is in the document, so there is a place before it.
                let _ = next.before_with_node_1(&line.element);
                self.rendered.push(line);
            }
        }
        for gone in old {
            gone.element.remove();
        }
        rows.len() - self.rendered.len()
    }
}

fn order(catalog: &Catalog, a: &Row, b: &Row) -> Ordering {
    key(catalog, a.node).cmp(&key(catalog, b.node))
}
