//! A question on top of another dialog.

use leptos::prelude::*;

use super::{client_only::client_only, dialog::Modal};

/// Asks whether to stay (the safe answer, which Esc gives too) or to go on.
#[component]
pub fn Question(
    id: &'static str,
    title: &'static str,
    /// What happens when the person goes on.
    #[prop(into)]
    text: String,
    stay: &'static str,
    go: &'static str,
    #[prop(into)] on_stay: Callback<()>,
    #[prop(into)] on_go: Callback<()>,
) -> impl IntoView {
    client_only(view! {
        <Modal id title class="narrow" on_dismiss=on_stay>
            <div class="dialog-body">
                <p>{text}</p>
            </div>
            <footer class="dialog-foot">
                <button type="button" class="button danger" on:click=move |_| on_go.run(())>
                    {go}
                </button>
                <button type="button" class="button" autofocus on:click=move |_| on_stay.run(())>
                    {stay}
                </button>
            </footer>
        </Modal>
    })
}
