//! The two ways to sign in.

use leptos::prelude::*;

use super::outcome::SigninOutcome;
use crate::components::icon::{Glyph, Icon};

/// E-mail and password. `focus`: this is the way that the person takes.
#[component]
pub(super) fn PasswordForm(outcome: Option<SigninOutcome>, next: String, focus: bool) -> impl IntoView {
    let failed = outcome.is_some();
    let SigninOutcome { email, message, wrong, .. } = outcome.unwrap_or_default();
    // After a wrong password the address is filled in; typing goes on at the password.
    let at_password = focus && !email.is_empty();
    view! {
        <form class="stack" method="post" action="/signin">
            {failed.then(|| view! { <Refused id="signin-refused" message /> })}
            <div class="field">
                <label for="email">"Email"</label>
                <input
                    class="input"
                    id="email"
                    name="email"
                    type="email"
                    autocomplete="username"
                    required
                    maxlength="254"
                    value=email
                    autofocus=focus && !at_password
                />
            </div>
            <div class="field">
                <label for="password">"Password"</label>
                <input
                    class="input"
                    id="password"
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    required
                    autofocus=at_password
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=failed.then_some("signin-refused")
                />
            </div>
            <input type="hidden" name="next" value=next />
            <button type="submit" class="button primary">
                "Sign in"
            </button>
        </form>
    }
}

/// A token that opens the dashboard too.
#[component]
pub(super) fn TokenForm(outcome: Option<SigninOutcome>, next: String) -> impl IntoView {
    let failed = outcome.is_some();
    let SigninOutcome { message, wrong, .. } = outcome.unwrap_or_default();
    view! {
        <form class="stack" method="post" action="/signin">
            {failed.then(|| view! { <Refused id="token-refused" message /> })}
            <div class="field">
                <label for="token">"Access token"</label>
                <input
                    class="input mono"
                    id="token"
                    name="token"
                    type="text"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    placeholder="krp_…"
                    autofocus=failed
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=if failed { "token-refused token-hint" } else { "token-hint" }
                />
                <p class="hint" id="token-hint">
                    "Opens everything but passwords, second factors and tokens. The session ends with the token."
                </p>
            </div>
            <input type="hidden" name="next" value=next />
            <button type="submit" class="button">
                "Sign in with token"
            </button>
        </form>
    }
}

#[component]
fn Refused(id: &'static str, message: String) -> impl IntoView {
    view! {
        <div class="alert danger" role="alert" id=id>
            <Icon glyph=Glyph::CircleAlert />
            <p>{message}</p>
        </div>
    }
}
