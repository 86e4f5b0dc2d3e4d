//! What a page without tokens shows: the first steps. The server renders them always; the stylesheet shows them in place of an empty list.

use super::state::Page;
use crate::components::browser;

const BUTTON: &str = "tokens-first";

/// Has the button of the first steps open the dialog.
pub(super) fn follow(page: Page) {
    browser::on_press(BUTTON, move || page.generate());
}

#[cfg(feature = "ssr")]
mod steps {
    use leptos::prelude::*;

    use super::BUTTON;
    use crate::components::icon::{Glyph, Icon};

    /// The first steps; `may_manage`: with a button that takes the first.
    #[component]
    pub fn Empty(origin: String, may_manage: bool) -> impl IntoView {
        let call = format!(
            "curl {origin}/1.0/environment/control/rest/stopenv \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -d envName=my-project"
        );
        view! {
            <div class="panel tokens-empty">
                <Icon glyph=Glyph::KeyRound class="tokens-empty-mark" />
                <h2>"No tokens yet"</h2>
                <ol>
                    <li>
                        "Press Generate and tick what the token may do, for example "
                        <code>"environment.control.StopEnv"</code>"."
                    </li>
                    <li>"Save the secret. It is shown only once."</li>
                    <li>
                        "Call the API with it:"
                        <pre>
                            <code>{call}</code>
                        </pre>
                    </li>
                </ol>
                {may_manage
                    .then(|| {
                        view! {
                            <button type="button" id=BUTTON class="button primary by-script">
                                "Make the first token"
                            </button>
                        }
                    })}
            </div>
        }
    }
}
#[cfg(feature = "ssr")]
pub(super) use steps::Empty;
