//! What a page without tokens shows.

use leptos::prelude::*;

use super::state::Page;
use crate::components::icon::{Glyph, Icon};

/// The first steps.
#[component]
pub(super) fn Empty(page: Page, origin: String) -> impl IntoView {
    let call = format!(
        "curl {origin}/1.0/environment/control/rest/stopenv \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -d envName=my-project"
    );
    view! {
        <div class="tokens-empty">
            <Icon glyph=Glyph::KeyRound class="tokens-empty-mark" />
            <h2>"No tokens yet"</h2>
            <ol>
                <li>
                    "Press Generate and tick what the token may do, for example "<code>"environment.control.StopEnv"</code>
                    "."
                </li>
                <li>"Save the secret. It is shown only once."</li>
                <li>
                    "Call the API with it:"
                    <pre>
                        <code>{call}</code>
                    </pre>
                </li>
            </ol>
            {move || {
                page.may_manage()
                    .then(|| {
                        view! {
                            <button type="button" class="button primary" on:click=move |_| page.generate()>
                                "Make the first token"
                            </button>
                        }
                    })
            }}
        </div>
    }
}
