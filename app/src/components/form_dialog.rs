//! A modal dialog that is a form.

use leptos::prelude::*;

use super::{
    busy::Busy,
    client_only::{ClientOnlyChildren, client_only},
    dialog::Modal,
};

/// Fields, "Cancel", and a button that sends them. The browser's own checks are off: `on_send` says what is wrong beside
/// its field.
#[component]
pub fn FormDialog(
    /// Unique on the page.
    id: &'static str,
    title: &'static str,
    #[prop(default = "narrow")] class: &'static str,
    /// The text of the button.
    #[prop(default = "Continue")]
    action: &'static str,
    /// The button is for something that cannot be undone.
    #[prop(optional)]
    danger: bool,
    /// While it holds, nothing is sent and the dialog stays.
    #[prop(optional)]
    busy: RwSignal<bool>,
    /// Seconds until the form can be sent again, shown beside the buttons.
    #[prop(optional)]
    wait: RwSignal<u32>,
    /// The keyboard begins at "Cancel", for dialogs without a field to begin with.
    #[prop(optional)]
    at_cancel: bool,
    #[prop(into)] on_cancel: Callback<()>,
    #[prop(into)] on_send: Callback<()>,
    children: ClientOnlyChildren,
) -> impl IntoView {
    let held = move || busy.get() || wait.get() > 0;
    let cancel = move |()| {
        if !busy.get_untracked() {
            on_cancel.run(());
        }
    };
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !untrack(held) {
            on_send.run(());
        }
    };
    client_only(view! {
        <Modal id title class on_dismiss=cancel>
            <form class="dialog-form" novalidate on:submit=send>
                <div class="dialog-body">{children.draw()}</div>
                <footer class="dialog-foot">
                    // Not announced each second: the error beside the field says it once.
                    <span class="dialog-foot-note muted figures" aria-hidden="true">
                        {move || (wait.get() > 0).then(|| format!("{} s", wait.get()))}
                    </span>
                    <button
                        type="button"
                        class="button"
                        autofocus=at_cancel
                        aria-disabled=move || busy.get().then_some("true")
                        on:click=move |_| cancel(())
                    >
                        "Cancel"
                    </button>
                    <button
                        type="submit"
                        class=if danger { "button danger" } else { "button primary" }
                        aria-disabled=move || held().then_some("true")
                    >
                        <Busy when=busy />
                        {action}
                    </button>
                </footer>
            </form>
        </Modal>
    })
}
