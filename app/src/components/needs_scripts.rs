//! What truly needs WASM says so where there is none.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// A note for browsers without scripts. Buttons of the class `by-script` are not shown there.
#[component]
pub fn NeedsScripts(
    /// What does not work, and what does.
    text: &'static str,
) -> impl IntoView {
    view! {
        <noscript>
            <div class="alert">
                <Icon glyph=Glyph::Info />
                <p>{text}</p>
            </div>
        </noscript>
    }
}
