//! The sign-in page. It is plain HTML: forms that post to `/signin`, answered by the server.

mod forms;
mod outcome;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use self::forms::{PasswordForm, TokenForm};
pub use self::outcome::SigninOutcome;
use crate::{
    components::{
        flash_alert::FlashAlert,
        icon::{Glyph, Icon},
    },
    layout::{Door, redirect},
    paths::safe_next,
    request_context,
};

/// `/signin`
#[component]
pub fn SigninPage() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    let outcome = use_context::<SigninOutcome>();
    let next = match &outcome {
        Some(outcome) => safe_next(&outcome.next).to_owned(),
        None => safe_next(&query.get("next").unwrap_or_default()).to_owned(),
    };
    if outcome.is_none() && request_context::signed_in().is_ok() {
        redirect(&next);
    }
    let ended = outcome.is_none() && query.get("ended").is_some();
    let (by_password, by_token) = match outcome {
        Some(outcome) if outcome.by_token => (None, Some(outcome)),
        other => (other, None),
    };
    let with_token = by_token.is_some();
    view! {
        <Title text="Sign in" />
        <Door title="Sign in">
            <p class="signin-about muted small">
                "Here you start and stop environments and manage the access tokens that scripts use for it. Lost your \
                 password? Whoever runs this server can set a new one."
            </p>
            <FlashAlert />
            {ended
                .then(|| {
                    view! {
                        <div class="alert" role="status">
                            <Icon glyph=Glyph::Info />
                            <p>"Your session has ended. Sign in to go on."</p>
                        </div>
                    }
                })}
            <PasswordForm outcome=by_password next=next.clone() focus=!with_token />
            <details class="signin-token" open=with_token>
                <summary>"Sign in with an Extended Access token"</summary>
                <TokenForm outcome=by_token next />
            </details>
        </Door>
    }
}
