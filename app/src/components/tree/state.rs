//! What is ticked, what is open and what a search leaves over: the tree without any drawing.

use std::ops::Range;

use keyrack_types::methods::{ApiSet, Search};

use super::catalog::Catalog;

/// A place in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Root,
    Service(usize),
    Class(usize),
    Method(usize),
}

/// The tree of one dialog.
///
/// Two views share it. Without a filter people open and close what they like (`open`). While a search or Only Checked is
/// on, the path to every hit is open, whatever was open before, and what people close then (`closed`) is forgotten with
/// the next keystroke.
#[derive(Clone)]
pub struct TreeState {
    ticked: Vec<bool>,
    /// Both by [`TreeState::group`].
    open: Vec<bool>,
    closed: Vec<bool>,
    services: usize,
    search: Search,
    only_ticked: bool,
    /// Methods that the filter leaves over, in order.
    shown: Vec<usize>,
}

impl TreeState {
    /// A tree with nothing ticked, open down to the classes.
    pub fn new(catalog: &Catalog) -> TreeState {
        let (services, classes) = (catalog.services.len(), catalog.classes.len());
        TreeState {
            ticked: vec![false; catalog.methods.len()],
            open: [vec![true; 1 + services], vec![false; classes]].concat(),
            closed: vec![false; 1 + services + classes],
            services,
            search: Search::default(),
            only_ticked: false,
            shown: (0..catalog.methods.len()).collect(),
        }
    }

    /// What is searched for.
    pub fn query(&self) -> &Search {
        &self.search
    }

    /// Whether only ticked methods are shown.
    pub fn only_ticked(&self) -> bool {
        self.only_ticked
    }

    /// The methods that the filter leaves over.
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// Whether a method is ticked.
    pub fn is_ticked(&self, method: usize) -> bool {
        self.ticked.get(method).copied().unwrap_or_default()
    }

    /// How many methods are ticked.
    pub fn ticked_count(&self) -> usize {
        self.ticked.iter().filter(|ticked| **ticked).count()
    }

    /// Full names of what is ticked, in order.
    pub fn ticked_names(&self, catalog: &Catalog) -> Vec<String> {
        let named = catalog.methods.iter().zip(&self.ticked);
        named.filter(|(_, ticked)| **ticked).map(|(method, _)| method.name.clone()).collect()
    }

    /// Ticks exactly what a prepared set holds. `Custom` names nothing and changes nothing.
    pub fn tick_set(&mut self, catalog: &Catalog, set: ApiSet) {
        if set != ApiSet::Custom {
            self.ticked = catalog.methods.iter().map(|method| method.in_set(set)).collect();
            self.filter(catalog);
        }
    }

    /// Ticks exactly the named methods; names that this server does not have are passed over.
    pub fn tick_names(&mut self, catalog: &Catalog, names: &[String]) {
        self.ticked.fill(false);
        for at in names.iter().filter_map(|name| catalog.find(name)) {
            self.ticked[at] = true;
        }
        self.filter(catalog);
    }

    /// Opens the classes of which a part is ticked, so that an own choice is seen at a glance.
    pub fn open_own_choices(&mut self, catalog: &Catalog) {
        for (at, class) in catalog.classes.iter().enumerate() {
            let ticks = &self.ticked[class.methods.clone()];
            if ticks.contains(&true) && ticks.contains(&false) {
                self.set_open(Node::Class(at), true);
            }
        }
    }

    /// Ticks or unticks what is shown under a node; what a filter hides stays as it is. If all that is shown is ticked
    /// it is unticked, otherwise it is ticked. Says whether anything changed.
    pub fn toggle(&mut self, catalog: &Catalog, node: Node) -> bool {
        let range = methods_of(catalog, node);
        let hits: Vec<usize> = self.shown_in(range).to_vec();
        let tick = !hits.iter().all(|at| self.ticked[*at]);
        for at in &hits {
            self.ticked[*at] = tick;
        }
        if self.only_ticked {
            self.filter(catalog);
        }
        !hits.is_empty()
    }

    /// Searches anew; the text may be in any case.
    pub fn search(&mut self, catalog: &Catalog, text: &str) {
        let search = Search::new(text);
        // Who types on narrows down: only what matched so far can match still.
        let narrower = !self.search.is_empty() && search.narrows(&self.search);
        self.search = search;
        self.closed.fill(false);
        if narrower {
            self.shown.retain(|at| catalog.methods[*at].matches(&self.search));
        } else {
            self.filter(catalog);
        }
    }

    /// Shows only ticked methods, or all again.
    pub fn show_only_ticked(&mut self, catalog: &Catalog, only: bool) {
        self.only_ticked = only;
        self.closed.fill(false);
        self.filter(catalog);
    }

    /// Whether a node's children are shown.
    pub fn is_open(&self, node: Node) -> bool {
        let Some(at) = self.group(node) else { return false };
        if self.filtering() { !self.closed[at] } else { self.open[at] }
    }

    /// Opens or closes a node.
    pub fn set_open(&mut self, node: Node, open: bool) {
        let Some(at) = self.group(node) else { return };
        if self.filtering() {
            self.closed[at] = !open;
        } else {
            self.open[at] = open;
        }
    }

    /// The number of what can be opened: the root, then the services, then the classes.
    fn group(&self, node: Node) -> Option<usize> {
        match node {
            Node::Root => Some(0),
            Node::Service(at) => Some(1 + at),
            Node::Class(at) => Some(1 + self.services + at),
            Node::Method(_) => None,
        }
    }

    /// The shown methods within a run of methods.
    pub fn shown_in(&self, range: Range<usize>) -> &[usize] {
        let start = self.shown.partition_point(|at| *at < range.start);
        let end = self.shown.partition_point(|at| *at < range.end);
        &self.shown[start..end]
    }

    fn filtering(&self) -> bool {
        self.only_ticked || !self.search.is_empty()
    }

    fn filter(&mut self, catalog: &Catalog) {
        self.shown.clear();
        for (at, method) in catalog.methods.iter().enumerate() {
            let passes = !self.only_ticked || self.ticked[at];
            if passes && (self.search.is_empty() || method.matches(&self.search)) {
                self.shown.push(at);
            }
        }
    }
}

/// The run of methods under a node.
pub fn methods_of(catalog: &Catalog, node: Node) -> Range<usize> {
    match node {
        Node::Root => 0..catalog.methods.len(),
        Node::Service(at) => catalog.services[at].methods.clone(),
        Node::Class(at) => catalog.classes[at].methods.clone(),
        Node::Method(at) => at..at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::tests::small;
    use super::*;

    fn names(catalog: &Catalog, state: &TreeState) -> Vec<String> {
        state.shown().iter().map(|at| catalog.methods[*at].label().to_owned()).collect()
    }

    #[test]
    fn search_looks_for_every_word_anywhere_in_name_and_summary_in_any_case() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.search(&catalog, " STOPenv ");
        assert_eq!(names(&catalog, &state), ["StopEnv"]);
        state.search(&catalog, "control.st");
        assert_eq!(names(&catalog, &state), ["StartEnv", "StopEnv"]);
        state.search(&catalog, "of a node");
        assert_eq!(names(&catalog, &state), ["Read", "Write"]);
        state.search(&catalog, "EnvStop");
        assert!(state.shown().is_empty());
        for same in ["stop env", "environment/control/rest/stopenv", "env.control.StopEnv"] {
            state.search(&catalog, same);
            assert_eq!(names(&catalog, &state), ["StopEnv"], "{same}");
        }
        state.search(&catalog, "");
        assert_eq!(state.shown().len(), 6);
    }

    #[test]
    fn typing_on_finds_the_same_as_typing_at_once() {
        let catalog = small();
        for query in [
            "environment.control.stop",
            "read a file",
            "users.x",
            "environment/control/rest/stopenv",
            "env.control.st env",
        ] {
            let (mut typed, mut at_once) = (TreeState::new(&catalog), TreeState::new(&catalog));
            for end in 1..=query.len() {
                typed.search(&catalog, &query[..end]);
            }
            at_once.search(&catalog, query);
            assert_eq!(typed.shown(), at_once.shown(), "{query}");
        }
    }

    #[test]
    fn a_class_ticked_while_a_search_hides_some_ticks_only_what_is_shown() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.search(&catalog, "stop");
        assert!(state.toggle(&catalog, Node::Class(0)));
        assert_eq!(state.ticked_names(&catalog), ["environment.control.StopEnv"]);
        assert!(state.toggle(&catalog, Node::Root), "all that is shown is ticked, so it is unticked");
        assert_eq!(state.ticked_count(), 0);
    }

    #[test]
    fn unticking_shown_methods_leaves_hidden_ones_ticked() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.toggle(&catalog, Node::Service(0));
        state.search(&catalog, "file");
        state.toggle(&catalog, Node::Service(0));
        state.search(&catalog, "");
        assert_eq!(state.ticked_count(), 3);
    }

    #[test]
    fn only_checked_and_search_work_together() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.toggle(&catalog, Node::Class(0));
        state.show_only_ticked(&catalog, true);
        assert_eq!(state.shown().len(), 3);
        state.search(&catalog, "list");
        assert_eq!(names(&catalog, &state), ["GetEnvs"]);
        state.toggle(&catalog, Node::Method(0));
        assert!(state.shown().is_empty(), "what is unticked leaves the view at once");
    }

    #[test]
    fn choosing_a_set_refreshes_the_ticks_while_only_checked_is_on() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.show_only_ticked(&catalog, true);
        state.tick_set(&catalog, ApiSet::IdePlugins);
        assert_eq!(names(&catalog, &state), ["GetEnvs", "GetUserInfo"]);
        state.tick_set(&catalog, ApiSet::MavenPlugin);
        assert_eq!(names(&catalog, &state), ["GetUserInfo"]);
        state.tick_set(&catalog, ApiSet::ExtendedAccess);
        assert_eq!(state.shown().len(), 6);
        state.tick_set(&catalog, ApiSet::Custom);
        assert_eq!(state.ticked_count(), 6, "an own choice begins with what was ticked");
    }

    #[test]
    fn a_search_opens_every_path_and_gives_back_what_was_open_before() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.set_open(Node::Service(1), false);
        assert!(!state.is_open(Node::Class(0)));
        state.search(&catalog, "env");
        assert!(state.is_open(Node::Class(0)));
        state.set_open(Node::Class(0), false);
        assert!(!state.is_open(Node::Class(0)));
        state.search(&catalog, "envs");
        assert!(state.is_open(Node::Class(0)), "the next keystroke opens the path again");
        state.search(&catalog, "");
        assert!(!state.is_open(Node::Class(0)));
        assert!(!state.is_open(Node::Service(1)));
    }

    #[test]
    fn names_unknown_to_this_server_are_passed_over() {
        let catalog = small();
        let mut state = TreeState::new(&catalog);
        state.tick_names(&catalog, &["environment.file.Read".into(), "old.gone.Method".into()]);
        assert_eq!(state.ticked_names(&catalog), ["environment.file.Read"]);
        state.open_own_choices(&catalog);
        assert!(state.is_open(Node::Class(1)));
        assert!(!state.is_open(Node::Class(0)));
    }
}
