//! The page Access Tokens.

use leptos::prelude::*;

/// Settings → Access Tokens.
#[component]
pub fn TokensPage() -> impl IntoView {
    view! { <h1>"Access Tokens"</h1> }
}
