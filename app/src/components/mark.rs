//! The mark of Keyrack: a key hanging on a rack.

use leptos::prelude::*;

/// The mark, drawn with the colours of the page; decorative, the name stands beside it. The same shapes with literal
/// colours are `public/favicon.svg`.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path class="rack" d="M1 2.5h14" />
            <path class="rack" d="M4.5 2.5v2.25" />
            <path class="rack" d="M11.5 2.5V4" />
            <circle class="key" cx="4.5" cy="6.75" r="2" />
            <path class="key" d="M4.5 8.75V15M4.5 11h2.25M4.5 14h2.75" />
        </svg>
    }
}
