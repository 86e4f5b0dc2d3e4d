//! The first call with a new secret.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::state::UNREACHABLE;
use crate::components::browser;
use crate::components::busy::Busy;
use crate::components::client_only::client_only;
use crate::components::icon::{Glyph, Icon};

/// Changes nothing and is open to every token.
const HARMLESS: &str = "/1.0/users/authentication/rest/checksign";

/// `curl`, a line that calls a method, and a button that makes a harmless call; `opens` is said when that works. The line holds the
/// secret: it is in this region only and leaves the page with it.
#[component]
pub(super) fn TryIt(secret: String, curl: String, opens: String) -> impl IntoView {
    let (testing, outcome) = (RwSignal::new(false), RwSignal::new(String::new()));
    let (line, secret, opens) = (StoredValue::new(curl.clone()), StoredValue::new(secret), StoredValue::new(opens));
    let copy = move |_| {
        let line = line.get_value();
        spawn_local(async move {
            let works = browser::copy_text(&line).await;
            let said = if works { "Copied." } else { "Copying did not work. Select it and copy it by hand." };
            // The dialog may be closed meanwhile.
            outcome.try_set(said.into());
        });
    };
    let test = move |_| {
        if testing.get_untracked() {
            return;
        }
        testing.set(true);
        let (secret, opens) = (secret.get_value(), opens.get_value());
        spawn_local(async move {
            let said = match browser::call_api(HARMLESS, &secret).await {
                None => UNREACHABLE.into(),
                Some(Ok(())) => ["The token works. ", &opens].concat(),
                Some(Err(error)) => ["The server refused it: ", &error].concat(),
            };
            outcome.try_set(said);
            testing.try_set(false);
        });
    };
    client_only(view! {
        <section class="try-it" role="region" aria-labelledby="try-it-title">
            <h3 id="try-it-title">"Try it"</h3>
            <pre><code>{curl}</code></pre>
            <div class="save-actions">
                <button type="button" class="button" on:click=copy>
                    <Icon glyph=Glyph::Copy />
                    "Copy curl"
                </button>
                <button
                    type="button"
                    class="button"
                    aria-disabled=move || testing.get().then_some("true")
                    on:click=test
                >
                    <Icon glyph=Glyph::Play />
                    "Test this token"
                    <Busy when=testing />
                </button>
            </div>
            <p class="try-it-outcome small" role="status">
                {outcome}
            </p>
        </section>
    })
}
