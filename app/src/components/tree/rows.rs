//! The lines of the tree from top to bottom, as far as they are open, and what keys do on them.

use std::ops::Range;

use super::catalog::Catalog;
use super::state::{Node, TreeState, methods_of};

/// The three states of a checkbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    None,
    Some,
    All,
}

impl Tick {
    fn of(ticked: usize, total: usize) -> Tick {
        match ticked {
            0 => Tick::None,
            _ if ticked == total => Tick::All,
            _ => Tick::Some,
        }
    }

    /// The value of `aria-checked`.
    pub fn aria(self) -> &'static str {
        match self {
            Tick::None => "false",
            Tick::Some => "mixed",
            Tick::All => "true",
        }
    }
}

/// One line of the tree. The tick and the counts are over all methods of the node, whether a filter shows them or not:
/// a class must never look wholly granted (or empty) because a search hides the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub node: Node,
    pub level: usize,
    /// Place among the shown siblings, from 1.
    pub place: usize,
    pub siblings: usize,
    /// `None` for a method, which has nothing to open.
    pub open: Option<bool>,
    pub tick: Tick,
    pub ticked: usize,
    pub total: usize,
}

/// All lines that are open now.
pub fn rows(catalog: &Catalog, state: &TreeState) -> Vec<Row> {
    let mut lines = RowBuilder { catalog, state, before: ticked_before(catalog, state), rows: Vec::new() };
    lines.root();
    lines.rows
}

struct RowBuilder<'a> {
    catalog: &'a Catalog,
    state: &'a TreeState,
    /// How many methods before each one are ticked: counts over any run are then one subtraction.
    before: Vec<usize>,
    rows: Vec<Row>,
}

impl RowBuilder<'_> {
    fn root(&mut self) {
        if self.add(Node::Root, 1, 1) {
            let services = self.with_hits(0..self.catalog.services.len(), |at| &self.catalog.services[at].methods);
            for (place, at) in services.iter().enumerate() {
                self.service(*at, place + 1, services.len());
            }
        }
    }

    fn service(&mut self, at: usize, place: usize, siblings: usize) {
        if self.add(Node::Service(at), place, siblings) {
            let classes = self.catalog.services[at].classes.clone();
            let classes = self.with_hits(classes, |at| &self.catalog.classes[at].methods);
            for (place, at) in classes.iter().enumerate() {
                self.class(*at, place + 1, classes.len());
            }
        }
    }

    fn class(&mut self, at: usize, place: usize, siblings: usize) {
        if self.add(Node::Class(at), place, siblings) {
            let state = self.state;
            let methods = state.shown_in(self.catalog.classes[at].methods.clone());
            for (place, at) in methods.iter().enumerate() {
                self.add(Node::Method(*at), place + 1, methods.len());
            }
        }
    }

    /// Adds one line and says whether its children follow.
    fn add(&mut self, node: Node, place: usize, siblings: usize) -> bool {
        let level = depth(node);
        let range = methods_of(self.catalog, node);
        let (ticked, total) = (self.before[range.end] - self.before[range.start], range.len());
        let open = (level < 4).then(|| self.state.is_open(node));
        self.rows.push(Row { node, level, place, siblings, open, tick: Tick::of(ticked, total), ticked, total });
        open == Some(true)
    }

    fn with_hits<'b>(&self, groups: Range<usize>, methods: impl Fn(usize) -> &'b Range<usize>) -> Vec<usize> {
        groups.filter(|at| !self.state.shown_in(methods(*at).clone()).is_empty()).collect()
    }
}

fn ticked_before(catalog: &Catalog, state: &TreeState) -> Vec<usize> {
    let mut sum = 0;
    let mut before = Vec::with_capacity(catalog.methods.len() + 1);
    before.push(0);
    for at in 0..catalog.methods.len() {
        sum += usize::from(state.is_ticked(at));
        before.push(sum);
    }
    before
}

/// The place of a node among the lines, if it has one. Lines run from the first method of a node and from the outside in,
/// so they can be halved like any sorted list.
pub fn place_of(catalog: &Catalog, rows: &[Row], node: Node) -> Option<usize> {
    rows.binary_search_by_key(&key(catalog, node), |row| key(catalog, row.node)).ok()
}

/// What the order of the lines goes by.
pub(super) fn key(catalog: &Catalog, node: Node) -> (usize, usize) {
    (methods_of(catalog, node).start, depth(node))
}

fn depth(node: Node) -> usize {
    match node {
        Node::Root => 1,
        Node::Service(_) => 2,
        Node::Class(_) => 3,
        Node::Method(_) => 4,
    }
}

/// The text that a line shows: the last part of its name.
pub fn label<'a>(catalog: &'a Catalog, node: Node, root: &'a str) -> &'a str {
    match node {
        Node::Root => root,
        Node::Service(at) => catalog.services[at].label(),
        Node::Class(at) => catalog.classes[at].label(),
        Node::Method(at) => catalog.methods[at].label(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::tests::small;
    use super::*;

    fn outline(catalog: &Catalog, state: &TreeState) -> Vec<String> {
        let line = |row: &Row| {
            let mark = match row.open {
                None => ' ',
                Some(true) => '-',
                Some(false) => '+',
            };
            let name = label(catalog, row.node, "API Access");
            format!("{mark}{} {name} {}/{} {}", row.level, row.ticked, row.total, row.tick.aria())
        };
        rows(catalog, state).iter().map(line).collect()
    }

    #[test]
    fn lines_follow_what_is_open_and_count_what_is_ticked() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.set_open(Node::Class(0), true);
        state.toggle(&catalog, Node::Method(2));
        state.toggle(&catalog, Node::Service(1));
        let expected = [
            "-1 API Access 2/6 mixed",
            "-2 environment 1/5 mixed",
            "-3 control 1/3 mixed",
            " 4 GetEnvs 0/1 false",
            " 4 StartEnv 0/1 false",
            " 4 StopEnv 1/1 true",
            "+3 file 0/2 false",
            "-2 users 1/1 true",
            "+3 account 1/1 true",
        ];
        assert_eq!(outline(&catalog, &state), expected);
    }

    #[test]
    fn a_search_leaves_hits_and_their_path_and_counts_stay_over_all_methods() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.search(&catalog, "stop");
        state.toggle(&catalog, Node::Class(0));
        let expected =
            ["-1 API Access 1/6 mixed", "-2 environment 1/5 mixed", "-3 control 1/3 mixed", " 4 StopEnv 1/1 true"];
        assert_eq!(outline(&catalog, &state), expected);
        let places: Vec<_> = rows(&catalog, &state).iter().map(|row| (row.place, row.siblings)).collect();
        assert_eq!(places, [(1, 1); 4]);
    }

    #[test]
    fn every_line_is_found_by_its_node() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.search(&catalog, "e");
        let rows = rows(&catalog, &state);
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(place_of(&catalog, &rows, row.node), Some(at));
        }
        state.search(&catalog, "stop");
        assert_eq!(place_of(&catalog, &super::rows(&catalog, &state), Node::Method(0)), None);
    }

    #[test]
    fn nothing_found_leaves_the_root_alone() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.search(&catalog, "nowhere");
        assert_eq!(rows(&catalog, &state).len(), 1);
        assert_eq!(rows(&Catalog::default(), &TreeState::new(&Catalog::default())).len(), 1);
    }
}
