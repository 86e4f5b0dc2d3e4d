//! The ways to accept, by who follows the link.

use leptos::prelude::*;

use crate::{
    components::{
        icon::{Glyph, Icon},
        new_password::NewPasswordIsland,
    },
    paths,
};

const ACCEPT: &str = "/fn/invite/accept";

/// There is no user with this address: name and password make one.
#[component]
pub(super) fn AsNewUser(email: String, token: String) -> impl IntoView {
    view! {
        <form class="stack" method="post" action=ACCEPT>
            <input type="hidden" name="token" value=token />
            <input type="text" autocomplete="username" value=email hidden readonly />
            <div class="field">
                <label for="name">"Name"</label>
                <input class="input" id="name" name="name" type="text" autocomplete="name" required maxlength="100" autofocus />
            </div>
            <NewPasswordIsland />
            <button type="submit" class="button primary">
                "Accept invitation"
            </button>
        </form>
    }
}

/// The invited person, signed in.
#[component]
pub(super) fn AsThemselves(token: String) -> impl IntoView {
    view! {
        <form class="stack" method="post" action=ACCEPT>
            <input type="hidden" name="token" value=token />
            <button type="submit" class="button primary" autofocus>
                "Accept invitation"
            </button>
        </form>
    }
}

/// The invited person, not signed in.
#[component]
pub(super) fn ToSignIn(token: String) -> impl IntoView {
    view! {
        <p>"You have a user here already. Sign in to accept."</p>
        <a class="button primary" href=paths::signin(&paths::invite(&token), false)>
            "Sign in to accept"
        </a>
    }
}

/// Another user is signed in.
#[component]
pub(super) fn AsWrongUser(email: String, invited: String, token: String) -> impl IntoView {
    let next = paths::invite(&token);
    view! {
        <div class="alert warning">
            <Icon glyph=Glyph::TriangleAlert />
            <p>
                {format!(
                    "You are signed in as {email}. Sign out and follow the link again as {invited}.",
                )}
            </p>
        </div>
        <form method="post" action="/signout">
            <input type="hidden" name="next" value=next />
            <button type="submit" class="button">
                "Sign out"
            </button>
        </form>
    }
}
