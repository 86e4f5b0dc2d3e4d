//! The mark of Keyrack: a key hanging on a rack.

use leptos::prelude::*;

/// The mark, drawn with the colours of the page; decorative, the name is beside it. The same shapes with literal
/// colours are `public/favicon.svg`.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path class="rack" d="M2 2h12" />
            <circle class="key" cx="7" cy="6.5" r="2.5" />
            <path class="key" d="M7 9v7M7 11.5h4M7 15h3" />
        </svg>
    }
}
