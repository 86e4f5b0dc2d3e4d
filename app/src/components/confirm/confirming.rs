//! How a page opens the dialog and closes it.

use keyrack_types::{refusal::Refusal, second_factor::ConfirmNeeds};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::request::ConfirmationRequest;
use crate::components::toast::{ToastKind, show};
use crate::serverfns::confirm::what_confirms;

/// The confirm dialog of a page: at most one is open. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
pub struct Confirming {
    pub(super) open: RwSignal<Option<(ConfirmationRequest, ConfirmNeeds)>>,
    /// E-mail address of who is signed in; password managers look for it.
    pub(super) viewer: StoredValue<String>,
    /// Counts requests and closings: a request that was overtaken while it was prepared does not open.
    generation: StoredValue<u32>,
}

impl Confirming {
    /// For a page of this person, by e-mail address.
    pub fn new(viewer: String) -> Confirming {
        Confirming { open: RwSignal::new(None), viewer: StoredValue::new(viewer), generation: StoredValue::new(0) }
    }

    /// Opens the dialog in place of the one that is open.
    pub fn ask(self, request: ConfirmationRequest) {
        spawn_local(self.prepare(request));
    }

    /// Opens the dialog once it is known what it has to ask for, so that nothing in it appears late. For callers that show
    /// meanwhile that they are busy.
    pub async fn prepare(self, request: ConfirmationRequest) {
        self.close();
        let generation = self.generation.get_value();
        let answer = what_confirms().await;
        if self.generation.get_value() != generation {
            request.end();
            return;
        }
        match answer {
            Ok(Ok(needs)) => self.open.set(Some((request, needs))),
            Ok(Err(refusal)) => {
                request.end();
                match refusal {
                    Refusal::SignedOut => request.signed_out(),
                    refusal => show(ToastKind::Error, refusal.message()),
                }
            }
            Err(_) => {
                request.end();
                show(ToastKind::Error, "Keyrack does not answer. Nothing is changed.");
            }
        }
    }

    /// Closes the dialog after the change.
    pub fn done(self) {
        self.generation.update_value(|generation| *generation = generation.wrapping_add(1));
        if self.open.with_untracked(Option::is_some) {
            self.open.set(None);
        }
    }

    /// Closes the dialog without the change.
    pub fn close(self) {
        let open = self.open.get_untracked();
        self.done();
        if let Some((request, _)) = open {
            request.end();
        }
    }

    /// Closes the dialog after the change was refused.
    pub(super) fn refused(self, refusal: Refusal) {
        let open = self.open.get_untracked();
        self.close();
        if let Some((request, _)) = open {
            request.refused(refusal);
        }
    }
}
