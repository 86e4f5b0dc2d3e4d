//! The tree as an ARIA tree with one tab stop. Long lists are drawn only around the view.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, FocusEvent, KeyboardEvent, MouseEvent};

use super::catalog::Catalog;
use super::keys::{Step, WHOLE, siblings, step, typed_ahead, window};
use super::line::{Look, line_id, node_of};
use super::lines::RenderedLines;
use super::rows::{Row, label, place_of, rows};
use super::state::{Node, TreeState};
use crate::components::browser;
use crate::components::client_only::client_only;

/// Height of a line until one was measured, in pixels.
const LINE: f64 = 28.0;
/// Number of lines that are rendered in one batch.
const AT_ONCE: usize = 30;
/// Letters typed within this time belong together, in milliseconds.
const TYPING: f64 = 700.0;

/// The parts of one tree. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
struct Tree {
    catalog: StoredValue<Catalog>,
    state: RwSignal<TreeState>,
    rows: Memo<Vec<Row>>,
    name: Signal<&'static str>,
    /// The line that has, or had last, the keyboard.
    focused: RwSignal<Node>,
    /// The line that Tab leads to.
    stop: Memo<Node>,
    on_tick: Callback<()>,
    view: NodeRef<html::Div>,
    /// How far the view is scrolled.
    top: RwSignal<f64>,
    /// Height of a line in pixels; people and touch screens have it differently.
    line: RwSignal<f64>,
    typed: StoredValue<(String, f64)>,
}

/// A tree of methods named `name`, which is also its root. `on_tick` runs after a person changed a tick.
#[component]
pub fn MethodTree(
    catalog: StoredValue<Catalog>,
    state: RwSignal<TreeState>,
    #[prop(into)] name: Signal<&'static str>,
    #[prop(into)] on_tick: Callback<()>,
) -> impl IntoView {
    let rows = Memo::new(move |_| catalog.with_value(|catalog| rows(catalog, &state.read())));
    let focused = RwSignal::new(Node::Root);
    let stop = Memo::new(move |_| {
        let focused = focused.get();
        let there = catalog.with_value(|catalog| place_of(catalog, &rows.read(), focused).is_some());
        if there { focused } else { Node::Root }
    });
    let (view, top, line) = (NodeRef::new(), RwSignal::new(0.0), RwSignal::new(LINE));
    let typed = StoredValue::new((String::new(), 0.0));
    let tree = Tree { catalog, state, rows, name, focused, stop, on_tick, view, top, line, typed };
    let window = Memo::new(move |_| tree.window());
    let before = move || px(window.get().start as f64 * line.get());
    // Lines below that are not drawn, or not yet.
    let missing = RwSignal::new(0_usize);
    let after = move || px(missing.get() as f64 * line.get());
    let end = NodeRef::<html::Div>::new();
    let lines = StoredValue::new_local(RenderedLines::default());
    // Changes when there is time for more lines.
    let spare = RwSignal::new(0_u32);
    Effect::new(move |last_turn: Option<u32>| {
        let turn = spare.get();
        let Some(end) = end.get() else { return turn };
        let look = Look { query: state.read().query().clone(), name: name.get(), stop: stop.get() };
        let (rows, window) = (rows.read(), window.get());
        let budget = if last_turn == Some(turn) { 0 } else { AT_ONCE };
        let whole = rows.len() <= WHOLE;
        let shown = if whole { &rows[..] } else { &rows[window.clone()] };
        let now = if whole { window.end } else { shown.len() };
        let left = catalog
            .with_value(|catalog| {
                lines.try_update_value(|lines| lines.draw(catalog, shown, (now, budget), &look, &end))
            })
            .unwrap_or_default();
        missing.set(if whole { left } else { rows.len() - window.end });
        if left > 0 {
            request_animation_frame(move || _ = spare.try_update(|turn| *turn += 1));
        }
        turn
    });
    // What was searched for is seen from its beginning.
    let query = Memo::new(move |_| state.read().query().clone());
    Effect::new(move |_| {
        query.track();
        if let Some(view) = view.get() {
            view.set_scroll_top(0);
            top.set(0.0);
        }
    });
    Effect::new(move |_| {
        if let Some(height) = view.get().and_then(|_| browser::height(&line_id(Node::Root))) {
            line.set(height);
        }
    });
    client_only(view! {
        <div
            node_ref=view
            id="method-tree"
            class="tree"
            role="tree"
            aria-label=name
            on:keydown=move |event| tree.key(&event)
            on:click=move |event| tree.clicked(&event)
            on:focusin=move |event| tree.got_focus(&event)
            on:scroll=move |_| tree.scrolled()
        >
            <div role="none" style:height=before></div>
            <div node_ref=end role="none" style:height=after></div>
        </div>
    })
}

impl Tree {
    /// A click: the twist opens and closes, the link leads to the documentation, everything else ticks.
    fn clicked(self, event: &MouseEvent) {
        let Some((target, node)) = line_of(event) else { return };
        let within = |class: &str| target.closest(class).ok().flatten().is_some();
        if within(".tree-docs") {
            return;
        }
        let open = self.index_of(node).and_then(|at| self.rows.read_untracked()[at].open);
        match open {
            Some(open) if within(".tree-twist") => self.set_open(node, !open),
            _ => self.toggle(node),
        }
    }

    fn got_focus(self, event: &FocusEvent) {
        if let Some((_, node)) = line_of(event)
            && self.focused.get_untracked() != node
        {
            self.focused.set(node);
        }
    }

    /// Ticks or unticks as a person asked for. What left the view by it passes the keyboard on to its neighbour.
    fn toggle(self, node: Node) {
        let at = self.index_of(node);
        self.focused.set(node);
        let changed = self
            .catalog
            .with_value(|catalog| self.state.try_update(|state| state.toggle(catalog, node)).unwrap_or_default());
        if changed {
            self.on_tick.run(());
        }
        if self.index_of(node).is_none() {
            let neighbour = at.and_then(|at| {
                let rows = self.rows.read_untracked();
                rows.get(at.min(rows.len() - 1)).map(|row| row.node)
            });
            self.focus(neighbour.unwrap_or(Node::Root));
        }
    }

    fn set_open(self, node: Node, open: bool) {
        self.state.update(|state| state.set_open(node, open));
    }

    fn index_of(self, node: Node) -> Option<usize> {
        self.catalog.with_value(|catalog| place_of(catalog, &self.rows.read_untracked(), node))
    }

    fn key(self, event: &KeyboardEvent) {
        let on_link = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let on_link = on_link.is_some_and(|element| element.tag_name() == "A");
        let held = event.ctrl_key() || event.alt_key() || event.meta_key();
        let key = event.key();
        if held || (on_link && matches!(key.as_str(), "Enter" | " ")) {
            return;
        }
        let Some(at) = self.index_of(self.stop.get_untracked()) else { return };
        let step = step(&self.rows.read_untracked(), at, &key, self.page());
        let step = step.or_else(|| self.typed(at, &key, event.time_stamp()));
        if let Some(step) = step {
            event.prevent_default();
            match step {
                Step::Focus(node) => self.focus(node),
                Step::Open(node, open) => self.set_open(node, open),
                Step::Toggle(node) => self.toggle(node),
                Step::OpenSiblings(_) => {
                    for node in siblings(&self.rows.get_untracked(), at) {
                        self.set_open(node, true);
                    }
                }
            }
        }
    }

    fn typed(self, at: usize, key: &str, now: f64) -> Option<Step> {
        if key.chars().count() != 1 {
            return None;
        }
        self.typed.update_value(|(text, then)| {
            if now - *then > TYPING {
                text.clear();
            }
            text.push_str(key);
            *then = now;
        });
        let (rows, root) = (self.rows.read_untracked(), self.name.get_untracked());
        self.catalog.with_value(|catalog| {
            let labels: Vec<&str> = rows.iter().map(|row| label(catalog, row.node, root)).collect();
            self.typed.with_value(|(text, _)| typed_ahead(&labels, at, text)).map(|at| Step::Focus(rows[at].node))
        })
    }

    /// Gives the keyboard to a line, scrolling there first when it is not drawn.
    fn focus(self, node: Node) {
        self.focused.set(node);
        if browser::focus(&line_id(node)) {
            return;
        }
        if let (Some(view), Some(at)) = (self.view.get_untracked(), self.index_of(node)) {
            let middle = (at as f64 - self.page() as f64 / 2.0).max(0.0) * self.line.get_untracked();
            view.set_scroll_top(middle as i32);
            self.top.set(middle);
        }
        browser::focus_soon(line_id(node));
    }

    fn scrolled(self) {
        if let Some(view) = self.view.get_untracked() {
            // In steps of a few lines: less to draw while scrolling.
            let step = self.line.get_untracked() * 6.0;
            self.top.set((f64::from(view.scroll_top()) / step).floor() * step);
        }
    }

    fn height(self) -> f64 {
        self.view.get_untracked().map_or(LINE * 12.0, |view| f64::from(view.client_height()))
    }

    /// How many lines fit into the view.
    fn page(self) -> usize {
        (self.height() / self.line.get_untracked()) as usize
    }

    fn window(self) -> std::ops::Range<usize> {
        window(self.rows.read().len(), self.top.get(), self.height(), self.line.get())
    }
}

/// What an event is on, and the node whose line that is in.
fn line_of(event: &Event) -> Option<(Element, Node)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let line = target.closest("[role=treeitem]").ok()??;
    let node = node_of(&line.id())?;
    Some((target, node))
}

fn px(length: f64) -> String {
    format!("{}px", length as i64)
}
