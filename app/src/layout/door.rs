//! The frame of pages before the dashboard: sign-in, second step, invitation.

use leptos::prelude::*;

use crate::{
    components::{
        icon::{Glyph, Icon},
        mark::Mark,
    },
    request_context,
};

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
                {request_context::is_in_the_clear().then(|| view! { <InTheClear /> })}
                {children()}
            </div>
            <p class="small muted">
                <a href="/docs/api">"API docs"</a>
            </p>
        </main>
    }
}

/// What plain http means to who is about to type a password.
#[component]
fn InTheClear() -> impl IntoView {
    view! {
        <div class="alert warning" role="note">
            <Icon glyph=Glyph::TriangleAlert />
            <p>
                "This page came over plain http: whoever is on the network between you and this server can read and change \
                 what you send, passwords too. With https nobody can, and passkeys work."
            </p>
        </div>
    }
}
