//! The dialog and how a page opens it.

use keyrack_types::{refusal::Refusal, second_factor::ConfirmNeeds};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{deed::Deed, form::ConfirmForm};
use crate::components::{
    dialog::Modal,
    drawn::drawn,
    leave::leave_or,
    toast::{ToastKind, show},
};
use crate::serverfns::confirm::what_confirms;

/// A question: what will happen, in words, and the deed.
#[derive(Clone)]
pub struct Ask {
    pub lines: Vec<String>,
    /// What the button says.
    pub action: &'static str,
    pub danger: bool,
    pub deed: Deed,
    /// What to put back when nothing comes of it.
    pub on_end: Option<Callback<()>>,
    /// Who hears that the change itself was refused; a toast tells it otherwise.
    pub on_refused: Option<Callback<Refusal>>,
}

impl Ask {
    /// Asks for the deed with a button "Continue".
    pub fn new(lines: impl IntoIterator<Item = impl Into<String>>, deed: Deed) -> Ask {
        let lines = lines.into_iter().map(Into::into).collect();
        Ask { lines, action: "Continue", danger: false, deed, on_end: None, on_refused: None }
    }

    /// The deed takes something away; the button says what.
    pub fn danger(self, action: &'static str) -> Ask {
        Ask { action, danger: true, ..self }
    }
}

/// The one dialog of a page that confirms its changes.
#[derive(Clone, Copy)]
pub struct Confirming {
    open: RwSignal<Option<(Ask, ConfirmNeeds)>>,
    viewer: StoredValue<String>,
}

impl Confirming {
    /// For a page of this person, by e-mail address.
    pub fn new(viewer: String) -> Confirming {
        Confirming { open: RwSignal::new(None), viewer: StoredValue::new(viewer) }
    }

    /// Opens the dialog, once it is known what it has to ask for: nothing in it appears late.
    pub fn ask(self, ask: Ask) {
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

    /// Closes the dialog; deeds do this when they are done.
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

fn end(ask: &Ask) {
    if let Some(on_end) = ask.on_end {
        on_end.run(());
    }
}

/// Where the dialog appears.
#[component]
pub fn ConfirmPlace(confirming: Confirming) -> impl IntoView {
    move || confirming.open.get().map(|(ask, needs)| drawn(view! { <ConfirmDialog confirming ask needs /> }))
}

#[component]
fn ConfirmDialog(confirming: Confirming, ask: Ask, needs: ConfirmNeeds) -> impl IntoView {
    let busy = RwSignal::new(false);
    let cancel = move |()| {
        if !busy.get_untracked() {
            confirming.close();
        }
    };
    drawn(view! {
        <Modal id="confirm-dialog" title="Confirm with password" class="narrow" on_dismiss=cancel>
            <ul class="dialog-body review">
                {ask.lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
            <ConfirmForm
                viewer=confirming.viewer.get_value()
                deed=ask.deed
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
