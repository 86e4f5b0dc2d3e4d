use leptos::{ev::SubmitEvent, html, prelude::*};

#[cfg(feature = "hydrate")]
use crate::{
    components::{
        leave::leave_or,
        toast::{self, ToastKind},
    },
    serverfns::account::rename_user,
};

/// The field with one's own name. A plain form that WASM sends without leaving the page.
#[island]
pub fn NameForm(name: String, refused: String) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let error = RwSignal::new(refused);
    let pending = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else { return };
        if !pending.get_untracked() {
            pending.set(true);
            send(input.value(), error, pending);
        }
    };
    view! {
        <form class="name-form" method="post" action="/settings/account/name" on:submit=submit>
            <div class="field">
                <label for="name">"Name"</label>
                <input
                    class="input"
                    id="name"
                    name="name"
                    autocomplete="name"
                    maxlength="100"
                    value=name
                    node_ref=input
                    aria-invalid=move || (!error.read().is_empty()).then_some("true")
                    aria-describedby="name-error"
                />
                <p class="error" id="name-error" aria-live="polite">
                    {error}
                </p>
            </div>
            <button type="submit" class="button" aria-disabled=move || pending.get().then_some("true")>
                "Save"
            </button>
        </form>
    }
}

#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
fn send(name: String, error: RwSignal<String>, pending: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        let answer = rename_user(name).await;
        pending.set(false);
        match answer {
            Ok(Ok(_)) => {
                error.set(String::new());
                toast::show(ToastKind::Success, "Your name is saved.");
            }
            Ok(Err(refusal)) => leave_or(refusal, |message| error.set(message)),
            Err(_) => toast::show(ToastKind::Error, "Keyrack does not answer. Your name is not saved."),
        }
    });
}
