//! The dialog and how a page opens it.

use keyrack_types::{refusal::Refusal, second_factor::ConfirmNeeds};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{form::ConfirmForm, pending_action::PendingAction};
use crate::components::{
    client_only::client_only,
    dialog::Modal,
    leave::leave_or,
    toast::{ToastKind, show},
};
use crate::serverfns::confirm::what_confirms;

/// A question: what will happen, in words, and the action itself.
#[derive(Clone)]
pub struct ConfirmationRequest {
    pub lines: Vec<String>,
    /// What the button says.
    pub action: &'static str,
    pub danger: bool,
    pub pending_action: PendingAction,
    /// Called when the dialog ends without the change.
    pub on_end: Option<Callback<()>>,
    /// Called when the change itself was refused; a toast shows it otherwise.
    pub on_refused: Option<Callback<Refusal>>,
}

impl ConfirmationRequest {
    /// Asks for confirmation with a button "Continue".
    pub fn new(
        lines: impl IntoIterator<Item = impl Into<String>>,
        pending_action: PendingAction,
    ) -> ConfirmationRequest {
        let lines = lines.into_iter().map(Into::into).collect();
        ConfirmationRequest { lines, action: "Continue", danger: false, pending_action, on_end: None, on_refused: None }
    }

    /// A destructive action, with the text of its button.
    pub fn danger(self, action: &'static str) -> ConfirmationRequest {
        ConfirmationRequest { action, danger: true, ..self }
    }
}

/// The one dialog of a page that confirms its changes.
#[derive(Clone, Copy)]
pub struct Confirming {
    open: RwSignal<Option<(ConfirmationRequest, ConfirmNeeds)>>,
    viewer: StoredValue<String>,
}

impl Confirming {
    /// For a page of this person, by e-mail address.
    pub fn new(viewer: String) -> Confirming {
        Confirming { open: RwSignal::new(None), viewer: StoredValue::new(viewer) }
    }

    /// Opens the dialog, once it is known what it has to ask for: nothing in it appears late.
    pub fn ask(self, ask: ConfirmationRequest) {
        spawn_local(async move {
            match what_confirms().await {
                Ok(Ok(needs)) => self.open.set(Some((ask, needs))),
                Ok(Err(refusal)) => {
                    end(&ask);
                    leave_or(refusal, |message| show(ToastKind::Error, message));
                }
                Err(_) => {
                    end(&ask);
                    show(ToastKind::Error, "Keyrack does not answer. Nothing is changed.");
                }
            }
        });
    }

    /// Closes the dialog; actions do this when they are done.
    pub fn done(self) {
        self.open.set(None);
    }

    fn close(self) {
        if let Some((ask, _)) = self.open.get_untracked() {
            self.open.set(None);
            end(&ask);
        }
    }

    fn refused(self, refusal: Refusal) {
        let told = self.open.get_untracked().and_then(|(ask, _)| ask.on_refused);
        self.close();
        match told {
            Some(told) => told.run(refusal),
            None => show(ToastKind::Error, refusal.message()),
        }
    }
}

fn end(ask: &ConfirmationRequest) {
    if let Some(on_end) = ask.on_end {
        on_end.run(());
    }
}

/// Where the dialog appears.
#[component]
pub fn ConfirmPlace(confirming: Confirming) -> impl IntoView {
    move || confirming.open.get().map(|(ask, needs)| client_only(view! { <ConfirmDialog confirming ask needs /> }))
}

#[component]
fn ConfirmDialog(confirming: Confirming, ask: ConfirmationRequest, needs: ConfirmNeeds) -> impl IntoView {
    let busy = RwSignal::new(false);
    let cancel = move |()| {
        if !busy.get_untracked() {
            confirming.close();
        }
    };
    client_only(view! {
        <Modal id="confirm-dialog" title="Confirm with password" class="narrow" on_dismiss=cancel>
            <ul class="dialog-body review">
                {ask.lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
            <ConfirmForm
                viewer=confirming.viewer.get_value()
                pending_action=ask.pending_action
                action=ask.action
                danger=ask.danger
                needs
                busy
                on_cancel=cancel
                on_refused=move |refusal| confirming.refused(refusal)
            />
        </Modal>
    })
}
