//! Views that only a browser ever makes: dialogs, pop-ups, the tree.
//!
//! Leptos compiles every view three times, for making it, for changing it and for waking what a server rendered. Of a
//! dialog, which is never rendered by a server, only the first is used, but the compiler cannot know that. [`ClientOnly`] makes it explicit:
//! a view is made at once and from then on is nothing but mounted nodes. That halves the WASM of the token page.

use leptos::children::{ChildrenOptContainer, ToChildren};
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

/// A view that is made, of whatever type it was. On the server it is empty: it belongs where the server never gets to,
/// behind a condition that begins as false.
pub struct ClientOnly(made::Made);

/// Makes a view now, under the present reactive owner.
pub fn client_only<V>(view: V) -> ClientOnly
where
    V: Render,
    V::State: 'static,
{
    ClientOnly(made::make(view))
}

/// Children that are rendered in the browser only; for components that are.
pub struct ClientOnlyChildren(Box<dyn FnOnce() -> ClientOnly + Send>);

impl ClientOnlyChildren {
    /// Makes their view.
    pub fn draw(self) -> ClientOnly {
        (self.0)()
    }
}

impl<F, V> ToChildren<F> for ClientOnlyChildren
where
    F: FnOnce() -> V + Send + 'static,
    V: Render,
    V::State: 'static,
{
    fn to_children(children: F) -> ClientOnlyChildren {
        ClientOnlyChildren(Box::new(move || client_only(children())))
    }
}

impl<V> ToChildren<ChildrenOptContainer<V>> for ClientOnlyChildren
where
    V: Render + Send + 'static,
    V::State: 'static,
{
    fn to_children(children: ChildrenOptContainer<V>) -> ClientOnlyChildren {
        ClientOnlyChildren(Box::new(move || client_only(children.0)))
    }
}

/// The nodes of a drawn view.
pub struct Nodes(Option<Box<dyn Mountable>>);

impl Mountable for Nodes {
    fn unmount(&mut self) {
        if let Some(nodes) = &mut self.0 {
            nodes.unmount();
        }
    }

    fn mount(&mut self, parent: &leptos::web_sys::Element, marker: Option<&leptos::web_sys::Node>) {
        if let Some(nodes) = &mut self.0 {
            nodes.mount(parent, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.as_ref().is_some_and(|nodes| nodes.insert_before_this(child))
    }

    fn elements(&self) -> Vec<leptos::web_sys::Element> {
        self.0.as_ref().map(|nodes| nodes.elements()).unwrap_or_default()
    }
}

impl Render for ClientOnly {
    type State = Nodes;

    fn build(self) -> Nodes {
        Nodes(made::take(self.0))
    }

    fn rebuild(self, state: &mut Nodes) {
        let mut next = self.build();
        state.insert_before_this(&mut next);
        state.unmount();
        *state = next;
    }
}

no_attrs!(ClientOnly);

impl RenderHtml for ClientOnly {
    type AsyncOutput = ClientOnly;
    type Owned = ClientOnly;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> ClientOnly {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Nodes {
        self.build()
    }

    fn into_owned(self) -> ClientOnly {
        self
    }
}

#[cfg(feature = "hydrate")]
mod made {
    use leptos::prelude::{LocalStorage, StoredValue, UpdateValue};
    use leptos::tachys::view::{Mountable, Render};

    /// The nodes until they are mounted. Views have to be `Send`, and nodes are not: the store for local values bridges
    /// that in a browser, where there is one thread.
    pub type Made = StoredValue<Option<Box<dyn Mountable>>, LocalStorage>;

    pub fn make<V: Render<State: 'static>>(view: V) -> Made {
        StoredValue::new_local(Some(Box::new(view.build())))
    }

    pub fn take(made: Made) -> Option<Box<dyn Mountable>> {
        made.try_update_value(Option::take).flatten()
    }
}

#[cfg(not(feature = "hydrate"))]
mod made {
    use leptos::tachys::view::{Mountable, Render};

    pub struct Made;

    pub fn make<V: Render>(_: V) -> Made {
        Made
    }

    pub fn take(_: Made) -> Option<Box<dyn Mountable>> {
        None
    }
}
