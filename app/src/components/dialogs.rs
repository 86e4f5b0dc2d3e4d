//! The dialogs of a page: at most one of its own, and the confirm dialog on top of it.

use leptos::prelude::*;

use super::{
    browser,
    client_only::ClientOnly,
    confirm::{ConfirmOutlet, ConfirmationRequest, Confirming},
};

/// What is open on a page. `D` lists the page's own dialogs, each with what it shows. Cheap to copy; all copies are one.
pub struct Dialogs<D: 'static> {
    open: RwSignal<Option<D>>,
    confirming: Confirming,
    fallback: &'static str,
}

impl<D> Clone for Dialogs<D> {
    fn clone(&self) -> Dialogs<D> {
        *self
    }
}

impl<D> Copy for Dialogs<D> {}

impl<D: Clone + Send + Sync> Dialogs<D> {
    /// Nothing is open. `viewer`: e-mail address of who is signed in. `fallback`: id of the element that takes the keyboard
    /// when what opened a dialog is gone.
    pub fn new(viewer: String, fallback: &'static str) -> Dialogs<D> {
        Dialogs { open: RwSignal::new(None), confirming: Confirming::new(viewer), fallback }
    }

    /// Opens a dialog of the page in place of everything that is open.
    pub fn open(self, dialog: D) {
        self.confirming.done();
        self.open.set(Some(dialog));
    }

    /// Closes everything. The browser gives the keyboard back to what opened it.
    pub fn close(self) {
        self.confirming.close();
        self.closed();
    }

    /// Closes everything after a change was made.
    pub fn done(self) {
        self.confirming.done();
        self.closed();
    }

    /// Has a change confirmed, on top of the open dialog.
    pub fn confirm(self, request: ConfirmationRequest) {
        self.confirming.ask(request);
    }

    /// The same for callers that show meanwhile that they are busy.
    pub async fn prepare_to_confirm(self, request: ConfirmationRequest) {
        self.confirming.prepare(request).await;
    }

    /// Draws what is open.
    pub fn outlet(self, draw: impl Fn(D) -> ClientOnly + Send + 'static) -> impl IntoView {
        let dialog = move || self.open.get().map(&draw);
        view! {
            {dialog}
            <ConfirmOutlet confirming=self.confirming />
        }
    }

    fn closed(self) {
        self.open.set(None);
        browser::rescue_focus(self.fallback);
    }
}
