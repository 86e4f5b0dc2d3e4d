//! The frame of pages before the dashboard: sign-in, second step, invitation.

use leptos::prelude::*;

use crate::components::mark::Mark;

/// The mark and one panel with a heading.
#[component]
pub fn Door(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <main id="main" class="signin" tabindex="-1">
            <div class="signin-brand">
                <Mark />
                <span>"Keyrack"</span>
            </div>
            <div class="panel signin-panel">
                <h1>{title}</h1>
                {children()}
            </div>
            <p class="small muted">
                <a href="/docs/api">"API docs"</a>
            </p>
        </main>
    }
}
